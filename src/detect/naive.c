/*
 * naive.c - the meaning of Sigma's detections (specification 2.1,
 * sigma-rules-specification.md "Detection", sigma-appendix-modifiers.md).
 *
 * Read top down: a value against a test, the values of a field against an item,
 * items joined by the condition, a log source. Where the specification leaves
 * something open, the choice stands at the function that makes it.
 */
#include "detect/naive.h"

#include "base/mem.h"
#include "detect/glob.h"
#include "detect/scalar.h"
#include "text/ip.h"
#include "text/regex.h"

#include <stdlib.h>

/* What a test's pattern was compiled to. */
struct compiled {
    const struct sigma_test *test;
    struct regex *regex;
    struct ip_network network;
    bool usable; /* a rule that is loaded has no other; the rest never matches */
};

struct naive {
    const struct ruleset *rs;
    struct compiled *compiled; /* in the order of their tests' addresses */
    uint32_t compiled_count, compiled_capacity;
    uint32_t *depths; /* of each rule's expr, in nodes */
};

/* One event as seen through one of its log sources. */
struct view {
    const struct naive *naive;
    const struct event *ev;
    const struct logsource *source;
    struct regex_state *regex; /* made when the first regex is met */
};

/* ------------------------------------------------------------ a value */

static int compare_tests(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct compiled *)a)->test;
    uintptr_t y = (uintptr_t)((const struct compiled *)b)->test;

    return (x > y) - (x < y);
}

static const struct compiled *compiled_of(const struct naive *n, const struct sigma_test *t)
{
    struct compiled key = {.test = t};
    const struct compiled *found =
        n->compiled_count ? bsearch(&key, n->compiled, n->compiled_count, sizeof key, compare_tests)
                          : NULL;

    return found && found->usable ? found : NULL;
}

/* true and True are one value, whatever |cased says. */
static bool is_cased(const struct sigma_test *t, const struct field *f)
{
    return t->cased && t->scalar != SCALAR_BOOL && f->type != VALUE_BOOL;
}

/* Numbers compare as text, so that 4624 is "4624"; two numbers also by their value. A keyword may
 * be any part of the value. */
static bool match_is_true(const struct sigma_test *t, const struct field *f, bool keyword)
{
    if (keyword)
        return glob_find(&t->string, f->value, is_cased(t, f));
    if (glob_match(&t->string, f->value, is_cased(t, f)))
        return true;
    return t->scalar == SCALAR_NUMBER && f->type == VALUE_NUMBER && t->string.count == 1 &&
           t->string.parts[0].kind == PART_TEXT &&
           scalar_number_eq(t->string.parts[0].text, f->value);
}

/* The regex sees the value as it was written. One that gives up at a limit does not match. */
static bool regex_is_true(struct view *v, const struct sigma_test *t, const struct field *f)
{
    const struct compiled *c = compiled_of(v->naive, t);

    if (!v->regex)
        v->regex = regex_state_new();
    return c && regex_search(c->regex, v->regex, f->value) == REGEX_YES;
}

static bool cidr_is_true(const struct view *v, const struct sigma_test *t, const struct field *f)
{
    const struct compiled *c = compiled_of(v->naive, t);
    struct ip address;

    return c && ip_parse(f->value, &address) && ip_in(&address, &c->network);
}

static bool compare_is_true(const struct sigma_test *t, const struct field *f)
{
    double value;
    bool readable = t->time_part == TIME_WHOLE ? scalar_number(f->value, &value)
                                               : scalar_time_part(f->value, t->time_part, &value);

    return readable && scalar_compare(value, t->compare, t->number);
}

