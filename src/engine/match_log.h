/*
 * match_log.h - the matches of a scan that correlations ask for, put in the order of event time
 * when all evidence is read, and correlated then: files are read one after another, but what
 * happened happened side by side.
 *
 * Matches are kept in a spool: in memory at first, then in a scratch file. 16 bytes a match stay in
 * memory.
 */
#pragma once

#include "base/io.h"
#include "correlate/correlator.h"
#include "engine/finding.h"

struct match_log;

struct match_log_stats {
    uint64_t matches, untimed; /* untimed: without a time, so in no order */
    uint64_t left_out;         /* for want of room, with err */
    struct correlator_stats correlator;
};

/* NULL when the rules have no correlation. `fd`: an unlinked scratch file, or -1. */
struct match_log *match_log_new(const struct ruleset *rs, struct io *io, int fd);
void match_log_free(struct match_log *m);                                 /* NULL is a no-op */
const struct correlator *match_log_correlator(const struct match_log *m); /* NULL for NULL */

/* A match, in the order of the input. */
void match_log_add(struct match_log *m, uint32_t rule, const struct event *ev, str file,
                   uint64_t record, const str *values, uint32_t count);

/* Correlates all that were added: each firing is a finding, in the order of time. until_ns: of the
 * last event that was read, until which absences are known. False: what was spooled cannot be
 * read. */
bool match_log_run(struct match_log *m, const struct entity_finder *entities, int64_t until_ns,
                   void *ctx, void (*finding)(void *ctx, const struct finding *f),
                   struct match_log_stats *ret, struct err *e) MUST_USE;
