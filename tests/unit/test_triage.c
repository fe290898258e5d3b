/* test_triage.c - signals to alerts: which go together, what an alert's id is made of, what it
 * costs, and what becomes of signals that were told before all was known. */
#include "base/mem.h"

#include "text/time.h"
#include "triage/alert_json.h"
#include "triage/kept_alert.h"
#include "triage/triage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOUR_NS (3600 * NS_PER_S)
#define START_NS (1700000000 * NS_PER_S)

enum { FIRINGS = 100000, KEYS = 200, PER_KEY = 5 };

static struct signal_pair key;

static struct signal make(const char *id, const char *value, int64_t time_ns)
{
    key = (struct signal_pair){S("source"), str_from(value)};
    return (struct signal){
        .origin = SIGNAL_BEHAVIOR,
        .severity = SEVERITY_MEDIUM,
        .id = str_from(id),
        .title = S("Brute force"),
        .first_ns = time_ns,
        .last_ns = time_ns,
        .count = 1,
        .key = &key,
        .key_count = 1,
        .explanation = S("many failed logons"),
    };
}

static const struct alert *take(struct triage *t, const char *id, const char *value,
                                int64_t time_ns)
{
    const struct signal s = make(id, value, time_ns);

    return triage_take(t, &s, NULL);
}

static uint32_t count_of(struct triage *t)
{
    uint32_t count;

    triage_alerts(t, &count);
    return count;
}

static void signals_of_one_key_are_one_alert(void **state)
{
    struct triage *t = triage_new(NULL);

    (void)state;
    take(t, "brute_force", "192.0.2.1", START_NS);
    const struct alert *a = take(t, "brute_force", "192.0.2.1", START_NS + HOUR_NS);
    assert_int_equal(a->count, 2);
    assert_int_equal(a->first_ns, START_NS);
    assert_int_equal(a->last_ns, START_NS + HOUR_NS);
    assert_int_equal(count_of(t), 1);
    take(t, "brute_force", "192.0.2.2", START_NS + HOUR_NS);
    assert_int_equal(count_of(t), 2);
    take(t, "spray", "192.0.2.1", START_NS + HOUR_NS);
    assert_int_equal(count_of(t), 3);
    triage_free(t);
}

static void a_quiet_key_makes_a_new_alert(void **state)
{
    const struct triage_options options = {.alert_gap_ns = HOUR_NS};
    struct triage *t = triage_new(&options);
    char first[ALERT_ID_HEX + 1];

    (void)state;
    memcpy(first, take(t, "brute_force", "192.0.2.1", START_NS)->id, sizeof first);
    assert_string_equal(take(t, "brute_force", "192.0.2.1", START_NS + HOUR_NS)->id, first);
    const struct alert *later = take(t, "brute_force", "192.0.2.1", START_NS + 2 * HOUR_NS + 1);
    assert_string_not_equal(later->id, first);
    assert_int_equal(later->count, 1);
    assert_int_equal(count_of(t), 2);
    triage_free(t);
}

static void a_key_that_never_rests_makes_a_new_alert_after_its_span(void **state)
{
    const struct triage_options options = {.alert_gap_ns = HOUR_NS, .alert_span_ns = 24 * HOUR_NS};
    struct triage *t = triage_new(&options);

    (void)state;
    for (int64_t i = 0; i <= 24; i++)
        take(t, "beacon", "192.0.2.1", START_NS + i * HOUR_NS);
    assert_int_equal(count_of(t), 1);
    take(t, "beacon", "192.0.2.1", START_NS + 25 * HOUR_NS);
    assert_int_equal(count_of(t), 2);
    triage_free(t);
}

static void ids_follow_from_what_happened(void **state)
{
    struct triage *one = triage_new(NULL), *other = triage_new(NULL);

    (void)state;
    assert_string_equal(take(one, "spray", "192.0.2.9", START_NS)->id,
                        take(other, "spray", "192.0.2.9", START_NS)->id);
    assert_string_not_equal(take(one, "spray", "192.0.2.10", START_NS)->id,
                            take(other, "spray", "192.0.2.10", START_NS + 1)->id);
    /* The id is a contract: other programs keep it. */
    assert_string_equal(take(one, "brute_force", "192.0.2.1", START_NS)->id,
                        "5b6a912098560eee435b3f244ca8cf24");
    triage_free(one);
    triage_free(other);
}

