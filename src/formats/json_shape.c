/*
 * json_shape.c - takes a record apart into fixed text and values, and finds the
 * values again among the fields of its event.
 *
 * What is refused is not wrong, it only stays slow: records with blanks in odd
 * places, numbers side by side in an array, fields that are put together from
 * several values.
 */
#include "formats/json_shape.h"

#include "formats/json_codec.h"

#include <stdlib.h>

/*
 * How far fixed text may be from its token. Another record's tokens stand anywhere, so that these
 * keep what is compared within the batch: between a number and the next token there is so little
 * that no record's beginning is that near (three tokens come before it), and a part of a long text
 * ends before the batch's padding does.
 */
enum { BEHIND_SCALAR_MAX = 3, BEHIND_TOKEN_MAX = SIMD_PADDING };

/* A record on its way to a shape. */
struct learning {
    const char *text;
    const uint32_t *tokens;
    uint32_t count;
    struct arena *arena;
    struct json_shape *shape;
    uint32_t token;       /* next */
    uint32_t plain_count; /* values that are no containers: in the order of the text */
    size_t done;          /* what lies before has been read */
    size_t glue_from;     /* where the fixed text began that is being read */
    uint32_t anchor;      /* the token that it is told by; UINT32_MAX: the next one */
    uint32_t pattern_n;
    char *patterns;
    size_t starts[JSON_SHAPE_VALUES_MAX], ends[JSON_SHAPE_VALUES_MAX]; /* of values */
};

/* ------------------------------------------------------------ fixed text */

/* The fixed text up to `to`, in parts that fit one comparison. The first is told by the anchor,
 * each other by the last token in those before it, which have verified where that stands. */
static bool end_glue(struct learning *l, size_t to)
{
    struct json_shape *s = l->shape;
    uint32_t anchor = l->anchor;

    for (size_t from = l->glue_from; from < to;) {
        size_t n = to - from < JSON_GLUE_BYTES_MAX ? to - from : JSON_GLUE_BYTES_MAX;
        while (anchor + 1 < l->count && l->tokens[anchor + 1] < from)
            anchor++;
        int64_t offset = (int64_t)from - (int64_t)l->tokens[anchor];
        if (s->glue_count == JSON_SHAPE_GLUE_MAX || l->pattern_n + n > JSON_SHAPE_TEXT_MAX ||
            offset > BEHIND_TOKEN_MAX || offset < -BEHIND_SCALAR_MAX)
            return false;
        memcpy(l->patterns + l->pattern_n, l->text + from, n);
        s->glue[s->glue_count++] = (struct json_glue){.token = (uint16_t)anchor,
                                                      .offset = (int16_t)offset,
                                                      .at = (uint16_t)l->pattern_n,
                                                      .length = (uint16_t)n};
        l->pattern_n += (uint32_t)n;
        from += n;
    }
    return true;
}

static bool add_value(struct learning *l, size_t from, size_t to, struct json_value_place place)
{
    struct json_shape *s = l->shape;

    if (s->value_count == JSON_SHAPE_VALUES_MAX)
        return false;
    l->starts[s->value_count] = from;
    l->ends[s->value_count] = to;
    s->values[s->value_count++] = place;
    return true;
}

/* A string that is no name: between the tokens l->token and the one behind it. */
static bool string_value(struct learning *l)
{
    size_t from = l->tokens[l->token] + 1, to = l->tokens[l->token + 1];

    if (!end_glue(l, from) || !add_value(l, from, to,
                                         (struct json_value_place){.kind = JSON_VALUE_STRING,
                                                                   .token = (uint16_t)l->token}))
        return false;
    l->glue_from = to;
    l->anchor = l->token + 1;
    l->token += 2;
    l->done = to + 1;
    return true;
}

static bool is_scalar_end(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r';
}

/* A number or a word behind a name; null is fixed text, as it decides. */
static bool scalar_value(struct learning *l, size_t from)
{
    size_t to = from, end = l->tokens[l->count - 1];

    while (to < end && !is_scalar_end(l->text[to]))
        to++;
    if (to == from)
        return false;
    l->done = to;
    if (to - from == 4 && memcmp(l->text + from, "null", 4) == 0)
        return true;
    size_t before = from - l->tokens[l->token - 1], after = l->tokens[l->token] - to;
    if (before > UINT16_MAX || after > BEHIND_SCALAR_MAX || !end_glue(l, from))
        return false;
    l->glue_from = to;
    l->anchor = l->token;
    return add_value(l, from, to,
                     (struct json_value_place){.kind = JSON_VALUE_SCALAR,
                                               .token = (uint16_t)(l->token - 1),
                                               .before = (uint16_t)before,
                                               .end_token = (uint16_t)l->token,
                                               .after = (uint16_t)after});
}

static size_t skip_blanks(const struct learning *l, size_t at)
{
    while (l->text[at] == ' ' || l->text[at] == '\t')
        at++;
    return at;
}

