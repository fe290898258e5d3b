/*
 * regex_dfa.c - a state is a set of threads (places in the instructions that take a character or
 * wait for what comes next), the node of UTF-8 between two bytes of a character, and, if an
 * assertion asks for it, what was before.
 *
 * All assertions but \A wait in the state until the next byte is known, or that there is none.
 *
 * The table of steps has a row for each state and a column for each class of bytes. Rows are told
 * by their offset in bytes, so that a step is one addition and one load. Steps that need a look
 * (a match, no way on, a step not taken yet, a state that skips) are told apart by their highest
 * bit.
 *
 * A state that most bytes lead back to skips them: the next byte that leads out is looked for with
 * simd/byte_window. In the state where only the beginnings of matches are at work, the next
 * place is looked for where one may begin. Either is left off for a while when it gains little.
 */
#include "text/regex_dfa.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    STATES_MIN = 16,
    STATES_MAX = 16 * 1024,
    SKIP_SHARE_MAX = 4096 / 16, /* a state skips when its exits are rarer (regex_byte_share) */
    SKIP_COST = 12,             /* in bytes that could have been stepped over */
    CREDIT_FIRST = 64,
    CREDIT_MAX = 1024,
    PAUSE_BYTES = 512, /* without skips after the credit is gone */
    NO_STATE = UINT32_MAX,
};

/* Steps that need a look. */
#define LOOK 0x80000000u
#define TO_MATCH 0xFFFFFFFFu
#define TO_NOTHING 0xFFFFFFFEu
#define NOT_TAKEN 0xFFFFFFFDu

enum behind { BEHIND_OTHER, BEHIND_LF, BEHIND_WORD, BEHIND_NOTHING, BEHIND_COUNT };
enum ahead { AHEAD_UNKNOWN, AHEAD_NOTHING, AHEAD_LF, AHEAD_WORD, AHEAD_OTHER, AHEAD_INSIDE };
enum truth { FALSE_HERE, TRUE_HERE, WAITS };
enum at_end { END_UNKNOWN, END_MATCH, END_NONE };
enum skip { SKIP_NONE, SKIP_LOOP, SKIP_TO_WINDOW };

struct state {
    uint32_t first, count; /* its threads, in `threads`; descending */
    uint64_t hash;
    uint8_t node, behind;
    uint8_t at_end, skip;
    bool judged;    /* whether it skips is decided */
    bool waits;     /* an assertion is among the threads */
    uint16_t exits; /* place in `exits` */
};

/* A set of threads that is being made. */
struct set {
    uint64_t *bits;
    bool matched, waits;
};

struct regex_dfa {
    const struct regex_nfa *nfa;
    const struct simd *simd;
    uint64_t seed;
    uint32_t columns, row_bytes;
    uint32_t asked;     /* bits by enum behind: what assertions ask for */
    bool restarts;      /* a match may begin elsewhere than at the text's beginning */
    bool keeps;         /* nothing may be forgotten now */
    uint64_t forgotten; /* how often all was */

    uint32_t *steps; /* state_room rows */
    struct state *states;
    uint32_t state_count, state_room;
    uint16_t *threads;
    uint32_t thread_count, thread_room;
    uint32_t *slots; /* states by hash, open addressing; 2 * state_room */
    struct byte_window *exits;
    uint32_t exit_count, exit_room;
    uint32_t first_row, idle_rows[BEHIND_COUNT]; /* NO_STATE until needed */

    uint16_t column_of[256]; /* in bytes */
    uint8_t ahead_of[256];   /* enum ahead, by class of bytes */
    struct set set, other;
    uint16_t *stack, *from; /* `from`: the threads of the state that a step begins at */
    uint32_t from_count;
    uint32_t *stamps, stamp;
};

/* ------------------------------------------------------------ sets of threads */

static void clear_set(const struct regex_dfa *d, struct set *s)
{
    memset(s->bits, 0, ((d->nfa->count + 63u) / 64) * sizeof *s->bits);
    s->matched = s->waits = false;
}

