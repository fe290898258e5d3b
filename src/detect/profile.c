/*
 * profile.c - reads a profile and answers from it.
 *
 * A gram is looked up by hash, a common value by a walk: there are at most
 * PROFILE_VALUES_MAX of a field.
 */
#include "detect/profile.h"

#include "base/mem.h"
#include "text/json.h"
#include "text/utf8.h"

#include <stdlib.h>

/* What an unlisted gram counts at least, in values: it may occur tomorrow. */
#define UNSEEN_VALUES 0.3
/* A short value that is not among the common ones is at most so frequent. */
#define COMMON_SHARE 0.01

struct reading {
    struct profile *profile;
    struct json json;
    uint32_t line, capacity;
    struct profile_gram *grams; /* of the field being read */
    struct profile_value *commons;
};

/* ------------------------------------------------------------ looking up */

static uint32_t gram_hash(const char *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    word *= 0x9e3779b1u; /* 2^32 / golden ratio */
    return word ^ word >> 15;
}

/* NULL when it is not listed. */
static const struct profile_gram *find_gram(const struct profile_field *f, const char *bytes)
{
    if (!f->slots)
        return NULL;
    for (uint32_t i = gram_hash(bytes) & f->slot_mask;; i = (i + 1) & f->slot_mask) {
        if (!f->slots[i])
            return NULL;
        const struct profile_gram *g = &f->grams[f->slots[i] - 1];
        if (memcmp(g->bytes, bytes, PROFILE_GRAM) == 0)
            return g;
    }
}

static double share_of(double values, const struct profile_field *f)
{
    double share = values / (double)f->values;

    return share > 1.0 ? 1.0 : share;
}

/* Of a text with that many unlisted grams in a row or apart: every further piece halves it. */
static double unlisted_share(const struct profile_field *f, size_t unlisted)
{
    double values = f->rare_values;

    for (size_t pieces = (unlisted - 1) / PROFILE_GRAM; pieces && values > UNSEEN_VALUES; pieces--)
        values /= 2;
    return share_of(values > UNSEEN_VALUES ? values : UNSEEN_VALUES, f);
}

static bool holds_at(const struct profile_gram *g, str text, size_t at)
{
    return memcmp(g->bytes + at, text.p, text.n) == 0;
}

/* Shorter than a gram: each occurrence inside a value stands at every place of some gram, but for
 * the ends of the value; the place with the most of them misses the fewest. */
static double short_share(const struct profile_field *f, str text)
{
    double most = 0, whole = 0;

    for (size_t at = 0; at + text.n <= PROFILE_GRAM; at++) {
        double values = 0;
        for (uint32_t i = 0; i < f->gram_count; i++)
            if (holds_at(&f->grams[i], text, at))
                values += f->grams[i].values;
        most = values > most ? values : most;
    }
    for (uint32_t i = 0; i < f->common_count; i++) /* such as have no gram */
        if (f->commons[i].text.n < PROFILE_GRAM && str_find(f->commons[i].text, text))
            whole += f->commons[i].count;
    double rare = f->rare_values > UNSEEN_VALUES ? f->rare_values : UNSEEN_VALUES;
    return share_of(most + whole + rare, f);
}

double profile_share_contains(const struct profile_field *f, str text)
{
    size_t unlisted = 0;
    double least = 1.0;

    if (text.n == 0)
        return 1.0;
    if (text.n < PROFILE_GRAM)
        return short_share(f, text);
    for (size_t i = 0; i + PROFILE_GRAM <= text.n; i++) {
        const struct profile_gram *g = find_gram(f, text.p + i);
        unlisted += !g;
        double share = g ? share_of(g->values, f) : 1.0;
        least = share < least ? share : least;
    }
    double rare = unlisted ? unlisted_share(f, unlisted) : 1.0;
    return rare < least ? rare : least;
}

double profile_share_is(const struct profile_field *f, str text)
{
    double share = text.n ? profile_share_contains(f, text) : COMMON_SHARE;

    if (text.n > PROFILE_VALUE_BYTES_MAX)
        return share;
    for (uint32_t i = 0; i < f->common_count; i++)
        if (str_eq(f->commons[i].text, text))
            return share_of(f->commons[i].count, f);
    return share < COMMON_SHARE ? share : COMMON_SHARE;
}

