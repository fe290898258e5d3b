/*
 * match_result.h - what matching a block gave: its findings, as they are printed and
 * as the ledger keeps them. Made by a matcher, printed by the outlet, kept by the
 * committer, which frees it. Correlations give results too, which are of no inlet: they
 * rest on records that were handed to the raw log before them.
 */
#pragma once

#include "base/mem.h"
#include "collect/inlet_core.h"
#include "ledger/alert_table.h"

#include <stdlib.h>

struct match_result {
    struct match_result *next;
    struct inlet *inlet;    /* NULL: of correlations */
    uint64_t matched_below; /* all records of the inlet below this number */
    struct arena *arena;    /* of the findings; NULL: there are none */
    struct ledger_finding *findings;
    uint32_t count, capacity;
    /* Of correlations: */
    struct ledger_alert *alerts; /* that changed */
    uint32_t alert_count;
    struct ledger_position *rebuilds; /* where each source's records are needed from */
    uint32_t rebuild_count;
    bool has_passed, is_durable; /* is_durable: the raw log was synced since */
    int64_t passed_ns;           /* what is told of the time before is final */
};

static inline struct match_result *match_result_new(struct inlet *in)
{
    struct match_result *r = mem_alloc(sizeof *r);

    r->inlet = in;
    if (in)
        atomic_fetch_add(&in->results_out, 1);
    return r;
}

static inline void match_result_free(struct match_result *r)
{
    arena_free(r->arena);
    if (r->inlet)
        atomic_fetch_sub(&r->inlet->results_out, 1); /* the last that is done with the inlet */
    free(r);
}
