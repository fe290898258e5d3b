/* Correlations: the valid are read in full, the wrong refused with the place of the mistake. */
#include "sigma/correlation.h"
#include "sigma/ruleset.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define RULES                                                                                      \
    "title: a\nname: a\nlogsource: {product: x}\ndetection: {s: {F: 1}, condition: s}\n---\n"      \
    "title: b\nname: b\nlogsource: {product: x}\ndetection: {s: {F: 1}, condition: s}\n---\n"
#define LINES_OF_RULES 10 /* so many lines stand before the correlation */

static struct ruleset *load(const char *body)
{
    struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct ruleset *rs = ruleset_new();

    buf_printf(&text, "%stitle: c\nname: c\ncorrelation: %s\n", RULES, body);
    ruleset_load_text(rs, S("test.yml"), buf_str(&text));
    ruleset_finish(rs);
    return rs;
}

static void valid_correlations_are_kept(void **state)
{
    static const char *const bodies[] = {
        "{type: event_count, rules: [a], group-by: [H], timespan: 1h, condition: {gte: 10}}",
        "{type: event_count, rules: a, timespan: 30s, condition: {gt: 1, lte: 5}}",
        "{type: value_count, rules: [a, b], group-by: H, timespan: 15m,"
        " condition: {field: U, eq: 3}}",
        "{type: value_count, rules: [a], timespan: 7d, condition: {field: [U, V], neq: 3}}",
        "{type: temporal, rules: [a, b], timespan: 5m, group-by: [H]}",
        "{type: temporal_ordered, rules: [a, b], timespan: 5m, condition: {gte: 2}}",
        "{type: temporal, rules: [a, b], timespan: 5m, condition: a and not b}",
        "{type: temporal, timespan: 5m, condition: a or b}",
        "{type: value_sum, rules: [a], timespan: 1w, condition: {field: N, gt: 1.5e6}}",
        "{type: value_avg, rules: [a], timespan: 1M, condition: {field: N, lt: 5}}",
        "{type: value_percentile, rules: [a], timespan: 1y,"
        " condition: {field: N, percentile: 95, gt: 5}}",
        "{type: value_median, rules: [a], timespan: 1h, condition: {field: N, gt: 5}}",
        "{type: temporal, rules: [a, b], timespan: 5m, generate: true, group-by: [ip],"
        " aliases: {ip: {a: SourceIp, b: DestinationIp}}}",
        "{type: event_count, rules: [a], timespan: 1h, condition: {gte: 1}}\ngenerate: false",
        "{type: event_count, rules: [a], window: tumbling, timespan: 1h, condition: {gte: 1}}",
        "{type: value_count, rules: [a], window: session, gap: 5m, timespan: 1d,"
        " condition: {field: F, gte: 2}}",
        "{type: sequence, rules: [a, {rule: a, runs: 2}, {absence: [a, b]}, {rule: b, fork: true}],"
        " until: [a, b], timespan: 1h, group-by: [H], aliases: {H: {a: X, b: Y}}}",
    };

    (void)state;
    for (size_t i = 0; i < countof(bodies); i++) {
        struct ruleset *rs CLEANUP(ruleset_freep) = load(bodies[i]);
        assert_int_equal(rs->correlation_count, 1);
        assert_int_equal(rs->count, 2);
        if (rs->refusal_count)
            fail_msg("%s: %s", bodies[i], rs->refusals[0].why.message);
        assert_int_equal(rs->correlations_kept, 1);
        assert_true(str_eq(rs->correlations[0]->head.title, S("c")));
        assert_true(rs->correlations[0]->timespan_ns > 0);
    }
}

