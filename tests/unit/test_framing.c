/* Syslog frames out of a stream: counts and lines told apart, at every cut, and when the inlet
 * waits. */
#include "fake_inlet.h"

#include "collect/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct wire {
    struct inlet *inlet;
    struct origin origin;
    struct framing framing;
    struct buf out; /* records, each followed by '|' */
};

static void begin(struct wire *x, uint32_t block_max, bool lines_only)
{
    x->inlet = fake_inlet_new(block_max);
    x->origin = (struct origin){.name = S("peer")};
    framing_init(&x->framing, x->inlet, &x->origin, lines_only);
}

static void finish(struct wire *x)
{
    framing_done(&x->framing);
    fake_inlet_free(x->inlet);
}

static int setup(void **state)
{
    struct wire *x = mem_alloc(sizeof *x);

    x->out = buf_make(1 << 24);
    begin(x, FAKE_RECORDS_MAX, false);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct wire *x = *state;

    finish(x);
    buf_done(&x->out);
    free(x);
    return 0;
}

/* Bytes come in, and the inlet has room again whenever it says that it has none. */
static void come(struct wire *x, str bytes)
{
    if (bytes.n)
        memcpy(framing_room(&x->framing, bytes.n), bytes.p, bytes.n);
    bool taken = framing_take(&x->framing, bytes.n);
    while (!taken) {
        x->inlet->blocks = 0;
        assert_true(inlet_push(x->inlet));
        taken = framing_take(&x->framing, 0);
    }
}

static void end(struct wire *x)
{
    while (!framing_end(&x->framing)) {
        x->inlet->blocks = 0;
        assert_true(inlet_push(x->inlet));
    }
    x->inlet->blocks = 0;
    assert_true(inlet_push(x->inlet));
}

static const char *records(struct wire *x)
{
    x->inlet->blocks = 0;
    assert_true(inlet_push(x->inlet));
    buf_clear(&x->out);
    for (uint32_t i = 0; i < x->inlet->disk.record_count; i++)
        buf_printf(&x->out, "%s|", x->inlet->disk.records[i]);
    return buf_cstr(&x->out);
}

static void again(struct wire *x, uint32_t block_max)
{
    finish(x);
    begin(x, block_max, false);
}

/* ------------------------------------------------------------ telling apart */

static void a_line_ends_at_its_feed(void **state)
{
    struct wire *x = *state;

    come(x, S("<1>a\n<1>b\r\n<1>c"));
    assert_string_equal(records(x), "<1>a|<1>b|");
}

static void a_nul_ends_a_line_too(void **state)
{
    struct wire *x = *state;

    come(x, S("<1>a\0<1>b\n<1>c\0"));
    assert_string_equal(records(x), "<1>a|<1>b|<1>c|");
}

static void a_counted_frame_keeps_its_feeds(void **state)
{
    struct wire *x = *state;

    come(x, S("8 <1>a\nb c5 <1>de"));
    assert_string_equal(records(x), "<1>a\nb c|<1>de|");
}

static void a_feed_at_the_end_of_a_counted_frame_is_not_of_the_record(void **state)
{
    struct wire *x = *state;

    come(x, S("5 <1>a\n6 <1>b\r\n"));
    assert_string_equal(records(x), "<1>a|<1>b|");
    assert_int_equal(x->inlet->faults[FAULT_framing], 0);
}

static void each_frame_is_told_apart_by_itself(void **state)
{
    struct wire *x = *state;

    come(x, S("<1>line\n5 <1>aa<1>line\n5 <1>bb\n6 <1>ccc"));
    assert_string_equal(records(x), "<1>line|<1>aa|<1>line|<1>bb|<1>ccc|");
    assert_int_equal(x->inlet->faults[FAULT_framing], 0);
}

static void digits_before_a_word_are_a_line_until_something_was_counted(void **state)
{
    struct wire *x = *state;

    come(x, S("3 abc\n4 <1>a3 abc"));
    assert_string_equal(records(x), "3 abc|<1>a|abc|");
}

static void a_count_does_not_begin_with_zero(void **state)
{
    struct wire *x = *state;

    come(x, S("05 <1>aa\n0 <1>b\n"));
    assert_string_equal(records(x), "05 <1>aa|0 <1>b|");
}

static void more_digits_than_a_count_has_are_a_line(void **state)
{
    struct wire *x = *state;

    come(x, S("12345678901 <1>aa\n"));
    assert_string_equal(records(x), "12345678901 <1>aa|");
}

