/*
 * naive.h - what a rule means, in plain code: the oracle that each faster
 * matcher must equal on every event. naive_new() compiles regexes and networks
 * once; matching keeps nothing from one event to the next.
 *
 * A test is of one value. A field that is absent has no values, so no test but
 * SIGMA_NULL and SIGMA_EXISTS is true of it, and its negation is. An array has
 * several: any of them may make a test true, and for |all a different one each
 * time. Null is a value of which SIGMA_NULL alone is true.
 */
#pragma once

#include "event/event.h"
#include "sigma/ruleset.h"

struct naive; /* compiled regexes and ranges of one rule set; immutable, shareable by threads */

struct naive *naive_new(const struct ruleset *rs) MUST_USE;
void naive_free(struct naive *n); /* NULL is a no-op */

/* Does rule number `rule` of the set match the event, its log source included? */
bool naive_matches(const struct naive *n, uint32_t rule, const struct event *ev);

/* Is one item true of the event, as seen through one of its log sources? And the rules of the set.
 */
bool naive_item(const struct naive *n, const struct logsource *source, const struct event *ev,
                const struct sigma_item *item);
const struct ruleset *naive_rules(const struct naive *n);

/* Why a rule matched: the positive tests that are true of the event. */
struct matched_field {
    str field; /* native name; "keywords" for a keyword */
    str value; /* the event's value; empty when the field is absent or null */
};
/* In the order of the rule's items, each pair once; lives in the arena. At most MATCHED_MAX. */
enum { MATCHED_MAX = 256 };
uint32_t naive_explain(const struct naive *n, uint32_t rule, const struct event *ev,
                       struct arena *a, struct matched_field **ret);
