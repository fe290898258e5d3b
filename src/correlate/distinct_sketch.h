/*
 * distinct_sketch.h - about how many different values were seen since a time, in bounded memory.
 *
 * HyperLogLog (Flajolet et al., 2007) of 4096 registers that slides (Chabchoub and Hebrail, 2010):
 * a register keeps each rank that is the largest since its time, so that what is older can be
 * forgotten exactly. The estimate is Ertl's improved one (arXiv:1702.01284, algorithm 6) from a
 * count of registers by rank that is kept up to date, so that it takes 52 steps and no tables. The
 * standard error is 1.04 / 64, 1.6 %.
 */
#pragma once

#include "base/base.h"

struct distinct_sketch;

struct distinct_sketch *distinct_sketch_new(void) MUST_USE;
void distinct_sketch_free(struct distinct_sketch *s); /* NULL is a no-op */

/* Times do not descend. The hash's bits are all random. */
void distinct_sketch_add(struct distinct_sketch *s, uint64_t hash, int64_t time_ns);
void distinct_sketch_forget(struct distinct_sketch *s, int64_t before_ns);
double distinct_sketch_count(const struct distinct_sketch *s);
int64_t
distinct_sketch_first_ns(const struct distinct_sketch *s); /* of what is kept; or INT64_MAX */
/* What would be added to make the same sketch, in the order of time: *at is DISTINCT_SKETCH_START
 * at first. False: that was all. */
enum { DISTINCT_SKETCH_START = UINT32_MAX - 1 };
bool distinct_sketch_next(const struct distinct_sketch *s, uint32_t *at, uint64_t *ret_hash,
                          int64_t *ret_time_ns);
uint32_t distinct_sketch_size(const struct distinct_sketch *s); /* how many */
uint64_t distinct_sketch_bytes(const struct distinct_sketch *s);
