/*
 * json_escape_mask.h - escapes in masks of 64 bytes: bit i is byte i. For the tiers
 * that have such masks, as in simdjson (Langdale and Lemire, "Parsing gigabytes of
 * JSON per second", VLDB Journal 2019). A tier defines before it includes this:
 *
 *     struct json_block;                                    64 bytes
 *     static inline uint64_t json_escapable(const struct json_block *b);   "\/bfnrtu
 *     static inline uint64_t json_hex_digits(const struct json_block *b);
 *     static inline uint64_t json_equal(const struct json_block *b, char c);
 *     static inline struct json_block json_load_block(const char *p);
 */
#pragma once

#include <stdint.h>

enum { JSON_BLOCK_BYTES = 64 };

/* Between blocks. */
struct json_escape_carry {
    uint64_t escaped; /* bit 0: the next byte is escaped */
    uint64_t hex;     /* bits of the next block that belong to a \u */
};

/* The bytes behind an odd number of backslashes, by the carries of one addition (simdjson's). */
static inline uint64_t json_escaped(uint64_t backslash, struct json_escape_carry *c)
{
    const uint64_t odd_places = 0xAAAAAAAAAAAAAAAAu;
    uint64_t starts = backslash & ~c->escaped;
    uint64_t runs = (((starts << 1) | odd_places) - starts) ^ odd_places;
    uint64_t escaped = runs ^ (backslash | c->escaped);

    if (__builtin_expect(~backslash != 0,
                         1)) /* the run at the end: no need to wait for its carry */
        c->escaped = (uint64_t)__builtin_clzll(~backslash) & 1;
    else
        c->escaped = (runs & backslash) >> 63;
    return escaped;
}

/* The bytes that an escape may not have. */
static inline uint64_t json_bad_escapes(const struct json_block *b, uint64_t escaped,
                                        struct json_escape_carry *c)
{
    uint64_t u = escaped & json_equal(b, 'u'), bad = escaped & ~json_escapable(b), hex = c->hex;

    c->hex = 0;
    if (u | hex) {
        hex |= u << 1 | u << 2 | u << 3 | u << 4;
        c->hex = u >> 63 | u >> 62 | u >> 61 | u >> 60;
        bad |= hex & ~json_hex_digits(b);
    }
    return bad;
}

/* The end of a string from a block on in which there is more than plain text. */
static inline const char *json_escaped_string_end(const char *p, const char *end)
{
    struct json_escape_carry c = {0};

    for (; p < end; p += JSON_BLOCK_BYTES) {
        const struct json_block b = json_load_block(p);
        uint64_t quote = json_equal(&b, '"'), backslash = json_equal(&b, '\\'),
                 bad = json_equal(&b, '\n');
        if (backslash | c.escaped | c.hex) {
            uint64_t escaped = json_escaped(backslash, &c);
            quote &= ~escaped;
            bad |= json_bad_escapes(&b, escaped, &c);
        }
        if (bad & (quote ^ (quote - 1))) /* up to the quote, or in all of the block */
            return NULL;
        if (quote)
            return p + __builtin_ctzll(quote);
    }
    return NULL;
}
