/* Plain logs of applications: the parts of their headers, and what is text and no header. */
#include "format_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void assert_has(const char *line, const char *part)
{
    const struct format *format = format_find(&formats_builtin, S("app_log"));

    assert_non_null(format);
    assert_true(format_text_has(format, line, part));
}

static void a_header_has_its_parts_in_any_of_the_usual_orders(void **state)
{
    (void)state;
    assert_has("2026-11-24 10:00:00,123 INFO [main] org.example.Main: ready\n",
               "level=INFO;thread=main;logger=org.example.Main;message=ready;");
    assert_has("2026-11-24 10:00:00,123 [main] INFO  org.example.Main - ready\n",
               "level=INFO;thread=main;logger=org.example.Main;message=ready;");
    assert_has("11-24 10:00:03.811  1702  2395 D WindowManager: opening\n",
               "level=D;logger=WindowManager;pid=1702;tid=2395;message=opening;");
    assert_has("E1124 10:00:04.619632   712 main.cc:253] every 3\n",
               "level=E;logger=main.cc;pid=712;line=253;message=every 3;");
}

static void words_of_the_text_are_no_header(void **state)
{
    (void)state;
    assert_has("2026-11-24 10:00:00 configure base ERROR: 5\n",
               "timestamp=2026-11-24 10:00:00;message=configure base ERROR: 5; 2026-11-24");
    assert_has("2026-11-24 10:00:00,123 INFO a.B: level ERROR [x] pid=3\n",
               "level=INFO;logger=a.B;message=level ERROR [x] pid=3;");
}

static void only_the_first_time_is_the_time(void **state)
{
    (void)state;
    assert_has("2026-11-24 10:00:00 INFO a.B: at 2020-01-01 00:00:00\n",
               "message=at 2020-01-01 00:00:00; 2026-11-24T10:00:00Z");
    assert_has("no time within reach ................................................. .........."
               "...... ...... 2026-11-24 10:00:00 INFO a.B: x\n",
               "message=no time within reach");
}

static void columns_of_machines_are_fields(void **state)
{
    (void)state;
    assert_has(
        "- 1795514415 2026.11.24 R21-M1 2026-11-24-02.00.15.309974 R21-M1 RAS KERNEL INFO x\n",
        "logger=KERNEL;level=INFO;message=x; 2026-11-24T10:00:15Z");
    assert_has("20261124-9:5:0:12|Step|712|on extend\n",
               "logger=Step;pid=712;message=on extend; 2026-11-24T09:05:00.012Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_has_its_parts_in_any_of_the_usual_orders),
        cmocka_unit_test(words_of_the_text_are_no_header),
        cmocka_unit_test(only_the_first_time_is_the_time),
        cmocka_unit_test(columns_of_machines_are_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
