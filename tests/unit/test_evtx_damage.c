/* EVTX: files that are damaged, unclosed, cut off or hostile. What is whole is read; what is not is
 * counted and located. */
#include "evtx_fixture.h"

#include "base/mem.h"
#include "formats/evtx_record.h"

enum { HEADER_LAST_ID = 32, HEADER_FREE = 48, FILE_CHUNKS = 42, FILE_FLAGS = 120 };

static const uint64_t one_to_nine[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

/* Three chunks of three events each, numbered from 1; the caller frees it. */
static uint8_t *nine_events(struct fixture *f, size_t *ret_n)
{
    for (uint64_t id = 1; id <= 9; id++) {
        add_event(f->w, id, S("a value that is long enough to be found again"));
        if (id % 3 == 0)
            evtx_next_chunk(f->w);
    }
    str file = evtx_finish(f->w);
    assert_int_equal(file.n, FIRST_CHUNK + 3 * CHUNK_BYTES);
    *ret_n = file.n;
    uint8_t *copy = mem_alloc(file.n);
    memcpy(copy, file.p, file.n);
    return copy;
}

static void see_bytes(struct fixture *f, const uint8_t *file, size_t n)
{
    see(&f->seen, (str){(const char *)file, n}, WHOLE);
}

/* The offset in the file of the n-th record, from 0, of a chunk. */
static size_t record_at(const uint8_t *file, size_t chunk, size_t n)
{
    size_t at = FIRST_CHUNK + chunk * CHUNK_BYTES + 512;

    while (n-- > 0)
        at += le32(file + at + 4);
    return at;
}

static size_t chunk_at(size_t chunk)
{
    return FIRST_CHUNK + chunk * CHUNK_BYTES;
}

static void reads_a_log_that_was_not_closed(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);

    file[FILE_FLAGS] = 1; /* dirty */
    file[FILE_CHUNKS] = 1;
    evtx_seal(file, n);
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_int_equal(f->seen.problem_count, 0);
    free(file);
}

static void reports_a_wrong_header_checksum_and_reads_on(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);

    file[124] ^= 1;
    file[chunk_at(1) + 124] ^= 1;
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_int_equal(f->seen.problem_count, 2);
    assert_problem(&f->seen, PROBLEM_damaged, "checksum of the file header");
    assert_problem(&f->seen, PROBLEM_damaged, "checksum of a chunk header");
    assert_int_equal(f->seen.problems[1].offset, chunk_at(1));
    free(file);
}

static void locates_a_zeroed_chunk_and_reads_its_neighbours(void **state)
{
    static const uint64_t ids[] = {1, 2, 3, 7, 8, 9};
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);

    memset(file + chunk_at(1), 0, CHUNK_BYTES);
    see_bytes(f, file, n);
    assert_ids(&f->seen, ids, 6);
    assert_int_equal(f->seen.problem_count, 1);
    assert_problem(&f->seen, PROBLEM_damaged, "zeros");
    assert_int_equal(f->seen.problems[0].offset, chunk_at(1));
    assert_int_equal(f->seen.problems[0].length, CHUNK_BYTES);
    free(file);
}

static void takes_zeros_behind_the_last_chunk_for_room_not_yet_used(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n), *longer = mem_alloc(n + 3 * CHUNK_BYTES + 1000);

    memcpy(longer, file, n);
    see_bytes(f, longer, n + 3 * CHUNK_BYTES + 1000);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_int_equal(f->seen.problem_count, 0);
    free(longer);
    free(file);
}

static void recovers_records_of_a_chunk_without_its_header(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);

    memset(file + chunk_at(1), 0, 512);
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_false(f->seen.events[2].from.recovered);
    assert_true(f->seen.events[3].from.recovered);
    assert_false(f->seen.events[6].from.recovered);
    assert_int_equal(f->seen.events[3].from.offset, chunk_at(1) + 512);
    assert_problem(&f->seen, PROBLEM_damaged, "no chunk");
    free(file);
}

