/*
 * report_html.c - one HTML file that needs nothing else: content/report's page,
 * style and script, and the run as JSON inside script elements that are data,
 * not code. The Content-Security-Policy allows the two embedded texts by their
 * SHA-256 and no request, so that what slips into the data can neither run nor
 * call home; the script puts data on the page as text only.
 *
 * A browser holds only so much: at most HTML_FINDINGS_MAX findings of at most
 * HTML_ROW_BYTES_MAX go into the file, and the full events of as many of them as
 * HTML_EVENT_BYTES_MAX holds.
 * First come HTML_FAIR of each rule, then the higher levels; the page says what
 * is left out, and its counts are of everything.
 */
#include "engine/finding_json.h"
#include "cli/html_data.h"
#include "cli/report.h"
#include "cli/report_asset.h"
#include "cli/run_json.h"
#include "cli/sink.h"
#include "engine/spool.h"

#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "text/escape.h"
#include "text/time.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    HTML_FINDINGS_MAX = 50000,
    HTML_ROW_BYTES_MAX = 64 * 1024 * 1024,
    HTML_EVENT_BYTES_MAX = 32 * 1024 * 1024,
    HTML_FAIR = 100, /* findings of each rule that come before those of others */
    HTML_PROBLEMS_MAX = 1000,
    INDEX_FIRST = 1024,
};

struct entry {
    uint64_t row_at, event_at; /* in the spool; findings of one event share its event_at */
    uint32_t row_bytes, event_bytes;
    uint16_t level;
    bool fair;  /* among the first HTML_FAIR of its rule */
    bool shown; /* its full event is embedded */
};

struct html {
    const struct report_context *context;
    struct sink sink;
    struct spool *spool;
    struct buf row, event; /* scratch */
    struct entry *index;
    uint32_t count, capacity;

    struct intern *rule_ids; /* the rule's pointer, as bytes, to its place in rules */
    struct html_rule *rules;
    uint32_t rule_count, rule_capacity;

    const struct event *last_event; /* of the finding before: its address and record, to compare */
    uint64_t last_record, findings;

    struct buf problems; /* JSON values with commas between them */
    struct json_writer problem_list;
    uint64_t problem_count;
};

static void *html_open(const struct report_context *c)
{
    struct html *h = mem_alloc(sizeof *h);

    h->context = c;
    h->sink = sink_make(c->io, c->fd);
    h->spool = spool_new(c->io, c->spool_fd, SPOOL_MEMORY_MAX);
    h->row = buf_make(BUF_MAX_OUTPUT);
    h->event = buf_make(BUF_MAX_OUTPUT);
    h->rule_ids = intern_new();
    h->problems = buf_make(BUF_MAX_OUTPUT);
    h->problem_list = json_writer_make(&h->problems, 0);
    json_array(&h->problem_list);
    return h;
}

static uint32_t rule_place(struct html *h, const struct sigma_rule *rule)
{
    uint32_t place = intern_add(h->rule_ids, (str){(const char *)&rule, sizeof rule});

    if (place < h->rule_count)
        return place;
    if (h->rule_count == h->rule_capacity) {
        h->rule_capacity = h->rule_capacity ? h->rule_capacity * 2 : INDEX_FIRST;
        h->rules = mem_resize(h->rules, h->rule_capacity, sizeof *h->rules);
    }
    h->rules[h->rule_count++] = (struct html_rule){.rule = rule};
    return place;
}

static bool html_finding(void *state, const struct finding *f, struct err *e)
{
    struct html *h = state;
    struct entry entry = {.level = (uint16_t)f->rule->level};
    bool same = h->count && f->event == h->last_event && f->record == h->last_record;
    uint32_t place = rule_place(h, f->rule);
    uint64_t nth = h->rules[place].count++;

    h->findings++;
    if (nth >= HTML_FINDINGS_MAX || h->count == SPOOL_INDEX_MAX)
        return true; /* it could not be chosen, or there is no room: counted above */
    entry.fair = nth < HTML_FAIR;
    buf_clear(&h->row);
    html_row(&h->row, f, place, h->context->fields, h->context->field_count);
    entry.row_bytes = (uint32_t)h->row.n;
    if (!spool_add(h->spool, buf_str(&h->row), &entry.row_at, e))
        return false;
    if (same) {
        entry.event_at = h->index[h->count - 1].event_at;
        entry.event_bytes = h->index[h->count - 1].event_bytes;
    } else {
        buf_clear(&h->event);
        html_event(&h->event, f->event);
        entry.event_bytes = (uint32_t)h->event.n;
        if (!spool_add(h->spool, buf_str(&h->event), &entry.event_at, e))
            return false;
    }
    if (h->count == h->capacity) {
        h->capacity = h->capacity ? h->capacity * 2 : INDEX_FIRST;
        h->index = mem_resize(h->index, h->capacity, sizeof *h->index);
    }
    h->index[h->count++] = entry;
    h->last_event = f->event;
    h->last_record = f->record;
    return true;
}

