/*
 * The walk of a record along a tree of fixed texts: each tier against what is written here, and
 * strings against a reading byte by byte, at every place of a block.
 */
#include "base/mem.h"
#include "simd/json_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { VALUES_MAX = 8, PLACES = 66, PADDED = 128, STRING_MAX = 300, ROUNDS = 20000 };

static struct json_node *node_new(const char *text, enum json_then then, struct json_node *other)
{
    struct json_node *node = mem_alloc(sizeof *node + PADDED);

    node->length = (uint8_t)strlen(text);
    node->then = (uint8_t)then;
    node->other = other;
    memcpy(node->text, text, node->length);
    return node;
}

/* A way of one value between two texts, beside another way. */
static struct json_node *way_new(const char *before, enum json_then then, const char *behind,
                                 struct json_node *other)
{
    struct json_node *node = node_new(before, then, other);

    node->next = node_new(behind, JSON_THEN_END, NULL);
    return node;
}

static void way_free(struct json_node *node)
{
    while (node) {
        struct json_node *other = node->other;
        if (node->then != JSON_THEN_END)
            way_free(node->next);
        free(node);
        node = other;
    }
}

struct outcome {
    bool found;
    size_t n;
    struct json_span spans[VALUES_MAX];
};

/* `text` with `before` bytes before it and zeros behind it. */
static struct outcome walk(const struct simd *s, struct json_node **root, str text, size_t before)
{
    char *room = mem_alloc(before + text.n + PADDED);
    struct outcome o = {0};
    const char *end;

    memset(room, '"', before);
    memcpy(room + before, text.p, text.n);
    o.found = s->json_walk(root, room + before, room + before + text.n, o.spans, &end) != NULL;
    o.n = o.found ? (size_t)(end - room) - before : 0;
    free(room);
    return o;
}

static void assert_found(struct json_node **root, const char *text, const char *value, bool word)
{
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (size_t before = 0; s && before < PLACES; before++) {
            struct outcome o = walk(s, root, str_from(text), before);
            uint32_t n = o.spans[0].n & ~(uint32_t)JSON_SPAN_WORD;
            assert_true(o.found);
            assert_int_equal(o.n, strlen(text));
            assert_int_equal(n, strlen(value));
            assert_memory_equal(text + o.spans[0].from, value, n);
            assert_int_equal((o.spans[0].n & JSON_SPAN_WORD) != 0, word);
        }
    }
}

static void assert_lost(struct json_node **root, str text)
{
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        for (size_t before = 0; s && before < PLACES; before++)
            assert_false(walk(s, root, text, before).found);
    }
}

static void a_value_is_what_stands_between_known_texts(void **state)
{
    struct json_node *root = way_new("{\"a\":\"", JSON_THEN_STRING, "\"}", NULL);

    (void)state;
    assert_found(&root, "{\"a\":\"\"}", "", false);
    assert_found(&root, "{\"a\":\"value\"}", "value", false);
    assert_lost(&root, S("{\"b\":\"value\"}"));
    assert_lost(&root, S("{\"a\":\"value\",}"));
    assert_lost(&root, S("{\"a\":\"value\""));
    assert_lost(&root, S("{\"a\":\"value"));
    assert_lost(&root, S("{\"a\":"));
    assert_lost(&root, S(""));
    way_free(root);
}

static void all_bytes_of_a_text_count(void **state)
{
    char text[JSON_NODE_BYTES_MAX + 1], record[JSON_NODE_BYTES_MAX + 16];

    (void)state;
    for (size_t n = 1; n <= JSON_NODE_BYTES_MAX; n++) {
        memset(text, 'x', n);
        text[n] = '\0';
        struct json_node *root = way_new(text, JSON_THEN_STRING, "\"}", NULL);
        snprintf(record, sizeof record, "%sy\"}", text);
        assert_found(&root, record, "y", false);
        for (size_t i = 0; i < n; i++) {
            record[i] = 'z';
            assert_lost(&root, str_from(record));
            record[i] = 'x';
        }
        way_free(root);
    }
}

static void numbers_are_those_of_json(void **state)
{
    static const char *const good[] = {
        "0",      "7",    "-0",      "4624",    "12345678901234567890",
        "1.5",    "-1.0", "0.5",     "1e3",     "1E+3",
        "1.5e-3", "10",   "1234567", "12345678"};
    static const char *const bad[] = {
        "",    "-",   "01",   "00",  "1.",  ".5",    "1e",   "1e+",   "+1",   "0x1",       "1a",
        "--1", "1 2", "null", "nul", "tru", "truex", "True", "\"1\"", "01.5", "12345678a", "1.5.5"};
    struct json_node *root = way_new("{\"a\":", JSON_THEN_SCALAR, "}", NULL);
    char text[64];

    (void)state;
    for (size_t i = 0; i < countof(good); i++) {
        snprintf(text, sizeof text, "{\"a\":%s}", good[i]);
        assert_found(&root, text, good[i], false);
    }
    for (size_t i = 0; i < countof(bad); i++) {
        snprintf(text, sizeof text, "{\"a\":%s}", bad[i]);
        assert_lost(&root, str_from(text));
    }
    assert_found(&root, "{\"a\":true}", "true", true);
    assert_found(&root, "{\"a\":false}", "false", true);
    way_free(root);
}

