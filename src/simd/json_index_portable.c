/* json_index_portable.c - eight bytes at a time: a comparison leaves its answer in the top bit of
 * each byte, and a multiplication moves eight of them next to each other. */
#include "simd/json_index.h"

#include <endian.h>

enum { WORD = 8, WORDS = 8 };

#define EACH_BYTE(b) (0x0101010101010101ull * (uint64_t)(b))

static inline uint64_t load(const char *p)
{
    uint64_t word;

    memcpy(&word, p, WORD);
    return le64toh(word);
}

/* Bit i is set where byte i of x is zero. */
static inline uint64_t zero_mask(uint64_t x)
{
    uint64_t tops = ~(((x & EACH_BYTE(0x7F)) + EACH_BYTE(0x7F)) | x | EACH_BYTE(0x7F));

    return (tops >> 7) * 0x0102040810204080u >> 56;
}

struct json_masks {
    uint64_t quote, backslash, bracket, newline;
};

static inline struct json_masks json_masks_of(const char *p)
{
    struct json_masks m = {0};

    for (int i = 0; i < WORDS; i++) {
        uint64_t word = load(p + i * WORD);
        m.quote |= zero_mask(word ^ EACH_BYTE('"')) << (i * WORD);
        m.backslash |= zero_mask(word ^ EACH_BYTE('\\')) << (i * WORD);
        m.bracket |= zero_mask((word | EACH_BYTE(0x26)) ^ EACH_BYTE(0x7F)) << (i * WORD);
        m.newline |= zero_mask(word ^ EACH_BYTE('\n')) << (i * WORD);
    }
    return m;
}

enum { ESCAPABLE = 1, HEX_DIGIT = 2, LETTER_U = 4 };

static const uint8_t byte_kinds[256] = {
    ['"'] = ESCAPABLE,
    ['\\'] = ESCAPABLE,
    ['/'] = ESCAPABLE,
    ['b'] = ESCAPABLE | HEX_DIGIT,
    ['f'] = ESCAPABLE | HEX_DIGIT,
    ['n'] = ESCAPABLE,
    ['r'] = ESCAPABLE,
    ['t'] = ESCAPABLE,
    ['u'] = ESCAPABLE | LETTER_U,
    ['0' ... '9'] = HEX_DIGIT,
    ['A' ... 'F'] = HEX_DIGIT,
    ['a'] = HEX_DIGIT,
    ['c' ... 'e'] = HEX_DIGIT,
};

/* Of the bytes `which` those of the kind: they are few. */
static inline uint64_t kind_mask(const char *p, uint64_t which, uint8_t kind)
{
    uint64_t mask = 0;

    for (; which; which &= which - 1)
        if (byte_kinds[(uint8_t)p[__builtin_ctzll(which)]] & kind)
            mask |= which & -which;
    return mask;
}

static inline uint64_t json_escapable(const char *p, uint64_t which)
{
    return kind_mask(p, which, ESCAPABLE);
}

static inline uint64_t json_hex_digits(const char *p, uint64_t which)
{
    return kind_mask(p, which, HEX_DIGIT);
}

static inline uint64_t json_u(const char *p, uint64_t which)
{
    return kind_mask(p, which, LETTER_U);
}

static inline uint64_t json_prefix_xor(uint64_t x)
{
    for (int shift = 1; shift < 64; shift *= 2)
        x ^= x << shift;
    return x;
}

static inline void json_put(uint32_t *out, uint64_t mask, uint32_t base)
{
    for (; mask; mask &= mask - 1)
        *out++ = base + (uint32_t)__builtin_ctzll(mask);
}

#include "simd/json_index_loop.h"

void json_index_portable(const char *text, size_t n, uint32_t *tokens, struct json_line *lines,
                         uint32_t *ret_lines)
{
    json_index_loop(text, n, tokens, lines, ret_lines);
}

bool json_glue_match_portable(const char *text, const uint32_t *tokens,
                              const struct json_glue *glue, size_t count, const char *patterns)
{
    for (size_t i = 0; i < count; i++) {
        const char *a = text + tokens[glue[i].token] + glue[i].offset, *b = patterns + glue[i].at;
        size_t n = glue[i].length;
        for (; n >= WORD; n -= WORD, a += WORD, b += WORD)
            if (load(a) != load(b))
                return false;
        if (n && (load(a) ^ load(b)) << (64 - n * 8))
            return false;
    }
    return true;
}