static bool html_problem(void *state, str file, const struct problem *p, struct err *e)
{
    struct html *h = state;

    (void)e;
    if (h->problem_count++ < HTML_PROBLEMS_MAX)
        problem_json(&h->problem_list, file, p);
    return true;
}

static int compare_importance(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->fair != y->fair)
        return x->fair ? -1 : 1;
    if (x->level != y->level)
        return x->level > y->level ? -1 : 1;
    return x->row_at < y->row_at ? -1 : x->row_at > y->row_at;
}

static int compare_place(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    return x->row_at < y->row_at ? -1 : x->row_at > y->row_at;
}

/* Leaves the findings to embed at the front of the index, in input order; returns how many. */
static uint32_t choose(struct html *h)
{
    uint64_t row_bytes = 0, event_bytes = 0;
    uint32_t chosen = 0;

    if (h->count == 0)
        return 0;
    qsort(h->index, h->count, sizeof *h->index, compare_importance);
    while (chosen < h->count && chosen < HTML_FINDINGS_MAX) {
        struct entry *entry = &h->index[chosen];
        row_bytes += entry->row_bytes;
        if (row_bytes > HTML_ROW_BYTES_MAX)
            break;
        event_bytes += entry->event_bytes;
        entry->shown = event_bytes <= HTML_EVENT_BYTES_MAX;
        chosen++;
    }
    qsort(h->index, chosen, sizeof *h->index, compare_place);
    return chosen;
}

/* What a {{name}} of the page stands for. */
struct slot {
    str name;
    bool (*write)(struct html *h, uint32_t chosen, const struct scan *scan, const struct summary *s,
                  struct err *e);
};

static bool slot_title(struct html *h, uint32_t chosen, const struct scan *scan,
                       const struct summary *s, struct err *e)
{
    (void)chosen, (void)scan, (void)e;
    buf_printf(&h->sink.text, "%" PRIu64 " findings", s->findings);
    for (uint32_t i = 0; i < h->context->path_count; i++) {
        buf_add(&h->sink.text, i ? S(", ") : S(" in "));
        escape_html(&h->sink.text, h->context->paths[i]);
    }
    return true;
}

static bool slot_style_hash(struct html *h, uint32_t chosen, const struct scan *scan,
                            const struct summary *s, struct err *e)
{
    (void)chosen, (void)scan, (void)s, (void)e;
    html_source_hash(&h->sink.text, report_asset_css);
    return true;
}

static bool slot_script_hash(struct html *h, uint32_t chosen, const struct scan *scan,
                             const struct summary *s, struct err *e)
{
    (void)chosen, (void)scan, (void)s, (void)e;
    html_source_hash(&h->sink.text, report_asset_js);
    return true;
}

static bool slot_style(struct html *h, uint32_t chosen, const struct scan *scan,
                       const struct summary *s, struct err *e)
{
    (void)chosen, (void)scan, (void)s, (void)e;
    buf_add(&h->sink.text, report_asset_css);
    return true;
}

static bool slot_script(struct html *h, uint32_t chosen, const struct scan *scan,
                        const struct summary *s, struct err *e)
{
    (void)chosen, (void)scan, (void)s, (void)e;
    buf_add(&h->sink.text, report_asset_js);
    return true;
}