static enum truth truth_of(enum regex_place place, enum behind behind, enum ahead ahead)
{
    bool is_word_behind = behind == BEHIND_WORD;

    if (place == REGEX_TEXT_BEGIN)
        return behind == BEHIND_NOTHING ? TRUE_HERE : FALSE_HERE;
    if (place == REGEX_LINE_BEGIN && behind != BEHIND_LF)
        return behind == BEHIND_NOTHING ? TRUE_HERE : FALSE_HERE;
    if (ahead == AHEAD_UNKNOWN)
        return WAITS;
    if (ahead == AHEAD_INSIDE)
        return FALSE_HERE;
    switch (place) {
    case REGEX_LINE_BEGIN:
        return ahead != AHEAD_NOTHING ? TRUE_HERE : FALSE_HERE;
    case REGEX_LINE_END:
        return ahead == AHEAD_NOTHING || ahead == AHEAD_LF ? TRUE_HERE : FALSE_HERE;
    case REGEX_WORD_EDGE:
        return (ahead == AHEAD_WORD) != is_word_behind ? TRUE_HERE : FALSE_HERE;
    case REGEX_WORD_INSIDE:
        return (ahead == AHEAD_WORD) == is_word_behind ? TRUE_HERE : FALSE_HERE;
    default:
        return ahead == AHEAD_NOTHING ? TRUE_HERE : FALSE_HERE;
    }
}

/* Adds what a thread at `inst` comes to without taking anything. */
static void follow(struct regex_dfa *d, uint32_t inst, enum behind behind, enum ahead ahead,
                   struct set *s)
{
    uint32_t depth = 0;

    d->stack[depth++] = (uint16_t)inst;
    while (depth) {
        uint32_t at = d->stack[--depth];
        const struct regex_inst *i = &d->nfa->insts[at];
        enum truth truth = FALSE_HERE;
        if (d->stamps[at] == d->stamp)
            continue;
        d->stamps[at] = d->stamp;
        if (i->op == REGEX_OP_PLACE)
            truth = truth_of((enum regex_place)i->place, behind, ahead);
        if (i->op == REGEX_OP_CLASS || truth == WAITS)
            s->bits[at / 64] |= 1ull << (at % 64);
        s->waits = s->waits || truth == WAITS;
        s->matched = s->matched || i->op == REGEX_OP_MATCH;
        if (i->op == REGEX_OP_SPLIT || i->op == REGEX_OP_JUMP)
            d->stack[depth++] = i->to;
        if (i->op == REGEX_OP_SPLIT || truth == TRUE_HERE)
            d->stack[depth++] = (uint16_t)(at + 1);
    }
}

static void next_stamp(struct regex_dfa *d)
{
    if (++d->stamp == 0) {
        memset(d->stamps, 0, d->nfa->count * sizeof *d->stamps);
        d->stamp = 1;
    }
}

/* The threads from the last on, without those that another one makes needless. */
static uint32_t list_threads(const struct regex_dfa *d, const struct set *s, uint16_t *out)
{
    uint32_t count = 0;

    for (uint32_t word = (d->nfa->count + 63u) / 64; word-- > 0;) /* from the highest */
        for (uint64_t bits = s->bits[word]; bits;) {
            uint32_t bit = 63u - (uint32_t)__builtin_clzll(bits);
            uint32_t at = word * 64 + bit;
            out[count++] = (uint16_t)at;
            if (d->nfa->insts[at].rules)
                return count;
            bits &= ~(1ull << bit);
        }
    return count;
}

/* The state is at work, and the next byte or the end is known: assertions that hold let their
 * threads go on. The result is in d->from; true when that is a match. */
