/*
 * member_window.h - for each of many keys, whom its events of a span of time were about, and how
 * many were about each: a source and the accounts that it tried, an account and where it was tried
 * from.
 *
 * The window slides: at time t it holds the events of [t - span, t]. Of a key the newest events_max
 * events are kept, of the newest keys_max keys (correlate/key_table.h), and no more than 64 MiB of
 * them all: what was idle longest goes first. Adding is O(1), amortised.
 */
#pragma once

#include "base/base.h"

enum {
    MEMBER_EVENTS_MAX = 4096,
    MEMBER_COUNTS = 16, /* how many members have 1, 2 .. 14 events, and 15 or more */
};

struct member_spec {
    int64_t span_ns;
    uint32_t keys_max, events_max; /* 2..MEMBER_EVENTS_MAX */
};

struct member_event {
    int64_t time_ns;
    uint64_t value; /* the member: a hash of it */
    uint64_t ref;   /* event_ref() */
};

/* What a key's window holds. Good until the window is changed. */
struct member_view {
    uint32_t total, members;
    bool at_least; /* there were more than are kept */
    int64_t first_ns;
    const uint32_t *counts; /* [n]: members of n events; the last: of that many or more */
    uint32_t *mark;         /* the caller's, 0 for a new key and when its window ran empty */
    const struct member_event *ring;
    uint32_t head, room; /* of the ring: the oldest, and how many it has room for */
};

struct member_window;

struct member_window *member_window_new(const struct member_spec *s) MUST_USE;
void member_window_free(struct member_window *w); /* NULL is a no-op */

/* Times do not descend. */
struct member_view member_window_add(struct member_window *w, uint64_t key,
                                     const struct member_event *e);
/* What it holds at now_ns, nothing added. False: nothing. */
bool member_window_look(struct member_window *w, uint64_t key, int64_t now_ns,
                        struct member_view *ret);
/* The events of one member that a key's window holds. */
uint32_t member_window_of(const struct member_window *w, uint64_t key, uint64_t value);
/* Empties a key's window. */
void member_window_clear(struct member_window *w, uint64_t key);

/* Members of low..high events each; high is below MEMBER_COUNTS - 1. */
uint32_t member_view_band(const struct member_view *v, uint32_t low, uint32_t high);
/* The largest number of events of one member, MEMBER_COUNTS - 1 meaning that or more. */
uint32_t member_view_largest(const struct member_view *v);
/* Event i of `total`, the oldest first. */
static inline const struct member_event *member_view_event(const struct member_view *v, uint32_t i)
{
    return &v->ring[(v->head + i) % v->room];
}
/* The newest events' references, at most max, the oldest first. */
uint32_t member_view_refs(const struct member_view *v, uint64_t *ret, uint32_t max);

uint32_t member_window_keys(const struct member_window *w);
uint64_t member_window_displaced(const struct member_window *w);
uint64_t member_window_bytes(const struct member_window *w);
