/* What goes, and what must not: whole days, the oldest first, never the one that is written to. */
#include "rawlog_fixture.h"

enum { DAYS = 5 };

/* A day of two records each; the last is the one that is written to. */
static struct fixture *five_days(void)
{
    struct fixture *f = fixture_new();

    for (int i = 0; i < DAYS; i++) {
        f->clock.fixed_ns += i ? DAY_NS : 0;
        f->clock.fixed_steady_ns = f->clock.fixed_ns;
        fixture_put(f, 2);
    }
    return f;
}

static void retain(struct fixture *f, struct rawlog_options limits)
{
    fixture_close(f);
    f->options.quota_bytes = limits.quota_bytes;
    f->options.retention_days = limits.retention_days;
    f->options.free_bytes_min = limits.free_bytes_min;
    assert_true(fixture_open(f));
    rawlog_retain(f->log);
}

static void without_limits_nothing_goes(void **state)
{
    struct fixture *f = five_days();

    (void)state;
    retain(f, (struct rawlog_options){0});
    assert_int_equal(raw_oldest(f->source), 0);
    assert_int_equal(fixture_read_all(f, NULL), 2 * DAYS);
    fixture_free(f);
}

static void the_oldest_days_go_until_the_quota_is_kept(void **state)
{
    struct fixture *f = five_days();
    const uint64_t bytes = raw_disk_bytes(f->source);

    (void)state;
    retain(f, (struct rawlog_options){.quota_bytes = bytes - 1});
    assert_int_equal(raw_oldest(f->source), 2);
    assert_true(fixture_said(f, "day 20261125 of the raw log is deleted"));
    assert_false(fixture_said(f, "day 20261126"));
    assert_true(raw_disk_bytes(f->source) < bytes);
    assert_int_equal(access("raw/web/20261125", F_OK), -1);
    fixture_free(f);
}

static void the_day_that_is_written_to_never_goes(void **state)
{
    struct fixture *f = five_days();

    (void)state;
    retain(f, (struct rawlog_options){.quota_bytes = 1});
    assert_int_equal(raw_oldest(f->source), 2 * (DAYS - 1));
    assert_int_equal(fixture_read_all(f, NULL), 2);
    fixture_put(f, 1);
    assert_int_equal(raw_durable(f->source), 2 * DAYS + 1);
    fixture_free(f);
}

static void days_go_for_their_age(void **state)
{
    struct fixture *f = five_days();

    (void)state;
    retain(f, (struct rawlog_options){.retention_days = 3});
    assert_int_equal(raw_oldest(f->source), 2);
    fixture_free(f);
}

static void a_disk_without_room_takes_days_too(void **state)
{
    struct fixture *f = five_days();

    (void)state;
    retain(f, (struct rawlog_options){.free_bytes_min = UINT64_MAX});
    assert_int_equal(raw_oldest(f->source), 2 * (DAYS - 1));
    fixture_free(f);
}

static void a_clock_that_was_set_deletes_nothing_for_a_day(void **state)
{
    struct fixture *f = five_days();

    (void)state;
    retain(f, (struct rawlog_options){.retention_days = 30});
    f->clock.fixed_ns += 400 * DAY_NS;
    rawlog_retain(f->log);
    assert_true(fixture_said(f, "nothing is deleted for its age"));
    assert_int_equal(raw_oldest(f->source), 0);
    f->clock.fixed_ns -= 400 * DAY_NS;
    rawlog_retain(f->log);
    assert_int_equal(raw_oldest(f->source), 0);
    f->clock.fixed_ns += 400 * DAY_NS; /* and it stays so */
    for (int i = 0; i < 3; i++) {
        rawlog_retain(f->log);
        f->clock.fixed_ns += DAY_NS / 2;
        f->clock.fixed_steady_ns += DAY_NS / 2;
    }
    assert_int_equal(raw_oldest(f->source), 2 * (DAYS - 1));
    fixture_free(f);
}

static void what_was_set_aside_goes_with_its_day(void **state)
{
    struct fixture *f = five_days();

    (void)state;
    test_folder_put("raw/web/20261125/0000000000000001.rlog.damaged", S("x"));
    retain(f, (struct rawlog_options){.retention_days = 3});
    assert_int_equal(access("raw/web/20261125", F_OK), -1);
    fixture_free(f);
}

static void a_day_with_a_file_of_somebody_else_is_told(void **state)
{
    struct fixture *f = five_days();

    (void)state;
    test_folder_put("raw/web/20261125/notes.txt", S("x"));
    retain(f, (struct rawlog_options){.retention_days = 3});
    assert_true(fixture_said(f, "cannot delete day 20261125"));
    assert_int_equal(access("raw/web/20261125/notes.txt", F_OK), 0);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_nothing_goes),
        cmocka_unit_test(the_oldest_days_go_until_the_quota_is_kept),
        cmocka_unit_test(the_day_that_is_written_to_never_goes),
        cmocka_unit_test(days_go_for_their_age),
        cmocka_unit_test(a_disk_without_room_takes_days_too),
        cmocka_unit_test(a_clock_that_was_set_deletes_nothing_for_a_day),
        cmocka_unit_test(what_was_set_aside_goes_with_its_day),
        cmocka_unit_test(a_day_with_a_file_of_somebody_else_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
