/*
 * Where a text holds a part: each tier against a look byte by byte, at every offset and length
 * around the borders of a block, with the padding full of what must not be found.
 */
#include "guarded_text.h"

#include "simd/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { LENGTH_MAX = 200, PART_MAX = 140, SEED = 20261124, ROUNDS = 20000 };

static size_t find_slowly(str text, str part)
{
    for (size_t at = 0; at + part.n <= text.n; at++) {
        size_t same = 0;
        while (same < part.n && text.p[at + same] == part.p[same])
            same++;
        if (same == part.n)
            return at;
    }
    return text.n;
}

static bool is_ascii_slowly(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] > 0x7F)
            return false;
    return true;
}

/* The padding repeats the part, and its end: a find beyond the text would be a wrong one. */
static void assert_found(const struct guarded *g, str plain, str part)
{
    size_t want = find_slowly(plain, part);

    for (uint32_t cut = 0; cut < 2 && cut <= part.n; cut++) {
        str text = guarded_text(g, plain, str_from_at(part, cut));
        for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
            const struct simd *s = simd_of((enum simd_tier)tier);
            if (s && s->find(text.p, text.n, part.p, part.n) != want)
                fail_msg("%s: a part of %zu in a text of %zu is at %zu, not at %zu", s->name,
                         part.n, text.n, want, s->find(text.p, text.n, part.p, part.n));
        }
    }
}

static void a_part_is_found_at_every_place(void **state)
{
    static const size_t part_lengths[] = {1,  2,  3,  4,  5,  8,  15, 16,
                                          17, 31, 32, 33, 63, 64, 65, 100};
    struct guarded g = guarded_new();
    char text[LENGTH_MAX], part[PART_MAX];

    (void)state;
    for (size_t i = 0; i < PART_MAX; i++)
        part[i] = (char)('a' + i % 23);
    for (size_t k = 0; k < countof(part_lengths); k++)
        for (size_t n = part_lengths[k]; n <= LENGTH_MAX; n += n % 64 < 3 || n % 64 > 60 ? 1 : 7)
            for (size_t at = 0; at + part_lengths[k] <= n; at += n < 80 ? 1 : 3) {
                memset(text, '.', n);
                memcpy(text + at, part, part_lengths[k]);
                assert_found(&g, (str){text, n}, (str){part, part_lengths[k]});
            }
    guarded_free(&g);
}

static void a_part_at_the_very_end_is_found(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (size_t n = 1; n <= LENGTH_MAX; n++)
        for (size_t part_n = 1; part_n <= n && part_n <= PART_MAX; part_n += 1 + part_n / 8) {
            memset(text, 'b', n);
            text[n - part_n] = 'a';
            assert_found(&g, (str){text, n}, (str){text + n - part_n, part_n});
        }
    guarded_free(&g);
}

static void a_part_of_which_the_last_byte_is_behind_the_end_is_not_found(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX + 1];

    (void)state;
    for (size_t n = 1; n <= LENGTH_MAX; n++)
        for (size_t part_n = 2; part_n <= n + 1 && part_n <= PART_MAX; part_n += 1 + part_n / 8) {
            memset(text, 'b', n + 1);
            text[n + 1 - part_n] = 'a';
            str part = {text + n + 1 - part_n, part_n};
            assert_int_equal(find_slowly((str){text, n}, part), n);
            assert_found(&g, (str){text, n}, part);
        }
    guarded_free(&g);
}

static void random_parts_are_found_where_they_first_stand(void **state)
{
    struct guarded g = guarded_new();
    uint64_t random = SEED;
    uint32_t found = 0;
    char text[LENGTH_MAX], part[PART_MAX];

    (void)state;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        size_t n = random_below(&random, LENGTH_MAX + 1), part_n = random_below(&random, 12);
        random_text(&random, text, n);
        random_text(&random, part, part_n);
        bool planted = random_below(&random, 2) && part_n <= n;
        if (planted && part_n)
            memcpy(text + random_below(&random, (uint32_t)(n - part_n + 1)), part, part_n);
        found += find_slowly((str){text, n}, (str){part, part_n}) < n;
        assert_found(&g, (str){text, n}, (str){part, part_n});
    }
    assert_in_range(found, ROUNDS / 4, ROUNDS - ROUNDS / 8); /* both answers are met */
    guarded_free(&g);
}

static void case_counts_and_so_does_every_bit(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (uint32_t bit = 0; bit < 8; bit++)
        for (size_t n = 8; n <= LENGTH_MAX; n += 5) {
            memset(text, 0x20, n);
            memcpy(text + n - 8, "sekurlsa", 8);
            text[n - 4] = (char)(text[n - 4] ^ 1 << bit);
            assert_int_equal(find_slowly((str){text, n}, S("sekurlsa")), n);
            assert_found(&g, (str){text, n}, S("sekurlsa"));
        }
    guarded_free(&g);
}

static void an_empty_part_is_found_at_once(void **state)
{
    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        char room[SIMD_PADDING + 3] = "abc";
        if (!s)
            continue;
        assert_int_equal(s->find(room, 3, "", 0), 0);
        assert_int_equal(s->find(room, 0, "", 0), 0);
        assert_int_equal(s->find(room, 0, "a", 1), 0); /* none: the text's length */
    }
}

static void assert_ascii(const struct guarded *g, str plain)
{
    str text = guarded_text(g, plain, S("\xFF")); /* the padding is not looked at */

    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (s && s->is_ascii(text.p, text.n) != is_ascii_slowly(plain))
            fail_msg("%s: a text of %zu is ASCII: %d", s->name, text.n, is_ascii_slowly(plain));
    }
}

static void one_byte_above_0x7f_at_any_place_is_not_ascii(void **state)
{
    static const char borders[] = {'\x7F', '\x80', '\xC3', '\xFF', '\0'};
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (size_t n = 0; n <= LENGTH_MAX; n++) {
        memset(text, '\x7F', sizeof text);
        assert_ascii(&g, (str){text, n});
        for (size_t at = 0; at < n; at++)
            for (size_t k = 0; k < countof(borders); k++) {
                text[at] = borders[k];
                assert_ascii(&g, (str){text, n});
                text[at] = '\x7F';
            }
    }
    guarded_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_is_found_at_every_place),
        cmocka_unit_test(a_part_at_the_very_end_is_found),
        cmocka_unit_test(a_part_of_which_the_last_byte_is_behind_the_end_is_not_found),
        cmocka_unit_test(random_parts_are_found_where_they_first_stand),
        cmocka_unit_test(case_counts_and_so_does_every_bit),
        cmocka_unit_test(an_empty_part_is_found_at_once),
        cmocka_unit_test(one_byte_above_0x7f_at_any_place_is_not_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
