/* event_text.h - the events of a piece of JSON in memory: for tests of rules and for embedding. */
#pragma once

#include "formats/format.h"

struct event_text_handler {
    void *ctx;
    void (*event)(void *ctx, struct event *ev); /* its log source is known; record: from 0 */
    void (*problem)(void *ctx, const struct problem *p);
};

/* `source` names the piece. Events live in `a`. */
void event_text_read(str source, str json, struct arena *a, const struct event_text_handler *h);
