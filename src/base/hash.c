/*
 * hash.c - hash64 folds 16 bytes at a time with a 64x64->128 bit multiplication,
 * the construction of wyhash and its kin (https://github.com/wangyi-fudan/wyhash);
 * the text is ours. SHA-256 comes from nettle, which uses the CPU's instructions.
 */
#include "base/hash.h"

#include "base/mem.h"

#include <nettle/sha2.h> /* which renames sha256_update and its kin; we do not want that */
#undef sha256_update
#undef sha256_digest
#undef sha256_init
#include <stdlib.h>
#include <sys/random.h>

static const uint64_t K0 = 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
static const uint64_t K1 = 0xd6e8feb86659fd93u;

static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *p, size_t n)
{
    uint64_t word = 0;

    memcpy(&word, p, n);
    return word;
}

uint64_t hash64(str s, uint64_t seed)
{
    uint64_t h = seed ^ fold(s.n ^ K0, K1);
    const char *p = s.p;
    size_t n = s.n;

    for (; n >= 16; p += 16, n -= 16)
        h = fold(load(p, 8) ^ h ^ K0, load(p + 8, 8) ^ K1);
    if (n > 8)
        h = fold(load(p, 8) ^ h ^ K0, load(p + 8, n - 8) ^ K1);
    else if (n)
        h = fold(load(p, n) ^ h ^ K0, K1);
    return fold(h ^ K0, K1);
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
    return fold(a ^ K0, b + K1) + a;
}

uint64_t hash_seed(void)
{
    uint64_t seed = 0;

    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        abort(); /* Linux always has it once booted */
    return seed;
}

struct sha256 {
    struct sha256_ctx ctx;
};

struct sha256 *sha256_new(void)
{
    struct sha256 *h = mem_alloc(sizeof *h);

    nettle_sha256_init(&h->ctx);
    return h;
}

void sha256_free(struct sha256 *h)
{
    free(h);
}

void sha256_update(struct sha256 *h, str bytes)
{
    if (bytes.n)
        nettle_sha256_update(&h->ctx, bytes.n, (const uint8_t *)bytes.p);
}

void sha256_final(struct sha256 *h, uint8_t ret[SHA256_BYTES])
{
    nettle_sha256_digest(&h->ctx, SHA256_BYTES, ret);
}

void sha256_of(str bytes, uint8_t ret[SHA256_BYTES])
{
    struct sha256_ctx ctx;

    nettle_sha256_init(&ctx);
    if (bytes.n)
        nettle_sha256_update(&ctx, bytes.n, (const uint8_t *)bytes.p);
    nettle_sha256_digest(&ctx, SHA256_BYTES, ret);
}

void hex_of(const uint8_t *bytes, size_t n, char *ret)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[2 * n] = '\0';
}
