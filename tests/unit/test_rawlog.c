/* The raw log: what was durable is there again, whatever happens; appends wait for nothing. */
#include "base/io_power.h"
#include "rawlog_fixture.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define FIRST_FILE "raw/web/20261125/0000000000000000.rlog"
enum { FILE_MAX = 1 << 16 };

static void records_are_durable_after_a_commit_and_not_before(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    assert_true(fixture_append(f, 3));
    assert_int_equal(raw_next(f->source), 3);
    assert_int_equal(raw_durable(f->source), 0);
    assert_false(rawlog_is_idle(f->log));
    assert_null(raw_checkpoint(f->source, S("at")).p);
    assert_true(rawlog_commit(f->log, fresh(f)));
    assert_int_equal(raw_durable(f->source), 3);
    assert_true(rawlog_is_idle(f->log));
    assert_int_equal(fixture_position(f), 3);
    assert_int_equal(fixture_read_all(f, NULL), 3);
    fixture_free(f);
}

static void numbers_and_positions_go_on_after_a_restart(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    fixture_put(f, 3);
    fixture_put(f, 2);
    fixture_close(f);
    assert_true(fixture_open(f));
    assert_int_equal(raw_next(f->source), 5);
    assert_int_equal(fixture_position(f), 5);
    fixture_put(f, 1);
    assert_int_equal(fixture_read_all(f, NULL), 6);
    fixture_free(f);
}

static void a_new_file_begins_with_all_positions(void **state)
{
    struct fixture *f = fixture_new();
    struct record_block b;

    (void)state;
    block_init(&b);
    assert_true(block_checkpoint(&b, S("other"), S("77")));
    assert_true(raw_append(f->source, &b));
    fixture_put(f, 1);
    f->clock.fixed_ns += DAY_NS;
    fixture_put(f, 1); /* in a file of the next day */
    assert_int_equal(access("raw/web/20261126/0000000000000001.rlog", F_OK), 0);
    fixture_close(f);
    assert_int_equal(unlink(FIRST_FILE), 0);
    assert_true(fixture_open(f));
    assert_true(str_eq(raw_checkpoint(f->source, S("other")), S("77")));
    assert_int_equal(fixture_position(f), 2);
    block_done(&b);
    fixture_free(f);
}

static void an_empty_value_forgets_a_key(void **state)
{
    struct fixture *f = fixture_new();
    struct record_block b;

    (void)state;
    fixture_put(f, 1);
    block_init(&b);
    assert_true(block_checkpoint(&b, S("at"), S("")));
    assert_true(raw_append(f->source, &b));
    assert_true(rawlog_commit(f->log, fresh(f)));
    assert_null(raw_checkpoint(f->source, S("at")).p);
    fixture_close(f);
    assert_true(fixture_open(f));
    assert_null(raw_checkpoint(f->source, S("at")).p);
    block_done(&b);
    fixture_free(f);
}

static void a_clock_set_back_never_opens_an_earlier_day(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    fixture_put(f, 1);
    f->clock.fixed_ns -= 5 * DAY_NS;
    f->clock.fixed_steady_ns += INT64_C(2) * 3600 * 1000000000;
    fixture_put(f, 1);
    assert_int_equal(access("raw/web/20261125/0000000000000001.rlog", F_OK), 0);
    fixture_close(f);
    assert_true(fixture_open(f));
    f->clock.fixed_steady_ns += INT64_C(2) * 3600 * 1000000000;
    fixture_put(f, 1);
    assert_int_equal(access("raw/web/20261125/0000000000000002.rlog", F_OK), 0);
    assert_int_equal(fixture_read_all(f, NULL), 3);
    fixture_free(f);
}

static void one_process_at_a_time_has_the_folder(void **state)
{
    struct fixture *f = fixture_new();
    struct err e = {0};

    (void)state;
    assert_null(rawlog_open(&f->options, &e));
    assert_int_equal(e.code, ERR_BUSY);
    fixture_free(f);
}

static void names_that_lead_elsewhere_are_no_sources(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    assert_null(rawlog_source(f->log, S("../web"), fresh(f)));
    assert_null(rawlog_source(f->log, S(".web"), fresh(f)));
    assert_null(rawlog_source(f->log, S(""), fresh(f)));
    assert_non_null(rawlog_source(f->log, S("web-2.a_b"), fresh(f)));
    fixture_free(f);
}

