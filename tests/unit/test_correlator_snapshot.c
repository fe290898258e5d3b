/*
 * test_correlator_snapshot.c - what was saved goes on as if nothing had been, and only what means
 * the same. Damage leads to a new start.
 */
#include "correlate/correlator.h"
#include "correlate/snapshot.h"
#include "correlate/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { EVENTS = 6000, KEYS = 20, MEMBERS = 4 };

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

/* ------------------------------------------------------------ windows */

static struct window_event random_event(uint64_t *seed, int64_t *time)
{
    *time += (int64_t)(next_random(seed) % 3);
    return (struct window_event){.time_ns = *time,
                                 .member = (uint32_t)(next_random(seed) % MEMBERS),
                                 .value = next_random(seed) % 3000,
                                 .number = (double)(next_random(seed) % 100),
                                 .match = (uint64_t)*time,
                                 .label = S("label")};
}

static void assert_same(const struct window_answer *a, const struct window_answer *b)
{
    assert_int_equal(a->holds, b->holds);
    assert_int_equal(a->began, b->began);
    assert_int_equal(a->at_least, b->at_least);
    assert_int_equal(a->approximate, b->approximate);
    assert_true(a->value == b->value);
    assert_int_equal(a->first_ns, b->first_ns);
    assert_int_equal(a->match_count, b->match_count);
    if (a->match_count)
        assert_memory_equal(a->matches, b->matches, a->match_count * sizeof *a->matches);
}

static void assert_same_due(struct windows *a, struct windows *b, int64_t until)
{
    struct window_due x, y;

    for (;;) {
        bool due = windows_due(a, until, &x);
        assert_int_equal(windows_due(b, until, &y), due);
        if (!due)
            return;
        assert_int_equal(x.time_ns, y.time_ns);
        assert_true(str_eq(x.label, y.label) && str_eq(x.label, S("label")));
        assert_same(&x.answer, &y.answer);
    }
}

/* Saved and loaded in the middle, they answer as those that were not. */
static void go_on(const struct window_spec *s, uint32_t keys, uint32_t events)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct windows *a = windows_new(s), *b = windows_new(s);
    uint64_t seed = (uint64_t)s->kind + 5;
    int64_t time = 1000;

    for (uint32_t i = 0; i < events; i++) {
        const struct window_event e = random_event(&seed, &time);
        uint64_t key = next_random(&seed) % keys;
        if (i == events / 2) {
            windows_save(a, &bytes);
            struct snapshot from = {.rest = buf_str(&bytes)};
            assert_true(windows_load(b, &from));
            assert_int_equal(windows_keys(a), windows_keys(b));
        }
        if (i >= events / 2)
            assert_same_due(a, b, time - 1);
        struct window_answer x = windows_feed(a, key, &e);
        if (i < events / 2)
            continue;
        struct window_answer y = windows_feed(b, key, &e);
        assert_same(&x, &y);
    }
    assert_same_due(a, b, INT64_MAX);
    assert_int_equal(windows_displaced(a) > 0, windows_displaced(b) > 0);
    windows_free(a);
    windows_free(b);
}

static void windows_of_every_kind_and_shape_go_on(void **state)
{
    (void)state;
    for (int kind = WINDOW_COUNT; kind <= WINDOW_ORDERED; kind++)
        for (int shape = WINDOW_SLIDING; shape <= WINDOW_SESSION; shape++)
            for (uint32_t keys_max = 8; keys_max < 100; keys_max += 50) {
                struct window_spec s = {.kind = (enum window_kind)kind,
                                        .shape = (enum window_shape)shape,
                                        .span_ns = 200,
                                        .gap_ns = shape == WINDOW_SESSION ? 15 : 0,
                                        .bounds = {{BOUND_GTE, 6}},
                                        .bound_count = 1,
                                        .percentile = 60,
                                        .member_count = MEMBERS,
                                        .keys_max = keys_max};
                go_on(&s, KEYS, EVENTS);
            }
}

static void sequences_go_on_with_what_they_wait_for(void **state)
{
    const struct window_spec s = {.kind = WINDOW_SEQUENCE,
                                  .span_ns = 90,
                                  .member_count = MEMBERS,
                                  .steps = {{WINDOW_STEP, 2, false},
                                            {WINDOW_STEP, 1, true},
                                            {WINDOW_ABSENCE, 0, false},
                                            {WINDOW_UNTIL, 0, false}}};

    (void)state;
    go_on(&s, KEYS, EVENTS);
}

