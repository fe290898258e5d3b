#include "correlate/distinct_sketch.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    BITS = 12,
    REGISTERS = 1 << BITS,
    RANKS = 64 - BITS, /* and one more, when no bit is set */
    NONE = UINT32_MAX,
    FIRST_PEAKS = 2 * REGISTERS,
};

/* A rank, largest of its register since its time. Peaks of a register have ascending times and
 * descending ranks, so that its first is its maximum. */
struct peak {
    int64_t time_ns;
    uint32_t older, newer;  /* of all, in the order of time */
    uint32_t before, after; /* of its register */
    uint16_t at;
    uint8_t rank;
};

struct distinct_sketch {
    struct peak *peaks;
    uint32_t used, capacity, free; /* free: chained by `newer` */
    uint32_t oldest, newest;
    uint32_t first[REGISTERS], last[REGISTERS];
    uint32_t of_rank[RANKS + 2]; /* registers by their maximum; 0: empty */
};

struct distinct_sketch *distinct_sketch_new(void)
{
    struct distinct_sketch *s = mem_alloc(sizeof *s);

    s->free = s->oldest = s->newest = NONE;
    for (uint32_t i = 0; i < REGISTERS; i++)
        s->first[i] = s->last[i] = NONE;
    s->of_rank[0] = REGISTERS;
    return s;
}

void distinct_sketch_free(struct distinct_sketch *s)
{
    if (!s)
        return;
    free(s->peaks);
    free(s);
}

static uint8_t maximum(const struct distinct_sketch *s, uint32_t at)
{
    return s->first[at] == NONE ? 0 : s->peaks[s->first[at]].rank;
}

static void unlink_peak(struct distinct_sketch *s, uint32_t place)
{
    const struct peak p = s->peaks[place];

    *(p.older == NONE ? &s->oldest : &s->peaks[p.older].newer) = p.newer;
    *(p.newer == NONE ? &s->newest : &s->peaks[p.newer].older) = p.older;
    *(p.before == NONE ? &s->first[p.at] : &s->peaks[p.before].after) = p.after;
    *(p.after == NONE ? &s->last[p.at] : &s->peaks[p.after].before) = p.before;
    s->peaks[place].newer = s->free;
    s->free = place;
}

static uint32_t new_peak(struct distinct_sketch *s)
{
    if (s->free != NONE) {
        uint32_t place = s->free;
        s->free = s->peaks[place].newer;
        return place;
    }
    if (s->used == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : FIRST_PEAKS;
        s->peaks = mem_resize(s->peaks, s->capacity, sizeof *s->peaks);
    }
    return s->used++;
}

void distinct_sketch_add(struct distinct_sketch *s, uint64_t hash, int64_t time_ns)
{
    const uint32_t at = (uint32_t)(hash >> (64 - BITS));
    const uint64_t rest = hash << BITS;
    const uint8_t rank = (uint8_t)(rest ? __builtin_clzll(rest) + 1 : RANKS + 1);
    const uint8_t was = maximum(s, at);

    while (s->last[at] != NONE && s->peaks[s->last[at]].rank <= rank)
        unlink_peak(s, s->last[at]);
    const uint32_t place = new_peak(s);
    s->peaks[place] =
        (struct peak){time_ns, s->newest, NONE, s->last[at], NONE, (uint16_t)at, rank};
    *(s->newest == NONE ? &s->oldest : &s->peaks[s->newest].newer) = place;
    *(s->last[at] == NONE ? &s->first[at] : &s->peaks[s->last[at]].after) = place;
    s->newest = s->last[at] = place;
    s->of_rank[was]--;
    s->of_rank[maximum(s, at)]++;
}

void distinct_sketch_forget(struct distinct_sketch *s, int64_t before_ns)
{
    while (s->oldest != NONE && s->peaks[s->oldest].time_ns < before_ns) {
        const uint32_t at = s->peaks[s->oldest].at;
        s->of_rank[maximum(s, at)]--;
        unlink_peak(s, s->oldest);
        s->of_rank[maximum(s, at)]++;
    }
}

/* x + sum of 2^(k-1) x^(2^k): what empty registers say. */
static double sigma(double x)
{
    double sum = x, y = 1, before;

    if (x == 1)
        return __builtin_inf();
    do {
        x *= x;
        before = sum;
        sum += x * y;
        y += y;
    } while (sum != before);
    return sum;
}

/* 1 - x - sum of (1 - x^(2^-k))^2 2^-k, a third of it: what full registers say. */
static double tau(double x)
{
    double sum = 1 - x, y = 1, before;

    if (x == 0 || x == 1)
        return 0;
    do {
        x = __builtin_sqrt(x);
        before = sum;
        y *= 0.5;
        sum -= (1 - x) * (1 - x) * y;
    } while (sum != before);
    return sum / 3;
}

double distinct_sketch_count(const struct distinct_sketch *s)
{
    const double m = REGISTERS, half_log_2_inverse = 0.72134752044448170368;
    double z = m * tau(1 - s->of_rank[RANKS + 1] / m);

    for (uint32_t k = RANKS; k >= 1; k--)
        z = 0.5 * (z + s->of_rank[k]);
    z += m * sigma(s->of_rank[0] / m);
    return half_log_2_inverse * m * m / z;
}

int64_t distinct_sketch_first_ns(const struct distinct_sketch *s)
{
    return s->oldest == NONE ? INT64_MAX : s->peaks[s->oldest].time_ns;
}

uint64_t distinct_sketch_bytes(const struct distinct_sketch *s)
{
    return sizeof *s + (uint64_t)s->capacity * sizeof *s->peaks;
}

bool distinct_sketch_next(const struct distinct_sketch *s, uint32_t *at, uint64_t *ret_hash,
                          int64_t *ret_time_ns)
{
    *at = *at == DISTINCT_SKETCH_START ? s->oldest : s->peaks[*at].newer;
    if (*at == NONE)
        return false;
    const struct peak *p = &s->peaks[*at];
    const uint64_t rest = p->rank > RANKS ? 0 : UINT64_C(1) << (RANKS - p->rank);
    *ret_hash = (uint64_t)p->at << RANKS | rest;
    *ret_time_ns = p->time_ns;
    return true;
}

uint32_t distinct_sketch_size(const struct distinct_sketch *s)
{
    uint32_t n = 0;

    for (uint32_t at = s->oldest; at != NONE; at = s->peaks[at].newer)
        n++;
    return n;
}
