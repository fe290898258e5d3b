#include "engine/match_log.h"

#include "base/intern.h"
#include "base/mem.h"
#include "engine/spool.h"
#include "text/time.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    MATCHES_MAX = SPOOL_INDEX_MAX,
    VALUE_BYTES_MAX = 64 * 1024, /* of one value that is kept */
    ARENA_BYTES = 64 * 1024,
    MATCHED_EXTRA = 2, /* pairs of a firing's finding beyond its group */
    FIELDS_EXTRA = 4,
    TOGETHER_MAX = 4096, /* matches of one event that are one step of a sequence */
};

struct match_entry {
    int64_t time_ns;
    uint64_t at; /* in the spool: ascends in the order of the input */
};

/* What a piece of the spool begins with; values follow, each with its length, or ABSENT. */
struct piece {
    uint64_t record;
    uint32_t file, rule, count;
};
#define ABSENT UINT32_MAX

struct match_log {
    const struct ruleset *rs;
    struct correlator *correlator;
    struct spool *spool;
    struct intern *files;
    struct match_entry *entries;
    uint32_t count, capacity;
    struct buf text; /* a piece, on its way */
    struct match_log_stats stats;
    struct err failure;

    /* While it runs: */
    const struct entity_finder *entities;
    struct arena *arena;
    void *ctx;
    void (*finding)(void *ctx, const struct finding *f);
    struct correlator_match *event; /* the matches of the event that is being fed */
    uint32_t event_count;
    struct piece piece; /* of one of them */
    int64_t event_ns;
    struct buf other; /* a piece that is told of */
};

static void fired(void *ctx, const struct correlation_firing *f);

struct match_log *match_log_new(const struct ruleset *rs, struct io *io, int fd)
{
    struct match_log *m = mem_alloc(sizeof *m);
    const struct correlator_sink sink = {m, fired};

    m->rs = rs;
    m->correlator = correlator_new(rs, &sink);
    if (!m->correlator) {
        free(m);
        return NULL;
    }
    m->spool = spool_new(io, fd, SPOOL_MEMORY_MAX);
    m->files = intern_new();
    m->text = buf_make(BUF_MAX_OUTPUT);
    m->other = buf_make(BUF_MAX_OUTPUT);
    m->event = mem_array(TOGETHER_MAX, sizeof *m->event);
    return m;
}

void match_log_free(struct match_log *m)
{
    if (!m)
        return;
    correlator_free(m->correlator);
    spool_free(m->spool);
    intern_free(m->files);
    buf_done(&m->text);
    buf_done(&m->other);
    free(m->event);
    free(m->entries);
    free(m);
}

const struct correlator *match_log_correlator(const struct match_log *m)
{
    return m ? m->correlator : NULL;
}

/* ------------------------------------------------------------ keeping */

static void add_bytes(struct buf *out, const void *bytes, size_t n)
{
    buf_add(out, (str){bytes, n});
}

static void write_piece(struct match_log *m, const struct piece *p, const str *values)
{
    buf_clear(&m->text);
    add_bytes(&m->text, p, sizeof *p);
    for (uint32_t i = 0; i < p->count; i++) {
        size_t n = values[i].n < VALUE_BYTES_MAX ? values[i].n : VALUE_BYTES_MAX;
        uint32_t length = values[i].p ? (uint32_t)n : ABSENT;
        add_bytes(&m->text, &length, sizeof length);
        if (values[i].p)
            add_bytes(&m->text, values[i].p, n);
    }
}

void match_log_add(struct match_log *m, uint32_t rule, const struct event *ev, str file,
                   uint64_t record, const str *values, uint32_t count)
{
    const struct piece piece = {record, intern_add(m->files, file), rule, count};

    m->stats.matches++;
    if (!ev->has_time) {
        m->stats.untimed++;
        return;
    }
    if (m->count == m->capacity) {
        m->capacity = m->capacity ? m->capacity * 2 : 1024;
        m->entries = mem_resize(m->entries, m->capacity, sizeof *m->entries);
    }
    struct match_entry *entry = &m->entries[m->count];
    entry->time_ns = ev->time_ns;
    write_piece(m, &piece, values);
    if (m->count == MATCHES_MAX || !spool_add(m->spool, buf_str(&m->text), &entry->at,
                                              m->failure.code ? &(struct err){0} : &m->failure))
        m->stats.left_out++;
    else
        m->count++;
}

