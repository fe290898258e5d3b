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

/* A record on its way to a shape. */
struct learning {
    str text;
    struct json_way *way;
    struct arena *arena;
    struct json_shape *shape;
    const struct shape_trace *trace;
    uint32_t value_count;
    size_t fixed_from; /* where the fixed text begins that is being read */
    size_t starts[JSON_SHAPE_VALUES_MAX], ends[JSON_SHAPE_VALUES_MAX]; /* of values */
    bool is_scalar[JSON_SHAPE_VALUES_MAX];
};

/* ------------------------------------------------------------ fixed text */

/* The fixed text up to `to`, in parts that fit one comparison. */
static bool end_fixed(struct learning *l, size_t to, enum json_then then)
{
    struct json_way *w = l->way;

    for (size_t from = l->fixed_from; from < to;) {
        size_t n = to - from < JSON_NODE_BYTES_MAX ? to - from : JSON_NODE_BYTES_MAX;
        if (w->count == JSON_SHAPE_PARTS_MAX)
            return false;
        w->parts[w->count++] = (struct json_part){
            .text = {l->text.p + from, n},
            .then = (uint8_t)(from + n < to ? JSON_THEN_TEXT : then),
        };
        from += n;
    }
    l->fixed_from = to;
    return true;
}

static bool add_value(struct learning *l, size_t from, size_t to)
{
    if (l->value_count == JSON_SHAPE_VALUES_MAX)
        return false;
    l->starts[l->value_count] = from;
    l->ends[l->value_count++] = to;
    return true;
}

/* The quote that ends the string whose first byte is at `at`; text.n when there is none. */
static size_t string_end(str text, size_t at)
{
    while (at < text.n && text.p[at] != '"')
        at += text.p[at] == '\\' ? 2 : 1;
    return at < text.n ? at : text.n;
}

static bool is_scalar_end(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t';
}

/* A number or a word behind a name; null is fixed text, as it decides. */
static bool scalar_value(struct learning *l, size_t *at)
{
    size_t from = *at, to = from;

    while (to < l->text.n && !is_scalar_end(l->text.p[to]))
        to++;
    *at = to;
    if (str_eq((str){l->text.p + from, to - from}, S("null")))
        return true;
    if (to == from || !end_fixed(l, from, JSON_THEN_SCALAR))
        return false;
    l->is_scalar[l->value_count % JSON_SHAPE_VALUES_MAX] = true;
    l->fixed_from = to;
    return add_value(l, from, to);
}

static size_t skip_blanks(str text, size_t at)
{
    while (at < text.n && (text.p[at] == ' ' || text.p[at] == '\t'))
        at++;
    return at;
}

/* A string: a name when a colon follows, and then perhaps a value that has no quotes. */
static bool string_or_member(struct learning *l, size_t *at)
{
    size_t from = *at + 1, to = string_end(l->text, from), next = skip_blanks(l->text, to + 1);

    if (next >= l->text.n)
        return false;
    if (l->text.p[next] != ':') {
        if (!end_fixed(l, from, JSON_THEN_STRING))
            return false;
        l->fixed_from = to;
        *at = to + 1;
        return add_value(l, from, to);
    }
    *at = skip_blanks(l->text, next + 1);
    return *at < l->text.n && (memchr("\"{[", l->text.p[*at], 3) != NULL || scalar_value(l, at));
}

/* A number in an array is not understood here. */
static bool take_apart(struct learning *l)
{
    for (size_t at = 0; at < l->text.n;) {
        if (l->text.p[at] == '"') {
            if (!string_or_member(l, &at))
                return false;
        } else if (memchr("{}[], \t", l->text.p[at], 7)) {
            at++;
        } else {
            return false;
        }
    }
    l->shape->plain_count = l->value_count;
    return end_fixed(l, l->text.n, JSON_THEN_END);
}

/* ------------------------------------------------------------ fields */

