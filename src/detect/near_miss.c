/*
 * near_miss.c - walks each rule's tree twice: bottom up for the distances to true and to false of
 * each node, then from the top along the nearest way for the tests in between.
 */
#include "detect/near_miss.h"

#include "base/mem.h"

#include <stdlib.h>

/* What a node costs to be true, and to be false; and its true tests that a rule needs. */
struct cost {
    uint32_t to_true, to_false;
};

struct walked {
    const struct sigma_node *node;
    uint32_t first_child; /* place of its children, which stand one after another */
    struct cost cost;
};

struct walk {
    const struct naive *naive;
    const struct event *ev;
    const struct logsource *source;
    struct walked *nodes; /* parents before children */
    uint32_t count, capacity;
};

static void add_node(struct walk *w, const struct sigma_node *node)
{
    if (w->count == w->capacity) {
        w->capacity = w->capacity * 2 + 64;
        w->nodes = mem_resize(w->nodes, w->capacity, sizeof *w->nodes);
    }
    w->nodes[w->count++] = (struct walked){.node = node};
}

static void list_nodes(struct walk *w, const struct sigma_node *root)
{
    w->count = 0;
    add_node(w, root);
    for (uint32_t i = 0; i < w->count; i++) {
        const struct sigma_node *node = w->nodes[i].node;
        w->nodes[i].first_child = w->count;
        if (node->kind != NODE_ITEM)
            for (uint32_t k = 0; k < node->child_count; k++)
                add_node(w, node->children[k]);
    }
}

static struct cost joined_cost(const struct walk *w, const struct walked *at)
{
    bool all = at->node->kind == NODE_AND;
    uint32_t sum = 0, least = UINT32_MAX;

    for (uint32_t k = 0; k < at->node->child_count; k++) {
        struct cost c = w->nodes[at->first_child + k].cost;
        uint32_t joined = all ? c.to_true : c.to_false, single = all ? c.to_false : c.to_true;
        sum = sum > UINT32_MAX - joined ? UINT32_MAX : sum + joined;
        least = single < least ? single : least;
    }
    return all ? (struct cost){sum, least} : (struct cost){least, sum};
}

static void find_costs(struct walk *w)
{
    for (uint32_t i = w->count; i-- > 0;) {
        struct walked *at = &w->nodes[i];
        struct cost below =
            at->node->kind == NODE_NOT ? w->nodes[at->first_child].cost : (struct cost){0, 0};
        switch (at->node->kind) {
        case NODE_ITEM:
            at->cost.to_true = !naive_item(w->naive, w->source, w->ev, at->node->item);
            at->cost.to_false = !at->cost.to_true;
            break;
        case NODE_NOT:
            at->cost = (struct cost){below.to_false, below.to_true};
            break;
        case NODE_AND:
        case NODE_OR:
            at->cost = joined_cost(w, at);
            break;
        case NODE_SELECTION:
            assert(!"rule_resolve() has replaced it");
        }
    }
}

static str first_value(const struct walk *w, const struct sigma_item *item)
{
    uint32_t at = item->field.n ? event_find(w->ev, logsource_native_name(w->source, item->field))
                                : w->ev->field_count;

    return at < w->ev->field_count ? w->ev->fields[at].value : (str){0};
}

/* A node on the nearest way, and what it has to become. */
struct wanted {
    uint32_t at;
    bool is_true;
};

static void note_item(const struct walk *w, const struct wanted *want, struct near_miss *m)
{
    const struct walked *at = &w->nodes[want->at];
    bool holds = want->is_true ? at->cost.to_true == 0 : at->cost.to_false == 0;

    if (holds) {
        m->held += want->is_true;
        return;
    }
    if (m->missed_count < NEAR_MISSED_MAX)
        m->missed[m->missed_count++] =
            (struct missed_test){at->node->item, !want->is_true, first_value(w, at->node->item)};
}

