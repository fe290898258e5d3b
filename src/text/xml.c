/*
 * xml.c - XML 1.0 (W3C, fifth edition) as tokens, for documents that programs
 * write: elements, attributes, text, CDATA, the five named and the numeric
 * references. Comments, processing instructions and a DOCTYPE are passed over;
 * nothing that a DOCTYPE declares has an effect. A reference that is none of
 * these stays as it is written. Bytes that are not UTF-8 become U+FFFD.
 */
#include "text/xml.h"

#include "text/utf8.h"

enum { REFERENCE_BYTES_MAX = 12 }; /* between & and ; */

void xml_init(struct xml *x, str text, struct arena *a)
{
    *x = (struct xml){.text = text, .arena = a};
}

static void fail(struct xml *x, struct xml_token *t, size_t at, const char *why)
{
    x->at = at;
    x->error = why;
    t->kind = XML_ERROR;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t blank_end(str s, size_t at)
{
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

static size_t name_end(str s, size_t at)
{
    while (at < s.n && !is_blank(s.p[at]) && !memchr("=/><\"'", s.p[at], 6))
        at++;
    return at;
}

/* The code point of a numeric reference without & and ;, or 0. */
static uint32_t numeric(str name)
{
    bool hex = str_starts(name, S("#x")) || str_starts(name, S("#X"));
    uint32_t value = 0, base = hex ? 16 : 10;

    if (name.n <= 1u + hex)
        return 0;
    for (size_t i = 1u + hex; i < name.n; i++) {
        char c = ascii_lower(name.p[i]);
        uint32_t digit = c >= '0' && c <= '9'          ? (uint32_t)(c - '0')
                         : hex && c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                                                       : base;
        if (digit >= base)
            return 0;
        value = value * base + digit;
        if (value > 0x10FFFF)
            return UTF8_REPLACEMENT;
    }
    return value == 0 || (value >= 0xD800 && value <= 0xDFFF) ? UTF8_REPLACEMENT : value;
}

/* The code point that the reference at the front of s (an ampersand) stands for, or 0. */
static uint32_t reference(str s, size_t *length)
{
    static const struct {
        str name;
        char means;
    } named[] = {
        {S("lt"), '<'}, {S("gt"), '>'}, {S("amp"), '&'}, {S("quot"), '"'}, {S("apos"), '\''},
    };
    size_t limit = s.n < REFERENCE_BYTES_MAX ? s.n : REFERENCE_BYTES_MAX;
    const char *end = memchr(s.p, ';', limit);

    if (!end)
        return 0;
    str name = {s.p + 1, (size_t)(end - s.p) - 1};
    *length = name.n + 2;
    if (name.n && name.p[0] == '#')
        return numeric(name);
    for (size_t i = 0; i < countof(named); i++)
        if (str_eq(name, named[i].name))
            return (uint32_t)named[i].means;
    return 0;
}

/* Valid UTF-8 with references replaced, if `references` says so. */
static str unescape(str s, bool references, struct arena *a)
{
    bool valid = utf8_valid(s);

    if (valid && (!references || s.n == 0 || !memchr(s.p, '&', s.n)))
        return s;

    /* No reference is shorter than what it stands for; an invalid byte becomes three. */
    char *out = arena_bytes(a, valid ? s.n : s.n * 3);
    size_t n = 0;
    while (s.n) {
        size_t length = 0;
        uint32_t code_point = references && s.p[0] == '&' ? reference(s, &length) : 0;
        if (code_point)
            s = str_from_at(s, length);
        else
            code_point = utf8_next(&s);
        n += utf8_put(code_point, out + n);
    }
    return (str){out, n};
}

/* Passes over what begins at x->at with `<!` or `<?`. False when it does not end. */
static bool skip_declaration(struct xml *x)
{
    static const struct {
        str start, end;
    } kinds[] = {{S("<!--"), S("-->")}, {S("<?"), S("?>")}};
    str rest = str_from_at(x->text, x->at);

    for (size_t i = 0; i < countof(kinds); i++) {
        if (!str_starts(rest, kinds[i].start))
            continue;
        const char *end = str_find(str_from_at(rest, kinds[i].start.n), kinds[i].end);
        if (!end)
            return false;
        x->at = (size_t)(end - x->text.p) + kinds[i].end.n;
        return true;
    }
    /* DOCTYPE: brackets hold its internal subset, quotes hide both. */
    char quote = 0;
    bool subset = false;
    for (size_t i = 2; i < rest.n; i++) {
        char c = rest.p[i];
        if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[' || c == ']') {
            subset = c == '[';
        } else if (c == '>' && !subset) {
            x->at += i + 1;
            return true;
        }
    }
    return false;
}

/* One attribute at x->at (its name's first byte). */
static bool attribute(struct xml *x, struct xml_token *t)
{
    str s = x->text;
    size_t from = x->at, to = name_end(s, from), at = blank_end(s, to);

    if (to == from || at == s.n || s.p[at] != '=') {
        fail(x, t, at, "an attribute without a value");
        return false;
    }
    at = blank_end(s, at + 1);
    if (at == s.n || (s.p[at] != '"' && s.p[at] != '\'')) {
        fail(x, t, at, "an attribute value without quotes");
        return false;
    }
    const char *end = memchr(s.p + at + 1, s.p[at], s.n - at - 1);
    if (!end) {
        fail(x, t, s.n, "ends inside an attribute");
        return false;
    }
    if (t->attribute_count == XML_ATTRIBUTES_MAX) {
        fail(x, t, from, "too many attributes");
        return false;
    }
    str value = {s.p + at + 1, (size_t)(end - s.p) - at - 1};
    t->attributes[t->attribute_count++] = (struct xml_attribute){
        .name = {s.p + from, to - from},
        .value = unescape(value, true, x->arena),
    };
    x->at = (size_t)(end - s.p) + 1;
    return true;
}

static void open_tag(struct xml *x, struct xml_token *t)
{
    str s = x->text;
    size_t from = x->at + 1, to = name_end(s, from);

    if (to == from) {
        fail(x, t, from, to == s.n ? "ends inside a tag" : "a tag without a name");
        return;
    }
    if (x->depth == XML_DEPTH_MAX) {
        fail(x, t, x->at, "nested too deep");
        return;
    }
    t->kind = XML_OPEN;
    t->name = (str){s.p + from, to - from};
    x->at = to;
    for (;;) {
        x->at = blank_end(s, x->at);
        str rest = str_from_at(s, x->at);
        if (rest.n == 0) {
            fail(x, t, s.n, "ends inside a tag");
            return;
        }
        x->self_closed = str_starts(rest, S("/>"));
        if (x->self_closed || rest.p[0] == '>') {
            x->at += x->self_closed ? 2 : 1;
            x->open[x->depth++] = t->name;
            return;
        }
        if (!attribute(x, t))
            return;
    }
}

static void close_tag(struct xml *x, struct xml_token *t)
{
    str s = x->text;
    size_t from = x->at + 2, to = name_end(s, from), at = blank_end(s, to);

    t->name = (str){s.p + from, to - from};
    if (at == s.n) {
        fail(x, t, at, "ends inside a tag");
        return;
    }
    if (s.p[at] != '>' || x->depth == 0 || !str_eq(t->name, x->open[x->depth - 1])) {
        fail(x, t, x->at, "a closing tag that fits no open one");
        return;
    }
    x->depth--;
    x->at = at + 1;
    t->kind = XML_CLOSE;
}

static void cdata(struct xml *x, struct xml_token *t)
{
    size_t from = x->at + S("<![CDATA[").n;
    const char *end = str_find(str_from_at(x->text, from), S("]]>"));

    if (!end) {
        fail(x, t, x->text.n, "ends inside CDATA");
        return;
    }
    str inside = {x->text.p + from, (size_t)(end - x->text.p) - from};
    t->kind = XML_TEXT;
    t->text = unescape(inside, false, x->arena);
    x->at = from + inside.n + S("]]>").n;
}

static void text(struct xml *x, struct xml_token *t)
{
    str rest = str_from_at(x->text, x->at);
    const char *end = memchr(rest.p, '<', rest.n);

    if (end)
        rest.n = (size_t)(end - rest.p);
    t->kind = XML_TEXT;
    t->text = unescape(rest, true, x->arena);
    x->at += rest.n;
}

void xml_next(struct xml *x, struct xml_token *ret)
{
    ret->attribute_count = 0;
    ret->name = ret->text = (str){0};
    if (x->error) {
        ret->kind = XML_ERROR;
        return;
    }
    if (x->self_closed) {
        x->self_closed = false;
        ret->kind = XML_CLOSE;
        ret->name = x->open[--x->depth];
        return;
    }
    for (;;) {
        if (x->depth == 0) /* between elements white space means nothing */
            x->at = blank_end(x->text, x->at);
        str rest = str_from_at(x->text, x->at);
        if (rest.n == 0) {
            ret->kind = XML_END;
            if (x->depth)
                fail(x, ret, x->at, "ends inside an element");
            return;
        }
        if (rest.p[0] != '<') {
            if (x->depth == 0)
                fail(x, ret, x->at, "text outside of elements");
            else
                text(x, ret);
            return;
        }
        if (str_starts(rest, S("<![CDATA["))) {
            cdata(x, ret);
            return;
        }
        if (!str_starts(rest, S("<!")) && !str_starts(rest, S("<?")))
            break;
        if (!skip_declaration(x)) {
            fail(x, ret, x->text.n, "ends inside a comment or declaration");
            return;
        }
    }
    if (str_starts(str_from_at(x->text, x->at), S("</")))
        close_tag(x, ret);
    else
        open_tag(x, ret);
}
