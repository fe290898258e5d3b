/* test_tool_signal.c - alerts in other tools' logs, as signals. */
#include "../format_drive.h"
#include "event/column.h"
#include "event/kind.h"
#include "formats/format.h"
#include "triage/tool_signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct format format_json;

struct told {
    struct arena *arena;
    struct tool_signal_room room;
    struct signal signal;
    bool is_signal;
    uint32_t events;
};

static void take(void *ctx, struct event *ev)
{
    struct told *t = ctx;
    struct columns columns;

    event_settle(ev, t->arena);
    struct event *kept = event_keep(ev, t->arena);
    columns_fill(kept, &columns, t->arena);
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) /* the record does not outlive this */
        if (columns.values[i].p)
            columns.values[i] = arena_str(t->arena, columns.values[i]);
    t->is_signal =
        tool_signal(&columns, str_from(kind_format(ev->kind)), tool_techniques(kept, t->arena),
                    kept->has_time ? kept->time_ns : SIGNAL_NO_TIME, event_ref(3, 7), t->arena,
                    &t->room, &t->signal);
    t->signal.id = t->is_signal ? arena_str(t->arena, t->signal.id) : (str){0};
    t->events++;
}

static void ignore(void *ctx, const struct problem *p)
{
    (void)ctx, (void)p;
}

static void tell(struct told *t, const char *record)
{
    const struct decode_sink sink = {.ctx = t, .event = take, .problem = ignore};

    *t = (struct told){.arena = arena_new(16 * 1024)};
    str text = arena_printf(t->arena, "%s\n", record);
    format_drive(&format_json, text, text.n, &sink, NULL);
    assert_int_equal(t->events, 1);
}

static const char suricata[] =
    "{\"timestamp\":\"2026-11-24T10:00:00.5Z\",\"event_type\":\"alert\",\"src_ip\":\"203.0.113.7\","
    "\"src_port\":1,\"dest_ip\":\"192.0.2.20\",\"dest_port\":80,\"proto\":\"TCP\",\"flow_id\":1,"
    "\"alert\":{\"signature_id\":2001219,\"signature\":\"a scan\",\"category\":\"recon\","
    "\"severity\":1,\"metadata\":{\"mitre_technique_id\":[\"T1046\"]}}}";
static const char wazuh[] =
    "{\"timestamp\":\"2026-11-24T10:00:00.000+0000\",\"rule\":{\"level\":12,\"id\":\"5710\","
    "\"description\":\"a logon\",\"mitre\":{\"id\":[\"T1110.001\"]}},\"manager\":{\"name\":\"m\"},"
    "\"agent\":{\"name\":\"web1\",\"ip\":\"192.0.2.20\"},\"id\":\"1.2\","
    "\"data\":{\"srcip\":\"203.0.113.7\",\"srcuser\":\"x\"}}";
static const char crowdsec[] =
    "{\"scenario\":\"crowdsecurity/ssh-bf\",\"events_count\":6,\"machine_id\":\"web1\",\"stop_at\":"
    "\"2026-11-24T10:00:30Z\",\"source\":{\"scope\":\"Ip\",\"ip\":\"203.0.113.7\"}}";

static void suricatas_alert_is_a_signal(void **state)
{
    struct told t;

    (void)state;
    tell(&t, suricata);
    assert_true(t.is_signal);
    assert_int_equal(t.signal.origin, SIGNAL_TOOL);
    assert_true(str_eq(t.signal.id, S("suricata:2001219")));
    assert_int_equal(t.signal.severity, SEVERITY_HIGH);
    assert_int_equal(t.signal.key_count, 2);
    assert_true(str_eq(t.room.key[0].name, S("source")));
    assert_true(str_eq(t.room.key[1].name, S("target")));
    assert_int_equal(t.signal.tag_count, 1);
    assert_true(str_eq(t.room.tags[0], S("attack.t1046")));
    assert_int_equal(t.signal.first_ns % 1000000000, 500000000);
    assert_int_equal(t.signal.events[0], event_ref(3, 7));
    arena_free(t.arena);
}

