/*
 * collection.h - several documents in one file, and the `action` that ties them
 * together: global, reset, repeat (pySigma's collection.py; Sigma 1 had it, the
 * specification no longer does).
 */
#pragma once

#include "base/err.h"
#include "text/yaml.h"

enum {
    COLLECTION_BYTES_MAX = 8 * 1024 * 1024, /* of one file, what is repeated counted each time */
    COLLECTION_PAIRS_MAX = 1000000,         /* keys compared when two maps are merged */
};

/* One file's state; all zero at its start. */
struct collection {
    const struct yaml_node *global, *previous;
    str global_text, previous_text;
    size_t bytes;
};

/*
 * Takes the next document of the file. *ret is the rule to read, merged with
 * what `action` asks for, or NULL when the document is no rule of its own;
 * *ret_text is the text that makes its identity.
 */
bool collection_next(struct collection *c, const struct yaml_document *doc, struct arena *a,
                     const struct yaml_node **ret, str *ret_text, struct err *e) MUST_USE;
