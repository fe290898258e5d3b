#include "dialect/audit_record.h"

#include "text/time.h"

enum { TYPE_BYTES_MAX = 64, NODE_BYTES_MAX = 255, STAMP_BYTES_MAX = 64 };

/* A word of at most `max` bytes, and the blanks behind it. */
static bool take_word(str *s, size_t max, str *ret)
{
    const char *end = s->n ? memchr(s->p, ' ', s->n) : NULL;
    size_t n = end ? (size_t)(end - s->p) : s->n;

    if (n == 0 || n > max)
        return false;
    *ret = (str){s->p, n};
    while (n < s->n && s->p[n] == ' ')
        n++;
    *s = str_from_at(*s, n);
    return true;
}

static bool take_text(str *s, str text)
{
    if (!str_starts(*s, text))
        return false;
    *s = str_from_at(*s, text.n);
    return true;
}

/* "1795514400.123:4711" */
static bool read_stamp(struct audit_record *r)
{
    str rest = r->stamp, seconds = str_cut(&rest, '.'), fraction = str_cut(&rest, ':');
    uint64_t s, f, number;
    int64_t unit = NS_PER_S;

    if (!str_u64(seconds, &s) || !str_u64(fraction, &f) || !str_u64(rest, &number) ||
        fraction.n > 9 || s > (uint64_t)(INT64_MAX / NS_PER_S - 1))
        return false;
    for (size_t i = 0; i < fraction.n; i++)
        unit /= 10;
    r->serial = rest;
    r->time_ns = (int64_t)s * NS_PER_S + (int64_t)f * unit;
    r->time_digits = (uint8_t)fraction.n;
    return true;
}

/* "[   12.345678] ": the kernel's uptime. */
static void skip_uptime(str *s)
{
    size_t n = 1;

    if (!s->n || s->p[0] != '[')
        return;
    while (n < s->n && (s->p[n] == ' ' || s->p[n] == '.' || (s->p[n] >= '0' && s->p[n] <= '9')))
        n++;
    if (n + 1 < s->n && s->p[n] == ']' && s->p[n + 1] == ' ')
        *s = str_from_at(*s, n + 2);
}

bool audit_record_read(const struct audit_book *b, str text, struct audit_record *ret)
{
    str s = text;

    *ret = (struct audit_record){0};
    skip_uptime(&s);
    (void)take_text(&s, S("audit: "));
    if (take_text(&s, S("node=")) && !take_word(&s, NODE_BYTES_MAX, &ret->node))
        return false;
    if (!take_text(&s, S("type=")) || !take_word(&s, TYPE_BYTES_MAX, &ret->type))
        return false;
    (void)take_text(&s, S("msg="));
    if (!take_text(&s, S("audit(")))
        return false;
    const char *end = memchr(s.p, ')', s.n < STAMP_BYTES_MAX ? s.n : STAMP_BYTES_MAX);
    if (!end)
        return false;
    ret->stamp = (str){s.p, (size_t)(end - s.p)};
    s = str_from_at(s, ret->stamp.n + 1);
    (void)take_text(&s, S(" "));
    if (!take_text(&s, S(":")) || !read_stamp(ret))
        return false;
    ret->body = str_from_at(s, s.n && s.p[0] == ' ');
    ret->kind = b ? audit_type_of(b, ret->type) : NULL;
    return true;
}
