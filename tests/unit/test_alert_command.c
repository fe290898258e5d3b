/* The commands about alerts: what they print and change, and how they end. */
#include "cli/opt.h"
#include "ledger_fixture.h"
#include "serve/alert_store.h"
#include "text/time.h"
#include "triage/triage.h"

extern const struct command command_alert_list, command_alert_show, command_alert_explain,
    command_alert_ack, command_alert_assign, command_alert_close, command_alert_reopen,
    command_alert_snooze, command_alert_suppress, command_alert_risk, command_rule_noise,
    command_entity, command_audit_list;

enum { WORDS_MAX = 16, OUTPUT_MAX = 65536, ALERTS = 6 };

struct answer {
    int code;
    char out[OUTPUT_MAX];
};

static char ids[ALERTS][ALERT_ID_HEX + 1];

/* Runs a command with words of `line`, split at spaces, and standard output in a file. */
static struct answer *run(const struct command *c, const char *line)
{
    static struct answer a;
    char text[512], *argv[WORDS_MAX], *rest = text;
    struct arguments args;
    struct err e = {0};
    int argc = 0, saved = dup(STDOUT_FILENO);

    a = (struct answer){0};
    snprintf(text, sizeof text, "%s", line);
    for (char *word; argc < WORDS_MAX && (word = strsep(&rest, " "));)
        argv[argc++] = word;
    fflush(stdout);
    int file = open("out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(file, STDOUT_FILENO);
    a.code = opt_parse(c, argc, argv, 0, &args, &e) ? c->run(&args) : EXIT_USAGE;
    opt_done(&args);
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    assert_true(pread(file, a.out, OUTPUT_MAX - 1, 0) >= 0);
    close(saved);
    close(file);
    return &a;
}

static struct answer *run_on(const struct command *c, const char *options, uint32_t alert)
{
    char line[512];

