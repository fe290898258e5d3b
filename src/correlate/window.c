#include "correlate/window_kind.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct window_kind_row *const rows[] = {
    [WINDOW_COUNT] = &window_count_row,      [WINDOW_DISTINCT] = &window_distinct_row,
    [WINDOW_SUM] = &window_value_row,        [WINDOW_AVERAGE] = &window_value_row,
    [WINDOW_PERCENTILE] = &window_value_row, [WINDOW_TEMPORAL] = &window_member_row,
    [WINDOW_ORDERED] = &window_member_row,   [WINDOW_SEQUENCE] = &window_sequence_row,
};

static bool bound_holds(const struct window_bound *b, double value)
{
    switch (b->op) {
    case BOUND_GT:
        return value > b->number;
    case BOUND_GTE:
        return value >= b->number;
    case BOUND_LT:
        return value < b->number;
    case BOUND_LTE:
        return value <= b->number;
    case BOUND_EQ:
        return value == b->number;
    case BOUND_NEQ:
        return value != b->number;
    }
    return false;
}

bool window_bounds_hold(const struct window_spec *s, double value)
{
    for (uint32_t i = 0; i < s->bound_count; i++)
        if (!bound_holds(&s->bounds[i], value))
            return false;
    return true;
}

/* One more than the largest number that a bound names: further events change no answer. */
static double need_of(const struct window_spec *s)
{
    double most = 0;

    if (s->kind != WINDOW_COUNT && s->kind != WINDOW_DISTINCT)
        return WINDOW_VALUES_MAX;
    for (uint32_t i = 0; i < s->bound_count; i++) {
        bool next = s->bounds[i].op != BOUND_GTE && s->bounds[i].op != BOUND_LT;
        double need = next ? floor(s->bounds[i].number) + 1 : ceil(s->bounds[i].number);
        most = need > most ? need : most;
    }
    return most < 1 ? 1 : most;
}

static bool check_program(const struct window_spec *s)
{
    uint32_t depth = 0;

    for (uint32_t i = 0; i < s->program_length; i++) {
        uint8_t step = s->program[i];
        uint32_t takes = step == STEP_NOT ? 1 : step >= STEP_AND ? 2 : 0;
        if ((step < STEP_AND && step >= s->member_count) || depth < takes)
            return false;
        depth = depth - takes + 1;
    }
    return s->program_length == 0 || depth == 1;
}

static bool check_steps(const struct window_spec *s)
{
    uint32_t steps = 0;
    bool until = false;

    if (s->kind != WINDOW_SEQUENCE)
        return true;
    for (uint32_t i = 0; i < s->member_count; i++) {
        if ((s->steps[i].role == WINDOW_STEP && s->steps[i].runs == 0) ||
            (until && s->steps[i].role != WINDOW_UNTIL))
            return false;
        until = s->steps[i].role == WINDOW_UNTIL;
        steps += s->steps[i].role == WINDOW_STEP ? s->steps[i].runs : 0;
    }
    return steps > 0 && steps <= WINDOW_MEMBERS_MAX;
}

bool window_spec_check(const struct window_spec *s, const char **why)
{
    bool temporal = s->kind >= WINDOW_TEMPORAL;

    *why = s->span_ns <= 0                                   ? "the timespan is not positive"
           : (s->gap_ns > 0) != (s->shape == WINDOW_SESSION) ? "a session has a gap, and no other"
           : s->shape && s->kind == WINDOW_SEQUENCE          ? "a sequence has no other window"
           : s->bound_count > WINDOW_BOUNDS_MAX              ? "there are too many bounds"
           : !temporal && s->bound_count == 0                ? "there is no bound"
           : s->member_count > WINDOW_MEMBERS_MAX   ? "a correlation tells at most 64 rules apart"
           : temporal && s->member_count == 0       ? "there is no rule"
           : s->program_length > WINDOW_PROGRAM_MAX ? "the condition is too long"
           : !check_program(s)                      ? "the condition is no condition"
           : !check_steps(s)                        ? "the steps are no sequence"
           : !(need_of(s) <= WINDOW_NEED_MAX)       ? "counts above 1,048,576 cannot be asked for"
                                                    : NULL;
    return *why == NULL;
}

static void drop_state(void *windows, void *state)
{
    struct windows *w = windows;

    if (w->row->drop)
        w->row->drop(w, state);
}

