/* test_identity.c - one key for one user, one host, one address; and what is known of them. */
#include "behave/observation.h"
#include "entity/identity.h"
#include "event/kind.h"
#include "text/time.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FLOOD = 1000000, LONG = 1 << 20 };

#define HOUR (3600 * NS_PER_S)
#define START (1700000000 * NS_PER_S)
#define SID "S-1-5-21-1-2-3-1105"

struct fixture {
    struct identity *d;
    struct arena *a;
    struct columns c;
};

static void open_fixture(struct fixture *f)
{
    *f = (struct fixture){.d = identity_new(), .a = arena_new(4096)};
    f->c.activity = ACTIVITY_logon;
    f->c.outcome = OUTCOME_SUCCESS;
}

static void close_fixture(struct fixture *f)
{
    identity_free(f->d);
    arena_free(f->a);
}

static void set(struct fixture *f, enum column column, const char *value)
{
    f->c.values[column] = str_from(value);
}

static void learn_user(struct fixture *f, const char *name, const char *domain, const char *id)
{
    set(f, COLUMN_user_name, name);
    set(f, COLUMN_user_domain, domain);
    set(f, COLUMN_user_id, id);
    identity_learn(f->d, &f->c, START);
}

static void learn_lease(struct fixture *f, const char *host, const char *ip, int64_t time_ns)
{
    set(f, COLUMN_host_name, host);
    set(f, COLUMN_host_ip, ip);
    identity_learn(f->d, &f->c, time_ns);
}

#define assert_key(key, expected)                                                                  \
    do {                                                                                           \
        const str key_ = (key);                                                                    \
        char text_[IDENTITY_KEY_MAX * 2 + 1];                                                      \
        snprintf(text_, sizeof text_, STR_FMT, STR_ARG(key_));                                     \
        assert_string_equal(text_, expected);                                                      \
    } while (0)

static str user(struct fixture *f, const char *name, const char *domain, const char *id,
                const char *host)
{
    return identity_user(f->d, str_from(name), str_from(domain), str_from(id), str_from(host),
                         f->a);
}

static str host(struct fixture *f, const char *name, const char *ip, int64_t time_ns)
{
    return identity_host(f->d, str_from(name), str_from(ip), time_ns, f->a);
}

/* ------------------------------------------------------------ users */

static void test_an_account_is_one_key_however_it_is_written(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    assert_key(user(&f, "CORP\\Bob", "", "", ""), "bob@corp");
    assert_key(user(&f, "bob@corp.example", "", "", ""), "bob@corp");
    assert_key(user(&f, "bob", "CORP", "", ""), "bob@corp");
    assert_key(user(&f, "bob", "corp.example", "", ""), "bob@corp");
    assert_key(user(&f, "bob", "other", "", ""), "bob@other");
    assert_key(user(&f, "", "", "", ""), "");
    close_fixture(&f);
}

static void test_a_sid_is_the_account_it_was_seen_with(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    assert_key(user(&f, "", "", SID, ""), "s-1-5-21-1-2-3-1105");
    learn_user(&f, "bob", "CORP", SID);
    assert_key(user(&f, "", "", SID, ""), "bob@corp");
    assert_key(user(&f, "", "", "S-1-5-21-1-2-3-1106", ""), "s-1-5-21-1-2-3-1106");
    assert_int_equal(identity_stats(f.d).accounts, 1);
    close_fixture(&f);
}

static void test_a_name_alone_is_the_one_domains_that_it_was_seen_with(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    learn_user(&f, "bob", "CORP", "");
    assert_key(user(&f, "bob", "", "", ""), "bob@corp");
    learn_user(&f, "bob", "LAB", "");
    assert_key(user(&f, "bob", "", "", ""), "bob");
    close_fixture(&f);
}

static void test_who_is_refused_teaches_nothing(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    learn_user(&f, "bob", "CORP", SID);
    f.c.outcome = OUTCOME_FAILURE;
    learn_user(&f, "bob", "EVIL", "");
    learn_user(&f, "eve", "EVIL", SID);
    assert_key(user(&f, "bob", "", "", ""), "bob@corp");
    assert_key(user(&f, "", "", SID, ""), "bob@corp");
    close_fixture(&f);
}

