/*
 * The detector: equal to the oracle on events made from the rules' own literals,
 * and what it tells about matches, fields and limits.
 */
#include "detector_oracle.h"
#include "event_generator.h"

enum { SEED = 20260505, EVENTS_A_RULE = 400, EVENTS_A_SHIPPED_RULE = 6 };

static uint64_t compare_generated(const struct meaning *m, uint32_t events_a_rule)
{
    struct arena *a = arena_new(1 << 16);
    struct event_generator g = {.arena = arena_new(1 << 16), .state = SEED, .rs = m->rs};
    uint64_t matched = 0;

    for (uint32_t rule = 0; rule < m->rs->count; rule++) {
        generator_aim(&g, rule);
        for (uint32_t i = 0; i < events_a_rule; i++) {
            struct event ev;
            arena_reset(a);
            generate_event(&g, rule, a, &ev);
            matched += oracle_compare(m, &ev, &ev);
        }
    }
    arena_free(g.arena);
    arena_free(a);
    return matched;
}

static void equals_the_oracle_for_every_kind_of_test(void **state)
{
    struct meaning m = meaning_of(str_from(every_kind_of_test));

    (void)state;
    assert_int_equal(m.rs->count, KINDS_OF_TEST);
    assert_true(compare_generated(&m, EVENTS_A_RULE) > EVENTS_A_RULE);
    meaning_done(&m);
}

static void equals_the_oracle_for_the_rules_that_ship(void **state)
{
    struct buf path CLEANUP(buf_done) = buf_make(4096);
    struct meaning m = {.rs = ruleset_new()};
    struct err e = {0};
    struct io io;

    (void)state;
    io_init(&io);
    buf_printf(&path, "%s/content/rules", getenv("TOCSIN_SOURCE"));
    assert_true(ruleset_load(m.rs, &io, buf_cstr(&path), &e));
    ruleset_finish(m.rs);
    assert_true(m.rs->count > 0);
    m.naive = naive_new(m.rs);
    m.detector = detector_new(m.rs);
    m.scratch = detector_scratch_new(m.detector);
    assert_true(compare_generated(&m, EVENTS_A_SHIPPED_RULE) > 0);
    meaning_done(&m);
}

static void equals_the_oracle_without_fields_or_log_sources(void **state)
{
    struct meaning m = meaning_of(S("title: t\nlogsource: {product: p}\n"
                                    "detection: {s: {F: null}, condition: s}\n"));
    struct event ev = {0};

    (void)state;
    assert_int_equal(oracle_compare(&m, &ev, &ev), 0);
    ev.logsources[ev.logsource_count++] = (struct logsource){.product = S("p")};
    assert_int_equal(oracle_compare(&m, &ev, &ev), 1);
    meaning_done(&m);
}

static void no_rules_match_nothing(void **state)
{
    struct meaning m = meaning_of(S(""));
    struct event ev = {0};
    const uint32_t *matches;

    (void)state;
    assert_int_equal(detector_match(m.detector, m.scratch, &ev, &matches), 0);
    assert_int_equal(detector_field_count(m.detector), 0);
    meaning_done(&m);
}

/* ------------------------------------------------------------ what it tells */

#define FIELD(name_, value_)                                                                       \
    {                                                                                              \
        .name = S(name_), .value = S(value_), .type = VALUE_STRING                                 \
    }

static struct event event_of(struct field *fields, uint32_t count)
{
    struct event ev = {.fields = fields, .field_count = count, .logsource_count = 1};

    ev.logsources[0] = (struct logsource){.category = S("test")};
    return ev;
}

static void assert_reason(const struct matched_field *f, const char *field, const char *value)
{
    assert_int_equal(f->field.n, strlen(field));
    assert_memory_equal(f->field.p, field, f->field.n);
    assert_int_equal(f->value.n, strlen(value));
    if (f->value.n)
        assert_memory_equal(f->value.p, value, f->value.n);
}

