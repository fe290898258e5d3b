/*
 * correlator_feed.c - a match on its way: to the windows of the correlations that its rule is part
 * of, and from those that fire to those that refer to them.
 */
#include "correlate/correlator_state.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    CHAIN_MAX = CORRELATION_CHAIN_MAX + 1,
    NUMBER_TEXT_MAX = 64,
    GROUP_VALUE_MAX = 1024, /* bytes of a value of a group that is kept */
};

/* A match of a rule, or a firing of a correlation, on its way to those that refer to it. */
struct match {
    const struct part *parts;
    uint32_t part_count, next;
    bool others; /* its event may have others: its steps of sequences wait for them */
    str values[CORRELATION_GROUP_MAX]; /* of a firing; of a rule's match they are the caller's */
};

static struct offer *new_offer(struct correlator *c)
{
    if (c->offer_count == c->offer_capacity) {
        c->offer_capacity = c->offer_capacity ? c->offer_capacity * 2 : 16;
        c->offers = mem_resize(c->offers, c->offer_capacity, sizeof *c->offers);
    }
    return &c->offers[c->offer_count++];
}

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
    if (of->type >= CORRELATION_VALUE_SUM && of->type <= CORRELATION_VALUE_MEDIAN)
        return p->values[0] != UINT16_MAX && values[p->values[0]].p &&
               read_number(values[p->values[0]], &e->number);
    return true;
}

/* What is told of a window's answer, `at` for the correlation `x`. */
static void tell(struct correlator *c, const struct evaluated *x,
                 const struct correlation_value *group, const struct window_answer *a, int64_t at,
                 uint64_t match)
{
    const struct correlation_firing f = {
        .correlation = x->of,
        .first_ns = a->first_ns,
        .last_ns = a->last_ns,
        .time_ns = at,
        .value = a->value,
        .at_least = a->at_least,
        .approximate = a->approximate,
        .group = group,
        .match = match,
        .matches = a->matches,
        .match_count = a->match_count,
    };
    if (!x->of->head.quiet || x->part_count == 0)
        c->sink.fired(c->sink.ctx, &f);
}

/* ------------------------------------------------------------ groups that are kept */

/* The values of a group one behind the other, each with its length in front. */
static str pack_group(struct correlator *c, const struct part *p, const str *values)
{
    const struct sigma_correlation *of = c->all[p->correlation].of;
    const size_t most = of->group_count * (sizeof(uint32_t) + GROUP_VALUE_MAX);
    size_t n = 0;

    if (c->label_capacity < most) {
        free(c->label);
        c->label = mem_alloc(most);
        c->label_capacity = most;
    }
    for (uint32_t i = 0; i < of->group_count; i++) {
        str value = values[p->group[i]];
        uint32_t length = value.n < GROUP_VALUE_MAX ? (uint32_t)value.n : GROUP_VALUE_MAX;
        memcpy(c->label + n, &length, sizeof length);
        memcpy(c->label + n + sizeof length, value.p, length);
        n += sizeof length + length;
    }
    return (str){c->label, n};
}

static void unpack_group(str label, uint32_t count, str *ret)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = 0;
        if (label.n >= sizeof length)
            memcpy(&length, label.p, sizeof length);
        label = str_from_at(label, sizeof length);
        ret[i] = (str){label.p, length < label.n ? length : label.n};
        label = str_from_at(label, ret[i].n);
    }
}

/* ------------------------------------------------------------ feeding */

/* One part of a match: true when its correlation fires. */
static bool feed_part(struct correlator *c, const struct part *p, const str *values,
                      int64_t time_ns, uint64_t match)
{
    struct evaluated *x = &c->all[p->correlation];
    const struct sigma_correlation *of = x->of;
    struct window_event e = {.time_ns = time_ns, .member = p->member, .match = match};
    struct correlation_value group[CORRELATION_GROUP_MAX];
    uint64_t key;

    if (!hash_values(c, values, p->group, of->group_count, &key) || !fill_event(c, p, values, &e)) {
        c->lacking++;
        return false;
    }
    if (x->awaits && of->group_count)
        e.label = pack_group(c, p, values);
    const struct window_answer a = windows_feed(x->windows, key, &e);
    for (uint32_t i = 0; a.began && i < of->group_count; i++)
        group[i] = (struct correlation_value){of->group_by[i], values[p->group[i]]};
    if (a.began)
        tell(c, x, group, &a, time_ns, match);
    return a.began;
}

