/*
 * login_edge.h - how rare a logon is, by who has logged on from where to where on which days: the
 * edges of a graph of logons, after Hopper (Ho et al., USENIX Security 2021).
 *
 * Of (account, target), (source, target) and (source, account) the days of the last 64 are kept on
 * which they were seen. Each is as rare as -ln((days seen + 0.5) / (days active + 1)), where the
 * days active are those of the account or source. Today does not count. With little history
 * nothing is rare: after one day an edge has at most 3 x 1.4, after twenty days 3 x 3.7.
 */
#pragma once

#include "base/base.h"

enum { EDGE_PAIRS_MAX = 1 << 18, EDGE_ACTORS_MAX = 1 << 16 };

struct login_edges;

struct login_edge {
    double rarity; /* the sum of the three */
    double user_target, source_target, source_user;
    uint32_t user_days, source_days; /* on which account and source were seen before */
    /* Source or account was never seen to log on to this target before today. */
    bool source_is_new, user_is_new;
};

struct login_edges *login_edges_new(void) MUST_USE;
void login_edges_free(struct login_edges *l); /* NULL is a no-op */

/* Hashes of the three keys. What was seen before today, and then remembers this one. */
struct login_edge login_edges_add(struct login_edges *l, uint64_t user, uint64_t source,
                                  uint64_t target, int64_t time_ns);

uint64_t login_edges_keys(const struct login_edges *l);
uint64_t login_edges_displaced(const struct login_edges *l);
uint64_t login_edges_bytes(const struct login_edges *l);