/* ------------------------------------------------------------ firings */

/* Digits of a fraction that the time has. */
static uint8_t digits_of(int64_t ns)
{
    uint8_t digits = 9;

    for (ns %= NS_PER_S; digits && ns % 10 == 0; ns /= 10)
        digits--;
    return digits;
}

static str time_text(int64_t ns, struct arena *a)
{
    char text[TIME_TEXT_MAX];

    return arena_str(a, (str){text, time_format(ns, digits_of(ns), text)});
}

/* "5", "at least 5", "about 20133", "12.25" */
static str value_text(const struct correlation_firing *f, struct arena *a)
{
    return arena_printf(a, "%s%.15g",
                        f->approximate ? "about "
                        : f->at_least  ? "at least "
                                       : "",
                        f->value);
}

/* Where a match was: of the event that is being fed, or of one before. */
static struct piece piece_at(struct match_log *m, uint64_t at)
{
    struct piece ret = m->piece;

    for (uint32_t i = 0; i < m->event_count; i++)
        if (m->event[i].match == at)
            return ret;
    buf_clear(&m->other);
    if (spool_read(m->spool, &at, &m->other, m->failure.code ? &(struct err){0} : &m->failure))
        memcpy(&ret, buf_str(&m->other).p, sizeof ret);
    return ret;
}

/* "FILE:RECORD" of each match that a sequence is made of. */
static str *places_of(struct match_log *m, const struct correlation_firing *f)
{
    str *ret = arena_array(m->arena, f->match_count + 1, sizeof *ret);

    for (uint32_t i = 0; i < f->match_count; i++) {
        const struct piece piece = piece_at(m, f->matches[i]);
        str file = intern_str(m->files, piece.file);
        ret[i] = arena_printf(m->arena, STR_FMT ":%" PRIu64, STR_ARG(file), piece.record);
    }
    return ret;
}

/* The firing as an event: what its group has in common, and what was counted. */
static const struct event *event_of(struct match_log *m, const struct correlation_firing *f,
                                    const str *places)
{
    const struct piece piece = piece_at(m, f->match);
    const struct sigma_correlation *c = f->correlation;
    struct event *ev = arena_alloc(m->arena, sizeof *ev);
    const uint32_t count = c->group_count + FIELDS_EXTRA + f->match_count;

    *ev = (struct event){
        .fields = arena_array(m->arena, count, sizeof *ev->fields),
        .field_capacity = count,
        .time_ns = f->time_ns,
        .time_digits = digits_of(f->time_ns),
        .has_time = true,
        .from = {.file = intern_str(m->files, piece.file), .record = piece.record},
    };
    for (uint32_t i = 0; i < c->group_count; i++)
        event_add(ev, m->arena,
                  (struct field){.name = f->group[i].field, .value = f->group[i].value});
    const struct field extra[FIELDS_EXTRA] = {
        {.name = S("correlation_type"), .value = str_from(correlation_type_name(c->type))},
        {.name = S("correlation_value"), .value = value_text(f, m->arena)},
        {.name = S("first_seen"), .value = time_text(f->first_ns, m->arena)},
        {.name = S("last_seen"), .value = time_text(f->last_ns, m->arena)},
    };
    for (size_t i = 0; i < FIELDS_EXTRA; i++)
        event_add(ev, m->arena, extra[i]);
    for (uint32_t i = 0; i < f->match_count; i++)
        event_add(ev, m->arena, (struct field){.name = S("matches"), .value = places[i]});
    return ev;
}

