/* Repeated records: by id, by bytes and their number in the request, within a window. */
#include "collect/dedup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { WINDOW = 1000 };

/* True when it was new. */
static bool take(struct dedup *d, str id, str record)
{
    uint64_t key = dedup_key(d, id, record);

    if (dedup_has(d, key))
        return false;
    dedup_put(d, key);
    return true;
}

static void equal_records_of_a_request_stay_and_those_of_the_next_go(void **state)
{
    struct dedup *d = dedup_new(1000, WINDOW);

    (void)state;
    dedup_request(d, 0);
    assert_true(take(d, (str){0}, S("a")));
    assert_true(take(d, (str){0}, S("a")));
    dedup_request(d, 1);
    assert_false(take(d, (str){0}, S("a")));
    assert_false(take(d, (str){0}, S("a")));
    assert_true(take(d, (str){0}, S("a")));
    dedup_free(d);
}

static void an_id_is_known_whatever_its_record_says(void **state)
{
    struct dedup *d = dedup_new(1000, WINDOW);

    (void)state;
    dedup_request(d, 0);
    assert_true(take(d, S("7"), S("a")));
    assert_false(take(d, S("7"), S("b")));
    assert_true(take(d, S("8"), S("a")));
    assert_true(take(d, (str){0}, S("7")));
    dedup_free(d);
}

static void a_record_is_forgotten_after_the_window_and_before_its_double(void **state)
{
    struct dedup *d = dedup_new(1000, WINDOW);

    (void)state;
    dedup_request(d, 0);
    assert_true(take(d, (str){0}, S("a")));
    dedup_request(d, WINDOW + WINDOW - 1);
    assert_false(take(d, (str){0}, S("a")));
    dedup_request(d, 2 * WINDOW);
    assert_true(take(d, (str){0}, S("a")));
    dedup_request(d, 50 * WINDOW); /* long quiet */
    assert_true(take(d, (str){0}, S("a")));
    dedup_free(d);
}

static void as_many_as_said_are_known_and_no_more_than_twice_that(void **state)
{
    enum { RECORDS = 5000 };
    struct dedup *d = dedup_new(RECORDS, WINDOW);
    char text[16];
    uint32_t known = 0;

    (void)state;
    dedup_request(d, 0);
    for (int i = 0; i < 3 * RECORDS; i++) {
        snprintf(text, sizeof text, "%d", i);
        assert_true(take(d, str_from(text), S("x")));
    }
    for (int i = 0; i < 3 * RECORDS; i++) {
        snprintf(text, sizeof text, "%d", i);
        bool has = dedup_has(d, dedup_key(d, str_from(text), S("x")));
        assert_true(has || i < 2 * RECORDS);
        known += has;
    }
    assert_true(known >= RECORDS && known <= 2 * RECORDS);
    dedup_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_records_of_a_request_stay_and_those_of_the_next_go),
        cmocka_unit_test(an_id_is_known_whatever_its_record_says),
        cmocka_unit_test(a_record_is_forgotten_after_the_window_and_before_its_double),
        cmocka_unit_test(as_many_as_said_are_known_and_no_more_than_twice_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
