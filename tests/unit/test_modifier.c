/* Modifiers: what each makes of a value, which go together, and what a wrong one is told. */
#include "sigma/build.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void show_string(struct buf *b, const struct sigma_string *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct sigma_part *part = &s->parts[i];
        if (part->kind == PART_TEXT)
            for (size_t k = 0; k < part->text.n; k++) {
                uint8_t c = (uint8_t)part->text.p[k];
                buf_printf(b, c < ' ' || c > '~' ? "{%02x}" : "%c", c);
            }
        else
            buf_printf(b, "%s",
                       part->kind == PART_MANY   ? "*"
                       : part->kind == PART_ONE  ? "?"
                       : part->kind == PART_DASH ? "<dash>"
                                                 : "<name>");
    }
}

static void show_test(struct buf *b, const struct sigma_test *t)
{
    static const char *const ops[] = {"match", "regex",  "cidr",    "compare",
                                      "null",  "exists", "fieldref"};
    static const char *const compares[] = {"=", "<", "<=", ">", ">="};
    static const char *const times[] = {"", "minute", "hour", "day", "week", "month", "year"};

    buf_printf(b, "%s%s ", t->cased ? "cased " : "", ops[t->op]);
    if (t->op == SIGMA_MATCH)
        show_string(b, &t->string);
    else if (t->op == SIGMA_COMPARE)
        buf_printf(b, "%s%s%g", times[t->time_part], compares[t->compare], t->number);
    else if (t->op == SIGMA_EXISTS)
        buf_printf(b, "%s", t->wanted ? "yes" : "no");
    else
        buf_printf(b, STR_FMT "%s%s%s%s%s", STR_ARG(t->pattern), t->ref_starts ? " starts" : "",
                   t->ref_ends ? " ends" : "", t->regex_flags & REGEX_IGNORECASE ? " i" : "",
                   t->regex_flags & REGEX_MULTILINE ? " m" : "",
                   t->regex_flags & REGEX_DOTALL ? " s" : "");
}

/* One line for an item: its tests, values apart by ';', tests of one value by ','. */
static const char *show(void **state, const char *yaml)
{
    struct buf b CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct yaml_document *documents;
    uint32_t count;
    struct err e = {0};

    if (!yaml_parse(str_from(yaml), *state, &documents, &count, &e))
        fail_msg("%s", e.message);
    const struct yaml_pair *pair = &documents[0].root->pairs[0];
    const struct sigma_item *item = sigma_item_parse(pair->key, pair->value, *state, &e);
    if (!item)
        return arena_printf(*state, "%u:%u: %s", e.line, e.column, e.message).p;
    buf_printf(&b, "%s%s", item->negated ? "not " : "", item->all ? "all " : "");
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++) {
            buf_printf(&b, "%s", k ? ", " : i ? "; " : "");
            show_test(&b, &item->values[i].tests[k]);
        }
    return arena_str(*state, buf_str(&b)).p;
}

struct row {
    const char *yaml, *shown;
};

static void check(void **state, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_string_equal(show(state, rows[i].yaml), rows[i].shown);
}

static void plain_values_keep_their_type(void **state)
{
    static const struct row rows[] = {
        {"F: abc", "match abc"},
        {"F: 4624", "match 4624"},
        {"F: 0x1F", "match 0x1F"},
        {"F: true", "match true"},
        {"F: null", "null "},
        {"F:", "null "},
        {"F: ''", "match "},
        {"F: '*'", "match *"},
        {"F: [a, 1, null]", "match a; match 1; null "},
    };

    check(state, rows, countof(rows));
}

static void strings_are_opened(void **state)
{
    static const struct row rows[] = {
        {"F|contains: a", "match *a*"},
        {"F|contains: '*a'", "match *a*"},
        {"F|startswith: a", "match a*"},
        {"F|endswith: '\\a?'", "match *\\a?"},
        {"F|contains: 46", "match *46*"},
        {"F|contains: ''", "match *"},
        {"F|contains|all: [a, b]", "all match *a*; match *b*"},
        {"F|contains|neq: [a, b]", "not match *a*; match *b*"},
        {"F|contains|cased: a", "cased match *a*"},
        {"'|all': [a, b]", "all match a; match b"},
    };

    check(state, rows, countof(rows));
}

static void regexes_take_their_source_as_written(void **state)
{
    static const struct row rows[] = {
        {"F|re: 'a\\\\b.*\\?'", "regex a\\\\b.*\\?"},
        {"F|re|i: a", "regex a i"},
        {"F|re|ignorecase|multiline|dotall: a", "regex a i m s"},
        {"F|re|m|s: a", "regex a m s"},
        {"F|re: 12", "regex 12"},
        {"F|re|contains: a|b", "regex a|b"},
        {"F|re|startswith: a|b", "regex \\A(?:a|b)"},
        {"F|re|endswith: a|b", "regex (?:a|b)\\z"},
    };

    check(state, rows, countof(rows));
}