/* Two fields are compared as a rule's string would be with the other's text as it is. */
static bool reference_is_true(const struct sigma_test *t, const struct field *f,
                              const struct field *other)
{
    struct sigma_part parts[3];
    struct sigma_string text = {parts, 0};

    if (f->type == VALUE_NULL || other->type == VALUE_NULL)
        return false;
    if (t->ref_ends)
        parts[text.count++] = (struct sigma_part){.kind = PART_MANY};
    parts[text.count++] = (struct sigma_part){PART_TEXT, other->value};
    if (t->ref_starts)
        parts[text.count++] = (struct sigma_part){.kind = PART_MANY};
    if (glob_match(&text, f->value, t->cased))
        return true;
    return !t->ref_ends && !t->ref_starts && f->type == VALUE_NUMBER &&
           other->type == VALUE_NUMBER && scalar_number_eq(f->value, other->value);
}

static uint32_t find_native(const struct view *v, str rule_name)
{
    return event_find(v->ev, logsource_native_name(v->source, rule_name));
}

static bool fieldref_is_true(const struct view *v, const struct sigma_test *t,
                             const struct field *f)
{
    const struct event *ev = v->ev;

    for (uint32_t i = find_native(v, t->pattern); i < ev->field_count; i = event_next(ev, i))
        if (reference_is_true(t, f, &ev->fields[i]))
            return true;
    return false;
}

static bool value_is_true(struct view *v, const struct sigma_test *t, const struct field *f,
                          bool keyword)
{
    if (f->type == VALUE_NULL)
        return t->op == SIGMA_NULL || (t->op == SIGMA_EXISTS && t->wanted);
    switch (t->op) {
    case SIGMA_MATCH:
        return match_is_true(t, f, keyword);
    case SIGMA_REGEX:
        return regex_is_true(v, t, f);
    case SIGMA_CIDR:
        return cidr_is_true(v, t, f);
    case SIGMA_COMPARE:
        return compare_is_true(t, f);
    case SIGMA_NULL:
        return false;
    case SIGMA_EXISTS:
        return t->wanted;
    case SIGMA_FIELDREF:
        return fieldref_is_true(v, t, f);
    }
    return false;
}

/* ------------------------------------------------------------ an item */

/* Where the values of an item's field begin, and the next of them. Keywords go through all fields.
 */
static uint32_t first_value(const struct view *v, const struct sigma_item *item)
{
    return item->field.n ? find_native(v, item->field) : 0;
}

static uint32_t next_value(const struct view *v, const struct sigma_item *item, uint32_t at)
{
    return item->field.n ? event_next(v->ev, at) : at + 1;
}

static bool test_is_true(struct view *v, const struct sigma_item *item, const struct sigma_test *t)
{
    uint32_t i = first_value(v, item);

    if (i >= v->ev->field_count)
        return t->op == SIGMA_NULL || (t->op == SIGMA_EXISTS && !t->wanted);
    for (; i < v->ev->field_count; i = next_value(v, item, i))
        if (value_is_true(v, t, &v->ev->fields[i], item->field.n == 0))
            return true;
    return false;
}

static bool any_test_is_true(struct view *v, const struct sigma_item *item,
                             const struct sigma_value *value)
{
    for (uint32_t i = 0; i < value->count; i++)
        if (test_is_true(v, item, &value->tests[i]))
            return true;
    return false;
}

static bool item_is_true(struct view *v, const struct sigma_item *item)
{
    bool result = item->all;

    for (uint32_t i = 0; i < item->value_count && result == item->all; i++)
        result = any_test_is_true(v, item, &item->values[i]);
    return result != item->negated;
}

/* ------------------------------------------------------------ a condition */

/* A node at work: `next` of its children have been looked at. */
struct frame {
    const struct sigma_node *node;
    uint32_t next;
};