/* The only rule matches, and that for the reasons that are given. */
static uint32_t explain(const struct meaning *m, const struct event *ev, struct arena *a,
                        struct matched_field **ret)
{
    assert_int_equal(oracle_compare(m, ev, ev), 1);
    return detector_explain(m->detector, m->scratch, 0, ev, a, ret);
}

static void explains_with_the_positive_tests_that_are_true(void **state)
{
    struct field fields[] = {FIELD("Image", "C:\\cmd.exe"), FIELD("CommandLine", "a -enc b"),
                             FIELD("User", "bob")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m = meaning_of_detection(
        "s: {Image|endswith: '\\cmd.exe', CommandLine|contains: [' -enc ', ' b', zzz]},"
        " t: [nothing, bob], f: {User: alice}, condition: s and t and not f");
    struct arena *a = arena_new(4096);
    struct matched_field *reasons;

    (void)state;
    assert_int_equal(oracle_compare(&m, &ev, &ev), 1);
    assert_int_equal(explain(&m, &ev, a, &reasons), 3);
    assert_reason(&reasons[0], "Image", "C:\\cmd.exe");
    assert_reason(&reasons[1], "CommandLine", "a -enc b"); /* once, though two values are in it */
    assert_reason(&reasons[2], "keywords", "bob");
    arena_free(a);
    meaning_done(&m);
}

static void explains_with_native_names(void **state)
{
    static const struct field_rename renames[] = {{S("Image"), S("NewProcessName")}};
    struct field fields[] = {FIELD("NewProcessName", "C:\\cmd.exe")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m = meaning_of_detection("s: {Image|endswith: cmd.exe}, condition: s");
    struct arena *a = arena_new(4096);
    struct matched_field *reasons;

    (void)state;
    ev.logsources[0].renames = renames;
    ev.logsources[0].rename_count = 1;
    assert_int_equal(explain(&m, &ev, a, &reasons), 1);
    assert_reason(&reasons[0], "NewProcessName", "C:\\cmd.exe");
    arena_free(a);
    meaning_done(&m);
}

static void explains_what_a_double_negation_asserts(void **state)
{
    struct field fields[] = {FIELD("F", "b")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m = meaning_of_detection("s: {F|neq: b}, condition: not s");
    struct arena *a = arena_new(4096);
    struct matched_field *reasons;

    (void)state;
    assert_int_equal(explain(&m, &ev, a, &reasons), 1);
    assert_reason(&reasons[0], "F", "b");
    arena_free(a);
    meaning_done(&m);
}

static void explains_absence_with_the_name_alone(void **state)
{
    struct field fields[] = {FIELD("G", "b")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m = meaning_of_detection("s: {F: null, G: b}, condition: s");
    struct arena *a = arena_new(4096);
    struct matched_field *reasons;

    (void)state;
    assert_int_equal(explain(&m, &ev, a, &reasons), 2);
    assert_reason(&reasons[0], "F", "");
    assert_reason(&reasons[1], "G", "b");
    arena_free(a);
    meaning_done(&m);
}

/* Of log sources that rename differently the first one through which the rule matches tells what
 * the fields are called. */
static void explains_through_the_first_log_source_that_matches(void **state)
{
    static const struct field_rename renames[] = {{S("Image"), S("NewProcessName")}};
    struct field fields[] = {FIELD("NewProcessName", "C:\\cmd.exe"), FIELD("Image", "C:\\x.exe")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m = meaning_of_detection("s: {Image|endswith: '.exe'}, f: {Image|contains: x.},"
                                            " condition: s and not f");
    struct arena *a = arena_new(4096);
    struct matched_field *reasons;

    (void)state;
    ev.logsources[1] = (struct logsource){
        .category = S("test"), .service = S("t"), .renames = renames, .rename_count = 1};
    ev.logsource_count = 2;
    assert_int_equal(explain(&m, &ev, a, &reasons), 1);
    assert_reason(&reasons[0], "NewProcessName", "C:\\cmd.exe");
    fields[1].value = S("D:\\y.exe");
    assert_int_equal(explain(&m, &ev, a, &reasons), 1);
    assert_reason(&reasons[0], "Image", "D:\\y.exe");
    arena_free(a);
    meaning_done(&m);
}

/* Of a regex that stands where the rule is not woken too. */
static void explains_with_a_branch_that_did_not_decide(void **state)
{
    struct field fields[] = {FIELD("EventID", "1"), FIELD("F", "abc")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m =
        meaning_of_detection("s: {EventID: 1}, t: {EventID: 2, F|re: 'a.c'}, condition: s or t");
    struct arena *a = arena_new(4096);
    struct matched_field *reasons;

    (void)state;
    assert_int_equal(explain(&m, &ev, a, &reasons), 2);
    assert_reason(&reasons[0], "EventID", "1");
    assert_reason(&reasons[1], "F", "abc");
    arena_free(a);
    meaning_done(&m);
}

static bool is_seen(const struct meaning *m, str name)
{
    const uint64_t *seen = detector_fields_seen(m->scratch);

    for (uint32_t i = 0; i < detector_field_count(m->detector); i++)
        if (str_eq(detector_field_name(m->detector, i), name))
            return seen[i / 64] >> (i % 64) & 1;
    fail_msg("no rule uses '" STR_FMT "'", STR_ARG(name));
    return false;
}

static void knows_which_fields_were_ever_there(void **state)
{
    static const struct field_rename renames[] = {{S("Image"), S("NewProcessName")}};
    struct field fields[] = {FIELD("F", "a"), FIELD("NewProcessName", "a")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m =
        meaning_of_detection("s: {F: a, G: b, Image: c, H|fieldref: I}, condition: s");

    (void)state;
    assert_int_equal(detector_field_count(m.detector), 5);
    oracle_compare(&m, &ev, &ev);
    assert_true(is_seen(&m, S("F")));
    assert_false(is_seen(&m, S("G")));
    assert_false(is_seen(&m, S("I")));
    assert_false(is_seen(&m, S("Image")));
    ev.logsources[0].renames = renames;
    ev.logsources[0].rename_count = 1;
    oracle_compare(&m, &ev, &ev);
    assert_true(is_seen(&m, S("Image")));
    meaning_done(&m);
}

static void counts_regexes_that_gave_up(void **state)
{
    struct field fields[] = {FIELD("F", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")};
    struct event ev = event_of(fields, countof(fields));
    struct meaning m = meaning_of_detection("s: {F|re: '^(a|a|\\h)*$'}, condition: s");

    (void)state;
    assert_int_equal(detector_regex_limits(m.scratch), 0);
    assert_int_equal(oracle_compare(&m, &ev, &ev), 0);
    assert_int_equal(detector_regex_limits(m.scratch), 1);
    meaning_done(&m);
}

static void one_scratch_keeps_nothing_from_the_event_before(void **state)
{
    struct field fields[] = {FIELD("F", "a"), FIELD("G", "b")};
    struct event both = event_of(fields, 2), one = event_of(fields, 1);
    struct meaning m = meaning_of_detection("s: {F: a, G: b}, condition: s");

    (void)state;
    assert_int_equal(oracle_compare(&m, &both, &both), 1);
    assert_int_equal(oracle_compare(&m, &one, &one), 0);
    assert_int_equal(oracle_compare(&m, &both, &both), 1);
    meaning_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_oracle_for_every_kind_of_test),
        cmocka_unit_test(equals_the_oracle_for_the_rules_that_ship),
        cmocka_unit_test(equals_the_oracle_without_fields_or_log_sources),
        cmocka_unit_test(no_rules_match_nothing),
        cmocka_unit_test(explains_with_the_positive_tests_that_are_true),
        cmocka_unit_test(explains_with_native_names),
        cmocka_unit_test(explains_what_a_double_negation_asserts),
        cmocka_unit_test(explains_absence_with_the_name_alone),
        cmocka_unit_test(explains_through_the_first_log_source_that_matches),
        cmocka_unit_test(explains_with_a_branch_that_did_not_decide),
        cmocka_unit_test(knows_which_fields_were_ever_there),
        cmocka_unit_test(counts_regexes_that_gave_up),
        cmocka_unit_test(one_scratch_keeps_nothing_from_the_event_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
