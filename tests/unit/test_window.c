/*
 * test_window.c - windows against the plain meaning: of every event's window all events are looked
 * at anew. Times repeat, keys come and go, spans are short and long.
 */
#include "correlate/window.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { EVENTS = 3000, KEYS = 5, MEMBERS = 4, VALUES = 40 };

struct recorded {
    uint64_t key;
    struct window_event event;
};

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* Events in the order of time, in bursts and with pauses. */
static void make_events(struct recorded *events, uint64_t seed)
{
    int64_t time = 1000;

    for (uint32_t i = 0; i < EVENTS; i++) {
        uint64_t r = next_random(&seed);
        time += r % 7 == 0 ? (int64_t)(r % 200) : (int64_t)(r % 3);
        events[i] = (struct recorded){
            .key = next_random(&seed) % KEYS + 1,
            .event = {.time_ns = time,
                      .member = (uint32_t)(next_random(&seed) % MEMBERS),
                      .value = next_random(&seed) % VALUES * UINT64_C(0x9E3779B97F4A7C15),
                      .number = (double)(next_random(&seed) % 1000) / 8}};
    }
}

/* ------------------------------------------------------------ the plain meaning */

/* Where the session of an event begins: looked for from the first event on. */
static int64_t session_of(const struct window_spec *s, const struct recorded *events, uint32_t at)
{
    int64_t begins = 0, last = INT64_MIN / 2;

    for (uint32_t i = 0; i <= at; i++) {
        int64_t time = events[i].event.time_ns;
        if (events[i].key != events[at].key)
            continue;
        if (time - last > s->gap_ns || time - begins > s->span_ns)
            begins = time;
        last = time;
    }
    return begins;
}

/* Where the window of an event begins. */
static int64_t from_of(const struct window_spec *s, const struct recorded *events, uint32_t at)
{
    int64_t time = events[at].event.time_ns;

    return s->shape == WINDOW_SESSION    ? session_of(s, events, at)
           : s->shape == WINDOW_TUMBLING ? time / s->span_ns * s->span_ns
                                         : time - s->span_ns;
}

static int64_t from_ns; /* of the event that is looked at: from_of() */

static bool in_window(const struct recorded *events, uint32_t at, uint32_t i)
{
    return events[i].key == events[at].key && events[i].event.time_ns >= from_ns;
}

static int by_number(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;

    return (l > r) - (l < r);
}

static double plain_values(const struct window_spec *s, const struct recorded *events, uint32_t at)
{
    double numbers[EVENTS], sum = 0;
    uint32_t n = 0;

    for (uint32_t i = 0; i <= at; i++)
        if (in_window(events, at, i)) {
            numbers[n++] = events[i].event.number;
            sum += events[i].event.number;
        }
    if (s->kind == WINDOW_SUM)
        return sum;
    if (s->kind == WINDOW_AVERAGE)
        return sum / n;
    qsort(numbers, n, sizeof *numbers, by_number);
    double rank = s->percentile / 100 * (n - 1);
    uint32_t low = (uint32_t)rank, high = low + 1 < n ? low + 1 : low;
    return numbers[low] + (rank - low) * (numbers[high] - numbers[low]);
}

static double plain_count(const struct window_spec *s, const struct recorded *events, uint32_t at)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i <= at; i++) {
        bool counts = in_window(events, at, i);
        for (uint32_t k = 0; counts && s->kind == WINDOW_DISTINCT && k < i; k++)
            counts = !(in_window(events, at, k) && events[k].event.value == events[i].event.value);
        n += counts;
    }
    return n;
}

static double plain_members(const struct recorded *events, uint32_t at)
{
    uint64_t seen = 0;

    for (uint32_t i = 0; i <= at; i++)
        if (in_window(events, at, i))
            seen |= UINT64_C(1) << events[i].event.member;
    return __builtin_popcountll(seen);
}

