/* keyword_needles.c - see keyword_needles.h. RFC 8259, section 7, says what is escaped. */
#include "detect/keyword_needles.h"

static const str escaped_letter = S("\\u00");
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

/* Portable code steps through the record by the length of the shortest needle: with one this short
 * it would look at each byte. */
static bool is_searched_apart(const struct simd *simd)
{
    return simd->tier == SIMD_PORTABLE;
}

const struct needles *keyword_needles(const struct literal *literals, uint32_t count,
                                      struct arena *a)
{
    str texts[NEEDLES_MAX];

    if (count + 1 > NEEDLES_MAX)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        texts[i] = longest_plain_part(literals[i].text);
        if (texts[i].n < NEEDLE_BYTES_MIN)
            return NULL;
    }
    if (!is_searched_apart(simd_best()))
        texts[count++] = escaped_letter;
    struct needles *n = arena_alloc(a, sizeof *n);
    needles_make(n, texts, count);
    return n;
}

static bool holds(const struct simd *simd, str record, str part)
{
    return simd->find(record.p, record.n, part.p, part.n) < record.n;
}

bool keyword_needles_may_match(const struct needles *n, const struct simd *simd, str record)
{
    if (simd->needles_found(n, record) ||
        (is_searched_apart(simd) && holds(simd, record, escaped_letter)))
        return true;
    if (simd->is_ascii(record.p, record.n))
        return false;
    return holds(simd, record, kelvin_sign) || holds(simd, record, long_s);
}
