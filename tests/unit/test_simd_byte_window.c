/* A few bytes out of sets, one behind the other: each tier against a look byte by byte. */
#include "guarded_text.h"

#include "simd/byte_window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { LENGTH_MAX = 200, SEED = 20261124, ROUNDS = 20000 };

static size_t find_slowly(bool sets[BYTE_WINDOW_MAX][256], uint32_t count, str text)
{
    for (size_t at = 0; at + count <= text.n; at++) {
        uint32_t k = 0;
        while (k < count && sets[k][(uint8_t)text.p[at + k]])
            k++;
        if (k == count)
            return at;
    }
    return text.n;
}

/* One byte, a letter in either case, or any bytes. */
static void random_set(uint64_t *seed, bool set[256], struct byte_set *ret)
{
    uint32_t kind = random_below(seed, 3), first = 'a' + random_below(seed, 4);

    memset(set, 0, 256 * sizeof *set);
    *ret = (struct byte_set){0};
    set[first] = true;
    if (kind == 1)
        set[first ^ 0x20] = true;
    if (kind == 2)
        for (uint32_t i = random_below(seed, 200); i > 0; i--)
            set[random_below(seed, 256)] = true;
    for (uint32_t b = 0; b < 256; b++)
        if (set[b])
            byte_set_add(ret, (uint8_t)b);
}

static void assert_found(const struct byte_window *w, str text, size_t want)
{
    for (int tier = 0; tier < SIMD_TIER_COUNT; tier++) {
        const struct simd *s = simd_of((enum simd_tier)tier);
        if (s && s->byte_window_find(w, text.p, text.n) != want)
            fail_msg("%s: a window of %u in a text of %zu is at %zu, not at %zu", s->name, w->count,
                     text.n, want, s->byte_window_find(w, text.p, text.n));
    }
}

/* The text ends where the readable bytes do. */
static void a_window_is_found_as_byte_by_byte(void **state)
{
    struct guarded g = guarded_new();
    uint64_t seed = SEED;
    bool members[BYTE_WINDOW_MAX][256];
    struct byte_set sets[BYTE_WINDOW_MAX];
    struct byte_window w;

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t count = 1 + random_below(&seed, BYTE_WINDOW_MAX);
        size_t n = random_below(&seed, LENGTH_MAX);
        char *text = g.guard - n;
        for (uint32_t k = 0; k < count; k++)
            random_set(&seed, members[k], &sets[k]);
        random_text(&seed, text, n);
        byte_window_make(&w, sets, count);
        assert_found(&w, (str){text, n}, find_slowly(members, count, (str){text, n}));
    }
    guarded_free(&g);
}

static void each_byte_is_told_from_all_others(void **state)
{
    char text[512];

    (void)state;
    for (uint32_t b = 0; b < 256; b++) {
        struct byte_set sets[2] = {0}; /* one byte; all but this one */
        struct byte_window w;
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (char)i;
        byte_set_add(&sets[0], (uint8_t)b);
        for (uint32_t other = 0; other < 256; other++)
            if (other != b)
                byte_set_add(&sets[1], (uint8_t)other);
        byte_window_make(&w, &sets[0], 1);
        assert_found(&w, (str){text, 256}, b);
        assert_found(&w, (str){text, b}, b);
        byte_window_make(&w, &sets[1], 1);
        assert_found(&w, (str){text + b, 256}, 1);
        memset(text, (int)b, sizeof text);
        assert_found(&w, (str){text, sizeof text}, sizeof text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_is_found_as_byte_by_byte),
        cmocka_unit_test(each_byte_is_told_from_all_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