static void wazuhs_alert_is_a_signal(void **state)
{
    struct told t;

    (void)state;
    tell(&t, wazuh);
    assert_true(t.is_signal);
    assert_true(str_eq(t.signal.id, S("wazuh:5710")));
    assert_true(str_eq(t.signal.title, S("a logon")));
    assert_int_equal(t.signal.severity, SEVERITY_HIGH);
    assert_int_equal(t.signal.key_count, 3);
    assert_int_equal(t.signal.entity_count, 4); /* host, user, source and the host's address */
    assert_true(str_eq(t.room.tags[0], S("attack.t1110.001")));
    arena_free(t.arena);
}

static void crowdsecs_alert_is_a_signal(void **state)
{
    struct told t;

    (void)state;
    tell(&t, crowdsec);
    assert_true(t.is_signal);
    assert_true(str_eq(t.signal.id, S("crowdsec:crowdsecurity/ssh-bf")));
    assert_int_equal(t.signal.severity, SEVERITY_MEDIUM);
    arena_free(t.arena);
}

static void other_records_are_none(void **state)
{
    struct told t;

    (void)state;
    tell(&t, "{\"timestamp\":\"2026-11-24T10:00:00.5Z\",\"event_type\":\"dns\",\"src_ip\":"
             "\"203.0.113.7\",\"dest_ip\":\"192.0.2.20\",\"proto\":\"UDP\",\"flow_id\":1,"
             "\"dns\":{\"type\":\"query\",\"rrname\":\"example.com\"}}");
    assert_false(t.is_signal);
    arena_free(t.arena);
}

static void an_oddity_of_a_protocol_is_no_alarm(void **state)
{
    struct told t;

    (void)state;
    tell(&t,
         "{\"_path\":\"weird\",\"ts\":1600000000.5,\"uid\":\"C1\",\"id.orig_h\":\"192.0.2.7\","
         "\"id.orig_p\":1,\"id.resp_h\":\"192.0.2.8\",\"id.resp_p\":2,\"name\":\"bad_checksum\"}");
    assert_true(t.is_signal);
    assert_int_equal(t.signal.severity, SEVERITY_INFORMATIONAL);
    arena_free(t.arena);
    tell(&t, "{\"_path\":\"notice\",\"ts\":1600000000.5,\"uid\":\"C1\",\"id.orig_h\":\"192.0.2.7\","
             "\"id.orig_p\":1,\"id.resp_h\":\"192.0.2.8\",\"id.resp_p\":2,\"note\":\"Scan::Port_"
             "Scan\"}");
    assert_true(t.is_signal);
    assert_int_equal(t.signal.severity, SEVERITY_MEDIUM);
    arena_free(t.arena);
}

static void each_tools_severity_is_read_by_its_scale(void **state)
{
    static const struct {
        const char *format, *level;
        enum severity severity;
    } rows[] = {
        {"suricata", "1", SEVERITY_HIGH},
        {"suricata", "3", SEVERITY_LOW},
        {"suricata", "255", SEVERITY_INFORMATIONAL},
        {"wazuh", "3", SEVERITY_INFORMATIONAL},
        {"wazuh", "7", SEVERITY_MEDIUM},
        {"wazuh", "15", SEVERITY_CRITICAL},
        {"guardduty", "8.9", SEVERITY_HIGH},
        {"falco", "Notice", SEVERITY_LOW},
        {"falco", "emergency", SEVERITY_CRITICAL},
        {"", "moderate", SEVERITY_MEDIUM},
        {"", "7", SEVERITY_MEDIUM},
        {"", "", SEVERITY_MEDIUM},
        {"wazuh", "12x", SEVERITY_MEDIUM},
        {"wazuh", "00000000000000000099", SEVERITY_MEDIUM},
    };

    (void)state;
    for (uint32_t i = 0; i < countof(rows); i++)
        assert_int_equal(tool_severity(str_from(rows[i].format), str_from(rows[i].level)),
                         rows[i].severity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suricatas_alert_is_a_signal),
        cmocka_unit_test(wazuhs_alert_is_a_signal),
        cmocka_unit_test(crowdsecs_alert_is_a_signal),
        cmocka_unit_test(other_records_are_none),
        cmocka_unit_test(an_oddity_of_a_protocol_is_no_alarm),
        cmocka_unit_test(each_tools_severity_is_read_by_its_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
