/* test_suppress.c - which alerts a suppression hides, when, and what breaks through it. */
#include "text/time.h"
#include "triage/triage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXT_MAX = 2048 };

/* A suppression of alerts on host backup01 with what is added at its end. */
static struct suppress_set *read_with(const char *more, struct err *e)
{
    char text[TEXT_MAX];

    snprintf(text, sizeof text,
             "title: backups\nid: s1\nlogsource: {product: tocsin, category: alert}\n"
             "filter:\n  rules: any\n  backup: {host: backup01}\n  condition: not backup\n"
             "owner: alice\nreason: its purpose\n%s",
             more);
    return suppress_set_read(str_from(text), S("s.yml"), e);
}

static struct suppress_set *good(const char *more)
{
    struct err e = {0};
    struct suppress_set *s = read_with(more, &e);

    assert_non_null(s);
    return s;
}

static int64_t at(const char *text)
{
    int64_t ns;
    uint8_t digits;

    assert_true(time_parse_rfc3339(str_from(text), &ns, &digits));
    return ns;
}

static const struct alert *take(struct triage *t, const char *rule, const char *host,
                                enum severity severity, const char *tag, int64_t time_ns)
{
    const struct entity entity = {ENTITY_HOST, str_from(host)};
    const struct signal_pair key = {S("host"), str_from(host)};
    const str tags = str_from(tag);
    const struct signal s = {
        .origin = SIGNAL_RULE,
        .severity = severity,
        .id = str_from(rule),
        .title = S("a title"),
        .first_ns = time_ns,
        .last_ns = time_ns,
        .count = 1,
        .key = &key,
        .key_count = 1,
        .entities = &entity,
        .entity_count = 1,
        .tags = &tags,
        .tag_count = 1,
    };

    return triage_take(t, &s, NULL);
}

/* Is one alert of that host, severity and time hidden? */
static bool hides(struct suppress_set *s, const char *host, enum severity severity, int64_t time_ns)
{
    const struct triage_options options = {.groups.suppressions = s};
    struct triage *t = triage_new(&options);
    const struct alert *a = take(t, "r", host, severity, "attack.discovery", time_ns);

    triage_groups(t);
    const bool hidden = a->suppressed_by.p != NULL;
    assert_true(!hidden || str_eq(a->suppressed_by, S("s1")));
    triage_free(t);
    return hidden;
}

static void what_the_filter_excepts_is_hidden_until_it_expires(void **state)
{
    struct suppress_set *s = good("expires: 2026-06-01\n");

    (void)state;
    assert_true(hides(s, "backup01", SEVERITY_LOW, at("2026-05-31T23:59:59Z")));
    assert_false(hides(s, "web1", SEVERITY_LOW, at("2026-05-31T23:59:59Z")));
    assert_false(hides(s, "backup01", SEVERITY_LOW, at("2026-06-01T00:00:00Z")));
    assert_false(hides(s, "backup01", SEVERITY_LOW, SIGNAL_NO_TIME));
    suppress_set_free(s);
}

static void a_higher_severity_breaks_through(void **state)
{
    struct suppress_set *s = good("expires: never\n");
    struct suppress_set *low = good("expires: never\nup_to: low\n");

    (void)state;
    assert_true(hides(s, "backup01", SEVERITY_HIGH, at("2026-05-31T00:00:00Z")));
    assert_false(hides(s, "backup01", SEVERITY_CRITICAL, at("2026-05-31T00:00:00Z")));
    assert_int_equal(suppress_set_at(s, 0)->broke_through, 1);
    assert_true(hides(low, "backup01", SEVERITY_LOW, SIGNAL_NO_TIME));
    assert_false(hides(low, "backup01", SEVERITY_MEDIUM, SIGNAL_NO_TIME));
    suppress_set_free(s);
    suppress_set_free(low);
}

static void a_tactic_that_is_new_in_the_group_breaks_through(void **state)
{
    struct suppress_set *s = good("expires: never\n");
    const struct triage_options options = {.groups.suppressions = s};
    struct triage *t = triage_new(&options);
    const int64_t start = at("2026-05-31T00:00:00Z");
    const struct alert *one = take(t, "a", "backup01", SEVERITY_LOW, "attack.discovery", start);
    const struct alert *same =
        take(t, "b", "backup01", SEVERITY_LOW, "attack.discovery", start + 1);
    const struct alert *other =
        take(t, "c", "backup01", SEVERITY_LOW, "attack.exfiltration", start + 2);

    (void)state;
    const struct alert_groups *g = triage_groups(t);
    assert_int_equal(g->count, 1);
    assert_non_null(one->suppressed_by.p);
    assert_non_null(same->suppressed_by.p);
    assert_null(other->suppressed_by.p);
    assert_int_equal(g->items[0].suppressed, 2);
    assert_ptr_equal(g->items[0].top, other);
    assert_int_equal(suppress_set_at(s, 0)->hidden, 2);
    triage_free(t);
    suppress_set_free(s);
}

