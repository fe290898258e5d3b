/*
 * logon_spread.h - failed logons by source and the accounts it tried, and by tenant over all of its
 * sources that are not conspicuous by themselves: what sprays and stuffing are told by.
 */
#pragma once

#include "behave/logon_attempt.h"
#include "behave/member_window.h"

struct spread_spec {
    int64_t window_ns;
    /* A source with more failures than this in the window counts by itself, not to its tenant. */
    uint32_t quiet_max;
};

/* What a failed logon changed. */
struct spread {
    bool of_source, of_tenant;           /* which of these are there */
    struct member_view source;           /* the accounts that this source tried */
    struct member_view users, addresses; /* of the tenant: accounts; sources */
};

struct logon_spread;

struct logon_spread *logon_spread_new(const struct spread_spec *s) MUST_USE;
void logon_spread_free(struct logon_spread *l); /* NULL is a no-op */

/* LOGON_FAILED: *ret is filled. LOGON_SUCCEEDED: of_source and `source` are, when it failed before.
 */
enum logon_attempt logon_spread_take(struct logon_spread *l, const struct observation *o,
                                     struct spread *ret);

struct behavior_stats;
void logon_spread_stats(const struct logon_spread *l, struct behavior_stats *ret);

#define SPREAD_COLUMNS LOGON_COLUMNS, COLUMN_organization_id
