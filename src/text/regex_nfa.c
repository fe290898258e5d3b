/*
 * regex_nfa.c - writes the instructions from the root down, with a stack of nodes that are at work.
 *
 * That a match exists is all that is asked, so threads can be spared. In a sequence such as
 * `set.*run`, a thread in the loop `.*` can do whatever one before it can that takes only
 * characters of the loop: when that one comes to the loop, this one is still there. So a class in a
 * loop of the outermost sequence "rules" when it has all characters of the classes before it: the
 * threads before it are dropped. For the same reason each step of a class that a match begins with,
 * as in `.{1000}`, rules over those before it, if the last one may be repeated: then a match only
 * begins earlier. What would be sets of a thousand threads are sets of one.
 */
#include "text/regex_nfa.h"

#include "base/mem.h"
#include "text/utf8.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    BLOCK_BYTES = 2 * 1024,
    SCRATCH_BYTES = 16 * 1024,
    LEAD_MIN = 8, /* shorter ones are not worth a loop */
    DEPTH_MAX = 4 * REGEX_TREE_DEPTH_MAX,
};

struct shared_nfa {
    struct regex_nfa nfa; /* first: one is the other */
    struct arena *arena;
    atomic_uint owners;
};

struct frame {
    uint32_t node, child; /* the child that comes next */
    uint32_t step;        /* repetitions, alternatives that are written */
    uint32_t fork;        /* the last split */
    uint32_t open;        /* a chain through `to` of jumps and splits to the end; NO_INST */
};

enum { NO_INST = 0xFFFF };

struct writer {
    const struct regex_tree *tree;
    struct regex_nfa *nfa;
    struct arena *scratch;
    struct frame stack[DEPTH_MAX];
    uint32_t depth;
    uint32_t inst_capacity, class_count, class_capacity;
    bool full;
};

/* ------------------------------------------------------------ writing */

static uint32_t add_inst(struct writer *w, enum regex_op op)
{
    if (w->nfa->count == REGEX_INSTS_MAX) {
        w->full = true;
        return 0; /* it is of no use any more */
    }
    struct regex_inst *room = arena_push(w->scratch, (void **)&w->nfa->insts, &w->nfa->count,
                                         &w->inst_capacity, sizeof *room);
    *room = (struct regex_inst){.op = (uint8_t)op};
    return w->nfa->count - 1;
}

static uint32_t class_of(struct writer *w, const struct regex_set *s)
{
    for (uint32_t i = 0; i < w->class_count; i++)
        if (regex_set_is(&w->nfa->classes[i].set, s))
            return i;
    if (w->class_count == REGEX_CLASSES_MAX) {
        w->full = true;
        return 0;
    }
    struct regex_class *room = arena_push(w->scratch, (void **)&w->nfa->classes, &w->class_count,
                                          &w->class_capacity, sizeof *room);
    *room = (struct regex_class){.set = *s};
    return w->class_count - 1;
}

static uint32_t add_class(struct writer *w, const struct regex_set *s)
{
    uint32_t of = class_of(w, s), at = add_inst(w, REGEX_OP_CLASS);

    w->nfa->insts[at].class = (uint16_t)of;
    return at;
}

static void add_jump(struct writer *w, uint32_t to)
{
    uint32_t at = add_inst(w, REGEX_OP_JUMP);

    w->nfa->insts[at].to = (uint16_t)to;
}

/* Does the class have all characters of all classes that are written? */
static bool has_all_before(const struct writer *w, const struct regex_set *s)
{
    for (uint32_t i = 0; i < w->class_count; i++)
        if (!regex_set_within(&w->nfa->classes[i].set, s))
            return false;
    return true;
}

static void open_end(struct writer *w, struct frame *f, uint32_t inst)
{
    w->nfa->insts[inst].to = (uint16_t)f->open;
    f->open = inst;
}

static void close_ends(struct writer *w, struct frame *f)
{
    while (f->open != NO_INST && !w->full) {
        struct regex_inst *inst = &w->nfa->insts[f->open];
        f->open = inst->to;
        inst->to = (uint16_t)w->nfa->count;
    }
}

