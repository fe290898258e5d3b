/*
 * outlet.h - where findings go as they are made: standard output or a file, one JSON
 * object a line, and whoever follows with `tocsin tail`. A reader that does not read
 * makes the matchers wait, and they the senders; a follower that does not read loses
 * lines, which are counted and told to it.
 */
#pragma once

#include "base/io.h"
#include "serve/match_result.h"

enum { OUTLET_QUEUE = 256, OUTLET_FOLLOWERS_MAX = 32, OUTLET_FOLLOWER_BYTES = 4 * 1024 * 1024 };

struct outlet_options {
    struct io *io;
    int fd; /* -1: findings go to the ledger and followers alone */
    void *ctx;
    /* Takes it over; on the outlet's thread or that of outlet_put(), an inlet's in their order. */
    void (*passed)(void *ctx, struct match_result *r);
    void (*failed)(void *ctx, const char *why); /* fd cannot be written; once, until it can */
};

struct outlet;

struct outlet *outlet_start(const struct outlet_options *o, struct err *e) MUST_USE;
void outlet_stop(struct outlet *o); /* what was put is passed on first; NULL is a no-op */
void outlet_put(struct outlet *o, struct match_result *r); /* waits while it is full */
/* Lines go to that socket, which is taken over, until it is closed by its peer. */
bool outlet_follow(struct outlet *o, int fd);
