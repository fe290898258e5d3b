/* window_kind.h - how one kind of window keeps a key. Private to correlate/. */
#pragma once

#include "correlate/key_table.h"
#include "correlate/window.h"

struct windows {
    struct window_spec spec;
    const struct window_kind_row *row;
    struct key_table *keys;
    uint32_t need; /* of a key, at most: times, values */
    int64_t newest_ns;
    bool started;
    uint64_t late, owned_bytes;
};

struct window_kind_row {
    struct key_table_kind table;
    /* Takes the event in, drops what is older than from_ns, and says what is in the window now. */
    void (*take)(struct windows *w, void *state, const struct window_event *e, int64_t from_ns,
                 struct window_answer *ret);
    bool by_bounds; /* the answer's value is held against the bounds; else take says `holds` */
};

extern const struct window_kind_row window_count_row, window_distinct_row, window_value_row,
    window_member_row;

bool window_bounds_hold(const struct window_spec *s, double value);
