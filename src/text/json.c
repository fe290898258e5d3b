/*
 * json.c - JSON text (RFC 8259) as tokens.
 *
 * One pass, no recursion: the open levels are a bit each (object or array), and
 * `expect` says which tokens may follow. Strings are scanned eight bytes at a
 * time for the three kinds of byte that matter: quote, backslash, non-ASCII.
 * Windows paths and messages are full of escapes: what stands between two of them
 * is copied in the same steps.
 */
#include "text/json.h"

#include "text/utf8.h"

#include <endian.h>

enum expect {
    EXPECT_VALUE,        /* at the start, after a colon, after a comma in an array */
    EXPECT_VALUE_OR_END, /* after [ */
    EXPECT_KEY,          /* after a comma in an object */
    EXPECT_KEY_OR_END,   /* after { */
    EXPECT_COMMA_OR_END, /* after a value */
    EXPECT_NOTHING,      /* an error was met */
};

enum { STEP = sizeof(uint64_t) };

#define EACH_BYTE(b) (0x0101010101010101ull * (uint64_t)(b))

/* The top bit of a byte of the result is set where x has a zero byte, and perhaps in bytes behind
 * the first such one (a borrow runs on), so that the first one set is exact. */
static inline uint64_t zero_bytes(uint64_t x)
{
    return (x - EACH_BYTE(0x01)) & ~x & EACH_BYTE(0x80);
}

static inline uint64_t load(const char *p)
{
    uint64_t word;

    memcpy(&word, p, STEP);
    return le64toh(word); /* the first byte of the text is the lowest of the word */
}

/* How many bytes of a loaded word stand before the first one that is marked. */
static inline size_t bytes_before(uint64_t marks)
{
    return (size_t)__builtin_ctzll(marks) / 8;
}

void json_init(struct json *j, str text)
{
    *j = (struct json){.text = text, .expect = EXPECT_VALUE};
}

static struct json_token fail(struct json *j, size_t at, const char *why)
{
    j->at = at;
    j->error = why;
    j->expect = EXPECT_NOTHING;
    return (struct json_token){.kind = JSON_ERROR};
}

static bool in_object(const struct json *j)
{
    uint32_t level = j->depth - 1;

    return j->depth > 0 && (j->is_object[level / 64] >> (level % 64) & 1);
}

static size_t blank_end(str s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\n' || s.p[at] == '\r' || s.p[at] == '\t'))
        at++;
    return at;
}

static struct json_token open_level(struct json *j, bool object)
{
    if (j->depth == JSON_DEPTH_MAX)
        return fail(j, j->at, "nested too deep");

    uint64_t bit = 1ull << (j->depth % 64);
    if (object)
        j->is_object[j->depth / 64] |= bit;
    else
        j->is_object[j->depth / 64] &= ~bit;
    j->depth++;
    j->at++;
    j->expect = object ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
    return (struct json_token){.kind = object ? JSON_OBJECT : JSON_ARRAY};
}

static struct json_token close_level(struct json *j)
{
    bool object = in_object(j);

