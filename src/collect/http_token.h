/*
 * http_token.h - the tokens of an HTTP source: read from a file that only its owner
 * may read, or from the environment; kept as SHA-256 only, and compared without
 * saying by time how much fits.
 */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "base/io.h"

enum { HTTP_TOKENS_MAX = 16, HTTP_TOKEN_BYTES_MIN = 16, HTTP_TOKEN_BYTES_MAX = 4096 };

struct http_tokens {
    uint8_t hash[HTTP_TOKENS_MAX][SHA256_BYTES];
    uint32_t count;
};

/* A token a line, so that an old one can go on while senders change to the new. */
bool http_tokens_from_file(struct http_tokens *t, struct io *io, str path, struct err *e) MUST_USE;
bool http_tokens_from_env(struct http_tokens *t, str name, struct err *e) MUST_USE;

/* What a request's Authorization header shows: the value of Bearer, Splunk or ApiKey as it stands;
 * the password of Basic; the key of an ApiKey that is "id:key" in base64. */
struct http_shown {
    str values[2];
    uint32_t count;
};
void http_token_shown(str authorization, struct arena *a, struct http_shown *ret);
bool http_tokens_fit(const struct http_tokens *t, const struct http_shown *shown);
/* Two sources at one path would both be meant. */
bool http_tokens_share(const struct http_tokens *a, const struct http_tokens *b);
