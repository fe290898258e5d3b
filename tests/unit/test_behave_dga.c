/* test_behave_dga.c - names that do not exist, of programs and of people. */
#include "behave_fixture.h"

#include "base/hash.h"

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 64 << 20 };

static void ask(struct behave_fixture *f, int64_t time_ns, const char *client, const char *name,
                const char *code)
{
    f->columns.activity = ACTIVITY_dns;
    f->o.source = f->columns.values[COLUMN_source_ip] = str_from(client);
    behave_set(f, COLUMN_dns_question, name);
    behave_set(f, COLUMN_dns_code, code);
    behave_feed(f, time_ns);
}

/* The i-th of the names that a program makes. */
static const char *generated(uint32_t i, char ret[32])
{
    uint64_t random = hash_mix(i + 1, 99);
    size_t at = 0;

    for (; at < 16; at++) {
        ret[at] = (char)('a' + random % 26);
        random = hash_mix(random, at);
    }
    snprintf(ret + at, 32 - at, ".com");
    return ret;
}

static void generate(struct behave_fixture *f, uint32_t count, int64_t step_ns)
{
    char name[32];

    for (uint32_t i = 0; i < count; i++)
        ask(f, START + i * step_ns, "10.0.0.5", generated(i, name), "NXDOMAIN");
}

static void test_ten_generated_names_are_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dga", "");
    generate(&f, 10, SECOND);
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Generated domain names (DGA)");
    assert_string_equal(f.told[0].keys, "host=10.0.0.5");
    assert_int_equal(f.told[0].count, 10);
    assert_int_equal(f.told[0].first_ns, START);
    assert_true(f.told[0].measure.value > f.told[0].measure.high);
    assert_int_equal(f.told[0].measure.samples, 10);
    behave_close(&f);
}

