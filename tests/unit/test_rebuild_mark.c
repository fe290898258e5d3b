/* rebuild_mark: what has to be read again for correlations, of a source and of a set of rules. */
#include "serve/rebuild_mark.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static void no_record_that_is_needed_is_left_out(void **state)
{
    struct rebuild_marks m;

    (void)state;
    rebuild_marks_init(&m, 5);
    rebuild_marks_add(&m, 10, 100);
    rebuild_marks_add(&m, 20, 90); /* out of order: all below 20 are up to 100 */
    rebuild_marks_add(&m, 30, 200);
    assert_int_equal(rebuild_marks_pass(&m, 100), 5);
    assert_int_equal(rebuild_marks_pass(&m, 101), 20);
    assert_int_equal(rebuild_marks_pass(&m, 200), 20);
    assert_int_equal(rebuild_marks_pass(&m, 1000), 30);
    assert_int_equal(rebuild_marks_pass(&m, 50), 30);
}

static void blocks_without_a_time_move_the_mark_before_them(void **state)
{
    struct rebuild_marks m;

    (void)state;
    rebuild_marks_init(&m, 0);
    rebuild_marks_add(&m, 10, INT64_MIN);
    assert_int_equal(rebuild_marks_pass(&m, 1), 10);
    rebuild_marks_add(&m, 20, 100);
    rebuild_marks_add(&m, 30, INT64_MIN);
    assert_int_equal(rebuild_marks_pass(&m, 101), 30);
}

static void many_blocks_leave_few_marks_and_never_one_too_far(void **state)
{
    struct rebuild_marks m;

    (void)state;
    rebuild_marks_init(&m, 0);
    for (uint64_t i = 1; i <= 100000; i++) { /* record i has time i */
        rebuild_marks_add(&m, i, (int64_t)i);
        const uint64_t from = rebuild_marks_pass(&m, (int64_t)i - 5000);
        assert_true(from <= (i > 5000 ? i - 5000 : 0));
        if (i > 20000)
            assert_true(from + 4 * 5000 > i); /* and not much more than is needed */
    }
    assert_true(m.count <= REBUILD_MARKS_MAX);
}

static int64_t span_of(const char *text)
{
    struct ruleset *rs = ruleset_new();

    ruleset_load_text(rs, S("test.yml"), str_from(text));
    ruleset_finish(rs);
    assert_int_equal(rs->refusal_count, 0);
    const int64_t span = rebuild_span(rs);
    ruleset_free(rs);
    return span;
}

#define RULE "title: r\nname: r\nlogsource: {product: x}\ndetection: {s: {a: b}, condition: s}\n"
#define COUNT(name, of, span)                                                                      \
    "---\ntitle: " name "\nname: " name "\ncorrelation: {type: event_count, rules: [" of           \
    "], timespan: " span ", condition: {gte: 2}}\n"

static void the_span_is_twice_that_of_a_chain(void **state)
{
    (void)state;
    assert_int_equal(span_of(RULE), 0);
    assert_int_equal(span_of(RULE COUNT("a", "r", "5m") COUNT("b", "r", "1m")), 600 * SECOND);
    assert_int_equal(span_of(RULE COUNT("a", "b", "5m") COUNT("b", "r", "1m")), 720 * SECOND);
    assert_int_equal(
        span_of(RULE COUNT("a", "b", "5m") COUNT("b", "c", "1m") COUNT("c", "r", "1h")),
        (720 + 7200) * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_record_that_is_needed_is_left_out),
        cmocka_unit_test(blocks_without_a_time_move_the_mark_before_them),
        cmocka_unit_test(many_blocks_leave_few_marks_and_never_one_too_far),
        cmocka_unit_test(the_span_is_twice_that_of_a_chain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
