/* tail_fixture.h - the source `file` in a folder of its own, and what happens to logs there. */
#pragma once

#include "source_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

extern const struct source_type source_type_file;

static inline void append(const char *path, const char *text)
{
    FILE *f = fopen(path, "abe");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static inline void put(const char *path, const char *text)
{
    test_folder_put(path, str_from(text));
}

static inline char *slurp(const char *path)
{
    FILE *f = fopen(path, "rbe");
    char *text = mem_alloc(1 << 20);

    assert_non_null(f);
    text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
    fclose(f);
    return text;
}

static inline void copytruncate(const char *from, const char *to)
{
    char *text = slurp(from);

    put(to, text);
    free(text);
    assert_int_equal(truncate(from, 0), 0);
}

#define assert_records(x, want) assert_string_equal(fixture_records(x), want)

static inline int setup(void **state)
{
    struct source_fixture *x = mem_alloc(sizeof *x);

    fixture_begin(x, &source_type_file, 4);
    *state = x;
    return 0;
}

static inline int teardown(void **state)
{
    fixture_end(*state);
    free(*state);
    return 0;
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
