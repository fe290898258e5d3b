/*
 * Needles: each tier against a look byte by byte, in either case of ASCII, at every place around
 * the borders of a block, with few needles and with as many as there may be.
 */
#include "guarded_text.h"

#include "simd/needles.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { LENGTH_MAX = 200, SEED = 20261124, ROUNDS = 300, TEXTS = 60, NEEDLE_BYTES_MAX = 20 };

static bool found_slowly(const str *needles, uint32_t count, str text)
{
    for (uint32_t i = 0; i < count; i++)
        for (size_t at = 0; at + needles[i].n <= text.n; at++) {
            size_t same = 0;
            while (same < needles[i].n && ascii_lower(text.p[at + same]) == needles[i].p[same])
                same++;
            if (same == needles[i].n)
                return true;
        }
    return false;
}

/* U+017F, U+212A */
static bool letter_slowly(str text)
{
    return memmem(text.p, text.n, "\xC5\xBF", 2) || memmem(text.p, text.n, "\xE2\x84\xAA", 3);
}

static bool assert_found(const struct guarded *g, const struct needles *n, const str *needles,
                         uint32_t count, str plain)
{
    bool want = found_slowly(needles, count, plain);

    for (size_t cut = 0; cut < (count ? 3u : 1u); cut++) {
        str text = guarded_text(g, plain, count ? str_from_at(needles[0], cut) : S(""));
        for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
            const struct simd *s = simd_of((enum simd_tier)tier);
            bool letter = false;
            if (s && s->needles_found(n, text, &letter) != want)
                fail_msg("%s: of %u needles one is%s in a text of %zu", s->name, count,
                         want ? "" : " not", text.n);
            if (s && !want && letter != letter_slowly(text))
                fail_msg("%s: a text of %zu has%s a letter", s->name, text.n, letter ? " no" : "");
        }
    }
    return want;
}

/* The length decides how far apart portable code looks; the letters, which four bytes come first.
 */
static const str lone[] = {
    S("zqxj"),         S("mimik"), S("sekurlsa"), S("etaoinsqzxj"), S("aaaaqzxjaaaaaaaa"),
    S("union select"), S("-enc ")};

static void a_needle_is_found_at_every_place_and_length(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (size_t k = 0; k < countof(lone); k++) {
        struct needles n;
        needles_make(&n, &lone[k], 1);
        for (size_t length = 0; length <= LENGTH_MAX; length++) {
            memset(text, '.', sizeof text);
            assert_false(assert_found(&g, &n, &lone[k], 1, (str){text, length}));
            for (size_t at = 0; at + lone[k].n <= length; at++) {
                for (size_t i = 0; i < lone[k].n; i++) /* one letter in two is upper case */
                    text[at + i] = (i + at) % 2 && lone[k].p[i] >= 'a' && lone[k].p[i] <= 'z'
                                       ? (char)(lone[k].p[i] ^ 0x20)
                                       : lone[k].p[i];
                assert_true(assert_found(&g, &n, &lone[k], 1, (str){text, length}));
                memset(text + at, '.', lone[k].n);
            }
        }
    }
    guarded_free(&g);
}

static void a_needle_of_which_one_byte_differs_is_not_found(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (size_t k = 0; k < countof(lone); k++) {
        struct needles n;
        needles_make(&n, &lone[k], 1);
        for (size_t length = lone[k].n; length <= LENGTH_MAX; length += 3)
            for (size_t i = 0; i < lone[k].n; i++)
                for (uint32_t bit = 0; bit < 8; bit++) {
                    memset(text, '.', sizeof text);
                    char *p = text + length - lone[k].n;
                    memcpy(p, lone[k].p, lone[k].n);
                    p[i] = (char)(p[i] ^ 1 << bit);
                    bool same = ascii_lower(p[i]) == lone[k].p[i];
                    assert_int_equal(assert_found(&g, &n, &lone[k], 1, (str){text, length}), same);
                }
    }
    guarded_free(&g);
}

