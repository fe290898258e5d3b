/* Zeek's logs as text: names, types, separators and marks that their headers give. */
#include "format_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct format format_zeek;

#define HEADER                                                                                     \
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"

static void a_row_has_the_names_and_types_of_its_header(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_zeek,
                                HEADER "#fields\tts\tn\tok\n#types\ttime\tcount\tbool\n"
                                       "1700000001.000000\t7\tT\n",
                                "ts=1700000001.000000;n=7;ok=true;_path=dns;"));
    assert_true(format_text_has(&format_zeek, HEADER "1700000001.000000\t7\tT\n",
                                "!a row before the line that names its columns"));
}

static void a_later_header_holds_for_what_follows_it(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_zeek,
                                HEADER "#fields\ta\n#types\tstring\nx\n#fields\tb\n#types\tstring\n"
                                       "y\n",
                                "a=x;_path=dns;\nb=y;_path=dns;"));
}

static void sets_are_arrays_and_unset_fields_are_absent(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_zeek,
                                HEADER "#fields\ta\tb\tc\n#types\tset[string]\tstring\tset[count]\n"
                                       "x,y\t-\t(empty)\n",
                                "a=x;+a=y;c=null;_path=dns;"));
}

static void an_escaped_separator_is_part_of_a_value(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_zeek,
                                HEADER "#fields\ta\tb\n#types\tstring\tset[string]\n"
                                       "x\\x09y\\x5cz\tp\\x2cq\n",
                                "a=x\ty\\z;b=p,q;_path=dns;"));
    /* A remote party's bytes do not make a further column. */
    assert_true(format_text_has(&format_zeek,
                                HEADER "#fields\ta\tb\n#types\tstring\tstring\nx\ty\tz\n",
                                "a=x;b=y;column_3=z;_path=dns;"));
}

static void a_separator_may_have_several_bytes(void **state)
{
    (void)state;
    assert_true(format_text_has(&format_zeek,
                                "#separator ||\n#unset_field||nil\n#fields||a||b\n"
                                "#types||string||string\nx|y||nil\n",
                                "a=x|y;\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_the_names_and_types_of_its_header),
        cmocka_unit_test(a_later_header_holds_for_what_follows_it),
        cmocka_unit_test(sets_are_arrays_and_unset_fields_are_absent),
        cmocka_unit_test(an_escaped_separator_is_part_of_a_value),
        cmocka_unit_test(a_separator_may_have_several_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