static int by_name(const void *left, const void *right)
{
    return str_cmp(((const struct profile_field *)left)->name,
                   ((const struct profile_field *)right)->name);
}

const struct profile_field *profile_field(const struct profile *p, str name)
{
    const struct profile_field key = {.name = name};

    return p->field_count ? bsearch(&key, p->fields, p->field_count, sizeof *p->fields, by_name)
                          : NULL;
}

/* ------------------------------------------------------------ reading */

static bool refuse(struct reading *r, struct err *e, const char *what)
{
    return err_set_at(e, r->line, (uint32_t)r->json.at + 1, "%s", what);
}

static bool take_number(struct reading *r, uint64_t max, uint64_t *ret, struct err *e)
{
    struct json_token t = json_next(&r->json);

    if (t.kind == JSON_NUMBER && str_u64(t.text, ret) && *ret <= max)
        return true;
    return refuse(r, e, "a count is a whole number that is not negative");
}

static bool take_u32(struct reading *r, uint32_t least, uint32_t *ret, struct err *e)
{
    uint64_t number = 0;

    if (!take_number(r, UINT32_MAX, &number, e))
        return false;
    *ret = (uint32_t)number;
    return *ret >= least || refuse(r, e, "what is listed stood in one value at least");
}

/* The profile outlives its text. */
static str kept_string(struct reading *r, struct json_token t)
{
    struct arena *a = r->profile->arena;

    return t.escaped ? json_string(t, a) : arena_str(a, t.text);
}

static bool take_string(struct reading *r, str *ret, struct err *e)
{
    struct json_token t = json_next(&r->json);

    if (t.kind != JSON_STRING)
        return refuse(r, e, "a string is missing");
    *ret = kept_string(r, t);
    return true;
}

static bool gram_from(str text, char ret[PROFILE_GRAM])
{
    size_t n = 0;

    for (; text.n; n++) {
        uint32_t code_point = utf8_next(&text);
        if (code_point > 0xFF || n == PROFILE_GRAM)
            return false;
        ret[n] = (char)code_point;
    }
    return n == PROFILE_GRAM;
}

static bool take_gram(struct reading *r, struct json_token t, uint32_t at, struct err *e)
{
    struct profile_gram *g = &r->grams[at];

    if (at == PROFILE_GRAMS_MAX)
        return refuse(r, e, "a field has too many grams");
    if (t.kind != JSON_STRING || !gram_from(json_string(t, r->profile->arena), g->bytes))
        return refuse(r, e, "a gram is a string of four code points up to U+00FF");
    if (!take_u32(r, 1, &g->values, e) || !take_u32(r, 1, &g->occurrences, e))
        return false;
    if (at) {
        int order = memcmp(g[-1].bytes, g->bytes, PROFILE_GRAM);
        if (g[-1].occurrences < g->occurrences ||
            (g[-1].occurrences == g->occurrences && order >= 0))
            return refuse(r, e, "grams stand in the order of their occurrences, then of bytes");
    }
    return true;
}

static bool take_common(struct reading *r, struct json_token t, uint32_t at, struct err *e)
{
    if (at == PROFILE_VALUES_MAX)
        return refuse(r, e, "a field has too many common values");
    if (t.kind != JSON_STRING)
        return refuse(r, e, "a common value is a string");
    r->commons[at].text = kept_string(r, t);
    if (r->commons[at].text.n > PROFILE_VALUE_BYTES_MAX)
        return refuse(r, e, "a common value is too long");
    return take_u32(r, 1, &r->commons[at].count, e);
}

/* An array of rows, each of which take() reads from its first token on. */
static bool take_rows(struct reading *r, uint32_t *ret_count,
                      bool (*take)(struct reading *, struct json_token, uint32_t, struct err *),
                      struct err *e)
{
    uint32_t count = 0;

    if (json_next(&r->json).kind != JSON_ARRAY)
        return refuse(r, e, "an array is missing");
    for (;;) {
        struct json_token t = json_next(&r->json);
        if (t.kind == JSON_ARRAY_END)
            break;
        if (!take(r, t, count, e))
            return false;
        count++;
    }
    *ret_count = count;
    return true;
}

