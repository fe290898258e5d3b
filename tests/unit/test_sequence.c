/*
 * test_sequence.c - sequences against the plain meaning: lists of chains that are looked through at
 * each event. And what absences wait for.
 */
#include "correlate/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EVENTS = 20000, KEYS = 4, STEPS_MAX = 8 };

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* ------------------------------------------------------------ the plain meaning */

/* The steps, each as often as it runs, and what is forbidden before each: members by bit. */
struct plain {
    uint32_t member[STEPS_MAX], steps;
    bool fork[STEPS_MAX];
    uint64_t forbidden[STEPS_MAX + 1], until;
    int64_t span;
};

struct chain {
    int64_t first;
    uint64_t matches[STEPS_MAX];
    bool is;
};

/* Of a key: the newest chain of each length; of what awaits an absence the first due. */
struct plain_key {
    struct chain chains[STEPS_MAX + 1];
    int64_t forbidden;
    bool was_forbidden;
};

static struct plain plain_of(const struct window_spec *s)
{
    struct plain p = {.span = s->span_ns};

    for (uint32_t i = 0; i < s->member_count; i++) {
        if (s->steps[i].role == WINDOW_UNTIL)
            p.until |= UINT64_C(1) << i;
        if (s->steps[i].role == WINDOW_ABSENCE)
            p.forbidden[p.steps] |= UINT64_C(1) << i;
        for (uint32_t k = 0; s->steps[i].role == WINDOW_STEP && k < s->steps[i].runs; k++) {
            p.member[p.steps] = i;
            p.fork[p.steps++] = s->steps[i].fork;
        }
    }
    return p;
}

static bool takes(const struct plain *p, struct plain_key *k, uint32_t step,
                  const struct window_event *e)
{
    if (p->member[step] != e->member)
        return false;
    if (step == 0)
        return !k->was_forbidden || k->forbidden < e->time_ns - p->span;
    return k->chains[step].is && k->chains[step].first >= e->time_ns - p->span;
}

/* True: a chain is whole, and is *ret. */
static bool plain_feed(const struct plain *p, struct plain_key *k, const struct window_event *e,
                       struct chain *ret)
{
    bool whole = false, awaits = p->forbidden[p->steps] != 0;

    for (uint32_t i = 0; i <= p->steps; i++)
        if (p->until >> e->member & 1 || (i && p->forbidden[i] >> e->member & 1))
            k->chains[i].is = false;
    if (p->forbidden[0] >> e->member & 1) {
        k->was_forbidden = true;
        k->forbidden = e->time_ns;
    }
    for (uint32_t step = p->steps; step-- > 0;) {
        if (!takes(p, k, step, e))
            continue;
        struct chain next = {.is = true, .first = e->time_ns};
        if (step)
            next = k->chains[step];
        next.matches[step] = e->match;
        if (step && !p->fork[step])
            k->chains[step].is = false;
        if (step + 1 < p->steps || (awaits && !k->chains[step + 1].is))
            k->chains[step + 1] = next;
        else if (!awaits)
            *ret = next;
        whole = whole || (step + 1 == p->steps && !awaits);
    }
    return whole;
}

/* The chain that is due first up to then, of all keys: of one time in any order. */
static struct chain *plain_due(const struct plain *p, struct plain_key *keys, int64_t until)
{
    struct chain *first = NULL;

    for (uint32_t i = 0; i < KEYS && p->forbidden[p->steps]; i++) {
        struct chain *c = &keys[i].chains[p->steps];
        if (c->is && c->first + p->span <= until && (!first || c->first < first->first))
            first = c;
    }
    return first;
}

static void compare_matches(const struct plain *p, const struct window_answer *a,
                            const struct chain *c)
{
    assert_int_equal(a->match_count, p->steps);
    assert_int_equal(a->first_ns, c->first);
    assert_memory_equal(a->matches, c->matches, p->steps * sizeof *c->matches);
}

