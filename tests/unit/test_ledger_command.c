/* The commands that read a ledger: what they print, and how they end. */
#include "cli/opt.h"
#include "ledger_fixture.h"

extern const struct command command_findings, command_audit_list, command_audit_verify;

enum { WORDS_MAX = 12, OUTPUT_MAX = 16384 };

struct answer {
    int code;
    char out[OUTPUT_MAX];
};

/* Runs a command with words of `line`, split at spaces, and standard output in a file. */
static struct answer run(const struct command *c, const char *line)
{
    static struct answer a;
    char text[256], *argv[WORDS_MAX], *rest = text;
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
    return a;
}

static void fill(struct ledger_fixture *f)
{
    struct ledger *l = fixture_open(f);
    struct ledger_finding list[] = {
        {.id = S("a"),
         .source = S("web"),
         .record = 7,
         .time_ns = INT64_C(1800000000000000000),
         .rule_id = S("r1"),
         .rule_title = S("Account name asked for"),
         .level = S("high"),
         .host = S("srv"),
         .user = S("alice"),
         .json = S("{\"rule\":\"one\"}")},
        {.id = S("b"),
         .source = S("mail"),
         .record = 1234,
         .time_ns = INT64_C(1800000001000000000),
         .rule_id = S("r2"),
         .rule_title = S("A title\x1b[2J\nof two lines"),
         .level = S("low"),
         .host = S("h\xe2\x80\xae"),
         .json = S("{\"rule\":\"two\"}")},
    };
    struct err e = {0};

    assert_true(ledger_add(l, list, countof(list), NULL, 0, &e));
    assert_true(audit_add(l, S("uid 1000 (alice)"), S("reload"), S("rules\x1b[2J"),
                          S("{\"rules\":3}"), &e));
    assert_true(audit_add(l, S("tocsin"), S("retention"), S("web"), S(""), &e));
    ledger_close(l);
}

static void findings_are_a_table(void **state)
{
    fill(*state);
    struct answer a = run(&command_findings, "-d .");
    assert_int_equal(a.code, EXIT_OK);
    assert_string_equal(
        a.out,
        "2027-01-15 08:00:00  high           srv                     Account name asked for\n"
        "                     alice          web#7\n"
        "2027-01-15 08:00:01  low            h\\u202e                 "
        "A title\\x1b[2J\\nof two lines\n"
        "                                    mail#1234\n");
}

static void findings_as_lines_are_what_was_kept(void **state)
{
    fill(*state);
    assert_string_equal(run(&command_findings, "-d . -o jsonl").out,
                        "{\"rule\":\"one\"}\n{\"rule\":\"two\"}\n");
    assert_string_equal(run(&command_findings, "-d . -o jsonl --limit 1").out,
                        "{\"rule\":\"two\"}\n");
    assert_string_equal(run(&command_findings, "-d . -o jsonl --level medium").out,
                        "{\"rule\":\"one\"}\n");
    assert_string_equal(run(&command_findings, "-d . -o jsonl --source web --host srv").out,
                        "{\"rule\":\"one\"}\n");
    assert_string_equal(run(&command_findings, "-d . -o jsonl --from 2027-01-15T08:00:01Z").out,
                        "{\"rule\":\"two\"}\n");
    assert_string_equal(run(&command_findings, "-d . -o jsonl --to 2027-01-14").out, "");
}

static void what_is_wrong_on_the_command_line_is_said(void **state)
{
    static const char *const lines[] = {"", "-d . -o pdf", "-d . --limit 0", "-d . --level loud",
                                        "-d . --from yesterday"};

    fill(*state);
    for (size_t i = 0; i < countof(lines); i++)
        assert_int_equal(run(&command_findings, lines[i]).code, EXIT_USAGE);
    assert_int_equal(run(&command_audit_list, "-d . --from-number x").code, EXIT_USAGE);
    assert_int_equal(run(&command_audit_verify, "-d . --anchor abc").code, EXIT_USAGE);
}

static void a_folder_without_a_ledger_is_an_input_that_is_missing(void **state)
{
    (void)state;
    assert_int_equal(run(&command_findings, "-d .").code, EXIT_INPUT);
    assert_int_equal(run(&command_audit_list, "-d .").code, EXIT_INPUT);
    assert_int_equal(run(&command_audit_verify, "-d absent").code, EXIT_INPUT);
}

static void the_audit_is_a_list(void **state)
{
    fill(*state);
    struct answer a = run(&command_audit_list, "-d .");
    assert_int_equal(a.code, EXIT_OK);
    assert_string_equal(
        a.out,
        "      1  2027-01-15 08:00:00  uid 1000 (alice)      reload            rules\\x1b[2J\n"
        "         {\"rules\":3}\n"
        "      2  2027-01-15 08:00:00  tocsin                retention         web\n");
    assert_non_null(strstr(run(&command_audit_list, "-d . -o jsonl --from-number 2").out,
                           "{\"number\":2,\"time\":\"2027-01-15T08:00:00.123456789Z\","
                           "\"actor\":\"tocsin\",\"action\":\"retention\",\"subject\":\"web\","
                           "\"detail\":\"\",\"hash\":\""));
}

static void a_whole_audit_gives_its_last_hash_and_a_broken_one_ends_with_3(void **state)
{
    fill(*state);
    struct answer a = run(&command_audit_verify, "-d .");
    char line[256];
    assert_int_equal(a.code, EXIT_OK);
    assert_true(str_starts(str_from(a.out), S("whole     2 rows\nlast hash ")));
    snprintf(line, sizeof line, "-d . --anchor %.64s",
             strstr(a.out, "last hash ") + sizeof "last hash " - 1);
    a = run(&command_audit_verify, line);
    assert_int_equal(a.code, EXIT_OK);
    assert_true(str_starts(str_from(a.out), S("whole     2 rows, the anchor among them\n")));
    fixture_sql(LEDGER_PATH, "DELETE FROM audit WHERE number = 2");
    a = run(&command_audit_verify, line);
    assert_int_equal(a.code, EXIT_INPUT);
    assert_true(str_starts(str_from(a.out), S("broken    no row has the anchor")));
    fixture_sql(LEDGER_PATH, "UPDATE audit SET actor = 'x'");
    a = run(&command_audit_verify, "-d . -o json");
    assert_int_equal(a.code, EXIT_INPUT);
    assert_true(str_starts(str_from(a.out), S("{\"whole\":false,\"rows\":1,\"first_broken\":1,"
                                              "\"anchor_found\":null,\"last_hash\":\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(findings_are_a_table),
        with_ledger(findings_as_lines_are_what_was_kept),
        with_ledger(what_is_wrong_on_the_command_line_is_said),
        with_ledger(a_folder_without_a_ledger_is_an_input_that_is_missing),
        with_ledger(the_audit_is_a_list),
        with_ledger(a_whole_audit_gives_its_last_hash_and_a_broken_one_ends_with_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
