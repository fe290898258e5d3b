/* Reading a raw log beside its writer. */
#include "rawlog_fixture.h"

#define FIRST_FILE "raw/web/20261125/0000000000000000.rlog"

static void a_reader_goes_on_when_there_is_more(void **state)
{
    struct fixture *f = fixture_new();
    uint64_t next = 0;

    (void)state;
    struct raw_reader *r = raw_reader_open(&f->io, "raw", S("web"), 0, fresh(f));
    assert_non_null(r);
    assert_int_equal(fixture_read(r, &next), 0);
    fixture_put(f, 2);
    assert_int_equal(fixture_read(r, &next), 2);
    fixture_put(f, 1);
    f->clock.fixed_ns += DAY_NS;
    fixture_put(f, 3);
    assert_int_equal(fixture_read(r, &next), 4);
    assert_int_equal(raw_reader_counts(r)->bad_frames, 0);
    assert_int_equal(raw_reader_counts(r)->records, 6);
    raw_reader_free(r);
    fixture_free(f);
}

static void a_reader_begins_where_it_is_told(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    for (int i = 0; i < 5; i++) {
        fixture_put(f, 2);
        f->clock.fixed_ns += DAY_NS;
    }
    for (uint64_t from = 0; from <= 10; from++) {
        uint64_t next = from;
        struct raw_reader *r = raw_reader_open(&f->io, "raw", S("web"), from, fresh(f));
        assert_non_null(r);
        assert_int_equal(fixture_read(r, &next), 10 - from);
        assert_int_equal(raw_reader_counts(r)->missing_records, 0);
        raw_reader_free(r);
    }
    fixture_free(f);
}

static void a_frame_that_is_half_written_is_read_when_it_is_whole(void **state)
{
    struct fixture *f = fixture_new();
    static char bytes[1 << 16];

    (void)state;
    fixture_put(f, 2);
    size_t first = fixture_load(FIRST_FILE, bytes, sizeof bytes);
    fixture_put(f, 2);
    size_t n = fixture_load(FIRST_FILE, bytes, sizeof bytes);
    for (size_t cut = first; cut < n; cut++) {
        uint64_t next = 0;
        test_folder_put(FIRST_FILE, (str){bytes, cut});
        struct raw_reader *r = raw_reader_open(&f->io, "raw", S("web"), 0, fresh(f));
        assert_non_null(r);
        assert_int_equal(fixture_read(r, &next), 2);
        test_folder_put(FIRST_FILE, (str){bytes, n});
        assert_int_equal(fixture_read(r, &next), 2);
        assert_int_equal(raw_reader_counts(r)->bad_frames, 0);
        raw_reader_free(r);
    }
    fixture_free(f);
}

static void a_frame_inside_a_damaged_one_is_not_taken_for_one(void **state)
{
    struct fixture *f = fixture_new();
    static char other[1 << 16], mine[1 << 16];
    struct raw_reader_counts counts;

    (void)state;
    fixture_put(f, 1);
    f->clock.fixed_ns += DAY_NS;
    fixture_put(f, 2);
    f->clock.fixed_ns += DAY_NS;
    fixture_put(f, 1);
    /* a whole frame of another file, where a frame of this one was */
    size_t n = fixture_load("raw/web/20261126/0000000000000001.rlog", other, sizeof other);
    size_t before = fixture_load("raw/web/20261127/0000000000000003.rlog", mine, sizeof mine);
    memcpy(mine + before, other, n);
    test_folder_put("raw/web/20261127/0000000000000003.rlog", (str){mine, before + n});
    assert_int_equal(fixture_read_all(f, &counts), 4);
    fixture_free(f);
}

static void a_torn_end_with_a_file_behind_it_is_counted(void **state)
{
    struct fixture *f = fixture_new();
    static char bytes[1 << 16];
    struct raw_reader_counts counts;

    (void)state;
    fixture_put(f, 2);
    size_t first = fixture_load(FIRST_FILE, bytes, sizeof bytes);
    fixture_put(f, 2);
    f->clock.fixed_ns += DAY_NS;
    fixture_put(f, 2);
    fixture_load(FIRST_FILE, bytes, sizeof bytes);
    test_folder_put(FIRST_FILE, (str){bytes, first + 40});
    assert_int_equal(fixture_read_all(f, &counts), 4);
    assert_int_equal(counts.bad_frames, 1);
    assert_int_equal(counts.missing_records, 2);
    fixture_free(f);
}

static void a_source_without_a_log_is_an_error(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    assert_null(raw_reader_open(&f->io, "raw", S("mail"), 0, fresh(f)));
    assert_null(raw_reader_open(&f->io, "raw", S("../raw"), 0, fresh(f)));
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_goes_on_when_there_is_more),
        cmocka_unit_test(a_reader_begins_where_it_is_told),
        cmocka_unit_test(a_frame_that_is_half_written_is_read_when_it_is_whole),
        cmocka_unit_test(a_frame_inside_a_damaged_one_is_not_taken_for_one),
        cmocka_unit_test(a_torn_end_with_a_file_behind_it_is_counted),
        cmocka_unit_test(a_source_without_a_log_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
