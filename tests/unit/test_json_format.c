/* The JSON format: what is a record, how it is numbered, and what broken input costs. */
#include "base/buf.h"
#include "base/mem.h"
#include "formats/format.h"
#include "formats/json_split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct format format_json;

/* What a stream gave, a line each: "NUMBER@OFFSET {name=value name+=value}" or "NUMBER@OFFSET
 * !kind". */
struct outcome {
    struct buf text;
    uint64_t units; /* of the batches before */
    struct batch *batch;
    bool with_reason;
};

static uint64_t number(const struct outcome *o, uint64_t local)
{
    return o->units + local + 1; /* number_from is known only after feed(): see run() */
}

static void on_event(void *ctx, struct event *ev)
{
    struct outcome *o = ctx;

    buf_printf(&o->text, "%llu@%llu {", (unsigned long long)number(o, ev->from.record),
               (unsigned long long)ev->from.offset);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        buf_printf(&o->text, "%s" STR_FMT "%s=" STR_FMT "%s", i ? " " : "", STR_ARG(f->name),
                   f->flags & FIELD_CONTINUES ? "+" : "", STR_ARG(f->value),
                   f->type == VALUE_NULL ? "null" : "");
    }
    buf_add(&o->text, S("}\n"));
    assert_true(ev->raw.n > 0);
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct outcome *o = ctx;

    buf_printf(&o->text, "%llu@%llu !%s", (unsigned long long)number(o, p->record),
               (unsigned long long)p->offset, problem_name(p->kind));
    if (o->with_reason)
        buf_printf(&o->text, " %s", p->text);
    buf_char(&o->text, '\n');
}

static void feed(struct outcome *o, void *decoder, const struct stream *stream, str bytes,
                 uint64_t offset, uint32_t context, bool last)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    char *copy = mem_alloc(bytes.n + BATCH_PADDING);
    struct batch b = {.stream = stream,
                      .data = copy,
                      .n = bytes.n,
                      .offset = offset,
                      .context = context,
                      .last = last,
                      .arena = a};
    const struct decode_sink sink = {.ctx = o, .event = on_event, .problem = on_problem};

    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    format_json.feed(decoder, &b, &sink);
    o->units += b.units;
    free(copy);
}

/* Reads `text` as the intake would, `chunk` bytes at a time. */
static void run(struct outcome *o, str text, size_t chunk)
{
    const struct stream stream = {.path = S("x.json"), .format = &format_json};
    void *cutter = format_json.cutter_new(), *decoder = format_json.open(&format_json);
    size_t from = 0, shown = 0, to = 0;

    o->text = buf_make(1 << 24);
    o->units = 0;
    for (;;) {
        to = to + chunk < text.n ? to + chunk : text.n;
        bool end = to == text.n;
        struct cut cut = {0};
        do {
            cut = (struct cut){0};
            format_json.cut(cutter, (str){text.p + from, to - from}, shown - from,
                            end ? CUT_END : CUT_MORE, &cut);
            assert_true(cut.drop + cut.whole <= to - from);
            shown = to;
            size_t begin = from + cut.drop;
            from = begin + cut.whole;
            if (cut.whole)
                feed(o, decoder, &stream, (str){text.p + begin, cut.whole}, begin, cut.context,
                     end && from == text.n);
        } while (end && cut.drop + cut.whole > 0 && from < text.n);
        if (end)
            break;
    }
    assert_int_equal(from, text.n);
    format_json.cutter_free(cutter);
    format_json.close(decoder);
}

/* The same outcome for every way of cutting the bytes into chunks. */
static void assert_outcome(str text, const char *want)
{
    for (size_t chunk = 1; chunk <= text.n + 1; chunk++) {
        struct outcome o = {0};
        run(&o, text, chunk);
        assert_string_equal(buf_cstr(&o.text), want);
        buf_done(&o.text);
    }
}

static void assert_reason(str text, const char *want)
{
    struct outcome o = {.with_reason = true};

    run(&o, text, text.n);
    assert_string_equal(buf_cstr(&o.text), want);
    buf_done(&o.text);
}

