/*
 * window_sequence.c - events of members one after the other, as EQL's sequences: for each place
 * between two steps there is a slot with the newest chain that came so far. An event of a step
 * takes the chain before it on by one, and out of its slot unless the step forks; it takes several
 * chains on when the step runs, the longest first, so that it stands in a chain once. What is whole
 * is told.
 *
 * Chains whose first event is out of the span are gone. Events of one time are one after the other
 * as they come. An absence empties the slot that it is about. Behind the last step there is a slot
 * only when an absence stands there: what comes to it is told when its span is over. It keeps the
 * chain that is due first, for a newer one would put off what is due as long as such come.
 */
#include "correlate/window_kind.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define NEVER INT64_MIN

struct sequence_state {
    uint8_t held;
    uint8_t open;
    uint8_t unused[2];
    uint32_t label_n;
    int64_t last_ns, absent_ns; /* absent: the last of what must not be before the first step */
    uint64_t *words;            /* of slots: see slot_at() */
    char *label;
};

/* A chain of `n` events in slot n: the times of its first and last, and what they were. */
struct slot {
    int64_t first_ns, last_ns; /* NEVER: empty */
    uint64_t matches[];
};

static int64_t sequence_last(const void *state)
{
    return ((const struct sequence_state *)state)->last_ns;
}

static size_t words_before(uint32_t n)
{
    return (size_t)(n - 1) * 2 + (size_t)n * (n - 1) / 2; /* slots 1..n-1 of 2 + their number */
}

static struct slot *slot_at(const struct sequence_state *s, uint32_t n)
{
    return (struct slot *)(void *)(s->words + words_before(n));
}

static uint32_t slots_of(const struct windows *w)
{
    return w->steps - !w->ends_absent;
}

static size_t bytes_of(const struct windows *w, const struct sequence_state *s)
{
    return s->label_n + (s->words ? words_before(slots_of(w) + 1) * sizeof *s->words : 0);
}

static void sequence_drop(struct windows *w, void *state)
{
    struct sequence_state *s = state;

    w->owned_bytes -= bytes_of(w, s);
    free(s->words);
    free(s->label);
}

void window_sequence_shape(struct windows *w)
{
    const struct window_spec *s = &w->spec;

    for (uint32_t i = 0; i < s->member_count; i++) {
        w->first_step[i] = (uint8_t)w->steps;
        if (s->steps[i].role == WINDOW_STEP)
            w->steps += s->steps[i].runs;
    }
    for (uint32_t i = 0; i < s->member_count; i++)
        if (s->steps[i].role == WINDOW_ABSENCE && w->first_step[i] == w->steps)
            w->ends_absent = true;
    w->whole = mem_array(w->steps, sizeof *w->whole);
}

/* Only what can begin a chain, or forbid that, makes a key worth keeping. */
static bool sequence_opens(const struct windows *w, const struct window_event *e)
{
    return w->first_step[e->member] == 0 && w->spec.steps[e->member].role != WINDOW_UNTIL;
}

static void open_state(struct windows *w, struct sequence_state *s, str label)
{
    if (s->open)
        return;
    s->open = 1;
    s->absent_ns = NEVER;
    if (slots_of(w)) {
        s->words = mem_array(words_before(slots_of(w) + 1), sizeof *s->words);
        for (uint32_t n = 1; n <= slots_of(w); n++)
            slot_at(s, n)->first_ns = NEVER;
    }
    if (w->ends_absent && label.n) {
        s->label = mem_alloc(label.n);
        memcpy(s->label, label.p, label.n);
        s->label_n = (uint32_t)label.n;
    }
    w->owned_bytes += bytes_of(w, s);
}

static int64_t deadline_of(const struct windows *w, int64_t first_ns)
{
    return first_ns > INT64_MAX - w->spec.span_ns ? INT64_MAX : first_ns + w->spec.span_ns;
}

static void answer(struct windows *w, int64_t first_ns, int64_t last_ns, struct window_answer *ret)
{
    ret->holds = true;
    ret->value = w->steps;
    ret->first_ns = first_ns;
    ret->last_ns = last_ns;
    ret->matches = w->whole;
    ret->match_count = w->steps;
}

/* Is the chain still what is due at that time? */
static bool is_due(const void *ctx, const struct deadline *d)
{
    const struct windows *w = ctx;
    const struct sequence_state *s = key_table_find(w->keys, d->key);

    if (!s || !s->words)
        return false;
    const struct slot *slot = slot_at(s, w->steps);
    return slot->first_ns != NEVER && deadline_of(w, slot->first_ns) == d->time_ns;
}

static void await(struct windows *w, uint64_t key, int64_t first_ns)
{
    enum { QUEUE_LEAST = 1024 };

    if (w->due.count > QUEUE_LEAST && w->due.count / 2 > key_table_count(w->keys))
        deadline_queue_sweep(&w->due, w, is_due);
    deadline_queue_add(&w->due, deadline_of(w, first_ns), key);
}

