/*
 * detector.h - matches every rule of a set against events, sharing the tests
 * that rules have in common.
 *
 * A detector is shared by workers; each has a scratch of its own, into which the
 * per-event memory of one event goes. Nothing is allocated per event once the
 * scratch is warm and the buckets of the events' kinds have been built.
 */
#pragma once

#include "detect/compiled_rules.h"
#include "detect/naive.h"
#include "detect/profile.h"

struct detector;
struct detector_scratch;

/* Keeps rs, which outlives it. */
struct detector *detector_new(const struct ruleset *rs) MUST_USE;

struct detector_options {
    const struct ruleset *rs;
    const struct profile *profile;   /* the choice of witnesses goes by it; NULL: by guesses */
    struct compiled_rules *compiled; /* of rs; NULL: made now */
};

/* Keeps what the options name; that outlives it. */
struct detector *detector_new_with(const struct detector_options *o) MUST_USE;
void detector_free(struct detector *d); /* NULL is a no-op */
struct detector_scratch *detector_scratch_new(const struct detector *d) MUST_USE;
void detector_scratch_free(struct detector_scratch *s); /* NULL is a no-op */

/*
 * The rules that match, as ascending places in the rule set; *ret_rules is valid
 * until the next call with this scratch. Returns how many.
 */
uint32_t detector_match(const struct detector *d, struct detector_scratch *s,
                        const struct event *ev, const uint32_t **ret_rules);

/* Why a rule matched the event that detector_match() was last asked about with this scratch, and
 * which lives still: as naive_explain() says. `settled` is that event, or a copy of it with the
 * same fields, with text for all values; reasons are slices of it. */
uint32_t detector_explain(const struct detector *d, struct detector_scratch *s, uint32_t rule,
                          const struct event *settled, struct arena *a, struct matched_field **ret);

/* Rule health: was any of these fields ever in the input? Marks into a bitset of the scratch. */
uint32_t detector_field_count(const struct detector *d); /* distinct names that rules use */
str detector_field_name(const struct detector *d, uint32_t field);
const uint64_t *detector_fields_seen(const struct detector_scratch *s); /* bit per field */
uint64_t
detector_regex_limits(const struct detector_scratch *s); /* regexes cut off by their limit */
