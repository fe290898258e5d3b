#include "collect/redact.h"

#include "base/mem.h"

#include <stdlib.h>

struct redactor {
    char **names; /* owned, lower case */
    size_t *lengths;
    uint32_t count;
    bool begins[256]; /* bytes, of either case, with which some name begins */
};

struct redactor *redactor_new(const str *names, uint32_t count)
{
    struct redactor *r = mem_alloc(sizeof *r);

    r->names = mem_array(count + 1, sizeof *r->names);
    r->lengths = mem_array(count + 1, sizeof *r->lengths);
    for (uint32_t i = 0; i < count && i < REDACT_NAMES_MAX; i++) {
        if (names[i].n == 0)
            continue;
        char *name = str_dup(names[i]);
        for (size_t k = 0; k < names[i].n; k++)
            name[k] = ascii_lower(name[k]);
        r->names[r->count] = name;
        r->lengths[r->count++] = names[i].n;
        const char upper = name[0] >= 'a' && name[0] <= 'z' ? (char)(name[0] & ~0x20) : name[0];
        r->begins[(uint8_t)name[0]] = r->begins[(uint8_t)upper] = true;
    }
    return r;
}

void redactor_free(struct redactor *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i < r->count; i++)
        free(r->names[i]);
    free(r->names);
    free(r->lengths);
    free(r);
}

static bool is_word(char c)
{
    const char l = ascii_lower(c);

    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* The length of the name that begins at `at` and ends as a word; 0: none. */
static size_t name_at(const struct redactor *r, str s, size_t at)
{
    if (at > 0 && is_word(s.p[at - 1]))
        return 0;
    for (uint32_t i = 0; i < r->count; i++) {
        const size_t n = r->lengths[i];
        if (s.n - at >= n && str_ieq((str){s.p + at, n}, (str){r->names[i], n}) &&
            (at + n == s.n || !is_word(s.p[at + n])))
            return n;
    }
    return 0;
}

static size_t skip_spaces(str s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
        at++;
    return at;
}

/* Behind the string that begins with the quote at `at`. */
static size_t skip_string(str s, size_t at)
{
    const char quote = s.p[at++];

    while (at < s.n && s.p[at] != quote)
        at += s.p[at] == '\\' ? 2 : 1;
    return at < s.n ? at + 1 : s.n;
}

/* Behind the object or array that begins at `at`, with all that it holds. */
static size_t skip_brackets(str s, size_t at)
{
    size_t depth = 0;

    while (at < s.n) {
        const char c = s.p[at];
        if (c == '"') {
            at = skip_string(s, at);
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        at++;
        if (depth == 0)
            break;
    }
    return at;
}

static size_t skip_plain(str s, size_t at)
{
    while (at < s.n && !memchr(" \t\r\n,;&|)}]\"", s.p[at], 12))
        at++;
    return at;
}

struct value_place {
    size_t from, to; /* what is replaced */
    bool bare;       /* a JSON value that is no string: quotes are put around */
};

/* The value behind a name that ended at `at`; from == to: there is none. */
static struct value_place value_behind(str s, size_t at)
{
    struct value_place v = {0};
    const bool quoted = at < s.n && (s.p[at] == '"' || s.p[at] == '\'');

    at = skip_spaces(s, at + quoted);
    if (at >= s.n || (s.p[at] != '=' && s.p[at] != ':'))
        return v;
    at = skip_spaces(s, at + 1);
    if (at >= s.n)
        return v;
    const char c = s.p[at];
    if (c == '"' || c == '\'') {
        v.from = at + 1;
        v.to = skip_string(s, at);
        v.to -= v.to > v.from && s.p[v.to - 1] == c;
    } else if (quoted && (c == '{' || c == '[')) {
        v = (struct value_place){at, skip_brackets(s, at), true};
    } else {
        v = (struct value_place){at, skip_plain(s, at), quoted};
    }
    return v;
}

uint32_t redactor_apply(const struct redactor *r, str record, struct buf *out)
{
    uint32_t hidden = 0;
    size_t kept = 0;

    for (size_t at = 0; at < record.n;) {
        size_t n = r->begins[(uint8_t)record.p[at]] ? name_at(r, record, at) : 0;
        const struct value_place v = n ? value_behind(record, at + n) : (struct value_place){0};
        if (v.from == v.to) {
            at += n ? n : 1;
            continue;
        }
        buf_add(out, (str){record.p + kept, v.from - kept});
        buf_add(out, v.bare ? S("\"" REDACTED "\"") : S(REDACTED));
        kept = at = v.to;
        hidden++;
    }
    if (hidden)
        buf_add(out, str_from_at(record, kept));
    return hidden;
}
