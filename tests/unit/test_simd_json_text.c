/* The inside of JSON strings as text: each tier against text/json.h, on all lengths and escapes. */
#include "simd/json_text.h"
#include "text/json.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { SEED = 20261124, TEXT_MAX = 400, ROUNDS = 20000 };

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13; /* xorshift64 */
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state >> 16;
}

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80)
            return false;
    return true;
}

/* The tier's answer is the reference's, or it says that it has none, which is only right for what
 * is not ASCII. */
static void check(const struct simd *simd, const char *s, size_t n, bool broken)
{
    struct arena *a = arena_new(4096);
    struct json_token t = {.kind = JSON_STRING, .text = {s, n}, .escaped = true};
    char *out = arena_bytes(a, n + SIMD_PADDING), *folded = arena_bytes(a, 6 * n + 16);
    size_t got;

    for (int fold = 0; fold < 2; fold++) {
        bool known = simd->json_text(s, n, fold, out, &got);
        if (broken) {
            assert_false(known);
            continue;
        }
        str want = json_string(t, a);
        bool ascii = is_ascii(want);
        if (fold) {
            char *room = folded;
            want = (str){room, utf8_fold_str(want, room)};
        }
        assert_int_equal(known, ascii);
        if (known) {
            assert_int_equal(got, want.n);
            assert_memory_equal(out, want.p, want.n);
        }
    }
    arena_free(a);
}

static void for_each_tier(const char *s, size_t n, bool broken)
{
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++)
        if (simd_of((enum simd_tier)tier))
            check(simd_of((enum simd_tier)tier), s, n, broken);
}

static void random_strings_are_read_alike(void **state)
{
    static const char *const pieces[] = {"\\\\",    "\\n",     "\\r",      "\\t",     "\\b",
                                         "\\f",     "\\/",     "\\\"",     "\\u0027", "\\u003C",
                                         "\\u0041", "\\u007f", "\\u0000",  "a",       "Z",
                                         "@[",      "windows", "SYSTEM32", " "};
    char s[TEXT_MAX + 64 + SIMD_PADDING] = {0};
    uint64_t seed = SEED;

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        size_t n = 0, want = next(&seed) % TEXT_MAX, plain = next(&seed) % 4;
        while (n < want) {
            const char *piece = plain && next(&seed) % 8 ? pieces[13 + next(&seed) % 6]
                                                         : pieces[next(&seed) % countof(pieces)];
            memcpy(s + n, piece, strlen(piece));
            n += strlen(piece);
        }
        for_each_tier(s, n, false);
    }
}

static void what_is_not_ascii_is_left_to_others(void **state)
{
    static const char *const texts[] = {"\xC3\xA9", "\xFF", "\\u00e9", "\\ud83d\\ude00", "\\u0080"};
    char s[TEXT_MAX + SIMD_PADDING] = {0};

    (void)state;
    for (size_t i = 0; i < countof(texts); i++)
        for (size_t before = 0; before < 140; before++) {
            size_t n = strlen(texts[i]);
            memset(s, 'a', sizeof s);
            memcpy(s + before, texts[i], n);
            for_each_tier(s, before + n, false);
            for_each_tier(s, before + n + 70, false);
            for_each_tier(s, before, false); /* what follows the string does not count */
        }
}

static void broken_escapes_are_not_read(void **state)
{
    static const char *const texts[] = {"\\", "\\x", "\\u12", "\\u12g4", "\\N", "\\u"};
    char s[TEXT_MAX + SIMD_PADDING] = {0};

    (void)state;
    for (size_t i = 0; i < countof(texts); i++)
        for (size_t before = 0; before < 140; before++) {
            memset(s, '0', sizeof s);
            memcpy(s + before, texts[i], strlen(texts[i]));
            for_each_tier(s, before + strlen(texts[i]), true);
        }
}

/* What a tier answers, and writes when it says that all is well. */
static bool read_by(const struct simd *simd, const char *s, size_t n, bool fold, char *out,
                    size_t *ret_n)
{
    *ret_n = 0;
    return simd->json_text(s, n, fold, out, ret_n);
}

static void any_byte_of_a_code_counts_in_every_tier(void **state)
{
    static const char code[] = "\\u004Bx\\u0027", bytes[] = "\"\\u0123789:@AFGafg/`\x80\xC3\n";
    char s[TEXT_MAX + SIMD_PADDING] = {0}, want[TEXT_MAX + SIMD_PADDING],
                      got[TEXT_MAX + SIMD_PADDING];

    (void)state;
    for (size_t before = 0; before < 70; before++)
        for (size_t at = 0; at + 1 < sizeof code; at++)
            for (size_t k = 0; k + 1 < sizeof bytes; k++) {
                const size_t n = before + sizeof code + 5;
                size_t want_n, got_n;
                memset(s, 'a', sizeof s);
                memcpy(s + before, code, sizeof code - 1);
                s[before + at] = bytes[k];
                bool fold = k % 2,
                     good = read_by(simd_of(SIMD_PORTABLE), s, n, fold, want, &want_n);
                for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
                    const struct simd *simd = simd_of((enum simd_tier)tier);
                    if (!simd)
                        continue;
                    assert_int_equal(read_by(simd, s, n, fold, got, &got_n), good);
                    assert_true(!good || (got_n == want_n && memcmp(got, want, want_n) == 0));
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_strings_are_read_alike),
        cmocka_unit_test(what_is_not_ascii_is_left_to_others),
        cmocka_unit_test(broken_escapes_are_not_read),
        cmocka_unit_test(any_byte_of_a_code_counts_in_every_tier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
