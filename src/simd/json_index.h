/*
 * json_index.h - where the tokens and lines of JSON text are, found without
 * reading it; and whether a line has the same fixed text between its values as
 * another one.
 *
 * The first step of simdjson (Langdale and Lemire, "Parsing gigabytes of JSON per
 * second", VLDB Journal 2019) over lines that hold a value each: every line
 * begins outside of strings, whatever stands in the one before.
 *
 * Tokens are the quotes that no backslash escapes and, outside of strings, the
 * bytes { } [ ] and their neighbours of like bits Y _ y DEL, which JSON does not
 * have there.
 */
#pragma once

#include "simd/simd.h"

/* The end of a line. */
struct json_line {
    uint32_t end;    /* offset of the newline */
    uint32_t tokens; /* how many stand before it, from the start of the text */
    uint32_t odd;    /* not 0: its newline stands in a string, or a byte of it in an escape that is
                        none of RFC 8259, section 7 */
};

enum { JSON_INDEX_LINES_MAX = 4096 };

/* Finds the tokens of text[0, n): offsets. There is room for n + SIMD_PADDING of them, and for
 * JSON_INDEX_LINES_MAX + SIMD_PADDING lines; *ret_lines says how many lines there are. When they
 * are that many or more, what follows is left out. SIMD_PADDING bytes behind the text are readable.
 */
void json_index_portable(const char *text, size_t n, uint32_t *tokens, struct json_line *lines,
                         uint32_t *ret_lines);
void json_index_avx2(const char *text, size_t n, uint32_t *tokens, struct json_line *lines,
                     uint32_t *ret_lines);
void json_index_avx512(const char *text, size_t n, uint32_t *tokens, struct json_line *lines,
                       uint32_t *ret_lines);

enum { JSON_GLUE_BYTES_MAX = 64 };

/* A part of the fixed text: `length` bytes at `offset` from a token. */
struct json_glue {
    uint16_t token;
    int16_t offset;
    uint16_t at; /* in the patterns */
    uint16_t length;
};

/* Is every part there? `text` is what the tokens' offsets are of. SIMD_PADDING bytes behind text
 * and patterns are readable. */
bool json_glue_match_portable(const char *text, const uint32_t *tokens,
                              const struct json_glue *glue, size_t count, const char *patterns);
bool json_glue_match_avx2(const char *text, const uint32_t *tokens, const struct json_glue *glue,
                          size_t count, const char *patterns);
bool json_glue_match_avx512(const char *text, const uint32_t *tokens, const struct json_glue *glue,
                            size_t count, const char *patterns);