static void sketches_and_samples_go_on(void **state)
{
    struct window_spec s = {.kind = WINDOW_DISTINCT,
                            .span_ns = 1000000,
                            .bounds = {{BOUND_GTE, 2000}},
                            .bound_count = 1,
                            .member_count = MEMBERS};

    (void)state;
    go_on(&s, 1, 20000);
    s.kind = WINDOW_PERCENTILE;
    s.percentile = 99;
    go_on(&s, 1, 400000);
}

/* Values that are all different, so that a sketch takes over. */
static void a_sketch_goes_on(void **state)
{
    const struct window_spec s = {.kind = WINDOW_DISTINCT,
                                  .span_ns = 50000,
                                  .bounds = {{BOUND_GTE, 90000}},
                                  .bound_count = 1};
    struct buf bytes CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct windows *a = windows_new(&s), *b = windows_new(&s);

    (void)state;
    for (int64_t i = 0; i < 200000; i++) {
        const struct window_event e = {.time_ns = i, .value = (uint64_t)i};
        if (i == 100000) {
            windows_save(a, &bytes);
            struct snapshot from = {.rest = buf_str(&bytes)};
            assert_true(windows_load(b, &from));
        }
        struct window_answer x = windows_feed(a, 1, &e);
        struct window_answer y = i < 100000 ? x : windows_feed(b, 1, &e);
        assert_same(&x, &y);
        assert_int_equal(x.approximate, i >= WINDOW_EXACT_MAX);
    }
    windows_free(a);
    windows_free(b);
}

/* Whatever byte is cut off or changed, loading ends, and what it left can be freed. */
static void damaged_windows_are_refused_or_harmless(void **state)
{
    (void)state;
    for (int kind = WINDOW_COUNT; kind <= WINDOW_SEQUENCE; kind++) {
        struct window_spec s = {.kind = (enum window_kind)kind,
                                .span_ns = 1000,
                                .bounds = {{BOUND_GTE, 9}},
                                .bound_count = kind == WINDOW_SEQUENCE ? 0 : 1,
                                .member_count = MEMBERS,
                                .steps = {{WINDOW_STEP, 1, false},
                                          {WINDOW_STEP, 1, false},
                                          {WINDOW_STEP, 1, false},
                                          {WINDOW_ABSENCE, 0, false}}};
        struct buf bytes CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        struct windows *w = windows_new(&s);
        uint64_t seed = 3;
        int64_t time = 0;
        for (uint32_t i = 0; i < 60; i++) {
            const struct window_event e = random_event(&seed, &time);
            windows_feed(w, i % 3, &e);
        }
        windows_save(w, &bytes);
        windows_free(w);
        for (size_t i = 0; i < bytes.n; i++) {
            struct snapshot cut = {.rest = {bytes.p, i}};
            w = windows_new(&s);
            assert_false(windows_load(w, &cut));
            windows_free(w);
            bytes.p[i] ^= (char)0x81;
            struct snapshot changed = {.rest = buf_str(&bytes)};
            w = windows_new(&s);
            (void)!windows_load(w, &changed);
            windows_free(w);
            bytes.p[i] ^= (char)0x81;
        }
    }
}

/* ------------------------------------------------------------ correlators */

static const char rules[] =
    "title: a\nname: a\nlogsource: {product: x}\ndetection: {s: {F: 1}, condition: s}\n---\n"
    "title: b\nname: b\nlogsource: {product: x}\ndetection: {s: {F: 2}, condition: s}\n---\n"
    "title: three\nname: three\ncorrelation: {type: event_count, rules: [a], group-by: [H],"
    " timespan: 1h, condition: {gte: 3}}\n---\n"
    "title: then\nname: then\ncorrelation: {type: sequence, rules: [a, {absence: b}],"
    " group-by: [H], timespan: 1m}\n---\n"
    "title: both\nname: both\ncorrelation: {type: temporal, generate: true, rules: [three, b], "
    "group-by: [H],"
    " timespan: 1h}\n";

struct fixture {
    struct ruleset *rs;
    struct correlator *c;
    char fired[200]; /* names, one behind the other */
};

static void note(void *ctx, const struct correlation_firing *f)
{
    struct fixture *x = ctx;
    size_t n = strlen(x->fired);

    snprintf(x->fired + n, sizeof x->fired - n, STR_FMT "/" STR_FMT " ",
             STR_ARG(f->correlation->head.name), STR_ARG(f->group[0].value));
}

/* The rules, with each `from` as `to`. */
static struct fixture *fixture_new(const char *from, const char *to)
{
    struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct fixture *x = calloc(1, sizeof *x);
    const struct correlator_sink sink = {x, note};

