/*
 * json_index_loop.h - the loop of json_index, once for all tiers, over masks of 64
 * bytes: bit i is byte i. A tier defines before it includes this:
 *
 *     struct json_masks { uint64_t quote, backslash, bracket, newline; };
 *     static inline struct json_masks json_masks_of(const char *p);
 *     static inline uint64_t json_escapable(const char *p, uint64_t which);  "\/bfnrtu
 *     static inline uint64_t json_u(const char *p, uint64_t which);  u
 *     static inline uint64_t json_hex_digits(const char *p, uint64_t which);
 *     static inline uint64_t json_prefix_xor(uint64_t x);    bit i: parity of bits 0..i
 *     static inline void json_put(uint32_t *out, uint64_t mask, uint32_t base);
 *
 * The classes are asked for the bytes `which`; of others any answer will do.
 * json_put() writes base + i for each bit i of the mask, and may write up to
 * SIMD_PADDING numbers in all.
 */
#pragma once

#include "simd/json_index.h"

/* Between blocks. */
struct json_index_carry {
    uint64_t in_string; /* all bits: the next byte stands in a string */
    uint64_t escaped;   /* bit 0: the next byte is escaped */
    uint64_t hex;       /* bits of the next block that belong to a \u */
    uint64_t odd;       /* not 0: the line is odd already */
};

/* The bytes behind an odd number of backslashes, by the carries of one addition (simdjson's). */
static inline uint64_t json_escaped(uint64_t backslash, struct json_index_carry *c)
{
    const uint64_t odd_places = 0xAAAAAAAAAAAAAAAAu;
    uint64_t starts = backslash & ~c->escaped;
    uint64_t runs = (((starts << 1) | odd_places) - starts) ^ odd_places;
    uint64_t escaped = runs ^ (backslash | c->escaped);

    c->escaped = (runs & backslash) >> 63;
    return escaped;
}

/* The bytes that an escape may not have. */
static inline uint64_t json_bad_escapes(const char *p, uint64_t escaped, struct json_index_carry *c)
{
    uint64_t u = escaped & json_u(p, escaped), bad = escaped & ~json_escapable(p, escaped),
             hex = c->hex;

    c->hex = 0;
    if (u | hex) {
        hex |= u << 1 | u << 2 | u << 3 | u << 4;
        c->hex = u >> 63 | u >> 62 | u >> 61 | u >> 60;
        bad |= hex & ~json_hex_digits(p, hex);
    }
    return bad;
}

static inline void json_index_loop(const char *text, size_t n, uint32_t *tokens,
                                   struct json_line *lines, uint32_t *ret_lines)
{
    struct json_index_carry c = {0};
    uint32_t count = 0, line_count = 0;

    for (size_t i = 0; i < n && line_count < JSON_INDEX_LINES_MAX; i += 64) {
        struct json_masks m = json_masks_of(text + i);
        uint64_t valid = n - i >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << (n - i)) - 1;
        uint64_t bad = 0;

        if (m.backslash | c.escaped | c.hex) {
            uint64_t escaped = json_escaped(m.backslash, &c);
            m.quote &= ~escaped;
            bad = json_bad_escapes(text + i, escaped, &c);
        }
        uint64_t in_string = json_prefix_xor(m.quote) ^ c.in_string;
        uint64_t found = (m.quote | (m.bracket & ~in_string)) & valid;
        c.in_string = (uint64_t)((int64_t)in_string >> 63);
        for (uint64_t newline = m.newline & valid; newline; newline &= newline - 1) {
            uint64_t before = (newline & -newline) - 1, after = ~(before << 1 | 1);
            struct json_line *line = &lines[line_count++];
            bool open = (in_string & newline & -newline) != 0;
            line->end = (uint32_t)i + (uint32_t)__builtin_ctzll(newline);
            line->tokens = count + (uint32_t)__builtin_popcountll(found & before);
            line->odd = open || c.odd || (bad & ~after);
            c.odd = 0;
            bad &= after;
            if (open) { /* the next line begins outside all the same */
                uint64_t quote = m.quote & after;
                in_string = json_prefix_xor(quote);
                found = (found & before) | ((quote | (m.bracket & after & ~in_string)) & valid);
                c.in_string = (uint64_t)((int64_t)in_string >> 63);
            }
        }
        c.odd |= bad;
        json_put(tokens + count, found, (uint32_t)i);
        count += (uint32_t)__builtin_popcountll(found);
    }
    *ret_lines = line_count;
}