static bool slot_run(struct html *h, uint32_t chosen, const struct scan *scan,
                     const struct summary *s, struct err *e)
{
    struct json_writer writer = json_writer_make(&h->sink.text, 0), *w = &writer;
    const struct report_context *c = h->context;

    (void)e;
    json_array_end(&h->problem_list);
    json_object(w);
    json_field_str(w, S("version"), str_from(c->version));
    json_key(w, S("generated"));
    json_time(w, clock_now_ns(&c->clock) / NS_PER_S * NS_PER_S, true);
    json_key(w, S("paths"));
    json_array(w);
    for (uint32_t i = 0; i < c->path_count; i++)
        json_str(w, c->paths[i]);
    json_array_end(w);
    json_field_u64(w, S("findings_read"), h->findings);
    json_field_u64(w, S("findings_embedded"), chosen);
    json_field_u64(w, S("problem_total"), h->problem_count);
    json_key(w, S("problems"));
    json_raw(w, buf_str(&h->problems));
    json_key(w, S("ruleset"));
    ruleset_json(w, c->rules);
    json_key(w, S("summary"));
    summary_json(w, s);
    json_key(w, S("evidence"));
    evidence_json(w, scan);
    if (c->stats) {
        json_key(w, S("fields_unseen"));
        fields_unseen_json(w, scan);
    }
    html_tactics(w);
    html_problem_kinds(w);
    html_rules(w, h->rules, h->rule_count);
    json_object_end(w);
    return true;
}

/* The rows: each ends with the number of its event's line, or -1. */
static bool slot_findings(struct html *h, uint32_t chosen, const struct scan *scan,
                          const struct summary *s, struct err *e)
{
    uint64_t last_event_at = UINT64_MAX;
    int64_t line = -1;

    (void)scan, (void)s;
    buf_char(&h->sink.text, '[');
    for (uint32_t i = 0; i < chosen; i++) {
        const struct entry *entry = &h->index[i];
        uint64_t at = entry->row_at;
        if (entry->shown && entry->event_at != last_event_at) {
            last_event_at = entry->event_at;
            line++;
        }
        buf_add(&h->sink.text, i ? S(",\n[") : S("["));
        if (!spool_read(h->spool, &at, &h->sink.text, e))
            return false;
        buf_printf(&h->sink.text, ",%" PRId64 "]", entry->shown ? line : -1);
        if (!sink_settle(&h->sink, e))
            return false;
    }
    buf_char(&h->sink.text, ']');
    return true;
}

static bool slot_events(struct html *h, uint32_t chosen, const struct scan *scan,
                        const struct summary *s, struct err *e)
{
    uint64_t last_event_at = UINT64_MAX;

    (void)scan, (void)s;
    for (uint32_t i = 0; i < chosen; i++) {
        uint64_t at = h->index[i].event_at;
        if (!h->index[i].shown || at == last_event_at)
            continue;
        last_event_at = at;
        if (!spool_read(h->spool, &at, &h->sink.text, e))
            return false;
        buf_char(&h->sink.text, '\n');
        if (!sink_settle(&h->sink, e))
            return false;
    }
    return true;
}

static const struct slot slots[] = {
    {S("title"), slot_title},
    {S("style-hash"), slot_style_hash},
    {S("script-hash"), slot_script_hash},
    {S("style"), slot_style},
    {S("script"), slot_script},
    {S("run"), slot_run},
    {S("findings"), slot_findings},
    {S("events"), slot_events},
};

static const struct slot *slot_find(str name)
{
    for (size_t i = 0; i < countof(slots); i++)
        if (str_eq(slots[i].name, name))
            return &slots[i];
    return NULL;
}

static bool html_finish(void *state, const struct scan *scan, const struct summary *s,
                        struct err *e)
{
    struct html *h = state;
    uint32_t chosen = choose(h);
    str page = report_asset_html;

    for (;;) {
        const char *open = str_find(page, S("{{"));
        const char *close =
            open ? str_find(str_from_at(page, (size_t)(open - page.p)), S("}}")) : NULL;
        if (!close)
            break;
        buf_add(&h->sink.text, (str){page.p, (size_t)(open - page.p)});
        const struct slot *slot = slot_find((str){open + 2, (size_t)(close - open - 2)});
        assert(slot); /* the page is ours */
        if (!slot->write(h, chosen, scan, s, e) || !sink_settle(&h->sink, e))
            return false;
        page = str_from_at(page, (size_t)(close - page.p) + 2);
    }
    buf_add(&h->sink.text, page);
    return sink_flush(&h->sink, e);
}

static void html_close(void *state)
{
    struct html *h = state;

    spool_free(h->spool);
    intern_free(h->rule_ids);
    buf_done(&h->row);
    buf_done(&h->event);
    buf_done(&h->problems);
    sink_done(&h->sink);
    free(h->index);
    free(h->rules);
    free(h);
}

const struct report report_html = {
    .name = "html",
    .summary = "one self-contained page to read in a browser and to hand on",
    .shows_problems = true,
    .open = html_open,
    .finding = html_finding,
    .problem = html_problem,
    .finish = html_finish,
    .close = html_close,
};
