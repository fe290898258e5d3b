/*
 * schedule.h - which batch each thread of a scan works on next. One lock, taken
 * at the edges of a batch.
 *
 * A job has one owner at a time: whoever took it last. The thread that reads
 * fills empty jobs; any thread works off full ones; who has finished one hands
 * over what is next in the order of the input, unless another thread is at it.
 */
#pragma once

#include "base/base.h"

struct job;
struct schedule;

/* Room for `capacity` jobs. Of full ones it may hold `ahead` for threads other than the reader
 * before the reader is asked to lend a hand, besides one for each that is idle. */
struct schedule *schedule_new(uint32_t capacity, uint32_t ahead) MUST_USE;
void schedule_free(struct schedule *s); /* NULL is a no-op; all jobs must have been taken out */

/* The reader's: an empty job, the one that was used last, or a full one to be worked off first
 * (*ret_is_full). Waits while there is neither. */
struct job *schedule_take_empty(struct schedule *s, bool *ret_is_full) MUST_USE;
/* The reader's: the next job of the input, to be worked off; *ret_waiting: how many of them there
 * are now. Returns one that the reader shall work off itself, since more than `ahead` wait;
 * otherwise NULL. */
struct job *schedule_put_full(struct schedule *s, struct job *job, uint32_t *ret_waiting) MUST_USE;

struct job *schedule_take_full(struct schedule *s) MUST_USE; /* waits; NULL: closed and none left */
void schedule_close(struct schedule *s);                     /* no further full job will come */

void schedule_open(struct schedule *s); /* again, when no thread waits for a job */

/* The reader's, when it learns that it is the only thread: full jobs, the oldest first, to be
 * worked off until it returns NULL. From then on it is asked to work each one off itself. */
struct job *schedule_alone(struct schedule *s) MUST_USE;

/* A job has been worked off; its number counts from 0 in the order of the input. Returns the next
 * in order, which the caller now has to hand over and then pass to schedule_put_empty(), until that
 * returns NULL. NULL: it is another thread's turn. */
struct job *schedule_put_done(struct schedule *s, struct job *job, uint64_t number) MUST_USE;
struct job *schedule_put_empty(struct schedule *s, struct job *job) MUST_USE;

void schedule_add(struct schedule *s, struct job *job);   /* a new, empty job */
struct job *schedule_remove(struct schedule *s) MUST_USE; /* an empty job, for good; NULL: none */
