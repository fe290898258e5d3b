/*
 * match_record.h - what of one event waits for its turn (correlate/watermark.h), as bytes: the
 * matches that correlations ask for, or what alerts are made of (engine/stateful_record.h). Events
 * of one time are ordered by what the record held, whatever the order in which they came.
 */
#pragma once

#include "base/buf.h"
#include "correlate/correlator.h"

enum {
    MATCH_RECORD_RULES_MAX = 4096,
    MATCH_VALUE_BYTES_MAX = 16 * 1024,   /* of a value that is kept */
    MATCH_RECORD_BYTES_MAX = 200 * 1024, /* matches beyond are left out */
};

/* What a record begins with. */
struct match_record_head {
    uint64_t content; /* a hash of the event's bytes */
    uint64_t ref;     /* event_ref(): the source, and the record's number */
    int64_t received_ns;
    uint32_t generation; /* of the rules: live_rules.h */
    uint32_t count;      /* matches */
    uint8_t trust;
    bool is_stateful; /* a record of stateful_record.h follows, and no matches */
};

/* The record is what is added to `out` between begin and end. */
void match_record_begin(struct buf *out, const struct match_record_head *head);
/* The rule's match, if a correlation asks for it. `ev` has text for values. */
bool match_record_add(struct buf *out, size_t begun, const struct correlator *c, uint32_t rule,
                      const struct event *ev, struct arena *a);

struct match_record {
    struct match_record_head head;
    struct correlator_match *matches; /* head.count */
    uint32_t *value_counts;           /* of each */
};
/* Slices are of `bytes`, arrays in a. */
struct match_record match_record_read(str bytes, struct arena *a);
