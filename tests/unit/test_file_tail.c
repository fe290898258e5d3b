/*
 * The source `file`: what the field's tails get wrong (lost lines at rotation, offsets beyond the
 * file, inodes that come again, files that are alike), each once, on real files.
 */
#include "collect/file_identity.h"
#include "tail_fixture.h"

static void reads_what_is_there_and_what_comes(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\nb\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "a\nb\n");
    append("x.log", "c\n");
    fixture_steps(x, 1, 0);
    assert_records(x, "a\nb\n");
    fixture_steps(x, 1, 0); /* the kernel told in one step, the turn is in the next */
    assert_records(x, "a\nb\nc\n");
    assert_int_equal(x->inlet->lag, 0);
}

static void reads_a_file_that_comes_later(void **state)
{
    struct source_fixture *x = *state;

    fixture_start(x, "paths: [sub/*/x*.log]");
    fixture_settle(x);
    mkdir("sub", 0700);
    fixture_settle(x);
    mkdir("sub/n", 0700);
    put("sub/n/x1.log", "a\n");
    put("sub/n/y.log", "no\n");
    fixture_settle(x);
    assert_records(x, "a\n");
}

static void two_stars_are_any_folders(void **state)
{
    struct source_fixture *x = *state;

    mkdir("a", 0700);
    mkdir("a/b", 0700);
    put("a/1.log", "1\n");
    put("a/b/2.log", "2\n");
    put("a/b/3.txt", "3\n");
    assert_int_equal(symlink("..", "a/b/circle"), 0);
    fixture_start(x, "paths: 'a/**/*.log'");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 2);
}

static void excludes_by_name_and_by_path(void **state)
{
    struct source_fixture *x = *state;

    mkdir("a", 0700);
    put("a/1.log", "1\n");
    put("a/2.log", "2\n");
    put("a/3.log", "3\n");
    fixture_start(x, "{paths: 'a/*', exclude: ['2.*', 'a/3.log']}");
    fixture_settle(x);
    assert_records(x, "1\n");
}

static void a_link_is_followed_and_a_fifo_is_not_opened(void **state)
{
    struct source_fixture *x = *state;

    mkdir("pods", 0700);
    mkdir("containers", 0700);
    put("pods/0.log", "a\n");
    assert_int_equal(symlink("../pods/0.log", "containers/x.log"), 0);
    assert_int_equal(mkfifo("containers/f.log", 0600), 0);
    fixture_start(x, "paths: containers/*.log");
    fixture_settle(x);
    append("pods/0.log", "b\n");
    fixture_settle(x);
    assert_records(x, "a\nb\n");
    /* Kubernetes' rotation: the link gets a new target, the old file another name. */
    assert_int_equal(rename("pods/0.log", "pods/0.log.1"), 0);
    append("pods/0.log.1", "c\n");
    put("pods/0.log", "d\n");
    fixture_turn_clock(x, 11000000000);
    fixture_settle(x);
    assert_records(x, "a\nb\nc\nd\n");
}

static void from_the_end_is_for_the_very_first_start(void **state)
{
    struct source_fixture *x = *state;
    const char *yaml = "{paths: '*.log', from: end}";

    put("x.log", "old\nhal");
    fixture_start(x, yaml);
    fixture_settle(x);
    append("x.log", "f\nnew\n");
    fixture_settle(x);
    assert_records(x, "half\nnew\n");
    fixture_crash(x);
    put("later.log", "came while stopped\n");
    fixture_start(x, yaml);
    fixture_settle(x);
    assert_records(x, "half\nnew\ncame while stopped\n");
}

static void a_partial_line_waits_over_a_restart(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\npart");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "a\n");
    fixture_crash(x);
    append("x.log", "ial");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    append("x.log", " line\nnext");
    fixture_settle(x);
    assert_records(x, "a\npartial line\n");
    assert_int_equal(x->inlet->faults[FAULT_partial], 0);
}

