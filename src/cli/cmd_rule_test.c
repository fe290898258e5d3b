/*
 * cmd_rule_test.c - triples: beside the rule NAME.yml lie NAME.match.ndjson,
 * events that it must match, and NAME.nomatch.ndjson, events that it must not.
 * They go through the decoder, the log source tables and the detector as they
 * would in a scan.
 */
#include "cli/opt.h"
#include "cli/rule_options.h"
#include "cli/say.h"
#include "detect/detector.h"
#include "engine/event_text.h"
#include "text/escape.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

extern const struct command command_rule_test;

enum { EVENT_FILE_MAX = 64 << 20 };

static const struct option test_options[] = {
    RULE_OPTIONS,
    {"strict", '\0', OPTION_FLAG, NULL, "fail when a rule has not both files", COMPLETE_NONE, NULL},
};

struct tester {
    const struct ruleset *rs;
    struct detector *detector;
    struct detector_scratch *scratch;
    struct arena *arena;
    struct io *io;
    uint64_t passed, failed;

    /* The file being tested. */
    uint32_t rule, events;
    bool must_match;
    str file;
};

static void tell(struct tester *t, uint64_t line, const char *what)
{
    struct buf file CLEANUP(buf_done) = buf_make(1 << 20),
                    title CLEANUP(buf_done) = buf_make(1 << 20);

    escape_terminal(&file, t->file);
    escape_terminal(&title, t->rs->rules[t->rule]->title);
    printf("%s:%llu: %s: %s\n", buf_cstr(&file), (unsigned long long)line, what, buf_cstr(&title));
}

static void fail(struct tester *t, uint64_t line, const char *what)
{
    tell(t, line, what);
    t->failed++;
}

static void test_event(void *ctx, struct event *ev)
{
    struct tester *t = ctx;
    const uint32_t *rules;
    uint32_t hits = detector_match(t->detector, t->scratch, ev, &rules);
    bool matches = false;

    t->events++;
    for (uint32_t i = 0; i < hits; i++)
        matches = matches || rules[i] == t->rule;
    if (matches == t->must_match)
        t->passed++;
    else
        fail(t, ev->from.record + 1,
             t->must_match ? "should match and does not" : "matches and should not");
}

static void test_problem(void *ctx, const struct problem *p)
{
    struct tester *t = ctx;

    fail(t, p->record + 1, p->text);
}

/* "dir/NAME.yml" and ".match.ndjson" make "dir/NAME.match.ndjson". */
static void beside(str rule_file, const char *suffix, struct buf *ret)
{
    str stem = rule_file;

    while (stem.n && stem.p[stem.n - 1] != '.' && stem.p[stem.n - 1] != '/')
        stem.n--;
    if (stem.n && stem.p[stem.n - 1] == '.')
        stem.n--;
    buf_clear(ret);
    buf_add(ret, stem);
    buf_add(ret, str_from(suffix));
}

/* False when the rule has no such file, or it holds no event. */
static bool test_file(struct tester *t, const char *suffix, bool must_match)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX * 2);
    struct buf text CLEANUP(buf_done) = buf_make(EVENT_FILE_MAX);
    const struct event_text_handler handler = {t, test_event, test_problem};
    struct err e = {0};

    beside(t->rs->rules[t->rule]->file, suffix, &path);
    if (access(buf_cstr(&path), F_OK) != 0)
        return false;
    t->file = buf_str(&path);
    t->must_match = must_match;
    t->events = 0;
    if (!io_read_file(t->io, buf_cstr(&path), &text, &e)) {
        fail(t, 1, e.message);
        return true;
    }
    arena_reset(t->arena);
    event_text_read(t->file, buf_str(&text), t->arena, &handler);
    return t->events > 0;
}

static void test_rule(struct tester *t, uint32_t rule, bool strict)
{
    t->rule = rule;
    bool match = test_file(t, ".match.ndjson", true);
    bool nomatch = test_file(t, ".nomatch.ndjson", false);

    if (match && nomatch)
        return;
    const char *what = match     ? "has no events that must not match"
                       : nomatch ? "has no events that must match"
                                 : "has no events to be tested with";
    t->file = t->rs->rules[rule]->file;
    tell(t, t->rs->rules[rule]->line, what);
    t->failed += strict;
}

static int test_run(const struct arguments *a)
{
    bool strict = opt_flag(&command_rule_test, a, "strict");
    struct io io;
    int code = EXIT_USAGE;

    io_init(&io);
    struct ruleset *rs CLEANUP(ruleset_freep) =
        rule_options_load(&command_rule_test, a, OPERANDS_REPLACE, &io, &code);
    if (!rs)
        return code;
    rule_options_say_refusals(rs, false);

    struct tester t = {.rs = rs, .detector = detector_new(rs), .io = &io};
    t.scratch = detector_scratch_new(t.detector);
    t.arena = arena_new(1 << 20);
    for (uint32_t i = 0; i < rs->count; i++)
        test_rule(&t, i, strict);
    printf("%llu passed, %llu failed\n", (unsigned long long)t.passed,
           (unsigned long long)t.failed);
    arena_free(t.arena);
    detector_scratch_free(t.scratch);
    detector_free(t.detector);
    if (fflush(stdout) != 0) {
        say("cannot write the report: %s", strerror(errno));
        return EXIT_OUTPUT;
    }
    if (rs->count == 0)
        return EXIT_RULES;
    return t.failed || (strict && rs->refusal_count) ? EXIT_FINDINGS : EXIT_OK;
}

const struct command command_rule_test = {
    .name = "rule test",
    .usage = "[OPTIONS] [PATH...]",
    .summary = "Runs rules over the events that each must and must not match",
    .details =
        "Beside the rule NAME.yml lie NAME.match.ndjson, events that it must match, and\n"
        "NAME.nomatch.ndjson, events that it must not match, one a line, in any JSON that a\n"
        "scan reads. A rule that has not both is reported. PATH is a rule file or a\n"
        "folder of them; without one the rules that ship with tocsin. Exit code 1 when one fails.",
    .options = test_options,
    .option_count = countof(test_options),
    .operands = COMPLETE_FILE,
    .run = test_run,
};
