/*
 * The index of literals: each literal is reported for the values that plain
 * comparisons find it in, and for no other. Values end before a page that cannot
 * be read.
 */
#include "guarded_text.h"

#include "detect/literal_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    LITERALS_MAX = 3000,
    LENGTH_MAX = 80, /* whole values from 63 bytes on share a bit of their lengths */
    VALUE_MAX = 300,
    VALUES_A_SET = 60,
    SEED = 20261124,
};

static uint8_t found[LITERALS_MAX];

static void note(void *ctx, uint32_t target)
{
    (void)ctx;
    assert_in_range(target, 0, LITERALS_MAX - 1);
    found[target] = 1;
}

static bool is_in(const struct literal *l, str value)
{
    switch (l->kind) {
    case LITERAL_EXACT:
    case LITERAL_NUMBER:
        return str_eq(value, l->text);
    case LITERAL_PREFIX:
        return str_starts(value, l->text);
    case LITERAL_SUFFIX:
        return str_ends(value, l->text);
    case LITERAL_CONTAINS:
        return l->text.n == 0 ||
               (value.n && memmem(value.p, value.n, l->text.p, l->text.n) != NULL);
    case LITERAL_KINDS:
        break;
    }
    return false;
}

/* Scans a copy of the value, with the literals' own text in the padding; returns the hits. */
static uint32_t compare(const struct literal_index *x, const struct literal *literals,
                        uint32_t count, const struct guarded *g, str value, str filler)
{
    uint32_t hits = 0;

    value = guarded_text(g, value, filler);
    memset(found, 0, sizeof found);
    literal_index_scan(x, value, note, NULL);
    for (uint32_t i = 0; i < count; i++) {
        const struct literal *l = &literals[i];
        if (found[l->target] != is_in(l, value))
            fail_msg("'" STR_FMT "' (kind %d) is%s found in '" STR_FMT "'", STR_ARG(l->text),
                     l->kind, found[l->target] ? "" : " not", STR_ARG(value));
        hits += found[l->target];
    }
    return hits;
}

/* Compares what an index of these literals finds in each of the values. */
static uint32_t compare_all(const struct literal *literals, uint32_t count, const str *values,
                            size_t value_count)
{
    struct arena *a = arena_new(1 << 16);
    struct guarded g = guarded_new();
    const struct literal_index *x = literal_index_new(literals, count, NULL, a);
    uint32_t hits = 0;

    for (size_t i = 0; i < value_count; i++)
        hits += compare(x, literals, count, &g, values[i], literals[i % count].text);
    guarded_free(&g);
    arena_free(a);
    return hits;
}

/* ------------------------------------------------------------ lengths */

/* Each literal in its value, that with a byte too many or too few at each end, and that with its
 * first, middle or last byte changed. */
static uint32_t compare_around(struct literal l)
{
    char bytes[LENGTH_MAX + 2];
    uint32_t hits = 0;

    bytes[0] = '<';
    memcpy(bytes + 1, l.text.p, l.text.n);
    bytes[l.text.n + 1] = '>';
    const str values[] = {l.text,
                          {bytes, l.text.n + 1},
                          {bytes + 1, l.text.n + 1},
                          {bytes, l.text.n + 2},
                          str_from_at(l.text, 1),
                          {l.text.p, l.text.n ? l.text.n - 1 : 0},
                          S("")};
    hits = compare_all(&l, 1, values, countof(values));
    const size_t places[] = {1, 1 + l.text.n / 2, l.text.n};
    for (size_t i = 0; l.text.n && i < countof(places); i++) {
        bytes[places[i]] ^= 1;
        const str changed[] = {{bytes + 1, l.text.n}, {bytes, l.text.n + 2}};
        assert_int_equal(compare_all(&l, 1, changed, countof(changed)), 0);
        bytes[places[i]] ^= 1;
    }
    return hits;
}

static void literals_of_every_kind_and_length_are_found(void **state)
{
    /* in the value, behind '<', before '>', between both */
    static const uint32_t hits[LITERAL_KINDS] = {[LITERAL_EXACT] = 1,
                                                 [LITERAL_NUMBER] = 1,
                                                 [LITERAL_PREFIX] = 2,
                                                 [LITERAL_SUFFIX] = 2,
                                                 [LITERAL_CONTAINS] = 4};
    char text[LENGTH_MAX];

    (void)state;
    for (size_t i = 0; i < LENGTH_MAX; i++)
        text[i] = (char)('a' + i % 23);
    for (uint32_t kind = 0; kind < LITERAL_KINDS; kind++)
        for (size_t n = 1; n <= LENGTH_MAX; n += n < 20 || n > 55 ? 1 : 7)
            assert_int_equal(
                compare_around((struct literal){(enum literal_kind)kind, {text, n}, 0}),
                hits[kind]);
}