static void a_partial_line_is_given_out_when_that_is_wanted(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\npart");
    fixture_start(x, "{paths: x.log, partial_flush: 5s}");
    fixture_settle(x);
    assert_records(x, "a\n");
    fixture_settle(x);
    append("x.log", "rest\n");
    fixture_settle(x);
    assert_records(x, "a\npart\nrest\n");
    assert_int_equal(x->inlet->faults[FAULT_partial], 1);
}

static void a_renamed_file_is_read_to_its_end(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_int_equal(rename("x.log", "x.log.1"), 0);
    append("x.log.1", "b\nlast");
    put("x.log", "c\n");
    fixture_settle(x);
    append("x.log.1", " one");
    fixture_settle(x);
    fixture_settle(x);
    fixture_settle(x);
    assert_records(x, "a\nb\nc\nlast one\n");
    assert_int_equal(x->inlet->faults[FAULT_partial], 1);
    assert_string_equal(x->inlet->disk.origins[3], "x.log");
}

static void a_renamed_file_that_matches_too_is_not_read_twice(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\n");
    fixture_start(x, "paths: x.log*");
    fixture_settle(x);
    for (int i = 0; i < 3; i++) {
        rename("x.log.1", "x.log.2");
        assert_int_equal(rename("x.log", "x.log.1"), 0);
        append("x.log.1", "b\n");
        put("x.log", "c\n");
        fixture_settle(x);
    }
    assert_records(x, "a\nb\nc\nb\nc\nb\nc\n");
}

static void rotation_while_stopped_loses_nothing(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    fixture_crash(x);
    append("x.log", "b\n");
    assert_int_equal(rename("x.log", "x.log.1"), 0); /* which no pattern names */
    put("x.log", "c\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 3);
    assert_non_null(strstr(fixture_records(x), "b\n"));
}

static void a_deleted_file_is_read_to_its_end(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    fixture_start(x, "paths: x.log");
    x->inlet->blocks_max = 1; /* behind: the inlet is full after four records */
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 4);
    assert_int_equal(unlink("x.log"), 0);
    fixture_settle(x);
    x->inlet->blocks_max = 0;
    source_type_file.resume(x->source);
    fixture_settle(x);
    assert_records(x, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
}

static void a_full_inlet_costs_nothing_and_doubles_nothing(void **state)
{
    struct source_fixture *x = *state;
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);

    for (int i = 0; i < 300; i++)
        buf_printf(&text, "line %d\n", i);
    put("x.log", buf_cstr(&text));
    x->inlet->blocks_max = 1;
    fixture_start(x, "paths: x.log");
    for (int i = 0; i < 100; i++) {
        fixture_steps(x, 3, 1000000);
        x->inlet->blocks_max++;
        source_type_file.resume(x->source);
    }
    fixture_settle(x);
    assert_records(x, buf_cstr(&text));
}

static void copytruncate_begins_anew(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "first\nsecond\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    copytruncate("x.log", "x.log.1");
    append("x.log", "new\n");
    fixture_settle(x);
    assert_records(x, "first\nsecond\nnew\n");
    assert_int_equal(x->inlet->faults[FAULT_truncated], 1);
}

static void a_truncated_file_that_grew_beyond_its_old_size_begins_anew(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "first\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    copytruncate("x.log", "x.log.1");
    append("x.log", "longer than the old file was\nand more\n");
    fixture_settle(x);
    assert_records(x, "first\nlonger than the old file was\nand more\n");
}

static void a_truncated_file_with_the_same_first_line_begins_anew(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "# header of every file\na\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    fixture_crash(x);
    copytruncate("x.log", "x.log.1");
    append("x.log", "# header of every file\nb\nc\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "# header of every file\na\n# header of every file\nb\nc\n");
}

static void what_the_copy_has_more_is_read_from_the_copy(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\nb\n");
    fixture_start(x, "paths: x.log*");
    fixture_settle(x);
    append("x.log", "c\n"); /* not seen before it is cut */
    copytruncate("x.log", "x.log.1");
    append("x.log", "d\n");
    fixture_settle(x);
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 4);
    assert_non_null(strstr(fixture_records(x), "c\n"));
    fixture_crash(x);
    fixture_start(x, "paths: x.log*");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 4);
}