static void fired(void *ctx, const struct correlation_firing *f)
{
    struct match_log *m = ctx;
    const struct sigma_correlation *c = f->correlation;
    const str *places = places_of(m, f);
    const struct event *ev = event_of(m, f, places);
    const uint32_t count = c->group_count + MATCHED_EXTRA + f->match_count;
    struct finding finding = finding_of(m->entities, ev, NULL, m->arena);
    struct matched_field *matched = arena_array(m->arena, count, sizeof *matched);

    for (uint32_t i = 0; i < c->group_count; i++)
        matched[i] = (struct matched_field){f->group[i].field, f->group[i].value};
    matched[c->group_count] =
        (struct matched_field){str_from(correlation_type_name(c->type)), value_text(f, m->arena)};
    matched[c->group_count + 1] =
        (struct matched_field){S("first_seen"), time_text(f->first_ns, m->arena)};
    for (uint32_t i = 0; i < f->match_count; i++)
        matched[c->group_count + MATCHED_EXTRA + i] =
            (struct matched_field){S("matches"), places[i]};
    finding.rule = &c->head;
    finding.matched = matched;
    finding.matched_count = count;
    finding.file = ev->from.file;
    finding.record = ev->from.record;
    m->finding(m->ctx, &finding);
}

/* ------------------------------------------------------------ the run */

static int by_time(const void *left, const void *right)
{
    const struct match_entry *l = left, *r = right;

    if (l->time_ns != r->time_ns)
        return l->time_ns < r->time_ns ? -1 : 1;
    return (l->at > r->at) - (l->at < r->at);
}

static void feed_event(struct match_log *m)
{
    if (m->event_count)
        correlator_feed_event(m->correlator, m->event_ns, m->event, m->event_count);
    m->event_count = 0;
    arena_reset(m->arena);
}

/* The values stand in `text`, behind a piece. */
static const str *read_values(struct match_log *m, str text, uint32_t count)
{
    str *values = arena_array(m->arena, count + 1, sizeof *values);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t length;
        memcpy(&length, text.p, sizeof length);
        text = str_from_at(text, sizeof length);
        if (length == ABSENT)
            continue;
        values[i] = (str){text.p, length};
        text = str_from_at(text, length);
    }
    return values;
}

/* A match joins those of its event, which came before it. */
static void gather(struct match_log *m, const struct match_entry *entry, str text)
{
    struct piece piece;

    memcpy(&piece, text.p, sizeof piece);
    if (m->event_count == TOGETHER_MAX || entry->time_ns != m->event_ns ||
        piece.file != m->piece.file || piece.record != m->piece.record)
        feed_event(m);
    m->piece = piece;
    m->event_ns = entry->time_ns;
    text = arena_str(m->arena, str_from_at(text, sizeof piece));
    m->event[m->event_count++] = (struct correlator_match){
        .rule = piece.rule, .values = read_values(m, text, piece.count), .match = entry->at};
}

bool match_log_run(struct match_log *m, const struct entity_finder *entities, int64_t until_ns,
                   void *ctx, void (*finding)(void *ctx, const struct finding *f),
                   struct match_log_stats *ret, struct err *e)
{
    bool ok = m->failure.code == ERR_NONE;

    if (!ok)
        *e = m->failure;
    m->entities = entities;
    m->ctx = ctx;
    m->finding = finding;
    m->arena = arena_new(ARENA_BYTES);
    if (m->count)
        qsort(m->entries, m->count, sizeof *m->entries, by_time);
    for (uint32_t i = 0; i < m->count && ok; i++) {
        uint64_t at = m->entries[i].at;
        buf_clear(&m->text);
        ok = spool_read(m->spool, &at, &m->text, e);
        if (ok)
            gather(m, &m->entries[i], buf_str(&m->text));
    }
    if (ok) {
        feed_event(m);
        correlator_advance(m->correlator, until_ns);
    }
    arena_free(m->arena);
    m->stats.correlator = correlator_stats(m->correlator);
    *ret = m->stats;
    return ok;
}
