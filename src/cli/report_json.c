/*
 * report_json.c - one JSON object for the whole run. Findings are written as
 * they come, so that memory stays flat; problems, which come between them, wait
 * in a spool, and the summary and evidence, known at the end, follow.
 */
#include "engine/finding_json.h"
#include "cli/report.h"
#include "cli/run_json.h"
#include "cli/sink.h"
#include "engine/spool.h"

#include "base/mem.h"
#include "text/time.h"

#include <stdlib.h>

struct json_report {
    const struct report_context *context;
    struct sink sink;
    struct finding_json *findings;
    struct json_writer out;
    struct spool *problems;
    struct buf problem; /* scratch */
};

static void begin(struct json_report *j)
{
    struct json_writer *w = &j->out;

    json_object(w);
    json_field_str(w, S("tool"), S("tocsin"));
    json_field_str(w, S("version"), str_from(j->context->version));
    json_key(w, S("generated"));
    json_time(w, clock_now_ns(&j->context->clock) / NS_PER_S * NS_PER_S, true);
    json_key(w, S("paths"));
    json_array(w);
    for (uint32_t i = 0; i < j->context->path_count; i++)
        json_str(w, j->context->paths[i]);
    json_array_end(w);
    json_key(w, S("ruleset"));
    ruleset_json(w, j->context->rules);
    json_key(w, S("findings"));
    json_array(w);
}

static void *json_open(const struct report_context *c)
{
    struct json_report *j = mem_alloc(sizeof *j);

    j->context = c;
    j->sink = sink_make(c->io, c->fd);
    j->findings = finding_json_new(c->fields, c->field_count);
    j->out = json_writer_make(&j->sink.text, 0);
    j->problems = spool_new(c->io, c->spool_fd, SPOOL_MEMORY_MAX);
    j->problem = buf_make(BUF_MAX_OUTPUT);
    begin(j);
    return j;
}

static bool json_finding(void *state, const struct finding *f, struct err *e)
{
    struct json_report *j = state;

    buf_char(&j->sink.text, '\n'); /* a finding a line, for those who look with less and grep */
    finding_json_write(j->findings, &j->out, f);
    return sink_settle(&j->sink, e);
}

static bool json_problem(void *state, str file, const struct problem *p, struct err *e)
{
    struct json_report *j = state;
    struct json_writer w = json_writer_make(&j->problem, 0);

    buf_clear(&j->problem);
    problem_json(&w, file, p);
    return spool_add(j->problems, buf_str(&j->problem), NULL, e);
}

static bool write_problems(struct json_report *j, struct err *e)
{
    uint64_t at = 0;

    json_key(&j->out, S("problems"));
    json_array(&j->out);
    while (at < spool_end(j->problems)) {
        buf_clear(&j->problem);
        if (!spool_read(j->problems, &at, &j->problem, e))
            return false;
        buf_char(&j->sink.text, '\n');
        json_raw(&j->out, buf_str(&j->problem));
        if (!sink_settle(&j->sink, e))
            return false;
    }
    json_array_end(&j->out);
    return true;
}

static bool json_finish(void *state, const struct scan *scan, const struct summary *s,
                        struct err *e)
{
    struct json_report *j = state;
    struct json_writer *w = &j->out;

    json_array_end(w);
    if (!write_problems(j, e))
        return false;
    json_key(w, S("evidence"));
    evidence_json(w, scan);
    json_key(w, S("summary"));
    summary_json(w, s);
    if (j->context->stats) {
        json_key(w, S("fields_unseen"));
        fields_unseen_json(w, scan);
    }
    json_object_end(w);
    buf_char(&j->sink.text, '\n');
    return sink_flush(&j->sink, e);
}

static void json_close(void *state)
{
    struct json_report *j = state;

    finding_json_free(j->findings);
    spool_free(j->problems);
    buf_done(&j->problem);
    sink_done(&j->sink);
    free(j);
}

const struct report report_json = {
    .name = "json",
    .summary = "one JSON object: findings, summary, evidence, rule set and problems",
    .shows_problems = true,
    .open = json_open,
    .finding = json_finding,
    .problem = json_problem,
    .finish = json_finish,
    .close = json_close,
};
