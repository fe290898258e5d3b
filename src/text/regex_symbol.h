/*
 * regex_symbol.h - what an automaton reads: symbols, each of which stands for all code points that
 * no class of the pattern tells apart; and how bytes of UTF-8 become symbols.
 *
 * The second is an automaton of its own with a node for what may follow a part of a character. Only
 * the valid forms of RFC 3629 are in it.
 */
#pragma once

#include "text/regex_syntax.h"

enum {
    REGEX_SYMBOLS_MAX = 128,
    REGEX_SYMBOL_WORDS = REGEX_SYMBOLS_MAX / 64,
    REGEX_CLASSES_MAX = 1024, /* of code points, in a pattern */
    REGEX_UTF8_NODES_MAX = 64,
};

struct regex_class {
    struct regex_set set;
    uint64_t symbols[REGEX_SYMBOL_WORDS]; /* a bit each */
};

/* Where a byte leads: to a symbol, to REGEX_TO_NODE + a node, or nowhere. */
enum { REGEX_TO_NODE = 0x100, REGEX_INVALID = 0xFFFF };

struct regex_alphabet {
    uint32_t symbol_count;
    uint32_t byte_class_count; /* bytes that lead to the same everywhere are one class */
    uint8_t byte_class[256];
    uint8_t byte_of[256]; /* one of each class */
    uint32_t node_count;  /* node 0: between characters */
    uint16_t *targets;    /* by node and class */
};

/*
 * Makes the symbols of these classes, and sets theirs. With `whole` bytes that are in no class are
 * told apart nonetheless: where characters begin is known. False when there are too many of
 * something.
 */
bool regex_alphabet_make(struct regex_class *classes, uint32_t count, bool whole,
                         struct arena *scratch, struct arena *keep, struct regex_alphabet *ret);

static inline bool regex_class_has(const struct regex_class *c, uint32_t symbol)
{
    return c->symbols[symbol / 64] >> (symbol % 64) & 1;
}

static inline uint16_t regex_target(const struct regex_alphabet *a, uint32_t node, uint32_t class)
{
    return a->targets[node * a->byte_class_count + class];
}
