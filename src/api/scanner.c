/*
 * scanner.c - a scan (engine/scan.h) that is used again for each buffer and path, so that small
 * ones cost little: its memory, decoders and the rules' scratch stay.
 */
#include "api/finding_view.h"
#include "api/rule_handle.h"
#include "base/mem.h"
#include "engine/scan.h"

#include <stdlib.h>

_Static_assert((int)TOCSIN_THREADS_MAX == (int)SCAN_WORKERS_MAX,
               "the header tells the engine's limit");

struct tocsin_scanner {
    const struct tocsin_rules *rules;
    struct scan *scan; /* NULL until the first, and when a setting has changed */
    struct io io;
    const struct format *format; /* NULL: by content */
    unsigned threads;
    tocsin_finding_fn *on_finding;
    tocsin_problem_fn *on_problem;
    void *finding_context, *problem_context;
    struct finding_text text;
    uint64_t events, findings, problems; /* of the last scan */
    bool busy, stopped;
};

struct tocsin_scanner *tocsin_scanner_new(const struct tocsin_rules *rules,
                                          struct tocsin_error *why)
{
    if (!rules || !rules->detector) {
        failure_say(why, TOCSIN_MISUSE, "the rules are %s",
                    !rules            ? "NULL"
                    : rules->compiled ? "none"
                                      : "not compiled");
        return NULL;
    }
    struct tocsin_scanner *s = mem_alloc(sizeof *s);
    s->rules = rules;
    s->threads = 1;
    io_init(&s->io);
    finding_text_init(&s->text);
    return s;
}

void tocsin_scanner_free(struct tocsin_scanner *s)
{
    if (!s)
        return;
    scan_free(s->scan);
    finding_text_done(&s->text);
    free(s);
}

/* ------------------------------------------------------------ settings */

void tocsin_scanner_on_finding(struct tocsin_scanner *s, tocsin_finding_fn *fn, void *context)
{
    if (!s)
        return;
    s->on_finding = fn;
    s->finding_context = context;
}

void tocsin_scanner_on_problem(struct tocsin_scanner *s, tocsin_problem_fn *fn, void *context)
{
    if (!s)
        return;
    s->on_problem = fn;
    s->problem_context = context;
}

/* A callback that calls back would pull the scan away under itself. */
static bool is_idle(const struct tocsin_scanner *s, struct tocsin_error *why)
{
    if (!s)
        return failure_say(why, TOCSIN_MISUSE, "the scanner is NULL");
    if (s->busy)
        return failure_say(why, TOCSIN_MISUSE, "the scanner is at work");
    return true;
}

static void forget_scan(struct tocsin_scanner *s)
{
    scan_free(s->scan);
    s->scan = NULL;
}

bool tocsin_scanner_set_format(struct tocsin_scanner *s, const char *name, struct tocsin_error *why)
{
    if (!is_idle(s, why))
        return false;
    const struct format *format = name ? format_find(&formats_builtin, str_from(name)) : NULL;
    if (name && !format)
        return failure_say(why, TOCSIN_INPUT, "unknown format '%s'", name);
    s->format = format;
    forget_scan(s);
    return true;
}

bool tocsin_scanner_set_threads(struct tocsin_scanner *s, unsigned threads,
                                struct tocsin_error *why)
{
    if (!is_idle(s, why))
        return false;
    if (threads < 1 || threads > TOCSIN_THREADS_MAX)
        return failure_say(why, TOCSIN_INPUT, "%u threads are not 1 to %d", threads,
                           TOCSIN_THREADS_MAX);
    s->threads = threads;
    forget_scan(s);
    return true;
}

/* ------------------------------------------------------------ scanning */

static void on_finding(void *ctx, const struct finding *f)
{
    struct tocsin_scanner *s = ctx;
    const struct tocsin_finding told = {f, &s->text};

    if (s->stopped)
        return;
    s->findings++;
    s->stopped = s->on_finding && !s->on_finding(s->finding_context, &told);
    if (s->stopped)
        scan_stop(s->scan);
}

static void on_problem(void *ctx, str file, const struct problem *p)
{
    struct tocsin_scanner *s = ctx;
    const struct tocsin_problem told = {p, file};

    if (s->stopped)
        return;
    s->problems++;
    if (s->on_problem)
        s->on_problem(s->problem_context, &told);
}

static void begin(struct tocsin_scanner *s)
{
    const struct clock clock = clock_system();
    const int64_t now_ns = clock_now_ns(&clock);
    const struct scan_handlers handlers = {.ctx = s, .finding = on_finding, .problem = on_problem};
    const struct scan_options options = {
        .rules = s->rules->set,
        .detector = s->rules->detector,
        .io = &s->io,
        .workers = s->threads,
        .format = s->format,
        .time = {.reference_ns = now_ns},
        .from_ns = INT64_MIN,
        .to_ns = INT64_MAX,
        .without_health = true,
    };

    s->busy = true;
    s->stopped = false;
    s->events = s->findings = s->problems = 0;
    if (s->scan)
        scan_again(s->scan, now_ns);
    else
        s->scan = scan_new(&options, &handlers);
}

/* Matches that had to be left out of correlations are no small matter. */
static bool end(struct tocsin_scanner *s, struct tocsin_error *why)
{
    struct scan_correlated correlated;

    s->events = scan_finish(s->scan)->events;
    s->busy = false;
    const struct err *lost = scan_correlated(s->scan, &correlated);
    return !lost || failure_tell(why, lost);
}

bool tocsin_scan_buffer(struct tocsin_scanner *s, const char *name, const void *bytes,
                        size_t length, struct tocsin_error *why)
{
    if (!is_idle(s, why))
        return false;
    if (!name || (!bytes && length))
        return failure_say(why, TOCSIN_MISUSE, "the %s NULL", name ? "buffer is" : "name is");
    begin(s);
    scan_bytes(s->scan, str_from(name), (str){bytes, length});
    return end(s, why);
}

bool tocsin_scan_path(struct tocsin_scanner *s, const char *path, struct tocsin_error *why)
{
    struct err e = {0};

    if (!is_idle(s, why))
        return false;
    if (!path)
        return failure_say(why, TOCSIN_MISUSE, "the path is NULL");
    begin(s);
    const bool opened = scan_path(s->scan, path, &e);
    const bool whole = end(s, why);
    return opened ? whole : failure_tell(why, &e);
}

uint64_t tocsin_scanner_events(const struct tocsin_scanner *s)
{
    return s ? s->events : 0;
}

uint64_t tocsin_scanner_findings(const struct tocsin_scanner *s)
{
    return s ? s->findings : 0;
}

uint64_t tocsin_scanner_problems(const struct tocsin_scanner *s)
{
    return s ? s->problems : 0;
}
