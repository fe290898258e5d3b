/* event_text.h - the events of bytes in memory: for tests of rules, for embedding, to explain one.
 */
#pragma once

#include "formats/format.h"

struct event_text_handler {
    void *ctx;
    void (*event)(void *ctx, struct event *ev); /* its log source is known; record: from 0 */
    void (*problem)(void *ctx, const struct problem *p);
};

/* All of them as one stream of its format, whose time rule is the stream's. Events live in `a`,
 * their texts until the handler returns. */
void event_bytes_read(const struct stream *stream, str bytes, struct arena *a,
                      const struct event_text_handler *h);

/* The same of JSON; `source` names the piece. Events live in `a`. */
void event_text_read(str source, str json, struct arena *a, const struct event_text_handler *h);
