/*
 * regex_literal.c - reads the pattern's outermost sequence (pcre2pattern(3)).
 *
 * Classes end a run and are stepped over; a quantifier that allows none takes its
 * character back. A plain group that must take part and has no alternatives is
 * read like what is around it; other groups are stepped over. Whatever could
 * change how the rest is read (alternatives, \Q, verbs, the x flag, comments)
 * means that nothing is certain.
 */
#include "detect/regex_literal.h"

struct reading {
    str rest;
    char *run; /* of the pattern's length */
    size_t n;
    struct regex_literal *literals; /* REGEX_LITERALS_MAX; the longest when there are more */
    uint32_t count;
    uint32_t open; /* groups that are being read */
    bool unsure;
    struct arena *arena;
};

static void keep(struct reading *r, str run)
{
    uint32_t at = r->count;

    for (uint32_t i = 0; i < r->count; i++)
        if (str_eq(r->literals[i].text, run)) {
            r->literals[i].times++;
            return;
        }
    if (at == REGEX_LITERALS_MAX) {
        at = 0;
        for (uint32_t i = 1; i < r->count; i++)
            at = r->literals[i].text.n < r->literals[at].text.n ? i : at;
        if (run.n <= r->literals[at].text.n)
            return;
    } else {
        r->count++;
    }
    r->literals[at] = (struct regex_literal){arena_str(r->arena, run), 1};
}

static void end_run(struct reading *r)
{
    if (r->n)
        keep(r, (str){r->run, r->n});
    r->n = 0;
}

static char peek(const struct reading *r, size_t at)
{
    return at < r->rest.n ? r->rest.p[at] : '\0';
}

static void skip(struct reading *r, size_t n)
{
    r->rest = str_from_at(r->rest, n);
}

