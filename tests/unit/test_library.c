/* test_library.c - include/tocsin.h as a program uses it, and as one misuses it. */
#include "tocsin.h"

#include <errno.h>
#include <pthread.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SECOND = 1000000000 };

static const char whoami_rule[] = "title: Who\n"
                                  "logsource: {product: windows, category: process_creation}\n"
                                  "detection:\n"
                                  "    s: {Image|endswith: '\\whoami.exe'}\n"
                                  "    condition: s\n"
                                  "level: high\n";
#define SYSMON "{\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"EventID\":1,"
#define HIT SYSMON "\"Computer\":\"WS01\",\"Image\":\"C:\\\\whoami.exe\"}\n"
#define MISS SYSMON "\"Computer\":\"WS01\",\"Image\":\"C:\\\\calc.exe\"}\n"

/* ------------------------------------------------------------ thresholds */

static struct tocsin_detector *brute_force_detector(void)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_detector *d = tocsin_detector_new();

    assert_true(
        tocsin_detector_watch(d, "auth_failure", "Brute force detected", 5, 60LL * SECOND, &why));
    return d;
}

static bool add_at(struct tocsin_detector *d, int64_t second, const char *address)
{
    return tocsin_detector_add(d, second * SECOND, address, "auth_failure", "medium", NULL);
}

static size_t alerts_of(uint32_t events)
{
    struct tocsin_detector *d = brute_force_detector();

    for (uint32_t i = 0; i < events; i++)
        assert_true(add_at(d, 1000, "10.0.0.1"));
    size_t count = tocsin_detector_alert_count(d);
    tocsin_detector_free(d);
    return count;
}

static void a_threshold_fires_at_its_number_and_not_below(void **state)
{
    (void)state;
    assert_int_equal(alerts_of(0), 0);
    assert_int_equal(alerts_of(4), 0);
    assert_int_equal(alerts_of(5), 1);
    assert_int_equal(alerts_of(10), 1);
}

static void an_alert_tells_address_count_and_what(void **state)
{
    struct tocsin_detector *d = brute_force_detector();

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(add_at(d, 1000 + i, "10.0.0.1"));
    const struct tocsin_alert *a = tocsin_detector_alert(d, 0);
    assert_string_equal(tocsin_alert_message(a), "10.0.0.1: Brute force detected");
    assert_string_equal(tocsin_alert_title(a), "Brute force detected");
    assert_string_equal(tocsin_alert_ip(a), "10.0.0.1");
    assert_string_equal(tocsin_alert_kind(a), "auth_failure");
    assert_string_equal(tocsin_alert_severity(a), "medium");
    assert_int_equal(tocsin_alert_count(a), 10);
    assert_int_equal(tocsin_alert_first_ns(a), 1000LL * SECOND);
    assert_int_equal(tocsin_alert_last_ns(a), 1009LL * SECOND);
    assert_null(tocsin_detector_alert(d, 1));
    tocsin_detector_free(d);
}

static void addresses_kinds_and_spells_are_told_apart(void **state)
{
    struct tocsin_detector *d = brute_force_detector();

    (void)state;
    for (int i = 0; i < 4; i++) {
        assert_true(add_at(d, 1, "10.0.0.1"));
        assert_true(add_at(d, 1, "10.0.0.2"));
        assert_true(tocsin_detector_add(d, SECOND, "10.0.0.1", "logon", "", NULL));
    }
    assert_true(add_at(d, 62, "10.0.0.1")); /* the four are out of the window by then */
    assert_int_equal(tocsin_detector_alert_count(d), 0);
    assert_true(add_at(d, 62, "::ffff:10.0.0.3")); /* one address however it is written */
    for (int i = 0; i < 4; i++)
        assert_true(add_at(d, 62, "10.0.0.3"));
    assert_int_equal(tocsin_detector_alert_count(d), 1);
    assert_string_equal(tocsin_alert_ip(tocsin_detector_alert(d, 0)), "10.0.0.3");
    tocsin_detector_free(d);
}