/* '@' and '`', '[' and '{' differ in the bit that the letters' cases do, and are not the same. */
static void only_letters_have_two_cases(void **state)
{
    static const str plain[] = {S("a@b@c@"), S("ab[1]"), S("x^y^z"), S("a0b1c2\x1F")};
    struct guarded g = guarded_new();

    (void)state;
    for (size_t k = 0; k < countof(plain); k++) {
        struct needles n;
        char other[16];
        needles_make(&n, &plain[k], 1);
        for (size_t i = 0; i < plain[k].n; i++)
            other[i] = (char)(plain[k].p[i] ^ 0x20);
        assert_true(assert_found(&g, &n, &plain[k], 1, plain[k]));
        assert_false(assert_found(&g, &n, &plain[k], 1, (str){other, plain[k].n}));
    }
    guarded_free(&g);
}

static void a_needle_whose_end_is_behind_the_text_is_not_found(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX + NEEDLE_BYTES_MAX];

    (void)state;
    for (size_t k = 0; k < countof(lone); k++) {
        struct needles n;
        needles_make(&n, &lone[k], 1);
        for (size_t length = 0; length <= LENGTH_MAX; length++)
            for (size_t in = 1; in < lone[k].n && in <= length; in++) {
                memset(text, '.', sizeof text);
                memcpy(text + length - in, lone[k].p, in);
                str plain = guarded_text(&g, (str){text, length}, str_from_at(lone[k], in));
                for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
                    bool letter;
                    const struct simd *s = simd_of((enum simd_tier)tier);
                    assert_false(s && s->needles_found(&n, plain, &letter));
                }
            }
    }
    guarded_free(&g);
}

static uint32_t random_needles(uint64_t *random, uint32_t count, char *room, str *ret)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t n = NEEDLE_BYTES_MIN + random_below(random, NEEDLE_BYTES_MAX - NEEDLE_BYTES_MIN);
        random_text(random, room, n);
        for (size_t k = 0; k < n; k++)
            room[k] = ascii_lower((char)(room[k] & 0x7F));
        ret[i] = (str){room, n};
        room += n;
    }
    return count;
}

static void random_needles_are_found_when_one_is_there(void **state)
{
    static const uint32_t counts[] = {0, 1, 2, 7, 8, 9, 33, NEEDLES_MAX};
    static char room[NEEDLES_MAX * NEEDLE_BYTES_MAX];
    struct guarded g = guarded_new();
    uint64_t random = SEED;
    uint32_t found = 0, asked = 0;
    str texts[NEEDLES_MAX];
    char text[LENGTH_MAX];

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        struct needles n;
        uint32_t count = random_needles(&random, counts[round % countof(counts)], room, texts);
        needles_make(&n, texts, count);
        for (uint32_t i = 0; i < TEXTS; i++, asked++) {
            size_t length = random_below(&random, LENGTH_MAX + 1);
            for (size_t k = 0; k < length; k++)
                text[k] = (char)random_below(&random, 256);
            str planted = count ? texts[random_below(&random, count)] : S("");
            if (planted.n && planted.n <= length && random_below(&random, 2))
                for (size_t k = 0, at = random_below(&random, (uint32_t)(length - planted.n + 1));
                     k < planted.n; k++)
                    text[at + k] = planted.p[k] >= 'a' && planted.p[k] <= 'z'
                                       ? (char)(planted.p[k] ^ 0x20)
                                       : planted.p[k];
            found += assert_found(&g, &n, texts, count, (str){text, length});
        }
    }
    assert_in_range(found, asked / 4, asked * 3 / 4); /* both answers are met */
    guarded_free(&g);
}

/* ------------------------------------------------------------ UTF-16 */

/* Each byte of the text with a zero behind it, from byte `at` of `out` on. */
static void widen(char *out, size_t at, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        out[at + 2 * i] = text.p[i];
        out[at + 2 * i + 1] = '\0';
    }
}

static void assert_wide(const struct guarded *g, const struct needles *n, str plain, bool want)
{
    str text = guarded_text(g, plain, S("zqxj"));

    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (s && s->needles_found_wide(n, text) != want)
            fail_msg("%s: a needle is%s in %zu bytes", s->name, want ? "" : " not", text.n);
    }
}

static void a_needle_in_utf_16_is_found_at_every_place_even_or_odd(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (size_t k = 0; k < countof(lone); k++) {
        struct needles n;
        needles_make(&n, &lone[k], 1);
        for (size_t length = 0; length <= LENGTH_MAX; length++) {
            memset(text, '.', sizeof text);
            assert_wide(&g, &n, (str){text, length}, false);
            for (size_t at = 0; at + 2 * lone[k].n <= length; at++) {
                widen(text, at, lone[k]);
                assert_wide(&g, &n, (str){text, length}, true);
                assert_wide(&g, &n, (str){text, at + 2 * lone[k].n - 1}, false);
                memset(text + at, '.', 2 * lone[k].n);
            }
        }
    }
    guarded_free(&g);
}

