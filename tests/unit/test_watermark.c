/*
 * test_watermark.c - records in the order of time, whatever the order of their arrival: any shuffle
 * within the lateness, any number of sources. Times are made up and the clock is the test's.
 */
#include "correlate/watermark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define NOON (INT64_C(1795514400) * SECOND)
#define LATENESS (LATENESS_S * SECOND)
#define IDLE (60 * SECOND)

enum { LATENESS_S = 120, OUT_MAX = 20000, TEXT_MAX = 32, ROOM = 1 << 26 };

struct got {
    int64_t time_ns;
    char text[TEXT_MAX];
    bool late;
};

struct fixture {
    struct clock clock;
    struct watermark *w;
    struct got *all;
    uint32_t count;
};

static void out(void *ctx, int64_t time_ns, str bytes, bool late)
{
    struct fixture *f = ctx;

    assert_true(f->count < OUT_MAX && bytes.n < TEXT_MAX);
    struct got *g = &f->all[f->count++];
    *g = (struct got){.time_ns = time_ns, .late = late};
    memcpy(g->text, bytes.p, bytes.n);
}

static struct fixture *begin_with(uint64_t bytes_max, bool clock)
{
    struct fixture *f = calloc(1, sizeof *f);

    f->all = calloc(OUT_MAX, sizeof *f->all);
    f->clock = clock_fixed(NOON);
    const struct watermark_options o = {
        .idle_ns = IDLE,
        .bytes_max = bytes_max,
        .clock = clock ? &f->clock : NULL,
        .ctx = f,
        .out = out,
    };
    f->w = watermark_new(&o);
    return f;
}

static struct fixture *begin(void)
{
    return begin_with(ROOM, true);
}

static void end(struct fixture *f)
{
    watermark_free(f->w);
    free(f->all);
    free(f);
}

/* An event `at` seconds after noon, seen as of now. */
static void add(struct fixture *f, uint32_t source, int64_t at, const char *text)
{
    watermark_add(f->w, source, NOON + at * SECOND, clock_now_ns(&f->clock), str_from(text));
}

static void pass(struct fixture *f, int64_t seconds)
{
    f->clock.fixed_ns += seconds * SECOND;
    f->clock.fixed_steady_ns += seconds * SECOND;
    watermark_advance(f->w);
}

/* "a b c", late ones in brackets. */
static void assert_out(const struct fixture *f, const char *wanted)
{
    char text[1024] = "";

    for (uint32_t i = 0, n = 0; i < f->count; i++)
        n += (uint32_t)snprintf(text + n, sizeof text - n, f->all[i].late ? "%s(%s)" : "%s%s",
                                i ? " " : "", f->all[i].text);
    assert_string_equal(text, wanted);
}

/* ------------------------------------------------------------ one source */

static void records_come_out_below_the_watermark_in_the_order_of_time(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, s, 20, "b");
    add(f, s, 10, "a");
    add(f, s, 30, "c");
    watermark_advance(f->w);
    assert_out(f, "");
    add(f, s, 140, "d");
    watermark_advance(f->w);
    assert_out(f, "a");
    add(f, s, 141, "e");
    watermark_advance(f->w);
    assert_out(f, "a b");
    assert_int_equal(watermark_passed(f->w), NOON + 21 * SECOND);
    watermark_flush(f->w);
    assert_out(f, "a b c d e");
    end(f);
}

static void records_of_one_time_are_ordered_by_their_bytes(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, s, 5, "bb");
    add(f, s, 5, "b");
    add(f, s, 5, "a");
    add(f, s, 5, "");
    add(f, s, 5, "b");
    watermark_flush(f->w);
    assert_out(f, " a b b bb");
    end(f);
}

static void what_keeps_to_the_lateness_is_not_late_and_what_does_not_is(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, s, 200, "new");
    watermark_advance(f->w);
    add(f, s, 80, "edge");
    add(f, s, 79, "late");
    assert_out(f, "(late)");
    assert_int_equal(watermark_stats(f->w).late, 1);
    assert_int_equal(watermark_source_stats(f->w, s).late, 1);
    watermark_flush(f->w);
    assert_out(f, "(late) edge new");
    end(f);
}

static void an_idle_source_lets_all_out(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, s, 0, "a");
    pass(f, 0);
    pass(f, 59);
    assert_out(f, "");
    pass(f, 1);
    assert_out(f, "a");
    assert_true(watermark_source_stats(f->w, s).idle);
    end(f);
}