static void wrong_correlations_are_invalid(void **state)
{
    static const struct {
        const char *body, *message;
        uint32_t column;
    } rows[] = {
        {"x", "'correlation' must be a map", 14},
        {"{rules: [a], timespan: 1h, condition: {gte: 1}}", "'correlation' has no 'type'", 14},
        {"{type: count, rules: [a], timespan: 1h, condition: {gte: 1}}",
         "unknown type of correlation 'count'", 21},
        {"{type: event_count, timespan: 1h, condition: {gte: 1}}", "'correlation' has no 'rules'",
         14},
        {"{type: event_count, rules: [], timespan: 1h, condition: {gte: 1}}",
         "'rules' must be ids or names of rules", 41},
        {"{type: event_count, rules: [{a: b}], timespan: 1h, condition: {gte: 1}}",
         "'rules' must be ids or names of rules", 41},
        {"{type: event_count, rules: [a], condition: {gte: 1}}", "'correlation' has no 'timespan'",
         14},
        {"{type: event_count, rules: [a], timespan: 1.5h, condition: {gte: 1}}",
         "'timespan' must be a number and a unit, as 30s, 15m, 24h or 7d", 56},
        {"{type: event_count, rules: [a], timespan: 0s, condition: {gte: 1}}",
         "'timespan' must be a number and a unit, as 30s, 15m, 24h or 7d", 56},
        {"{type: event_count, rules: [a], timespan: 1h}", "'correlation' has no 'condition'", 14},
        {"{type: event_count, rules: [a], timespan: 1h, condition: {}}",
         "the condition needs one or two of gt, gte, lt, lte, eq, neq", 71},
        {"{type: event_count, rules: [a], timespan: 1h, condition: {gt: 1, lt: 9, eq: 2}}",
         "the condition needs one or two of gt, gte, lt, lte, eq, neq", 71},
        {"{type: event_count, rules: [a], timespan: 1h, condition: {gte: many}}",
         "a correlation's condition compares with a number", 77},
        {"{type: event_count, rules: [a], timespan: 1h, condition: {above: 1}}",
         "unknown key 'above' in a correlation's condition", 72},
        {"{type: value_count, rules: [a], timespan: 1h, condition: {gte: 1}}",
         "the condition needs a 'field' for this type of correlation", 71},
        {"{type: value_percentile, rules: [a], timespan: 1h,"
         " condition: {field: N, percentile: 101, gt: 1}}",
         "'percentile' must be a number from 0 to 100", 99},
        {"{type: event_count, rules: [a], timespan: 1h, condition: a and b}",
         "only temporal correlations can have a condition in words", 71},
        {"{type: temporal, rules: [a, b], timespan: 1h, condition: a and z}",
         "no selection is named 'z'", 77},
        {"{type: temporal, rules: [a, b], timespan: 1h, condition: a}",
         "the condition does not use the rule 'b'", 71},
        {"{type: temporal, rules: [a], timespan: 1h, group-by: {a: b}}",
         "'group-by' must be the name of a field or a list of names", 67},
        {"{type: temporal, rules: [a], timespan: 1h, generate: maybe}",
         "'generate' must be true or false", 67},
        {"{type: temporal, rules: [a], timespan: 1h, aliases: [a]}",
         "'aliases' must be a map of aliases", 66},
        {"{type: temporal, rules: [a], timespan: 1h, aliases: {x: {a: []}}}",
         "an alias needs the name of a field", 74},
        {"{type: temporal, rules: [a, nothere], timespan: 1h}",
         "the correlation refers to 'nothere', which is no id or name of a rule that is loaded",
         42},
        {"{type: event_count, rules: [a], until: b, timespan: 1h, condition: {gte: 1}}",
         "only a sequence has 'until'", 53},
        {"{type: sequence, rules: a, timespan: 1h}",
         "'rules' of a sequence must be a list of steps", 38},
        {"{type: sequence, rules: [[a]], timespan: 1h}",
         "a step must be the id or name of a rule, or a map with 'rule' or 'absence'", 39},
        {"{type: sequence, rules: [{runs: 2}], timespan: 1h}",
         "a step must be the id or name of a rule, or a map with 'rule' or 'absence'", 39},
        {"{type: sequence, rules: [{rule: a, runs: 0}], timespan: 1h}",
         "'runs' must be a number from 1 to 64", 55},
        {"{type: sequence, rules: [{rule: a, runs: 40}, {rule: b, runs: 25}], timespan: 1h}",
         "a sequence has at most 64 steps", 60},
        {"{type: sequence, rules: [{rule: a, fork: maybe}], timespan: 1h}",
         "'fork' must be true or false", 55},
        {"{type: sequence, rules: [{rule: a, times: 2}], timespan: 1h}",
         "unknown key 'times' in a step: it has rule, runs and fork", 49},
        {"{type: sequence, rules: [a, {absence: []}], timespan: 1h}",
         "'absence' must be ids or names of rules", 52},
        {"{type: sequence, rules: [a, {absence: b, runs: 2}], timespan: 1h}",
         "an absence has no other keys", 42},
        {"{type: sequence, rules: [{absence: b}], timespan: 1h}",
         "a sequence needs a step that is no absence", 38},
        {"{type: sequence, rules: [a, b], window: tumbling, timespan: 1h}",
         "a sequence has no 'window'", 54},
        {"{type: event_count, rules: [a], window: hopping, timespan: 1h, condition: {gte: 1}}",
         "'window' must be sliding, tumbling or session", 54},
        {"{type: event_count, rules: [a], window: session, timespan: 1h, condition: {gte: 1}}",
         "a session needs a 'gap', as 5m", 54},
        {"{type: event_count, rules: [a], gap: 5m, timespan: 1h, condition: {gte: 1}}",
         "only a window of sessions has a 'gap'", 51},
        {"{type: event_count, rules: [a], window: session, gap: 5, timespan: 1h,"
         " condition: {gte: 1}}",
         "'gap' must be a number and a unit, as 30s, 15m, 24h or 7d", 68},
        {"{type: sequence, rules: [a], until: {b: c}, timespan: 1h}",
         "'until' must be ids or names of rules", 50},
        {"{type: sequence, rules: [a, b]}", "'correlation' has no 'timespan'", 14},
        {"{type: sequence, rules: [a, b], timespan: 1h, condition: {gte: 2}}",
         "a sequence has no 'condition': its rules are steps", 71},
        {"{type: sequence, rules: [a], timespan: 1h, group-by: x, aliases: {x: {b: F}}}",
         "an alias names a rule that is not in the sequence", 84},
        {"{type: sequence, rules: [a, nothere], timespan: 1h}",
         "the correlation refers to 'nothere', which is no id or name of a rule that is loaded",
         42},
    };

    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct ruleset *rs CLEANUP(ruleset_freep) = load(rows[i].body);
        assert_int_equal(rs->refusal_count, 1);
        assert_int_equal(rs->refusals[0].kind, REFUSED_INVALID);
        assert_string_equal(rs->refusals[0].why.message, rows[i].message);
        assert_int_equal(rs->refusals[0].why.line, LINES_OF_RULES + 3);
        assert_int_equal(rs->refusals[0].why.column, rows[i].column);
        assert_string_equal(rs->refusals[0].why.file, "test.yml");
    }
}

