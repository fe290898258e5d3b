/* Entities: which fields say who acted, where, and what an analyst pivots on. */
#include "event/entity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct pair {
    const char *name, *value;
};

static struct event event_of(struct arena *a, const struct pair *pairs, size_t count)
{
    struct event ev = {0};

    for (size_t i = 0; i < count; i++)
        event_add(&ev, a, (struct field){str_from(pairs[i].name), str_from(pairs[i].value), 0, 0});
    return ev;
}

#define EVENT(...)                                                                                 \
    event_of(*state, (const struct pair[]){__VA_ARGS__},                                           \
             sizeof((const struct pair[]){__VA_ARGS__}) / sizeof(struct pair))

#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        str got_ = (got);                                                                          \
        assert_int_equal(got_.n, sizeof(want) - 1);                                                \
        assert_memory_equal(got_.p, want, sizeof(want) - 1);                                       \
    } while (0)

static struct entities entities_of(struct arena *a, const struct event *ev)
{
    struct entity_finder *finder = entity_finder_new();
    struct entities found = entity_find(finder, ev, a);

    entity_finder_free(finder);
    return found;
}

/* Both ways to ask give the same answer. */
static str host_of(struct arena *a, const struct event *ev)
{
    str host = event_host(ev);

    assert_true(str_eq(entities_of(a, ev).host, host));
    assert_int_equal(entities_of(a, ev).host.p == NULL, host.p == NULL);
    return host;
}

static void the_subject_acts_and_the_target_is_acted_upon(void **state)
{
    struct event ev = EVENT({"EventID", "4720"}, {"TargetUserName", "new"},
                            {"SubjectUserName", "admin"}, {"Computer", "DC1"});

    assert_str(entities_of(*state, &ev).user, "admin");
    assert_str(host_of(*state, &ev), "DC1");
}

static void the_target_of_a_logon_is_who_logs_on(void **state)
{
    struct event ev =
        EVENT({"EventID", "4624"}, {"SubjectUserName", "WS01$"}, {"TargetUserName", "alice"});
    struct event failed =
        EVENT({"EventID", "4625"}, {"SubjectUserName", "-"}, {"TargetUserName", "bob"});

    assert_str(entities_of(*state, &ev).user, "alice");
    assert_str(entities_of(*state, &failed).user, "bob");
}

static void a_dash_is_nobody(void **state)
{
    struct event ev = EVENT({"User", "-"}, {"Hostname", "N/A"});
    struct event falls_through = EVENT({"SubjectUserName", "-"}, {"TargetUserName", "carol"});

    assert_null(entities_of(*state, &ev).user.p);
    assert_null(host_of(*state, &ev).p);
    assert_str(entities_of(*state, &falls_through).user, "carol");
}

static void a_domain_in_front_of_a_user_is_kept(void **state)
{
    struct event ev = EVENT({"User", "NT AUTHORITY\\SYSTEM"});

    assert_str(entities_of(*state, &ev).user, "NT AUTHORITY\\SYSTEM");
}

static void cloud_logs_have_users_too(void **state)
{
    struct event aws = EVENT({"userIdentity.type", "IAMUser"}, {"userIdentity.userName", "ops"});
    struct event okta = EVENT({"actor.alternateId", "eve@example.com"});
    struct event role = EVENT({"userIdentity.sessionContext.sessionIssuer.userName", "deploy"},
                              {"userIdentity.arn", "arn:aws:sts::1:assumed-role/deploy/x"});

    assert_str(entities_of(*state, &aws).user, "ops");
    assert_str(entities_of(*state, &okta).user, "eve@example.com");
    assert_str(entities_of(*state, &role).user, "deploy");
}

static void nested_windows_renderings_are_read(void **state)
{
    struct event beat = EVENT({"winlog.computer_name", "WS7"}, {"winlog.event_id", "4624"},
                              {"winlog.event_data.SubjectUserName", "WS7$"},
                              {"winlog.event_data.TargetUserName", "dora"});
    struct event other = EVENT({"config.Computer", "not this"});

    assert_str(host_of(*state, &beat), "WS7");
    assert_str(entities_of(*state, &beat).user, "dora");
    assert_null(host_of(*state, &other).p);
}

static void the_collector_is_not_the_host(void **state)
{
    struct event ev = EVENT({"host", "collector"}, {"Hostname", "WS01"});

    assert_str(host_of(*state, &ev), "WS01");
}

static void sysmon_hashes_are_split(void **state)
{
    struct entities found;
    struct event ev = EVENT({"Hashes", "MD5=0123456789ABCDEF0123456789ABCDEF,"
                                       "IMPHASH=00000000000000000000000000000000,SHA1=bad"});

    found = entities_of(*state, &ev);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.items[0].type, ENTITY_HASH);
    assert_str(found.items[0].value, "0123456789abcdef0123456789abcdef");
}

