/* Lint: each check finds its mistake, at its place, and leaves a good rule alone. */
#include "sigma/lint.h"

#include "sigma/taxonomy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

struct bench {
    struct arena *arena;
    struct ruleset *rs;
    struct lint_issue *issues;
    uint32_t count;
};

static const char *const good[][2] = {
    {"title", "Shell Started By Service"},
    {"id", "0f2a9f5e-6a52-4a53-9c1d-0b6a3c1d2e4f"},
    {"status", "test"},
    {"description", "Detects a shell whose parent is a service of the system"},
    {"references", "[\"https://example.org/shell\"]"},
    {"author", "Somebody"},
    {"date", "2026-05-04"},
    {"tags", "[attack.execution, attack.t1059]"},
    {"logsource", "{product: windows, category: process_creation}"},
    {"detection", "{s: {Image|endswith: \\cmd.exe}, condition: s}"},
    {"falsepositives", "[Unknown]"},
    {"level", "high"},
};

/* The good rule with one attribute changed (or added), or left out when value is NULL. */
static void lint_with(struct bench *b, const char *key, const char *value)
{
    str text = S("");
    uint64_t left_out;
    bool done = false;

    for (size_t i = 0; i < countof(good); i++) {
        bool here = key && str_eq(str_from(key), str_from(good[i][0]));
        const char *use = here ? value : good[i][1];
        done = done || here;
        if (use)
            text = arena_printf(b->arena, STR_FMT "%s: %s\n", STR_ARG(text), good[i][0], use);
    }
    if (key && !done)
        text = arena_printf(b->arena, STR_FMT "%s: %s\n", STR_ARG(text), key, value);
    ruleset_free(b->rs);
    b->rs = ruleset_new();
    ruleset_load_text(b->rs, S("good_rule.yml"), text);
    ruleset_finish(b->rs);
    b->count = lint_ruleset(b->rs, b->arena, &b->issues, &left_out);
    assert_int_equal(left_out, 0);
}

static const struct lint_issue *found(const struct bench *b, enum lint_check check)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (b->issues[i].check == check)
            return &b->issues[i];
    return NULL;
}

#define assert_text(issue, want)                                                                   \
    do {                                                                                           \
        assert_non_null(issue);                                                                    \
        assert_string_equal((issue)->text.p, want);                                                \
    } while (0)

static void a_good_rule_has_no_issue(void **state)
{
    struct bench *b = *state;

    lint_with(b, NULL, NULL);
    assert_int_equal(b->rs->count, 1);
    if (b->count)
        fail_msg("%s", b->issues[0].text.p);
}

static void each_mistake_in_attributes_is_found(void **state)
{
    static const struct {
        const char *key, *value;
        enum lint_check check;
    } cases[] = {
        {"id", NULL, LINT_id_missing},
        {"id", "12345", LINT_id_format},
        {"title", "Ends With Stop.", LINT_title_style},
        {"title", "Detects Shell", LINT_title_style},
        {"title", "small letter", LINT_title_style},
        {"description", NULL, LINT_description_missing},
        {"description", "short", LINT_description_short},
        {"level", NULL, LINT_level_missing},
        {"status", NULL, LINT_status_missing},
        {"date", NULL, LINT_date_missing},
        {"date", "2026/05/04", LINT_date_format},
        {"date", "2026-13-04", LINT_date_format},
        {"modified", "2026-05-03", LINT_date_order},
        {"author", NULL, LINT_author_missing},
        {"references", NULL, LINT_references_missing},
        {"references", "[a book]", LINT_reference_format},
        {"references", "['https://a.b', 'https://a.b']", LINT_reference_duplicate},
        {"falsepositives", NULL, LINT_falsepositives_missing},
        {"falsepositive", "[x]", LINT_attribute_typo},
        {"ticket", "7", LINT_attribute_unknown},
        {"related", "[{id: x, type: derived}]", LINT_related_format},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < countof(cases); i++) {
        lint_with(b, cases[i].key, cases[i].value);
        if (!found(b, cases[i].check))
            fail_msg("%s: no %s", cases[i].key, lint_name(cases[i].check));
        assert_int_equal(b->count, 1);
    }
}

