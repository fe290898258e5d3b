/* window_kind.h - how one kind of window keeps a key. Private to correlate/. */
#pragma once

#include "correlate/deadline_queue.h"
#include "correlate/key_table.h"
#include "correlate/snapshot.h"
#include "correlate/window.h"

struct windows {
    struct window_spec spec;
    const struct window_kind_row *row;
    struct key_table *keys;
    uint64_t key;  /* that is being fed */
    uint32_t need; /* of a key, at most: times, values */
    int64_t newest_ns;
    bool started;
    uint64_t late, owned_bytes;

    /* Of sequences: */
    uint32_t steps;                         /* each as often as it runs */
    bool ends_absent;                       /* the last step waits for an absence */
    uint8_t first_step[WINDOW_MEMBERS_MAX]; /* of a member; of an absence: how many are before it */
    uint64_t *whole;                        /* the events of the chain that is told */
    struct deadline_queue due;
};

struct window_kind_row {
    uint32_t state_bytes;
    int64_t (*last_ns)(const void *state);
    void (*drop)(struct windows *w, void *state); /* frees what it owns, and counts that */
    /* Takes the event in, drops what is older than from_ns, and says what is in the window now. */
    void (*take)(struct windows *w, void *state, const struct window_event *e, int64_t from_ns,
                 struct window_answer *ret);
    void (*save)(const struct windows *w, const void *state, struct buf *out);
    /* Into a state that is zeroed; what it owns is counted. False: it cannot be so; the state can
     * be dropped. */
    bool (*load)(struct windows *w, void *state, struct snapshot *s);
    bool by_bounds; /* the answer's value is held against the bounds; else take says `holds` */
    bool each;      /* what holds has begun, whatever held before */
    /* Does the event begin what is kept of a key? NULL: all do. */
    bool (*opens)(const struct windows *w, const struct window_event *e);
};

extern const struct window_kind_row window_count_row, window_distinct_row, window_value_row,
    window_member_row, window_sequence_row;

void window_sequence_await(struct windows *w, uint64_t key, const void *state); /* when loaded */
void window_sequence_shape(struct windows *w); /* fills what is of sequences */
bool window_bounds_hold(const struct window_spec *s, double value);
