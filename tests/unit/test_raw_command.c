/* The commands that read a raw log: what they print, and how they end. */
#include "cli/opt.h"
#include "rawlog_fixture.h"

extern const struct command command_raw_export, command_raw_verify, command_raw_stat;

#define FIRST_FILE "raw/web/20261125/0000000000000000.rlog"
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

static void put(struct fixture *f, int64_t received_ns, str record)
{
    struct record_block b;

    block_init(&b);
    block_add(&b, &(struct run_label){S("192.0.2.1"), S("json"), received_ns, 1}, record);
    assert_true(raw_append(f->source, &b));
    assert_true(rawlog_commit(f->log, fresh(f)));
    block_done(&b);
}

static struct fixture *filled(void)
{
    struct fixture *f = fixture_new();

    put(f, NOON_NS, S("one"));
    put(f, NOON_NS + 1000000000, S("two\nlines"));
    put(f, NOON_NS + 2000000000, S("\xff\x00\x1b"));
    return f;
}

static void records_come_out_as_they_went_in(void **state)
{
    struct fixture *f = filled();

    (void)state;
    struct answer a = run(&command_raw_export, "-d .");
    assert_int_equal(a.code, EXIT_OK);
    assert_memory_equal(a.out, "one\ntwo\nlines\n\xff\x00\x1b\n", 19);
    fixture_free(f);
}

static void as_lines_of_json_they_say_where_they_are_from(void **state)
{
    struct fixture *f = filled();

    (void)state;
    struct answer a = run(&command_raw_export, "-d . -o jsonl");
    assert_string_equal(
        a.out, "{\"source\":\"web\",\"record\":0,\"received\":\"2026-11-25T12:00:00.000000000Z\","
               "\"origin\":\"192.0.2.1\",\"format\":\"json\",\"text\":\"one\"}\n"
               "{\"source\":\"web\",\"record\":1,\"received\":\"2026-11-25T12:00:01.000000000Z\","
               "\"origin\":\"192.0.2.1\",\"format\":\"json\",\"text\":\"two\\nlines\"}\n"
               "{\"source\":\"web\",\"record\":2,\"received\":\"2026-11-25T12:00:02.000000000Z\","
               "\"origin\":\"192.0.2.1\",\"format\":\"json\",\"base64\":\"/wAb\"}\n");
    fixture_free(f);
}

static void a_part_is_chosen_by_time_or_number(void **state)
{
    struct fixture *f = filled();

    (void)state;
    assert_string_equal(run(&command_raw_export, "-d . --to 2026-11-25T12:00:00Z").out, "one\n");
    assert_string_equal(run(&command_raw_export, "-d . --from 2026-11-26").out, "");
    struct answer a =
        run(&command_raw_export, "-d . --from-record 1 --to 2026-11-25T12:00:01Z --source web");
    assert_string_equal(a.out, "two\nlines\n");
    fixture_free(f);
}

static void a_whole_log_verifies_and_a_damaged_one_does_not(void **state)
{
    struct fixture *f = filled();
    static char bytes[1 << 16];

    (void)state;
    struct answer a = run(&command_raw_verify, "-d .");
    assert_int_equal(a.code, EXIT_OK);
    assert_non_null(strstr(a.out, "3 records, 3 frames, whole"));
    size_t n = fixture_load(FIRST_FILE, bytes, sizeof bytes);
    bytes[100] ^= 1;
    test_folder_put(FIRST_FILE, (str){bytes, n});
    a = run(&command_raw_verify, "-d .");
    assert_int_equal(a.code, EXIT_INPUT);
    assert_non_null(strstr(a.out, "1 bad frames, 1 records missing"));
    fixture_free(f);
}

static void stat_counts_what_there_is(void **state)
{
    struct fixture *f = filled();

    (void)state;
    struct answer a = run(&command_raw_stat, "-d . -o json");
    assert_int_equal(a.code, EXIT_OK);
    assert_non_null(strstr(a.out, "\"records\": 3,"));
    assert_non_null(strstr(a.out, "\"bytes\": 15,"));
    assert_non_null(strstr(a.out, "\"newest\": \"2026-11-25T12:00:02.000Z\""));
    assert_non_null(strstr(run(&command_raw_stat, "-d .").out, "web "));
    fixture_free(f);
}

static void what_is_not_there_is_said(void **state)
{
    struct fixture *f = filled();

    (void)state;
    assert_int_equal(run(&command_raw_export, "").code, EXIT_USAGE);
    assert_int_equal(run(&command_raw_export, "-d . --from-record x").code, EXIT_USAGE);
    assert_int_equal(run(&command_raw_export, "-d . -o xml").code, EXIT_USAGE);
    assert_int_equal(run(&command_raw_export, "-d nowhere").code, EXIT_INPUT);
    assert_int_equal(run(&command_raw_verify, "-d . --source mail").code, EXIT_INPUT);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_out_as_they_went_in),
        cmocka_unit_test(as_lines_of_json_they_say_where_they_are_from),
        cmocka_unit_test(a_part_is_chosen_by_time_or_number),
        cmocka_unit_test(a_whole_log_verifies_and_a_damaged_one_does_not),
        cmocka_unit_test(stat_counts_what_there_is),
        cmocka_unit_test(what_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
