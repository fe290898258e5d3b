/*
 * json_tree.h - a JSON text as a tree, for messages whose members may stand in any
 * order and refer to each other. Built without recursion; limited in nodes.
 */
#pragma once

#include "text/json.h"

enum { JSON_TREE_NODES_MAX = 1024 * 1024 };

struct json_node {
    enum json_token_kind kind; /* JSON_OBJECT, JSON_ARRAY, or that of a value */
    str key;                   /* of a member, unescaped */
    str text;                  /* a string unescaped, a number's digits */
    str raw;                   /* the value as it was written */
    struct json_node *first, *next, *parent;
    struct json_node *last; /* private */
};

/* NULL: it is no JSON, or *too_many nodes. */
struct json_node *json_tree(str text, struct arena *a, bool *too_many) MUST_USE;
/* A member by either of two names (the second may be empty); NULL when it, or the object, is not
 * there. */
const struct json_node *json_member(const struct json_node *object, str name, str other);
/* The text of a string or number; .p is NULL for others and for NULL. */
str json_node_text(const struct json_node *n);
