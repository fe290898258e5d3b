/* test_behave_travel.c - where addresses are, and accounts that come from where they cannot. */
#include "../mmdb_writer.h"
#include "behave/behavior_set.h"
#include "behave/geo_database.h"
#include "behave_fixture.h"

#include <string.h>
#include <unistd.h>

enum { FLOOD = 1000000, FLOOD_BYTES_MAX = 128 << 20, SETTINGS_TEXT = 256 };

#define BERLIN "192.0.2.7"
#define TOKYO "198.51.100.7"
#define PARIS "203.0.113.7"
#define VAGUE "233.252.0.7"

static void make(struct mmdb *m)
{
    mmdb_init(m);
    mmdb_city(m, "192.0.2.0", "Berlin", "DE", 52.52, 13.405, 20);
    mmdb_city(m, "198.51.100.0", "Tokyo", "JP", 35.6762, 139.6503, 50);
    mmdb_city(m, "203.0.113.0", "Paris", "FR", 48.8566, 2.3522, 5);
    mmdb_city(m, "233.252.0.0", "", "FR", 46.2, 2.2, 1000);
}

struct world {
    struct behave_fixture f;
    struct mmdb cities, owners;
    char cities_path[64], owners_path[64];
};

static struct world *open_world(const char *name, const char *more)
{
    struct world *w = calloc(1, sizeof *w);
    char yaml[SETTINGS_TEXT];
    const bool owners = strcmp(name, "new_asn") == 0;

    make(&w->cities);
    mmdb_write(&w->cities, w->cities_path);
    mmdb_init(&w->owners);
    mmdb_owner(&w->owners, "192.0.2.0", 64500, "Example Net");
    mmdb_owner(&w->owners, "198.51.100.0", 64501, "Other Net");
    mmdb_write(&w->owners, w->owners_path);
    snprintf(yaml, sizeof yaml, "database: %s\n%s", owners ? w->owners_path : w->cities_path, more);
    behave_open(&w->f, name, yaml);
    return w;
}

static void close_world(struct world *w)
{
    behave_close(&w->f);
    mmdb_done(&w->cities);
    mmdb_done(&w->owners);
    unlink(w->cities_path);
    unlink(w->owners_path);
    free(w);
}

static void logon(struct world *w, int64_t time_ns, const char *user, const char *ip)
{
    w->f.columns.activity = ACTIVITY_logon;
    w->f.columns.outcome = OUTCOME_SUCCESS;
    w->f.o.user = str_from(user);
    behave_between(&w->f, ip, NULL);
    behave_feed(&w->f, time_ns);
}

/* ------------------------------------------------------------ the database */

static void test_a_database_of_each_record_size_is_read(void **unused)
{
    static const uint32_t sizes[] = {24, 28, 32};
    struct mmdb *m = calloc(1, sizeof *m);
    struct geo_place p;
    struct err e = {0};
    struct ip ip;

    (void)unused;
    make(m);
    for (size_t i = 0; i < countof(sizes); i++) {
        struct geo_database *d = geo_database_of(mmdb_bytes(m, sizes[i]), &e);
        assert_non_null(d);
        assert_true(ip_parse(S(TOKYO), &ip) && geo_database_find(d, &ip, &p));
        assert_true(str_eq(p.city, S("Tokyo")) && str_eq(p.country, S("JP")) && p.has_point);
        assert_near(p.latitude, 35.6762, 1e-9);
        assert_near(p.accuracy_km, 50, 1e-9);
        assert_true(ip_parse(S("192.0.3.1"), &ip));
        assert_false(geo_database_find(d, &ip, &p));
        assert_true(ip_parse(S("2001:db8::1"), &ip));
        assert_false(geo_database_find(d, &ip, &p));
        geo_database_close(d);
    }
    mmdb_done(m);
    free(m);
}

