/* Blocks of records: what they hold, when they are full, and how they are put together. */
#include "rawlog/record_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct run_label first = {S("192.0.2.1"), S("json"), 10, 1};
static const struct run_label second = {S("192.0.2.2"), S("json"), 10, 1};

static void records_stand_behind_each_other_with_newlines(void **state)
{
    struct record_block b;

    (void)state;
    block_init(&b);
    block_add(&b, &first, S("one"));
    block_add(&b, &first, S(""));
    block_add(&b, &second, S("two\nthree"));
    assert_int_equal(b.n, 15);
    assert_memory_equal(b.data, "one\n\ntwo\nthree\n", 15);
    assert_true(str_eq(block_record(&b, 2), S("two\nthree")));
    assert_int_equal(b.run_count, 2);
    assert_int_equal(block_run_of(&b, 1)->count, 2);
    assert_true(str_eq(block_str(&b, block_run_of(&b, 2)->origin), S("192.0.2.2")));
    block_done(&b);
}

static void a_newer_checkpoint_takes_the_olders_place(void **state)
{
    struct record_block b;

    (void)state;
    block_init(&b);
    assert_true(block_checkpoint(&b, S("a"), S("1")));
    assert_true(block_checkpoint(&b, S("b"), S("2")));
    assert_true(block_checkpoint(&b, S("a"), S("100")));
    assert_int_equal(b.checkpoint_count, 2);
    assert_true(str_eq(block_str(&b, b.checkpoints[0].value), S("100")));
    block_done(&b);
}

static void text_that_is_full_takes_no_checkpoint(void **state)
{
    struct record_block b;
    static char value[BLOCK_TEXT_MAX];

    (void)state;
    block_init(&b);
    assert_false(block_checkpoint(&b, S("key"), (str){value, sizeof value}));
    assert_true(block_checkpoint(&b, S("key"), (str){value, sizeof value - 3}));
    assert_false(block_checkpoint(&b, S("x"), S("1")));
    assert_false(block_has_room(&b, 1));
    block_done(&b);
}

static void a_block_is_full_at_its_bytes_but_takes_one_long_record(void **state)
{
    struct record_block b;
    static char record[BLOCK_RECORD_BYTES_MAX];

    (void)state;
    block_init(&b);
    assert_true(block_has_room(&b, sizeof record));
    block_add(&b, &first, (str){record, sizeof record});
    assert_false(block_has_room(&b, 0));
    block_clear(&b);
    block_add(&b, &first, (str){record, BLOCK_BYTES - 11});
    assert_true(block_has_room(&b, 9));
    assert_false(block_has_room(&b, 10));
    block_done(&b);
}

static void a_block_put_behind_another_reads_as_both(void **state)
{
    struct record_block a, b;

    (void)state;
    block_init(&a);
    block_init(&b);
    block_add(&a, &first, S("one"));
    block_add(&b, &first, S("two"));
    block_add(&b, &second, S("three"));
    assert_true(block_checkpoint(&a, S("k"), S("1")));
    assert_true(block_checkpoint(&b, S("k"), S("22")));
    a.first_number = 5;
    assert_true(block_append(&a, &b));
    assert_int_equal(a.first_number, 5);
    assert_int_equal(a.record_count, 3);
    assert_int_equal(a.run_count, 2);
    assert_int_equal(a.runs[0].count, 2);
    assert_int_equal(a.runs[1].first, 2);
    assert_memory_equal(a.data, "one\ntwo\nthree\n", 14);
    assert_true(str_eq(block_record(&a, 2), S("three")));
    assert_int_equal(a.checkpoint_count, 1);
    assert_true(str_eq(block_str(&a, a.checkpoints[0].value), S("22")));
    block_done(&a);
    block_done(&b);
}

static void what_does_not_fit_is_not_put_in(void **state)
{
    struct record_block a, b;
    static char record[BLOCK_BYTES];

    (void)state;
    block_init(&a);
    block_init(&b);
    block_add(&a, &first, S("one"));
    block_add(&b, &first, (str){record, sizeof record});
    assert_false(block_append(&a, &b));
    assert_int_equal(a.record_count, 1);
    block_clear(&a);
    assert_true(block_append(&a, &b)); /* into an empty one anything fits */
    block_done(&a);
    block_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_stand_behind_each_other_with_newlines),
        cmocka_unit_test(a_newer_checkpoint_takes_the_olders_place),
        cmocka_unit_test(text_that_is_full_takes_no_checkpoint),
        cmocka_unit_test(a_block_is_full_at_its_bytes_but_takes_one_long_record),
        cmocka_unit_test(a_block_put_behind_another_reads_as_both),
        cmocka_unit_test(what_does_not_fit_is_not_put_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