static bool node_is_true(struct view *v, const struct sigma_node *root, struct frame *stack)
{
    uint32_t depth = 0;
    bool result = false; /* of the node that was left last */

    stack[depth++] = (struct frame){root, 0};
    while (depth) {
        struct frame *top = &stack[depth - 1];
        const struct sigma_node *node = top->node;
        if (node->kind == NODE_ITEM) {
            result = item_is_true(v, node->item);
            depth--;
            continue;
        }
        assert(node->kind != NODE_SELECTION); /* rule_resolve() has replaced them */
        bool decided = node->kind == NODE_OR; /* the child's result that settles AND or OR */
        if (top->next == 0)
            result = node->kind == NODE_AND;
        else if (node->kind == NODE_NOT)
            result = !result;
        if (top->next < node->child_count && (top->next == 0 || result != decided))
            stack[depth++] = (struct frame){node->children[top->next++], 0};
        else
            depth--;
    }
    return result;
}

static bool source_matches(struct view *v, uint32_t rule)
{
    const struct sigma_rule *r = v->naive->rs->rules[rule];

    if (!logsource_applies(&r->logsource, v->source))
        return false;
    struct frame *stack = mem_array(v->naive->depths[rule], sizeof *stack);
    bool result = node_is_true(v, r->expr, stack);
    free(stack);
    return result;
}

/* The log source through which the rule matches; NULL when it does not. An event without one is
 * seen by rules that ask for none. */
static const struct logsource *matching_source(const struct naive *n, uint32_t rule,
                                               const struct event *ev)
{
    static const struct logsource none;
    const struct logsource *sources = ev->logsource_count ? ev->logsources : &none, *found = NULL;
    uint32_t count = ev->logsource_count ? ev->logsource_count : 1;
    struct view v = {.naive = n, .ev = ev};

    for (uint32_t i = 0; i < count && !found; i++) {
        v.source = &sources[i];
        if (source_matches(&v, rule))
            found = v.source;
    }
    regex_state_free(v.regex);
    return found;
}

bool naive_matches(const struct naive *n, uint32_t rule, const struct event *ev)
{
    assert(rule < n->rs->count);
    return matching_source(n, rule, ev) != NULL;
}

bool naive_item(const struct naive *n, const struct logsource *source, const struct event *ev,
                const struct sigma_item *item)
{
    struct view v = {.naive = n, .ev = ev, .source = source};
    bool result = item_is_true(&v, item);

    regex_state_free(v.regex);
    return result;
}

const struct ruleset *naive_rules(const struct naive *n)
{
    return n->rs;
}

/* ------------------------------------------------------------ reasons */

/* Nodes still to be visited, in an arena; a node under an odd number of negations is `negated`. */
struct pending {
    const struct sigma_node *node;
    bool negated;
};
struct pending_list {
    struct pending *items;
    uint32_t count, capacity;
};

static void push(struct pending_list *list, struct arena *a, const struct sigma_node *node,
                 bool negated)
{
    struct pending *room =
        arena_push(a, (void **)&list->items, &list->count, &list->capacity, sizeof *room);

    *room = (struct pending){node, negated};
}

struct reasons {
    struct matched_field *items;
    uint32_t count;
};

static void add_reason(struct reasons *r, str field, str value)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (str_eq(r->items[i].field, field) && str_eq(r->items[i].value, value))
            return;
    if (r->count < MATCHED_MAX)
        r->items[r->count++] = (struct matched_field){field, value};
}

static void explain_test(struct view *v, const struct sigma_item *item, const struct sigma_test *t,
                         struct reasons *r)
{
    bool keyword = item->field.n == 0;
    str name = keyword ? S("keywords") : logsource_native_name(v->source, item->field);
    uint32_t i = first_value(v, item);

    if (i >= v->ev->field_count && test_is_true(v, item, t))
        add_reason(r, name, S(""));
    for (; i < v->ev->field_count && r->count < MATCHED_MAX; i = next_value(v, item, i)) {
        const struct field *f = &v->ev->fields[i];
        if (value_is_true(v, t, f, keyword))
            add_reason(r, name, f->value);
    }
}

static void explain_item(struct view *v, const struct sigma_item *item, struct reasons *r)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++)
            explain_test(v, item, &item->values[i].tests[k], r);
}

