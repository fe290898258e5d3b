/* draft_name.c - guesses by the words before a value and by its kind. */
#include "message/draft_name.h"

#include "message/grok.h"

enum { NAME_BYTES_MAX = 24 };

/* What a word before a value says it is; for addresses, where it stands for another thing. */
static const struct {
    str word, name, address;
} known[] = {
    {S("from"), S("src_host"), S("src_ip")},
    {S("by"), S("user"), S("src_ip")},
    {S("client"), S("src_host"), S("src_ip")},
    {S("peer"), S("src_host"), S("src_ip")},
    {S("rhost"), S("src_host"), S("src_ip")},
    {S("remote"), S("src_host"), S("src_ip")},
    {S("remote_addr"), S("src_host"), S("src_ip")},
    {S("remote_ip"), S("src_host"), S("src_ip")},
    {S("ip"), S("src_ip"), S("src_ip")},
    {S("address"), S("src_host"), S("src_ip")},
    {S("src"), S("src_host"), S("src_ip")},
    {S("source"), S("src_host"), S("src_ip")},
    {S("host"), S("src_host"), S("src_ip")},
    {S("to"), S("dst_host"), S("dst_ip")},
    {S("dst"), S("dst_host"), S("dst_ip")},
    {S("dest"), S("dst_host"), S("dst_ip")},
    {S("server"), S("dst_host"), S("dst_ip")},
    {S("port"), S("src_port"), S("src_ip")},
    {S("user"), S("user"), S("src_ip")},
    {S("username"), S("user"), S("src_ip")},
    {S("login"), S("user"), S("src_ip")},
    {S("account"), S("user"), S("src_ip")},
    {S("for"), S("user"), S("src_ip")},
    {S("uid"), S("uid"), S("src_ip")},
    {S("pid"), S("pid"), S("src_ip")},
    {S("status"), S("status"), S("src_ip")},
    {S("reason"), S("reason"), S("src_ip")},
    {S("error"), S("reason"), S("src_ip")},
};

static const struct {
    const char *grok; /* of grok_names.def; NULL: by what follows */
    const char *name; /* when nothing else says one */
} kinds[] = {
    [DRAFT_WORD] = {NULL, "word"},         [DRAFT_TIME] = {NULL, "timestamp"},
    [DRAFT_IP] = {"IP", "src_ip"},         [DRAFT_INT] = {"INT", "number"},
    [DRAFT_NUMBER] = {"NUMBER", "number"}, [DRAFT_UUID] = {"UUID", "id"},
    [DRAFT_MAC] = {"MAC", "src_mac"},      [DRAFT_EMAIL] = {NULL, "user"},
    [DRAFT_URL] = {NULL, "url"},           [DRAFT_PATH] = {NULL, "path"},
    [DRAFT_LEVEL] = {"LOGLEVEL", "level"}, [DRAFT_METHOD] = {"WORD", "method"},
    [DRAFT_MIXED] = {NULL, "id"},          [DRAFT_QUOTED] = {NULL, "text"},
    [DRAFT_REST] = {NULL, "rest"},
};

bool draft_is_value(const struct draft_token *tokens, uint32_t at)
{
    str before = at ? tokens[at - 1].text : (str){0};

    return at >= 2 && tokens[at - 1].kind == DRAFT_DELIMITER && tokens[at - 2].kind == DRAFT_WORD &&
           (str_ends(before, S("=")) || str_ends(before, S("=\"")) || str_ends(before, S("='")) ||
            str_ends(before, S("<")) || str_eq(before, S(" '")));
}

/* The word before, behind which nothing but blanks and an equal sign or a colon stands. */
static str word_before(const struct draft_token *tokens, uint32_t at)
{
    if (at < 2 || tokens[at - 1].kind != DRAFT_DELIMITER || tokens[at - 2].kind != DRAFT_WORD)
        return (str){0};
    str signs = tokens[at - 1].text;
    for (size_t i = 0; i < signs.n; i++)
        if (!memchr(" =:\"'[(<", signs.p[i], 8))
            return (str){0};
    return tokens[at - 2].text;
}

/* A word as the name of a field: lower case letters, digits and _; empty when it is no good. */
static str as_name(str word, struct arena *a)
{
    char *out = arena_bytes(a, NAME_BYTES_MAX);
    size_t n = 0;

    for (size_t i = 0; i < word.n && n < NAME_BYTES_MAX; i++) {
        char c = ascii_lower(word.p[i]);
        bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        out[n++] = fits ? c : '_';
    }
    return n && out[0] >= 'a' && out[0] <= 'z' ? (str){out, n} : (str){0};
}