static void test_local_accounts_of_two_hosts_are_two(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    assert_key(user(&f, "bob", "WS1", "", "ws1"), "bob@ws1");
    assert_key(user(&f, "bob", "WS2", "", "ws2"), "bob@ws2");
    assert_key(user(&f, "root", "", "", "web1"), "root@web1");
    assert_key(user(&f, "root", "", "", "web2"), "root@web2");
    assert_key(user(&f, "SYSTEM", "NT AUTHORITY", "S-1-5-18", "ws1"), "system@ws1");
    assert_key(user(&f, "Administrator", "WS1", "", "ws1"), "administrator@ws1");
    assert_key(user(&f, "Administrator", "CORP", "", "ws1"), "administrator@corp");
    close_fixture(&f);
}

static void test_keys_that_every_machine_has_are_no_ones(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    learn_user(&f, "WS1$", "CORP", "S-1-5-18");
    learn_user(&f, "bob", "CORP", "1000");
    assert_key(user(&f, "", "", "S-1-5-18", "ws2"), "s-1-5-18@ws2");
    assert_key(user(&f, "", "", "1000", "web2"), "1000@web2");
    assert_key(user(&f, "", "", "S-1-0-0", "ws2"), "");
    close_fixture(&f);
}

/* ------------------------------------------------------------ hosts */

static void test_a_host_is_one_key_however_it_is_written(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    assert_key(host(&f, "WEB1.corp.example", "", START), "web1");
    assert_key(host(&f, "web1", "192.0.2.7", START), "web1");
    assert_key(host(&f, "", "192.0.2.7", START), "192.0.2.7");
    assert_key(host(&f, "192.0.2.7", "", START), "192.0.2.7");
    close_fixture(&f);
}

static void test_an_address_is_a_hosts_for_a_day_or_until_another_takes_it(void **unused)
{
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    learn_lease(&f, "ws1.corp.example", "10.0.0.5", START);
    assert_key(host(&f, "", "10.0.0.5", START + 24 * HOUR), "ws1");
    assert_key(host(&f, "", "10.0.0.5", START + 24 * HOUR + 1), "10.0.0.5");
    learn_lease(&f, "ws2", "10.0.0.5", START + HOUR);
    assert_key(host(&f, "", "10.0.0.5", START + HOUR), "ws2");
    learn_lease(&f, "ws2", "127.0.0.1", START + HOUR);
    assert_key(host(&f, "", "127.0.0.1", START + HOUR), "127.0.0.1");
    close_fixture(&f);
}

static void test_dhcp_leases_are_learned_when_they_are_given(void **unused)
{
    static const char *const others[] = {"discover", "offer", "request", "release", "inform"};
    struct fixture f;

    (void)unused;
    open_fixture(&f);
    f.c.activity = ACTIVITY_dhcp;
    set(&f, COLUMN_source_domain, "laptop");
    set(&f, COLUMN_source_ip, "10.0.0.9");
    for (size_t i = 0; i < countof(others); i++) {
        set(&f, COLUMN_event_action, others[i]);
        identity_learn(f.d, &f.c, START);
        assert_key(host(&f, "", "10.0.0.9", START), "10.0.0.9");
    }
    set(&f, COLUMN_event_action, "ack");
    identity_learn(f.d, &f.c, START);
    assert_key(host(&f, "", "10.0.0.9", START), "laptop");
    close_fixture(&f);
}

/* ------------------------------------------------------------ what is hostile */

static void test_long_names_are_cut_and_stay_apart(void **unused)
{
    struct fixture f;
    char *name = malloc(LONG + 2);

    (void)unused;
    open_fixture(&f);
    memset(name, 'a', LONG);
    name[LONG + 1] = '\0';
    name[LONG] = 'x';
    const str one = identity_user(f.d, str_from(name), (str){0}, (str){0}, (str){0}, f.a);
    const str again = identity_user(f.d, str_from(name), (str){0}, (str){0}, (str){0}, f.a);
    name[LONG] = 'y';
    const str other = identity_user(f.d, str_from(name), (str){0}, (str){0}, (str){0}, f.a);
    assert_true(one.n <= IDENTITY_KEY_MAX && str_eq(one, again) && !str_eq(one, other));
    assert_true(host(&f, name, "", START).n <= IDENTITY_KEY_MAX);
    free(name);
    close_fixture(&f);
}