/* The child that gets there with the fewest tests. */
static uint32_t nearest_child(const struct walk *w, const struct walked *at, bool is_true)
{
    uint32_t best = at->first_child;

    for (uint32_t k = 1; k < at->node->child_count; k++) {
        struct cost c = w->nodes[at->first_child + k].cost, b = w->nodes[best].cost;
        if (is_true ? c.to_true < b.to_true : c.to_false < b.to_false)
            best = at->first_child + k;
    }
    return best;
}

static void follow(const struct walk *w, struct near_miss *m)
{
    struct wanted *todo = mem_array(w->count + 1, sizeof *todo);
    uint32_t count = 0;

    todo[count++] = (struct wanted){0, true};
    while (count) {
        struct wanted want = todo[--count];
        const struct walked *at = &w->nodes[want.at];
        const struct sigma_node *node = at->node;
        if (node->kind == NODE_ITEM) {
            note_item(w, &want, m);
        } else if (node->kind == NODE_NOT) {
            todo[count++] = (struct wanted){at->first_child, !want.is_true};
        } else if ((node->kind == NODE_AND) == want.is_true) {
            for (uint32_t k = node->child_count; k-- > 0;)
                todo[count++] = (struct wanted){at->first_child + k, want.is_true};
        } else if (node->child_count) {
            todo[count++] = (struct wanted){nearest_child(w, at, want.is_true), want.is_true};
        }
    }
    free(todo);
}

/* How near the event comes to the rule through one of its log sources; false: it matches. */
static bool measure(struct walk *w, const struct sigma_rule *rule, struct near_miss *m)
{
    list_nodes(w, rule->expr);
    find_costs(w);
    m->distance = w->nodes[0].cost.to_true;
    m->held = m->missed_count = 0;
    follow(w, m);
    return m->distance > 0;
}

static bool is_nearer(const struct near_miss *a, const struct near_miss *b)
{
    if (a->other_source != b->other_source)
        return b->other_source;
    if (a->distance != b->distance)
        return a->distance < b->distance;
    return a->held > b->held;
}

/* Puts it at its place among the best. */
static void keep(struct near_miss *best, uint32_t *count, uint32_t most, const struct near_miss *m)
{
    uint32_t at = *count;

    if (at == most && (most == 0 || !is_nearer(m, &best[at - 1])))
        return;
    at -= at == most;
    for (; at > 0 && is_nearer(m, &best[at - 1]); at--)
        best[at] = best[at - 1];
    best[at] = *m;
    *count += *count < most;
}

/* The rule through the event's own log sources; false when none applies, or it matches. */
static bool measure_own(struct walk *w, const struct sigma_rule *rule, bool *ret_applies,
                        struct near_miss *m)
{
    static const struct logsource none;
    const struct logsource *sources = w->ev->logsource_count ? w->ev->logsources : &none;
    uint32_t count = w->ev->logsource_count ? w->ev->logsource_count : 1;
    struct near_miss best = {.distance = UINT32_MAX}, one = *m;

    *ret_applies = false;
    for (uint32_t i = 0; i < count; i++) {
        if (!logsource_applies(&rule->logsource, &sources[i]))
            continue;
        *ret_applies = true;
        w->source = &sources[i];
        if (!measure(w, rule, &one))
            return false;
        if (one.distance < best.distance)
            best = one;
    }
    *m = best;
    return *ret_applies && m->held > 0;
}

uint32_t near_miss_find(const struct naive *n, const struct event *ev, uint32_t most,
                        struct arena *a, struct near_miss **ret)
{
    static const struct logsource none;
    struct walk w = {.naive = n, .ev = ev};
    const struct ruleset *rs = naive_rules(n);
    uint32_t count = 0;

    *ret = arena_array(a, most + 1, sizeof **ret);
    for (uint32_t i = 0; i < rs->count; i++) {
        struct near_miss m = {.rule = i};
        bool applies, near = measure_own(&w, rs->rules[i], &applies, &m);
        m.rule = i;
        if (!applies) {
            w.source = &none;
            m.other_source = true;
            near = !measure(&w, rs->rules[i], &m) && m.held > 0;
        }
        if (near)
            keep(*ret, &count, most, &m);
    }
    free(w.nodes);
    return count;
}
