/* json_text_portable.c - eight bytes at a time between two escapes. */
#include "simd/json_text.h"

#define EACH_BYTE(b) (0x0101010101010101ull * (uint64_t)(b))

enum { STEP = sizeof(uint64_t) };

/* The top bit of each byte that is not ASCII or, up to the first such one, a backslash. */
static inline uint64_t stops(uint64_t word)
{
    uint64_t x = word ^ EACH_BYTE('\\');

    return (word | ((x - EACH_BYTE(0x01)) & ~x)) & EACH_BYTE(0x80);
}

/* The word, which is ASCII, in lower case: adding 0x3f carries 'A' and what follows to the top bit,
 * adding 0x25 what follows 'Z'. */
static inline uint64_t lower(uint64_t word)
{
    uint64_t capitals = (word + EACH_BYTE(0x3F)) & ~(word + EACH_BYTE(0x25)) & EACH_BYTE(0x80);

    return word | capitals >> 2;
}

bool json_text_portable(const char *s, size_t n, bool fold, char *out, size_t *ret_n)
{
    char *to = out;
    size_t at = 0;

    while (at < n) {
        uint64_t word, found;
        if (n - at >= STEP) {
            memcpy(&word, s + at, STEP);
            found = stops(word);
            if (found == 0) {
                word = fold ? lower(word) : word;
                memcpy(to, &word, STEP);
                to += STEP;
                at += STEP;
                continue;
            }
        }
        if (s[at] & 0x80)
            return false;
        if (s[at] != '\\') {
            *to++ = fold ? ascii_lower(s[at]) : s[at];
            at++;
            continue;
        }
        size_t length = json_text_escape(s + at, n - at, fold, to++);
        if (length == 0)
            return false;
        at += length;
    }
    *ret_n = (size_t)(to - out);
    return true;
}
