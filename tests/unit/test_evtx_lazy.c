/* EVTX read lazily: raw values and their codec, and the layouts that events share. */
#include "../lazy_check.h"
#include "evtx_fixture.h"

#include "formats/evtx_layout.h"

enum { SIZE_MAX_TESTED = 64, ROUNDS = 40, ROOM = 1024 };

struct values {
    uint64_t random;
    uint8_t bytes[SIZE_MAX_TESTED + VALUE_PADDING];
};

static uint8_t next_byte(struct values *v)
{
    v->random = v->random * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(v->random >> 56);
}

/* Bytes that look like values of the kind now and then: text, small numbers, SIDs. */
static void fill(struct values *v, int round)
{
    for (size_t i = 0; i < sizeof v->bytes; i++) {
        uint8_t byte = next_byte(v);
        v->bytes[i] = round % 4 == 1 && i % 2 ? 0 : round % 4 == 2 ? byte & 0x7F : byte;
    }
    if (round % 4 == 3)
        memset(v->bytes + round % 20, 0, sizeof v->bytes - (size_t)(round % 20));
    if (round % 5 == 0)
        v->bytes[1] = (uint8_t)(round % 4);
}

static void the_codec_gives_the_text_of_every_type_and_size(void **state)
{
    struct values v = {.random = 1};
    char want[ROOM], got[ROOM];

    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t type = 0; type <= UINT8_MAX; type++)
            for (size_t n = 0; n <= SIZE_MAX_TESTED; n++) {
                fill(&v, round);
                struct field f = {.value = {(const char *)v.bytes, n},
                                  .flags = (uint16_t)(FIELD_RAW | type << FIELD_CODING_SHIFT)};
                if (!evtx_is_raw((uint8_t)type, n))
                    continue;
                size_t want_n = evtx_value_text((uint8_t)type, v.bytes, n, want);
                size_t got_n = evtx_codec.text(&f, got);
                assert_true(got_n <= evtx_codec.room(&f));
                assert_int_equal(got_n, want_n);
                assert_memory_equal(got, want, want_n);
            }
}

static void folded_values_are_the_folded_text(void **state)
{
    struct values v = {.random = 2};
    char text[ROOM], want[2 * ROOM], got[ROOM];

    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t type = 0; type <= UINT8_MAX; type++)
            for (size_t n = 0; n <= SIZE_MAX_TESTED; n++) {
                fill(&v, round);
                str s = {text, evtx_value_text((uint8_t)type, v.bytes, n, text)};
                size_t want_n = utf8_fold_str(s, want);
                assert_int_equal(evtx_value_folded((uint8_t)type, v.bytes, n, got), want_n);
                assert_memory_equal(got, want, want_n);
            }
}

/* engine/ looks at the first byte of raw values for letters. */
static void no_raw_value_hides_a_letter_at_its_beginning(void **state)
{
    struct values v = {.random = 3};
    char text[ROOM];

    (void)state;
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t type = 0; type <= UINT8_MAX; type++)
            for (size_t n = 1; n <= SIZE_MAX_TESTED; n++) {
                fill(&v, round);
                if (!evtx_is_raw((uint8_t)type, n) ||
                    !evtx_value_text((uint8_t)type, v.bytes, n, text) || !lazy_is_letter(text[0]))
                    continue;
                assert_int_equal(text[0], v.bytes[0]);
            }
}

static void sizes_that_do_not_fit_their_type_are_not_raw(void **state)
{
    (void)state;
    assert_true(evtx_is_raw(EVTX_UINT32, 4));
    assert_false(evtx_is_raw(EVTX_UINT32, 3));
    assert_true(evtx_is_raw(EVTX_GUID, 16));
    assert_false(evtx_is_raw(EVTX_GUID, 31)); /* nor any that share its bit */
    assert_false(evtx_is_raw(EVTX_GUID, 48));
    assert_true(evtx_is_raw(EVTX_STRING, 3));
    assert_false(evtx_is_raw(EVTX_NULL, 0));
}

