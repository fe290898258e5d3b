/*
 * rule_block.h - rules that are ready to match as one block of bytes, and back:
 * what the cache of rules (rule_cache.h) keeps in a file.
 *
 * A block is for the program, the options and the rule files that its key stands
 * for. It has a checksum, against damage. What it was made of is not believed
 * either: base/freeze.h says what is verified of each number in it.
 */
#pragma once

#include "base/hash.h"
#include "detect/compiled_rules.h"
#include "detect/profile.h"

#define RULE_BLOCK_BYTES_MAX ((size_t)512 << 20) /* SigmaHQ takes a fortieth */

/* What a scan matches with; all of it is owned. */
struct ready_rules {
    struct ruleset *rules;
    struct compiled_rules *compiled;
    struct profile *profile; /* NULL: there is none */
};

void ready_rules_done(struct ready_rules *r);

/* Appends the block. False: it would be too large. */
bool rule_block_write(const struct ready_rules *r, const uint8_t key[SHA256_BYTES], struct buf *out,
                      struct err *e) MUST_USE;

/* Makes rules of a block from mem_block(), which is taken over, used or not. False: it is damaged,
 * or for another key, program or machine. */
bool rule_block_read(char *block, size_t size, const uint8_t key[SHA256_BYTES],
                     struct ready_rules *ret) MUST_USE;

/* Writes the checksum of all else into a block of at least RULE_BLOCK_HEAD_BYTES. */
enum { RULE_BLOCK_HEAD_BYTES = 64 };
void rule_block_seal(char *block, size_t size);