static void each_mistake_in_tags_is_found(void **state)
{
    static const struct {
        const char *tags;
        enum lint_check check;
    } cases[] = {
        {"[attack.execution, attack.T1059]", LINT_tag_format},
        {"[attack.execution, attack]", LINT_tag_format},
        {"[attack.execution, vendor.name]", LINT_tag_namespace},
        {"[attack.execution, attack.t9999]", LINT_tag_unknown},
        {"[attack.execution, attack.executing]", LINT_tag_unknown},
        {"[attack.execution, attack.execution]", LINT_tag_duplicate},
        {"[attack.t1059]", LINT_tag_tactic},
        {"[attack.impact, attack.t1059.001]", LINT_tag_tactic},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < countof(cases); i++) {
        lint_with(b, "tags", cases[i].tags);
        if (!found(b, cases[i].check))
            fail_msg("%s: no %s", cases[i].tags, lint_name(cases[i].check));
        assert_int_equal(b->count, 1);
    }
    lint_with(b, "tags", "[attack.execution, attack.g0007, attack.s0002, cve.2021-44228]");
    assert_int_equal(b->count, 0);
}

static void each_mistake_in_detections_is_found(void **state)
{
    static const struct {
        const char *detection;
        enum lint_check check;
    } cases[] = {
        {"{s: {Image: a}, t: {Image: b}, condition: s}", LINT_selection_unused},
        {"{s: {Image: a}, condition: s and not s}", LINT_condition_never},
        {"{s: {Image: a}, t: {User: b}, condition: s or not (s and t)}", LINT_condition_always},
        {"{s: {Image: a}, t: {User: b}, condition: s or (s and t)}", LINT_condition_idle},
        {"{s: {Image|contains|all: [a]}, condition: s}", LINT_all_single},
        {"{s: {Image|contains: '*abc'}, condition: s}", LINT_wildcard_redundant},
        {"{s: {Image|startswith: ['x', 'abc*']}, condition: s}", LINT_wildcard_redundant},
        {"{s: {Image: '*abc*'}, condition: s}", LINT_wildcard_modifier},
        {"{s: {Image: [abc, ABC]}, condition: s}", LINT_value_duplicate},
        {"{s: {Image|re: abc}, condition: s}", LINT_regex_plain},
        {"{s: {Imgae: abc}, condition: s}", LINT_field_unknown},
        {"{s: [{Image: a}, {Other: abc}], condition: s}", LINT_field_unknown},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < countof(cases); i++) {
        lint_with(b, "detection", cases[i].detection);
        assert_int_equal(b->rs->count, 1);
        if (!found(b, cases[i].check))
            fail_msg("%s: no %s", cases[i].detection, lint_name(cases[i].check));
        assert_int_equal(b->count, 1);
    }
}

static void what_only_looks_like_a_mistake_is_left_alone(void **state)
{
    static const char *const detections[] = {
        "{s: {Image|endswith: 'abc\\*'}, condition: s}",
        "{s: {Image|contains: 'a*b'}, condition: s}",
        "{s: {Image|re: [abc., ABC.]}, condition: s}",
        "{s: {CommandLine|contains|all: [a, b]}, condition: s}",
        "{s: {Image: a}, f1: {User: b}, f2: {User: c}, condition: s and not 1 of f*}",
        "{s: {Image: a}, t: {User: b}, condition: [s, t]}",
    };
    struct bench *b = *state;

    for (size_t i = 0; i < countof(detections); i++) {
        lint_with(b, "detection", detections[i]);
        assert_int_equal(b->rs->count, 1);
        if (b->count)
            fail_msg("%s: %s", detections[i], b->issues[0].text.p);
    }
}

static void a_field_close_to_a_legal_one_is_named(void **state)
{
    struct bench *b = *state;

    lint_with(b, "detection", "{s: {Commandline|contains: abc}, condition: s}");
    assert_text(found(b, LINT_field_unknown),
                "the log source has no field 'Commandline'; is 'CommandLine' meant?");
    assert_int_equal(found(b, LINT_field_unknown)->line, 10);
    assert_int_equal(found(b, LINT_field_unknown)->column, 17);
}