static bool resolve(struct regex_dfa *d, const struct state *s, enum ahead ahead)
{
    const uint16_t *threads = d->threads + s->first;

    memcpy(d->from, threads, s->count * sizeof *threads);
    d->from_count = s->count;
    if (!s->waits)
        return false;
    next_stamp(d);
    clear_set(d, &d->other);
    for (uint32_t i = 0; i < s->count; i++)
        follow(d, threads[i], (enum behind)s->behind, ahead, &d->other);
    d->from_count = list_threads(d, &d->other, d->from);
    return d->other.matched;
}

/* ------------------------------------------------------------ states */

static void forget(struct regex_dfa *d)
{
    d->forgotten++;
    d->state_count = d->thread_count = d->exit_count = 0;
    d->first_row = NO_STATE;
    for (uint32_t i = 0; i < BEHIND_COUNT; i++)
        d->idle_rows[i] = NO_STATE;
    if (d->slots)
        memset(d->slots, 0xFF, 2 * (size_t)d->state_room * sizeof *d->slots);
}

size_t regex_dfa_bytes(const struct regex_dfa *d)
{
    return (size_t)d->state_room * (d->row_bytes + sizeof *d->states + 2 * sizeof *d->slots) +
           d->thread_room * sizeof *d->threads + d->exit_room * sizeof *d->exits +
           d->nfa->count * (3 * sizeof *d->stack + sizeof *d->stamps) + sizeof *d;
}

static void put_slot(struct regex_dfa *d, uint32_t state)
{
    uint32_t mask = 2 * d->state_room - 1, at = (uint32_t)d->states[state].hash & mask;

    while (d->slots[at] != NO_STATE)
        at = (at + 1) & mask;
    d->slots[at] = state;
}

/* Room for one state more with `threads` threads. False when there may be no more. */
static bool make_room(struct regex_dfa *d, uint32_t threads)
{
    uint32_t states = d->state_room, room = d->thread_room;

    if (d->state_count == states)
        states = states ? 2 * states : STATES_MIN;
    while (room == 0 || d->thread_count + threads > room)
        room = room ? 2 * room : 64;
    size_t more = (size_t)(states - d->state_room) *
                      (d->row_bytes + sizeof *d->states + 2 * sizeof *d->slots) +
                  (room - d->thread_room) * sizeof *d->threads;
    if (more && d->state_count && /* the first always has room */
        (states > STATES_MAX || regex_dfa_bytes(d) + more > REGEX_DFA_BYTES_MAX))
        return false;
    if (room != d->thread_room)
        d->threads = mem_resize(d->threads, room, sizeof *d->threads);
    d->thread_room = room;
    if (states == d->state_room)
        return true;
    d->steps = mem_resize(d->steps, states, d->row_bytes);
    d->states = mem_resize(d->states, states, sizeof *d->states);
    d->slots = mem_resize(d->slots, 2 * (size_t)states, sizeof *d->slots);
    d->state_room = states;
    memset(d->slots, 0xFF, 2 * (size_t)states * sizeof *d->slots);
    for (uint32_t i = 0; i < d->state_count; i++)
        put_slot(d, i);
    return true;
}

static uint32_t find_state(const struct regex_dfa *d, const struct state *like,
                           const uint16_t *threads)
{
    uint32_t mask = 2 * d->state_room - 1;

    for (uint32_t at = (uint32_t)like->hash & mask; d->state_room && d->slots[at] != NO_STATE;
         at = (at + 1) & mask) {
        const struct state *s = &d->states[d->slots[at]];
        if (s->hash == like->hash && s->count == like->count && s->node == like->node &&
            s->behind == like->behind &&
            memcmp(d->threads + s->first, threads, s->count * sizeof *threads) == 0)
            return d->slots[at];
    }
    return NO_STATE;
}

/* The state of a set; its threads are in d->stack. NO_STATE when there is no room and what is there
 * is kept. */
static uint32_t state_of(struct regex_dfa *d, uint32_t count, bool waits, uint32_t node,
                         enum behind behind)
{
    const uint16_t *threads = d->stack;
    struct state s = {.count = count, .node = (uint8_t)node, .waits = waits};