static void test_nine_are_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dga", "");
    generate(&f, 9, SECOND);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_names_that_exist_do_not_count(void **unused)
{
    struct behave_fixture f;
    char name[32];

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < 100; i++)
        ask(&f, START + i * SECOND, "10.0.0.5", generated(i, name), "NOERROR");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_one_name_again_and_again_is_one(void **unused)
{
    struct behave_fixture f;
    char name[64];

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < 100; i++) { /* the names below it are its owner's */
        snprintf(name, sizeof name, "h%u.xkqjzvwphtgbq.com", i);
        ask(&f, START + i * SECOND, "10.0.0.5", name, "NXDOMAIN");
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_misspelt_names_of_people_are_none(void **unused)
{
    static const char *const names[] = {"gogle.com",        "faceboook.com",    "wikipeda.org",
                                        "weathr.com",       "newspapr.net",     "libary.org",
                                        "amazn.com",        "openstretmap.org", "debain.org",
                                        "stackoverflw.com", "youtub.com",       "linkdin.com"};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < countof(names); i++)
        ask(&f, START + i * SECOND, "10.0.0.5", names[i], "NXDOMAIN");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_search_lists_ending_hides_nothing_and_makes_nothing(void **unused)
{
    struct behave_fixture f;
    char name[64], made[32];

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "%s.corp.example.com", generated(i, made));
        ask(&f, START + i * SECOND, "10.0.0.5", name, "NXDOMAIN");
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_names_of_ones_own_network_are_left_out(void **unused)
{
    static const char *const endings[] = {"lan", "LOCAL", "corp", "internal"};
    struct behave_fixture f;
    char name[64];

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < 100; i++) {
        generated(i, name);
        snprintf(name + 16, sizeof name - 16, ".%s", endings[i % 4]);
        ask(&f, START + i * SECOND, "10.0.0.5", name, "NXDOMAIN");
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_names_of_other_scripts_are_left_out(void **unused)
{
    struct behave_fixture f;
    char name[64], made[32];

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "xn--%s", generated(i, made));
        ask(&f, START + i * SECOND, "10.0.0.5", name, "NXDOMAIN");
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_ten_names_in_the_window_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dga", "");
    generate(&f, 10, HOUR / 9);
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_ten_names_in_more_than_the_window_do_not(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dga", "");
    generate(&f, 10, HOUR / 9 + SECOND);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_it_is_told_when_there_are_as_many_again(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "dga", "");
    generate(&f, 80, SECOND);
    assert_int_equal(f.count, 4);
    assert_int_equal(f.told[3].count, 40);
    behave_close(&f);
}

static void test_windows_and_dnsmasq_write_it_in_other_places(void **unused)
{
    struct behave_fixture f;
    char name[32];

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < 10; i++) {
        behave_set(&f, i % 2 ? COLUMN_event_reason : COLUMN_dns_answer,
                   i % 2 ? "9003" : "NXDOMAIN");
        behave_set(&f, i % 2 ? COLUMN_dns_answer : COLUMN_event_reason, NULL);
        ask(&f, START + i * SECOND, "10.0.0.5", generated(i, name), NULL);
    }
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_servers_of_dns_gateways_and_scanners_are_silent(void **unused)
{
    static const uint32_t silent[] = {ROLE_DNS_SERVER, ROLE_NAT_GATEWAY, ROLE_SCANNER};
    struct behave_fixture f;

    (void)unused;
    for (size_t i = 0; i < countof(silent); i++) {
        behave_open(&f, "dga", "");
        f.o.source_asset.roles = silent[i];
        generate(&f, 100, SECOND);
        assert_int_equal(f.count, 0);
        behave_close(&f);
    }
}

static void test_times_at_both_ends_do_no_harm(void **unused)
{
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};
    struct behave_fixture f;
    char name[32];

    (void)unused;
    behave_open(&f, "dga", "");
    for (size_t t = 0; t < countof(times); t++)
        for (uint32_t i = 0; i < 10; i++)
            ask(&f, times[t], "10.0.0.5", generated(i, name), "NXDOMAIN");
    behave_advance(&f, INT64_MAX);
    assert_int_equal(f.count, 2);
    behave_close(&f);
}

static void test_a_flood_of_hosts_is_bounded_and_hides_none(void **unused)
{
    struct behave_fixture f;
    char name[32], client[32];

    (void)unused;
    behave_open(&f, "dga", "");
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(client, sizeof client, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        ask(&f, START + i * (HOUR / FLOOD / 2), client, "xkqjzvwphtgbq.com", "NXDOMAIN");
        if (i % (FLOOD / 20) == 0)
            ask(&f, START + i * (HOUR / FLOOD / 2), "172.16.0.5", generated(i, name), "NXDOMAIN");
    }
    assert_int_equal(f.count, 2); /* at ten names and at twenty */
    assert_string_equal(f.told[0].keys, "host=172.16.0.5");
    assert_true(behave_stats(&f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&f).displaced > 0);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ten_generated_names_are_told),
        cmocka_unit_test(test_nine_are_not),
        cmocka_unit_test(test_names_that_exist_do_not_count),
        cmocka_unit_test(test_one_name_again_and_again_is_one),
        cmocka_unit_test(test_misspelt_names_of_people_are_none),
        cmocka_unit_test(test_a_search_lists_ending_hides_nothing_and_makes_nothing),
        cmocka_unit_test(test_names_of_ones_own_network_are_left_out),
        cmocka_unit_test(test_names_of_other_scripts_are_left_out),
        cmocka_unit_test(test_ten_names_in_the_window_count),
        cmocka_unit_test(test_ten_names_in_more_than_the_window_do_not),
        cmocka_unit_test(test_it_is_told_when_there_are_as_many_again),
        cmocka_unit_test(test_windows_and_dnsmasq_write_it_in_other_places),
        cmocka_unit_test(test_servers_of_dns_gateways_and_scanners_are_silent),
        cmocka_unit_test(test_times_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_flood_of_hosts_is_bounded_and_hides_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
