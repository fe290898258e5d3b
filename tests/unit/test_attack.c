/* ATT&CK: tags to tactics and techniques, and names from the table. */
#include "sigma/attack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define assert_str(got, want)                                                                      \
    do {                                                                                           \
        str got_ = (got);                                                                          \
        assert_int_equal(got_.n, sizeof(want) - 1);                                                \
        assert_memory_equal(got_.p ? got_.p : "", want, sizeof(want) - 1);                         \
    } while (0)

static void a_tag_names_a_technique_in_any_case(void **state)
{
    char room[ATTACK_ID_MAX];

    (void)state;
    assert_str(attack_technique_of_tag(S("attack.t1059.001"), room), "T1059.001");
    assert_str(attack_technique_of_tag(S("ATTACK.T1059"), room), "T1059");
}

static void other_tags_name_no_technique(void **state)
{
    static const char *const tags[] = {"attack.execution",
                                       "attack.t10591",
                                       "attack.t1059.01",
                                       "attack.t1059-001",
                                       "cve.2021-44228",
                                       "attack.g0016",
                                       "attack.t1059.001x",
                                       "attack.txxxx",
                                       "t1059",
                                       ""};
    char room[ATTACK_ID_MAX];

    (void)state;
    for (size_t i = 0; i < countof(tags); i++)
        assert_int_equal(attack_technique_of_tag(str_from(tags[i]), room).n, 0);
}

static void a_tag_names_a_tactic_with_either_dash(void **state)
{
    (void)state;
    assert_int_equal(attack_tactic_of_tag(S("attack.initial-access")), TACTIC_INITIAL_ACCESS);
    assert_int_equal(attack_tactic_of_tag(S("attack.Command_and_Control")),
                     TACTIC_COMMAND_AND_CONTROL);
    assert_int_equal(attack_tactic_of_tag(S("attack.defense-impairment")),
                     TACTIC_DEFENSE_IMPAIRMENT);
    assert_int_equal(attack_tactic_of_tag(S("attack.t1059")), TACTIC_COUNT);
    assert_int_equal(attack_tactic_of_tag(S("initial-access")), TACTIC_COUNT);
}

static void a_sub_technique_is_named_after_its_parent(void **state)
{
    char name[ATTACK_NAME_MAX];

    (void)state;
    assert_str(attack_full_name(S("T1003.001"), name), "OS Credential Dumping: LSASS Memory");
    assert_str(attack_full_name(S("T1105"), name), "Ingress Tool Transfer");
    assert_str(attack_full_name(S("T9999"), name), "");
}

static void a_sub_technique_has_its_parents_tactics(void **state)
{
    (void)state;
    assert_int_equal(attack_tactics_of(S("T1056.001")),
                     1 << TACTIC_COLLECTION | 1 << TACTIC_CREDENTIAL_ACCESS);
    assert_int_equal(attack_tactics_of(S("T9999")), 0);
}

static void the_first_and_the_last_of_the_table_are_found(void **state)
{
    (void)state;
    assert_non_null(attack_find(S("T1001")));
    assert_non_null(attack_find(S("T1690")));
    assert_null(attack_find(S("T0001")));
    assert_null(attack_find(S("")));
}

/* A table out of order would lose rows to the search. */
static void every_row_of_the_table_is_found(void **state)
{
    static const char *const ids[] = {
#define TECHNIQUE(id, name, tactics) id,
#define SUB(id, name) id,
#include "sigma/attack.def"
#undef TECHNIQUE
#undef SUB
    };

    (void)state;
    for (size_t i = 0; i < countof(ids); i++) {
        const struct attack_technique *t = attack_find(str_from(ids[i]));
        assert_non_null(t);
        assert_true(str_eq(t->id, str_from(ids[i])));
        assert_int_not_equal(attack_tactics_of(t->id), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_names_a_technique_in_any_case),
        cmocka_unit_test(other_tags_name_no_technique),
        cmocka_unit_test(a_tag_names_a_tactic_with_either_dash),
        cmocka_unit_test(a_sub_technique_is_named_after_its_parent),
        cmocka_unit_test(a_sub_technique_has_its_parents_tactics),
        cmocka_unit_test(the_first_and_the_last_of_the_table_are_found),
        cmocka_unit_test(every_row_of_the_table_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