static void push(struct writer *w, uint32_t node)
{
    if (w->depth == DEPTH_MAX) {
        w->full = true;
        return;
    }
    w->stack[w->depth++] = (struct frame){
        .node = node, .child = w->tree->nodes[node].child, .fork = NO_INST, .open = NO_INST};
}

static void write_place(struct writer *w, enum regex_place place)
{
    if (place == REGEX_LAST_END) { /* nothing follows: an LF may be taken */
        struct regex_range *lf = arena_alloc(w->scratch, sizeof *lf);
        uint32_t fork = add_inst(w, REGEX_OP_SPLIT);
        *lf = (struct regex_range){'\n', '\n'};
        add_class(w, &(struct regex_set){lf, 1});
        w->nfa->insts[fork].to = (uint16_t)w->nfa->count;
        place = REGEX_TEXT_END;
    }
    uint32_t at = add_inst(w, REGEX_OP_PLACE);
    w->nfa->insts[at].place = (uint8_t)place;
    w->nfa->places |= 1u << place;
}

/* An endless loop around one class, or the class that leads. */
static bool write_ruling(struct writer *w, const struct regex_node *n)
{
    const struct regex_node *child = &w->tree->nodes[n->child];
    bool leads = n->leads && n->max == n->min && n->min >= LEAD_MIN;
    bool loops = n->top && n->max == REGEX_UNBOUNDED;

    if (child->kind != REGEX_CLASS || !(leads || loops))
        return false;
    for (uint32_t i = 0; i < n->min && !w->full; i++) {
        uint32_t at = add_class(w, &child->set);
        w->nfa->insts[at].rules = leads;
    }
    uint32_t fork = add_inst(w, REGEX_OP_SPLIT);
    uint32_t loop = add_class(w, &child->set);
    w->nfa->insts[loop].rules = leads || has_all_before(w, &child->set);
    add_jump(w, fork);
    w->nfa->insts[fork].to = (uint16_t)w->nfa->count;
    return true;
}

/* Writes one alternative after the other; true when all are there. */
static bool step_alternatives(struct writer *w, struct frame *f)
{
    if (f->fork != NO_INST) {
        open_end(w, f, add_inst(w, REGEX_OP_JUMP));
        w->nfa->insts[f->fork].to = (uint16_t)w->nfa->count;
        f->fork = NO_INST;
    }
    if (f->child == REGEX_NONE) {
        close_ends(w, f);
        return true;
    }
    uint32_t child = f->child;
    f->child = w->tree->nodes[child].next;
    if (f->child != REGEX_NONE)
        f->fork = add_inst(w, REGEX_OP_SPLIT);
    push(w, child);
    return false;
}

static bool step_repeat(struct writer *w, struct frame *f)
{
    const struct regex_node *n = &w->tree->nodes[f->node];
    bool endless = n->max == REGEX_UNBOUNDED;

    if (f->step == 0 && write_ruling(w, n))
        return true;
    if (f->fork != NO_INST) { /* the endless loop ends */
        add_jump(w, f->fork);
        close_ends(w, f);
        return true;
    }
    if (f->step >= n->min && !endless && f->step >= n->max) {
        close_ends(w, f);
        return true;
    }
    if (f->step >= n->min) {
        uint32_t fork = add_inst(w, REGEX_OP_SPLIT);
        open_end(w, f, fork);
        f->fork = endless ? fork : NO_INST;
    }
    f->step++;
    push(w, n->child);
    return false;
}

/* Goes on with the node on top of the stack; true when it is written. */
static bool step(struct writer *w)
{
    struct frame *f = &w->stack[w->depth - 1];
    const struct regex_node *n = &w->tree->nodes[f->node];
    uint32_t child = f->child;

    switch (n->kind) {
    case REGEX_EMPTY:
        return true;
    case REGEX_CLASS:
        add_class(w, &n->set);
        return true;
    case REGEX_PLACE:
        write_place(w, n->place);
        return true;
    case REGEX_CAT:
        if (child == REGEX_NONE)
            return true;
        f->child = w->tree->nodes[child].next;
        push(w, child);
        return false;
    case REGEX_ALT:
        return step_alternatives(w, f);
    case REGEX_REPEAT:
        return step_repeat(w, f);
    }
    return true;
}

