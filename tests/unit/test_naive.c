/* What rules mean: a table of a detection, an event, and whether it matches. Both matchers agree.
 */
#include "meaning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct row {
    const char *detection, *event;
    bool matches;
};

static const struct logsource test_source = {.category = S("test")};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct meaning m = meaning_of_detection(rows[i].detection);
        assert_int_equal(m.rs->count, 1);
        struct meaning_question q = meaning_match(&m, str_from(rows[i].event), &test_source, 1);
        if (q.events != 1 || q.naive != rows[i].matches || q.different)
            fail_msg("{%s} of %s: naive %u, detector %u, wanted %d", rows[i].detection,
                     rows[i].event, q.naive, q.detector, rows[i].matches);
        meaning_done(&m);
    }
}

#define TABLE(name, ...)                                                                           \
    static void name(void **state)                                                                 \
    {                                                                                              \
        static const struct row rows[] = {__VA_ARGS__};                                            \
        (void)state;                                                                               \
        check(rows, countof(rows));                                                                \
    }

TABLE(a_plain_value_is_the_whole_value, {"s: {F: abc}, condition: s", "{\"F\":\"abc\"}", true},
      {"s: {F: abc}, condition: s", "{\"F\":\"abcd\"}", false},
      {"s: {F: abc}, condition: s", "{\"F\":\"xabc\"}", false},
      {"s: {F: abc}, condition: s", "{\"G\":\"abc\"}", false},
      {"s: {F: [x, abc]}, condition: s", "{\"F\":\"abc\"}", true})

TABLE(names_of_fields_mind_case, {"s: {F: abc}, condition: s", "{\"f\":\"abc\"}", false})

TABLE(case_is_folded_on_both_sides_beyond_ascii,
      {"s: {F: ÀBC}, condition: s", "{\"F\":\"àbc\"}", true},
      {"s: {F: àbc}, condition: s", "{\"F\":\"ÀBC\"}", true},
      {"s: {F|contains: 'σας'}, condition: s", "{\"F\":\"x ΣΑΣ y\"}", true},
      {"s: {F: kb}, condition: s", "{\"F\":\"\\u212Ab\"}", true},
      {"s: {F: 'straße'}, condition: s", "{\"F\":\"STRASSE\"}", false})

TABLE(cased_minds_case, {"s: {F|cased: abC}, condition: s", "{\"F\":\"abC\"}", true},
      {"s: {F|cased: abC}, condition: s", "{\"F\":\"abc\"}", false},
      {"s: {F|contains|cased: bC}, condition: s", "{\"F\":\"xbCx\"}", true},
      {"s: {F|contains|cased: bC}, condition: s", "{\"F\":\"xbcx xBC\"}", false})

TABLE(contains_startswith_endswith, {"s: {F|contains: b}, condition: s", "{\"F\":\"abc\"}", true},
      {"s: {F|contains: bcde}, condition: s", "{\"F\":\"abcdef\"}", true},
      {"s: {F|contains: bcdx}, condition: s", "{\"F\":\"abcdef\"}", false},
      {"s: {F|startswith: abc}, condition: s", "{\"F\":\"abcdef\"}", true},
      {"s: {F|startswith: abcd}, condition: s", "{\"F\":\"xabcdef\"}", false},
      {"s: {F|endswith: cdef}, condition: s", "{\"F\":\"abcdef\"}", true},
      {"s: {F|endswith: cdef}, condition: s", "{\"F\":\"abcdefx\"}", false},
      {"s: {F|endswith: '\\cmd.exe'}, condition: s", "{\"F\":\"C:\\\\Windows\\\\CMD.EXE\"}", true},
      {"s: {F|startswith: abcdef}, condition: s", "{\"F\":\"abc\"}", false})

