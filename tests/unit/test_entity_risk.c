/* test_entity_risk.c - what speaks against an entity, and what explains it. */
#include "text/time.h"
#include "triage/alert_score.h"
#include "triage/entity_risk.h"
#include "triage/triage.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define START_NS (1700000000 * NS_PER_S)

enum { ALERTS = 40 };

static void take(struct triage *t, uint32_t n, const char *host, enum severity severity,
                 const char *tag)
{
    const struct entity all[] = {{ENTITY_HOST, str_from(host)}, {ENTITY_USER, S("root")}};
    const struct signal_pair key = {S("host"), str_from(host)};
    const str tags = str_from(tag);
    char rule[16];

    snprintf(rule, sizeof rule, "rule%u", n);
    const struct signal s = {
        .origin = SIGNAL_RULE,
        .severity = severity,
        .id = str_from(rule),
        .title = S("a title"),
        .first_ns = START_NS + n,
        .last_ns = START_NS + n,
        .count = 1,
        .key = &key,
        .key_count = 1,
        .entities = all,
        .entity_count = countof(all),
        .tags = &tags,
        .tag_count = 1,
    };
    assert_non_null(triage_take(t, &s, NULL));
}

static uint32_t risks_of(struct triage *t, const struct risk_options *o, struct arena *a,
                         struct entity_risk **ret)
{
    uint32_t count;
    const struct alert *const *alerts = triage_alerts(t, &count);

    return entity_risks(alerts, count, o, a, ret);
}

static void the_score_is_the_sum_of_falling_weights(void **state)
{
    struct triage *t = triage_new(NULL);
    struct arena *a = arena_new(4096);
    struct entity_risk *r;

    (void)state;
    take(t, 1, "web1", SEVERITY_LOW, "attack.t1110");
    take(t, 2, "web1", SEVERITY_CRITICAL, "attack.t1110");
    assert_int_equal(risks_of(t, &(struct risk_options){0}, a, &r), 1); /* root names no one */
    assert_true(fabs(r->score - (99 + 21 / pow(2, 1.5)) / 2.612375348685488) < 1e-9);
    assert_int_equal(r->top[0]->severity, SEVERITY_CRITICAL);
    assert_int_equal(r->alerts, 2);
    assert_false(r->rolled_up);
    arena_free(a);
    triage_free(t);
}

static void the_order_of_alerts_does_not_matter_and_ten_explain_it(void **state)
{
    struct triage *one = triage_new(NULL), *other = triage_new(NULL);
    struct arena *a = arena_new(4096);
    struct entity_risk *r, *o;

    (void)state;
    for (uint32_t i = 0; i < ALERTS; i++) {
        const uint32_t k = i * 7 % ALERTS;
        take(one, i, i % 3 ? "web1" : "web2", (enum severity)(1 + i % 5), "x");
        take(other, k, k % 3 ? "web1" : "web2", (enum severity)(1 + k % 5), "x");
    }
    assert_int_equal(risks_of(one, &(struct risk_options){0}, a, &r), 2);
    assert_int_equal(risks_of(other, &(struct risk_options){0}, a, &o), 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_true(r[i].score == o[i].score);
        assert_true(str_eq(r[i].entity.value, o[i].entity.value));
        assert_int_equal(r[i].top_count, RISK_CONTRIBUTORS);
        for (uint32_t k = 0; k < RISK_CONTRIBUTORS; k++)
            assert_string_equal(r[i].top[k]->id, o[i].top[k]->id);
    }
    assert_true(r[0].score >= r[1].score);
    arena_free(a);
    triage_free(one);
    triage_free(other);
}

static void what_is_critical_weighs_more(void **state)
{
    struct triage *t = triage_new(NULL);
    struct arena *a = arena_new(4096);
    struct err e = {0};
    struct asset_list *list =
        asset_list_read(S("assets:\n  - match: [dc1]\n    criticality: extreme\n"), &e);
    const struct risk_options o = {.assets = list};
    struct entity_risk *r;

    (void)state;
    take(t, 1, "web1", SEVERITY_HIGH, "x");
    take(t, 2, "dc1", SEVERITY_HIGH, "x");
    assert_int_equal(risks_of(t, &o, a, &r), 2);
    assert_true(str_eq(r[0].entity.value, S("dc1")));
    assert_true(r[0].score > r[1].score && r[0].score < 100);
    asset_list_free(list);
    arena_free(a);
    triage_free(t);
}

static void several_techniques_of_several_detections_are_rolled_up(void **state)
{
    static const char *const tags[] = {"attack.t1110", "attack.t1059.001", "attack.t1021",
                                       "attack.t1110"};
    struct triage *t = triage_new(NULL);
    struct arena *a = arena_new(4096);
    struct entity_risk *r;
    struct signal s;

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        take(t, i, "web1", SEVERITY_LOW, tags[i]);
    assert_int_equal(risks_of(t, &(struct risk_options){0}, a, &r), 1);
    assert_false(r->rolled_up); /* three detections */
    take(t, 3, "web1", SEVERITY_LOW, tags[3]);
    assert_int_equal(risks_of(t, &(struct risk_options){0}, a, &r), 1);
    assert_true(r->rolled_up);
    assert_int_equal(r->techniques, 3);
    risk_signal(r, a, &s);
    assert_true(str_eq(s.explanation, S("4 alerts of 4 detections by 3 techniques name web1")));
    assert_int_equal(s.first_ns, START_NS);
    assert_int_equal(s.last_ns, START_NS + 3);
    arena_free(a);
    triage_free(t);
}

static void rolling_up_again_changes_nothing(void **state)
{
    static const char *const tags[] = {"attack.t1110", "attack.t1059.001", "attack.t1021"};
    struct triage *t = triage_new(NULL);
    uint32_t count;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        take(t, i, "web1", SEVERITY_LOW, tags[i % 3]);
    assert_int_equal(triage_roll_up(t), 1);
    assert_int_equal(triage_roll_up(t), 1);
    const struct alert *const *alerts = triage_alerts(t, &count);
    assert_int_equal(count, 5);
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(alerts[i]->rule_id, S(ALERT_ROLL_UP_ID)))
            assert_int_equal(alerts[i]->count, 4);
    assert_int_equal(triage_groups(t)->count, 1);
    take(t, 9, "web1", SEVERITY_LOW, tags[0]);
    assert_int_equal(triage_roll_up(t), 1);
    alerts = triage_alerts(t, &count);
    assert_int_equal(count, 6); /* the new one; the other was raised */
    triage_free(t);
}

static void old_alerts_do_not_count(void **state)
{
    struct triage *t = triage_new(NULL);
    struct arena *a = arena_new(4096);
    const struct risk_options o = {.from_ns = START_NS + 2};
    struct entity_risk *r;

    (void)state;
    take(t, 1, "web1", SEVERITY_LOW, "x");
    assert_int_equal(risks_of(t, &o, a, &r), 0);
    take(t, 2, "web1", SEVERITY_LOW, "x");
    assert_int_equal(risks_of(t, &o, a, &r), 1);
    assert_int_equal(r->alerts, 1);
    assert_string_equal(risk_level(r->score), "unknown");
    assert_string_equal(risk_level(70), "high");
    arena_free(a);
    triage_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_score_is_the_sum_of_falling_weights),
        cmocka_unit_test(the_order_of_alerts_does_not_matter_and_ten_explain_it),
        cmocka_unit_test(what_is_critical_weighs_more),
        cmocka_unit_test(several_techniques_of_several_detections_are_rolled_up),
        cmocka_unit_test(rolling_up_again_changes_nothing),
        cmocka_unit_test(old_alerts_do_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
