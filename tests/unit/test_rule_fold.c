/*
 * Folding: what is left of a condition where the EventID is known. The tree that
 * is left is written as text: "(and A=x (not B=y))", with '!' before an item that
 * is negated; an "and" or "or" of one child is written as that child.
 */
#include "compiled_fixture.h"

#include "detect/event_id.h"
#include "detect/rule_fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { TEXT_MAX = 512 };

static const char *item_text(const struct compiled_fixture *f, const struct tree_node *n)
{
    const struct predicate *q = &f->predicates->items[n->predicate];
    str text = arena_printf(f->arena, "%s" STR_FMT "=", n->negated ? "!" : "",
                            STR_ARG(f->predicates->field_names[q->field]));

    for (uint32_t i = 0; i < q->value_count; i++) {
        const struct check *c =
            &f->predicates->checks[f->predicates->values[q->first_value + i].first];
        text = arena_printf(f->arena, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? "," : "",
                            STR_ARG(c->text));
    }
    return text.p;
}

/* Written from the end, as children stand behind their parents; and so are depths. */
static const char *tree_text(const struct compiled_fixture *f, const struct open_tree *t)
{
    static const char *const names[] = {[NODE_AND] = "and", [NODE_OR] = "or", [NODE_NOT] = "not"};
    const char **texts = arena_array(f->arena, t->count, sizeof *texts);
    uint32_t *depths = arena_array(f->arena, t->count, sizeof *depths);

    for (uint32_t i = t->count; i-- > 0;) {
        const struct tree_node *n = &t->nodes[i];
        depths[i] = 1;
        if (n->kind == NODE_ITEM) {
            texts[i] = item_text(f, n);
            continue;
        }
        str text = arena_printf(f->arena, "(%s", names[n->kind]);
        for (uint32_t k = n->first_child; k < n->first_child + n->child_count; k++) {
            assert_in_range(k, i + 1, t->count - 1);
            text = arena_printf(f->arena, STR_FMT " %s", STR_ARG(text), texts[k]);
            depths[i] = depths[k] + 1 > depths[i] ? depths[k] + 1 : depths[i];
        }
        bool alone = n->kind != NODE_NOT && n->child_count == 1;
        texts[i] =
            alone ? texts[n->first_child] : arena_printf(f->arena, STR_FMT ")", STR_ARG(text)).p;
    }
    assert_int_equal(t->depth, depths[0]);
    return texts[0];
}

/* The rule's detection is left as `wanted`, or "certain" or "never", when `field` is `value`. */
static void assert_left_of(const char *detection, str field, str value, const char *wanted)
{
    struct compiled_fixture f = compiled_of_detection(detection);
    const struct known_field known = {
        field.n ? intern_find(f.predicates->names, field) : INTERN_NONE, value};
    struct open_tree tree = {0};

    assert_int_equal(f.rs->count, 1);
    enum rule_fate fate = rule_fold(f.trees, 0, f.predicates, &known, f.arena, &tree);
    const char *text = fate == RULE_CERTAIN ? "certain"
                       : fate == RULE_NEVER ? "never"
                                            : tree_text(&f, &tree);
    if (strcmp(text, wanted) != 0)
        fail_msg("of {%s} '%s' is left, not '%s'", detection, text, wanted);
    compiled_done(&f);
}

static void assert_left(const char *detection, str id, const char *wanted)
{
    assert_left_of(detection, event_id_name, id, wanted);
}

/* ------------------------------------------------------------ what is left */

static void what_a_known_id_answers_is_left_out(void **state)
{
    const char *detection = "s: {A: x, EventID: 1, B: y}, condition: s";

    (void)state;
    assert_left(detection, S("1"), "(and A=x B=y)");
    assert_left(detection, S("2"), "never");
}

static void a_rule_that_asks_for_an_id_alone_is_certain(void **state)
{
    (void)state;
    assert_left("s: {EventID: 1}, condition: s", S("1"), "certain");
    assert_left("s: {EventID: 1}, condition: s", S("11"), "never");
    assert_left("s: {EventID: 1}, condition: not s", S("1"), "never");
    assert_left("s: {EventID: 1}, condition: not s", S("11"), "certain");
}

