/*
 * window_member.c - which members (rules) were seen in the window, and in which order.
 *
 * TEMPORAL keeps of each member the time it was seen last. ORDERED keeps of each member i the
 * latest beginning of a chain of members 0..i, one after the other in time: the chain is within the
 * span exactly when its latest beginning is. With bounds it counts the longest chain of members in
 * ascending order, for which it keeps the latest beginning by length and last member. Two events of
 * one time are in no order.
 */
#include "correlate/window_kind.h"

#include "base/mem.h"

#include <stdlib.h>

enum { STACK_MAX = WINDOW_PROGRAM_MAX };
#define NEVER INT64_MIN

struct member_state {
    uint8_t held;
    uint8_t unused[7];
    int64_t *times; /* last of each member; behind them what ORDERED keeps */
    int64_t last_ns;
};

/* A chain's latest beginning, and when its last member was seen; and the latest beginning of one
 * that ended before that, for events of the same time are in no order. */
struct chain {
    int64_t begins, ends, earlier;
};
enum { CHAIN_WORDS = sizeof(struct chain) / sizeof(int64_t) };

static uint32_t lengths(const struct windows *w)
{
    return w->spec.member_count;
}

static int64_t member_last(const void *state)
{
    return ((const struct member_state *)state)->last_ns;
}

static bool is_ordered(const struct windows *w)
{
    return w->spec.kind == WINDOW_ORDERED && !w->spec.program_length;
}

/* Words of `times`. */
static size_t words_of(const struct windows *w)
{
    return w->spec.member_count * (is_ordered(w) ? 1 + CHAIN_WORDS * (size_t)lengths(w) : 1);
}

static void member_drop(struct windows *w, void *state)
{
    struct member_state *s = state;

    if (s->times)
        w->owned_bytes -= words_of(w) * sizeof *s->times;
    free(s->times);
}

static bool run_program(const struct window_spec *s, uint64_t seen)
{
    bool stack[STACK_MAX] = {false};
    uint32_t n = 0;

    for (uint32_t i = 0; i < s->program_length; i++) {
        uint8_t step = s->program[i];
        if (step == STEP_NOT) {
            stack[n - 1] = !stack[n - 1];
        } else if (step >= STEP_AND) {
            n--;
            stack[n - 1] = step == STEP_AND ? stack[n - 1] && stack[n] : stack[n - 1] || stack[n];
        } else {
            stack[n++] = seen >> step & 1;
        }
    }
    return stack[0];
}

/* Which members were seen in the window, and the earliest of their last times. */
static uint64_t members_seen(const struct window_spec *s, const int64_t *times, int64_t from_ns,
                             int64_t *ret_first)
{
    uint64_t seen = 0;

    for (uint32_t i = 0; i < s->member_count; i++) {
        if (times[i] == NEVER || times[i] < from_ns)
            continue;
        seen |= UINT64_C(1) << i;
        *ret_first = times[i] < *ret_first ? times[i] : *ret_first;
    }
    return seen;
}

static void answer_seen(const struct windows *w, uint64_t seen, struct window_answer *ret)
{
    const struct window_spec *s = &w->spec;
    uint32_t count = (uint32_t)__builtin_popcountll(seen);

    ret->value = count;
    ret->holds = s->program_length ? run_program(s, seen)
                 : s->bound_count  ? window_bounds_hold(s, count)
                                   : count == s->member_count;
}

/* Were those that were seen seen last in the order of their numbers? */
static bool in_order(const struct window_spec *s, const int64_t *times, uint64_t seen)
{
    int64_t before = NEVER;

    for (uint32_t i = 0; i < s->member_count; i++) {
        if (!(seen >> i & 1))
            continue;
        if (times[i] <= before)
            return false;
        before = times[i];
    }
    return true;
}

static void take_temporal(const struct windows *w, struct member_state *s,
                          const struct window_event *e, int64_t from_ns, struct window_answer *ret)
{
    s->times[e->member] = e->time_ns;
    uint64_t seen = members_seen(&w->spec, s->times, from_ns, &ret->first_ns);
    answer_seen(w, seen, ret);
    if (w->spec.kind == WINDOW_ORDERED && !in_order(&w->spec, s->times, seen))
        ret->holds = false;
}

