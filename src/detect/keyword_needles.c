/* keyword_needles.c - see keyword_needles.h. RFC 8259, section 7, says what is escaped. */
#include "detect/keyword_needles.h"

static const str any_escape = S("\\u");
static const str escaped_kelvin_sign = S("u212a"), escaped_long_s = S("u017f");

/* The same in JSON. Braces: GUIDs are given them when records are brought into shape. */
static bool is_plain(char c)
{
    return c >= ' ' && c < 0x7F && !memchr("\"\\/{}", c, 5);
}

static bool is_ascii(char c)
{
    return c > 0;
}

static str longest_part(str text, bool (*is_part)(char c))
{
    str best = {0};

    for (size_t i = 0; i < text.n; i++) {
        size_t from = i;
        while (i < text.n && is_part(text.p[i]))
            i++;
        if (i - from > best.n)
            best = (str){text.p + from, i - from};
    }
    return best;
}

/* Portable code steps through the record by the length of the shortest needle: with needles as
 * short as escapes it would look at each byte. It takes records with any such escape as they
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

/* In both cases: u0041 is A. Also of the letters that fold to it. */
static bool add_escapes(str *texts, uint32_t *count, str part, struct arena *a)
{
    for (size_t i = 0; i < part.n; i++) {
        char c = part.p[i];
        if (!add_once(texts, count, escape_of(c, a)))
            return false;
        if (c >= 'a' && c <= 'z' &&
            !add_once(texts, count, arena_printf(a, "u00%x", (c ^ 0x20) >> 4)))
            return false;
        if ((c == 'k' && !add_once(texts, count, escaped_kelvin_sign)) ||
            (c == 's' && !add_once(texts, count, escaped_long_s)))
            return false;
    }
    return true;
}

/* Can a number, a GUID or a time be written with it? */
static bool is_numeric(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!memchr(NUMERIC_SIGNS, text.p[i], sizeof NUMERIC_SIGNS - 1))
            return false;
    return true;
}

/* A part of each literal; false when one has none. */
static bool add_parts(const struct literal *literals, uint32_t count, bool (*is_part)(char c),
                      str *texts, uint32_t *ret_count)
{
    *ret_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        str part = longest_part(literals[i].text, is_part);
        if (part.n < NEEDLE_BYTES_MIN || !add_once(texts, ret_count, part))
            return false;
    }
    return true;
}

static const struct needles *needles_new(const str *texts, uint32_t count, struct arena *a)
{
    struct needles *n = arena_alloc(a, sizeof *n);

    needles_make(n, texts, count);
    return n;
}

static const struct needles *wide_new(const struct literal *literals, uint32_t count,
                                      struct arena *a)
{
    str texts[NEEDLES_MAX];
    uint32_t parts;

    for (uint32_t i = 0; i < count; i++)
        if (is_numeric(literals[i].text))
            return NULL;
    return add_parts(literals, count, is_ascii, texts, &parts) ? needles_new(texts, parts, a)
                                                               : NULL;
}

static const struct needles *sliced_new(const struct literal *literals, uint32_t count,
                                        struct arena *a)
{
    str texts[NEEDLES_MAX];
    uint32_t parts, all;

    if (!add_parts(literals, count, is_plain, texts, &parts))
        return NULL;
    all = parts;
    for (uint32_t i = 0; i < parts && !is_searched_apart(simd_best()); i++)
        if (!add_escapes(texts, &all, texts[i], a))
            return NULL;
    return needles_new(texts, all, a);
}

struct keyword_needles keyword_needles_new(const struct literal *literals, uint32_t count,
                                           struct arena *a)
{
    return (struct keyword_needles){sliced_new(literals, count, a), wide_new(literals, count, a)};
}

static bool holds(const struct simd *simd, str record, str part)
{
    return simd->find(record.p, record.n, part.p, part.n) < record.n;
}

/* The event's values are slices of its JSON. */
static bool json_may_match(const struct needles *n, const struct simd *simd, str record)
{
    bool letter;

    return simd->needles_found(n, record, &letter) || letter ||
           (is_searched_apart(simd) && holds(simd, record, any_escape));
}

/* A layout's own texts are looked at once. */
static bool body_may_match(const struct needles *n, const struct simd *simd, struct event_values *v)
{
    const struct event *ev = v->ev;
    bool is_clean = v->layout && v->layout->clean == n;
    uint32_t skip = FIELD_WIDE | FIELD_NUMERIC | (is_clean ? FIELD_SAME : 0);
    bool letter; /* none: texts are folded */

    for (uint32_t i = 0; i < ev->field_count; i++)
        if (!(ev->fields[i].flags & skip) && ev->fields[i].value.n >= NEEDLE_BYTES_MIN &&
            simd->needles_found(n, event_values_folded(v, i), &letter))
            return true;
    if (v->layout)
        v->layout->clean = n;
    return simd->needles_found_wide(n, ev->body);
}

bool keyword_needles_may_match(const struct keyword_needles *n, const struct simd *simd,
                               struct event_values *v)
{
    const struct event *ev = v->ev;

    if (ev->body.n && n->wide)
        return body_may_match(n->wide, simd, v);
    if (ev->layout && ev->codec && ev->raw.n && n->sliced)
        return json_may_match(n->sliced, simd, ev->raw);
    return true;
}
