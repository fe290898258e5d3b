#include "cli/alert_report.h"

#include "base/mem.h"
#include "cli/alert_page.h"
#include "cli/run_json.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "engine/finding_json.h"
#include "text/time.h"
#include "triage/alert_json.h"
#include "triage/group_json.h"

#include <stdlib.h>

enum { GROUP_ARENA_BYTES = 16 * 1024 };

struct alert_report {
    const struct report_context *context;
    struct sink sink;
};

static void *open_report(const struct report_context *c)
{
    struct alert_report *r = mem_alloc(sizeof *r);

    r->context = c;
    r->sink = sink_make(c->io, c->fd);
    return r;
}

static void close_report(void *state)
{
    struct alert_report *r = state;

    sink_done(&r->sink);
    free(r);
}

static bool ignore_finding(void *state, const struct finding *f, struct err *e)
{
    (void)state, (void)f, (void)e;
    return true;
}

static bool ignore_problem(void *state, str file, const struct problem *p, struct err *e)
{
    (void)state, (void)file, (void)p, (void)e;
    return true;
}

static bool name_event(void *ctx, uint64_t ref, struct alert_event *ret)
{
    const struct scan *scan = ctx;

    *ret = (struct alert_event){
        .source = scan_source_name(scan, event_ref_stream(ref)),
        .record = event_ref_record(ref),
        .time_ns = SIGNAL_NO_TIME,
    };
    return true;
}

static struct alert_namer namer_of(const struct scan *scan)
{
    return (struct alert_namer){.ctx = (void *)(uintptr_t)scan, .name = name_event};
}

/* Groups, with the alerts that sum entities up among them. */
static const struct alert_groups *settle(struct triage *t)
{
    const uint64_t displaced = triage_stats(t).displaced;

    if (displaced)
        say("%llu alerts are left out for want of room: those that were told least recently",
            (unsigned long long)displaced);
    (void)triage_groups(t); /* says what is suppressed, which does not count */
    (void)triage_roll_up(t);
    return triage_groups(t);
}

/* ------------------------------------------------------------ the outputs */

static bool finish_jsonl(void *state, const struct scan *scan, const struct summary *s,
                         struct err *e)
{
    struct alert_report *r = state;
    const struct alert_namer namer = namer_of(scan);
    uint32_t count;

    (void)s;
    (void)settle(r->context->triage);
    const struct alert *const *alerts = triage_alerts(r->context->triage, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct json_writer w = json_writer_make(&r->sink.text, 0);
        alert_json(&w, alerts[i], &namer);
        buf_char(&r->sink.text, '\n');
        if (!sink_settle(&r->sink, e))
            return false;
    }
    return sink_flush(&r->sink, e);
}

static void write_head(struct json_writer *w, const struct report_context *c)
{
    json_field_str(w, S("tool"), S("tocsin"));
    json_field_str(w, S("version"), str_from(c->version));
    json_key(w, S("generated"));
    json_time(w, clock_now_ns(&c->clock) / NS_PER_S * NS_PER_S, true);
    json_key(w, S("paths"));
    json_array(w);
    for (uint32_t i = 0; i < c->path_count; i++)
        json_str(w, c->paths[i]);
    json_array_end(w);
    json_key(w, S("ruleset"));
    ruleset_json(w, c->rules);
}

static bool write_groups(struct alert_report *r, struct json_writer *w,
                         const struct alert_groups *groups, struct err *e)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new(GROUP_ARENA_BYTES);

    json_key(w, S("groups"));
    json_array(w);
    for (uint32_t i = 0; i < groups->count; i++) {
        buf_char(&r->sink.text, '\n');
        alert_group_json(w, &groups->items[i], scratch);
        arena_reset(scratch);
        if (!sink_settle(&r->sink, e))
            return false;
    }
    json_array_end(w);
    return true;
}

static bool finish_json(void *state, const struct scan *scan, const struct summary *s,
                        struct err *e)
{
    struct alert_report *r = state;
    const struct alert_namer namer = namer_of(scan);
    struct json_writer w = json_writer_make(&r->sink.text, 0);
    const struct alert_groups *groups = settle(r->context->triage);
    uint32_t count;
    const struct alert *const *alerts = triage_alerts(r->context->triage, &count);

    json_object(&w);
    write_head(&w, r->context);
    json_field_u64(&w, S("events"), s->events);
    json_key(&w, S("alerts"));
    json_array(&w);
    for (uint32_t i = 0; i < count; i++) {
        buf_char(&r->sink.text, '\n');
        alert_json(&w, alerts[i], &namer);
        if (!sink_settle(&r->sink, e))
            return false;
    }
    json_array_end(&w);
    if (!write_groups(r, &w, groups, e))
        return false;
    json_object_end(&w);
    buf_char(&r->sink.text, '\n');
    return sink_flush(&r->sink, e);
}

static bool finish_table(void *state, const struct scan *scan, const struct summary *s,
                         struct err *e)
{
    struct alert_report *r = state;
    const struct alert_namer namer = namer_of(scan);
    struct page page = page_make(&r->sink.text, r->context->terminal, r->context->columns);
    char events[PAGE_NUMBER_MAX], signals[PAGE_NUMBER_MAX];

    page_printf(&page, STYLE_PLAIN, "%.*s events, %.*s signals",
                STR_ARG(page_number(s->events, events)),
                STR_ARG(page_number(triage_stats(r->context->triage).signals, signals)));
    page_newline(&page);
    alert_page_write(&page, settle(r->context->triage), &namer, r->context->stats);
    return sink_flush(&r->sink, e);
}

static const struct report alert_reports[] = {
    {
        .name = "table",
        .summary = "alerts in their groups, for people",
        .open = open_report,
        .finding = ignore_finding,
        .problem = ignore_problem,
        .finish = finish_table,
        .close = close_report,
    },
    {
        .name = "jsonl",
        .summary = "one JSON object a line for each alert",
        .open = open_report,
        .finding = ignore_finding,
        .problem = ignore_problem,
        .finish = finish_jsonl,
        .close = close_report,
    },
    {
        .name = "json",
        .summary = "one JSON object for the whole run",
        .open = open_report,
        .finding = ignore_finding,
        .problem = ignore_problem,
        .finish = finish_json,
        .close = close_report,
    },
};

const struct report *alert_report_find(str name)
{
    for (size_t i = 0; i < countof(alert_reports); i++)
        if (str_eq(name, str_from(alert_reports[i].name)))
            return &alert_reports[i];
    return NULL;
}