static void an_object_a_line(void **state)
{
    (void)state;
    assert_outcome(S("{\"a\":1}\n{\"a\":\"x\"}\n"), "1@0 {a=1}\n2@8 {a=x}\n");
    assert_outcome(S("\r\n{\"a\":1}\r\n\r\n \t{\"a\":2}"), "2@2 {a=1}\n4@15 {a=2}\n");
    assert_outcome(S("{}\n"), "1@0 {}\n");
}

static void nested_objects_get_dots_and_arrays_repeat(void **state)
{
    (void)state;
    assert_outcome(S("{\"a\":{\"b\":[1,2],\"c\":{}},\"d\":[],\"e\":null,\"f\":true}"),
                   "1@0 {a.b=1 a.b+=2 a.c=null d=null e=null f=true}\n");
    assert_outcome(S("{\"a\":[{\"b\":1,\"c\":2},{\"b\":3,\"d\":4},[5,[6]]]}"),
                   "1@0 {a.b=1 a.c=2 a.b+=3 a.d=4 a=5 a+=6}\n");
    assert_outcome(S("{\"a\":[1],\"a\":[2,3],\"b.c\":4}"), "1@0 {a=1 a=2 a+=3 b.c=4}\n");
}

static void long_arrays_tell_the_first_value_of_each_name(void **state)
{
    struct outcome o = {0};
    struct buf text = buf_make(1 << 20);
    size_t first = 0;

    (void)state;
    buf_add(&text, S("{\"a\":["));
    for (int i = 0; i < 300; i++)
        buf_printf(&text, "%s{\"n%d\":1,\"same\":2}", i ? "," : "", i % 200);
    buf_add(&text, S("]}"));
    run(&o, buf_str(&text), text.n);
    for (str rest = buf_str(&o.text); rest.n;)
        first += str_find(str_cut(&rest, ' '), S("+=")) == NULL;
    assert_int_equal(first, 1 + 200 + 1); /* the record's number, 200 names, "same" */
    buf_done(&o.text);
    buf_done(&text);
}

static void fields_beyond_the_limit_are_counted(void **state)
{
    struct outcome o = {.with_reason = true};
    struct buf text = buf_make(1 << 20);

    (void)state;
    buf_add(&text, S("{\"a\":["));
    for (int i = 0; i < EVENT_FIELDS_MAX + 5; i++)
        buf_printf(&text, "%s1", i ? "," : "");
    buf_add(&text, S("]}"));
    run(&o, buf_str(&text), text.n);
    assert_non_null(str_find(buf_str(&o.text), S("!fields_dropped 5 fields are left out")));
    buf_done(&o.text);
    buf_done(&text);
}

static void embedded_json_stays_a_string(void **state)
{
    (void)state;
    assert_outcome(S("{\"a\":\"{\\\"b\\\":1}\"}"), "1@0 {a={\"b\":1}}\n");
}

static void elements_of_an_array_count_from_zero(void **state)
{
    (void)state;
    /* run() adds one to every number */
    assert_outcome(S("[{\"a\":1},{\"a\":2}]"), "1@1 {a=1}\n2@9 {a=2}\n");
    assert_outcome(S("\n[\n  {\n    \"a\": 1\n  },\n  {\"a\":[2]}\n]\n"),
                   "1@5 {a=1}\n2@25 {a=2}\n");
    assert_outcome(S("[]"), "");
    assert_outcome(S("[\n]\n{\"a\":1}"), "1@4 {a=1}\n");
    assert_outcome(S("[{\"a\":1}\n,{\"a\":2}\n]"), "1@1 {a=1}\n2@10 {a=2}\n");
}

static void pretty_printed_objects_have_the_line_they_begin_in(void **state)
{
    (void)state;
    assert_outcome(S("{\n  \"a\": 1\n}\n{\n  \"a\": {\n    \"b\": 2\n  }\n}\n"),
                   "1@0 {a=1}\n4@13 {a.b=2}\n");
    assert_outcome(S("{\"z\":0}\n{\n\"a\": 1\n}\n"), "1@0 {z=0}\n2@8 {a=1}\n");
    assert_outcome(S("{\"a\":1}{\"a\":2} {\"a\":3}\n{\"a\":4}"),
                   "1@0 {a=1}\n1@7 {a=2}\n1@15 {a=3}\n2@23 {a=4}\n");
}