static void null_and_a_number_part_at_one_place(void **state)
{
    struct json_node *root =
        way_new("{\"a\":", JSON_THEN_SCALAR, ",\"b\":\"\"}",
                way_new("{\"a\":null,\"b\":\"", JSON_THEN_STRING, "\"}", NULL));

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_found(&root, "{\"a\":12,\"b\":\"\"}", "12", false);
        assert_found(&root, "{\"a\":null,\"b\":\"x\"}", "x", false);
    }
    way_free(root);
}

static void what_was_met_last_is_tried_first(void **state)
{
    (void)state;
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        struct json_node *c = way_new("c\"", JSON_THEN_STRING, "\"}", NULL),
                         *b = way_new("b\"", JSON_THEN_STRING, "\"}", c),
                         *a = way_new("a\"", JSON_THEN_STRING, "\"}", b), *root = a;
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (s) {
            assert_true(walk(s, &root, S("c\"x\"}"), 0).found);
            assert_ptr_equal(root, c);
            assert_ptr_equal(c->other, a);
            assert_ptr_equal(b->other, NULL);
        }
        way_free(root);
    }
}

/* ------------------------------------------------------------ strings */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The length of the string at the front of text, which a quote ends; SIZE_MAX when it is none. */
static size_t read_slowly(str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            return i;
        if (text.p[i] == '\n')
            return SIZE_MAX;
        if (text.p[i] != '\\')
            continue;
        i++;
        if (i == text.n || text.p[i] == '\0' || !strchr("\"\\/bfnrtu", text.p[i]))
            return SIZE_MAX;
        for (int k = 0; text.p[i] == 'u' && k < 4; k++)
            if (i + 1 + (size_t)k >= text.n || !is_hex(text.p[i + 1 + (size_t)k]))
                return SIZE_MAX;
        if (text.p[i] == 'u')
            i += 4;
    }
    return SIZE_MAX;
}

/* The string, between two quotes of its own, is walked by each tier as it is read slowly. */
static void assert_same(str inside)
{
    struct json_node *root = way_new("\"", JSON_THEN_STRING, "\"", NULL);
    char text[STRING_MAX + 4];

    assert_true(inside.n <= STRING_MAX);
    text[0] = '"';
    memcpy(text + 1, inside.p, inside.n);
    text[inside.n + 1] = '"';
    str whole = {text, inside.n + 2};
    size_t n = read_slowly(str_from_at(whole, 1));
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (!s)
            continue;
        struct outcome o = walk(s, &root, whole, 0);
        assert_int_equal(o.found, n != SIZE_MAX);
        if (o.found)
            assert_int_equal(o.spans[0].n, n);
    }
    way_free(root);
}

static void escapes_do_not_end_a_string(void **state)
{
    (void)state;
    for (size_t before = 0; before < 140; before++) {
        static const char *const pieces[] = {"\\\"",     "\\\\",      "\\\\\\\"",  "\\u0041",
                                             "\\u00e9x", "\\n\\r\\t", "\\b\\f\\/", "\\\\\\\\\\\"",
                                             "\\\"\\\"", "\xC3\xA9"};
        char text[STRING_MAX];
        for (size_t i = 0; i < countof(pieces); i++) {
            memset(text, 'x', before);
            memcpy(text + before, pieces[i], strlen(pieces[i]) + 1);
            assert_int_equal(read_slowly((str){text, before + strlen(pieces[i])}), SIZE_MAX);
            assert_same((str){text, before + strlen(pieces[i])});
        }
    }
}

static void broken_escapes_and_newlines_end_the_walk(void **state)
{
    (void)state;
    for (size_t before = 0; before < 140; before++) {
        static const char *const pieces[] = {"\\x", "\\u12",  "\\u12g4",   "\\",
                                             "\n",  "\\\n",   "\\U0041",   "\\u\"",
                                             "\\0", "\\u004", "\\\xC3\xA9"};
        char text[STRING_MAX];
        for (size_t i = 0; i < countof(pieces); i++) {
            memset(text, 'x', before);
            memcpy(text + before, pieces[i], strlen(pieces[i]) + 1);
            assert_same((str){text, before + strlen(pieces[i])});
        }
    }
}

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void random_strings_end_where_they_end_byte_by_byte(void **state)
{
    static const char rare[] = "\\\\\\\\\\\\\"\"\n\\u00e9\\n", valid[] = "\\\\n\"\\/";
    uint64_t seed = 1;

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char text[STRING_MAX];
        size_t n = next_random(&seed) % STRING_MAX;
        uint32_t often = 2 + next_random(&seed) % 30;
        for (size_t i = 0; i < n; i++) {
            uint32_t r = next_random(&seed);
            const char *from = round % 2 ? rare : valid;
            text[i] = r % often ? 'x' : from[r / often % strlen(from)];
        }
        assert_same((str){text, n});
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_what_stands_between_known_texts),
        cmocka_unit_test(all_bytes_of_a_text_count),
        cmocka_unit_test(numbers_are_those_of_json),
        cmocka_unit_test(null_and_a_number_part_at_one_place),
        cmocka_unit_test(what_was_met_last_is_tried_first),
        cmocka_unit_test(escapes_do_not_end_a_string),
        cmocka_unit_test(broken_escapes_and_newlines_end_the_walk),
        cmocka_unit_test(random_strings_end_where_they_end_byte_by_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
