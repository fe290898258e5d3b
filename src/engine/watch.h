/*
 * watch.h - picks the few fields that summaries need out of each event, in one
 * pass: a look-up by name for each would cost more than matching the rules.
 */
#pragma once

#include "event/event.h"

enum watched_field {
    WATCHED_NONE,
    WATCHED_CHANNEL,
    WATCHED_EVENT_ID,
    WATCHED_RECORD,
    WATCHED_COMPUTER,
    WATCHED_PROVIDER,
    WATCHED_EVENT_NAME,
    WATCHED_EVENT_TYPE,
    WATCHED_CATEGORY,
    WATCHED_CONDITIONAL_ACCESS,
    WATCHED_OPERATION,
    WATCHED_METHOD,
    WATCHED_APPLICATION,
    WATCHED_NAME,
    WATCHED_TEXT,
    WATCHED_COUNT
};

enum { WATCH_NAME_MAX = 63 };

/* A first sieve: bit (first letter % 64) of entry n is set when a watched name has n bytes. */
struct watch {
    uint64_t letters[WATCH_NAME_MAX + 1];
};

struct watched {
    str value[WATCHED_COUNT]; /* .p is NULL when absent */
    str channel_last; /* of several fields "Channel" the last one: a cleared log's name is one */
};

void watch_init(struct watch *w);
void watch_event(const struct watch *w, const struct event *ev, struct watched *ret);
