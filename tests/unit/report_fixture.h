/* report_fixture.h - a small run made by hand: three rules, four findings, a summary, and the same
 * with hostile bytes wherever a log or a rule can put them. */
#pragma once

#include "cli/report.h"

#include "text/json.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#define HOSTILE                                                                                    \
    "\x1b[31m\x1b]0;owned\x07\r\n=cmd|' /C calc'!A0</script><img src=x onerror=alert(1)>"          \
    "<!--<script>\0\xff\xc2\x9b\xe2\x80\xae{{run}}"

/* 2026-05-04T10:00:00Z */
#define RUN_START_NS ((int64_t)1777888800 * 1000000000)

struct fixture {
    struct io io;
    struct arena *arena;
    struct ruleset rules;
    struct sigma_rule rule[3];
    struct sigma_rule *rule_list[3];
    struct refusal refusal;
    struct summary summary;
    struct tally rows[16];
    struct logon_row logons[3];
    struct gap_row gaps[2];
    struct report_context context;
    str path;
    FILE *out, *spool;
};

static inline void fixture_rules(struct fixture *f)
{
    static str tags[] = {S("attack.execution"), S("attack.t1059.001"), S("attack.stealth"),
                         S("attack.t1027"), S("car.2013-05-009")};
    static str falsepositives[] = {S("Administrators at work")};
    static str references[] = {S("https://example.org/a?b=1&c=2"), S("javascript:alert(1)")};

    f->rule[0] = (struct sigma_rule){
        .file = S("rules/encoded.yml"),
        .line = 1,
        .id = S("8c5b7a7e-1f6d-4d1c-9a51-000000000001"),
        .title = S("Encoded PowerShell Command"),
        .description = S("PowerShell was started with a command in base64."),
        .text = S("title: Encoded PowerShell Command\n"),
        .author = S("tocsin"),
        .level = LEVEL_HIGH,
        .status = STATUS_STABLE,
        .tags = tags,
        .tag_count = countof(tags),
        .references = references,
        .reference_count = countof(references),
        .falsepositives = falsepositives,
        .falsepositive_count = countof(falsepositives),
        .logsource = {.product = S("windows"), .category = S("process_creation")}};
    f->rule[1] =
        (struct sigma_rule){.file = S("rules/noid.yml"),
                            .hash = "0123456789abcdef",
                            .title = S("Log Cleared"),
                            .level = LEVEL_CRITICAL,
                            .logsource = {.product = S("windows"), .service = S("security")}};
    f->rule[2] = (struct sigma_rule){.file = S("rules/" HOSTILE ".yml"),
                                     .hash = "fedcba9876543210",
                                     .title = S("Rule " HOSTILE),
                                     .description = S(HOSTILE),
                                     .text = S(HOSTILE),
                                     .tags = tags,
                                     .tag_count = 2};
    for (size_t i = 0; i < countof(f->rule); i++)
        f->rule_list[i] = &f->rule[i];
    f->refusal = (struct refusal){.kind = REFUSED_INVALID, .title = S("Broken")};
    err_set_at(&f->refusal.why, 7, 3, "unknown modifier 'contans'");
    err_in_file(&f->refusal.why, S("rules/broken.yml"));
    f->rules = (struct ruleset){.rules = f->rule_list,
                                .count = countof(f->rule_list),
                                .file_count = 4,
                                .refusals = &f->refusal,
                                .refusal_count = 1,
                                .hash = "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d91"
                                        "1017c592"};
}

static inline struct tally tally_of(str key, uint64_t count, enum sigma_level level)
{
    return (struct tally){.key = key,
                          .count = count,
                          .level = level,
                          .has_time = true,
                          .first_ns = RUN_START_NS,
                          .last_ns = RUN_START_NS + 3600 * (int64_t)1000000000};
}

/* Rows `from` and on of f->rows as a table. */
static inline struct tally_table table_of(struct fixture *f, uint32_t from, uint32_t count)
{
    return (struct tally_table){.rows = &f->rows[from], .count = count};
}

