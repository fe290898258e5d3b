/* test_alert_group.c - which alerts are one group, why, and what a group is summed up as. */
#include "text/time.h"
#include "triage/alert_score.h"
#include "triage/triage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MINUTE_NS (60 * NS_PER_S)
#define HOUR_NS (60 * MINUTE_NS)
#define START_NS (1700000000 * NS_PER_S)

struct story {
    const char *rule, *host, *user, *ip, *tag;
    enum severity severity;
    int64_t time_ns;
};

static const struct alert *take(struct triage *t, const struct story *s)
{
    const struct entity all[] = {{ENTITY_HOST, str_from(s->host)},
                                 {ENTITY_USER, str_from(s->user)},
                                 {ENTITY_IP, str_from(s->ip)}};
    const struct signal_pair key[] = {
        {S("host"), str_from(s->host)}, {S("user"), str_from(s->user)}, {S("ip"), str_from(s->ip)}};
    const str tag = str_from(s->tag);
    const struct signal signal = {
        .origin = SIGNAL_RULE,
        .severity = s->severity ? s->severity : SEVERITY_LOW,
        .id = str_from(s->rule),
        .title = str_from(s->rule),
        .first_ns = s->time_ns,
        .last_ns = s->time_ns,
        .count = 1,
        .key = key,
        .key_count = countof(key),
        .entities = all,
        .entity_count = countof(all),
        .tags = &tag,
        .tag_count = s->tag != NULL,
    };

    return triage_take(t, &signal, NULL);
}

static const struct alert_groups *groups_of(struct triage *t, const struct story *stories,
                                            uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        take(t, &stories[i]);
    return triage_groups(t);
}

static uint32_t count_groups(const struct story *stories, uint32_t count)
{
    struct triage *t = triage_new(NULL);
    const uint32_t groups = groups_of(t, stories, count)->count;

    triage_free(t);
    return groups;
}

static void alerts_of_one_host_are_one_group_while_it_is_not_quiet(void **state)
{
    const struct story near[] = {{"a", "web1", .time_ns = START_NS},
                                 {"b", "web1", .time_ns = START_NS + HOUR_NS},
                                 {"c", "web1", .time_ns = START_NS + 2 * HOUR_NS}};
    const struct story far[] = {{"a", "web1", .time_ns = START_NS},
                                {"b", "web1", .time_ns = START_NS + HOUR_NS + 1}};
    const struct story others[] = {{"a", "web1", .time_ns = START_NS},
                                   {"b", "web2", .time_ns = START_NS}};

    (void)state;
    assert_int_equal(count_groups(near, countof(near)), 1);
    assert_int_equal(count_groups(far, countof(far)), 2);
    assert_int_equal(count_groups(others, countof(others)), 2);
}

static void severe_alerts_are_linked_for_longer(void **state)
{
    struct story both[] = {
        {"a", "web1", .severity = SEVERITY_HIGH, .time_ns = START_NS},
        {"b", "web1", .severity = SEVERITY_CRITICAL, .time_ns = START_NS + 12 * HOUR_NS}};

    (void)state;
    assert_int_equal(count_groups(both, 2), 1);
    both[1].time_ns++;
    assert_int_equal(count_groups(both, 2), 2);
    both[1].time_ns = START_NS + 2 * HOUR_NS;
    both[1].severity = SEVERITY_MEDIUM;
    assert_int_equal(count_groups(both, 2), 2);
}

static void an_alert_that_shares_with_two_groups_joins_them_and_says_why(void **state)
{
    const struct story stories[] = {
        {"a", "web1", .time_ns = START_NS},
        {"b", "db1", "alice", .time_ns = START_NS + MINUTE_NS},
        {"c", "web1", "alice", .time_ns = START_NS + 13 * MINUTE_NS},
    };
    struct triage *t = triage_new(NULL);
    struct arena *a = arena_new(4096);
    char expected[160];

    (void)state;
    assert_int_equal(groups_of(t, stories, 2)->count, 2);
    const struct alert *last = take(t, &stories[2]);
    const struct alert_groups *g = triage_groups(t);
    assert_int_equal(g->count, 1);
    assert_int_equal(g->items[0].link_count, 2);
    assert_string_equal(last->group, g->items[0].id);
    snprintf(expected, sizeof expected, "same user alice as %s (b), 12 min before",
             g->items[0].alerts[1]->id);
    assert_true(str_eq(alert_link_text(&g->items[0].links[1], a), str_from(expected)));
    arena_free(a);
    triage_free(t);
}

