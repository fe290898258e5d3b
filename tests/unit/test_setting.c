/* test_setting.c - a map is read by its table, and what is wrong in it is named with its place. */
#include "text/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct setting table[] = {
    {"listen", SETTING_TEXT, "127.0.0.1:1", "where", NULL, 0, 0, false},
    {"many", SETTING_NUMBER, NULL, "how many", NULL, 1, 10, false},
    {"room", SETTING_SIZE, "64K", "how much", NULL, 1024, 1 << 20, false},
    {"wait", SETTING_DURATION, NULL, "how long", NULL, 0, 0, false},
    {"loud", SETTING_FLAG, "false", "is it", NULL, 0, 0, false},
    {"names", SETTING_LIST, NULL, "which", NULL, 0, 0, false},
    {"mode", SETTING_WORD, NULL, "of what kind", "stream datagram", 0, 0, false},
    {"more", SETTING_MAP, NULL, "of another table", NULL, 0, 0, false},
    {"path", SETTING_TEXT, NULL, "of the file", NULL, 0, 0, true},
};

struct reading {
    struct arena *arena;
    struct settings s;
    struct err e;
    bool ok;
};

static struct reading read_text(const char *text)
{
    struct reading r = {.arena = arena_new(4096)};
    struct yaml_document *documents;
    uint32_t count;

    assert_true(yaml_parse(str_from(text), r.arena, &documents, &count, &r.e));
    r.ok = settings_read(documents[0].root, table, countof(table), r.arena, &r.s, &r.e);
    return r;
}

static void assert_refused(const char *text, uint32_t line, uint32_t column, const char *part)
{
    struct reading r = read_text(text);

    assert_false(r.ok);
    assert_int_equal(r.e.line, line);
    assert_int_equal(r.e.column, column);
    if (!strstr(r.e.message, part))
        fail_msg("'%s' is not in '%s'", part, r.e.message);
    arena_free(r.arena);
}

static void what_is_not_given_has_its_fallback_or_is_absent(void **state)
{
    struct reading r = read_text("path: x");

    (void)state;
    assert_true(r.ok);
    assert_true(str_eq(setting_text(&r.s, "listen"), S("127.0.0.1:1")));
    assert_int_equal(setting_number(&r.s, "room"), 65536);
    assert_false(setting_flag(&r.s, "loud"));
    assert_false(setting(&r.s, "many")->present);
    assert_null(setting_text(&r.s, "mode").p);
    assert_false(setting(&r.s, "listen")->given);
    arena_free(r.arena);
}

static void what_is_given_has_its_kind(void **state)
{
    struct reading r = read_text("path: x\nmany: 3\nroom: 2K\nwait: 5m\nloud: true\nnames: [a, b]\n"
                                 "mode: datagram\nmore: {a: 1}");

    (void)state;
    assert_true(r.ok);
    assert_int_equal(setting_number(&r.s, "many"), 3);
    assert_int_equal(setting_number(&r.s, "room"), 2048);
    assert_true(setting_number(&r.s, "wait") == 300 * UINT64_C(1000000000));
    assert_true(setting_flag(&r.s, "loud"));
    assert_int_equal(setting(&r.s, "names")->list_count, 2);
    assert_true(str_eq(setting(&r.s, "names")->list[1], S("b")));
    assert_true(str_eq(setting_text(&r.s, "mode"), S("datagram")));
    assert_int_equal(setting(&r.s, "more")->node->kind, YAML_MAP);
    arena_free(r.arena);
}

static void one_text_is_a_list_of_one(void **state)
{
    struct reading r = read_text("path: x\nnames: a");

    (void)state;
    assert_true(r.ok);
    assert_int_equal(setting(&r.s, "names")->list_count, 1);
    arena_free(r.arena);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    assert_refused("path: x\nlisen: y", 2, 1, "unknown setting 'lisen'");
    assert_refused("listen: y", 1, 1, "'path' is missing");
    assert_refused("path: x\nmany: 11", 2, 7, "out of its limits");
    assert_refused("path: x\nmany: few", 2, 7, "a number");
    assert_refused("path: x\nroom: 2Q", 2, 7, "a size");
    assert_refused("path: x\nwait: 5", 2, 7, "a duration");
    assert_refused("path: x\nloud: yes", 2, 7, "true or false");
    assert_refused("path: x\nmode: pipe", 2, 7, "stream datagram");
    assert_refused("path: x\nnames: {a: b}", 2, 8, "a list of texts");
    assert_refused("path: x\nmore: 1", 2, 7, "a map");
    assert_refused("path: [x]", 1, 7, "a text");
    assert_refused("- x", 1, 1, "a map of settings");
}

static void sizes_and_durations_that_are_too_large_are_refused(void **state)
{
    uint64_t n;

    (void)state;
    assert_true(setting_parse_size(S("16777215T"), &n));
    assert_false(setting_parse_size(S("16777216T"), &n));
    assert_true(setting_parse_duration(S("213503d"), &n));
    assert_false(setting_parse_duration(S("213504d"), &n));
    assert_false(setting_parse_duration(S(""), &n));
    assert_false(setting_parse_duration(S("ms"), &n));
}

static void settings_are_equal_when_they_say_the_same(void **state)
{
    static const char *const other[] = {"path: y\nnames: [a, b]", "path: x\nnames: [a, c]",
                                        "path: x\nnames: [a]", "path: x", "path: x\nmore: {a: 1}"};
    struct reading a = read_text("path: x\nnames: [a, b]"), b = read_text("names: [a, b]\npath: x");

    (void)state;
    assert_true(settings_equal(&a.s, &b.s));
    arena_free(b.arena);
    for (size_t i = 0; i < countof(other); i++) {
        b = read_text(other[i]);
        assert_true(b.ok);
        assert_false(settings_equal(&a.s, &b.s));
        arena_free(b.arena);
    }
    arena_free(a.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_has_its_fallback_or_is_absent),
        cmocka_unit_test(what_is_given_has_its_kind),
        cmocka_unit_test(one_text_is_a_list_of_one),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
        cmocka_unit_test(sizes_and_durations_that_are_too_large_are_refused),
        cmocka_unit_test(settings_are_equal_when_they_say_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