/* The longest chain of ascending members in ascending time in the window. */
static double plain_chain(const struct recorded *events, uint32_t at)
{
    uint32_t longest[EVENTS], most = 0;

    for (uint32_t i = 0; i <= at; i++) {
        longest[i] = in_window(events, at, i);
        for (uint32_t k = 0; longest[i] && k < i; k++)
            if (longest[k] && events[k].event.member < events[i].event.member &&
                events[k].event.time_ns < events[i].event.time_ns && longest[k] + 1 > longest[i])
                longest[i] = longest[k] + 1;
        most = longest[i] > most ? longest[i] : most;
    }
    return most;
}

static double plain(const struct window_spec *s, const struct recorded *events, uint32_t at)
{
    switch (s->kind) {
    case WINDOW_COUNT:
    case WINDOW_DISTINCT:
        return plain_count(s, events, at);
    case WINDOW_TEMPORAL:
        return plain_members(events, at);
    case WINDOW_ORDERED:
        return plain_chain(events, at);
    default:
        return plain_values(s, events, at);
    }
}

static bool plain_holds(const struct window_spec *s, double value)
{
    if (s->bound_count == 0)
        return value == s->member_count;
    for (uint32_t i = 0; i < s->bound_count; i++) {
        double number = s->bounds[i].number;
        const bool holds[] = {[BOUND_GT] = value > number,  [BOUND_GTE] = value >= number,
                              [BOUND_LT] = value < number,  [BOUND_LTE] = value <= number,
                              [BOUND_EQ] = value == number, [BOUND_NEQ] = value != number};
        if (!holds[s->bounds[i].op])
            return false;
    }
    return true;
}

static void compare(const struct window_spec *s, uint64_t seed)
{
    struct recorded events[EVENTS];
    struct windows *w = windows_new(s);
    bool held[KEYS + 1] = {false};
    int64_t last[KEYS + 1];

    for (size_t i = 0; i < KEYS + 1; i++)
        last[i] = INT64_MIN / 2;
    make_events(events, seed);
    for (uint32_t i = 0; i < EVENTS; i++) {
        uint64_t key = events[i].key;
        struct window_answer got = windows_feed(w, key, &events[i].event);
        from_ns = from_of(s, events, i);
        double value = plain(s, events, i);
        bool holds = plain_holds(s, value);
        if (got.holds != holds ||
            (!got.at_least && fabs(got.value - value) > 1e-6 * (1 + fabs(value))))
            fail_msg("kind %d, span %lld, event %u: %d %g and not %d %g", s->kind,
                     (long long)s->span_ns, i, got.holds, got.value, holds, value);
        assert_true(got.at_least ? value >= got.value : true);
        if (last[key] < from_ns)
            held[key] = false; /* it was forgotten */
        assert_int_equal(got.began, holds && !held[key]);
        held[key] = holds;
        last[key] = events[i].event.time_ns;
    }
    windows_free(w);
}

static void every_kind_is_what_its_window_holds(void **state)
{
    static const int64_t spans[] = {1, 20, 300, 100000};
    static const struct window_bound bounds[][2] = {
        {{BOUND_GTE, 3}},
        {{BOUND_GT, 7}},
        {{BOUND_LT, 4}},
        {{BOUND_LTE, 2}},
        {{BOUND_EQ, 5}},
        {{BOUND_NEQ, 2}},
        {{BOUND_GT, 2.5}, {BOUND_LTE, 12}},
    };

    (void)state;
    for (int kind = WINDOW_COUNT; kind <= WINDOW_ORDERED; kind++)
        for (size_t k = 0; k < countof(spans); k++)
            for (size_t b = 0; b < countof(bounds); b += kind == WINDOW_ORDERED ? 3 : 1) {
                struct window_spec s = {.kind = (enum window_kind)kind,
                                        .span_ns = spans[k],
                                        .bounds = {bounds[b][0], bounds[b][1]},
                                        .bound_count = b + 1 == countof(bounds) ? 2 : 1,
                                        .percentile = 90,
                                        .member_count = MEMBERS};
                if (kind == WINDOW_ORDERED && spans[k] > 300)
                    continue; /* the plain way is cubic */
                compare(&s, 7 * k + b + 1);
            }
}

