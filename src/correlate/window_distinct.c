/*
 * window_distinct.c - counts different values. When a value is seen, a record of it goes to the end
 * of a ring, and the value notes which is its last; records that are not the last of their value
 * are skipped, and swept when the ring is full. So a value that comes again costs two places in
 * memory. As many are kept as the bounds need; of more, those that were seen last. When the bounds
 * need more than WINDOW_EXACT_MAX and a key has them, a sketch takes over.
 */
#include "correlate/window_kind.h"

#include "base/hash.h"
#include "base/mem.h"
#include "correlate/distinct_sketch.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX, FIRST_VALUES = 8 };
_Static_assert(WINDOW_EXACT_MAX < UINT16_MAX, "a slot holds each place");

struct seen {
    uint64_t value;
    uint32_t record; /* the last of it; or the next of those that were given back */
} __attribute__((packed, aligned(4)));

struct record {
    int64_t time_ns;
    uint32_t place; /* of the value */
} __attribute__((packed, aligned(4)));

struct distinct_state {
    uint8_t held;
    uint8_t sketched; /* then there are no items */
    uint8_t unused[6];
    union {
        struct seen *items;
        struct distinct_sketch *sketch;
    };
    uint16_t *slots; /* places of items plus 1; 0: empty */
    struct record *ring;
    uint32_t capacity, n;
    uint32_t slot_mask, free; /* the first item that was given back */
    uint32_t used, dropped;   /* dropped: some in the window were, for want of need */
    uint32_t first, end;      /* records, counted on and on: place & ring_mask in the ring */
    uint32_t ring_mask, unused_word;
    int64_t last_ns;
};

static int64_t distinct_last(const void *state)
{
    return ((const struct distinct_state *)state)->last_ns;
}

static size_t exact_bytes(const struct distinct_state *s)
{
    return !s->items ? 0
                     : s->capacity * sizeof *s->items + (s->slot_mask + 1) * sizeof *s->slots +
                           (s->ring_mask + 1) * sizeof *s->ring;
}