static void a_source_is_full_when_too_much_waits(void **state)
{
    struct fixture *f = fixture_new();
    struct record_block b;
    static char bytes[200000];
    uint32_t taken = 0;

    (void)state;
    block_init(&b);
    block_add(&b, &(struct run_label){S("a"), S("b"), 1, 1}, (str){bytes, sizeof bytes});
    while (raw_append(f->source, &b))
        taken++;
    assert_true(raw_pending_bytes(f->source) <= RAWLOG_PENDING_BYTES);
    assert_int_equal(raw_next(f->source), taken);
    assert_true(rawlog_commit(f->log, fresh(f)));
    assert_int_equal(raw_pending_bytes(f->source), 0);
    assert_true(raw_append(f->source, &b));
    block_done(&b);
    fixture_free(f);
}

static void blocks_of_positions_alone_fill_a_source_too(void **state)
{
    struct fixture *f = fixture_new();
    struct record_block b;
    static char value[300000];
    uint32_t taken = 0;

    (void)state;
    block_init(&b);
    memset(value, 'v', sizeof value);
    assert_true(block_checkpoint(&b, S("key"), (str){value, sizeof value}));
    while (taken < 1000 && raw_append(f->source, &b))
        taken++;
    assert_true(taken < 100);
    block_done(&b);
    fixture_free(f);
}

/* A plan on the fixture's io, as from now on. */
static void plan(struct fixture *f, const char *site, unsigned call, const char *what)
{
    char text[64];

    io_done(&f->io);
    io_init(&f->io);
    snprintf(text, sizeof text, "%s:%u:%s", site, call, what);
    assert_true(io_plan_fault(&f->io, str_from(text), fresh(f)));
}

static void a_write_that_fails_is_undone_and_written_again(void **state)
{
    static const char *const sites[] = {"rawlog_write", "rawlog_sync"};

    (void)state;
    for (size_t i = 0; i < countof(sites); i++) {
        struct fixture *f = fixture_new();
        fixture_put(f, 2);
        plan(f, sites[i], 1, "ENOSPC");
        assert_true(fixture_append(f, 2));
        assert_true(rawlog_commit(f->log, fresh(f))); /* the second try, once room was looked for */
        assert_int_equal(raw_durable(f->source), 4);
        fixture_close(f);
        assert_true(fixture_open(f));
        assert_int_equal(fixture_read_all(f, NULL), 4);
        fixture_free(f);
    }
}

static void a_disk_that_stays_full_is_told_once_and_again_when_it_is_not(void **state)
{
    struct fixture *f = fixture_new();

    (void)state;
    fixture_put(f, 2);
    f->clock.fixed_ns += DAY_NS; /* a new file is due, and its folder cannot be made */
    test_folder_put("raw/web/20261126", S("in the way"));
    assert_true(fixture_append(f, 2));
    for (int i = 0; i < 3; i++)
        assert_false(rawlog_commit(f->log, fresh(f)));
    assert_true(fixture_said(f, "cannot be written"));
    buf_clear(&f->notices);
    assert_false(rawlog_commit(f->log, fresh(f)));
    assert_int_equal(f->notices.n, 0);
    assert_int_equal(raw_durable(f->source), 2);
    assert_int_equal(unlink("raw/web/20261126"), 0);
    assert_true(rawlog_commit(f->log, fresh(f)));
    assert_true(fixture_said(f, "can be written again"));
    assert_int_equal(fixture_read_all(f, NULL), 4);
    fixture_free(f);
}

static void when_a_write_cannot_be_undone_a_new_file_is_begun(void **state)
{
    struct fixture *f = fixture_new();
    struct rlimit old, tight;
    static char bytes[FILE_MAX];
    struct raw_reader_counts counts;

    (void)state;
    fixture_put(f, 2);
    plan(f, "rawlog_truncate", 1, "EIO");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = fixture_load(FIRST_FILE, bytes, sizeof bytes) + 50; /* half a header */
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_true(fixture_append(f, 2));
    bool ok = rawlog_commit(f->log, fresh(f));
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(ok);
    assert_true(fixture_said(f, "a new file is begun"));
    assert_int_equal(raw_durable(f->source), 2);
    assert_true(rawlog_commit(f->log, fresh(f)));
    assert_int_equal(raw_durable(f->source), 4);
    assert_int_equal(access("raw/web/20261125/0000000000000002.rlog", F_OK), 0);
    assert_int_equal(fixture_read_all(f, &counts), 4);
    assert_int_equal(counts.bad_frames, 1); /* what could not be cut off */
    assert_int_equal(counts.missing_records, 0);
    fixture_close(f);
    assert_true(fixture_open(f));
    assert_int_equal(fixture_position(f), 4);
    fixture_free(f);
}

