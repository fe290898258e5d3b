/*
 * gap.c - finds where a log lacks what should be there.
 *
 * Three kinds of rows, for each log: the events of one file, host and channel
 * (one file alone when events have no channel), in the order of the file. A
 * host is its name up to the first dot in any case: a machine writes its own
 * name in several ways while it is set up. What was carved from slack space is
 * left out.
 *
 * Record ids. Windows numbers the records of a channel without holes. An id
 * more than one above the highest so far is a gap. An id up to DISORDER below
 * the highest is disorder on the way here and changes nothing; one farther
 * below begins anew, as the oldest part of a circular file does. A log with a
 * gap at more than one in SELECTION_RATIO of its records is a selection (an
 * export by a query): its ids prove nothing, and it is counted in logs_selected
 * instead.
 *
 * Time. Two events of one log more than a day apart are a gap when the log is
 * dense: it has DENSE_EVENTS events or more, and without such pauses they are
 * at most an hour apart on average. A log that pauses more than HABIT_PAUSES
 * times does so by habit, as that of a machine which is switched off on
 * weekends. Times below the highest so far are disorder.
 *
 * Clearing. Windows events 1102 (Security) and 104 (System, which names the
 * log) of the provider Microsoft-Windows-Eventlog.
 *
 * A batch keeps its logs as steps: runs of consecutive ids, pauses, clearings.
 * Only the collector judges them, because what is a jump depends on the batch
 * before.
 */
#include "engine/gap.h"

#include "base/buf.h"
#include "base/mem.h"
#include "engine/tally.h"
#include "text/time.h"

#include <stdlib.h>

enum {
    DISORDER = 64,
    SELECTION_RATIO = 10,
    DENSE_EVENTS = 100,
    HABIT_PAUSES = 4,
    KEY_PART_MAX = 4096, /* bytes of a file, host or channel that tell logs apart */
};
#define PAUSE_NS ((uint64_t)24 * 3600 * NS_PER_S)
#define DENSE_NS ((uint64_t)3600 * NS_PER_S)

enum step_kind { STEP_RUN, STEP_CLEARED, STEP_PAUSE };

/* Events that follow each other: a run of ids each one above the one before, one clearing, or the
 * two sides of a pause. */
struct step {
    enum step_kind kind;
    bool has_time;
    uint64_t record_first, record_last;
    int64_t time_first_ns, time_last_ns;
    str cleared; /* the log that was cleared, in the index's arena */
};

struct gap_log {
    str file, channel;      /* slices of the key */
    str host;               /* as it was first written */
    uint64_t events, timed; /* all events; those with a time */
    int64_t first_ns, highest_ns;
    bool has_time;

    struct step *steps; /* of a batch */
    uint32_t step_count, step_capacity;
    uint32_t first_step;   /* how many steps stand before the first event with a time */
    uint64_t first_record; /* of that event */

    uint64_t records; /* what follows is of a collector */
    uint64_t highest, latest;
    int64_t highest_time_ns; /* of the record `highest` */
    bool has_highest, highest_has_time;
    struct gap_row *gaps;
    uint32_t gap_count, gap_capacity;
    uint64_t record_gaps, pauses, gaps_left_out;
    uint64_t pauses_ns; /* the sum of all pauses */
};

/* Times may lie further apart than an int64_t of nanoseconds. */
static uint64_t distance_ns(int64_t from, int64_t to)
{
    return to > from ? (uint64_t)to - (uint64_t)from : 0;
}

static void forget(struct gap_index *g)
{
    g->last = INTERN_NONE;
    for (size_t i = 0; i < GAP_RECENT_MAX; i++)
        g->recent[i].log = INTERN_NONE;
}

void gap_init(struct gap_index *g, bool batch)
{
    *g = (struct gap_index){.batch = batch};
    forget(g);
    g->keys = intern_new();
    g->arena = arena_new(1 << 14);
    g->key = mem_alloc(sizeof *g->key);
    *g->key = buf_make(4 * KEY_PART_MAX);
}

void gap_done(struct gap_index *g)
{
    intern_free(g->keys);
    arena_free(g->arena);
    buf_done(g->key);
    free(g->key);
    free(g->logs);
    *g = (struct gap_index){0};
}

void gap_clear(struct gap_index *g)
{
    intern_clear(g->keys);
    arena_reset(g->arena);
    forget(g);
    g->logs_other = 0;
}