static inline void fixture_summary(struct fixture *f)
{
    struct summary *s = &f->summary;
    int64_t hour = 3600 * (int64_t)1000000000;

    f->rows[0] = tally_of(S("T1059.001"), 3, LEVEL_HIGH);
    f->rows[1] = tally_of(S("WS01"), 3, LEVEL_CRITICAL);
    f->rows[2] = tally_of(S("8c5b7a7e-1f6d-4d1c-9a51-000000000001"), 2, LEVEL_HIGH);
    f->rows[2].rule = &f->rule[0];
    f->rows[3] = tally_of(S("0123456789abcdef"), 1, LEVEL_CRITICAL);
    f->rows[3].rule = &f->rule[1];
    f->rows[4] = tally_of(S("2026-05-04T10"), 2, LEVEL_HIGH);
    f->rows[5] = tally_of(S("2026-05-04T13"), 1, LEVEL_CRITICAL);
    f->rows[6] = tally_of(S("critical"), 1, LEVEL_CRITICAL);
    f->rows[7] = tally_of(S("high"), 2, LEVEL_HIGH);
    *s = (struct summary){.events = 12345,
                          .findings = 3,
                          .events_without_time = 1,
                          .first_ns = RUN_START_NS,
                          .last_ns = RUN_START_NS + 5 * hour,
                          .has_time = true,
                          .techniques = table_of(f, 0, 1),
                          .hosts = table_of(f, 1, 1),
                          .rules = table_of(f, 2, 2),
                          .hours = table_of(f, 4, 2),
                          .levels = table_of(f, 6, 2)};
    s->problems[PROBLEM_truncated] = 1;

    f->logons[0] = (struct logon_row){.user = S("alice"),
                                      .source = S("10.0.0.9"),
                                      .host = S("WS01"),
                                      .type = S("network (3)"),
                                      .count = 40};
    f->logons[1] = f->logons[0];
    f->logons[1].success = true;
    f->logons[1].count = 2;
    f->logons[2] = (struct logon_row){.user = S(HOSTILE), .type = S("ssh"), .count = 1};
    for (size_t i = 0; i < countof(f->logons); i++) {
        f->logons[i].has_time = true;
        f->logons[i].first_ns = RUN_START_NS;
        f->logons[i].last_ns = RUN_START_NS + hour;
    }
    s->logons = f->logons;
    s->logon_count = countof(f->logons);

    f->gaps[0] = (struct gap_row){.file = S("evidence/Security.evtx"),
                                  .log = S("Security"),
                                  .host = S("WS01"),
                                  .by_record = true,
                                  .record_before = 100,
                                  .record_after = 143,
                                  .has_time = true,
                                  .time_before_ns = RUN_START_NS,
                                  .time_after_ns = RUN_START_NS + hour};
    f->gaps[1] = (struct gap_row){.file = S("evidence/auth.log"),
                                  .has_time = true,
                                  .time_before_ns = RUN_START_NS,
                                  .time_after_ns = RUN_START_NS + 7 * hour};
    s->gaps = f->gaps;
    s->gap_count = countof(f->gaps);
}

static inline struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    io_init(&f->io);
    f->arena = arena_new(4096);
    f->out = tmpfile();
    f->spool = tmpfile();
    assert_true(f->out && f->spool);
    fixture_rules(f);
    fixture_summary(f);
    f->path = S("evidence");
    f->context =
        (struct report_context){.io = &f->io,
                                .fd = fileno(f->out),
                                .clock = clock_fixed(RUN_START_NS + 86400 * (int64_t)1000000000),
                                .rules = &f->rules,
                                .version = "0.1.0",
                                .paths = &f->path,
                                .path_count = 1,
                                .spool_fd = fileno(f->spool)};
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    arena_free(f->arena);
    fclose(f->out);
    fclose(f->spool);
    free(f);
}

static inline struct event *event_with(struct fixture *f, int64_t seconds, uint8_t digits)
{
    struct event *ev = arena_alloc(f->arena, sizeof *ev);

    ev->has_time = true;
    ev->time_ns = RUN_START_NS + seconds * 1000000000 + (digits ? 120000000 : 0);
    ev->time_digits = digits;
    return ev;
}

static inline void add_field(struct fixture *f, struct event *ev, str name, str value)
{
    event_add(ev, f->arena, (struct field){.name = name, .value = value});
}

