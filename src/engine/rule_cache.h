/*
 * rule_cache.h - compiled rules kept in a folder from one start to the next.
 *
 * A file a set of options, named by its key (rule_key.h), at most
 * RULE_CACHE_FILES_MAX of them: the oldest go. What is read is believed to be what
 * we wrote when folder and file are ours and nobody else may write to them; that
 * it is whole, the checksum says. Whatever is wrong with the cache, rules are
 * loaded as if there were none: nothing here is an error, and nothing is said.
 */
#pragma once

#include "base/io.h"
#include "engine/rule_block.h"
#include "engine/rule_key.h"

enum {
    RULE_CACHE_FILES_MAX = 8,
    RULE_CACHE_ENTRIES_MAX = 4096, /* of the folder that are looked at when old files are removed */
};

struct rule_cache {
    struct io *io;
    int folder; /* descriptor; -1: there is no cache */
};

/* Opens the folder; makes it, and the one that it is in, where they are missing and their place is
 * ours. A folder that is a link, another user's, or open to others' writing is no cache. */
void rule_cache_open(struct rule_cache *c, struct io *io, const char *path);
void rule_cache_close(struct rule_cache *c);

/* What the key stands for; the key is finished. */
bool rule_cache_read(struct rule_cache *c, const struct rule_key *k,
                     struct ready_rules *ret) MUST_USE;

/* True when it is there for the next start. */
bool rule_cache_write(struct rule_cache *c, const struct rule_key *k, const struct ready_rules *r);