static void envelopes_give_their_records(void **state)
{
    (void)state;
    assert_outcome(S("{\"Records\":[{\"a\":1},{\"a\":2}]}"), "1@12 {a=1}\n2@20 {a=2}\n");
    assert_outcome(S("{\"@odata.context\":\"u\",\"value\":[{\"a\":1}],\"nextLink\":\"v\"}\n"),
                   "1@31 {a=1}\n");
    assert_outcome(S("{\n \"took\": 1,\n \"hits\": {\n  \"total\": {\"value\": 1},\n  \"hits\": [\n"
                     "   {\"_source\": {\"a\": 1}}\n  ]\n }\n}\n"),
                   "1@65 {_source.a=1}\n");
    assert_outcome(S("{\"Records\":[{\"a\":1}]}\n{\"Records\":[{\"a\":2}]}\n"),
                   "1@12 {a=1}\n2@34 {a=2}\n");
    assert_outcome(S("{\"Records\":[]}"), "");
    assert_outcome(S("{\"Records\":[\n{\"a\":1},\n{\"a\":2}\n]}\n"), "1@13 {a=1}\n2@22 {a=2}\n");
    assert_outcome(S("{\"Records\":[{\"a\":1},\n{\"a\":2}]}"), "1@12 {a=1}\n2@21 {a=2}\n");
}

static void what_only_looks_like_an_envelope_is_a_record(void **state)
{
    (void)state;
    assert_outcome(S("{\"events\":[{\"a\":1}],\"actor\":\"x\"}"), "1@0 {events.a=1 actor=x}\n");
    assert_outcome(S("{\"value\":[1,2]}"), "1@0 {value=1 value+=2}\n");
    assert_outcome(S("{\"total\":{\"hits\":[{\"a\":1}]}}"), "1@0 {total.hits.a=1}\n");
}

static void a_broken_line_costs_only_itself(void **state)
{
    (void)state;
    assert_outcome(S("{\"a\":1}\n{\"a\":\n{\"a\":3}\n"),
                   "1@0 {a=1}\n2@8 !bad_record\n3@14 {a=3}\n");
    assert_outcome(S("{\"a\":1}\n{\"a\":\"x\n{\"a\":3}\n"),
                   "1@0 {a=1}\n2@8 !bad_record\n3@16 {a=3}\n");
    assert_outcome(S("{\"a\":1,\n{\"a\":2}\n"), "1@0 !bad_record\n2@8 {a=2}\n");
    assert_outcome(S("[main] INFO started\n{\"a\":2}\n\x01\xff\x02\n{\"a\":4}\n"),
                   "1@0 !bad_record\n2@20 {a=2}\n3@28 !bad_record\n4@32 {a=4}\n");
    assert_outcome(S("{\"a\":1}}\n{\"a\":2}\n"), "1@0 {a=1}\n1@7 !bad_record\n2@9 {a=2}\n");
    assert_outcome(S("{\"a\"}{\"a\":2}\n"), "1@0 !bad_record\n1@5 {a=2}\n");
    assert_outcome(S("12\n\"x\"\n{\"a\":3}\n"), "1@0 !bad_record\n2@3 !bad_record\n3@7 {a=3}\n");
}

static void a_line_that_ends_in_a_comma_is_whole(void **state)
{
    (void)state;
    assert_outcome(S("{\"a\":1},\n{\"a\":2},\n"), "1@0 {a=1}\n2@9 {a=2}\n");
}

static void a_broken_element_costs_only_itself(void **state)
{
    (void)state;
    assert_outcome(S("[{\"a\":1},{\"a\":},{\"a\":3}]"), "1@1 {a=1}\n2@9 !bad_record\n3@16 {a=3}\n");
    assert_outcome(S("[\n{\"a\":1},\n{\"a\":\"x},\n{\"a\":3},\n{\"a\":4}\n]\n"),
                   "1@2 {a=1}\n2@11 !bad_record\n3@30 {a=4}\n");
    assert_outcome(
        S("[\n {\n  \"a\": 1,\n  \"b\": {\n },\n {\n  \"a\": 2\n },\n {\n  \"a\": 3\n }\n]"),
        "1@3 !bad_record\n2@29 {a=2}\n3@45 {a=3}\n");
    assert_outcome(S("[{\"a\":1},2,\"x\",{\"a\":4}]"),
                   "1@1 {a=1}\n2@9 !bad_record\n3@11 !bad_record\n4@15 {a=4}\n");
}

