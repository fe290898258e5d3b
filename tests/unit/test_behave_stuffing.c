/* test_behave_stuffing.c - many accounts tried once each, by one source or by many. */
#include <string.h>

#include "logon_fixture.h"

static const char outside[] = "192.0.2.7";

static void test_many_accounts_tried_once_from_outside_are_stuffing(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "stuffing", "");
    failures(&f, 30, START, SECOND, outside, "user%u");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Credential stuffing");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7");
    assert_string_equal(
        f.told[0].explanation,
        "192.0.2.7 failed to log on as 30 accounts within 29 s, as 30 of them once");
    behave_close(&f);
}

static void test_fewer_accounts_or_from_inside_are_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "stuffing", "");
    failures(&f, 29, START, SECOND, outside, "user%u");
    failures(&f, 60, START, SECOND, "10.0.0.7", "user%u");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_accounts_tried_again_and_again_are_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "stuffing", "");
    for (uint32_t i = 0; i < 5; i++)
        failures(&f, 29, START + i * MINUTE, SECOND, outside, "user%u");
    failures(&f, 29, START + 6 * MINUTE, SECOND, outside, "other%u");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_accounts_outside_the_window_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "stuffing", "");
    failures(&f, 29, START, 0, outside, "user%u");
    failed(&f, START + 10 * MINUTE + 1, outside, "alice");
    assert_int_equal(f.count, 0);
    failures(&f, 29, START + HOUR, 0, outside, "user%u");
    failed(&f, START + HOUR + 10 * MINUTE, outside, "alice");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

/* `sources` that try six accounts each, of all `accounts` of them. */
static void together(struct behave_fixture *f, uint32_t sources, uint32_t accounts)
{
    char source[32], user[32];

    for (uint32_t i = 0; i < sources * 6; i++) {
        snprintf(source, sizeof source, "198.51.100.%u", i / 6);
        snprintf(user, sizeof user, "user%u", i % accounts);
        failed(f, START + i * SECOND, source, user);
    }
}

static void test_many_sources_that_try_other_accounts_each_are_stuffing_together(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "stuffing", "");
    together(&f, 5, 1000);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "tenant=");
    assert_int_equal(f.told[0].count, 30);
    behave_close(&f);
}

static void test_many_sources_that_try_the_same_accounts_are_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "stuffing", "");
    together(&f, 15, 20);
    assert_int_equal(f.count, 1); /* while each had been tried once */
    behave_close(&f);
    behave_open(&f, "stuffing", "");
    together(&f, 15, 12);
    assert_int_equal(f.count, 0);
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
    uint32_t found = 0;

    (void)unused;
    behave_open(&f, "stuffing", "shared_accounts: 2000");
    flood(&f, MINUTE / 100000, honest);
    for (uint32_t i = 0; i < f.count && i < BEHAVE_SIGNALS; i++)
        found += strcmp(f.told[i].keys, "source=192.0.2.99") == 0;
    assert_true(found > 0);
    behave_close(&f);
}

static void test_times_in_1970_and_2100_count_alike(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "stuffing", "");
    failures(&f, 30, 0, 0, outside, "user%u");
    failures(&f, 30, 130 * 365 * DAY, 0, outside, "user%u");
    assert_int_equal(f.count, 2);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_accounts_tried_once_from_outside_are_stuffing),
        cmocka_unit_test(test_fewer_accounts_or_from_inside_are_none),
        cmocka_unit_test(test_accounts_tried_again_and_again_are_none),
        cmocka_unit_test(test_accounts_outside_the_window_do_not_count),
        cmocka_unit_test(test_many_sources_that_try_other_accounts_each_are_stuffing_together),
        cmocka_unit_test(test_many_sources_that_try_the_same_accounts_are_none),
        cmocka_unit_test(test_times_in_1970_and_2100_count_alike),
        cmocka_unit_test(test_a_flood_of_sources_is_bounded_and_hides_no_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
