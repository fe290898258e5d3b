/*
 * profile_build.c - counts fields, grams and short values of events, and writes
 * a profile of them.
 *
 * Counting is bounded by pruning, as in lossy counting (Manku and Motwani,
 * "Approximate frequency counts over data streams", VLDB 2002): a table that is
 * full drops the less frequent half of its keys and remembers the count of the
 * most frequent one dropped, by which any later count may be too low. What is
 * kept depends on counts alone, never on the order of a hash.
 */
#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "detect/profile.h"
#include "text/json_write.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    VALUE_BYTES_MAX = 64 * 1024,       /* looked at of one value */
    BUILDER_FIELDS_MAX = 4096,         /* the first ones; PROFILE_FIELDS_MAX are written */
    FIELD_KEYS_MAX = 1 << 16,          /* counted of one field */
    BUILDER_SLOTS_MAX = 4 * (1 << 20), /* of all tables: 96 MB */
    SLOTS_FIRST = 64,
    /* What is frequent enough to be written. */
    FIELD_VALUES_MIN = 8,
    GRAM_VALUES_MIN = 3,
    GRAM_SHARE_PERMILLE = 1, /* of the field's values; a gram stands in more than that */
    COMMON_VALUES_MIN = 8,
    COMMON_SHARE_PERCENT = 1,
};

struct count {
    uint64_t key;         /* the bytes, the first one highest */
    uint32_t values;      /* 0: free */
    uint32_t occurrences; /* stops at the highest number */
    uint32_t stamp;       /* of the value that was counted last */
};

struct count_table {
    struct count *slots;
    uint32_t slot_count, used;
    uint32_t pruned; /* a key that is not here stood in at most so many values */
};

struct field_counts {
    uint64_t events, values, bytes, last_event;
    struct count_table grams, shorts;
};

struct profile_builder {
    struct intern *names;
    struct field_counts *fields; /* by id */
    uint32_t capacity, slots;    /* of all tables */
    uint64_t events, seed;
    char *folded; /* room for one value */
};

/* Words that name nobody. Other short values with letters may be a person or a host. */
static const str plain_words[] = {
    S("allow"), S("any"),  S("deny"), S("false"), S("get"), S("high"), S("http"),
    S("https"), S("info"), S("low"),  S("n/a"),   S("no"),  S("none"), S("null"),
    S("ok"),    S("post"), S("tcp"),  S("true"),  S("udp"), S("yes"),
};

struct profile_builder *profile_builder_new(void)
{
    struct profile_builder *b = mem_alloc(sizeof *b);

    b->names = intern_new();
    b->seed = hash_seed();
    b->folded = mem_array(VALUE_BYTES_MAX, UTF8_FOLD_GROWTH);
    return b;
}

void profile_builder_free(struct profile_builder *b)
{
    if (!b)
        return;
    for (uint32_t i = 0; i < intern_count(b->names); i++) {
        free(b->fields[i].grams.slots);
        free(b->fields[i].shorts.slots);
    }
    intern_free(b->names);
    free(b->fields);
    free(b->folded);
    free(b);
}

/* ------------------------------------------------------------ tables */

/* The slot of the key, or the free one where it would go. */
static struct count *probe(struct count *slots, uint32_t slot_count, uint64_t key, uint64_t seed)
{
    uint32_t mask = slot_count - 1;

    for (uint32_t i = (uint32_t)hash_mix(key, seed) & mask;; i = (i + 1) & mask)
        if (slots[i].values == 0 || slots[i].key == key)
            return &slots[i];
}

/* Another table with the keys in more than `above` values. */
static void rebuild(struct profile_builder *b, struct count_table *t, uint32_t slots,
                    uint32_t above)
{
    struct count *fresh = mem_array(slots, sizeof *fresh);

    b->slots += slots - t->slot_count;
    t->used = 0;
    for (uint32_t i = 0; i < t->slot_count; i++) {
        if (t->slots[i].values <= above)
            continue;
        *probe(fresh, slots, t->slots[i].key, b->seed) = t->slots[i];
        t->used++;
    }
    free(t->slots);
    t->slots = fresh;
    t->slot_count = slots;
}

static int by_number(const void *left, const void *right)
{
    uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;

    return (l > r) - (l < r);
}

/* Drops the less frequent half, and what is as frequent as its most frequent key. */
static void prune(struct profile_builder *b, struct count_table *t)
{
    uint32_t *values = mem_array(t->used, sizeof *values), n = 0;

    for (uint32_t i = 0; i < t->slot_count; i++)
        if (t->slots[i].values)
            values[n++] = t->slots[i].values;
    assert(n == t->used && n > 0);
    qsort(values, n, sizeof *values, by_number);
    uint32_t median = values[n / 2];
    free(values);
    t->pruned = median > t->pruned ? median : t->pruned;
    rebuild(b, t, t->slot_count, median);
}