static void test_a_cut_is_between_signs_and_letters_of_all_scripts_fold(void **unused)
{
    struct fixture f;
    char name[1001] = "x";

    (void)unused;
    open_fixture(&f);
    for (int i = 0; i < 499; i++)
        memcpy(name + 1 + 2 * i, "\xC3\xA9", 3);
    assert_true(utf8_valid(user(&f, name, "", "", "")));
    assert_key(user(&f, "J\xC3\x96RG", "CORP", "", ""), "j\xC3\xB6rg@corp");
    assert_key(user(&f, "a\xFF\x01", "", "", ""), "a\xFF\x01");
    assert_key(user(&f, "\\", "", "", ""), "");
    assert_key(user(&f, "@", "", "", ""), "@");
    close_fixture(&f);
}

static void test_a_flood_of_names_is_bounded_and_counted(void **unused)
{
    struct fixture f;
    char name[32];

    (void)unused;
    open_fixture(&f);
    for (uint32_t i = 0; i < FLOOD; i++) {
        snprintf(name, sizeof name, "u%u", i);
        set(&f, COLUMN_host_ip, name);
        set(&f, COLUMN_host_name, "h");
        learn_user(&f, name, "CORP", name);
    }
    const struct identity_stats s = identity_stats(f.d);
    assert_true(s.leases <= IDENTITY_LEASES_MAX && s.accounts <= IDENTITY_ACCOUNTS_MAX);
    assert_true(s.forgotten > FLOOD);
    close_fixture(&f);
}

/* ------------------------------------------------------------ assets */

static struct asset_list *assets(const char *yaml)
{
    struct err e = {0};
    struct asset_list *l = asset_list_read(str_from(yaml), &e);

    assert_non_null(l);
    return l;
}

static void test_rows_match_networks_hosts_and_accounts(void **unused)
{
    struct asset_list *l = assets("assets:\n"
                                  "  - match: [10.0.9.0/28, scanner01, web1.corp.example]\n"
                                  "    roles: [scanner]\n"
                                  "  - match: ['dc*', 'CORP\\svc-*', backup@corp.example]\n"
                                  "    roles: [service_account]\n"
                                  "    criticality: extreme\n");

    (void)unused;
    assert_int_equal(asset_list_count(l), 2);
    assert_true(asset_of(l, S("10.0.9.15")).roles & ROLE_SCANNER);
    assert_false(asset_of(l, S("10.0.9.16")).roles & ROLE_SCANNER);
    assert_true(asset_of(l, S("scanner01")).roles & ROLE_SCANNER);
    assert_true(asset_of(l, S("web1")).roles & ROLE_SCANNER);
    assert_int_equal(asset_of(l, S("dc2")).criticality, CRITICALITY_EXTREME);
    assert_true(asset_of(l, S("svc-sql@corp")).roles & ROLE_SERVICE_ACCOUNT);
    assert_false(asset_of(l, S("svc-sql@lab")).roles & ROLE_SERVICE_ACCOUNT);
    assert_true(asset_of(l, S("backup@corp")).roles & ROLE_SERVICE_ACCOUNT);
    assert_int_equal(asset_of(l, S("bob@corp")).roles, 0);
    asset_list_free(l);
}

static void test_rows_add_up(void **unused)
{
    struct asset_list *l = assets("assets:\n"
                                  "  - {match: [a], roles: [vpn], criticality: high}\n"
                                  "  - {match: ['?'], roles: [admin], criticality: low}\n");
    const struct asset asset = asset_of(l, S("a"));

    (void)unused;
    assert_int_equal(asset.roles, ROLE_VPN | ROLE_ADMIN);
    assert_int_equal(asset.criticality, CRITICALITY_HIGH);
    asset_list_free(l);
}

