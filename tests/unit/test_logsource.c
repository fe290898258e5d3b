/* Log sources: which events are what, and under which names rules find their fields there. */
#include "event/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct pair {
    str name, value;
};
#define EVENT(...) event_of(*state, (const struct pair[]){__VA_ARGS__, {{0}, {0}}})

static struct event event_of(struct arena *a, const struct pair *pairs)
{
    struct event ev = {0};

    for (; pairs->name.p; pairs++)
        event_add(&ev, a, (struct field){.name = pairs->name, .value = pairs->value});
    logsource_classify(&ev);
    return ev;
}

static struct event windows(struct arena *a, str channel, str id)
{
    return event_of(a,
                    (const struct pair[]){{S("Channel"), channel}, {S("EventID"), id}, {{0}, {0}}});
}

/* The log source of the event to which a rule for (product, category, service) applies. */
static const struct logsource *of(const struct event *ev, str product, str category, str service)
{
    struct logsource rule = {product, category, service, NULL, 0};

    for (uint32_t i = 0; i < ev->logsource_count; i++)
        if (logsource_applies(&rule, &ev->logsources[i]))
            return &ev->logsources[i];
    return NULL;
}

static void a_sysmon_event_has_product_category_and_service(void **state)
{
    struct event ev = windows(*state, S("Microsoft-Windows-Sysmon/Operational"), S("1"));

    assert_int_equal(ev.logsource_count, 1);
    assert_non_null(of(&ev, S("windows"), S("process_creation"), S("sysmon")));
    assert_non_null(of(&ev, S("windows"), S(""), S("")));
    assert_non_null(of(&ev, S(""), S("process_creation"), S("")));
    assert_null(of(&ev, S("linux"), S("process_creation"), S("")));
    assert_null(of(&ev, S("windows"), S("file_event"), S("")));
}

static void channels_and_rules_compare_without_case(void **state)
{
    struct event ev = windows(*state, S("security"), S("4624"));

    assert_non_null(of(&ev, S("Windows"), S(""), S("SECURITY")));
    assert_null(of(&ev, S("windows"), S(""), S("system")));
}

static void the_same_number_means_nothing_in_another_channel(void **state)
{
    struct event ev = windows(*state, S("System"), S("1"));

    assert_null(of(&ev, S("windows"), S("process_creation"), S("")));
    assert_non_null(of(&ev, S("windows"), S(""), S("system")));
}

static void security_4688_is_a_process_creation_under_other_names(void **state)
{
    struct event ev = windows(*state, S("Security"), S("4688"));
    const struct logsource *created = of(&ev, S("windows"), S("process_creation"), S(""));
    const struct logsource *plain = of(&ev, S("windows"), S(""), S("security"));

    assert_non_null(created);
    assert_true(str_eq(logsource_native_name(created, S("Image")), S("NewProcessName")));
    assert_true(str_eq(logsource_native_name(created, S("ParentImage")), S("ParentProcessName")));
    assert_true(str_eq(logsource_native_name(created, S("CommandLine")), S("CommandLine")));
    assert_non_null(of(&ev, S("windows"), S(""), S("security")));
    assert_non_null(plain);
}

static void a_rule_for_the_service_sees_native_names(void **state)
{
    struct event ev = windows(*state, S("Security"), S("4688"));
    uint32_t plain = 0;

    for (uint32_t i = 0; i < ev.logsource_count; i++)
        plain +=
            ev.logsources[i].rename_count == 0 && str_eq(ev.logsources[i].service, S("security"));
    assert_int_equal(plain, 1);
}

static void a_category_may_depend_on_a_field(void **state)
{
    struct event created = EVENT({S("Channel"), S("Microsoft-Windows-Sysmon/Operational")},
                                 {S("EventID"), S("12")}, {S("EventType"), S("CreateKey")});
    struct event deleted = EVENT({S("Channel"), S("Microsoft-Windows-Sysmon/Operational")},
                                 {S("EventID"), S("12")}, {S("EventType"), S("DeleteValue")});

    assert_non_null(of(&created, S("windows"), S("registry_add"), S("")));
    assert_non_null(of(&created, S("windows"), S("registry_event"), S("")));
    assert_null(of(&created, S("windows"), S("registry_delete"), S("")));
    assert_non_null(of(&deleted, S("windows"), S("registry_delete"), S("")));
    assert_null(of(&deleted, S("windows"), S("registry_add"), S("")));
}

