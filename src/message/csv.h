/*
 * csv.h - the cells of a line of CSV by RFC 4180: separated by commas (or another byte), perhaps in
 * double quotes, in which "" is a quote. Private to message/.
 */
#pragma once

#include "base/arena.h"

struct csv {
    str rest;
    char separator;
    bool ended; /* begins false */
};

/* The next cell: a slice, or a copy in a where quotes are doubled. A quote that is not closed ends
 * with the line. False at the end. */
bool csv_next(struct csv *c, str *ret_cell, struct arena *a);
