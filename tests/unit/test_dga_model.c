/* test_dga_model.c - names that people gave score lower than those that nobody would give. */
#include "behave/dga_model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_names_of_words_score_lower_than_any_letters(void **unused)
{
    static const char *const given[] = {"weatherstation", "library-online", "greenhouse",
                                        "musicbrainz", "northwind-traders"};
    static const char *const made[] = {"xkqjzvwphtgbq", "q7w9zkx2vj4p", "wqzxvkjhgpqy",
                                       "jx0q8vz3kwq1f", "pvtxqzkwjhbgfdq"};

    (void)unused;
    for (size_t g = 0; g < countof(given); g++)
        for (size_t m = 0; m < countof(made); m++)
            assert_true(dga_score(str_from(given[g])) < dga_score(str_from(made[m])));
}

static void test_case_does_not_matter(void **unused)
{
    (void)unused;
    assert_true(dga_score(S("ExAmPlE")) == dga_score(S("example")));
    assert_false(dga_score(S("example")) == dga_score(S("elpmaxe")));
}

static void test_a_short_name_is_drawn_to_the_mean(void **unused)
{
    const double of_one = dga_score(S("q"));

    (void)unused;
    assert_true(of_one > 3 && of_one < 5);
    assert_true(dga_score(S("qqqqqqqqqqqqqqqqqqqq")) > of_one);
}

static void test_any_byte_has_a_score(void **unused)
{
    char text[256];

    (void)unused;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    const double score = dga_score((str){text, sizeof text});
    assert_true(score > 0 && score < 20);
    assert_true(dga_score((str){0}) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_words_score_lower_than_any_letters),
        cmocka_unit_test(test_case_does_not_matter),
        cmocka_unit_test(test_a_short_name_is_drawn_to_the_mean),
        cmocka_unit_test(test_any_byte_has_a_score),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
