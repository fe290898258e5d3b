/*
 * report_csv.c - a header and one row a finding (RFC 4180: CRLF, every cell in
 * quotes), safe to open in a spreadsheet. Written as findings come.
 */
#include "engine/finding_field.h"
#include "cli/report.h"
#include "cli/sink.h"

#include "base/mem.h"
#include "text/escape.h"
#include "text/time.h"

#include <inttypes.h>
#include <stdlib.h>

struct csv {
    const struct report_context *context;
    struct sink sink;
    struct buf cell; /* scratch for a composed cell, raw */
};

static void cell_time(struct buf *out, const struct finding *f)
{
    char text[TIME_TEXT_MAX];

    if (f->event->has_time)
        buf_add(out, (str){text, time_format(f->event->time_ns, f->event->time_digits, text)});
}

static void cell_level(struct buf *out, const struct finding *f)
{
    buf_add(out, str_from(sigma_level_name(f->rule->level)));
}

static void cell_rule(struct buf *out, const struct finding *f)
{
    buf_add(out, f->rule->title);
}

static void cell_rule_id(struct buf *out, const struct finding *f)
{
    buf_add(out, sigma_rule_identity(f->rule));
}

static void cell_host(struct buf *out, const struct finding *f)
{
    buf_add(out, f->host);
}

static void cell_user(struct buf *out, const struct finding *f)
{
    buf_add(out, f->user);
}

static void cell_file(struct buf *out, const struct finding *f)
{
    buf_add(out, f->file);
}

static void cell_record(struct buf *out, const struct finding *f)
{
    buf_printf(out, "%" PRIu64, f->record);
}

static void cell_techniques(struct buf *out, const struct finding *f)
{
    rule_techniques_text(out, f->rule, " ");
}

static void cell_tags(struct buf *out, const struct finding *f)
{
    for (uint32_t i = 0; i < f->rule->tag_count; i++) {
        if (i)
            buf_char(out, ' ');
        buf_add(out, f->rule->tags[i]);
    }
}

static void cell_status(struct buf *out, const struct finding *f)
{
    buf_add(out, str_from(sigma_status_name(f->rule->status)));
}

static void cell_format(struct buf *out, const struct finding *f)
{
    buf_add(out, str_from(f->format));
}

static void cell_product(struct buf *out, const struct finding *f)
{
    buf_add(out, f->rule->logsource.product);
}

static void cell_category(struct buf *out, const struct finding *f)
{
    buf_add(out, f->rule->logsource.category);
}

static void cell_service(struct buf *out, const struct finding *f)
{
    buf_add(out, f->rule->logsource.service);
}

static void cell_rule_file(struct buf *out, const struct finding *f)
{
    buf_add(out, f->rule->file);
}

static void cell_recovered(struct buf *out, const struct finding *f)
{
    buf_add(out, f->event->from.recovered ? S("yes") : S("no"));
}

static const struct {
    const char *name;
    void (*put)(struct buf *out, const struct finding *f); /* raw bytes */
} columns[] = {
    {"time", cell_time},
    {"level", cell_level},
    {"rule", cell_rule},
    {"rule_id", cell_rule_id},
    {"host", cell_host},
    {"user", cell_user},
    {"file", cell_file},
    {"record", cell_record},
    {"techniques", cell_techniques},
    {"matched", finding_matched_text},
    {"entities", finding_entities_text},
    {"tags", cell_tags},
    {"status", cell_status},
    {"format", cell_format},
    {"product", cell_product},
    {"category", cell_category},
    {"service", cell_service},
    {"rule_file", cell_rule_file},
    {"recovered", cell_recovered},
};

static void *csv_open(const struct report_context *c)
{
    struct csv *s = mem_alloc(sizeof *s);

    *s = (struct csv){
        .context = c, .sink = sink_make(c->io, c->fd), .cell = buf_make(BUF_MAX_OUTPUT)};
    for (size_t i = 0; i < countof(columns); i++) {
        if (i)
            buf_char(&s->sink.text, ',');
        escape_csv(&s->sink.text, str_from(columns[i].name));
    }
    for (uint32_t i = 0; i < c->field_count; i++) {
        buf_char(&s->sink.text, ',');
        escape_csv(&s->sink.text, c->fields[i]);
    }
    buf_add(&s->sink.text, S("\r\n"));
    return s;
}

static bool csv_finding(void *state, const struct finding *f, struct err *e)
{
    struct csv *s = state;
    struct buf *out = &s->sink.text;

    for (size_t i = 0; i < countof(columns); i++) {
        if (i)
            buf_char(out, ',');
        buf_clear(&s->cell);
        columns[i].put(&s->cell, f);
        escape_csv(out, buf_str(&s->cell));
    }
    for (uint32_t i = 0; i < s->context->field_count; i++) {
        buf_char(out, ',');
        buf_clear(&s->cell);
        finding_field_text(&s->cell, f, s->context->fields[i]);
        escape_csv(out, buf_str(&s->cell));
    }
    buf_add(out, S("\r\n"));
    return sink_settle(&s->sink, e);
}

static bool csv_problem(void *state, str file, const struct problem *p, struct err *e)
{
    (void)state, (void)file, (void)p, (void)e;
    return true;
}

static bool csv_finish(void *state, const struct scan *scan, const struct summary *summary,
                       struct err *e)
{
    struct csv *s = state;

    (void)scan, (void)summary;
    return sink_flush(&s->sink, e);
}

static void csv_close(void *state)
{
    struct csv *s = state;

    sink_done(&s->sink);
    buf_done(&s->cell);
    free(s);
}

const struct report report_csv = {
    .name = "csv",
    .summary = "a row for each finding, safe for spreadsheets",
    .open = csv_open,
    .finding = csv_finding,
    .problem = csv_problem,
    .finish = csv_finish,
    .close = csv_close,
};