    s.behind = (uint8_t)(waits && d->asked >> behind & 1 ? behind : BEHIND_OTHER);
    s.hash = hash64((str){(const char *)threads, count * sizeof *threads},
                    d->seed ^ (uint64_t)(node << 8 | s.behind));
    uint32_t found = find_state(d, &s, threads);
    if (found != NO_STATE)
        return found;
    if (!make_room(d, count)) {
        if (d->keeps)
            return NO_STATE;
        forget(d);
        bool empty_has_room = make_room(d, count);
        assert(empty_has_room);
        (void)empty_has_room;
    }
    s.first = d->thread_count;
    memcpy(d->threads + s.first, threads, count * sizeof *threads);
    d->thread_count += count;
    uint32_t *row = d->steps + (size_t)d->state_count * d->columns;
    for (uint32_t c = 0; c < d->columns; c++)
        row[c] = NOT_TAKEN;
    d->states[d->state_count] = s;
    put_slot(d, d->state_count);
    return d->state_count++;
}

static uint32_t row_of(const struct regex_dfa *d, uint32_t state)
{
    return state * d->row_bytes;
}

static const struct state *state_at(const struct regex_dfa *d, uint32_t row)
{
    return &d->states[row / d->row_bytes];
}

/* Where a step leads that has come to d->set. */
static uint32_t enter_set(struct regex_dfa *d, uint32_t node, enum behind behind)
{
    if (d->set.matched)
        return TO_MATCH;
    uint32_t count = list_threads(d, &d->set, d->stack);
    if (count == 0 && !d->restarts)
        return TO_NOTHING;
    uint32_t state = state_of(d, count, d->set.waits, node, behind);
    if (state == NO_STATE)
        return NOT_TAKEN;
    return row_of(d, state) | (d->states[state].skip ? LOOK : 0);
}

static uint32_t enter_start(struct regex_dfa *d, enum behind behind)
{
    next_stamp(d);
    clear_set(d, &d->set);
    follow(d, 0, behind, AHEAD_UNKNOWN, &d->set);
    return enter_set(d, 0, behind);
}

static enum behind behind_of(const struct regex_dfa *d, uint32_t column)
{
    static const uint8_t of[] = {
        [AHEAD_LF] = BEHIND_LF, [AHEAD_WORD] = BEHIND_WORD, [AHEAD_INSIDE] = BEHIND_OTHER};

    return (enum behind)of[d->ahead_of[column]];
}

/* The threads of d->from stand before a byte that leads to `target`. */
static uint32_t enter_target(struct regex_dfa *d, uint16_t target, enum behind behind)
{
    const struct regex_nfa *n = d->nfa;

    next_stamp(d);
    clear_set(d, &d->set);
    if (target != REGEX_INVALID && target >= REGEX_TO_NODE) { /* none goes on yet */
        for (uint32_t i = 0; i < d->from_count; i++)
            if (n->insts[d->from[i]].op == REGEX_OP_CLASS)
                d->set.bits[d->from[i] / 64] |= 1ull << (d->from[i] % 64);
        return enter_set(d, target - REGEX_TO_NODE, BEHIND_OTHER);
    }
    for (uint32_t i = 0; target != REGEX_INVALID && i < d->from_count; i++) {
        const struct regex_inst *inst = &n->insts[d->from[i]];
        if (inst->op == REGEX_OP_CLASS && regex_class_has(&n->classes[inst->class], target))
            follow(d, d->from[i] + 1u, behind, AHEAD_UNKNOWN, &d->set);
    }
    follow(d, 0, behind, AHEAD_UNKNOWN, &d->set);
    return enter_set(d, 0, behind);
}

/* Takes a step for the first time. The states may be forgotten on the way; then only the one that
 * it leads to is there. */
