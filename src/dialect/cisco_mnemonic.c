#include "dialect/cisco_mnemonic.h"

static bool is_upper(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_level(char c)
{
    return c >= '0' && c <= '7';
}

/* "%FACILITY-L-CODE" or "%FACILITY-suffix-L-CODE": the length, 0 when it is none. */
static size_t take(str s, struct cisco_mnemonic *ret)
{
    size_t at = 1, from;

    if (s.n < 2 || s.p[0] != '%')
        return 0;
    while (at < s.n && is_upper(s.p[at]))
        at++;
    ret->facility = (str){s.p + 1, at - 1};
    /* The part that is one digit between hyphens is the level; names may hold hyphens. */
    size_t level = at;
    while (level + 3 < s.n && !(s.p[level] == '-' && is_level(s.p[level + 1]) &&
                                s.p[level + 2] == '-' && is_upper(s.p[level + 3]))) {
        if (s.p[level] == ' ' || s.p[level] == ':')
            return 0;
        level++;
    }
    if (level + 3 >= s.n || at == 1)
        return 0;
    ret->suffix = (str){s.p + at, level - at};
    while (ret->suffix.n && ret->suffix.p[0] == '-')
        ret->suffix = str_from_at(ret->suffix, 1);
    ret->level = (str){s.p + level + 1, 1};
    ret->module = (str){s.p + 1, level - 1};
    from = at = level + 3;
    while (at < s.n && (is_upper(s.p[at]) || s.p[at] == '-' ||
                        (ascii_lower(s.p[at]) >= 'a' && ascii_lower(s.p[at]) <= 'z')))
        at++;
    ret->code = (str){s.p + from, at - from};
    return at;
}

bool cisco_mnemonic_read(const struct message *m, struct cisco_mnemonic *ret)
{
    size_t n = take(m->text, ret);

    if (!n) {
        ret->text = m->text;
        return m->program.n && take(m->program, ret) == m->program.n;
    }
    str rest = str_from_at(m->text, n);
    if (rest.n && rest.p[0] != ':' && rest.p[0] != ' ')
        return false;
    rest = str_trim(rest); /* IOS XR has a blank before the colon */
    ret->text = str_trim(str_from_at(rest, rest.n && rest.p[0] == ':'));
    return true;
}

str cisco_level_name(str level)
{
    static const str names[] = {S("emergency"), S("alert"),        S("critical"),      S("error"),
                                S("warning"),   S("notification"), S("informational"), S("debug")};

    assert(level.n == 1 && is_level(level.p[0]));
    return names[level.p[0] - '0'];
}

str cisco_duration(str text, struct arena *a)
{
    enum { SECONDS_MAX = 1000000000 };
    uint64_t seconds = 0;
    str part, rest = text;
    int parts = 0;

    while (rest.n) {
        uint64_t value;
        part = str_cut(&rest, ':');
        if (part.n > 1 && memchr("hms", part.p[part.n - 1], 3))
            part.n--;
        if (!str_u64(part, &value) || value > SECONDS_MAX || seconds > SECONDS_MAX)
            return (str){0};
        seconds = seconds * 60 + value;
        parts++;
    }
    if (parts != 3)
        return (str){0};
    return arena_printf(a, "%llu", (unsigned long long)seconds * 1000000000u);
}

str cisco_mac(str text, struct arena *a)
{
    enum { DOTTED = 14, HYPHENS = 17, COLONS = 17 };
    char out[COLONS];
    size_t n = 0;
    const bool dotted = text.n == DOTTED && text.p[4] == '.' && text.p[9] == '.';
    const bool hyphens = text.n == HYPHENS && text.p[2] == '-';

    if (!dotted && !hyphens)
        return (str){0};
    for (size_t i = 0; i < text.n; i++) {
        char c = ascii_lower(text.p[i]);
        if (dotted ? i == 4 || i == 9 : i % 3 == 2)
            continue;
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return (str){0};
        if (n % 3 == 2)
            out[n++] = ':';
        out[n++] = c;
    }
    return arena_str(a, (str){out, n});
}
