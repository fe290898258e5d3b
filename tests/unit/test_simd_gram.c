/*
 * Filters of grams: a scan gives each place whose gram's slot is set and no other, in every tier
 * that the CPU has, for filters of few and of many grams, at every length around a block's border.
 */
#include "guarded_text.h"

#include "simd/gram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { LENGTH_MAX = 200, LONG_TEXT = 4096, SEED = 20261124, ROUNDS = 600, LINE = 64 };

static struct gram_filter filter_new(uint32_t bits)
{
    size_t bytes = ((size_t)1 << bits) / 8;
    struct gram_filter f = {bits, aligned_alloc(LINE, bytes)};

    assert_non_null(f.table);
    memset(f.table, 0, bytes);
    return f;
}

static void set_slot(const struct gram_filter *f, uint32_t slot)
{
    f->table[slot / 8] |= (uint8_t)(1u << slot % 8);
}

static bool has_slot(const struct gram_filter *f, uint32_t slot)
{
    return f->table[slot / 8] >> slot % 8 & 1;
}

static size_t scan_slowly(const struct simd *s, const struct gram_filter *f, str text,
                          uint32_t *places)
{
    size_t count = 0;

    for (size_t i = 0; i + GRAM_BYTES <= text.n; i++)
        if (has_slot(f, s->gram_slot(text.p + i, f->bits)))
            places[count++] = (uint32_t)i;
    return count;
}

/* Returns how many places there are. */
static size_t assert_scanned(const struct simd *s, const struct guarded *g,
                             const struct gram_filter *f, str plain, str filler)
{
    static uint32_t want[LONG_TEXT], got[LONG_TEXT];
    str text = guarded_text(g, plain, filler);
    size_t count = scan_slowly(s, f, text, want);

    assert_int_equal(s->gram_scan(f, text.p, text.n, got), count);
    assert_memory_equal(got, want, count * sizeof *got);
    return count;
}

static void a_slot_is_one_of_the_filters(void **state)
{
    uint64_t random = SEED;
    char gram[GRAM_BYTES];

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (uint32_t bits = GRAM_BITS_MIN; s && bits <= s->gram_bits_max; bits++)
            for (uint32_t i = 0; i < ROUNDS; i++) {
                for (uint32_t k = 0; k < GRAM_BYTES; k++)
                    gram[k] = (char)random_below(&random, 256);
                assert_true(s->gram_slot(gram, bits) < 1u << bits);
            }
    }
}

/* The hash tells apart what differs in one bit: else whole families of grams would pass. */
static void each_bit_of_a_gram_moves_its_slot(void **state)
{
    const char gram[GRAM_BYTES] = {'\\', 'c', 'm', 'd'};

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (uint32_t bit = 0; s && bit < 8 * GRAM_BYTES; bit++) {
            char other[GRAM_BYTES];
            memcpy(other, gram, GRAM_BYTES);
            other[bit / 8] = (char)(other[bit / 8] ^ 1 << bit % 8);
            assert_int_not_equal(s->gram_slot(gram, s->gram_bits_max),
                                 s->gram_slot(other, s->gram_bits_max));
        }
    }
}

static void a_planted_gram_is_given_at_every_place_and_length(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (!s)
            continue;
        struct gram_filter f = filter_new(GRAM_BITS_MIN);
        set_slot(&f, s->gram_slot("\xE9-Q\x01", f.bits));
        for (size_t n = 0; n <= LENGTH_MAX; n++) {
            memset(text, '.', sizeof text);
            assert_int_equal(assert_scanned(s, &g, &f, (str){text, n}, S("\xE9-Q\x01")), 0);
            for (size_t at = 0; at + GRAM_BYTES <= n; at++) {
                memcpy(text + at, "\xE9-Q\x01", GRAM_BYTES);
                assert_true(assert_scanned(s, &g, &f, (str){text, n}, S("\xE9-Q\x01")) >= 1);
                memset(text + at, '.', GRAM_BYTES);
            }
        }
        free(f.table);
    }
    guarded_free(&g);
}