static uint32_t step(struct regex_dfa *d, uint32_t row, uint32_t column)
{
    const struct state s = *state_at(d, row);
    const struct regex_alphabet *a = &d->nfa->alphabet;
    uint16_t target = regex_target(a, s.node, column);
    uint64_t forgotten = d->forgotten;

    if (resolve(d, &s, (enum ahead)d->ahead_of[column]))
        return TO_MATCH;
    if (target == REGEX_INVALID && s.node != 0) { /* a character was cut off; a new one begins */
        d->from_count = 0;
        next_stamp(d);
        clear_set(d, &d->set);
        follow(d, 0, BEHIND_OTHER, AHEAD_UNKNOWN, &d->set);
        if (d->set.matched)
            return TO_MATCH;
        d->from_count = list_threads(d, &d->set, d->from);
        target = regex_target(a, 0, column);
    }
    uint32_t to = enter_target(d, target, behind_of(d, column));
    if (forgotten == d->forgotten)
        d->steps[row / sizeof *d->steps + column] = to;
    return to;
}

/* The state in which only beginnings of matches are at work, behind what was read last. */
static uint32_t idle_row(struct regex_dfa *d, enum behind behind)
{
    enum behind asked = d->asked >> behind & 1 ? behind : BEHIND_OTHER;

    if (d->idle_rows[asked] == NO_STATE) {
        uint32_t row = enter_start(d, asked); /* all may be forgotten */
        d->idle_rows[asked] = row >= NOT_TAKEN ? row : row & ~LOOK;
    }
    return d->idle_rows[asked];
}

static uint32_t first_row(struct regex_dfa *d)
{
    if (d->first_row == NO_STATE) {
        for (uint32_t behind = 0; behind < BEHIND_NOTHING && d->restarts; behind++)
            (void)idle_row(d, (enum behind)behind);
        uint32_t row = enter_start(d, BEHIND_NOTHING);
        d->first_row = row >= NOT_TAKEN ? row : row & ~LOOK;
    }
    if (d->first_row >= NOT_TAKEN)
        return d->first_row;
    return d->first_row | (state_at(d, d->first_row)->skip ? LOOK : 0);
}

/* ------------------------------------------------------------ skips */

static bool is_idle(const struct regex_dfa *d, uint32_t row)
{
    for (uint32_t i = 0; i < BEHIND_COUNT; i++)
        if (d->idle_rows[i] == row)
            return true;
    return false;
}

/* Takes all steps of a state. False when there is no room for where they lead. */
static bool take_all(struct regex_dfa *d, uint32_t row)
{
    bool all = true;

    d->keeps = true;
    for (uint32_t c = 0; c < d->columns && all; c++)
        all = d->steps[row / sizeof *d->steps + c] != NOT_TAKEN || step(d, row, c) != NOT_TAKEN;
    d->keeps = false;
    return all;
}

/* The bytes that lead out of a state, and how many of 4096 they are. */
static uint32_t find_exits(const struct regex_dfa *d, uint32_t row, struct byte_set *ret)
{
    uint32_t share = 0;

    for (uint32_t b = 0; b < 256; b++) {
        uint32_t to = d->steps[row / sizeof *d->steps + d->nfa->alphabet.byte_class[b]];
        if (to < NOT_TAKEN && (to & ~LOOK) == row)
            continue;
        byte_set_add(ret, (uint8_t)b);
        share += regex_byte_share((uint8_t)b);
    }
    return share;
}

static void keep_exits(struct regex_dfa *d, struct state *s, const struct byte_set *exits)
{
    if (d->exit_count == d->exit_room) {
        d->exit_room = d->exit_room ? 2 * d->exit_room : 4;
        d->exits = mem_resize(d->exits, d->exit_room, sizeof *d->exits);
    }
    byte_window_make(&d->exits[d->exit_count], exits, 1);
    s->exits = (uint16_t)d->exit_count++;
    s->skip = SKIP_LOOP;
}

