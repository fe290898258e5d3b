/*
 * evtx_track.h - what a program did before, to be done again.
 *
 * The records of one template mostly have values of the same types, and numbers of
 * the same sizes. Then every choice that the program makes falls the same way, up to
 * its first op with nested XML, an array or several parts. A track keeps the fields
 * that came of these ops, the types and sizes they came from, and what they added to
 * the layout's key. A record is compared with it as a whole, and then one loop
 * without choices writes its fields.
 *
 * A track only says which fields there are. Budgets are checked as they always are:
 * near their end nothing is done by a track.
 */
#pragma once

#include "formats/evtx_reader.h"

enum {
    EVTX_TRACK_VALUES_MAX = 256, /* programs with more values or fields have none */
    EVTX_TRACK_FIELDS_MAX = 256,
    EVTX_TRACK_WORDS_MAX = 8, /* of the layout's key */
};

/* Runs the ops of a program that has just been started, by a track; false when none fits. */
bool evtx_track_run(struct evtx_reader *r, struct frame *f);

/* Keeps what was done up to f->next_op, none of which has run out of a budget; count is the number
 * of ops run. */
void evtx_track_learn(struct evtx_reader *r, const struct frame *f, uint32_t count);
