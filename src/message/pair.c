#include "message/pair.h"

enum { SIGN_NAME = 1, SIGN_BLANK = 2, SIGN_STOP = 4 };

/* What names are made of; blanks; and what may end a name: marks, separators, quotes. */
static const uint8_t signs[256] = {
    ['0' ... '9'] = SIGN_NAME,
    ['a' ... 'z'] = SIGN_NAME,
    ['A' ... 'Z'] = SIGN_NAME,
    ['_'] = SIGN_NAME,
    ['-'] = SIGN_NAME,
    ['.'] = SIGN_NAME,
    ['['] = SIGN_NAME,
    [']'] = SIGN_NAME,
    ['/'] = SIGN_NAME,
    ['@'] = SIGN_NAME,
    [' '] = SIGN_BLANK | SIGN_STOP,
    ['\t'] = SIGN_BLANK | SIGN_STOP,
    ['\n'] = SIGN_BLANK | SIGN_STOP,
    ['\r'] = SIGN_BLANK | SIGN_STOP,
    ['='] = SIGN_STOP,
    [':'] = SIGN_STOP,
    ['"'] = SIGN_STOP,
    [','] = SIGN_STOP,
    [';'] = SIGN_STOP,
    ['|'] = SIGN_STOP,
};

static bool is_blank(char c)
{
    return signs[(uint8_t)c] & SIGN_BLANK;
}

size_t pair_begins(str text)
{
    size_t n = 0;

    while (n < text.n && (signs[(uint8_t)text.p[n]] & SIGN_NAME))
        n++;
    return n && n < text.n && text.p[n] == '=' ? n : 0;
}

/* Where a value in quotes ends: the place of the quote, or the end of the text. */
static const char *quote_end(const char *p, const char *end, bool *ret_escaped)
{
    for (; p < end && *p != '"'; p++) {
        if (*p != '\\')
            continue;
        *ret_escaped = true;
        p += p + 1 < end;
    }
    return p;
}

/* What stands behind a value: the rest of a damaged one up to the separator is dropped. */
static const char *skip_value(const char *p, const char *end, char separator)
{
    if (separator == ' ') {
        while (p < end && !is_blank(*p))
            p++;
    } else {
        const char *at = memchr(p, separator, (size_t)(end - p));
        p = at ? at + 1 : end;
    }
    return p;
}

bool pair_next(struct pairs *p, str *ret_name, str *ret_value, bool *ret_escaped)
{
    const char *at = p->rest.p, *end = at + p->rest.n;
    const char separator = p->separator, mark = p->mark;

    if (!p->rest.n)
        return false;
    while (at < end && (is_blank(*at) || *at == separator))
        at++;
    if (at == end) {
        p->rest.n = 0;
        return false;
    }
    const char *name = at;
    for (; at < end; at++)
        if ((signs[(uint8_t)*at] & SIGN_STOP) &&
            (*at == mark || *at == separator || *at == '"' || is_blank(*at)))
            break;
    *ret_escaped = false;
    if (at == end || *at != mark || at == name) { /* a word */
        while (at < end && !is_blank(*at) && *at != separator)
            at++;
        *ret_name = (str){0};
        *ret_value = (str){name, (size_t)(at - name)};
        p->rest = (str){at, (size_t)(end - at)};
        return true;
    }
    *ret_name = (str){name, (size_t)(at - name)};
    at += at + 1 < end && at[1] == mark ? 2 : 1; /* "ike::" of Check Point */
    const char *value = at;
    if (at < end && *at == '"') {
        const char *close = quote_end(++value, end, ret_escaped);
        *ret_value = (str){value, (size_t)(close - value)};
        at = close < end ? close + 1 : end;
        at = at < end && !is_blank(*at) ? skip_value(at, end, separator) : at;
    } else {
        at = skip_value(value, end, separator);
        const char *last = at > value && separator != ' ' && at[-1] == separator ? at - 1 : at;
        *ret_value = (str){value, (size_t)(last - value)};
    }
    p->rest = (str){at, (size_t)(end - at)};
    return true;
}

/* What a backslash may stand before; ']' as in the structured data of RFC 5424. */
static bool is_protected(char c)
{
    return c == '"' || c == '\\' || c == ']';
}

str pair_value(str raw, bool escaped, struct arena *a)
{
    size_t n = 0;

    if (!escaped)
        return raw;
    char *out = arena_bytes(a, raw.n);
    for (size_t i = 0; i < raw.n; i++) {
        i += raw.p[i] == '\\' && i + 1 < raw.n && is_protected(raw.p[i + 1]);
        out[n++] = raw.p[i];
    }
    return (str){out, n};
}

struct pair_names pair_names_of(const struct message *m)
{
    return (struct pair_names){.from = m->event->field_count};
}

static bool is_there(const struct message *m, const struct pair_names *names, str name)
{
    const struct event *ev = m->event;

    for (uint32_t i = names->from; i < ev->field_count; i++)
        if (str_eq(ev->fields[i].name, name))
            return true;
    return false;
}

void pair_add(struct message *m, struct pair_names *names, str name, str value)
{
    const size_t n = name.n;
    uint16_t flags = 0;

    if (!n || n > EVENT_NAME_MAX)
        return;
    const uint32_t mix = (uint8_t)name.p[0] + (uint8_t)name.p[n / 2] * 0x1Fu +
                         (uint8_t)name.p[n - 1] * 0x3B5u + (uint32_t)n * 0x6D1u;
    uint64_t *word = &names->bits[(mix >> 6 ^ mix >> 9) & (PAIR_NAME_WORDS - 1)];
    const uint64_t bit = UINT64_C(1) << (mix & 63);
    if ((*word & bit) && is_there(m, names, name))
        flags = FIELD_CONTINUES;
    *word |= bit;
    event_put(m->event, m->arena, name, value, VALUE_STRING, flags);
}

uint32_t pairs_read(struct message *m, struct pair_names *names, struct pairs p, str *ret_words)
{
    str name, value, words = {0};
    bool escaped;
    uint32_t count = 0, named = 0;
    const char *end = p.rest.p + p.rest.n;

    for (; count < PAIRS_MAX && pair_next(&p, &name, &value, &escaped); count++) {
        if (!name.n) {
            if (!words.p)
                words = (str){value.p, (size_t)(end - value.p)};
            continue;
        }
        words = (str){0};
        named++;
        pair_add(m, names, name, pair_value(value, escaped, m->arena));
    }
    if (ret_words)
        *ret_words = str_trim(words);
    return named;
}

str pairs_find(struct pairs p, str name)
{
    str found, value;
    bool escaped;

    for (int i = 0; i < PAIRS_NEAR && pair_next(&p, &found, &value, &escaped); i++)
        if (str_eq(found, name))
            return value;
    return (str){0};
}