static void addresses_lose_ports_and_mapping(void **state)
{
    struct entities found;
    struct event ev = EVENT({"IpAddress", "::ffff:10.0.0.9"}, {"ClientIP", "10.0.0.7:443"},
                            {"ActorIpAddress", "[2001:db8::1]:80"}, {"SourceIp", "127.0.0.1"},
                            {"DestinationIp", "LOCAL"}, {"sourceIPAddress", "AWS Internal"});

    found = entities_of(*state, &ev);
    assert_int_equal(found.count, 3);
    assert_str(found.items[0].value, "10.0.0.9");
    assert_str(found.items[1].value, "10.0.0.7");
    assert_str(found.items[2].value, "2001:db8::1");
}

static void each_pair_comes_once(void **state)
{
    struct entities found;
    struct event ev =
        EVENT({"SourceIp", "10.0.0.1"}, {"IpAddress", "10.0.0.1"}, {"QueryName", "Evil.Example."},
              {"DestinationHostname", "evil.example"});

    found = entities_of(*state, &ev);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.items[0].type, ENTITY_HOST); /* the destination's name as a host */
    assert_int_equal(found.items[1].type, ENTITY_IP);
    assert_int_equal(found.items[2].type, ENTITY_DOMAIN);
    assert_str(found.items[2].value, "evil.example");
}

static void every_element_of_an_array_counts(void **state)
{
    struct entities found;
    struct event ev = {0};

    event_add(&ev, *state, (struct field){S("sourceIPs"), S("10.1.1.1"), VALUE_STRING, 0});
    event_add(&ev, *state,
              (struct field){S("sourceIPs"), S("10.1.1.2"), VALUE_STRING, FIELD_CONTINUES});
    found = entities_of(*state, &ev);
    assert_int_equal(found.count, 2);
    assert_str(found.items[1].value, "10.1.1.2");
}

static void an_object_is_a_file_or_a_key_by_its_type(void **state)
{
    struct entities found;
    struct event file = EVENT({"ObjectName", "C:\\x"}, {"ObjectType", "File"});
    struct event key = EVENT({"ObjectName", "\\REGISTRY\\y"}, {"ObjectType", "Key"});

    found = entities_of(*state, &file);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.items[0].type, ENTITY_FILE);
    found = entities_of(*state, &key);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.items[0].type, ENTITY_REGISTRY);
}

static void a_url_has_a_scheme(void **state)
{
    struct entities found;
    struct event full = EVENT({"c-uri", "https://a.example/x"});
    struct event path = EVENT({"c-uri", "/x"});

    found = entities_of(*state, &full);
    assert_int_equal(found.count, 1);
    found = entities_of(*state, &path);
    assert_int_equal(found.count, 0);
}

static void no_more_than_the_limit_are_kept(void **state)
{
    struct entities found;
    struct event ev = {0};

    for (int i = 0; i < 2 * ENTITIES_MAX; i++)
        event_add(&ev, *state,
                  (struct field){S("sourceIPs"), arena_printf(*state, "10.2.0.%d", i), VALUE_STRING,
                                 i ? FIELD_CONTINUES : 0});
    found = entities_of(*state, &ev);
    assert_int_equal(found.count, ENTITIES_MAX);
}

static void an_empty_event_is_about_nothing(void **state)
{
    struct entities found;
    struct event ev = {0};

    found = entities_of(*state, &ev);
    assert_int_equal(found.count, 0);
    assert_null(host_of(*state, &ev).p);
    assert_null(entities_of(*state, &ev).user.p);
    assert_string_equal(entity_type_name(ENTITY_IP), "ip");
}

static int setup(void **state)
{
    *state = arena_new(1024);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_subject_acts_and_the_target_is_acted_upon),
        TEST(the_target_of_a_logon_is_who_logs_on),
        TEST(a_dash_is_nobody),
        TEST(a_domain_in_front_of_a_user_is_kept),
        TEST(cloud_logs_have_users_too),
        TEST(nested_windows_renderings_are_read),
        TEST(the_collector_is_not_the_host),
        TEST(sysmon_hashes_are_split),
        TEST(addresses_lose_ports_and_mapping),
        TEST(each_pair_comes_once),
        TEST(every_element_of_an_array_counts),
        TEST(an_object_is_a_file_or_a_key_by_its_type),
        TEST(a_url_has_a_scheme),
        TEST(no_more_than_the_limit_are_kept),
        TEST(an_empty_event_is_about_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
