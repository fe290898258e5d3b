/* What JSON and Windows events mean: outcomes, and who is who. */
#include "../format_drive.h"
#include "event/column.h"
#include "event/kind.h"
#include "event/verdict.h"
#include "formats/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct format format_json;

struct meant {
    struct arena *arena;
    struct columns columns;
    char format[64];
    uint32_t events;
};

static void take(void *ctx, struct event *ev)
{
    struct meant *m = ctx;

    event_settle(ev, m->arena);
    struct event *kept = event_keep(ev, m->arena);
    columns_fill(kept, &m->columns, m->arena);
    snprintf(m->format, sizeof m->format, "%s", kind_format(ev->kind));
    for (uint32_t i = 0; i < COLUMN_COUNT; i++)
        if (m->columns.values[i].p)
            m->columns.values[i] = arena_str(m->arena, m->columns.values[i]);
    m->events++;
}

static void ignore(void *ctx, const struct problem *p)
{
    (void)ctx, (void)p;
}

static struct meant mean(const char *record)
{
    struct meant m = {.arena = arena_new(16 * 1024)};
    const struct decode_sink sink = {.ctx = &m, .event = take, .problem = ignore};
    str text = arena_printf(m.arena, "%s\n", record);

    format_drive(&format_json, text, text.n, &sink, NULL);
    assert_int_equal(m.events, 1);
    return m;
}

static void done(struct meant *m)
{
    arena_free(m->arena);
}

static void assert_column(const struct meant *m, enum column column, const char *want)
{
    str got = m->columns.values[column];

    if (!want ? got.p != NULL : !str_eq(got, str_from(want)))
        fail_msg("%s is '%.*s', not '%s'", column_name(column), STR_ARG(got), want ? want : "");
}

static void every_product_of_the_list_knows_its_own_sample(void **state)
{
    uint32_t products = 0;

    (void)state;
    for (size_t i = 0; i < formats_builtin.count; i++) {
        const struct format *f = formats_builtin.items[i];
        if (f->feed != format_json.feed || f == &format_json)
            continue;
        struct meant m = mean(format_sample(f));
        if (strcmp(m.format, f->name) != 0)
            fail_msg("the sample of %s is read as %s", f->name, m.format);
        products++;
        done(&m);
    }
    assert_true(products > 30);
}

static void an_outcome_is_what_the_record_says(void **state)
{
    static const struct {
        const char *record;
        enum outcome outcome;
    } cases[] = {
#define SECURITY "{\"Channel\":\"Security\",\"EventID\":"
        {SECURITY "4768,\"Status\":\"0x0\"}", OUTCOME_SUCCESS},
        {SECURITY "4768,\"Status\":\"0x6\"}", OUTCOME_FAILURE},
        {SECURITY "4656,\"Keywords\":\"0x8020000000000000\"}", OUTCOME_SUCCESS},
        {SECURITY "4656,\"Keywords\":\"0x8010000000000000\"}", OUTCOME_FAILURE},
        {SECURITY "4656,\"Keywords\":-9218868437227405312}", OUTCOME_FAILURE},
        {SECURITY "4656,\"Keywords\":[\"Audit Success\"]}", OUTCOME_SUCCESS},
        {SECURITY "4656,\"EventType\":\"AUDIT_FAILURE\"}", OUTCOME_FAILURE},
        {SECURITY "4656}", OUTCOME_UNTOLD},
        {SECURITY "5157}", OUTCOME_FAILURE},
        {SECURITY "5156}", OUTCOME_SUCCESS},
        {"{\"Channel\":\"System\",\"EventID\":7036,\"Keywords\":\"0x8080000000000000\"}",
         OUTCOME_UNTOLD},
#define VPC "{\"srcaddr\":\"192.0.2.7\",\"dstaddr\":\"192.0.2.8\",\"action\":"
        {VPC "\"ACCEPT\"}", OUTCOME_SUCCESS},
        {VPC "\"REJECT\"}", OUTCOME_FAILURE},
        {VPC "\"-\"}", OUTCOME_UNTOLD},
#define EVE                                                                                        \
    "{\"flow_id\":1,\"src_ip\":\"192.0.2.7\",\"event_type\":\"alert\",\"alert\":{\"action\":"
        {EVE "\"blocked\"}}", OUTCOME_FAILURE},
        {EVE "\"allowed\"}}", OUTCOME_UNTOLD},
#define OCSF "{\"class_uid\":4001,\"metadata\":{\"version\":\"1.3.0\"},"
        {OCSF "\"status_id\":1}", OUTCOME_SUCCESS},
        {OCSF "\"status_id\":1,\"action_id\":2}", OUTCOME_FAILURE},
        {OCSF "\"status_id\":2,\"action_id\":1}", OUTCOME_FAILURE},
        {OCSF "\"disposition_id\":2}", OUTCOME_FAILURE},
        {"{\"action\":\"allow\",\"status\":\"blocked\"}", OUTCOME_FAILURE},
        {"{\"action\":\"login\"}", OUTCOME_UNTOLD},
        {"{\"@timestamp\":1,\"ecs\":{\"version\":\"9\"},\"event\":{\"outcome\":\"success\"}}",
         OUTCOME_SUCCESS},
        {"{\"@timestamp\":1,\"ecs\":{\"version\":\"9\"},\"event\":{\"type\":[\"denied\"]}}",
         OUTCOME_FAILURE},
        {"{\"Workload\":\"AzureActiveDirectory\",\"RecordType\":15,\"Operation\":"
         "\"UserLoginFailed\",\"ResultStatus\":\"Success\"}",
         OUTCOME_FAILURE},
    };

    (void)state;
    for (size_t i = 0; i < countof(cases); i++) {
        struct meant m = mean(cases[i].record);
        if (m.columns.outcome != cases[i].outcome)
            fail_msg("%s: %d and not %d", cases[i].record, m.columns.outcome, cases[i].outcome);
        done(&m);
    }
}

