/* test_behave_web.c - what a web server is asked for by those who look for holes, and pages that
 * keep refusing one source. */
#include <string.h>

#include "logon_fixture.h"

static const char outside[] = "192.0.2.7";

static void ask(struct behave_fixture *f, int64_t time_ns, const char *method, const char *target,
                const char *status)
{
    const char *query = strchr(target, '?');

    behave_between(f, f->o.source.n ? f->o.source.p : outside, "");
    behave_set(f, COLUMN_http_method, method);
    behave_set(f, COLUMN_http_status, status);
    behave_set(f, COLUMN_url_original, target);
    f->columns.values[COLUMN_url_path] =
        (str){target, query ? (size_t)(query - target) : strlen(target)};
    f->columns.values[COLUMN_url_query] = query ? str_from(query + 1) : (str){0};
    f->columns.activity = ACTIVITY_http;
    behave_feed(f, time_ns);
}

/* `form` with a number in the place of its '#'. */
static void ask_all(struct behave_fixture *f, uint32_t count, int64_t step_ns, const char *form,
                    const char *status)
{
    const char *mark = strchr(form, '#');
    char target[128];

    for (uint32_t i = 0; i < count; i++) {
        snprintf(target, sizeof target, "%.*s%u%s", (int)(mark - form), form, i, mark + 1);
        ask(f, START + i * step_ns, "GET", target, status);
    }
}

static void test_many_missing_targets_are_probing_and_one_less_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "");
    ask_all(&f, 9, SECOND, "/a#.php", "404");
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "web_probe", "");
    ask_all(&f, 10, SECOND, "/a#.php", "404");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Web probing");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7 probe=missing");
    assert_string_equal(f.told[0].explanation,
                        "192.0.2.7 asked for 10 targets that are not there within 9 s");
    assert_int_equal(f.told[0].severity, SEVERITY_LOW);
    behave_close(&f);
}

static void test_pictures_the_same_target_and_what_is_there_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "");
    ask_all(&f, 39, SECOND, "/img/#.png", "404");
    ask_all(&f, 30, SECOND, "/page#", "200");
    for (uint32_t i = 0; i < 50; i++)
        ask(&f, START + i * SECOND, "GET", "/gone", "404");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_targets_outside_the_window_do_not_count(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "missing: 2");
    ask(&f, START, "GET", "/a", "404");
    ask(&f, START + 2 * MINUTE + 1, "GET", "/b", "404");
    assert_int_equal(f.count, 0);
    ask(&f, START + 4 * MINUTE + 1, "GET", "/c", "404");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_each_class_of_target_has_its_words(void **unused)
{
    static const struct {
        const char *title;
        const char *targets[5];
        const char *status;
    } cases[] = {
        {"Web probing for sensitive files",
         {"/.env", "/x/.git/HEAD", "/db/dump.sql", "/wp-config.php.bak", NULL},
         "200"},
        {"Web probing for backdoors", {"/up/c99.php", "/Web_Shell.PHP", NULL}, "404"},
        {"Web probing for consoles", {"/phpMyAdmin2/", "/pma", "/manager/html", NULL}, "404"},
        {"WordPress scan",
         {"/wp-content/plugins/a.php", "/x/wp-admin/b.php", "/xmlrpc.php", "/wp-includes/", NULL},
         "404"},
        {"Web user enumeration",
         {"/?author=1", "/?author=2", "/?author=3", "/?author=4", "/?author=5"},
         "200"},
        {"Path traversal attempts",
         {"/?f=../../etc/passwd", "/?f=..%2F..%2Fx", "/?url=file:///etc/group", NULL},
         "404"},
    };
    struct behave_fixture f;

    (void)unused;
    for (size_t c = 0; c < countof(cases); c++) {
        behave_open(&f, "web_probe", "missing: 50");
        for (uint32_t i = 0; i < 5 && cases[c].targets[i]; i++) {
            assert_int_equal(f.count, 0);
            ask(&f, START + i, "GET", cases[c].targets[i], cases[c].status);
        }
        assert_int_equal(f.count, 1);
        assert_string_equal(f.told[0].title, cases[c].title);
        behave_close(&f);
    }
}