static void distinct_drop(struct windows *w, void *state)
{
    struct distinct_state *s = state;

    if (s->sketched) {
        w->owned_bytes -= distinct_sketch_bytes(s->sketch);
        distinct_sketch_free(s->sketch);
        return;
    }
    w->owned_bytes -= exact_bytes(s);
    free(s->items);
    free(s->slots);
    free(s->ring);
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

static struct record *record_at(const struct distinct_state *s, uint32_t number)
{
    return &s->ring[number & s->ring_mask];
}

static bool is_last(const struct distinct_state *s, uint32_t number)
{
    return s->items[record_at(s, number)->place].record == number;
}

/* The first record becomes the last of its value, so that it is the value seen longest ago. */
static void skip_records(struct distinct_state *s)
{
    while (s->first != s->end && !is_last(s, s->first))
        s->first++;
}

static void forget_oldest(struct distinct_state *s)
{
    skip_records(s);
    uint32_t place = record_at(s, s->first++)->place;
    empty_slot(s, slot_of(s, s->items[place].value));
    s->items[place].record = s->free;
    s->free = place;
    s->n--;
}

/* Leaves the last record of each value; a ring that is still half full grows. */
static void sweep_records(struct windows *w, struct distinct_state *s)
{
    uint32_t end = s->first;

    for (uint32_t i = s->first; i != s->end; i++)
        if (is_last(s, i)) {
            *record_at(s, end) = *record_at(s, i);
            s->items[record_at(s, end)->place].record = end;
            end++;
        }
    s->end = end;
    const uint32_t old_mask = s->ring_mask, count = end - s->first;
    if (count <= old_mask / 2)
        return;
    struct record *wider = mem_array((old_mask + 1) * (size_t)2, sizeof *wider);
    s->ring_mask = old_mask * 2 + 1;
    for (uint32_t i = s->first; i != s->end; i++)
        wider[i & s->ring_mask] = s->ring[i & old_mask];
    free(s->ring);
    s->ring = wider;
    w->owned_bytes += (old_mask + 1) * sizeof *wider;
}

static void note(struct windows *w, struct distinct_state *s, uint32_t place, int64_t time_ns)
{
    if (s->end - s->first > s->ring_mask)
        sweep_records(w, s);
    s->items[place].record = s->end;
    *record_at(s, s->end++) = (struct record){time_ns, place};
}

static void widen(struct windows *w, struct distinct_state *s)
{
    uint32_t wider = s->capacity ? s->capacity * 2 : FIRST_VALUES;
    wider = wider < w->need ? wider : w->need;
    wider = wider < WINDOW_EXACT_MAX ? wider : WINDOW_EXACT_MAX;
    uint32_t slots = 1;

    while (slots < wider * 2)
        slots *= 2;
    w->owned_bytes -= exact_bytes(s);
    s->items = mem_resize(s->items, wider, sizeof *s->items);
    s->capacity = wider;
    free(s->slots);
    s->slots = mem_array(slots, sizeof *s->slots);
    s->slot_mask = slots - 1;
    if (!s->ring) {
        s->ring = mem_array(FIRST_VALUES, sizeof *s->ring);
        s->ring_mask = FIRST_VALUES - 1;
    }
    for (uint32_t i = s->first; i != s->end; i++)
        if (is_last(s, i))
            s->slots[slot_of(s, s->items[record_at(s, i)->place].value)] =
                (uint16_t)(record_at(s, i)->place + 1);
    w->owned_bytes += exact_bytes(s);
}

static uint32_t new_item(struct windows *w, struct distinct_state *s)
{
    if (s->n == w->need) {
        s->dropped++;
        forget_oldest(s);
    }
    if (s->free != NONE) {
        uint32_t place = s->free;
        s->free = s->items[place].record;
        return place;
    }
    if (s->used == s->capacity)
        widen(w, s);
    return s->used++;
}

static void add_item(struct windows *w, struct distinct_state *s, uint64_t value, int64_t time_ns)
{
    uint32_t place = new_item(w, s);

    s->items[place].value = value;
    note(w, s, place, time_ns);
    s->slots[slot_of(s, value)] = (uint16_t)(place + 1);
    s->n++;
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

    for (uint32_t i = s->first; i != s->end; i++)
        if (is_last(s, i))
            distinct_sketch_add(sketch, spread(s->items[record_at(s, i)->place].value),
                                record_at(s, i)->time_ns);
    w->owned_bytes -= exact_bytes(s);
    w->owned_bytes += distinct_sketch_bytes(sketch);
    free(s->items);
    free(s->slots);
    free(s->ring);
    s->slots = NULL;
    s->ring = NULL;
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
        s->free = NONE;
        widen(w, s);
    }
    s->last_ns = e->time_ns;
    for (; skip_records(s), s->n && record_at(s, s->first)->time_ns < from_ns; s->dropped = 0)
        forget_oldest(s); /* those that were dropped were older still */
    uint32_t at = slot_of(s, e->value);
    if (s->slots[at]) {
        note(w, s, s->slots[at] - 1, e->time_ns);
        skip_records(s);
    } else if (s->n == WINDOW_EXACT_MAX && w->need > WINDOW_EXACT_MAX) {
        sketch_items(w, s);
        take_sketched(w, s, e, from_ns, ret);
        return;
    } else {
        add_item(w, s, e->value, e->time_ns);
        skip_records(s);
    }
    ret->value = s->n;
    ret->at_least = s->dropped > 0;
    ret->first_ns = record_at(s, s->first)->time_ns;
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
    for (uint32_t i = s->first; !s->sketched && i != s->end; i++) {
        if (!is_last(s, i))
            continue;
        value = s->items[record_at(s, i)->place].value;
        time_ns = record_at(s, i)->time_ns;
        snapshot_put(out, &value, sizeof value);
        snapshot_put(out, &time_ns, sizeof time_ns);
    }
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
    s->free = NONE;
    if (head.n > w->need || head.n > WINDOW_EXACT_MAX ||
        !snapshot_has(from, head.n, sizeof value + sizeof time_ns))
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
