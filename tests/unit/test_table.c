/* Tables with a line of names: cells, quotes and line ends in them, and what is no table. */
#include "format_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct format format_table;

static void assert_has(const char *text, const char *part)
{
    assert_true(format_text_has(&format_table, text, part));
}

static void a_cell_has_the_name_of_its_column(void **state)
{
    (void)state;
    assert_has("time,who,n\n2026-11-24 10:00:00,alice,7\n",
               "time=2026-11-24 10:00:00;who=alice;n=7; 2026-11-24T10:00:00Z");
    assert_has("who;n;x\nalice;7;\"a;b\"\n", "who=alice;n=7;x=a;b;");
}

static void a_quoted_cell_may_hold_line_ends(void **state)
{
    (void)state;
    assert_has("a,b,c\n1,\"x\ny\",2\n3,z,4\n", "a=1;b=x\ny;c=2;\na=3;b=z;c=4;\n");
    assert_has("a,b,c\n1,\"x\ny\",2\n", "b=x\ny;");
}

static void a_row_that_does_not_fit_is_told(void **state)
{
    (void)state;
    assert_has("a,b,c\n1,2\n", "!a row with more or fewer columns than are named");
    assert_has("a,b,c\n1,2,3,4\n", "a=1;b=2;c=3;column_4=4;");
}

static void only_a_line_of_names_begins_a_table(void **state)
{
    (void)state;
    assert_true(format_table.sniff(&format_table, S("time,who,n\n1,alice,7\n")) > 0);
    assert_int_equal(format_table.sniff(&format_table, S("1,who,n\n1,alice,7\n")), 0);
    assert_int_equal(format_table.sniff(&format_table, S("time,who,n\nno table\nat all\n")), 0);
    assert_int_equal(format_table.sniff(&format_table, S("a word, and, more words\n")), 0);
}

static void a_quote_that_stays_open_takes_no_more_than_a_record(void **state)
{
    enum { LINES = 9000 };
    struct buf text = buf_make(1 << 20);
    uint32_t rows = 0;

    (void)state;
    buf_printf(&text, "a,b,c\n1,\"x,2\n");
    for (int i = 0; i < LINES; i++)
        buf_printf(&text, "%d,row,%d\n", i, i);
    struct buf seen = format_text(&format_table, buf_str(&text), 100000);
    for (const char *p = buf_cstr(&seen); (p = strstr(p, "b=row;")); p++)
        rows++;
    assert_int_equal(rows, LINES);
    buf_done(&seen);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_has_the_name_of_its_column),
        cmocka_unit_test(a_quoted_cell_may_hold_line_ends),
        cmocka_unit_test(a_row_that_does_not_fit_is_told),
        cmocka_unit_test(only_a_line_of_names_begins_a_table),
        cmocka_unit_test(a_quote_that_stays_open_takes_no_more_than_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
