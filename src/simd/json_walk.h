/*
 * json_walk.h - a record of JSON along a tree of texts that records of before had
 * between their values.
 *
 * From one value to the next the text of a record is fixed: {"EventID": 1
 * ,"Image":" C:\\x "}. A node is such a text with what follows it; behind a node
 * hang the texts that have come next. A record is walked by comparing the text of
 * a node with its bytes, up to 64 at once, and by looking for the end of the value
 * behind it; nothing is read twice, and nothing is found out beforehand. What is
 * not in the tree, or no valid value, ends the walk.
 *
 * Values are strings, numbers, true and false; null belongs to the fixed text.
 * Strings may not hold a newline nor an escape that is none of RFC 8259, section
 * 7; whether they are UTF-8 is not looked at. Numbers are as in section 6.
 */
#pragma once

#include "simd/simd.h"

enum json_then {
    JSON_THEN_TEXT, /* a further node's */
    JSON_THEN_STRING,
    JSON_THEN_SCALAR,
    JSON_THEN_END, /* of the record */
};

enum { JSON_NODE_BYTES_MAX = 64 };

struct json_node {
    struct json_node *other; /* what may stand here as well: the one that was met last first */
    union {
        struct json_node *next; /* what may follow */
        void *found;            /* at the end of a record: the owner's */
    };
    uint32_t value_n; /* the length of the last value behind it */
    uint8_t length, then;
    char text[]; /* SIMD_PADDING bytes from its beginning on are readable */
};

enum { JSON_SPAN_WORD = 1u << 31 }; /* in n: true or false, and no number */

struct json_span {
    uint32_t from, n; /* of a value; strings without their quotes */
};

/*
 * Walks the record at `text`, which may go up to `end`, from the nodes at *root.
 * Returns the node at its end and where that is; NULL when it is not in the tree.
 * `spans` has room for the values of the longest way. Nodes that are met come to
 * the front of their fellows. SIMD_PADDING bytes behind `end` are readable.
 */
const struct json_node *json_walk_portable(struct json_node **root, const char *text,
                                           const char *end, struct json_span *spans,
                                           const char **ret_end);
const struct json_node *json_walk_avx2(struct json_node **root, const char *text, const char *end,
                                       struct json_span *spans, const char **ret_end);
const struct json_node *json_walk_avx512(struct json_node **root, const char *text, const char *end,
                                         struct json_span *spans, const char **ret_end);
