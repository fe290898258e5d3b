/*
 * window_value.c - sums, means and percentiles of numbers: the events of the window in a ring, and
 * for percentiles their numbers in order as well.
 *
 * A sum is kept as numbers come and go, and made anew from the ring each time that as many have
 * gone as there are, so that rounding does not add up. A percentile lies between ranks as in R's
 * type 7, which spreadsheets and most databases use: rank p/100 * (n-1).
 *
 * Of sums and means the last WINDOW_VALUES_MAX numbers are kept. Of more, percentiles have an even
 * sample of the whole window: each time that the ring is full, one half goes, as a hash of the
 * place says, and from then on one number comes in of twice as many. A rank in a sample of 32,768
 * errs by 0.3 % of the numbers, as standard deviation.
 */
#include "correlate/window_kind.h"

#include "base/hash.h"
#include "base/mem.h"
#include "correlate/sorted_numbers.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_VALUES = 8 };

struct timed {
    int64_t time_ns;
    double number;
};

struct value_state {
    uint8_t held;
    uint8_t dropped; /* more were in the window than are kept */
    uint8_t level;   /* of percentiles: one number in 2^level comes in */
    uint8_t unused[5];
    struct timed *ring;
    struct sorted_numbers *sorted; /* of percentiles */
    double sum;
    uint32_t head, n, capacity, gone; /* gone: since the sum was made anew */
    uint32_t numbers;                 /* that came: which of them come in */
    int64_t last_ns, left_out_ns;     /* the last that did not */
};

static int64_t value_last(const void *state)
{
    return ((const struct value_state *)state)->last_ns;
}

static void value_drop(struct windows *w, void *state)
{
    struct value_state *s = state;

    w->owned_bytes -= s->capacity * sizeof *s->ring;
    if (s->sorted) {
        w->owned_bytes -= s->sorted->bytes + sizeof *s->sorted;
        sorted_numbers_done(s->sorted);
    }
    free(s->ring);
    free(s->sorted);
}

static void forget_oldest(struct value_state *s)
{
    double number = s->ring[s->head].number;

    s->sum -= number;
    if (s->sorted)
        sorted_numbers_remove(s->sorted, number);
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

    for (uint32_t i = 0; i < s->n; i++)
        ring[i] = s->ring[(s->head + i) % s->capacity];
    free(s->ring);
    w->owned_bytes += (wider - s->capacity) * sizeof *ring;
    s->ring = ring;
    s->head = 0;
    s->capacity = wider;
    if (w->spec.kind == WINDOW_PERCENTILE && !s->sorted) {
        s->sorted = mem_alloc(sizeof *s->sorted);
        w->owned_bytes += sizeof *s->sorted;
    }
}

/* Half of all numbers go. */
static void thin(struct value_state *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < s->n; i++) {
        const struct timed t = s->ring[(s->head + i) % s->capacity];
        if (hash_mix(s->numbers, i) >> 32 & 1)
            s->ring[(s->head + kept++) % s->capacity] = t;
        else
            sorted_numbers_remove(s->sorted, t.number);
    }
    s->n = kept;
    s->level++;
}

/* Does the number come in? One does not when it is not one of the sample. */
static bool is_sampled(const struct windows *w, struct value_state *s)
{
    enum { LEVELS_MAX = 24, FEW = WINDOW_VALUES_MAX / 8 };

    s->numbers++;
    if (s->n == w->need && s->level < LEVELS_MAX)
        thin(s);
    else if (s->level && s->n < FEW)
        s->level--;
    uint64_t mask = (UINT64_C(1) << s->level) - 1;
    return (hash_mix(s->numbers, 0) >> 32 & mask) == 0 && s->n < w->need;
}

static double percentile(const struct value_state *s, double percent)
{
    double rank = percent / 100 * (s->n - 1), low = floor(rank);
    uint32_t at = (uint32_t)low;

    assert(s->sorted);
    double below = sorted_numbers_at(s->sorted, at);
    if (at + 1 >= s->n)
        return below;
    return below + (rank - low) * (sorted_numbers_at(s->sorted, at + 1) - below);
}