static void without_a_clock_no_source_is_idle(void **state)
{
    struct fixture *f = begin_with(ROOM, false);
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, s, 0, "a");
    pass(f, 1000000);
    assert_out(f, "");
    end(f);
}

/* ------------------------------------------------------------ several sources */

static void the_slowest_source_holds_the_others_back(void **state)
{
    struct fixture *f = begin();
    const uint32_t a = watermark_source_add(f->w, LATENESS), b = watermark_source_add(f->w, 0);

    (void)state;
    add(f, a, 500, "a500");
    add(f, b, 100, "b100");
    watermark_advance(f->w);
    assert_out(f, "");
    add(f, b, 450, "b450");
    watermark_advance(f->w);
    assert_out(f, "b100"); /* a's watermark is 380 */
    watermark_source_remove(f->w, a);
    add(f, b, 501, "b501");
    watermark_advance(f->w);
    assert_out(f, "b100 b450 a500");
    end(f);
}

static void a_source_that_did_not_speak_yet_holds_the_others_back_until_it_is_idle(void **state)
{
    struct fixture *f = begin();
    const uint32_t a = watermark_source_add(f->w, 0);

    (void)state;
    watermark_source_add(f->w, 0);
    add(f, a, 1, "a");
    add(f, a, 2, "b");
    watermark_advance(f->w);
    assert_out(f, "");
    pass(f, 59);
    add(f, a, 3, "c");
    pass(f, 1);
    assert_out(f, "a b");
    end(f);
}

static void a_source_that_is_held_holds_the_others_back_although_it_is_idle(void **state)
{
    struct fixture *f = begin();
    const uint32_t a = watermark_source_add(f->w, 0), b = watermark_source_add(f->w, 0);

    (void)state;
    watermark_source_hold(f->w, b, true);
    add(f, a, 1, "a");
    pass(f, 0);
    pass(f, 1000);
    assert_out(f, "");
    watermark_source_hold(f->w, b, false);
    pass(f, 0);
    assert_out(f, "a");
    end(f);
}

static void an_idle_source_does_not_hold_the_others_back(void **state)
{
    struct fixture *f = begin();
    const uint32_t a = watermark_source_add(f->w, 0), b = watermark_source_add(f->w, 0);

    (void)state;
    add(f, a, 1, "a");
    add(f, b, 2, "b");
    pass(f, 0);
    pass(f, 60);
    assert_out(f, "a b");
    add(f, b, 50, "c");
    add(f, b, 61, "d");
    pass(f, 0);
    assert_out(f, "a b c");
    end(f);
}

/* ------------------------------------------------------------ clocks that are wrong */

static void a_time_far_ahead_of_the_clock_moves_no_watermark(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, s, 100, "a");
    watermark_add(f->w, s, INT64_C(4102444800) * SECOND, NOON, S("2100"));
    add(f, s, 3600 + 120 + 1, "just too far");
    watermark_advance(f->w);
    add(f, s, 50, "b");
    assert_int_equal(watermark_stats(f->w).late, 0);
    assert_int_equal(watermark_stats(f->w).disbelieved, 2);
    assert_int_equal(watermark_source_stats(f->w, s).newest_ns, NOON + 100 * SECOND);
    watermark_flush(f->w);
    assert_out(f, "2100 just too far b a"); /* at the times at which they were seen */
    assert_int_equal(f->all[0].time_ns, NOON);
    end(f);
}

static void a_time_ahead_by_less_is_believed(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, s, 100, "a");
    add(f, s, 3600 + 120, "ahead");
    watermark_advance(f->w);
    assert_out(f, "a");
    assert_int_equal(watermark_stats(f->w).disbelieved, 0);
    end(f);
}

static void a_source_of_1970_does_not_hold_the_others_back(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, 0), old = watermark_source_add(f->w, 0);

    (void)state;
    watermark_add(f->w, old, 7 * SECOND, NOON, S("1970"));
    add(f, s, 1, "a");
    add(f, s, 2, "b");
    watermark_advance(f->w);
    assert_true(watermark_source_stats(f->w, old).behind);
    assert_false(watermark_source_stats(f->w, s).behind);
    assert_out(f, "1970 a");
    watermark_add(f->w, old, 9 * SECOND, NOON, S("more"));
    assert_out(f, "1970 a (more)");
    /* Nor when all others are idle. */
    pass(f, 59);
    watermark_add(f->w, old, 10 * SECOND, NOON, S("c"));
    pass(f, 1);
    assert_out(f, "1970 a (more) (c) b");
    end(f);
}