/* The offsets in the records are those of the chunk whose first bytes are not there. */
static void recovers_records_behind_a_loss_at_a_chunks_beginning(void **state)
{
    struct fixture *f = *state;
    size_t n, lost = 300;
    uint8_t *file = nine_events(f, &n);

    memmove(file + chunk_at(1), file + chunk_at(1) + lost, n - chunk_at(1) - lost);
    see_bytes(f, file, n - lost);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_field(&f->seen.events[4], "Image", "a value that is long enough to be found again");
    free(file);
}

static void reads_the_chunk_that_follows_lost_bytes(void **state)
{
    static const uint64_t ids[] = {1, 2, 3, 4, 6, 7, 8, 9};
    struct fixture *f = *state;
    size_t n, lost = 50;
    uint8_t *file = nine_events(f, &n), *hole = file + record_at(file, 1, 1) + 60;

    memmove(hole, hole + lost, (size_t)(file + n - hole) - lost);
    see_bytes(f, file, n - lost);
    assert_ids(&f->seen, ids, 8);
    assert_problem(&f->seen, PROBLEM_bad_record, "");
    assert_problem(&f->seen, PROBLEM_damaged, "cut off");
    free(file);
}

static void reads_a_last_chunk_that_is_cut_off(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);
    size_t cut = record_at(file, 2, 2) + 100;

    see_bytes(f, file, cut);
    assert_ids(&f->seen, one_to_nine, 8);
    assert_int_equal(f->seen.problem_count, 1);
    assert_problem(&f->seen, PROBLEM_truncated, "within this record");
    assert_int_equal(f->seen.problems[0].record, 9);
    assert_int_equal(f->seen.problems[0].offset, record_at(file, 2, 2));

    see_bytes(f, file, n - 10); /* in the unused part */
    assert_ids(&f->seen, one_to_nine, 9);
    assert_problem(&f->seen, PROBLEM_truncated, "a chunk that is cut off");

    see_bytes(f, file, 1000); /* in the file header */
    assert_int_equal(f->seen.event_count, 0);
    assert_problem(&f->seen, PROBLEM_truncated, "file header");
    free(file);
}

static void reads_a_record_whose_two_sizes_differ(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);
    size_t at = record_at(file, 0, 1);

    file[at + le32(file + at + 4) - 4] ^= 0x10;
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_int_equal(f->seen.problem_count, 1);
    assert_problem(&f->seen, PROBLEM_damaged, "two sizes");
    assert_int_equal(f->seen.problems[0].record, 2);
    free(file);
}

static void passes_over_a_record_without_magic(void **state)
{
    static const uint64_t ids[] = {1, 3, 4, 5, 6, 7, 8, 9};
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);
    size_t at = record_at(file, 0, 1);

    file[at] = 0;
    see_bytes(f, file, n);
    assert_ids(&f->seen, ids, 8);
    assert_int_equal(f->seen.problem_count, 1);
    assert_problem(&f->seen, PROBLEM_damaged, "no record");
    assert_int_equal(f->seen.problems[0].offset, at);
    assert_int_equal(f->seen.problems[0].length, le32(file + at + 4));
    free(file);
}

/* Makes the records of a chunk from the n-th on leftovers: its header no longer counts them. */
static void shorten_live_part(uint8_t *file, size_t n, size_t chunk, size_t records)
{
    uint8_t *c = file + chunk_at(chunk);
    size_t end = record_at(file, chunk, records) - chunk_at(chunk);

    c[HEADER_FREE] = (uint8_t)end;
    c[HEADER_FREE + 1] = (uint8_t)(end >> 8);
    c[HEADER_LAST_ID] = (uint8_t)(chunk * 3 + records);
    evtx_seal(file, n);
}

static void recovers_whole_records_from_the_slack(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);

    shorten_live_part(file, n, 2, 1);
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_false(f->seen.events[6].from.recovered);
    assert_true(f->seen.events[7].from.recovered);
    assert_true(f->seen.events[8].from.recovered);
    assert_int_equal(f->seen.problem_count, 0);
    free(file);
}