static void a_transport_of_lines_has_no_counts(void **state)
{
    struct wire *x = *state;

    x->framing.lines_only = true;
    come(x, S("4 <1>a\n"));
    assert_string_equal(records(x), "4 <1>a|");
}

static void empty_lines_are_no_records(void **state)
{
    struct wire *x = *state;

    come(x, S("\n\r\n\0\0<1>a\n\n"));
    assert_string_equal(records(x), "<1>a|");
    assert_true(framing_is_empty(&x->framing));
}

/* ------------------------------------------------------------ wrong counts */

static void after_too_small_a_count_the_rest_is_a_line_and_is_counted(void **state)
{
    struct wire *x = *state;

    come(x, S("4 <1>abcd\n5 <1>ok"));
    assert_string_equal(records(x), "<1>a|bcd|<1>ok|");
    assert_int_equal(x->inlet->faults[FAULT_framing], 1);
}

static void too_large_a_count_takes_what_follows_and_loses_nothing(void **state)
{
    struct wire *x = *state;

    come(x, S("9 <1>abc\n<1>d\n"));
    assert_string_equal(records(x), "<1>abc\n<1|>d|");
    assert_int_equal(x->inlet->faults[FAULT_framing], 1);
}

static void a_counted_frame_that_does_not_end_is_given_at_the_end_and_counted(void **state)
{
    struct wire *x = *state;

    come(x, S("90 <1>abc"));
    assert_string_equal(records(x), "");
    end(x);
    assert_string_equal(records(x), "<1>abc|");
    assert_int_equal(x->inlet->faults[FAULT_partial], 1);
}

static void a_line_that_does_not_end_is_given_at_the_end(void **state)
{
    struct wire *x = *state;

    come(x, S("<1>abc"));
    end(x);
    assert_string_equal(records(x), "<1>abc|");
    assert_int_equal(x->inlet->faults[FAULT_partial], 0);
}

static void a_carriage_return_at_the_end_is_no_part_of_the_last_line(void **state)
{
    struct wire *x = *state;

    come(x, S("<1>abc\r"));
    end(x);
    assert_string_equal(records(x), "<1>abc|");
    assert_int_equal(x->inlet->faults[FAULT_long_record], 0);
}

/* ------------------------------------------------------------ too long */

static void fill(struct wire *x, uint64_t n, char c)
{
    char piece[4096];

    memset(piece, c, sizeof piece);
    while (n) {
        const size_t now = n < sizeof piece ? (size_t)n : sizeof piece;
        come(x, (str){piece, now});
        n -= now;
    }
}

static void is_cut_and_then_ok(struct wire *x)
{
    records(x);
    assert_int_equal(x->inlet->faults[FAULT_long_record], 1);
    assert_int_equal(x->inlet->disk.record_count, 2);
    assert_int_equal(strlen(x->inlet->disk.records[0]), RECORD_KEPT_BYTES);
    assert_string_equal(x->inlet->disk.records[1], "<1>ok");
    assert_true(framing_is_empty(&x->framing));
}

static void a_line_that_is_too_long_is_cut_and_the_next_is_whole(void **state)
{
    struct wire *x = *state;

    come(x, S("<1>"));
    fill(x, 3 * (uint64_t)INLET_RECORD_BYTES_MAX, 'a');
    come(x, S("\n<1>ok\n"));
    is_cut_and_then_ok(x);
}

static void a_counted_frame_that_is_too_long_is_cut_and_the_next_is_whole(void **state)
{
    struct wire *x = *state;
    const uint64_t n = 3 * (uint64_t)INLET_RECORD_BYTES_MAX;
    char head[32];
    const int head_n = snprintf(head, sizeof head, "%llu <1>", (unsigned long long)n);

    come(x, (str){head, (size_t)head_n});
    fill(x, n - 3, 'a');
    come(x, S("5 <1>ok"));
    is_cut_and_then_ok(x);
    assert_int_equal(x->inlet->disk.lengths[0], n);
}

static void a_count_of_gigabytes_keeps_no_gigabytes(void **state)
{
    struct wire *x = *state;

    come(x, S("2147483648 <1>"));
    for (int i = 0; i < 8; i++) {
        fill(x, INLET_RECORD_BYTES_MAX, 'a');
        assert_true(x->framing.bytes.n <= INLET_RECORD_BYTES_MAX);
    }
    assert_int_equal(x->inlet->faults[FAULT_long_record], 1);
    assert_false(framing_is_empty(&x->framing));
}

