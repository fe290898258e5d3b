/* EVTX: what the binary XML of a sound file becomes. Damage is in test_evtx_damage.c. */
#include "evtx_fixture.h"

#include "formats/evtx_record.h"

/* A record of plain tokens: <Event><EventData> ... </EventData></Event>. */
static void begin_plain(struct evtx_writer *w, str section)
{
    evtx_begin_record(w, 1, 0);
    evtx_fragment(w);
    evtx_open_element(w, S("Event"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(w);
    evtx_open_element(w, section, EVTX_NO_DEPENDENCY, false);
    evtx_close_start(w);
}

static void end_plain(struct evtx_writer *w)
{
    evtx_close_element(w);
    evtx_close_element(w);
    evtx_end_fragment(w);
    assert_true(evtx_end_record(w));
}

static void open_data(struct evtx_writer *w, str name)
{
    evtx_open_element(w, S("Data"), EVTX_NO_DEPENDENCY, name.n != 0);
    if (name.n) {
        evtx_attribute(w, S("Name"));
        evtx_text(w, name);
    }
    evtx_close_start(w);
}

/* Begins an instance of a template <Event><EventData><Data Name=...> with one hole a name. */
static void begin_holes(struct evtx_writer *w, str key, const str *names, uint16_t count,
                        bool optional)
{
    evtx_begin_record(w, 1, 0);
    evtx_fragment(w);
    if (evtx_instance(w, key)) {
        evtx_open_element(w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(w);
        evtx_open_element(w, S("EventData"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(w);
        for (uint16_t i = 0; i < count; i++) {
            open_data(w, names[i]);
            evtx_hole(w, i, EVTX_STRING, optional);
            evtx_close_element(w);
        }
        evtx_close_element(w);
        evtx_close_element(w);
        evtx_end_definition(w);
    }
    evtx_begin_values(w, count);
}

static void end_holes(struct evtx_writer *w)
{
    evtx_end_fragment(w);
    assert_true(evtx_end_record(w));
}

static struct event *one_event(struct fixture *f)
{
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.problem_count, 0);
    assert_int_equal(f->seen.event_count, 1);
    return &f->seen.events[0];
}

static void shows_each_type_as_windows_does(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        str bytes, text;
    } cases[] = {
        {EVTX_STRING, S("a\0b\0"), S("ab")},
        {EVTX_STRING, S("a\0\0\0"), S("a")},
        {EVTX_STRING, S("a\0b"), S("a")},
        {EVTX_ANSI, S("caf\xE9\0"), S("caf\xC3\xA9")},
        {EVTX_ANSI, S("caf\xC3\xA9"), S("caf\xC3\xA9")},
        {EVTX_ANSI, S("\x80"), S("\xE2\x82\xAC")},
        {EVTX_INT8, S("\xFF"), S("-1")},
        {EVTX_UINT8, S("\xFF"), S("255")},
        {EVTX_INT16, S("\0\x80"), S("-32768")},
        {EVTX_UINT16, S("\x10\x12"), S("4624")},
        {EVTX_INT32, S("\xFE\xFF\xFF\xFF"), S("-2")},
        {EVTX_UINT32, S("\xFF\xFF\xFF\xFF"), S("4294967295")},
        {EVTX_INT64, S("\0\0\0\0\0\0\0\x80"), S("-9223372036854775808")},
        {EVTX_UINT64, S("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), S("18446744073709551615")},
        {EVTX_REAL32, S("\0\0\xC0\x3F"), S("1.5")},
        {EVTX_REAL64, S("\x9A\x99\x99\x99\x99\x99\xB9\x3F"), S("0.1")},
        {EVTX_BOOL, S("\1\0\0\0"), S("true")},
        {EVTX_BOOL, S("\0\0\0\0"), S("false")},
        {EVTX_BINARY, S("\x01\xAB"), S("01AB")},
        {EVTX_GUID, S("\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"),
         S("{00112233-4455-6677-8899-AABBCCDDEEFF}")},
        {EVTX_SIZE, S("\xE7\x03\0\0\0\0\0\0"), S("0x3e7")},
        {EVTX_FILETIME, S("\0\0\0\0\0\0\0\0"), S("1601-01-01T00:00:00.000000000Z")},
        {EVTX_FILETIME, S("\0\x80\x3E\xD5\xDE\xB1\x9D\x01"), S("1970-01-01T00:00:00.000000000Z")},
        {EVTX_SYSTEMTIME, S("\xE8\x07\x05\0\x06\0\x04\0\x0A\0\x0B\0\x0C\0\x7B\0"),
         S("2024-05-04T10:11:12.123000000Z")},
        {EVTX_SID, S("\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0"), S("S-1-5-32-544")},
        {EVTX_HEX32, S("\0\0\0\0"), S("0x0")},
        {EVTX_HEX64, S("\xE7\x03\0\0\0\0\0\0"), S("0x3e7")},
        {EVTX_HEX64, S("\0\0\0\0\0\0\0\x80"), S("0x8000000000000000")},
    };
    char out[256];

    for (size_t i = 0; i < countof(cases); i++) {
        uint8_t bytes[64 + VALUE_PADDING] = {0};
        memcpy(bytes, cases[i].bytes.p, cases[i].bytes.n);
        size_t n = evtx_value_text(cases[i].type, bytes, cases[i].bytes.n, out);
        assert_int_equal(n, cases[i].text.n);
        assert_memory_equal(out, cases[i].text.p, n);
    }
}

static void shows_bytes_where_the_size_does_not_fit_the_type(void **state)
{
    (void)state;
    static const uint8_t types[] = {EVTX_UINT32, EVTX_GUID,       EVTX_REAL64, EVTX_BOOL,
                                    EVTX_HEX64,  EVTX_SYSTEMTIME, EVTX_SID,    0x7F};
    char out[256];

    for (size_t i = 0; i < countof(types); i++) {
        size_t n = evtx_value_text(types[i], (const uint8_t *)"\x01\x02\xFE", 3, out);
        assert_int_equal(n, 6);
        assert_memory_equal(out, "0102FE", 6);
    }
}

static void reads_a_sid_only_as_far_as_it_goes(void **state)
{
    (void)state;
    char out[256];
    size_t n = evtx_value_text(EVTX_SID, (const uint8_t *)"\1\xFF\0\0\0\0\0\5\0\0\0\0", 12, out);

    assert_int_equal(n, 24); /* in hex: it says 255 parts and has one */
}

static void names_system_fields_by_element_and_attribute(void **state)
{
    struct fixture *f = *state;

    add_event(f->w, 5, S("C:\\a.exe"));
    struct event *ev = one_event(f);
    assert_field(ev, "Provider_Name", "Test");
    assert_field(ev, "EventID", "7");
    assert_int_equal(ev->fields[event_find(ev, S("EventID"))].type, VALUE_NUMBER);
    assert_field(ev, "Channel", "System");
    assert_field(ev, "Image", "C:\\a.exe");
    assert_no_field(ev, "Event_xmlns");
    assert_no_field(ev, "Correlation_ActivityID");
}

static void takes_time_and_number_from_the_xml(void **state)
{
    struct fixture *f = *state;

    add_event(f->w, 77, S("x"));
    struct event *ev = one_event(f);
    assert_true(ev->has_time);
    assert_int_equal(ev->time_ns, 1714817472123456700);
    assert_int_equal(ev->time_digits, 7);
    assert_int_equal(ev->from.record, 77);
    assert_int_equal(ev->from.offset, FIRST_CHUNK + 512);
    assert_false(ev->from.recovered);
    assert_str(ev->from.file, "drive");
}

static void takes_the_time_of_writing_where_the_xml_has_none(void **state)
{
    struct fixture *f = *state;

    evtx_begin_record(f->w, 9, 116444736000000000 + 10000000);
    evtx_fragment(f->w);
    evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(f->w);
    evtx_open_element(f->w, S("EventData"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(f->w);
    open_data(f->w, S("A"));
    evtx_text(f->w, S("1"));
    evtx_close_element(f->w);
    end_plain(f->w);
    struct event *ev = one_event(f);
    assert_true(ev->has_time);
    assert_int_equal(ev->time_ns, 1000000000);
    assert_int_equal(ev->from.record, 9);
}

static void takes_blanks_out_of_data_names(void **state)
{
    struct fixture *f = *state;

    begin_plain(f->w, S("EventData"));
    open_data(f->w, S("Threat  Name "));
    evtx_text(f->w, S("a b"));
    evtx_close_element(f->w);
    end_plain(f->w);
    assert_field(one_event(f), "ThreatName", "a b");
}

static void gives_unnamed_data_as_values_of_one_name(void **state)
{
    struct fixture *f = *state;

    begin_plain(f->w, S("EventData"));
    for (int i = 0; i < 3; i++) {
        open_data(f->w, (str){0});
        evtx_text(f->w, (str){&"abc"[i], 1});
        evtx_close_element(f->w);
    }
    end_plain(f->w);
    struct event *ev = one_event(f);
    uint32_t at = event_find(ev, S("Data"));
    assert_str(ev->fields[at].value, "a");
    at = event_next(ev, at);
    assert_str(ev->fields[at].value, "b");
    at = event_next(ev, at);
    assert_str(ev->fields[at].value, "c");
    assert_int_equal(event_next(ev, at), ev->field_count);
}

static void names_user_data_by_the_innermost_element(void **state)
{
    struct fixture *f = *state;

    begin_plain(f->w, S("UserData"));
    evtx_open_element(f->w, S("EventXML"), EVTX_NO_DEPENDENCY, true);
    evtx_attribute(f->w, S("xmlns"));
    evtx_text(f->w, S("Event_NS"));
    evtx_close_start(f->w);
    evtx_open_element(f->w, S("Param1"), EVTX_NO_DEPENDENCY, true);
    evtx_attribute(f->w, S("unit"));
    evtx_text(f->w, S("ms"));
    evtx_close_start(f->w);
    evtx_text(f->w, S("5"));
    evtx_close_element(f->w);
    evtx_open_element(f->w, S("Param2"), EVTX_NO_DEPENDENCY, false);
    evtx_close_empty(f->w);
    evtx_close_element(f->w);
    end_plain(f->w);
    struct event *ev = one_event(f);
    assert_field(ev, "Param1", "5");
    assert_field(ev, "Param1_unit", "ms");
    assert_field(ev, "Param2", "");
    assert_no_field(ev, "EventXML");
    assert_no_field(ev, "EventXML_xmlns");
}

static void keeps_systems_value_first_where_the_data_has_the_same_name(void **state)
{
    struct fixture *f = *state;

    begin_plain(f->w, S("System"));
    evtx_open_element(f->w, S("Channel"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(f->w);
    evtx_text(f->w, S("System"));
    evtx_close_element(f->w);
    evtx_close_element(f->w);
    evtx_open_element(f->w, S("UserData"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(f->w);
    evtx_open_element(f->w, S("Channel"), EVTX_NO_DEPENDENCY, false);
    evtx_close_start(f->w);
    evtx_text(f->w, S("Security"));
    evtx_close_element(f->w);
    end_plain(f->w);
    struct event *both = one_event(f);
    uint32_t at = event_find(both, S("Channel"));
    assert_str(both->fields[at].value, "System");
    assert_str(both->fields[event_next(both, at)].value, "Security");
}

static void joins_text_characters_entities_and_cdata(void **state)
{
    struct fixture *f = *state;

    begin_plain(f->w, S("EventData"));
    open_data(f->w, S("A"));
    evtx_text(f->w, S("1 "));
    evtx_entity(f->w, S("lt"));
    evtx_instruction(f->w, S("target"), S("not shown"));
    evtx_character(f->w, 0xE9);
    evtx_cdata(f->w, S("<b>"));
    evtx_entity(f->w, S("nbsp"));
    evtx_close_element(f->w);
    end_plain(f->w);
    assert_field(one_event(f), "A", "1 <\xC3\xA9<b>&nbsp;");
}

static void leaves_out_an_optional_null_and_keeps_another_as_empty(void **state)
{
    static const str names[] = {S("A"), S("B")};
    struct fixture *f = *state;

    for (int optional = 0; optional < 2; optional++) {
        begin_holes(f->w, optional ? S("optional") : S("normal"), names, 2, optional);
        evtx_value(f->w, EVTX_NULL, NULL, 0);
        evtx_string_value(f->w, S("b"));
        end_holes(f->w);
    }
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.event_count, 2);
    assert_field(&f->seen.events[0], "A", "");
    assert_no_field(&f->seen.events[1], "A");
    assert_field(&f->seen.events[1], "B", "b");
}

static void gives_arrays_as_several_values(void **state)
{
    static const str names[] = {S("Strings"), S("Numbers"), S("Sids"), S("None")};
    static const uint8_t sids[] = "\1\1\0\0\0\0\0\5\x12\0\0\0\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0";
    struct fixture *f = *state;

    begin_holes(f->w, S("arrays"), names, 4, false);
    evtx_value(f->w, EVTX_STRING | EVTX_ARRAY, "a\0\0\0\0\0b\0", 8);
    evtx_value(f->w, EVTX_UINT16 | EVTX_ARRAY, "\1\0\2\0", 4);
    evtx_value(f->w, EVTX_SID | EVTX_ARRAY, sids, 28);
    evtx_value(f->w, EVTX_STRING | EVTX_ARRAY, NULL, 0);
    end_holes(f->w);
    struct event *ev = one_event(f);
    uint32_t at = event_find(ev, S("Strings"));
    assert_str(ev->fields[at].value, "a");
    at = event_next(ev, at);
    assert_str(ev->fields[at].value, "");
    at = event_next(ev, at);
    assert_str(ev->fields[at].value, "b");
    at = event_find(ev, S("Numbers"));
    assert_str(ev->fields[event_next(ev, at)].value, "2");
    at = event_find(ev, S("Sids"));
    assert_str(ev->fields[at].value, "S-1-5-18");
    assert_str(ev->fields[event_next(ev, at)].value, "S-1-5-32-544");
    at = event_find(ev, S("None"));
    assert_int_equal(ev->fields[at].type, VALUE_NULL);
}

static void leaves_out_an_element_whose_dependency_is_null(void **state)
{
    struct fixture *f = *state;

    for (int present = 0; present < 2; present++) {
        evtx_begin_record(f->w, 1, 0);
        evtx_fragment(f->w);
        if (evtx_instance(f->w, S("guarded"))) {
            evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_open_element(f->w, S("UserData"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_open_element(f->w, S("A"), 0, false);
            evtx_close_start(f->w);
            evtx_text(f->w, S("value "));
            evtx_hole(f->w, 0, EVTX_STRING, false);
            evtx_close_element(f->w);
            evtx_open_element(f->w, S("B"), EVTX_NO_DEPENDENCY, false);
            evtx_close_empty(f->w);
            evtx_close_element(f->w);
            evtx_close_element(f->w);
            evtx_end_definition(f->w);
        }
        evtx_begin_values(f->w, 1);
        if (present)
            evtx_string_value(f->w, S("5"));
        else
            evtx_value(f->w, EVTX_NULL, NULL, 0);
        end_holes(f->w);
    }
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_no_field(&f->seen.events[0], "A");
    assert_field(&f->seen.events[0], "B", "");
    assert_field(&f->seen.events[1], "A", "value 5");
}

static void takes_a_data_name_from_a_hole(void **state)
{
    struct fixture *f = *state;

    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    if (evtx_instance(f->w, S("named by a hole"))) {
        evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(f->w);
        evtx_open_element(f->w, S("EventData"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(f->w);
        evtx_open_element(f->w, S("Data"), EVTX_NO_DEPENDENCY, true);
        evtx_attribute(f->w, S("Name"));
        evtx_hole(f->w, 0, EVTX_STRING, false);
        evtx_close_start(f->w);
        evtx_hole(f->w, 1, EVTX_UINT32, false);
        evtx_close_element(f->w);
        evtx_close_element(f->w);
        evtx_close_element(f->w);
        evtx_end_definition(f->w);
    }
    evtx_begin_values(f->w, 2);
    evtx_string_value(f->w, S("Process Id"));
    evtx_value(f->w, EVTX_UINT32, "\4\0\0\0", 4);
    end_holes(f->w);
    assert_field(one_event(f), "ProcessId", "4");
}

/* XML within a value has no dependency where it is not a template's. */
static void reads_plain_xml_in_a_value(void **state)
{
    struct fixture *f = *state;

    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    if (evtx_instance(f->w, S("outer"))) {
        evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(f->w);
        evtx_hole(f->w, 0, EVTX_BINXML, true);
        evtx_close_element(f->w);
        evtx_end_definition(f->w);
    }
    evtx_begin_values(f->w, 1);
    evtx_begin_nested(f->w);
    evtx_raw(f->w, "\x01\0\0\0\0", 5); /* an element without dependency, its size unknown */
    size_t offset = evtx_at(f->w) + 4;
    uint8_t name[30] = {[0] = (uint8_t)offset, [1] = (uint8_t)(offset >> 8), [10] = 9};
    uint16_t hash = 0;
    for (size_t i = 0; i < 9; i++) {
        name[12 + 2 * i] = (uint8_t) "EventData"[i];
        hash = (uint16_t)(hash * 65599u + (uint8_t) "EventData"[i]);
    }
    name[8] = (uint8_t)hash;
    name[9] = (uint8_t)(hash >> 8);
    evtx_raw(f->w, name, sizeof name);
    evtx_raw(f->w, "\0\0\2", 3); /* the name's NUL, and the start tag's end */
    open_data(f->w, S("A"));
    evtx_text(f->w, S("inner"));
    evtx_close_element(f->w);
    evtx_raw(f->w, "\4\0", 2);
    evtx_end_nested(f->w);
    end_holes(f->w);
    assert_field(one_event(f), "A", "inner");
}

static void reads_templates_within_templates(void **state)
{
    struct fixture *f = *state;

    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    for (int level = 0; level < 5; level++) {
        if (evtx_instance(f->w, level ? S("element") : S("event"))) {
            evtx_open_element(f->w, level ? S("Part") : S("Event"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_hole(f->w, 0, EVTX_BINXML, true);
            evtx_close_element(f->w);
            evtx_end_definition(f->w);
        }
        evtx_begin_values(f->w, 1);
        if (level < 4)
            evtx_begin_nested(f->w);
        else
            evtx_string_value(f->w, S("deep"));
    }
    for (int level = 0; level < 4; level++)
        evtx_end_nested(f->w);
    end_holes(f->w);
    assert_field(one_event(f), "Part", "deep");
}

/* Another file may use the same GUID for another definition. */
static void tells_definitions_apart_that_share_their_guid(void **state)
{
    static const str first[] = {S("Aaaa")}, second[] = {S("Bbbb")};
    struct fixture *f = *state;

    begin_holes(f->w, S("key"), first, 1, false);
    evtx_string_value(f->w, S("1"));
    end_holes(f->w);
    evtx_next_chunk(f->w);
    begin_holes(f->w, S("key"), second, 1, false);
    evtx_string_value(f->w, S("2"));
    end_holes(f->w);
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_field(&f->seen.events[0], "Aaaa", "1");
    assert_field(&f->seen.events[1], "Bbbb", "2");
}

static void gives_the_same_events_for_every_batch_size(void **state)
{
    static const size_t steps[] = {4096, 65536, 70000, 200000};
    struct fixture *f = *state;

    for (uint64_t id = 1; id <= 60; id++) {
        add_event(f->w, id, S("x"));
        if (id % 10 == 0)
            evtx_next_chunk(f->w);
    }
    str file = evtx_finish(f->w);
    for (size_t i = 0; i < countof(steps); i++) {
        see(&f->seen, file, steps[i]);
        assert_int_equal(f->seen.event_count, 60);
        assert_int_equal(f->seen.problem_count, 0);
        assert_int_equal(f->seen.events[59].from.record, 60);
    }
}

static void knows_its_files_and_no_others(void **state)
{
    struct fixture *f = *state;

    add_event(f->w, 1, S("x"));
    str file = evtx_finish(f->w);
    assert_int_equal(format_evtx.sniff(&format_evtx, file), 100);
    assert_true(format_evtx.sniff(&format_evtx, str_from_at(file, FIRST_CHUNK)) > 0);
    assert_int_equal(format_evtx.sniff(&format_evtx, S("ElfFilm\0")), 0);
    assert_int_equal(format_evtx.sniff(&format_evtx, S("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_each_type_as_windows_does),
        TEST(shows_bytes_where_the_size_does_not_fit_the_type),
        TEST(reads_a_sid_only_as_far_as_it_goes),
        TEST(names_system_fields_by_element_and_attribute),
        TEST(takes_time_and_number_from_the_xml),
        TEST(takes_the_time_of_writing_where_the_xml_has_none),
        TEST(takes_blanks_out_of_data_names),
        TEST(gives_unnamed_data_as_values_of_one_name),
        TEST(names_user_data_by_the_innermost_element),
        TEST(keeps_systems_value_first_where_the_data_has_the_same_name),
        TEST(joins_text_characters_entities_and_cdata),
        TEST(leaves_out_an_optional_null_and_keeps_another_as_empty),
        TEST(gives_arrays_as_several_values),
        TEST(leaves_out_an_element_whose_dependency_is_null),
        TEST(takes_a_data_name_from_a_hole),
        TEST(reads_plain_xml_in_a_value),
        TEST(reads_templates_within_templates),
        TEST(tells_definitions_apart_that_share_their_guid),
        TEST(gives_the_same_events_for_every_batch_size),
        TEST(knows_its_files_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
