/*
 * lint_condition.c - checks of conditions as formulas over the selections: one
 * that is never or always true, selections that no condition names, and such
 * that are named and make no difference.
 *
 * Up to SELECTIONS_TRIED selections every combination of their truth is tried;
 * a combination is the bits of a number. Beyond, only the names are checked.
 */
#include "sigma/lint_run.h"

#include <stdlib.h>

enum { SELECTIONS_TRIED = 12, CONDITION_TRIED_NODES = 1024 };

/* A condition with its nodes in an order in which parents come first. */
struct formula {
    struct sigma_node **nodes;
    uint32_t *parents;
    uint32_t count;
};

/* The places of the selections that a condition names, in the order of the rule. */
struct atoms {
    uint32_t places[SELECTIONS_TRIED];
    uint32_t count;
    bool too_many;
};

static struct formula formula_of(struct sigma_node *root, struct arena *a)
{
    struct formula f = {0};

    f.nodes = sigma_node_list(root, &f.count);
    f.parents = arena_array(a, (size_t)f.count + 1, sizeof *f.parents);
    if (f.count > CONDITION_TRIED_NODES)
        return f;
    for (uint32_t i = 0; i < f.count; i++)
        for (uint32_t k = 0; k < f.nodes[i]->child_count; k++)
            for (uint32_t c = i + 1; c < f.count; c++)
                if (f.nodes[c] == f.nodes[i]->children[k])
                    f.parents[c] = i;
    return f;
}

static struct atoms atoms_of(const struct formula *f, bool *used)
{
    struct atoms atoms = {0};

    for (uint32_t i = 0; i < f->count; i++) {
        bool known = f->nodes[i]->kind != NODE_SELECTION;
        if (!known)
            used[f->nodes[i]->selection] = true;
        for (uint32_t k = 0; !known && k < atoms.count; k++)
            known = atoms.places[k] == f->nodes[i]->selection;
        if (known)
            continue;
        if (atoms.count == SELECTIONS_TRIED)
            atoms.too_many = true;
        else
            atoms.places[atoms.count++] = f->nodes[i]->selection;
    }
    return atoms;
}

static bool atom_is_true(const struct atoms *atoms, uint32_t selection, uint32_t truth)
{
    for (uint32_t i = 0; i < atoms->count; i++)
        if (atoms->places[i] == selection)
            return truth >> i & 1;
    return false;
}

/* Children before parents, from the end of the list to its beginning. */
static bool is_true(const struct formula *f, const struct atoms *atoms, uint32_t truth)
{
    bool value[CONDITION_TRIED_NODES];

    for (uint32_t i = 0; i < f->count; i++)
        value[i] = f->nodes[i]->kind != NODE_OR;
    for (uint32_t i = f->count; i-- > 0;) {
        bool v = f->nodes[i]->kind == NODE_SELECTION
                     ? atom_is_true(atoms, f->nodes[i]->selection, truth)
                     : value[i];
        if (i == 0)
            return v;
        uint32_t parent = f->parents[i];
        if (f->nodes[parent]->kind == NODE_NOT)
            value[parent] = !v;
        else if (f->nodes[parent]->kind == NODE_AND)
            value[parent] = value[parent] && v;
        else
            value[parent] = value[parent] || v;
    }
    return true;
}

static void try_all(struct lint_run *run, const struct formula *f, const struct atoms *atoms,
                    const struct yaml_node *at)
{
    uint32_t combinations = (uint32_t)1 << atoms->count, trues = 0;
    bool *values = arena_array(run->arena, combinations, sizeof *values);

    for (uint32_t t = 0; t < combinations; t++) {
        values[t] = is_true(f, atoms, t);
        trues += values[t];
    }
    if (trues == 0 || trues == combinations) {
        lint_add(run, trues ? LINT_condition_always : LINT_condition_never, at,
                 "the condition is %s whatever the selections are", trues ? "true" : "false");
        return;
    }
    for (uint32_t i = 0; i < atoms->count; i++) {
        bool differs = false;
        for (uint32_t t = 0; t < combinations && !differs; t++)
            differs = values[t] != values[t ^ (uint32_t)1 << i];
        if (!differs)
            lint_add(run, LINT_condition_idle, at,
                     "selection '" STR_FMT "' makes no difference to the condition",
                     STR_ARG(run->rule->selections[atoms->places[i]].name));
    }
}

/* Parses the condition again: resolving has put the selections in the place of their names. */
static void check_condition(struct lint_run *run, const struct yaml_node *at, bool *used)
{
    struct err e = {0};
    struct sigma_node *root = condition_parse(at->text, at, run->rule->selections,
                                              run->rule->selection_count, run->arena, &e);

    if (!root) /* a set_custom_attribute or an `action: reset` may have changed the text */
        return;
    struct formula f = formula_of(root, run->arena);
    struct atoms atoms = atoms_of(&f, used);
    if (!atoms.too_many && f.count <= CONDITION_TRIED_NODES)
        try_all(run, &f, &atoms, at);
    free(f.nodes);
}

static void check_unused(struct lint_run *run, const bool *used)
{
    for (uint32_t i = 0; i < run->rule->selection_count; i++) {
        const struct sigma_selection *s = &run->rule->selections[i];
        struct yaml_node at = {.line = s->line, .column = s->column};
        if (!used[i] && !s->hidden)
            lint_add(run, LINT_selection_unused, &at, "no condition uses selection '" STR_FMT "'",
                     STR_ARG(s->name));
    }
}

void lint_conditions(struct lint_run *run)
{
    const struct yaml_node *detection = lint_node(run, "detection");
    const struct yaml_node *n =
        detection && detection->kind == YAML_MAP ? yaml_get(detection, S("condition")) : NULL;
    bool *used = arena_array(run->arena, (size_t)run->rule->selection_count + 1, sizeof *used);

    if (!n)
        return;
    if (n->kind == YAML_SCALAR)
        check_condition(run, n, used);
    for (uint32_t i = 0; n->kind == YAML_LIST && i < n->count; i++)
        check_condition(run, n->items[i], used);
    check_unused(run, used);
}
