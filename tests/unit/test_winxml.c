/* Windows events in XML: the flat names, how a file is cut, and what broken input costs. */
#include "base/buf.h"
#include "base/mem.h"
#include "formats/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct format format_winxml;

struct outcome {
    struct buf text; /* "NUMBER@OFFSET {name=value ...}" or "NUMBER@OFFSET !kind", a line each */
    uint64_t units;
    int64_t time_ns;
};

static void on_event(void *ctx, struct event *ev)
{
    struct outcome *o = ctx;

    buf_printf(&o->text, "%llu@%llu {", (unsigned long long)(o->units + ev->from.record),
               (unsigned long long)ev->from.offset);
    for (uint32_t i = 0; i < ev->field_count; i++)
        buf_printf(&o->text, "%s" STR_FMT "%s=" STR_FMT, i ? " " : "", STR_ARG(ev->fields[i].name),
                   ev->fields[i].flags & FIELD_CONTINUES ? "+" : "", STR_ARG(ev->fields[i].value));
    buf_add(&o->text, S("}\n"));
    o->time_ns = ev->time_ns;
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct outcome *o = ctx;

    buf_printf(&o->text, "%llu@%llu !%s\n", (unsigned long long)(o->units + p->record),
               (unsigned long long)p->offset, problem_name(p->kind));
}

static void feed(struct outcome *o, str bytes, uint64_t offset, bool last)
{
    const struct stream stream = {.path = S("x.xml"), .format = &format_winxml};
    const struct decode_sink sink = {.ctx = o, .event = on_event, .problem = on_problem};
    struct arena *a CLEANUP(arena_freep) = arena_new(64 * 1024);
    char *copy = mem_alloc(bytes.n + BATCH_PADDING);
    struct batch b = {
        .stream = &stream, .data = copy, .n = bytes.n, .offset = offset, .last = last, .arena = a};
    void *decoder = format_winxml.open(&format_winxml);

    memcpy(copy, bytes.p, bytes.n);
    format_winxml.feed(decoder, &b, &sink);
    format_winxml.close(decoder);
    o->units += b.units;
    free(copy);
}

static void run(struct outcome *o, str text, size_t chunk)
{
    void *cutter = format_winxml.cutter_new();
    size_t from = 0, shown = 0, to = 0;

    *o = (struct outcome){.text = buf_make(1 << 20)};
    do {
        struct cut cut = {0};
        to = to + chunk < text.n ? to + chunk : text.n;
        bool end = to == text.n;
        format_winxml.cut(cutter, (str){text.p + from, to - from}, shown - from,
                          end ? CUT_END : CUT_MORE, &cut);
        shown = to;
        if (cut.whole)
            feed(o, (str){text.p + from, cut.whole}, from, end);
        from += cut.drop + cut.whole;
    } while (to < text.n);
    assert_int_equal(from, text.n);
    format_winxml.cutter_free(cutter);
}

static void assert_outcome(str text, const char *want)
{
    for (size_t chunk = 1; chunk <= text.n; chunk++) {
        struct outcome o;
        run(&o, text, chunk);
        assert_string_equal(buf_cstr(&o.text), want);
        buf_done(&o.text);
    }
}

#define EVENT(id) "<Event><System><EventID>" id "</EventID></System></Event>"

static void reads_the_names_of_evtx(void **state)
{
    struct outcome o;

    (void)state;
    run(&o,
        S("<Event xmlns='x'><System><Provider Name='P' Guid='{1}'/><EventID Qualifiers='7'>1"
          "</EventID><TimeCreated SystemTime='2026-05-04T10:11:12.5000000Z'/><Correlation/>"
          "<Channel>Security</Channel></System><EventData><Data Name='Threat Name'>t</Data>"
          "<Data Name='Empty'/><Data>a</Data><Data>b</Data><Binary>00FF</Binary></EventData>"
          "<RenderingInfo><Message>m &amp; n</Message><Level>Info</Level></RenderingInfo></Event>"),
        4096);
    assert_string_equal(buf_cstr(&o.text),
                        "0@0 {Provider_Name=P Provider_Guid={1} EventID_Qualifiers=7 EventID=1 "
                        "TimeCreated_SystemTime=2026-05-04T10:11:12.5000000Z Channel=Security "
                        "ThreatName=t Empty= Data=a Data+=b Binary=00FF Message=m & n}\n");
    assert_int_equal(o.time_ns, 1777889472500000000);
    buf_done(&o.text);
}