static void a_copy_waits_until_its_original_is_cut(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\nb\n");
    fixture_start(x, "paths: x.log*");
    fixture_settle(x);
    put("x.log.1", "a\nb\n");
    fixture_settle(x);
    assert_records(x, "a\nb\n");
    assert_int_equal(truncate("x.log", 0), 0);
    append("x.log", "c\n");
    fixture_settle(x);
    assert_records(x, "a\nb\nc\n");
    put("x.log.2", "c\n"); /* and one whose original stays is a file like others */
    fixture_steps(x, 40, 1000000000);
    assert_records(x, "a\nb\nc\nc\n");
}

static void zero_bytes_that_a_truncation_leaves_are_skipped(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "first\nsecond\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_int_equal(truncate("x.log", 0), 0);
    FILE *f = fopen("x.log", "r+be"); /* a writer that goes on where it was */
    assert_non_null(f);
    assert_int_equal(fseek(f, 3 << 20, SEEK_SET), 0);
    assert_true(fputs("third\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
    fixture_settle(x);
    append("x.log", "fourth\n");
    fixture_settle(x);
    assert_records(x, "first\nsecond\nthird\nfourth\n");
    fixture_crash(x);
    append("x.log", "fifth\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "first\nsecond\nthird\nfourth\nfifth\n");
}

static void an_offset_beyond_the_file_is_never_waited_for(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a long first line of the old file\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    fixture_crash(x);
    put("x.log", "b\n"); /* the same inode, shorter */
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "a long first line of the old file\nb\n");
}

static void a_new_file_on_an_old_inode_is_read_from_its_beginning(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "old file\n");
    fixture_start(x, "paths: '*.log'");
    fixture_settle(x);
    fixture_crash(x);
    /* The same inode with other bytes under another name is what reuse looks like. */
    assert_int_equal(rename("x.log", "y.log"), 0);
    put("y.log", "new file, which is longer\n");
    fixture_start(x, "paths: '*.log'");
    fixture_settle(x);
    assert_records(x, "old file\nnew file, which is longer\n");
}

static void a_device_that_has_another_number_since_is_the_same(void **state)
{
    struct source_fixture *x = *state;
    struct buf value CLEANUP(buf_done) = buf_make(4096);
    struct file_identity id;
    char key[FILE_KEY_BYTES];
    str path;

    put("x.log", "a\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    fixture_crash(x);
    assert_int_equal(x->inlet->disk.pair_count, 1);
    assert_true(file_identity_read(str_from(x->inlet->disk.pairs[0].value), &id, &path));
    if (id.born_ns == 0) /* a file system that does not say when a file was born */
        skip();
    id.dev += 7;
    file_identity_write(&id, S("x.log"), &value);
    fake_forget(&x->inlet->disk);
    fake_put(&x->inlet->disk, (str){key, file_identity_key(&id, key)}, buf_str(&value));
    append("x.log", "b\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "b\n");
    assert_int_equal(x->inlet->disk.pair_count, 1);
    fixture_crash(x);
    fake_forget(&x->inlet->disk);
    id.born_ns++; /* another file on that inode */
    file_identity_write(&id, S("x.log"), &value);
    fake_put(&x->inlet->disk, (str){key, file_identity_key(&id, key)}, buf_str(&value));
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "a\nb\n");
}

static void a_file_that_is_cut_while_it_is_read_begins_anew(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    x->inlet->blocks_max = 1;
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "1\n2\n3\n4\n");
    assert_int_equal(truncate("x.log", 0), 0);
    append("x.log", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
    x->inlet->blocks_max = 0;
    source_type_file.resume(x->source);
    fixture_settle(x);
    assert_records(x, "1\n2\n3\n4\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
}

static void checkpoints_that_are_none_are_ignored(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\n");
    fake_put(&x->inlet->disk, S("file:1:2:0"), S("p zz"));
    fake_put(&x->inlet->disk, S("file:1:3:0"), S("p 0000000000000001 00 00000000 1 3 0 0 0 0 0"));
    fake_put(&x->inlet->disk, S("other"), S("value"));
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "a\n");
}

static void small_files_that_are_alike_are_two_files(void **state)
{
    struct source_fixture *x = *state;

    put("a.log", "same\n");
    put("b.log", "same\n");
    fixture_start(x, "paths: '*.log*'");
    fixture_settle(x);
    assert_records(x, "same\nsame\n");
    assert_int_equal(rename("a.log", "a.log.1"), 0);
    assert_int_equal(rename("b.log", "b.log.1"), 0);
    append("a.log.1", "a\n");
    append("b.log.1", "b\n");
    fixture_settle(x);
    fixture_crash(x);
    fixture_start(x, "paths: '*.log*'");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 4);
    assert_non_null(strstr(fixture_records(x), "a\n"));
    assert_non_null(strstr(fixture_records(x), "b\n"));
}

static void a_restart_at_every_record_gives_each_once(void **state)
{
    struct source_fixture *x = *state;
    struct buf all CLEANUP(buf_done) = buf_make(1 << 20), line CLEANUP(buf_done) = buf_make(99);

    for (uint32_t i = 0; i < 120; i++) {
        buf_clear(&line);
        buf_printf(&line, "record %u of the file%s\n", i, i % 7 ? "" : " with more text in it");
        buf_add(&all, buf_str(&line));
        append("x.log", buf_cstr(&line));
        if (i % 30 == 29) {
            rename("x.log", i % 60 == 29 ? "x.log.1" : "x.log.2");
        }
        x->inlet->block_max = 1 + i % 3;
        fixture_start(x, "paths: x.log");
        x->inlet->blocks_max = i % 5 ? 0 : 1;
        fixture_settle(x);
        fixture_crash(x);
    }
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, buf_cstr(&all));
}

