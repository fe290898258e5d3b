/*
 * json_split.c - the sequential state machine that finds records in JSON bytes.
 *
 * Logs are mostly one object a line, so a line is the first guess: when its last
 * significant byte shows that a value goes on ({ [ , :), or no line end comes
 * within JSON_HELD_MAX, the brackets decide instead.
 *
 * Broken input must not swallow its neighbours. In lines it cannot. Among
 * brackets the machine checks what it can see cheaply, that values are separated
 * and brackets fit; at the first violation it seeks a place where a record
 * plausibly begins: a { at the left edge, or in an array also a { behind "}," at the
 * column where elements begin.
 */
#include "formats/json_split.h"

#include "formats/json_envelope.h"

enum split_state {
    SPLIT_BETWEEN,
    SPLIT_LINE,   /* looking for the end of the line */
    SPLIT_JUNK,   /* the same, in a line too long to be held */
    SPLIT_VALUE,  /* counting brackets */
    SPLIT_STRING, /* in a string of the value */
    SPLIT_SEEK,   /* the value is broken */
    SPLIT_TAIL,
    SPLIT_TAIL_STRING,
};
enum split_before { BEFORE_OPEN, BEFORE_COMMA, BEFORE_COLON, BEFORE_SCALAR, BEFORE_VALUE };
enum split_step { STEP_MORE, STEP_ON, STEP_PIECE };

enum { KINDS_KEPT = 128 };

uint32_t json_place_pack(struct json_place place)
{
    return (uint32_t)place.phase | (uint32_t)place.base << 8 | (uint32_t)place.column << 16 |
           (uint32_t)place.by_element << 24 | (uint32_t)place.line_start << 25;
}

struct json_place json_place_unpack(uint32_t context)
{
    return (struct json_place){
        .phase = (uint8_t)context,
        .base = (uint8_t)(context >> 8),
        .column = (uint8_t)(context >> 16),
        .by_element = context >> 24 & 1,
        .line_start = context >> 25 & 1,
    };
}

void json_split_init(struct json_split *s, struct json_place place)
{
    *s = (struct json_split){.place = place, .boundary_place = place};
    s->line_clean = place.line_start;
    s->state = place.phase == JSON_TAIL ? SPLIT_TAIL : SPLIT_BETWEEN;
    s->depth = place.phase == JSON_TAIL ? place.base : 0;
}

void json_split_init_at(struct json_split *s, struct json_place place, size_t at)
{
    json_split_init(s, place);
    s->at = s->from = s->boundary = s->no_line_end = at;
    s->line_from = (int64_t)at;
}

static size_t less(size_t a, size_t k)
{
    return a > k ? a - k : 0;
}