static bool is_taken(const struct draft_names *names, str name)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (str_eq(names->items[i], name))
            return true;
    return false;
}

/* The port behind an address is that address's. */
static str port_name(const struct draft_names *names)
{
    return is_taken(names, S("dst_ip")) ? S("dst_port") : S("src_port");
}

static str guess(const struct draft_token *tokens, uint32_t at, const struct draft_names *names,
                 struct arena *a)
{
    const uint8_t kind = tokens[at].kind;
    str word = word_before(tokens, at);
    bool keyed = at && memchr(tokens[at - 1].text.p, '=', tokens[at - 1].text.n);

    if (kind == DRAFT_TIME || kind == DRAFT_LEVEL || kind == DRAFT_METHOD)
        return str_from(kinds[kind].name);
    if (kind == DRAFT_INT && at >= 2 && tokens[at - 2].kind == DRAFT_IP &&
        str_eq(tokens[at - 1].text, S(":")))
        return port_name(names);
    if (kind == DRAFT_INT && at && str_ends(tokens[at - 1].text, S("[")) && !keyed)
        return S("pid");
    for (size_t i = 0; word.n && i < countof(known); i++)
        if (str_ieq(known[i].word, word))
            return kind == DRAFT_IP                                          ? known[i].address
                   : kind == DRAFT_INT && str_ends(known[i].name, S("host")) ? S("number")
                                                                             : known[i].name;
    if (keyed && word.n && as_name(word, a).n)
        return as_name(word, a);
    if (kind == DRAFT_IP)
        return is_taken(names, S("src_ip")) ? S("dst_ip") : S("src_ip");
    return str_from(kinds[kind].name);
}

static str unique(str name, struct draft_names *names, struct arena *a)
{
    str found = name;

    for (uint32_t i = 2; is_taken(names, found); i++)
        found = arena_printf(a, STR_FMT "_%u", STR_ARG(name), i);
    if (names->count < DRAFT_NAMES_MAX)
        names->items[names->count++] = found;
    return found;
}

/* Digits and letters of a time by their sorts, and signs as they stand. */
static void put_time(str s, struct buf *out)
{
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        bool digit = c >= '0' && c <= '9', letter = ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
        size_t from = i++;
        while (i < s.n && (digit || letter || c == ' ')) {
            char next = s.p[i];
            if (digit    ? next < '0' || next > '9'
                : letter ? ascii_lower(next) < 'a' || ascii_lower(next) > 'z'
                         : next != ' ')
                break;
            i++;
        }
        if (digit)
            buf_add(out, i - from <= 2 ? S("[0-9]{1,2}") : S("[0-9]+"));
        else if (letter)
            buf_add(out, S("[A-Za-z]+"));
        else if (c == ' ')
            buf_add(out, S(" +"));
        else
            buf_printf(out, "%s%c", memchr(".+?*()[]{}|^$\\", c, 14) ? "\\" : "", c);
    }
}

void draft_put_field(const struct draft_token *tokens, uint32_t at, char next,
                     struct draft_names *names, struct arena *a, struct buf *out)
{
    const struct draft_token *t = &tokens[at];
    str name = unique(guess(tokens, at, names, a), names, a);
    const char *grok = kinds[t->kind].grok;

    if (grok) {
        buf_printf(out, "%%{%s:" STR_FMT "%s}", grok, STR_ARG(name),
                   t->kind == DRAFT_INT      ? ":int"
                   : t->kind == DRAFT_NUMBER ? ":float"
                                             : "");
        return;
    }
    buf_printf(out, "(?<" STR_FMT ">", STR_ARG(name));
    if (t->kind == DRAFT_TIME)
        put_time(t->text, out);
    else if (t->kind == DRAFT_REST)
        buf_add(out, S(".*"));
    else if (t->kind == DRAFT_QUOTED)
        buf_add(out, S("[^\"]*"));
    else if (next == '\0')
        buf_add(out, S("\\S+"));
    else
        buf_printf(out, "[^\\s%s%c]+", memchr("\\^]-[", next, 5) ? "\\" : "",
                   next == ' ' || next == '\t' ? '"' : next);
    buf_char(out, ')');
}