#define CHAINED(name, of)                                                                          \
    "---\ntitle: " name "\nname: " name "\ncorrelation: {type: temporal, rules: [" of              \
    "], timespan: 1h}\n"

static void correlations_can_be_chained(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) = load(
        "{type: temporal, rules: [a, d], timespan: 1h}\n" CHAINED("d", "e, b") CHAINED("e", "a"));

    (void)state;
    assert_int_equal(rs->refusal_count, 0);
    assert_int_equal(rs->correlations_kept, 3);
    assert_ptr_equal(rs->correlations[0]->members[0].rule, rs->rules[0]);
    assert_ptr_equal(rs->correlations[0]->members[1].child, rs->correlations[1]);
    assert_ptr_equal(rs->correlations[1]->members[0].child, rs->correlations[2]);
}

static void everything_that_is_written_is_read(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) =
        load("{type: value_percentile, rules: [a, b], group-by: [ip, H], timespan: 2w,"
             " aliases: {ip: {a: SourceIp, b: DestinationIp}},"
             " condition: {field: [N, M], percentile: 95, gt: 5, lte: 7.5}}");
    const struct sigma_correlation *c = rs->correlations[0];

    (void)state;
    assert_int_equal(c->type, CORRELATION_VALUE_PERCENTILE);
    assert_int_equal(c->timespan_ns, INT64_C(1209600000000000));
    assert_int_equal(c->group_count, 2);
    assert_true(str_eq(c->members[0].group[0], S("SourceIp")));
    assert_true(str_eq(c->members[1].group[0], S("DestinationIp")));
    assert_true(str_eq(c->members[1].group[1], S("H")));
    assert_int_equal(c->bound_count, 2);
    assert_int_equal(c->bounds[0].op, CORRELATION_GT);
    assert_true(c->bounds[1].op == CORRELATION_LTE && c->bounds[1].number == 7.5);
    assert_true(c->percentile == 95 && c->field_count == 2 && str_eq(c->fields[1], S("M")));
}

