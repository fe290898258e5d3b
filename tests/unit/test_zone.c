/* Time zones: files of RFC 8536, the rules in their footers, and what clocks show when they are put
 * forward and back. The file is written here, so that no zone need be installed. */
#include "text/zone.h"
#include "text/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { FILE_MAX = 1024 };

struct file {
    char bytes[FILE_MAX];
    size_t n;
};

static void put(struct file *f, int64_t value, size_t n)
{
    assert_true(f->n + n <= FILE_MAX);
    for (size_t i = n; i-- > 0;)
        f->bytes[f->n++] = (char)(uint8_t)((uint64_t)value >> i * 8);
}

static void put_text(struct file *f, const char *text)
{
    size_t n = strlen(text);

    assert_true(f->n + n <= FILE_MAX);
    memcpy(f->bytes + f->n, text, n);
    f->n += n;
}

static void put_header(struct file *f, uint32_t times, uint32_t types, uint32_t names)
{
    const uint32_t counts[] = {0, 0, 0, times, types, names};

    put_text(f, "TZif2");
    put(f, 0, 15 - 8);
    put(f, 0, 8);
    for (size_t i = 0; i < countof(counts); i++)
        put(f, counts[i], 4);
}

/* Standard time an hour east, one summer in 2020 two hours east, and then what the footer says. */
static void make(struct file *f, const char *footer)
{
    *f = (struct file){0};
    put_header(f, 0, 1, 1);
    put(f, 0, 6 + 1);
    put_header(f, 2, 2, 1);
    put(f, 1585443600, 8); /* 2020-03-29T01:00:00Z */
    put(f, 1603587600, 8); /* 2020-10-25T01:00:00Z */
    put(f, 1, 1);
    put(f, 0, 1);
    put(f, 3600, 4);
    put(f, 0, 2);
    put(f, 7200, 4);
    put(f, 0x0100, 2);
    put(f, 0, 1);
    put_text(f, "\n");
    put_text(f, footer);
    put_text(f, "\n");
}

static struct zone *zone_of(const char *footer)
{
    struct file f;
    struct err e = {0};

    make(&f, footer);
    struct zone *z = zone_parse((str){f.bytes, f.n}, &e);
    assert_string_equal(e.message, "");
    assert_non_null(z);
    return z;
}

static int64_t seconds(const char *text)
{
    int64_t ns;
    uint8_t digits;

    assert_true(time_parse_rfc3339(str_from(text), &ns, &digits));
    return ns / NS_PER_S;
}

static void assert_utc(const struct zone *z, const char *local, const char *utc, bool sure)
{
    int64_t got;

    assert_int_equal(zone_to_utc(z, seconds(local), &got), sure);
    assert_int_equal(got, seconds(utc));
}

static void the_table_tells_the_offset(void **state)
{
    struct zone *z = zone_of("CET-1CEST,M3.5.0,M10.5.0/3");

    (void)state;
    assert_int_equal(zone_offset_s(z, seconds("2020-03-29T00:59:59Z")), 3600);
    assert_int_equal(zone_offset_s(z, seconds("2020-03-29T01:00:00Z")), 7200);
    assert_int_equal(zone_offset_s(z, seconds("2020-10-25T00:59:59Z")), 7200);
    assert_int_equal(zone_offset_s(z, seconds("2020-10-25T01:00:00Z")), 3600);
    assert_int_equal(zone_offset_s(z, seconds("1970-01-01T00:00:00Z")), 3600);
    zone_free(z);
}

static void the_footer_holds_behind_the_table(void **state)
{
    struct zone *z = zone_of("CET-1CEST,M3.5.0,M10.5.0/3");

    (void)state;
    assert_int_equal(zone_offset_s(z, seconds("2026-03-29T00:59:59Z")), 3600);
    assert_int_equal(zone_offset_s(z, seconds("2026-03-29T01:00:00Z")), 7200);
    assert_int_equal(zone_offset_s(z, seconds("2026-10-25T00:59:59Z")), 7200);
    assert_int_equal(zone_offset_s(z, seconds("2026-10-25T01:00:00Z")), 3600);
    zone_free(z);
}

static void summers_of_the_south_go_over_the_new_year(void **state)
{
    struct zone *z = zone_of("AEST-10AEDT,M10.1.0,M4.1.0/3");

    (void)state;
    assert_int_equal(zone_offset_s(z, seconds("2026-01-01T00:00:00Z")), 39600);
    assert_int_equal(zone_offset_s(z, seconds("2026-07-01T00:00:00Z")), 36000);
    assert_int_equal(zone_offset_s(z, seconds("2026-12-01T00:00:00Z")), 39600);
    zone_free(z);
}