static void an_alert_lasts_until_the_address_was_quiet_for_the_span(void **state)
{
    struct tocsin_detector *d = brute_force_detector();

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(add_at(d, 0, "10.0.0.1"));
    for (int i = 1; i <= 10; i++) /* once a minute: below the threshold, but it goes on */
        assert_true(add_at(d, 60 * i, "10.0.0.1"));
    assert_int_equal(tocsin_detector_alert_count(d), 1);
    assert_int_equal(tocsin_alert_count(tocsin_detector_alert(d, 0)), 15);
    for (int i = 0; i < 5; i++)
        assert_true(add_at(d, 661, "10.0.0.1"));
    assert_int_equal(tocsin_detector_alert_count(d), 2);
    assert_int_equal(tocsin_alert_count(tocsin_detector_alert(d, 1)), 5);
    tocsin_detector_free(d);
}

static void what_is_over_is_forgotten_and_what_lasts_goes_on(void **state)
{
    struct tocsin_detector *d = brute_force_detector();

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(add_at(d, 0, "10.0.0.1"));
    for (int i = 0; i < 6; i++)
        assert_true(add_at(d, 61, "10.0.0.2"));
    tocsin_detector_forget(d);
    assert_int_equal(tocsin_detector_alert_count(d), 1);
    assert_true(add_at(d, 62, "10.0.0.2"));
    assert_string_equal(tocsin_alert_ip(tocsin_detector_alert(d, 0)), "10.0.0.2");
    assert_int_equal(tocsin_alert_count(tocsin_detector_alert(d, 0)), 7);
    tocsin_detector_free(d);
}

static void an_event_out_of_order_counts_while_it_is_within_the_window(void **state)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_detector *d = brute_force_detector();

    (void)state;
    assert_true(add_at(d, 100, "10.0.0.1"));
    for (int i = 0; i < 4; i++)
        assert_true(add_at(d, 40, "10.0.0.1"));
    assert_int_equal(tocsin_detector_alert_count(d), 1);
    assert_int_equal(tocsin_alert_first_ns(tocsin_detector_alert(d, 0)), 40LL * SECOND);
    assert_false(tocsin_detector_add(d, 39LL * SECOND, "10.0.0.1", "auth_failure", "medium", &why));
    assert_int_equal(why.code, TOCSIN_LATE);
    assert_int_equal(tocsin_alert_count(tocsin_detector_alert(d, 0)), 5);
    tocsin_detector_free(d);
}

static void alerts_have_a_limit_that_is_told(void **state)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_detector *d = tocsin_detector_new();
    char address[32];

    (void)state;
    assert_true(tocsin_detector_watch(d, NULL, "Seen", 1, SECOND, NULL));
    for (int i = 0; i < TOCSIN_ALERTS_MAX; i++) {
        snprintf(address, sizeof address, "host%d", i);
        assert_true(tocsin_detector_add(d, 0, address, "any", "", NULL));
    }
    assert_false(tocsin_detector_add(d, 0, "one.more", "any", "", &why));
    assert_int_equal(why.code, TOCSIN_LIMIT);
    assert_int_equal(tocsin_detector_alert_count(d), TOCSIN_ALERTS_MAX);
    assert_null(tocsin_alert_kind(tocsin_detector_alert(d, 0)));
    assert_true(tocsin_detector_add(d, 0, "host0", "any", "", &why)); /* has one already */
    tocsin_detector_free(d);
}

/* ------------------------------------------------------------ outliers */

struct told {
    char text[256];
    size_t most;
};

static bool note_address(void *context, const char *address, uint64_t count)
{
    struct told *t = context;
    size_t n = strlen(t->text);

    snprintf(t->text + n, sizeof t->text - n, "%s=%llu ", address, (unsigned long long)count);
    return --t->most > 0;
}