static bool pass_over(struct reading *r, struct err *e)
{
    struct json_token t = json_next(&r->json);
    bool opens = t.kind == JSON_OBJECT || t.kind == JSON_ARRAY;

    if (t.kind == JSON_ERROR || (opens && !json_skip(&r->json, t)))
        return refuse(r, e, r->json.error);
    return true;
}

static bool take_member(struct reading *r, str key, struct profile_field *f, struct err *e)
{
    if (str_eq(key, S("field")))
        return take_string(r, &f->name, e);
    if (str_eq(key, S("events")))
        return take_number(r, UINT64_MAX, &f->events, e);
    if (str_eq(key, S("values")))
        return take_number(r, UINT64_MAX, &f->values, e);
    if (str_eq(key, S("bytes")))
        return take_number(r, UINT64_MAX, &f->bytes, e);
    if (str_eq(key, S("rare")))
        return take_u32(r, 0, &f->rare_values, e);
    if (str_eq(key, S("commons")))
        return take_rows(r, &f->common_count, take_common, e);
    if (str_eq(key, S("grams")))
        return take_rows(r, &f->gram_count, take_gram, e);
    return pass_over(r, e);
}

static bool take_field(struct reading *r, struct profile_field *f, struct err *e)
{
    for (;;) {
        struct json_token t = json_next(&r->json);
        if (t.kind == JSON_OBJECT_END)
            break;
        if (t.kind != JSON_KEY)
            return refuse(r, e, r->json.error);
        if (!take_member(r, json_string(t, r->profile->arena), f, e))
            return false;
    }
    if (json_next(&r->json).kind != JSON_END)
        return refuse(r, e, r->json.error);
    if (!f->name.n || !f->values)
        return refuse(r, e, "a field has a name, and more than no values");
    return true;
}

static bool keep_grams(struct reading *r, struct profile_field *f, struct err *e)
{
    struct arena *a = r->profile->arena;
    uint32_t slots = 4;

    if (!f->gram_count)
        return true;
    while (slots < f->gram_count * 2)
        slots *= 2;
    struct profile_gram *grams = arena_array(a, f->gram_count, sizeof *grams);
    uint16_t *table = arena_array(a, slots, sizeof *table);
    memcpy(grams, r->grams, f->gram_count * sizeof *grams);
    f->grams = grams;
    f->slots = table;
    f->slot_mask = slots - 1;
    for (uint32_t i = 0; i < f->gram_count; i++) {
        if (find_gram(f, grams[i].bytes))
            return refuse(r, e, "a gram stands twice");
        uint32_t at = gram_hash(grams[i].bytes) & f->slot_mask;
        while (table[at])
            at = (at + 1) & f->slot_mask;
        table[at] = (uint16_t)(i + 1);
    }
    return true;
}

static bool read_field(struct reading *r, struct err *e)
{
    struct profile *p = r->profile;
    struct profile_field *f;

    if (p->field_count == PROFILE_FIELDS_MAX)
        return refuse(r, e, "a profile has too many fields");
    f = arena_push(p->arena, (void **)&p->fields, &p->field_count, &r->capacity, sizeof *f);
    if (json_next(&r->json).kind != JSON_OBJECT)
        return refuse(r, e, "a line is an object");
    if (!take_field(r, f, e) || !keep_grams(r, f, e))
        return false;
    struct profile_value *commons = arena_array(p->arena, f->common_count + 1, sizeof *commons);
    memcpy(commons, r->commons, f->common_count * sizeof *commons);
    f->commons = commons;
    return true;
}

static bool read_head(struct reading *r, struct err *e)
{
    uint64_t version = 0;

    if (json_next(&r->json).kind != JSON_OBJECT)
        return refuse(r, e, "this is no profile; 'tocsin rule profile' makes one");
    for (;;) {
        struct json_token t = json_next(&r->json);
        if (t.kind == JSON_OBJECT_END)
            break;
        if (t.kind != JSON_KEY)
            return refuse(r, e, r->json.error);
        str key = json_string(t, r->profile->arena);
        bool ok = str_eq(key, S("tocsin_profile")) ? take_number(r, UINT64_MAX, &version, e)
                  : str_eq(key, S("events")) ? take_number(r, UINT64_MAX, &r->profile->events, e)
                                             : pass_over(r, e);
        if (!ok)
            return false;
    }
    if (version != PROFILE_VERSION)
        return refuse(r, e, "this is no profile of this version; 'tocsin rule profile' makes one");
    return true;
}

