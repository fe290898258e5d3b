/* test_behave_dns_tunnel.c - names that are data, and names that are names. */
#include "behave_fixture.h"

#include "base/hash.h"

#include <string.h>

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 160 << 20 };

static void ask(struct behave_fixture *f, int64_t time_ns, const char *client, const char *name)
{
    f->columns.activity = ACTIVITY_dns;
    f->o.source = f->columns.values[COLUMN_source_ip] = str_from(client);
    behave_set(f, COLUMN_dns_question, name);
    behave_feed(f, time_ns);
}

/* The i-th block of data, as 32 digits. */
static const char *block(uint32_t i, const char *domain, char ret[96])
{
    snprintf(ret, 96, "%016llx%016llx.%s", (unsigned long long)hash_mix(i, 1),
             (unsigned long long)hash_mix(i, 2), domain);
    return ret;
}

static void tunnel(struct behave_fixture *f, uint32_t count, int64_t step_ns)
{
    char name[96];

    for (uint32_t i = 0; i < count; i++)
        ask(f, START + i * step_ns, "10.0.0.5", block(i, "t.example.com", name));
}

static void test_fifty_blocks_in_ten_minutes_are_a_tunnel(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    tunnel(&f, 50, SECOND);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "DNS tunnel");
    assert_string_equal(f.told[0].keys, "host=10.0.0.5 domain=example.com");
    assert_non_null(strstr(f.told[0].explanation, "10.0.0.5 asked for 50 different names below "
                                                  "example.com within 10 minutes, with 34 bytes"));
    assert_int_equal(f.told[0].count, 50);
    assert_int_equal(f.told[0].first_ns, START);
    assert_near(f.told[0].measure.value, 50, 1e-9);
    assert_near(f.told[0].measure.high, 49, 1e-9);
    behave_close(&f);
}

static void test_one_block_less_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    tunnel(&f, 49, SECOND);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_slow_tunnel_is_found_by_the_day(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    tunnel(&f, 199, 100 * SECOND);
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "dns_tunnel", "");
    tunnel(&f, 200, 100 * SECOND);
    assert_int_equal(f.count, 1);
    assert_non_null(strstr(f.told[0].explanation, "within 24 hours"));
    behave_close(&f);
}

