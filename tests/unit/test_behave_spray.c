/* test_behave_spray.c - few passwords on many accounts, and what is rather stuffing or guessing. */
#include <string.h>

#include "logon_fixture.h"

static const char outside[] = "192.0.2.7";

/* Each of `accounts` is tried `rounds` times. */
static void rounds(struct behave_fixture *f, uint32_t accounts, uint32_t times, const char *source)
{
    for (uint32_t i = 0; i < times; i++)
        failures(f, accounts, START + (int64_t)i * MINUTE, SECOND, source, "user%u");
}

static void test_many_accounts_of_one_source_are_a_spray(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "");
    rounds(&f, 10, 2, outside);
    assert_int_equal(f.told[0].count, 12);
    assert_string_equal(f.told[0].title, "Password spray");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7");
    assert_string_equal(f.told[0].explanation, "192.0.2.7 failed to log on as 10 accounts within "
                                               "61 s, 12 times in all and at most 2 times as one");
    assert_int_equal(f.told[0].newest_event, 12);
    assert_int_equal(f.count, 9); /* one for each that followed */
    behave_close(&f);
}

static void test_one_account_less_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "");
    rounds(&f, 9, 4, outside);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_accounts_outside_the_window_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "attempts: 10");
    failures(&f, 9, START, 0, outside, "user%u");
    failed(&f, START + 15 * MINUTE, outside, "alice");
    assert_int_equal(f.count, 1);
    failures(&f, 9, START + HOUR, 0, outside, "user%u");
    failed(&f, START + HOUR + 15 * MINUTE + 1, outside, "alice");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_accounts_that_are_tried_very_often_are_guessing_and_no_spray(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "");
    for (uint32_t i = 0; i < 9; i++)
        failures(&f, 12, START + i * SECOND, 0, outside, "root");
    failures(&f, 4, START + MINUTE, SECOND, outside, "u%u");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_computers_accounts_are_not_sprayed(void **unused)
{
    struct behave_fixture f;
    char name[16];

    (void)unused;
    behave_open(&f, "spray", "");
    for (uint32_t i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "WS%u$", i);
        failed(&f, START + i, outside, name);
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_logon_from_where_the_spray_came_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "");
    logon(&f, START - SECOND, outside, "user3", OUTCOME_SUCCESS);
    rounds(&f, 6, 2, outside);
    logon(&f, START + 2 * MINUTE, outside, "user3", OUTCOME_SUCCESS);
    assert_int_equal(f.count, 0);
    rounds(&f, 12, 1, "192.0.2.8");
    logon(&f, START + 2 * MINUTE, "192.0.2.8", "user3", OUTCOME_SUCCESS);
    assert_int_equal(f.count, 2);
    assert_string_equal(f.told[1].title, "Password spray, then success");
    assert_string_equal(f.told[1].keys, "source=192.0.2.8 user=user3");
    assert_int_equal(f.told[1].severity, SEVERITY_HIGH);
    behave_close(&f);
}

/* `sources` of which each tries `each` accounts, out of `accounts`. */
static void together(struct behave_fixture *f, uint32_t sources, uint32_t each, uint32_t accounts)
{
    char source[32], user[32];
    uint32_t next = 0;

    for (uint32_t i = 0; i < sources; i++)
        for (uint32_t k = 0; k < each; k++, next++) {
            snprintf(source, sizeof source, "198.51.100.%u", i);
            snprintf(user, sizeof user, "user%u", next % accounts);
            failed(f, START + next * SECOND, source, user);
        }
}

static void test_many_sources_that_each_try_little_are_a_spray_together(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "");
    together(&f, 5, 5, 12);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "tenant=");
    assert_int_equal(f.told[0].count, 25);
    assert_true(f.told[0].measure.value == 5);
    behave_close(&f);
}

static void test_many_sources_are_none_when_it_is_one_account_or_each_once(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "");
    together(&f, 12, 5, 3);
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "spray", "");
    together(&f, 12, 5, 1000);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_scanners_gateways_and_jump_hosts_are_silent(void **unused)
{
    static const uint32_t silent[] = {ROLE_SCANNER, ROLE_NAT_GATEWAY, ROLE_JUMP_HOST};
    struct behave_fixture f;
    char name[16];

    (void)unused;
    for (size_t r = 0; r < countof(silent); r++) {
        behave_open(&f, "spray", "");
        for (uint32_t i = 0; i < 50; i++) {
            snprintf(name, sizeof name, "user%u", i);
            behave_between(&f, "10.0.0.9", "");
            f.o.source_asset.roles |= silent[r];
            f.o.user = str_from(name);
            f.columns.activity = ACTIVITY_logon;
            f.columns.outcome = OUTCOME_FAILURE;
            behave_feed(&f, START + i);
        }
        assert_int_equal(f.count, 0);
        behave_close(&f);
    }
}

static void test_times_in_1970_and_2100_count_alike(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "attempts: 10");
    failures(&f, 10, 0, 0, outside, "user%u");
    failures(&f, 10, 130 * 365 * DAY, 0, outside, "user%u");
    assert_int_equal(f.count, 2);
    behave_close(&f);
}

static void honest(struct behave_fixture *f, int64_t time_ns, uint32_t i)
{
    char name[16];

    snprintf(name, sizeof name, "a%u", i);
    failed(f, time_ns, "192.0.2.99", name);
}

static void test_a_flood_of_sources_is_bounded_and_hides_no_one(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "spray", "");
    flood(&f, MINUTE / 100000, honest);
    assert_true(f.count > 0);
    assert_string_equal(f.told[0].keys, "source=192.0.2.99");
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_accounts_of_one_source_are_a_spray),
        cmocka_unit_test(test_one_account_less_is_none),
        cmocka_unit_test(test_accounts_outside_the_window_do_not_count),
        cmocka_unit_test(test_accounts_that_are_tried_very_often_are_guessing_and_no_spray),
        cmocka_unit_test(test_computers_accounts_are_not_sprayed),
        cmocka_unit_test(test_a_logon_from_where_the_spray_came_is_told),
        cmocka_unit_test(test_many_sources_that_each_try_little_are_a_spray_together),
        cmocka_unit_test(test_many_sources_are_none_when_it_is_one_account_or_each_once),
        cmocka_unit_test(test_scanners_gateways_and_jump_hosts_are_silent),
        cmocka_unit_test(test_times_in_1970_and_2100_count_alike),
        cmocka_unit_test(test_a_flood_of_sources_is_bounded_and_hides_no_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