static void compare_due(const struct plain *p, struct windows *w, struct plain_key *keys,
                        int64_t until)
{
    struct window_due due;

    while (windows_due(w, until, &due)) {
        struct chain *c = NULL;
        for (uint32_t i = 0; i < KEYS; i++) /* its key is what its label says */
            if (due.label.n == 1 && due.label.p[0] == (char)('a' + i))
                c = &keys[i].chains[p->steps];
        assert_true(c && c->is && due.answer.began);
        assert_int_equal(due.time_ns, c->first + p->span);
        assert_int_equal(due.time_ns, plain_due(p, keys, until)->first + p->span);
        compare_matches(p, &due.answer, c);
        c->is = false;
    }
    assert_null(plain_due(p, keys, until));
}

/* How many were told. */
static uint32_t compare(const struct window_spec *s, uint64_t seed)
{
    const struct plain p = plain_of(s);
    struct plain_key keys[KEYS];
    struct windows *w = windows_new(s);
    int64_t time = 1000;
    uint32_t told = 0;

    memset(keys, 0, sizeof keys);
    for (uint32_t i = 0; i < EVENTS; i++) {
        uint64_t key = next_random(&seed) % KEYS;
        const char name = (char)('a' + key);
        time += (int64_t)(next_random(&seed) % 4) * (next_random(&seed) % 50 == 0 ? 40 : 1);
        const struct window_event e = {.time_ns = time,
                                       .member = (uint32_t)(next_random(&seed) % s->member_count),
                                       .match = i,
                                       .label = {&name, 1}};
        compare_due(&p, w, keys, time - 1);
        struct chain whole = {0};
        const struct window_answer a = windows_feed(w, key + 1, &e);
        assert_int_equal(a.began, plain_feed(&p, &keys[key], &e, &whole));
        if (a.began)
            compare_matches(&p, &a, &whole);
        told += a.began;
    }
    compare_due(&p, w, keys, time + 100000);
    windows_free(w);
    return told;
}

#define STEP(n)                                                                                    \
    {                                                                                              \
        WINDOW_STEP, n, false                                                                      \
    }
#define FORK                                                                                       \
    {                                                                                              \
        WINDOW_STEP, 1, true                                                                       \
    }
#define NONE                                                                                       \
    {                                                                                              \
        WINDOW_ABSENCE, 0, false                                                                   \
    }
#define UNTIL                                                                                      \
    {                                                                                              \
        WINDOW_UNTIL, 0, false                                                                     \
    }

static void sequences_are_what_their_lists_of_chains_are(void **state)
{
    static const struct {
        struct window_step steps[6];
        uint32_t count;
        bool awaits;
    } rows[] = {
        {{STEP(1), STEP(1)}, 2, false},
        {{STEP(1), STEP(1), STEP(1), UNTIL}, 4, false},
        {{STEP(3), STEP(1)}, 2, false},
        {{STEP(2), STEP(2), UNTIL}, 3, false},
        {{STEP(1), FORK, STEP(1)}, 3, false},
        {{STEP(1), NONE, STEP(1)}, 3, false},
        {{NONE, STEP(1)}, 2, false},
        {{NONE, NONE, STEP(2), NONE, STEP(1), UNTIL}, 6, false},
        {{STEP(1), NONE}, 2, true},
        {{STEP(1), STEP(1), NONE, NONE, UNTIL}, 5, true},
        {{NONE, STEP(2), FORK, NONE}, 4, true},
        {{STEP(1)}, 1, false},
    };
    static const int64_t spans[] = {1, 10, 60, 100000};

    (void)state;
    for (size_t i = 0; i < countof(rows); i++)
        for (size_t k = 0; k < countof(spans); k++) {
            struct window_spec s = {
                .kind = WINDOW_SEQUENCE, .span_ns = spans[k], .member_count = rows[i].count};
            memcpy(s.steps, rows[i].steps, sizeof rows[i].steps);
            uint32_t told = compare(&s, 31 * i + k);
            if (rows[i].awaits)
                assert_int_equal(told, 0); /* only when the time is over */
            else if (k == 2)
                assert_true(told > 10);
        }
}

