/* test_behave_lateral.c - rare logons from host to host, and how many of them are told a day. */
#include <string.h>

#include "logon_fixture.h"

static void edge(struct behave_fixture *f, int64_t time_ns, const char *user, const char *from,
                 const char *to)
{
    behave_between(f, from, "");
    f->o.source_asset.roles |= ROLE_INTERNAL;
    f->o.user = str_from(user);
    f->o.host = f->o.target = str_from(to);
    f->columns.activity = ACTIVITY_logon;
    f->columns.outcome = OUTCOME_SUCCESS;
    behave_feed(f, time_ns);
}

/* Days of bob on srv1 from ws1, carol on srv2 from ws2, and admin on dc1 from srv9. */
static void history(struct behave_fixture *f, uint32_t days)
{
    for (uint32_t i = 0; i < days; i++) {
        const int64_t at = START + i * DAY + 9 * HOUR;
        edge(f, at, "bob", "ws1", "srv1");
        edge(f, at + 1, "carol", "ws2", "srv2");
        edge(f, at + 2, "bob", "srv1", "srv5");
        edge(f, at + 3, "admin", "srv9", "dc1");
        edge(f, at + 4, "admin", "srv2", "srv8");
    }
}

#define TODAY (START + 20 * DAY + 10 * HOUR)

static void test_a_path_of_rare_logons_is_told_and_the_usual_one_is_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "lateral", "");
    history(&f, 20);
    edge(&f, TODAY, "bob", "ws1", "srv1");
    edge(&f, TODAY + 1, "bob", "srv1", "srv5");
    assert_int_equal(f.count, 0);
    edge(&f, TODAY + MINUTE, "bob", "ws1", "srv2");
    assert_int_equal(f.count, 0); /* one logon is no path */
    edge(&f, TODAY + 2 * MINUTE, "admin", "srv2", "dc1");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Lateral movement");
    assert_string_equal(f.told[0].keys, "source=ws1 target=dc1");
    assert_non_null(strstr(f.told[0].explanation,
                           "ws1 -> srv2 (bob) -> dc1 (admin), the account changes: logons that are "
                           "rare ("));
    assert_int_equal(f.told[0].count, 2);
    assert_int_equal(f.told[0].event_count, 2);
    assert_int_equal(f.told[0].first_ns, TODAY + MINUTE);
    assert_true(f.told[0].measure.samples > 0);
    behave_close(&f);
}

static void test_a_hop_after_twelve_hours_continues_no_path(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "lateral", "");
    history(&f, 20);
    edge(&f, TODAY, "bob", "ws1", "srv3");
    edge(&f, TODAY + 12 * HOUR + 1, "admin", "srv3", "dc1");
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "lateral", "");
    history(&f, 20);
    edge(&f, TODAY, "bob", "ws1", "srv3");
    edge(&f, TODAY + 12 * HOUR, "admin", "srv3", "dc1");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_where_a_path_ends_changes_what_it_is_worth(void **unused)
{
    static const enum criticality worths[] = {CRITICALITY_LOW, CRITICALITY_NONE,
                                              CRITICALITY_EXTREME};
    double scores[countof(worths)];
    struct behave_fixture f;

    (void)unused;
    for (size_t i = 0; i < countof(worths); i++) {
        behave_open(&f, "lateral", "score: 1");
        history(&f, 20);
        edge(&f, TODAY, "bob", "ws1", "srv3");
        f.count = 0;
        f.o.host_asset.criticality = worths[i];
        edge(&f, TODAY + MINUTE, "bob", "srv3", "srv4");
        assert_int_equal(f.count, 1);
        scores[i] = f.told[0].measure.value;
        behave_close(&f);
    }
    assert_true(scores[0] * 2 > scores[1] - 1e-9 && scores[0] * 2 < scores[1] + 1e-9);
    assert_true(scores[1] * 2 > scores[2] - 1e-9 && scores[1] * 2 < scores[2] + 1e-9);
}

static void test_a_path_is_no_longer_than_four_hops(void **unused)
{
    struct behave_fixture f;
    char from[16], to[16];

    (void)unused;
    behave_open(&f, "lateral", "budget: 100");
    history(&f, 20);
    for (uint32_t i = 0; i < 9; i++) {
        snprintf(from, sizeof from, "n%u", i);
        snprintf(to, sizeof to, "n%u", i + 1);
        edge(&f, TODAY + i * MINUTE, "bob", i ? from : "ws1", to);
    }
    assert_true(f.count > 0);
    for (uint32_t i = 0; i < f.count; i++)
        assert_true(f.told[i].event_count <= 4);
    behave_close(&f);
}