static void addresses_above_five_times_the_mean_are_told(void **state)
{
    struct tocsin_detector *d = tocsin_detector_new();
    struct told told = {.most = 9}, first = {.most = 1};
    char address[32];

    (void)state;
    assert_int_equal(tocsin_detector_anomalous(d, 5, note_address, &told), 0);
    assert_string_equal(told.text, "");
    for (int i = 0; i < 9; i++) { /* one event each; with 9 of the tenth the mean is 1.8 */
        snprintf(address, sizeof address, "10.0.0.%d", i);
        assert_true(tocsin_detector_add(d, 0, address, "x", "", NULL));
        assert_true(tocsin_detector_add(d, 0, "10.0.0.99", "x", "", NULL));
    }
    assert_int_equal(tocsin_detector_anomalous(d, 5, note_address, &told), 0); /* exactly five */
    assert_true(tocsin_detector_add(d, 0, "10.0.0.99", "x", "", NULL));
    assert_int_equal(tocsin_detector_anomalous(d, 5, note_address, &told), 1);
    assert_string_equal(told.text, "10.0.0.99=10 ");
    assert_int_equal(tocsin_detector_anomalous(d, 0.1, note_address, &first), 10);
    assert_string_equal(first.text, "10.0.0.99=10 ");
    tocsin_detector_reset_counts(d);
    assert_int_equal(tocsin_detector_anomalous(d, 5, NULL, NULL), 0);
    tocsin_detector_free(d);
}

static void addresses_beyond_the_limit_are_counted_together(void **state)
{
    struct tocsin_detector *d = tocsin_detector_new();
    char address[32];

    (void)state;
    for (int i = 0; i < TOCSIN_ADDRESSES_MAX + 3; i++) {
        snprintf(address, sizeof address, "host%d", i);
        assert_true(tocsin_detector_add(d, 0, address, "x", "", NULL));
    }
    assert_true(tocsin_detector_add(d, 0, "host0", "x", "", NULL));
    assert_int_equal(tocsin_detector_uncounted(d), 3);
    tocsin_detector_free(d);
}

/* ------------------------------------------------------------ rules and scans */

static struct tocsin_rules *rules_of(const char *text)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_rules *r = tocsin_rules_new();

    assert_true(tocsin_rules_add_text(r, "r.yml", text, strlen(text), &why));
    assert_true(tocsin_rules_compile(r, &why));
    return r;
}

struct seen {
    uint64_t findings, problems, last_record, stop_after;
    char last[1024];
};

static bool note_finding(void *context, const struct tocsin_finding *f)
{
    struct seen *s = context;

    s->findings++;
    s->last_record = tocsin_finding_record(f);
    snprintf(s->last, sizeof s->last, "%s", tocsin_finding_json(f).bytes);
    return s->findings != s->stop_after;
}

static void note_problem(void *context, const struct tocsin_problem *p)
{
    struct seen *s = context;

    s->problems++;
    assert_true(strlen(tocsin_problem_kind(p)) > 0);
    assert_int_equal(tocsin_problem_source(p).length, strlen("events"));
}

static struct tocsin_scanner *scanner_of(const struct tocsin_rules *r, struct seen *s)
{
    struct tocsin_scanner *scanner = tocsin_scanner_new(r, NULL);

    assert_non_null(scanner);
    tocsin_scanner_on_finding(scanner, note_finding, s);
    tocsin_scanner_on_problem(scanner, note_problem, s);
    return scanner;
}

static void scan(struct tocsin_scanner *scanner, const char *text)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;

    assert_true(tocsin_scan_buffer(scanner, "events", text, strlen(text), &why));
}