static void lengths_keep_parts_of_an_id_apart(void **state)
{
    struct sha256 *h = sha256_new();
    char one[ALERT_ID_HEX + 1], other[ALERT_ID_HEX + 1];
    struct signal s = make("ab", "c", START_NS);

    (void)state;
    alert_id(&s, h, one);
    s.id = S("a");
    key.name = S("bsource");
    alert_id(&s, h, other);
    assert_string_not_equal(one, other);
    sha256_free(h);
}

static void a_hundred_thousand_firings_are_one_alert_of_one_step_each(void **state)
{
    struct triage *t = triage_new(NULL);
    const struct alert *a = NULL;

    (void)state;
    for (uint64_t i = 0; i < FIRINGS; i++) {
        struct signal s = make("brute_force", "192.0.2.1", START_NS + (int64_t)i * 1000000);
        uint64_t ref = event_ref(1, i);
        s.events = &ref;
        s.event_count = 1;
        a = triage_take(t, &s, NULL);
    }
    const struct triage_stats stats = triage_stats(t);
    assert_int_equal(stats.alerts, 1);
    assert_int_equal(stats.steps, FIRINGS - 1);
    assert_int_equal(a->count, FIRINGS);
    assert_int_equal(a->event_count, SIGNAL_EVENTS_MAX);
    for (uint32_t i = 0; i < SIGNAL_EVENTS_MAX; i++)
        assert_int_equal(a->events[i], event_ref(1, FIRINGS - SIGNAL_EVENTS_MAX + i));
    triage_free(t);
}

static void many_keys_cost_a_step_or_two_each(void **state)
{
    struct triage *t = triage_new(NULL);

    (void)state;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < FIRINGS; i++) {
            char name[16];
            snprintf(name, sizeof name, "user%u", i);
            take(t, "first_seen", name, START_NS + i);
        }
    assert_int_equal(triage_stats(t).held, FIRINGS);
    assert_true(triage_stats(t).steps < 4 * FIRINGS); /* two lookups each, a slot shared by few */
    triage_free(t);
}

static void the_alert_that_was_told_least_recently_gives_way(void **state)
{
    const struct triage_options options = {.alerts_max = 2};
    struct triage *t = triage_new(&options);
    uint32_t count;

    (void)state;
    take(t, "spray", "a", START_NS);
    take(t, "spray", "b", START_NS + 1);
    take(t, "spray", "a", START_NS + 2);
    take(t, "spray", "c", START_NS + 3);
    const struct alert *const *list = triage_alerts(t, &count);
    assert_int_equal(count, 2);
    assert_true(str_eq(list[0]->key[0].value, S("a")));
    assert_true(str_eq(list[1]->key[0].value, S("c")));
    assert_int_equal(triage_stats(t).displaced, 1);
    triage_free(t);
}

/* ------------------------------------------------------------ order */

/* Signals of many keys, each key's in order of time; which key is next is drawn. */
static void feed_in_some_order(struct triage *t, uint32_t seed)
{
    uint32_t next[KEYS] = {0}, left = KEYS * PER_KEY;

    while (left > 0) {
        seed = seed * 1664525 + 1013904223;
        uint32_t at = (seed >> 8) % KEYS;
        if (next[at] == PER_KEY)
            continue;
        char name[16];
        snprintf(name, sizeof name, "user%u", at);
        take(t, "spray", name, START_NS + at * 1000 + (int64_t)next[at]++ * 4 * HOUR_NS * (at % 3));
        left--;
    }
}

static void alerts_are_the_same_in_any_order_of_keys(void **state)
{
    struct triage *one = triage_new(NULL);
    uint32_t count, other_count;

    (void)state;
    feed_in_some_order(one, 1);
    const struct alert *const *list = triage_alerts(one, &count);
    assert_true(count > KEYS); /* some keys rest for too long */
    for (uint32_t seed = 2; seed < 8; seed++) {
        struct triage *other = triage_new(NULL);
        feed_in_some_order(other, seed);
        const struct alert *const *others = triage_alerts(other, &other_count);
        assert_int_equal(count, other_count);
        for (uint32_t i = 0; i < count; i++) {
            assert_string_equal(list[i]->id, others[i]->id);
            assert_int_equal(list[i]->count, others[i]->count);
            assert_int_equal(list[i]->last_ns, others[i]->last_ns);
        }
        triage_free(other);
    }
    triage_free(one);
}

/* ------------------------------------------------------------ provisional signals */

