/* ledger_fixture.h - a ledger in a folder of its own, and SQL past it. */
#pragma once

#include "ledger/audit.h"
#include "test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <sqlite3.h>

#define LEDGER_PATH "ledger.db"

struct ledger_fixture {
    struct test_folder folder;
    struct io io;
    struct clock clock;
    struct ledger_options options;
    char announced[8192];
    uint32_t announcements;
};

static inline void fixture_announce(void *ctx, const char *text)
{
    struct ledger_fixture *f = ctx;

    f->announcements++;
    snprintf(f->announced, sizeof f->announced, "%s", text);
}

static inline int fixture_setup(void **state)
{
    struct ledger_fixture *f = calloc(1, sizeof *f);

    io_init(&f->io);
    f->clock = clock_fixed(INT64_C(1800000000123456789));
    f->options = (struct ledger_options){.io = &f->io,
                                         .clock = &f->clock,
                                         .path = LEDGER_PATH,
                                         .announce_ctx = f,
                                         .announce = fixture_announce};
    *state = f;
    return test_folder_enter(&f->folder) ? 0 : -1;
}

static inline int fixture_teardown(void **state)
{
    struct ledger_fixture *f = *state;
    bool ok = test_folder_leave(&f->folder);

    free(f);
    return ok ? 0 : -1;
}

static inline struct ledger *fixture_open(struct ledger_fixture *f)
{
    struct err e = {0};
    struct ledger *l = ledger_open(&f->options, &e);

    if (!l)
        print_message("%s\n", e.message);
    assert_non_null(l);
    return l;
}

/* SQL from outside, as somebody with the file could run it. */
static inline void fixture_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        print_message("%s\n", why);
    assert_null(why);
    sqlite3_close(db);
}

static inline void fixture_damage(const char *path, long at, size_t n)
{
    FILE *file = fopen(path, "r+be");

    assert_non_null(file);
    fseek(file, at, SEEK_SET);
    for (size_t i = 0; i < n; i++)
        fputc(0xA5, file);
    assert_int_equal(fclose(file), 0);
}

#define with_ledger(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)