static void leaves_out_older_copies_in_the_slack(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);
    size_t from = record_at(file, 2, 1), size = le32(file + from + 4), to = record_at(file, 2, 3);

    memcpy(file + to, file + from, size); /* of a record of this chunk */
    from = record_at(file, 1, 2);
    memcpy(file + to + size, file + from, le32(file + from + 4)); /* and of the chunk before */
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_int_equal(f->seen.problem_count, 0);
    free(file);
}

static void reports_a_leftover_whose_definition_is_gone(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);
    size_t from = record_at(file, 0, 1), to = record_at(file, 2, 3);

    memcpy(file + to, file + from, le32(file + from + 4));
    file[to + 8] = 200;            /* an id that is nowhere else */
    file[to + 24 + 4 + 2] ^= 0x55; /* another template id */
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_int_equal(f->seen.problem_count, 1);
    assert_problem(&f->seen, PROBLEM_leftover, "definition is gone");
    assert_int_equal(f->seen.problems[0].record, 200);
    assert_int_equal(f->seen.problems[0].offset, to);
    free(file);
}

static void reports_a_live_record_that_cannot_be_read(void **state)
{
    static const uint64_t ids[] = {1, 2, 4, 5, 6, 7, 8, 9};
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);
    size_t at = record_at(file, 0, 2);

    file[at + 24 + 4 + 2] ^= 0x55;
    see_bytes(f, file, n);
    assert_ids(&f->seen, ids, 8);
    assert_int_equal(f->seen.problem_count, 1);
    assert_problem(&f->seen, PROBLEM_bad_record, "definition is gone");
    assert_int_equal(f->seen.problems[0].record, 3);
    free(file);
}

static void believes_no_free_space_offset_beyond_the_chunk(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);

    memset(file + chunk_at(1) + HEADER_FREE, 0xFF, 4);
    memset(file + chunk_at(2) + HEADER_FREE, 0, 4);
    evtx_seal(file, n);
    see_bytes(f, file, n);
    assert_ids(&f->seen, one_to_nine, 9);
    assert_int_equal(f->seen.problem_count, 0);
    free(file);
}

static void takes_no_logged_bytes_for_a_chunk(void **state)
{
    struct fixture *f = *state;
    struct evtx_writer *other = evtx_writer_new();

    add_event(other, 666, S("forged"));
    str forged = evtx_finish(other);
    add_event(f->w, 1, S("before"));
    evtx_begin_record(f->w, 2, 0);
    evtx_fragment(f->w);
    if (evtx_instance(f->w, S("binary"))) {
        evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(f->w);
        evtx_open_element(f->w, S("UserData"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(f->w);
        evtx_hole(f->w, 0, EVTX_BINARY, false);
        evtx_close_element(f->w);
        evtx_close_element(f->w);
        evtx_end_definition(f->w);
    }
    evtx_begin_values(f->w, 1);
    evtx_value(f->w, EVTX_BINARY, forged.p + FIRST_CHUNK, 8192);
    evtx_end_fragment(f->w);
    assert_true(evtx_end_record(f->w));
    add_event(f->w, 3, S("after"));
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_ids(&f->seen, one_to_nine, 3);
    assert_int_equal(f->seen.problem_count, 0);
    evtx_writer_free(other);
}

/* One record of raw bytes behind the fragment's header. */
static void see_raw(struct fixture *f, const void *bytes, size_t n)
{
    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    evtx_raw(f->w, bytes, n);
    assert_true(evtx_end_record(f->w));
    add_event(f->w, 2, S("the neighbour"));
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.event_count, 1);
    assert_int_equal(f->seen.events[0].from.record, 2);
    assert_int_equal(f->seen.problem_count, 1);
    assert_int_equal(f->seen.problems[0].kind, PROBLEM_bad_record);
}

static void refuses_a_definition_outside_of_the_chunk(void **state)
{
    see_raw(*state, "\x0c\x01\x01\x00\x00\x00\xff\xff\xff\x7f\x01\x00\x00\x00", 14);
}

static void refuses_a_name_outside_of_the_chunk(void **state)
{
    see_raw(*state, "\x01\xff\xff\x10\x00\x00\x00\xf0\xff\xff\xff\x02\x04\x00", 14);
}

static void refuses_an_unknown_token(void **state)
{
    see_raw(*state, "\x1f\x1f\x1f", 3);
}

static void refuses_an_end_tag_without_its_element(void **state)
{
    see_raw(*state, "\x04\x04", 2);
}

static void refuses_more_values_than_a_record_holds(void **state)
{
    struct fixture *f = *state;

    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    if (evtx_instance(f->w, S("k"))) {
        evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_empty(f->w);
        evtx_end_definition(f->w);
    }
    evtx_raw(f->w, "\xff\xff\xff\xff\x00\x00\x00\x00", 8);
    assert_true(evtx_end_record(f->w));
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.event_count, 0);
    assert_problem(&f->seen, PROBLEM_bad_record, "more values");
}

