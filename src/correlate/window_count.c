/*
 * window_count.c - counts events: the last times of a key in a ring, as many as the bounds need. Up
 * to four stand in the state itself, which makes a key 52 bytes and its slot in the table.
 */
#include "correlate/window_kind.h"

#include "base/mem.h"

#include <stdlib.h>

enum { INSIDE = 4, FIRST_RING = 8 };

struct count_state {
    uint8_t held;
    uint8_t outside; /* the times are in `ring` */
    uint8_t head, n; /* of `inside`: the oldest, and how many */
    union {
        int64_t inside[INSIDE];
        struct {
            int64_t *ring, last;
            uint32_t ring_head, ring_n, capacity;
        };
    };
} __attribute__((packed, aligned(4)));
_Static_assert(sizeof(struct count_state) == 36, "a key of few events is small");

static int64_t count_last(const void *state)
{
    const struct count_state *s = state;

    return s->outside ? s->last : s->n ? s->inside[(s->head + s->n - 1) % INSIDE] : INT64_MIN;
}

static void count_drop(struct windows *w, void *state)
{
    struct count_state *s = state;

    if (!s->outside)
        return;
    w->owned_bytes -= s->capacity * sizeof *s->ring;
    free(s->ring);
}

/* ------------------------------------------------------------ few */

static void take_inside(const struct windows *w, struct count_state *s, int64_t time,
                        struct window_answer *ret)
{
    ret->at_least = s->n == w->need;
    if (ret->at_least) { /* one more would change no answer */
        s->head = (uint8_t)((s->head + 1) % INSIDE);
        s->n--;
    }
    s->inside[(s->head + s->n++) % INSIDE] = time;
    ret->value = s->n;
    ret->first_ns = s->inside[s->head];
}

static void drop_inside(struct count_state *s, int64_t from_ns)
{
    while (s->n && s->inside[s->head] < from_ns) {
        s->head = (uint8_t)((s->head + 1) % INSIDE);
        s->n--;
    }
}

/* ------------------------------------------------------------ many */

/* Room for one more time. */
static void widen(struct windows *w, struct count_state *s)
{
    const uint32_t n = s->outside ? s->ring_n : s->n, room = s->outside ? s->capacity : INSIDE;
    const uint32_t head = s->outside ? s->ring_head : s->head;
    const int64_t last = count_last(s);
    uint32_t wider = room * 2 > FIRST_RING ? room * 2 : FIRST_RING;

    wider = wider < w->need ? wider : w->need;
    int64_t *ring = mem_array(wider, sizeof *ring);
    for (uint32_t i = 0; i < n; i++)
        ring[i] = s->outside ? s->ring[(head + i) % room] : s->inside[(head + i) % room];
    w->owned_bytes += (wider - (s->outside ? room : 0)) * sizeof *ring;
    if (s->outside)
        free(s->ring);
    s->outside = 1;
    s->ring = ring;
    s->last = last;
    s->ring_head = 0;
    s->ring_n = n;
    s->capacity = wider;
}

static void take_outside(struct windows *w, struct count_state *s, int64_t time,
                         struct window_answer *ret)
{
    ret->at_least = s->ring_n == w->need;
    if (ret->at_least) {
        s->ring_head = (s->ring_head + 1) % s->capacity;
        s->ring_n--;
    } else if (s->ring_n == s->capacity) {
        widen(w, s);
    }
    s->ring[(s->ring_head + s->ring_n++) % s->capacity] = time;
    s->last = time;
    ret->value = s->ring_n;
    ret->first_ns = s->ring[s->ring_head];
}

static void count_take(struct windows *w, void *state, const struct window_event *e,
                       int64_t from_ns, struct window_answer *ret)
{
    struct count_state *s = state;

    if (!s->outside) {
        drop_inside(s, from_ns);
        if (s->n < INSIDE || w->need <= INSIDE) {
            take_inside(w, s, e->time_ns, ret);
            return;
        }
        widen(w, s);
    }
    while (s->ring_n && s->ring[s->ring_head] < from_ns) {
        s->ring_head = (s->ring_head + 1) % s->capacity;
        s->ring_n--;
    }
    take_outside(w, s, e->time_ns, ret);
}

static void count_save(const struct windows *w, const void *state, struct buf *out)
{
    struct count_state s = *(const struct count_state *)state;
    const int64_t *ring = s.outside ? s.ring : NULL;

    (void)w;
    if (ring)
        s.ring = NULL;
    snapshot_put(out, &s, sizeof s);
    for (uint32_t i = 0; ring && i < s.ring_n; i++)
        snapshot_put(out, &ring[(s.ring_head + i) % s.capacity], sizeof *ring);
}

static bool count_load(struct windows *w, void *state, struct snapshot *from)
{
    struct count_state s, *ret = state;

    if (!snapshot_take(from, &s, sizeof s))
        return false;
    if (!s.outside) {
        *ret = s;
        return s.head < INSIDE && s.n <= INSIDE && s.n <= w->need;
    }
    if (s.ring_n > w->need || !snapshot_has(from, s.ring_n, sizeof *s.ring))
        return false;
    s.capacity = s.ring_n > FIRST_RING ? s.ring_n : FIRST_RING;
    s.capacity = s.capacity < w->need ? s.capacity : w->need;
    s.ring_head = 0;
    s.ring = mem_array(s.capacity, sizeof *s.ring);
    w->owned_bytes += s.capacity * sizeof *s.ring;
    *ret = s;
    return snapshot_take(from, s.ring, s.ring_n * sizeof *s.ring);
}

const struct window_kind_row window_count_row = {
    .state_bytes = sizeof(struct count_state),
    .last_ns = count_last,
    .drop = count_drop,
    .take = count_take,
    .save = count_save,
    .load = count_load,
    .by_bounds = true,
};
