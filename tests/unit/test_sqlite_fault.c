/* Each read, write, sync and deletion under the ledger fails once, or the power goes there, at
 * every call in turn: what was committed is there, nothing is doubled, and the next call works. */
#include "base/io_power.h"
#include "ledger_fixture.h"

#include <errno.h>
#include <sys/wait.h>

enum { ADDS = 3, FINDINGS = 2, BEFORE = 1, CALLS_MAX = 400 };

/* What a run says was committed, a bit a step, as it goes: it may die. */
struct progress {
    uint32_t adds, audits;
};

static bool add_step(struct ledger *l, uint32_t step, struct err *e)
{
    struct ledger_finding list[FINDINGS];
    const struct ledger_position p = {S("web"), (uint64_t)(step + 1) * FINDINGS};
    char ids[FINDINGS][16], json[5000];

    memset(json, 'x', sizeof json);
    for (uint32_t i = 0; i < FINDINGS; i++) {
        snprintf(ids[i], sizeof ids[i], "%u-%u", step, i);
        list[i] = (struct ledger_finding){.id = str_from(ids[i]),
                                          .source = S("web"),
                                          .record = step * FINDINGS + i,
                                          .rule_id = S("r"),
                                          .rule_title = S("t"),
                                          .json = {json, sizeof json}};
    }
    return ledger_add(l, list, FINDINGS, &p, 1, e);
}

static bool audit_step(struct ledger *l, uint32_t step, struct err *e)
{
    char subject[16];

    snprintf(subject, sizeof subject, "%u", step);
    return audit_add(l, S("tocsin"), S("step"), str_from(subject), S(""), e);
}

/* Opens, and adds from a step on; says after each commit what is promised. */
static void run_steps(struct ledger_fixture *f, uint32_t from, uint32_t to, bool leave, int out)
{
    struct err e = {0};
    struct ledger *l = ledger_open(&f->options, &e);
    struct progress p = {0};

    for (uint32_t i = from; l && i < to; i++) {
        e = (struct err){0};
        if (add_step(l, i, &e))
            p.adds |= 1u << i;
        e = (struct err){0};
        if (audit_step(l, i, &e))
            p.audits |= 1u << i;
        if (write(out, &p, sizeof p) != sizeof p)
            abort();
    }
    if (!leave)
        ledger_close(l);
}

/* Runs the steps in a process of its own, which leaves the ledger as a kill does, or closes it. */
static struct progress run_apart(struct ledger_fixture *f, uint32_t from, uint32_t to, bool leave,
                                 int *ret_status)
{
    struct progress p = {0}, next;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run_steps(f, from, to, leave, ends[1]);
        _exit(f->announcements ? 99 : 0);
    }
    close(ends[1]);
    while (read(ends[0], &next, sizeof next) == sizeof next)
        p = next;
    close(ends[0]);
    assert_int_equal(waitpid(child, ret_status, 0), child);
    return p;
}

struct seen {
    uint32_t adds[ADDS], audits, count;
};

static bool see_finding(void *ctx, const struct ledger_finding *f)
{
    struct seen *s = ctx;

    assert_true(f->record < ADDS * FINDINGS && f->json.n == 5000);
    s->adds[f->record / FINDINGS]++;
    return true;
}

static bool see_audit(void *ctx, const struct audit_row *row)
{
    struct seen *s = ctx;
    uint64_t step;

    assert_true(str_u64(row->subject, &step) && step < ADDS);
    assert_int_equal(s->audits & 1u << step, 0); /* not doubled */
    s->audits |= 1u << step;
    return true;
}

/* What was promised is there; what was not is there whole or not at all. */
static void check(struct ledger *l, struct progress promised)
{
    const struct ledger_query all = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};
    struct seen s = {0};
    struct audit_result r;
    struct err e = {0};
    uint64_t covered, last = 0;

    assert_true(ledger_findings(l, &all, &s, see_finding, &e));
    for (uint32_t i = 0; i < ADDS; i++) {
        assert_true(s.adds[i] == FINDINGS || (s.adds[i] == 0 && !(promised.adds & 1u << i)));
        last = s.adds[i] ? (i + 1) * FINDINGS : last;
    }
    assert_true(ledger_covered(l, S("web"), &covered, &e));
    assert_int_equal(covered, last);
    assert_true(audit_rows(l, 0, &s, see_audit, &e));
    assert_int_equal(promised.audits & ~s.audits, 0);
    assert_true(audit_verify(l, S(""), &r, &e));
    assert_true(r.whole);
}

/* One run with a fault, after one that was killed when `existing`. *ret_promised is what the second
 * said; returns how it ended. */
static int run_with_fault(struct ledger_fixture *f, const char *plan, bool existing,
                          struct progress *ret_promised)
{
    struct progress before = {0};
    struct err e = {0};
    int status;