static void who_logs_on_is_the_user_and_who_changes_an_account_is_not_the_target(void **state)
{
    (void)state;
    struct meant m = mean(SECURITY "4625,\"SubjectUserName\":\"SYSTEM\",\"TargetUserName\":\"bob\","
                                   "\"IpAddress\":\"::ffff:192.0.2.7\"}");
    assert_column(&m, COLUMN_user_name, "bob");
    assert_column(&m, COLUMN_source_ip, "192.0.2.7");
    assert_int_equal(m.columns.activity, ACTIVITY_logon);
    done(&m);

    m = mean(SECURITY "4724,\"SubjectUserName\":\"admin\",\"TargetUserName\":\"bob\"}");
    assert_column(&m, COLUMN_user_name, "admin");
    assert_column(&m, COLUMN_user_target_name, "bob");
    done(&m);

    m = mean(SECURITY "4728,\"SubjectUserName\":\"admin\",\"TargetUserName\":\"Admins\","
                      "\"TargetDomainName\":\"D\",\"MemberName\":\"bob\"}");
    assert_column(&m, COLUMN_group_name, "Admins");
    assert_column(&m, COLUMN_user_target_name, "bob");
    assert_column(&m, COLUMN_user_target_domain, NULL);
    done(&m);
}

static void a_process_has_its_own_number_and_its_parents(void **state)
{
    (void)state;
    struct meant m = mean(SECURITY "4688,\"NewProcessId\":\"0x10\",\"ProcessId\":\"0x20\"}");
    assert_column(&m, COLUMN_process_pid, "16");
    assert_column(&m, COLUMN_process_parent_pid, "32");
    done(&m);

    m = mean("{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
             "\"ProcessId\":\"10\",\"ParentProcessId\":\"20\"}");
    assert_column(&m, COLUMN_process_pid, "10");
    assert_column(&m, COLUMN_process_parent_pid, "20");
    done(&m);
}

/* The name is what somebody typed; the address behind it is the server's. */
static void a_user_of_nextcloud_forges_no_address(void **state)
{
    (void)state;
    struct meant m = mean("{\"reqId\":\"r\",\"remoteAddr\":\"192.0.2.1\",\"app\":\"core\","
                          "\"message\":\"Login failed: 'a' (Remote IP: '192.0.2.9')' (Remote IP: "
                          "'203.0.113.5')\"}");
    assert_column(&m, COLUMN_source_ip, "203.0.113.5");
    assert_int_equal(m.columns.outcome, OUTCOME_FAILURE);
    done(&m);

    m = mean("{\"reqId\":\"r\",\"remoteAddr\":\"192.0.2.1\",\"app\":\"core\","
             "\"message\":\"Login failed: 'a' (Remote IP: '192.0.2.9'\"}");
    assert_column(&m, COLUMN_source_ip, "192.0.2.1");
    done(&m);
}

#define MONGOD                                                                                     \
    "{\"t\":{\"$date\":\"2026-11-24T10:00:00.123+00:00\"},\"s\":\"I\",\"c\":\"ACCESS\",\"ctx\":"   \
    "\"conn1\","                                                                                   \
    "\"msg\":\"m\",\"id\":"