static void a_buffer_is_scanned_and_each_anew(void **state)
{
    struct seen seen = {0};
    struct tocsin_rules *r = rules_of(whoami_rule);
    struct tocsin_scanner *s = scanner_of(r, &seen);

    (void)state;
    for (int i = 1; i <= 3; i++) {
        scan(s, MISS HIT MISS);
        assert_int_equal(seen.findings, i);
        assert_int_equal(seen.last_record, 2);
        assert_int_equal(tocsin_scanner_events(s), 3);
        assert_int_equal(tocsin_scanner_findings(s), 1);
    }
    assert_non_null(strstr(seen.last, "\"rule\":\"Who\""));
    scan(s, MISS);
    assert_int_equal(tocsin_scanner_findings(s), 0);
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

static bool check_finding(void *context, const struct tocsin_finding *f)
{
    struct tocsin_text name, value;
    int64_t ns;

    assert_memory_equal(tocsin_finding_rule(f).bytes, "Who", 3);
    assert_int_equal(tocsin_finding_rule_id(f).length, 16);
    assert_string_equal(tocsin_finding_level(f), "high");
    assert_memory_equal(tocsin_finding_source(f).bytes, "events", 6);
    assert_false(tocsin_finding_time(f, &ns));
    assert_memory_equal(tocsin_finding_host(f).bytes, "WS01", 4);
    assert_null(tocsin_finding_user(f).bytes);
    assert_true(tocsin_finding_matched(f, 0, &name, &value));
    assert_memory_equal(value.bytes, "C:\\whoami.exe", value.length);
    assert_false(tocsin_finding_matched(f, 1, &name, &value));
    assert_int_equal(value.length, 0);
    assert_true(tocsin_finding_entity(f, 0, &name, NULL));
    assert_true(tocsin_finding_field(f, 3, &name, NULL));
    assert_memory_equal(name.bytes, "Image", 5);
    assert_false(tocsin_finding_field(f, 4, NULL, NULL));
    *(bool *)context = true;
    return true;
}

static void a_finding_tells_what_and_why(void **state)
{
    struct tocsin_rules *r = rules_of(whoami_rule);
    struct tocsin_scanner *s = tocsin_scanner_new(r, NULL);
    bool checked = false;

    (void)state;
    tocsin_scanner_on_finding(s, check_finding, &checked);
    scan(s, HIT);
    assert_true(checked);
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

static void broken_lines_are_told_and_the_rest_is_read(void **state)
{
    struct seen seen = {0};
    struct tocsin_rules *r = rules_of(whoami_rule);
    struct tocsin_scanner *s = scanner_of(r, &seen);

    (void)state;
    scan(s, HIT "{\"Image\": \n" HIT "{{{\n");
    assert_int_equal(seen.findings, 2);
    assert_int_equal(seen.problems, 2);
    assert_int_equal(tocsin_scanner_problems(s), 2);
    scan(s, "\x01\x02\x03 neither a log nor text \xff\xfe");
    assert_int_equal(tocsin_scanner_events(s), 0);
    assert_int_equal(tocsin_scanner_problems(s), 1);
    scan(s, "");
    assert_int_equal(tocsin_scanner_problems(s), 0);
    assert_true(tocsin_scan_buffer(s, "events", NULL, 0, NULL));
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

static void false_of_a_callback_stops(void **state)
{
    struct seen seen = {.stop_after = 2};
    struct tocsin_rules *r = rules_of(whoami_rule);
    struct tocsin_scanner *s = scanner_of(r, &seen);

    (void)state;
    scan(s, HIT HIT HIT HIT);
    assert_int_equal(seen.findings, 2);
    scan(s, HIT);
    assert_int_equal(seen.findings, 3);
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

static void correlations_are_of_one_buffer(void **state)
{
    static const char failed[] =
        "title: Failed\nname: failed\nlogsource: {product: linux, service: sshd}\n"
        "detection:\n  s: {auth_method: password}\n  condition: s\n---\n"
        "title: Many failed\ncorrelation:\n  type: event_count\n  rules: [failed]\n"
        "  group-by: [src_ip]\n  timespan: 1m\n  condition: {gte: 2}\n";
    static const char line[] = "2026-11-24T10:00:01Z web1 sshd[7]: Failed password for root from "
                               "192.0.2.7 port 50023 ssh2\n";
    char two[2 * sizeof line];
    struct seen seen = {0};
    struct tocsin_rules *r = rules_of(failed);
    struct tocsin_scanner *s = scanner_of(r, &seen);

    (void)state;
    assert_int_equal(tocsin_rules_count(r), 2);
    scan(s, line);
    scan(s, line);
    assert_int_equal(seen.findings, 0); /* one of each buffer */
    snprintf(two, sizeof two, "%s%s", line, line);
    scan(s, two);
    assert_int_equal(seen.findings, 1);
    assert_non_null(strstr(seen.last, "Many failed"));
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

static void a_broken_rule_is_told_with_its_place(void **state)
{
    static const char broken[] = "title: x\nlogsource: {product: linux}\ndetection:\n"
                                 "    s: {a: 1}\n    condition: s and absent\n";
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_rules *r = tocsin_rules_new();

    (void)state;
    assert_true(tocsin_rules_add_text(r, "mine.yml", broken, strlen(broken), &why));
    assert_false(tocsin_rules_compile(r, &why));
    assert_int_equal(why.code, TOCSIN_INPUT);
    assert_string_equal(why.file, "mine.yml");
    assert_int_equal(why.line, 5);
    assert_non_null(strstr(why.message, "absent"));
    assert_null(tocsin_scanner_new(r, &why));
    assert_int_equal(why.code, TOCSIN_MISUSE);
    tocsin_rules_free(r);

    r = tocsin_rules_new();
    assert_true(tocsin_rules_add_text(r, "bad.yml", "a: [1", 5, &why));
    assert_true(tocsin_rules_add_text(r, "good.yml", whoami_rule, strlen(whoami_rule), &why));
    assert_true(tocsin_rules_compile(r, &why)); /* one is left */
    assert_int_equal(tocsin_rules_count(r), 1);
    assert_true(tocsin_rules_refused(r, 0, &why));
    assert_string_equal(why.file, "bad.yml");
    assert_false(tocsin_rules_refused(r, 1, &why));
    tocsin_rules_free(r);
}

static void a_path_that_is_not_there_is_an_error(void **state)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct seen seen = {0};
    struct tocsin_rules *r = tocsin_rules_new();

    (void)state;
    assert_false(tocsin_rules_add_path(r, "/absent/rules", &why));
    assert_int_equal(why.code, TOCSIN_IO);
    assert_false(tocsin_rules_compile(r, &why));
    assert_string_equal(why.message, "there is no rule");
    tocsin_rules_free(r);
    r = rules_of(whoami_rule);
    struct tocsin_scanner *s = scanner_of(r, &seen);
    assert_false(tocsin_scan_path(s, "/absent/log", &why));
    assert_int_equal(why.code, TOCSIN_IO);
    scan(s, HIT); /* and goes on */
    assert_int_equal(seen.findings, 1);
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

/* ------------------------------------------------------------ threads */

struct part {
    const struct tocsin_rules *rules; /* NULL: of its own */
    struct seen seen;
};

static void *scan_many(void *context)
{
    struct part *part = context;
    struct tocsin_rules *own = part->rules ? NULL : rules_of(whoami_rule);
    struct tocsin_scanner *s = scanner_of(own ? own : part->rules, &part->seen);

    for (int i = 0; i < 200; i++)
        scan(s, HIT MISS HIT "{\n");
    tocsin_scanner_free(s);
    tocsin_rules_free(own);
    return NULL;
}

static void two_threads_scan_with_rules_of_their_own_or_shared(void **state)
{
    struct tocsin_rules *shared = rules_of(whoami_rule);

    (void)state;
    for (int round = 0; round < 2; round++) {
        struct part parts[2] = {{.rules = round ? shared : NULL}, {.rules = round ? shared : NULL}};
        pthread_t threads[2];
        for (int i = 0; i < 2; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, scan_many, &parts[i]), 0);
        for (int i = 0; i < 2; i++) {
            pthread_join(threads[i], NULL);
            assert_int_equal(parts[i].seen.findings, 400);
            assert_int_equal(parts[i].seen.problems, 200);
        }
    }
    tocsin_rules_free(shared);
}

static void several_threads_find_the_same_in_the_same_order(void **state)
{
    enum { LINES = 40000 };
    struct seen one = {0}, three = {0};
    struct tocsin_rules *r = rules_of(whoami_rule);
    struct tocsin_scanner *s = scanner_of(r, &one);
    char *text = malloc(LINES * sizeof HIT), *end = text;

    (void)state;
    for (int i = 0; i < LINES; i++) {
        const char *line = i % 1000 ? MISS : HIT;
        memcpy(end, line, strlen(line) + 1);
        end += strlen(line);
    }
    scan(s, text);
    assert_true(tocsin_scanner_set_threads(s, 3, NULL));
    tocsin_scanner_on_finding(s, note_finding, &three);
    for (int i = 1; i <= 2; i++) { /* and again, when threads have come and gone */
        scan(s, text);
        assert_int_equal(three.findings, i * one.findings);
        assert_int_equal(three.last_record, one.last_record);
        assert_int_equal(tocsin_scanner_events(s), LINES);
    }
    free(text);
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

/* The events of a log whose decoder sees its batches in order, in a process that can start no
 * thread; 0 when it does not come to that. */
static int scan_without_threads(void)
{
    enum { LINES = 60000 };
    static const char head[] = "#separator \\x09\n#path\tdns\n#fields\tts\tuid\tquery\n"
                               "#types\ttime\tstring\tstring\n";
    static const char line[] = "1764000000.000000\tCabcdefghijklmnop\texample.com\n";
    struct seen seen = {0};
    struct tocsin_rules *r = rules_of(whoami_rule);
    struct tocsin_scanner *s = scanner_of(r, &seen);
    char *text = malloc(sizeof head + LINES * sizeof line), *end = stpcpy(text, head);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

    for (int i = 0; i < LINES; i++)
        end = stpcpy(end, line);
    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAGAIN), SCMP_SYS(clone), 0) != 0 ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EAGAIN), SCMP_SYS(clone3), 0) != 0 ||
        seccomp_load(filter) != 0 || !tocsin_scanner_set_threads(s, 3, NULL))
        return 0;
    for (int i = 0; i < 2; i++)
        if (!tocsin_scan_buffer(s, "events", text, (size_t)(end - text), NULL) ||
            tocsin_scanner_events(s) != LINES || tocsin_scanner_problems(s) != 0)
            return 0;
    return 1;
}