/* What tells hosts apart: "WS01" of "ws01.corp.example". An address has no such part. */
static void host_add(struct buf *key, str host)
{
    str rest = host, head = str_cut(&rest, '.');
    uint64_t number;

    if (str_u64(head, &number))
        head = host;
    for (size_t i = 0; i < head.n; i++)
        buf_char(key, ascii_lower(head.p[i]));
}

/* The log of that name, new or known; NULL when there are too many. */
static struct gap_log *log_of(struct gap_index *g, str file, str host, str channel)
{
    uint32_t known = intern_count(g->keys);

    if (g->last != INTERN_NONE) {
        assert(g->logs && g->last < known);
        struct gap_log *last = &g->logs[g->last];
        if (str_eq(last->channel, channel) && str_eq(last->host, host) && str_eq(last->file, file))
            return last;
    }
    buf_clear(g->key);
    buf_add(g->key, file);
    buf_char(g->key, '\0');
    buf_add(g->key, channel);
    buf_char(g->key, '\0'); /* a hostile name with a NUL inside joins two logs at worst */
    host_add(g->key, host);
    uint32_t id = intern_within(g->keys, buf_str(g->key), g->batch ? UINT32_MAX : SUMMARY_LOGS_MAX);
    if (id == INTERN_NONE)
        return NULL;
    if (id == g->capacity) {
        g->capacity = g->capacity ? g->capacity * 2 : 16;
        g->logs = mem_resize(g->logs, g->capacity, sizeof *g->logs);
    }
    if (id == known) {
        str key = intern_str(g->keys, id);
        g->logs[id] = (struct gap_log){.file = {key.p, file.n},
                                       .channel = {key.p + file.n + 1, channel.n},
                                       .host = arena_str(g->arena, host)};
    }
    g->last = id;
    return &g->logs[id];
}

static struct gap_row *gap_add(struct gap_index *g, struct gap_log *log)
{
    if (log->gap_count == SUMMARY_LOG_GAPS_MAX) {
        log->gaps_left_out++;
        return NULL;
    }
    struct gap_row *row = arena_push(g->arena, (void **)&log->gaps, &log->gap_count,
                                     &log->gap_capacity, sizeof *log->gaps);
    *row = (struct gap_row){.file = log->file, .host = log->host, .log = log->channel};
    return row;
}

/* A pause just before this record is the same hole; the row that names records tells more. */
static void record_gap(struct gap_index *g, struct gap_log *log, const struct step *run)
{
    struct gap_row *last = log->gap_count ? &log->gaps[log->gap_count - 1] : NULL;
    bool same = last && !last->by_record && !last->cleared && run->has_time &&
                last->time_after_ns == run->time_first_ns;
    struct gap_row *row = same ? last : gap_add(g, log);

    log->record_gaps++;
    if (!row)
        return;
    row->by_record = true;
    row->record_before = log->highest;
    row->record_after = run->record_first;
    row->has_time = log->highest_has_time && run->has_time;
    row->time_before_ns = log->highest_time_ns;
    row->time_after_ns = run->time_first_ns;
}

static void judge_run(struct gap_index *g, struct gap_log *log, const struct step *run)
{
    bool disorder = log->has_highest && run->record_first <= log->highest &&
                    log->highest - run->record_first < DISORDER;

    log->records += run->record_last - run->record_first + 1;
    if (log->has_highest && run->record_first > log->highest + 1)
        record_gap(g, log, run);
    log->latest = run->record_last;
    if (disorder && run->record_last <= log->highest)
        return;
    log->highest = run->record_last;
    log->highest_time_ns = run->time_last_ns;
    log->highest_has_time = run->has_time;
    log->has_highest = true;
}

static void judge_clearing(struct gap_index *g, struct gap_log *log, const struct step *step)
{
    struct gap_row *row = gap_add(g, log);

    if (!row)
        return;
    row->cleared = true;
    if (step->cleared.n)
        row->log = arena_str(g->arena, step->cleared);
    row->record_before = row->record_after = step->record_last;
    row->time_before_ns = row->time_after_ns = step->time_last_ns;
    row->has_time = step->has_time;
}

static void judge_pause(struct gap_index *g, struct gap_log *log, const struct step *step)
{
    bool known = log->has_time && log->highest_ns > step->time_first_ns;
    int64_t from = known ? log->highest_ns : step->time_first_ns;
    uint64_t length = distance_ns(from, step->time_last_ns);

    if (length <= PAUSE_NS)
        return;
    log->pauses++;
    log->pauses_ns += length;
    struct gap_row *row = gap_add(g, log);
    if (!row)
        return;
    row->record_before = log->latest;
    row->record_after = step->record_last;
    row->time_before_ns = from;
    row->time_after_ns = step->time_last_ns;
    row->has_time = true;
}

