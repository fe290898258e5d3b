/*
 * Covers and steps: of each condition of a list, for every assignment of truth to
 * its predicates and with each EventID known or none, the steps say what the
 * oracle says, and where the rule is true a predicate of its cover is.
 */
#include "compiled_fixture.h"

#include "detect/event_id.h"
#include "detect/naive.h"
#include "detect/rule_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { BITS = 10, ASSIGNMENTS = 1 << BITS, TEXT_MAX = 4096 };

/* ------------------------------------------------------------ fixture */

/* Bit i stands for the selection pi, which is field Fi's value v. */
static const char selections[] =
    "p0: {F0: v}, p1: {F1: v}, p2: {F2: v}, p3: {F3: v}, p4: {F4: v}, p5: {F5: v}, p6: {F6: v},"
    "p7: {F7: v}, p8: {F8: v}, p9: {F9: v}, n0: {F0|neq: v}, n1: {F1|neq: v},"
    "m0: {F0: v, F1: v, F2: v}, m1: {F3: v, F4|neq: v}, m2: [{F5: v}, {F6: v, F7: v}],"
    "e1: {EventID: 1}, e2: {EventID: [1, 2], F9: v}";

static struct compiled_fixture rule_of(const char *condition)
{
    char detection[TEXT_MAX];

    snprintf(detection, sizeof detection, "%s, condition: %s", selections, condition);
    struct compiled_fixture f = compiled_of_detection(detection);
    assert_int_equal(f.rs->count, 1);
    return f;
}

static struct event event_of(uint32_t bits, str id, struct arena *a)
{
    static const str names[BITS] = {S("F0"), S("F1"), S("F2"), S("F3"), S("F4"),
                                    S("F5"), S("F6"), S("F7"), S("F8"), S("F9")};
    struct event ev = {.logsource_count = 1, .logsources = {{.category = S("test")}}};

    event_add(&ev, a, (struct field){.name = event_id_name, .value = id});
    for (uint32_t i = 0; i < BITS; i++)
        if (bits >> i & 1)
            event_add(&ev, a, (struct field){.name = names[i], .value = S("v")});
    return ev;
}

/* Is the predicate true of that event? */
static bool is_true(const struct predicates *p, uint32_t predicate, uint32_t bits, str id)
{
    const struct predicate *q = &p->items[predicate];
    str name = p->field_names[q->field];

    if (name.p[0] == 'F')
        return bits >> (name.p[1] - '0') & 1;
    for (uint32_t i = 0; i < q->value_count; i++)
        if (str_eq(p->checks[p->values[q->first_value + i].first].text, id))
            return true;
    return false;
}

static struct predicate_numbers numbers_of(const struct compiled_fixture *f, const uint8_t *indexed)
{
    uint32_t count = f->predicates->count;

    return (struct predicate_numbers){
        .of = arena_array(f->arena, count, sizeof(uint32_t)),
        .places = arena_array(f->arena, count, sizeof(uint32_t)),
        .indexed = indexed ? indexed : (const uint8_t *)arena_array(f->arena, count, 1)};
}

/* What is open of the rule when nothing is known. */
static struct open_tree open_of(const struct compiled_fixture *f, uint32_t rule)
{
    const struct known_field nothing = {.name = INTERN_NONE};
    struct open_tree tree = {0};

    assert_int_equal(rule_fold(f->trees, rule, f->predicates, &nothing, f->arena, &tree),
                     RULE_OPEN);
    return tree;
}

/* ------------------------------------------------------------ every assignment */

static const char *const conditions[] = {
    "p0",
    "not p0",
    "p0 and p1",
    "p0 or p1",
    "p0 and not p1",
    "not (p0 or p1)",
    "not (p0 and p1)",
    "not not p0",
    "p0 and (p1 or p2) and not (p3 or (p4 and not p5))",
    "not (p0 and not (p1 and not (p2 and not (p3 and not p4))))",
    "(p0 or not p1) and (p2 or not p3) and (p4 or not p5)",
    "(p0 and p1) or (p2 and p3) or (p4 and p5) or (p6 and p7) or (p8 and p9)",
    "(p0 or p1) and (p2 or p3) and (p4 or p5) and (p6 or p7) and (p8 or p9)",
    "p0 and (p0 or p1) or p1 and not p0",
    "1 of p*",
    "all of p*",
    "not 1 of p*",
    "not all of p*",
    "1 of m* and not all of n*",
    "n0 or n1",
    "n0 and p5",
    "not (n0 or p5)",
    "m0 or m1 or m2",
    "not m1 and m2 and not (m0 or p8)",
    "e1 and p0",
    "e1 or p0",
    "p0 and not e1",
    "e2 or not (e1 and p1)",
    "1 of e* and not (p0 and 1 of m*)",
    "not (e2 and not (e1 or p2)) and p3",
};

