/* test_pair.c - names and values in texts, and the cells of CSV. */
#include "message/csv.h"
#include "message/pair.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_pair(struct pairs *p, const char *name, const char *value)
{
    struct arena *a = arena_new(1024);
    str found, raw;
    bool escaped;

    assert_true(pair_next(p, &found, &raw, &escaped));
    assert_true(str_eq(found, str_from(name)));
    assert_true(str_eq(pair_value(raw, escaped, a), str_from(value)));
    arena_free(a);
}

static void assert_end(struct pairs *p)
{
    str name, value;
    bool escaped;

    assert_false(pair_next(p, &name, &value, &escaped));
}

static void values_end_at_blanks_or_quotes(void **state)
{
    struct pairs p = {S("  a=1 b=\"two words\"  c= d=x=y e=\"\" word f=2"), ' ', '='};

    (void)state;
    assert_pair(&p, "a", "1");
    assert_pair(&p, "b", "two words");
    assert_pair(&p, "c", "");
    assert_pair(&p, "d", "x=y");
    assert_pair(&p, "e", "");
    assert_pair(&p, "", "word");
    assert_pair(&p, "f", "2");
    assert_end(&p);
}

static void a_backslash_keeps_a_quote_in_its_value(void **state)
{
    struct pairs p = {S("user=\"a\\\" ip=9\" path=\"C:\\new\\\\\" ip=1"), ' ', '='};

    (void)state;
    assert_pair(&p, "user", "a\" ip=9");
    assert_pair(&p, "path", "C:\\new\\");
    assert_pair(&p, "ip", "1");
    assert_end(&p);
}

static void a_quote_that_is_not_closed_ends_with_the_text(void **state)
{
    struct pairs p = {S("a=\"b c=1"), ' ', '='}, q = {S("a=\"b\\"), ' ', '='};

    (void)state;
    assert_pair(&p, "a", "b c=1");
    assert_end(&p);
    assert_pair(&q, "a", "b\\");
    assert_end(&q);
}

static void other_separators_and_marks(void **state)
{
    struct pairs comma = {S("a=1,b=\"x, y\",c=,d=4"), ',', '='};
    struct pairs colon = {S("action:\"Drop\"; ike::\"x; y\"; src:\"192.0.2.7\"; "), ';', ':'};

    (void)state;
    assert_pair(&comma, "a", "1");
    assert_pair(&comma, "b", "x, y");
    assert_pair(&comma, "c", "");
    assert_pair(&comma, "d", "4");
    assert_end(&comma);
    assert_pair(&colon, "action", "Drop");
    assert_pair(&colon, "ike", "x; y");
    assert_pair(&colon, "src", "192.0.2.7");
    assert_end(&colon);
}

static void a_text_begins_with_a_pair_or_not(void **state)
{
    (void)state;
    assert_int_equal(pair_begins(S("date=2026")), 4);
    assert_int_equal(pair_begins(S("date 2026=1")), 0);
    assert_int_equal(pair_begins(S("=1")), 0);
    assert_int_equal(pair_begins(S("date")), 0);
    assert_int_equal(pair_begins(S("")), 0);
}

static void a_value_is_found_by_its_name(void **state)
{
    const struct pairs p = {S("a=\"b=2\" b=3"), ' ', '='};

    (void)state;
    assert_true(str_eq(pairs_find(p, S("b")), S("3")));
    assert_null(pairs_find(p, S("c")).p);
}

static void assert_cells(const char *line, const char *const *cells, size_t count)
{
    struct arena *a = arena_new(1024);
    struct csv c = {.rest = str_from(line), .separator = ','};
    str cell;

    for (size_t i = 0; i < count; i++) {
        assert_true(csv_next(&c, &cell, a));
        assert_true(str_eq(cell, str_from(cells[i])));
    }
    assert_false(csv_next(&c, &cell, a));
    arena_free(a);
}

static void cells_in_quotes_hold_commas_and_quotes(void **state)
{
    static const char *const cells[] = {"1", "a,b", "say \"x\"", "", "end"};
    static const char *const open[] = {"1", "a,b"};
    static const char *const empty[] = {"", ""};

    (void)state;
    assert_cells("1,\"a,b\",\"say \"\"x\"\"\",,end", cells, countof(cells));
    assert_cells("1,\"a,b", open, countof(open));
    assert_cells(",", empty, countof(empty));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_end_at_blanks_or_quotes),
        cmocka_unit_test(a_backslash_keeps_a_quote_in_its_value),
        cmocka_unit_test(a_quote_that_is_not_closed_ends_with_the_text),
        cmocka_unit_test(other_separators_and_marks),
        cmocka_unit_test(a_text_begins_with_a_pair_or_not),
        cmocka_unit_test(a_value_is_found_by_its_name),
        cmocka_unit_test(cells_in_quotes_hold_commas_and_quotes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