static void a_line_beyond_the_limit_keeps_its_beginning(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "before\nhuge ");
    assert_int_equal(truncate("x.log", 8 << 20), 0); /* a hole, as 2 GB would be */
    append("x.log", "\nafter\n");
    fixture_start(x, "paths: x.log");
    fixture_steps(x, 40, 1000000);
    assert_int_equal(x->inlet->disk.record_count, 3);
    assert_int_equal(x->inlet->disk.lengths[1], (8 << 20) - 7);
    assert_int_equal(x->inlet->faults[FAULT_long_record], 1);
    assert_string_equal(x->inlet->disk.records[2], "after");
}

static void lines_that_are_indented_are_joined(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "error\n  at a\n  at b\nnext\n");
    fixture_start(x, "{paths: x.log, multiline_indent: true, multiline_flush: 5s}");
    fixture_settle(x);
    assert_records(x, "error\n  at a\n  at b\n");
    fixture_crash(x); /* the checkpoint is before `next`, which may go on */
    append("x.log", "  at c\n");
    fixture_start(x, "{paths: x.log, multiline_indent: true, multiline_flush: 1s}");
    fixture_settle(x);
    assert_records(x, "error\n  at a\n  at b\nnext\n  at c\n");
}

static void utf16_is_read_by_its_mark(void **state)
{
    struct source_fixture *x = *state;

    test_folder_put("le.log", S("\xFF\xFE\x61\0\n\0\x62\0\r\0\n\0"));
    test_folder_put("be.log", S("\xFE\xFF\0\x63\x0A\x0A\0\n\0"));
    fixture_start(x, "{paths: [le.log, be.log], encoding: utf-16}");
    fixture_settle(x);
    fixture_crash(x);
    FILE *f = fopen("be.log", "abe");
    assert_int_equal(fwrite("\x64\0\n", 1, 3, f), 3); /* ends the unit that was cut in two */
    fclose(f);
    fixture_start(x, "{paths: [le.log, be.log], encoding: utf-16}");
    fixture_settle(x);
    assert_records(x, "a\nb\nc\xE0\xA8\x8A\nd\n");
}