static bool is_letter_or_digit(char c)
{
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* Steps over an escape at the outermost level; leaves in *ret the character that it stands for, or
 * NUL. Types, assertions and the like take one letter; what may take more is not understood. */
static void skip_escape(struct reading *r, char *ret)
{
    static const char one_letter[] = "dDwWsSbBAzZhHvVRnrtfe";
    char c = peek(r, 1);

    *ret = '\0';
    if (is_letter_or_digit(c))
        r->unsure = r->unsure || !memchr(one_letter, c, sizeof one_letter - 1);
    else
        *ret = c;
    skip(r, 2);
}

/* The same within a group or a class: only what hides brackets matters. */
static void skip_inner_escape(struct reading *r)
{
    char c = peek(r, 1);

    r->unsure = r->unsure || c == 'Q' || c == 'E' || c == 'c';
    skip(r, 2);
}

/* Steps over a class. A bracket right behind its beginning is a member. */
static void skip_class(struct reading *r)
{
    skip(r, peek(r, 1) == '^' ? 2 : 1);
    if (peek(r, 0) == ']')
        skip(r, 1);
    while (r->rest.n && r->rest.p[0] != ']') {
        r->unsure = r->unsure || (r->rest.p[0] == '[' && memchr(":.=", peek(r, 1), 3));
        if (r->rest.p[0] == '\\')
            skip_inner_escape(r);
        else
            skip(r, 1);
    }
    skip(r, 1);
}

/* What stands behind an opening parenthesis and may change how all that follows is read. */
static void check_group(struct reading *r)
{
    size_t at = 2;

    if (peek(r, 1) == '*' || (peek(r, 1) == '?' && (peek(r, 2) == '#' || peek(r, 2) == 'C')))
        r->unsure = true; /* verbs, comments, callouts */
    if (peek(r, 1) != '?')
        return;
    while (is_letter_or_digit(peek(r, at)) || (peek(r, at) && memchr("^-", peek(r, at), 2)))
        at++;
    if (peek(r, at) != ')' && peek(r, at) != ':')
        return;
    for (size_t i = 2; i < at; i++)
        r->unsure = r->unsure || r->rest.p[i] == 'x';
}

static void skip_group(struct reading *r)
{
    size_t depth = 0;

    do {
        char c = r->rest.p[0];
        if (c == '(')
            check_group(r);
        if (c == '[') {
            skip_class(r);
            continue;
        }
        if (c == '\\') {
            skip_inner_escape(r);
            continue;
        }
        depth += c == '(';
        depth -= c == ')';
        skip(r, 1);
    } while (depth && r->rest.n && !r->unsure);
}

/* Does the quantifier at the front, if there is one, allow none? */
static bool allows_none(const struct reading *r)
{
    char c = peek(r, 0);

    return c == '*' || c == '?' || (c == '{' && (peek(r, 1) == '0' || peek(r, 1) == ','));
}

/* The group at the front, when it can be read like what is around it: how many bytes open it; else
 * 0. */
static size_t plain_group(const struct reading *r)
{
    struct reading ahead = *r;
    size_t opening = 1, depth = 0;

    if (peek(r, 1) == '*' || (peek(r, 1) == '?' && peek(r, 2) != ':'))
        return 0;
    if (peek(r, 1) == '?')
        opening = 3;
    do {
        char c = ahead.rest.p[0];
        if (c == '[') {
            skip_class(&ahead);
            continue;
        }
        if (c == '\\') {
            skip_inner_escape(&ahead);
            continue;
        }
        if (c == '|' && depth == 1)
            return 0;
        depth += c == '(';
        depth -= c == ')';
        skip(&ahead, 1);
    } while (depth && ahead.rest.n && !ahead.unsure);
    return depth == 0 && !ahead.unsure && !allows_none(&ahead) ? opening : 0;
}

static void open_group(struct reading *r)
{
    size_t opening = plain_group(r);

    end_run(r);
    if (opening == 0) {
        skip_group(r);
        return;
    }
    r->open++;
    skip(r, opening);
}

/* Steps over a quantifier behind a character. One that allows none takes the character back. */
static void skip_quantifier(struct reading *r)
{
    char c = peek(r, 0);
    size_t at = 1;

    if (c == '{') {
        bool none = true; /* {0}, {0,3}, {00} */
        for (; peek(r, at) >= '0' && peek(r, at) <= '9'; at++)
            none = none && peek(r, at) == '0';
        r->unsure = r->unsure || at == 1; /* {,3} is read differently by different versions */
        while (peek(r, at) && memchr("0123456789,", peek(r, at), 11))
            at++;
        r->unsure = r->unsure || peek(r, at) != '}';
        at++;
        c = none ? '*' : '+';
    }
    if ((c == '*' || c == '?') && r->n)
        r->n--;
    end_run(r);
    skip(r, at);
}

static void put(struct reading *r, char c)
{
    if (c & 0x80) /* never a run with a part of a character in it, and no case but ASCII's */
        end_run(r);
    else
        r->run[r->n++] = ascii_lower(c);
}

static void step(struct reading *r)
{
    char c = r->rest.p[0], literal;

    switch (c) {
    case '\\':
        skip_escape(r, &literal);
        if (literal)
            put(r, literal);
        else
            end_run(r);
        return;
    case '[':
        end_run(r);
        skip_class(r);
        return;
    case '(':
        open_group(r);
        return;
    case '*':
    case '+':
    case '?':
    case '{':
        skip_quantifier(r);
        return;
    case ')':
        if (r->open == 0) {
            r->unsure = true;
            return;
        }
        r->open--;
        end_run(r);
        break;
    case '|':
    case '\0':
        r->unsure = true;
        return;
    case '.':
    case '^':
    case '$':
        end_run(r);
        break;
    default:
        put(r, c);
        break;
    }
    skip(r, 1);
}

uint32_t regex_literals(str pattern, struct arena *a, struct regex_literal ret[REGEX_LITERALS_MAX])
{
    struct reading r = {
        .rest = pattern, .run = arena_bytes(a, pattern.n + 1), .literals = ret, .arena = a};

    while (r.rest.n && !r.unsure)
        step(&r);
    end_run(&r);
    return r.unsure ? 0 : r.count;
}