static void an_invalid_regex_is_refused_at_its_place(void **state)
{
    const char *shown = show(state, "F|re:\n  - ok\n  - '(a'\n");

    assert_non_null(str_find(str_from(shown), S("3:5: regex: ")));
}

static void networks_are_checked(void **state)
{
    assert_string_equal(show(state, "F|cidr: [10.0.0.0/8, 'fe80::/10']"),
                        "cidr 10.0.0.0/8; cidr fe80::/10");
    assert_non_null(str_find(str_from(show(state, "F|cidr: 10.0.0.1/8")), S("1:9: ")));
    assert_non_null(str_find(str_from(show(state, "F|cidr: intranet")), S("1:9: ")));
}

static void windash_makes_a_class_of_an_options_dash(void **state)
{
    static const struct row rows[] = {
        {"F|windash: -enc", "match <dash>enc"},
        {"F|windash|contains: ' -a /b'", "match * <dash>a <dash>b*"},
        {"F|contains|windash: ' -param-name'", "match * <dash>param-name*"},
        {"F|windash: a-b", "match a-b"},
        {"F|windash: --x", "match -<dash>x"},
        {"F|windash: '-'", "match -"},
        {"F|windash: '*-x'", "match *<dash>x"},
        {"F|windash: '- x'", "match - x"},
    };

    check(state, rows, countof(rows));
}

static void base64_is_cased(void **state)
{
    static const struct row rows[] = {
        {"F|base64: foobar", "cased match Zm9vYmFy"},
        {"F|base64|contains: fo", "cased match *Zm8=*"},
        {"F|base64: ''", "cased match "},
        {"F|base64: '\\*'", "cased match Kg=="},
    };

    check(state, rows, countof(rows));
}

/* "foobar" and its shifts: b64("foobar"), b64(" foobar"), b64("  foobar") without unsure digits. */
static void base64offset_gives_three_tests_of_one_value(void **state)
{
    static const struct row rows[] = {
        {"F|base64offset|contains: foobar",
         "cased match *Zm9vYmFy*, cased match *Zvb2Jhc*, cased match *mb29iYX*"},
        {"F|base64offset: foobar",
         "cased match *Zm9vYmFy*, cased match *Zvb2Jhc*, cased match *mb29iYX*"},
        {"F|base64offset|endswith: foobar",
         "cased match *Zm9vYmFy, cased match *Zvb2Jhc, cased match *mb29iYX"},
    };

    check(state, rows, countof(rows));
}

static void base64offset_counts_bytes(void **state)
{
    /* c3 a9 c3 a9 is four bytes in two characters */
    assert_string_equal(show(state, "F|base64offset: \xC3\xA9\xC3\xA9"),
                        "cased match *w6nDq*, cased match *Opw6*, cased match *DqcOp*");
}

static void wide_encodes_any_text(void **state)
{
    static const struct row rows[] = {
        {"F|wide: ab", "match a{00}b{00}"},
        {"F|utf16le: a", "match a{00}"},
        {"F|utf16be: a", "match {00}a"},
        {"F|utf16: a", "match {ff}{fe}a{00}"},
        {"F|utf16: '*a'", "match {ff}{fe}*a{00}"},
        {"F|wide: \xC3\xA9", "match {e9}{00}"},
        {"F|wide: \xF0\x9F\x98\x80", "match ={d8}{00}{de}"},
        {"F|wide|base64: ab", "cased match YQBiAA=="},
        {"F|utf16|base64: a", "cased match //5hAA=="},
    };

    check(state, rows, countof(rows));
}

static void dashes_are_written_out_before_encoding(void **state)
{
    assert_string_equal(show(state, "F|windash|base64: -a"),
                        "cased match LWE=, cased match L2E=, cased match 4oCTYQ==, "
                        "cased match 4oCUYQ==, cased match 4oCVYQ==");
}

static void numbers_are_compared(void **state)
{
    static const struct row rows[] = {
        {"F|lt: 5", "compare <5"},
        {"F|lte: -1.5", "compare <=-1.5"},
        {"F|gt: 0x10", "compare >16"},
        {"F|gte: 5", "compare >=5"},
        {"F|hour: 5", "compare hour=5"},
        {"F|hour|gte: 5", "compare hour>=5"},
        {"F|minute: 1", "compare minute=1"},
        {"F|day|lt: 2", "compare day<2"},
        {"F|week: 3", "compare week=3"},
        {"F|month: 4", "compare month=4"},
        {"F|year: 2026", "compare year=2026"},
        {"F|gte|neq: 5", "not compare >=5"},
    };

    check(state, rows, countof(rows));
}

