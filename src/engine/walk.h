/*
 * walk.h - the events of evidence, one after another in the caller's thread:
 * for what looks at events and matches no rules.
 */
#pragma once

#include "base/io.h"
#include "formats/format.h"

struct walk_options {
    struct io *io;
    const struct format_set *formats; /* that there are; NULL: those that are built in */
    const struct format *format;      /* NULL: by content */
    struct time_rule time; /* of records; a file's own modification goes before its reference */
    void *ctx;
    /* Both are called in the order of the records, whose numbers are those that a scan tells. */
    void (*event)(void *ctx, struct event *ev); /* settled; dies with the call */
    void (*problem)(void *ctx, str file, const struct problem *p);
};

/* Reads a file, a folder with all below it, or "-": standard input, as a scan does. False only
 * when `path` itself cannot be opened. */
bool walk_path(const struct walk_options *o, const char *path, struct err *e) MUST_USE;
