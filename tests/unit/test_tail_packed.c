/* The source `file` and rotated files that were compressed: what was read is not read again. */
#include "tail_fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

/* What gzip does: the compressed file beside it, then the file is gone. */
static void gzip_file(const char *from, const char *to, bool keep)
{
    char *text = slurp(from);
    gzFile f = gzopen(to, "wb");

    assert_non_null(f);
    assert_int_equal(gzwrite(f, text, (unsigned)strlen(text)), strlen(text));
    assert_int_equal(gzclose(f), Z_OK);
    if (!keep)
        assert_int_equal(unlink(from), 0);
    free(text);
}

static void a_file_that_is_compressed_is_not_read_twice(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\nb\n");
    fixture_start(x, "paths: x.log*");
    fixture_settle(x);
    assert_int_equal(rename("x.log", "x.log.1"), 0);
    put("x.log", "c\n");
    fixture_settle(x);
    gzip_file("x.log.1", "x.log.1.gz", true);
    fixture_steps(x, 40, 1000000000);
    assert_int_equal(unlink("x.log.1"), 0);
    fixture_steps(x, 40, 1000000000);
    assert_records(x, "a\nb\nc\n");
    fixture_crash(x);
    assert_int_equal(rename("x.log.1.gz", "x.log.2.gz"), 0);
    fixture_start(x, "paths: x.log*");
    fixture_steps(x, 40, 1000000000);
    assert_records(x, "a\nb\nc\n");
    assert_int_equal(x->inlet->faults[FAULT_unreadable], 0);
}

static void what_came_before_it_was_compressed_is_read_from_there(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\nb\n");
    fixture_start(x, "paths: x.log*");
    fixture_settle(x);
    fixture_crash(x);
    append("x.log", "c\nd\n");
    gzip_file("x.log", "x.log.1.gz", false);
    put("x.log", "e\n");
    fixture_start(x, "paths: x.log*");
    fixture_steps(x, 40, 1000000000);
    assert_int_equal(x->inlet->disk.record_count, 5);
    assert_non_null(strstr(fixture_records(x), "c\nd\n"));
}

static void a_compressed_file_that_nobody_knows_is_read_once(void **state)
{
    struct source_fixture *x = *state;
    struct buf all CLEANUP(buf_done) = buf_make(1 << 20);

    for (int i = 0; i < 2000; i++)
        buf_printf(&all, "a line of an old file: %d\n", i);
    put("old", buf_cstr(&all));
    gzip_file("old", "x.log.7.gz", false);
    fixture_start(x, "paths: x.log*");
    fixture_steps(x, 8, 1000000000);
    x->inlet->blocks_max = x->inlet->blocks + 1;
    fixture_steps(x, 8, 1000000000);
    fixture_crash(x);
    x->inlet->block_max = 100;
    fixture_start(x, "paths: x.log*");
    fixture_steps(x, 40, 1000000000);
    assert_records(x, buf_cstr(&all));
    fixture_crash(x);
    fixture_start(x, "paths: x.log*");
    fixture_steps(x, 40, 1000000000);
    assert_records(x, buf_cstr(&all));
}

static void every_compression_is_told_by_its_content(void **state)
{
    static int (*const filters[])(struct archive *) = {
        archive_write_add_filter_gzip, archive_write_add_filter_zstd,
        archive_write_add_filter_bzip2, archive_write_add_filter_xz};
    struct source_fixture *x = *state;
    char name[16], text[16];

    for (uint32_t i = 0; i < countof(filters); i++) {
        struct archive *a = archive_write_new();
        struct archive_entry *entry = archive_entry_new();
        snprintf(name, sizeof name, "%u.log", i);
        snprintf(text, sizeof text, "inside %u\n", i);
        assert_int_equal(filters[i](a), ARCHIVE_OK);
        assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
        assert_int_equal(archive_write_open_filename(a, name), ARCHIVE_OK);
        archive_entry_set_filetype(entry, AE_IFREG);
        assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, text, strlen(text)), strlen(text));
        archive_entry_free(entry);
        assert_int_equal(archive_write_free(a), ARCHIVE_OK);
    }
    fixture_start(x, "paths: '*.log'");
    fixture_steps(x, 40, 1000000000);
    assert_int_equal(x->inlet->disk.record_count, 4);
    for (uint32_t i = 0; i < countof(filters); i++) {
        snprintf(text, sizeof text, "inside %u\n", i);
        assert_non_null(strstr(fixture_records(x), text));
    }
}

static void a_file_alike_at_its_beginning_is_read_whole(void **state)
{
    struct source_fixture *x = *state;
    struct buf head CLEANUP(buf_done) = buf_make(4096), other CLEANUP(buf_done) = buf_make(4096);

    for (int i = 0; i < 40; i++)
        buf_printf(&head, "# a long header that all files have, %d\n", i);
    buf_printf(&other, "%sb\nc\n", buf_cstr(&head));
    buf_add(&head, S("a\n"));
    put("x.log", buf_cstr(&head));
    x->inlet->block_max = 100;
    fixture_start(x, "paths: x.log*");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 41);
    assert_int_equal(unlink("x.log"), 0);
    fixture_settle(x);
    fixture_settle(x);
    put("old", buf_cstr(&other));
    gzip_file("old", "x.log.1.gz", false);
    fixture_steps(x, 40, 1000000000);
    assert_int_equal(x->inlet->disk.record_count, 41 + 42);
}

static void a_compressed_file_that_ends_too_early_is_read_when_it_is_whole(void **state)
{
    struct source_fixture *x = *state;
    struct buf all CLEANUP(buf_done) = buf_make(1 << 20);
    struct stat st;

    for (int i = 0; i < 3000; i++)
        buf_printf(&all, "%d %d\n", i, i * 7919 % 10007);
    put("old", buf_cstr(&all));
    gzip_file("old", "whole", false);
    assert_int_equal(stat("whole", &st), 0);
    FILE *f = fopen("whole", "rbe");
    char *bytes = mem_alloc((size_t)st.st_size);
    assert_int_equal(fread(bytes, 1, (size_t)st.st_size, f), st.st_size);
    fclose(f);
    test_folder_put("x.gz", (str){bytes, (size_t)st.st_size / 2});
    x->inlet->block_max = 1000;
    fixture_start(x, "paths: x.gz");
    fixture_steps(x, 40, 1000000000);
    assert_int_equal(x->inlet->faults[FAULT_unreadable], 1);
    f = fopen("x.gz", "abe");
    fwrite(bytes + st.st_size / 2, 1, (size_t)(st.st_size - st.st_size / 2), f);
    fclose(f);
    free(bytes);
    fixture_steps(x, 40, 1000000000);
    assert_records(x, buf_cstr(&all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with(a_file_that_is_compressed_is_not_read_twice),
        with(what_came_before_it_was_compressed_is_read_from_there),
        with(a_compressed_file_that_nobody_knows_is_read_once),
        with(every_compression_is_told_by_its_content),
        with(a_file_alike_at_its_beginning_is_read_whole),
        with(a_compressed_file_that_ends_too_early_is_read_when_it_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
