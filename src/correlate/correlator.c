#include "correlate/correlator.h"

#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "correlate/window.h"

#include <stdlib.h>

enum {
    CHAIN_MAX = CORRELATION_CHAIN_MAX + 1,
    NUMBER_TEXT_MAX = 64,
    KEYS_OF_ALL = 1 << 22, /* shared by all correlations */
    KEYS_LEAST = 1 << 12,
};

/* A correlation that is evaluated. */
struct evaluated {
    const struct sigma_correlation *of;
    struct windows *windows;
    const char *refusal; /* then it is not, and this says why */
    struct part *parts;  /* as which it counts in others */
    uint32_t part_count, part_capacity;
};

/* A rule or correlation as a member of a correlation: where the fields stand in its values. */
struct part {
    uint32_t correlation, member;
    uint16_t group[CORRELATION_GROUP_MAX];
    uint16_t *values; /* of its `field`s */
};

/* What the matches of a rule are needed for. */
struct wanted {
    struct part *parts;
    uint32_t part_count, part_capacity;
    str *fields;
    uint32_t field_count, field_capacity;
};

struct correlator {
    const struct ruleset *rs;
    struct correlator_sink sink;
    struct evaluated *all;
    uint32_t count;
    struct wanted *rules; /* one a rule of the set */
    uint64_t seed;
    struct arena *arena;
    uint64_t lacking;
};

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
};
static const enum bound_operator operators[] = {
    [CORRELATION_GT] = BOUND_GT,   [CORRELATION_GTE] = BOUND_GTE, [CORRELATION_LT] = BOUND_LT,
    [CORRELATION_LTE] = BOUND_LTE, [CORRELATION_EQ] = BOUND_EQ,   [CORRELATION_NEQ] = BOUND_NEQ,
};

static void open_windows(struct correlator *c, struct evaluated *x)
{
    const struct sigma_correlation *of = x->of;
    uint32_t share = KEYS_OF_ALL / (c->count ? c->count : 1);
    struct window_spec spec = {
        .kind = kinds[of->type],
        .span_ns = of->timespan_ns,
        .bound_count = of->bound_count,
        .percentile = of->type == CORRELATION_VALUE_MEDIAN ? 50 : of->percentile,
        .member_count = of->rule_count,
        .keys_max = share > KEYS_LEAST ? share : KEYS_LEAST,
    };

    for (uint32_t i = 0; i < of->bound_count; i++)
        spec.bounds[i] = (struct window_bound){operators[of->bounds[i].op], of->bounds[i].number};
    if (of->condition && of->rule_count <= WINDOW_MEMBERS_MAX &&
        !write_program(of->condition, &spec))
        x->refusal = "the condition is too long";
    else if (window_spec_check(&spec, &x->refusal))
        x->windows = windows_new(&spec);
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

/* ------------------------------------------------------------ matches */

/* A match of a rule, or a firing of a correlation, on its way to those that refer to it. */
struct match {
    const struct part *parts;
    uint32_t part_count, next;
    str values[CORRELATION_GROUP_MAX]; /* of a firing; of a rule's match they are the caller's */
};

static uint64_t fold_hash(str s, uint64_t seed)
{
    enum { PIECE = 256 };
    char folded[PIECE];
    uint64_t hash = s.n;

    for (size_t at = 0; at < s.n; at += PIECE) {
        size_t n = s.n - at < PIECE ? s.n - at : PIECE;
        for (size_t i = 0; i < n; i++)
            folded[i] = ascii_lower(s.p[at + i]);
        hash = hash_mix(hash, hash64((str){folded, n}, seed));
    }
    return hash;
}

/* The hash of several values together; false when one is absent. */
static bool hash_values(const struct correlator *c, const str *values, const uint16_t *places,
                        uint32_t count, uint64_t *ret)
{
    uint64_t hash = count;

    for (uint32_t i = 0; i < count; i++) {
        if (places[i] == UINT16_MAX || !values[places[i]].p)
            return false;
        hash = hash_mix(hash, fold_hash(values[places[i]], c->seed));
    }
    *ret = hash;
    return true;
}

static bool read_number(str s, double *ret)
{
    char text[NUMBER_TEXT_MAX], *end;

    s = str_trim(s);
    if (s.n == 0 || s.n >= sizeof text)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    *ret = strtod(text, &end);
    return *end == '\0' && *ret == *ret;
}

/* Fills what the correlation looks at; false when the match lacks it. */
static bool fill_event(const struct correlator *c, const struct part *p, const str *values,
                       struct window_event *e)
{
    const struct sigma_correlation *of = c->all[p->correlation].of;

    if (of->type == CORRELATION_VALUE_COUNT)
        return hash_values(c, values, p->values, of->field_count, &e->value);
    if (of->type >= CORRELATION_VALUE_SUM)
        return p->values[0] != UINT16_MAX && values[p->values[0]].p &&
               read_number(values[p->values[0]], &e->number);
    return true;
}

static void tell(struct correlator *c, const struct part *p, const str *values,
                 const struct window_answer *a, int64_t time_ns, uint64_t match)
{
    const struct sigma_correlation *of = c->all[p->correlation].of;
    struct correlation_value group[CORRELATION_GROUP_MAX];

    for (uint32_t i = 0; i < of->group_count; i++)
        group[i] = (struct correlation_value){of->group_by[i], values[p->group[i]]};
    const struct correlation_firing f = {
        .correlation = of,
        .first_ns = a->first_ns,
        .time_ns = time_ns,
        .value = a->value,
        .at_least = a->at_least,
        .group = group,
        .match = match,
    };
    if (!of->head.quiet || c->all[p->correlation].part_count == 0)
        c->sink.fired(c->sink.ctx, &f);
}

/* One part of a match: true when its correlation fires. */
static bool feed_part(struct correlator *c, const struct part *p, const str *values,
                      int64_t time_ns, uint64_t match)
{
    struct evaluated *x = &c->all[p->correlation];
    struct window_event e = {.time_ns = time_ns, .member = p->member};
    uint64_t key;

    if (!hash_values(c, values, p->group, x->of->group_count, &key) ||
        !fill_event(c, p, values, &e)) {
        c->lacking++;
        return false;
    }
    const struct window_answer a = windows_feed(x->windows, key, &e);
    if (a.began)
        tell(c, p, values, &a, time_ns, match);
    return a.began;
}

void correlator_feed(struct correlator *c, uint32_t rule, int64_t time_ns, const str *values,
                     uint64_t match)
{
    struct match chain[CHAIN_MAX];
    const struct wanted *w = &c->rules[rule];
    uint32_t depth = 0;

    chain[depth++] = (struct match){.parts = w->parts, .part_count = w->part_count};
    while (depth) {
        struct match *m = &chain[depth - 1];
        if (m->next == m->part_count) {
            depth--;
            continue;
        }
        const struct part *p = &m->parts[m->next++];
        const str *its = depth == 1 ? values : m->values;
        const struct evaluated *x = &c->all[p->correlation];
        if (!feed_part(c, p, its, time_ns, match) || x->part_count == 0 || depth == CHAIN_MAX)
            continue;
        struct match *next = &chain[depth++];
        *next = (struct match){.parts = x->parts, .part_count = x->part_count};
        for (uint32_t i = 0; i < x->of->group_count; i++)
            next->values[i] = its[p->group[i]];
    }
}

struct correlator_stats correlator_stats(const struct correlator *c)
{
    struct correlator_stats s = {.lacking = c->lacking};

    for (uint32_t i = 0; i < c->count; i++)
        s.displaced += c->all[i].windows ? windows_displaced(c->all[i].windows) : 0;
    return s;
}
