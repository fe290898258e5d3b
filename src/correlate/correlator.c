#include "correlate/correlator_state.h"

#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    KEYS_OF_ALL = 1 << 22, /* shared by all correlations */
    KEYS_LEAST = 1 << 12,
};
#define BYTES_OF_ALL (UINT64_C(1) << 30) /* that groups own beyond 64 bytes each */
#define BYTES_LEAST (UINT64_C(1) << 23)

/* ------------------------------------------------------------ the program of a condition */

struct emitting {
    struct window_spec *spec;
    bool too_long;
};

static void emit(struct emitting *e, uint8_t step)
{
    if (e->spec->program_length == WINDOW_PROGRAM_MAX)
        e->too_long = true;
    else
        e->spec->program[e->spec->program_length++] = step;
}

/* A node whose first `next` children have been written. */
struct writing {
    const struct sigma_node *node;
    uint32_t next;
};

/* The tree in postfix: AND and OR behind every child but the first. */
static bool write_program(const struct sigma_node *root, struct window_spec *spec)
{
    enum { DEPTH_MAX = 64 };
    struct writing stack[DEPTH_MAX];
    struct emitting e = {spec, false};
    uint32_t depth = 0;

    stack[depth++] = (struct writing){root, 0};
    while (depth && !e.too_long) {
        struct writing *top = &stack[depth - 1];
        const struct sigma_node *node = top->node;
        uint8_t joint = node->kind == NODE_AND ? STEP_AND : STEP_OR;
        if (node->kind == NODE_SELECTION)
            emit(&e, (uint8_t)node->selection);
        else if (node->kind == NODE_NOT && top->next == 1)
            emit(&e, STEP_NOT);
        else if (top->next > 1)
            emit(&e, joint);
        if (top->next < node->child_count && depth == DEPTH_MAX)
            return false;
        if (top->next < node->child_count)
            stack[depth++] = (struct writing){node->children[top->next++], 0};
        else
            depth--;
    }
    return !e.too_long;
}

/* ------------------------------------------------------------ windows */

static const enum window_kind kinds[] = {
    [CORRELATION_EVENT_COUNT] = WINDOW_COUNT,
    [CORRELATION_VALUE_COUNT] = WINDOW_DISTINCT,
    [CORRELATION_TEMPORAL] = WINDOW_TEMPORAL,
    [CORRELATION_TEMPORAL_ORDERED] = WINDOW_ORDERED,
    [CORRELATION_VALUE_SUM] = WINDOW_SUM,
    [CORRELATION_VALUE_AVG] = WINDOW_AVERAGE,
    [CORRELATION_VALUE_PERCENTILE] = WINDOW_PERCENTILE,
    [CORRELATION_VALUE_MEDIAN] = WINDOW_PERCENTILE,
    [CORRELATION_SEQUENCE] = WINDOW_SEQUENCE,
};
static const enum bound_operator operators[] = {
    [CORRELATION_GT] = BOUND_GT,   [CORRELATION_GTE] = BOUND_GTE, [CORRELATION_LT] = BOUND_LT,
    [CORRELATION_LTE] = BOUND_LTE, [CORRELATION_EQ] = BOUND_EQ,   [CORRELATION_NEQ] = BOUND_NEQ,
};

static const enum window_role roles[] = {
    [CORRELATION_STEP] = WINDOW_STEP,
    [CORRELATION_ABSENCE] = WINDOW_ABSENCE,
    [CORRELATION_UNTIL] = WINDOW_UNTIL,
};

static const enum window_shape shapes[] = {
    [CORRELATION_SLIDING] = WINDOW_SLIDING,
    [CORRELATION_TUMBLING] = WINDOW_TUMBLING,
    [CORRELATION_SESSION] = WINDOW_SESSION,
};