static void refuses_a_value_that_ends_behind_its_record(void **state)
{
    struct fixture *f = *state;

    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    if (evtx_instance(f->w, S("k"))) {
        evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_empty(f->w);
        evtx_end_definition(f->w);
    }
    evtx_raw(f->w, "\x01\x00\x00\x00\xff\xff\x01\x00\x00\x00", 10);
    assert_true(evtx_end_record(f->w));
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.event_count, 0);
    assert_problem(&f->seen, PROBLEM_bad_record, "behind its record");
}

static void refuses_elements_nested_too_deeply(void **state)
{
    struct fixture *f = *state;

    for (uint64_t depth = EVTX_ELEMENT_DEPTH_MAX; depth <= EVTX_ELEMENT_DEPTH_MAX + 1; depth++) {
        evtx_begin_record(f->w, depth, 0);
        evtx_fragment(f->w);
        for (uint64_t i = 0; i < depth; i++) {
            if (i < EVTX_ELEMENT_DEPTH_MAX) {
                evtx_open_element(f->w, S("a"), EVTX_NO_DEPENDENCY, false);
                evtx_close_start(f->w);
            } else {
                evtx_raw(f->w, "\x01\xff\xff\0\0\0\0\0\0\0\0\x02\x04", 13);
            }
        }
        evtx_text(f->w, S("x"));
        for (uint64_t i = 0; i < EVTX_ELEMENT_DEPTH_MAX; i++)
            evtx_close_element(f->w);
        evtx_end_fragment(f->w);
        assert_true(evtx_end_record(f->w));
    }
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.event_count, 1);
    assert_int_equal(f->seen.events[0].from.record, EVTX_ELEMENT_DEPTH_MAX);
    assert_problem(&f->seen, PROBLEM_bad_record, "nested too deeply");
}

/* Each level asks for the next one sixteen times: 16 to the power of 15 in all. */
static void stops_values_that_ask_for_each_other_again_and_again(void **state)
{
    struct fixture *f = *state;

    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    for (int level = 0; level < 15; level++) {
        if (evtx_instance(f->w, S("again"))) {
            evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            for (int i = 0; i < 16; i++) {
                evtx_open_element(f->w, S("a"), EVTX_NO_DEPENDENCY, false);
                evtx_close_start(f->w);
                evtx_hole(f->w, 0, EVTX_BINXML, true);
                evtx_close_element(f->w);
            }
            evtx_close_element(f->w);
            evtx_end_definition(f->w);
        }
        evtx_begin_values(f->w, 1);
        if (level < 14)
            evtx_begin_nested(f->w);
        else
            evtx_string_value(f->w, S("x"));
    }
    for (int level = 0; level < 14; level++)
        evtx_end_nested(f->w);
    evtx_end_fragment(f->w);
    assert_true(evtx_end_record(f->w));
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.event_count, 0);
    assert_problem(&f->seen, PROBLEM_bad_record, "more work");
}

