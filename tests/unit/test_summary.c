/* Summaries: counts, logons and gaps, and that no split into batches changes any of them. */
#include "engine/summary.h"
#include "engine/watch.h"

#include "raw_event.h"
#include "text/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { EVENTS = 600 };
#define HOUR (3600 * NS_PER_S)

struct fixture {
    struct arena *arena;
    struct watch *watch;
    struct event events[EVENTS];
    uint32_t count;
};

struct pair {
    const char *name, *value;
};

static struct event *event_new(struct fixture *f, int64_t hours, const struct pair *pairs, size_t n)
{
    struct event *ev = &f->events[f->count++];

    assert_true(f->count <= EVENTS);
    *ev = (struct event){.time_ns = hours * HOUR, .has_time = true, .from = {.file = S("a.evtx")}};
    for (size_t i = 0; i < n; i++)
        event_add(ev, f->arena,
                  (struct field){str_from(pairs[i].name), str_from(pairs[i].value), 0, 0});
    return ev;
}

#define EVENT(f, hours, ...)                                                                       \
    event_new(f, hours, (const struct pair[]){__VA_ARGS__},                                        \
              sizeof((const struct pair[]){__VA_ARGS__}) / sizeof(struct pair))

static struct event *record_add(struct fixture *f, uint64_t record, int64_t hours)
{
    struct event *ev = EVENT(f, hours, {"Channel", "Security"}, {"Computer", "WS1"});

    event_add(ev, f->arena,
              (struct field){S("EventRecordID"),
                             arena_printf(f->arena, "%llu", (unsigned long long)record),
                             VALUE_NUMBER, 0});
    return ev;
}

/* All events in batches of `step`, merged in order. */
static struct summary_builder *built(const struct fixture *f, uint32_t step)
{
    struct summary_builder *total = summary_builder_new(SUMMARY_KEYS_MAX);
    struct summary_builder *batch = summary_builder_new(UINT32_MAX);

    for (uint32_t i = 0; i < f->count; i++) {
        summary_add_event(batch, f->watch, &f->events[i]);
        if ((i + 1) % step == 0 || i + 1 == f->count) {
            summary_merge(total, batch);
            summary_builder_clear(batch);
        }
    }
    summary_builder_free(batch);
    return total;
}

#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        str got_ = (got), want_ = (want);                                                          \
        assert_int_equal(got_.n, want_.n);                                                         \
        assert_memory_equal(got_.p, want_.p, want_.n);                                             \
    } while (0)

static void assert_same(const struct summary *a, const struct summary *b)
{
    assert_int_equal(a->events, b->events);
    assert_int_equal(a->first_ns, b->first_ns);
    assert_int_equal(a->last_ns, b->last_ns);
    assert_int_equal(a->logs_selected, b->logs_selected);
    assert_int_equal(a->gaps_other, b->gaps_other);
    assert_int_equal(a->gap_count, b->gap_count);
    for (uint32_t i = 0; i < a->gap_count; i++) {
        const struct gap_row *x = &a->gaps[i], *y = &b->gaps[i];
        assert_str(x->file, y->file);
        assert_str(x->log, y->log);
        assert_str(x->host, y->host);
        assert_int_equal(x->by_record, y->by_record);
        assert_int_equal(x->cleared, y->cleared);
        assert_int_equal(x->record_before, y->record_before);
        assert_int_equal(x->record_after, y->record_after);
        assert_int_equal(x->has_time, y->has_time);
        assert_int_equal(x->time_before_ns, y->time_before_ns);
        assert_int_equal(x->time_after_ns, y->time_after_ns);
    }
    assert_int_equal(a->logon_count, b->logon_count);
    for (uint32_t i = 0; i < a->logon_count; i++) {
        assert_str(a->logons[i].user, b->logons[i].user);
        assert_str(a->logons[i].source, b->logons[i].source);
        assert_str(a->logons[i].host, b->logons[i].host);
        assert_str(a->logons[i].type, b->logons[i].type);
        assert_int_equal(a->logons[i].success, b->logons[i].success);
        assert_int_equal(a->logons[i].count, b->logons[i].count);
        assert_int_equal(a->logons[i].first_ns, b->logons[i].first_ns);
    }
}

static void any_split_gives_the_same(struct fixture *f)
{
    struct summary_builder *whole = built(f, f->count);
    struct summary want = summary_of(whole);

    for (uint32_t step = 1; step < 40 && step < f->count; step++) {
        struct summary_builder *split = built(f, step);
        struct summary got = summary_of(split);
        assert_same(&want, &got);
        summary_builder_free(split);
    }
    summary_builder_free(whole);
}

