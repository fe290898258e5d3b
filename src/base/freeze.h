/*
 * freeze.h - a graph of structs as one relocatable block of bytes, and back.
 *
 * Const tables describe the structs: what each member is, and what its pointers
 * lead to. freeze() copies all that can be reached from some roots, each thing
 * once, so that what is shared stays shared and circles stay circles. thaw()
 * turns the block, in place, into the same graph.
 *
 * The block has an array for each type, with every element of that type, and the
 * bytes of all strings. A pointer is stored as the number of an element in the
 * array of its type (counted from 1; 0 is NULL), so that checking it is one
 * comparison and nothing that is read can be taken for another type. thaw()
 * believes nothing: numbers and counts are held against the arrays, bools, enums
 * and indices against their limits, texts must end, and each type's own `check`
 * has the last word. A block that was made up leads to a refusal or to a graph
 * that can be walked, never outside the block.
 *
 * A pointer may lead into the middle of an array that another pointer leads to
 * as a whole: it stays there. A pointer to a struct inside a struct becomes a
 * pointer to a copy.
 *
 * Blocks are for the machine and the build that made them: freeze_layout() is a
 * number for both sides to compare.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum {
    FREEZE_TYPES_MAX = 256,
    FREEZE_NESTING_MAX = 16, /* structs in structs */
    FREEZE_ROOTS_MAX = 16,
    FREEZE_ALIGN = 64, /* of a block in memory, and of each type's array in it */
};

enum freeze_kind {
    FREEZE_PLAIN,  /* any bytes: numbers */
    FREEZE_RANGE,  /* an unsigned number of 1, 2, 4 or 8 bytes below `limit`: a bool, an enum */
    FREEZE_TEXT,   /* char[] with a NUL in it */
    FREEZE_ZERO,   /* is left behind: all zero in the block */
    FREEZE_STR,    /* a str; a NUL follows its bytes in the block */
    FREEZE_ONE,    /* a pointer to one element */
    FREEZE_MANY,   /* a pointer to so many elements as another member, or count_of, says */
    FREEZE_NESTED, /* `repeat` structs of `type`, one behind the other */
};

struct freeze_type;

struct freeze_member {
    enum freeze_kind kind;
    uint32_t offset, size;
    const struct freeze_type *type;            /* ONE, MANY, NESTED */
    bool nullable;                             /* ONE, and MANY whose count is not 0 */
    uint32_t count_offset, count_size;         /* MANY: an unsigned number of 1, 2, 4 or 8 bytes */
    uint64_t (*count_of)(const void *element); /* MANY: when no member has the count as it is; it is
                                                  given elements that are not checked yet */
    uint64_t limit;                            /* RANGE */
    uint32_t repeat;                           /* NESTED */
};

struct freeze_type {
    const char *name;
    uint32_t size;
    uint32_t align; /* of an array's first element, to which all pointers must lead: 0, or a power
                       of two up to FREEZE_ALIGN; types with pointers of their own have none */
    const struct freeze_member *members; /* all of them, so that none is forgotten */
    uint32_t member_count;
    /* Is an element as the code needs it that will use it? All pointers are good by then, of this
     * element and of all others. NULL: there is nothing more to check. */
    bool (*check)(const void *element);
};

/* Rows of a table of members; s is the struct. PLAIN_TO and ZERO_TO take in all from one member to
 * another. */
/* clang-format off */
#define FREEZE_AT(s, m) .offset = offsetof(s, m), .size = sizeof(((s *)0)->m)
#define FREEZE_SPAN(s, m, last) .offset = offsetof(s, m), \
    .size = offsetof(s, last) + sizeof(((s *)0)->last) - offsetof(s, m)
#define FREEZE_PLAIN_OF(s, m) {.kind = FREEZE_PLAIN, FREEZE_AT(s, m)}
#define FREEZE_PLAIN_TO(s, m, last) {.kind = FREEZE_PLAIN, FREEZE_SPAN(s, m, last)}
#define FREEZE_RANGE_OF(s, m, end) {.kind = FREEZE_RANGE, FREEZE_AT(s, m), .limit = (end)}
#define FREEZE_BOOL_OF(s, m) FREEZE_RANGE_OF(s, m, 2)
#define FREEZE_TEXT_OF(s, m) {.kind = FREEZE_TEXT, FREEZE_AT(s, m)}
#define FREEZE_ZERO_OF(s, m) {.kind = FREEZE_ZERO, FREEZE_AT(s, m)}
#define FREEZE_ZERO_TO(s, m, last) {.kind = FREEZE_ZERO, FREEZE_SPAN(s, m, last)}
#define FREEZE_STR_OF(s, m) {.kind = FREEZE_STR, FREEZE_AT(s, m)}
#define FREEZE_ONE_OF(s, m, t) {.kind = FREEZE_ONE, FREEZE_AT(s, m), .type = (t)}
#define FREEZE_MAYBE_OF(s, m, t) {.kind = FREEZE_ONE, FREEZE_AT(s, m), .type = (t), \
    .nullable = true}
#define FREEZE_MANY_OF(s, m, n, t) {.kind = FREEZE_MANY, FREEZE_AT(s, m), .type = (t), \
    .count_offset = offsetof(s, n), .count_size = sizeof(((s *)0)->n)}
#define FREEZE_COUNTED_OF(s, m, fn, t) {.kind = FREEZE_MANY, FREEZE_AT(s, m), .type = (t), \
    .count_of = (fn)}
#define FREEZE_NESTED_OF(s, m, t, times) {.kind = FREEZE_NESTED, FREEZE_AT(s, m), .type = (t), \
    .repeat = (times)}
/* The type of the elements of an array of pointers to elements of t, none of them NULL. */
#define FREEZE_POINTER_TYPE(its_name, t) { \
    .name = its_name, .size = sizeof(void *), .member_count = 1, \
    .members = &(const struct freeze_member){ \
        .kind = FREEZE_ONE, .size = sizeof(void *), .type = (t)}}
/* clang-format on */

extern const struct freeze_type freeze_u8, freeze_u16, freeze_u32, freeze_u64, freeze_strs;

struct freeze_root {
    const struct freeze_type *type;
    const void *p; /* one element; not NULL */
};

/* Appends the block. False: it would be larger than out's maximum. */
bool freeze(const struct freeze_root *roots, uint32_t count, struct buf *out,
            struct err *e) MUST_USE;

/*
 * Checks a block and makes pointers of its numbers. `block` has FREEZE_ALIGN, is writable and the
 * caller's, and holds what the roots are made of as long as they are used. ret[i] is an element of
 * types[i]. False: the block is not usable, and its bytes have been changed.
 */
bool thaw(void *block, size_t size, const struct freeze_type *const *types, uint32_t count,
          void **ret, struct err *e) MUST_USE;

/* A number for the layout of all that can be reached from the types: sizes, offsets, kinds. */
uint64_t freeze_layout(const struct freeze_type *const *types, uint32_t count);
