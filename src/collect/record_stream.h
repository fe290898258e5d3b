/*
 * record_stream.h - bytes of one sender, as they come, to records in an inlet:
 * lines are cut, decoded and joined, and it is known where each record ended.
 *
 * Offsets are bytes of the stream. `offset` never passes a record that is not in
 * the inlet, so that who begins again there misses none and has none twice.
 */
#pragma once

#include "collect/line_cutter.h"
#include "collect/multiline.h"

struct stream_rule {
    char delimiter; /* '\n' or '\0' */
    bool utf16;
    const struct multiline *multiline; /* NULL: a line is a record */
};

struct record_stream {
    const struct stream_rule *rule;
    struct inlet *inlet;
    struct origin *origin;
    void *ctx; /* of `handed`, which is told after each record that `offset` has moved; or NULL */
    void (*handed)(void *ctx);

    uint64_t offset;   /* of the end of the last record that the inlet took */
    uint64_t position; /* of the end of the last line that was cut */
    int64_t fed_ns;    /* steady, when bytes last came */
    struct line_cutter lines;
    struct joiner joined;
    struct buf text; /* a line in UTF-8 that came in UTF-16 */
};

/* What it is given outlives it. `offset` is where the bytes begin that it will be fed. */
void record_stream_init(struct record_stream *s, const struct stream_rule *rule, struct inlet *in,
                        struct origin *from, uint64_t offset);
void record_stream_done(struct record_stream *s);
/* Forgets what is not yet a record: the next bytes are those at `offset`. */
void record_stream_rewind(struct record_stream *s, uint64_t offset);

/* The stream's first bytes say the order of UTF-16's; for a stream that is fed from further on. */
void record_stream_begins(struct record_stream *s, str head);
/* False: the inlet is full. *rest is what is to be fed again then. */
bool record_stream_feed(struct record_stream *s, str *rest) MUST_USE;
/* No more bytes come: what is left is a record, and counted as partial if its delimiter is missing.
 * False: the inlet is full; call again. */
bool record_stream_end(struct record_stream *s) MUST_USE;
/* A record whose next line does not come, as the multiline rule says. False: the inlet is full. */
bool record_stream_flush(struct record_stream *s, int64_t steady_ns) MUST_USE;

/* Where the next bytes to be fed begin. */
static inline uint64_t record_stream_next(const struct record_stream *s)
{
    return s->position + s->lines.raw;
}

/* Bytes came that are no record yet. */
static inline bool record_stream_waits(const struct record_stream *s)
{
    return s->lines.raw > 0 || s->joined.lines > 0;
}
