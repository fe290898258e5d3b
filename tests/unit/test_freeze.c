/* Freezing: what comes back is what went in, and what was made up is refused or harmless. */
#include "base/freeze.h"
#include "base/mem.h"
#include "detect/compiled_rules.h"
#include "detect/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { KIND_LEAF, KIND_BRANCH, KIND_COUNT };

struct thing {
    uint32_t kind, count;
    str name;
    struct thing **children;
    struct thing *other; /* any, in a circle too */
    const uint8_t *table;
    uint32_t table_bits;
    char label[8];
    bool yes;
    void *left;
};

static uint64_t table_size(const void *element)
{
    const struct thing *t = element;

    return t->table_bits < 32 ? UINT64_C(1) << t->table_bits : UINT64_MAX;
}

static const struct freeze_type bytes_type = {.name = "bytes", .size = 1, .align = 64};
static const struct freeze_type thing_type;
static const struct freeze_type thing_pointer = FREEZE_POINTER_TYPE("thing *", &thing_type);
static const struct freeze_member thing_members[] = {
    FREEZE_RANGE_OF(struct thing, kind, KIND_COUNT),
    FREEZE_PLAIN_OF(struct thing, count),
    FREEZE_STR_OF(struct thing, name),
    FREEZE_MANY_OF(struct thing, children, count, &thing_pointer),
    FREEZE_MAYBE_OF(struct thing, other, &thing_type),
    FREEZE_COUNTED_OF(struct thing, table, table_size, &bytes_type),
    FREEZE_PLAIN_OF(struct thing, table_bits),
    FREEZE_TEXT_OF(struct thing, label),
    FREEZE_BOOL_OF(struct thing, yes),
    FREEZE_ZERO_OF(struct thing, left),
};
static const struct freeze_type thing_type = {"thing",       sizeof(struct thing),   0,
                                              thing_members, countof(thing_members), NULL};

static const uint8_t tables[8] = {1, 2, 3, 4, 5, 6, 7, 8};

/* An array of three; the last points into it, at the middle one. */
static void make(struct thing things[3], struct thing *children[2])
{
    memset(things, 0, 3 * sizeof *things);
    children[0] = &things[1];
    children[1] = &things[2];
    things[0] = (struct thing){.kind = KIND_BRANCH,
                               .count = 2,
                               .name = S("root"),
                               .children = children,
                               .other = &things[0],
                               .table = tables,
                               .table_bits = 3,
                               .label = "seven..",
                               .yes = true,
                               .left = children};
    things[1] = (struct thing){.name = S("twice"), .table = tables};
    things[2] = (struct thing){.name = S("twice"), .table = tables, .other = &things[1]};
}

/* Freezes one thing; the block is aligned and the caller's. */
static void *frozen(const struct freeze_type *type, const void *root, size_t *ret_size)
{
    struct buf b CLEANUP(buf_done) = buf_make(1 << 24);
    const struct freeze_root roots[] = {{type, root}};
    struct err e = {0};

    assert_true(freeze(roots, 1, &b, &e));
    void *block = mem_block(b.n);
    memcpy(block, b.p, b.n);
    *ret_size = b.n;
    return block;
}

static void *thawed(void *block, size_t size, const struct freeze_type *type)
{
    struct err e = {0};
    void *root = NULL;

    return thaw(block, size, &type, 1, &root, &e) ? root : NULL;
}

static void a_graph_comes_back_with_what_was_shared_and_circles(void **state)
{
    struct thing things[3], *children[2];
    size_t size;

    (void)state;
    make(things, children);
    void *block = frozen(&thing_type, things, &size);
    memset(things, 0xee, sizeof things);
    struct thing *t = thawed(block, size, &thing_type);
    assert_non_null(t);
    assert_true(t->other == t && t->yes && !t->left && t->kind == KIND_BRANCH);
    assert_true(str_eq(t->name, S("root")) && t->name.p[4] == '\0');
    assert_string_equal(t->label, "seven..");
    assert_memory_equal(t->table, tables, sizeof tables);
    assert_true((uintptr_t)t->table % 64 == 0);
    assert_true(t->children[1]->other == t->children[0]);
    assert_true(t->children[0]->name.p == t->children[1]->name.p);
    assert_true(t->children[0]->table == t->table && t->children[1]->table == t->table);
    free(block);
}