/* A state that leads back to itself: may it skip? Then the steps that do so need a look. */
static void judge(struct regex_dfa *d, uint32_t row)
{
    uint32_t at = row / d->row_bytes, *steps;
    struct byte_set exits = {0};

    d->states[at].judged = true;
    if (!take_all(d, row))
        return;
    uint32_t share = find_exits(d, row, &exits);
    if (d->nfa->window.count && is_idle(d, row))
        d->states[at].skip = SKIP_TO_WINDOW;
    else if (share <= SKIP_SHARE_MAX)
        keep_exits(d, &d->states[at], &exits);
    steps = d->steps + row / sizeof *d->steps;
    for (uint32_t c = 0; d->states[at].skip && c < d->columns; c++)
        if (steps[c] == row)
            steps[c] |= LOOK;
}

struct search {
    const char *text;
    size_t n;
    size_t pause; /* no skips before here */
    size_t credit;
};

/* Where a match may begin at the earliest. Until the window is passed there is none to look for. */
static size_t find_begin(const struct regex_dfa *d, struct search *x, size_t at)
{
    const struct regex_nfa *n = d->nfa;
    size_t from = at + n->window_least;

    if (from >= x->n)
        return x->n;
    size_t found = from + d->simd->byte_window_find(&n->window, x->text + from, x->n - from);
    if (found == x->n)
        return x->n;
    x->pause = found - n->window_least + 1;
    return found > at + n->window_most ? found - n->window_most : at;
}

/* Goes ahead from `at`, the next byte, in a state that skips; *row is the state there. */
static size_t skip(struct regex_dfa *d, struct search *x, uint32_t *row, size_t at)
{
    const struct state *s = state_at(d, *row);
    size_t to;

    if (at < x->pause || !s->skip)
        return at;
    bool begins = s->skip == SKIP_TO_WINDOW;
    if (begins)
        to = find_begin(d, x, at);
    else
        to = at + d->simd->byte_window_find(&d->exits[s->exits], x->text + at, x->n - at);
    size_t credit = x->credit + (to - at);
    if (credit < SKIP_COST) {
        x->credit = CREDIT_FIRST;
        x->pause = to + PAUSE_BYTES;
    } else {
        x->credit = (credit > CREDIT_MAX ? CREDIT_MAX : credit) - SKIP_COST;
    }
    if (begins && to > at && d->asked) {
        uint32_t c = d->nfa->alphabet.byte_class[(uint8_t)x->text[to - 1]];
        *row = idle_row(d, behind_of(d, c));
    }
    return to;
}

/* ------------------------------------------------------------ the search */

/* Steps on to the end, or to a step that needs a look; *row is where it is taken, *at the byte
 * behind it. */
static uint32_t run(const struct regex_dfa *d, const struct search *x, uint32_t *row, size_t *at)
{
    const char *steps = (const char *)d->steps;
    const uint8_t *text = (const uint8_t *)x->text;
    size_t i = *at, pause = x->pause < x->n ? x->pause : x->n;
    uint32_t now = *row, to = now;

    while (i < pause) {
        memcpy(&to, steps + d->column_of[text[i++]] + now, sizeof to);
        if (to >= NOT_TAKEN)
            goto out;
        now = to & ~LOOK;
        to = now;
    }
    while (i < x->n) {
        memcpy(&to, steps + d->column_of[text[i++]] + now, sizeof to);
        if (to & LOOK)
            goto out;
        now = to;
    }
out:
    *row = now;
    *at = i;
    return to;
}

static bool matches_at_end(struct regex_dfa *d, uint32_t row)
{
    struct state *s = &d->states[row / d->row_bytes];

    if (s->at_end == END_UNKNOWN)
        s->at_end = s->node == 0 && resolve(d, s, AHEAD_NOTHING) ? END_MATCH : END_NONE;
    return s->at_end == END_MATCH;
}

