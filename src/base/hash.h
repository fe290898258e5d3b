/*
 * hash.h - seeded 64-bit hashing for tables, and SHA-256 for identity.
 *
 * hash64() is for hash tables only. Tables whose keys come from input take
 * their seed from hash_seed(), so that nobody can craft colliding keys.
 */
#pragma once

#include "base/str.h"

uint64_t hash64(str s, uint64_t seed);
uint64_t hash_mix(uint64_t a, uint64_t b); /* combines two hashes, order matters */
uint64_t hash_seed(void);                  /* random, from the kernel; differs at each call */

enum { SHA256_BYTES = 32, SHA256_HEX = 64 };

struct sha256;
struct sha256 *sha256_new(void) MUST_USE;
void sha256_free(struct sha256 *h); /* NULL is a no-op */
void sha256_update(struct sha256 *h, str bytes);
void sha256_final(struct sha256 *h, uint8_t ret[SHA256_BYTES]); /* and starts anew */
void sha256_of(str bytes, uint8_t ret[SHA256_BYTES]);
void hex_of(const uint8_t *bytes, size_t n, char *ret); /* 2n lower-case digits and a NUL */
