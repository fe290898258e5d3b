/*
 * member_window.c - a key of one event has it in its state; of several, in a body of its own: a
 * ring of events, and a table of members with their counts. The table of members has twice as many
 * slots as the ring has places, so that it always has room.
 */
#include "behave/member_window.h"

#include "base/mem.h"
#include "behave/pressure.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4, BODY_BYTES_MAX = 64 << 20 };

struct member {
    uint64_t value;
    uint64_t count; /* 0: the slot is empty */
};

struct body {
    struct member_event *ring;
    struct member *slots;
    uint32_t head, n, room, mask, members, dropped;
    uint32_t counts[MEMBER_COUNTS];
    uint64_t *bytes; /* of all bodies of the window: this one's among them */
};

struct state {
    int64_t last_ns;
    struct member_event first; /* until there is a body */
    uint32_t n;                /* of `first`: 0 or 1 */
    uint32_t mark;
    struct body *body;
};

struct member_window {
    struct member_spec spec;
    struct key_table *keys;
    uint64_t body_bytes;
};

static const uint32_t one_member[MEMBER_COUNTS] = {[1] = 1};
static const uint32_t no_member[MEMBER_COUNTS];

static int64_t state_last(const void *state)
{
    return ((const struct state *)state)->last_ns;
}

static uint64_t bytes_of(const struct body *b)
{
    return sizeof *b + b->room * sizeof *b->ring + (b->mask + 1) * sizeof *b->slots;
}

static void state_drop(void *state)
{
    struct state *s = state;

    if (!s->body)
        return;
    *s->body->bytes -= bytes_of(s->body);
    free(s->body->ring);
    free(s->body->slots);
    free(s->body);
}

struct member_window *member_window_new(const struct member_spec *s)
{
    static const struct key_table_kind kind = {sizeof(struct state), state_last, state_drop};
    struct member_window *w = mem_alloc(sizeof *w);

    assert(s->span_ns > 0 && s->events_max >= 2 && s->events_max <= MEMBER_EVENTS_MAX);
    w->spec = *s;
    w->keys = key_table_new(&kind, s->keys_max);
    return w;
}

void member_window_free(struct member_window *w)
{
    if (!w)
        return;
    key_table_free(w->keys);
    free(w);
}

/* ------------------------------------------------------------ members */

static uint32_t slot_of(const struct body *b, uint64_t value)
{
    uint32_t at = (uint32_t)(value ^ value >> 32) & b->mask;

    while (b->slots[at].count && b->slots[at].value != value)
        at = (at + 1) & b->mask;
    return at;
}

/* Empties a slot and moves up those that would no longer be found (Knuth, volume 3, 6.4 R). */
static void empty_slot(struct body *b, uint32_t hole)
{
    for (uint32_t at = (hole + 1) & b->mask; b->slots[at].count; at = (at + 1) & b->mask) {
        const uint64_t value = b->slots[at].value;
        const uint32_t home = (uint32_t)(value ^ value >> 32) & b->mask;
        if (((at - home) & b->mask) >= ((at - hole) & b->mask)) {
            b->slots[hole] = b->slots[at];
            hole = at;
        }
    }
    b->slots[hole].count = 0;
}

static uint32_t *count_of(struct body *b, uint64_t n)
{
    return &b->counts[n < MEMBER_COUNTS ? n : MEMBER_COUNTS - 1];
}

static void count_up(struct body *b, uint64_t value)
{
    struct member *m = &b->slots[slot_of(b, value)];

    if (m->count)
        (*count_of(b, m->count))--;
    else
        b->members++;
    m->value = value;
    (*count_of(b, ++m->count))++;
}

static void count_down(struct body *b, uint64_t value)
{
    const uint32_t at = slot_of(b, value);
    struct member *m = &b->slots[at];

    assert(m->count > 0);
    (*count_of(b, m->count))--;
    if (--m->count) {
        (*count_of(b, m->count))++;
    } else {
        b->members--;
        empty_slot(b, at);
    }
}

/* ------------------------------------------------------------ events */

static void drop_oldest(struct body *b)
{
    count_down(b, b->ring[b->head].value);
    b->head = (b->head + 1) % b->room;
    b->n--;
}

static void widen(struct body *b, uint32_t most)
{
    const uint32_t twice = b->room ? b->room * 2 : FIRST_ROOM, room = twice < most ? twice : most;
    uint32_t slots = 1;

    while (slots < room * 2)
        slots *= 2;
    *b->bytes -= b->room ? bytes_of(b) : 0;
    struct member_event *ring = mem_array(room, sizeof *ring);
    for (uint32_t i = 0; i < b->n; i++)
        ring[i] = b->ring[(b->head + i) % b->room];
    free(b->ring);
    free(b->slots);
    b->ring = ring;
    b->head = 0;
    b->room = room;
    b->slots = mem_array(slots, sizeof *b->slots);
    b->mask = slots - 1;
    *b->bytes += bytes_of(b);
    b->members = 0;
    memset(b->counts, 0, sizeof b->counts);
    for (uint32_t i = 0; i < b->n; i++)
        count_up(b, ring[i].value);
}