TABLE(wildcards, {"s: {F: 'a*c'}, condition: s", "{\"F\":\"abbbc\"}", true},
      {"s: {F: 'a*c'}, condition: s", "{\"F\":\"ac\"}", true},
      {"s: {F: 'a*c'}, condition: s", "{\"F\":\"a\\nc\"}", true},
      {"s: {F: 'a*c'}, condition: s", "{\"F\":\"abcd\"}", false},
      {"s: {F: 'a?c'}, condition: s", "{\"F\":\"abc\"}", true},
      {"s: {F: 'a?c'}, condition: s", "{\"F\":\"ac\"}", false},
      {"s: {F: 'a?c'}, condition: s", "{\"F\":\"aéc\"}", true},
      {"s: {F: 'a??c'}, condition: s", "{\"F\":\"aéc\"}", false},
      {"s: {F: 'a\\?c'}, condition: s", "{\"F\":\"a?c\"}", true},
      {"s: {F: 'a\\?c'}, condition: s", "{\"F\":\"abc\"}", false},
      {"s: {F: 'a\\*c'}, condition: s", "{\"F\":\"abc\"}", false},
      {"s: {F: '*a*b*c*'}, condition: s", "{\"F\":\"xxaxxbxxc\"}", true},
      {"s: {F: '*a*b*c*'}, condition: s", "{\"F\":\"xxcxxbxxa\"}", false},
      {"s: {F|contains: 'power?hell'}, condition: s", "{\"F\":\"x Power$hell y\"}", true},
      {"s: {F: '*ab'}, condition: s", "{\"F\":\"aab ab aab\"}", true})

TABLE(a_lone_star_is_any_value_but_null, {"s: {F: '*'}, condition: s", "{\"F\":\"x\"}", true},
      {"s: {F: '*'}, condition: s", "{\"F\":\"\"}", true},
      {"s: {F: '*'}, condition: s", "{\"F\":null}", false},
      {"s: {F: '*'}, condition: s", "{\"G\":\"x\"}", false})

TABLE(empty_null_and_absent_are_three_things, {"s: {F: ''}, condition: s", "{\"F\":\"\"}", true},
      {"s: {F: ''}, condition: s", "{\"F\":null}", false},
      {"s: {F: ''}, condition: s", "{\"G\":1}", false},
      {"s: {F: null}, condition: s", "{\"F\":null}", true},
      {"s: {F: null}, condition: s", "{\"G\":1}", true},
      {"s: {F: null}, condition: s", "{\"F\":\"\"}", false},
      {"s: {F: null}, condition: s", "{\"F\":[]}", true},
      {"s: {F: null}, condition: not s", "{\"F\":\"x\"}", true})

TABLE(exists_is_about_presence_alone, {"s: {F|exists: true}, condition: s", "{\"F\":\"\"}", true},
      {"s: {F|exists: true}, condition: s", "{\"F\":null}", true},
      {"s: {F|exists: true}, condition: s", "{\"G\":1}", false},
      {"s: {F|exists: false}, condition: s", "{\"G\":1}", true},
      {"s: {F|exists: false}, condition: s", "{\"F\":0}", false})

TABLE(a_missing_field_makes_tests_false_and_their_negation_true,
      {"s: {F: a}, condition: not s", "{\"G\":1}", true},
      {"s: {F|contains: a}, condition: not s", "{\"G\":1}", true},
      {"s: {F|neq: a}, condition: s", "{\"G\":1}", true},
      {"s: {F|re: '.*'}, condition: s", "{\"G\":1}", false},
      {"s: {F|lt: 5}, condition: s", "{\"G\":1}", false},
      {"s: {F|cidr: 0.0.0.0/0}, condition: not s", "{\"G\":1}", true},
      {"s: {F|fieldref: H}, condition: s", "{\"G\":1}", false})

TABLE(numbers_and_their_text_are_one, {"s: {F: 4624}, condition: s", "{\"F\":4624}", true},
      {"s: {F: 4624}, condition: s", "{\"F\":\"4624\"}", true},
      {"s: {F: '4624'}, condition: s", "{\"F\":4624}", true},
      {"s: {F: 4624}, condition: s", "{\"F\":46240}", false},
      {"s: {F: 4624}, condition: s", "{\"F\":4624.0}", true},
      {"s: {F: 1000}, condition: s", "{\"F\":1e3}", true},
      {"s: {F: 1000}, condition: s", "{\"F\":\"1e3\"}", false},
      {"s: {F: '1000'}, condition: s", "{\"F\":1e3}", false},
      {"s: {F: 1.5}, condition: s", "{\"F\":1.50}", true},
      {"s: {F: -7}, condition: s", "{\"F\":-7.0}", true},
      {"s: {F: 9007199254740993}, condition: s", "{\"F\":9007199254740992}", false},
      {"s: {F|contains: 62}, condition: s", "{\"F\":4624}", true},
      {"s: {F|startswith: 46}, condition: s", "{\"F\":\"4624\"}", true})

