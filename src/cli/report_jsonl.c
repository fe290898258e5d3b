/*
 * report_jsonl.c - one JSON object a line and finding, written as it is found:
 * docs/finding.schema.json. Problems have no line: the command tells them on
 * standard error.
 */
#include "engine/finding_json.h"
#include "cli/report.h"
#include "cli/sink.h"

#include "base/mem.h"

#include <stdlib.h>

struct jsonl {
    struct sink sink;
    struct finding_json *findings;
};

static void *jsonl_open(const struct report_context *c)
{
    struct jsonl *j = mem_alloc(sizeof *j);

    j->sink = sink_make(c->io, c->fd);
    j->findings = finding_json_new(c->fields, c->field_count);
    return j;
}

static bool jsonl_finding(void *state, const struct finding *f, struct err *e)
{
    struct jsonl *j = state;
    struct json_writer w = json_writer_make(&j->sink.text, 0);

    finding_json_write(j->findings, &w, f);
    buf_char(&j->sink.text, '\n');
    return sink_settle(&j->sink, e);
}

static bool jsonl_problem(void *state, str file, const struct problem *p, struct err *e)
{
    (void)state, (void)file, (void)p, (void)e;
    return true;
}

static bool jsonl_finish(void *state, const struct scan *scan, const struct summary *s,
                         struct err *e)
{
    struct jsonl *j = state;

    (void)scan, (void)s;
    return sink_flush(&j->sink, e);
}

static void jsonl_close(void *state)
{
    struct jsonl *j = state;

    finding_json_free(j->findings);
    sink_done(&j->sink);
    free(j);
}

const struct report report_jsonl = {
    .name = "jsonl",
    .summary = "one JSON object a line for each finding",
    .open = jsonl_open,
    .finding = jsonl_finding,
    .problem = jsonl_problem,
    .finish = jsonl_finish,
    .close = jsonl_close,
};
