/*
 * report_timeline.c - findings in the order of their time, a line each, under a
 * heading for each day. Lines are made as findings come and wait in a spool;
 * the index, 16 bytes a finding, is sorted at the end (time, then input order).
 */
#include "engine/finding_field.h"
#include "cli/page.h"
#include "cli/report.h"
#include "cli/sink.h"
#include "engine/spool.h"

#include "base/mem.h"
#include "text/time.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    TIME_COLUMNS = 15, /* of the day: hh:mm:ss.uuuuuu */
    LEVEL_COLUMNS = 13,
    HOST_COLUMNS = 16,
    INDEX_FIRST = 1024,
};

/* Findings without time come last: INT64_MAX is 2262-04-11, beyond what formats give. */
#define NO_TIME INT64_MAX

struct entry {
    int64_t ns;
    uint64_t at; /* in the spool: ascends in input order */
};

struct timeline {
    const struct report_context *context;
    struct sink sink;
    struct spool *lines;
    struct buf line;  /* scratch */
    struct buf words; /* scratch */
    struct entry *index;
    uint32_t count, capacity;
};

static void *timeline_open(const struct report_context *c)
{
    struct timeline *t = mem_alloc(sizeof *t);

    t->context = c;
    t->sink = sink_make(c->io, c->fd);
    t->lines = spool_new(c->io, c->spool_fd, SPOOL_MEMORY_MAX);
    t->line = buf_make(BUF_MAX_OUTPUT);
    t->words = buf_make(BUF_MAX_OUTPUT);
    return t;
}

/* Time of day, level, host, rule, user, what matched, where. */
static void make_line(struct timeline *t, const struct finding *f)
{
    struct page p = page_make(&t->line, t->context->terminal, t->context->columns);
    char time[TIME_TEXT_MAX];
    size_t n = 0;

    if (f->event->has_time)
        n = time_format(f->event->time_ns, f->event->time_digits, time);
    str of_day = n > 12 ? (str){time + 11, n - 12} : S("-"); /* between the T and the Z */
    page_text(&p, STYLE_PLAIN, of_day);
    page_tab(&p, TIME_COLUMNS);
    page_text(&p, STYLE_PLAIN, S("  "));
    page_text(&p, page_level_style(f->rule->level), page_level_name(f->rule->level));
    page_tab(&p, TIME_COLUMNS + 2 + LEVEL_COLUMNS);
    page_text(&p, STYLE_PLAIN, S("  "));
    page_text(&p, STYLE_PLAIN, f->host.n ? f->host : S("-"));
    page_tab(&p, TIME_COLUMNS + 2 + LEVEL_COLUMNS + 2 + HOST_COLUMNS);
    page_text(&p, STYLE_PLAIN, S("  "));
    page_text(&p, STYLE_STRONG, f->rule->title);

    buf_clear(&t->words);
    if (f->user.n) {
        buf_add(&t->words, S("user="));
        buf_add(&t->words, f->user);
        buf_add(&t->words, S("; "));
    }
    finding_matched_text(&t->words, f);
    page_text(&p, STYLE_PLAIN, S("  "));
    if (!t->context->terminal) {
        page_text(&p, STYLE_PLAIN, buf_str(&t->words));
        page_text(&p, STYLE_PLAIN, S("  "));
        page_text(&p, STYLE_PLAIN, f->file);
        page_printf(&p, STYLE_PLAIN, ":%" PRIu64, f->record);
    } else {
        page_rest(&p, STYLE_FAINT, buf_str(&t->words));
    }
    page_newline(&p);
}

static void index_add(struct timeline *t, struct entry entry)
{
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : INDEX_FIRST;
        t->index = mem_resize(t->index, t->capacity, sizeof *t->index);
    }
    t->index[t->count++] = entry;
}

static bool timeline_finding(void *state, const struct finding *f, struct err *e)
{
    struct timeline *t = state;
    struct entry entry = {.ns = f->event->has_time ? f->event->time_ns : NO_TIME};

    if (t->count == SPOOL_INDEX_MAX)
        return err_set(e, ERR_LIMIT,
                       "a timeline holds at most %d findings: leave out levels or use '-o jsonl'",
                       SPOOL_INDEX_MAX);
    buf_clear(&t->line);
    make_line(t, f);
    if (!spool_add(t->lines, buf_str(&t->line), &entry.at, e))
        return false;
    index_add(t, entry);
    return true;
}

static bool timeline_problem(void *state, str file, const struct problem *p, struct err *e)
{
    (void)state, (void)file, (void)p, (void)e;
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->ns != y->ns)
        return x->ns < y->ns ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The day as a number, so that a change of day is seen. */
static int64_t day_of(int64_t ns)
{
    int64_t day = 86400 * NS_PER_S;

    return ns == NO_TIME ? INT64_MAX : ns / day - (ns % day < 0);
}

static void write_day(struct timeline *t, int64_t ns)
{
    static const char *const names[] = {"Thursday", "Friday",  "Saturday", "Sunday",
                                        "Monday",   "Tuesday", "Wednesday"};
    struct page p = page_make(&t->sink.text, t->context->terminal, t->context->columns);
    char text[PAGE_NUMBER_MAX];

    if (ns == NO_TIME) {
        page_heading(&p, "without time", NULL);
        return;
    }
    int64_t weekday = (day_of(ns) % 7 + 7) % 7; /* day 0, 1970-01-01, was a Thursday */
    page_newline(&p);
    page_text(&p, STYLE_HEADING, (str){page_time(ns, text).p, 10});
    page_printf(&p, STYLE_HEADING, " %s", names[weekday]);
    page_newline(&p);
}

static bool timeline_finish(void *state, const struct scan *scan, const struct summary *s,
                            struct err *e)
{
    struct timeline *t = state;
    struct page p = page_make(&t->sink.text, t->context->terminal, t->context->columns);
    char n[PAGE_NUMBER_MAX];

    (void)scan;
    page_text(&p, STYLE_STRONG, page_number(s->findings, n));
    page_text(&p, STYLE_PLAIN, s->findings == 1 ? S(" finding in ") : S(" findings in "));
    page_text(&p, STYLE_STRONG, page_number(s->events, n));
    page_text(&p, STYLE_PLAIN, s->events == 1 ? S(" event") : S(" events"));
    if (t->count < s->findings) { /* --limit */
        page_text(&p, STYLE_PLAIN, S(", the first "));
        page_text(&p, STYLE_STRONG, page_number(t->count, n));
        page_text(&p, STYLE_PLAIN, S(" shown"));
    }
    page_text(&p, STYLE_PLAIN, S("; times are UTC"));
    page_newline(&p);
    if (t->count)
        qsort(t->index, t->count, sizeof *t->index, compare);
    for (uint32_t i = 0; i < t->count; i++) {
        uint64_t at = t->index[i].at;
        if (i == 0 || day_of(t->index[i].ns) != day_of(t->index[i - 1].ns))
            write_day(t, t->index[i].ns);
        if (!spool_read(t->lines, &at, &t->sink.text, e) || !sink_settle(&t->sink, e))
            return false;
    }
    return sink_flush(&t->sink, e);
}

static void timeline_close(void *state)
{
    struct timeline *t = state;

    spool_free(t->lines);
    buf_done(&t->line);
    buf_done(&t->words);
    free(t->index);
    sink_done(&t->sink);
    free(t);
}

const struct report report_timeline = {
    .name = "timeline",
    .summary = "findings in the order of their time, a line each",
    .open = timeline_open,
    .finding = timeline_finding,
    .problem = timeline_problem,
    .finish = timeline_finish,
    .close = timeline_close,
};
