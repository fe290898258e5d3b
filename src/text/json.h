/*
 * json.h - reads JSON (RFC 8259) token by token, without recursion and without
 * allocating: strings are given raw and unescaped on demand.
 *
 * Accepted beyond the RFC, because logs hold them: invalid UTF-8 in strings
 * (replaced by U+FFFD when unescaped), raw control bytes in strings, lone
 * surrogate escapes (U+FFFD). Refused: NaN, comments, trailing commas, single
 * quotes, nesting beyond JSON_DEPTH_MAX.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { JSON_DEPTH_MAX = 128 };

enum json_token_kind {
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
    JSON_END,   /* the text is over (only white space was left) */
    JSON_ERROR, /* see json.error and json.at */
};

struct json_token {
    enum json_token_kind kind;
    str text;     /* KEY and STRING: between the quotes, raw; NUMBER: its digits */
    bool escaped; /* text holds backslashes, or bytes that are not valid UTF-8 */
};

struct json {
    str text;
    size_t at; /* next byte; after JSON_ERROR the offending one */
    uint32_t depth;
    uint8_t expect;                          /* private: what may come next */
    uint64_t is_object[JSON_DEPTH_MAX / 64]; /* private: a bit per open level */
    const char *error;                       /* static text */
};

void json_init(struct json *j, str text);
/* The next token of the one value that `text` holds; after the value JSON_END, or JSON_ERROR when
 * more than white space follows. Who reads concatenated values stops when depth is 0 again and
 * starts anew at `at`. Once there was a JSON_ERROR, every further token is one. */
struct json_token json_next(struct json *j);
/* Skips the value that starts with `t` (an opening token): reads up to and including its end. */
bool json_skip(struct json *j, struct json_token t);
/* The string that t holds, unescaped: the slice itself when nothing is escaped, else a copy in a.
 */
str json_string(struct json_token t, struct arena *a);

/* The same for what stands between the quotes of a string that json_next() has accepted; out has
 * json_unescape_room() bytes. No escape is shorter than what it stands for; an invalid byte becomes
 * three. Returns the length. */
size_t json_unescape(str inside, char *out);
static inline size_t json_unescape_room(size_t n)
{
    return 3 * n + sizeof(uint64_t);
}