static void where_no_thread_can_be_had_one_does_all(void **state)
{
    int status = 0;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        alarm(60); /* a thread that waits for those that there are not */
        _exit(scan_without_threads() ? 7 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
}

/* ------------------------------------------------------------ misuse */

struct nested {
    struct tocsin_scanner *scanner;
    uint32_t code;
};

static bool scan_again_inside(void *context, const struct tocsin_finding *f)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct nested *n = context;

    (void)f;
    if (!tocsin_scan_buffer(n->scanner, "events", HIT, strlen(HIT), &why))
        n->code = why.code;
    return true;
}

static void a_callback_that_scans_with_its_own_scanner_is_refused(void **state)
{
    struct tocsin_rules *r = rules_of(whoami_rule);
    struct nested n = {.scanner = tocsin_scanner_new(r, NULL)};

    (void)state;
    tocsin_scanner_on_finding(n.scanner, scan_again_inside, &n);
    scan(n.scanner, HIT);
    assert_int_equal(n.code, TOCSIN_MISUSE);
    tocsin_scanner_free(n.scanner);
    tocsin_rules_free(r);
}

static void null_rules_and_scanners_are_misuse_and_no_crash(void **state)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_rules *r = rules_of(whoami_rule);

    (void)state;
    tocsin_rules_free(NULL);
    tocsin_scanner_free(NULL);
    tocsin_scanner_on_finding(NULL, NULL, NULL);
    tocsin_scanner_on_problem(NULL, NULL, NULL);
    assert_false(tocsin_rules_add_path(NULL, "x", NULL));
    assert_false(tocsin_rules_add_path(r, "x", &why)); /* they are compiled */
    assert_int_equal(why.code, TOCSIN_MISUSE);
    assert_false(tocsin_rules_compile(NULL, &why));
    assert_false(tocsin_rules_compile(r, &why));
    assert_int_equal(tocsin_rules_count(NULL), 0);
    assert_false(tocsin_rules_refused(NULL, 0, &why));
    assert_null(tocsin_scanner_new(NULL, &why));
    assert_int_equal(why.code, TOCSIN_MISUSE);
    assert_false(tocsin_scan_buffer(NULL, "x", "", 0, &why));
    assert_false(tocsin_scan_path(NULL, "x", &why));
    assert_int_equal(tocsin_scanner_events(NULL), 0);

    struct tocsin_scanner *s = tocsin_scanner_new(r, &why);
    assert_false(tocsin_scan_buffer(s, NULL, "", 0, &why));
    assert_false(tocsin_scan_buffer(s, "x", NULL, 1, &why));
    assert_int_equal(why.code, TOCSIN_MISUSE);
    assert_false(tocsin_scan_path(s, NULL, &why));
    assert_false(tocsin_scanner_set_format(s, "no such format", &why));
    assert_int_equal(why.code, TOCSIN_INPUT);
    assert_false(tocsin_scanner_set_threads(s, 0, &why));
    assert_false(tocsin_scanner_set_threads(s, TOCSIN_THREADS_MAX + 1, &why));
    assert_true(tocsin_scanner_set_format(s, "json", &why));
    scan(s, HIT); /* without callbacks it counts */
    assert_int_equal(tocsin_scanner_findings(s), 1);
    tocsin_scanner_free(s);
    tocsin_rules_free(r);
}