static void judge(struct gap_index *g, struct gap_log *log, const struct step *step)
{
    static void (*const judges[])(struct gap_index *, struct gap_log *, const struct step *) = {
        [STEP_RUN] = judge_run,
        [STEP_CLEARED] = judge_clearing,
        [STEP_PAUSE] = judge_pause,
    };
    judges[step->kind](g, log, step);
}

/* A batch keeps the step; the collector judges it at once. */
static void step_add(struct gap_index *g, struct gap_log *log, const struct step *step)
{
    if (!g->batch) {
        judge(g, log, step);
        return;
    }
    struct step *room = arena_push(g->arena, (void **)&log->steps, &log->step_count,
                                   &log->step_capacity, sizeof *log->steps);
    *room = *step;
    if (step->cleared.n)
        room->cleared = arena_str(g->arena, step->cleared);
}

static struct step *last_run(struct gap_log *log)
{
    struct step *last = log->step_count ? &log->steps[log->step_count - 1] : NULL;

    return last && last->kind == STEP_RUN ? last : NULL;
}

static void time_add(struct gap_index *g, struct gap_log *log, const struct event *ev,
                     uint64_t record)
{
    if (log->has_time && distance_ns(log->highest_ns, ev->time_ns) > PAUSE_NS) {
        struct step pause = {.kind = STEP_PAUSE,
                             .has_time = true,
                             .record_last = record,
                             .time_first_ns = log->highest_ns,
                             .time_last_ns = ev->time_ns};
        step_add(g, log, &pause);
    }
    if (!log->has_time) {
        log->first_ns = ev->time_ns;
        log->first_record = record;
        log->first_step = log->step_count;
    }
    if (!log->has_time || ev->time_ns > log->highest_ns)
        log->highest_ns = ev->time_ns;
    log->has_time = true;
    log->timed++;
}

static void run_add(struct gap_index *g, struct gap_log *log, const struct event *ev,
                    uint64_t record)
{
    struct step *run = last_run(log);

    if (run && record == run->record_last + 1 && run->has_time == ev->has_time) {
        run->record_last = record;
        run->time_last_ns = ev->time_ns;
        return;
    }
    struct step step = {.kind = STEP_RUN,
                        .has_time = ev->has_time,
                        .record_first = record,
                        .record_last = record,
                        .time_first_ns = ev->time_ns,
                        .time_last_ns = ev->time_ns};
    step_add(g, log, &step);
}

bool gap_is_clearing(struct watched *w)
{
    return watched_is(w, WATCHED_EVENT_ID, S("1102")) || watched_is(w, WATCHED_EVENT_ID, S("104"));
}

static void cleared_add(struct gap_index *g, struct gap_log *log, struct watched *w,
                        uint64_t record)
{
    const struct event *ev = w->event;
    bool system = watched_is(w, WATCHED_EVENT_ID, S("104"));

    if (!gap_is_clearing(w) || !watched_is(w, WATCHED_PROVIDER, S("Microsoft-Windows-Eventlog")))
        return;
    struct step step = {.kind = STEP_CLEARED,
                        .record_last = record,
                        .has_time = ev->has_time,
                        .time_last_ns = ev->time_ns,
                        .cleared =
                            system ? str_clip(watched_last_channel(w), KEY_PART_MAX) : (str){0}};
    step_add(g, log, &step);
}

static bool holds(const struct field *known, const struct field *f)
{
    if (!f)
        return known->value.p == NULL;
    return known->value.p && known->type == f->type && known->flags == f->flags &&
           str_eq(known->value, f->value);
}

static void keep(struct field *known, const struct field *f)
{
    *known = f ? *f : (struct field){0};
    if (f && !f->value.p)
        known->value.p = ""; /* NULL is for absent */
}

/* Of the events of a batch it is the same text at the same place. */
static bool is_same_file(str a, str b)
{
    return (a.p == b.p && a.n == b.n) || str_eq(a, b);
}

/* The log of an event: mostly that of the one of its layout before, whose raw values it has. */
static struct gap_log *log_of_event(struct gap_index *g, struct watched *w)
{
    const struct event *ev = w->event;
    struct gap_recent *r = &g->recent[ev->layout % GAP_RECENT_MAX];
    const struct field *channel = watched_field(w, WATCHED_CHANNEL),
                       *host = watched_field(w, WATCHED_COMPUTER);