TABLE(booleans_and_their_text_are_one, {"s: {F: true}, condition: s", "{\"F\":true}", true},
      {"s: {F: true}, condition: s", "{\"F\":\"True\"}", true},
      {"s: {F: 'TRUE'}, condition: s", "{\"F\":true}", true},
      {"s: {F: false}, condition: s", "{\"F\":true}", false},
      {"s: {F|cased: 'True'}, condition: s", "{\"F\":true}", true})

TABLE(comparisons_are_of_numbers_written_as_text_too,
      {"s: {F|gt: 5}, condition: s", "{\"F\":6}", true},
      {"s: {F|gt: 5}, condition: s", "{\"F\":5}", false},
      {"s: {F|gte: 5}, condition: s", "{\"F\":\"5\"}", true},
      {"s: {F|lt: 5}, condition: s", "{\"F\":-1e1}", true},
      {"s: {F|lte: 5.5}, condition: s", "{\"F\":5.5}", true},
      {"s: {F|lt: 5}, condition: s", "{\"F\":\"many\"}", false},
      {"s: {F|gt: 5}, condition: s", "{\"F\":\"0x10\"}", false},
      {"s: {F|gt: 5}, condition: not s", "{\"F\":\"\"}", true})

TABLE(parts_of_times_are_in_utc,
      {"s: {F|hour: 23}, condition: s", "{\"F\":\"2026-01-01T00:30:00+01:00\"}", true},
      {"s: {F|hour|gte: 22}, condition: s", "{\"F\":\"2026-01-01 21:59:59.9\"}", false},
      {"s: {F|minute: 30}, condition: s", "{\"F\":\"2026-01-01T00:30:00Z\"}", true},
      {"s: {F|day: 31}, condition: s", "{\"F\":\"2026-01-01T00:30:00+01:00\"}", true},
      {"s: {F|week: 1}, condition: s", "{\"F\":\"2025-12-29T00:00:00Z\"}", true},
      {"s: {F|month: 12}, condition: s", "{\"F\":\"2025-12-29T00:00:00Z\"}", true},
      {"s: {F|year|gt: 2025}, condition: s", "{\"F\":\"2026-05-05T00:00:00Z\"}", true},
      {"s: {F|year: 2023}, condition: s", "{\"F\":1700000000}", true},
      {"s: {F|year: 2023}, condition: s", "{\"F\":1700000000123}", true},
      {"s: {F|year: 2023}, condition: s", "{\"F\":\"1700000000.5\"}", true},
      {"s: {F|hour: 3}, condition: s", "{\"F\":\"at three\"}", false})

TABLE(any_element_of_an_array_will_do, {"s: {F: b}, condition: s", "{\"F\":[\"a\",\"b\"]}", true},
      {"s: {F: c}, condition: s", "{\"F\":[\"a\",\"b\"]}", false},
      {"s: {F: b}, condition: not s", "{\"F\":[\"a\",\"b\"]}", false},
      {"s: {F.G: b}, condition: s", "{\"F\":[{\"G\":\"a\"},{\"G\":\"b\"}]}", true},
      {"s: {F|contains|all: [aa, bb]}, condition: s", "{\"F\":[\"xaax\",\"xbbx\"]}", true},
      {"s: {F|contains|all: [aa, cc]}, condition: s", "{\"F\":[\"xaax\",\"xbbx\"]}", false},
      {"s: {F: null}, condition: s", "{\"F\":[\"a\",null]}", true},
      {"s: {F|gt: 5}, condition: s", "{\"F\":[1,9]}", true},
      {"s: {F|fieldref: G}, condition: s", "{\"F\":[1,2],\"G\":[2,3]}", true})

TABLE(of_two_definitions_the_last_counts,
      {"s: {F: b}, condition: s", "{\"F\":\"a\",\"F\":\"b\"}", true},
      {"s: {F: a}, condition: s", "{\"F\":\"a\",\"F\":\"b\"}", false},
      {"s: {F: b}, condition: s", "{\"F\":[\"a\",\"b\"],\"F\":\"c\"}", false})

TABLE(all_wants_every_value,
      {"s: {F|contains|all: [a, b]}, condition: s", "{\"F\":\"xbxax\"}", true},
      {"s: {F|contains|all: [a, b]}, condition: s", "{\"F\":\"xax\"}", false},
      {"s: {F|contains|all: [a]}, condition: s", "{\"F\":\"xax\"}", true},
      {"s: {F|contains: [a, b]}, condition: s", "{\"F\":\"xax\"}", true})