    for (const char *p = rules; *p;) {
        bool found = *from && strncmp(p, from, strlen(from)) == 0;
        buf_add(&text, found ? str_from(to) : (str){p, 1});
        p += found ? strlen(from) : 1;
    }
    x->rs = ruleset_new();
    ruleset_load_text(x->rs, S("test.yml"), buf_str(&text));
    ruleset_finish(x->rs);
    assert_int_equal(x->rs->refusal_count, 0);
    x->c = correlator_new(x->rs, &sink);
    return x;
}

static void fixture_free(struct fixture *x)
{
    correlator_free(x->c);
    ruleset_free(x->rs);
    free(x);
}

static void feed(struct fixture *x, uint32_t rule, int64_t second)
{
    const str host = S("web1");

    correlator_feed(x->c, rule, second * INT64_C(1000000000), &host, (uint64_t)second);
}

/* What is saved after two matches of a. */
static void save(struct buf *out)
{
    struct fixture *x = fixture_new("", "");
    struct err e = {0};

    feed(x, 0, 1);
    feed(x, 0, 2);
    assert_string_equal(x->fired, "");
    assert_true(correlator_save(x->c, S("block 77"), out, &e));
    fixture_free(x);
}

/* Loads it with changed rules, and tells what fires at a third match, and then. */
static void check(const char *from, const char *to, uint32_t kept, const char *fired)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct fixture *x = fixture_new(from, to);
    struct correlator_restored restored;
    struct err e = {0};
    str position;

    save(&bytes);
    assert_true(correlator_load(x->c, buf_str(&bytes), &position, &restored, &e));
    assert_true(str_eq(position, S("block 77")));
    assert_int_equal(restored.kept, kept);
    assert_int_equal(restored.anew, 3 - kept);
    feed(x, 0, 3);
    correlator_advance(x->c, INT64_C(61000000000));
    assert_string_equal(x->fired, fired);
    fixture_free(x);
}

static void a_correlation_goes_on_while_it_means_the_same(void **state)
{
    (void)state;
    check("", "", 3, "three/web1 then/web1 ");
    check("title: three", "title: many", 3, "three/web1 then/web1 ");
    check("s: {F: 2}, condition: s", "x: {F: 2}, condition: x", 3, "three/web1 then/web1 ");
}

static void a_correlation_that_changed_starts_anew(void **state)
{
    (void)state;
    check("gte: 3", "gte: 2", 1, "then/web1 "); /* and so does what refers to it */
    check("F: 2", "F: 3", 1, "three/web1 ");    /* a rule that it refers to */
    check("F: 1", "F: 3", 0, "");               /* the rule of all */
    check("timespan: 1m", "timespan: 2m", 2, "three/web1 ");
    check("absence: b", "absence: a", 2, "three/web1 ");
}

static void what_is_damaged_is_refused_and_all_start_anew(void **state)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct correlator_restored restored;
    str position;

    (void)state;
    save(&bytes);
    for (size_t i = 0; i < bytes.n; i++) {
        struct fixture *x = fixture_new("", "");
        struct err e = {0};
        bytes.p[i] ^= 1;
        bool ok = correlator_load(x->c, buf_str(&bytes), &position, &restored, &e);
        bytes.p[i] ^= 1;
        assert_false(ok);
        assert_int_equal(restored.anew, 3);
        assert_true(e.message[0]);
        for (int64_t at = 10; at < 12; at++)
            feed(x, 0, at);
        assert_string_equal(x->fired, "");
        feed(x, 0, 12);
        assert_string_equal(x->fired, "three/web1 ");
        fixture_free(x);
    }
}

static void what_has_no_room_is_told(void **state)
{
    struct buf small CLEANUP(buf_done) = buf_make(100);
    struct fixture *x = fixture_new("", "");
    struct err e = {0};

    (void)state;
    feed(x, 0, 1);
    assert_false(correlator_save(x->c, S(""), &small, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    fixture_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_of_every_kind_and_shape_go_on),
        cmocka_unit_test(sequences_go_on_with_what_they_wait_for),
        cmocka_unit_test(sketches_and_samples_go_on),
        cmocka_unit_test(a_sketch_goes_on),
        cmocka_unit_test(damaged_windows_are_refused_or_harmless),
        cmocka_unit_test(a_correlation_goes_on_while_it_means_the_same),
        cmocka_unit_test(a_correlation_that_changed_starts_anew),
        cmocka_unit_test(what_is_damaged_is_refused_and_all_start_anew),
        cmocka_unit_test(what_has_no_room_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
