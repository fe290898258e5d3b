/* test_config.c - tocsin.yml is taken or refused as a whole, with the place of what is wrong. */
#include "serve/config.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int enter(void **state)
{
    struct test_folder *f = calloc(1, sizeof *f);

    *state = f;
    return f && test_folder_enter(f) ? 0 : -1;
}

static int leave(void **state)
{
    bool ok = test_folder_leave(*state);

    free(*state);
    return ok ? 0 : -1;
}

static struct config *load(const char *text, struct err *e)
{
    struct io io;

    io_init(&io);
    *e = (struct err){0};
    test_folder_put("tocsin.yml", str_from(text));
    return config_load(&io, "tocsin.yml", e);
}

static void assert_refused(const char *text, uint32_t line, const char *part)
{
    struct err e;

    assert_null(load(text, &e));
    assert_string_equal(e.file, "tocsin.yml");
    assert_int_equal(e.line, line);
    if (!strstr(e.message, part))
        fail_msg("'%s' is not in '%s'", part, e.message);
}

static void sources_are_read_with_their_types_settings(void **state)
{
    struct err e;
    struct config *c =
        load("data: d\nretention: {days: 3, quota: 1G}\nsources:\n"
             "  - name: a\n    type: syslog_tcp\n    listen: 127.0.0.1:6000\n"
             "    trust: propose\n    time_zone: '+01:00'\n    logsource: linux//auth\n"
             "  - name: b\n    type: syslog_udp\n    format: line\n",
             &e);

    (void)state;
    assert_non_null(c);
    assert_int_equal(c->source_count, 2);
    const struct config_source *a = config_find(c, S("a")), *b = config_find(c, S("b"));
    assert_string_equal(a->format->name, "syslog");
    assert_string_equal(b->format->name, "line");
    assert_int_equal(a->trust, TRUST_PROPOSE);
    assert_int_equal(b->trust, TRUST_SYSTEM); /* as far as the source itself goes */
    assert_non_null(a->zone);
    assert_true(str_eq(a->logsource.service, S("auth")));
    assert_int_equal(setting_number(&c->retention, "days"), 3);
    assert_null(config_find(c, S("c")));
    config_drop(c);
}

static void what_is_wrong_is_refused_with_its_line(void **state)
{
    (void)state;
    assert_refused("data: d\n", 1, "'sources' is missing");
    assert_refused("sources: []\n", 1, "1 to 512 sources");
    assert_refused("sources:\n  - name: a\n", 2, "has a 'type'");
    assert_refused("sources:\n  - name: a\n    type: telnet\n", 3,
                   "unknown type of source 'telnet'");
    assert_refused("sources:\n  - name: ../a\n    type: syslog_tcp\n", 2, "no name for a source");
    assert_refused("sources:\n  - {name: a, type: syslog_tcp}\n  - {name: a, type: syslog_udp}\n",
                   3, "two sources");
    assert_refused("sources:\n  - name: a\n    type: syslog_tcp\n    listen: nowhere\n", 2,
                   "no ADDRESS:PORT");
    assert_refused("sources:\n  - name: a\n    type: syslog_tcp\n    format: klingon\n", 4,
                   "unknown format");
    assert_refused("sources:\n  - name: a\n    type: syslog_tcp\n    time_zone: Mars/Olympus\n", 4,
                   "Mars/Olympus");
    assert_refused("sources:\n  - name: a\n    type: syslog_tcp\n    logsource: a/b/c/d\n", 4,
                   "product/category/service");
    assert_refused("sources:\n  - name: a\n    type: file\n", 2, "'paths' is missing");
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct io io;
    struct err e = {0};

    (void)state;
    io_init(&io);
    assert_null(config_load(&io, "absent.yml", &e));
    assert_string_equal(e.file, "absent.yml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sources_are_read_with_their_types_settings, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_refused_with_its_line, enter, leave),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_there_is_named, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