TABLE(neq_negates_the_whole_item, {"s: {F|neq: a}, condition: s", "{\"F\":\"b\"}", true},
      {"s: {F|neq: a}, condition: s", "{\"F\":\"A\"}", false},
      {"s: {F|neq: [a, b]}, condition: s", "{\"F\":\"b\"}", false},
      {"s: {F|contains|neq: a}, condition: s", "{\"F\":\"xax\"}", false},
      {"s: {F|neq: a}, condition: not s", "{\"F\":\"a\"}", true},
      {"s: {F|neq: a}, condition: s", "{\"F\":[\"a\",\"b\"]}", false})

TABLE(regexes_search_and_mind_case, {"s: {F|re: 'b+c'}, condition: s", "{\"F\":\"abbcd\"}", true},
      {"s: {F|re: '^b'}, condition: s", "{\"F\":\"ab\"}", false},
      {"s: {F|re: 'B'}, condition: s", "{\"F\":\"ab\"}", false},
      {"s: {F|re|i: 'B'}, condition: s", "{\"F\":\"ab\"}", true},
      {"s: {F|re: '(?i)B'}, condition: s", "{\"F\":\"ab\"}", true},
      {"s: {F|re: 'a.b'}, condition: s", "{\"F\":\"a\\nb\"}", false},
      {"s: {F|re|s: 'a.b'}, condition: s", "{\"F\":\"a\\nb\"}", true},
      {"s: {F|re|m: '^b'}, condition: s", "{\"F\":\"a\\nb\"}", true},
      {"s: {F|re: '^4\\d+$'}, condition: s", "{\"F\":4624}", true},
      {"s: {F|re: '.*'}, condition: s", "{\"F\":null}", false},
      {"s: {F|re: '^$'}, condition: s", "{\"F\":\"\"}", true})