static void test_pointers_are_followed_and_those_in_a_circle_are_not(void **unused)
{
    struct mmdb *m = calloc(1, sizeof *m);
    struct geo_place p;
    struct err e = {0};
    struct ip ip;

    (void)unused;
    mmdb_init(m);
    mmdb_text(&m->data, "iso_code");
    mmdb_network(m, "192.0.2.0", 24);
    mmdb_map(&m->data, 1);
    mmdb_text(&m->data, "country");
    mmdb_map(&m->data, 1);
    mmdb_pointer(&m->data, 0);
    mmdb_text(&m->data, "DE");
    mmdb_network(m, "198.51.100.0", 24);
    mmdb_pointer(&m->data, (uint32_t)m->data.n);
    struct geo_database *d = geo_database_of(mmdb_bytes(m, 24), &e);
    assert_non_null(d);
    assert_true(ip_parse(S("192.0.2.1"), &ip) && geo_database_find(d, &ip, &p));
    assert_true(str_eq(p.country, S("DE")));
    assert_true(ip_parse(S("198.51.100.1"), &ip));
    assert_false(geo_database_find(d, &ip, &p));
    geo_database_close(d);
    mmdb_done(m);
    free(m);
}

/* Copies, so that sanitizers see what is read behind the end. */
static void try_bytes(str bytes)
{
    static const char *const addresses[] = {BERLIN, TOKYO, PARIS, "0.0.0.0", "::1"};
    char *copy = malloc(bytes.n ? bytes.n : 1);
    struct geo_place p;
    struct err e = {0};
    struct ip ip;

    if (bytes.n)
        memcpy(copy, bytes.p, bytes.n);
    struct geo_database *d = geo_database_of((str){copy, bytes.n}, &e);
    for (size_t i = 0; d && i < countof(addresses); i++) {
        assert_true(ip_parse(str_from(addresses[i]), &ip));
        if (geo_database_find(d, &ip, &p))
            assert_true(p.country.n <= GEO_COUNTRY_MAX);
    }
    assert_true(d || e.code != ERR_NONE);
    geo_database_close(d);
    free(copy);
}

static void test_a_broken_database_does_no_harm(void **unused)
{
    struct mmdb *m = calloc(1, sizeof *m);

    (void)unused;
    make(m);
    const str bytes = mmdb_bytes(m, 28);
    for (size_t n = 0; n < bytes.n; n += 3)
        try_bytes((str){bytes.p, n});
    for (size_t i = 0; i < bytes.n; i++)
        for (int k = 0; k < 3; k++) {
            static const uint8_t values[] = {0x00, 0xFF, 0x3F};
            char *at = (char *)(uintptr_t)bytes.p + i;
            const char kept = *at;
            *at = (char)values[k];
            try_bytes(bytes);
            *at = kept;
        }
    mmdb_done(m);
    free(m);
}

static void test_distances_are_those_of_the_great_circle(void **unused)
{
    const struct geo_place berlin = {.latitude = 52.52, .longitude = 13.405};
    const struct geo_place tokyo = {.latitude = 35.6762, .longitude = 139.6503};
    const struct geo_place north = {.latitude = 90}, south = {.latitude = -90};

    (void)unused;
    assert_near(geo_distance_km(&berlin, &tokyo), 8918, 5);
    assert_near(geo_distance_km(&north, &south), 20015, 1);
    assert_near(geo_distance_km(&berlin, &berlin), 0, 1e-9);
}

/* ------------------------------------------------------------ travel */

static void test_two_places_too_far_apart_are_told(void **unused)
{
    struct world *w = open_world("impossible_travel", "");

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START + 2 * HOUR, "bob@corp", TOKYO);
    assert_int_equal(w->f.count, 1);
    assert_string_equal(w->f.told[0].explanation,
                        "bob@corp logged on from Tokyo, JP (198.51.100.7) 2.0 hours after Berlin, "
                        "DE (192.0.2.7): 8916 km, 4458 km/h");
    assert_string_equal(w->f.told[0].keys, "user=bob@corp");
    assert_int_equal(w->f.told[0].count, 2);
    close_world(w);
}

static void test_a_flight_is_not(void **unused)
{
    struct world *w = open_world("impossible_travel", "");

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START + 10 * HOUR, "bob@corp", TOKYO);
    assert_int_equal(w->f.count, 0);
    close_world(w);
}

static void test_the_accuracy_of_both_places_is_taken_off(void **unused)
{
    struct world *w = open_world("impossible_travel", "");

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START + MINUTE, "bob@corp", VAGUE); /* 1070 km, with 1020 of radii */
    assert_int_equal(w->f.count, 0);
    logon(w, START, "eve", BERLIN);
    logon(w, START + MINUTE, "eve", PARIS); /* 878 km, with 25 */
    assert_int_equal(w->f.count, 1);
    close_world(w);
}