static void open_windows(struct correlator *c, struct evaluated *x)
{
    const struct sigma_correlation *of = x->of;
    uint32_t share = KEYS_OF_ALL / c->count;
    uint64_t bytes = BYTES_OF_ALL / c->count;
    struct window_spec spec = {
        .kind = kinds[of->type],
        .span_ns = of->timespan_ns,
        .gap_ns = of->gap_ns,
        .shape = shapes[of->window],
        .bound_count = of->bound_count,
        .percentile = of->type == CORRELATION_VALUE_MEDIAN ? 50 : of->percentile,
        .member_count = of->rule_count,
        .keys_max = share > KEYS_LEAST ? share : KEYS_LEAST,
        .bytes_max = bytes > BYTES_LEAST ? bytes : BYTES_LEAST,
    };

    for (uint32_t i = 0; of->type == CORRELATION_SEQUENCE && i < of->rule_count; i++)
        spec.steps[i] = (struct window_step){roles[of->rules[i].role], (uint8_t)of->rules[i].runs,
                                             of->rules[i].fork};
    for (uint32_t i = 0; i < of->bound_count; i++)
        spec.bounds[i] = (struct window_bound){operators[of->bounds[i].op], of->bounds[i].number};
    if (of->condition && of->rule_count <= WINDOW_MEMBERS_MAX &&
        !write_program(of->condition, &spec))
        x->refusal = "the condition is too long";
    else if (window_spec_check(&spec, &x->refusal))
        x->windows = windows_new(&spec);
    x->awaits = x->windows && windows_await(x->windows);
    c->awaits = c->awaits || x->awaits;
}

/* ------------------------------------------------------------ what is wanted of whom */

static uint32_t want_field(struct correlator *c, struct wanted *w, str name)
{
    for (uint32_t i = 0; i < w->field_count; i++)
        if (str_eq(w->fields[i], name))
            return i;
    str *room = arena_push(c->arena, (void **)&w->fields, &w->field_count, &w->field_capacity,
                           sizeof *room);
    *room = name;
    return w->field_count - 1;
}

static struct part *new_part(struct correlator *c, struct part **parts, uint32_t *count,
                             uint32_t *capacity, uint32_t correlation, uint32_t member)
{
    struct part *p = arena_push(c->arena, (void **)parts, count, capacity, sizeof *p);

    *p = (struct part){.correlation = correlation, .member = member};
    p->values = arena_array(c->arena, c->all[correlation].of->field_count, sizeof *p->values);
    return p;
}

static void want_of_rule(struct correlator *c, struct wanted *w, uint32_t correlation,
                         uint32_t member)
{
    const struct sigma_correlation *of = c->all[correlation].of;
    struct part *p = new_part(c, &w->parts, &w->part_count, &w->part_capacity, correlation, member);

    for (uint32_t i = 0; i < of->group_count; i++)
        p->group[i] = (uint16_t)want_field(c, w, of->members[member].group[i]);
    for (uint32_t i = 0; i < of->field_count; i++)
        p->values[i] = (uint16_t)want_field(c, w, of->fields[i]);
}

/* Of a correlation there are the fields that it groups by. */
static uint16_t field_of_child(const struct sigma_correlation *child, str name)
{
    for (uint32_t i = 0; i < child->group_count; i++)
        if (str_eq(child->group_by[i], name))
            return (uint16_t)i;
    return UINT16_MAX;
}

static void want_of_child(struct correlator *c, struct evaluated *child, uint32_t correlation,
                          uint32_t member)
{
    const struct sigma_correlation *of = c->all[correlation].of;
    struct part *p =
        new_part(c, &child->parts, &child->part_count, &child->part_capacity, correlation, member);

    for (uint32_t i = 0; i < of->group_count; i++)
        p->group[i] = field_of_child(child->of, of->members[member].group[i]);
    for (uint32_t i = 0; i < of->field_count; i++)
        p->values[i] = field_of_child(child->of, of->fields[i]);
}

/* Rules and correlations are found by their addresses. */
static str address_of(const void *const *p)
{
    return (str){(const char *)p, sizeof *p};
}

