/*
 * glob.c - one pass with two pointers: at a mismatch only the last '*' takes one
 * character more, as what stood before it can match no better elsewhere.
 */
#include "detect/glob.h"

#include "text/utf8.h"

enum {
    BAD_BYTE = 0x110000
}; /* + byte: characters that are no code points differ from all others */

static uint32_t next_character(str *s, bool cased)
{
    size_t before = s->n;
    uint8_t first = (uint8_t)s->p[0];

    if (first < 0x80) {
        *s = (str){s->p + 1, s->n - 1};
        return cased ? first : (uint8_t)ascii_lower((char)first);
    }
    uint32_t c = utf8_next(s);

    if (c == UTF8_REPLACEMENT && before - s->n == 1)
        return BAD_BYTE + first;
    return cased ? c : utf8_fold(c);
}

static bool is_dash(uint32_t c)
{
    return c == '-' || c == '/' || c == 0x2013 || c == 0x2014 || c == 0x2015;
}

/* A place in a pattern: the part, and what is left of it when it is text. */
struct place {
    uint32_t part;
    str text;
};

static struct place place_at(const struct sigma_string *pattern, uint32_t part)
{
    while (part < pattern->count && pattern->parts[part].kind == PART_TEXT &&
           pattern->parts[part].text.n == 0)
        part++;
    bool text = part < pattern->count && pattern->parts[part].kind == PART_TEXT;
    return (struct place){part, text ? pattern->parts[part].text : (str){0}};
}

/* Does the pattern go on with a character that `c` is? Steps over it. */
static bool take(const struct sigma_string *pattern, struct place *at, uint32_t c, bool cased)
{
    switch (pattern->parts[at->part].kind) {
    case PART_TEXT:
        if (next_character(&at->text, cased) != c)
            return false;
        if (at->text.n)
            return true;
        break;
    case PART_ONE:
        break;
    case PART_DASH:
        if (!is_dash(c))
            return false;
        break;
    case PART_MANY:
    case PART_PLACEHOLDER: /* nobody gave it a value */
        return false;
    }
    *at = place_at(pattern, at->part + 1);
    return true;
}

/* Behind a '*': passes over characters of ASCII that the text at `at` does not begin with. */
static str skip_to_start(const struct place *at, str rest, bool cased)
{
    str text = at->text;

    if (text.n == 0 || text.p[0] & 0x80)
        return rest;
    const char want = cased ? text.p[0] : ascii_lower(text.p[0]);
    while (rest.n && !(rest.p[0] & 0x80) && (cased ? rest.p[0] : ascii_lower(rest.p[0])) != want)
        rest = (str){rest.p + 1, rest.n - 1};
    return rest;
}

static bool match(const struct sigma_string *pattern, str value, bool cased, bool anywhere)
{
    struct place at = place_at(pattern, 0), after_star = at;
    bool starred = anywhere; /* as if a '*' stood before and behind */
    str rest = value, star_rest = value;

    for (;;) {
        if (at.part < pattern->count && pattern->parts[at.part].kind == PART_MANY) {
            at = after_star = place_at(pattern, at.part + 1);
            starred = true;
            star_rest = rest;
            if (at.part == pattern->count)
                return true;
        }
        bool ended = at.part == pattern->count;
        if (ended && (anywhere || rest.n == 0))
            return true;
        if (rest.n == 0)
            return false; /* a later start would leave even less */
        if (!ended && pattern->parts[at.part].kind != PART_MANY) {
            if (take(pattern, &at, next_character(&rest, cased), cased))
                continue;
        }
        if (!starred || star_rest.n == 0)
            return false;
        next_character(&star_rest, true);
        star_rest = skip_to_start(&after_star, star_rest, cased);
        rest = star_rest;
        at = after_star;
    }
}

bool glob_match(const struct sigma_string *pattern, str value, bool cased)
{
    return match(pattern, value, cased, false);
}

bool glob_find(const struct sigma_string *pattern, str value, bool cased)
{
    return match(pattern, value, cased, true);
}

bool glob_match_texts(const struct sigma_string *pattern, str value)
{
    const struct sigma_part *parts = pattern->parts;
    uint32_t from = 0, to = pattern->count;

    if (to == 0 || (to == 1 && parts[0].kind == PART_TEXT))
        return str_eq(value, to ? parts[0].text : S(""));
    if (parts[0].kind == PART_TEXT) {
        if (!str_starts(value, parts[0].text))
            return false;
        value = str_from_at(value, parts[from++].text.n);
    }
    if (parts[to - 1].kind == PART_TEXT) {
        if (!str_ends(value, parts[to - 1].text))
            return false;
        value.n -= parts[--to].text.n;
    }
    for (uint32_t i = from; i < to;
         i++) { /* each at its first place leaves the most for the rest */
        if (parts[i].kind != PART_TEXT)
            continue;
        const char *hit = str_find(value, parts[i].text);
        if (!hit)
            return false;
        value = str_from_at(value, (size_t)(hit - value.p) + parts[i].text.n);
    }
    return true;
}
