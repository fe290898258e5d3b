/*
 * regex_syntax.h - a pattern as a tree, for the part of PCRE2's syntax that describes a regular
 * language: characters, classes, groups, alternatives, quantifiers, the simple assertions, and the
 * flags i, m and s. What is not understood to the last letter is refused: PCRE2 has it then.
 *
 * The tree says whether there is a match, not where: groups are gone, lazy and greedy are one.
 */
#pragma once

#include "base/arena.h"

enum {
    REGEX_TREE_PATTERN_MAX = 8 * 1024, /* bytes */
    REGEX_TREE_DEPTH_MAX = 64,         /* groups in groups */
    REGEX_UNBOUNDED = UINT32_MAX,
    REGEX_CODE_POINT_MAX = 0x10FFFF,
    REGEX_NONE = UINT32_MAX, /* no node */
};

enum regex_node_kind {
    REGEX_EMPTY,
    REGEX_CLASS, /* one character of `set` */
    REGEX_PLACE, /* an assertion */
    REGEX_CAT,   /* children, one behind the other */
    REGEX_ALT,   /* one of the children */
    REGEX_REPEAT /* its child, min to max times */
};

enum regex_place {
    REGEX_TEXT_BEGIN, /* \A, ^ */
    REGEX_TEXT_END,   /* \z */
    REGEX_LAST_END,   /* \Z, $: or before the LF that is last */
    REGEX_LINE_BEGIN, /* (?m)^: not behind an LF that is last */
    REGEX_LINE_END,   /* (?m)$ */
    REGEX_WORD_EDGE,  /* \b */
    REGEX_WORD_INSIDE /* \B */
};

struct regex_range { /* of code points */
    uint32_t low, high;
};

struct regex_set { /* ascending, with gaps between */
    struct regex_range *ranges;
    uint32_t count;
};

struct regex_node {
    enum regex_node_kind kind;
    enum regex_place place;
    uint32_t child, next; /* the first child, the next child of the same parent; or REGEX_NONE */
    uint32_t min, max;
    struct regex_set set;
    bool top;   /* after regex_tree_reduce(): every match has it once, ... */
    bool leads; /* ... and begins with it */
};

struct regex_tree {
    struct regex_node *nodes;
    uint32_t count, root;
};

/* `flags` as for regex_new(), of a pattern that PCRE2 compiles. False when it is not regular, or
 * not understood. */
bool regex_tree_parse(str pattern, uint32_t flags, struct arena *a, struct regex_tree *ret);

/*
 * Takes away what does not change whether there is a match: a+ at either end is a, a* is nothing.
 * False when $ stands where more may follow, which only PCRE2 does.
 */
bool regex_tree_reduce(struct regex_tree *t, struct arena *a);

/* What members of the set are when they are folded (text/utf8.h), and perhaps some more. */
struct regex_set regex_set_fold(const struct regex_set *s, struct arena *a);

bool regex_set_is(const struct regex_set *a, const struct regex_set *b);
/* Is every member of `small` in `large`? */
bool regex_set_within(const struct regex_set *small, const struct regex_set *large);
bool regex_set_has(const struct regex_set *s, uint32_t code_point);
bool regex_is_word(uint32_t code_point); /* \w: ASCII */
