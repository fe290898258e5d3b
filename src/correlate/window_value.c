/*
 * window_value.c - sums, means and percentiles of numbers: the events of the window in a ring, and
 * for percentiles their numbers in order as well.
 *
 * A sum is kept as numbers come and go, and made anew from the ring each time that as many have
 * gone as there are, so that rounding does not add up. A percentile lies between ranks as in R's
 * type 7, which spreadsheets and most databases use: rank p/100 * (n-1).
 */
#include "correlate/window_kind.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_VALUES = 8 };

struct timed {
    int64_t time_ns;
    double number;
};

struct value_state {
    uint8_t held;
    uint8_t dropped; /* more were in the window than are kept */
    uint8_t unused[6];
    struct timed *ring;
    double *sorted; /* of percentiles */
    double sum;
    uint32_t head, n, capacity, gone; /* gone: since the sum was made anew */
    int64_t last_ns;
};

static int64_t value_last(const void *state)
{
    return ((const struct value_state *)state)->last_ns;
}

static size_t room_of(const struct windows *w)
{
    return sizeof(struct timed) + (w->spec.kind == WINDOW_PERCENTILE ? sizeof(double) : 0);
}

static void value_drop(struct windows *w, void *state)
{
    struct value_state *s = state;

    w->owned_bytes -= s->capacity * room_of(w);
    free(s->ring);
    free(s->sorted);
}

/* The first place in the sorted numbers that is not below. */
static uint32_t place_of(const struct value_state *s, uint32_t n, double number)
{
    uint32_t low = 0, high = n;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->sorted[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void forget_oldest(struct value_state *s)
{
    double number = s->ring[s->head].number;

    s->sum -= number;
    if (s->sorted) {
        uint32_t at = place_of(s, s->n, number);
        memmove(s->sorted + at, s->sorted + at + 1, (s->n - at - 1) * sizeof *s->sorted);
    }
    s->head = (s->head + 1) % s->capacity;
    s->n--;
    if (++s->gone < s->n)
        return;
    s->gone = 0;
    s->sum = 0;
    for (uint32_t i = 0; i < s->n; i++)
        s->sum += s->ring[(s->head + i) % s->capacity].number;
}

static void widen(struct windows *w, struct value_state *s)
{
    uint32_t wider = s->capacity ? s->capacity * 2 : FIRST_VALUES;
    struct timed *ring = mem_array(wider, sizeof *ring);
    bool sorted = w->spec.kind == WINDOW_PERCENTILE;

    for (uint32_t i = 0; i < s->n; i++)
        ring[i] = s->ring[(s->head + i) % s->capacity];
    free(s->ring);
    w->owned_bytes += (wider - s->capacity) * room_of(w);
    s->ring = ring;
    s->head = 0;
    s->capacity = wider;
    if (sorted)
        s->sorted = mem_resize(s->sorted, wider, sizeof *s->sorted);
}

static double percentile(const struct value_state *s, double percent)
{
    double rank = percent / 100 * (s->n - 1), low = floor(rank);
    uint32_t at = (uint32_t)low;

    assert(s->sorted);
    if (at + 1 >= s->n)
        return s->sorted[s->n - 1];
    return s->sorted[at] + (rank - low) * (s->sorted[at + 1] - s->sorted[at]);
}

static void value_take(struct windows *w, void *state, const struct window_event *e,
                       int64_t from_ns, struct window_answer *ret)
{
    struct value_state *s = state;

    s->last_ns = e->time_ns;
    while (s->n && s->ring[s->head].time_ns < from_ns) {
        forget_oldest(s);
        s->dropped = 0;
    }
    if (s->n == w->need) {
        forget_oldest(s);
        s->dropped = 1;
    } else if (s->n == s->capacity) {
        widen(w, s);
    }
    if (s->sorted) {
        uint32_t at = place_of(s, s->n, e->number);
        memmove(s->sorted + at + 1, s->sorted + at, (s->n - at) * sizeof *s->sorted);
        s->sorted[at] = e->number;
    }
    s->ring[(s->head + s->n++) % s->capacity] = (struct timed){e->time_ns, e->number};
    s->sum += e->number;
    ret->value = w->spec.kind == WINDOW_PERCENTILE ? percentile(s, w->spec.percentile)
                 : w->spec.kind == WINDOW_AVERAGE  ? s->sum / s->n
                                                   : s->sum;
    ret->at_least = s->dropped;
    ret->first_ns = s->ring[s->head].time_ns;
}

const struct window_kind_row window_value_row = {
    .state_bytes = sizeof(struct value_state),
    .last_ns = value_last,
    .drop = value_drop,
    .take = value_take,
    .by_bounds = true,
};
