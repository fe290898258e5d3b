/* Joining lines: what begins a record, what belongs to it, what ends it, and its limits. */
#include "base/mem.h"
#include "collect/multiline.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct setting table[] = {MULTILINE_SETTINGS};

struct joining {
    struct arena *arena;
    struct settings settings;
    struct multiline *m;
    struct joiner j;
    struct buf out; /* records, each followed by '|' */
    struct err err;
};

static void rule(struct joining *x, const char *yaml)
{
    struct yaml_document *docs;
    uint32_t count;

    x->err = (struct err){0};
    assert_true(yaml_parse(str_from(yaml), x->arena, &docs, &count, &x->err));
    assert_true(
        settings_read(docs[0].root, table, countof(table), x->arena, &x->settings, &x->err));
    if (!multiline_new(&x->settings, &x->m, &x->err))
        x->m = NULL;
}

static void give_out(struct joining *x)
{
    buf_add(&x->out, buf_str(&x->j.text));
    buf_char(&x->out, '|');
    joiner_clear(&x->j);
}

static const char *joined(struct joining *x, str text)
{
    while (text.n) {
        const str line = str_cut(&text, '\n');
        if (joiner_ends_before(x->m, &x->j, line))
            give_out(x);
        joiner_put(x->m, &x->j, line, 0);
        if (x->j.over)
            give_out(x);
    }
    return buf_cstr(&x->out);
}

static int setup(void **state)
{
    struct joining *x = mem_alloc(sizeof *x);

    x->arena = arena_new(4096);
    x->out = buf_make(1 << 20);
    joiner_init(&x->j);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct joining *x = *state;

    multiline_free(x->m);
    joiner_done(&x->j);
    buf_done(&x->out);
    arena_free(x->arena);
    free(x);
    return 0;
}

static void without_a_rule_there_is_none(void **state)
{
    rule(*state, "{}");
    assert_null(((struct joining *)*state)->m);
}

static void a_line_that_matches_start_begins_a_record(void **state)
{
    struct joining *x = *state;

    rule(x, "multiline_start: '^\\d+ '");
    assert_string_equal(joined(x, S("tail\n1 a\nb\n\n2 c\n3 d\n")), "tail|1 a\nb\n|2 c|");
}

static void a_line_that_matches_continue_belongs_to_the_one_before(void **state)
{
    struct joining *x = *state;

    rule(x, "{multiline_continue: '^Caused by', multiline_indent: true}");
    assert_string_equal(joined(x, S("a\n\tat b\nCaused by c\nd\ne\n")),
                        "a\n\tat b\nCaused by c|d|");
}

static void a_line_that_matches_end_is_the_last(void **state)
{
    struct joining *x = *state;

    rule(x, "multiline_end: ';$'");
    assert_string_equal(joined(x, S("a\nb;\nc;\nd\n")), "a\nb;|c;|");
}

static void a_record_has_limits(void **state)
{
    struct joining *x = *state;

    rule(x, "{multiline_indent: true, multiline_lines: 3}");
    assert_string_equal(joined(x, S("a\n b\n c\n d\ne\n")), "a\n b\n c| d|");
}

static void two_rules_of_what_begins_a_record_are_refused(void **state)
{
    struct joining *x = *state;

    rule(x, "{multiline_start: a, multiline_continue: b}");
    assert_int_equal(x->err.code, ERR_INPUT);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with(without_a_rule_there_is_none),
        with(a_line_that_matches_start_begins_a_record),
        with(a_line_that_matches_continue_belongs_to_the_one_before),
        with(a_line_that_matches_end_is_the_last),
        with(a_record_has_limits),
        with(two_rules_of_what_begins_a_record_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