/* Makes room for one key more; false when there is none for any. */
static bool make_room(struct profile_builder *b, struct count_table *t)
{
    uint32_t more = t->slot_count ? t->slot_count : SLOTS_FIRST;

    if (t->used < t->slot_count / 2)
        return true;
    if (t->used < FIELD_KEYS_MAX && b->slots + more <= BUILDER_SLOTS_MAX)
        rebuild(b, t, t->slot_count + more, 0);
    else if (t->slot_count)
        prune(b, t);
    return t->slot_count > 0;
}

/* Counts a key in the value with this stamp. */
static void count_key(struct profile_builder *b, struct count_table *t, uint64_t key,
                      uint32_t stamp)
{
    if (!make_room(b, t))
        return;
    struct count *c = probe(t->slots, t->slot_count, key, b->seed);
    if (c->values == 0) {
        *c = (struct count){.key = key, .stamp = ~stamp};
        t->used++;
    }
    c->occurrences += c->occurrences < UINT32_MAX;
    if (c->stamp != stamp)
        c->values += c->values < UINT32_MAX;
    c->stamp = stamp;
}

/* ------------------------------------------------------------ counting */

static uint64_t key_of(str s)
{
    uint64_t key = 0;

    for (size_t i = 0; i < s.n; i++)
        key = key << 8 | (uint8_t)s.p[i];
    return key << 8 * (sizeof key - s.n);
}

static bool is_plain(str s)
{
    bool number = true;
    str digits = str_starts(s, S("0x")) ? str_from_at(s, 2) : s;

    for (size_t i = 0; i < digits.n; i++) {
        char c = digits.p[i];
        bool hex = digits.p != s.p && c >= 'a' && c <= 'f';
        number = number && c >= ' ' && c < 0x7F && (hex || c < 'a' || c > 'z');
    }
    for (size_t i = 0; i < countof(plain_words) && !number; i++)
        number = str_eq(s, plain_words[i]);
    return number;
}

static void count_value(struct profile_builder *b, struct field_counts *f, str value)
{
    value.n = value.n > VALUE_BYTES_MAX ? VALUE_BYTES_MAX : value.n;
    str text = {b->folded, value.n ? utf8_fold_str(value, b->folded) : 0};
    uint32_t stamp = (uint32_t)++f->values, window = 0;

    f->bytes += text.n;
    if (text.n <= PROFILE_VALUE_BYTES_MAX && is_plain(text))
        count_key(b, &f->shorts, text.n ? key_of(text) : 0, stamp);
    for (size_t i = 0; i < text.n; i++) {
        window = window << 8 | (uint8_t)text.p[i];
        if (i >= PROFILE_GRAM - 1)
            count_key(b, &f->grams, window, stamp);
    }
}

/* NULL when there are too many fields. */
static struct field_counts *field_of(struct profile_builder *b, str name)
{
    uint32_t id = intern_find(b->names, name);

    if (id != INTERN_NONE)
        return &b->fields[id];
    if (intern_count(b->names) == BUILDER_FIELDS_MAX)
        return NULL;
    id = intern_add(b->names, name);
    if (id == b->capacity) {
        b->capacity = b->capacity ? b->capacity * 2 : 64;
        b->fields = mem_resize(b->fields, b->capacity, sizeof *b->fields);
    }
    assert(b->fields);
    b->fields[id] = (struct field_counts){0};
    return &b->fields[id];
}

void profile_builder_add(struct profile_builder *b, const struct event *ev)
{
    b->events++;
    for (uint32_t i = 0; i < ev->field_count; i++) {
        assert(!(ev->fields[i].flags & FIELD_RAW));
        struct field_counts *f = field_of(b, ev->fields[i].name);
        if (!f)
            continue;
        f->events += f->last_event != b->events;
        f->last_event = b->events;
        if (ev->fields[i].type != VALUE_NULL)
            count_value(b, f, ev->fields[i].value);
    }
}

/* ------------------------------------------------------------ writing */

static int by_values(const void *left, const void *right)
{
    const struct count *l = left, *r = right;

    if (l->values != r->values)
        return l->values > r->values ? -1 : 1;
    return (l->key > r->key) - (l->key < r->key);
}

static int by_occurrences(const void *left, const void *right)
{
    const struct count *l = left, *r = right;

    if (l->occurrences != r->occurrences)
        return l->occurrences > r->occurrences ? -1 : 1;
    return (l->key > r->key) - (l->key < r->key);
}

/* The table's keys, the most frequent first; free() it. */
static struct count *sorted(const struct count_table *t)
{
    struct count *all = mem_array(t->used + 1, sizeof *all);
    uint32_t n = 0;

