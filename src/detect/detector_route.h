/*
 * detector_route.h - which families an event's log sources lead to, remembered
 * by one worker: by the number of the set of log sources where the event has
 * one, else by their words.
 */
#pragma once

#include "detect/dispatch.h"

enum {
    ROUTES_MAX = 256, /* remembered; beyond, all are forgotten */
    ROUTE_SLOTS = 1024,
    ROUTE_TEXT_MAX = 1024, /* bytes of one event's log sources; longer ones make all be forgotten */
};

/* Log sources that rename alike. */
struct route_part {
    struct logsource renames; /* only its renames count */
    const struct family **families;
    uint32_t family_count;
};

struct route {
    uint32_t source_set; /* 0: known by `sources` */
    struct logsource sources[EVENT_LOGSOURCES_MAX];
    uint32_t source_count;
    struct route_part parts[EVENT_LOGSOURCES_MAX];
    uint32_t part_count;
};

struct routes {
    struct dispatch *dispatch;
    struct arena *arena;
    struct route **by_set; /* ROUTE_SLOTS places by number, open addressing */
    struct route **by_words;
    uint32_t set_count, word_count;
};

void routes_init(struct routes *r, struct dispatch *d);
void routes_done(struct routes *r);

/* Valid until the next call. */
const struct route *routes_find(struct routes *r, const struct event *ev);