static void a_gram_that_ends_behind_the_text_is_not_given(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX + GRAM_BYTES];

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (!s)
            continue;
        struct gram_filter f = filter_new(GRAM_BITS_MIN);
        set_slot(&f, s->gram_slot("abcd", f.bits));
        for (size_t n = 0; n <= LENGTH_MAX; n++)
            for (size_t in = 1; in < GRAM_BYTES && in <= n; in++) {
                memset(text, '.', sizeof text);
                memcpy(text + n - in, "abcd", GRAM_BYTES);
                str behind = {&"abcd"[in], GRAM_BYTES - in};
                assert_int_equal(assert_scanned(s, &g, &f, (str){text, n}, behind), 0);
            }
        free(f.table);
    }
    guarded_free(&g);
}

static void scan_random_texts(const struct simd *s, uint32_t bits, uint32_t grams, uint64_t *random)
{
    struct guarded g = guarded_new();
    struct gram_filter f = filter_new(bits);
    char *text = mem_alloc(LONG_TEXT);

    for (uint32_t i = 0; i < grams; i++)
        set_slot(&f, random_below(random, 1u << bits));
    for (uint32_t i = 0; i < ROUNDS; i++) {
        size_t n = random_below(random, i % 50 ? LENGTH_MAX + 1 : LONG_TEXT + 1);
        for (size_t k = 0; k < n; k++)
            text[k] = (char)random_below(random, i % 2 ? 256 : 3);
        assert_scanned(s, &g, &f, (str){text, n}, S("\0\1\2"));
    }
    free(text);
    free(f.table);
    guarded_free(&g);
}

static void filters_of_any_density_give_what_their_slots_say(void **state)
{
    static const uint32_t per_cent[] = {0, 1, 15, 50, 400, 2000};
    uint64_t random = SEED;

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (uint32_t bits = GRAM_BITS_MIN; s && bits <= s->gram_bits_max; bits += 5)
            for (size_t k = 0; k < countof(per_cent); k++)
                scan_random_texts(s, bits, (1u << bits) * per_cent[k] / 100, &random);
    }
}

/* Each slot by itself: no register or bit of the table is taken for another. */
static void every_slot_is_read_where_it_was_written(void **state)
{
    enum { GRAMS_TRIED_MAX = 1 << 20 };
    uint64_t random = SEED;

    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        uint32_t seen = 0, tried = 0;
        bool was_seen[1 << GRAM_BITS_MIN] = {false};
        if (!s)
            continue;
        struct gram_filter f = filter_new(GRAM_BITS_MIN);
        for (; seen < countof(was_seen) && tried < GRAMS_TRIED_MAX; tried++) {
            char room[GRAM_BYTES + SIMD_PADDING] = {0};
            for (uint32_t k = 0; k < GRAM_BYTES; k++)
                room[k] = (char)random_below(&random, 256);
            uint32_t slot = s->gram_slot(room, f.bits), place;
            if (was_seen[slot])
                continue;
            was_seen[slot] = true;
            seen++;
            assert_int_equal(s->gram_scan(&f, room, GRAM_BYTES, &place), 0);
            set_slot(&f, slot);
            assert_int_equal(s->gram_scan(&f, room, GRAM_BYTES, &place), 1);
            assert_int_equal(place, 0);
            f.table[slot / 8] = 0;
            memset(f.table, 0xFF, ((size_t)1 << f.bits) / 8);
            f.table[slot / 8] ^= (uint8_t)(1u << slot % 8);
            assert_int_equal(s->gram_scan(&f, room, GRAM_BYTES, &place), 0);
            memset(f.table, 0, ((size_t)1 << f.bits) / 8);
        }
        assert_int_equal(seen, countof(was_seen));
        free(f.table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_is_one_of_the_filters),
        cmocka_unit_test(each_bit_of_a_gram_moves_its_slot),
        cmocka_unit_test(a_planted_gram_is_given_at_every_place_and_length),
        cmocka_unit_test(a_gram_that_ends_behind_the_text_is_not_given),
        cmocka_unit_test(filters_of_any_density_give_what_their_slots_say),
        cmocka_unit_test(every_slot_is_read_where_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
