/*
 * window_distinct.c - counts different values: each with the time it was seen last, in the order of
 * these times. As many are kept as the bounds need; of more, those that were seen last. When the
 * bounds need more than WINDOW_EXACT_MAX and a key has them, a sketch takes over.
 */
#include "correlate/window_kind.h"

#include "base/hash.h"
#include "base/mem.h"
#include "correlate/distinct_sketch.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX, FIRST_VALUES = 8 };

struct seen {
    uint64_t value;
    int64_t time_ns;
    uint32_t previous, next; /* in the order of times */
};

struct distinct_state {
    uint8_t held;
    uint8_t unused[6];
    uint8_t sketched; /* then there are no items */
    union {
        struct seen *items;
        struct distinct_sketch *sketch;
    };
    uint32_t *slots; /* places of items plus 1; 0: empty */
    uint32_t capacity, n, oldest, newest;
    uint32_t slot_mask, free; /* the first item that was given back, chained by `next` */
    uint32_t used, dropped;   /* dropped: some in the window were, for want of need */
    int64_t last_ns;
};

static int64_t distinct_last(const void *state)
{
    return ((const struct distinct_state *)state)->last_ns;
}

static void distinct_drop(struct windows *w, void *state)
{
    struct distinct_state *s = state;

    if (s->sketched) {
        w->owned_bytes -= distinct_sketch_bytes(s->sketch);
        distinct_sketch_free(s->sketch);
        return;
    }
    if (s->items)
        w->owned_bytes -= s->capacity * sizeof *s->items + (s->slot_mask + 1) * sizeof *s->slots;
    free(s->items);
    free(s->slots);
}

static uint32_t slot_of(const struct distinct_state *s, uint64_t value)
{
    uint32_t at = (uint32_t)(value ^ value >> 32) & s->slot_mask;

    while (s->slots[at] && s->items[s->slots[at] - 1].value != value)
        at = (at + 1) & s->slot_mask;
    return at;
}

static void empty_slot(struct distinct_state *s, uint32_t hole)
{
    for (uint32_t at = (hole + 1) & s->slot_mask; s->slots[at]; at = (at + 1) & s->slot_mask) {
        uint64_t value = s->items[s->slots[at] - 1].value;
        uint32_t home = (uint32_t)(value ^ value >> 32) & s->slot_mask;
        if (((at - home) & s->slot_mask) >= ((at - hole) & s->slot_mask)) {
            s->slots[hole] = s->slots[at];
            hole = at;
        }
    }
    s->slots[hole] = 0;
}

static void detach(struct distinct_state *s, const struct seen *item)
{
    if (item->previous == NONE)
        s->oldest = item->next;
    else
        s->items[item->previous].next = item->next;
    if (item->next == NONE)
        s->newest = item->previous;
    else
        s->items[item->next].previous = item->previous;
}

static void append(struct distinct_state *s, uint32_t place)
{
    s->items[place].previous = s->newest;
    s->items[place].next = NONE;
    if (s->newest == NONE)
        s->oldest = place;
    else
        s->items[s->newest].next = place;
    s->newest = place;
}

static void forget_oldest(struct distinct_state *s)
{
    uint32_t place = s->oldest;

    empty_slot(s, slot_of(s, s->items[place].value));
    detach(s, &s->items[place]);
    s->items[place].next = s->free;
    s->free = place;
    s->n--;
}

static void widen(struct windows *w, struct distinct_state *s)
{
    uint32_t wider = s->capacity ? s->capacity * 2 : FIRST_VALUES;
    wider = wider < w->need ? wider : w->need;
    uint32_t slots = 1;

    while (slots < wider * 2)
        slots *= 2;
    w->owned_bytes += (wider - s->capacity) * sizeof *s->items + slots * sizeof *s->slots;
    w->owned_bytes -= s->slots ? (s->slot_mask + 1) * sizeof *s->slots : 0;
    s->items = mem_resize(s->items, wider, sizeof *s->items);
    s->capacity = wider;
    free(s->slots);
    s->slots = mem_array(slots, sizeof *s->slots);
    s->slot_mask = slots - 1;
    for (uint32_t at = s->oldest; at != NONE; at = s->items[at].next)
        s->slots[slot_of(s, s->items[at].value)] = at + 1;
}

static uint32_t new_item(struct windows *w, struct distinct_state *s)
{
    if (s->n == w->need) {
        s->dropped++;
        forget_oldest(s);
    }
    if (s->free != NONE) {
        uint32_t place = s->free;
        s->free = s->items[place].next;
        return place;
    }
    if (s->used == s->capacity)
        widen(w, s);
    return s->used++;
}

/* The sketch's own hash of a value: that of a caller need not be random in all bits. */
static uint64_t spread(uint64_t value)
{
    return hash64((str){(const char *)&value, sizeof value}, 0);
}

/* Takes what was counted exactly over into a sketch, in the order of time. */
static void sketch_items(struct windows *w, struct distinct_state *s)
{
    struct distinct_sketch *sketch = distinct_sketch_new();
    struct seen *items = s->items;

    for (uint32_t at = s->oldest; at != NONE; at = items[at].next)
        distinct_sketch_add(sketch, spread(items[at].value), items[at].time_ns);
    w->owned_bytes -= s->capacity * sizeof *s->items + (s->slot_mask + 1) * sizeof *s->slots;
    w->owned_bytes += distinct_sketch_bytes(sketch);
    free(items);
    free(s->slots);
    s->slots = NULL;
    s->sketch = sketch;
    s->sketched = 1;
}

