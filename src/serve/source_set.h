/*
 * source_set.h - the sources that are open, after a configuration; and how a new
 * configuration becomes them: what did not change goes on without noticing.
 *
 * Used by the loop's thread. source_set_each() may be called by any.
 */
#pragma once

#include "serve/config.h"
#include "serve/live_pipeline.h"

struct source_set;

struct source_set_options {
    struct io *io;
    struct loop *loop;
    struct pipeline *pipeline;
    struct http_listeners *listeners;
    void *ctx;
    void (*notice)(void *ctx, str source, const char *text);
};

struct source_set *source_set_new(const struct source_set_options *o) MUST_USE;
void source_set_free(struct source_set *s); /* closes all; NULL is a no-op */

/* Opens, closes and reopens until the open sources are those of `c`. One that cannot be opened is
 * told and left out; false when any could not. Sources hold `c`. */
bool source_set_follow(struct source_set *s, struct config *c);

/* After each step of the loop: hands over, and tells sources that wait to go on. True: some still
 * wait, and the next step should not be long. */
bool source_set_tend(struct source_set *s);

void source_set_each(struct source_set *s, void *ctx,
                     void (*each)(void *ctx, const struct config_source *c, struct inlet *in));