static void keep(struct windows *w, struct value_state *s, const struct window_event *e)
{
    if (s->n == s->capacity)
        widen(w, s);
    if (s->sorted) {
        w->owned_bytes -= s->sorted->bytes;
        sorted_numbers_add(s->sorted, e->number);
        w->owned_bytes += s->sorted->bytes;
    }
    s->ring[(s->head + s->n++) % s->capacity] = (struct timed){e->time_ns, e->number};
    s->sum += e->number;
}

static void forget_old(struct windows *w, struct value_state *s, int64_t from_ns)
{
    w->owned_bytes -= s->sorted ? s->sorted->bytes : 0;
    while (s->n && s->ring[s->head].time_ns < from_ns) {
        forget_oldest(s);
        s->dropped = 0;
    }
    w->owned_bytes += s->sorted ? s->sorted->bytes : 0;
}

static void take_percentile(struct windows *w, struct value_state *s, const struct window_event *e,
                            int64_t from_ns, struct window_answer *ret)
{
    uint64_t before = s->sorted ? s->sorted->bytes : 0;
    bool sampled = is_sampled(w, s);

    w->owned_bytes += (s->sorted ? s->sorted->bytes : 0) - before;
    if (sampled || s->n == 0) {
        keep(w, s, e);
    } else {
        s->left_out_ns = e->time_ns;
    }
    ret->approximate = s->level || (s->left_out_ns && s->left_out_ns >= from_ns);
    ret->value = percentile(s, w->spec.percentile);
}

static void value_take(struct windows *w, void *state, const struct window_event *e,
                       int64_t from_ns, struct window_answer *ret)
{
    struct value_state *s = state;

    s->last_ns = e->time_ns;
    forget_old(w, s, from_ns);
    if (w->spec.kind == WINDOW_PERCENTILE) {
        take_percentile(w, s, e, from_ns, ret);
    } else {
        if (s->n == w->need) {
            forget_oldest(s);
            s->dropped = 1;
        }
        keep(w, s, e);
        ret->value = w->spec.kind == WINDOW_AVERAGE ? s->sum / s->n : s->sum;
        ret->at_least = s->dropped;
    }
    ret->first_ns = s->ring[s->head].time_ns;
}

/* How a state is written: its ring follows. */
struct value_head {
    int64_t last_ns, left_out_ns;
    double sum;
    uint32_t n, gone, numbers;
    uint8_t held, dropped, level, unused;
};

static void value_save(const struct windows *w, const void *state, struct buf *out)
{
    const struct value_state *s = state;
    const struct value_head head = {
        .last_ns = s->last_ns,
        .left_out_ns = s->left_out_ns,
        .sum = s->sum,
        .n = s->n,
        .gone = s->gone,
        .numbers = s->numbers,
        .held = s->held,
        .dropped = s->dropped,
        .level = s->level,
    };

    (void)w;
    snapshot_put(out, &head, sizeof head);
    for (uint32_t i = 0; i < s->n; i++)
        snapshot_put(out, &s->ring[(s->head + i) % s->capacity], sizeof *s->ring);
}

static bool value_load(struct windows *w, void *state, struct snapshot *from)
{
    enum { LEVELS_LAST = 63 };
    struct value_state *s = state;
    struct value_head head;
    struct timed t;

    if (!snapshot_take(from, &head, sizeof head) || head.n == 0 || head.n > w->need ||
        head.level > LEVELS_LAST || !snapshot_has(from, head.n, sizeof t))
        return false;
    for (uint32_t i = 0; i < head.n && snapshot_take(from, &t, sizeof t); i++) {
        if (t.number != t.number)
            return false;
        keep(w, s, &(struct window_event){.time_ns = t.time_ns, .number = t.number});
    }
    s->sum = head.sum;
    s->last_ns = head.last_ns;
    s->left_out_ns = head.left_out_ns;
    s->gone = head.gone;
    s->numbers = head.numbers;
    s->held = head.held;
    s->dropped = head.dropped;
    s->level = head.level;
    return true;
}

const struct window_kind_row window_value_row = {
    .state_bytes = sizeof(struct value_state),
    .last_ns = value_last,
    .drop = value_drop,
    .take = value_take,
    .save = value_save,
    .load = value_load,
    .by_bounds = true,
};