struct walk {
    bool accepts;
    uint32_t steps;
};

/* Each step leads to one that was made before it, so a walk has an end. */
static struct walk walk(const struct compiled_fixture *f, const struct rule_programs *programs,
                        const struct predicate_numbers *numbers, uint32_t at, uint32_t bits, str id)
{
    struct walk w = {0};

    while (at != STEP_ACCEPT && at != STEP_REJECT) {
        assert_in_range(at, 0, programs->count - 1);
        const struct step *step = &programs->steps[at];
        assert_in_range(step->predicate, 0, numbers->count - 1);
        bool yes = is_true(f->predicates, numbers->places[step->predicate], bits, id);
        uint32_t next = yes ? step->on_true : step->on_false;
        assert_true(next >= STEP_REJECT || next < at);
        at = next;
        w.steps++;
    }
    w.accepts = at == STEP_ACCEPT;
    return w;
}

static bool cover_has_true(const struct compiled_fixture *f, const struct rule_cover *cover,
                           uint32_t bits, str id)
{
    for (uint32_t i = 0; i < cover->count; i++)
        if (is_true(f->predicates, cover->predicates[i], bits, id))
            return true;
    return false;
}

/* A rule as a bucket holds it. */
struct made {
    enum rule_fate fate;
    uint32_t items; /* of the tree */
    struct rule_cover cover;
    struct rule_programs programs;
    struct predicate_numbers numbers;
    uint32_t entry;
};

static struct made make(const struct compiled_fixture *f, str known, const uint8_t *indexed)
{
    const struct known_field field = {
        known.n ? intern_find(f->predicates->names, event_id_name) : INTERN_NONE, known};
    struct made m = {.numbers = numbers_of(f, indexed)};
    struct open_tree tree;

    m.fate = rule_fold(f->trees, 0, f->predicates, &field, f->arena, &tree);
    if (m.fate != RULE_OPEN)
        return m;
    for (uint32_t i = 0; i < tree.count; i++)
        m.items += tree.nodes[i].kind == NODE_ITEM;
    rule_cover_pick(&tree, f->predicates, f->arena, &m.cover);
    m.entry = rule_program_emit(&m.programs, &tree, f->predicates, &m.numbers, f->arena, f->arena);
    assert_int_equal(m.programs.count, m.items);
    return m;
}

/* For all assignments, of an event with that EventID. */
static void compare(const struct compiled_fixture *f, const struct naive *naive,
                    const char *condition, const struct made *m, str id)
{
    struct arena *a = arena_new(1 << 12);

    for (uint32_t bits = 0; bits < ASSIGNMENTS; bits++) {
        arena_reset(a);
        struct event ev = event_of(bits, id, a);
        bool wanted = naive_matches(naive, 0, &ev);
        struct walk w = {.accepts = m->fate == RULE_CERTAIN};
        if (m->fate == RULE_OPEN)
            w = walk(f, &m->programs, &m->numbers, m->entry, bits, id);
        if (w.accepts != wanted || w.steps > m->items)
            fail_msg("'%s' of %x, EventID " STR_FMT ": %d after %u steps", condition, bits,
                     STR_ARG(id), w.accepts, w.steps);
        if (m->fate == RULE_OPEN && m->cover.exists && wanted &&
            !cover_has_true(f, &m->cover, bits, id))
            fail_msg("'%s' is true of %x, and nothing of its cover", condition, bits);
    }
    arena_free(a);
}