/* An instance of a template with these holes, named A, B, C, ...; a type 0 is null. */
static void add_record(struct evtx_writer *w, const uint8_t *types, uint16_t count, bool optional)
{
    static const char *const bytes = "\x41\0\x5A\0\0\0\x42\0\1\2\3\4\5\6\7\x08";

    evtx_begin_record(w, 1, 0);
    evtx_fragment(w);
    if (evtx_instance(w, optional ? S("optional") : S("all"))) {
        evtx_open_element(w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(w);
        evtx_open_element(w, S("EventData"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(w);
        for (uint16_t i = 0; i < count; i++) {
            evtx_open_element(w, S("Data"), i % 3 == 1 ? i : EVTX_NO_DEPENDENCY, true);
            evtx_attribute(w, S("Name"));
            evtx_text(w, (str){&"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i], 1});
            evtx_close_start(w);
            evtx_hole(w, i, EVTX_STRING, optional);
            evtx_close_element(w);
        }
        evtx_close_element(w);
        evtx_close_element(w);
        evtx_end_definition(w);
    }
    evtx_begin_values(w, count);
    for (uint16_t i = 0; i < count; i++) {
        size_t width = evtx_element_size(types[i]);
        evtx_value(w, types[i], bytes, types[i] == EVTX_NULL ? 0 : width ? width : 8);
    }
    evtx_end_fragment(w);
    assert_true(evtx_end_record(w));
}

/* The layouts of the events, lazily read. */
struct layouts {
    uint32_t numbers[SEEN_MAX], count;
};

static void see_layout(void *ctx, struct event *ev)
{
    struct layouts *l = ctx;

    assert_true(l->count < SEEN_MAX);
    l->numbers[l->count++] = ev->layout;
}

static void ignore_problem(void *ctx, const struct problem *p)
{
    (void)ctx, (void)p;
}

static void see_layouts(struct fixture *f, struct layouts *ret)
{
    struct decode_sink sink = {
        .ctx = ret, .lazy = true, .event = see_layout, .problem = ignore_problem};

    ret->count = 0;
    format_drive(&format_evtx, evtx_finish(f->w), WHOLE, &sink, NULL);
}

static void events_of_the_same_names_share_a_layout(void **state)
{
    static const uint8_t a[] = {EVTX_STRING, EVTX_UINT32, EVTX_GUID};
    static const uint8_t b[] = {EVTX_UINT16, EVTX_STRING, EVTX_STRING};
    struct fixture *f = *state;
    struct layouts l;

    add_record(f->w, a, 3, true);
    add_record(f->w, b, 3, true);
    see_layouts(f, &l);
    assert_int_equal(l.count, 2);
    assert_int_not_equal(l.numbers[0], 0);
    assert_int_equal(l.numbers[0], l.numbers[1]);
}

static void an_absent_value_makes_another_layout(void **state)
{
    static const uint8_t all[] = {EVTX_STRING, EVTX_UINT32, EVTX_GUID};
    static const uint8_t first[] = {EVTX_STRING, EVTX_UINT32, EVTX_NULL};
    static const uint8_t last[] = {EVTX_NULL, EVTX_UINT32, EVTX_GUID};
    struct fixture *f = *state;
    struct layouts l;

    add_record(f->w, all, 3, true);
    add_record(f->w, first, 3, true);
    add_record(f->w, last, 3, true);
    add_record(f->w, first, 3, true);
    see_layouts(f, &l);
    assert_int_not_equal(l.numbers[0], l.numbers[1]);
    assert_int_not_equal(l.numbers[0], l.numbers[2]);
    assert_int_not_equal(l.numbers[1], l.numbers[2]);
    assert_int_equal(l.numbers[1], l.numbers[3]);
}

static void the_number_of_an_arrays_elements_makes_another_layout(void **state)
{
    static const uint8_t one[] = {EVTX_UINT16 | EVTX_ARRAY};
    struct fixture *f = *state;
    struct layouts l;

    for (uint16_t elements = 0; elements < 4; elements++) {
        evtx_begin_record(f->w, 1, 0);
        evtx_fragment(f->w);
        if (evtx_instance(f->w, S("array"))) {
            evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_open_element(f->w, S("EventData"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_hole(f->w, 0, one[0], false);
            evtx_close_element(f->w);
            evtx_close_element(f->w);
            evtx_end_definition(f->w);
        }
        evtx_begin_values(f->w, 1);
        evtx_value(f->w, one[0], "\1\0\2\0\3\0", 2 * (elements % 3 + 1));
        evtx_end_fragment(f->w);
        assert_true(evtx_end_record(f->w));
    }
    see_layouts(f, &l);
    assert_int_equal(l.count, 4);
    assert_int_not_equal(l.numbers[0], l.numbers[1]);
    assert_int_not_equal(l.numbers[1], l.numbers[2]);
    assert_int_equal(l.numbers[0], l.numbers[3]);
}

static uint32_t number_of(struct evtx_layouts *l, uint32_t word, uint32_t choices)
{
    struct evtx_layout_key k;

    evtx_layout_begin(&k);
    evtx_layout_note(&k, EVTX_WORD_PROGRAM, word);
    for (uint32_t i = 0; i < choices; i++)
        evtx_layout_choice(&k, false);
    return evtx_layout_number(l, &k);
}

static void a_full_table_gives_no_more_numbers_and_keeps_the_old_ones(void **state)
{
    struct evtx_layouts *l = evtx_layouts_new();
    uint32_t first = number_of(l, 1, 0), last = 0;

    (void)state;
    for (uint32_t i = 2; i <= EVTX_LAYOUTS_MAX; i++)
        last = number_of(l, i, 0);
    assert_int_not_equal(last, 0);
    assert_int_equal(number_of(l, EVTX_LAYOUTS_MAX + 1, 0), 0);
    assert_int_equal(number_of(l, 1, 0), first);
    assert_int_equal(number_of(l, EVTX_LAYOUTS_MAX, 0), last);
    evtx_layouts_free(l);
}

static void choices_are_counted_even_when_none_is_taken(void **state)
{
    struct evtx_layouts *l = evtx_layouts_new();
    uint32_t before = number_of(l, 1, 0);

    (void)state;
    for (uint32_t choices = 1; choices < 200; choices++) {
        uint32_t number = number_of(l, 1, choices);
        assert_int_not_equal(number, before);
        before = number;
    }
    assert_int_equal(number_of(l, 1, 32 * EVTX_LAYOUT_WORDS_MAX), 0); /* too long */
    evtx_layouts_free(l);
}

/* Records of every kind: types in any order, nulls, plain XML, several chunks. */
static str many_records(struct fixture *f)
{
    static const uint8_t kinds[] = {EVTX_NULL,
                                    EVTX_STRING,
                                    EVTX_ANSI,
                                    EVTX_INT8,
                                    EVTX_UINT16,
                                    EVTX_INT32,
                                    EVTX_UINT64,
                                    EVTX_REAL32,
                                    EVTX_REAL64,
                                    EVTX_BOOL,
                                    EVTX_BINARY,
                                    EVTX_GUID,
                                    EVTX_SIZE,
                                    EVTX_FILETIME,
                                    EVTX_SYSTEMTIME,
                                    EVTX_SID,
                                    EVTX_HEX32,
                                    EVTX_HEX64,
                                    EVTX_STRING | EVTX_ARRAY,
                                    EVTX_UINT16 | EVTX_ARRAY,
                                    EVTX_ANSI | EVTX_ARRAY,
                                    0x7F};
    uint8_t types[26];

    for (uint32_t i = 0; i < 60; i++) {
        for (uint32_t k = 0; k < countof(types); k++)
            types[k] = kinds[(i * (k + 1) + k * k) % countof(kinds)];
        add_record(f->w, types, countof(types), i % 2);
        add_event(f->w, i, i % 3 ? S("caf\xC3\xA9") : S("C:\\Windows\\x.exe"));
        if (i % 20 == 19)
            evtx_next_chunk(f->w);
    }
    return evtx_finish(f->w);
}

static void lazy_events_settle_to_what_is_read_at_once(void **state)
{
    static const size_t steps[] = {4096, 65536, 70000, WHOLE};
    struct fixture *f = *state;
    struct lazy_check c;

    lazy_check_init(&c);
    str file = many_records(f);
    for (size_t i = 0; i < countof(steps); i++)
        assert_true(lazy_check_bytes(&c, &format_evtx, file, steps[i]));
    assert_int_equal(c.read, 120 * countof(steps));
    assert_true(c.raw > 10 * c.read);
    assert_int_equal(c.with_layout, c.read);
    lazy_check_done(&c);
}

/* A track of an earlier record must not be taken for these: each differs in one respect. */
static void values_that_differ_a_little_are_not_taken_for_the_same(void **state)
{
    static const uint8_t types[][4] = {
        {EVTX_STRING, EVTX_UINT32, EVTX_GUID, EVTX_SID},
        {EVTX_STRING, EVTX_HEX32, EVTX_GUID, EVTX_SID},
        {EVTX_STRING, EVTX_UINT32, EVTX_BINARY, EVTX_SID},
        {EVTX_STRING, EVTX_UINT32, EVTX_GUID, EVTX_BOOL},
        {EVTX_ANSI, EVTX_UINT32, EVTX_GUID, EVTX_SID},
        {EVTX_STRING, EVTX_NULL, EVTX_GUID, EVTX_SID},
        {EVTX_STRING, EVTX_UINT32, EVTX_NULL, EVTX_SID},
        {EVTX_STRING, EVTX_UINT32 | EVTX_ARRAY, EVTX_GUID, EVTX_SID},
    };
    struct fixture *f = *state;
    struct lazy_check c;

    for (uint32_t i = 0; i < 4 * countof(types); i++)
        add_record(f->w, types[i * 3 / 2 % countof(types)], 4, i % 2);
    lazy_check_init(&c);
    assert_true(lazy_check_bytes(&c, &format_evtx, evtx_finish(f->w), WHOLE));
    assert_int_equal(c.read, 4 * countof(types));
    lazy_check_done(&c);
}

/* A number of the wrong size is shown in hex, and that is never raw. */
static void a_wrong_size_of_a_number_is_not_taken_for_the_right_one(void **state)
{
    static const size_t sizes[] = {4, 4, 3, 4, 5, 8, 4};
    struct fixture *f = *state;
    struct lazy_check c;

    for (size_t i = 0; i < countof(sizes); i++) {
        evtx_begin_record(f->w, i + 1, 0);
        evtx_fragment(f->w);
        if (evtx_instance(f->w, S("number"))) {
            evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_open_element(f->w, S("UserData"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_open_element(f->w, S("A"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_hole(f->w, 0, EVTX_UINT32, false);
            evtx_close_element(f->w);
            evtx_close_element(f->w);
            evtx_close_element(f->w);
            evtx_end_definition(f->w);
        }
        evtx_begin_values(f->w, 1);
        evtx_value(f->w, EVTX_UINT32, "\xAB\xCD\xEF\1\2\3\4\5", sizes[i]);
        evtx_end_fragment(f->w);
        assert_true(evtx_end_record(f->w));
    }
    lazy_check_init(&c);
    assert_true(lazy_check_bytes(&c, &format_evtx, evtx_finish(f->w), WHOLE));
    assert_int_equal(c.read, countof(sizes));
    assert_int_equal(c.raw, countof(sizes) - 2);
    lazy_check_done(&c);
}

static void lazy_events_are_the_same_in_damaged_files(void **state)
{
    struct fixture *f = *state;
    struct values v = {.random = 4};
    struct lazy_check c;

    lazy_check_init(&c);
    str file = many_records(f);
    char *damaged = malloc(file.n);
    assert_non_null(damaged);
    for (int round = 0; round < 60; round++) {
        memcpy(damaged, file.p, file.n);
        for (int i = 0; i < 1 + round % 30; i++) {
            size_t at = ((size_t)next_byte(&v) << 16 | (size_t)next_byte(&v) << 8 | next_byte(&v));
            damaged[at % file.n] = (char)next_byte(&v);
        }
        if (round % 4 == 3) /* some bytes of a chunk are gone */
            memmove(damaged + 6000, damaged + 6100, file.n - 6100);
        assert_true(lazy_check_bytes(&c, &format_evtx, (str){damaged, file.n}, WHOLE));
    }
    free(damaged);
    lazy_check_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_codec_gives_the_text_of_every_type_and_size),
        cmocka_unit_test(folded_values_are_the_folded_text),
        cmocka_unit_test(no_raw_value_hides_a_letter_at_its_beginning),
        cmocka_unit_test(sizes_that_do_not_fit_their_type_are_not_raw),
        TEST(events_of_the_same_names_share_a_layout),
        TEST(an_absent_value_makes_another_layout),
        TEST(the_number_of_an_arrays_elements_makes_another_layout),
        cmocka_unit_test(a_full_table_gives_no_more_numbers_and_keeps_the_old_ones),
        cmocka_unit_test(choices_are_counted_even_when_none_is_taken),
        TEST(lazy_events_settle_to_what_is_read_at_once),
        TEST(values_that_differ_a_little_are_not_taken_for_the_same),
        TEST(a_wrong_size_of_a_number_is_not_taken_for_the_right_one),
        TEST(lazy_events_are_the_same_in_damaged_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
