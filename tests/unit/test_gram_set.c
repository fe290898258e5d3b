/*
 * Sets of grams: every literal is found where it stands and nowhere else, in
 * values of several chunks, with few literals and with more than filters hold.
 */
#include "guarded_text.h"

#include "detect/gram_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum {
    CHUNK = 4096, /* gram_set.c scans a value by so much */
    VALUE_MAX = 3 * CHUNK,
    LITERALS_MAX = 6000, /* more than six filters of 900 */
    LITERAL_MAX = 24,
    SEED = 20261124,
};

static uint8_t found[LITERALS_MAX];

static void note(void *ctx, uint32_t target)
{
    (void)ctx;
    found[target] = 1;
}

static char *value_new(void)
{
    char *value = mem_alloc(VALUE_MAX + SIMD_PADDING);

    memset(value, '.', VALUE_MAX);
    return value;
}

static void a_literal_is_found_at_every_place_of_a_value_of_chunks(void **state)
{
    const struct gram_literal literal = {S("mimikatz"), 0};
    struct arena *a = arena_new(1 << 14);
    struct gram_set *s = gram_set_new(&literal, 1, NULL, a);
    char *value = value_new();

    (void)state;
    for (size_t at = CHUNK - 20; at + literal.text.n <= 2 * CHUNK + 20; at++) {
        if (at == CHUNK + 20)
            at = 2 * CHUNK - 20;
        memcpy(value + at, literal.text.p, literal.text.n);
        for (size_t cut = 0; cut < 2; cut++) {
            found[0] = 0;
            gram_set_scan(s, (str){value, at + literal.text.n - cut}, note, NULL);
            assert_int_equal(found[0], cut == 0);
        }
        memset(value + at, '.', literal.text.n);
    }
    free(value);
    arena_free(a);
}

/* Literals of few letters are alike, so that they share grams and begin within each other. */
static uint32_t make_literals(uint64_t *random, uint32_t count, struct gram_literal *out,
                              struct arena *a)
{
    for (uint32_t i = 0; i < count; i++) {
        size_t n = 4 + random_below(random, LITERAL_MAX - 4);
        char *text = arena_bytes(a, n);
        for (size_t k = 0; k < n; k++)
            text[k] = "abcdefgh \\.:-/01"[random_below(random, 16)];
        out[i] = (struct gram_literal){{text, n}, i};
    }
    return count;
}

static void literals_are_found_where_a_plain_search_finds_them(void **state)
{
    static const uint32_t counts[] = {1, 2, 30, 899, 901, 2500, LITERALS_MAX};
    static struct gram_literal literals[LITERALS_MAX];
    uint64_t random = SEED;
    char *value = value_new();

    (void)state;
    for (size_t round = 0; round < countof(counts); round++) {
        struct arena *a = arena_new(1 << 16);
        uint32_t count = make_literals(&random, counts[round], literals, a), hits = 0;
        struct gram_set *s = gram_set_new(literals, count, NULL, a);
        for (uint32_t text = 0; text < 20; text++) {
            size_t n = random_below(&random, VALUE_MAX + 1);
            for (size_t k = 0; k < n; k++)
                value[k] = "abcdefgh \\.:-/01"[random_below(&random, 16)];
            str planted = literals[random_below(&random, count)].text;
            if (planted.n <= n)
                memcpy(value + random_below(&random, (uint32_t)(n - planted.n + 1)), planted.p,
                       planted.n);
            memset(found, 0, sizeof found);
            gram_set_scan(s, (str){value, n}, note, NULL);
            for (uint32_t i = 0; i < count; i++) {
                bool there = memmem(value, n, literals[i].text.p, literals[i].text.n) != NULL;
                if (found[i] != there)
                    fail_msg("'" STR_FMT "' of %u literals is%s found", STR_ARG(literals[i].text),
                             count, there ? " not" : "");
                hits += there;
            }
        }
        assert_true(hits >= 10);
        arena_free(a);
    }
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_is_found_at_every_place_of_a_value_of_chunks),
        cmocka_unit_test(literals_are_found_where_a_plain_search_finds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