static void steps_say_what_the_condition_says(void **state)
{
    static const struct {
        str known, id;
    } cases[] = {{S(""), S("1")}, {S("1"), S("1")}, {S("2"), S("2")}, {S("\xFF"), S("3")}};

    (void)state;
    for (size_t i = 0; i < countof(conditions); i++) {
        struct compiled_fixture f = rule_of(conditions[i]);
        struct naive *naive = naive_new(f.rs);
        uint8_t *indexed = arena_array(f.arena, f.predicates->count, 1);
        for (uint32_t k = 0; k < f.predicates->count; k += 3)
            indexed[k] = 1; /* these come first among their siblings */
        for (size_t k = 0; k < countof(cases); k++) {
            struct made plain = make(&f, cases[k].known, NULL);
            compare(&f, naive, conditions[i], &plain, cases[k].id);
            struct made ordered = make(&f, cases[k].known, indexed);
            compare(&f, naive, conditions[i], &ordered, cases[k].id);
        }
        naive_free(naive);
        compiled_done(&f);
    }
}

/* ------------------------------------------------------------ the order */

/* The fields that are asked for when each answer is `yes`, in their order. */
static void assert_asks(const char *detection, const uint8_t *indexed, bool yes, const char *wanted)
{
    struct compiled_fixture f = compiled_of_detection(detection);
    struct predicate_numbers numbers = numbers_of(&f, indexed);
    struct open_tree tree = open_of(&f, 0);
    struct rule_programs programs = {0};
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);
    uint32_t at = rule_program_emit(&programs, &tree, f.predicates, &numbers, f.arena, f.arena);

    while (at < STEP_REJECT) {
        const struct step *step = &programs.steps[at];
        const struct predicate *q = &f.predicates->items[numbers.places[step->predicate]];
        buf_printf(&text, STR_FMT " ", STR_ARG(f.predicates->field_names[q->field]));
        at = yes ? step->on_true : step->on_false;
    }
    buf_char(&text, '\0');
    assert_string_equal(text.p, wanted);
    compiled_done(&f);
}

static void cheap_tests_come_before_dear_ones(void **state)
{
    const char *detection = "s: {A|re: 'x.y', B|contains: abc, C: v, D: 'a?b'}, condition: s";

    (void)state;
    assert_asks(detection, NULL, true, "C B D A ");
    assert_asks("s: {B: v}, t: {A: v}, condition: s and t", NULL, true, "B A ");
    assert_asks("s: {B: v}, t: {A: v}, condition: s or t", NULL, false, "B A ");
    assert_asks("s: {B: v}, t: {A: v}, condition: s or t", NULL, true, "B ");
}

static void what_the_index_answers_comes_first(void **state)
{
    static const uint8_t first[] = {1, 0, 0}, last[] = {0, 0, 1};
    const char *detection = "s: {A|re: 'x.y', B: v, C: v}, condition: s";

    (void)state;
    assert_asks(detection, first, true, "A B C ");
    assert_asks(detection, last, true, "C B A ");
}

static void rules_of_one_bucket_share_the_numbers_of_predicates(void **state)
{
    struct compiled_fixture f = compiled_of(
        S("title: 1\nlogsource: {category: t}\ndetection: {s: {A: x}, t: {B: y}, condition: s and "
          "t}\n---\ntitle: 2\nlogsource: {category: t}\ndetection: {s: {B: y}, t: {C: z}, "
          "condition: s and t}\n"));
    struct predicate_numbers numbers = numbers_of(&f, NULL);
    struct rule_programs programs = {0};
    struct open_tree trees[2] = {open_of(&f, 0), open_of(&f, 1)};
    uint32_t entries[2];

    (void)state;
    for (uint32_t i = 0; i < 2; i++)
        entries[i] =
            rule_program_emit(&programs, &trees[i], f.predicates, &numbers, f.arena, f.arena);
    const struct step *one = &programs.steps[entries[0]], *two = &programs.steps[entries[1]];
    assert_int_equal(programs.steps[one->on_true].predicate, two->predicate);
    assert_int_not_equal(one->predicate, programs.steps[two->on_true].predicate);
    assert_int_equal(numbers.count, 3);
    compiled_done(&f);
}

/* ------------------------------------------------------------ the cover */

