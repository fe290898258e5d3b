/* correlator_state.h - what a correlator is made of. Private to correlate/. */
#pragma once

#include "correlate/correlator.h"
#include "correlate/window.h"

/* A correlation that is evaluated. */
struct evaluated {
    const struct sigma_correlation *of;
    struct windows *windows;
    const char *refusal; /* then it is not, and this says why */
    bool awaits;         /* what does not happen: it may fire between events */
    struct part *parts;  /* as which it counts in others */
    uint32_t part_count, part_capacity;
};

/* A rule or correlation as a member of a correlation: where the fields stand in its values. */
struct part {
    uint32_t correlation, member;
    uint16_t group[CORRELATION_GROUP_MAX];
    uint16_t *values; /* of its `field`s */
};

/* What the matches of a rule are needed for. */
struct wanted {
    struct part *parts;
    uint32_t part_count, part_capacity;
    str *fields;
    uint32_t field_count, field_capacity;
};

/* A match as a step of a sequence. */
struct offer {
    const struct part *part;
    const str *values;
    uint64_t match;
};

struct correlator {
    const struct ruleset *rs;
    struct correlator_sink sink;
    struct evaluated *all;
    uint32_t count;
    struct wanted *rules; /* one a rule of the set */
    uint64_t seed;
    struct arena *arena;
    uint64_t lacking;
    bool awaits;          /* one of them does */
    struct offer *offers; /* of the event that is being fed */
    uint32_t offer_count, offer_capacity;
    char *label; /* a group, as correlator_group_pack() writes it */
    size_t label_capacity;
};
