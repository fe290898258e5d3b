/*
 * time_log.h - records that are kept until all evidence is read, and then handed over in the order
 * of event time: files are read one after another, but what happened happened side by side.
 *
 * Records are kept in a spool: in memory at first, then in a scratch file. 16 bytes of each stay in
 * memory. Records of one time come in the order in which they were added.
 */
#pragma once

#include "base/buf.h"
#include "base/io.h"

struct time_log;

struct time_log_stats {
    uint64_t records;
    uint64_t left_out; /* for want of room */
};

/* `fd`: an unlinked scratch file, or -1. */
struct time_log *time_log_new(struct io *io, int fd) MUST_USE;
void time_log_free(struct time_log *l); /* NULL is a no-op */

void time_log_add(struct time_log *l, int64_t time_ns, uint64_t ref, str record);

/* Hands over all that were added, once. False: what was spooled cannot be read, or some did not
 * find room; those that did are handed over all the same. */
bool time_log_run(struct time_log *l, void *ctx,
                  void (*take)(void *ctx, int64_t time_ns, uint64_t ref, str record),
                  struct time_log_stats *ret, struct err *e) MUST_USE;