static void test_a_tunnel_of_more_than_a_day_each_block_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    tunnel(&f, 400, 10 * MINUTE); /* 144 a day */
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_the_same_names_again_and_again_are_none(void **unused)
{
    struct behave_fixture f;
    char name[96];

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    for (uint32_t i = 0; i < 10000; i++)
        ask(&f, START + i * SECOND, "10.0.0.5", block(i % 40, "example.com", name));
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_short_names_are_none(void **unused)
{
    struct behave_fixture f;
    char name[64];

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    for (uint32_t i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "host-%u.example.com", i);
        ask(&f, START + i * SECOND / 10, "10.0.0.5", name);
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_long_names_of_few_letters_need_a_type_that_carries_data(void **unused)
{
    struct behave_fixture f;
    char name[64];

    (void)unused;
    for (int blobs = 0; blobs < 2; blobs++) {
        behave_open(&f, "dns_tunnel", "");
        behave_set(&f, COLUMN_dns_type, blobs ? "TXT" : "A");
        for (uint32_t i = 0; i < 100; i++) {
            snprintf(name, sizeof name, "aaaaaaaaaaaaaaaaaaaaa%03u.example.com", i);
            ask(&f, START + i * SECOND, "10.0.0.5", name);
        }
        assert_int_equal(f.count, blobs ? 2 : 0);
        behave_close(&f);
    }
}

static void test_different_domains_are_counted_apart(void **unused)
{
    struct behave_fixture f;
    char name[96], domain[32];

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    for (uint32_t i = 0; i < 1000; i++) {
        snprintf(domain, sizeof domain, "d%u.com", i % 100);
        ask(&f, START + i * SECOND / 10, "10.0.0.5", block(i, domain, name));
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_many_names_are_told_as_they_double_and_about_how_many(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    tunnel(&f, 5000, SECOND / 20);
    assert_in_range(f.count, 6, 9);
    const struct told *last = &f.told[f.count - 1];
    assert_non_null(strstr(last->explanation, "about"));
    assert_true(last->measure.value > 2000 && last->measure.value < 6000);
    behave_close(&f);
}

static void test_a_tunnel_that_goes_on_is_told_within_each_half_hour(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    tunnel(&f, 12 * 360, 10 * SECOND);
    assert_true(f.count > 20);
    for (uint32_t i = 1; i < f.count; i++) {
        assert_true(f.told[i].last_ns - f.told[i - 1].last_ns <= 30 * MINUTE);
        assert_int_equal(f.told[i].first_ns, f.told[i - 1].last_ns); /* what came since */
    }
    behave_close(&f);
}

static void test_reputation_services_and_what_is_ignored_are_silent(void **unused)
{
    struct behave_fixture f;
    char name[96];

    (void)unused;
    behave_open(&f, "dns_tunnel", "ignore: [telemetry.example.net]");
    for (uint32_t i = 0; i < 100; i++) {
        ask(&f, START + i * SECOND, "10.0.0.5", block(i, "avqs.mcafee.com", name));
        ask(&f, START + i * SECOND, "10.0.0.5", block(i, "telemetry.example.net", name));
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_scanners_are_silent_and_who_asks_for_many_needs_more(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    f.o.source_asset.roles = ROLE_SCANNER;
    tunnel(&f, 1000, SECOND / 10);
    assert_int_equal(f.count, 0);
    f.o.source_asset.roles = ROLE_DNS_SERVER;
    tunnel(&f, 300, SECOND / 10);
    assert_int_equal(f.count, 0);
    tunnel(&f, 1000, SECOND / 10);
    assert_true(f.count > 0);
    behave_close(&f);
}

static void test_times_at_both_ends_do_no_harm(void **unused)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;
    char name[96];

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    for (size_t t = 0; t < countof(times); t++)
        for (uint32_t i = 0; i < 60; i++)
            ask(&f, times[t], "10.0.0.5", block(i, "example.com", name));
    behave_advance(&f, INT64_MAX);
    assert_int_equal(f.count, 2);
    assert_int_equal(behave_stats(&f).keys, 0);
    behave_close(&f);
}

static void test_a_flood_of_domains_is_bounded_and_hides_none(void **unused)
{
    struct behave_fixture f;
    char name[96], domain[32];

    (void)unused;
    behave_open(&f, "dns_tunnel", "");
    for (uint32_t i = 0; i < FLOOD; i++) {
        const int64_t time = START + i * (5 * MINUTE / FLOOD);
        snprintf(domain, sizeof domain, "flood%u.com", i);
        ask(&f, time, "10.0.0.6", block(i, domain, name));
        if (i % (FLOOD / 60) == 0)
            ask(&f, time, "10.0.0.5", block(i, "example.com", name));
    }
    assert_int_equal(f.count, 1);
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fifty_blocks_in_ten_minutes_are_a_tunnel),
        cmocka_unit_test(test_one_block_less_is_none),
        cmocka_unit_test(test_a_slow_tunnel_is_found_by_the_day),
        cmocka_unit_test(test_a_tunnel_of_more_than_a_day_each_block_is_none),
        cmocka_unit_test(test_the_same_names_again_and_again_are_none),
        cmocka_unit_test(test_short_names_are_none),
        cmocka_unit_test(test_long_names_of_few_letters_need_a_type_that_carries_data),
        cmocka_unit_test(test_different_domains_are_counted_apart),
        cmocka_unit_test(test_many_names_are_told_as_they_double_and_about_how_many),
        cmocka_unit_test(test_a_tunnel_that_goes_on_is_told_within_each_half_hour),
        cmocka_unit_test(test_reputation_services_and_what_is_ignored_are_silent),
        cmocka_unit_test(test_scanners_are_silent_and_who_asks_for_many_needs_more),
        cmocka_unit_test(test_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_domains_is_bounded_and_hides_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
