/*
 * json_replay.c - a shape is found by the number of the record's tokens and its
 * first three names, then verified: every byte of fixed text is compared, every
 * number is held against JSON's grammar, values that decide are what they were.
 */
#include "formats/json_replay.h"

#include "base/hash.h"
#include "base/mem.h"
#include "formats/json_codec.h"
#include "formats/shape_time.h"
#include "simd/simd.h"

#include <stdlib.h>

enum { SLOTS = 8192, KEY_NAMES = 3, NAME_BYTES = 8 };

struct json_book {
    const struct simd *simd;
    uint64_t seed;
    struct arena *arena; /* of shapes */
    struct json_shape *slots[SLOTS];
    uint32_t count, refused;
    str values[JSON_SHAPE_VALUES_MAX]; /* of the record at work */
    uint8_t types[JSON_SHAPE_VALUES_MAX];
    struct field fields[JSON_SHAPE_FIELDS_MAX];
};

struct json_book *json_book_new(void)
{
    struct json_book *b = mem_alloc(sizeof *b);

    b->simd = simd_best();
    b->seed = hash_seed() | 1;
    b->arena = arena_new(256 * 1024);
    return b;
}

void json_book_free(struct json_book *b)
{
    if (!b)
        return;
    arena_free(b->arena);
    free(b);
}

/* ------------------------------------------------------------ finding */

static uint64_t mix(uint64_t key, uint64_t word, uint64_t seed)
{
    key = (key ^ word) * seed;
    return key ^ key >> 29;
}

/* Lengths and beginnings of the first names. A guess at where they are: any answer will do, if it
 * is the same for the same shape. */