static void steps_of_a_sequence_stand_as_they_are_written(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) =
        load("{type: sequence, rules: [a, {absence: b}, {rule: a, runs: 3, fork: true}],"
             " until: b, timespan: 1m}");
    const struct sigma_correlation *c = rs->correlations[0];

    (void)state;
    assert_int_equal(c->rule_count, 4);
    assert_true(c->rules[0].role == CORRELATION_STEP && c->rules[0].runs == 1);
    assert_true(c->rules[1].role == CORRELATION_ABSENCE && !c->rules[0].fork);
    assert_true(c->rules[2].role == CORRELATION_STEP && c->rules[2].runs == 3);
    assert_true(c->rules[2].fork && c->rules[3].role == CORRELATION_UNTIL);
    assert_ptr_equal(c->members[2].rule, rs->rules[0]);
}

/* The rules' own findings are told only when a correlation that refers to them asks for that. */
static void rules_that_are_correlated_are_quiet(void **state)
{
    struct ruleset *quiet CLEANUP(ruleset_freep) =
        load("{type: event_count, rules: [a], timespan: 1h, condition: {gte: 2}}");
    struct ruleset *loud CLEANUP(ruleset_freep) =
        load("{type: temporal, rules: [a, d], timespan: 1h, generate: true}\n" CHAINED("d", "a"));

    (void)state;
    assert_true(quiet->rules[0]->quiet);
    assert_false(quiet->rules[1]->quiet);
    assert_false(loud->rules[0]->quiet);
    assert_false(loud->correlations[1]->head.quiet);
}

/* A rule that is refused takes with it what refers to it, and what refers to that. */
static void what_refers_to_a_refused_rule_is_refused(void **state)
{
    static const char text[] =
        "title: a\nname: a\nlogsource: {product: x}\ndetection: {s: {F: 1}, condition: nothing}\n"
        "---\ntitle: c\nname: c\ncorrelation: {type: temporal, rules: [a], timespan: 1h}\n"
        "---\ntitle: d\nname: d\ncorrelation: {type: temporal, rules: [c], timespan: 1h}\n";
    struct ruleset *rs CLEANUP(ruleset_freep) = ruleset_new();

    (void)state;
    ruleset_load_text(rs, S("test.yml"), (str){text, sizeof text - 1});
    ruleset_finish(rs);
    assert_int_equal(rs->refusal_count, 3);
    assert_int_equal(rs->correlations_kept, 0);
}

static void circles_are_refused(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) =
        load("{type: temporal, rules: [a, d], timespan: 1h}\n" CHAINED("d", "c"));

    (void)state;
    assert_int_equal(rs->refusal_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(rs->refusals[i].kind, REFUSED_INVALID);
        assert_non_null(str_find(str_from(rs->refusals[i].why.message), S("refers to itself")));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_correlations_are_kept),
        cmocka_unit_test(wrong_correlations_are_invalid),
        cmocka_unit_test(correlations_can_be_chained),
        cmocka_unit_test(circles_are_refused),
        cmocka_unit_test(everything_that_is_written_is_read),
        cmocka_unit_test(steps_of_a_sequence_stand_as_they_are_written),
        cmocka_unit_test(rules_that_are_correlated_are_quiet),
        cmocka_unit_test(what_refers_to_a_refused_rule_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