static void old_logs_by_themselves_are_in_order(void **state)
{
    struct fixture *f = begin();
    const uint32_t a = watermark_source_add(f->w, LATENESS),
                   b = watermark_source_add(f->w, LATENESS);

    (void)state;
    add(f, a, -1000000, "a");
    add(f, a, -999000, "d");
    add(f, b, -999990, "b");
    add(f, b, -999800, "c");
    watermark_advance(f->w);
    assert_out(f, "a b");
    watermark_flush(f->w);
    assert_out(f, "a b c d");
    end(f);
}

static void without_a_time_of_day_one_wild_time_moves_no_watermark(void **state)
{
    struct fixture *f = begin_with(ROOM, false);
    const uint32_t s = watermark_source_add(f->w, LATENESS);
    static const int64_t times[] = {3000000000, 100, 101, 102, 3000000001, 103, 3000000002, 230};

    (void)state;
    for (uint32_t i = 0; i < countof(times); i++) {
        watermark_add(f->w, s, times[i] * SECOND, WATERMARK_NO_CLOCK, S("x"));
        watermark_advance(f->w);
    }
    assert_int_equal(watermark_source_stats(f->w, s).newest_ns, 230 * SECOND);
    assert_int_equal(watermark_stats(f->w).late, 0);
    assert_int_equal(f->count, 4);
    /* Three in a row are believed, as far as the least of them. */
    static const int64_t leap[] = {3000000007, 3000000006, 3000000008};
    for (uint32_t i = 0; i < countof(leap); i++)
        watermark_add(f->w, s, leap[i] * SECOND, WATERMARK_NO_CLOCK, S("y"));
    assert_int_equal(watermark_source_stats(f->w, s).newest_ns, 3000000006 * SECOND);
    end(f);
}

static void times_at_the_ends_of_the_range_are_taken(void **state)
{
    struct fixture *f = begin();
    const uint32_t s = watermark_source_add(f->w, LATENESS);

    (void)state;
    watermark_add(f->w, s, INT64_MIN, NOON, S("least"));
    watermark_advance(f->w);
    watermark_add(f->w, s, INT64_MAX, NOON, S("most"));
    watermark_add(f->w, s, INT64_MAX, INT64_MAX, S("now"));
    watermark_advance(f->w);
    watermark_flush(f->w);
    assert_int_equal(f->count, 3);
    end(f);
}

/* ------------------------------------------------------------ room */

static void the_oldest_is_forced_out_when_there_is_no_room(void **state)
{
    struct fixture *f = begin_with(WATERMARK_BYTES_MIN, true);
    const uint32_t s = watermark_source_add(f->w, LATENESS);
    const uint32_t fit = WATERMARK_BYTES_MIN / (64 + 16);
    char text[TEXT_MAX];

    (void)state;
    for (uint32_t i = 0; i < fit + 10; i++) {
        snprintf(text, sizeof text, "%05u", i);
        watermark_add(f->w, s, NOON + i, NOON, str_from(text));
        assert_true(watermark_stats(f->w).bytes <= WATERMARK_BYTES_MIN);
    }
    assert_int_equal(watermark_stats(f->w).displaced, 10);
    assert_int_equal(f->count, 10);
    assert_string_equal(f->all[9].text, "00009");
    /* What is older than all that wait goes first, and is not late. */
    watermark_add(f->w, s, NOON + 9, NOON, S("x"));
    assert_string_equal(f->all[10].text, "x");
    assert_false(f->all[10].late);
    watermark_add(f->w, s, NOON + 8, NOON, S("y"));
    assert_true(f->all[11].late);
    end(f);
}

static void room_is_used_again_by_records_of_other_sizes(void **state)
{
    struct fixture *f = begin_with(WATERMARK_BYTES_MIN, true);
    const uint32_t s = watermark_source_add(f->w, LATENESS);
    static char large[900 * 1024 / 4];

    (void)state;
    for (uint32_t i = 0; i < 10000; i++)
        watermark_add(f->w, s, NOON + i, NOON, S("small"));
    watermark_flush(f->w);
    f->count = 0;
    watermark_add(f->w, s, NOON + 20000, NOON, (str){large, sizeof large});
    assert_int_equal(watermark_stats(f->w).waiting, 1);
    assert_int_equal(watermark_stats(f->w).displaced, 0);
    end(f);
}