static void connect(struct correlator *c)
{
    struct intern *rules CLEANUP(intern_freep) = intern_new();
    struct intern *children CLEANUP(intern_freep) = intern_new();

    for (uint32_t i = 0; i < c->rs->count; i++) {
        const void *p = c->rs->rules[i];
        (void)intern_add(rules, address_of(&p));
    }
    for (uint32_t i = 0; i < c->count; i++) {
        const void *p = c->all[i].of;
        (void)intern_add(children, address_of(&p));
    }
    for (uint32_t i = 0; i < c->count; i++) {
        const struct sigma_correlation *of = c->all[i].of;
        for (uint32_t m = 0; m < of->rule_count && c->all[i].windows; m++) {
            const void *rule = of->members[m].rule, *child = of->members[m].child;
            uint32_t at = rule ? intern_find(rules, address_of(&rule))
                               : intern_find(children, address_of(&child));
            if (at == INTERN_NONE)
                continue; /* left out by level, status or tag */
            if (rule)
                want_of_rule(c, &c->rules[at], i, m);
            else
                want_of_child(c, &c->all[at], i, m);
        }
    }
}

struct correlator *correlator_new(const struct ruleset *rs, const struct correlator_sink *sink)
{
    enum { ARENA_BYTES = 16 * 1024 };

    if (rs->correlations_kept == 0)
        return NULL;
    struct correlator *c = mem_alloc(sizeof *c);
    c->rs = rs;
    c->sink = *sink;
    c->arena = arena_new(ARENA_BYTES);
    c->seed = hash_seed();
    c->count = rs->correlations_kept;
    c->all = mem_array(c->count, sizeof *c->all);
    c->rules = mem_array(rs->count + 1, sizeof *c->rules);
    for (uint32_t i = 0; i < c->count; i++) {
        c->all[i].of = rs->correlations[i];
        open_windows(c, &c->all[i]);
    }
    connect(c);
    return c;
}

void correlator_free(struct correlator *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->count; i++)
        windows_free(c->all[i].windows);
    free(c->all);
    free(c->rules);
    free(c->offers);
    free(c->label);
    arena_free(c->arena);
    free(c);
}

const char *correlator_refusal(const struct correlator *c, uint32_t i,
                               const struct sigma_correlation **ret)
{
    for (uint32_t k = 0; c && k < c->count; k++)
        if (c->all[k].refusal && i-- == 0) {
            *ret = c->all[k].of;
            return c->all[k].refusal;
        }
    return NULL;
}

bool correlator_wants(const struct correlator *c, uint32_t rule, const str **ret, uint32_t *ret_n)
{
    if (!c || c->rules[rule].part_count == 0)
        return false;
    *ret = c->rules[rule].fields;
    *ret_n = c->rules[rule].field_count;
    return true;
}

void correlator_values(const struct correlator *c, uint32_t rule, const struct event *ev, str *ret)
{
    const struct wanted *w = &c->rules[rule];
    const struct logsource *asked = &c->rs->rules[rule]->logsource;

    for (uint32_t i = 0; i < w->field_count; i++) {
        uint32_t at = ev->field_count;
        for (uint32_t k = 0; k < ev->logsource_count && at == ev->field_count; k++)
            if (logsource_applies(asked, &ev->logsources[k]))
                at = event_find(ev, logsource_native_name(&ev->logsources[k], w->fields[i]));
        if (at == ev->field_count)
            at = event_find(ev, w->fields[i]);
        ret[i] = at < ev->field_count ? ev->fields[at].value : (str){0};
    }
}

struct correlator_stats correlator_stats(const struct correlator *c)
{
    struct correlator_stats s = {.lacking = c->lacking};

    for (uint32_t i = 0; i < c->count; i++) {
        const struct windows *w = c->all[i].windows;
        if (!w)
            continue;
        s.displaced += windows_displaced(w);
        if (windows_displaced(w) > s.most_displaced) {
            s.most_displaced = windows_displaced(w);
            s.displaced_by = c->all[i].of;
        }
        s.keys += windows_keys(w);
        s.bytes += windows_bytes(w);
    }
    return s;
}