static void an_or_with_a_true_child_is_certain(void **state)
{
    const char *detection = "s: {EventID: 1}, t: {A: x}, u: {B: y}, condition: s or t or u";

    (void)state;
    assert_left(detection, S("1"), "certain");
    assert_left(detection, S("2"), "(or A=x B=y)");
}

static void what_is_negated_folds_the_other_way(void **state)
{
    const char *detection = "s: {A: x}, f: {EventID: 1}, condition: s and not f";
    const char *both = "s: {A: x}, f: {EventID: 1, B: y}, condition: s and not f";

    (void)state;
    assert_left(detection, S("1"), "never");
    assert_left(detection, S("2"), "A=x");
    assert_left(both, S("1"), "(and A=x (not B=y))");
    assert_left(both, S("2"), "A=x");
}

static void an_item_with_neq_folds_the_other_way(void **state)
{
    const char *detection = "s: {A|neq: x, EventID|neq: 1}, condition: s";

    (void)state;
    assert_left(detection, S("1"), "never");
    assert_left(detection, S("2"), "!A=x");
}

static void nested_conditions_fold_at_every_depth(void **state)
{
    const char *detection = "a: {A: x}, b: {B: y}, e: {EventID: 1}, f: {EventID: [1, 2]},"
                            "condition: not (not (a and e) and not (b and f))";

    (void)state;
    assert_left(detection, S("1"), "(not (and (not A=x) (not B=y)))");
    assert_left(detection, S("2"), "(not (not B=y))");
    assert_left(detection, S("3"), "never");
}

static void one_of_and_all_of_fold(void **state)
{
    const char *one = "s1: {A: x, EventID: 1}, s2: {B: y, EventID: 2}, condition: 1 of s*";
    const char *all = "s1: {A: x}, s2: {EventID: 2}, s3: {B: y}, condition: all of s*";

    (void)state;
    assert_left(one, S("1"), "A=x");
    assert_left(one, S("2"), "B=y");
    assert_left(one, S("3"), "never");
    assert_left(all, S("2"), "(and A=x B=y)");
    assert_left(all, S("3"), "never");
}

/* ------------------------------------------------------------ what folds */

static void an_id_is_the_same_as_number_and_as_text(void **state)
{
    static const char *const forms[] = {"4624", "'4624'", "\"4624\""};
    char detection[TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < countof(forms); i++) {
        snprintf(detection, sizeof detection, "s: {EventID: %s, A: x}, condition: s", forms[i]);
        assert_left(detection, S("4624"), "A=x");
        assert_left(detection, S("462"), "never");
        assert_left(detection, S("46240"), "never");
    }
}

static void any_of_a_list_will_do(void **state)
{
    const char *detection = "s: {EventID: [1, '2', abc], A: x}, condition: s";

    (void)state;
    assert_left(detection, S("1"), "A=x");
    assert_left(detection, S("2"), "A=x");
    assert_left(detection, S("3"), "never");
}

/* '1e3' is another form of 1000, so only a look at the value tells. */
static void a_number_in_another_form_is_not_folded(void **state)
{
    (void)state;
    assert_left("s: {EventID: 1e3, A: x}, condition: s", S("1000"), "(and EventID=1e3 A=x)");
    assert_left("s: {EventID: '04624', A: x}, condition: s", S("4624"), "(and EventID=04624 A=x)");
    assert_left("s: {EventID: [7, 1.0], A: x}, condition: s", S("7"), "(and EventID=7,1.0 A=x)");
    assert_left("s: {EventID: +5, A: x}, condition: s", S("4"), "(and EventID=+5 A=x)");
    assert_left("s: {EventID: 1000, A: x}, condition: s", S("1000"), "A=x");
}

static void other_tests_than_for_whole_values_are_not_folded(void **state)
{
    static const char *const tests[] = {
        "EventID: '4*'",       "EventID: '*'",         "EventID: '46?4'", "EventID|contains: 62",
        "EventID|re: '^4624'", "EventID|gt: 4000",     "EventID: null",   "EventID|exists: true",
        "EventID: [1, '4*']",  "EventID|cased: '4624'"};
    char detection[TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < countof(tests); i++) {
        snprintf(detection, sizeof detection, "s: {%s}, condition: s", tests[i]);
        struct compiled_fixture f = compiled_of_detection(detection);
        assert_int_equal(f.rs->count, 1);
        if (predicate_is_foldable(f.predicates, 0))
            fail_msg("'%s' is foldable", tests[i]);
        compiled_done(&f);
    }
}

