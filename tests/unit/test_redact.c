/* test_redact.c - values of named fields are taken out, and nothing else is. */
#include "collect/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const str names[] = {{"password", 8}, {"user.ssn", 8}, {"token", 5}};

static void assert_redacted(const char *record, const char *want)
{
    struct redactor *r = redactor_new(names, countof(names));
    struct buf out = buf_make(1 << 20);
    uint32_t hidden = redactor_apply(r, str_from(record), &out);

    assert_int_equal(hidden > 0, want != NULL);
    if (want && !str_eq(buf_str(&out), str_from(want)))
        fail_msg("%s: %s", record, buf_cstr(&out));
    if (!want)
        assert_int_equal(out.n, 0);
    buf_done(&out);
    redactor_free(r);
}

static void a_member_of_json_goes_at_any_depth(void **state)
{
    (void)state;
    assert_redacted("{\"a\":1,\"password\":\"x\\\"y\",\"b\":2}",
                    "{\"a\":1,\"password\":\"[redacted]\",\"b\":2}");
    assert_redacted("{\"u\":{\"Password\" : 12 }}", "{\"u\":{\"Password\" : \"[redacted]\" }}");
    assert_redacted("{\"user.ssn\":\"1\"}", "{\"user.ssn\":\"[redacted]\"}");
}

static void an_object_or_array_goes_as_a_whole(void **state)
{
    (void)state;
    assert_redacted("{\"token\":{\"a\":[1,\"}\"]},\"b\":1}", "{\"token\":\"[redacted]\",\"b\":1}");
    assert_redacted("{\"token\":[1,2],\"b\":1}", "{\"token\":\"[redacted]\",\"b\":1}");
}

static void pairs_in_text_go(void **state)
{
    (void)state;
    assert_redacted("user=a password=hunter2 ok", "user=a password=[redacted] ok");
    assert_redacted("password=\"two words\" x", "password=\"[redacted]\" x");
    assert_redacted("Token: abc;next", "Token: [redacted];next");
    assert_redacted("password=a password=b", "password=[redacted] password=[redacted]");
}

static void other_words_and_values_stay(void **state)
{
    (void)state;
    assert_redacted("{\"passwords\":\"x\",\"my_token\":\"y\"}", NULL);
    assert_redacted("Failed password for root", NULL);
    assert_redacted("password", NULL);
    assert_redacted("password=", NULL);
    assert_redacted("", NULL);
}

static void what_is_cut_off_goes_to_its_end(void **state)
{
    (void)state;
    assert_redacted("{\"password\":\"abc", "{\"password\":\"[redacted]");
    assert_redacted("{\"password\":\"abc\\", "{\"password\":\"[redacted]");
    assert_redacted("{\"token\":{\"a\":\"b", "{\"token\":\"[redacted]\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_member_of_json_goes_at_any_depth),
        cmocka_unit_test(an_object_or_array_goes_as_a_whole),
        cmocka_unit_test(pairs_in_text_go),
        cmocka_unit_test(other_words_and_values_stay),
        cmocka_unit_test(what_is_cut_off_goes_to_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