static void a_needle_of_which_one_byte_or_zero_differs_is_not_in_utf_16(void **state)
{
    struct guarded g = guarded_new();
    char text[LENGTH_MAX];

    (void)state;
    for (size_t k = 0; k < countof(lone); k++) {
        struct needles n;
        needles_make(&n, &lone[k], 1);
        for (size_t i = 0; i < 2 * lone[k].n; i++)
            for (uint32_t bit = 0; bit < 8; bit++) {
                memset(text, '.', sizeof text);
                widen(text, 67, lone[k]);
                text[67 + i] = (char)(text[67 + i] ^ 1 << bit);
                bool same = i % 2 == 0 && ascii_lower(text[67 + i]) == lone[k].p[i / 2];
                assert_wide(&g, &n, (str){text, LENGTH_MAX}, same);
            }
        assert_wide(&g, &n, lone[k], false); /* in UTF-8 */
    }
    guarded_free(&g);
}

static void letters_that_fold_into_ascii_are_found_at_every_place(void **state)
{
    struct guarded g = guarded_new();
    struct needles n;
    char text[LENGTH_MAX];

    (void)state;
    needles_make(&n, lone, 1);
    for (size_t i = 0; i < countof(needle_letters); i++)
        for (size_t length = 0; length <= LENGTH_MAX; length++)
            for (size_t at = 0; at + 2 <= length; at++) {
                memset(text, '.', sizeof text);
                memcpy(text + at, needle_letters[i], 2);
                assert_wide(&g, &n, (str){text, length}, true);
                assert_wide(&g, &n, (str){text, at + 1}, false);
                text[at + 1] ^= 2;
                assert_wide(&g, &n, (str){text, length}, false);
            }
    guarded_free(&g);
}

static void the_same_letters_in_utf_8_are_told_at_every_place(void **state)
{
    static const char *const texts[] = {"\xC5\xBF", "\xE2\x84\xAA", "\xC5\xBE",    "\xE2\x84\xAB",
                                        "\xE2\x84", "\xC5",         "\xE2\xC5\xBF"};
    struct guarded g = guarded_new();
    struct needles n;
    char text[LENGTH_MAX];

    (void)state;
    needles_make(&n, lone, 1);
    for (size_t i = 0; i < countof(texts); i++)
        for (size_t length = 0; length <= LENGTH_MAX; length++)
            for (size_t at = 0; at + strlen(texts[i]) <= length; at++) {
                memset(text, '.', sizeof text);
                memcpy(text + at, texts[i], strlen(texts[i]));
                assert_found(&g, &n, lone, 1, (str){text, length});
                assert_found(&g, &n, lone, 1, (str){text, at + 1}); /* cut off */
            }
    guarded_free(&g);
}

static void no_needles_are_never_found(void **state)
{
    struct guarded g = guarded_new();
    struct needles n;
    char text[LENGTH_MAX] = {0};

    (void)state;
    needles_make(&n, NULL, 0);
    for (size_t length = 0; length <= LENGTH_MAX; length++)
        assert_false(assert_found(&g, &n, NULL, 0, (str){text, length}));
    guarded_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_needle_is_found_at_every_place_and_length),
        cmocka_unit_test(a_needle_of_which_one_byte_differs_is_not_found),
        cmocka_unit_test(only_letters_have_two_cases),
        cmocka_unit_test(a_needle_whose_end_is_behind_the_text_is_not_found),
        cmocka_unit_test(random_needles_are_found_when_one_is_there),
        cmocka_unit_test(a_needle_in_utf_16_is_found_at_every_place_even_or_odd),
        cmocka_unit_test(a_needle_of_which_one_byte_or_zero_differs_is_not_in_utf_16),
        cmocka_unit_test(letters_that_fold_into_ascii_are_found_at_every_place),
        cmocka_unit_test(the_same_letters_in_utf_8_are_told_at_every_place),
        cmocka_unit_test(no_needles_are_never_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
