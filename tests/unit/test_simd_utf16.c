/* UTF-16 to UTF-8 in each tier: against text/utf8.h, which takes it unit by unit. */
#include "simd/simd.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { UNITS_MAX = 200, ROUNDS = 400 };

struct input {
    uint64_t random;
    size_t units;
    uint8_t bytes[2 * UNITS_MAX + SIMD_PADDING];
};

static uint32_t next(struct input *in, uint32_t below)
{
    in->random = in->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(in->random >> 33) % below;
}

static void set(struct input *in, size_t at, uint32_t unit)
{
    in->bytes[2 * at] = (uint8_t)unit;
    in->bytes[2 * at + 1] = (uint8_t)(unit >> 8);
}

static void assert_same(const struct simd *s, const struct input *in)
{
    char want[3 * UNITS_MAX], folded[2 * sizeof want], got[3 * UNITS_MAX + SIMD_PADDING];
    size_t n = utf8_from_utf16(in->bytes, in->units, false, want);
    size_t folded_n = utf8_fold_str((str){want, n}, folded);

    assert_int_equal(s->utf16_text(in->bytes, in->units, got), n);
    assert_memory_equal(got, want, n);
    assert_int_equal(s->utf16_folded(in->bytes, in->units, got, utf8_fold), folded_n);
    assert_memory_equal(got, folded, folded_n);
}

/* Units behind the end are other text, never zeros. */
static void fill_padding(struct input *in)
{
    for (size_t i = 0; i < SIMD_PADDING / 2; i++)
        set(in, in->units + i, 0xD800 + next(in, 0x800));
}

static void every_tier_gives_the_same_for_ascii_of_every_length(void **state)
{
    struct input in = {.random = 1};

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (in.units = 0; s && in.units <= UNITS_MAX; in.units++) {
            for (size_t i = 0; i < in.units; i++)
                set(&in, i, next(&in, 0x80));
            fill_padding(&in);
            assert_same(s, &in);
        }
    }
}

/* One kind of unit in `rare` of them, anywhere among ASCII. */
static void mix(struct input *in, uint32_t first, uint32_t count, uint32_t rare)
{
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (int round = 0; s && round < ROUNDS; round++) {
            in->units = next(in, UNITS_MAX + 1);
            for (size_t i = 0; i < in->units; i++)
                set(in, i, next(in, rare) ? 0x20 + next(in, 0x5F) : first + next(in, count));
            fill_padding(in);
            assert_same(s, in);
        }
    }
}

static void every_tier_gives_the_same_for_any_units(void **state)
{
    struct input in = {.random = 2};

    (void)state;
    mix(&in, 0, 0x10000, 1);
    mix(&in, 0, 0x10000, 10);
    mix(&in, 0x80, 0x580, 3); /* two bytes each; Latin, Greek and Cyrillic fold */
}

static void every_tier_gives_the_same_for_surrogates_in_and_out_of_pairs(void **state)
{
    struct input in = {.random = 3};

    (void)state;
    mix(&in, 0xD800, 0x800, 1);
    mix(&in, 0xD800, 0x800, 20);
    mix(&in, 0xD801, 1, 2); /* Deseret's high half, mostly alone */
}

static void a_pair_may_stand_across_the_end_of_a_block(void **state)
{
    struct input in = {.random = 4, .units = 100};

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (size_t at = 0; s && at < in.units; at++) {
            for (size_t i = 0; i < in.units + SIMD_PADDING / 2; i++)
                set(&in, i, 'A');
            set(&in, at, 0xD801);
            set(&in, at + 1, 0xDC00); /* U+10400 folds to U+10428 */
            assert_same(s, &in);
        }
    }
}

static void the_foldings_that_change_a_texts_length_are_the_same(void **state)
{
    static const uint16_t units[] = {0x130,  0x212A, 0x17F,  0x1E9E, 0xDF,  0x23A,
                                     0x2C6F, 0x3C2,  0xAB70, 0x1F88, 0x23E, 0xA7DC};
    struct input in = {.random = 5};

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (in.units = 1; s && in.units <= UNITS_MAX; in.units++) {
            for (size_t i = 0; i < in.units; i++)
                set(&in, i, next(&in, 4) ? units[next(&in, countof(units))] : 'K');
            fill_padding(&in);
            assert_same(s, &in);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tier_gives_the_same_for_ascii_of_every_length),
        cmocka_unit_test(every_tier_gives_the_same_for_any_units),
        cmocka_unit_test(every_tier_gives_the_same_for_surrogates_in_and_out_of_pairs),
        cmocka_unit_test(a_pair_may_stand_across_the_end_of_a_block),
        cmocka_unit_test(the_foldings_that_change_a_texts_length_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