static void a_group_is_no_longer_than_its_span(void **state)
{
    struct triage *t = triage_new(NULL);
    char rule[8];

    (void)state;
    for (int i = 0; i <= 30; i++) {
        snprintf(rule, sizeof rule, "r%d", i);
        take(t, &(struct story){rule, "web1", .time_ns = START_NS + i * HOUR_NS});
    }
    const struct alert_groups *g = triage_groups(t);
    assert_int_equal(g->count, 2);
    assert_int_equal(g->items[0].count, 25); /* 24 hours from the first to the last */
    triage_free(t);
}

static void values_that_name_no_one_link_nothing(void **state)
{
    static const char *const users[] = {"NT AUTHORITY\\SYSTEM", "root", "-", "root@web1"};

    (void)state;
    for (uint32_t i = 0; i < countof(users); i++) {
        struct story both[] = {{"a", "web1", users[i], "127.0.0.1", .time_ns = START_NS},
                               {"b", "web2", users[i], "127.0.0.1", .time_ns = START_NS}};
        assert_int_equal(count_groups(both, 2), 2);
        both[0].user = both[1].user = "alice";
        assert_int_equal(count_groups(both, 2), 1);
    }
}

static struct asset_list *scanner_at(const char *address)
{
    struct err e = {0};
    char text[128];

    snprintf(text, sizeof text, "assets:\n  - match: [%s]\n    roles: [scanner]\n", address);
    struct asset_list *list = asset_list_read(str_from(text), &e);
    assert_non_null(list);
    return list;
}

static void a_scanner_links_nothing(void **state)
{
    const struct story both[] = {{"a", "web1", NULL, "192.0.2.9", .time_ns = START_NS},
                                 {"b", "web2", NULL, "192.0.2.9", .time_ns = START_NS}};
    struct asset_list *its = scanner_at("192.0.2.9"), *of_another = scanner_at("192.0.2.8");
    const struct triage_options scanner = {.groups.assets = its};
    const struct triage_options other = {.groups.assets = of_another};
    struct triage *t = triage_new(&scanner), *plain = triage_new(&other);

    (void)state;
    assert_int_equal(groups_of(t, both, 2)->count, 2);
    assert_int_equal(groups_of(plain, both, 2)->count, 1);
    triage_free(t);
    triage_free(plain);
    asset_list_free(its);
    asset_list_free(of_another);
}

/* A proxy's address in alerts of `rules` rules on `hosts` hosts each, among hosts of their own. */
static uint32_t groups_around_a_proxy(uint32_t hosts, uint32_t rules, struct arena *a, str *ret_why)
{
    struct triage *t = triage_new(NULL);
    char host[16], rule[16];

    for (uint32_t h = 0; h < hosts; h++) {
        snprintf(host, sizeof host, "pc%u", h);
        snprintf(rule, sizeof rule, "r%u", h % rules);
        take(t, &(struct story){rule, host, NULL, "10.0.0.1", .time_ns = START_NS});
        for (uint32_t i = 0; i < 3; i++) {
            snprintf(rule, sizeof rule, "own%u", i);
            take(t, &(struct story){rule, host, .time_ns = START_NS + MINUTE_NS});
        }
    }
    const struct alert_groups *g = triage_groups(t);
    for (uint32_t i = 0; i < g->entities.count; i++)
        if (g->entities.items[i].refusal == LINK_HUB)
            *ret_why = link_refusal_text(&g->entities, &g->entities.items[i], a);
    const uint32_t count = g->count;
    triage_free(t);
    return count;
}

static void a_hub_links_nothing_and_an_attacker_of_many_does(void **state)
{
    struct arena *a = arena_new(4096);
    str why = {0};

    (void)state;
    assert_int_equal(groups_around_a_proxy(60, 2, a, &why), 1);
    assert_null(why.p);
    assert_int_equal(groups_around_a_proxy(60, 20, a, &why), 60);
    assert_true(str_eq(why, S("10.0.0.1 links nothing: it is in alerts with 60 others of 20 "
                              "detections, more than 16 and 8")));
    arena_free(a);
}

static void what_most_alerts_are_of_is_no_hub(void **state)
{
    struct triage *t = triage_new(NULL);
    char user[16], rule[16];

    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        snprintf(user, sizeof user, "user%u", i);
        snprintf(rule, sizeof rule, "r%u", i % 20);
        take(t, &(struct story){rule, "pc1", user, .time_ns = START_NS});
    }
    assert_int_equal(triage_groups(t)->count, 1);
    triage_free(t);
}

static void what_has_no_time_is_linked_with_its_like(void **state)
{
    const struct story stories[] = {{"a", "web1", .time_ns = SIGNAL_NO_TIME},
                                    {"b", "web1", .time_ns = SIGNAL_NO_TIME},
                                    {"c", "web1", .time_ns = START_NS}};

    (void)state;
    assert_int_equal(count_groups(stories, 3), 2);
}

