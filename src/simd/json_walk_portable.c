/* json_walk_portable.c - eight bytes at a time. */
#include "simd/json_walk.h"
#include "simd/json_word.h"

static inline bool json_is_text(const char *a, const char *b, size_t n)
{
    for (; n >= JSON_WORD; n -= JSON_WORD, a += JSON_WORD, b += JSON_WORD)
        if (json_load_word(a) != json_load_word(b))
            return false;
    return n == 0 || (json_load_word(a) ^ json_load_word(b)) << (64 - n * 8) == 0;
}

/* The top bit of the first byte that is c, and of none before it; those behind it may be wrong. */
static inline uint64_t first_of(uint64_t word, char c)
{
    uint64_t x = word ^ JSON_EACH_BYTE((uint8_t)c);

    return (x - JSON_EACH_BYTE(0x01)) & ~x & JSON_EACH_BYTE(0x80);
}

static inline bool is_hex_digit(char c)
{
    char letter = (char)(c | 0x20);

    return (c >= '0' && c <= '9') || (letter >= 'a' && letter <= 'f');
}

/* The length of the escape at p; 0 when it is none. */
static inline size_t escape_length(const char *p, const char *end)
{
    if (end - p < 2)
        return 0;
    if (p[1] != 'u')
        return memchr("\"\\/bfnrt", p[1], 8) ? 2 : 0;
    for (int i = 2; i < 6; i++)
        if (p + i >= end || !is_hex_digit(p[i]))
            return 0;
    return 6;
}

static inline const char *json_string_end(const char *p, const char *end)
{
    while (p < end) {
        uint64_t word = json_load_word(p);
        uint64_t found = first_of(word, '"') | first_of(word, '\\') | first_of(word, '\n');
        if (!found) {
            p += JSON_WORD;
            continue;
        }
        p += __builtin_ctzll(found) / 8;
        if (p >= end || *p == '\n')
            return NULL;
        if (*p == '"')
            return p;
        size_t length = escape_length(p, end);
        if (length == 0)
            return NULL;
        p += length;
    }
    return NULL;
}

#include "simd/json_walk_loop.h"

const struct json_node *json_walk_portable(struct json_node **root, const char *text,
                                           const char *end, struct json_span *spans,
                                           const char **ret_end)
{
    return json_walk_loop(root, text, end, spans, ret_end);
}