void json_split_moved(struct json_split *s, size_t k)
{
    if (k > s->from)
        s->no_envelope = true;
    s->from = less(s->from, k);
    s->at = less(s->at, k);
    s->boundary = less(s->boundary, k);
    s->hold = less(s->hold, k);
    s->no_line_end = less(s->no_line_end, k);
    s->line_from -= (int64_t)k;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* The end of s[from, to) without white space and NULs. */
static size_t trimmed(str text, size_t from, size_t to)
{
    while (to > from && is_blank(text.p[to - 1]))
        to--;
    return to;
}

static void note_line_at(struct json_split *s, size_t at)
{
    s->line_from = (int64_t)at;
    s->line_clean = true;
}

static void note_line(struct json_split *s)
{
    note_line_at(s, s->at + 1);
}

/* Nothing is open at `at`: what lies before can be handed out. Indentation is kept together with
 * what it indents, as columns count. */
static void tell_boundary(struct json_split *s)
{
    if (s->at < s->hold)
        return;
    s->boundary_place = s->place;
    s->boundary_place.line_start = s->line_clean && s->line_from >= (int64_t)s->boundary;
    s->boundary = s->boundary_place.line_start ? (size_t)s->line_from : s->at;
}

/* The open piece ends before `to`; what comes next begins at s->at. */
static enum split_step finish(struct json_split *s, str text, size_t to, struct json_piece *ret)
{
    *ret = (struct json_piece){
        .from = s->from,
        .to = trimmed(text, s->from, to),
        .element = s->place.phase == JSON_ELEMENTS,
    };
    s->state = SPLIT_BETWEEN;
    tell_boundary(s);
    return STEP_PIECE;
}

static void begin_value(struct json_split *s)
{
    s->state = SPLIT_VALUE;
    s->before = BEFORE_OPEN;
    s->depth = 0;
    s->at = s->from;
}

static void begin_elements(struct json_split *s, size_t at, uint8_t base)
{
    s->met_array = true;
    s->place.phase = JSON_ELEMENTS;
    s->place.base = base;
    s->place.column = JSON_COLUMN_INLINE;
    s->state = SPLIT_BETWEEN;
    s->line_clean = false;
    s->at = at;
    tell_boundary(s);
}

bool json_begins_array(str text)
{
    size_t i = 1;

    if (text.n == 0 || text.p[0] != '[')
        return false;
    while (i < text.n && is_blank(text.p[i]))
        i++;
    return i == text.n || text.p[i] == '{' || text.p[i] == '[' || text.p[i] == ']';
}

static enum split_step begin_brackets(struct json_split *s, str text)
{
    str line = {text.p + s->from, s->no_line_end - s->from};

    if (json_begins_array(line))
        begin_elements(s, s->from + 1, 1);
    else if (line.p[0] == '{')
        begin_value(s);
    else
        s->state = SPLIT_JUNK;
    return STEP_ON;
}

/* Where nothing is open: to the next significant byte. */
static enum split_step between(struct json_split *s, str text)
{
    bool elements = s->place.phase == JSON_ELEMENTS;

    for (; s->at < text.n; s->at++) {
        char c = text.p[s->at];
        if (c == '\n')
            note_line(s);
        else if (c == '\0')
            s->nuls++;
        else if (c != ',' && !is_blank(c))
            break;
    }
    tell_boundary(s);
    if (s->at == text.n)
        return STEP_MORE;
    if (elements && text.p[s->at] == ']') {
        s->at++;
        s->line_clean = false;
        s->place.base--;
        s->place.phase = s->place.base ? JSON_TAIL : JSON_TOP;
        s->depth = s->place.base;
        s->state = s->place.base ? SPLIT_TAIL : SPLIT_BETWEEN;
        tell_boundary(s);
        return STEP_ON;
    }
    s->from = s->at;
    s->no_envelope = elements;
    if (elements) {
        int64_t column = (int64_t)s->at - s->line_from;
        bool narrow = column >= 0 && column < JSON_COLUMN_INLINE;
        s->place.column = s->line_clean && narrow ? (uint8_t)column : JSON_COLUMN_INLINE;
        begin_value(s);
    } else {
        s->state = SPLIT_LINE;
        if (s->no_line_end < s->at)
            s->no_line_end = s->at;
    }
    s->line_clean = false;
    return STEP_ON;
}

static enum split_step junk(struct json_split *s, str text, struct json_piece *ret)
{
    const char *found = memchr(text.p + s->no_line_end, '\n', text.n - s->no_line_end);

    s->no_line_end = found ? (size_t)(found - text.p) : text.n;
    s->at = s->no_line_end;
    return found ? finish(s, text, s->at, ret) : STEP_MORE;
}

static void seek(struct json_split *s)
{
    s->state = SPLIT_SEEK;
    s->was_close = s->was_comma = false;
}

/* The next quote, backslash or line end in s from `at` on, or its end. */
static size_t string_stop(str s, size_t at)
{
    while (at < s.n && s.p[at] != '"' && s.p[at] != '\\' && s.p[at] != '\n')
        at++;
    return at;
}

/* In a string: to its end, or to a line end behind which a record begins at the left edge. */
static enum split_step string(struct json_split *s, str text)
{
    while ((s->at = string_stop(text, s->at)) < text.n) {
        char c = text.p[s->at];
        if (c == '"') {
            s->at++;
            s->state = SPLIT_VALUE;
            s->before = BEFORE_VALUE;
            return STEP_ON;
        }
        if (s->at + 1 == text.n)
            return STEP_MORE;
        if (c == '\n' && text.p[s->at + 1] == '{') {
            seek(s);
            return STEP_ON;
        }
        s->at += c == '\\' ? 2 : 1;
    }
    return STEP_MORE;
}

static void push(struct json_split *s, bool object)
{
    if (s->depth < KINDS_KEPT) {
        uint64_t bit = 1ull << (s->depth % 64);
        if (object)
            s->is_object[s->depth / 64] |= bit;
        else
            s->is_object[s->depth / 64] &= ~bit;
    }
    s->depth++;
}

/* False when the bracket does not fit the open one. */
static bool pop(struct json_split *s, bool object)
{
    if (s->depth == 0)
        return false;
    s->depth--;
    return s->depth >= KINDS_KEPT || (s->is_object[s->depth / 64] >> (s->depth % 64) & 1) == object;
}

static bool in_object(const struct json_split *s)
{
    uint32_t level = s->depth - 1;

    return s->depth > 0 && s->depth <= KINDS_KEPT && (s->is_object[level / 64] >> (level % 64) & 1);
}

/* One significant byte of a value, outside of strings. False when it cannot stand here. */
static bool significant(struct json_split *s, char c)
{
    bool after_value = s->before >= BEFORE_SCALAR;

    switch (c) {
    case '"':
        if (after_value)
            return false;
        s->state = SPLIT_STRING;
        return true;
    case '{':
    case '[':
        if (after_value || (s->before <= BEFORE_COMMA && in_object(s)))
            return false;
        push(s, c == '{');
        s->before = BEFORE_OPEN;
        return true;
    case '}':
    case ']':
        s->before = BEFORE_VALUE;
        return pop(s, c == '}');
    case ',':
        s->before = BEFORE_COMMA;
        return true;
    case ':':
        s->before = BEFORE_COLON;
        return true;
    default:
        if (s->before == BEFORE_VALUE)
            return false;
        s->before = BEFORE_SCALAR;
        return true;
    }
}

/* At a { where a broken value cannot have one: is it at the place where records begin? */
static bool record_may_begin(const struct json_split *s)
{
    int64_t column = (int64_t)s->at - s->line_from;

    if (s->place.phase == JSON_TOP)
        return s->line_clean && column == 0;
    return s->line_clean ? column <= s->place.column && s->place.column != JSON_COLUMN_INLINE
                         : s->place.column == JSON_COLUMN_INLINE;
}

/* At a { in an array in the array of records: such an array is no record, an object at the left
 * edge is one more likely than a part of it. */
static bool record_in_array(const struct json_split *s, str text)
{
    return s->place.phase == JSON_ELEMENTS && text.p[s->from] == '[' && s->line_clean &&
           (int64_t)s->at == s->line_from;
}

static enum split_step value(struct json_split *s, str text, struct json_piece *ret)
{
    while (s->at < text.n) {
        char c = text.p[s->at];
        bool closed = s->depth == 0 && s->before >= BEFORE_SCALAR;
        if (closed && (is_blank(c) || c == ',' || c == ']' || s->before == BEFORE_VALUE))
            return finish(s, text, s->at, ret);
        if (c == '\n')
            note_line(s);
        if (c == '{' && record_in_array(s, text))
            return finish(s, text, s->at, ret);
        if (is_blank(c)) {
            if (s->before == BEFORE_SCALAR)
                s->before = BEFORE_VALUE;
        } else if (significant(s, c)) {
            s->line_clean = false;
        } else {
            if (c == '{' && record_may_begin(s))
                return finish(s, text, s->at, ret);
            seek(s);
            return STEP_ON;
        }
        s->at++;
        if (s->state == SPLIT_STRING)
            return STEP_ON;
        if (s->depth == 0 && (c == '}' || c == ']'))
            return finish(s, text, s->at, ret);
    }
    return STEP_MORE;
}

/* Counts the brackets of the value at the front of text, to its end or as far as they are sound. */
static enum split_step try_brackets(struct json_split *s, str text)
{
    struct json_piece piece;
    enum split_step result;

    json_split_init(s, (struct json_place){.phase = JSON_TOP});
    begin_value(s);
    do
        result = s->state == SPLIT_STRING ? string(s, text) : value(s, text, &piece);
    while (result == STEP_ON && s->state != SPLIT_SEEK);
    return result;
}

size_t json_value_end(str text)
{
    struct json_split s;

    if (text.n == 0 || text.p[0] != '{')
        return text.n;
    return try_brackets(&s, text) == STEP_PIECE ? s.at : text.n;
}

/* Is the line, as far as its brackets tell, sound and open inside of an array? */
static bool open_in_array(str line)
{
    struct json_split s;

    return try_brackets(&s, line) == STEP_MORE && s.state == SPLIT_VALUE && s.depth > 0 &&
           !in_object(&s);
}

/* Does the value that begins in this line go on behind its end? Needs two bytes behind it. */
static bool goes_on(str text, size_t from, size_t end, bool *known)
{
    str line = {text.p + from, trimmed(text, from, end) - from};
    char last = line.p[line.n - 1];

    *known = true;
    if (line.p[0] == '[')
        return json_begins_array(line) && last != ']';
    if (line.p[0] != '{' || !strchr("{[,:", last))
        return false;
    *known = end + 3 <= text.n;
    /* Before a compact object in the next line this one is an envelope, or broken, or
     * whole and only followed by a comma. */
    return !str_starts(str_from_at(text, end + 1), S("{\"")) || open_in_array(line);
}

static enum split_step line(struct json_split *s, str text, bool ended, struct json_piece *ret)
{
    const char *found = memchr(text.p + s->no_line_end, '\n', text.n - s->no_line_end);
    size_t end = found ? (size_t)(found - text.p) : text.n;
    bool known;

    s->no_line_end = end;
    if (end - s->from > JSON_HELD_MAX)
        return begin_brackets(s, text);
    if (!found)
        return STEP_MORE;
    bool open = goes_on(text, s->from, end, &known);
    if (!known && !ended)
        return STEP_MORE;
    if (open)
        return begin_brackets(s, text);
    s->at = end;
    note_line(s);
    s->at = end + 1;
    return finish(s, text, end, ret);
}

void json_split_pass_lines(struct json_split *s, str text)
{
    size_t at = s->at;

    if (s->state != SPLIT_BETWEEN || s->place.phase != JSON_TOP || !s->line_clean ||
        s->line_from != (int64_t)at || s->hold > at)
        return;
    while (at < text.n && text.p[at] == '{') {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        if (!end || end - (text.p + at) > JSON_HELD_MAX)
            break;
        if (end[-1] != '}' && (end[-1] != '\r' || end[-2] != '}')) /* it begins with a brace */
            break;
        at = (size_t)(end - text.p) + 1;
    }
    if (at == s->at)
        return;
    s->at = at;
    note_line_at(s, at);
    tell_boundary(s);
}

/* A value that is long: is it an envelope, whose elements can be had one by one? */
static void try_envelope(struct json_split *s, str text)
{
    struct json_envelope e;

    s->no_envelope = true;
    if (!json_envelope_find((str){text.p + s->from, JSON_HELD_MAX}, true, &e))
        return;
    s->hold = s->from + JSON_HELD_MAX;
    begin_elements(s, s->from + e.elements, e.base);
}

static enum split_step bounded(struct json_split *s, str text, struct json_piece *ret)
{
    size_t limit = s->from + JSON_HELD_MAX;
    bool limited = !s->no_envelope && text.n > limit;
    str shown = {text.p, limited ? limit : text.n};
    enum split_step step = STEP_MORE;

    if (s->at < shown.n)
        step = s->state == SPLIT_STRING ? string(s, shown) : value(s, shown, ret);
    if (step != STEP_MORE || !limited)
        return step;
    try_envelope(s, text);
    return STEP_ON;
}

static enum split_step seek_line(struct json_split *s, str text, struct json_piece *ret)
{
    while (s->at < text.n) {
        const char *found = memchr(text.p + s->at, '\n', text.n - s->at);
        s->at = found ? (size_t)(found - text.p) : text.n;
        if (s->at + 1 >= text.n)
            break;
        if (text.p[s->at + 1] == '{' || text.p[s->at + 1] == '[') {
            note_line(s);
            s->at++;
            return finish(s, text, s->at, ret);
        }
        s->at++;
    }
    return STEP_MORE;
}

static enum split_step seek_element(struct json_split *s, str text, struct json_piece *ret)
{
    for (; s->at < text.n; s->at++) {
        char c = text.p[s->at];
        if (c == '\n')
            note_line(s);
        if (is_blank(c))
            continue;
        if (c == '{' && (record_in_array(s, text) || (s->was_comma && record_may_begin(s))))
            return finish(s, text, s->at, ret);
        s->was_comma = c == ',' && s->was_close;
        s->was_close = c == '}';
        if (c != ',')
            s->line_clean = false;
    }
    return STEP_MORE;
}

/* Behind the records of an envelope: to its end. */
static enum split_step tail(struct json_split *s, str text)
{
    for (; s->at < text.n; s->at++) {
        char c = text.p[s->at];
        if (s->state == SPLIT_TAIL_STRING) {
            if (c == '\\' && s->at + 1 == text.n)
                break;
            s->at += c == '\\';
            if (c == '"')
                s->state = SPLIT_TAIL;
        } else if (c == '"') {
            s->state = SPLIT_TAIL_STRING;
        } else if (c == '{' || c == '[') {
            s->depth++;
        } else if ((c == '}' || c == ']') && --s->depth == 0) {
            s->at++;
            s->state = SPLIT_BETWEEN;
            s->place.phase = JSON_TOP;
            s->place.base = 0;
            tell_boundary(s);
            return STEP_ON;
        }
    }
    return STEP_MORE;
}

static enum split_step step(struct json_split *s, str text, bool ended, struct json_piece *ret)
{
    switch ((enum split_state)s->state) {
    case SPLIT_BETWEEN:
        return between(s, text);
    case SPLIT_LINE:
        return line(s, text, ended, ret);
    case SPLIT_JUNK:
        return junk(s, text, ret);
    case SPLIT_SEEK:
        return s->place.phase == JSON_ELEMENTS ? seek_element(s, text, ret)
                                               : seek_line(s, text, ret);
    case SPLIT_TAIL:
    case SPLIT_TAIL_STRING:
        return tail(s, text);
    default:
        return bounded(s, text, ret);
    }
}

bool json_split_next(struct json_split *s, str text, bool ended, struct json_piece *ret)
{
    enum split_step result;

    do
        result = step(s, text, ended, ret);
    while (result == STEP_ON);
    if (result == STEP_PIECE)
        return true;
    if (!ended)
        return false;

    bool open =
        s->state != SPLIT_BETWEEN && s->state != SPLIT_TAIL && s->state != SPLIT_TAIL_STRING;
    s->at = text.n;
    s->hold = 0;
    if (open) {
        finish(s, text, text.n, ret);
        ret->cut_off = true;
    }
    s->boundary = text.n;
    return open;
}