/* A string: a name when a colon follows, and then perhaps a value that has no token. */
static bool string_token(struct learning *l)
{
    if (l->token + 1 >= l->count)
        return false;
    size_t next = skip_blanks(l, l->tokens[l->token + 1] + 1);
    if (l->text[next] != ':')
        return string_value(l);
    l->token += 2;
    next = l->done = skip_blanks(l, next + 1);
    return l->token < l->count && (l->text[next] == '"' || l->text[next] == '{' ||
                                   l->text[next] == '[' || scalar_value(l, next));
}

/* Nothing but commas: a number in an array has no token, and is not understood here. */
static bool is_clean(const struct learning *l, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (l->text[i] != ',' && l->text[i] != ' ' && l->text[i] != '\t')
            return false;
    return true;
}

static bool take_apart(struct learning *l)
{
    l->glue_from = l->tokens[0];
    l->anchor = 0;
    l->token = 1;
    l->done = l->glue_from + 1;
    while (l->token < l->count) {
        size_t at = l->tokens[l->token];
        if (!is_clean(l, l->done, at))
            return false;
        if (l->text[at] == '"') {
            if (!string_token(l))
                return false;
            continue;
        }
        if (!strchr("{}[]", l->text[at]))
            return false;
        l->token++;
        l->done = at + 1;
    }
    l->plain_count = l->shape->value_count;
    return end_glue(l, l->tokens[l->count - 1] + 1);
}

/* ------------------------------------------------------------ fields */

/* The value that the slice is; value_count when it is none. Values are in the order of the text. */
static uint32_t value_of(const struct learning *l, str slice)
{
    uint32_t low = 0, high = l->plain_count;
    const size_t at = (size_t)(slice.p - l->text);

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (l->starts[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < l->plain_count && l->starts[low] == at && l->ends[low] - at == slice.n)
        return low;
    return UINT32_MAX;
}

static uint32_t token_at(const struct learning *l, size_t at)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->tokens[i] == at)
            return i;
    return UINT32_MAX;
}

/* The slice as a whole object or array; UINT32_MAX when it is none. */
static uint32_t container_of(struct learning *l, str slice)
{
    size_t from = (size_t)(slice.p - l->text), to = from + slice.n;
    uint32_t first = token_at(l, from), last = slice.n ? token_at(l, to - 1) : UINT32_MAX;

    if (first == UINT32_MAX || last == UINT32_MAX || !strchr("{[", l->text[from]) ||
        !add_value(l, from, to,
                   (struct json_value_place){.kind = JSON_VALUE_CONTAINER,
                                             .token = (uint16_t)first,
                                             .end_token = (uint16_t)last}))
        return UINT32_MAX;
    return l->shape->value_count - 1;
}

static bool is_in_text(const struct learning *l, str slice)
{
    size_t first = l->tokens[0], last = l->tokens[l->count - 1];

    return slice.p >= l->text + first && slice.p + slice.n <= l->text + last;
}

static bool is_guid_field(const struct learning *l, uint32_t field)
{
    for (uint32_t i = 0; i < l->shape->trace.guid_count; i++)
        if (l->shape->trace.guids[i] == field)
            return true;
    return false;
}

/* The field's name and what never changes of it. */
static void copy_field(struct learning *l, const struct event *raw, uint32_t i)
{
    struct field *f = &l->shape->fields[i];

    *f = raw->fields[i];
    f->name = arena_str(l->arena, f->name);
    f->flags &= FIELD_CONTINUES;
    f->value = (str){0};
    if (raw->fields[i].type != VALUE_NULL)
        f->value = S("");
}

/* Braces that replay would not know of. */
static bool has_stray_braces(const struct learning *l, const struct field *f, uint32_t i)
{
    return f->flags >> FIELD_CODING_SHIFT == JSON_CODING_BRACED && !is_guid_field(l, i);
}

/* Field by field: a value of the record, or null, or the empty string that a null has become. */
static bool fill_fields(struct learning *l, const struct event *raw)
{
    struct json_shape *s = l->shape;

    for (uint32_t i = 0; i < raw->field_count; i++) {
        const struct field *f = &raw->fields[i];
        copy_field(l, raw, i);
        if (f->type == VALUE_NULL || (f->value.n == 0 && !is_in_text(l, f->value)))
            continue;
        uint32_t value = is_in_text(l, f->value) ? value_of(l, f->value) : UINT32_MAX;
        if (value == UINT32_MAX && is_in_text(l, f->value))
            value = container_of(l, f->value);
        if (value == UINT32_MAX || has_stray_braces(l, f, i))
            return false;
        s->fills[s->fill_count++] = (struct json_field_fill){(uint16_t)i, (uint16_t)value};
    }
    return true;
}

static uint32_t value_of_field(const struct json_shape *s, uint32_t field)
{
    for (uint32_t i = 0; i < s->fill_count; i++)
        if (s->fills[i].field == field)
            return s->fills[i].value;
    return s->value_count;
}