static void a_string_that_points_nowhere_stays_so(void **state)
{
    struct thing t = {.table = tables}, *back;
    size_t size;

    (void)state;
    void *block = frozen(&thing_type, &t, &size);
    back = thawed(block, size, &thing_type);
    assert_non_null(back);
    assert_true(!back->name.p && !back->name.n && !back->children && !back->other);
    free(block);
}

static void a_block_that_would_be_too_large_is_refused(void **state)
{
    struct thing things[3], *children[2];
    const struct freeze_root roots[] = {{&thing_type, things}};
    size_t size;

    (void)state;
    make(things, children);
    free(frozen(&thing_type, things, &size));
    for (size_t max = 1; max <= size; max++) {
        struct buf b CLEANUP(buf_done) = buf_make(max);
        struct err e = {0};
        assert_int_equal(freeze(roots, 1, &b, &e), max == size);
        assert_int_equal(e.code, max == size ? ERR_NONE : ERR_LIMIT);
    }
}

/* Reads all that can be reached from the array of things; the sanitizers see what is outside. */
static uint64_t read_all(const struct thing *t)
{
    uint64_t sum = t->kind + (t->other ? t->other->kind : 0);

    for (size_t i = 0; i < t->name.n; i++)
        sum += (uint8_t)t->name.p[i];
    for (uint32_t i = 0; i < t->count; i++)
        sum += t->children[i]->kind;
    for (uint64_t i = 0; i < table_size(t); i++)
        sum += t->table[i];
    return sum + strlen(t->label);
}

static void no_changed_byte_leads_outside_the_block(void **state)
{
    static const uint8_t values[] = {0, 1, 2, 0x40, 0x7f, 0x80, 0xff};
    struct thing things[3], *children[2];
    size_t size;
    uint64_t sum = 0, refused = 0;

    (void)state;
    make(things, children);
    void *block = frozen(&thing_type, things, &size);
    for (size_t i = 0; i < size; i++)
        for (size_t k = 0; k < countof(values); k++) {
            char *damaged = mem_block(size);
            memcpy(damaged, block, size);
            damaged[i] = (char)values[k];
            struct thing *t = thawed(damaged, size, &thing_type);
            sum += t ? read_all(t) : 0;
            refused += !t;
            free(damaged);
        }
    assert_true(refused > size / 4 && sum);
    for (size_t n = 0; n < size; n++) {
        char *cut = mem_block(n + 1);
        memcpy(cut, block, n);
        assert_null(thawed(cut, n, &thing_type));
        free(cut);
    }
    free(block);
}

static void the_layout_is_a_number_that_follows_the_tables(void **state)
{
    struct freeze_member members[countof(thing_members)];
    struct freeze_type other = thing_type;
    const struct freeze_type *one = &thing_type, *two = &other;

    (void)state;
    memcpy(members, thing_members, sizeof members);
    other.members = members;
    members[0].limit++;
    assert_true(freeze_layout(&one, 1) == freeze_layout(&one, 1));
    assert_true(freeze_layout(&one, 1) != freeze_layout(&two, 1));
}

/* ------------------------------------------------------------ the tables of rules */

static bool is_pointer(enum freeze_kind kind)
{
    return kind == FREEZE_ONE || kind == FREEZE_MANY || kind == FREEZE_NESTED;
}

/* No gap between members that a pointer could hide in. */
static void assert_covered(const struct freeze_type *t)
{
    uint32_t end = 0;

    for (uint32_t i = 0; i < t->member_count; i++) {
        assert_true(t->members[i].offset >= end && t->members[i].offset - end < sizeof(void *));
        end = t->members[i].offset + t->members[i].size;
    }
    assert_true(t->member_count == 0 || t->size - end < sizeof(void *));
}

