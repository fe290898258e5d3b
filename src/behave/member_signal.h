/* member_signal.h - the part of a signal that a member window gives: when, how many, which events.
 */
#pragma once

#include "behave/behavior.h"
#include "behave/member_window.h"

enum { MEMBER_SIGNAL_REFS = 20 };

/* Sets times, count, measure.value, events and entities of s, and marks the window: a signal of the
 * same `told` bit counts one event from then on, until the caller takes the mark off. */
static inline void member_signal(const struct observation *o, const struct member_view *v,
                                 uint32_t told, struct arena *a, struct signal *s)
{
    uint64_t *refs = arena_array(a, MEMBER_SIGNAL_REFS + 1, sizeof *refs);
    const bool again = *v->mark & told;

    s->event_count = member_view_refs(v, refs, MEMBER_SIGNAL_REFS);
    const bool counted = s->event_count && refs[s->event_count - 1] == o->ref;
    if (!counted)
        refs[s->event_count++] = o->ref;
    s->events = refs;
    s->first_ns = again ? o->time_ns : v->first_ns;
    s->last_ns = o->time_ns;
    s->count = again ? 1 : v->total + !counted;
    s->measure.baseline = s->measure.baseline ? s->measure.baseline : "threshold";
    s->entity_count = behavior_entities(o, a, &s->entities);
    *v->mark |= told;
}

static inline unsigned long long member_seconds(const struct member_view *v, int64_t now_ns)
{
    return (unsigned long long)((uint64_t)now_ns - (uint64_t)v->first_ns) / 1000000000;
}

static inline const char *member_at_least(const struct member_view *v)
{
    return v->at_least ? "at least " : "";
}
