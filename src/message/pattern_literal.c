/*
 * pattern_literal.c - one pass over a regular expression (pcre2pattern(3)). Groups that have no
 * alternatives and are not repeated are walked through; all others are skipped.
 */
#include "message/pattern_literal.h"

struct run {
    char bytes[256];
    size_t n;
};

struct walk {
    str rest;
    struct run now, best;
};

static char at(str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static void end_run(struct walk *w)
{
    if (w->now.n > w->best.n)
        w->best = w->now;
    w->now.n = 0;
}

/* Bytes of the class at the front. */
static size_t class_bytes(str s)
{
    size_t n = at(s, 1) == '^' ? 2 : 1;

    if (at(s, n) == ']')
        n++;
    while (n < s.n && s.p[n] != ']') {
        if (at(s, n) == '[' && at(s, n + 1) == ':') { /* [:alpha:] */
            const char *end = memmem(s.p + n, s.n - n, ":]", 2);
            n = end ? (size_t)(end - s.p) + 2 : s.n;
            continue;
        }
        n += s.p[n] == '\\' ? 2 : 1;
    }
    return n < s.n ? n + 1 : s.n;
}

/* Bytes of the group at the front, its parentheses among them; does it have alternatives? */
static size_t group_bytes(str s, bool *ret_alternatives)
{
    size_t n = 0, depth = 0;

    *ret_alternatives = false;
    while (n < s.n) {
        char c = s.p[n];
        if (c == '\\') {
            n += 2;
            continue;
        }
        if (c == '[') {
            n += class_bytes(str_from_at(s, n));
            continue;
        }
        depth += c == '(';
        *ret_alternatives = *ret_alternatives || (c == '|' && depth == 1);
        n++;
        if (c == ')' && --depth == 0)
            return n;
    }
    return s.n;
}

/* May what stands before the quantifier at the front be absent? Its bytes in *ret. */
static bool is_optional(str s, size_t *ret)
{
    *ret = 0;
    if (at(s, 0) == '{' && at(s, 1) >= '0' && at(s, 1) <= '9') {
        const char *end = memchr(s.p, '}', s.n);
        *ret = end ? (size_t)(end - s.p) + 1 : s.n;
    } else if (at(s, 0) == '?' || at(s, 0) == '*' || at(s, 0) == '+') {
        *ret = 1;
    }
    if (*ret && (at(s, *ret) == '?' || at(s, *ret) == '+'))
        ++*ret;
    return *ret && s.p[0] != '+' && !(s.p[0] == '{' && s.p[1] != '0');
}

/* Bytes of the opening of a group whose content stands for itself; 0: it is another. */
static size_t plain_group(str s)
{
    if (at(s, 1) != '?')
        return at(s, 1) == '*' ? 0 : 1;
    if (at(s, 2) == ':' || at(s, 2) == '>')
        return 3;
    size_t n = at(s, 2) == 'P' ? 3 : 2;
    if (at(s, n) != '<' || at(s, n + 1) == '=' || at(s, n + 1) == '!')
        return 0;
    const char *end = memchr(s.p + n, '>', s.n - n);
    return end ? (size_t)(end - s.p) + 1 : 0;
}

/* "(?i)": options to the end of the pattern. */
static bool sets_options(str s)
{
    size_t n = 2;

    if (at(s, 1) != '?')
        return false;
    while (at(s, n) == '-' || at(s, n) == '^' ||
           (ascii_lower(at(s, n)) >= 'a' && ascii_lower(at(s, n)) <= 'z'))
        n++;
    return at(s, n) == ')';
}

/* False: the pattern's options change what literals are. */
static bool take_group(struct walk *w)
{
    bool alternatives;
    size_t whole = group_bytes(w->rest, &alternatives), open = plain_group(w->rest), quantifier;

    if (sets_options(w->rest))
        return false;
    (void)is_optional(str_from_at(w->rest, whole), &quantifier);
    if (open && !alternatives && !quantifier) {
        w->rest = str_from_at(w->rest, open);
        return true;
    }
    end_run(w);
    w->rest = str_from_at(w->rest, whole + quantifier);
    return true;
}

static void take_byte(struct walk *w, char c, size_t bytes)
{
    size_t quantifier;

    w->rest = str_from_at(w->rest, bytes);
    bool optional = is_optional(w->rest, &quantifier);
    if (!optional && w->now.n < sizeof w->now.bytes)
        w->now.bytes[w->now.n++] = c;
    if (quantifier) {
        /* a character of several bytes is optional as a whole */
        while (optional && ((uint8_t)c & 0xC0) == 0x80 && w->now.n) {
            c = w->now.bytes[--w->now.n];
        }
        end_run(w);
        w->rest = str_from_at(w->rest, quantifier);
    }
}

/* An escape, a class, a dot: what takes part in no run, with its quantifier. */
static void take_other(struct walk *w, size_t bytes)
{
    size_t quantifier;

    end_run(w);
    w->rest = str_from_at(w->rest, bytes);
    (void)is_optional(w->rest, &quantifier);
    w->rest = str_from_at(w->rest, quantifier);
}

static bool step(struct walk *w)
{
    char c = w->rest.p[0], next = at(w->rest, 1);

    switch (c) {
    case '|': /* on the top level: the pattern has alternatives */
        return false;
    case '(':
        return take_group(w);
    case ')':
        w->rest = str_from_at(w->rest, 1);
        return true;
    case '[':
        take_other(w, class_bytes(w->rest));
        return true;
    case '\\':
        if ((next >= '0' && next <= '9') ||
            (ascii_lower(next) >= 'a' && ascii_lower(next) <= 'z')) {
            if (!memchr("dDwWsSbBAzZhHvVRNXtnrfaeK", next, 25))
                return false; /* \x41, \p{L}, \Q: it may be longer than two bytes */
            take_other(w, 2);
        } else
            take_byte(w, next, 2);
        return true;
    case '.':
    case '^':
    case '$':
        take_other(w, 1);
        return true;
    default:
        take_byte(w, c, 1);
        return true;
    }
}

size_t pattern_literal(str regex, char *out, size_t size)
{
    struct walk w = {.rest = regex};

    if (str_find(regex, S("(*"))) /* verbs: a match may end anywhere */
        return 0;
    while (w.rest.n)
        if (!step(&w))
            return 0;
    end_run(&w);
    size_t n = w.best.n < size ? w.best.n : size;
    memcpy(out, w.best.bytes, n);
    return n;
}