static void defender_alerts_are_antivirus(void **state)
{
    struct event ev =
        windows(*state, S("Microsoft-Windows-Windows Defender/Operational"), S("1116"));
    const struct logsource *av = of(&ev, S(""), S("antivirus"), S(""));

    assert_non_null(av);
    assert_true(str_eq(logsource_native_name(av, S("Signature")), S("ThreatName")));
    ev = windows(*state, S("Microsoft-Windows-Windows Defender/Operational"), S("5001"));
    assert_null(of(&ev, S(""), S("antivirus"), S("")));
    assert_non_null(of(&ev, S("windows"), S(""), S("windefend")));
}

static void the_linux_port_of_sysmon_is_linux(void **state)
{
    struct event ev = windows(*state, S("Linux-Sysmon/Operational"), S("1"));

    assert_non_null(of(&ev, S("linux"), S("process_creation"), S("sysmon")));
    assert_null(of(&ev, S("windows"), S(""), S("")));
}

static void an_unknown_channel_is_windows_and_no_more(void **state)
{
    struct event ev = windows(*state, S("Acme/Operational"), S("1"));

    assert_int_equal(ev.logsource_count, 1);
    assert_non_null(of(&ev, S("windows"), S(""), S("")));
    assert_null(of(&ev, S("windows"), S(""), S("system")));
}

static void the_provider_stands_in_for_a_channel_that_is_missing(void **state)
{
    struct event ev =
        EVENT({S("Provider_Name"), S("Microsoft-Windows-Sysmon")}, {S("EventID"), S("3")});

    assert_non_null(of(&ev, S("windows"), S("network_connection"), S("")));
    ev = EVENT({S("Provider_Name"), S("Acme")}, {S("EventID"), S("3")});
    assert_int_equal(ev.logsource_count, 0);
}

static void what_the_format_said_is_kept(void **state)
{
    struct event ev = windows(*state, S("Security"), S("4688"));

    ev.logsource_count = 1;
    ev.logsources[0] = (struct logsource){S("acme"), S(""), S("x"), NULL, 0};
    logsource_classify(&ev);
    assert_int_equal(ev.logsource_count, 1);
    assert_true(str_eq(ev.logsources[0].product, S("acme")));
}

static void plain_windows_is_refined(void **state)
{
    struct event ev = windows(*state, S("Security"), S("4688"));

    ev.logsource_count = 1;
    ev.logsources[0] = (struct logsource){S("windows"), S(""), S(""), NULL, 0};
    logsource_classify(&ev);
    assert_non_null(of(&ev, S("windows"), S("process_creation"), S("")));
    ev = EVENT({S("EventID"), S("1")});
    ev.logsource_count = 1;
    ev.logsources[0] = (struct logsource){S("windows"), S(""), S(""), NULL, 0};
    logsource_classify(&ev);
    assert_int_equal(ev.logsource_count, 1);
}

static void a_rule_that_names_nothing_applies_to_all(void **state)
{
    struct logsource any = {0}, event = {S("x"), S(""), S(""), NULL, 0};

    (void)state;
    assert_true(logsource_applies(&any, &event));
    assert_false(logsource_applies(&event, &any));
}

static int setup(void **state)
{
    *state = arena_new(4096);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sysmon_event_has_product_category_and_service),
        cmocka_unit_test(channels_and_rules_compare_without_case),
        cmocka_unit_test(the_same_number_means_nothing_in_another_channel),
        cmocka_unit_test(security_4688_is_a_process_creation_under_other_names),
        cmocka_unit_test(a_rule_for_the_service_sees_native_names),
        cmocka_unit_test(a_category_may_depend_on_a_field),
        cmocka_unit_test(defender_alerts_are_antivirus),
        cmocka_unit_test(the_linux_port_of_sysmon_is_linux),
        cmocka_unit_test(an_unknown_channel_is_windows_and_no_more),
        cmocka_unit_test(the_provider_stands_in_for_a_channel_that_is_missing),
        cmocka_unit_test(what_the_format_said_is_kept),
        cmocka_unit_test(plain_windows_is_refined),
        cmocka_unit_test(a_rule_that_names_nothing_applies_to_all),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