static void a_group_tells_its_highest_severity_its_tactics_in_order_and_its_score(void **state)
{
    const struct story stories[] = {
        {"a", "web1", .tag = "attack.discovery", .time_ns = START_NS},
        {"b", "web1", .tag = "attack.initial-access", .severity = SEVERITY_HIGH,
         .time_ns = START_NS + 1},
        {"c", "web1", .tag = "attack.t1486", .time_ns = START_NS + 2},
    };
    struct triage *t = triage_new(NULL);
    const struct alert_group *g = groups_of(t, stories, 3)->items;
    double scores[] = {21, 73, 21};

    (void)state;
    assert_int_equal(g->severity, SEVERITY_HIGH);
    assert_true(str_eq(g->top->title, S("b")));
    assert_int_equal(g->tactic_count, 3);
    assert_int_equal(g->tactics[0], TACTIC_DISCOVERY);
    assert_int_equal(g->tactics[1], TACTIC_INITIAL_ACCESS);
    assert_int_equal(g->tactics[2], TACTIC_IMPACT);
    assert_true(g->score == alert_score(scores, 3) && g->score > 73 / 2.62 && g->score < 100);
    triage_free(t);
}

/* Alerts of some hosts and users, in the order that the seed says. */
static const struct alert_groups *some_order(struct triage *t, uint32_t seed)
{
    enum { STORIES = 300 };
    uint32_t order[STORIES];
    char rule[16], host[16], user[16];

    for (uint32_t i = 0; i < STORIES; i++)
        order[i] = i;
    for (uint32_t i = STORIES - 1; i > 0; i--) {
        seed = seed * 1664525 + 1013904223;
        const uint32_t k = (seed >> 8) % (i + 1), kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
    for (uint32_t i = 0; i < STORIES; i++) {
        const uint32_t n = order[i];
        snprintf(rule, sizeof rule, "rule%u", n);
        snprintf(host, sizeof host, "host%u", n * 7919 % 23);
        snprintf(user, sizeof user, "user%u", n * 104729 % 31);
        take(t,
             &(struct story){rule, host, user, .time_ns = START_NS + n * 7907 % 1500 * MINUTE_NS});
    }
    return triage_groups(t);
}

static void groups_are_the_same_in_any_order_of_alerts(void **state)
{
    struct triage *one = triage_new(NULL);
    const struct alert_groups *g = some_order(one, 1);

    (void)state;
    assert_true(g->count > 10 && g->count < 295);
    for (uint32_t seed = 2; seed < 6; seed++) {
        struct triage *other = triage_new(NULL);
        const struct alert_groups *o = some_order(other, seed);
        assert_int_equal(g->count, o->count);
        for (uint32_t i = 0; i < g->count; i++) {
            assert_string_equal(g->items[i].id, o->items[i].id);
            assert_int_equal(g->items[i].count, o->items[i].count);
        }
        triage_free(other);
    }
    triage_free(one);
}

static void many_low_alerts_never_outrank_a_critical_one(void **state)
{
    double low[1000], critical[] = {99}, in_order[] = {99, 47, 21, 1}, mixed[] = {21, 1, 99, 47};

    (void)state;
    for (uint32_t i = 0; i < countof(low); i++)
        low[i] = severity_score(SEVERITY_LOW);
    assert_true(alert_score(low, countof(low)) < alert_score(critical, 1));
    assert_true(alert_score(in_order, 4) == alert_score(mixed, 4));
    assert_true(score_by_criticality(40, CRITICALITY_EXTREME) > 40);
    assert_true(score_by_criticality(40, CRITICALITY_LOW) < 40);
    assert_true(score_by_criticality(99.9, CRITICALITY_EXTREME) < 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alerts_of_one_host_are_one_group_while_it_is_not_quiet),
        cmocka_unit_test(severe_alerts_are_linked_for_longer),
        cmocka_unit_test(an_alert_that_shares_with_two_groups_joins_them_and_says_why),
        cmocka_unit_test(a_group_is_no_longer_than_its_span),
        cmocka_unit_test(values_that_name_no_one_link_nothing),
        cmocka_unit_test(a_scanner_links_nothing),
        cmocka_unit_test(a_hub_links_nothing_and_an_attacker_of_many_does),
        cmocka_unit_test(what_most_alerts_are_of_is_no_hub),
        cmocka_unit_test(what_has_no_time_is_linked_with_its_like),
        cmocka_unit_test(a_group_tells_its_highest_severity_its_tactics_in_order_and_its_score),
        cmocka_unit_test(groups_are_the_same_in_any_order_of_alerts),
        cmocka_unit_test(many_low_alerts_never_outrank_a_critical_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
