#include "collect/record_stream.h"

#include "text/utf8.h"

void record_stream_init(struct record_stream *s, const struct stream_rule *rule, struct inlet *in,
                        struct origin *from, uint64_t offset)
{
    *s = (struct record_stream){.rule = rule,
                                .inlet = in,
                                .origin = from,
                                .offset = offset,
                                .position = offset,
                                .text = buf_make(2 * (size_t)INLET_RECORD_BYTES_MAX)};
    line_cutter_init(&s->lines, rule->delimiter, rule->utf16);
    joiner_init(&s->joined);
}

void record_stream_done(struct record_stream *s)
{
    line_cutter_done(&s->lines);
    joiner_done(&s->joined);
    buf_done(&s->text);
}

void record_stream_rewind(struct record_stream *s, uint64_t offset)
{
    line_cutter_clear(&s->lines);
    joiner_clear(&s->joined);
    s->offset = s->position = offset;
}

void record_stream_begins(struct record_stream *s, str head)
{
    s->lines.big_endian = s->rule->utf16 && head.n && (uint8_t)head.p[0] == 0xFE;
}

static str without_mark(str text)
{
    return str_starts(text, S("\xEF\xBB\xBF")) ? str_from_at(text, 3) : text;
}

/* The line as a record has it: in UTF-8, without a carriage return and a byte order mark. */
static str line_text(struct record_stream *s, const struct line *line)
{
    const bool cut = line->length > line->text.n;
    str text = line->text;

    if (s->rule->utf16) {
        const size_t units = text.n / 2;
        buf_clear(&s->text);
        char *out = buf_room(&s->text, 3 * units + 1);
        assert(out); /* a line has at most INLET_RECORD_BYTES_MAX bytes */
        text =
            (str){out, utf8_from_utf16((const uint8_t *)text.p, units, s->lines.big_endian, out)};
    }
    if (s->position == 0)
        text = without_mark(text);
    if (!cut && s->rule->delimiter == '\n' && text.n && text.p[text.n - 1] == '\r')
        text.n--;
    return text;
}

/* `length`: bytes of the whole record; more than text.n when the rest was not kept. */
static bool hand(struct record_stream *s, str text, uint64_t length, uint64_t end)
{
    const bool cut = length > text.n || text.n > INLET_RECORD_BYTES_MAX;

    if (cut && text.n > RECORD_KEPT_BYTES)
        text.n = RECORD_KEPT_BYTES;
    if (text.n == 0) { /* an empty line is no record */
        s->offset = end;
        return true;
    }
    if (cut ? !inlet_add_cut(s->inlet, s->origin, text, length)
            : !inlet_add(s->inlet, s->origin, text))
        return false;
    s->offset = end;
    if (s->handed)
        s->handed(s->ctx);
    return true;
}

static bool hand_joined(struct record_stream *s)
{
    if (s->joined.lines == 0)
        return true;
    if (!hand(s, buf_str(&s->joined.text), s->joined.text.n, s->position))
        return false;
    joiner_clear(&s->joined);
    return true;
}

static bool take_joined(struct record_stream *s, const struct line *line, str text)
{
    const struct multiline *m = s->rule->multiline;

    if (joiner_ends_before(m, &s->joined, text) && !hand_joined(s))
        return false;
    if (line->length > line->text.n) { /* longer than any record: joined with nothing */
        if (!hand_joined(s) || !hand(s, text, line->length, s->position + line->raw))
            return false;
        s->position += line->raw;
        return true;
    }
    joiner_put(m, &s->joined, text, s->fed_ns);
    s->position += line->raw;
    return true;
}

static bool take_line(struct record_stream *s, const struct line *line)
{
    const str text = line_text(s, line);
    const bool cut = line->length > line->text.n;

    if (s->rule->multiline)
        return take_joined(s, line, text);
    if (!hand(s, text, cut ? line->length : text.n, s->position + line->raw))
        return false;
    s->position += line->raw;
    return true;
}

bool record_stream_feed(struct record_stream *s, str *rest)
{
    struct line line;

    if (rest->n)
        s->fed_ns = inlet_steady_ns(s->inlet);
    if (rest->n && record_stream_next(s) == 0)
        record_stream_begins(s, *rest);
    if (s->joined.over && !hand_joined(s))
        return false;
    while (line_peek(&s->lines, rest, &line)) {
        if (!take_line(s, &line))
            return false;
        if (!line.whole)
            inlet_fault(s->inlet, FAULT_partial, 1, s->origin->name);
        line_take(&s->lines, rest, &line);
        if (s->joined.over && !hand_joined(s))
            return false;
    }
    return true;
}

bool record_stream_end(struct record_stream *s)
{
    str nothing = {0};

    line_end(&s->lines);
    return record_stream_feed(s, &nothing) && hand_joined(s);
}

bool record_stream_flush(struct record_stream *s, int64_t steady_ns)
{
    const struct multiline *m = s->rule->multiline;

    if (!m || s->joined.lines == 0 || steady_ns - s->joined.since_ns < multiline_flush_ns(m))
        return true;
    return hand_joined(s);
}