static void a_missing_record_id_is_a_gap(void **state)
{
    struct fixture *f = *state;

    for (uint64_t id = 1; id <= 8; id++)
        record_add(f, id, 2);
    for (uint64_t id = 12; id < 20; id++)
        record_add(f, id, 3);
    struct summary_builder *b = built(f, 8); /* the gap lies between two batches */
    struct summary s = summary_of(b);
    assert_int_equal(s.gap_count, 1);
    assert_true(s.gaps[0].by_record);
    assert_int_equal(s.gaps[0].record_before, 8);
    assert_int_equal(s.gaps[0].record_after, 12);
    assert_int_equal(s.gaps[0].time_before_ns, 2 * HOUR);
    assert_str(s.gaps[0].log, S("Security"));
    assert_str(s.gaps[0].host, S("WS1"));
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void consecutive_ids_and_a_wrapped_file_have_no_gap(void **state)
{
    struct fixture *f = *state;

    for (uint64_t id = 1000; id < 1010; id++)
        record_add(f, id, 50);
    for (uint64_t id = 500; id < 510; id++) /* the oldest part comes last */
        record_add(f, id, 40);
    struct summary_builder *b = built(f, 4);
    assert_int_equal(summary_of(b).gap_count, 0);
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void disorder_is_no_gap(void **state)
{
    struct fixture *f = *state;
    static const uint64_t ids[] = {100, 101, 98, 99, 102, 101, 102, 103};

    for (size_t i = 0; i < countof(ids); i++)
        record_add(f, ids[i], 1);
    struct summary_builder *b = built(f, 3);
    assert_int_equal(summary_of(b).gap_count, 0);
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void two_hosts_in_one_file_are_two_logs(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 4; i++) {
        struct event *ev = record_add(f, 1 + (uint64_t)i, i);
        EVENT(f, i, {"Channel", "Security"}, {"Computer", "WS2"});
        event_add(&f->events[f->count - 1], f->arena,
                  (struct field){S("EventRecordID"), arena_printf(f->arena, "%d", 9000 + i), 0, 0});
        assert_non_null(ev);
    }
    struct summary_builder *b = built(f, 3);
    assert_int_equal(summary_of(b).gap_count, 0);
    summary_builder_free(b);
}

static void a_host_is_the_same_however_it_is_written(void **state)
{
    static const char *const names[] = {"WS2", "ws2.corp.example", "WS2.CORP", "Ws2"};
    struct fixture *f = *state;

    for (int i = 0; i < 20; i++) {
        EVENT(f, i, {"Channel", "Security"}, {"Computer", names[i * 7 % 4]});
        event_add(&f->events[f->count - 1], f->arena,
                  (struct field){S("EventRecordID"), arena_printf(f->arena, "%d", 50 + i), 0, 0});
    }
    struct summary_builder *b = built(f, 3);
    struct summary s = summary_of(b);
    assert_int_equal(s.gap_count, 0);
    assert_int_equal(s.logs_selected, 0);
    summary_builder_free(b);
}

static void a_log_that_pauses_by_habit_has_no_gap(void **state)
{
    struct fixture *f = *state;

    for (int week = 0; week < 6; week++)
        for (int i = 0; i < 40; i++)
            EVENT(f, week * 168 + i, {"message", "x"});
    struct summary_builder *b = built(f, 33);
    assert_int_equal(summary_of(b).gap_count, 0);
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void a_selection_of_records_proves_nothing(void **state)
{
    struct fixture *f = *state;

    for (uint64_t i = 0; i < 20; i++)
        record_add(f, 10 * i + 1, 1);
    struct summary_builder *b = built(f, 7);
    struct summary s = summary_of(b);
    assert_int_equal(s.gap_count, 0);
    assert_int_equal(s.logs_selected, 1);
    summary_builder_free(b);
}

static void carved_records_are_no_part_of_the_log(void **state)
{
    struct fixture *f = *state;

    record_add(f, 1, 1);
    record_add(f, 77, 1)->from.recovered = true;
    record_add(f, 2, 1);
    struct summary_builder *b = built(f, 1);
    assert_int_equal(summary_of(b).gap_count, 0);
    summary_builder_free(b);
}

static void a_pause_in_a_dense_log_is_a_gap(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 120; i++) /* lines without a channel */
        EVENT(f, i / 4, {"message", "x"});
    EVENT(f, 30 + 48, {"message", "late"});
    struct summary_builder *b = built(f, 120);
    struct summary s = summary_of(b);
    assert_int_equal(s.gap_count, 1);
    assert_false(s.gaps[0].by_record);
    assert_int_equal(s.gaps[0].time_before_ns, 29 * HOUR);
    assert_int_equal(s.gaps[0].time_after_ns, 78 * HOUR);
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void a_pause_in_a_sparse_log_is_usual(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 120; i++)
        EVENT(f, i * 3, {"message", "x"});
    EVENT(f, 2000, {"message", "late"});
    struct summary_builder *b = built(f, 50);
    assert_int_equal(summary_of(b).gap_count, 0);
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void a_gap_in_ids_and_time_is_one_row(void **state)
{
    struct fixture *f = *state;

    for (uint64_t i = 0; i < 150; i++)
        record_add(f, i, 0);
    record_add(f, 400, 100);
    struct summary_builder *b = built(f, 150);
    struct summary s = summary_of(b);
    assert_int_equal(s.gap_count, 1);
    assert_true(s.gaps[0].by_record);
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void a_cleared_log_is_noted(void **state)
{
    struct fixture *f = *state;

    EVENT(f, 5, {"Channel", "Security"}, {"EventID", "1102"}, {"EventRecordID", "9"},
          {"Provider_Name", "Microsoft-Windows-Eventlog"});
    EVENT(f, 6, {"Channel", "System"}, {"EventID", "104"}, {"EventRecordID", "4"},
          {"Provider_Name", "Microsoft-Windows-Eventlog"}, {"Channel", "Application"});
    EVENT(f, 7, {"Channel", "System"}, {"EventID", "104"}, {"EventRecordID", "5"},
          {"Provider_Name", "Another"});
    struct summary_builder *b = built(f, 1);
    struct summary s = summary_of(b);
    assert_int_equal(s.gap_count, 2);
    assert_true(s.gaps[0].cleared);
    assert_str(s.gaps[0].log, S("Security"));
    assert_int_equal(s.gaps[0].record_after, 9);
    assert_str(s.gaps[1].log, S("Application"));
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void a_cleared_log_may_be_a_second_value(void **state)
{
    struct fixture *f = *state;
    struct event *ev =
        EVENT(f, 6, {"Channel", "System"}, {"EventID", "104"}, {"EventRecordID", "4"},
              {"Provider_Name", "Microsoft-Windows-Eventlog"});

    event_add(ev, f->arena,
              (struct field){S("Channel"), S("Application"), VALUE_STRING, FIELD_CONTINUES});
    struct summary_builder *b = built(f, 1);
    struct summary s = summary_of(b);
    assert_int_equal(s.gap_count, 1);
    assert_str(s.gaps[0].log, S("Application"));
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void windows_logons_are_counted_by_type_and_outcome(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 3; i++)
        EVENT(f, i, {"Channel", "Security"}, {"EventID", "4625"}, {"TargetUserName", "admin"},
              {"LogonType", "3"}, {"IpAddress", "10.0.0.9"}, {"Computer", "DC1"});
    EVENT(f, 9, {"Channel", "Security"}, {"EventID", "4624"}, {"TargetUserName", "alice"},
          {"LogonType", "10"}, {"IpAddress", "-"}, {"WorkstationName", "WS7"}, {"Computer", "DC1"});
    EVENT(f, 9, {"Channel", "Application"}, {"EventID", "4625"}, {"TargetUserName", "no logon"});
    struct summary_builder *b = built(f, 2);
    struct summary s = summary_of(b);
    assert_int_equal(s.logon_count, 2);
    assert_str(s.logons[0].user, S("admin"));
    assert_str(s.logons[0].type, S("network (3)"));
    assert_str(s.logons[0].source, S("10.0.0.9"));
    assert_str(s.logons[0].host, S("DC1"));
    assert_false(s.logons[0].success);
    assert_int_equal(s.logons[0].count, 3);
    assert_int_equal(s.logons[0].last_ns, 2 * HOUR);
    assert_str(s.logons[1].type, S("remote interactive (10)"));
    assert_str(s.logons[1].source, S("WS7"));
    assert_true(s.logons[1].success);
    summary_builder_free(b);
    any_split_gives_the_same(f);
}

static void sshd_names_the_peer_last(void **state)
{
    struct fixture *f = *state;

    EVENT(f, 1, {"MESSAGE", "Accepted publickey for root from 10.1.1.1 port 51222 ssh2: RSA x"});
    EVENT(f, 1,
          {"message", "Failed password for invalid user x from 1.1.1.1 port 2 ssh2 from 6.6.6.6 "
                      "port 41 ssh2"});
    EVENT(f, 1, {"message", "Failed password for nobody"});
    struct summary_builder *b = built(f, 1);
    struct summary s = summary_of(b);
    assert_int_equal(s.logon_count, 2);
    assert_str(s.logons[0].user, S("root"));
    assert_str(s.logons[0].type, S("ssh publickey"));
    assert_true(s.logons[0].success);
    assert_str(s.logons[1].source, S("6.6.6.6"));
    assert_str(s.logons[1].user, S("x from 1.1.1.1 port 2 ssh2"));
    assert_false(s.logons[1].success);
    summary_builder_free(b);
}

static void cloud_logons_are_known(void **state)
{
    struct fixture *f = *state;
    static const char *const types[] = {"console", "entra", "google", "okta"};

    EVENT(f, 1, {"eventName", "ConsoleLogin"}, {"responseElements.ConsoleLogin", "Failure"},
          {"userIdentity.userName", "a"}, {"sourceIPAddress", "10.0.0.1"});
    EVENT(f, 1, {"category", "SignInLogs"}, {"properties.status.errorCode", "0"},
          {"properties.userPrincipalName", "b@x"}, {"properties.ipAddress", "10.0.0.2"});
    EVENT(f, 1, {"id.applicationName", "login"}, {"name", "login_failure"}, {"actor.email", "c@x"});
    EVENT(f, 1, {"eventType", "user.session.start"}, {"outcome.result", "SUCCESS"},
          {"actor.alternateId", "d@x"}, {"client.ipAddress", "10.0.0.3"});
    struct summary_builder *b = built(f, 2);
    struct summary s = summary_of(b);
    assert_int_equal(s.logon_count, countof(types));
    for (uint32_t i = 0; i < s.logon_count; i++) {
        assert_str(s.logons[i].type, str_from(types[i]));
        assert_int_equal(s.logons[i].success, i == 1 || i == 3);
    }
    summary_builder_free(b);
}

static void finding_add(struct summary_builder *b, const struct sigma_rule *rule,
                        const struct event *ev, str host)
{
    struct finding f = {.rule = rule, .event = ev, .host = host};

    summary_add_finding(b, &f);
}

static void findings_are_counted_by_technique_host_rule_hour_and_level(void **state)
{
    struct fixture *f = *state;
    str tags[] = {S("attack.execution"), S("attack.t1059.001"), S("attack.T1059.001"),
                  S("attack.t1027"),     S("attack.t10x7"),     S("car.t1027")};
    struct sigma_rule rule = {.id = S("r1"), .level = LEVEL_HIGH, .tags = tags, .tag_count = 6};
    struct sigma_rule plain = {.id = S("r2")};
    struct event *ev = EVENT(f, 30, {"a", "b"});
    struct summary_builder *b = summary_builder_new(SUMMARY_KEYS_MAX);

    finding_add(b, &rule, ev, S("WS1"));
    finding_add(b, &rule, ev, S("WS2"));
    finding_add(b, &plain, ev, S("WS2"));
    summary_add_problem(b, PROBLEM_damaged);
    struct summary s = summary_of(b);
    assert_int_equal(s.findings, 3);
    assert_int_equal(s.problems[PROBLEM_damaged], 1);
    assert_int_equal(s.techniques.count, 2);
    assert_str(s.techniques.rows[0].key, S("T1027"));
    assert_str(s.techniques.rows[1].key, S("T1059.001"));
    assert_int_equal(s.techniques.rows[1].count, 2);
    assert_str(s.hosts.rows[0].key, S("WS2"));
    assert_int_equal(s.hosts.rows[0].level, LEVEL_HIGH);
    assert_ptr_equal(s.rules.rows[0].rule, &rule);
    assert_str(s.hours.rows[0].key, S("1970-01-02T06"));
    assert_str(s.levels.rows[0].key, S("high"));
    assert_str(s.levels.rows[1].key, S("none"));
    summary_builder_free(b);
}

static void a_full_table_counts_the_rest(void **state)
{
    struct fixture *f = *state;
    struct sigma_rule rule = {.id = S("r1")};
    struct event *ev = EVENT(f, 1, {"a", "b"});

    for (uint32_t step = 1; step <= 8; step++) {
        struct summary_builder *total = summary_builder_new(3);
        struct summary_builder *batch = summary_builder_new(UINT32_MAX);
        for (uint32_t i = 0; i < 8; i++) {
            char host[8];
            snprintf(host, sizeof host, "h%u", i * 3 % 5);
            finding_add(batch, &rule, ev, str_from(host));
            if ((i + 1) % step == 0 || i == 7) {
                summary_merge(total, batch);
                summary_builder_clear(batch);
            }
        }
        struct summary s = summary_of(total); /* h0 h3 h1 h4 h2 h0 h3 h1 */
        assert_int_equal(s.hosts.count, 3);
        assert_int_equal(s.hosts.other, 2);
        assert_str(s.hosts.rows[0].key, S("h0"));
        assert_int_equal(s.hosts.rows[0].count, 2);
        summary_builder_free(batch);
        summary_builder_free(total);
    }
}

static void events_without_time_or_log_source_are_counted(void **state)
{
    struct fixture *f = *state;

    EVENT(f, 1, {"a", "b"})->has_time = false;
    EVENT(f, 4, {"a", "b"})->logsource_count = 1;
    EVENT(f, 2, {"a", "b"});
    struct summary_builder *b = built(f, 2);
    struct summary s = summary_of(b);
    assert_int_equal(s.events, 3);
    assert_int_equal(s.events_without_time, 1);
    assert_int_equal(s.events_without_logsource, 2);
    assert_int_equal(s.first_ns, 2 * HOUR);
    assert_int_equal(s.last_ns, 4 * HOUR);
    summary_builder_free(b);
}

/* Ids, times and channels from a fixed sequence of pseudo-random numbers, times extreme too. */
static void any_split_of_anything_gives_the_same(void **state)
{
    struct fixture *f = *state;
    uint64_t x = 88172645463325252u, id = 1;

    for (int i = 0; i < 300; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        id = x % 11 == 0 ? x % 500 : x % 7 == 0 ? id - id % 5 : id + 1;
        struct event *ev = EVENT(f, (int64_t)(x % 2000), {"Channel", x % 3 ? "A" : "B"},
                                 {"EventID", x % 17 ? "1" : "1102"},
                                 {"Provider_Name", "Microsoft-Windows-Eventlog"});
        ev->has_time = x % 5 != 0;
        if (x % 31 == 0)
            ev->time_ns = x % 2 ? INT64_MIN : INT64_MAX;
        event_add(ev, f->arena,
                  (struct field){S("EventRecordID"),
                                 arena_printf(f->arena, "%llu", (unsigned long long)id), 0, 0});
    }
    any_split_gives_the_same(f);
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x >> 8;
}

/* An event of one of many kinds: with and without markers, guards, doubled and continued names. */
static struct event *event_of_any_kind(struct fixture *f, uint64_t *x)
{
    static const struct pair pairs[] = {
        {"Channel", "Security"},
        {"Channel", "System"},
        {"winlog.channel", "Security"},
        {"EventID", "4624"},
        {"EventID", "4625"},
        {"EventID", "1102"},
        {"EventID", "104"},
        {"EventID", "1"},
        {"Event.System.EventID", "4624"},
        {"Provider_Name", "Microsoft-Windows-Eventlog"},
        {"Computer", "WS1"},
        {"Computer", "ws1.corp.example"},
        {"Hostname", "WS2"},
        {"TargetUserName", "alice"},
        {"TargetUserName", "bob"},
        {"IpAddress", "10.0.0.1"},
        {"LogonType", "3"},
        {"eventName", "ConsoleLogin"},
        {"userIdentity.userName", "carol"},
        {"category", "SignInLogs"},
        {"Category", "Process Create"},
        {"properties.status.errorCode", "0"},
        {"id.applicationName", "login"},
        {"name", "login_success"},
        {"message", "Accepted password for dora from 10.0.0.9 port 22 ssh2"},
        {"payload", "sshd: Failed password for invalid user eve from 10.0.0.8 port 22 ssh2"},
        {"msg", "a text of another kind, longer than the markers that are remembered as dull, in "
                "which nothing is told that a summary would count"},
        {"Operation", "a value of a marker that is longer than the markers that are remembered as "
                      "dull, so that it is looked at anew each time"},
        {"", ""},
    };
    struct event *ev = EVENT(f, (int64_t)(next_random(x) % 2000), {"a", "b"});
    uint32_t first = (uint32_t)(next_random(x) % 6), step = 1 + (uint32_t)(next_random(x) % 5);

    for (uint32_t i = first; i < countof(pairs); i += step) {
        uint32_t at = next_random(x) % 4 ? i : (uint32_t)(next_random(x) % countof(pairs));
        event_add(ev, f->arena,
                  (struct field){str_from(pairs[at].name), str_from(pairs[at].value), 0,
                                 next_random(x) % 12 ? 0 : FIELD_CONTINUES});
    }
    event_add(ev, f->arena,
              (struct field){S("EventRecordID"),
                             arena_printf(f->arena, "%u", (unsigned)(next_random(x) % 3000)),
                             VALUE_NUMBER, 0});
    ev->has_time = next_random(x) % 7 != 0;
    ev->from.file = next_random(x) % 3 ? S("a.evtx") : S("b.evtx");
    ev->from.recovered = next_random(x) % 20 == 0;
    return ev;
}

/* The same events as a fast decoder would give them. */
static struct fixture *hardened(const struct fixture *f, struct raw_layouts *layouts, bool raw,
                                uint64_t *x)
{
    struct fixture *hard = arena_alloc(f->arena, sizeof *hard);

    *hard = *f;
    for (uint32_t i = 0; i < f->count; i++) {
        struct event *ev = &hard->events[i];
        *ev = raw_copy(&f->events[i], f->arena);
        for (uint32_t k = 0; k < ev->field_count && raw; k++)
            if (next_random(x) % 4) {
                ev->fields[k] = raw_field(ev->fields[k], 0, next_random(x) % 8 == 0, f->arena);
                ev->codec = &raw_codec;
            }
        if (next_random(x) % 8)
            ev->layout = raw_layout(layouts, ev);
    }
    return hard;
}

static void layouts_and_raw_values_change_nothing(void **state)
{
    struct fixture *f = *state;
    struct raw_layouts *layouts = arena_alloc(f->arena, sizeof *layouts);
    uint64_t x = 88172645463325252u;

    layouts->keys = intern_new();
    for (int round = 0; round < 12; round++) {
        uint64_t same = x;
        f->count = 0;
        while (f->count < EVENTS) {
            if (f->count % 3 == 0) /* runs of events of one kind with other values */
                same = x;
            event_of_any_kind(f, f->count % 3 ? &same : &x);
        }
        struct summary_builder *plain = built(f, 50),
                               *with_layouts = built(hardened(f, layouts, false, &x), 50),
                               *raw = built(hardened(f, layouts, true, &x), 50);
        struct summary want = summary_of(plain), got = summary_of(with_layouts),
                       got_raw = summary_of(raw);
        assert_true(want.logon_count > 10); /* or the test would prove little */
        assert_true(want.gap_count > 10);
        assert_same(&want, &got);
        assert_same(&want, &got_raw);
        summary_builder_free(plain);
        summary_builder_free(with_layouts);
        summary_builder_free(raw);
    }
    intern_free(layouts->keys);
}

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof *f);

    f->arena = arena_new(4096);
    f->watch = watch_new();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    watch_free(f->watch);
    arena_free(f->arena);
    test_free(f);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_missing_record_id_is_a_gap),
        TEST(consecutive_ids_and_a_wrapped_file_have_no_gap),
        TEST(disorder_is_no_gap),
        TEST(two_hosts_in_one_file_are_two_logs),
        TEST(a_host_is_the_same_however_it_is_written),
        TEST(a_log_that_pauses_by_habit_has_no_gap),
        TEST(a_selection_of_records_proves_nothing),
        TEST(carved_records_are_no_part_of_the_log),
        TEST(a_pause_in_a_dense_log_is_a_gap),
        TEST(a_pause_in_a_sparse_log_is_usual),
        TEST(a_gap_in_ids_and_time_is_one_row),
        TEST(a_cleared_log_is_noted),
        TEST(a_cleared_log_may_be_a_second_value),
        TEST(windows_logons_are_counted_by_type_and_outcome),
        TEST(sshd_names_the_peer_last),
        TEST(cloud_logons_are_known),
        TEST(findings_are_counted_by_technique_host_rule_hour_and_level),
        TEST(a_full_table_counts_the_rest),
        TEST(events_without_time_or_log_source_are_counted),
        TEST(any_split_of_anything_gives_the_same),
        TEST(layouts_and_raw_values_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
