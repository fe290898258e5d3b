/* draft_name.h - what a field of a drafted pattern is called, and what it matches. Private to
 * message/. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "message/draft_token.h"

enum { DRAFT_NAMES_MAX = 96 };

/* The names that a pattern has already. */
struct draft_names {
    str items[DRAFT_NAMES_MAX];
    uint32_t count;
};

/* Does the word at `at` stand where a value stands: behind "name=", within quotes? */
bool draft_is_value(const struct draft_token *tokens, uint32_t at);

/* Appends the field of the token at `at`, before the byte `next` ('\0': at the end). */
void draft_put_field(const struct draft_token *tokens, uint32_t at, char next,
                     struct draft_names *names, struct arena *a, struct buf *out);