static void a_broken_document_costs_only_itself(void **state)
{
    (void)state;
    assert_outcome(S("{\n \"a\": 1,\n \"b\": \"x\n{\n \"a\": 2\n}\n{\n \"a\": 3\n}\n"),
                   "1@0 !bad_record\n4@20 {a=2}\n7@32 {a=3}\n");
}

static void zero_bytes_are_told_and_passed_over(void **state)
{
    (void)state;
    assert_reason(S("{\"a\":1}\n\0\0\0{\"a\":2}\n\0"),
                  "1@0 {a=1}\n2@11 !damaged zero bytes between records\n2@11 {a=2}\n"
                  "3@20 !damaged zero bytes between records\n");
}

static void a_cut_off_end_is_told_apart_from_a_broken_record(void **state)
{
    (void)state;
    assert_outcome(S("{\"a\":1}\n{\"a\":"), "1@0 {a=1}\n2@8 !truncated\n");
    assert_outcome(S("{\"a\":1}\n{\"a\":x"), "1@0 {a=1}\n2@8 !bad_record\n");
    assert_outcome(S("[{\"a\":1},{\"a"), "1@1 {a=1}\n2@9 !truncated\n3@12 !truncated\n");
    assert_outcome(S("[\n{\"a\":1}\n"), "1@2 {a=1}\n2@10 !truncated\n");
}

static void problems_say_why_and_where(void **state)
{
    (void)state;
    assert_reason(S("{\"a\":1}\n{\"a\" 2}\n"),
                  "1@0 {a=1}\n2@8 !bad_record a key without a colon, at byte 5 of the record\n");
}

static void nesting_beyond_the_limit_costs_only_the_record(void **state)
{
    char deep[700];
    struct outcome o = {0};
    size_t n = 0;

    (void)state;
    memcpy(deep, "{\"a\":", 5);
    memset(deep + 5, '[', 200);
    memset(deep + 205, ']', 200);
    memcpy(deep + 405, "}\n{\"a\":2}\n", n = 10);
    run(&o, (str){deep, 405 + n}, 64);
    assert_string_equal(buf_cstr(&o.text), "1@0 !bad_record\n2@407 {a=2}\n");
    buf_done(&o.text);
}

/* Longer than JSON_HELD_MAX, so that it must be cut before its end. */
static void long_lines_and_envelopes_are_cut_at_their_values(void **state)
{
    static const struct {
        const char *before, *value, *between, *after;
    } cases[] = {
        {"", "{\"a\":[\"x\"]}", "", "\n"},
        {"[", "{\"a\":[\"x\"]}", ",", "]\n"},
        {"{\"Records\":[", "{\"a\":[\"x\"]}", ",", "],\"nextToken\":\"]}\\\"\"}\n"},
        {"{\n \"hits\": {\n  \"hits\": [\n", "  {\"a\":[\"x\"]}", ",\n", "]}\n}\n"},
    };

    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        struct buf text = buf_make(1 << 24);
        size_t count = 3 * JSON_HELD_MAX / strlen(cases[i].value), got = 0, cuts = 0;
        buf_add(&text, str_from(cases[i].before));
        for (size_t k = 0; k < count; k++) {
            buf_add(&text, str_from(k ? cases[i].between : ""));
            buf_add(&text, str_from(cases[i].value));
        }
        buf_add(&text, str_from(cases[i].after));
        for (size_t chunk = 50000; chunk < 2000000; chunk = chunk * 3 + 7) {
            struct outcome o = {0};
            run(&o, buf_str(&text), chunk);
            got = 0;
            for (size_t k = 0; k < o.text.n; k++)
                got += o.text.p[k] == '\n';
            assert_int_equal(got, count);
            assert_null(str_find(buf_str(&o.text), S("!")));
            buf_done(&o.text);
        }
        void *cutter = format_json.cutter_new();
        struct cut cut = {0};
        format_json.cut(cutter, buf_str(&text), 0, CUT_MORE, &cut);
        cuts = cut.whole;
        assert_true(cuts > JSON_HELD_MAX); /* not held back until the end */
        format_json.cutter_free(cutter);
        buf_done(&text);
    }
}