static bool write_all(struct writer *w)
{
    push(w, w->tree->root);
    while (w->depth && !w->full) {
        uint32_t depth = w->depth;
        if (step(w))
            w->depth = depth - 1;
    }
    add_inst(w, REGEX_OP_MATCH);
    return !w->full;
}

/* ------------------------------------------------------------ what a match begins with */

/* Measured over command lines and scripts of Windows; what did not occur has 1. */
static const uint8_t byte_shares[128] = {
    1,   1,   1,   1,   1,   1,   1,  1,  1,  38,  57, 1,  1,  50,  1,   1, /* control */
    1,   1,   1,   1,   1,   1,   1,  1,  1,  1,   1,  1,  1,  1,   1,   1,
    208, 1,   5,   7,   12,  4,   1,  12, 10, 10,  1,  1,  7,  119, 63,  6, /* space to / */
    208, 96,  94,  71,  57,  58,  56, 43, 63, 52,  75, 2,  1,  14,  1,   1, /* 0 to ? */
    1,   57,  29,  61,  40,  33,  28, 7,  15, 27,  1,  4,  11, 31,  23,  23,
    34,  3,   18,  58,  33,  10,  7,  28, 2,  5,   6,  5,  56, 5,   1,   16,
    1,   115, 28,  107, 84,  235, 45, 32, 22, 132, 5,  8,  71, 74,  115, 180,
    42,  1,   136, 140, 146, 41,  18, 41, 31, 36,  6,  14, 1,  13,  1,   1,
};

uint32_t regex_byte_share(uint8_t byte)
{
    return byte < 128 ? byte_shares[byte] : 1;
}

/* The threads that are at work at a place of a match, for all matches at once. */
struct front {
    uint16_t *insts; /* of REGEX_OP_CLASS */
    uint32_t count;
    bool matched;
};

struct walk {
    const struct regex_nfa *nfa;
    uint16_t *stack;
    uint32_t *stamps, stamp;
};

/* Adds what a thread at `inst` comes to. Assertions hold for all that is known here. */
static void follow(struct walk *w, uint32_t inst, struct front *f)
{
    uint32_t depth = 0;

    w->stack[depth++] = (uint16_t)inst;
    while (depth) {
        uint32_t at = w->stack[--depth];
        const struct regex_inst *i = &w->nfa->insts[at];
        if (w->stamps[at] == w->stamp)
            continue;
        w->stamps[at] = w->stamp;
        if (i->op == REGEX_OP_CLASS)
            f->insts[f->count++] = (uint16_t)at;
        else if (i->op == REGEX_OP_MATCH)
            f->matched = true;
        if (i->op == REGEX_OP_SPLIT || i->op == REGEX_OP_JUMP)
            w->stack[depth++] = i->to;
        if (i->op == REGEX_OP_SPLIT || (i->op == REGEX_OP_PLACE && i->place != REGEX_TEXT_BEGIN))
            w->stack[depth++] = (uint16_t)(at + 1);
    }
}

/* What a character of a match may be. */
struct place {
    uint64_t first[256 / 64]; /* classes of its first byte, a bit each */
    uint32_t share;           /* how many of 4096 bytes of a log are in them */
    uint32_t bytes;           /* it has at most */
    uint32_t least, most;     /* bytes before it */
};

static bool takes(const struct regex_nfa *n, const struct front *f, uint32_t byte_class)
{
    uint16_t target = regex_target(&n->alphabet, 0, byte_class);

    for (uint32_t i = 0; i < f->count && target != REGEX_INVALID; i++) {
        const struct regex_class *c = &n->classes[n->insts[f->insts[i]].class];
        const struct regex_set *s = &c->set;
        if (target < REGEX_TO_NODE ? regex_class_has(c, target)
                                   : s->count && s->ranges[s->count - 1].high >= 0x80)
            return true;
    }
    return false;
}

