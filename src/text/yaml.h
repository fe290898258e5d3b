/*
 * yaml.h - YAML 1.1 documents as trees with the place of each node.
 *
 * Built on libyaml's events; on top of it: a duplicate key is an error, an alias
 * is expanded only within budgets (YAML_NODES_MAX counts expanded nodes, so that
 * a "billion laughs" is refused), cycles cannot arise, depth is limited. Merge
 * keys (<<) are supported. Tags other than YAML's own are refused. Scalars
 * keep their text and whether they were quoted; typing is the reader's
 * (yaml_is_null() and its kin follow the YAML 1.2 core schema, so that a bare
 * `no` stays a string; `yes`, `no`, `on`, `off` are strings). UTF-8, or UTF-16
 * with a byte order mark.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
    YAML_DEPTH_MAX = 64,
    YAML_NODES_MAX = 500000, /* of one document, aliases expanded */
    YAML_SCALAR_MAX = 1024 * 1024,
    YAML_ANCHORS_MAX = 1000,     /* of one document */
    YAML_DOCUMENTS_MAX = 100000, /* of one text */
    YAML_ERRORS_MAX = 1000,      /* broken documents after which yaml_parse_each() stops */
};

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    bool quoted;              /* a scalar in quotes or a block scalar: always a string */
    bool block;               /* a block scalar: its text begins in the next line */
    uint32_t line, column;    /* from 1 */
    str text;                 /* scalar */
    uint32_t count;           /* of items or pairs */
    struct yaml_node **items; /* list */
    struct yaml_pair *pairs;  /* map, in the order of the file; merged pairs come last */
};
struct yaml_pair {
    struct yaml_node *key, *value; /* key is a scalar */
};
struct yaml_document {
    struct yaml_node *root;  /* NULL for an empty document and for one with an error */
    uint32_t line;           /* where it begins */
    str text;                /* the document's bytes, without its `---` */
    const struct err *error; /* why it could not be read; see yaml_parse_each() */
};

/* All documents of a text. On failure those before the error are kept in *ret and *ret_count, and
 * err has line and column. Everything lives in a. */
bool yaml_parse(str text, struct arena *a, struct yaml_document **ret, uint32_t *ret_count,
                struct err *e) MUST_USE;

/* As yaml_parse(), but an error ends its own document only: that document is in *ret with `error`
 * set, and reading goes on at the next line that begins with `---`. */
void yaml_parse_each(str text, struct arena *a, struct yaml_document **ret, uint32_t *ret_count);

const struct yaml_node *yaml_get(const struct yaml_node *map, str key); /* NULL when absent */
bool yaml_is_null(const struct yaml_node *n);            /* unquoted empty, ~, null, Null, NULL */
bool yaml_is_bool(const struct yaml_node *n, bool *ret); /* unquoted true, True, TRUE, false... */
bool yaml_is_number(const struct yaml_node *n,
                    double *ret); /* unquoted decimal, float, hex, octal */