uint32_t naive_explain(const struct naive *n, uint32_t rule, const struct event *ev,
                       struct arena *a, struct matched_field **ret)
{
    const struct logsource *source = matching_source(n, rule, ev);
    struct view v = {.naive = n, .ev = ev, .source = source};
    struct pending_list todo = {0};
    struct reasons r = {0};

    *ret = NULL;
    if (!source)
        return 0;
    r.items = arena_array(a, MATCHED_MAX, sizeof *r.items);
    push(&todo, a, n->rs->rules[rule]->expr, false);
    while (todo.count) {
        struct pending p = todo.items[--todo.count];
        if (p.node->kind == NODE_ITEM) {
            bool negated = p.node->item->negated;
            if (p.negated == negated && item_is_true(&v, p.node->item) != negated)
                explain_item(&v, p.node->item, &r);
            continue;
        }
        for (uint32_t i = p.node->child_count; i-- > 0;)
            push(&todo, a, p.node->children[i], p.negated != (p.node->kind == NODE_NOT));
    }
    regex_state_free(v.regex);
    *ret = r.items;
    return r.count;
}

/* ------------------------------------------------------------ compilation */

static void compile_test(struct naive *n, const struct sigma_test *t)
{
    struct err e = {0};

    if (t->op != SIGMA_REGEX && t->op != SIGMA_CIDR)
        return;
    if (n->compiled_count == n->compiled_capacity) {
        n->compiled_capacity = n->compiled_capacity ? n->compiled_capacity * 2 : 64;
        n->compiled = mem_resize(n->compiled, n->compiled_capacity, sizeof *n->compiled);
    }
    struct compiled *c = &n->compiled[n->compiled_count++];
    *c = (struct compiled){.test = t};
    if (t->op == SIGMA_REGEX) {
        c->regex = regex_new(t->pattern, t->regex_flags, &e);
        c->usable = c->regex != NULL;
    } else {
        c->usable = ip_network_parse(t->pattern, &c->network, &e);
    }
}

static void compile_item(struct naive *n, const struct sigma_item *item)
{
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++)
            compile_test(n, &item->values[i].tests[k]);
}

struct level {
    const struct sigma_node *node;
    uint32_t depth;
};
struct level_list {
    struct level *items;
    uint32_t count, capacity;
};

/* Compiles the items below root; returns how deep it is. */
static uint32_t compile_rule(struct naive *n, const struct sigma_node *root,
                             struct level_list *todo)
{
    uint32_t deepest = 0;

    todo->count = 0;
    for (struct level at = {root, 1};; at = todo->items[--todo->count]) {
        deepest = at.depth > deepest ? at.depth : deepest;
        if (at.node->kind == NODE_ITEM)
            compile_item(n, at.node->item);
        while (todo->capacity - todo->count < at.node->child_count) {
            todo->capacity = todo->capacity ? todo->capacity * 2 : 64;
            todo->items = mem_resize(todo->items, todo->capacity, sizeof *todo->items);
        }
        for (uint32_t i = 0; i < at.node->child_count; i++)
            todo->items[todo->count++] = (struct level){at.node->children[i], at.depth + 1};
        if (todo->count == 0)
            return deepest;
    }
}

struct naive *naive_new(const struct ruleset *rs)
{
    struct naive *n = mem_alloc(sizeof *n);
    struct level_list todo = {0};

    n->rs = rs;
    n->depths = mem_array(rs->count, sizeof *n->depths);
    for (uint32_t i = 0; i < rs->count; i++)
        n->depths[i] = compile_rule(n, rs->rules[i]->expr, &todo);
    free(todo.items);
    if (n->compiled_count)
        qsort(n->compiled, n->compiled_count, sizeof *n->compiled, compare_tests);
    return n;
}

void naive_free(struct naive *n)
{
    if (!n)
        return;
    for (uint32_t i = 0; i < n->compiled_count; i++)
        regex_free(n->compiled[i].regex);
    free(n->compiled);
    free(n->depths);
    free(n);
}