static void a_log_source_that_nobody_knows_is_told_alone(void **state)
{
    struct bench *b = *state;

    lint_with(b, "logsource", "{product: windows, category: process_creating}");
    assert_int_equal(b->count, 1);
    assert_text(found(b, LINT_logsource_unknown),
                "no log source 'windows/process_creating/' (product/category/service)");
    lint_with(b, "taxonomy", "ecs");
    assert_int_equal(b->count, 0);
}

static void a_document_that_cannot_be_loaded_is_an_error(void **state)
{
    struct bench *b = *state;

    lint_with(b, "detection", "{s: {Image: a}, condition: t}");
    assert_int_equal(b->count, 1);
    assert_int_equal(b->issues[0].check, LINT_load);
    assert_int_equal(lint_severity(b->issues[0].check), LINT_ERROR);
    assert_int_equal(b->issues[0].line, 10);
    lint_with(b, "detection", "{s: {Image|expand: '%a%'}, condition: s}");
    assert_int_equal(b->issues[0].check, LINT_placeholder);
}

static void duplicates_are_found_across_files(void **state)
{
    struct bench *b = *state;
    uint64_t left_out;
    static const char rule[] =
        "title: Same\nid: 0f2a9f5e-6a52-4a53-9c1d-0b6a3c1d2e4f\n"
        "logsource: {product: linux}\ndetection: {s: {a: b}, condition: s}\n";

    b->rs = ruleset_new();
    ruleset_load_text(b->rs, S("one.yml"), str_from(rule));
    ruleset_load_text(b->rs, S("two.yml"), str_from(rule));
    ruleset_finish(b->rs);
    b->count = lint_ruleset(b->rs, b->arena, &b->issues, &left_out);
    assert_text(found(b, LINT_id_duplicate), "the id of one.yml:1 too");
    assert_text(found(b, LINT_title_duplicate), "the title of one.yml:1 too");
    assert_string_equal(found(b, LINT_id_duplicate)->file.p, "two.yml");
    for (uint32_t i = 1; i < b->count; i++) /* by file, then by line */
        assert_true(!str_eq(b->issues[i - 1].file, b->issues[i].file) ||
                    b->issues[i - 1].line <= b->issues[i].line);
}

static void a_rule_may_name_less_than_the_table(void **state)
{
    static const struct logsource known[] = {
        {.product = S("windows")},
        {.category = S("process_creation")},
        {.product = S("windows"), .service = S("sysmon")},
        {.product = S("kubernetes"), .category = S("application"), .service = S("audit")},
    };
    static const struct logsource unknown[] = {
        {.product = S("windoze")},
        {.product = S("aws"), .service = S("sysmon")},
    };

    (void)state;
    for (size_t i = 0; i < countof(known); i++)
        assert_true(taxonomy_knows(&known[i]));
    for (size_t i = 0; i < countof(unknown); i++)
        assert_false(taxonomy_knows(&unknown[i]));
    assert_true(taxonomy_has_field(&known[1], S("Image")));
    assert_true(taxonomy_has_field(&known[2], S("Anything")));
    assert_false(taxonomy_has_field(&known[1], S("Anything")));
}

static void edits_are_counted(void **state)
{
    (void)state;
    assert_int_equal(edit_distance(S("Image"), S("image"), 3), 0);
    assert_int_equal(edit_distance(S("Imgae"), S("Image"), 3), 2);
    assert_int_equal(edit_distance(S("abc"), S("xyz"), 2), 3);
    assert_int_equal(edit_distance(S(""), S("ab"), 3), 2);
}

static int setup(void **state)
{
    struct bench *b = test_calloc(1, sizeof *b);

    b->arena = arena_new(4096);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    ruleset_free(b->rs);
    arena_free(b->arena);
    test_free(b);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_rule_has_no_issue),
        TEST(each_mistake_in_attributes_is_found),
        TEST(each_mistake_in_tags_is_found),
        TEST(each_mistake_in_detections_is_found),
        TEST(what_only_looks_like_a_mistake_is_left_alone),
        TEST(a_field_close_to_a_legal_one_is_named),
        TEST(a_log_source_that_nobody_knows_is_told_alone),
        TEST(a_document_that_cannot_be_loaded_is_an_error),
        TEST(duplicates_are_found_across_files),
        TEST(a_rule_may_name_less_than_the_table),
        TEST(edits_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