static void describe(const struct regex_nfa *n, const struct front *f, const uint32_t shares[256],
                     struct place *ret)
{
    uint32_t last = 0; /* of the code points */
    char utf8[4];

    for (uint32_t c = 0; c < n->alphabet.byte_class_count; c++) {
        if (!takes(n, f, c))
            continue;
        ret->first[c / 64] |= 1ull << (c % 64);
        ret->share += shares[c];
    }
    for (uint32_t i = 0; i < f->count; i++) {
        const struct regex_set *s = &n->classes[n->insts[f->insts[i]].class].set;
        if (s->count && s->ranges[s->count - 1].high > last)
            last = s->ranges[s->count - 1].high;
    }
    ret->bytes = (uint32_t)utf8_put(last, utf8);
}

static void make_window(struct regex_nfa *n, const struct place *places, uint32_t count)
{
    struct byte_set sets[BYTE_WINDOW_MAX] = {0};

    for (uint32_t b = 0; b < 256; b++) {
        uint32_t c = n->alphabet.byte_class[b];
        for (uint32_t k = 0; k < count; k++)
            if (places[k].first[c / 64] >> (c % 64) & 1)
                byte_set_add(&sets[k], (uint8_t)b);
    }
    byte_window_make(&n->window, sets, count);
    n->window_least = places->least;
    n->window_most = places->most;
}

/* The rarest window of these places: each set more must halve what is found, at least. */
static void choose_window(struct regex_nfa *n, const struct place *places, uint32_t count)
{
    const float rare_enough = 1.0f / 8, gain = 0.5f;
    float best = rare_enough;
    uint32_t best_from = 0, best_count = 0;

    for (uint32_t from = 0; from < count; from++) {
        float share = 1;
        for (uint32_t k = 0; k < BYTE_WINDOW_MAX && from + k < count; k++) {
            share *= (float)places[from + k].share / 4096;
            if (share < (best_count && best_count < k + 1 ? best * gain : best)) {
                best = share;
                best_from = from;
                best_count = k + 1;
            }
            if (places[from + k].bytes > 1)
                break;
        }
    }
    if (best_count)
        make_window(n, places + best_from, best_count);
}

static void find_window(struct regex_nfa *n, struct arena *scratch)
{
    struct walk w = {.nfa = n,
                     .stack = arena_array(scratch, 2 * (size_t)n->count + 1, sizeof *w.stack),
                     .stamps = arena_array(scratch, n->count, sizeof *w.stamps),
                     .stamp = 1};
    struct front fronts[2] = {{.insts = arena_array(scratch, n->count, sizeof(uint16_t))},
                              {.insts = arena_array(scratch, n->count, sizeof(uint16_t))}};
    struct place places[REGEX_WINDOW_DEPTH + 1] = {0};
    uint32_t shares[256] = {0}, depth = 0;

    for (uint32_t b = 0; b < 256; b++)
        shares[n->alphabet.byte_class[b]] += regex_byte_share((uint8_t)b);
    follow(&w, 0, &fronts[0]);
    while (depth < REGEX_WINDOW_DEPTH) {
        struct front *now = &fronts[depth % 2], *next = &fronts[(depth + 1) % 2];
        if (now->matched || now->count == 0)
            break;
        struct place *p = &places[depth++];
        describe(n, now, shares, p);
        places[depth].least = p->least + 1;
        places[depth].most = p->most + p->bytes;
        next->count = 0;
        next->matched = false;
        w.stamp++;
        for (uint32_t i = 0; i < now->count; i++)
            follow(&w, now->insts[i] + 1u, next);
    }
    choose_window(n, places, depth);
}

/* ------------------------------------------------------------ the whole */

/* Assertions tell words and line ends apart, whatever the classes do. */
static void add_place_classes(struct writer *w)
{
    static const struct regex_range word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    struct regex_range *ranges = arena_array(w->scratch, countof(word) + 1, sizeof *ranges);

    if (w->nfa->places == 0)
        return;
    memcpy(ranges, word, sizeof word);
    ranges[countof(word)] = (struct regex_range){'\n', '\n'};
    class_of(w, &(struct regex_set){ranges, countof(word)});
    class_of(w, &(struct regex_set){ranges + countof(word), 1});
}