static void bounds_what_one_value_may_become(void **state)
{
    struct fixture *f = *state;
    char *value = mem_alloc(30000);
    size_t bytes = 0;

    evtx_begin_record(f->w, 1, 0);
    evtx_fragment(f->w);
    if (evtx_instance(f->w, S("many"))) {
        evtx_open_element(f->w, S("Event"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(f->w);
        evtx_open_element(f->w, S("UserData"), EVTX_NO_DEPENDENCY, false);
        evtx_close_start(f->w);
        for (int i = 0; i < 1000; i++) {
            evtx_open_element(f->w, S("a"), EVTX_NO_DEPENDENCY, false);
            evtx_close_start(f->w);
            evtx_hole(f->w, 0, EVTX_BINARY, false);
            evtx_close_element(f->w);
        }
        evtx_close_element(f->w);
        evtx_close_element(f->w);
        evtx_end_definition(f->w);
    }
    evtx_begin_values(f->w, 1);
    evtx_value(f->w, EVTX_BINARY, value, 30000);
    evtx_end_fragment(f->w);
    assert_true(evtx_end_record(f->w));
    see(&f->seen, evtx_finish(f->w), WHOLE);
    assert_int_equal(f->seen.event_count, 1);
    for (uint32_t i = 0; i < f->seen.events[0].field_count; i++)
        bytes += f->seen.events[0].fields[i].value.n;
    assert_true(bytes <= EVTX_CHUNK_TEXT_MAX);
    assert_true(f->seen.events[0].fields_dropped > 0);
    assert_problem(&f->seen, PROBLEM_fields_dropped, "");
    free(value);
}

/* Every byte of a chunk in turn: nothing to assert but that it ends, and within its memory. */
static void survives_a_change_of_any_byte(void **state)
{
    struct fixture *f = *state;
    size_t n;
    uint8_t *file = nine_events(f, &n);
    size_t end = record_at(file, 0, 3);

    n = FIRST_CHUNK + CHUNK_BYTES;
    for (size_t at = chunk_at(0) + 512; at < end; at++) {
        uint8_t old = file[at];
        file[at] = (uint8_t)~old;
        arena_reset(f->seen.arena);
        see_bytes(f, file, n);
        assert_true(f->seen.event_count <= 3);
        file[at] = old;
    }
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_a_log_that_was_not_closed),
        TEST(reports_a_wrong_header_checksum_and_reads_on),
        TEST(locates_a_zeroed_chunk_and_reads_its_neighbours),
        TEST(takes_zeros_behind_the_last_chunk_for_room_not_yet_used),
        TEST(recovers_records_of_a_chunk_without_its_header),
        TEST(recovers_records_behind_a_loss_at_a_chunks_beginning),
        TEST(reads_the_chunk_that_follows_lost_bytes),
        TEST(reads_a_last_chunk_that_is_cut_off),
        TEST(reads_a_record_whose_two_sizes_differ),
        TEST(passes_over_a_record_without_magic),
        TEST(recovers_whole_records_from_the_slack),
        TEST(leaves_out_older_copies_in_the_slack),
        TEST(reports_a_leftover_whose_definition_is_gone),
        TEST(reports_a_live_record_that_cannot_be_read),
        TEST(believes_no_free_space_offset_beyond_the_chunk),
        TEST(takes_no_logged_bytes_for_a_chunk),
        TEST(refuses_a_definition_outside_of_the_chunk),
        TEST(refuses_a_name_outside_of_the_chunk),
        TEST(refuses_an_unknown_token),
        TEST(refuses_an_end_tag_without_its_element),
        TEST(refuses_more_values_than_a_record_holds),
        TEST(refuses_a_value_that_ends_behind_its_record),
        TEST(refuses_elements_nested_too_deeply),
        TEST(stops_values_that_ask_for_each_other_again_and_again),
        TEST(bounds_what_one_value_may_become),
        TEST(survives_a_change_of_any_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
