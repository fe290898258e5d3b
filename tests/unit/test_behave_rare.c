/* test_behave_rare.c - values that seldom come, and programs with strange parents. */
#include "behave_fixture.h"

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 96 << 20 };

#define QUARTER (15 * MINUTE)

static void start(struct behave_fixture *f, int64_t time_ns, const char *parent, const char *child)
{
    f->columns.activity = ACTIVITY_process_start;
    f->o.host = S("ws1");
    behave_set(f, COLUMN_process_name, child);
    behave_set(f, COLUMN_process_parent_name, parent);
    behave_feed(f, time_ns);
}

/* What an office does, `buckets` quarters of an hour long. */
static void usual(struct behave_fixture *f, int64_t from, uint32_t buckets)
{
    for (uint32_t i = 0; i < buckets; i++) {
        start(f, from + i * QUARTER, "explorer.exe", "winword.exe");
        start(f, from + i * QUARTER, "winword.exe", "splwow64.exe");
        start(f, from + i * QUARTER, "services.exe", "svchost.exe");
    }
}

static void test_a_program_that_never_ran_is_rare(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "rare", "");
    usual(&f, START, 100);
    assert_int_equal(f.count, 0);
    start(&f, START + 100 * QUARTER, "explorer.exe", "nmap.exe");
    assert_int_equal(f.count, 1);
    assert_string_equal(
        f.told[0].explanation,
        "process.name 'nmap.exe' was seen in 0 of 100 spans of time, among 3 values");
    assert_int_equal(f.told[0].measure.samples, 100);
    start(&f, START + 100 * QUARTER, "explorer.exe", "nmap.exe");
    assert_int_equal(f.count, 1); /* the same span */
    behave_close(&f);
}

static void test_nothing_is_rare_before_twenty_buckets(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "rare", "percent: 50");
    usual(&f, START, 19);
    start(&f, START + 19 * QUARTER, "explorer.exe", "nmap.exe");
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "rare", "percent: 50");
    usual(&f, START, 20);
    start(&f, START + 20 * QUARTER, "explorer.exe", "nmap.exe");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_where_all_values_are_new_none_is_rare(void **unused)
{
    struct behave_fixture f;
    char name[32];

    (void)unused;
    behave_open(&f, "rare", "");
    for (uint32_t i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "job-%u", i);
        start(&f, START + i * QUARTER, "runner", name);
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_document_that_starts_a_shell_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "rare_parent_child", "");
    usual(&f, START, 60);
    assert_int_equal(f.count, 0);
    start(&f, START + 60 * QUARTER, "WINWORD.EXE", "powershell.exe");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "parent=WINWORD.EXE process=powershell.exe");
    assert_string_equal(f.told[0].explanation,
                        "WINWORD.EXE started powershell.exe on ws1: it did in 0 of the 60 spans of "
                        "time in which it started anything (1 programs)");
    start(&f, START + 61 * QUARTER, "winword.exe", "splwow64.exe");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_a_program_with_a_strange_parent_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "rare_parent_child", "");
    usual(&f, START, 60);
    start(&f, START + 60 * QUARTER, "evil.exe", "svchost.exe");
    assert_int_equal(f.count, 1);
    assert_string_equal(
        f.told[0].explanation,
        "svchost.exe was started by evil.exe on ws1: it was in 0 of the 60 spans of "
        "time in which anything started it (1 programs)");
    behave_close(&f);
}

static void test_what_a_shell_starts_tells_nothing(void **unused)
{
    struct behave_fixture f;
    char name[32];

    (void)unused;
    behave_open(&f, "rare_parent_child", "");
    for (uint32_t i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "tool%u", i);
        start(&f, START + i * QUARTER, "bash", name);
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_the_names_are_those_of_paths_where_there_are_no_others(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "rare_parent_child", "");
    usual(&f, START, 60);
    behave_set(&f, COLUMN_process_executable, "C:\\Windows\\System32\\cmd.exe");
    behave_set(&f, COLUMN_process_parent_executable, "C:\\Office\\winword.exe");
    start(&f, START + 60 * QUARTER, NULL, NULL);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "parent=winword.exe process=cmd.exe");
    behave_close(&f);
}

static void test_a_flood_of_names_is_bounded_and_hides_none(void **unused)
{
    struct behave_fixture f;
    char name[32];

    (void)unused;
    behave_open(&f, "rare_parent_child", "");
    usual(&f, START, 60);
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(name, sizeof name, "x%u", i);
        start(&f, START + 60 * QUARTER, name, name);
    }
    start(&f, START + 61 * QUARTER, "winword.exe", "cmd.exe");
    assert_int_equal(f.count, 1);
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_program_that_never_ran_is_rare),
        cmocka_unit_test(test_nothing_is_rare_before_twenty_buckets),
        cmocka_unit_test(test_where_all_values_are_new_none_is_rare),
        cmocka_unit_test(test_a_document_that_starts_a_shell_is_told),
        cmocka_unit_test(test_a_program_with_a_strange_parent_is_told),
        cmocka_unit_test(test_what_a_shell_starts_tells_nothing),
        cmocka_unit_test(test_the_names_are_those_of_paths_where_there_are_no_others),
        cmocka_unit_test(test_a_flood_of_names_is_bounded_and_hides_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
