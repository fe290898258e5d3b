/* Tokens: where they may stand, how they are shown, and that no part of one is enough. */
#include "collect/http_token.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool read_file(const char *text, mode_t mode, struct http_tokens *t, struct err *e)
{
    struct test_folder folder;
    struct io io;

    io_init(&io);
    *t = (struct http_tokens){0};
    *e = (struct err){0};
    assert_true(test_folder_enter(&folder));
    test_folder_put("token", str_from(text));
    assert_int_equal(chmod("token", mode), 0);
    bool ok = http_tokens_from_file(t, &io, S("token"), e);
    assert_true(test_folder_leave(&folder));
    return ok;
}

static bool fits(const struct http_tokens *t, const char *authorization)
{
    struct arena *a = arena_new(4096);
    struct http_shown shown;

    http_token_shown(str_from(authorization), a, &shown);
    bool fit = http_tokens_fit(t, &shown);
    arena_free(a);
    return fit;
}

static void a_token_file_that_others_may_read_is_refused(void **state)
{
    struct http_tokens t;
    struct err e;

    (void)state;
    assert_true(read_file("0123456789abcdef\n", 0600, &t, &e));
    assert_false(read_file("0123456789abcdef\n", 0604, &t, &e));
    assert_non_null(strstr(e.message, "chmod 600"));
    assert_false(read_file("0123456789abcdef\n", 0660, &t, &e));
    assert_null(strstr(e.message, "0123456789"));
}

static void each_line_is_a_token_and_a_short_one_is_refused(void **state)
{
    struct http_tokens t;
    struct err e;

    (void)state;
    assert_true(read_file("0123456789abcdef\r\n\nfedcba9876543210", 0600, &t, &e));
    assert_int_equal(t.count, 2);
    assert_true(fits(&t, "Bearer fedcba9876543210"));
    assert_false(read_file("0123456789abcde\n", 0600, &t, &e));
    assert_false(read_file("\n", 0600, &t, &e));
}

static void a_token_is_shown_in_four_ways(void **state)
{
    struct http_tokens t;
    struct err e;

    (void)state;
    assert_true(read_file("0123456789abcdef\n", 0600, &t, &e));
    assert_true(fits(&t, "Bearer 0123456789abcdef"));
    assert_true(fits(&t, "splunk 0123456789abcdef"));
    assert_true(fits(&t, "Basic eDowMTIzNDU2Nzg5YWJjZGVm"));
    assert_true(fits(&t, "ApiKey 0123456789abcdef"));
    assert_true(fits(&t, "ApiKey eDowMTIzNDU2Nzg5YWJjZGVm"));
    assert_false(fits(&t, "Bearer 0123456789abcde"));
    assert_false(fits(&t, "Bearer 0123456789abcdef0"));
    assert_false(fits(&t, "Basic MDEyMzQ1Njc4OWFiY2RlZg=="));
    assert_false(fits(&t, "0123456789abcdef"));
    assert_false(fits(&t, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_file_that_others_may_read_is_refused),
        cmocka_unit_test(each_line_is_a_token_and_a_short_one_is_refused),
        cmocka_unit_test(a_token_is_shown_in_four_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