static void test_what_resembles_these_words_is_none(void **unused)
{
    static const char *const targets[] = {"/.well-known/acme-challenge/x",
                                          "/c/",
                                          "/shells/sea.html",
                                          "/authors?author=anne",
                                          "/environment",
                                          "/admins/list",
                                          "/login",
                                          "/..."};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "missing: 50\nsensitive: 2\nconsoles: 2\nauthors: 2");
    for (size_t i = 0; i < countof(targets); i++)
        ask(&f, START + (int64_t)i, "GET", targets[i], "404");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_consoles_that_are_there_are_used_and_not_probed(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "");
    ask(&f, START, "GET", "/phpmyadmin/", "200");
    ask(&f, START, "GET", "/manager/html", "200");
    ask(&f, START, "GET", "/solr/", "302");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_very_many_pages_at_once_are_a_crawl(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "");
    ask_all(&f, 200, SECOND, "/page#", "200"); /* one a second */
    assert_int_equal(f.count, 0);
    behave_close(&f);
    behave_open(&f, "web_probe", "");
    ask_all(&f, 40, SECOND / 10, "/page#", "200");
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Web crawl");
    behave_close(&f);
}

static void test_requests_that_are_none_count_each(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "");
    for (uint32_t i = 0; i < 10; i++)
        ask(&f, START + i, "", "", "400");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_scanners_are_silent(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_probe", "");
    behave_between(&f, outside, "");
    for (uint32_t i = 0; i < 50; i++) {
        char target[16];
        snprintf(target, sizeof target, "/a%u", i);
        behave_set(&f, COLUMN_http_status, "404");
        f.columns.values[COLUMN_url_path] = str_from(target);
        f.o.source_asset.roles = ROLE_SCANNER;
        behave_feed(&f, START + i);
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_flood_of_visitors_is_bounded_and_hides_no_probe(void **unused)
{
    struct behave_fixture f;
    char source[32], target[32];

    (void)unused;
    behave_open(&f, "web_probe", "");
    for (uint32_t i = 0; i < LOGON_FLOOD; i++) {
        snprintf(source, sizeof source, "%u.%u.%u.7", 11 + (i >> 16), i >> 8 & 255, i & 255);
        f.o.source = str_from(source);
        ask(&f, START + i * (MINUTE / LOGON_FLOOD), "GET", "/x", "404");
        if (i % (LOGON_FLOOD / 20) == 0) {
            f.o.source = S("192.0.2.99");
            snprintf(target, sizeof target, "/a%u", i);
            ask(&f, START + i * (MINUTE / LOGON_FLOOD), "GET", target, "404");
        }
    }
    assert_true(behave_stats(&f).bytes < LOGON_BYTES_MAX);
    assert_int_equal(f.count, 11);
    assert_string_equal(f.told[0].keys, "source=192.0.2.99 probe=missing");
    behave_close(&f);
}

/* ------------------------------------------------------------ web_brute_force */

static void test_a_page_that_keeps_refusing_is_brute_force(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_brute_force", "");
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(f.count, 0);
        ask(&f, START + i * SECOND, "GET", "/private", "401");
    }
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Web brute force");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7");
    behave_close(&f);
}

static void test_a_page_that_lets_in_between_is_none(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_brute_force", "");
    for (uint32_t i = 0; i < 50; i++) {
        ask(&f, START + i * (SECOND / 10), "GET", "/private", "401");
        ask(&f, START + i * (SECOND / 10), "GET", "/private", "200");
    }
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

static void test_a_login_page_that_does_not_lead_on_is_brute_force(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_brute_force", "");
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(f.count, 0);
        ask(&f, START + i * SECOND, "GET", "/wp-login.php", "200");
        ask(&f, START + i * SECOND, "POST", "/wp-login.php", "200");
    }
    assert_int_equal(f.count, 1);
    ask(&f, START + 7 * SECOND, "POST", "/wp-login.php", "302");
    ask(&f, START + 8 * SECOND, "POST", "/wp-login.php", "200");
    assert_int_equal(f.count, 1);
    behave_close(&f);
}

