/* test_alert_store.c - alerts in the ledger: told again and again, decided once. */
#include "ledger_fixture.h"
#include "serve/alert_store.h"
#include "text/time.h"
#include "triage/triage.h"

#define START_NS (1700000000 * NS_PER_S)

enum { MANY = 600 };

static bool name_event(void *ctx, uint64_t ref, struct alert_event *ret)
{
    (void)ctx;
    *ret = (struct alert_event){S("auth"), ref, START_NS + (int64_t)ref};
    return true;
}

static const struct alert_namer namer = {NULL, name_event};

struct seen {
    struct arena *arena;
    uint32_t count;
    struct alert last;
    struct alert_event *events;
    int64_t now_ns;
    char ids[4][ALERT_ID_HEX + 1];
};

static bool see(void *ctx, const struct ledger_alert *row)
{
    struct seen *s = ctx;

    assert_true(alert_store_read(row, s->now_ns, s->arena, &s->last, &s->events));
    if (s->count < 4)
        memcpy(s->ids[s->count], s->last.id, sizeof s->last.id);
    s->count++;
    return true;
}

static struct seen look(struct ledger *l, const struct ledger_alert_query *with)
{
    struct seen s = {.arena = arena_new(64 * 1024), .now_ns = START_NS};
    struct ledger_alert_query q = *with;
    struct err e = {0};

    if (!q.to_ns)
        q.to_ns = INT64_MAX;
    if (!q.from_ns)
        q.from_ns = INT64_MIN;
    if (!q.state_max)
        q.state_max = ALERT_CLOSED;
    assert_true(ledger_alerts(l, &q, &s, see, &e));
    return s;
}

static struct seen look_all(struct ledger *l)
{
    return look(l, &(struct ledger_alert_query){0});
}

static const struct alert *tell(struct triage *t, struct ledger *l, const char *user,
                                enum severity severity, int64_t time_ns, bool provisional)
{
    const struct entity entity = {ENTITY_USER, str_from(user)};
    const struct signal_pair key = {S("user"), str_from(user)};
    const struct signal_pair detail = {S("Image"), S("C:\\a.exe\t\"x\"")};
    const str tag = S("attack.t1110.003");
    const uint64_t ref = event_ref(0, 9);
    struct err e = {0};
    const struct signal s = {
        .origin = SIGNAL_BEHAVIOR,
        .severity = severity,
        .id = S("spray"),
        .title = S("Spray"),
        .first_ns = time_ns,
        .last_ns = time_ns,
        .count = 1,
        .key = &key,
        .key_count = 1,
        .entities = &entity,
        .entity_count = 1,
        .tags = &tag,
        .tag_count = 1,
        .explanation = S("many users"),
        .measure = {"users", 12.5, 0, 0, 9, "threshold", 3},
        .details = &detail,
        .detail_count = 1,
        .events = &ref,
        .event_count = 1,
        .provisional = provisional,
    };
    const struct alert *a = triage_take(t, &s, NULL);

    assert_true(alert_store_put(l, &a, 1, &namer, &e));
    return a;
}

static bool decide(struct ledger *l, const char *verb, const char *id, const char *rest)
{
    char request[256];
    struct err e = {0};

    snprintf(request, sizeof request, "%s\t%s\t%s", verb, id, rest);
    return alert_store_decide(l, str_from(request), S("uid 7"), &e);
}

static void an_alert_comes_back_as_it_was_put(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct triage *t = triage_new(NULL);
    const struct alert *a = tell(t, l, "alice", SEVERITY_HIGH, START_NS, false);
    struct buf put = buf_make(BUF_MAX_OUTPUT), got = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&put, 0), v = json_writer_make(&got, 0);
    struct seen s = look_all(l);

    assert_int_equal(s.count, 1);
    alert_json(&w, a, &namer);
    alert_json(&v, &s.last, &(struct alert_namer){s.events, alert_store_name});
    assert_string_equal(buf_cstr(&put), buf_cstr(&got));
    buf_done(&put);
    buf_done(&got);
    arena_free(s.arena);
    triage_free(t);
    ledger_close(l);
}

static void telling_again_keeps_what_was_decided(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct triage *t = triage_new(NULL);
    const struct alert *a = tell(t, l, "alice", SEVERITY_HIGH, START_NS, false);
    struct seen s;

    assert_true(decide(l, "close", a->id, "false_positive\tincorrect_data\tthe clock was wrong"));
    assert_true(decide(l, "assign", a->id, "bob"));
    tell(t, l, "alice", SEVERITY_HIGH, START_NS + 5, false);
    s = look_all(l);
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last.count, 2);
    assert_int_equal(s.last.state, ALERT_CLOSED);
    assert_true(str_eq(s.last.decision->verdict, S("false_positive")));
    assert_true(str_eq(s.last.decision->note, S("the clock was wrong")));
    assert_true(str_eq(s.last.decision->assignee, S("bob")));
    arena_free(s.arena);
    tell(t, l, "alice", SEVERITY_CRITICAL, START_NS + 6, false);
    s = look_all(l);
    assert_int_equal(s.last.state, ALERT_OPEN); /* it is worse than what was closed */
    arena_free(s.arena);
    triage_free(t);
    ledger_close(l);
}