static void zero_bytes_end_records_when_that_is_wanted(void **state)
{
    struct source_fixture *x = *state;

    test_folder_put("x.log", S("a\nb\0c\0"));
    fixture_start(x, "{paths: x.log, delimiter: nul}");
    fixture_settle(x);
    assert_records(x, "a\nb\nc\n");
    assert_int_equal(x->inlet->disk.record_count, 2);
}

static void carriage_returns_and_empty_lines_are_no_part_of_records(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "\xEF\xBB\xBFone\r\n\r\n\ntwo\n");
    fixture_start(x, "paths: x.log");
    fixture_settle(x);
    assert_records(x, "one\ntwo\n");
}

static void more_files_than_may_be_open_are_all_read(void **state)
{
    struct source_fixture *x = *state;
    char name[32];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%d.log", i);
        put(name, "a\n");
    }
    fixture_start(x, "{paths: '*.log', open_files: 3}");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 20);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%d.log", i);
        append(name, "b\n");
    }
    fixture_turn_clock(x, 11000000000);
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 40);
}

static void what_is_gone_for_long_is_forgotten(void **state)
{
    struct source_fixture *x = *state;

    put("x.log", "a\n");
    fixture_start(x, "{paths: x.log, forget_after: 1h}");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.pair_count, 1);
    assert_int_equal(unlink("x.log"), 0);
    fixture_steps(x, 30, 1000000000);
    assert_int_equal(x->inlet->disk.pair_count, 1);
    fixture_crash(x);
    fixture_turn_clock(x, 3600000000000);
    fixture_start(x, "{paths: x.log, forget_after: 1h}");
    fixture_steps(x, 30, 1000000000);
    assert_int_equal(x->inlet->disk.pair_count, 0);
}

static void old_files_are_left_alone_until_they_change(void **state)
{
    struct source_fixture *x = *state;
    const struct timespec old[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};

    put("x.log", "a\n");
    assert_int_equal(utimensat(AT_FDCWD, "x.log", old, 0), 0);
    fixture_start(x, "{paths: x.log, ignore_older: 1d}");
    fixture_settle(x);
    assert_records(x, "");
    append("x.log", "b\n");
    fixture_turn_clock(x, 11000000000);
    fixture_settle(x);
    assert_records(x, "a\nb\n");
}

static void a_file_under_a_folder_that_others_write_may_only_propose(void **state)
{
    struct source_fixture *x = *state;
    struct stat st = {.st_uid = 0, .st_mode = S_IFREG | 0640};

    (void)x;
    put("x.log", "a\n");
    fixture_start(x, "paths: x.log");
    assert_int_equal(chmod(".", 0777), 0);
    fixture_settle(x);
    assert_int_equal(x->inlet->trust, TRUST_PROPOSE);
    assert_true(file_is_roots(&st));
    st.st_mode |= S_IWGRP;
    assert_false(file_is_roots(&st));
    st = (struct stat){.st_uid = 1000, .st_mode = S_IFREG | 0600};
    assert_false(file_is_roots(&st));
}

