/* bench_cache.h - what the cache of rules costs at a start. */
#pragma once

#include "engine/rule_cache.h"

struct cache_times { /* milliseconds of one thread's CPU time, medians */
    double key;      /* looking at each file that the rules come from */
    double read;     /* and from the cache's file to what a detector is made of */
    double mb;       /* of that file */
};

/* `paths` are the rules', up to "--" or NULL; the cache's file is kept in `folder`. */
bool bench_cache(struct io *io, const char *folder, char **paths, const struct ready_rules *r,
                 struct cache_times *ret, struct err *e) MUST_USE;
