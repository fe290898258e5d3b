/*
 * watch.h - picks the few fields that summaries need out of each event, in one
 * pass for each layout: a look-up by name for each would cost more than matching
 * the rules. A watch belongs to one worker.
 *
 * It also remembers, for each layout, the markers that last turned out to tell
 * nothing. Markers are the fields by whose value logons and clearings are known
 * (MARKER in watched.def), and nearly all events have the ones of the event of
 * that layout before.
 */
#pragma once

#include "event/event.h"

enum watched_field {
#define WATCHED(what) WATCHED_##what,
#define MARKER(what) WATCHED_##what,
#define WATCH(what, name)
#include "engine/watched.def"
#undef WATCHED
#undef MARKER
#undef WATCH
    WATCHED_NONE,
    WATCHED_COUNT
};

enum { WATCH_LAYOUTS_MAX = 2048 }; /* remembered; a power of two */

struct watch;
struct watch_places;

struct watched { /* of one event */
    struct watch *watch;
    const struct event *event;
    struct watch_places *places;
    uint32_t known; /* bit for each watched field whose text is in texts */
    bool dull;      /* its markers are those that told nothing before */
    str texts[WATCHED_COUNT];
};

struct watch *watch_new(void) MUST_USE;
void watch_free(struct watch *w); /* NULL is a no-op */

/* Fills *ret, which is valid until the next call for this watch and while the event lives. */
void watch_event(struct watch *w, const struct event *ev, struct watched *ret);

/* The field; NULL when absent. Of several names for one thing the first row of watched.def counts,
 * of several fields of one name the first. */
const struct field *watched_field(const struct watched *w, enum watched_field what);
str watched_text(struct watched *w, enum watched_field what); /* .p is NULL when absent */
bool watched_is(struct watched *w, enum watched_field what, str text);
bool watched_u64(struct watched *w, enum watched_field what, uint64_t *ret); /* false: it is none */

/* Of several fields "Channel" the last one: a cleared log's name is one. */
str watched_last_channel(const struct watched *w);

/* The event with text for all its values: itself, or a copy that lives as long as *w. */
const struct event *watched_settled(const struct watched *w);

/* The markers of this event tell nothing: its like need not be looked at again. */
void watched_note_dull(const struct watched *w);
