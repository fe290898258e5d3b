#include "collect/line_cutter.h"

void line_cutter_init(struct line_cutter *c, char delimiter, bool utf16)
{
    *c = (struct line_cutter){
        .delimiter = delimiter, .utf16 = utf16, .kept = buf_make(INLET_RECORD_BYTES_MAX + 1)};
}

void line_cutter_done(struct line_cutter *c)
{
    buf_done(&c->kept);
}

void line_cutter_clear(struct line_cutter *c)
{
    buf_done(&c->kept);
    c->complete = c->cut = c->ended = false;
    c->raw = 0;
}

static size_t unit_of(const struct line_cutter *c)
{
    return c->utf16 ? 2 : 1;
}

static bool is_delimiter(const struct line_cutter *c, const char *unit)
{
    return unit[c->big_endian] == c->delimiter && unit[!c->big_endian] == 0;
}

/* Where the first delimiter of s begins; s.n when there is none. s begins with a whole unit. */
static size_t find_delimiter(const struct line_cutter *c, str s)
{
    if (!c->utf16) {
        const char *at = s.n ? memchr(s.p, c->delimiter, s.n) : NULL;
        return at ? (size_t)(at - s.p) : s.n;
    }
    for (size_t i = 0; i + 1 < s.n; i += 2)
        if (is_delimiter(c, s.p + i))
            return i;
    return s.n;
}

static void gather(struct line_cutter *c, str *rest, size_t n)
{
    c->raw += n;
    if (n)
        c->last = rest->p[n - 1];
    if (!c->cut && c->kept.n + n > INLET_RECORD_BYTES_MAX) {
        if (c->kept.n < RECORD_KEPT_BYTES) /* the chunk is longer than a record may be */
            buf_add(&c->kept, (str){rest->p, RECORD_KEPT_BYTES - c->kept.n});
        c->kept.n = RECORD_KEPT_BYTES;
        c->cut = true;
    }
    if (!c->cut)
        buf_add(&c->kept, (str){rest->p, n});
    *rest = str_from_at(*rest, n);
}

static void gathered(const struct line_cutter *c, struct line *ret)
{
    const size_t unit = c->ended ? 0 : unit_of(c);

    ret->raw = c->raw;
    ret->length = c->raw - unit;
    ret->text = (str){c->kept.p, c->cut ? c->kept.n : c->kept.n - unit};
    ret->whole = !c->ended;
}

/* The second byte of a unit whose first came with an earlier chunk. True: it ends the line. */
static bool mend_unit(struct line_cutter *c, str *rest)
{
    const char unit[2] = {c->last, rest->p[0]};

    gather(c, rest, 1);
    return is_delimiter(c, unit);
}

bool line_peek(struct line_cutter *c, str *rest, struct line *ret)
{
    const size_t unit = unit_of(c);

    if (!c->complete && rest->n && c->raw % unit == 1)
        c->complete = mend_unit(c, rest);
    if (c->complete) {
        gathered(c, ret);
        return true;
    }
    const size_t at = find_delimiter(c, *rest);
    if (at == rest->n) {
        gather(c, rest, rest->n);
        return false;
    }
    if (c->raw > 0 || at > INLET_RECORD_BYTES_MAX) {
        gather(c, rest, at + unit);
        c->complete = true;
        gathered(c, ret);
        return true;
    }
    *ret = (struct line){{rest->p, at}, at, at + unit, true};
    return true;
}

void line_take(struct line_cutter *c, str *rest, const struct line *line)
{
    if (c->complete) {
        if (c->kept.capacity > RECORD_KEPT_BYTES)
            buf_done(&c->kept);
        buf_clear(&c->kept);
        c->complete = c->cut = c->ended = false;
        c->raw = 0;
        return;
    }
    *rest = str_from_at(*rest, line->raw);
}

bool line_end(struct line_cutter *c)
{
    if (c->raw == 0)
        return false;
    if (!c->complete)
        c->complete = c->ended = true;
    return true;
}