enum { APPENDS = 2000 };

static void *append_many(void *ctx)
{
    struct fixture *f = ctx;

    for (int i = 0; i < APPENDS; i++) {
        while (!fixture_append(f, 3))
            sched_yield();
        (void)fixture_position(f); /* what is on disk by now, while it is replaced */
    }
    return NULL;
}

static void one_thread_appends_while_another_commits(void **state)
{
    struct fixture *f = fixture_new();
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, append_many, f), 0);
    while (raw_durable(f->source) < APPENDS * 3)
        assert_true(rawlog_commit(f->log, fresh(f)));
    pthread_join(thread, NULL);
    assert_true(rawlog_is_idle(f->log));
    assert_int_equal(fixture_position(f), APPENDS * 3);
    assert_int_equal(fixture_read_all(f, NULL), APPENDS * 3);
    fixture_free(f);
}

/* ------------------------------------------------------------ the power goes */

/* What the child does; says before it dies what was durable. */
static void work(struct fixture *f, int out)
{
    for (int i = 0; i < 6; i++) {
        uint64_t durable = raw_durable(f->source);
        assert_int_equal(write(out, &durable, sizeof durable), sizeof durable);
        if (i == 3)
            f->clock.fixed_ns += DAY_NS; /* a new file in a new folder */
        if (!fixture_append(f, 2) || !rawlog_commit(f->log, fresh(f)))
            _exit(1);
    }
    uint64_t durable = raw_durable(f->source);
    assert_int_equal(write(out, &durable, sizeof durable), sizeof durable);
    _exit(0);
}

/* One run that dies at the call; false when it is not reached. */
static bool dies_and_comes_back(const char *site, unsigned call, const char *what)
{
    struct fixture *f = fixture_new();
    uint64_t durable = 0;
    int ends[2], status;

    fixture_put(f, 1);
    fixture_close(f);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        plan(f, site, call, what);
        if (!fixture_open(f))
            _exit(2);
        work(f, ends[1]);
    }
    close(ends[1]);
    while (read(ends[0], &durable, sizeof durable) == sizeof durable)
        ;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    const int code = WEXITSTATUS(status);
    assert_true(code == POWER_EXIT || code == 0);
    if (durable < 1)
        durable = 1;
    if (!fixture_open(f))
        fail_msg("%s:%u:%s: %s", site, call, what, f->e.message);
    const uint64_t next = raw_next(f->source);
    assert_true(next >= durable);
    if (fixture_read_all(f, NULL) != next || fixture_position(f) != next)
        fail_msg("%s:%u:%s: %llu records, position %llu, durable %llu", site, call, what,
                 (unsigned long long)next, (unsigned long long)fixture_position(f),
                 (unsigned long long)durable);
    fixture_put(f, 2);
    assert_int_equal(fixture_read_all(f, NULL), next + 2);
    fixture_free(f);
    return code == POWER_EXIT;
}

static void a_power_cut_at_any_call_loses_nothing_durable(void **state)
{
    static const char *const sites[] = {
        "rawlog_folder", "rawlog_list",  "rawlog_mkdir", "rawlog_open",        "rawlog_create",
        "rawlog_read",   "rawlog_write", "rawlog_sync",  "rawlog_folder_sync",
    };

    (void)state;
    for (size_t i = 0; i < countof(sites); i++) {
        unsigned call = 1;
        while (dies_and_comes_back(sites[i], call, "DIE"))
            assert_true(++call < 100);
        assert_true(call > 1); /* a site that is not reached is not tested */
    }
}

static void a_torn_write_at_any_call_is_cut_off(void **state)
{
    unsigned call = 1;

    (void)state;
    while (dies_and_comes_back("rawlog_write", call, "TORN"))
        assert_true(++call < 100);
    assert_true(call > 6);
}

/* ------------------------------------------------------------ damage */