static void test_no_more_than_the_budget_is_told_of_a_day(void **unused)
{
    struct behave_fixture f;
    char middle[16], end[16];

    (void)unused;
    behave_open(&f, "lateral", "budget: 3\nhosts: 100");
    history(&f, 20);
    for (uint32_t i = 0; i < 50; i++) {
        snprintf(middle, sizeof middle, "m%u", i);
        snprintf(end, sizeof end, "e%u", i);
        edge(&f, TODAY + i * MINUTE, "bob", "ws1", middle);
        edge(&f, TODAY + i * MINUTE + 1, "bob", middle, end);
    }
    assert_int_equal(f.count, 3);
    edge(&f, TODAY + DAY, "bob", "ws1", "m99");
    edge(&f, TODAY + DAY + 1, "bob", "m99", "e99");
    assert_int_equal(f.count, 4); /* another day */
    behave_close(&f);
}

static void test_with_no_history_little_is_rare(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "lateral", "");
    edge(&f, START, "bob", "ws1", "srv2");
    edge(&f, START + MINUTE, "admin", "srv2", "dc1");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void fan(struct behave_fixture *f, uint32_t hosts, uint32_t role, enum outcome outcome)
{
    char to[16];

    for (uint32_t i = 0; i < hosts; i++) {
        snprintf(to, sizeof to, "pc%u", i);
        behave_between(f, "ws1", "");
        f->o.source_asset.roles = ROLE_INTERNAL | role;
        f->o.user = S("bob");
        f->o.host = str_from(to);
        f->columns.activity = ACTIVITY_logon;
        f->columns.outcome = outcome;
        behave_feed(f, TODAY + i * MINUTE);
    }
}

static void test_a_source_that_logs_on_to_many_new_hosts_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "lateral", "");
    history(&f, 20);
    fan(&f, 9, 0, OUTCOME_SUCCESS);
    assert_int_equal(f.count, 0);
    fan(&f, 10, 0, OUTCOME_SUCCESS);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "source=ws1 user=bob");
    assert_true(f.told[0].measure.value == 10);
    behave_close(&f);
}

static void test_jump_hosts_scanners_failures_and_unknown_sources_are_silent(void **unused)
{
    static const struct {
        uint32_t days, role;
        enum outcome outcome;
    } silent[] = {{20, ROLE_JUMP_HOST, OUTCOME_SUCCESS},
                  {20, ROLE_SCANNER, OUTCOME_SUCCESS},
                  {20, 0, OUTCOME_FAILURE},
                  {0, 0, OUTCOME_SUCCESS}};
    struct behave_fixture f;

    (void)unused;
    for (size_t i = 0; i < countof(silent); i++) {
        behave_open(&f, "lateral", "");
        history(&f, silent[i].days);
        fan(&f, 50, silent[i].role, silent[i].outcome);
        assert_int_equal(f.count, 0);
        behave_close(&f);
    }
}

static void test_times_at_both_ends_do_no_harm(void **unused)
{
    static const int64_t times[] = {INT64_MIN, -DAY, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "lateral", "");
    for (size_t i = 0; i < countof(times); i++) {
        edge(&f, times[i], "bob", "ws1", "srv2");
        edge(&f, times[i], "admin", "srv2", "dc1");
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_flood_of_edges_is_bounded_and_hides_no_path(void **unused)
{
    struct behave_fixture f;
    char from[32], to[32];

    (void)unused;
    behave_open(&f, "lateral", "");
    history(&f, 20);
    for (uint32_t i = 0; i < LOGON_FLOOD / 2; i++) {
        snprintf(from, sizeof from, "f%u", i);
        snprintf(to, sizeof to, "t%u", i);
        edge(&f, TODAY + i, "x", from, to);
    }
    assert_true(behave_stats(&f).bytes < LOGON_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    edge(&f, TODAY + MINUTE, "bob", "ws1", "srv2");
    edge(&f, TODAY + 2 * MINUTE, "admin", "srv2", "dc1");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].keys, "source=ws1 target=dc1");
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_of_rare_logons_is_told_and_the_usual_one_is_not),
        cmocka_unit_test(test_a_hop_after_twelve_hours_continues_no_path),
        cmocka_unit_test(test_where_a_path_ends_changes_what_it_is_worth),
        cmocka_unit_test(test_a_path_is_no_longer_than_four_hops),
        cmocka_unit_test(test_no_more_than_the_budget_is_told_of_a_day),
        cmocka_unit_test(test_with_no_history_little_is_rare),
        cmocka_unit_test(test_a_source_that_logs_on_to_many_new_hosts_is_told),
        cmocka_unit_test(test_jump_hosts_scanners_failures_and_unknown_sources_are_silent),
        cmocka_unit_test(test_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_edges_is_bounded_and_hides_no_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
