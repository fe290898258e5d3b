/* The ledger: findings once, in their order; positions with them; readers beside the writer. */
#include "ledger_fixture.h"

enum { MANY = 700 }; /* more than two pages */

struct got {
    uint32_t count, stop_at;
    char ids[2000][40];
    char last_host[64], last_level[16], last_json[64];
    uint64_t last_record;
};

static bool take(void *ctx, const struct ledger_finding *f)
{
    struct got *g = ctx;

    snprintf(g->ids[g->count++], 40, STR_FMT, STR_ARG(f->id));
    snprintf(g->last_host, sizeof g->last_host, STR_FMT, STR_ARG(f->host));
    snprintf(g->last_level, sizeof g->last_level, STR_FMT, STR_ARG(f->level));
    snprintf(g->last_json, sizeof g->last_json, STR_FMT, STR_ARG(f->json));
    g->last_record = f->record;
    return g->count != g->stop_at;
}

static const struct ledger_query all = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};

static struct got *query(struct ledger *l, struct ledger_query q)
{
    static struct got g;
    struct err e = {0};

    g = (struct got){0};
    assert_true(ledger_findings(l, &q, &g, take, &e));
    return &g;
}

static struct ledger_finding example(const char *id, int64_t time_ns)
{
    return (struct ledger_finding){.id = str_from(id),
                                   .source = S("web"),
                                   .record = 7,
                                   .time_ns = time_ns,
                                   .received_ns = time_ns + 5,
                                   .rule_id = S("r1"),
                                   .rule_title = S("A rule"),
                                   .level = S("high"),
                                   .host = S("srv"),
                                   .user = S("alice"),
                                   .json = S("{\"rule\":\"A rule\"}")};
}

static void add(struct ledger *l, struct ledger_finding f)
{
    struct err e = {0};

    assert_true(ledger_add(l, &f, 1, NULL, 0, &e));
}

/* id-000, id-001, ...; two of each time. */
static void add_many(struct ledger *l, uint32_t count)
{
    struct ledger_finding *list = calloc(count, sizeof *list);
    char(*ids)[16] = calloc(count, 16);
    struct err e = {0};

    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = count - 1 - i; /* not in their order */
        snprintf(ids[k], 16, "id-%03u", k);
        list[i] = example(ids[k], k / 2);
    }
    assert_true(ledger_add(l, list, count, NULL, 0, &e));
    free(list);
    free(ids);
}

static void findings_and_positions_are_there_after_a_restart(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct ledger_finding f = example("a", 10);
    const struct ledger_position p = {S("web"), 8};
    struct err e = {0};
    uint64_t covered;

    assert_true(ledger_covered(l, S("web"), &covered, &e));
    assert_int_equal(covered, 0);
    assert_true(ledger_add(l, &f, 1, &p, 1, &e));
    ledger_close(l);
    l = fixture_open(*state);
    assert_true(ledger_covered(l, S("web"), &covered, &e));
    assert_int_equal(covered, 8);
    struct got *g = query(l, all);
    assert_int_equal(g->count, 1);
    assert_string_equal(g->ids[0], "a");
    assert_string_equal(g->last_host, "srv");
    assert_string_equal(g->last_level, "high");
    assert_string_equal(g->last_json, "{\"rule\":\"A rule\"}");
    assert_int_equal(g->last_record, 7);
    ledger_close(l);
}

static void a_finding_that_is_there_changes_nothing(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct ledger_finding again = example("a", 99);

    add(l, example("a", 10));
    again.host = S("other");
    add(l, again);
    struct got *g = query(l, all);
    assert_int_equal(g->count, 1);
    assert_string_equal(g->last_host, "srv");
    ledger_close(l);
}

static void a_position_is_what_was_set_last(void **state)
{
    struct ledger *l = fixture_open(*state);
    const struct ledger_position first = {S("web"), 80}, second = {S("web"), 3};
    struct err e = {0};
    uint64_t covered;

    assert_true(ledger_add(l, NULL, 0, &first, 1, &e));
    assert_true(ledger_add(l, NULL, 0, &second, 1, &e));
    assert_true(ledger_covered(l, S("web"), &covered, &e));
    assert_int_equal(covered, 3);
    ledger_close(l);
}

static void findings_come_in_the_order_of_time_and_id(void **state)
{
    struct ledger *l = fixture_open(*state);

    add_many(l, MANY);
    struct got *g = query(l, all);
    assert_int_equal(g->count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        char id[16];
        snprintf(id, sizeof id, "id-%03u", i);
        assert_string_equal(g->ids[i], id);
    }
    ledger_close(l);
}