/* Drops `text` in chunks as a record that is too long; returns how many bytes it took. */
static size_t drop_record(void *cutter, str text, size_t chunk)
{
    size_t from = 0, to = 0;

    for (;;) {
        struct cut cut = {0};
        to = to + chunk < text.n ? to + chunk : text.n;
        format_json.cut(cutter, (str){text.p + from, to - from}, 0, CUT_SKIP, &cut);
        from += cut.drop;
        if (cut.skip_ended || to == text.n)
            return from;
    }
}

static void a_record_that_is_too_long_is_dropped_to_its_end(void **state)
{
    struct buf text = buf_make(1 << 24);

    (void)state;
    buf_add(&text, S("{\"a\":\""));
    for (size_t i = 0; i < 2 * JSON_HELD_MAX; i++)
        buf_char(&text, 'x');
    buf_add(&text, S("\\\"}\"}\r\n{\"a\":2}\n"));
    for (size_t chunk = 1000; chunk < 1000000; chunk = chunk * 5 + 1) {
        void *cutter = format_json.cutter_new();
        struct cut cut = {0};
        format_json.cut(cutter, (str){text.p, JSON_HELD_MAX + 10}, 0, CUT_MORE, &cut);
        assert_int_equal(cut.drop + cut.whole, 0);
        assert_int_equal(text.n - drop_record(cutter, buf_str(&text), chunk),
                         strlen("{\"a\":2}\n"));
        format_json.cut(cutter, S("{\"a\":2}\n"), 0, CUT_END, &cut);
        assert_int_equal(cut.whole, strlen("{\"a\":2}\n"));
        format_json.cutter_free(cutter);
    }
    buf_done(&text);
}

static void is_recognised_by_its_first_value(void **state)
{
    (void)state;
    assert_true(format_json.sniff(&format_json, S(" {\"a\":1}")) > 0);
    assert_true(format_json.sniff(&format_json, S("[\n{\"a\"")) > 0);
    assert_true(format_json.sniff(&format_json, S("started\n{\"a\":1}\n{\"a\":2}\n")) > 0);
    assert_int_equal(format_json.sniff(&format_json, S("[main] started")), 0);
    assert_int_equal(format_json.sniff(&format_json, S("{a: 1}")), 0);
    assert_int_equal(format_json.sniff(&format_json, S("[1,2]")), 0);
    assert_int_equal(format_json.sniff(&format_json, S("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_a_line),
        cmocka_unit_test(nested_objects_get_dots_and_arrays_repeat),
        cmocka_unit_test(long_arrays_tell_the_first_value_of_each_name),
        cmocka_unit_test(fields_beyond_the_limit_are_counted),
        cmocka_unit_test(embedded_json_stays_a_string),
        cmocka_unit_test(elements_of_an_array_count_from_zero),
        cmocka_unit_test(pretty_printed_objects_have_the_line_they_begin_in),
        cmocka_unit_test(envelopes_give_their_records),
        cmocka_unit_test(what_only_looks_like_an_envelope_is_a_record),
        cmocka_unit_test(a_broken_line_costs_only_itself),
        cmocka_unit_test(a_line_that_ends_in_a_comma_is_whole),
        cmocka_unit_test(a_broken_element_costs_only_itself),
        cmocka_unit_test(a_broken_document_costs_only_itself),
        cmocka_unit_test(zero_bytes_are_told_and_passed_over),
        cmocka_unit_test(a_cut_off_end_is_told_apart_from_a_broken_record),
        cmocka_unit_test(problems_say_why_and_where),
        cmocka_unit_test(nesting_beyond_the_limit_costs_only_the_record),
        cmocka_unit_test(long_lines_and_envelopes_are_cut_at_their_values),
        cmocka_unit_test(a_record_that_is_too_long_is_dropped_to_its_end),
        cmocka_unit_test(is_recognised_by_its_first_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
