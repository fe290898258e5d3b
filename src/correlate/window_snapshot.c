/*
 * window_snapshot.c - windows to bytes and back: what they count, then key after key in the order
 * of the table, so that those that would be given up next are still so.
 */
#include "correlate/window_kind.h"

struct head {
    int64_t newest_ns;
    uint64_t late;
    uint32_t keys;
    uint8_t started, unused[3];
};

/* In front of each state. */
struct key_head {
    uint64_t key;
    int64_t session_ns; /* of sessions: when it began */
    uint8_t several, unused[7];
};

struct saving {
    const struct windows *w;
    struct buf *out;
};

static void save_key(void *ctx, uint64_t key, bool several, void *state)
{
    const struct saving *s = ctx;
    struct key_head head = {.key = key, .several = several};

    if (s->w->spec.shape == WINDOW_SESSION)
        memcpy(&head.session_ns, (char *)state + s->w->row->state_bytes, sizeof head.session_ns);
    snapshot_put(s->out, &head, sizeof head);
    s->w->row->save(s->w, state, s->out);
}

void windows_save(const struct windows *w, struct buf *out)
{
    const struct head head = {.newest_ns = w->newest_ns,
                              .late = w->late,
                              .keys = key_table_count(w->keys),
                              .started = w->started};
    struct saving s = {w, out};

    snapshot_put(out, &head, sizeof head);
    key_table_each(w->keys, &s, save_key);
}

bool windows_load(struct windows *w, struct snapshot *s)
{
    struct head head;
    struct key_head key;

    assert(!w->started);
    if (!snapshot_take(s, &head, sizeof head))
        return false;
    for (uint32_t i = 0; i < head.keys; i++) {
        if (!snapshot_take(s, &key, sizeof key))
            return false;
        char *state = key_table_restore(w->keys, key.key, key.several);
        if (!state || !w->row->load(w, state, s))
            return false;
        if (w->spec.shape == WINDOW_SESSION)
            memcpy(state + w->row->state_bytes, &key.session_ns, sizeof key.session_ns);
        if (w->spec.kind == WINDOW_SEQUENCE)
            window_sequence_await(w, key.key, state);
    }
    w->newest_ns = head.newest_ns;
    w->late = head.late;
    w->started = head.started;
    return s->rest.n == 0;
}
