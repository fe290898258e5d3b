/*
 * str.h - a borrowed slice of bytes: pointer and length, not NUL-terminated.
 *
 * A str never owns. It is two words and travels by value, so it costs two
 * registers and no allocation. Whoever needs the bytes after the batch is
 * recycled copies them out with arena_str() or str_dup().
 */
#pragma once

#include "base/base.h"

#include <string.h>

typedef struct {
    const char *p;
    size_t n;
} str;

#define S(lit) ((str){"" lit, sizeof(lit) - 1})
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p

/* For the arguments of main() and rows of const tables; not for input. NULL gives the empty str. */
static inline str str_from(const char *cstr)
{
    return cstr ? (str){cstr, strlen(cstr)} : (str){0};
}

static inline bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

/* The part from byte `from` on; empty when from is at or past the end. */
static inline str str_from_at(str s, size_t from)
{
    if (s.n == 0) /* nothing may be added to NULL, not even 0 */
        return s;
    return from >= s.n ? (str){s.p + s.n, 0} : (str){s.p + from, s.n - from};
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool str_is_ascii(str s)
{
    char all = 0;

    for (size_t i = 0; i < s.n; i++)
        all |= s.p[i];
    return !(all & 0x80);
}

/* Cuts *rest at the first sep: returns what stands before it, leaves what follows in *rest. */
str str_cut(str *rest, char sep);

str str_trim(str s);                   /* without ASCII white space at both ends */
bool str_ieq(str a, str b);            /* equal but for ASCII case */
int str_cmp(str a, str b);             /* byte order, for sorting: <0, 0, >0 */
const char *str_find(str s, str part); /* the first occurrence, or NULL */
char *str_dup(str s) MUST_USE;         /* owned, NUL-terminated; free() it */

/* Reads the whole of s as a decimal number. False when it is empty, has other bytes or overflows.
 */
bool str_u64(str s, uint64_t *ret) MUST_USE;
bool str_i64(str s, int64_t *ret) MUST_USE;