    if (r->log != INTERN_NONE && r->codec == ev->codec && holds(&r->channel, channel) &&
        holds(&r->host, host) && is_same_file(r->file, ev->from.file))
        return &g->logs[r->log];

    str name = str_clip(watched_text(w, WATCHED_CHANNEL), KEY_PART_MAX);
    str machine = name.n ? str_clip(watched_text(w, WATCHED_COMPUTER), KEY_PART_MAX) : (str){0};
    struct gap_log *log = log_of(g, str_clip(ev->from.file, KEY_PART_MAX), machine, name);
    if (log) {
        *r = (struct gap_recent){.codec = ev->codec, .file = ev->from.file, .log = g->last};
        keep(&r->channel, channel);
        keep(&r->host, host);
    }
    return log;
}

void gap_event(struct gap_index *g, struct watched *w)
{
    const struct event *ev = w->event;
    uint64_t record = 0;

    if (ev->from.recovered)
        return;
    struct gap_log *log = log_of_event(g, w);
    if (!log) {
        g->logs_other++;
        return;
    }
    log->events++;
    bool numbered = log->channel.n && watched_u64(w, WATCHED_RECORD, &record);
    if (ev->has_time)
        time_add(g, log, ev, record);
    if (numbered)
        run_add(g, log, ev, record);
    if (log->channel.n && !w->dull)
        cleared_add(g, log, w, record);
}

/* The pause at the seam of two batches, which neither of them could see. */
static void seam_add(struct gap_index *into, struct gap_log *log, const struct gap_log *next)
{
    struct step pause = {.kind = STEP_PAUSE,
                         .has_time = true,
                         .record_last = next->first_record,
                         .time_first_ns = log->highest_ns,
                         .time_last_ns = next->first_ns};
    if (log->has_time && next->has_time)
        judge(into, log, &pause);
}

static void log_merge(struct gap_index *into, struct gap_log *log, const struct gap_log *next)
{
    for (uint32_t i = 0; i < next->step_count; i++) {
        if (i == next->first_step)
            seam_add(into, log, next);
        judge(into, log, &next->steps[i]);
    }
    if (next->first_step >= next->step_count)
        seam_add(into, log, next);
    log->events += next->events;
    if (!next->has_time)
        return;
    if (!log->has_time)
        log->first_ns = next->first_ns;
    if (!log->has_time || next->highest_ns > log->highest_ns)
        log->highest_ns = next->highest_ns;
    log->has_time = true;
    log->timed += next->timed;
}

void gap_merge(struct gap_index *into, const struct gap_index *from)
{
    assert(from->batch && !into->batch);
    for (uint32_t i = 0; i < intern_count(from->keys); i++) {
        const struct gap_log *next = &from->logs[i];
        struct gap_log *log = log_of(into, next->file, next->host, next->channel);
        if (!log) {
            into->logs_other += next->events;
            continue;
        }
        log_merge(into, log, next);
    }
    into->logs_other += from->logs_other;
}

static bool is_dense(const struct gap_log *log)
{
    uint64_t covered_ns = distance_ns(log->first_ns, log->highest_ns) - log->pauses_ns;

    return log->timed >= DENSE_EVENTS && covered_ns / log->timed <= DENSE_NS &&
           log->pauses <= HABIT_PAUSES;
}

static bool is_selection(const struct gap_log *log)
{
    return log->record_gaps > log->records / SELECTION_RATIO;
}

void gap_table_of(const struct gap_index *g, struct arena *a, struct summary *ret)
{
    uint32_t capacity = 0;

    assert(!g->batch);
    ret->logs_other = g->logs_other;
    for (uint32_t i = 0; i < intern_count(g->keys); i++) {
        const struct gap_log *log = &g->logs[i];
        bool dense = is_dense(log), selection = is_selection(log);
        ret->logs_selected += selection;
        ret->gaps_other += log->gaps_left_out;
        for (uint32_t k = 0; k < log->gap_count; k++) {
            const struct gap_row *row = &log->gaps[k];
            if (!row->cleared && (row->by_record ? selection : !dense))
                continue;
            if (ret->gap_count == SUMMARY_GAPS_MAX) {
                ret->gaps_other++;
                continue;
            }
            struct gap_row *room =
                arena_push(a, (void **)&ret->gaps, &ret->gap_count, &capacity, sizeof *ret->gaps);
            *room = *row;
        }
    }
}