static void push(struct body *b, const struct member_event *e, uint32_t most)
{
    if (b->n == b->room && b->room < most)
        widen(b, most);
    if (b->n == b->room) {
        drop_oldest(b);
        b->dropped = 1;
    }
    b->ring[(b->head + b->n++) % b->room] = *e;
    count_up(b, e->value);
}

static void expire(struct state *s, int64_t from_ns)
{
    struct body *b = s->body;

    if (!b) {
        s->n = s->n && s->first.time_ns >= from_ns;
    } else {
        while (b->n && b->ring[b->head].time_ns < from_ns) {
            drop_oldest(b);
            b->dropped = 0; /* those were older still */
        }
    }
    if (b ? b->n == 0 : s->n == 0)
        s->mark = 0;
}

static struct member_view view_of(struct state *s)
{
    const struct body *b = s->body;

    if (!b)
        return (struct member_view){
            .total = s->n,
            .members = s->n,
            .first_ns = s->first.time_ns,
            .counts = s->n ? one_member : no_member,
            .mark = &s->mark,
            .ring = &s->first,
            .room = 1,
        };
    return (struct member_view){
        .total = b->n,
        .members = b->members,
        .at_least = b->dropped,
        .first_ns = b->n ? b->ring[b->head].time_ns : s->last_ns,
        .counts = b->counts,
        .mark = &s->mark,
        .ring = b->ring,
        .head = b->head,
        .room = b->room,
    };
}

static int64_t window_start(const struct member_window *w, int64_t now_ns)
{
    return now_ns < INT64_MIN + w->spec.span_ns ? INT64_MIN : now_ns - w->spec.span_ns;
}

struct member_view member_window_add(struct member_window *w, uint64_t key,
                                     const struct member_event *e)
{
    const int64_t from = window_start(w, e->time_ns);

    key_table_expire(w->keys, from);
    pressure_relieve(w->keys, &w->body_bytes, BODY_BYTES_MAX);
    struct state *s = key_table_touch(w->keys, key);
    expire(s, from);
    s->last_ns = e->time_ns;
    if (!s->body && s->n == 0) {
        s->first = *e;
        s->n = 1;
        return view_of(s);
    }
    if (!s->body) {
        s->body = mem_alloc(sizeof *s->body);
        s->body->bytes = &w->body_bytes;
        push(s->body, &s->first, w->spec.events_max);
    }
    push(s->body, e, w->spec.events_max);
    return view_of(s);
}

bool member_window_look(struct member_window *w, uint64_t key, int64_t now_ns,
                        struct member_view *ret)
{
    const int64_t from = window_start(w, now_ns);

    key_table_expire(w->keys, from);
    struct state *s = key_table_find(w->keys, key);
    if (!s)
        return false;
    expire(s, from);
    *ret = view_of(s);
    return ret->total > 0;
}

uint32_t member_window_of(const struct member_window *w, uint64_t key, uint64_t value)
{
    const struct state *s = key_table_find(w->keys, key);

    if (!s)
        return 0;
    if (!s->body)
        return s->n && s->first.value == value;
    return (uint32_t)s->body->slots[slot_of(s->body, value)].count;
}

void member_window_clear(struct member_window *w, uint64_t key)
{
    struct state *s = key_table_find(w->keys, key);

    if (s)
        expire(s, INT64_MAX);
}

uint32_t member_view_band(const struct member_view *v, uint32_t low, uint32_t high)
{
    uint32_t sum = 0;

    assert(high < MEMBER_COUNTS - 1);
    for (uint32_t i = low; i <= high; i++)
        sum += v->counts[i];
    return sum;
}

uint32_t member_view_largest(const struct member_view *v)
{
    uint32_t n = MEMBER_COUNTS - 1;

    while (n && v->counts[n] == 0)
        n--;
    return n;
}

uint32_t member_view_refs(const struct member_view *v, uint64_t *ret, uint32_t max)
{
    const uint32_t n = v->total < max ? v->total : max;

    for (uint32_t i = 0; i < n; i++)
        ret[i] = member_view_event(v, v->total - n + i)->ref;
    return n;
}

uint32_t member_window_keys(const struct member_window *w)
{
    return key_table_count(w->keys);
}

uint64_t member_window_displaced(const struct member_window *w)
{
    return key_table_displaced(w->keys);
}

uint64_t member_window_bytes(const struct member_window *w)
{
    return key_table_bytes(w->keys) + w->body_bytes;
}
