/* keyword_needles.c - see keyword_needles.h. RFC 8259, section 7, says what is escaped. */
#include "detect/keyword_needles.h"

static const str escaped_ascii = S("\\u00");
static const str kelvin_sign = S("\xE2\x84\xAA"), long_s = S("\xC5\xBF");

/* Braces: GUIDs are given them when records are brought into shape. */
static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7F && !memchr("\"\\/{}", c, 5);
}

static str longest_plain_part(str text)
{
    str best = {0};

    for (size_t i = 0; i < text.n; i++) {
        size_t from = i;
        while (i < text.n && is_plain(text.p[i]))
            i++;
        if (i - from > best.n)
            best = (str){text.p + from, i - from};
    }
    return best;
}

/* Portable code steps through the record by the length of the shortest needle: with needles as
 * short as escapes it would look at each byte. It takes records with any escape of ASCII as they
 * are. */
static bool is_searched_apart(const struct simd *simd)
{
    return simd->tier == SIMD_PORTABLE;
}

/* The escape of one character without its backslash, in a; of letters the first digit tells. */
static str escape_of(char c, struct arena *a)
{
    if (c >= 'a' && c <= 'z')
        return arena_printf(a, "u00%x", c >> 4);
    return arena_printf(a, "u00%02x", (unsigned char)c);
}

static bool add_once(str *texts, uint32_t *count, str text)
{
    for (uint32_t i = 0; i < *count; i++)
        if (str_eq(texts[i], text))
            return true;
    if (*count == NEEDLES_MAX)
        return false;
    texts[(*count)++] = text;
    return true;
}

/* In both cases: u0041 is A. */
static bool add_escapes(str *texts, uint32_t *count, str part, struct arena *a)
{
    for (size_t i = 0; i < part.n; i++) {
        char c = part.p[i];
        if (!add_once(texts, count, escape_of(c, a)))
            return false;
        if (c >= 'a' && c <= 'z' &&
            !add_once(texts, count, arena_printf(a, "u00%x", (c ^ 0x20) >> 4)))
            return false;
    }
    return true;
}

const struct needles *keyword_needles(const struct literal *literals, uint32_t count,
                                      struct arena *a)
{
    str texts[NEEDLES_MAX];
    uint32_t parts = 0;

    for (uint32_t i = 0; i < count; i++) {
        str part = longest_plain_part(literals[i].text);
        if (part.n < NEEDLE_BYTES_MIN || !add_once(texts, &parts, part))
            return NULL;
    }
    uint32_t all = parts;
    for (uint32_t i = 0; i < parts && !is_searched_apart(simd_best()); i++)
        if (!add_escapes(texts, &all, texts[i], a))
            return NULL;
    struct needles *n = arena_alloc(a, sizeof *n);
    needles_make(n, texts, all);
    return n;
}

static bool holds(const struct simd *simd, str record, str part)
{
    return simd->find(record.p, record.n, part.p, part.n) < record.n;
}

bool keyword_needles_may_match(const struct needles *n, const struct simd *simd, str record)
{
    if (simd->needles_found(n, record) ||
        (is_searched_apart(simd) && holds(simd, record, escaped_ascii)))
        return true;
    if (simd->is_ascii(record.p, record.n))
        return false;
    return holds(simd, record, kelvin_sign) || holds(simd, record, long_s);
}
