/*
 * The detector on events as fast decoders give them: what is not decoded yet
 * matches as the oracle says of the decoded.
 */
#include "detector_oracle.h"
#include "lazy_event.h"

enum { EVENTS_A_RULE = 400, WAYS = 32 };

typedef struct event lazy_write(struct lazy_writer *w, const struct event *ev);

/* Returns how many rules matched. */
static uint64_t compare_written(const char *rules, lazy_write *write)
{
    struct meaning m = meaning_of(str_from(rules));
    struct lazy_fixture f;
    uint64_t matched = 0;

    lazy_fixture_init(&f, m.rs);
    for (uint32_t rule = 0; rule < m.rs->count; rule++) {
        generator_aim(&f.generator, rule);
        for (uint32_t i = 0; i < EVENTS_A_RULE; i++) {
            struct event ev;
            arena_reset(f.arena);
            generate_event(&f.generator, rule, f.arena, &ev);
            struct event lazy = write(&f.writer, &ev), settled = lazy_settled(&f.writer, &lazy);
            matched += oracle_compare(&m, &lazy, &settled);
        }
    }
    lazy_fixture_done(&f);
    meaning_done(&m);
    return matched;
}

static void slices_of_json_match_as_their_texts_do(void **state)
{
    (void)state;
    assert_true(compare_written(every_kind_of_test, lazy_json) > EVENTS_A_RULE);
}

static void values_of_evtx_match_as_their_texts_do(void **state)
{
    (void)state;
    assert_true(compare_written(every_kind_of_test, lazy_evtx) > EVENTS_A_RULE);
}

/* Events whose only field has this value, each written in another way: how many rules match one. */
static uint32_t match_one(const char *rules, lazy_write *write, str value, uint8_t type)
{
    struct meaning m = meaning_of(str_from(rules));
    struct lazy_fixture f;
    uint32_t count = 0;

    lazy_fixture_init(&f, m.rs);
    for (uint32_t way = 0; way < WAYS; way++) {
        struct event ev = {.logsources[0] = m.rs->rules[0]->logsource, .logsource_count = 1};
        arena_reset(f.arena);
        event_add(&ev, f.arena, (struct field){.name = S("F"), .value = value, .type = type});
        struct event lazy = write(&f.writer, &ev), settled = lazy_settled(&f.writer, &lazy);
        uint32_t matches = oracle_compare(&m, &lazy, &settled);
        assert_true(way == 0 || matches == count);
        count = matches;
    }
    lazy_fixture_done(&f);
    meaning_done(&m);
    return count;
}

static const char keyword_rule[] = "title: 1\nlogsource: {category: c}\n"
                                   "detection: {s: [mimikatz, 'skull/'], condition: s}\n";
static const char number_rule[] = "title: 1\nlogsource: {category: c}\n"
                                  "detection: {s: ['4624', mimikatz], condition: s}\n";

static const char regex_rule[] =
    "title: 1\nlogsource: {category: c}\n"
    "detection: {s: {F|re: ['Get-\"\\w+X$', '-[^\\w]z']}, condition: s}\n";

static void a_keyword_is_found_through_the_letters_that_fold_to_its_own(void **state)
{
    static lazy_write *const writers[] = {lazy_json, lazy_evtx};

    (void)state;
    for (size_t i = 0; i < countof(writers); i++) {
        assert_int_equal(match_one(keyword_rule, writers[i], S("x MIMIKATZ"), VALUE_STRING), 1);
        assert_int_equal(match_one(keyword_rule, writers[i], S("mimi\u212Aatz"), VALUE_STRING), 1);
        assert_int_equal(match_one(keyword_rule, writers[i], S("\u017Fkull/"), VALUE_STRING), 1);
        assert_int_equal(match_one(keyword_rule, writers[i], S("mimicatz"), VALUE_STRING), 0);
        assert_int_equal(match_one(keyword_rule, writers[i], S("mimikat"), VALUE_STRING), 0);
    }
}

/* The folded value is asked first whether a search can find something at all. */
static void a_regex_sees_letters_as_they_were_written(void **state)
{
    static lazy_write *const writers[] = {lazy_json, lazy_evtx};

    (void)state;
    for (size_t i = 0; i < countof(writers); i++) {
        assert_int_equal(match_one(regex_rule, writers[i], S("x\nGet-\"ItemX"), VALUE_STRING), 1);
        assert_int_equal(match_one(regex_rule, writers[i], S("get-\"itemx"), VALUE_STRING), 0);
        assert_int_equal(match_one(regex_rule, writers[i], S("Get-\"Itemx"), VALUE_STRING), 0);
        assert_int_equal(match_one(regex_rule, writers[i], S("Get-\"\u212AX"), VALUE_STRING), 0);
        assert_int_equal(match_one(regex_rule, writers[i], S("-\u212Az"), VALUE_STRING), 1);
    }
}

static void a_keyword_of_digits_is_found_in_numbers(void **state)
{
    (void)state;
    assert_int_equal(match_one(number_rule, lazy_evtx, S("4624"), VALUE_NUMBER), 1);
    assert_int_equal(match_one(number_rule, lazy_evtx, S("146245"), VALUE_NUMBER), 1);
    assert_int_equal(match_one(number_rule, lazy_evtx, S("4625"), VALUE_NUMBER), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_of_json_match_as_their_texts_do),
        cmocka_unit_test(values_of_evtx_match_as_their_texts_do),
        cmocka_unit_test(a_keyword_is_found_through_the_letters_that_fold_to_its_own),
        cmocka_unit_test(a_regex_sees_letters_as_they_were_written),
        cmocka_unit_test(a_keyword_of_digits_is_found_in_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
