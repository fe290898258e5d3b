/* The vocabulary: slices, memory, tables, errors, injected faults. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static void cut_takes_what_stands_before_the_separator(void **state)
{
    str rest = S("a:b"), head;

    (void)state;
    head = str_cut(&rest, ':');
    assert_true(str_eq(head, S("a")));
    assert_true(str_eq(rest, S("b")));
    head = str_cut(&rest, ':');
    assert_true(str_eq(head, S("b")));
    assert_int_equal(rest.n, 0);
}

static void numbers_are_read_whole_or_refused(void **state)
{
    uint64_t u;
    int64_t i;

    (void)state;
    assert_true(str_u64(S("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_false(str_u64(S("18446744073709551616"), &u));
    assert_false(str_u64(S(""), &u));
    assert_false(str_u64(S("1 "), &u));
    assert_true(str_i64(S("-9223372036854775808"), &i));
    assert_true(i == INT64_MIN);
    assert_false(str_i64(S("9223372036854775808"), &i));
    assert_false(str_i64(S("-"), &i));
}

static void comparison_orders_by_bytes_then_length(void **state)
{
    (void)state;
    assert_true(str_cmp(S("a"), S("b")) < 0);
    assert_true(str_cmp(S("ab"), S("a")) > 0);
    assert_int_equal(str_cmp(S("a"), S("a")), 0);
    assert_true(str_ieq(S("AbC"), S("aBc")));
    assert_false(str_ieq(S("abc"), S("abd")));
}

static void an_arena_gives_zeroed_memory_and_takes_it_back_at_once(void **state)
{
    struct arena *a = arena_new(1024);

    (void)state;
    char *first = arena_alloc(a, 100);
    memset(first, 'x', 100);
    char *huge = arena_alloc(a, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(huge[i], 0);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    assert_ptr_equal(arena_alloc(a, 100), first);
    assert_int_equal(first[99], 0);
    arena_free(a);
}

static void a_list_grows_inside_an_arena(void **state)
{
    struct arena *a = arena_new(1024);
    uint32_t *items = NULL, count = 0, capacity = 0;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t *room = arena_push(a, (void **)&items, &count, &capacity, sizeof *items);
        *room = i;
    }
    assert_int_equal(count, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    arena_free(a);
}

static void a_buffer_refuses_what_is_over_its_maximum(void **state)
{
    struct buf b CLEANUP(buf_done) = buf_make(8);

    (void)state;
    buf_add(&b, S("12345"));
    assert_false(b.overflow);
    buf_add(&b, S("6789"));
    assert_true(b.overflow);
    assert_string_equal(buf_cstr(&b), "12345");
    buf_clear(&b);
    buf_printf(&b, "%d", 42);
    assert_string_equal(buf_cstr(&b), "42");
}

static void an_interned_string_has_one_number(void **state)
{
    struct intern *t CLEANUP(intern_freep) = intern_new();
    char name[16];

    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(intern_add(t, str_from(name)), i);
    }
    assert_int_equal(intern_add(t, S("n17")), 17);
    assert_int_equal(intern_find(t, S("n4999")), 4999);
    assert_int_equal(intern_find(t, S("n5000")), INTERN_NONE);
    assert_true(str_eq(intern_str(t, 3), S("n3")));
}

static void hashes_differ_by_seed_and_by_length(void **state)
{
    (void)state;
    assert_true(hash64(S("a"), 1) != hash64(S("a"), 2));
    assert_true(hash64(S("a\0"), 1) != hash64(S("a"), 1));
    assert_true(hash64(S("0123456789abcdef"), 1) != hash64(S("0123456789abcdeg"), 1));
    assert_true(hash_seed() != hash_seed());
}

static void sha256_is_that_of_fips_180(void **state)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX + 1];

    (void)state;
    sha256_of(S("abc"), digest);
    hex_of(digest, sizeof digest, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void an_error_says_where_and_keeps_the_first_reason(void **state)
{
    struct err e = {0};
    char text[256];

    (void)state;
    assert_false(err_set_at(&e, 3, 7, "no '%s'", "x"));
    err_wrap(&e, "rule");
    err_in_file(&e, S("a.yml"));
    err_in_file(&e, S("b.yml"));
    err_format(&e, text, sizeof text);
    assert_string_equal(text, "a.yml:3:7: rule: no 'x'");
}

static void a_planned_fault_hits_the_named_call_only(void **state)
{
    struct io io;
    struct err e = {0};
    char byte;

    (void)state;
    io_init(&io);
    assert_true(io_plan_fault(&io, S("evidence_read:2:EIO"), &e));
    int fd = open("/dev/zero", 0);
    assert_int_equal(io_read(&io, IO_evidence_read, fd, &byte, 1), 1);
    assert_int_equal(io_read(&io, IO_rule_read, fd, &byte, 1), 1);
    assert_int_equal(io_read(&io, IO_evidence_read, fd, &byte, 1), -1);
    assert_int_equal(errno, EIO);
    assert_int_equal(io_read(&io, IO_evidence_read, fd, &byte, 1), 1);
    close(fd);
}

static void a_fault_plan_that_names_nothing_is_refused(void **state)
{
    static const char *const plans[] = {"", "x:1:EIO", "evidence_read:0:EIO", "evidence_read:1:X"};

    (void)state;
    for (size_t i = 0; i < countof(plans); i++) {
        struct io io;
        struct err e = {0};
        io_init(&io);
        assert_false(io_plan_fault(&io, str_from(plans[i]), &e));
        assert_int_equal(e.code, ERR_INPUT);
    }
}

static void a_fixed_clock_stands_still(void **state)
{
    struct clock c = clock_fixed(42), now = clock_system();

    (void)state;
    assert_int_equal(clock_now_ns(&c), 42);
    assert_true(clock_now_ns(&now) > INT64_C(1700000000) * 1000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_takes_what_stands_before_the_separator),
        cmocka_unit_test(numbers_are_read_whole_or_refused),
        cmocka_unit_test(comparison_orders_by_bytes_then_length),
        cmocka_unit_test(an_arena_gives_zeroed_memory_and_takes_it_back_at_once),
        cmocka_unit_test(a_list_grows_inside_an_arena),
        cmocka_unit_test(a_buffer_refuses_what_is_over_its_maximum),
        cmocka_unit_test(an_interned_string_has_one_number),
        cmocka_unit_test(hashes_differ_by_seed_and_by_length),
        cmocka_unit_test(sha256_is_that_of_fips_180),
        cmocka_unit_test(an_error_says_where_and_keeps_the_first_reason),
        cmocka_unit_test(a_planned_fault_hits_the_named_call_only),
        cmocka_unit_test(a_fault_plan_that_names_nothing_is_refused),
        cmocka_unit_test(a_fixed_clock_stands_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