static void test_two_people_are_in_two_places(void **unused)
{
    struct world *w = open_world("impossible_travel", "");

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START, "eve", TOKYO);
    assert_int_equal(w->f.count, 0);
    close_world(w);
}

static void test_failures_vpns_services_and_the_ignored_are_silent(void **unused)
{
    struct world *w = open_world("impossible_travel", "ignore: [JP]");

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START, "bob@corp", TOKYO);
    behave_between(&w->f, PARIS, NULL);
    w->f.columns.outcome = OUTCOME_FAILURE;
    behave_feed(&w->f, START);
    w->f.columns.outcome = OUTCOME_SUCCESS;
    w->f.o.source_asset.roles = ROLE_VPN;
    behave_feed(&w->f, START);
    w->f.o.source_asset.roles = 0;
    w->f.o.user_asset.roles = ROLE_SERVICE_ACCOUNT;
    behave_feed(&w->f, START);
    assert_int_equal(w->f.count, 0);
    w->f.o.user_asset.roles = 0;
    behave_feed(&w->f, START);
    assert_int_equal(w->f.count, 1);
    close_world(w);
}

static void test_networks_are_ignored_by_their_number(void **unused)
{
    struct world *w = open_world("impossible_travel", "");
    char yaml[SETTINGS_TEXT];

    (void)unused;
    behave_close(&w->f);
    snprintf(yaml, sizeof yaml, "database: %s\nasn_database: %s\nignore: [AS64501]\n",
             w->cities_path, w->owners_path);
    behave_open(&w->f, "impossible_travel", yaml);
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START, "bob@corp", TOKYO);
    assert_int_equal(w->f.count, 0);
    logon(w, START, "bob@corp", PARIS);
    assert_int_equal(w->f.count, 1);
    close_world(w);
}

static void test_a_pair_of_places_is_a_habit_after_three_days_and_not_before(void **unused)
{
    struct world *w = open_world("impossible_travel", "");

    (void)unused;
    for (int day = 0; day < 6; day++)
        for (int i = 0; i < 50; i++) { /* as often as one likes within a day */
            logon(w, START + day * DAY + i * 2 * MINUTE, "bob@corp", BERLIN);
            logon(w, START + day * DAY + (i * 2 + 1) * MINUTE, "bob@corp", TOKYO);
        }
    assert_int_equal(w->f.count, 3 * 99);
    close_world(w);
}

static void test_a_flood_of_accounts_is_bounded_and_hides_none(void **unused)
{
    struct world *w = open_world("impossible_travel", "");
    char user[32];

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START, "bob@corp", BERLIN);
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(user, sizeof user, "u%u", i);
        logon(w, START, user, TOKYO);
    }
    logon(w, START + HOUR, "bob@corp", TOKYO);
    assert_int_equal(w->f.count, 1);
    assert_true(behave_stats(&w->f).bytes < FLOOD_BYTES_MAX);
    assert_true(behave_stats(&w->f).displaced > 0);
    close_world(w);
}

static void test_clocks_at_both_ends_do_no_harm(void **unused)
{
    static const char *const names[] = {"impossible_travel", "new_country", "new_asn"};
    static const int64_t times[] = {INT64_MIN, -1, 0, 130 * 365 * DAY, INT64_MAX};

    (void)unused;
    for (size_t n = 0; n < countof(names); n++) {
        struct world *w = open_world(names[n], "");
        for (size_t i = 0; i < countof(times); i++) {
            logon(w, times[i], "bob@corp", BERLIN);
            logon(w, times[i], "bob@corp", TOKYO);
        }
        assert_true(w->f.count <= 10);
        close_world(w);
    }
}

/* ------------------------------------------------------------ countries and networks */

