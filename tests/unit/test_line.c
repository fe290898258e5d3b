/* Plain text: how a batch's records are walked, and what the format of lines makes of them. */
#include "base/buf.h"
#include "formats/line_cursor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct format format_line;

enum { DATA_MAX = 256 };

struct fixture {
    char data[DATA_MAX + BATCH_PADDING];
    struct stream stream;
    struct batch batch;
    struct buf seen; /* "NUMBER@OFFSET=MESSAGE|RAW" a line */
};

static void on_event(void *ctx, struct event *ev)
{
    struct fixture *f = ctx;

    assert_int_equal(ev->field_count, 1);
    assert_true(str_eq(ev->fields[0].name, S("message")));
    assert_false(ev->has_time);
    assert_int_equal(ev->logsource_count, 0);
    buf_printf(&f->seen, "%u@%u=" STR_FMT "|" STR_FMT "\n", (unsigned)ev->from.record,
               (unsigned)ev->from.offset, STR_ARG(ev->fields[0].value), STR_ARG(ev->raw));
}

static void on_problem(void *ctx, const struct problem *p)
{
    (void)ctx;
    fail_msg("a line is never a problem: %s", p->text);
}

static void assert_feed(str data, const struct record_span *spans, uint32_t count, bool lazy,
                        uint64_t units, const char *want)
{
    struct fixture f = {.stream = {.path = S("x"), .format = &format_line}};
    const struct decode_sink sink = {
        .ctx = &f, .lazy = lazy, .event = on_event, .problem = on_problem};
    void *decoder = format_line.open(&format_line);

    f.seen = buf_make(1 << 16);
    memcpy(f.data, data.p, data.n);
    f.batch = (struct batch){.stream = &f.stream,
                             .data = f.data,
                             .n = data.n,
                             .offset = 1000,
                             .spans = spans,
                             .span_count = count,
                             .arena = arena_new(4096)};
    format_line.feed(decoder, &f.batch, &sink);
    assert_string_equal(buf_cstr(&f.seen), want);
    assert_int_equal(f.batch.units, units);
    assert_int_equal(f.batch.number_from, 1);
    format_line.close(decoder);
    arena_free(f.batch.arena);
    buf_done(&f.seen);
}

static void a_line_is_an_event_with_its_place(void **state)
{
    (void)state;
    assert_feed(S("one\ntwo\n"), NULL, 0, false, 2, "0@1000=one|one\n1@1004=two|two\n");
    assert_feed(S("one\ntwo"), NULL, 0, true, 2, "0@1000=one|one\n1@1004=two|two\n");
}

static void an_empty_line_counts_and_is_no_event(void **state)
{
    (void)state;
    assert_feed(S("\none\n\r\n\ntwo\n\n"), NULL, 0, false, 6, "1@1001=one|one\n4@1008=two|two\n");
    assert_feed(S(""), NULL, 0, false, 0, "");
}

static void one_carriage_return_goes_and_others_stay(void **state)
{
    (void)state;
    assert_feed(S("one\r\n\rtwo\r\r\n"), NULL, 0, false, 2,
                "0@1000=one|one\n1@1005=\rtwo\r|\rtwo\r\n");
}

static void spans_are_records_whatever_is_in_them(void **state)
{
    const struct record_span spans[] = {{0, 7}, {7, 0}, {8, 4}};

    (void)state;
    assert_feed(S("one\ntwo#six\n"), spans, 3, false, 3,
                "0@1000=one\ntwo|one\ntwo\n2@1008=six|six\n");
    assert_feed(S("one\ntwo#six\n"), spans, 1, true, 1, "0@1000=one\ntwo|one\ntwo\n");
}

static void invalid_bytes_are_replaced_in_the_field_alone(void **state)
{
    (void)state;
    assert_feed(S("a\xFFz\n"), NULL, 0, false, 1, "0@1000=a\xEF\xBF\xBDz|a\xFFz\n");
    assert_feed(S("a\xC3\xA4z\n"), NULL, 0, true, 1, "0@1000=a\xC3\xA4z|a\xC3\xA4z\n");
}

static void the_cutter_gives_whole_lines(void **state)
{
    struct cut cut = {0};

    (void)state;
    line_cut(NULL, S("one\ntwo\nthr"), 0, CUT_MORE, &cut);
    assert_int_equal(cut.whole, 8);
    cut = (struct cut){0};
    line_cut(NULL, S("three"), 3, CUT_MORE, &cut);
    assert_int_equal(cut.whole + cut.drop, 0);
    line_cut(NULL, S("three"), 5, CUT_END, &cut);
    assert_int_equal(cut.whole, 5);
}

static void a_line_that_is_too_long_is_dropped_up_to_its_end(void **state)
{
    struct cut cut = {0};

    (void)state;
    line_cut(NULL, S("no end"), 0, CUT_SKIP, &cut);
    assert_int_equal(cut.drop, 6);
    assert_false(cut.skip_ended);
    line_cut(NULL, S("end\nnext"), 0, CUT_SKIP, &cut);
    assert_int_equal(cut.drop, 4);
    assert_true(cut.skip_ended);
}

static void no_content_is_recognised_as_lines(void **state)
{
    (void)state;
    assert_null(format_line.sniff);
    assert_null(format_sniff(&formats_builtin, S("anything\nat all\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_an_event_with_its_place),
        cmocka_unit_test(an_empty_line_counts_and_is_no_event),
        cmocka_unit_test(one_carriage_return_goes_and_others_stay),
        cmocka_unit_test(spans_are_records_whatever_is_in_them),
        cmocka_unit_test(invalid_bytes_are_replaced_in_the_field_alone),
        cmocka_unit_test(the_cutter_gives_whole_lines),
        cmocka_unit_test(a_line_that_is_too_long_is_dropped_up_to_its_end),
        cmocka_unit_test(no_content_is_recognised_as_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
