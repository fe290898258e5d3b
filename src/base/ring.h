/*
 * ring.h - a bounded queue of pointers between threads. A full ring makes the
 * giver wait (back-pressure), an empty one the taker. What is put in changes
 * its owner. Used at batch edges only: one lock a batch, none an event.
 */
#pragma once

#include "base/base.h"

struct ring;

struct ring *ring_new(uint32_t capacity) MUST_USE;
void ring_free(struct ring *r);            /* NULL is a no-op; it must be empty */
void ring_put(struct ring *r, void *item); /* waits while full; item is not NULL */
void *ring_take(struct ring *r) MUST_USE;  /* waits while empty; NULL once closed and empty */
void ring_close(struct ring *r);           /* no more ring_put() will come */
