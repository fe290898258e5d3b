/*
 * The source `journald` on journal files that systemd-journal-remote made of export text; where
 * that program is not installed only what needs no journal is tested.
 */
#include "source_fixture.h"

#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct source_type source_type_journald;

#define WRITER "/lib/systemd/systemd-journal-remote"

static int setup(void **state)
{
    struct source_fixture *x = mem_alloc(sizeof *x);

    fixture_begin(x, &source_type_journald, 2);
    assert_int_equal(mkdir("j", 0700), 0);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    fixture_end(*state);
    free(*state);
    return 0;
}

/* Entries `from` to `to` into the journal file, each a message of its number. */
static void log_entries(const char *file, int from, int to, str more)
{
    struct buf text CLEANUP(buf_done) = buf_make(1 << 20);

    if (access(WRITER, X_OK) != 0)
        skip();
    for (int i = from; i <= to; i++) {
        buf_printf(&text,
                   "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n"
                   "_BOOT_ID=6c5a8b2b1d0f4ed7a1d1c6b8c8f0a001\nMESSAGE=number %d\n"
                   "_SYSTEMD_UNIT=%s.service\n",
                   1700000000 + i, i, i, i % 2 ? "odd" : "even");
        buf_add(&text, more);
        buf_add(&text, S("\n"));
    }
    test_folder_put("export", buf_str(&text));
    const pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, STDERR_FILENO);
        execl(WRITER, WRITER, "-o", file, "--split-mode=none", "export", NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* The numbers of the messages that came, in order. */
static const char *numbers(struct source_fixture *x)
{
    struct buf b = buf_make(1 << 16);

    for (uint32_t i = 0; i < x->inlet->disk.record_count; i++) {
        const char *at = strstr(x->inlet->disk.records[i], "\"MESSAGE\":\"number ");
        assert_non_null(at);
        buf_printf(&b, "%ld ", strtol(at + 18, NULL, 10));
    }
    const char *text = arena_str(x->arena, buf_str(&b)).p;
    buf_done(&b);
    return text ? text : "";
}

static void an_empty_folder_has_no_entries(void **state)
{
    struct source_fixture *x = *state;

    fixture_start(x, "folder: j");
    assert_non_null(x->source);
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 0);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct source_fixture *x = *state;

    fixture_start(x, "folder: none");
    assert_null(x->source);
    assert_string_equal(x->err.message,
                        "cannot open the journal 'none': No such file or directory");
}

static void a_match_has_a_field(void **state)
{
    struct source_fixture *x = *state;

    fixture_start(x, "{folder: j, match: [priority]}");
    assert_null(x->source);
    assert_string_equal(x->err.message, "'priority' is not FIELD=value");
}

static void an_entry_is_an_object_of_all_its_fields(void **state)
{
    struct source_fixture *x = *state;

    log_entries("j/a.journal", 1, 1,
                S("TWICE=a\nTWICE=b\nBYTES\n\x03\0\0\0\0\0\0\0\xFF\xFE\x41\nQUOTE=\"\\\n"));
    fixture_start(x, "folder: j");
    fixture_settle(x);
    assert_int_equal(x->inlet->disk.record_count, 1);
    const char *text = x->inlet->disk.records[0];
    assert_non_null(strstr(text, "\"__REALTIME_TIMESTAMP\":\"1700000001\""));
    assert_non_null(strstr(text, "\"__CURSOR\":\"s="));
    assert_non_null(strstr(text, "\"BYTES\":[255,254,65]"));
    assert_non_null(strstr(text, "\"QUOTE\":\"\\\"\\\\\""));
    assert_true(strstr(text, "\"TWICE\":[\"a\",\"b\"]") || strstr(text, "\"TWICE\":[\"b\",\"a\"]"));
}

static void each_entry_comes_once_through_crashes_and_a_full_inlet(void **state)
{
    struct source_fixture *x = *state;

    log_entries("j/a.journal", 1, 9, S(""));
    fixture_start(x, "folder: j");
    assert_string_equal(numbers(x), "1 2 3 4 5 6 7 8 9 ");
    fixture_crash(x);
    log_entries("j/a.journal", 10, 12, S(""));
    x->inlet->blocks_max = 1;
    fixture_start(x, "folder: j");
    fixture_settle(x);
    assert_string_equal(numbers(x), "1 2 3 4 5 6 7 8 9 10 11 ");
    fixture_crash(x);
    fixture_start(x, "folder: j");
    fixture_settle(x);
    assert_string_equal(numbers(x), "1 2 3 4 5 6 7 8 9 10 11 12 ");
    log_entries("j/b.journal", 13, 14, S("")); /* a rotation */
    fixture_settle(x);
    assert_string_equal(numbers(x), "1 2 3 4 5 6 7 8 9 10 11 12 13 14 ");
}

static void what_was_vacuumed_is_counted_and_the_rest_read(void **state)
{
    struct source_fixture *x = *state;

    log_entries("j/a.journal", 1, 2, S(""));
    fixture_start(x, "folder: j");
    fixture_crash(x);
    log_entries("j/b.journal", 3, 4, S(""));
    assert_int_equal(unlink("j/a.journal"), 0);
    fixture_start(x, "folder: j");
    fixture_settle(x);
    assert_string_equal(numbers(x), "1 2 3 4 ");
    assert_int_equal(x->inlet->faults[FAULT_vanished], 1);
}

static void units_and_matches_choose(void **state)
{
    struct source_fixture *x = *state;

    log_entries("j/a.journal", 1, 6, S(""));
    fixture_start(x,
                  "{folder: j, units: odd.service, match: [MESSAGE=number 3, MESSAGE=number 4]}");
    fixture_settle(x);
    assert_string_equal(numbers(x), "3 ");
}

static void from_the_end_only_what_is_new(void **state)
{
    struct source_fixture *x = *state;

    log_entries("j/a.journal", 1, 3, S(""));
    fixture_start(x, "{folder: j, from: end}");
    fixture_settle(x);
    fixture_crash(x);
    log_entries("j/a.journal", 4, 5, S(""));
    fixture_start(x, "{folder: j, from: end}");
    fixture_settle(x);
    assert_string_equal(numbers(x), "4 5 ");
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with(an_empty_folder_has_no_entries),
        with(a_folder_that_is_not_there_is_an_error),
        with(a_match_has_a_field),
        with(an_entry_is_an_object_of_all_its_fields),
        with(each_entry_comes_once_through_crashes_and_a_full_inlet),
        with(what_was_vacuumed_is_counted_and_the_rest_read),
        with(units_and_matches_choose),
        with(from_the_end_only_what_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