static void windows_that_do_not_slide_hold_what_is_since_they_began(void **state)
{
    static const struct {
        enum window_shape shape;
        int64_t span, gap;
    } rows[] = {{WINDOW_TUMBLING, 7, 0},  {WINDOW_TUMBLING, 500, 0}, {WINDOW_SESSION, 1000, 15},
                {WINDOW_SESSION, 60, 40}, {WINDOW_SESSION, 5000, 1}, {WINDOW_SESSION, 30, 100}};

    (void)state;
    for (int kind = WINDOW_COUNT; kind <= WINDOW_ORDERED; kind++)
        for (size_t i = 0; i < countof(rows); i++) {
            struct window_spec s = {.kind = (enum window_kind)kind,
                                    .shape = rows[i].shape,
                                    .span_ns = rows[i].span,
                                    .gap_ns = rows[i].gap,
                                    .bounds = {{BOUND_GTE, 3}},
                                    .bound_count = 1,
                                    .percentile = 75,
                                    .member_count = MEMBERS};
            if (kind == WINDOW_ORDERED && rows[i].span > 60)
                continue; /* the plain way is cubic */
            compare(&s, 11 * i + 5);
        }
}

static void all_members_are_wanted_without_bounds(void **state)
{
    (void)state;
    for (int kind = WINDOW_TEMPORAL; kind <= WINDOW_ORDERED; kind++) {
        struct window_spec s = {
            .kind = (enum window_kind)kind, .span_ns = 60, .member_count = MEMBERS};
        compare(&s, 99);
    }
}

static struct window_answer feed(struct windows *w, uint64_t key, int64_t time, uint32_t member)
{
    const struct window_event e = {.time_ns = time, .member = member};

    return windows_feed(w, key, &e);
}

static void a_condition_in_words_is_held_against_what_was_seen(void **state)
{
    /* 0 and (1 or not 2) */
    struct window_spec s = {.kind = WINDOW_TEMPORAL,
                            .span_ns = 10,
                            .member_count = 3,
                            .program = {0, 1, 2, STEP_NOT, STEP_OR, STEP_AND},
                            .program_length = 6};
    struct windows *w = windows_new(&s);

    (void)state;
    assert_true(feed(w, 1, 0, 0).holds);
    assert_false(feed(w, 1, 1, 2).holds);
    assert_true(feed(w, 1, 2, 1).holds);
    assert_false(feed(w, 1, 11, 2).holds); /* the first is 11 ago */
    assert_false(feed(w, 2, 11, 1).holds); /* another key */
    windows_free(w);
}

static void of_one_time_nothing_is_before_the_other(void **state)
{
    struct window_spec s = {.kind = WINDOW_ORDERED, .span_ns = 10, .member_count = 2};
    struct windows *w = windows_new(&s);

    (void)state;
    feed(w, 1, 5, 0);
    assert_false(feed(w, 1, 5, 1).holds);
    assert_true(feed(w, 1, 6, 1).holds);
    feed(w, 2, 7, 0);
    feed(w, 2, 9, 0); /* the one at 7 is still there */
    assert_true(feed(w, 2, 9, 1).holds);
    windows_free(w);
}

static void as_many_members_as_there_may_be_are_put_in_order(void **state)
{
    struct window_spec s = {
        .kind = WINDOW_ORDERED, .span_ns = 1000, .member_count = WINDOW_MEMBERS_MAX};
    struct windows *w = windows_new(&s);

    (void)state;
    for (uint32_t i = 0; i < WINDOW_MEMBERS_MAX; i++)
        assert_int_equal(feed(w, 1, i, i).holds, i + 1 == WINDOW_MEMBERS_MAX);
    windows_free(w);
}