static void take_sketched(struct windows *w, struct distinct_state *s, const struct window_event *e,
                          int64_t from_ns, struct window_answer *ret)
{
    w->owned_bytes -= distinct_sketch_bytes(s->sketch);
    distinct_sketch_forget(s->sketch, from_ns);
    distinct_sketch_add(s->sketch, spread(e->value), e->time_ns);
    w->owned_bytes += distinct_sketch_bytes(s->sketch);
    ret->value = __builtin_round(distinct_sketch_count(s->sketch));
    ret->approximate = true;
    ret->first_ns = distinct_sketch_first_ns(s->sketch);
}

static void distinct_take(struct windows *w, void *state, const struct window_event *e,
                          int64_t from_ns, struct window_answer *ret)
{
    struct distinct_state *s = state;

    if (s->sketched) {
        s->last_ns = e->time_ns;
        take_sketched(w, s, e, from_ns, ret);
        return;
    }
    if (!s->items) {
        s->oldest = s->newest = s->free = NONE;
        widen(w, s);
    }
    s->last_ns = e->time_ns;
    while (s->oldest != NONE && s->items[s->oldest].time_ns < from_ns) {
        forget_oldest(s);
        s->dropped = 0; /* those were older still */
    }
    uint32_t at = slot_of(s, e->value);
    if (s->slots[at]) {
        uint32_t place = s->slots[at] - 1;
        detach(s, &s->items[place]);
        append(s, place);
        s->items[place].time_ns = e->time_ns;
    } else if (s->n == WINDOW_EXACT_MAX && w->need > WINDOW_EXACT_MAX) {
        sketch_items(w, s);
        take_sketched(w, s, e, from_ns, ret);
        return;
    } else {
        uint32_t place = new_item(w, s);
        s->items[place].value = e->value;
        s->items[place].time_ns = e->time_ns;
        append(s, place);
        s->slots[slot_of(s, e->value)] = place + 1;
        s->n++;
    }
    ret->value = s->n;
    ret->at_least = s->dropped > 0;
    ret->first_ns = s->items[s->oldest].time_ns;
}

/* How a state is written: values with their times follow, or a sketch's hashes with theirs. */
struct distinct_head {
    int64_t last_ns;
    uint32_t n, dropped;
    uint8_t held, sketched, unused[6];
};

static void distinct_save(const struct windows *w, const void *state, struct buf *out)
{
    const struct distinct_state *s = state;
    struct distinct_head head = {.last_ns = s->last_ns, .held = s->held, .sketched = s->sketched};
    uint64_t value;
    int64_t time_ns;

    (void)w;
    head.n = s->sketched ? distinct_sketch_size(s->sketch) : s->n;
    head.dropped = s->sketched ? 0 : s->dropped;
    snapshot_put(out, &head, sizeof head);
    for (uint32_t at = DISTINCT_SKETCH_START;
         s->sketched && distinct_sketch_next(s->sketch, &at, &value, &time_ns);) {
        snapshot_put(out, &value, sizeof value);
        snapshot_put(out, &time_ns, sizeof time_ns);
    }
    for (uint32_t at = s->items && !s->sketched ? s->oldest : NONE; at != NONE;
         at = s->items[at].next) {
        snapshot_put(out, &s->items[at].value, sizeof value);
        snapshot_put(out, &s->items[at].time_ns, sizeof time_ns);
    }
}

static void add_item(struct windows *w, struct distinct_state *s, uint64_t value, int64_t time_ns)
{
    uint32_t place = new_item(w, s);

    s->items[place].value = value;
    s->items[place].time_ns = time_ns;
    append(s, place);
    s->slots[slot_of(s, value)] = place + 1;
    s->n++;
}

static bool load_sketch(struct windows *w, struct distinct_state *s, uint32_t n,
                        struct snapshot *from)
{
    uint64_t value;
    int64_t time_ns;

    s->sketched = 1;
    s->sketch = distinct_sketch_new();
    while (n-- && snapshot_take(from, &value, sizeof value) &&
           snapshot_take(from, &time_ns, sizeof time_ns))
        distinct_sketch_add(s->sketch, value, time_ns);
    w->owned_bytes += distinct_sketch_bytes(s->sketch);
    return !from->short_of;
}

static bool distinct_load(struct windows *w, void *state, struct snapshot *from)
{
    struct distinct_state *s = state;
    struct distinct_head head;
    uint64_t value;
    int64_t time_ns;

    if (!snapshot_take(from, &head, sizeof head))
        return false;
    s->held = head.held;
    s->last_ns = head.last_ns;
    if (head.sketched)
        return load_sketch(w, s, head.n, from);
    s->oldest = s->newest = s->free = NONE;
    if (head.n > w->need || !snapshot_has(from, head.n, sizeof value + sizeof time_ns))
        return false;
    widen(w, s);
    while (head.n-- && snapshot_take(from, &value, sizeof value) &&
           snapshot_take(from, &time_ns, sizeof time_ns)) {
        if (s->slots[slot_of(s, value)])
            return false;
        add_item(w, s, value, time_ns);
    }
    s->dropped = head.dropped;
    return true;
}

const struct window_kind_row window_distinct_row = {
    .state_bytes = sizeof(struct distinct_state),
    .last_ns = distinct_last,
    .drop = distinct_drop,
    .take = distinct_take,
    .save = distinct_save,
    .load = distinct_load,
    .by_bounds = true,
};