static void an_empty_literal_is_at_the_ends_of_every_value_and_is_only_an_empty_one(void **state)
{
    static const struct literal literals[] = {{LITERAL_EXACT, S(""), 0},
                                              {LITERAL_PREFIX, S(""), 1},
                                              {LITERAL_SUFFIX, S(""), 2},
                                              {LITERAL_CONTAINS, S(""), 3}};
    static const str values[] = {S(""), S("a"), S("abcdefghij"), S("\xC3\xA9")};

    (void)state;
    assert_int_equal(compare_all(literals, 4, values, 1), 4);
    assert_int_equal(compare_all(literals, 4, values, countof(values)), 4 + 3 * 3);
}

/* ------------------------------------------------------------ sameness */

static void each_target_of_one_text_is_reported(void **state)
{
    static const str texts[] = {S("x"), S("cmd"), S("cmd."), S("cmd.exe"), S("cmd.exe /c")};
    struct literal literals[2 * LITERAL_KINDS];

    (void)state;
    for (size_t i = 0; i < countof(texts); i++) {
        for (uint32_t k = 0; k < countof(literals); k++)
            literals[k] = (struct literal){(enum literal_kind)(k / 2), texts[i], k};
        assert_int_equal(compare_all(literals, countof(literals), &texts[i], 1), 2 * LITERAL_KINDS);
        assert_int_equal(compare_all(literals, countof(literals), &(str){0}, 1), 0);
    }
}

static void literals_that_begin_and_end_alike_are_told_apart(void **state)
{
    static const struct literal literals[] = {{LITERAL_EXACT, S("12345678-87654321"), 0},
                                              {LITERAL_EXACT, S("12345678+87654321"), 1},
                                              {LITERAL_PREFIX, S("12345678-8"), 2},
                                              {LITERAL_PREFIX, S("12345678+8"), 3},
                                              {LITERAL_SUFFIX, S("-87654321"), 4},
                                              {LITERAL_SUFFIX, S("+87654321"), 5},
                                              {LITERAL_PREFIX, S("12345"), 6},
                                              {LITERAL_PREFIX, S("1234"), 7},
                                              {LITERAL_SUFFIX, S("54321"), 8},
                                              {LITERAL_SUFFIX, S("4321"), 9},
                                              {LITERAL_CONTAINS, S("678-876"), 10},
                                              {LITERAL_CONTAINS, S("678+876"), 11},
                                              {LITERAL_EXACT, S("12345678--87654321"), 12}};
    static const str values[] = {S("12345678-87654321"), S("12345678+87654321"),
                                 S("12345678*87654321"), S("12345678--87654321")};

    (void)state;
    assert_int_equal(compare_all(literals, countof(literals), values, 1), 8);
    assert_int_equal(compare_all(literals, countof(literals), values + 2, 1), 4);
    assert_int_equal(compare_all(literals, countof(literals), values, countof(values)),
                     8 + 8 + 4 + 6);
}

static void literals_that_are_not_ascii_are_found_beside_those_that_are(void **state)
{
    static const struct literal literals[] = {
        {LITERAL_CONTAINS, S("\xC3\xA9"), 0}, {LITERAL_CONTAINS, S("caf\xC3\xA9"), 1},
        {LITERAL_PREFIX, S("\xC3\xA9"), 2},   {LITERAL_PREFIX, S("\xC3\xA9tude"), 3},
        {LITERAL_SUFFIX, S("\xC3\xA9"), 4},   {LITERAL_EXACT, S("caf\xC3\xA9"), 5},
        {LITERAL_CONTAINS, S("caf"), 6},      {LITERAL_CONTAINS, S("cafe"), 7},
        {LITERAL_PREFIX, S("ca"), 8},         {LITERAL_SUFFIX, S("\xFF"), 9}};
    static const str values[] = {S("caf\xC3\xA9"), S("cafe"), S("\xC3\xA9tude"), S("caf\xC3"),
                                 S("x\xFF")};

    (void)state;
    assert_int_equal(compare_all(literals, countof(literals), &values[0], 1), 6);
    assert_int_equal(compare_all(literals, countof(literals), &values[1], 1), 3);
    assert_int_equal(compare_all(literals, countof(literals), values, countof(values)),
                     6 + 3 + 3 + 2 + 1);
    for (size_t i = 0; i < countof(literals); i++)
        assert_in_range(compare_all(&literals[i], 1, values, countof(values)), 1, 3);
}

/* ------------------------------------------------------------ numbers */

