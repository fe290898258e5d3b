/*
 * signal.h - one thing that a detection tells: what rules, correlations, behaviours and other tools
 * hand to triage, which makes alerts of it. Slices are valid during the call that hands it over.
 */
#pragma once

#include "event/entity.h"

enum BYTE_ENUM severity {
    SEVERITY_NONE,
    SEVERITY_INFORMATIONAL,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL,
    SEVERITY_COUNT
};
const char *severity_name(enum severity s); /* "high"; "" for none */
bool severity_parse(str text, enum severity *ret) MUST_USE;

enum BYTE_ENUM signal_origin {
    SIGNAL_RULE,        /* a rule that matched one event */
    SIGNAL_CORRELATION, /* of rules */
    SIGNAL_BEHAVIOR,    /* behave/ */
    SIGNAL_TOOL,        /* another tool's alert, in its log */
    SIGNAL_ORIGIN_COUNT
};
const char *signal_origin_name(enum signal_origin o); /* "rule", "correlation", ... */

enum {
    SIGNAL_KEY_MAX = 8,
    SIGNAL_TAGS_MAX = 32,
    SIGNAL_DETAILS_MAX = 24,
    SIGNAL_EVENTS_MAX = 100,
};

#define SIGNAL_NO_TIME INT64_MIN /* of what has no time */

struct signal_pair {
    str name, value;
};

/* What was measured, and what would have been usual: low..high is the usual band. */
struct signal_measure {
    const char *what; /* "failures", "distinct ports"; NULL: nothing was measured */
    double value, expected, low, high;
    const char *baseline; /* what the band was learned from, or "threshold" */
    uint64_t samples;     /* that it rests on */
};

struct signal {
    enum signal_origin origin;
    enum severity severity;
    str id; /* the rule's, or the behaviour's name: of what alerts' ids are made */
    str title;
    int64_t first_ns, last_ns; /* event time; both SIGNAL_NO_TIME when there is none */
    uint64_t count;            /* events behind it that no signal of this id and key told before */
    const struct signal_pair *key; /* what it is about, one alert for each: named values */
    uint32_t key_count;
    const struct entity *entities;
    uint32_t entity_count;
    const str *tags; /* as Sigma writes them: attack.t1110.003, attack.credential-access */
    uint32_t tag_count;
    str explanation; /* a sentence, for people */
    struct signal_measure measure;
    const struct signal_pair *details; /* what else explains it: matched fields and values */
    uint32_t detail_count;
    const uint64_t *events; /* that are behind it: EVENT_REF()s, the newest of them */
    uint32_t event_count;
    bool provisional; /* told on arrival; the same again when no earlier event can come */
};

/* An event by its place: the stream's or source's number, and its record. */
#define EVENT_REF_RECORD_BITS 40
static inline uint64_t event_ref(uint32_t stream, uint64_t record)
{
    return (uint64_t)stream << EVENT_REF_RECORD_BITS |
           (record & (((uint64_t)1 << EVENT_REF_RECORD_BITS) - 1));
}
static inline uint32_t event_ref_stream(uint64_t ref)
{
    return (uint32_t)(ref >> EVENT_REF_RECORD_BITS);
}
static inline uint64_t event_ref_record(uint64_t ref)
{
    return ref & (((uint64_t)1 << EVENT_REF_RECORD_BITS) - 1);
}