static void null_findings_and_alerts_are_empty(void **state)
{
    (void)state;
    assert_null(tocsin_finding_rule(NULL).bytes);
    assert_null(tocsin_finding_json(NULL).bytes);
    assert_string_equal(tocsin_finding_level(NULL), "");
    assert_false(tocsin_finding_matched(NULL, 0, NULL, NULL));
    assert_false(tocsin_problem_record(NULL, NULL));
    assert_string_equal(tocsin_problem_kind(NULL), "");
    assert_string_equal(tocsin_alert_message(NULL), "");
    assert_string_equal(tocsin_alert_severity(NULL), "");
    assert_int_equal(tocsin_alert_count(NULL), 0);
}

static void a_detector_refuses_what_it_cannot_take(void **state)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_detector *d = brute_force_detector();
    char longest[TOCSIN_ADDRESS_BYTES_MAX + 2];

    (void)state;
    tocsin_detector_free(NULL);
    tocsin_detector_forget(NULL);
    tocsin_detector_reset_counts(NULL);
    assert_int_equal(tocsin_detector_anomalous(NULL, 5, NULL, NULL), 0);
    assert_int_equal(tocsin_detector_alert_count(NULL), 0);
    assert_false(tocsin_detector_watch(NULL, "k", "t", 1, 1, &why));
    assert_false(tocsin_detector_watch(d, "k", NULL, 1, 1, &why));
    assert_int_equal(why.code, TOCSIN_MISUSE);
    assert_false(tocsin_detector_watch(d, "k", "t", 0, 1, &why));
    assert_false(tocsin_detector_watch(d, "k", "t", TOCSIN_THRESHOLD_MAX + 1, 1, &why));
    assert_false(tocsin_detector_watch(d, "k", "t", 1, 0, &why));
    assert_int_equal(why.code, TOCSIN_INPUT);
    assert_false(tocsin_detector_add(d, 0, NULL, "k", "low", &why));
    assert_false(tocsin_detector_add(d, 0, "a", NULL, "low", &why));
    assert_false(tocsin_detector_add(d, 0, "a", "k", NULL, &why));
    assert_int_equal(why.code, TOCSIN_MISUSE);
    assert_false(tocsin_detector_add(d, 0, "", "k", "low", &why));
    assert_false(tocsin_detector_add(d, 0, "10.0.0.1\n10.0.0.2", "k", "low", &why));
    assert_false(tocsin_detector_add(d, 0, "a", "k", "worst", &why));
    assert_int_equal(why.code, TOCSIN_INPUT);
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_false(tocsin_detector_add(d, 0, longest, "k", "low", &why));
    assert_true(tocsin_detector_add(d, 0, longest + 1, "k", "low", &why));
    assert_true(tocsin_detector_add(d, INT64_MAX, "a", "auth_failure", "low", &why));
    assert_false(tocsin_detector_add(d, INT64_MIN, "a", "auth_failure", "low", &why));
    assert_int_equal(why.code, TOCSIN_LATE);
    tocsin_detector_free(d);
}

