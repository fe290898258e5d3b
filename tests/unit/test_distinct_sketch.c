/* A sketch counts what a set counts, about: also when what is old is forgotten. */
#include "correlate/distinct_sketch.h"

#include "base/hash.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t hash_of(uint64_t n)
{
    return hash64((str){(const char *)&n, sizeof n}, 7);
}

/* Five standard errors: 1.04 / 64 each. */
static void assert_about(double got, double want)
{
    if (fabs(got - want) > 0.5 + 5 * 1.04 / 64 * want)
        fail_msg("%g and not about %g", got, want);
}

static void few_and_many_are_counted(void **state)
{
    struct distinct_sketch *s = distinct_sketch_new();

    (void)state;
    assert_true(distinct_sketch_count(s) == 0);
    for (uint64_t n = 1; n <= 1000000; n++) {
        distinct_sketch_add(s, hash_of(n), 5);
        distinct_sketch_add(s, hash_of(n / 2), 5); /* seen before */
        if ((n & (n - 1)) == 0 || n == 1000000)
            assert_about(distinct_sketch_count(s), (double)n + 1);
    }
    distinct_sketch_free(s);
}

static void what_is_forgotten_does_not_count(void **state)
{
    struct distinct_sketch *s = distinct_sketch_new();

    (void)state;
    for (int64_t at = 0; at < 400000; at++) {
        distinct_sketch_add(s, hash_of((uint64_t)(at < 200000 ? at : at % 30000)), at);
        distinct_sketch_forget(s, at - 50000);
        if (at % 10000 == 9999)
            assert_about(distinct_sketch_count(s), at < 50000    ? (double)at + 1
                                                   : at < 200000 ? 50001
                                                   : at < 230000 ? 50001
                                                   : at < 250000 ? 50001 - (double)(at - 230000) + 0
                                                                 : 30000);
    }
    distinct_sketch_forget(s, 399990);
    assert_int_equal(distinct_sketch_first_ns(s), 399990);
    assert_about(distinct_sketch_count(s), 10);
    distinct_sketch_forget(s, INT64_MAX);
    assert_true(distinct_sketch_count(s) == 0);
    distinct_sketch_free(s);
}

static void its_memory_has_a_limit(void **state)
{
    struct distinct_sketch *s = distinct_sketch_new();

    (void)state;
    for (int64_t at = 0; at < 2000000; at++)
        distinct_sketch_add(s, hash_of((uint64_t)at), at);
    assert_true(distinct_sketch_bytes(s) < 3 << 20);
    distinct_sketch_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_and_many_are_counted),
        cmocka_unit_test(what_is_forgotten_does_not_count),
        cmocka_unit_test(its_memory_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
