/* json_word.h - eight bytes of JSON at a time, the first one in the lowest bits. */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

enum { JSON_WORD = 8 };

#define JSON_EACH_BYTE(b) (0x0101010101010101ull * (uint64_t)(b))

static inline uint64_t json_load_word(const char *p)
{
    uint64_t word;

    memcpy(&word, p, JSON_WORD);
    return le64toh(word);
}