static void an_error_of_another_size_is_left_alone(void **state)
{
    struct tocsin_error why = TOCSIN_ERROR_INIT;

    (void)state;
    why.size = 8; /* not set by who calls */
    assert_false(tocsin_rules_compile(NULL, &why));
    assert_int_equal(why.code, TOCSIN_OK);
    why.size = sizeof why;
    assert_false(tocsin_rules_compile(NULL, &why));
    assert_int_equal(why.code, TOCSIN_MISUSE);
    assert_string_equal(why.message, "the rules are NULL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_threshold_fires_at_its_number_and_not_below),
        cmocka_unit_test(an_alert_tells_address_count_and_what),
        cmocka_unit_test(addresses_kinds_and_spells_are_told_apart),
        cmocka_unit_test(an_alert_lasts_until_the_address_was_quiet_for_the_span),
        cmocka_unit_test(what_is_over_is_forgotten_and_what_lasts_goes_on),
        cmocka_unit_test(an_event_out_of_order_counts_while_it_is_within_the_window),
        cmocka_unit_test(alerts_have_a_limit_that_is_told),
        cmocka_unit_test(addresses_above_five_times_the_mean_are_told),
        cmocka_unit_test(addresses_beyond_the_limit_are_counted_together),
        cmocka_unit_test(a_buffer_is_scanned_and_each_anew),
        cmocka_unit_test(a_finding_tells_what_and_why),
        cmocka_unit_test(broken_lines_are_told_and_the_rest_is_read),
        cmocka_unit_test(false_of_a_callback_stops),
        cmocka_unit_test(correlations_are_of_one_buffer),
        cmocka_unit_test(a_broken_rule_is_told_with_its_place),
        cmocka_unit_test(a_path_that_is_not_there_is_an_error),
        cmocka_unit_test(two_threads_scan_with_rules_of_their_own_or_shared),
        cmocka_unit_test(several_threads_find_the_same_in_the_same_order),
        cmocka_unit_test(where_no_thread_can_be_had_one_does_all),
        cmocka_unit_test(a_callback_that_scans_with_its_own_scanner_is_refused),
        cmocka_unit_test(null_rules_and_scanners_are_misuse_and_no_crash),
        cmocka_unit_test(null_findings_and_alerts_are_empty),
        cmocka_unit_test(a_detector_refuses_what_it_cannot_take),
        cmocka_unit_test(an_error_of_another_size_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