static void reads_user_data(void **state)
{
    (void)state;
    assert_outcome(S("<Event><UserData><a:Cleared xmlns:a='x'><a:User>eve</a:User><a:None/>"
                     "</a:Cleared></UserData></Event>"),
                   "0@0 {User=eve None=}\n");
}

static void a_text_in_parts_is_one_value(void **state)
{
    (void)state;
    assert_outcome(S("<Event><EventData><Data Name='a'>1<!-- x -->2<![CDATA[<3>]]>4</Data>"
                     "</EventData></Event>"),
                   "0@0 {a=12<3>4}\n");
}

static void events_follow_each_other_or_stand_in_a_root(void **state)
{
    (void)state;
    assert_outcome(S(EVENT("1") "\n" EVENT("2")), "0@0 {EventID=1}\n1@53 {EventID=2}\n");
    assert_outcome(S("<?xml version='1.0'?>\n<Events>\n" EVENT("1") "</Events>\n"),
                   "0@31 {EventID=1}\n");
}

static void a_broken_event_costs_only_itself(void **state)
{
    (void)state;
    assert_outcome(S("<Event><System></Event>" EVENT("2")), "0@0 !bad_record\n1@23 {EventID=2}\n");
    assert_outcome(S("<Event><System>" EVENT("2")), "0@0 !bad_record\n1@15 {EventID=2}\n");
    assert_outcome(S("noise\n" EVENT("2")), "0@0 !bad_record\n0@6 {EventID=2}\n");
}

static void a_cut_off_end_is_told(void **state)
{
    (void)state;
    assert_outcome(S(EVENT("1") "<Event><Sys"), "0@0 {EventID=1}\n1@52 !truncated\n");
}

static void an_event_that_is_too_long_is_dropped_to_its_end(void **state)
{
    const str text = S("<Event><System>" EVENT("2"));
    struct cut cut = {0};

    (void)state;
    format_winxml.cut(NULL, (str){text.p, 20}, 0, CUT_SKIP, &cut);
    assert_false(cut.skip_ended);
    assert_true(cut.drop > 0 && cut.drop < 20);
    cut = (struct cut){0};
    format_winxml.cut(NULL, text, 0, CUT_SKIP, &cut);
    assert_true(cut.skip_ended);
    assert_int_equal(cut.drop, text.n);
}

static void is_recognised_by_an_event(void **state)
{
    (void)state;
    assert_true(
        format_winxml.sniff(&format_winxml, S("<?xml version='1.0'?><Events><Event><System>")) > 0);
    assert_int_equal(format_winxml.sniff(&format_winxml, S("<html><Event>")), 0);
    assert_int_equal(format_winxml.sniff(&format_winxml, S("<EventLog><System>")), 0);
    assert_int_equal(format_winxml.sniff(&format_winxml, S("x<Event><System>")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_names_of_evtx),
        cmocka_unit_test(reads_user_data),
        cmocka_unit_test(a_text_in_parts_is_one_value),
        cmocka_unit_test(events_follow_each_other_or_stand_in_a_root),
        cmocka_unit_test(a_broken_event_costs_only_itself),
        cmocka_unit_test(a_cut_off_end_is_told),
        cmocka_unit_test(an_event_that_is_too_long_is_dropped_to_its_end),
        cmocka_unit_test(is_recognised_by_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