/* A match to its parts, and what fires because of it to theirs. */
static void feed_parts(struct correlator *c, const struct match *first, const str *values,
                       int64_t time_ns, uint64_t match)
{
    struct match chain[CHAIN_MAX];
    uint32_t depth = 0;

    chain[depth++] = *first;
    while (depth) {
        struct match *m = &chain[depth - 1];
        if (m->next == m->part_count) {
            depth--;
            continue;
        }
        const struct part *p = &m->parts[m->next++];
        const str *its = depth == 1 ? values : m->values;
        const struct evaluated *x = &c->all[p->correlation];
        if (m->others && x->of->type == CORRELATION_SEQUENCE) {
            struct offer *o = new_offer(c);
            *o = (struct offer){p, its, match};
            continue;
        }
        if (!feed_part(c, p, its, time_ns, match) || x->part_count == 0 || depth == CHAIN_MAX)
            continue;
        struct match *next = &chain[depth++];
        *next = (struct match){.parts = x->parts, .part_count = x->part_count};
        for (uint32_t i = 0; i < x->of->group_count; i++)
            next->values[i] = its[p->group[i]];
    }
}

/* What ends chains comes first, and the last step before the one before it: so an event stands in a
 * chain once. */
static uint32_t rank(const struct correlator *c, const struct offer *o)
{
    const struct sigma_correlation *of = c->all[o->part->correlation].of;
    enum correlation_role role = of->rules[o->part->member].role;

    return role == CORRELATION_UNTIL     ? 0
           : role == CORRELATION_ABSENCE ? 1
                                         : 2 + of->rule_count - o->part->member;
}

static void sort_offers(struct correlator *c)
{
    for (uint32_t i = 1; i < c->offer_count; i++) {
        const struct offer o = c->offers[i];
        uint32_t at = i;
        for (; at && rank(c, &c->offers[at - 1]) > rank(c, &o); at--)
            c->offers[at] = c->offers[at - 1];
        c->offers[at] = o;
    }
}

static void feed_offers(struct correlator *c, int64_t time_ns)
{
    sort_offers(c);
    for (uint32_t i = 0; i < c->offer_count; i++) {
        const struct offer o = c->offers[i];
        const struct match m = {.parts = o.part, .part_count = 1};
        feed_parts(c, &m, o.values, time_ns, o.match);
    }
    c->offer_count = 0;
}

void correlator_feed_event(struct correlator *c, int64_t time_ns,
                           const struct correlator_match *matches, uint32_t count)
{
    if (time_ns > INT64_MIN)
        correlator_advance(c, time_ns - 1);
    for (uint32_t i = 0; i < count; i++) {
        const struct wanted *w = &c->rules[matches[i].rule];
        const struct match m = {.parts = w->parts, .part_count = w->part_count, .others = true};
        feed_parts(c, &m, matches[i].values, time_ns, matches[i].match);
    }
    if (c->offer_count)
        feed_offers(c, time_ns);
}

void correlator_feed(struct correlator *c, uint32_t rule, int64_t time_ns, const str *values,
                     uint64_t match)
{
    const struct correlator_match m = {rule, values, match};

    correlator_feed_event(c, time_ns, &m, 1);
}

/* ------------------------------------------------------------ what did not happen */

/* The correlation whose sequence is due first, up to then; NULL: there is none. */
static struct evaluated *first_due(struct correlator *c, int64_t watermark_ns)
{
    struct evaluated *first = NULL;
    int64_t earliest = INT64_MAX;

    for (uint32_t i = 0; i < c->count; i++) {
        if (!c->all[i].awaits)
            continue;
        int64_t at = windows_deadline(c->all[i].windows);
        if (at <= watermark_ns && (!first || at < earliest)) {
            first = &c->all[i];
            earliest = at;
        }
    }
    return first;
}

static void fire_due(struct correlator *c, struct evaluated *x, const struct window_due *due)
{
    const struct sigma_correlation *of = x->of;
    const uint64_t match = due->answer.matches[due->answer.match_count - 1];
    struct correlation_value group[CORRELATION_GROUP_MAX];
    struct match m = {.parts = x->parts, .part_count = x->part_count};

    unpack_group(due->label, of->group_count, m.values);
    for (uint32_t i = 0; i < of->group_count; i++)
        group[i] = (struct correlation_value){of->group_by[i], m.values[i]};
    tell(c, x, group, &due->answer, due->time_ns, match);
    feed_parts(c, &m, m.values, due->time_ns, match);
}

void correlator_advance(struct correlator *c, int64_t watermark_ns)
{
    struct evaluated *x;
    struct window_due due;

    if (!c->awaits)
        return;
    while ((x = first_due(c, watermark_ns)))
        if (windows_due(x->windows, windows_deadline(x->windows), &due))
            fire_due(c, x, &due);
}
