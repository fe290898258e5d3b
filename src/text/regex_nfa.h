/*
 * regex_nfa.h - a regular pattern as instructions, which a thread for each way to match follows
 * (R. Cox, "Regular Expression Matching: the Virtual Machine Approach", 2009), and what every match
 * begins with. Immutable and shared; owned by all who hold it.
 */
#pragma once

#include "simd/byte_window.h"
#include "text/regex_symbol.h"

enum {
    REGEX_INSTS_MAX = 4096,
    REGEX_THREADS_MAX = 1024, /* places where threads may stand at the same time */
    REGEX_WINDOW_DEPTH = 16, /* characters of a match's beginning that are looked at for a window */
};

enum regex_op {
    REGEX_OP_CLASS, /* takes a character of `class`, goes on behind */
    REGEX_OP_PLACE, /* goes on behind if the assertion holds */
    REGEX_OP_SPLIT, /* goes on behind, and at `to` */
    REGEX_OP_JUMP,  /* goes on at `to` */
    REGEX_OP_MATCH, /* the last one */
};

struct regex_inst {
    uint8_t op;
    uint8_t place; /* enum regex_place */
    bool rules;    /* a thread here makes all before it needless, see regex_nfa.c */
    uint16_t class, to;
};

struct regex_nfa {
    struct regex_inst *insts;
    uint32_t count;
    struct regex_class *classes;
    struct regex_alphabet alphabet;
    uint32_t places; /* a bit for each enum regex_place that the pattern has */
    bool folds;      /* it finds all that regex_nfa_new_folded()'s finds */

    /* What stands in each match that does not begin at the text's beginning, `least` to `most`
     * bytes behind where it begins. None: its count is 0. */
    struct byte_window window;
    uint32_t window_least, window_most;
};

/* NULL when the pattern is not regular, not understood or too big: PCRE2 has it then. */
struct regex_nfa *regex_nfa_new(str pattern, uint32_t flags) MUST_USE;
/* For folded text (utf8_fold_str): finds something in it at least when the pattern finds something
 * in the text as it was. NULL also when an assertion asks for letters. */
struct regex_nfa *regex_nfa_new_folded(str pattern, uint32_t flags) MUST_USE;
const struct regex_nfa *regex_nfa_share(const struct regex_nfa *n); /* one owner more */
void regex_nfa_free(const struct regex_nfa *n);                     /* one less; NULL is a no-op */

/* How many of 4096 bytes of a log are this one. */
uint32_t regex_byte_share(uint8_t byte);