static void fields_are_compared_and_asked_for(void **state)
{
    static const struct row rows[] = {
        {"F|exists: true", "exists yes"},
        {"F|exists: False", "exists no"},
        {"F|fieldref: G", "fieldref G"},
        {"F|fieldref|startswith: G", "fieldref G starts"},
        {"F|fieldref|contains|neq: G", "not fieldref G starts ends"},
        {"F|fieldref|cased: G", "cased fieldref G"},
    };

    check(state, rows, countof(rows));
}

static void placeholders_are_marked(void **state)
{
    static const struct row rows[] = {
        {"F|expand: '%a%'", "match <name>"},
        {"F|expand: 'x%a%*%b-c%'", "match x<name>*<name>"},
        {"F|expand: '\\%a\\%'", "match %a%"},
        {"F|expand: '100%'", "match 100%"},
        {"F|contains|expand: '%a%'", "match *<name>*"},
        {"F: '%a%'", "match %a%"},
    };

    check(state, rows, countof(rows));
}

static void wrong_uses_name_the_modifier_and_the_place(void **state)
{
    static const struct row rows[] = {
        {"F|contain: a", "1:3: unknown modifier 'contain'"},
        {"F|contains|xx: a", "1:12: unknown modifier 'xx'"},
        {"F|: a", "1:3: unknown modifier ''"},
        {"F|contains|: a", "1:12: unknown modifier ''"},
        {"'F|all|': a", "1:8: unknown modifier ''"},
        {"F|contains: null", "1:13: 'contains' needs a string, this is null"},
        {"F|gte: abc", "1:8: 'gte' needs a number without quotes, this is a string"},
        {"F|gte: '5'", "1:8: 'gte' needs a number without quotes, this is a string"},
        {"F|gte|hour: 5", "1:7: 'hour' must be the first modifier"},
        {"F|gte|lt: 5", "1:11: 'lt' follows another comparison"},
        {"F|contains|re: a", "1:12: 're' must be the first modifier"},
        {"F|i: a", "1:6: 'i' needs a regex: put 're' before it, this is a string"},
        {"F|re|cased: a", "1:13: 'cased' needs a string, this is a regex"},
        {"F|exists: 1", "1:11: 'exists' needs true or false, this is a number"},
        {"F|exists|neq: true", "1:3: 'exists' must be the only modifier"},
        {"F|all|exists: true", "1:7: 'exists' must be the first modifier"},
        {"'|exists': true", "1:3: 'exists' needs a field"},
        {"F|base64: a*", "1:11: 'base64' cannot encode wildcards; put 'contains' after it"},
        {"F|contains|base64: a", "1:20: 'base64' cannot encode wildcards; put 'contains' after it"},
        {"F|base64offset: a", "1:17: 'base64offset' needs a value of two bytes or more"},
        {"F|expand|base64: '%a%'", "1:18: 'base64' cannot encode a placeholder"},
        {"F|expand|wide: '%a%'", "1:16: 'wide' cannot encode a placeholder"},
        {"F|fieldref: a*",
         "1:13: 'fieldref' cannot take wildcards or placeholders in a field's name"},
        {"F|contains|cidr: 10.0.0.0/8", "1:12: 'cidr' must be the first modifier"},
        {"F|all|all|all|all|all|all|all|all|all: a", "1:35: more than 8 modifiers"},
        {"F: [a, [b]]", "1:8: a value must be plain, not a list"},
        {"F: {a: b}", "1:4: a value must be plain, not a map"},
        {"F: []", "1:4: a list of values is empty"},
        {"'': null", "1:5: a keyword cannot be null"},
    };

    check(state, rows, countof(rows));
}

static int setup(void **state)
{
    *state = arena_new(4096);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plain_values_keep_their_type),
        TEST(strings_are_opened),
        TEST(regexes_take_their_source_as_written),
        TEST(an_invalid_regex_is_refused_at_its_place),
        TEST(networks_are_checked),
        TEST(windash_makes_a_class_of_an_options_dash),
        TEST(base64_is_cased),
        TEST(base64offset_gives_three_tests_of_one_value),
        TEST(base64offset_counts_bytes),
        TEST(wide_encodes_any_text),
        TEST(dashes_are_written_out_before_encoding),
        TEST(numbers_are_compared),
        TEST(fields_are_compared_and_asked_for),
        TEST(placeholders_are_marked),
        TEST(wrong_uses_name_the_modifier_and_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
