/*
 * meaning.h - for tests of detect/: rules from text, events from JSON, and both
 * matchers asked at once, so that each fact is checked of the oracle and of the
 * detector.
 */
#pragma once

#include "base/buf.h"
#include "detect/detector.h"
#include "formats/format.h"
#include "../format_drive.h"

#include <stdio.h>

extern const struct format format_json;

struct meaning {
    struct ruleset *rs;
    struct naive *naive;
    struct detector *detector;
    struct detector_scratch *scratch;
};

static inline void meaning_done(struct meaning *m)
{
    detector_scratch_free(m->scratch);
    detector_free(m->detector);
    naive_free(m->naive);
    ruleset_free(m->rs);
}

/* `text` holds any number of rules. Those that are refused are printed. */
static inline struct meaning meaning_of(str text)
{
    struct meaning m = {.rs = ruleset_new()};

    ruleset_load_text(m.rs, S("test.yml"), text);
    ruleset_finish(m.rs);
    for (uint32_t i = 0; i < m.rs->refusal_count; i++)
        fprintf(stderr, "refused: %u:%u: %s\n", m.rs->refusals[i].why.line,
                m.rs->refusals[i].why.column, m.rs->refusals[i].why.message);
    m.naive = naive_new(m.rs);
    m.detector = detector_new(m.rs);
    m.scratch = detector_scratch_new(m.detector);
    return m;
}

/* A rule for `category: test` from its detection in YAML's flow style, without the braces. */
static inline struct meaning meaning_of_detection(const char *detection)
{
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);

    buf_printf(&text, "title: t\nlogsource: {category: test}\ndetection: {%s}\n", detection);
    return meaning_of(buf_str(&text));
}

struct meaning_question {
    const struct meaning *m;
    const struct logsource *sources;
    uint32_t source_count;
    uint32_t events, naive, detector, different; /* counts of events, of matches of rule 0 */
};

static inline void meaning_ask(void *ctx, struct event *ev)
{
    struct meaning_question *q = ctx;
    const uint32_t *matches;

    ev->logsource_count = (uint8_t)q->source_count;
    for (uint32_t i = 0; i < q->source_count; i++)
        ev->logsources[i] = q->sources[i];
    uint32_t count = detector_match(q->m->detector, q->m->scratch, ev, &matches), next = 0;
    for (uint32_t rule = 0; rule < q->m->rs->count; rule++) {
        bool fast = next < count && matches[next] == rule;
        bool slow = naive_matches(q->m->naive, rule, ev);
        next += fast;
        q->different += fast != slow;
        q->naive += slow && rule == 0;
        q->detector += fast && rule == 0;
    }
    q->events++;
}

static inline void meaning_problem(void *ctx, const struct problem *p)
{
    (void)ctx;
    (void)p;
}

/* Asks about each event of the JSON. */
static inline struct meaning_question meaning_match(const struct meaning *m, str json,
                                                    const struct logsource *sources, uint32_t count)
{
    struct meaning_question q = {.m = m, .sources = sources, .source_count = count};
    struct decode_sink sink = {.ctx = &q, .event = meaning_ask, .problem = meaning_problem};

    format_drive(&format_json, json, json.n, &sink, NULL);
    return q;
}