static void a_monitored_suppression_counts_and_hides_nothing(void **state)
{
    struct suppress_set *s = good("expires: never\nmode: monitor\n");

    (void)state;
    assert_false(hides(s, "backup01", SEVERITY_LOW, SIGNAL_NO_TIME));
    assert_int_equal(suppress_set_at(s, 0)->matched, 1);
    assert_int_equal(suppress_set_at(s, 0)->hidden, 0);
    assert_false(hides(s, "web1", SEVERITY_LOW, SIGNAL_NO_TIME));
    assert_int_equal(suppress_set_at(s, 0)->matched, 0);
    suppress_set_free(s);
}

static void a_maintenance_window_hides_while_it_lasts(void **state)
{
    struct suppress_set *once = good(
        "expires: never\nduring:\n  - {from: 2026-05-01T20:00:00Z, to: 2026-05-02T02:00:00Z}\n");
    struct suppress_set *weekly =
        good("expires: never\nduring:\n  - {days: [sat], from: '22:00', to: '06:00'}\n");

    (void)state;
    assert_true(hides(once, "backup01", SEVERITY_LOW, at("2026-05-02T01:59:59Z")));
    assert_false(hides(once, "backup01", SEVERITY_LOW, at("2026-05-02T02:00:00Z")));
    /* 2026-05-02 is a Saturday. */
    assert_true(hides(weekly, "backup01", SEVERITY_LOW, at("2026-05-02T22:00:00Z")));
    assert_true(hides(weekly, "backup01", SEVERITY_LOW, at("2026-05-03T05:59:59Z")));
    assert_false(hides(weekly, "backup01", SEVERITY_LOW, at("2026-05-03T06:00:00Z")));
    assert_false(hides(weekly, "backup01", SEVERITY_LOW, at("2026-05-02T05:00:00Z")));
    suppress_set_free(once);
    suppress_set_free(weekly);
}

static void a_suppression_of_named_rules_leaves_others(void **state)
{
    static const char text[] =
        "title: t\nlogsource: {product: tocsin}\nfilter:\n  rules: [port_scan]\n"
        "  known: {key.host|startswith: back}\n  condition: not known\n"
        "owner: alice\nreason: why\nexpires: never\n";
    struct err e = {0};
    struct suppress_set *s = suppress_set_read(str_from(text), S("s.yml"), &e);
    struct triage *t = triage_new(NULL);

    (void)state;
    assert_non_null(s);
    assert_non_null(
        suppress_match(s, take(t, "port_scan", "backup01", SEVERITY_LOW, "x", SIGNAL_NO_TIME)));
    assert_null(
        suppress_match(s, take(t, "port_sweep", "backup01", SEVERITY_LOW, "x", SIGNAL_NO_TIME)));
    assert_null(suppress_match(s, take(t, "port_scan", "web1", SEVERITY_LOW, "x", SIGNAL_NO_TIME)));
    triage_free(t);
    suppress_set_free(s);
}

static void what_is_wrong_is_told_with_its_place(void **state)
{
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"", "the suppression needs 'expires': text"},
        {"expires: soon\n",
         "'soon' is no date and no time like 2027-01-01 or 2027-01-01T06:00:00Z"},
        {"expires: never\nmode: off\n", "'mode' is hide or monitor"},
        {"expires: never\nup_to: all\n", "'up_to' is informational, low, medium, high or critical"},
        {"expires: never\nduring: [{from: 2026-05-01, to: 2026-04-01}]\n",
         "the window ends before it begins"},
        {"expires: never\nduring: [{days: [monday], from: '1:00', to: '2:00'}]\n",
         "a day is mon, tue, wed, thu, fri, sat or sun"},
        {"expires: never\nduring: [{days: [mon], from: '1:00', to: '25:00'}]\n",
         "'25:00' is no time of day like 02:00"},
    };

    (void)state;
    for (uint32_t i = 0; i < countof(wrong); i++) {
        struct err e = {0};
        assert_null(read_with(wrong[i].text, &e));
        assert_string_equal(e.message, wrong[i].message);
        assert_true(e.line > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_filter_excepts_is_hidden_until_it_expires),
        cmocka_unit_test(a_higher_severity_breaks_through),
        cmocka_unit_test(a_tactic_that_is_new_in_the_group_breaks_through),
        cmocka_unit_test(a_monitored_suppression_counts_and_hides_nothing),
        cmocka_unit_test(a_maintenance_window_hides_while_it_lasts),
        cmocka_unit_test(a_suppression_of_named_rules_leaves_others),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
