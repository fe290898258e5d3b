/*
 * pattern_read.c - reads texts by the rows of a pattern file: the first that fits wins.
 *
 * The fields of JSON objects and of pairs are put into the event first; conditions and patterns are
 * for what stands there then. A text that no row fits is none of the dialect's: dialect_read()
 * takes its fields out again.
 */
#include "message/pattern_file.h"

#include "base/mem.h"
#include "message/time_format.h"
#include "message/time_text.h"
#include "text/json.h"

#include <stdlib.h>

struct reader {
    const struct pattern_file *file;
    struct pattern_matcher *matcher;
};

void *pattern_open(const struct dialect *self)
{
    struct reader *r = mem_alloc(sizeof *r);

    r->file = self->detail;
    r->matcher = pattern_matcher_new();
    return r;
}

void pattern_close(void *state)
{
    struct reader *r = state;

    pattern_matcher_free(r->matcher);
    free(r);
}

/* ------------------------------------------------------------ JSON */

/* Where in an object the next value stands: the names that lead there. */
struct place {
    size_t lengths[PATTERN_DEPTH_MAX + 1]; /* of the name of the object or array of a level */
    bool arrays[PATTERN_DEPTH_MAX + 1];
    char name[EVENT_NAME_MAX];
    size_t n;
    uint32_t depth, arrays_open;
    uint32_t from; /* the object's first field */
};

static bool set_key(struct place *p, str key)
{
    size_t n = p->lengths[p->depth];

    if (n + 1 + key.n > sizeof p->name)
        return false;
    if (n)
        p->name[n++] = '.';
    if (key.n)
        memcpy(p->name + n, key.p, key.n);
    p->n = n + key.n;
    return true;
}

/* Within an array: is there a value of that name already? */
static bool is_further(const struct place *p, const struct event *ev, str name)
{
    for (uint32_t i = p->from; p->arrays_open && i < ev->field_count; i++)
        if (str_eq(ev->fields[i].name, name))
            return true;
    return false;
}

static void add_value(struct message *m, const struct place *p, struct json_token t)
{
    struct field f = {.name = arena_str(m->arena, (str){p->name, p->n}), .value = S("")};

    switch (t.kind) {
    case JSON_STRING:
        f.value = json_string(t, m->arena);
        break;
    case JSON_NUMBER:
        f.value = t.text;
        f.type = VALUE_NUMBER;
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        f.value = t.kind == JSON_TRUE ? S("true") : S("false");
        f.type = VALUE_BOOL;
        break;
    default:
        f.type = VALUE_NULL;
    }
    f.flags = is_further(p, m->event, f.name) ? FIELD_CONTINUES : 0;
    event_add(m->event, m->arena, f);
}

/* Goes into an object or array; false when it is broken. What is too deep is left out. */
static bool enter(struct message *m, struct place *p, struct json *j, struct json_token t)
{
    if (p->depth == PATTERN_DEPTH_MAX) {
        m->event->fields_dropped++;
        return json_skip(j, t);
    }
    p->lengths[++p->depth] = p->n;
    p->arrays[p->depth] = t.kind == JSON_ARRAY;
    p->arrays_open += t.kind == JSON_ARRAY;
    return true;
}

static void leave(struct place *p)
{
    p->arrays_open -= p->arrays[p->depth];
    p->depth--;
    p->n = p->lengths[p->depth];
}

/* A name that is too long is left out with its value. */
static bool take_key(struct message *m, struct place *p, struct json *j, struct json_token t)
{
    if (set_key(p, json_string(t, m->arena)))
        return true;
    m->event->fields_dropped++;
    t = json_next(j);
    return t.kind == JSON_OBJECT || t.kind == JSON_ARRAY ? json_skip(j, t) : t.kind != JSON_ERROR;
}