/* What can fail at the k-th call, for every k: a rotation is followed all the same. */
static void whatever_fails_each_record_comes_once(void **state)
{
    static const struct {
        const char *site, *error;
    } faults[] = {{"tail_open", "EMFILE"}, {"tail_open", "EACCES"},   {"tail_stat", "EIO"},
                  {"tail_read", "EIO"},    {"tail_folder", "EMFILE"}, {"tail_folder_read", "EIO"}};
    struct source_fixture *x = *state;
    char plan[64];

    for (uint32_t i = 0; i < countof(faults) * 40; i++) {
        put("x.log", "a\nb\n");
        fixture_start(x, "paths: '*.log*'");
        fixture_steps(x, 3, 300000000);
        fixture_crash(x);
        append("x.log", "c\npartial");
        io_init(&x->io);
        snprintf(plan, sizeof plan, "%s:%u:%s", faults[i / 40].site, i % 40 + 1,
                 faults[i / 40].error);
        assert_true(io_plan_fault(&x->io, str_from(plan), &x->err));
        fixture_start(x, "paths: '*.log*'");
        fixture_settle(x);
        append("x.log", " line\n");
        assert_int_equal(rename("x.log", "x.log.1"), 0);
        put("x.log", "e\n");
        fixture_steps(x, 50, 500000000);
        const char *records = fixture_records(x); /* old and new file in either order */
        const bool all = x->inlet->disk.record_count == 5 && strstr(records, "a\nb\nc\n") &&
                         strstr(records, "partial line\n") && strstr(records, "e\n");
        if (!all)
            fprintf(stderr, "%s: %s\n", plan, records);
        assert_true(all);
        fixture_stop(x);
        test_folder_empty(".");
        fake_crash(x->inlet);
        fake_forget(&x->inlet->disk);
        io_init(&x->io);
    }
    fixture_start(x, "paths: x.log");
}

static void settings_that_make_no_sense_are_refused(void **state)
{
    struct source_fixture *x = *state;

    fixture_start(x, "{paths: x.log, multiline_start: '(', from: end}");
    assert_null(x->source);
    assert_non_null(strstr(x->err.message, "'multiline_start'"));
    fixture_stop(x);
    fixture_start(x, "{paths: x.log, multiline_start: a, multiline_indent: true}");
    assert_null(x->source);
    fixture_stop(x);
    fixture_start(x, "{paths: []}");
    assert_string_equal(x->err.message, "'paths' names no file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with(reads_what_is_there_and_what_comes),
        with(reads_a_file_that_comes_later),
        with(two_stars_are_any_folders),
        with(excludes_by_name_and_by_path),
        with(a_link_is_followed_and_a_fifo_is_not_opened),
        with(from_the_end_is_for_the_very_first_start),
        with(a_partial_line_waits_over_a_restart),
        with(a_partial_line_is_given_out_when_that_is_wanted),
        with(a_renamed_file_is_read_to_its_end),
        with(a_renamed_file_that_matches_too_is_not_read_twice),
        with(rotation_while_stopped_loses_nothing),
        with(a_deleted_file_is_read_to_its_end),
        with(a_full_inlet_costs_nothing_and_doubles_nothing),
        with(copytruncate_begins_anew),
        with(a_truncated_file_that_grew_beyond_its_old_size_begins_anew),
        with(a_truncated_file_with_the_same_first_line_begins_anew),
        with(what_the_copy_has_more_is_read_from_the_copy),
        with(a_copy_waits_until_its_original_is_cut),
        with(zero_bytes_that_a_truncation_leaves_are_skipped),
        with(an_offset_beyond_the_file_is_never_waited_for),
        with(a_new_file_on_an_old_inode_is_read_from_its_beginning),
        with(a_device_that_has_another_number_since_is_the_same),
        with(a_file_that_is_cut_while_it_is_read_begins_anew),
        with(checkpoints_that_are_none_are_ignored),
        with(small_files_that_are_alike_are_two_files),
        with(a_restart_at_every_record_gives_each_once),
        with(a_line_beyond_the_limit_keeps_its_beginning),
        with(lines_that_are_indented_are_joined),
        with(utf16_is_read_by_its_mark),
        with(zero_bytes_end_records_when_that_is_wanted),
        with(carriage_returns_and_empty_lines_are_no_part_of_records),
        with(more_files_than_may_be_open_are_all_read),
        with(what_is_gone_for_long_is_forgotten),
        with(old_files_are_left_alone_until_they_change),
        with(a_file_under_a_folder_that_others_write_may_only_propose),
        with(whatever_fails_each_record_comes_once),
        with(settings_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
