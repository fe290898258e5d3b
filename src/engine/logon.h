/* logon.h - counts who logged on, from where and how; the kinds are rows of logons.def. */
#pragma once

#include "base/buf.h"
#include "base/intern.h"
#include "engine/summary.h"
#include "engine/watch.h"

struct logon_index {
    struct intern *keys;
    struct logon_row *rows; /* by id */
    uint32_t capacity, keys_max;
    uint64_t other;
    struct buf key;
};

void logon_init(struct logon_index *t, uint32_t keys_max);
void logon_done(struct logon_index *t);
void logon_clear(struct logon_index *t);
/* Does a marker of the event have a value that a kind of logon asks for? */
bool logon_is_marked(struct watched *w);
void logon_event(struct logon_index *t, struct watched *w);
void logon_merge(struct logon_index *into, const struct logon_index *from);
void logon_table_of(const struct logon_index *t, struct arena *a, struct summary *ret);