static void what_comes_too_late_is_counted_and_changes_nothing(void **state)
{
    struct window_spec s = {
        .kind = WINDOW_COUNT, .span_ns = 10, .bounds = {{BOUND_GTE, 2}}, .bound_count = 1};
    struct windows *w = windows_new(&s);

    (void)state;
    feed(w, 1, 100, 0);
    assert_false(feed(w, 1, 99, 0).holds);
    assert_int_equal(windows_late(w), 1);
    assert_true(feed(w, 1, 100, 0).holds);
    windows_free(w);
}

static void a_flood_of_keys_displaces_itself(void **state)
{
    struct window_spec s = {.kind = WINDOW_COUNT,
                            .span_ns = 1000000,
                            .bounds = {{BOUND_GTE, 5}},
                            .bound_count = 1,
                            .keys_max = 1000};
    struct windows *w = windows_new(&s);
    bool held = false;

    (void)state;
    for (int64_t i = 0; i < 100000; i++) {
        feed(w, (uint64_t)i * 2 + 1000, i, 0);
        if (i == 10 || i % 20000 == 11) /* an honest key, twice and then seldom */
            held = feed(w, 7, i, 0).holds;
        assert_true(windows_keys(w) <= 1000);
    }
    assert_true(held);
    assert_true(windows_displaced(w) > 90000);
    windows_free(w);
}

static void keys_that_own_too_much_give_way(void **state)
{
    struct window_spec s = {.kind = WINDOW_DISTINCT,
                            .span_ns = 1000000,
                            .bounds = {{BOUND_GTE, 1000}},
                            .bound_count = 1,
                            .bytes_max = 1 << 20};
    struct windows *w = windows_new(&s);
    bool held = false;

    (void)state;
    for (uint32_t i = 0; i < 400000; i++) {
        const struct window_event e = {.time_ns = i, .value = i};
        windows_feed(w, 1000 + i % 200, &e); /* each would own 40 kilobytes */
        held = windows_feed(w, 7, &e).holds || held;
        assert_true(windows_bytes(w) < 2 << 20);
    }
    assert_true(held && windows_displaced(w) > 100);
    windows_free(w);
}

static void keys_are_forgotten_when_their_window_is_over(void **state)
{
    struct window_spec s = {
        .kind = WINDOW_COUNT, .span_ns = 10, .bounds = {{BOUND_GTE, 2}}, .bound_count = 1};
    struct windows *w = windows_new(&s);

    (void)state;
    for (int64_t i = 0; i < 10000; i++)
        feed(w, (uint64_t)i + 1, i, 0);
    assert_int_equal(windows_keys(w), 11); /* of [t - 10, t] */
    assert_true(windows_bytes(w) < 10000);
    windows_free(w);
}

static void times_at_both_ends_of_the_world_are_times(void **state)
{
    struct window_spec s = {
        .kind = WINDOW_COUNT, .span_ns = INT64_MAX, .bounds = {{BOUND_GTE, 2}}, .bound_count = 1};
    struct windows *w = windows_new(&s);

    (void)state;
    feed(w, 1, INT64_MIN, 0);
    assert_true(feed(w, 1, INT64_MIN + 5, 0).holds);
    assert_false(feed(w, 1, INT64_MAX, 0).holds);
    windows_free(w);
}

/* n different values at times 1..n, each seen at 1 + its number. */
static struct window_answer count_different(const struct window_spec *s, uint32_t n)
{
    struct windows *w = windows_new(s);
    struct window_answer ret = {0};

    for (uint32_t i = 0; i < n; i++) {
        const struct window_event e = {.time_ns = i + 1, .value = i};
        ret = windows_feed(w, 1, &e);
        assert_true(windows_bytes(w) < 4 << 20);
    }
    windows_free(w);
    return ret;
}