/* ------------------------------------------------------------ in order */

static int64_t chain_before(const struct chain *c, int64_t time_ns)
{
    return c->ends < time_ns ? c->begins : c->earlier;
}

static void chain_add(struct chain *c, int64_t begins, int64_t time_ns)
{
    if (c->ends < time_ns)
        *c = (struct chain){begins, time_ns, c->begins};
    else if (begins > c->begins)
        c->begins = begins;
}

/* Chains by length (from 1) and last member. */
static struct chain *chain_at(const struct windows *w, struct member_state *s, uint32_t length,
                              uint32_t member)
{
    struct chain *chains = (struct chain *)(void *)(s->times + w->spec.member_count);

    return &chains[(size_t)(length - 1) * w->spec.member_count + member];
}

/* The best chain of one member less that ended before now. */
static int64_t longest_before(const struct windows *w, struct member_state *s, uint32_t length,
                              const struct window_event *e)
{
    int64_t best = NEVER;

    for (uint32_t j = 0; j < e->member; j++) {
        int64_t begins = chain_before(chain_at(w, s, length, j), e->time_ns);
        best = begins > best ? begins : best;
    }
    return best;
}

/* The longest chain that is within the window, whichever member it ends with. */
static uint32_t longest_chain(const struct windows *w, struct member_state *s, int64_t from_ns,
                              int64_t *ret_begins)
{
    for (uint32_t length = lengths(w); length > 1; length--) {
        int64_t best = NEVER;
        for (uint32_t i = 0; i < w->spec.member_count; i++) {
            const struct chain *c = chain_at(w, s, length, i);
            best = c->begins > best ? c->begins : best;
        }
        if (best != NEVER && best >= from_ns) {
            *ret_begins = best;
            return length;
        }
    }
    return 1;
}

static void take_ordered(const struct windows *w, struct member_state *s,
                         const struct window_event *e, int64_t from_ns, struct window_answer *ret)
{
    s->times[e->member] = e->time_ns;
    for (uint32_t length = lengths(w); length > 1; length--) {
        int64_t begins = longest_before(w, s, length - 1, e);
        if (begins != NEVER && begins >= from_ns)
            chain_add(chain_at(w, s, length, e->member), begins, e->time_ns);
    }
    chain_add(chain_at(w, s, 1, e->member), e->time_ns, e->time_ns);
    uint32_t longest = longest_chain(w, s, from_ns, &ret->first_ns);
    ret->value = longest;
    ret->holds = w->spec.bound_count ? window_bounds_hold(&w->spec, longest)
                                     : longest == w->spec.member_count;
}

static void member_take(struct windows *w, void *state, const struct window_event *e,
                        int64_t from_ns, struct window_answer *ret)
{
    struct member_state *s = state;

    assert(e->member < w->spec.member_count);
    s->last_ns = e->time_ns;
    if (!s->times) {
        size_t n = words_of(w);
        s->times = mem_array(n, sizeof *s->times);
        for (size_t i = 0; i < n; i++)
            s->times[i] = NEVER;
        w->owned_bytes += n * sizeof *s->times;
    }
    if (is_ordered(w))
        take_ordered(w, s, e, from_ns, ret);
    else
        take_temporal(w, s, e, from_ns, ret);
}

static void member_save(const struct windows *w, const void *state, struct buf *out)
{
    const struct member_state *s = state;

    snapshot_put(out, &s->held, sizeof s->held);
    snapshot_put(out, &s->last_ns, sizeof s->last_ns);
    snapshot_put(out, s->times, words_of(w) * sizeof *s->times);
}

static bool member_load(struct windows *w, void *state, struct snapshot *from)
{
    struct member_state *s = state;

    if (!snapshot_take(from, &s->held, sizeof s->held) ||
        !snapshot_take(from, &s->last_ns, sizeof s->last_ns))
        return false;
    s->times = mem_array(words_of(w), sizeof *s->times);
    w->owned_bytes += words_of(w) * sizeof *s->times;
    return snapshot_take(from, s->times, words_of(w) * sizeof *s->times);
}

const struct window_kind_row window_member_row = {
    .state_bytes = sizeof(struct member_state),
    .last_ns = member_last,
    .drop = member_drop,
    .take = member_take,
    .save = member_save,
    .load = member_load,
};
