#include "message/csv.h"

static str undouble(str raw, struct arena *a)
{
    char *out = arena_bytes(a, raw.n);
    size_t n = 0;

    for (size_t i = 0; i < raw.n; i++) {
        i += raw.p[i] == '"' && i + 1 < raw.n && raw.p[i + 1] == '"';
        out[n++] = raw.p[i];
    }
    return (str){out, n};
}

/* What stands in quotes; *end is the place behind the closing one. */
static str quoted(str s, size_t *end, struct arena *a)
{
    bool doubled = false;
    size_t i = 1;

    for (; i < s.n; i++) {
        if (s.p[i] != '"')
            continue;
        if (i + 1 == s.n || s.p[i + 1] != '"')
            break;
        doubled = true;
        i++;
    }
    *end = i < s.n ? i + 1 : s.n;
    const str raw = {s.p + 1, (i < s.n ? i : s.n) - 1};
    return doubled ? undouble(raw, a) : raw;
}

bool csv_next(struct csv *c, str *ret_cell, struct arena *a)
{
    size_t end = 0;

    if (c->ended)
        return false;
    const bool is_quoted = c->rest.n && c->rest.p[0] == '"';
    if (is_quoted)
        *ret_cell = quoted(c->rest, &end, a);
    const str behind = str_from_at(c->rest, end);
    const char *at = behind.n ? memchr(behind.p, c->separator, behind.n) : NULL;
    if (!is_quoted)
        *ret_cell = (str){behind.p, at ? (size_t)(at - behind.p) : behind.n};
    c->ended = !at;
    c->rest = at ? str_from_at(behind, (size_t)(at - behind.p) + 1) : (str){0};
    return true;
}