/* A step that is taken for the first time; one that leads back shows a state that might skip. */
static uint32_t first_step(struct regex_dfa *d, uint32_t row, uint32_t column)
{
    uint32_t to = step(d, row, column);

    if (to == row && !state_at(d, to)->judged) {
        judge(d, to);
        to |= state_at(d, to)->skip ? LOOK : 0;
    }
    return to;
}

bool regex_dfa_search(struct regex_dfa *d, str subject)
{
    struct search x = {.text = subject.p, .n = subject.n, .credit = CREDIT_FIRST};
    uint32_t to = first_row(d), row;
    size_t at = 0;

    while (to < NOT_TAKEN) {
        row = to & ~LOOK;
        if (to & LOOK)
            at = skip(d, &x, &row, at);
        to = run(d, &x, &row, &at);
        if (!(to & LOOK))
            return matches_at_end(d, to);
        if (to == NOT_TAKEN)
            to = first_step(d, row, d->nfa->alphabet.byte_class[(uint8_t)x.text[at - 1]]);
    }
    return to == TO_MATCH;
}

/* ------------------------------------------------------------ making it */

static void find_asked(struct regex_dfa *d)
{
    const uint32_t words = 1u << REGEX_WORD_EDGE | 1u << REGEX_WORD_INSIDE;
    const uint32_t line = 1u << REGEX_LINE_BEGIN, text = 1u << REGEX_TEXT_BEGIN;

    if (d->nfa->places & words)
        d->asked |= 1u << BEHIND_WORD;
    if (d->nfa->places & line)
        d->asked |= 1u << BEHIND_LF;
    if (d->nfa->places & (line | text))
        d->asked |= 1u << BEHIND_NOTHING;
    for (uint32_t behind = 0; behind < BEHIND_NOTHING; behind++) {
        next_stamp(d);
        clear_set(d, &d->set);
        follow(d, 0, (enum behind)behind, AHEAD_UNKNOWN, &d->set);
        d->restarts = d->restarts || d->set.matched || list_threads(d, &d->set, d->stack);
    }
}

static enum ahead ahead_of(uint8_t byte)
{
    if (byte == '\n')
        return AHEAD_LF;
    if (byte >= 0x80 && byte < 0xC0)
        return AHEAD_INSIDE;
    return regex_is_word(byte) ? AHEAD_WORD : AHEAD_OTHER;
}

struct regex_dfa *regex_dfa_new(const struct regex_nfa *nfa)
{
    struct regex_dfa *d = mem_alloc(sizeof *d);
    size_t words = (nfa->count + 63u) / 64;

    d->nfa = regex_nfa_share(nfa);
    d->simd = simd_best();
    d->seed = hash_seed();
    d->columns = nfa->alphabet.byte_class_count;
    d->row_bytes = d->columns * (uint32_t)sizeof *d->steps;
    for (uint32_t b = 0; b < 256; b++)
        d->column_of[b] = (uint16_t)(nfa->alphabet.byte_class[b] * sizeof *d->steps);
    for (uint32_t c = 0; c < d->columns; c++)
        d->ahead_of[c] = (uint8_t)ahead_of(nfa->alphabet.byte_of[c]);
    d->set.bits = mem_array(words, sizeof *d->set.bits);
    d->other.bits = mem_array(words, sizeof *d->other.bits);
    d->stack = mem_array(2 * (size_t)nfa->count + 1, sizeof *d->stack);
    d->from = mem_array(nfa->count, sizeof *d->from);
    d->stamps = mem_array(nfa->count, sizeof *d->stamps);
    forget(d);
    find_asked(d);
    return d;
}

void regex_dfa_free(struct regex_dfa *d)
{
    if (!d)
        return;
    regex_nfa_free(d->nfa);
    free(d->steps);
    free(d->states);
    free(d->slots);
    free(d->threads);
    free(d->exits);
    free(d->set.bits);
    free(d->other.bits);
    free(d->stack);
    free(d->from);
    free(d->stamps);
    free(d);
}