/* ------------------------------------------------------------ any order */

enum { SOURCES = 4, EVENTS = 2000 };

struct sent {
    int64_t time_ns, arrives;
    uint32_t source;
    char text[TEXT_MAX];
};

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static int by_arrival(const void *left, const void *right)
{
    const struct sent *l = left, *r = right;

    return l->arrives != r->arrives ? (l->arrives < r->arrives ? -1 : 1) : strcmp(l->text, r->text);
}

static void make_sent(struct sent *all, uint64_t seed)
{
    for (uint32_t i = 0; i < EVENTS; i++) {
        all[i] = (struct sent){.time_ns = NOON + (int64_t)(next_random(&seed) % 900) * SECOND,
                               .source = (uint32_t)(next_random(&seed) % SOURCES)};
        snprintf(all[i].text, TEXT_MAX, "%u-%u", (unsigned)(next_random(&seed) % 3), i);
    }
}

/* The events as they come when each is delayed by up to the lateness, in batches of any size. */
static struct fixture *run_shuffled(const struct sent *made, uint64_t seed, uint64_t delay_max_s)
{
    struct fixture *f = begin();
    struct sent *all = calloc(EVENTS, sizeof *all);

    for (uint32_t i = 0; i < SOURCES; i++)
        watermark_source_add(f->w, LATENESS);
    for (uint32_t i = 0; i < EVENTS; i++) {
        all[i] = made[i];
        all[i].arrives =
            made[i].time_ns + (int64_t)(next_random(&seed) % (delay_max_s + 1)) * SECOND;
    }
    qsort(all, EVENTS, sizeof *all, by_arrival);
    for (uint32_t i = 0; i < EVENTS; i++) {
        watermark_add(f->w, all[i].source, all[i].time_ns, all[i].arrives, str_from(all[i].text));
        if (next_random(&seed) % 16 == 0)
            watermark_advance(f->w);
    }
    watermark_flush(f->w);
    free(all);
    return f;
}

static void any_order_within_the_lateness_gives_the_same(void **state)
{
    struct sent *made = calloc(EVENTS, sizeof *made);

    (void)state;
    make_sent(made, 7);
    struct fixture *first = run_shuffled(made, 1, 0);
    assert_int_equal(first->count, EVENTS);
    for (uint64_t seed = 2; seed < 30; seed++) {
        struct fixture *f = run_shuffled(made, seed, LATENESS_S);
        assert_int_equal(watermark_stats(f->w).late, 0);
        assert_memory_equal(f->all, first->all, EVENTS * sizeof *f->all);
        end(f);
    }
    /* Beyond the lateness some are late. */
    struct fixture *beyond = run_shuffled(made, 2, 3 * LATENESS_S);
    assert_true(watermark_stats(beyond->w).late > 0);
    assert_int_equal(beyond->count, EVENTS);
    end(beyond);
    end(first);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_out_below_the_watermark_in_the_order_of_time),
        cmocka_unit_test(records_of_one_time_are_ordered_by_their_bytes),
        cmocka_unit_test(what_keeps_to_the_lateness_is_not_late_and_what_does_not_is),
        cmocka_unit_test(an_idle_source_lets_all_out),
        cmocka_unit_test(without_a_clock_no_source_is_idle),
        cmocka_unit_test(the_slowest_source_holds_the_others_back),
        cmocka_unit_test(a_source_that_did_not_speak_yet_holds_the_others_back_until_it_is_idle),
        cmocka_unit_test(a_source_that_is_held_holds_the_others_back_although_it_is_idle),
        cmocka_unit_test(an_idle_source_does_not_hold_the_others_back),
        cmocka_unit_test(a_time_far_ahead_of_the_clock_moves_no_watermark),
        cmocka_unit_test(a_time_ahead_by_less_is_believed),
        cmocka_unit_test(a_source_of_1970_does_not_hold_the_others_back),
        cmocka_unit_test(old_logs_by_themselves_are_in_order),
        cmocka_unit_test(without_a_time_of_day_one_wild_time_moves_no_watermark),
        cmocka_unit_test(times_at_the_ends_of_the_range_are_taken),
        cmocka_unit_test(the_oldest_is_forced_out_when_there_is_no_room),
        cmocka_unit_test(room_is_used_again_by_records_of_other_sizes),
        cmocka_unit_test(any_order_within_the_lateness_gives_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