static uint64_t key_of(const struct json_book *b, const char *text, const uint32_t *tokens,
                       uint32_t count)
{
    uint64_t key = count;
    uint32_t at = 1;

    for (uint32_t i = 0; i < KEY_NAMES && at + 1 < count; i++) {
        size_t n = tokens[at + 1] - tokens[at] - 1;
        uint64_t word;
        memcpy(&word, text + tokens[at] + 1, NAME_BYTES);
        if (n < NAME_BYTES)
            word &= ((uint64_t)1 << (8 * n)) - 1;
        key = mix(key ^ n, word, b->seed);
        at += text[tokens[at + 1] + 2] == '"' ? 4 : 2; /* "name":" */
    }
    return key ^ key >> 32;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *digits_end(const char *p, const char *end)
{
    while (p < end && is_digit(*p))
        p++;
    return p;
}

/* RFC 8259, section 6, for all of the text. */
static bool is_number(str s)
{
    const char *p = s.p, *end = s.p + s.n, *from;

    p += p < end && *p == '-';
    from = p;
    p = digits_end(p, end);
    if (p == from || (*from == '0' && p > from + 1))
        return false;
    if (p < end && *p == '.') {
        from = ++p;
        p = digits_end(p, end);
        if (p == from)
            return false;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        from = p;
        p = digits_end(p, end);
        if (p == from)
            return false;
    }
    return p == end;
}

/* The record's values; false when one of them is nothing that JSON knows. */
static bool read_values(struct json_book *b, const struct json_shape *s, const char *text,
                        const uint32_t *tokens)
{
    for (uint32_t i = 0; i < s->value_count; i++) {
        const struct json_value_place *v = &s->values[i];
        if (v->kind == JSON_VALUE_CONTAINER) {
            const uint32_t from = tokens[v->token];
            b->values[i] = (str){text + from, tokens[v->end_token] + 1 - from};
            b->types[i] = VALUE_STRING;
            if (!b->simd->is_ascii(b->values[i].p, b->values[i].n)) /* it must be valid UTF-8 */
                return false;
            continue;
        }
        if (v->kind == JSON_VALUE_STRING) {
            const uint32_t from = tokens[v->token] + 1;
            b->values[i] = (str){text + from, tokens[v->token + 1] - from};
            b->types[i] = VALUE_STRING;
            continue;
        }
        const uint32_t from = tokens[v->token] + v->before, to = tokens[v->end_token] - v->after;
        if (to <= from || to > tokens[v->end_token])
            return false;
        str value = {text + from, to - from};
        b->values[i] = value;
        b->types[i] = VALUE_NUMBER;
        if (is_number(value))
            continue;
        if (!str_eq(value, S("true")) && !str_eq(value, S("false")))
            return false;
        b->types[i] = VALUE_BOOL;
    }
    return true;
}

static bool guards_hold(const struct json_book *b, const struct json_shape *s)
{
    for (uint32_t i = 0; i < s->guard_count; i++)
        if (!str_eq(b->values[s->guards[i].value], s->guards[i].text))
            return false;
    return true;
}

static bool fits(struct json_book *b, const struct json_shape *s, const char *text,
                 const uint32_t *tokens)
{
    return b->simd->json_glue_match(text, tokens, s->glue, s->glue_count, s->patterns) &&
           read_values(b, s, text, tokens) && guards_hold(b, s);
}

/* The record's shape, moved to the front of its slot; NULL when it is not known. */
static struct json_shape *find(struct json_book *b, const char *text, const uint32_t *tokens,
                               uint32_t count)
{
    uint64_t key = key_of(b, text, tokens, count);
    struct json_shape **first = &b->slots[key % SLOTS], **place = first;

    for (uint32_t tries = 0; *place && tries < JSON_BOOK_TRIES; place = &(*place)->next) {
        struct json_shape *s = *place;
        if (s->key != key || s->token_count != count)
            continue;
        tries++;
        if (!fits(b, s, text, tokens))
            continue;
        if (place != first) {
            *place = s->next;
            s->next = *first;
            *first = s;
        }
        return s;
    }
    return NULL;
}

/* ------------------------------------------------------------ the event */

/* Is the value, when it is a string, text as it stands? */
static bool is_plain(const struct json_book *b, const struct field *f)
{
    return f->type != VALUE_STRING || (b->simd->is_ascii(f->value.p, f->value.n) &&
                                       (f->value.n == 0 || !memchr(f->value.p, '\\', f->value.n)));
}

/* The first that can be read, as shape.c tries them. False when it takes more than a look. */
static bool read_time(const struct json_book *b, const struct json_shape *s, struct event *ev)
{
    ev->has_time = false;
    for (uint32_t i = 0; i < s->trace.time_count; i++) {
        const struct field *f = &ev->fields[s->trace.times[i].place];
        int64_t ns;
        uint8_t digits;
        bool zoned;
        if (!is_plain(b, f))
            return false;
        if (!shape_time_read(f->value, &ns, &digits, &zoned) ||
            (s->trace.times[i].zoned_only && !zoned))
            continue;
        ev->time_ns = ns;
        ev->time_digits = digits;
        ev->has_time = true;
        return true;
    }
    return true;
}

static bool brace_guids(const struct json_book *b, const struct json_shape *s, struct field *fields)
{
    for (uint32_t i = 0; i < s->trace.guid_count; i++) {
        struct field *f = &fields[s->trace.guids[i]];
        if (!is_plain(b, f))
            return false;
        if (!shape_is_bare_guid(f->value))
            continue;
        if (f->type != VALUE_STRING)
            return false;
        f->flags |= FIELD_RAW | JSON_CODING_BRACED << FIELD_CODING_SHIFT;
    }
    return true;
}

bool json_replay(struct json_book *b, const char *text, const uint32_t *tokens, uint32_t count,
                 struct event *ev)
{
    const struct json_shape *s = find(b, text, tokens, count);

    if (!s)
        return false;
    if (s->field_count)
        memcpy(b->fields, s->fields, s->field_count * sizeof *b->fields);
    for (uint32_t i = 0; i < s->fill_count; i++) {
        struct field *f = &b->fields[s->fills[i].field];
        const uint16_t value = s->fills[i].value;
        f->value = b->values[value];
        f->type = b->types[value];
        f->flags |= s->values[value].kind == JSON_VALUE_STRING ? FIELD_RAW : 0;
    }
    if (!brace_guids(b, s, b->fields))
        return false;
    ev->fields = b->fields;
    ev->field_count = ev->field_capacity = s->field_count;
    ev->fields_dropped = 0;
    ev->codec = &json_codec;
    ev->layout = s->layout;
    ev->source_set = 0;
    ev->logsource_count = (uint8_t)s->source_count;
    memcpy(ev->logsources, s->sources, s->source_count * sizeof *s->sources);
    return read_time(b, s, ev);
}

/* ------------------------------------------------------------ learning */

bool json_book_wants(struct json_book *b, const char *text, const uint32_t *tokens, uint32_t count)
{
    uint32_t tries = 0;

    if (b->count == JSON_BOOK_SHAPES_MAX || b->refused == JSON_BOOK_REFUSED_MAX ||
        arena_used(b->arena) > JSON_BOOK_BYTES_MAX)
        return false;
    uint64_t key = key_of(b, text, tokens, count);
    for (const struct json_shape *s = b->slots[key % SLOTS]; s; s = s->next)
        tries += s->key == key && s->token_count == count;
    return tries < JSON_BOOK_TRIES;
}

void json_book_learn(struct json_book *b, const char *text, const uint32_t *tokens, uint32_t count,
                     const struct event *settled, struct event *raw,
                     const struct shape_trace *trace)
{
    struct json_shape *s = json_shape_learn(text, tokens, count, settled, raw, trace, b->arena);

    if (!s) {
        b->refused++;
        return;
    }
    s->key = key_of(b, text, tokens, count);
    s->next = b->slots[s->key % SLOTS];
    b->slots[s->key % SLOTS] = s;
    b->count++;
}