static void a_file_cut_at_any_byte_gives_the_frames_before(void **state)
{
    struct fixture *f = fixture_new();
    static char bytes[FILE_MAX];
    size_t ends[4] = {0};

    (void)state;
    for (size_t i = 1; i < countof(ends); i++) {
        fixture_put(f, 2);
        ends[i] = fixture_load(FIRST_FILE, bytes, sizeof bytes);
    }
    fixture_close(f);
    for (size_t n = 0; n <= ends[3]; n++) {
        uint64_t whole = 0;
        for (size_t i = 1; i < countof(ends); i++)
            whole += n >= ends[i] ? 2 : 0;
        test_folder_put(FIRST_FILE, (str){bytes, n});
        assert_true(fixture_open(f));
        assert_int_equal(raw_next(f->source), whole);
        assert_int_equal(fixture_position(f), whole);
        fixture_put(f, 1);
        assert_int_equal(fixture_read_all(f, NULL), whole + 1);
        fixture_close(f);
    }
    fixture_free(f);
}

static void a_damaged_byte_costs_its_own_frame_only(void **state)
{
    struct fixture *f = fixture_new();
    static char bytes[FILE_MAX];
    size_t ends[4] = {0}, frame = 0;

    (void)state;
    for (size_t i = 1; i < countof(ends); i++) {
        fixture_put(f, 2);
        ends[i] = fixture_load(FIRST_FILE, bytes, sizeof bytes);
    }
    for (size_t n = 0; n < ends[3]; n++) {
        struct raw_reader_counts counts;
        frame += n == ends[frame + 1];
        bytes[n] = (char)~bytes[n];
        test_folder_put(FIRST_FILE, (str){bytes, ends[3]});
        assert_int_equal(fixture_read_all(f, &counts), 4);
        assert_int_equal(counts.missing_records, frame == 2 ? 0 : 2);
        bytes[n] = (char)~bytes[n];
    }
    fixture_close(f);
    bytes[ends[1] + 3] ^= 1;
    test_folder_put(FIRST_FILE, (str){bytes, ends[3]});
    assert_true(fixture_open(f)); /* starts over damage, and says so */
    assert_true(fixture_said(f, "1 damaged places"));
    assert_int_equal(raw_next(f->source), 6);
    fixture_free(f);
}

static void a_file_that_is_all_damage_is_set_aside(void **state)
{
    struct fixture *f = fixture_new();
    char zeros[5000] = {0};

    (void)state;
    fixture_put(f, 2);
    f->clock.fixed_ns += DAY_NS;
    fixture_put(f, 2);
    fixture_close(f);
    test_folder_put("raw/web/20261126/0000000000000002.rlog", (str){zeros, sizeof zeros});
    assert_true(fixture_open(f));
    assert_true(fixture_said(f, "set aside"));
    assert_int_equal(raw_next(f->source), 2);
    assert_int_equal(fixture_position(f), 2);
    assert_int_equal(access("raw/web/20261126/0000000000000002.rlog.damaged", F_OK), 0);
    fixture_put(f, 2);
    assert_int_equal(fixture_read_all(f, NULL), 4);
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_durable_after_a_commit_and_not_before),
        cmocka_unit_test(numbers_and_positions_go_on_after_a_restart),
        cmocka_unit_test(a_new_file_begins_with_all_positions),
        cmocka_unit_test(an_empty_value_forgets_a_key),
        cmocka_unit_test(a_clock_set_back_never_opens_an_earlier_day),
        cmocka_unit_test(one_process_at_a_time_has_the_folder),
        cmocka_unit_test(names_that_lead_elsewhere_are_no_sources),
        cmocka_unit_test(a_source_is_full_when_too_much_waits),
        cmocka_unit_test(blocks_of_positions_alone_fill_a_source_too),
        cmocka_unit_test(a_write_that_fails_is_undone_and_written_again),
        cmocka_unit_test(a_disk_that_stays_full_is_told_once_and_again_when_it_is_not),
        cmocka_unit_test(when_a_write_cannot_be_undone_a_new_file_is_begun),
        cmocka_unit_test(one_thread_appends_while_another_commits),
        cmocka_unit_test(a_power_cut_at_any_call_loses_nothing_durable),
        cmocka_unit_test(a_torn_write_at_any_call_is_cut_off),
        cmocka_unit_test(a_file_cut_at_any_byte_gives_the_frames_before),
        cmocka_unit_test(a_damaged_byte_costs_its_own_frame_only),
        cmocka_unit_test(a_file_that_is_all_damage_is_set_aside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
