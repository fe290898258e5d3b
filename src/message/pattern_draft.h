/*
 * pattern_draft.h - drafts a pattern file from sample lines, for a person to go over.
 *
 * Lines of the same shape (delimiters, and what kind of thing stands between them) become one
 * pattern. In it what is a time, an address, a number, a path or a quoted text is a field, and so
 * is a word that has a name before it ("user=") or differs from line to line; a word that has a few
 * values ("Accepted", "Failed") parts the shape into patterns of their own. Names are guessed from
 * the words before.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum {
    DRAFT_LINES_MAX = 20000,
    DRAFT_LINE_BYTES_MAX = 4096, /* longer lines are passed over */
    DRAFT_PATTERNS_MAX = 100,
    DRAFT_TOKENS_MAX = 96, /* of a line; what is behind them is one field */
};

struct draft_options {
    str name;    /* of the format; made fit for one */
    str program; /* what the lines' envelopes say wrote them; empty: they have none */
};

/* Appends the YAML. `lines` are texts without envelope; *ret_patterns is how many there are. */
void pattern_draft(const struct draft_options *o, const str *lines, uint32_t count, struct arena *a,
                   struct buf *out, uint32_t *ret_patterns);