static void test_private_addresses_are_internal_until_a_row_says_what_is(void **unused)
{
    struct asset_list *empty = asset_list_empty();
    struct asset_list *l = assets("assets:\n  - {match: [192.0.2.0/24], roles: [internal]}\n");

    (void)unused;
    assert_int_equal(asset_of(empty, S("10.1.2.3")).roles, ROLE_INTERNAL);
    assert_int_equal(asset_of(empty, S("192.0.2.1")).roles, 0);
    assert_int_equal(asset_of(l, S("10.1.2.3")).roles, 0);
    assert_int_equal(asset_of(l, S("192.0.2.1")).roles, ROLE_INTERNAL);
    asset_list_free(empty);
    asset_list_free(l);
}

static void refused(const char *yaml, uint32_t line, const char *why)
{
    struct err e = {0};

    assert_null(asset_list_read(str_from(yaml), &e));
    assert_int_equal(e.line, line);
    assert_non_null(strstr(e.message, why));
}

static void test_what_is_wrong_in_a_file_is_told_with_its_line(void **unused)
{
    (void)unused;
    refused("assets:\n  - match: [a]\n    roles: [king]\n", 3, "there is no role 'king'");
    refused("assets:\n  - match: [a, 10.0.0.1/8]\n", 2, "has bits set behind the prefix");
    refused("assets:\n  - roles: [vpn]\n", 2, "match");
}

static void test_an_observation_has_keys_and_what_is_known_of_them(void **unused)
{
    struct asset_list *l = assets("assets:\n  - {match: ['ws*'], roles: [jump_host]}\n");
    struct fixture f;
    struct observation o;

    (void)unused;
    open_fixture(&f);
    learn_lease(&f, "ws1", "10.0.0.5", START);
    set(&f, COLUMN_host_name, "SRV1.corp.example");
    set(&f, COLUMN_host_ip, NULL);
    set(&f, COLUMN_source_ip, "10.0.0.5");
    set(&f, COLUMN_user_name, "CORP\\Bob");
    o = (struct observation){.time_ns = START + HOUR, .columns = &f.c};
    observation_fill(&o, f.d, l, f.a);
    assert_key(o.source, "10.0.0.5");
    assert_key(o.source_host, "ws1");
    assert_key(o.host, "srv1");
    assert_key(o.target, "srv1");
    assert_key(o.user, "bob@corp");
    assert_int_equal(o.source_asset.roles, ROLE_JUMP_HOST | ROLE_INTERNAL);
    asset_list_free(l);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_account_is_one_key_however_it_is_written),
        cmocka_unit_test(test_a_sid_is_the_account_it_was_seen_with),
        cmocka_unit_test(test_a_name_alone_is_the_one_domains_that_it_was_seen_with),
        cmocka_unit_test(test_who_is_refused_teaches_nothing),
        cmocka_unit_test(test_local_accounts_of_two_hosts_are_two),
        cmocka_unit_test(test_keys_that_every_machine_has_are_no_ones),
        cmocka_unit_test(test_a_host_is_one_key_however_it_is_written),
        cmocka_unit_test(test_an_address_is_a_hosts_for_a_day_or_until_another_takes_it),
        cmocka_unit_test(test_dhcp_leases_are_learned_when_they_are_given),
        cmocka_unit_test(test_long_names_are_cut_and_stay_apart),
        cmocka_unit_test(test_a_cut_is_between_signs_and_letters_of_all_scripts_fold),
        cmocka_unit_test(test_a_flood_of_names_is_bounded_and_counted),
        cmocka_unit_test(test_rows_match_networks_hosts_and_accounts),
        cmocka_unit_test(test_rows_add_up),
        cmocka_unit_test(test_private_addresses_are_internal_until_a_row_says_what_is),
        cmocka_unit_test(test_what_is_wrong_in_a_file_is_told_with_its_line),
        cmocka_unit_test(test_an_observation_has_keys_and_what_is_known_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
