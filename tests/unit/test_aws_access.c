/* Amazon's access and flow logs: what a client writes stays in its column. */
#include "format_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define OWNER "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"

static void assert_has(const char *name, const char *line, const char *part)
{
    const struct format *format = format_find(&formats_builtin, str_from(name));

    assert_non_null(format);
    assert_true(format_text_has(format, line, part));
}

static void an_agent_with_quotes_moves_no_column_of_s3(void **state)
{
    (void)state;
    const char *front = OWNER " b [24/Nov/2026:10:00:01 +0000] 192.0.2.8 - R REST.GET.OBJECT a "
                              "\"GET /a HTTP/1.1\" 403 AccessDenied 2 - 2 - \"-\" ";
    char line[1024];

    snprintf(line, sizeof line, "%s\"x\" 192.0.2.66 \"y\" - h SigV4 - AuthHeader b.s3\n", front);
    assert_has("aws_s3", line, "user_agent=x\" 192.0.2.66 \"y;");
    assert_has("aws_s3", line, "authentication_type=AuthHeader;host_header=b.s3;cs-host=b.s3;");
    snprintf(line, sizeof line, "%s\"x\" - h SigV4 - AuthHeader b.s3\n", front);
    assert_has("aws_s3", line, "user_agent=x;");
    assert_has("aws_s3", line, "error_code=AccessDenied;");
}

static void a_balancer_tells_client_and_target(void **state)
{
    (void)state;
    assert_has(
        "aws_elb",
        "2026-11-24T10:00:00.945958Z lb [2001:db8::7]:2817 10.0.0.1:80 0.1 0.1 0.1 200 200 0 29 "
        "\"GET http://www.example.com:80/ HTTP/1.1\" \"curl\" - -\n",
        "c-ip=2001:db8::7;c-port=2817;backend:port=10.0.0.1:80;target_ip=10.0.0.1;"
        "target_port=80;");
    assert_has("aws_elb", "2026-11-24T10:00:00.945958Z lb web 10.0.0.1:80 \"\"\n",
               "message=web 10.0.0.1:80");
}

static void a_rejected_flow_is_a_failure(void **state)
{
    (void)state;
    assert_has("aws_vpc_flow",
               "2 123456789010 eni-1 192.0.2.8 198.51.100.9 5 3389 6 1 40 1795514401 1795514461 "
               "REJECT OK\n",
               "dst_port=3389; failure flow 2026-11-24T10:00:01Z");
    assert_has("aws_vpc_flow",
               "2 123456789010 eni-1 192.0.2.8 198.51.100.9 5 3389 6 1 40 1795514401 1795514461 "
               "ACCEPT OK\n",
               "dst_port=3389; success flow");
    assert_has("aws_vpc_flow", "2 123456789010 eni-1 192.0.2.8\n", "message=2 1234");
}

static void iis_writes_the_month_first(void **state)
{
    (void)state;
    assert_has("iis_log",
               "192.0.2.7, -, 11/2/2026, 10:00:00, W3SVC1, WEB1, 198.51.100.80, 2, 7, 1, 304, 0, "
               "GET, /, -,\n",
               "2026-11-02T10:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_agent_with_quotes_moves_no_column_of_s3),
        cmocka_unit_test(a_balancer_tells_client_and_target),
        cmocka_unit_test(a_rejected_flow_is_a_failure),
        cmocka_unit_test(iis_writes_the_month_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
