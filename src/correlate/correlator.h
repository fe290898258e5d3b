/*
 * correlator.h - Sigma's correlations over the matches of rules, in the order of event time.
 *
 * What the specification leaves open, decided:
 *   - a match whose event lacks a field of group-by, or the field whose values are looked at, does
 *     not count; how many there were is told
 *   - values of group-by are compared without regard to ASCII case, as Sigma compares
 *   - several fields of a value_count are one value together; of sums the first is taken
 *   - a correlation fires when its condition begins to hold for a group, and not again while it
 *     goes on to hold at each further match: what began is one thing that lasts
 *   - for a chained correlation each firing of what it refers to is a match, at the time of the
 *     match that made it fire, with the fields of group-by
 *   - a sequence (ours) fires at the match that makes it whole, each time; one that ends with an
 *     absence when its timespan is over, which is known at the next event or correlator_advance()
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "event/event.h"
#include "sigma/correlation.h"
#include "sigma/ruleset.h"

struct correlator;

/* A field that a match needs to be correlated, and its value; .p is NULL when it is absent. */
struct correlation_value {
    str field, value;
};

struct correlation_firing {
    const struct sigma_correlation *correlation;
    int64_t first_ns, last_ns; /* of the window's first match that is known, and of the last */
    int64_t time_ns;           /* of the last, or when an absence had lasted long enough */
    double value;              /* the count, sum, ... that was held against the condition */
    bool at_least;             /* it may be larger */
    bool approximate;          /* by some percent */
    const struct correlation_value *group; /* group_count of them, named as in group-by */
    uint64_t match;                        /* that made it fire, or came last: as it was fed */
    const uint64_t *matches;               /* of a sequence: all that it is made of, in order */
    uint32_t match_count;
};

struct correlator_sink {
    void *ctx;
    /* Everything passed is valid during the call. */
    void (*fired)(void *ctx, const struct correlation_firing *f);
};

/* NULL when the set has no correlation. The set outlives it. */
struct correlator *correlator_new(const struct ruleset *rs, const struct correlator_sink *sink);
void correlator_free(struct correlator *c); /* NULL is a no-op */

/* Why a correlation is not evaluated, of those that are not; NULL at the end. */
const char *correlator_refusal(const struct correlator *c, uint32_t i,
                               const struct sigma_correlation **ret);

/* Is a rule correlated? Then its matches have these fields: their names in the rule's events. */
bool correlator_wants(const struct correlator *c, uint32_t rule, const str **ret, uint32_t *ret_n);
/* Their values in an event whose values are text, through its log source's names: ret has room. */
void correlator_values(const struct correlator *c, uint32_t rule, const struct event *ev, str *ret);

struct correlator_match {
    uint32_t rule;
    const str *values; /* in the order of correlator_wants() */
    uint64_t match;    /* for the caller to know it by */
};
/* All matches of one event, which is one step of a sequence, whatever rules match it. Times do not
 * descend; of one time an event is before those that are fed after it, to sequences. */
void correlator_feed_event(struct correlator *c, int64_t time_ns,
                           const struct correlator_match *matches, uint32_t count);
/* The only match of an event. */
void correlator_feed(struct correlator *c, uint32_t rule, int64_t time_ns, const str *values,
                     uint64_t match);

/* No event of a time up to this one is fed any more: absences that lasted until then are told.
 * Live, at each move of the watermark; of evidence, once, with the time of its last event. What
 * would be decided only later is not known then, and not told. */
void correlator_advance(struct correlator *c, int64_t watermark_ns);

struct correlator_stats {
    uint64_t lacking;        /* matches without a field that a correlation groups by or looks at */
    uint64_t displaced;      /* groups given up for want of room */
    uint64_t most_displaced; /* by the correlation that gave up most; NULL: none did */
    const struct sigma_correlation *displaced_by;
    uint64_t keys, bytes; /* groups that are kept, and what they take */
};
/* Appends the state of all correlations, with the caller's position in what it feeds, to out.
 * False: there is no room. */
bool correlator_save(const struct correlator *c, str position, struct buf *out,
                     struct err *e) MUST_USE;
/* Into a correlator that was fed nothing. A correlation that means what one did that was saved goes
 * on; others start anew. *ret_position is part of `bytes`. False: it is damaged, of another version
 * or none; all start anew. */
struct correlator_restored {
    uint32_t kept, anew; /* correlations */
};
bool correlator_load(struct correlator *c, str bytes, str *ret_position,
                     struct correlator_restored *ret, struct err *e) MUST_USE;

struct correlator_stats correlator_stats(const struct correlator *c);