static void test_a_country_that_is_new_to_an_account_is_told(void **unused)
{
    struct world *w = open_world("new_country", "");

    (void)unused;
    for (int day = 0; day < 6; day++)
        logon(w, START + day * DAY, "bob@corp", BERLIN);
    assert_int_equal(w->f.count, 0);
    logon(w, START + 6 * DAY, "bob@corp", TOKYO);
    assert_int_equal(w->f.count, 1);
    assert_string_equal(w->f.told[0].keys, "user=bob@corp country=JP");
    logon(w, START + 6 * DAY, "bob@corp", TOKYO);
    logon(w, START + 6 * DAY, "eve", TOKYO); /* of whom nothing is known */
    assert_int_equal(w->f.count, 1);
    close_world(w);
}

static void test_a_network_that_is_new_to_an_account_is_told(void **unused)
{
    struct world *w = open_world("new_asn", "days: 1");

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    logon(w, START + DAY, "bob@corp", "192.0.2.200"); /* the same network */
    logon(w, START + DAY, "bob@corp", PARIS);         /* not in the database */
    assert_int_equal(w->f.count, 0);
    logon(w, START + DAY, "bob@corp", TOKYO);
    assert_int_equal(w->f.count, 1);
    assert_string_equal(w->f.told[0].explanation,
                        "bob@corp logged on from AS64501 Other Net (198.51.100.7), which is new to "
                        "it: on 1 days before it came from 1 networks");
    close_world(w);
}

static void test_refused_logons_make_no_country_known(void **unused)
{
    struct world *w = open_world("new_country", "days: 1");

    (void)unused;
    logon(w, START, "bob@corp", BERLIN);
    behave_between(&w->f, TOKYO, NULL);
    w->f.columns.outcome = OUTCOME_FAILURE;
    behave_feed(&w->f, START + DAY);
    assert_int_equal(w->f.count, 0);
    logon(w, START + DAY, "bob@corp", TOKYO);
    assert_int_equal(w->f.count, 1);
    close_world(w);
}

static void test_without_a_database_it_says_that_it_is_off(void **unused)
{
    struct behavior_stats stats;
    struct err e = {0};
    uint32_t off = 0;

    (void)unused;
    struct behavior_set *set = behavior_set_new((str){0}, &e);
    assert_non_null(set);
    for (uint32_t i = 0; i < behavior_set_count(set); i++)
        if (behavior_set_off(set, i)) {
            const struct behavior_type *type = behavior_set_stats(set, i, &stats);
            assert_string_equal(behavior_set_off(set, i), "no `database` is set");
            assert_true(type->off != NULL);
            off++;
        }
    assert_int_equal(off, 3);
    behavior_set_free(set);
    struct world *w = open_world("impossible_travel", "");
    assert_null(w->f.type->off(w->f.self));
    close_world(w);
}

static void test_a_database_that_is_not_there_is_an_error(void **unused)
{
    struct err e = {0};

    (void)unused;
    assert_null(behavior_set_new(S("behaviors: {new_country: {database: /nowhere.mmdb}}"), &e));
    assert_non_null(strstr(e.message, "cannot open the database '/nowhere.mmdb'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_database_of_each_record_size_is_read),
        cmocka_unit_test(test_pointers_are_followed_and_those_in_a_circle_are_not),
        cmocka_unit_test(test_a_broken_database_does_no_harm),
        cmocka_unit_test(test_distances_are_those_of_the_great_circle),
        cmocka_unit_test(test_two_places_too_far_apart_are_told),
        cmocka_unit_test(test_a_flight_is_not),
        cmocka_unit_test(test_the_accuracy_of_both_places_is_taken_off),
        cmocka_unit_test(test_two_people_are_in_two_places),
        cmocka_unit_test(test_failures_vpns_services_and_the_ignored_are_silent),
        cmocka_unit_test(test_networks_are_ignored_by_their_number),
        cmocka_unit_test(test_a_pair_of_places_is_a_habit_after_three_days_and_not_before),
        cmocka_unit_test(test_a_flood_of_accounts_is_bounded_and_hides_none),
        cmocka_unit_test(test_clocks_at_both_ends_do_no_harm),
        cmocka_unit_test(test_a_country_that_is_new_to_an_account_is_told),
        cmocka_unit_test(test_a_network_that_is_new_to_an_account_is_told),
        cmocka_unit_test(test_refused_logons_make_no_country_known),
        cmocka_unit_test(test_without_a_database_it_says_that_it_is_off),
        cmocka_unit_test(test_a_database_that_is_not_there_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
