/*
 * The structural index of JSON: each tier against a reading byte by byte, on text made of the
 * bytes that matter, at every place of a block.
 */
#include "base/mem.h"
#include "simd/json_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXT_MAX = 700, ROUNDS = 3000, ROOM = 8192 };

struct outcome {
    uint32_t tokens[ROOM], token_count, line_count;
    struct json_line lines[ROOM];
};

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What json_index.h says, one byte after the other. */
static void read_slowly(const char *text, size_t n, struct outcome *o)
{
    bool in_string = false, escaped = false, odd = false;
    uint64_t hex = 0; /* bit i: the byte i places on belongs to a \u */

    o->token_count = o->line_count = 0;
    for (size_t i = 0; i < n; i++, hex >>= 1) {
        char c = text[i];
        bool was_escaped = escaped;
        odd |= ((hex & 1) && !is_hex(c)) || (was_escaped && (!c || !strchr("\"\\/bfnrtu", c)));
        if (was_escaped && c == 'u')
            hex |= 0x1E;
        escaped = c == '\\' && !was_escaped;
        if (c == '"' && !was_escaped) {
            in_string = !in_string;
            o->tokens[o->token_count++] = (uint32_t)i;
        } else if (!in_string && (c | 0x26) == 0x7F) {
            o->tokens[o->token_count++] = (uint32_t)i;
        } else if (c == '\n') {
            o->lines[o->line_count++] =
                (struct json_line){(uint32_t)i, o->token_count, odd || in_string};
            in_string = odd = false;
        }
    }
}

static void assert_same(const struct simd *s, const char *text, size_t n)
{
    static struct outcome want, got;

    read_slowly(text, n, &want);
    s->json_index(text, n, got.tokens, got.lines, &got.line_count);
    assert_int_equal(got.line_count, want.line_count);
    for (uint32_t i = 0; i < want.line_count; i++) {
        assert_int_equal(got.lines[i].end, want.lines[i].end);
        assert_int_equal(got.lines[i].tokens, want.lines[i].tokens);
        assert_int_equal(got.lines[i].odd != 0, want.lines[i].odd != 0);
    }
    assert_memory_equal(got.tokens, want.tokens, want.token_count * sizeof *want.tokens);
}

static void assert_same_at_all_places(str text)
{
    char *room = mem_alloc(text.n + 192);

    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (size_t before = 0; s && before < 66; before++) {
            memset(room, ' ', text.n + 192);
            memcpy(room + before, text.p, text.n);
            assert_same(s, room, text.n + before);
        }
    }
    free(room);
}

static void tokens_are_quotes_and_the_brackets_outside_of_strings(void **state)
{
    (void)state;
    assert_same_at_all_places(S("{\"a{\":[1,\"}\"],\"b\":{}}\n{\"c\":\"[\"}\n"));
}

static void an_escaped_quote_is_no_token(void **state)
{
    (void)state;
    assert_same_at_all_places(S("{\"a\":\"\\\"\\\\\",\"b\":\"\\\\\\\"x\\\\\\\\\"}\n{\"a\":1}\n"));
}

static void a_line_begins_outside_of_strings(void **state)
{
    (void)state;
    assert_same_at_all_places(S("{\"a\":\"open\n{\"a\":\"{\"}\n\n\"\n\"\n{}\n"));
}

static void a_bad_escape_makes_its_line_odd(void **state)
{
    (void)state;
    assert_same_at_all_places(
        S("\"\\x\"\n\"\\n\"\n\"\\u12\"\n\"\\u12aF\"\n\"\\u\n0041\"\n\"\\\n\"\n\"\\\xC3\xBC\"\n"));
}

/* From bytes that matter, so that blocks begin and end in the middle of everything. */
static void random_text_gives_the_same_in_every_tier(void **state)
{
    static const char bytes[] = "\"\"\"\\\\\\\\{}[]\n:,uu01afbnY_y\x7F\xC3 x";
    char text[TEXT_MAX + SIMD_PADDING];
    uint64_t seed = 1;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t n = next_random(&seed) % TEXT_MAX;
        uint32_t kinds = 1 + next_random(&seed) % (uint32_t)(sizeof bytes - 1);
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = bytes[next_random(&seed) % kinds];
        for (int tier = 0; tier < SIMD_TIER_COUNT; tier++)
            if (simd_of((enum simd_tier)tier))
                assert_same(simd_of((enum simd_tier)tier), text, n);
    }
}

static void lines_beyond_the_most_are_left_out(void **state)
{
    enum { LINES = JSON_INDEX_LINES_MAX + 200 };
    char *text = mem_alloc(LINES + SIMD_PADDING);
    static struct outcome o;

    (void)state;
    memset(text, '\n', LINES);
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (!s)
            continue;
        s->json_index(text, LINES, o.tokens, o.lines, &o.line_count);
        assert_in_range(o.line_count, JSON_INDEX_LINES_MAX, JSON_INDEX_LINES_MAX + SIMD_PADDING);
        for (uint32_t i = 0; i < o.line_count; i++)
            assert_int_equal(o.lines[i].end, i);
    }
    free(text);
}

/* A part of every length, equal and with one byte changed, or the byte behind it. */
static void glue_matches_when_every_byte_of_it_does(void **state)
{
    enum { FROM = 30 };
    char text[FROM + 2 * SIMD_PADDING + 8], patterns[2 * SIMD_PADDING];
    const uint32_t tokens[] = {5, FROM};

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7 + 1);
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (uint16_t n = 1; s && n <= JSON_GLUE_BYTES_MAX; n++) {
            const struct json_glue glue[] = {
                {1, -3, 0, n}, {0, 2, 0, 0}, {1, -3, 0, 1}, {1, -3, 0, 1}, {1, -3, 0, n}};
            memset(patterns, 0x55, sizeof patterns);
            memcpy(patterns, text + FROM - 3, n);
            assert_true(s->json_glue_match(text, tokens, glue, countof(glue), patterns));
            for (size_t bad = 0; bad < n; bad++) {
                patterns[bad] ^= 0x20;
                assert_false(s->json_glue_match(text, tokens, glue, countof(glue), patterns));
                assert_false(s->json_glue_match(text, tokens, glue + 4, 1, patterns));
                patterns[bad] ^= 0x20;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_quotes_and_the_brackets_outside_of_strings),
        cmocka_unit_test(an_escaped_quote_is_no_token),
        cmocka_unit_test(a_line_begins_outside_of_strings),
        cmocka_unit_test(a_bad_escape_makes_its_line_odd),
        cmocka_unit_test(random_text_gives_the_same_in_every_tier),
        cmocka_unit_test(lines_beyond_the_most_are_left_out),
        cmocka_unit_test(glue_matches_when_every_byte_of_it_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