    test_folder_empty(".");
    f->announcements = 0;
    io_init(&f->io);
    if (existing)
        before = run_apart(f, 0, BEFORE, true, &status);
    assert_true(io_plan_fault(&f->io, str_from(plan), &e));
    *ret_promised = run_apart(f, existing ? BEFORE : 0, ADDS, false, &status);
    io_done(&f->io);
    io_init(&f->io);
    struct ledger *l = fixture_open(f);
    assert_int_equal(f->announcements, 0); /* neither is damage */
    check(l, (struct progress){ret_promised->adds | before.adds,
                               ret_promised->audits | before.audits});
    ledger_close(l);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Every call of a site, until some in a row changed nothing that the caller sees: at the end come
 * those of closing, whose failure nobody is told. */
static void fail_each(struct ledger_fixture *f, const char *site, const char *fault, bool existing)
{
    enum { QUIET_ENOUGH = 8 };
    const uint32_t mine = (1u << ADDS) - (existing ? 1u << BEFORE : 1u);
    uint32_t quiet = 0;

    for (uint32_t call = 1; quiet < QUIET_ENOUGH; call++) {
        struct progress p;
        char plan[64];
        assert_true(call < CALLS_MAX);
        snprintf(plan, sizeof plan, "%s:%u:%s", site, call, fault);
        assert_int_equal(run_with_fault(f, plan, existing, &p), 0);
        quiet = p.adds == mine && p.audits == mine ? quiet + 1 : 0;
    }
}

/* The power goes at each call of a site, until a run gets through. */
static void die_each(struct ledger_fixture *f, const char *site, const char *how, bool existing)
{
    int code = POWER_EXIT;

    for (uint32_t call = 1; code == POWER_EXIT; call++) {
        struct progress p;
        char plan[64];
        assert_true(call < CALLS_MAX);
        snprintf(plan, sizeof plan, "%s:%u:%s", site, call, how);
        code = run_with_fault(f, plan, existing, &p);
        assert_true(code == POWER_EXIT || code == 0);
        assert_true(code == POWER_EXIT || call > 1); /* the site is come to at all */
    }
}

static void a_failed_write_loses_nothing(void **state)
{
    fail_each(*state, "ledger_write", "ENOSPC", false);
    fail_each(*state, "ledger_write", "EIO", true);
}

static void a_failed_sync_loses_nothing(void **state)
{
    fail_each(*state, "ledger_sync", "EIO", false);
    fail_each(*state, "ledger_sync", "EIO", true);
    fail_each(*state, "ledger_folder_sync", "EIO", false);
}

static void a_failed_open_or_read_loses_nothing(void **state)
{
    fail_each(*state, "ledger_open", "EMFILE", false);
    fail_each(*state, "ledger_open", "EROFS", true);
    fail_each(*state, "ledger_read", "EIO", true);
    fail_each(*state, "ledger_lock", "EROFS", false);
}

static void a_failed_deletion_or_truncation_loses_nothing(void **state)
{
    fail_each(*state, "ledger_remove", "EIO", false);
    fail_each(*state, "ledger_remove", "EIO", true);
    fail_each(*state, "ledger_truncate", "EIO", true);
}

/* A full disk: the call that meets it fails and says so, the same call works once there is room. */
static void a_full_disk_is_said_and_the_same_call_works_again(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *l = fixture_open(f);
    struct err e = {0};

    assert_true(add_step(l, 0, &e));
    f->io.fault_site = IO_ledger_write;
    f->io.fault_errno = ENOSPC;
    f->io.fault_call = f->io.calls[IO_ledger_write] + 2;
    assert_false(add_step(l, 1, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.message, "ledger 'ledger.db': database or disk is full"));
    e = (struct err){0};
    assert_true(add_step(l, 1, &e));
    check(l, (struct progress){.adds = 3});
    ledger_close(l);
}

static void a_power_cut_at_any_write_loses_nothing(void **state)
{
    die_each(*state, "ledger_write", "DIE", false);
    die_each(*state, "ledger_write", "DIE", true);
}

static void a_power_cut_that_tears_a_write_loses_nothing(void **state)
{
    die_each(*state, "ledger_write", "TORN", false);
    die_each(*state, "ledger_write", "TORN", true);
}

static void a_power_cut_at_any_sync_loses_nothing(void **state)
{
    die_each(*state, "ledger_sync", "DIE", false);
    die_each(*state, "ledger_sync", "DIE", true);
    die_each(*state, "ledger_folder_sync", "DIE", false);
    die_each(*state, "ledger_folder_sync", "DIE", true);
}

static void a_power_cut_at_any_opening_closing_or_deletion_loses_nothing(void **state)
{
    die_each(*state, "ledger_open", "DIE", false);
    die_each(*state, "ledger_open", "DIE", true);
    die_each(*state, "ledger_remove", "DIE", false);
    die_each(*state, "ledger_remove", "DIE", true);
    die_each(*state, "ledger_close", "DIE", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(a_failed_write_loses_nothing),
        with_ledger(a_failed_sync_loses_nothing),
        with_ledger(a_failed_open_or_read_loses_nothing),
        with_ledger(a_failed_deletion_or_truncation_loses_nothing),
        with_ledger(a_power_cut_at_any_write_loses_nothing),
        with_ledger(a_power_cut_that_tears_a_write_loses_nothing),
        with_ledger(a_power_cut_at_any_sync_loses_nothing),
        with_ledger(a_power_cut_at_any_opening_closing_or_deletion_loses_nothing),
        with_ledger(a_full_disk_is_said_and_the_same_call_works_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