static void an_id_that_no_rule_names_equals_none(void **state)
{
    const char *detection = "s: {EventID: [1, abc, ''], A: x}, t: {B: y}, condition: s or t";

    (void)state;
    assert_left(detection, event_id_other, "B=y");
    assert_left("s: {A: x}, f: {EventID: 1}, condition: s and not f", event_id_other, "A=x");
    assert_left("s: {EventID|startswith: 4, A: x}, condition: s", event_id_other,
                "(and EventID=4 A=x)");
}

static void only_the_known_field_is_folded(void **state)
{
    const char *detection = "s: {EventID: 1, A: 1}, condition: s";

    (void)state;
    assert_left(detection, S("1"), "A=1");
    assert_left_of(detection, S("A"), S("1"), "EventID=1");
    assert_left_of(detection, S("A"), S("2"), "never");
    assert_left_of(detection, S(""), S("1"), "(and EventID=1 A=1)");
}

/* ------------------------------------------------------------ EventIDs */

static void an_event_id_is_a_canonical_number_of_few_digits(void **state)
{
    static const struct {
        str text;
        uint32_t id;
    } good[] = {{S("0"), 0}, {S("7"), 7}, {S("4624"), 4624}, {S("999999999"), 999999999}};
    static const str bad[] = {
        S(""),    S("00"), S("04624"), S("1000000000"), S("-1"),
        S("+1"),  S(" 1"), S("1 "),    S("1e3"),        S("1.0"),
        S("12a"), S("/1"), S(":1"),    S("\xFF"),       S("18446744073709551617")};

    (void)state;
    for (size_t i = 0; i < countof(good); i++) {
        uint32_t id = 1;
        assert_true(event_id_read(good[i].text, &id));
        assert_int_equal(id, good[i].id);
    }
    for (size_t i = 0; i < countof(bad); i++) {
        uint32_t id;
        if (event_id_read(bad[i], &id))
            fail_msg("'" STR_FMT "' is an EventID", STR_ARG(bad[i]));
    }
}

static void join_text(void *ctx, str text)
{
    buf_printf(ctx, STR_FMT " ", STR_ARG(text));
}

static void the_ids_that_a_rule_folds_for_are_told(void **state)
{
    struct compiled_fixture f = compiled_of_detection(
        "s: {EventID: [1, '2'], A: 3}, t: {EventID: [4, '5*']}, u: {EventID|neq: 6},"
        "v: {EventID: 1e3}, condition: s and (t or not u or v)");
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);

    (void)state;
    event_id_each(f.trees, 0, f.predicates, intern_find(f.predicates->names, event_id_name),
                  join_text, &text);
    buf_char(&text, '\0');
    assert_string_equal(text.p, "1 2 6 ");
    compiled_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_known_id_answers_is_left_out),
        cmocka_unit_test(a_rule_that_asks_for_an_id_alone_is_certain),
        cmocka_unit_test(an_or_with_a_true_child_is_certain),
        cmocka_unit_test(what_is_negated_folds_the_other_way),
        cmocka_unit_test(an_item_with_neq_folds_the_other_way),
        cmocka_unit_test(nested_conditions_fold_at_every_depth),
        cmocka_unit_test(one_of_and_all_of_fold),
        cmocka_unit_test(an_id_is_the_same_as_number_and_as_text),
        cmocka_unit_test(any_of_a_list_will_do),
        cmocka_unit_test(a_number_in_another_form_is_not_folded),
        cmocka_unit_test(other_tests_than_for_whole_values_are_not_folded),
        cmocka_unit_test(an_id_that_no_rule_names_equals_none),
        cmocka_unit_test(only_the_known_field_is_folded),
        cmocka_unit_test(an_event_id_is_a_canonical_number_of_few_digits),
        cmocka_unit_test(the_ids_that_a_rule_folds_for_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