static void a_limit_gives_the_newest(void **state)
{
    static const uint32_t limits[] = {1, 3, 256, 257, MANY, MANY + 1};
    struct ledger *l = fixture_open(*state);

    add_many(l, MANY);
    for (size_t k = 0; k < countof(limits); k++) {
        uint32_t want = limits[k] < MANY ? limits[k] : MANY;
        char id[16];
        struct ledger_query q = all;
        q.limit = limits[k];
        struct got *g = query(l, q);
        assert_int_equal(g->count, want);
        snprintf(id, sizeof id, "id-%03u", MANY - want);
        assert_string_equal(g->ids[0], id);
        snprintf(id, sizeof id, "id-%03u", MANY - 1);
        assert_string_equal(g->ids[want - 1], id);
    }
    ledger_close(l);
}

static void a_query_filters(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct ledger_finding low = example("low", 1), other = example("other", 5);

    low.level = S("low");
    low.host = S("");
    other.rule_id = S("r2");
    other.source = S("mail");
    add(l, low);
    add(l, other);
    add(l, example("plain", 9));
    struct ledger_query by[] = {all, all, all, all, all, all, all};
    static const char *const want[] = {"other", "other", "low", "other", "low", "plain", ""};
    static const uint32_t counts[] = {1, 1, 1, 2, 3, 1, 0};
    by[0].rule_id = S("r2");
    by[1].source = S("mail");
    by[2].to_ns = 4;
    by[3].level_min = S("medium");
    by[4].level_min = S("low");
    by[5].from_ns = 9;
    by[6].host = S("srv' OR '1'='1");
    for (size_t i = 0; i < countof(by); i++) {
        struct got *g = query(l, by[i]);
        assert_int_equal(g->count, counts[i]);
        assert_string_equal(g->ids[0], want[i]);
    }
    ledger_close(l);
}

static void a_caller_may_stop(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct got g = {.stop_at = 300};
    struct err e = {0};

    add_many(l, MANY);
    assert_true(ledger_findings(l, &all, &g, take, &e));
    assert_int_equal(g.count, 300);
    ledger_close(l);
}

static void hostile_bytes_are_kept_as_text(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct ledger_finding f = example("a", 1);
    struct ledger_query q = all;

    f.host = (str){"a\xff\0b", 4};
    add(l, f);
    q.host = f.host;
    struct got *g = query(l, q);
    assert_int_equal(g->count, 1);
    assert_string_equal(g->last_host, "a\xef\xbf\xbd\xef\xbf\xbd"
                                      "b");
    ledger_close(l);
}

static void a_reader_sees_commits_while_the_writer_runs(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *l = fixture_open(f);
    struct err e = {0};
    struct ledger *reader = ledger_open_readonly(&f->options, &e);

    assert_non_null(reader);
    assert_int_equal(query(reader, all)->count, 0);
    add(l, example("a", 1));
    assert_int_equal(query(reader, all)->count, 1);
    ledger_close(reader);
    ledger_close(l);
}

static bool add_while_reading(void *ctx, const struct ledger_finding *f)
{
    (void)f;
    add(ctx, example("added while reading", 1));
    return false;
}

static void a_reader_may_call_the_ledger(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct err e = {0};

    add(l, example("a", 1));
    assert_true(ledger_findings(l, &all, l, add_while_reading, &e));
    assert_int_equal(query(l, all)->count, 2);
    ledger_close(l);
}

static void a_reader_without_a_ledger_is_told(void **state)
{
    struct ledger_fixture *f = *state;
    struct err e = {0};

    assert_null(ledger_open_readonly(&f->options, &e));
    assert_int_equal(e.code, ERR_IO);
    assert_non_null(strstr(e.message, "ledger.db': No such file or directory"));
    assert_int_equal(access(LEDGER_PATH, F_OK), -1);
}

static void a_second_writer_is_refused(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *l = fixture_open(f);
    struct err e = {0};

    assert_null(ledger_open(&f->options, &e));
    assert_int_equal(e.code, ERR_BUSY);
    assert_string_equal(e.message, "'ledger.db' is in use by another tocsin: one program writes "
                                   "at a time");
    ledger_close(l);
    ledger_close(fixture_open(f));
}

