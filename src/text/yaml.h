/*
 * yaml.h - YAML 1.1 documents as trees with the place of each node.
 *
 * Built on libyaml's events; on top of it: a duplicate key is an error, an alias
 * is expanded only within budgets (YAML_NODES_MAX counts expanded nodes, so that
 * a "billion laughs" is refused), cycles cannot arise, depth is limited. Scalars
 * keep their text and whether they were quoted; typing is the reader's
 * (yaml_is_null() and its kin follow the YAML 1.2 core schema, so that a bare
 * `no` stays a string; `yes`, `no`, `on`, `off` are strings).
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { YAML_DEPTH_MAX = 64, YAML_NODES_MAX = 500000, YAML_SCALAR_MAX = 1024 * 1024 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    bool quoted;              /* a scalar in quotes or a block scalar: always a string */
    uint32_t line, column;    /* from 1 */
    str text;                 /* scalar */
    uint32_t count;           /* of items or pairs */
    struct yaml_node **items; /* list */
    struct yaml_pair *pairs;  /* map, in the order of the file */
};
struct yaml_pair {
    struct yaml_node *key, *value; /* key is a scalar */
};
struct yaml_document {
    struct yaml_node *root; /* NULL for an empty document */
    uint32_t line;          /* where it begins */
    str text;               /* the document's bytes */
};

/* All documents of a text. On failure those before the error are kept in *ret and *ret_count, and
 * err has line and column. Everything lives in a. */
bool yaml_parse(str text, struct arena *a, struct yaml_document **ret, uint32_t *ret_count,
                struct err *e) MUST_USE;

const struct yaml_node *yaml_get(const struct yaml_node *map, str key); /* NULL when absent */
bool yaml_is_null(const struct yaml_node *n);            /* unquoted empty, ~, null, Null, NULL */
bool yaml_is_bool(const struct yaml_node *n, bool *ret); /* unquoted true, True, TRUE, false... */
bool yaml_is_number(const struct yaml_node *n,
                    double *ret); /* unquoted decimal, float, hex, octal */