static bool read_lines(struct reading *r, str text, struct err *e)
{
    struct profile *p = r->profile;

    do {
        str line = str_cut(&text, '\n');
        json_init(&r->json, line);
        if (r->line++ == 0 ? !read_head(r, e) : !read_field(r, e))
            return false;
    } while (text.n);
    if (p->field_count)
        qsort(p->fields, p->field_count, sizeof *p->fields, by_name);
    for (uint32_t i = 1; i < p->field_count; i++)
        if (str_eq(p->fields[i - 1].name, p->fields[i].name))
            return err_set(e, ERR_INPUT, "the field '" STR_FMT "' stands twice",
                           STR_ARG(p->fields[i].name));
    return true;
}

static int by_occurrences(const void *left, const void *right)
{
    const struct profile_gram *a = left, *b = right;

    if (a->occurrences != b->occurrences)
        return a->occurrences < b->occurrences ? 1 : -1;
    return memcmp(a->bytes, b->bytes, PROFILE_GRAM);
}

/* Adds the fields' grams up. */
static void sum_grams(struct profile *p)
{
    uint32_t listed = 0, slots = 16, n = 0;

    for (uint32_t i = 0; i < p->field_count; i++) {
        listed += p->fields[i].gram_count;
        p->bytes += p->fields[i].bytes;
    }
    while (slots < 2 * listed)
        slots *= 2;
    struct profile_gram *sums = mem_array(slots, sizeof *sums);
    for (uint32_t i = 0; i < p->field_count; i++)
        for (uint32_t k = 0; k < p->fields[i].gram_count; k++) {
            const struct profile_gram *g = &p->fields[i].grams[k];
            uint32_t at = gram_hash(g->bytes) & (slots - 1);
            while (sums[at].occurrences && memcmp(sums[at].bytes, g->bytes, PROFILE_GRAM) != 0)
                at = (at + 1) & (slots - 1);
            memcpy(sums[at].bytes, g->bytes, PROFILE_GRAM);
            uint32_t room = UINT32_MAX - sums[at].occurrences;
            sums[at].occurrences += g->occurrences < room ? g->occurrences : room;
        }
    for (uint32_t i = 0; i < slots; i++)
        if (sums[i].occurrences)
            sums[n++] = sums[i];
    if (n)
        qsort(sums, n, sizeof *sums, by_occurrences);
    p->gram_count = n < PROFILE_ALL_GRAMS_MAX ? n : PROFILE_ALL_GRAMS_MAX;
    p->grams = arena_array(p->arena, p->gram_count, sizeof *p->grams);
    if (p->gram_count)
        memcpy(p->grams, sums, p->gram_count * sizeof *sums);
    free(sums);
}

bool profile_read(str text, struct profile **ret, struct err *e)
{
    struct reading r = {.profile = mem_alloc(sizeof *r.profile)};

    r.profile->arena = arena_new(1 << 16);
    r.grams = mem_array(PROFILE_GRAMS_MAX, sizeof *r.grams);
    r.commons = mem_array(PROFILE_VALUES_MAX, sizeof *r.commons);
    bool ok = read_lines(&r, text, e);
    free(r.grams);
    free(r.commons);
    if (ok) {
        sum_grams(r.profile);
    } else {
        profile_free(r.profile);
        r.profile = NULL;
    }
    *ret = r.profile;
    return ok;
}

bool profile_load(struct io *io, const char *path, struct profile **ret, struct err *e)
{
    struct buf text CLEANUP(buf_done) = buf_make(PROFILE_FILE_MAX);

    *ret = NULL;
    if (!io_read_file(io, path, &text, e))
        return false;
    return profile_read(buf_str(&text), ret, e) || err_in_file(e, str_from(path));
}

void profile_free(struct profile *p)
{
    if (!p)
        return;
    arena_free(p->arena);
    free(p);
}