static bool feed(struct windows *w, int64_t time, uint32_t member)
{
    const struct window_event e = {.time_ns = time, .member = member, .match = (uint64_t)time};

    return windows_feed(w, 1, &e).began;
}

static void an_absence_is_told_when_its_time_is_over_and_not_before(void **state)
{
    const struct window_spec s = {
        .kind = WINDOW_SEQUENCE, .span_ns = 10, .member_count = 2, .steps = {STEP(1), NONE}};
    struct windows *w = windows_new(&s);
    struct window_due due;

    (void)state;
    feed(w, 100, 0);
    assert_int_equal(windows_deadline(w), 110);
    assert_false(windows_due(w, 109, &due));
    assert_true(windows_due(w, 110, &due));
    assert_int_equal(due.time_ns, 110);
    assert_int_equal(due.answer.last_ns, 100);
    assert_false(windows_due(w, INT64_MAX, &due));
    feed(w, 120, 0);
    feed(w, 130, 1); /* at its end, it is still within */
    assert_false(windows_due(w, INT64_MAX, &due));
    windows_free(w);
}

static void newer_events_do_not_put_off_what_is_due(void **state)
{
    const struct window_spec s = {
        .kind = WINDOW_SEQUENCE, .span_ns = 10, .member_count = 2, .steps = {STEP(1), NONE}};
    struct windows *w = windows_new(&s);
    struct window_due due;

    (void)state;
    for (int64_t at = 0; at <= 8; at += 4)
        feed(w, at, 0);
    assert_true(windows_due(w, 11, &due));
    assert_int_equal(due.answer.first_ns, 0);
    windows_free(w);
}

static void what_ends_no_sequence_keeps_no_key(void **state)
{
    const struct window_spec s = {.kind = WINDOW_SEQUENCE,
                                  .span_ns = 10,
                                  .member_count = 3,
                                  .steps = {STEP(1), STEP(1), UNTIL}};
    struct windows *w = windows_new(&s);

    (void)state;
    feed(w, 1, 1);
    feed(w, 2, 2);
    assert_int_equal(windows_keys(w), 0);
    feed(w, 3, 0);
    assert_int_equal(windows_keys(w), 1);
    assert_true(feed(w, 4, 1));
    windows_free(w);
}

static void deadlines_that_passed_by_are_swept(void **state)
{
    const struct window_spec s = {
        .kind = WINDOW_SEQUENCE, .span_ns = 1 << 30, .member_count = 2, .steps = {STEP(1), NONE}};
    struct windows *w = windows_new(&s);
    struct window_due due;

    (void)state;
    for (int64_t at = 0; at < 200000; at += 2) {
        feed(w, at, 0);
        feed(w, at + 1, 1);
    }
    assert_true(windows_bytes(w) < 100000);
    assert_false(windows_due(w, INT64_MAX, &due));
    windows_free(w);
}

static void steps_that_are_no_sequence_are_refused(void **state)
{
    struct window_spec s = {
        .kind = WINDOW_SEQUENCE, .span_ns = 10, .member_count = 2, .steps = {STEP(1), NONE}};
    const char *why;

    (void)state;
    assert_true(window_spec_check(&s, &why));
    s.steps[0].runs = 0;
    assert_false(window_spec_check(&s, &why));
    s.steps[0].runs = 65;
    assert_false(window_spec_check(&s, &why));
    s.steps[0] = (struct window_step)NONE;
    assert_false(window_spec_check(&s, &why));
    s.steps[0] = (struct window_step)UNTIL;
    s.steps[1] = (struct window_step)STEP(1);
    assert_false(window_spec_check(&s, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_are_what_their_lists_of_chains_are),
        cmocka_unit_test(an_absence_is_told_when_its_time_is_over_and_not_before),
        cmocka_unit_test(newer_events_do_not_put_off_what_is_due),
        cmocka_unit_test(what_ends_no_sequence_keeps_no_key),
        cmocka_unit_test(deadlines_that_passed_by_are_swept),
        cmocka_unit_test(steps_that_are_no_sequence_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
