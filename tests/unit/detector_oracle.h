/*
 * detector_oracle.h - the detector held to the oracle, and the rules of
 * every_kind.h to hold it with.
 */
#pragma once

#include "every_kind.h"
#include "meaning.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { KINDS_OF_TEST = 23 };

static inline void say_event(const struct event *ev)
{
    for (uint32_t i = 0; i < ev->field_count; i++)
        fprintf(stderr, "  " STR_FMT "%s = '" STR_FMT "' (%d)\n", STR_ARG(ev->fields[i].name),
                ev->fields[i].flags ? " (more)" : "", STR_ARG(ev->fields[i].value),
                ev->fields[i].type);
}

/* Does the detector give the reasons that the oracle gives? */
static inline void oracle_compare_reasons(const struct meaning *m, uint32_t rule,
                                          const struct event *settled)
{
    struct arena *a = arena_new(1 << 14);
    struct matched_field *fast, *slow;
    uint32_t fast_count = detector_explain(m->detector, m->scratch, rule, settled, a, &fast);
    uint32_t slow_count = naive_explain(m->naive, rule, settled, a, &slow);
    bool same = fast_count == slow_count;

    for (uint32_t i = 0; same && i < fast_count; i++)
        same = str_eq(fast[i].field, slow[i].field) && str_eq(fast[i].value, slow[i].value);
    if (!same) {
        say_event(settled);
        fail_msg("rule '" STR_FMT "': the detector gives %u reasons, the oracle %u, or others",
                 STR_ARG(m->rs->rules[rule]->title), fast_count, slow_count);
    }
    arena_free(a);
}

/* Holds the detector's answer for `ev` to the oracle's for `settled`, which is the same event.
 * Returns how many rules matched. */
static inline uint32_t oracle_compare(const struct meaning *m, const struct event *ev,
                                      const struct event *settled)
{
    const uint32_t *matches;
    uint32_t count = detector_match(m->detector, m->scratch, ev, &matches), next = 0;

    for (uint32_t rule = 0; rule < m->rs->count; rule++) {
        bool fast = next < count && matches[next] == rule;
        next += fast;
        if (fast)
            oracle_compare_reasons(m, rule, settled);
        if (fast == naive_matches(m->naive, rule, settled))
            continue;
        say_event(settled);
        fail_msg("rule '" STR_FMT "': the detector says %d, the oracle %d",
                 STR_ARG(m->rs->rules[rule]->title), fast, !fast);
    }
    assert_int_equal(next, count); /* ascending, each once */
    return count;
}
