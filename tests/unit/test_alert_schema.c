/* The JSON of an alert against docs/alert.schema.json, and as OCSF's Detection Finding. */
#include "base/buf.h"
#include "base/io.h"
#include "schema_check.h"
#include "text/time.h"
#include "triage/alert_ocsf.h"
#include "triage/triage.h"

#include <math.h>

#define START_NS (1700000000 * NS_PER_S)

struct schema {
    struct io io;
    struct arena *arena;
    struct buf text;
    struct node *root;
};

static int setup(void **state)
{
    struct schema *s = calloc(1, sizeof *s);
    const char *source = getenv("TOCSIN_SOURCE");
    struct buf path CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct err e = {0};

    io_init(&s->io);
    s->arena = arena_new(16384);
    s->text = buf_make(1 << 20);
    buf_printf(&path, "%s/docs/alert.schema.json", source ? source : ".");
    if (!io_read_file(&s->io, buf_cstr(&path), &s->text, &e))
        return -1;
    s->root = parse(s->arena, buf_str(&s->text));
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct schema *s = *state;

    arena_free(s->arena);
    buf_done(&s->text);
    free(s);
    return 0;
}

static bool name_event(void *ctx, uint64_t ref, struct alert_event *ret)
{
    (void)ctx;
    *ret = (struct alert_event){S("auth.log"), ref, ref & 1 ? SIGNAL_NO_TIME : START_NS};
    return true;
}

static const struct alert_namer namer = {NULL, name_event};

/* An alert with all that it can have. */
static struct alert *full_alert(struct triage *t)
{
    static const struct entity entities[] = {{ENTITY_USER, {"alice", 5}}, {ENTITY_IP, {"::1", 3}}};
    static const struct signal_pair key = {{"source", 6}, {"192.0.2.1", 9}};
    static const struct signal_pair details[] = {{{"Image", 5}, {"a\xff\"\n", 4}},
                                                 {{"Image", 5}, {"b", 1}}};
    static const str tags[] = {{"attack.t1110.003", 16}, {"attack.credential-access", 24}};
    static const uint64_t refs[] = {1, 2};
    static const struct alert_decision decision = {
        {"bob", 3},  {"false_positive", 14}, {"incorrect_data", 14},
        {"n", 1},    {"uid 7", 5},           START_NS,
        START_NS + 1};
    const struct signal s = {
        .origin = SIGNAL_BEHAVIOR,
        .severity = SEVERITY_HIGH,
        .id = S("spray"),
        .title = S("Password spray"),
        .first_ns = START_NS,
        .last_ns = START_NS + 5,
        .count = 12,
        .key = &key,
        .key_count = 1,
        .entities = entities,
        .entity_count = 2,
        .tags = tags,
        .tag_count = 2,
        .explanation = S("many users"),
        .measure = {"users", 12, 3.5, 0, INFINITY, "threshold", 4},
        .details = details,
        .detail_count = 2,
        .events = refs,
        .event_count = 2,
    };
    struct alert *a = malloc(sizeof *a);

    assert_non_null(triage_take(t, &s, NULL));
    triage_groups(t);
    *a = *triage_take(t, &s, NULL);
    a->suppressed_by = S("s1");
    a->decision = &decision;
    return a;
}

static char *text_of(const struct alert *a)
{
    struct buf out = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&out, 0);

    alert_json(&w, a, &namer);
    char *text = str_dup(buf_str(&out));
    buf_done(&out);
    return text;
}

static bool text_valid(struct schema *s, const char *text)
{
    return valid(s->root, parse(s->arena, str_from(text)));
}

static void an_alert_with_everything_and_one_with_little_are_valid(void **state)
{
    struct triage *t = triage_new(NULL);
    struct alert *full = full_alert(t);
    const struct alert little = {.id = "0123456789abcdef0123456789abcdef",
                                 .rule_id = S("r"),
                                 .first_ns = SIGNAL_NO_TIME,
                                 .last_ns = SIGNAL_NO_TIME};
    char *one = text_of(full), *other = text_of(&little);

    assert_true(text_valid(*state, one));
    assert_true(text_valid(*state, other));
    free(one);
    free(other);
    free(full);
    triage_free(t);
}

