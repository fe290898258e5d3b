/* draft_token.h - a line of a log as delimiters and what stands between them. Private to message/.
 */
#pragma once

#include "base/str.h"

enum draft_kind {
    DRAFT_DELIMITER, /* blanks and signs, word for word */
    DRAFT_WORD,
    DRAFT_TIME,
    DRAFT_IP,
    DRAFT_INT,
    DRAFT_NUMBER,
    DRAFT_UUID,
    DRAFT_MAC,
    DRAFT_EMAIL,
    DRAFT_URL,
    DRAFT_PATH,
    DRAFT_LEVEL,
    DRAFT_METHOD, /* of HTTP */
    DRAFT_MIXED,  /* letters and digits: an identifier */
    DRAFT_QUOTED, /* what stands between double quotes, which are delimiters */
    DRAFT_REST,   /* all that is left of a line with very many tokens */
};

struct draft_token {
    uint8_t kind;
    str text;
};

/* The tokens of a line; at most `room`, of which the last is the rest then. */
uint32_t draft_tokens(str line, struct draft_token *ret, uint32_t room);
