/*
 * stateful_record.h - what the stateful stage (stateful.h) needs of an event, as bytes that outlive
 * it: made by the workers, put in the order of event time, and read back.
 *
 * The first byte says which of three it is. Numbers are in the machine's order: a record does not
 * leave the process, but for a spool that is its own.
 */
#pragma once

#include "behave/behavior_set.h"
#include "correlate/correlator.h"
#include "engine/connection_memory.h"
#include "engine/finding.h"

enum stateful_kind {
    STATEFUL_MATCHES,     /* of rules that are correlated: their numbers and the values asked for */
    STATEFUL_FINDING,     /* of a rule: its number, what it is about, why it matched */
    STATEFUL_OBSERVATION, /* an event that behaviours look at */
    STATEFUL_KIND_COUNT
};

enum {
    STATEFUL_VALUE_MAX = 64 * 1024, /* bytes of a value that is correlated */
    STATEFUL_TEXT_MAX = 4 * 1024,   /* of any other value; what is longer is cut */
};

/* The record, in a; .p is NULL when nobody asks for it. Values of the event are text. */
str stateful_matches(const struct correlator *c, const uint32_t *rules, uint32_t count,
                     const struct event *ev, struct arena *a);
str stateful_finding(uint32_t rule, const struct finding *f, struct arena *a);
/* The event needs no text for its values: it is settled when somebody asks for it. */
str stateful_observation(const struct behavior_set *b, const struct connection_memory *m,
                         const struct event *ev, struct arena *a);

enum stateful_kind stateful_kind(str record);

/* Reads back. Slices are of the record, arrays in a. False: it is not such a record. */
bool stateful_read_matches(str record, struct arena *a, struct correlator_match **ret,
                           uint32_t *ret_count) MUST_USE;
/* Of the finding: rule (of rs), entities, host, user, matched. */
bool stateful_read_finding(str record, const struct ruleset *rs, struct arena *a,
                           struct finding *ret) MUST_USE;
/* Of another tool's alert, beside its columns. */
struct tool_note {
    str format, techniques; /* triage/tool_signal.h */
};
/* The rule's number of such a record, and another in its place. */
uint32_t stateful_finding_rule(str record);
void stateful_finding_set_rule(char *record, uint32_t rule);
bool stateful_read_observation(str record, struct columns *ret, struct connection_note *ret_note,
                               struct tool_note *ret_tool) MUST_USE;
