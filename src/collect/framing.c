#include "collect/framing.h"

#include "base/buf.h"

void framing_init(struct framing *f, struct inlet *in, struct origin *from, bool lines_only)
{
    *f = (struct framing){.inlet = in, .origin = from, .lines_only = lines_only};
    f->bytes = buf_make(4 * (size_t)INLET_RECORD_BYTES_MAX);
}

void framing_done(struct framing *f)
{
    buf_done(&f->bytes);
}

char *framing_room(struct framing *f, size_t n)
{
    char *room = buf_room(&f->bytes, n);

    assert(room); /* framing_take() leaves less than a record's limit */
    return room;
}

bool framing_is_empty(const struct framing *f)
{
    return f->bytes.n == 0 && f->skip == 0 && !f->skip_line;
}

/* One look at the front of the bytes. */
struct frame_view {
    size_t head;    /* bytes of the count and its space */
    uint64_t count; /* 0: it goes to the line's end */
    bool unsure;    /* too few bytes to tell */
};

static struct frame_view look(const struct framing *f, str s)
{
    struct frame_view v = {0};
    size_t digits = 0;

    while (digits < s.n && digits <= FRAME_COUNT_DIGITS_MAX && s.p[digits] >= '0' &&
           s.p[digits] <= '9')
        digits++;
    if (f->lines_only || digits == 0 || digits > FRAME_COUNT_DIGITS_MAX || s.p[0] == '0')
        return v;
    if (digits + 1 >= s.n) { /* the space, and what follows it, may still come */
        v.unsure = digits == s.n || s.p[digits] == ' ';
        return v;
    }
    if (s.p[digits] != ' ' || (s.p[digits + 1] != '<' && !f->has_counted))
        return v;
    v.head = digits + 1;
    if (!str_u64((str){s.p, digits}, &v.count))
        v.count = 0;
    return v;
}

static str without_cr(str record)
{
    return record.n && record.p[record.n - 1] == '\r' ? (str){record.p, record.n - 1} : record;
}

/* Adds a record; empty ones are none. */
static bool give(struct framing *f, str record, uint64_t length)
{
    if (record.n == 0)
        return true;
    if (length > record.n)
        return inlet_add_cut(f->inlet, f->origin, record, length);
    return inlet_add(f->inlet, f->origin, record);
}

/* The first line feed or NUL; s.n when there is none. */
static size_t line_end(str s)
{
    const char *feed = s.n ? memchr(s.p, '\n', s.n) : NULL;
    const size_t n = feed ? (size_t)(feed - s.p) : s.n;
    const char *nul = n ? memchr(s.p, '\0', n) : NULL;

    return nul ? (size_t)(nul - s.p) : n;
}

enum step { STEP_TAKEN, STEP_MORE, STEP_WAIT };

/* A counted frame at the front. */
static enum step counted(struct framing *f, str s, const struct frame_view *v, size_t *used)
{
    const str body = str_from_at(s, v->head);

    if (v->count > INLET_RECORD_BYTES_MAX) {
        if (body.n < RECORD_KEPT_BYTES)
            return STEP_MORE;
        if (!give(f, (str){body.p, RECORD_KEPT_BYTES}, v->count))
            return STEP_WAIT;
        f->skip = v->count - RECORD_KEPT_BYTES;
        *used = v->head + RECORD_KEPT_BYTES;
        f->has_counted = true;
        return STEP_TAKEN;
    }
    if (body.n < v->count)
        return STEP_MORE;
    str record = {body.p, (size_t)v->count};
    while (record.n && (record.p[record.n - 1] == '\n' || record.p[record.n - 1] == '\0'))
        record.n--;
    if (!give(f, without_cr(record), 0))
        return STEP_WAIT;
    *used = v->head + (size_t)v->count;
    f->has_counted = true;
    return STEP_TAKEN;
}

/* A line at the front. */
static enum step lined(struct framing *f, str s, size_t *used)
{
    const size_t n = line_end(s);

    if (n == s.n && n <= INLET_RECORD_BYTES_MAX)
        return STEP_MORE;
    if (n == s.n) { /* too long, and its end is not yet there */
        if (!give(f, (str){s.p, RECORD_KEPT_BYTES}, n))
            return STEP_WAIT;
        f->skip_line = true;
        *used = n;
        return STEP_TAKEN;
    }
    if (!give(f, without_cr((str){s.p, n}), 0))
        return STEP_WAIT;
    if (f->has_counted && n && s.p[0] != '<')
        inlet_fault(f->inlet, FAULT_framing, 1, (str){s.p, n});
    *used = n + 1;
    return STEP_TAKEN;
}

static enum step step(struct framing *f, str s, size_t *used)
{
    *used = 0;
    if (f->skip) {
        *used = f->skip < s.n ? (size_t)f->skip : s.n;
        f->skip -= *used;
        return *used ? STEP_TAKEN : STEP_MORE;
    }
    if (f->skip_line) {
        const size_t n = line_end(s);
        f->skip_line = n == s.n;
        *used = f->skip_line ? n : n + 1;
        return *used ? STEP_TAKEN : STEP_MORE;
    }
    if (s.n && (s.p[0] == '\n' || s.p[0] == '\0' || s.p[0] == '\r')) { /* between frames */
        *used = 1;
        return STEP_TAKEN;
    }
    const struct frame_view v = look(f, s);
    if (v.unsure)
        return STEP_MORE;
    return v.count ? counted(f, s, &v, used) : lined(f, s, used);
}

bool framing_take(struct framing *f, size_t n)
{
    size_t at = 0, used;
    enum step s = STEP_TAKEN;

    f->bytes.n += n;
    while (at < f->bytes.n && s == STEP_TAKEN) {
        s = step(f, str_from_at(buf_str(&f->bytes), at), &used);
        at += used;
    }
    if (at) {
        memmove(f->bytes.p, f->bytes.p + at, f->bytes.n - at);
        f->bytes.n -= at;
    }
    if (f->bytes.n == 0) /* thousands of idle connections keep nothing */
        buf_done(&f->bytes);
    return s != STEP_WAIT;
}

bool framing_end(struct framing *f)
{
    if (!framing_take(f, 0))
        return false;
    if (f->bytes.n == 0)
        return true;
    const str rest = buf_str(&f->bytes);
    const struct frame_view v = look(f, rest);
    str record = str_from_at(rest, v.count ? v.head : 0);
    const uint64_t length = record.n > INLET_RECORD_BYTES_MAX ? record.n : 0;
    if (length)
        record.n = RECORD_KEPT_BYTES;
    if (!give(f, length ? record : without_cr(record), length))
        return false;
    if (v.count)
        inlet_fault(f->inlet, FAULT_partial, 1, record);
    f->bytes.n = 0;
    return true;
}