struct windows *windows_new(const struct window_spec *s)
{
    struct windows *w = mem_alloc(sizeof *w);
    const char *why;

    assert(window_spec_check(s, &why));
    w->spec = *s;
    w->row = rows[s->kind];
    w->need = (uint32_t)need_of(s);
    const struct key_table_kind kind = {
        .state_bytes =
            w->row->state_bytes + (s->shape == WINDOW_SESSION ? (uint32_t)sizeof(int64_t) : 0),
        .last_ns = w->row->last_ns,
    };
    w->keys = key_table_new(&kind, s->keys_max ? s->keys_max : WINDOW_KEYS_MAX);
    key_table_drop_with(w->keys, drop_state, w);
    if (s->kind == WINDOW_SEQUENCE)
        window_sequence_shape(w);
    return w;
}

struct windows *windows_anew(const struct windows *w)
{
    return windows_new(&w->spec);
}

void windows_free(struct windows *w)
{
    if (!w)
        return;
    key_table_free(w->keys);
    deadline_queue_done(&w->due);
    free(w->whole);
    free(w);
}

/* The bit of a state that says whether the condition held at its last event: in its first byte. */
static uint8_t *held_of(void *state)
{
    return state;
}

static int64_t before(int64_t time_ns, int64_t span_ns)
{
    return time_ns < INT64_MIN + span_ns ? INT64_MIN : time_ns - span_ns;
}

/* The last multiple of the span. */
static int64_t beginning(int64_t time_ns, int64_t span_ns)
{
    int64_t since = time_ns % span_ns;

    return since < 0 ? before(time_ns, since + span_ns) : time_ns - since;
}

/* The beginning of a key's session, behind its state: when that is new, or its session over, now.
 */
static int64_t session(const struct windows *w, char *state, int64_t time_ns, bool is_new)
{
    char *at = state + w->row->state_bytes; /* as it is aligned */
    int64_t since;

    memcpy(&since, at, sizeof since);
    if (is_new || since < before(time_ns, w->spec.span_ns)) {
        since = time_ns;
        memcpy(at, &since, sizeof since);
        *held_of(state) = 0;
    }
    return since;
}

struct window_answer windows_feed(struct windows *w, uint64_t key, const struct window_event *e)
{
    struct window_answer ret = {.first_ns = e->time_ns, .last_ns = e->time_ns};

    if (w->started && e->time_ns < w->newest_ns) {
        w->late++;
        return ret;
    }
    w->started = true;
    w->newest_ns = e->time_ns;
    const struct window_spec *s = &w->spec;
    int64_t from = s->shape == WINDOW_SLIDING    ? before(e->time_ns, s->span_ns)
                   : s->shape == WINDOW_TUMBLING ? beginning(e->time_ns, s->span_ns)
                                                 : before(e->time_ns, s->gap_ns);
    key_table_expire(w->keys, from);
    if (w->row->opens && !w->row->opens(w, e) && !key_table_find(w->keys, key))
        return ret;
    uint32_t keys = key_table_count(w->keys);
    uint64_t displaced = key_table_displaced(w->keys);
    void *state = key_table_touch(w->keys, key);
    if (s->shape == WINDOW_SESSION)
        from = session(w, state, e->time_ns,
                       key_table_count(w->keys) > keys || key_table_displaced(w->keys) > displaced);
    w->key = key;
    w->row->take(w, state, e, from, &ret);
    if (w->row->by_bounds)
        ret.holds = window_bounds_hold(&w->spec, ret.value);
    ret.began = ret.holds && (w->row->each || !*held_of(state));
    *held_of(state) = ret.holds;
    while (s->bytes_max && w->owned_bytes > s->bytes_max && key_table_count(w->keys) > 1)
        key_table_displace(w->keys);
    return ret;
}

uint32_t windows_keys(const struct windows *w)
{
    return key_table_count(w->keys);
}

uint64_t windows_displaced(const struct windows *w)
{
    return key_table_displaced(w->keys);
}

uint64_t windows_late(const struct windows *w)
{
    return w->late;
}

uint64_t windows_bytes(const struct windows *w)
{
    return key_table_bytes(w->keys) + w->owned_bytes + w->due.capacity * sizeof *w->due.items;
}