/* False when the text is no object. */
static bool read_json(struct message *m)
{
    struct place p = {.from = m->event->field_count};
    struct json_token t;
    struct json j;
    bool ok = m->text.p[0] == '{';

    json_init(&j, m->text);
    while (ok && (t = json_next(&j)).kind != JSON_END) {
        switch (t.kind) {
        case JSON_ERROR:
            ok = false;
            break;
        case JSON_KEY:
            ok = take_key(m, &p, &j, t);
            break;
        case JSON_OBJECT:
        case JSON_ARRAY:
            ok = enter(m, &p, &j, t);
            break;
        case JSON_OBJECT_END:
        case JSON_ARRAY_END:
            leave(&p);
            break;
        default:
            add_value(m, &p, t);
        }
    }
    return ok;
}

/* ------------------------------------------------------------ pairs */

static bool is_name_byte(char c)
{
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* What stands behind the quote at the front, without escapes; *rest is left behind the closing one.
 */
static str take_quoted(str *rest, struct arena *a)
{
    const char quote = rest->p[0];
    char *out = NULL;
    size_t from = 1, n = 0;

    for (size_t i = 1; i < rest->n; i++) {
        if (rest->p[i] == '\\' && i + 1 < rest->n) {
            if (!out) {
                out = arena_bytes(a, rest->n);
                n = i - from;
                memcpy(out, rest->p + from, n);
            }
            i++;
            out[n++] = rest->p[i] == 'n' ? '\n' : rest->p[i] == 't' ? '\t' : rest->p[i];
        } else if (rest->p[i] == quote) {
            str value = out ? (str){out, n} : (str){rest->p + from, i - from};
            *rest = str_from_at(*rest, i + 1);
            return value;
        } else if (out) {
            out[n++] = rest->p[i];
        }
    }
    str value = out ? (str){out, n} : str_from_at(*rest, from);
    *rest = (str){rest->p + rest->n, 0};
    return value;
}

static str take_value(str *rest, struct arena *a)
{
    size_t n = 0;

    if (rest->n && (rest->p[0] == '"' || rest->p[0] == '\''))
        return take_quoted(rest, a);
    while (n < rest->n && rest->p[n] != ' ')
        n++;
    str value = {rest->p, n};
    *rest = str_from_at(*rest, n);
    return value;
}

/* All of the text is pairs with blanks between them, or it is none. */
static bool read_pairs(struct message *m)
{
    str rest = m->text;
    uint32_t count = 0;

    while (rest.n) {
        size_t n = 0;
        while (n < rest.n && is_name_byte(rest.p[n]))
            n++;
        if (n == 0 || n >= rest.n || rest.p[n] != '=')
            return false;
        str name = {rest.p, n};
        rest = str_from_at(rest, n + 1);
        str value = take_value(&rest, m->arena);
        message_add(m, name, value);
        count++;
        if (rest.n && rest.p[0] != ' ')
            return false;
        while (rest.n && rest.p[0] == ' ')
            rest = str_from_at(rest, 1);
    }
    return count > 1;
}

/* ------------------------------------------------------------ rows */

static bool value_fits(str value, str want)
{
    if (want.n && want.p[want.n - 1] == '*')
        return str_starts(value, (str){want.p, want.n - 1});
    if (want.n && want.p[0] == '*')
        return str_ends(value, str_from_at(want, 1));
    return str_eq(value, want);
}

/* Any element of an array counts. */
static bool condition_holds(const struct pattern_condition *c, const struct event *ev)
{
    for (uint32_t at = event_find(ev, c->field); at < ev->field_count; at = event_next(ev, at))
        for (uint32_t i = 0; i < c->count; i++)
            if (value_fits(ev->fields[at].value, c->values[i]))
                return true;
    return false;
}

static bool conditions_hold(const struct pattern_row *row, const struct event *ev)
{
    for (uint32_t i = 0; i < row->condition_count; i++)
        if (!condition_holds(&row->conditions[i], ev))
            return false;
    return true;
}

static bool is_number(str s)
{
    size_t digits = 0, points = 0;

    for (size_t i = 0; i < s.n; i++) {
        if (i == 0 && (s.p[i] == '-' || s.p[i] == '+'))
            continue;
        digits += s.p[i] >= '0' && s.p[i] <= '9';
        points += s.p[i] == '.';
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'))
            return false;
    }
    return digits > 0 && points <= 1;
}

/* Puts what the groups took; true when all of them took part. */
static bool put_groups(const struct pattern_row *row, const str *groups, struct message *m)
{
    const uint32_t count = pattern_regex_groups(row->regex);
    bool all = true;

    for (uint32_t i = 1; i < count; i++) {
        const struct grok_field *field = &row->groups[i];
        if (field->name.n && groups[i].p) {
            if (field->type == GROK_NUMBER && is_number(groups[i]))
                message_add_number(m, field->name, groups[i]);
            else
                message_add(m, field->name, groups[i]);
        }
        all = all && groups[i].p;
    }
    return all;
}

static bool row_fits(struct reader *r, uint32_t number, struct message *m)
{
    const struct pattern_row *row = &r->file->rows[number];
    const uint32_t fields = m->event->field_count;
    str groups[PATTERN_GROUPS_MAX];
    bool fixed = r->file->body == PATTERN_BODY_TEXT;

    if (row->regex && row->of.n && !conditions_hold(row, m->event))
        return false;
    if (row->regex) {
        str text = row->of.n ? event_get(m->event, row->of) : m->text;
        if (!text.p || !pattern_regex_match(row->regex, r->matcher, text, groups))
            return false;
        fixed = put_groups(row, groups, m) && fixed;
    }
    if (!conditions_hold(row, m->event)) {
        m->event->field_count = fields;
        return false;
    }
    m->layout = fixed ? number + 1 : 0;
    message_kind(m, &row->kind);
    return true;
}

/* ------------------------------------------------------------ time */

static str time_of(const struct pattern_file *f, struct message *m)
{
    str parts[PATTERN_TIME_FIELDS_MAX];
    size_t bytes = 0;

    for (uint32_t i = 0; i < f->time_field_count; i++) {
        parts[i] = event_get(m->event, f->time_fields[i]);
        if (!parts[i].p)
            return (str){0};
        bytes += parts[i].n + 1;
    }
    if (f->time_field_count == 1)
        return parts[0];
    char *out = arena_bytes(m->arena, bytes + 1);
    size_t n = 0;
    for (uint32_t i = 0; i < f->time_field_count; i++) {
        if (n)
            out[n++] = ' ';
        if (parts[i].n)
            memcpy(out + n, parts[i].p, parts[i].n);
        n += parts[i].n;
    }
    return (str){out, n};
}

static void set_time(const struct pattern_file *f, struct message *m)
{
    str text = f->time_field_count ? time_of(f, m) : (str){0};
    struct syslog_time t;

    if (!text.n)
        return;
    for (uint32_t i = 0; i < f->time_format_count; i++)
        if (time_format_read(f->time_formats[i], text, m->time_rule, &t)) {
            message_time(m, t.ns, t.digits, t.guess);
            return;
        }
    (void)message_time_text(m, text);
}

/* The fields of an object or of pairs; false when the text is neither, or of free text. */
static bool read_body(const struct pattern_file *f, struct message *m)
{
    const uint32_t fields = m->event->field_count, dropped = m->event->fields_dropped;
    const bool object = m->text.p[0] == '{';

    if (object && (f->body == PATTERN_BODY_JSON || f->body == PATTERN_BODY_FIELDS) && read_json(m))
        return true;
    if (!object && (f->body == PATTERN_BODY_PAIRS || f->body == PATTERN_BODY_FIELDS) &&
        read_pairs(m))
        return true;
    m->event->field_count = fields;
    m->event->fields_dropped = dropped;
    return false;
}

/* Is the row for texts without fields? */
static bool is_for_text(const struct pattern_file *f, const struct pattern_row *row)
{
    return f->body == PATTERN_BODY_TEXT || (row->regex && !row->of.n && !row->condition_count);
}

bool pattern_read(void *state, struct message *m)
{
    struct reader *r = state;
    const struct pattern_file *f = r->file;

    const bool has_fields = read_body(f, m);
    for (uint32_t i = 0; i < f->row_count; i++)
        if ((has_fields || is_for_text(f, &f->rows[i])) && row_fits(r, i, m)) {
            set_time(f, m);
            return true;
        }
    return false;
}
