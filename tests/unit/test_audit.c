/* The audit: its chain shows each way of changing it. */
#include "ledger_fixture.h"

enum { ROWS = 300 }; /* more than a page */

static struct ledger *filled(struct ledger_fixture *f, uint32_t rows)
{
    struct ledger *l = fixture_open(f);
    struct err e = {0};

    for (uint32_t i = 0; i < rows; i++) {
        char subject[32];
        snprintf(subject, sizeof subject, "source %u", i);
        f->clock.fixed_ns++;
        assert_true(audit_add(l, S("uid 1000 (alice)"), S("reload"), str_from(subject),
                              S("{\"rules\":3}"), &e));
    }
    return l;
}

static struct audit_result verify(struct ledger *l, const char *anchor)
{
    struct audit_result r;
    struct err e = {0};

    assert_true(audit_verify(l, str_from(anchor), &r, &e));
    return r;
}

/* A chain of ROWS is changed by `sql`; the first wrong row must be `broken`. */
static void tamper(struct ledger_fixture *f, const char *sql, uint64_t broken)
{
    struct ledger *l = filled(f, ROWS);

    assert_true(verify(l, "").whole);
    fixture_sql(LEDGER_PATH, sql);
    struct audit_result r = verify(l, "");
    assert_false(r.whole);
    assert_int_equal(r.first_broken, broken);
    ledger_close(l);
}

static void an_empty_audit_is_whole(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct audit_result r = verify(l, "");

    assert_true(r.whole);
    assert_int_equal(r.rows, 0);
    assert_string_equal(r.last_hash, "");
    assert_false(verify(l, "00").whole);
    ledger_close(l);
}

/* The hash of the first row, by another SHA-256 over the bytes that audit.c describes. */
static void a_hash_is_what_is_documented(void **state)
{
    struct ledger *l = filled(*state, 1);

    assert_string_equal(verify(l, "").last_hash,
                        "d11bc6920f00e7128e18007b7400063814b3dd98a59afebb397a26705db73eba");
    ledger_close(l);
}

static void a_chain_goes_on_after_a_restart(void **state)
{
    ledger_close(filled(*state, 2));
    struct ledger *l = filled(*state, ROWS);
    struct audit_result r = verify(l, "");

    assert_true(r.whole);
    assert_int_equal(r.rows, ROWS + 2);
    ledger_close(l);
}

static bool count_row(void *ctx, const struct audit_row *row)
{
    uint64_t *next = ctx;

    assert_int_equal(row->number, *next);
    assert_int_equal(row->hash.n, 64);
    assert_true(str_eq(row->action, S("reload")));
    return ++*next != 290;
}

static void rows_come_in_their_order_from_a_number_on(void **state)
{
    struct ledger *l = filled(*state, ROWS);
    uint64_t next = 17;
    struct err e = {0};

    assert_true(audit_rows(l, 17, &next, count_row, &e));
    assert_int_equal(next, 290);
    ledger_close(l);
}

static void a_changed_row_is_found(void **state)
{
    tamper(*state, "UPDATE audit SET actor = 'uid 0 (root)' WHERE number = 270", 270);
}

static void bytes_moved_from_one_field_to_the_next_are_found(void **state)
{
    tamper(*state,
           "UPDATE audit SET actor = 'uid 1000 (alice)r', action = 'eload' "
           "WHERE number = 5",
           5);
}

static void a_changed_time_is_found(void **state)
{
    tamper(*state, "UPDATE audit SET time_ns = time_ns + 1 WHERE number = 1", 1);
}

static void a_removed_row_is_found(void **state)
{
    tamper(*state, "DELETE FROM audit WHERE number = 100", 100);
}

static void a_removed_row_is_found_when_the_rest_is_numbered_anew(void **state)
{
    tamper(*state,
           "DELETE FROM audit WHERE number = 100;"
           "UPDATE audit SET number = number - 1 WHERE number > 100",
           100);
}

static void an_inserted_row_is_found(void **state)
{
    tamper(*state,
           "UPDATE audit SET number = -number WHERE number > 50;"
           "UPDATE audit SET number = 1 - number WHERE number < 0;"
           "INSERT INTO audit SELECT 51, time_ns, actor, action, subject, detail, hash "
           "FROM audit WHERE number = 50",
           51);
}

static void swapped_rows_are_found(void **state)
{
    tamper(*state,
           "UPDATE audit SET number = 1000 WHERE number = 7;"
           "UPDATE audit SET number = 7 WHERE number = 8;"
           "UPDATE audit SET number = 8 WHERE number = 1000",
           7);
}

static void a_cut_off_end_is_found_with_an_anchor_only(void **state)
{
    struct ledger *l = filled(*state, ROWS);
    struct audit_result before = verify(l, "");

    assert_true(verify(l, before.last_hash).whole);
    fixture_sql(LEDGER_PATH, "DELETE FROM audit WHERE number > 290");
    assert_true(verify(l, "").whole);
    struct audit_result r = verify(l, before.last_hash);
    assert_false(r.whole);
    assert_int_equal(r.first_broken, 0);
    assert_int_equal(r.rows, 290);
    ledger_close(l);
}

static void an_anchor_holds_when_rows_have_come_since(void **state)
{
    struct ledger *l = filled(*state, 3);
    struct audit_result before = verify(l, "");
    struct err e = {0};

    assert_true(audit_add(l, S("tocsin"), S("start"), S(""), S(""), &e));
    assert_true(verify(l, before.last_hash).whole);
    ledger_close(l);
}

static void an_anchor_behind_a_broken_row_does_not_hold(void **state)
{
    struct ledger *l = filled(*state, 9);
    struct audit_result before = verify(l, "");

    fixture_sql(LEDGER_PATH, "UPDATE audit SET detail = '' WHERE number = 4");
    struct audit_result r = verify(l, before.last_hash);
    assert_false(r.whole);
    assert_int_equal(r.first_broken, 4);
    ledger_close(l);
}

static bool is_renewal(void *ctx, const struct audit_row *row)
{
    bool *found = ctx;

    *found = row->number == 1 && str_eq(row->actor, S("tocsin")) &&
             str_eq(row->action, S("ledger_renewed")) &&
             str_starts(row->subject, S("ledger.db.damaged-"));
    return false;
}

static void a_ledger_begun_after_damage_says_so(void **state)
{
    bool found = false;
    struct err e = {0};

    ledger_close(filled(*state, 3));
    fixture_damage(LEDGER_PATH, 0, 100);
    struct ledger *l = fixture_open(*state);
    assert_true(audit_rows(l, 1, &found, is_renewal, &e));
    assert_true(found);
    assert_true(verify(l, "").whole);
    ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(an_empty_audit_is_whole),
        with_ledger(a_hash_is_what_is_documented),
        with_ledger(a_chain_goes_on_after_a_restart),
        with_ledger(rows_come_in_their_order_from_a_number_on),
        with_ledger(a_changed_row_is_found),
        with_ledger(bytes_moved_from_one_field_to_the_next_are_found),
        with_ledger(a_changed_time_is_found),
        with_ledger(a_removed_row_is_found),
        with_ledger(a_removed_row_is_found_when_the_rest_is_numbered_anew),
        with_ledger(an_inserted_row_is_found),
        with_ledger(swapped_rows_are_found),
        with_ledger(a_cut_off_end_is_found_with_an_anchor_only),
        with_ledger(an_anchor_holds_when_rows_have_come_since),
        with_ledger(an_anchor_behind_a_broken_row_does_not_hold),
        with_ledger(a_ledger_begun_after_damage_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