static void every_member_of_what_is_frozen_has_its_row(void **state)
{
    const struct freeze_type *types[64] = {&freeze_ruleset, &freeze_compiled_rules,
                                           &freeze_profile};
    uint32_t count = 3;

    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        assert_covered(types[i]);
        for (uint32_t k = 0; k < types[i]->member_count; k++) {
            const struct freeze_member *m = &types[i]->members[k];
            uint32_t at = 0;
            while (is_pointer(m->kind) && at < count && types[at] != m->type)
                at++;
            if (is_pointer(m->kind) && at == count)
                types[count++] = m->type;
        }
    }
    assert_true(count > 20);
}

static const char rules_text[] =
    "title: One\nid: 1\nlevel: high\ntags: [attack.t1059, attack.execution]\n"
    "logsource: {product: windows, category: process_creation}\n"
    "detection:\n"
    "  a: {Image|endswith: ['\\a.exe', '\\b.exe'], CommandLine|re: 'x.y'}\n"
    "  b: [{User|cidr: 10.0.0.0/8}, {User: null}]\n"
    "  condition: a and not b or not (a and b)\n"
    "---\ntitle: Two\n"
    "---\ntitle: Three\nlogsource: {product: linux}\ndetection: {s: [word], condition: s}\n";

static struct ruleset *loaded(void)
{
    struct ruleset *rs = ruleset_new();

    ruleset_load_text(rs, S("rules.yml"), str_from(rules_text));
    ruleset_finish(rs);
    return rs;
}

static void a_rule_set_comes_back_without_its_yaml(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) = loaded();
    size_t size;

    (void)state;
    void *block = frozen(&freeze_ruleset, rs, &size);
    struct ruleset *root = thawed(block, size, &freeze_ruleset);
    assert_non_null(root);
    struct ruleset *back CLEANUP(ruleset_freep) = ruleset_thawed(root, block);
    assert_int_equal(back->count, 2);
    assert_int_equal(back->refusal_count, 1);
    assert_string_equal(back->refusals[0].why.message, rs->refusals[0].why.message);
    assert_string_equal(back->hash, rs->hash);
    const struct sigma_rule *one = back->rules[0];
    assert_true(str_eq(one->title, S("One")) && str_eq(one->tags[1], S("attack.execution")));
    assert_true(one->level == LEVEL_HIGH && !one->root && !one->selection_count);
    assert_true(str_eq(one->text, rs->rules[0]->text));
    assert_int_equal(one->expr->kind, NODE_OR);
    /* both mentions of a selection are one again */
    const struct sigma_node *a = one->expr->children[0]->children[0];
    assert_int_equal(a->children[0]->item->value_count, 2);
    assert_true(str_eq(a->children[0]->item->field, S("Image")));
}

static void a_tree_in_a_circle_is_refused(void **state)
{
    struct ruleset *rs CLEANUP(ruleset_freep) = loaded();
    struct sigma_node *expr = rs->rules[0]->expr;
    size_t size;

    (void)state;
    expr->children[0]->children[0] = expr;
    void *block = frozen(&freeze_ruleset, rs, &size);
    assert_null(thawed(block, size, &freeze_ruleset));
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_graph_comes_back_with_what_was_shared_and_circles),
        cmocka_unit_test(a_string_that_points_nowhere_stays_so),
        cmocka_unit_test(a_block_that_would_be_too_large_is_refused),
        cmocka_unit_test(no_changed_byte_leads_outside_the_block),
        cmocka_unit_test(the_layout_is_a_number_that_follows_the_tables),
        cmocka_unit_test(every_member_of_what_is_frozen_has_its_row),
        cmocka_unit_test(a_rule_set_comes_back_without_its_yaml),
        cmocka_unit_test(a_tree_in_a_circle_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