/* Are few enough threads at work at the same time? Of those at places that rule it is one. */
static bool is_light(const struct regex_nfa *n)
{
    uint32_t places = 0;

    for (uint32_t i = 0; i < n->count; i++)
        places += n->insts[i].op == REGEX_OP_CLASS && !n->insts[i].rules;
    return places <= REGEX_THREADS_MAX;
}

/* A quick look: most sets are one character. */
static bool has_no_case(const struct regex_set *s)
{
    const struct regex_range *r = s->ranges;

    return s->count == 1 && (r->high < 'A' || (r->low > 'Z' && r->high < 0x80));
}

/* Folds all sets, or finds out whether that would change one. */
static void fold_sets(struct regex_tree *t, bool fold, struct regex_nfa *n, struct arena *scratch)
{
    n->folds = true;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct regex_set *s = &t->nodes[i].set;
        if (t->nodes[i].kind != REGEX_CLASS || has_no_case(s))
            continue;
        struct regex_set folded = regex_set_fold(s, scratch);
        n->folds = n->folds && (fold || regex_set_is(&folded, s));
        if (fold)
            t->nodes[i].set = folded;
    }
}

static bool make(str pattern, uint32_t flags, bool fold, struct shared_nfa *s,
                 struct arena *scratch)
{
    const uint32_t words = 1u << REGEX_WORD_EDGE | 1u << REGEX_WORD_INSIDE;
    struct regex_tree tree;
    struct regex_nfa *n = &s->nfa;
    struct writer w = {.tree = &tree, .nfa = n, .scratch = scratch};

    if (!regex_tree_parse(pattern, flags, scratch, &tree) || !regex_tree_reduce(&tree, scratch))
        return false;
    fold_sets(&tree, fold, n, scratch);
    if (!write_all(&w) || !is_light(n) || (fold && n->places & words))
        return false;
    n->folds = n->folds && !(n->places & words);
    add_place_classes(&w);
    if (w.full || !regex_alphabet_make(n->classes, w.class_count, n->places != 0, scratch, s->arena,
                                       &n->alphabet))
        return false;
    find_window(n, scratch);
    struct regex_inst *insts = arena_array(s->arena, n->count, sizeof *insts);
    struct regex_class *classes = arena_array(s->arena, (size_t)w.class_count + 1, sizeof *classes);
    memcpy(insts, n->insts, n->count * sizeof *insts);
    for (uint32_t i = 0; i < w.class_count; i++)
        memcpy(classes[i].symbols, n->classes[i].symbols, sizeof classes[i].symbols);
    n->insts = insts;
    n->classes = classes;
    return true;
}

static struct regex_nfa *nfa_new(str pattern, uint32_t flags, bool fold)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new(SCRATCH_BYTES);
    struct shared_nfa *s = mem_alloc(sizeof *s);

    s->arena = arena_new(BLOCK_BYTES);
    atomic_init(&s->owners, 1);
    if (make(pattern, flags, fold, s, scratch))
        return &s->nfa;
    regex_nfa_free(&s->nfa);
    return NULL;
}

struct regex_nfa *regex_nfa_new(str pattern, uint32_t flags)
{
    return nfa_new(pattern, flags, false);
}

struct regex_nfa *regex_nfa_new_folded(str pattern, uint32_t flags)
{
    return nfa_new(pattern, flags, true);
}

const struct regex_nfa *regex_nfa_share(const struct regex_nfa *n)
{
    struct shared_nfa *s = (struct shared_nfa *)(uintptr_t)n;

    atomic_fetch_add_explicit(&s->owners, 1, memory_order_relaxed);
    return n;
}

void regex_nfa_free(const struct regex_nfa *n)
{
    struct shared_nfa *s = (struct shared_nfa *)(uintptr_t)n;

    if (!s || atomic_fetch_sub_explicit(&s->owners, 1, memory_order_acq_rel) > 1)
        return;
    arena_free(s->arena);
    free(s);
}
