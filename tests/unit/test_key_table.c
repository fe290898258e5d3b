/* test_key_table.c - keys that are looked for without being touched. */
#include "correlate/key_table.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { KEYS = 4 };

struct state {
    int64_t last_ns;
};

static int64_t last_ns(const void *state)
{
    return ((const struct state *)state)->last_ns;
}

static struct key_table *table_of_first_keys(void)
{
    const struct key_table_kind kind = {sizeof(struct state), last_ns, NULL};
    struct key_table *t = key_table_new(&kind, KEYS);

    for (uint64_t key = 1; key <= KEYS; key++)
        ((struct state *)key_table_touch(t, key))->last_ns = (int64_t)key;
    return t;
}

static void test_a_key_that_is_held_is_found(void **unused)
{
    struct key_table *t = table_of_first_keys();

    (void)unused;
    assert_int_equal(((struct state *)key_table_find(t, 3))->last_ns, 3);
    key_table_free(t);
}

static void test_a_key_that_is_not_held_is_not_found_and_not_added(void **unused)
{
    struct key_table *t = table_of_first_keys();

    (void)unused;
    assert_null(key_table_find(t, KEYS + 1));
    assert_int_equal(key_table_count(t), KEYS);
    key_table_free(t);
}

static void test_a_key_that_is_only_looked_for_is_displaced_as_if_it_were_not(void **unused)
{
    struct key_table *t = table_of_first_keys();

    (void)unused;
    (void)key_table_find(t, 1);
    (void)key_table_touch(t, KEYS + 1);
    assert_null(key_table_find(t, 1));
    assert_non_null(key_table_find(t, 2));
    key_table_free(t);
}

static void test_a_key_that_is_touched_again_stays(void **unused)
{
    struct key_table *t = table_of_first_keys();

    (void)unused;
    (void)key_table_touch(t, 1);
    (void)key_table_touch(t, KEYS + 1);
    assert_non_null(key_table_find(t, 1));
    key_table_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_that_is_held_is_found),
        cmocka_unit_test(test_a_key_that_is_not_held_is_not_found_and_not_added),
        cmocka_unit_test(test_a_key_that_is_only_looked_for_is_displaced_as_if_it_were_not),
        cmocka_unit_test(test_a_key_that_is_touched_again_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