    j->depth--;
    j->at++;
    j->expect = EXPECT_COMMA_OR_END;
    return (struct json_token){.kind = object ? JSON_OBJECT_END : JSON_ARRAY_END};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of one hexadecimal digit, or -1. */
static int hex_value(char c)
{
    char low = ascii_lower(c);

    if (is_digit(c))
        return c - '0';
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* Four hexadecimal digits at the front of s, or -1. */
static int32_t hex4(str s)
{
    int32_t value = 0;

    if (s.n < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_value(s.p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The length of the escape at `at` (a backslash); 0 when it is none of RFC 8259, section 7. */
static size_t escape_length(str s, size_t at)
{
    if (at + 1 >= s.n)
        return 0;
    if (s.p[at + 1] == 'u')
        return hex4(str_from_at(s, at + 2)) < 0 ? 0 : 6;
    return memchr("\"\\/bfnrt", s.p[at + 1], 8) ? 2 : 0;
}

/* The next quote or backslash, or the end. Notes whether a byte on the way is not ASCII. */
static size_t string_stop(str s, size_t at, bool *not_ascii)
{
    uint64_t seen = 0;

    while (at + STEP <= s.n) {
        uint64_t word = load(s.p + at);
        uint64_t marks = zero_bytes(word ^ EACH_BYTE('"')) | zero_bytes(word ^ EACH_BYTE('\\'));
        if (marks) {
            size_t end = at + bytes_before(marks);
            while (at < end)
                seen |= (uint64_t)(unsigned char)s.p[at++];
            *not_ascii |= (seen & EACH_BYTE(0x80)) != 0;
            return at;
        }
        seen |= word;
        at += STEP;
    }
    while (at < s.n && s.p[at] != '"' && s.p[at] != '\\')
        seen |= (uint64_t)(unsigned char)s.p[at++];
    *not_ascii |= (seen & EACH_BYTE(0x80)) != 0;
    return at;
}

/* The string whose opening quote is at j->at. */
static struct json_token read_string(struct json *j, enum json_token_kind kind)
{
    size_t from = j->at + 1, at = from;
    struct json_token t = {.kind = kind};
    bool not_ascii = false;

    for (;;) {
        at = string_stop(j->text, at, &not_ascii);
        if (at == j->text.n)
            return fail(j, at, "ends inside a string");
        if (j->text.p[at] == '"')
            break;
        size_t length = escape_length(j->text, at);
        if (length == 0)
            return at + 6 > j->text.n && !memchr(j->text.p + at, '"', j->text.n - at)
                       ? fail(j, j->text.n, "ends inside a string")
                       : fail(j, at, "a bad escape in a string");
        t.escaped = true;
        at += length;
    }
    t.text = (str){j->text.p + from, at - from};
    if (not_ascii && !t.escaped)
        t.escaped = !utf8_valid(t.text);
    j->at = at + 1;
    return t;
}

static size_t digits_end(str s, size_t at)
{
    while (at < s.n && is_digit(s.p[at]))
        at++;
    return at;
}

static struct json_token read_number(struct json *j)
{
    str s = j->text;
    size_t at = j->at + (s.p[j->at] == '-'), from = at;

    at = digits_end(s, at);
    if (at == from)
        return fail(j, at, "a number without digits");
    if (s.p[from] == '0' && at > from + 1)
        return fail(j, from, "a number with a leading zero");
    if (at < s.n && s.p[at] == '.') {
        from = at + 1;
        at = digits_end(s, from);
        if (at == from)
            return fail(j, at, "a number without digits after its point");
    }
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        from = at + 1;
        from += from < s.n && (s.p[from] == '+' || s.p[from] == '-');
        at = digits_end(s, from);
        if (at == from)
            return fail(j, at, "a number without digits in its exponent");
    }
    struct json_token t = {.kind = JSON_NUMBER, .text = {s.p + j->at, at - j->at}};
    j->at = at;
    j->expect = EXPECT_COMMA_OR_END;
    return t;
}

static struct json_token read_word(struct json *j, str word, enum json_token_kind kind)
{
    if (!str_starts(str_from_at(j->text, j->at), word))
        return fail(j, j->at, "not a JSON value");
    j->at += word.n;
    j->expect = EXPECT_COMMA_OR_END;
    return (struct json_token){.kind = kind};
}

static struct json_token read_value(struct json *j)
{
    if (j->at == j->text.n)
        return fail(j, j->at, "ends before a value");

    char c = j->text.p[j->at];
    switch (c) {
    case '{':
    case '[':
        return open_level(j, c == '{');
    case '"':
        j->expect = EXPECT_COMMA_OR_END;
        return read_string(j, JSON_STRING);
    case 't':
        return read_word(j, S("true"), JSON_TRUE);
    case 'f':
        return read_word(j, S("false"), JSON_FALSE);
    case 'n':
        return read_word(j, S("null"), JSON_NULL);
    default:
        return c == '-' || is_digit(c) ? read_number(j) : fail(j, j->at, "not a JSON value");
    }
}

/* A key and the colon behind it. */
static struct json_token read_key(struct json *j)
{
    if (j->at == j->text.n)
        return fail(j, j->at, "ends inside an object");
    if (j->text.p[j->at] != '"')
        return fail(j, j->at, "a key without quotes");

    struct json_token t = read_string(j, JSON_KEY);
    if (t.kind == JSON_ERROR)
        return t;
    j->at = blank_end(j->text, j->at);
    if (j->at == j->text.n)
        return fail(j, j->at, "ends inside an object");
    if (j->text.p[j->at] != ':')
        return fail(j, j->at, "a key without a colon");
    j->at++;
    j->expect = EXPECT_VALUE;
    return t;
}

/* After a value: the end of the level, of the text, or a comma and what follows it. */
static struct json_token read_on(struct json *j)
{
    bool object = in_object(j), over = j->at == j->text.n;

    if (j->depth == 0)
        return over ? (struct json_token){.kind = JSON_END}
                    : fail(j, j->at, "something follows the value");
    if (over)
        return fail(j, j->at, object ? "ends inside an object" : "ends inside an array");
    if (j->text.p[j->at] == (object ? '}' : ']'))
        return close_level(j);
    if (j->text.p[j->at] != ',')
        return fail(j, j->at, "no comma between two values");
    j->at = blank_end(j->text, j->at + 1);
    return object ? read_key(j) : read_value(j);
}

struct json_token json_next(struct json *j)
{
    assert(j->depth <= JSON_DEPTH_MAX && j->at <= j->text.n);
    if (j->expect == EXPECT_NOTHING)
        return (struct json_token){.kind = JSON_ERROR};

    j->at = blank_end(j->text, j->at);
    char c = j->at < j->text.n ? j->text.p[j->at] : '\0';
    switch (j->expect) {
    case EXPECT_VALUE_OR_END:
        return c == ']' ? close_level(j) : read_value(j);
    case EXPECT_KEY_OR_END:
        return c == '}' ? close_level(j) : read_key(j);
    case EXPECT_KEY:
        return read_key(j);
    case EXPECT_COMMA_OR_END:
        return read_on(j);
    default:
        return read_value(j);
    }
}

bool json_skip(struct json *j, struct json_token t)
{
    if (t.kind != JSON_OBJECT && t.kind != JSON_ARRAY)
        return t.kind != JSON_ERROR;

    uint32_t outside = j->depth - 1;
    while (j->depth > outside)
        if (json_next(j).kind == JSON_ERROR)
            return false;
    return true;
}

/* The code point of the \u escape at *at, a surrogate pair being one; moves *at behind it. */
static uint32_t unescape_unicode(str s, size_t *at)
{
    uint32_t unit = (uint32_t)hex4(str_from_at(s, *at + 2));

    *at += 6;
    if (unit < 0xD800 || unit > 0xDFFF)
        return unit;
    if (unit <= 0xDBFF && str_starts(str_from_at(s, *at), S("\\u"))) {
        int32_t low = hex4(str_from_at(s, *at + 2));
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *at += 6;
            return 0x10000 + ((unit - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
        }
    }
    return UTF8_REPLACEMENT;
}

static char unescape_letter(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c; /* quote, backslash, slash */
    }
}

/* Copies what stands before the next backslash, or all of s; out has room for STEP bytes more. */
static size_t copy_run(str s, size_t at, char *out)
{
    size_t from = at;

    while (at + STEP <= s.n) {
        uint64_t marks = zero_bytes(load(s.p + at) ^ EACH_BYTE('\\'));
        memcpy(out + (at - from), s.p + at, STEP);
        if (marks)
            return at + bytes_before(marks) - from;
        at += STEP;
    }
    for (; at < s.n && s.p[at] != '\\'; at++)
        out[at - from] = s.p[at];
    return at - from;
}

/* What an invalid string holds up to the next backslash, with U+FFFD for each invalid byte. */
static size_t repair_run(str s, size_t *at, char *out)
{
    str rest = str_from_at(s, *at);
    const char *end = memchr(rest.p, '\\', rest.n);
    size_t n = 0;

    if (end)
        rest.n = (size_t)(end - rest.p);
    *at += rest.n;
    while (rest.n)
        n += utf8_put(utf8_next(&rest), out + n);
    return n;
}

size_t json_unescape(str inside, char *out)
{
    bool valid = utf8_valid(inside);
    size_t n = 0, at = 0;

    while (at < inside.n) {
        if (inside.p[at] == '\\') {
            assert(at + 1 < inside.n);
            if (inside.p[at + 1] == 'u') {
                n += utf8_put(unescape_unicode(inside, &at), out + n);
            } else {
                out[n++] = unescape_letter(inside.p[at + 1]);
                at += 2;
            }
        } else if (valid) {
            size_t run = copy_run(inside, at, out + n);
            at += run;
            n += run;
        } else {
            n += repair_run(inside, &at, out + n);
        }
    }
    return n;
}

str json_string(struct json_token t, struct arena *a)
{
    if (!t.escaped)
        return t.text;
    char *out = arena_bytes(a, json_unescape_room(t.text.n));
    return (str){out, json_unescape(t.text, out)};
}