static void a_line_of_just_the_limit_is_whole(void **state)
{
    struct wire *x = *state;

    fill(x, INLET_RECORD_BYTES_MAX, 'a');
    come(x, S("\n"));
    records(x);
    assert_int_equal(x->inlet->faults[FAULT_long_record], 0);
    assert_int_equal(strlen(x->inlet->disk.records[0]), INLET_RECORD_BYTES_MAX);
}

/* ------------------------------------------------------------ every cut, every wait */

#define MIXED                                                                                      \
    "<1>line\r\n5 <1>aa<1>b c\n\0"                                                                 \
    "12 <1>with\nfeed"                                                                             \
    "\n4 <1>a4 <1>bwrong\n6 <1>end"
#define MIXED_RECORDS "<1>line|<1>aa|<1>b c|<1>with\nfeed|<1>a|<1>b|wrong|<1>end|"

static void a_cut_at_any_byte_changes_nothing(void **state)
{
    struct wire *x = *state;
    const str all = S(MIXED);

    for (size_t cut = 0; cut <= all.n; cut++) {
        again(x, FAKE_RECORDS_MAX);
        come(x, (str){all.p, cut});
        come(x, str_from_at(all, cut));
        assert_string_equal(records(x), MIXED_RECORDS);
        assert_int_equal(x->inlet->faults[FAULT_framing], 1);
    }
}

static void a_byte_at_a_time_changes_nothing(void **state)
{
    struct wire *x = *state;
    const str all = S(MIXED);

    for (size_t i = 0; i < all.n; i++)
        come(x, (str){all.p + i, 1});
    assert_string_equal(records(x), MIXED_RECORDS);
}

static void an_inlet_that_waits_at_any_record_loses_and_doubles_none(void **state)
{
    struct wire *x = *state;

    for (uint32_t most = 1; most < 9; most++) {
        again(x, 1);
        x->inlet->blocks_max = most;
        come(x, S(MIXED));
        assert_string_equal(records(x), MIXED_RECORDS);
        assert_int_equal(x->inlet->faults[FAULT_framing], 1);
    }
}

static void what_is_left_at_the_end_waits_for_the_inlet_too(void **state)
{
    struct wire *x = *state;

    again(x, 1);
    x->inlet->blocks_max = 1;
    come(x, S("<1>a\n<1>b"));
    end(x);
    assert_string_equal(records(x), "<1>a|<1>b|");
}

static void idle_connections_keep_no_buffer(void **state)
{
    struct wire *x = *state;

    come(x, S("<1>a\n"));
    assert_true(framing_is_empty(&x->framing));
    assert_null(x->framing.bytes.p);
}

#define ONE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE(a_line_ends_at_its_feed),
        ONE(a_nul_ends_a_line_too),
        ONE(a_counted_frame_keeps_its_feeds),
        ONE(a_feed_at_the_end_of_a_counted_frame_is_not_of_the_record),
        ONE(each_frame_is_told_apart_by_itself),
        ONE(digits_before_a_word_are_a_line_until_something_was_counted),
        ONE(a_count_does_not_begin_with_zero),
        ONE(more_digits_than_a_count_has_are_a_line),
        ONE(a_transport_of_lines_has_no_counts),
        ONE(empty_lines_are_no_records),
        ONE(after_too_small_a_count_the_rest_is_a_line_and_is_counted),
        ONE(too_large_a_count_takes_what_follows_and_loses_nothing),
        ONE(a_counted_frame_that_does_not_end_is_given_at_the_end_and_counted),
        ONE(a_line_that_does_not_end_is_given_at_the_end),
        ONE(a_carriage_return_at_the_end_is_no_part_of_the_last_line),
        ONE(a_line_that_is_too_long_is_cut_and_the_next_is_whole),
        ONE(a_counted_frame_that_is_too_long_is_cut_and_the_next_is_whole),
        ONE(a_count_of_gigabytes_keeps_no_gigabytes),
        ONE(a_line_of_just_the_limit_is_whole),
        ONE(a_cut_at_any_byte_changes_nothing),
        ONE(a_byte_at_a_time_changes_nothing),
        ONE(an_inlet_that_waits_at_any_record_loses_and_doubles_none),
        ONE(what_is_left_at_the_end_waits_for_the_inlet_too),
        ONE(idle_connections_keep_no_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