/* The same alert with one thing changed, which the checker must see. */
static void an_alert_that_differs_is_refused(void **state)
{
    static const struct {
        const char *part, *instead;
    } changes[] = {
        {"\"severity\":\"high\"", "\"severity\":\"severe\""},
        {"\"state\":\"open\"", "\"state\":\"new\""},
        {"\"provisional\":false", "\"provisional\":0"},
        {"\"origin\":\"behavior\"", "\"origin\":\"behaviour\""},
        {"\"detector\":\"spray\"", "\"detector\":\"\""},
        {"\"count\":24", "\"count\":2.4"},
        {"\"first_seen\":\"2023", "\"first_seen\":\"23"},
        {"\"T1110.003\"", "\"t1110\""},
        {"\"value\":12,", "\"value\":\"12\","},
        {"\"record\":1", "\"record\":-1"},
        {"\"explanation\"", "\"undocumented\":1,\"explanation\""},
        {"\"explanation\":\"many users\",", ""},
        {"\"verdict\":\"false_positive\"", "\"verdict\":\"wrong\""},
    };
    struct triage *t = triage_new(NULL);
    struct alert *full = full_alert(t);
    char *text = text_of(full);

    for (size_t i = 0; i < countof(changes); i++) {
        struct buf changed CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
        const char *at = strstr(text, changes[i].part);
        if (!at)
            fail_msg("%s has no %s", text, changes[i].part);
        buf_add(&changed, (str){text, (size_t)(at - text)});
        buf_add(&changed, str_from(changes[i].instead));
        buf_add(&changed, str_from(at + strlen(changes[i].part)));
        if (text_valid(*state, buf_cstr(&changed)))
            fail_msg("accepted: %s", changes[i].instead);
    }
    free(text);
    free(full);
    triage_free(t);
}

static void a_detection_finding_has_what_its_class_requires(void **state)
{
    static const char *const required[] = {"activity_id",  "category_uid", "class_uid",
                                           "finding_info", "metadata",     "severity_id",
                                           "time",         "type_uid"};
    struct schema *s = *state;
    struct triage *t = triage_new(NULL);
    struct alert *full = full_alert(t);
    struct buf out = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(&out, 0);

    alert_ocsf(&w, full, &namer);
    const struct node *root = parse(s->arena, buf_str(&out));
    for (size_t i = 0; i < countof(required); i++)
        assert_non_null(member(root, str_from(required[i])));
    assert_true(str_eq(member(root, S("class_uid"))->text, S("2004")));
    assert_true(str_eq(member(root, S("type_uid"))->text, S("200401")));
    assert_true(str_eq(member(root, S("severity_id"))->text, S("4")));
    assert_true(str_eq(member(root, S("status_id"))->text, S("3"))); /* suppressed */
    assert_true(str_eq(member(root, S("time"))->text, S("1700000000000")));
    assert_true(
        str_eq(member(member(root, S("finding_info")), S("uid"))->text, str_from(full->id)));
    assert_true(str_eq(member(root, S("verdict_id"))->text, S("1")));
    full->state = ALERT_CLOSED;
    buf_clear(&out);
    w = json_writer_make(&out, 0);
    alert_ocsf(&w, full, &namer);
    root = parse(s->arena, buf_str(&out));
    assert_true(str_eq(member(root, S("type_uid"))->text, S("200403")));
    assert_true(str_eq(member(root, S("status_id"))->text, S("4")));
    buf_done(&out);
    free(full);
    triage_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_alert_with_everything_and_one_with_little_are_valid,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_alert_that_differs_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_detection_finding_has_what_its_class_requires, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