/* Writes the chain `from`, of n - 1 events, and the event behind it into slot n. */
static void put(struct windows *w, struct sequence_state *s, const struct slot *from, uint32_t n,
                const struct window_event *e)
{
    struct slot *to = slot_at(s, n);

    if (n == w->steps) { /* before an absence */
        if (to->first_ns != NEVER)
            return;
        await(w, w->key, from ? from->first_ns : e->time_ns);
    }
    if (from)
        memcpy(to->matches, from->matches, (n - 1) * sizeof *to->matches);
    to->first_ns = from ? from->first_ns : e->time_ns;
    to->last_ns = e->time_ns;
    to->matches[n - 1] = e->match;
}

static void take_step(struct windows *w, struct sequence_state *s, uint32_t step, bool fork,
                      const struct window_event *e, int64_t from_ns, struct window_answer *ret)
{
    struct slot *from = step ? slot_at(s, step) : NULL;

    if (from && (from->first_ns == NEVER || from->first_ns < from_ns))
        return;
    if (!from && s->absent_ns != NEVER && s->absent_ns >= from_ns)
        return;
    if (step < slots_of(w)) {
        put(w, s, from, step + 1, e);
    } else {
        if (from)
            memcpy(w->whole, from->matches, step * sizeof *w->whole);
        w->whole[step] = e->match;
        answer(w, from ? from->first_ns : e->time_ns, e->time_ns, ret);
    }
    if (from && !fork)
        from->first_ns = NEVER;
}

static void sequence_take(struct windows *w, void *state, const struct window_event *e,
                          int64_t from_ns, struct window_answer *ret)
{
    struct sequence_state *s = state;
    const struct window_step *step = &w->spec.steps[e->member];
    const uint32_t first = w->first_step[e->member];

    open_state(w, s, e->label);
    s->last_ns = e->time_ns;
    switch (step->role) {
    case WINDOW_UNTIL:
        for (uint32_t n = 1; n <= slots_of(w); n++)
            slot_at(s, n)->first_ns = NEVER;
        return;
    case WINDOW_ABSENCE:
        if (first == 0)
            s->absent_ns = e->time_ns;
        else
            slot_at(s, first)->first_ns = NEVER;
        return;
    case WINDOW_STEP:
        for (uint32_t i = step->runs; i-- > 0;)
            take_step(w, s, first + i, step->fork, e, from_ns, ret);
        return;
    }
}

bool windows_await(const struct windows *w)
{
    return w->ends_absent;
}

int64_t windows_deadline(const struct windows *w)
{
    const struct deadline *d = deadline_queue_first(&w->due);

    return d ? d->time_ns : INT64_MAX;
}

bool windows_due(struct windows *w, int64_t watermark_ns, struct window_due *ret)
{
    const struct deadline *first;

    while ((first = deadline_queue_first(&w->due)) && first->time_ns <= watermark_ns) {
        const struct deadline d = *first;
        bool due = is_due(w, &d);
        deadline_queue_drop_first(&w->due);
        if (!due)
            continue;
        struct sequence_state *s = key_table_find(w->keys, d.key);
        assert(s);
        struct slot *slot = slot_at(s, w->steps);
        *ret = (struct window_due){.time_ns = d.time_ns, .label = {s->label, s->label_n}};
        memcpy(w->whole, slot->matches, w->steps * sizeof *w->whole);
        answer(w, slot->first_ns, slot->last_ns, &ret->answer);
        ret->answer.began = true;
        slot->first_ns = NEVER;
        return true;
    }
    return false;
}

static void sequence_save(const struct windows *w, const void *state, struct buf *out)
{
    const struct sequence_state *s = state;

    snapshot_put(out, &s->last_ns, sizeof s->last_ns);
    snapshot_put(out, &s->absent_ns, sizeof s->absent_ns);
    snapshot_put(out, &s->label_n, sizeof s->label_n);
    snapshot_put(out, s->label, s->label_n);
    if (s->words)
        snapshot_put(out, s->words, words_before(slots_of(w) + 1) * sizeof *s->words);
}

static bool sequence_load(struct windows *w, void *state, struct snapshot *from)
{
    struct sequence_state *s = state;
    int64_t last_ns, absent_ns;
    uint32_t label_n;

    if (!snapshot_take(from, &last_ns, sizeof last_ns) ||
        !snapshot_take(from, &absent_ns, sizeof absent_ns) ||
        !snapshot_take(from, &label_n, sizeof label_n) || !snapshot_has(from, label_n, 1))
        return false;
    open_state(w, s, (str){from->rest.p, label_n});
    if (s->label_n != label_n)
        return false;
    from->rest = str_from_at(from->rest, label_n);
    s->last_ns = last_ns;
    s->absent_ns = absent_ns;
    return !s->words ||
           snapshot_take(from, s->words, words_before(slots_of(w) + 1) * sizeof *s->words);
}

void window_sequence_await(struct windows *w, uint64_t key, const void *state)
{
    const struct sequence_state *s = state;
    const struct slot *last = w->ends_absent ? slot_at(s, w->steps) : NULL;

    if (last && last->first_ns != NEVER)
        deadline_queue_add(&w->due, deadline_of(w, last->first_ns), key);
}

const struct window_kind_row window_sequence_row = {
    .state_bytes = sizeof(struct sequence_state),
    .last_ns = sequence_last,
    .drop = sequence_drop,
    .take = sequence_take,
    .save = sequence_save,
    .load = sequence_load,
    .opens = sequence_opens,
    .each = true,
};