/* PowerShell on WS01, `seconds` after the start. */
static inline struct finding encoded_finding(struct fixture *f, int64_t seconds)
{
    static const struct matched_field matched[] = {
        {S("Image"), S("C:\\Windows\\powershell.exe")},
        {S("CommandLine"), S("powershell -enc SQBFAFgA")},
        {S("CommandLine"), S("second")}};
    static const struct entity entities[] = {{ENTITY_HOST, S("WS01")}, {ENTITY_IP, S("10.0.0.9")}};
    struct event *ev = event_with(f, seconds, 3);

    ev->time_guess = TIME_GUESS_YEAR | TIME_GUESS_ZONE;
    add_field(f, ev, S("EventID"), S("1"));
    add_field(f, ev, S("Image"), S("C:\\Windows\\powershell.exe"));
    add_field(f, ev, S("CommandLine"), S("powershell -enc SQBFAFgA"));
    return (struct finding){.rule = &f->rule[0],
                            .event = ev,
                            .file = S("evidence/Sysmon.evtx"),
                            .record = 42,
                            .format = "evtx",
                            .host = S("WS01"),
                            .user = S("alice"),
                            .entities = entities,
                            .entity_count = countof(entities),
                            .matched = matched,
                            .matched_count = countof(matched)};
}

/* A rule without id, level critical, no user, an event without time, from EVTX slack. */
static inline struct finding cleared_finding(struct fixture *f)
{
    struct event *ev = event_with(f, 0, 0);

    ev->has_time = false;
    ev->from.recovered = true;
    add_field(f, ev, S("EventID"), S("1102"));
    return (struct finding){.rule = &f->rule[1],
                            .event = ev,
                            .file = S("evidence/Security.evtx"),
                            .record = 7,
                            .host = S("WS01")};
}

static inline struct finding hostile_finding(struct fixture *f)
{
    static const struct matched_field matched[] = {{S("field" HOSTILE), S(HOSTILE)}};
    static const struct entity entities[] = {{ENTITY_USER, S(HOSTILE)}};
    struct event *ev = event_with(f, 10, 9);

    add_field(f, ev, S("field" HOSTILE), S(HOSTILE));
    return (struct finding){.rule = &f->rule[2],
                            .event = ev,
                            .file = S("dir/" HOSTILE),
                            .record = UINT64_MAX,
                            .format = "json",
                            .host = S(HOSTILE),
                            .user = S(HOSTILE),
                            .entities = entities,
                            .entity_count = 1,
                            .matched = matched,
                            .matched_count = 1};
}

/* Runs a report over findings and one problem; returns what it wrote, NUL-terminated; free() it. */
static inline char *report_text(struct fixture *f, const char *name, const struct finding *findings,
                                uint32_t count, size_t *ret_n)
{
    const struct report *r = report_find(str_from(name));
    struct problem problem = {.kind = PROBLEM_truncated, .offset = 512, .text = "cut off"};
    struct err e = {0};

    assert_non_null(r);
    void *state = r->open(&f->context);
    for (uint32_t i = 0; i < count; i++)
        assert_true(r->finding(state, &findings[i], &e));
    assert_true(r->problem(state, S("evidence/" HOSTILE), &problem, &e));
    assert_true(r->finish(state, NULL, &f->summary, &e));
    r->close(state);

    off_t n = lseek(fileno(f->out), 0, SEEK_END);
    char *text = calloc(1, (size_t)n + 1);
    assert_non_null(text);
    assert_int_equal(pread(fileno(f->out), text, (size_t)n, 0), n);
    if (ret_n)
        *ret_n = (size_t)n;
    return text;
}

/* Is it one whole JSON value? */
static inline bool is_json(str text)
{
    struct json j;
    struct json_token t;

    json_init(&j, text);
    do
        t = json_next(&j);
    while (t.kind != JSON_END && t.kind != JSON_ERROR);
    return t.kind == JSON_END && utf8_valid(text);
}

static inline uint32_t count_of(str text, const char *part)
{
    uint32_t count = 0;

    for (;;) {
        const char *at = str_find(text, str_from(part));
        if (!at)
            return count;
        count++;
        text = str_from_at(text, (size_t)(at - text.p) + 1);
    }
}