static const struct alert *tell(struct triage *t, int64_t first_ns, int64_t last_ns, uint64_t count,
                                bool provisional)
{
    struct signal s = make("spray", "192.0.2.1", first_ns);

    s.last_ns = last_ns;
    s.count = count;
    s.provisional = provisional;
    return triage_take(t, &s, NULL);
}

static void what_is_told_again_for_good_counts_once(void **state)
{
    struct triage *t = triage_new(NULL), *plain = triage_new(NULL);

    (void)state;
    assert_true(tell(t, START_NS + 5, START_NS + 9, 10, true)->provisional);
    assert_int_equal(tell(t, START_NS + 10, START_NS + 10, 1, true)->count, 11);
    const struct alert *a = tell(t, START_NS + 2, START_NS + 10, 12, false);
    assert_false(a->provisional);
    assert_int_equal(a->count, 12);
    assert_int_equal(tell(t, START_NS + 11, START_NS + 11, 1, true)->count, 13);
    assert_int_equal(tell(t, START_NS + 11, START_NS + 11, 1, false)->count, 13);
    const struct alert *same = tell(plain, START_NS + 2, START_NS + 10, 12, false);
    assert_string_equal(a->id, same->id);
    assert_int_equal(a->first_ns, same->first_ns);
    assert_true(a->alias[0] != '\0' && same->alias[0] == '\0');
    triage_free(t);
    triage_free(plain);
}

static void what_has_no_time_is_an_alert_of_its_own(void **state)
{
    struct triage *t = triage_new(NULL);

    (void)state;
    tell(t, SIGNAL_NO_TIME, SIGNAL_NO_TIME, 1, false);
    tell(t, START_NS, START_NS, 1, false);
    assert_int_equal(tell(t, SIGNAL_NO_TIME, SIGNAL_NO_TIME, 1, false)->count, 2);
    assert_int_equal(count_of(t), 2);
    triage_advance(t, START_NS + 1000 * HOUR_NS); /* it is never too old */
    assert_int_equal(count_of(t), 1);
    triage_free(t);
}

/* ------------------------------------------------------------ JSON */

static bool name_event(void *ctx, uint64_t ref, struct alert_event *ret)
{
    (void)ctx;
    ret->source = S("auth.log");
    ret->record = ref & 0xFFFF;
    return ref != event_ref(9, 9);
}

static void an_alert_is_json_whatever_its_texts_are(void **state)
{
    struct triage *t = triage_new(NULL);
    struct buf out = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&out, 0);
    const uint64_t refs[] = {event_ref(1, 7), event_ref(9, 9)};
    const struct entity entity = {ENTITY_USER, S("a\"b\n\xff")};
    const str tag = S("attack.t1110.003");
    struct signal s = make("brute\\force", "</script>", START_NS);

    (void)state;
    s.events = refs;
    s.event_count = 2;
    s.entities = &entity;
    s.entity_count = 1;
    s.tags = &tag;
    s.tag_count = 1;
    s.measure = (struct signal_measure){"failures", 12, 0, 0, 9, "threshold", 0};
    alert_json(&w, triage_take(t, &s, NULL), &(struct alert_namer){NULL, name_event});
    assert_non_null(str_find(buf_str(&out), S("\"techniques\":[\"T1110.003\"]")));
    assert_non_null(str_find(buf_str(&out), S("{\"source\":\"auth.log\",\"record\":7}]")));
    assert_non_null(str_find(buf_str(&out), S("\"detector\":\"brute\\\\force\"")));
    assert_non_null(str_find(buf_str(&out), S("\"first_seen\":\"2023-11-14T22:13:20Z\"")));
    assert_null(str_find(buf_str(&out), S("</script>")));
    buf_done(&out);
    triage_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_of_one_key_are_one_alert),
        cmocka_unit_test(a_quiet_key_makes_a_new_alert),
        cmocka_unit_test(a_key_that_never_rests_makes_a_new_alert_after_its_span),
        cmocka_unit_test(ids_follow_from_what_happened),
        cmocka_unit_test(lengths_keep_parts_of_an_id_apart),
        cmocka_unit_test(a_hundred_thousand_firings_are_one_alert_of_one_step_each),
        cmocka_unit_test(many_keys_cost_a_step_or_two_each),
        cmocka_unit_test(the_alert_that_was_told_least_recently_gives_way),
        cmocka_unit_test(alerts_are_the_same_in_any_order_of_keys),
        cmocka_unit_test(what_is_told_again_for_good_counts_once),
        cmocka_unit_test(what_has_no_time_is_an_alert_of_its_own),
        cmocka_unit_test(an_alert_is_json_whatever_its_texts_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
