/*
 * dispatch.h - from an event's log sources and its EventID to the bucket of
 * rules that can be true of it.
 *
 * Rules that name the same log source form a group. The groups that apply to an
 * event's log sources together are a family, which has a bucket for each EventID
 * that its rules ask for, one for all other EventIDs, and one for events of which
 * the EventID is not known. Buckets are built when the first event comes that
 * needs them, once in a process, and are immutable then; a lock is taken for
 * that alone.
 */
#pragma once

#include "detect/bucket.h"
#include "sigma/ruleset.h"

enum {
    FAMILIES_MAX = 512, /* more combinations of log sources than logs have */
};

struct dispatch;
struct family;

/* Keeps what it is given; that outlives it. `profile` may be NULL. */
struct dispatch *dispatch_new(const struct ruleset *rs, const struct predicates *p,
                              const struct rule_trees *trees,
                              const struct profile *profile) MUST_USE;
void dispatch_free(struct dispatch *d); /* NULL is a no-op */

/* The family of these log sources, all of which rename alike. NULL: there are FAMILIES_MAX others
 * already; then the families of the single groups do: dispatch_groups(). */
const struct family *dispatch_family(struct dispatch *d, const struct logsource *sources,
                                     uint32_t count);

/* The same rules, as families of one group each; ret has room for dispatch_group_count(). */
uint32_t dispatch_groups(struct dispatch *d, const struct logsource *sources, uint32_t count,
                         const struct family **ret);
uint32_t dispatch_group_count(const struct dispatch *d);

/* The bucket for an event whose EventID is `id`; for `known` false of one that has none, or
 * several, or not a plain number. */
const struct bucket *family_bucket(const struct family *f, bool known, uint32_t id);

/* Compiles the regexes of all the rule's predicates, also of those that no bucket needs. */
void dispatch_prepare_rule(struct dispatch *d, uint32_t rule);

/* The field whose value is the EventID; INTERN_NONE when no rule asks for it. */
uint32_t dispatch_event_id_field(const struct dispatch *d);