TABLE(a_regex_that_gives_up_does_not_match,
      {"s: {F|re: '^(a|a)*$'}, condition: s",
       "{\"F\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"}", false})

TABLE(networks_hold_addresses,
      {"s: {F|cidr: 10.0.0.0/8}, condition: s", "{\"F\":\"10.1.2.3\"}", true},
      {"s: {F|cidr: 10.0.0.0/8}, condition: s", "{\"F\":\"11.1.2.3\"}", false},
      {"s: {F|cidr: 10.0.0.0/8}, condition: s", "{\"F\":\"10.1.2\"}", false},
      {"s: {F|cidr: ['fe80::/10', '::1/128']}, condition: s", "{\"F\":\"fe80::1%eth0\"}", true},
      {"s: {F|cidr: 10.0.0.0/8}, condition: s", "{\"F\":\"::ffff:10.1.2.3\"}", true})

TABLE(windash_stands_for_every_dash,
      {"s: {F|windash|contains: ' -enc '}, condition: s", "{\"F\":\"x /enc y\"}", true},
      {"s: {F|windash|contains: ' -enc '}, condition: s", "{\"F\":\"x \\u2013ENC y\"}", true},
      {"s: {F|windash|contains: ' -enc '}, condition: s", "{\"F\":\"x \\u2015enc y\"}", true},
      {"s: {F|windash|contains: ' -enc '}, condition: s", "{\"F\":\"x _enc y\"}", false},
      {"s: {F|contains: ' -enc '}, condition: s", "{\"F\":\"x /enc y\"}", false})

TABLE(base64_minds_case, {"s: {F|base64: foobar}, condition: s", "{\"F\":\"Zm9vYmFy\"}", true},
      {"s: {F|base64: foobar}, condition: s", "{\"F\":\"zm9vymfy\"}", false},
      {"s: {F|base64offset|contains: foobar}, condition: s", "{\"F\":\"xZvb2Jhcg==\"}", true},
      {"s: {F|wide|base64offset|contains: http}, condition: s", "{\"F\":\"aAB0AHQAcA\"}", true})

TABLE(fieldref_compares_two_fields,
      {"s: {F|fieldref: G}, condition: s", "{\"F\":\"abc\",\"G\":\"ABC\"}", true},
      {"s: {F|fieldref: G}, condition: s", "{\"F\":\"abc\",\"G\":\"abd\"}", false},
      {"s: {F|fieldref: G}, condition: s", "{\"F\":\"abc\"}", false},
      {"s: {F|fieldref: G}, condition: s", "{\"F\":4,\"G\":\"4\"}", true},
      {"s: {F|fieldref: G}, condition: s", "{\"F\":4,\"G\":4.0}", true},
      {"s: {F|fieldref: G}, condition: s", "{\"F\":null,\"G\":null}", false},
      {"s: {F|fieldref: G}, condition: s", "{\"F\":\"*\",\"G\":\"abc\"}", false},
      {"s: {F|fieldref|startswith: G}, condition: s", "{\"F\":\"abc\",\"G\":\"AB\"}", true},
      {"s: {F|fieldref|endswith: G}, condition: s", "{\"F\":\"abc\",\"G\":\"BC\"}", true},
      {"s: {F|fieldref|endswith: G}, condition: s", "{\"F\":\"abc\",\"G\":\"AB\"}", false},
      {"s: {F|fieldref|contains: G}, condition: s", "{\"F\":\"abc\",\"G\":\"B\"}", true},
      {"s: {F|fieldref|neq: G}, condition: s", "{\"F\":\"abc\",\"G\":\"abd\"}", true})

TABLE(keywords_are_any_part_of_any_value,
      {"s: [evil], condition: s", "{\"A\":\"x\",\"B\":\"an EVIL thing\"}", true},
      {"s: [evil], condition: s", "{\"evil\":\"x\"}", false},
      {"s: [evil, 4624], condition: s", "{\"A\":46240}", true},
      {"s: ['e?il*th'], condition: s", "{\"B\":\"an evil thing\"}", true},
      {"s: ['e?il*th'], condition: s", "{\"A\":\"evil\",\"B\":\"thing\"}", false},
      {"s: {'|all': [evil, thing]}, condition: s", "{\"A\":\"evil\",\"B\":\"thing\"}", true},
      {"s: {'|all': [evil, thing]}, condition: s", "{\"A\":\"evil\",\"B\":\"thin\"}", false},
      {"s: evil, condition: s", "{\"A\":[\"x\",\"devil\"]}", true},
      {"s: {'|re': 'e.il'}, condition: s", "{\"B\":\"an evil thing\"}", true},
      {"s: [evil], condition: not s", "{\"A\":null}", true})

TABLE(lists_of_maps_are_alternatives,
      {"s: [{F: a, G: b}, {H: c}], condition: s", "{\"H\":\"c\"}", true},
      {"s: [{F: a, G: b}, {H: c}], condition: s", "{\"F\":\"a\",\"G\":\"b\"}", true},
      {"s: [{F: a, G: b}, {H: c}], condition: s", "{\"F\":\"a\"}", false})

TABLE(conditions_combine_selections,
      {"a: {F: 1}, b: {G: 1}, condition: a and not b", "{\"F\":1}", true},
      {"a: {F: 1}, b: {G: 1}, condition: a and not b", "{\"F\":1,\"G\":1}", false},
      {"a: {F: 1}, b: {G: 1}, condition: a or b", "{\"G\":1}", true},
      {"a: {F: 1}, b: {G: 1}, condition: not (a or b)", "{\"H\":1}", true},
      {"a: {F: 1}, b: {G: 1}, condition: not a or b", "{\"F\":1,\"G\":1}", true},
      {"a: {F: 1}, b: {G: 1}, condition: not not a", "{\"F\":1}", true},
      {"a: {F: 1}, b: {G: 1}, condition: not (not a or not b)", "{\"F\":1,\"G\":1}", true},
      {"a1: {F: 1}, a2: {G: 1}, condition: 1 of a*", "{\"G\":1}", true},
      {"a1: {F: 1}, a2: {G: 1}, condition: all of a*", "{\"G\":1}", false},
      {"a: {F: 1}, b: {G: 1}, condition: all of them", "{\"F\":1,\"G\":1}", true},
      {"a: {F: 1}, b: {G: 1}, condition: [a, b]", "{\"G\":1}", true})

static void a_rule_applies_through_its_log_source_only(void **state)
{
    static const struct logsource other = {.category = S("other")};
    struct meaning m = meaning_of_detection("s: {F: a}, condition: s");

    (void)state;
    assert_int_equal(meaning_match(&m, S("{\"F\":\"a\"}"), &test_source, 1).naive, 1);
    assert_int_equal(meaning_match(&m, S("{\"F\":\"a\"}"), &other, 1).naive, 0);
    assert_int_equal(meaning_match(&m, S("{\"F\":\"a\"}"), NULL, 0).naive, 0);
    meaning_done(&m);
}

static void renames_hold_within_their_log_source(void **state)
{
    static const struct field_rename renames[] = {{S("Image"), S("NewProcessName")},
                                                  {S("Parent"), S("ParentProcessName")}};
    const struct logsource sources[] = {{S("windows"), S(""), S("security"), NULL, 0},
                                        {S("windows"), S("test"), S("security"), renames, 2}};
    struct meaning m = meaning_of_detection("s: {Image: a}, condition: s");
    struct meaning_question q = meaning_match(&m, S("{\"NewProcessName\":\"A\"}"), sources, 2);

    (void)state;
    assert_int_equal(q.naive, 1);
    assert_int_equal(q.different, 0);
    q = meaning_match(&m, S("{\"Image\":\"A\"}"), sources, 2); /* hidden by the rename */
    assert_int_equal(q.naive, 0);
    assert_int_equal(q.different, 0);
    meaning_done(&m);

    m = meaning_of_detection("s: {Image|fieldref: Parent}, condition: s");
    q = meaning_match(&m, S("{\"NewProcessName\":\"A\",\"ParentProcessName\":\"a\"}"), sources, 2);
    assert_int_equal(q.naive, 1);
    assert_int_equal(q.different, 0);
    meaning_done(&m);

    m = meaning_of(S("title: t\nlogsource: {service: security}\n"
                     "detection: {s: {Image: a}, condition: s}\n"));
    q = meaning_match(&m, S("{\"Image\":\"A\"}"), sources, 2); /* applies through the first */
    assert_int_equal(q.naive, 1);
    assert_int_equal(q.different, 0);
    q = meaning_match(&m, S("{\"NewProcessName\":\"A\"}"), sources, 2); /* and the second */
    assert_int_equal(q.naive, 1);
    assert_int_equal(q.different, 0);
    meaning_done(&m);
}

static void a_long_value_takes_no_exponential_time(void **state)
{
    struct buf json CLEANUP(buf_done) = buf_make(1 << 20);
    struct meaning m = meaning_of_detection("s: {F: '*a*a*a*a*a*a*a*a*a*a*b'}, condition: s");

    (void)state;
    buf_add(&json, S("{\"F\":\""));
    for (int i = 0; i < 100000; i++)
        buf_char(&json, 'a');
    buf_add(&json, S("\"}"));
    struct meaning_question q = meaning_match(&m, buf_str(&json), &test_source, 1);
    assert_int_equal(q.events, 1);
    assert_int_equal(q.naive, 0);
    meaning_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_value_is_the_whole_value),
        cmocka_unit_test(names_of_fields_mind_case),
        cmocka_unit_test(case_is_folded_on_both_sides_beyond_ascii),
        cmocka_unit_test(cased_minds_case),
        cmocka_unit_test(contains_startswith_endswith),
        cmocka_unit_test(wildcards),
        cmocka_unit_test(a_lone_star_is_any_value_but_null),
        cmocka_unit_test(empty_null_and_absent_are_three_things),
        cmocka_unit_test(exists_is_about_presence_alone),
        cmocka_unit_test(a_missing_field_makes_tests_false_and_their_negation_true),
        cmocka_unit_test(numbers_and_their_text_are_one),
        cmocka_unit_test(booleans_and_their_text_are_one),
        cmocka_unit_test(comparisons_are_of_numbers_written_as_text_too),
        cmocka_unit_test(parts_of_times_are_in_utc),
        cmocka_unit_test(any_element_of_an_array_will_do),
        cmocka_unit_test(of_two_definitions_the_last_counts),
        cmocka_unit_test(all_wants_every_value),
        cmocka_unit_test(neq_negates_the_whole_item),
        cmocka_unit_test(regexes_search_and_mind_case),
        cmocka_unit_test(a_regex_that_gives_up_does_not_match),
        cmocka_unit_test(networks_hold_addresses),
        cmocka_unit_test(windash_stands_for_every_dash),
        cmocka_unit_test(base64_minds_case),
        cmocka_unit_test(fieldref_compares_two_fields),
        cmocka_unit_test(keywords_are_any_part_of_any_value),
        cmocka_unit_test(lists_of_maps_are_alternatives),
        cmocka_unit_test(conditions_combine_selections),
        cmocka_unit_test(a_rule_applies_through_its_log_source_only),
        cmocka_unit_test(renames_hold_within_their_log_source),
        cmocka_unit_test(a_long_value_takes_no_exponential_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
