/* test_registered_domain.c - who registered a name. */
#include "behave/registered_domain.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_parts(const char *name, const char *domain, const char *label, const char *sub)
{
    struct registered_domain r;

    assert_true(registered_domain(str_from(name), &r));
    assert_true(str_eq(r.domain, str_from(domain)));
    assert_true(str_eq(r.label, str_from(label)));
    assert_true(str_eq(r.subdomain, str_from(sub)));
}

static void test_the_label_before_the_top_level_is_registered(void **unused)
{
    (void)unused;
    assert_parts("www.example.com", "example.com", "example", "www");
    assert_parts("example.com", "example.com", "example", "");
    assert_parts("a.b.c.example.org.", "example.org", "example", "a.b.c");
}

static void test_second_levels_of_countries_are_endings(void **unused)
{
    (void)unused;
    assert_parts("www.example.co.uk", "example.co.uk", "example", "www");
    assert_parts("example.COM.br", "example.COM.br", "example", "");
    assert_parts("x.web.de", "web.de", "web", "x");
}

static void test_the_same_words_under_other_top_levels_are_names(void **unused)
{
    (void)unused;
    assert_parts("www.com.example", "com.example", "com", "www");
    assert_parts("www.net.info", "net.info", "net", "www");
}

static void test_names_of_hosters_are_their_customers(void **unused)
{
    (void)unused;
    assert_parts("cvyh1po636.ddns.net", "cvyh1po636.ddns.net", "cvyh1po636", "");
    assert_parts("a.b.GitHub.io", "b.GitHub.io", "b", "a");
    assert_parts("x.acct.blob.core.windows.net", "acct.blob.core.windows.net", "acct", "x");
}

static void test_what_nobody_registered_has_none(void **unused)
{
    static const char *const names[] = {
        "",           ".",        "localhost", "com",  "co.uk",
        "ddns.net",   "10.0.0.1", "..",        ".com", "1.0.0.127.in-addr.arpa",
        "f.ip6.arpa", "com.",
    };
    struct registered_domain r;

    (void)unused;
    for (size_t i = 0; i < countof(names); i++)
        assert_false(registered_domain(str_from(names[i]), &r));
}

static void test_the_table_is_in_order(void **unused)
{
    static const str all[] = {
#define SUFFIX(text) S(text),
#include "behave/public_suffixes.def"
#undef SUFFIX
    };

    (void)unused;
    for (size_t i = 1; i < countof(all); i++)
        assert_true(str_cmp(all[i - 1], all[i]) < 0);
    for (size_t i = 0; i < countof(all); i++) {
        struct registered_domain r;
        assert_false(registered_domain(all[i], &r)); /* each is found */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_label_before_the_top_level_is_registered),
        cmocka_unit_test(test_second_levels_of_countries_are_endings),
        cmocka_unit_test(test_the_same_words_under_other_top_levels_are_names),
        cmocka_unit_test(test_names_of_hosters_are_their_customers),
        cmocka_unit_test(test_what_nobody_registered_has_none),
        cmocka_unit_test(test_the_table_is_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
