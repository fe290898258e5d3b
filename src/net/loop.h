/*
 * loop.h - one thread's wait for descriptors and times (epoll, level-triggered).
 *
 * Callbacks run inside loop_step(), one at a time; they may add, change and remove
 * any descriptor or timer, their own too. Times are steady nanoseconds of the
 * injected clock, so that tests turn it by hand.
 */
#pragma once

#include "base/clock.h"
#include "base/err.h"

#include <sys/epoll.h>

enum { LOOP_EVENTS_MAX = 256 }; /* that one step takes from the kernel */

struct loop;
struct loop_fd;
struct loop_timer;

struct loop *loop_new(const struct clock *clock, struct err *e) MUST_USE; /* clock outlives it */
void loop_free(struct loop *l); /* what is still in it is forgotten, its descriptors stay open */

/* `events` are EPOLLIN and EPOLLOUT, or 0: only errors and hang-ups. fd stays the caller's. */
struct loop_fd *loop_add(struct loop *l, int fd, uint32_t events,
                         void (*ready)(void *ctx, uint32_t events), void *ctx,
                         struct err *e) MUST_USE;
void loop_change(struct loop_fd *f, uint32_t events);
void loop_remove(struct loop_fd *f); /* NULL is a no-op; before the descriptor is closed */

/* Calls `due` every `every_ns` until it is removed; a step that comes late calls it once. */
struct loop_timer *loop_every(struct loop *l, int64_t every_ns, void (*due)(void *ctx),
                              void *ctx) MUST_USE;
void loop_timer_remove(struct loop_timer *t); /* NULL is a no-op */

/* Waits at most wait_ms (-1: until something is ready or due) and calls what is. */
void loop_step(struct loop *l, int wait_ms);
int64_t loop_now_ns(const struct loop *l); /* steady, as of this step */
void loop_wake(struct loop *l);            /* from any thread: loop_step() returns soon */