/* The values that were compared must be the same again. */
static void add_guards(struct learning *l)
{
    struct json_shape *s = l->shape;

    for (uint32_t i = 0; i < s->trace.read_count; i++) {
        uint32_t value = value_of_field(s, s->trace.read[i]);
        if (value == s->value_count)
            continue; /* null, or the empty string: fixed text */
        str text = {l->text + l->starts[value], l->ends[value] - l->starts[value]};
        s->guards[s->guard_count++] =
            (struct json_guard){(uint16_t)value, arena_str(l->arena, text)};
    }
}

/* ------------------------------------------------------------ the whole */

static bool same_event(const struct event *a, struct event *b, struct arena *arena)
{
    if (a->field_count != b->field_count)
        return false;
    for (uint32_t i = 0; i < a->field_count; i++) {
        const struct field *x = &a->fields[i], *y = &b->fields[i];
        if (x->type != y->type || (x->flags & FIELD_CONTINUES) != (y->flags & FIELD_CONTINUES) ||
            !str_eq(x->name, y->name) || !str_eq(x->value, event_value_text(b, y, arena)))
            return false;
    }
    return true;
}

/* What tells shapes apart soonest goes first: the last, the middle, and one between. */
static void order_glue(struct json_shape *s)
{
    uint32_t tell[] = {s->glue_count - 1, s->glue_count / 2, s->glue_count * 3 / 4};

    for (uint32_t i = 0; i < countof(tell) && i < s->glue_count; i++) {
        struct json_glue swap = s->glue[i];
        if (tell[i] <= i)
            continue;
        s->glue[i] = s->glue[tell[i]];
        s->glue[tell[i]] = swap;
    }
}

/* In exact sizes, in the arena that keeps shapes. */
static struct json_shape *settle(const struct learning *l, struct arena *keep)
{
    struct json_shape *s = arena_alloc(keep, sizeof *s);
    char *patterns = arena_bytes(keep, l->pattern_n + SIMD_PADDING);

    *s = *l->shape;
    s->token_count = l->count;
    s->layout = layout_number_new();
    memcpy(patterns, l->patterns, l->pattern_n);
    memset(patterns + l->pattern_n, 0, SIMD_PADDING);
    s->patterns = patterns;
#define KEEP(array, count)                                                                         \
    do {                                                                                           \
        void *room = arena_array(keep, s->count, sizeof *s->array);                                \
        if (s->count)                                                                              \
            memcpy(room, l->shape->array, s->count * sizeof *s->array);                            \
        s->array = room;                                                                           \
    } while (0)
    KEEP(glue, glue_count);
    KEEP(values, value_count);
    KEEP(fields, field_count);
    KEEP(fills, fill_count);
    KEEP(guards, guard_count);
#undef KEEP
    for (uint32_t i = 0; i < s->field_count; i++)
        s->fields[i].name = arena_str(keep, s->fields[i].name);
    for (uint32_t i = 0; i < s->guard_count; i++)
        s->guards[i].text = arena_str(keep, s->guards[i].text);
    order_glue(s);
    return s;
}

struct json_shape *json_shape_learn(const char *text, const uint32_t *tokens, uint32_t count,
                                    const struct event *settled, struct event *raw,
                                    const struct shape_trace *trace, struct arena *a)
{
    struct arena *scratch CLEANUP(arena_freep) = arena_new(256 * 1024);
    struct json_shape *s = arena_alloc(scratch, sizeof *s);
    struct learning *l = arena_alloc(scratch, sizeof *l);

    raw->codec = &json_codec;
    if (trace->unclear || count > JSON_SHAPE_TOKENS_MAX || settled->fields_dropped ||
        settled->field_count > JSON_SHAPE_FIELDS_MAX || !same_event(settled, raw, scratch))
        return NULL;
    *l = (struct learning){
        .text = text, .tokens = tokens, .count = count, .arena = scratch, .shape = s};
    l->patterns = arena_bytes(scratch, JSON_SHAPE_TEXT_MAX);
    s->glue = arena_array(scratch, JSON_SHAPE_GLUE_MAX, sizeof *s->glue);
    s->values = arena_array(scratch, JSON_SHAPE_VALUES_MAX, sizeof *s->values);
    s->fields = arena_array(scratch, settled->field_count, sizeof *s->fields);
    s->fills = arena_array(scratch, settled->field_count, sizeof *s->fills);
    s->guards = arena_array(scratch, TRACE_READ_MAX, sizeof *s->guards);
    s->field_count = settled->field_count;
    s->trace = *trace;
    s->source_count = settled->logsource_count;
    memcpy(s->sources, settled->logsources, sizeof s->sources);
    if (!take_apart(l) || !fill_fields(l, raw))
        return NULL;
    add_guards(l);
    return settle(l, a);
}
