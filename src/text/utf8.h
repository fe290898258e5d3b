/*
 * utf8.h - UTF-8, UTF-16 and case folding.
 *
 * Folding is Unicode's simple case folding (CaseFolding.txt, status C and S):
 * one code point to one code point. Its bytes may differ in number. Bytes that
 * are not valid UTF-8 fold to themselves.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* Takes one code point off the front of *s (not empty). A byte that is not part of valid UTF-8
 * (RFC 3629: no surrogates, no overlong forms) gives UTF8_REPLACEMENT and takes one byte. */
uint32_t utf8_next(str *s);
bool utf8_valid(str s);
size_t utf8_put(uint32_t code_point, char out[4]); /* the number of bytes */
/* The text itself when it is valid; otherwise a copy in a, with U+FFFD for each byte that is not.
 */
str utf8_repair(str s, struct arena *a);

uint32_t utf8_fold(uint32_t code_point);
/* Folds s into out, which has room for UTF8_FOLD_GROWTH * s.n bytes; returns the length. */
enum { UTF8_FOLD_GROWTH = 2 };
size_t utf8_fold_str(str s, char *out);
bool utf8_fold_eq(str a, str b);

/*
 * UTF-16 to UTF-8: `units` code units in little (or big) endian order. A lone
 * surrogate becomes U+FFFD. `out` has room for 3 * units bytes; returns the length.
 */
size_t utf8_from_utf16(const uint8_t *bytes, size_t units, bool big_endian, char *out);