static void the_file_is_private(void **state)
{
    struct ledger_fixture *f = *state;
    struct stat st;

    test_folder_put(LEDGER_PATH, S(""));
    assert_int_equal(chmod(LEDGER_PATH, 0644), 0);
    struct ledger *l = fixture_open(f);
    add(l, example("a", 1));
    static const char *const names[] = {LEDGER_PATH, LEDGER_PATH "-wal", LEDGER_PATH "-shm",
                                        LEDGER_PATH ".lock"};
    for (size_t i = 0; i < countof(names); i++) {
        assert_int_equal(stat(names[i], &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    ledger_close(l);
}

static void a_symbolic_link_is_refused(void **state)
{
    struct ledger_fixture *f = *state;
    struct err e = {0};

    test_folder_put("elsewhere", S(""));
    assert_int_equal(symlink("elsewhere", LEDGER_PATH), 0);
    assert_null(ledger_open(&f->options, &e));
    assert_non_null(strstr(e.message, "cannot open 'ledger.db'"));
}

static void a_database_of_another_program_is_neither_used_nor_moved(void **state)
{
    struct ledger_fixture *f = *state;
    struct err e = {0};

    fixture_sql(LEDGER_PATH, "CREATE TABLE theirs (a)");
    assert_null(ledger_open(&f->options, &e));
    assert_int_equal(e.code, ERR_DENIED);
    assert_non_null(strstr(e.message, "the database of another program"));
    assert_int_equal(f->announcements, 0);
}

static void a_damaged_ledger_is_moved_aside(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *l = fixture_open(f);

    add(l, example("a", 1));
    ledger_close(l);
    fixture_damage(LEDGER_PATH, 0, 4096);
    l = fixture_open(f);
    assert_int_equal(f->announcements, 1);
    assert_non_null(strstr(f->announced, "moved to 'ledger.db.damaged-20270115T080000Z'"));
    assert_int_equal(access("ledger.db.damaged-20270115T080000Z", F_OK), 0);
    assert_int_equal(query(l, all)->count, 0);
    add(l, example("b", 2));
    ledger_close(l);
    fixture_damage(LEDGER_PATH, 0, 4096); /* in the same second */
    ledger_close(fixture_open(f));
    assert_int_equal(access("ledger.db.damaged-20270115T080000Z.2", F_OK), 0);
    ledger_close(fixture_open(f));
    assert_int_equal(f->announcements, 2);
}

/* Positions wait for the next start, which finds none and goes over the whole raw log. */
static void damage_met_while_writing_begins_a_new_ledger_without_positions(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *l = fixture_open(f);
    const struct ledger_position p = {S("web"), 8};
    struct ledger_finding b = example("b", 2);
    struct err e = {0};
    uint64_t covered;
    struct stat st;

    add_many(l, MANY);
    ledger_close(l);
    l = fixture_open(f);
    assert_int_equal(stat(LEDGER_PATH, &st), 0);
    fixture_damage(LEDGER_PATH, 4096, (size_t)st.st_size - 4096);
    assert_true(ledger_add(l, &b, 1, &p, 1, &e));
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(f->announcements, 1);
    assert_int_equal(query(l, all)->count, 1);
    assert_true(ledger_covered(l, S("web"), &covered, &e));
    assert_int_equal(covered, 0);
    ledger_close(l);
    l = fixture_open(f);
    assert_int_equal(query(l, all)->count, 1);
    assert_true(ledger_add(l, &b, 1, &p, 1, &e));
    assert_true(ledger_covered(l, S("web"), &covered, &e));
    assert_int_equal(covered, 8);
    assert_int_equal(f->announcements, 1);
    ledger_close(l);
}

static void a_reader_does_not_move_a_damaged_ledger(void **state)
{
    struct ledger_fixture *f = *state;
    struct err e = {0};

    ledger_close(fixture_open(f));
    fixture_damage(LEDGER_PATH, 0, 4096);
    assert_null(ledger_open_readonly(&f->options, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(access(LEDGER_PATH, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(findings_and_positions_are_there_after_a_restart),
        with_ledger(a_finding_that_is_there_changes_nothing),
        with_ledger(a_position_is_what_was_set_last),
        with_ledger(findings_come_in_the_order_of_time_and_id),
        with_ledger(a_limit_gives_the_newest),
        with_ledger(a_query_filters),
        with_ledger(a_caller_may_stop),
        with_ledger(hostile_bytes_are_kept_as_text),
        with_ledger(a_reader_sees_commits_while_the_writer_runs),
        with_ledger(a_reader_may_call_the_ledger),
        with_ledger(a_reader_without_a_ledger_is_told),
        with_ledger(a_second_writer_is_refused),
        with_ledger(the_file_is_private),
        with_ledger(a_symbolic_link_is_refused),
        with_ledger(a_database_of_another_program_is_neither_used_nor_moved),
        with_ledger(a_damaged_ledger_is_moved_aside),
        with_ledger(damage_met_while_writing_begins_a_new_ledger_without_positions),
        with_ledger(a_reader_does_not_move_a_damaged_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
