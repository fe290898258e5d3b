/* Findings of correlations in the ledger: provisional, final under the same id or another,
 * withdrawn; and from where on correlations are built again. */
#include "ledger_fixture.h"

static const struct ledger_query all = {.from_ns = INT64_MIN, .to_ns = INT64_MAX};

struct got {
    char text[512]; /* "id:state id:state" */
};

static bool take(void *ctx, const struct ledger_finding *f)
{
    struct got *g = ctx;
    const size_t n = strlen(g->text);

    snprintf(g->text + n, sizeof g->text - n, STR_FMT ":%d ", STR_ARG(f->id), (int)f->state);
    return true;
}

static void assert_kept(struct ledger *l, bool withdrawn, const char *wanted)
{
    struct ledger_query q = all;
    struct got g = {0};
    struct err e = {0};

    q.withdrawn = withdrawn;
    assert_true(ledger_findings(l, &q, &g, take, &e));
    assert_string_equal(g.text, wanted);
}

static struct ledger_finding firing(const char *id, enum ledger_state state, int64_t first_ns,
                                    int64_t time_ns)
{
    return (struct ledger_finding){.id = str_from(id),
                                   .source = S("web"),
                                   .time_ns = time_ns,
                                   .rule_id = S("r1"),
                                   .rule_title = S("A correlation"),
                                   .level = S("high"),
                                   .json = S("{}"),
                                   .group_key = S("group"),
                                   .first_ns = first_ns,
                                   .state = state};
}

static void add(struct ledger *l, struct ledger_finding f)
{
    struct err e = {0};

    assert_true(ledger_add(l, &f, 1, NULL, 0, &e));
}

static void pass(struct ledger *l, int64_t passed_ns)
{
    const struct ledger_addition a = {.has_passed = true, .passed_ns = passed_ns};
    struct err e = {0};

    assert_true(ledger_add_all(l, &a, &e));
}

static void a_final_finding_replaces_the_provisional_one_of_its_id(void **state)
{
    struct ledger *l = fixture_open(*state);

    add(l, firing("a", LEDGER_PROVISIONAL, 10, 30));
    assert_kept(l, false, "a:1 ");
    add(l, firing("a", LEDGER_FINAL, 10, 30));
    assert_kept(l, false, "a:0 ");
    /* And not the other way round: what is read again after a restart is told on arrival again. */
    add(l, firing("a", LEDGER_PROVISIONAL, 10, 30));
    assert_kept(l, false, "a:0 ");
    ledger_close(l);
}

static void a_provisional_id_stays_a_name_of_the_final_one(void **state)
{
    struct ledger *l = fixture_open(*state);
    char id[LEDGER_ID_MAX + 1];
    struct err e = {0};

    add(l, firing("early", LEDGER_PROVISIONAL, 10, 30));
    add(l, firing("final", LEDGER_FINAL, 5, 25));
    assert_kept(l, false, "final:0 ");
    assert_true(ledger_alias(l, S("early"), id, &e));
    assert_string_equal(id, "final");
    assert_true(ledger_alias(l, S("final"), id, &e));
    assert_string_equal(id, "");
    add(l, firing("early", LEDGER_PROVISIONAL, 10, 30)); /* told again */
    assert_kept(l, true, "final:0 ");
    ledger_close(l);
}

static void only_what_the_final_window_falls_into_is_replaced(void **state)
{
    struct ledger *l = fixture_open(*state);
    struct ledger_finding other = firing("other", LEDGER_PROVISIONAL, 10, 30);

    other.group_key = S("another group");
    add(l, other);
    add(l, firing("later", LEDGER_PROVISIONAL, 26, 50));
    add(l, firing("before", LEDGER_PROVISIONAL, 1, 24));
    add(l, firing("final", LEDGER_FINAL, 5, 25));
    assert_kept(l, false, "before:1 final:0 other:1 later:1 ");
    ledger_close(l);
}

static void what_is_provisional_when_its_time_has_passed_is_withdrawn(void **state)
{
    struct ledger *l = fixture_open(*state);

    add(l, firing("a", LEDGER_PROVISIONAL, 10, 30));
    add(l, firing("b", LEDGER_PROVISIONAL, 10, 31));
    add(l, firing("c", LEDGER_FINAL, 1, 2));
    pass(l, 31);
    assert_kept(l, false, "c:0 b:1 ");
    assert_kept(l, true, "c:0 a:2 b:1 ");
    ledger_close(l);
}

static void what_had_passed_and_where_to_begin_are_there_after_a_restart(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger *l = fixture_open(f);
    const struct ledger_position covered = {S("web"), 100}, rebuild = {S("web"), 60};
    const struct ledger_addition a = {.positions = &covered,
                                      .position_count = 1,
                                      .rebuilds = &rebuild,
                                      .rebuild_count = 1,
                                      .has_passed = true,
                                      .passed_ns = 1234};
    uint64_t number;
    int64_t passed;
    struct err e = {0};

    assert_true(ledger_passed(l, &passed, &e));
    assert_int_equal(passed, INT64_MIN);
    assert_true(ledger_add_all(l, &a, &e));
    assert_true(ledger_add(l, NULL, 0, &(struct ledger_position){S("web"), 110}, 1, &e));
    ledger_close(l);
    l = fixture_open(f);
    assert_true(ledger_passed(l, &passed, &e));
    assert_int_equal(passed, 1234);
    assert_true(ledger_rebuild(l, S("web"), &number, &e));
    assert_int_equal(number, 60);
    assert_true(ledger_covered(l, S("web"), &number, &e));
    assert_int_equal(number, 110);
    assert_true(ledger_rebuild(l, S("unknown"), &number, &e));
    assert_int_equal(number, 0);
    ledger_close(l);
}

#define with_ledger(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_ledger(a_final_finding_replaces_the_provisional_one_of_its_id),
        with_ledger(a_provisional_id_stays_a_name_of_the_final_one),
        with_ledger(only_what_the_final_window_falls_into_is_replaced),
        with_ledger(what_is_provisional_when_its_time_has_passed_is_withdrawn),
        with_ledger(what_had_passed_and_where_to_begin_are_there_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
