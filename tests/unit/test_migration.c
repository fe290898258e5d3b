/* Migrations: each once, in a transaction; what the program does not know is refused. */
#include "ledger/migration.h"
#include "ledger_fixture.h"

static const struct migration first[] = {
    {1, "001_a", S("CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (1);")},
    {2, "002_b", S("UPDATE a SET x = x + 1;")},
    {3, "003_c", S("INSERT INTO a VALUES (5); INSERT INTO nowhere VALUES (1);")},
};

struct database {
    struct ledger_target target;
    const struct ledger_driver *d;
    void *db;
};

static void database_open(struct database *b, struct ledger_fixture *f)
{
    struct err e = {0};

    *b = (struct database){.target = {.io = &f->io, .clock = &f->clock, .path = LEDGER_PATH},
                           .d = ledger_driver_of(LEDGER_PATH)};
    b->db = b->d->open(&b->target, &e);
    assert_non_null(b->db);
    assert_true(b->d->connect(b->db, &e));
}

static int64_t number(const struct database *b, const char *sql)
{
    struct err e = {0};
    bool row = false;
    void *s = b->d->prepare(b->db, sql, &e);

    assert_non_null(s);
    assert_true(b->d->step(s, &row, &e) && row);
    int64_t n = b->d->column_i64(s, 0);
    b->d->finalize(s);
    return n;
}

static bool apply(struct database *b, const struct migration *list, uint32_t count, struct err *e)
{
    return migration_apply(b->d, b->db, list, count, b->target.clock, e);
}

static void each_is_applied_once_and_the_later_ones_when_they_come(void **state)
{
    struct database b;
    struct err e = {0};

    database_open(&b, *state);
    assert_true(apply(&b, first, 1, &e));
    assert_int_equal(number(&b, "SELECT sum(x) FROM a"), 1);
    assert_true(apply(&b, first, 2, &e));
    assert_true(apply(&b, first, 2, &e));
    assert_int_equal(number(&b, "SELECT sum(x) FROM a"), 2);
    assert_int_equal(number(&b, "SELECT count(*) FROM migration WHERE applied_ns = "
                                "1800000000123456789 AND length(sha256) = 64"),
                     2);
    b.d->close(b.db);
}

static void one_that_fails_leaves_nothing(void **state)
{
    struct database b;
    struct err e = {0};

    database_open(&b, *state);
    assert_false(apply(&b, first, 3, &e));
    assert_non_null(strstr(e.message, "migration '003_c': "));
    assert_int_equal(number(&b, "SELECT count(*) FROM a"), 1);
    assert_int_equal(number(&b, "SELECT count(*) FROM migration"), 2);
    b.d->close(b.db);
}

static void a_changed_text_is_refused(void **state)
{
    struct migration changed[2] = {first[0], first[1]};
    struct database b;
    struct err e = {0};

    database_open(&b, *state);
    assert_true(apply(&b, first, 1, &e));
    changed[0].text = S("CREATE TABLE a (x BIGINT); INSERT INTO a VALUES (2);");
    assert_false(apply(&b, changed, 2, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_non_null(strstr(e.message, "differs from this program's '001_a'"));
    assert_int_equal(number(&b, "SELECT sum(x) FROM a"), 1);
    b.d->close(b.db);
}

static void a_newer_program_s_ledger_is_refused(void **state)
{
    struct database b;
    struct err e = {0};

    database_open(&b, *state);
    assert_true(apply(&b, first, 2, &e));
    assert_false(apply(&b, first, 1, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_non_null(strstr(e.message, "written by a newer tocsin"));
    b.d->close(b.db);
}

static void a_check_changes_nothing_and_says_what_is_missing(void **state)
{
    struct database b;
    struct err e = {0};

    database_open(&b, *state);
    assert_true(apply(&b, first, 1, &e));
    assert_true(migration_check(b.d, b.db, first, 1, &e));
    assert_false(migration_check(b.d, b.db, first, 2, &e));
    assert_non_null(strstr(e.message, "lacks migration '002_b'"));
    assert_int_equal(number(&b, "SELECT count(*) FROM migration"), 1);
    b.d->close(b.db);
}

static void a_whole_ledger_of_a_newer_program_is_refused_and_stays(void **state)
{
    struct ledger_fixture *f = *state;
    struct err e = {0};

    ledger_close(fixture_open(f));
    fixture_sql(LEDGER_PATH, "INSERT INTO migration VALUES (99, '099_later', '', 0)");
    assert_null(ledger_open(&f->options, &e));
    assert_string_equal(e.message, "ledger 'ledger.db': the ledger was written by a newer tocsin "
                                   "(it has migration '099_later'): use that one");
    e = (struct err){0};
    assert_null(ledger_open_readonly(&f->options, &e));
    assert_int_equal(f->announcements, 0);
}

static void the_program_s_migrations_are_numbered_without_gaps(void **state)
{
    (void)state;
    assert_true(migration_count > 0);
    for (uint32_t i = 0; i < migration_count; i++) {
        assert_int_equal(migrations[i].number, i + 1);
        assert_int_equal(migrations[i].text.p[migrations[i].text.n], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(each_is_applied_once_and_the_later_ones_when_they_come),
        with_ledger(one_that_fails_leaves_nothing),
        with_ledger(a_changed_text_is_refused),
        with_ledger(a_newer_program_s_ledger_is_refused),
        with_ledger(a_check_changes_nothing_and_says_what_is_missing),
        with_ledger(a_whole_ledger_of_a_newer_program_is_refused_and_stays),
        cmocka_unit_test(the_program_s_migrations_are_numbered_without_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