static void a_number_is_found_by_its_canonical_text(void **state)
{
    static const struct literal literals[] = {{LITERAL_NUMBER, S("7"), 0},
                                              {LITERAL_NUMBER, S("1000"), 1},
                                              {LITERAL_EXACT, S("1000"), 2},
                                              {LITERAL_NUMBER, S("123456789012"), 3},
                                              {LITERAL_CONTAINS, S("1000"), 4}};
    static const struct {
        str canonical;
        uint32_t target; /* of no literal: none */
    } cases[] = {{S("7"), 0}, {S("1000"), 1}, {S("123456789012"), 3}, {S("8"), 9}, {S("10000"), 9}};
    struct arena *a = arena_new(1 << 14);
    const struct literal_index *x = literal_index_new(literals, countof(literals), NULL, a);

    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        memset(found, 0, sizeof found);
        literal_index_number(x, cases[i].canonical, note, NULL);
        for (uint32_t k = 0; k < countof(literals); k++)
            assert_int_equal(found[k], k == cases[i].target);
    }
    arena_free(a);
}

static void an_index_tells_whether_it_has_numbers(void **state)
{
    static const struct literal literals[] = {{LITERAL_EXACT, S("1000"), 0},
                                              {LITERAL_NUMBER, S("1000"), 1}};
    struct arena *a = arena_new(1 << 14);

    (void)state;
    assert_false(literal_index_has_numbers(literal_index_new(literals, 1, NULL, a)));
    assert_true(literal_index_has_numbers(literal_index_new(literals, 2, NULL, a)));
    assert_false(literal_index_has_numbers(literal_index_new(literals, 0, NULL, a)));
    arena_free(a);
}

/* ------------------------------------------------------------ random */

static str make_text(uint64_t *random, size_t max, struct arena *a)
{
    static const char letters[] = "abc.\\:-/01 ";
    size_t n = random_below(random, (uint32_t)max + 1);
    char *text = arena_bytes(a, n + 1);
    uint32_t used = 2 + random_below(random, sizeof letters - 2);
    bool any = random_below(random, 8) == 0;

    for (size_t i = 0; i < n; i++)
        text[i] = any && random_below(random, 4) == 0 ? (char)random_below(random, 256)
                                                      : letters[random_below(random, used)];
    return (str){text, n};
}

/* Noise, with a literal at its front, its end or between, or nothing but that. */
static str make_value(uint64_t *random, const struct literal *literals, uint32_t count,
                      struct arena *a)
{
    str noise = make_text(random, VALUE_MAX - LENGTH_MAX, a);
    str text = literals[random_below(random, count)].text;
    uint32_t place = random_below(random, 4);
    char *out = arena_bytes(a, noise.n + text.n + 1);
    size_t at = place == 0 ? 0 : place == 1 ? noise.n : noise.n / 2;

    if (place == 3)
        return text;
    memcpy(out, noise.p, at);
    memcpy(out + at, text.p, text.n);
    memcpy(out + at + text.n, noise.p + at, noise.n - at);
    return (str){out, noise.n + text.n};
}

static void random_literals_are_found_where_plain_comparisons_find_them(void **state)
{
    static const uint32_t counts[] = {1, 2, 5, 17, 60, 200, 900, LITERALS_MAX};
    static const size_t lengths[] = {5, 9, 20, LENGTH_MAX};
    static struct literal literals[LITERALS_MAX];
    struct guarded g = guarded_new();
    uint64_t random = SEED;
    uint32_t hits = 0;

    (void)state;
    for (size_t round = 0; round < countof(counts) * countof(lengths); round++) {
        struct arena *a = arena_new(1 << 18);
        uint32_t count = counts[round % countof(counts)];
        for (uint32_t i = 0; i < count; i++)
            literals[i] =
                (struct literal){(enum literal_kind)random_below(&random, LITERAL_KINDS),
                                 make_text(&random, lengths[round / countof(counts)], a), i};
        const struct literal_index *x = literal_index_new(literals, count, NULL, a);
        for (uint32_t i = 0; i < VALUES_A_SET; i++)
            hits += compare(x, literals, count, &g, make_value(&random, literals, count, a),
                            literals[i % count].text);
        arena_free(a);
    }
    assert_true(hits >= 10000);
    guarded_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literals_of_every_kind_and_length_are_found),
        cmocka_unit_test(an_empty_literal_is_at_the_ends_of_every_value_and_is_only_an_empty_one),
        cmocka_unit_test(each_target_of_one_text_is_reported),
        cmocka_unit_test(literals_that_begin_and_end_alike_are_told_apart),
        cmocka_unit_test(literals_that_are_not_ascii_are_found_beside_those_that_are),
        cmocka_unit_test(a_number_is_found_by_its_canonical_text),
        cmocka_unit_test(an_index_tells_whether_it_has_numbers),
        cmocka_unit_test(random_literals_are_found_where_plain_comparisons_find_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