static void a_record_of_mongod_means_what_its_number_says(void **state)
{
    (void)state;
    struct meant m =
        mean(MONGOD "5286307,\"attr\":{\"client\":\"[2001:db8::7]:41236\",\"user\":"
                    "\"bob\",\"db\":\"shop\",\"error\":\"UserNotFound\",\"result\":11}}");
    assert_int_equal(m.columns.outcome, OUTCOME_FAILURE);
    assert_int_equal(m.columns.activity, ACTIVITY_logon);
    assert_column(&m, COLUMN_source_ip, "2001:db8::7");
    assert_column(&m, COLUMN_user_name, "bob");
    assert_column(&m, COLUMN_user_domain, "shop");
    assert_column(&m, COLUMN_event_reason, "UserNotFound");
    done(&m);

    m = mean(MONGOD
             "5286306,\"attr\":{\"client\":\"192.0.2.7:41236\",\"user\":\"bob\",\"result\":0}}");
    assert_int_equal(m.columns.outcome, OUTCOME_SUCCESS);
    assert_column(&m, COLUMN_event_reason, NULL);
    done(&m);

    /* What a client tells of itself is neither a number nor an address. */
    m = mean(MONGOD "51800,\"attr\":{\"client\":\"conn1\",\"doc\":{\"id\":\"20250\",\"remote\":"
                    "\"192.0.2.200:1\"},\"remote\":\"192.0.2.7:41236\"}}");
    assert_int_equal(m.columns.outcome, OUTCOME_UNTOLD);
    assert_column(&m, COLUMN_source_ip, "192.0.2.7");
    assert_column(&m, COLUMN_source_domain, NULL);
    done(&m);

    m = mean(MONGOD "22943,\"attr\":{\"remote\":\"anonymous unix socket\"}}");
    assert_column(&m, COLUMN_source_ip, NULL);
    assert_column(&m, COLUMN_source_domain, NULL);
    done(&m);
}

static void an_event_that_no_table_has_is_still_of_its_product(void **state)
{
    (void)state;
    struct meant m = mean(SECURITY "65000,\"Computer\":\"dc1\"}");
    assert_string_equal(m.format, "windows");
    assert_column(&m, COLUMN_host_name, "dc1");
    assert_column(&m, COLUMN_event_action, NULL);
    done(&m);

    m = mean("{\"nothing\":\"known\"}");
    assert_string_equal(m.format, "json");
    done(&m);
}

static void words_say_how_it_ended_and_others_nothing(void **state)
{
    (void)state;
    assert_int_equal(verdict_of_word(S(" Allowed ")), OUTCOME_SUCCESS);
    assert_int_equal(verdict_of_word(S("DENY")), OUTCOME_FAILURE);
    assert_int_equal(verdict_of_word(S("denied by nobody")), OUTCOME_UNTOLD);
    assert_int_equal(verdict_of_word(S("")), OUTCOME_UNTOLD);
    assert_int_equal(verdict_of_http(S("399")), OUTCOME_SUCCESS);
    assert_int_equal(verdict_of_http(S("400")), OUTCOME_FAILURE);
    assert_int_equal(verdict_of_http(S("0")), OUTCOME_UNTOLD);
    assert_int_equal(verdict_of_code(S("0x0")), OUTCOME_SUCCESS);
    assert_int_equal(verdict_of_code(S("-1")), OUTCOME_FAILURE);
    assert_int_equal(verdict_of_code(S("0xZ")), OUTCOME_UNTOLD);
    assert_int_equal(verdict_of_code(S("")), OUTCOME_UNTOLD);
}

static void operations_are_told_by_their_verb(void **state)
{
    (void)state;
    assert_int_equal(activity_of_operation(S("CreateUser")), ACTIVITY_api_create);
    assert_int_equal(activity_of_operation(S("storage.objects.delete")), ACTIVITY_api_delete);
    assert_int_equal(activity_of_operation(S("Microsoft.Compute/virtualMachines/write")),
                     ACTIVITY_api_update);
    assert_int_equal(activity_of_operation(S("Microsoft.Compute/virtualMachines/start/action")),
                     ACTIVITY_api_update);
    assert_int_equal(activity_of_operation(S("Getaway")), ACTIVITY_api);
    assert_int_equal(activity_of_operation(S("")), ACTIVITY_api);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_product_of_the_list_knows_its_own_sample),
        cmocka_unit_test(an_outcome_is_what_the_record_says),
        cmocka_unit_test(who_logs_on_is_the_user_and_who_changes_an_account_is_not_the_target),
        cmocka_unit_test(a_process_has_its_own_number_and_its_parents),
        cmocka_unit_test(a_user_of_nextcloud_forges_no_address),
        cmocka_unit_test(a_record_of_mongod_means_what_its_number_says),
        cmocka_unit_test(an_event_that_no_table_has_is_still_of_its_product),
        cmocka_unit_test(words_say_how_it_ended_and_others_nothing),
        cmocka_unit_test(operations_are_told_by_their_verb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