static void many_different_values_are_counted_about(void **state)
{
    struct window_spec s = {.kind = WINDOW_DISTINCT,
                            .span_ns = 1000000,
                            .bounds = {{BOUND_GTE, 500000}},
                            .bound_count = 1};

    (void)state;
    struct window_answer a = count_different(&s, WINDOW_EXACT_MAX);
    assert_true(a.value == WINDOW_EXACT_MAX && !a.approximate && !a.holds);
    a = count_different(&s, 400000);
    assert_true(a.approximate && fabs(a.value - 400000) < 32000 && !a.holds);
    assert_true(count_different(&s, 600000).holds);
    s.span_ns = 99999; /* the window slides on under the sketch */
    a = count_different(&s, 600000);
    assert_true(a.approximate && fabs(a.value - 100000) < 8000 && !a.holds);
    s.bounds[0].number = 100; /* more than are needed are not counted at all */
    a = count_different(&s, 600000);
    assert_true(a.at_least && !a.approximate && a.value == 100);
}

/* Numbers rise from 0 to 1 over the window, in no order of time. */
static void percentiles_of_many_numbers_are_about_right(void **state)
{
    enum { MANY = 1000000, SPAN = 300000 };
    struct window_spec s = {.kind = WINDOW_PERCENTILE,
                            .span_ns = SPAN,
                            .percentile = 95,
                            .bounds = {{BOUND_GTE, 1}},
                            .bound_count = 1};
    struct windows *w = windows_new(&s);
    uint64_t seed = 3;

    (void)state;
    for (int64_t i = 1; i <= MANY; i++) {
        const struct window_event e = {.time_ns = i,
                                       .number = (double)(next_random(&seed) % 10000)};
        struct window_answer a = windows_feed(w, 1, &e);
        if (i == WINDOW_VALUES_MAX)
            assert_false(a.approximate);
        if (i > WINDOW_VALUES_MAX && i % 1000 == 0)
            assert_true(a.approximate && fabs(a.value - 9500) < 120);
        assert_true(windows_bytes(w) < 4 << 20);
    }
    for (int64_t i = 0; i < 2000; i++) { /* what were many is gone: all are exact again */
        const struct window_event e = {.time_ns = MANY + i * SPAN / 100, .number = (double)i};
        struct window_answer a = windows_feed(w, 1, &e);
        if (i > 500)
            assert_true(!a.approximate && fabs(a.value - (double)i + 5) < 1e-6);
    }
    windows_free(w);
}

static void specs_that_cannot_be_kept_are_refused(void **state)
{
    struct window_spec s = {
        .kind = WINDOW_COUNT, .span_ns = 10, .bounds = {{BOUND_GTE, 2}}, .bound_count = 1};
    const char *why;

    (void)state;
    assert_true(window_spec_check(&s, &why));
    s.bounds[0].number = 1e9;
    assert_false(window_spec_check(&s, &why));
    assert_non_null(why);
    s.bounds[0].number = NAN;
    assert_true(window_spec_check(&s, &why)); /* it never holds */
    s.shape = WINDOW_SESSION;
    assert_false(window_spec_check(&s, &why)); /* without a gap */
    s.gap_ns = 1;
    assert_true(window_spec_check(&s, &why));
    s.span_ns = 0;
    assert_false(window_spec_check(&s, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_what_its_window_holds),
        cmocka_unit_test(windows_that_do_not_slide_hold_what_is_since_they_began),
        cmocka_unit_test(all_members_are_wanted_without_bounds),
        cmocka_unit_test(a_condition_in_words_is_held_against_what_was_seen),
        cmocka_unit_test(of_one_time_nothing_is_before_the_other),
        cmocka_unit_test(as_many_members_as_there_may_be_are_put_in_order),
        cmocka_unit_test(what_comes_too_late_is_counted_and_changes_nothing),
        cmocka_unit_test(a_flood_of_keys_displaces_itself),
        cmocka_unit_test(keys_that_own_too_much_give_way),
        cmocka_unit_test(keys_are_forgotten_when_their_window_is_over),
        cmocka_unit_test(times_at_both_ends_of_the_world_are_times),
        cmocka_unit_test(many_different_values_are_counted_about),
        cmocka_unit_test(percentiles_of_many_numbers_are_about_right),
        cmocka_unit_test(specs_that_cannot_be_kept_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
