/*
 * file_hash.h - the SHA-256 of a file while it is read. The first
 * FILE_HASH_INLINE_BYTES are hashed by the caller's thread; what follows goes to
 * a thread of its own, because a CPU hashes 1.6 GB/s at best and the reader is to
 * feed more workers than that. Small files never start one.
 */
#pragma once

#include "base/hash.h"

enum {
    FILE_HASH_INLINE_BYTES = 4 * 1024 * 1024,
    FILE_HASH_BLOCK_BYTES = 256 * 1024, /* bytes handed over at once */
    FILE_HASH_BLOCKS = 6,               /* more make the reader wait */
};

struct file_hash;

struct file_hash *file_hash_new(void) MUST_USE;
void file_hash_free(struct file_hash *h);           /* NULL is a no-op */
void file_hash_add(struct file_hash *h, str bytes); /* copies what it does not hash at once */
void file_hash_final(struct file_hash *h, uint8_t ret[SHA256_BYTES]); /* waits; once, at the end */