/* The cover as the names of its predicates' fields, "none" when there is none. */
static void assert_cover(const char *detection, const char *wanted)
{
    struct compiled_fixture f = compiled_of_detection(detection);
    struct open_tree tree = open_of(&f, 0);
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);
    struct rule_cover cover;

    rule_cover_pick(&tree, f.predicates, f.arena, &cover);
    if (!cover.exists)
        buf_printf(&text, "none ");
    for (uint32_t i = 0; i < cover.count; i++) {
        const struct predicate *q = &f.predicates->items[cover.predicates[i]];
        assert_true(i == 0 || cover.predicates[i] > cover.predicates[i - 1]);
        buf_printf(&text, STR_FMT " ", STR_ARG(f.predicates->field_names[q->field]));
    }
    buf_char(&text, '\0');
    if (strcmp(text.p, wanted) != 0)
        fail_msg("the cover of {%s} is '%s', not '%s'", detection, text.p, wanted);
    compiled_done(&f);
}

static void an_and_is_covered_by_its_cheapest_child(void **state)
{
    (void)state;
    assert_cover("s: {A: '*', B: rarelongtext}, condition: s", "B ");
    assert_cover("s: {A|contains: ab, B|contains: rarelongtext}, condition: s", "B ");
    assert_cover("s: {A|contains: rarelongtext, B|contains: ab}, condition: s", "A ");
    assert_cover("s: {A|re: 'x|y', B|exists: true, C|contains: rarelongtext}, condition: s", "C ");
    assert_cover("s: {A: [aa, bb, cc, dd], B: rarelongtext}, condition: s", "B ");
}

static void an_or_is_covered_by_all_its_children(void **state)
{
    (void)state;
    assert_cover("s: {A: aaaa}, t: {B: bbbb}, u: {C: cccc}, condition: s or t or u", "A B C ");
    assert_cover("s: {A: aaaa}, t: {B|neq: bbbb}, condition: s or t", "none ");
    assert_cover("s: {A: aaaa}, t: {B: bbbb}, condition: s or not t", "none ");
    assert_cover("s: {A: aaaa}, t: {B: null}, condition: s or t", "none ");
    assert_cover("s: {C: c}, t: {A: rarelongtext}, u: {B: rarelongtext}, condition: s and (t or u)",
                 "A B ");
    assert_cover("s: {A: '*'}, t: {B: '*'}, u: {C: rarelongtext}, condition: u and (s or t)", "C ");
}

static void what_is_only_negated_has_no_cover(void **state)
{
    (void)state;
    assert_cover("s: {A: aaaa}, condition: not s", "none ");
    assert_cover("s: {A: aaaa}, t: {B: bbbb}, condition: not s and not t", "none ");
    assert_cover("s: {A|neq: aaaa, B: null, C|exists: false}, condition: s", "none ");
    assert_cover("s: {A: aaaa}, t: {B: rarelongtext}, condition: s and not t", "A ");
}

static void what_is_negated_twice_has_a_cover(void **state)
{
    (void)state;
    assert_cover("s: {A: aaaa}, condition: not not s", "A ");
    assert_cover("s: {A|neq: aaaa}, condition: not s", "A ");
    assert_cover("s: {A: aaaa}, t: {B: bbbb}, condition: not (not s and not t)", "A B ");
    assert_cover("s: {A: '*'}, t: {B: rarelongtext}, condition: not (not s or not t)", "B ");
}

static void a_predicate_that_is_needed_twice_is_in_the_cover_once(void **state)
{
    (void)state;
    assert_cover("s: {A: aaaa}, t: {B: '*'}, u: {C: '*'}, condition: (s and t) or (s and u)", "A ");
    assert_cover("b: {B: bbbb}, a: {A: aaaa}, condition: b or a or b", "B A ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_say_what_the_condition_says),
        cmocka_unit_test(cheap_tests_come_before_dear_ones),
        cmocka_unit_test(what_the_index_answers_comes_first),
        cmocka_unit_test(rules_of_one_bucket_share_the_numbers_of_predicates),
        cmocka_unit_test(an_and_is_covered_by_its_cheapest_child),
        cmocka_unit_test(an_or_is_covered_by_all_its_children),
        cmocka_unit_test(what_is_only_negated_has_no_cover),
        cmocka_unit_test(what_is_negated_twice_has_a_cover),
        cmocka_unit_test(a_predicate_that_is_needed_twice_is_in_the_cover_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
