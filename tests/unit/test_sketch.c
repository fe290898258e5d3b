/* test_sketch.c - about how many there were. */
#include "behave/sketch.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { BITS = 10 };

static void fill(uint8_t registers[SKETCH_BYTES(BITS)], uint32_t from, uint32_t count)
{
    for (uint32_t i = from; i < from + count; i++)
        sketch_add(registers, BITS, hash64((str){(const char *)&i, sizeof i}, 12345));
}

static bool within(double value, double expected, double share)
{
    return value > expected * (1 - share) && value < expected * (1 + share);
}

static void test_few_and_many_are_counted_within_a_tenth(void **unused)
{
    static const uint32_t counts[] = {1, 10, 100, 1000, 2500, 10000, 1000000};

    (void)unused;
    for (size_t i = 0; i < countof(counts); i++) {
        uint8_t registers[SKETCH_BYTES(BITS)] = {0};
        fill(registers, 0, counts[i]);
        assert_true(within(sketch_count(registers, BITS), counts[i], 0.1));
    }
}

static void test_nothing_is_none(void **unused)
{
    const uint8_t registers[SKETCH_BYTES(BITS)] = {0};

    (void)unused;
    assert_true(sketch_count(registers, BITS) == 0);
}

static void test_what_was_seen_changes_nothing(void **unused)
{
    uint8_t registers[SKETCH_BYTES(BITS)] = {0};

    (void)unused;
    assert_true(sketch_add(registers, BITS, hash_mix(1, 2)));
    assert_false(sketch_add(registers, BITS, hash_mix(1, 2)));
    assert_true(within(sketch_count(registers, BITS), 1, 0.1));
}

static void test_merged_sketches_count_what_both_saw_once(void **unused)
{
    uint8_t one[SKETCH_BYTES(BITS)] = {0}, other[SKETCH_BYTES(BITS)] = {0};

    (void)unused;
    fill(one, 0, 1000);
    fill(other, 500, 1000);
    sketch_merge(one, other, BITS);
    assert_true(within(sketch_count(one, BITS), 1500, 0.1));
}

static void test_a_hash_of_zeros_has_a_rank(void **unused)
{
    uint8_t registers[SKETCH_BYTES(BITS)] = {0};

    (void)unused;
    assert_true(sketch_add(registers, BITS, 0));
    assert_int_equal(registers[0], 64 - BITS + 1);
    assert_true(sketch_count(registers, BITS) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_and_many_are_counted_within_a_tenth),
        cmocka_unit_test(test_nothing_is_none),
        cmocka_unit_test(test_what_was_seen_changes_nothing),
        cmocka_unit_test(test_merged_sketches_count_what_both_saw_once),
        cmocka_unit_test(test_a_hash_of_zeros_has_a_rank),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