    snprintf(line, sizeof line, "-d . %s%s%.10s", options, *options ? " " : "", ids[alert]);
    return run(c, line);
}

static bool says(const struct answer *a, const char *text)
{
    return strstr(a->out, text) != NULL;
}

static bool name_event(void *ctx, uint64_t ref, struct alert_event *ret)
{
    (void)ctx;
    *ret = (struct alert_event){S("auth"), ref, SIGNAL_NO_TIME};
    return true;
}

/* Six alerts of one rule, five of them on one host, an hour ago. */
static void fill(struct ledger_fixture *f)
{
    struct ledger *l = fixture_open(f);
    struct triage *t = triage_new(NULL);
    struct clock clock = clock_system();
    const int64_t start = clock_now_ns(&clock) - 3600 * NS_PER_S;
    const str tag = S("attack.t1110.003");
    const uint64_t ref = 9;
    struct err e = {0};

    for (uint32_t i = 0; i < ALERTS; i++) {
        char user[16];
        snprintf(user, sizeof user, "user%u", i);
        const struct entity entities[] = {{ENTITY_HOST, i ? S("web1") : S("db1")},
                                          {ENTITY_USER, str_from(user)}};
        const struct signal_pair key = {S("user"), str_from(user)};
        const struct signal s = {
            .origin = SIGNAL_BEHAVIOR,
            .severity = SEVERITY_HIGH,
            .id = S("spray"),
            .title = S("Password spray"),
            .first_ns = start + i,
            .last_ns = start + i,
            .count = 7,
            .key = &key,
            .key_count = 1,
            .entities = entities,
            .entity_count = 2,
            .tags = &tag,
            .tag_count = 1,
            .explanation = S("many users of one source"),
            .events = &ref,
            .event_count = 1,
        };
        const struct alert *a = triage_take(t, &s, NULL);
        memcpy(ids[i], a->id, sizeof ids[i]);
        assert_true(alert_store_put(l, &a, 1, &(struct alert_namer){NULL, name_event}, &e));
    }
    triage_free(t);
    ledger_close(l);
}

static void alerts_are_listed_shown_and_explained(void **state)
{
    struct answer *a;
    uint32_t lines = 0;

    fill(*state);
    a = run(&command_alert_list, "-d . -o jsonl");
    assert_int_equal(a->code, EXIT_OK);
    for (const char *c = a->out; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, ALERTS);
    assert_true(says(a, "\"detector\":\"spray\""));
    assert_true(says(run(&command_alert_list, "-d . --groups"), "same host web1 as"));
    char line[64];
    a = run(&command_alert_list, "-d . --groups -o jsonl");
    snprintf(line, sizeof line, "-d . -o jsonl --group %.8s", a->out + strlen("{\"id\":\""));
    a = run(&command_alert_list, line); /* the first group is of the one alert on db1 */
    assert_true(says(a, ids[0]));
    assert_false(says(a, ids[1]));
    assert_true(says(run(&command_alert_list, "-d . -o ocsf"), "\"class_uid\":2004"));
    assert_string_equal(run(&command_alert_list, "-d . --severity critical")->out, "");
    a = run_on(&command_alert_show, "", 1);
    assert_true(says(a, "Password spray") && says(a, "T1110.003") && says(a, "auth #9"));
    a = run_on(&command_alert_explain, "", 2);
    assert_true(says(a, "same host web1") && says(a, "risk"));
    assert_int_equal(run(&command_alert_show, "-d . 0000000")->code, EXIT_INPUT);
    assert_int_equal(run(&command_alert_show, "-d . ab")->code, EXIT_USAGE);
    assert_int_equal(run(&command_alert_list, "-d . -o xml")->code, EXIT_USAGE);
}

static void what_is_decided_is_seen_and_audited(void **state)
{
    struct answer *a;

    fill(*state);
    assert_int_equal(run_on(&command_alert_ack, "--note mine", 1)->code, EXIT_OK);
    assert_true(says(run_on(&command_alert_show, "-o json", 1), "\"state\": \"acknowledged\""));
    assert_int_equal(run_on(&command_alert_assign, "--to bob", 1)->code, EXIT_OK);
    assert_true(says(run(&command_alert_list, "-d . --assignee bob -o jsonl"), ids[1]));
    assert_int_equal(run_on(&command_alert_close, "--verdict false_positive", 1)->code, EXIT_USAGE);
    assert_int_equal(
        run_on(&command_alert_close, "--verdict false_positive --reason incorrect_data", 1)->code,
        EXIT_OK);
    assert_false(says(run(&command_alert_list, "-d . -o jsonl"), ids[1]));
    assert_true(says(run(&command_alert_list, "-d . -o jsonl --state closed"), ids[1]));
    assert_int_equal(run_on(&command_alert_reopen, "", 1)->code, EXIT_OK);
    assert_true(says(run(&command_alert_list, "-d . -o jsonl"), ids[1]));
    a = run(&command_audit_list, "-d . -o jsonl");
    assert_true(says(a, "\"action\":\"alert close\""));
    assert_true(says(a, "incorrect_data"));
    assert_int_equal(run(&command_alert_ack, "-d .")->code, EXIT_USAGE);
}

static void a_snoozed_alert_is_not_listed(void **state)
{
    fill(*state);
    assert_int_equal(run_on(&command_alert_snooze, "--for 4h", 3)->code, EXIT_OK);
    assert_false(says(run(&command_alert_list, "-d . -o jsonl"), ids[3]));
    assert_true(says(run(&command_alert_list, "-d . -o jsonl --suppressed"), "snoozed_until"));
    assert_int_equal(run_on(&command_alert_snooze, "--for 0s", 3)->code, EXIT_OK);
    assert_true(says(run(&command_alert_list, "-d . -o jsonl"), ids[3]));
    assert_int_equal(run_on(&command_alert_snooze, "--for soon", 3)->code, EXIT_USAGE);
    assert_int_equal(run_on(&command_alert_snooze, "", 3)->code, EXIT_USAGE);
}

static void a_drafted_suppression_hides_its_alert(void **state)
{
    static const char draft[] = "--owner alice --reason known --expires never";
    struct answer *a;

    fill(*state);
    a = run_on(&command_alert_suppress, draft, 2);
    assert_int_equal(a->code, EXIT_OK);
    FILE *file = fopen("s.yml", "we");
    fputs(a->out, file);
    fclose(file);
    a = run(&command_alert_suppress, "-d . --file s.yml");
    assert_int_equal(a->code, EXIT_OK);
    assert_true(says(a, "Password spray: 1 match, 1 are hidden, 0 break through"));
    a = run(&command_alert_list, "-d . -o jsonl --suppressions s.yml");
    assert_true(says(a, ids[3]));
    assert_false(says(a, ids[2]));
    assert_true(says(run(&command_alert_list, "-d . --suppressions s.yml --suppressed -o jsonl"),
                     "suppressed_by"));
    a = run(&command_alert_suppress, "-d . --file s.yml -o jsonl");
    assert_true(says(a, ids[2]));
    assert_false(says(a, ids[3]));
    assert_int_equal(
        run_on(&command_alert_suppress, "--owner a --reason b --expires soon", 2)->code,
        EXIT_USAGE);
    assert_int_equal(run(&command_alert_suppress, "-d . --file none.yml")->code, EXIT_INPUT);
}

static void noise_tells_the_rate_the_false_and_an_exception(void **state)
{
    struct answer *a;

    fill(*state);
    run_on(&command_alert_close, "--verdict false_positive --reason incorrect_data", 1);
    run_on(&command_alert_close, "--verdict true_positive", 2);
    a = run(&command_rule_noise, "-d . -o jsonl --days 2");
    assert_true(says(a, "\"alerts\":6,\"alerts_a_day\":3"));
    assert_true(says(a, "\"closed\":2,\"false_positives\":1"));
    assert_true(says(a, "{\"field\":\"host\",\"value\":\"web1\",\"alerts\":5}"));
    assert_true(says(run(&command_rule_noise, "-d ."), "50 % false"));
}

static void risk_ranks_entities(void **state)
{
    struct answer *a;

    fill(*state);
    a = run(&command_alert_risk, "-d . -o jsonl");
    assert_true(strncmp(a->out, "{\"type\":\"host\",\"value\":\"web1\"", 29) == 0);
    assert_true(says(a, "\"value\":\"db1\""));
}

static void an_entity_is_told_with_its_risk_company_and_alerts(void **state)
{
    struct answer *a;

    fill(*state);
    a = run(&command_entity, "-d . WEB1");
    assert_int_equal(a->code, EXIT_OK);
    assert_true(says(a, "risk"));
    a = run(&command_entity, "-d . -o json web1");
    assert_true(says(a, "{\"name\":\"web1\",\"risk\":[{\"type\":\"host\""));
    assert_true(says(a, ids[1]));
    assert_false(says(a, "\"value\":\"web1\""));
    assert_int_equal(run(&command_entity, "-d . nobody")->code, EXIT_INPUT);
    assert_int_equal(run(&command_entity, "-d .")->code, EXIT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(alerts_are_listed_shown_and_explained),
        with_ledger(what_is_decided_is_seen_and_audited),
        with_ledger(a_snoozed_alert_is_not_listed),
        with_ledger(a_drafted_suppression_hides_its_alert),
        with_ledger(noise_tells_the_rate_the_false_and_an_exception),
        with_ledger(risk_ranks_entities),
        with_ledger(an_entity_is_told_with_its_risk_company_and_alerts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