static void a_higher_severity_ends_a_snooze(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct triage *t = triage_new(NULL);
    const struct alert *a = tell(t, l, "alice", SEVERITY_LOW, START_NS, false);
    const int64_t until = START_NS + 3600 * NS_PER_S;
    char text[32];
    struct seen s;

    snprintf(text, sizeof text, "%lld", (long long)until);
    assert_true(decide(l, "snooze", a->id, text));
    tell(t, l, "alice", SEVERITY_LOW, START_NS + 1, false);
    s = look_all(l);
    assert_int_equal(s.last.decision->snoozed_until_ns, until);
    arena_free(s.arena);
    tell(t, l, "alice", SEVERITY_MEDIUM, START_NS + 2, false);
    s = look_all(l);
    assert_int_equal(s.last.decision->snoozed_until_ns, 0);
    arena_free(s.arena);
    triage_free(t);
    ledger_close(l);
}

static void the_final_alert_takes_the_provisional_ones_place(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct triage *t = triage_new(NULL);
    const struct alert *a = tell(t, l, "alice", SEVERITY_LOW, START_NS + 1, true);
    char alias[ALERT_ID_HEX + 1];
    struct seen s;

    memcpy(alias, a->id, sizeof alias);
    assert_true(decide(l, "ack", alias, ""));
    tell(t, l, "alice", SEVERITY_LOW, START_NS, false);
    s = look(l, &(struct ledger_alert_query){.id_prefix = str_from(alias)});
    assert_int_equal(s.count, 1); /* found by what it was called */
    assert_string_not_equal(s.last.id, alias);
    assert_int_equal(s.last.state, ALERT_ACKNOWLEDGED);
    arena_free(s.arena);
    triage_free(t);
    ledger_close(l);
}

static void what_is_decided_is_checked_and_in_the_audit(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct triage *t = triage_new(NULL);
    const struct alert *a = tell(t, l, "alice", SEVERITY_LOW, START_NS, false);
    struct audit_result audit;
    struct err e = {0};

    assert_false(decide(l, "close", a->id, "wrong\t\t"));
    assert_false(decide(l, "close", a->id, "false_positive\t\t"));
    assert_false(decide(l, "close", a->id, "true_positive\tincorrect_data\t"));
    assert_false(decide(l, "forget", a->id, ""));
    assert_false(decide(l, "snooze", a->id, "soon"));
    assert_false(decide(l, "ack", "00000000000000000000000000000000", ""));
    assert_true(audit_verify(l, S(""), &audit, &e));
    assert_int_equal(audit.rows, 0);
    assert_true(decide(l, "close", a->id, "true_positive\t\t"));
    assert_true(audit_verify(l, S(""), &audit, &e));
    assert_int_equal(audit.rows, 1);
    triage_free(t);
    ledger_close(l);
}

static void alerts_are_listed_newest_first_page_by_page(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct triage *t = triage_new(NULL);
    char user[16];
    struct seen s;
    const char *newest = NULL;

    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(user, sizeof user, "user%u", i);
        newest = tell(t, l, user, SEVERITY_LOW, START_NS + i / 3, false)->id;
    }
    s = look_all(l);
    assert_int_equal(s.count, MANY);
    assert_true(s.last.last_ns == START_NS);
    arena_free(s.arena);
    s = look(l, &(struct ledger_alert_query){.limit = 3});
    assert_int_equal(s.count, 3);
    assert_true(strcmp(s.ids[0], newest) == 0 || strcmp(s.ids[1], newest) == 0 ||
                strcmp(s.ids[2], newest) == 0);
    arena_free(s.arena);
    s = look(l, &(struct ledger_alert_query){.severity_min = SEVERITY_MEDIUM});
    assert_int_equal(s.count, 0);
    arena_free(s.arena);
    s = look(l, &(struct ledger_alert_query){.rule_id = S("spray"), .from_ns = START_NS + 199});
    assert_int_equal(s.count, 3);
    arena_free(s.arena);
    triage_free(t);
    ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(an_alert_comes_back_as_it_was_put),
        with_ledger(telling_again_keeps_what_was_decided),
        with_ledger(a_higher_severity_ends_a_snooze),
        with_ledger(the_final_alert_takes_the_provisional_ones_place),
        with_ledger(what_is_decided_is_checked_and_in_the_audit),
        with_ledger(alerts_are_listed_newest_first_page_by_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