    for (uint32_t i = 0; i < t->slot_count; i++)
        if (t->slots[i].values)
            all[n++] = t->slots[i];
    assert(n == t->used);
    qsort(all, n, sizeof *all, by_values);
    return all;
}

/* Bytes of a key as code points U+0000 to U+00FF. */
static void write_bytes(struct json_writer *w, uint64_t key, uint32_t n)
{
    char text[2 * sizeof key];
    size_t length = 0;

    for (uint32_t i = 0; i < n; i++)
        length += utf8_put(key >> 8 * (n - 1 - i) & 0xFF, text + length);
    json_str(w, (str){text, length});
}

static void write_grams(struct json_writer *w, const struct field_counts *f)
{
    struct count *all = sorted(&f->grams);
    uint64_t least = f->values * GRAM_SHARE_PERMILLE / 1000 + 1;
    uint32_t n = 0, rare = f->grams.pruned;

    least = least > GRAM_VALUES_MIN ? least : GRAM_VALUES_MIN;
    while (n < f->grams.used && n < PROFILE_GRAMS_MAX && all[n].values >= least)
        n++;
    if (n < f->grams.used)
        rare += all[n].values;
    qsort(all, n, sizeof *all, by_occurrences);
    json_field_u64(w, S("rare"), rare);
    json_key(w, S("grams"));
    json_array(w);
    for (uint32_t i = 0; i < n; i++) {
        write_bytes(w, all[i].key, PROFILE_GRAM);
        json_u64(w, all[i].values);
        json_u64(w, all[i].occurrences);
    }
    json_array_end(w);
    free(all);
}

static void write_commons(struct json_writer *w, const struct field_counts *f)
{
    struct count *all = sorted(&f->shorts);
    uint64_t least = f->values * COMMON_SHARE_PERCENT / 100;

    least = least > COMMON_VALUES_MIN ? least : COMMON_VALUES_MIN;
    json_key(w, S("commons"));
    json_array(w);
    for (uint32_t i = 0; i < f->shorts.used && i < PROFILE_VALUES_MAX; i++) {
        char text[sizeof all->key];
        uint32_t n = 0;
        if (all[i].values < least)
            break;
        for (; n < sizeof text && all[i].key << 8 * n; n++)
            text[n] = (char)(all[i].key >> 8 * (sizeof text - 1 - n));
        json_str(w, (str){text, n});
        json_u64(w, all[i].values);
    }
    json_array_end(w);
    free(all);
}

struct named {
    str name;
    const struct field_counts *counts;
};

static int by_name(const void *left, const void *right)
{
    return str_cmp(((const struct named *)left)->name, ((const struct named *)right)->name);
}

static int by_count(const void *left, const void *right)
{
    const struct named *l = left, *r = right;

    if (l->counts->values != r->counts->values)
        return l->counts->values > r->counts->values ? -1 : 1;
    return by_name(left, right);
}

/* The fields to be written: the most frequent ones, by name. free() it. */
static struct named *chosen_fields(const struct profile_builder *b, uint32_t *ret_count)
{
    uint32_t count = intern_count(b->names), n = 0;
    struct named *all = mem_array(count + 1, sizeof *all);

    for (uint32_t i = 0; i < count; i++)
        if (b->fields[i].values >= FIELD_VALUES_MIN && intern_str(b->names, i).n)
            all[n++] = (struct named){intern_str(b->names, i), &b->fields[i]};
    qsort(all, n, sizeof *all, by_count);
    n = n > PROFILE_FIELDS_MAX ? PROFILE_FIELDS_MAX : n;
    qsort(all, n, sizeof *all, by_name);
    *ret_count = n;
    return all;
}

void profile_builder_write(struct profile_builder *b, struct buf *out)
{
    struct json_writer w = json_writer_make(out, 0);
    uint32_t count;
    struct named *fields = chosen_fields(b, &count);

    json_object(&w);
    json_field_u64(&w, S("tocsin_profile"), PROFILE_VERSION);
    json_field_u64(&w, S("events"), b->events);
    json_object_end(&w);
    buf_char(out, '\n');
    for (uint32_t i = 0; i < count; i++) {
        const struct field_counts *f = fields[i].counts;
        w = json_writer_make(out, 0);
        json_object(&w);
        json_field_str(&w, S("field"), fields[i].name);
        json_field_u64(&w, S("events"), f->events);
        json_field_u64(&w, S("values"), f->values);
        json_field_u64(&w, S("bytes"), f->bytes);
        write_commons(&w, f);
        write_grams(&w, f);
        json_object_end(&w);
        buf_char(out, '\n');
    }
    free(fields);
}