static void footers_may_count_days_and_name_zones_in_brackets(void **state)
{
    struct zone *z = zone_of("<-03>3<-02>,J60/0,305/-1:30");

    (void)state;
    assert_int_equal(zone_offset_s(z, seconds("2024-03-01T02:59:59Z")), -10800);
    assert_int_equal(zone_offset_s(z, seconds("2024-03-01T03:00:00Z")), -7200);
    assert_int_equal(zone_offset_s(z, seconds("2024-11-01T00:29:59Z")), -7200);
    assert_int_equal(zone_offset_s(z, seconds("2024-11-01T00:30:00Z")), -10800);
    zone_free(z);
}

static void clocks_that_jump_are_told(void **state)
{
    struct zone *z = zone_of("CET-1CEST,M3.5.0,M10.5.0/3");

    (void)state;
    assert_utc(z, "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z", true);
    assert_utc(z, "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z", false); /* never shown */
    assert_utc(z, "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z", true);
    assert_utc(z, "2026-10-25T01:59:59Z", "2026-10-24T23:59:59Z", true);
    assert_utc(z, "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z", false); /* shown twice */
    assert_utc(z, "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z", true);
    zone_free(z);
}

static void distances_need_no_file(void **state)
{
    static const struct {
        str name;
        int32_t offset_s;
    } rows[] = {{S("UTC"), 0},        {S("Z"), 0},      {S("+01:00"), 3600},
                {S("-0330"), -12600}, {S("+5"), 18000}, {S("+5:45"), 20700}};
    struct io io;

    (void)state;
    io_init(&io);
    for (size_t i = 0; i < countof(rows); i++) {
        struct err e = {0};
        struct zone *z = zone_new(&io, rows[i].name, &e);
        assert_non_null(z);
        assert_int_equal(zone_offset_s(z, 0), rows[i].offset_s);
        zone_free(z);
    }
}

static void names_that_are_none_are_refused(void **state)
{
    static const str names[] = {S(""),       S("/etc/passwd"), S("../passwd"), S("No/Such"),
                                S("+25:00"), S("+01:60"),      S("+1:2:3"),    S("a b")};
    struct io io;

    (void)state;
    io_init(&io);
    for (size_t i = 0; i < countof(names); i++) {
        struct err e = {0};
        assert_null(zone_new(&io, names[i], &e));
        assert_int_not_equal(e.code, ERR_NONE);
    }
}

/* Each is an allocation of its own, so that the sanitizers see a read beyond it. */
static bool is_read(const struct file *f, size_t n)
{
    struct err e = {0};
    char *copy = malloc(n ? n : 1);

    assert_non_null(copy);
    memcpy(copy, f->bytes, n);
    struct zone *z = zone_parse((str){copy, n}, &e);
    free(copy);
    if (z)
        (void)zone_offset_s(z, INT32_MAX);
    zone_free(z);
    return z != NULL;
}

static void a_file_that_is_cut_off_is_refused(void **state)
{
    struct file f;

    (void)state;
    make(&f, "CET-1");
    for (size_t n = 0; n < f.n - strlen("CET-1\n") - 1; n++)
        assert_false(is_read(&f, n));
    assert_true(is_read(&f, f.n));
}

static void a_file_with_any_wrong_byte_is_read_or_refused(void **state)
{
    struct file f;

    (void)state;
    make(&f, "CET-1CEST,M3.5.0,M10.5.0/3");
    for (size_t i = 0; i < f.n; i++)
        for (int value = 0; value < 256; value++) {
            char was = f.bytes[i];
            f.bytes[i] = (char)value;
            (void)is_read(&f, f.n);
            f.bytes[i] = was;
        }
    make(&f, "CET-1CEST,M3.5.0");
    assert_false(is_read(&f, f.n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_tells_the_offset),
        cmocka_unit_test(the_footer_holds_behind_the_table),
        cmocka_unit_test(summers_of_the_south_go_over_the_new_year),
        cmocka_unit_test(footers_may_count_days_and_name_zones_in_brackets),
        cmocka_unit_test(clocks_that_jump_are_told),
        cmocka_unit_test(distances_need_no_file),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(a_file_that_is_cut_off_is_refused),
        cmocka_unit_test(a_file_with_any_wrong_byte_is_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