static void test_other_pages_may_be_posted_to(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "web_brute_force", "");
    for (uint32_t i = 0; i < 50; i++)
        ask(&f, START + i * (SECOND / 10), "POST", "/api/items", "200");
    for (uint32_t i = 0; i < 50; i++)
        ask(&f, START + MINUTE + i * 6 * SECOND + i, "GET", "/private", "401");
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

/* ------------------------------------------------------------ refusals */

static void refuse(struct behave_fixture *f, int64_t time_ns, enum activity activity,
                   const char *action, enum outcome outcome)
{
    behave_between(f, outside, "");
    behave_set(f, COLUMN_event_action, action);
    f->columns.activity = (uint8_t)activity;
    f->columns.outcome = outcome;
    behave_feed(f, time_ns);
}

static void test_a_service_that_refuses_one_source_ten_times_is_told(void **unused)
{
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "refusals", "");
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(f.count, 0);
        refuse(&f, START + i * MINUTE, ACTIVITY_dns_query, "query_denied", OUTCOME_FAILURE);
    }
    assert_int_equal(f.count, 1);
    assert_string_equal(f.told[0].title, "Repeated refusals");
    assert_string_equal(f.told[0].keys, "source=192.0.2.7 of=dns_query");
    assert_int_equal(f.told[0].count, 10);
    behave_close(&f);
}

static void test_refusals_of_another_kind_time_or_outcome_do_not_add_up(void **unused)
{
    static const enum activity kinds[] = {ACTIVITY_mail_receive, ACTIVITY_ssh, ACTIVITY_tunnel};
    struct behave_fixture f;

    (void)unused;
    behave_open(&f, "refusals", "");
    for (uint32_t i = 0; i < 27; i++)
        refuse(&f, START + i, kinds[i % 3], "x", OUTCOME_FAILURE);
    for (uint32_t i = 0; i < 50; i++)
        refuse(&f, START + HOUR + i, ACTIVITY_dns_query, "query", OUTCOME_SUCCESS);
    for (uint32_t i = 0; i < 50; i++)
        refuse(&f, START + HOUR + i * 67 * SECOND, ACTIVITY_dns, "slow", OUTCOME_FAILURE);
    for (uint32_t i = 0; i < 50; i++)
        refuse(&f, START + DAY + i, ACTIVITY_http, "http_request", OUTCOME_FAILURE);
    behave_set(&f, COLUMN_destination_port, "22");
    for (uint32_t i = 0; i < 50; i++)
        refuse(&f, START + 2 * DAY + i, ACTIVITY_flow_refuse, "drop", OUTCOME_FAILURE);
    assert_int_equal(f.count, 0);
    behave_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_missing_targets_are_probing_and_one_less_is_none),
        cmocka_unit_test(test_pictures_the_same_target_and_what_is_there_do_not_count),
        cmocka_unit_test(test_targets_outside_the_window_do_not_count),
        cmocka_unit_test(test_each_class_of_target_has_its_words),
        cmocka_unit_test(test_what_resembles_these_words_is_none),
        cmocka_unit_test(test_consoles_that_are_there_are_used_and_not_probed),
        cmocka_unit_test(test_very_many_pages_at_once_are_a_crawl),
        cmocka_unit_test(test_requests_that_are_none_count_each),
        cmocka_unit_test(test_scanners_are_silent),
        cmocka_unit_test(test_a_flood_of_visitors_is_bounded_and_hides_no_probe),
        cmocka_unit_test(test_a_page_that_keeps_refusing_is_brute_force),
        cmocka_unit_test(test_a_page_that_lets_in_between_is_none),
        cmocka_unit_test(test_a_login_page_that_does_not_lead_on_is_brute_force),
        cmocka_unit_test(test_other_pages_may_be_posted_to),
        cmocka_unit_test(test_a_service_that_refuses_one_source_ten_times_is_told),
        cmocka_unit_test(test_refusals_of_another_kind_time_or_outcome_do_not_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