/* How many plain values end at or before `at`. Values are in the order of the text. */
static uint32_t values_before(const struct learning *l, size_t at)
{
    uint32_t low = 0, high = l->shape->plain_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (l->ends[middle] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The value that the slice is; JSON_NO_VALUE when it is none. */
static uint32_t value_of(const struct learning *l, str slice)
{
    const size_t from = (size_t)(slice.p - l->text.p), to = from + slice.n;
    uint32_t behind = values_before(l, to);

    if (behind && l->starts[behind - 1] == from && l->ends[behind - 1] == to)
        return behind - 1;
    return JSON_NO_VALUE;
}

/* A byte of fixed text: behind the end of which value, and how far? False for one of a value. */
static bool fixed_place(const struct learning *l, size_t at, uint16_t *ret_value, uint32_t *ret)
{
    uint32_t before = values_before(l, at);

    if (before < l->shape->plain_count && l->starts[before] <= at)
        return false;
    *ret_value = (uint16_t)(before ? before - 1 : JSON_NO_VALUE);
    *ret = (uint32_t)(at - (before ? l->ends[before - 1] : 0));
    return true;
}

/* The slice as a whole object or array; JSON_NO_VALUE when it is none. */
static uint32_t container_of(struct learning *l, str slice)
{
    struct json_shape *s = l->shape;
    const size_t from = (size_t)(slice.p - l->text.p);
    struct json_container c;

    if (slice.n < 2 || !memchr("{[", slice.p[0], 2) || !memchr("}]", slice.p[slice.n - 1], 2) ||
        !fixed_place(l, from, &c.from_value, &c.from) ||
        !fixed_place(l, from + slice.n - 1, &c.to_value, &c.to) ||
        !add_value(l, from, from + slice.n))
        return JSON_NO_VALUE;
    c.to++;
    s->containers[s->container_count++] = c;
    return l->value_count - 1;
}

static bool is_in_text(const struct learning *l, str slice)
{
    return slice.p >= l->text.p && slice.p + slice.n <= l->text.p + l->text.n;
}

static bool is_guid_field(const struct learning *l, uint32_t field)
{
    for (uint32_t i = 0; i < l->trace->guid_count; i++)
        if (l->trace->guids[i] == field)
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

enum value_group { GROUP_STRING, GROUP_SCALAR, GROUP_CONTAINER, GROUP_COUNT };

static enum value_group group_of(const struct learning *l, uint32_t value)
{
    if (value >= l->shape->plain_count)
        return GROUP_CONTAINER;
    return l->is_scalar[value] ? GROUP_SCALAR : GROUP_STRING;
}

/* In the order of their groups. */
static void sort_fills(struct learning *l, const uint16_t *values)
{
    struct json_shape *s = l->shape;

    for (int group = 0; group < GROUP_COUNT; group++) {
        for (uint32_t i = 0; i < s->field_count; i++) {
            if (values[i] == JSON_NO_VALUE || (int)group_of(l, values[i]) != group)
                continue;
            uint16_t raw = group == GROUP_STRING ? FIELD_RAW : 0;
            s->fills[s->fill_count++] = (struct json_field_fill){
                (uint16_t)i, values[i], (uint16_t)(s->fields[i].flags | raw)};
        }
        if (group == GROUP_STRING)
            s->string_fills = s->fill_count;
        if (group == GROUP_SCALAR)
            s->scalar_fills = s->fill_count;
    }
}

/* Field by field: a value of the record, or null, or the empty string that a null has become. */
static bool fill_fields(struct learning *l, const struct event *raw)
{
    uint16_t *values = arena_array(l->arena, raw->field_count, sizeof *values);

    for (uint32_t i = 0; i < raw->field_count; i++) {
        const struct field *f = &raw->fields[i];
        uint32_t value = JSON_NO_VALUE;
        copy_field(l, raw, i);
        values[i] = JSON_NO_VALUE;
        if (f->type == VALUE_NULL || (f->value.n == 0 && !is_in_text(l, f->value)))
            continue;
        if (is_in_text(l, f->value))
            value = value_of(l, f->value);
        if (value == JSON_NO_VALUE && is_in_text(l, f->value))
            value = container_of(l, f->value);
        if (value == JSON_NO_VALUE || has_stray_braces(l, f, i))
            return false;
        values[i] = (uint16_t)value;
    }
    sort_fills(l, values);
    return true;
}

/* JSON_NO_VALUE for null, or the empty string: they are fixed text. */
static uint32_t value_of_field(const struct json_shape *s, uint32_t field)
{
    for (uint32_t i = 0; i < s->fill_count; i++)
        if (s->fills[i].field == field)
            return s->fills[i].value;
    return JSON_NO_VALUE;
}

static struct json_guard *add_guard(struct learning *l, uint32_t value)
{
    struct json_guard *g = &l->shape->guards[l->shape->guard_count++];

    *g = (struct json_guard){.value = (uint16_t)value};
    g->text = (str){l->text.p + l->starts[value], l->ends[value] - l->starts[value]};
    return g;
}

/* The values that were compared must be the same again. */
static void add_guards(struct learning *l)
{
    struct json_shape *s = l->shape;

    for (uint32_t i = 0; i < l->trace->read_count; i++) {
        uint32_t value = value_of_field(s, l->trace->read[i]);
        if (value != JSON_NO_VALUE)
            add_guard(l, value);
    }
}

/* Those that were tested must come out the same. */
static void add_tests(struct learning *l)
{
    enum { TEXT_KEPT_MAX = 128 };
    struct json_shape *s = l->shape;
    struct json_guard *g = NULL;

    for (uint32_t i = 0; i < l->trace->test_count; i++) {
        uint32_t value = value_of_field(s, l->trace->tests[i].place);
        if (value == JSON_NO_VALUE)
            continue;
        if (!g || g->value != value) {
            g = add_guard(l, value);
            if (g->text.n > TEXT_KEPT_MAX)
                g->text = (str){0};
        }
        g->test_count++;
        s->tests[s->test_count++] =
            (struct json_test){l->trace->tests[i].want, l->trace->tests[i].fits};
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

/* In exact sizes, in the arena that keeps shapes. */
static struct json_shape *settle(const struct learning *l, struct arena *keep)
{
    struct json_shape *s = arena_alloc(keep, sizeof *s);

    *s = *l->shape;
    s->layout = layout_number_new();
#define KEEP(array, from, count)                                                                   \
    do {                                                                                           \
        void *room = arena_array(keep, s->count, sizeof *s->array);                                \
        if (s->count)                                                                              \
            memcpy(room, (from)->array, s->count * sizeof *s->array);                              \
        s->array = room;                                                                           \
    } while (0)
    KEEP(containers, l->shape, container_count);
    KEEP(fields, l->shape, field_count);
    KEEP(fills, l->shape, fill_count);
    KEEP(guards, l->shape, guard_count);
    KEEP(tests, l->shape, test_count);
    KEEP(times, l->trace, time_count);
    KEEP(guids, l->trace, guid_count);
#undef KEEP
    for (uint32_t i = 0; i < s->field_count; i++)
        s->fields[i].name = arena_str(keep, s->fields[i].name);
    for (uint32_t i = 0; i < s->guard_count; i++)
        s->guards[i].text = arena_str(keep, s->guards[i].text);
    for (uint32_t i = 0; i < s->source_count; i++) { /* a value may be the name of a service */
        struct logsource *source = &s->sources[i];
        source->product = arena_str(keep, source->product);
        source->category = arena_str(keep, source->category);
        source->service = arena_str(keep, source->service);
    }
    return s;
}

struct json_shape *json_shape_learn(const struct event *settled, struct event *raw,
                                    const struct shape_trace *trace, struct json_way *way,
                                    struct arena *scratch, struct arena *a)
{
    struct json_shape *s = arena_alloc(scratch, sizeof *s);
    struct learning *l = arena_alloc(scratch, sizeof *l);

    raw->codec = &json_codec;
    if (trace->unclear || settled->fields_dropped || settled->field_count > JSON_SHAPE_FIELDS_MAX ||
        !same_event(settled, raw, scratch))
        return NULL;
    *l = (struct learning){
        .text = settled->raw, .way = way, .arena = scratch, .shape = s, .trace = trace};
    way->count = 0;
    s->containers = arena_array(scratch, JSON_SHAPE_VALUES_MAX, sizeof *s->containers);
    s->fields = arena_array(scratch, settled->field_count, sizeof *s->fields);
    s->fills = arena_array(scratch, settled->field_count, sizeof *s->fills);
    s->guards = arena_array(scratch, TRACE_READ_MAX + TRACE_TESTS_MAX, sizeof *s->guards);
    s->tests = arena_array(scratch, TRACE_TESTS_MAX, sizeof *s->tests);
    s->field_count = settled->field_count;
    s->time_count = trace->time_count;
    s->guid_count = trace->guid_count;
    s->kind = settled->kind;
    s->speech = trace->speech;
    s->source_count = settled->logsource_count;
    memcpy(s->sources, settled->logsources, sizeof s->sources);
    if (!take_apart(l) || !fill_fields(l, raw))
        return NULL;
    add_guards(l);
    add_tests(l);
    return settle(l, a);
}
