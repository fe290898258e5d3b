/*
 * http_protocol.h - what one protocol over HTTP is made of. Its decoder is a pure
 * function: a body in, records and an answer out. Tokens, limits, repeated records
 * and the wait for the disk are http_intake.c's.
 */
#pragma once

#include "base/arena.h"
#include "net/http_server.h"

enum { /* of a request; one with more is refused whole */
       HTTP_RECORDS_MAX = 256 * 1024,
       HTTP_RECORD_BYTES_MAX = 256 * 1024 * 1024, /* labels are written into each record */
};

enum http_claim { HTTP_NOT_OURS, HTTP_OPEN /* to anyone: health */, HTTP_WITH_TOKEN };

/* A request as a decoder sees it; body without its compression. */
struct http_call {
    enum http_method method;
    str path, query, type; /* `type`: Content-Type */
    str channel;           /* X-Splunk-Request-Channel */
    str body;
    struct arena *arena; /* of this request */
};

struct http_record {
    str bytes;
    str id; /* what its sender calls it; empty: it does not */
};

/* What a body gave. The answer is sent once its records are on disk. With a status of 400 and above
 * no record is taken. */
struct http_take {
    struct arena *arena;
    struct http_record *records;
    uint32_t count, capacity;
    size_t bytes;
    bool too_many;   /* decoders may stop then */
    uint32_t broken; /* parts that are no records */
    str sample;      /* the last of them */
    struct http_answer answer;
    const uint64_t *ack_ids; /* a question after acknowledgements, not records */
    uint32_t ack_count;
    bool asks_acks;
};

enum http_refusal {
    HTTP_NO_TOKEN,
    HTTP_WRONG_TOKEN,
    HTTP_BUSY,       /* nothing is promised; to be sent again */
    HTTP_TOO_LONG,   /* compressed or not, or too many records */
    HTTP_UNREADABLE, /* broken compression */
    HTTP_CODING,     /* one that we do not know */
    HTTP_NO_CHANNEL, /* HEC: acknowledgements need one */
    HTTP_NO_ACKS,    /* HEC: they are asked after, and none are given */
    HTTP_REFUSAL_COUNT,
};

struct http_protocol {
    /* Whose path it is. own_path: of the setting `path`, where the type has one. */
    enum http_claim (*claims)(enum http_method method, str path, str own_path);
    void (*decode)(const struct http_call *c, struct http_take *t);
    /* Changes the answer that http_refusal_answer() has made, to what its senders know; NULL. */
    void (*refuse)(enum http_refusal why, struct http_answer *ret);
    /* The id that a record of the raw log was taken with; NULL, or empty: none. */
    str (*recalled_id)(str record, struct arena *a);
    bool acknowledges; /* has the setting `acknowledgement` */
};

void http_take_add(struct http_take *t, str bytes, str id);
/* Counts a part that is none. */
void http_take_broken(struct http_take *t, str part);
/* Of "a=1&b=2" the value of b, unescaped; .p is NULL when absent. */
str http_query_value(str query, str name, struct arena *a);
/* True when Content-Type is that, whatever its parameters are. */
bool http_type_is(str type, str want);
struct http_answer http_refusal_answer(enum http_refusal why);
