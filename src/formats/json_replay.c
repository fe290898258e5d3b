/*
 * json_replay.c - fixed texts of all shapes are a tree (simd/json_walk.h). At the end
 * of a way hang the shapes that have these texts; they part by values that decide.
 */
#include "formats/json_replay.h"

#include "base/mem.h"
#include "formats/json_codec.h"
#include "formats/shape_time.h"
#include "simd/json_word.h"
#include "simd/simd.h"

#include <stdlib.h>

enum {
    SCRATCH_BYTES = 64 * 1024,
    SPOKEN_SLOTS = 1024,    /* layouts with what dialects add remembered; a power of two */
    SPOKEN_FIELDS_MAX = 64, /* room for what they add, at first */
};

/* A shape's layout with what a dialect adds by one of its templates. */
struct spoken {
    const struct dialect *dialect; /* NULL: none read the text */
    uint32_t base, of_dialect;
    uint32_t layout; /* 0: free */
};

struct json_book {
    const struct simd *simd;
    struct arena *arena;   /* of shapes */
    struct arena *scratch; /* of one that is being learned */
    struct json_node *root;
    uint32_t count;
    uint32_t refused;                              /* one after the other */
    uint32_t pause;                                /* records that are not tried */
    struct json_span spans[JSON_SHAPE_VALUES_MAX]; /* of the record at work */
    str containers[JSON_SHAPE_VALUES_MAX];
    struct json_way way;
    /* Of records with a text that dialects read: */
    const struct json_shape *last; /* that was replayed */
    struct spoken *spoken;         /* NULL until there is one */
    uint32_t spoken_count;
    struct field fields[JSON_SHAPE_FIELDS_MAX + SPOKEN_FIELDS_MAX];
};

struct json_book *json_book_new(void)
{
    struct json_book *b = mem_alloc(sizeof *b);

    b->simd = simd_best();
    b->arena = arena_new(256 * 1024);
    b->scratch = arena_new(SCRATCH_BYTES);
    return b;
}

void json_book_free(struct json_book *b)
{
    if (!b)
        return;
    arena_free(b->arena);
    arena_free(b->scratch);
    free(b->spoken);
    free(b);
}

/* ------------------------------------------------------------ finding */

static inline str value_at(const struct json_book *b, const struct json_shape *s,
                           const char *record, uint32_t value)
{
    if (value >= s->plain_count)
        return b->containers[value - s->plain_count];
    const struct json_span *span = &b->spans[value];
    return (str){record + span->from, span->n & ~(uint32_t)JSON_SPAN_WORD};
}

/* So many bytes behind the end of a value. */
static size_t place_of(const struct json_book *b, uint16_t value, uint32_t behind)
{
    if (value == JSON_NO_VALUE)
        return behind;
    const struct json_span *span = &b->spans[value];
    return span->from + (span->n & ~(uint32_t)JSON_SPAN_WORD) + behind;
}

/* Whole objects and arrays; false when one of them might not be valid UTF-8. */
static bool read_containers(struct json_book *b, const struct json_shape *s, const char *record)
{
    for (uint32_t i = 0; i < s->container_count; i++) {
        const struct json_container *c = &s->containers[i];
        const size_t from = place_of(b, c->from_value, c->from),
                     to = place_of(b, c->to_value, c->to);
        b->containers[i] = (str){record + from, to - from};
        if (!b->simd->is_ascii(record + from, to - from))
            return false;
    }
    return true;
}

/* Does the text of a raw value fit, or not, as it did? False also when an escape stands where the
 * test looks: then the value is not the text there. */
static bool test_holds(const struct json_test *t, str raw)
{
    enum { ESCAPE_BYTES = 6 }; /* it may begin so far before its last byte */
    const size_t part = t->want.n - 1;
    size_t from = 0, to = raw.n;

    if (t->want.p[part] == '*')
        to = part < raw.n ? part : raw.n;
    else if (t->want.p[0] == '*' && raw.n > part + ESCAPE_BYTES)
        from = raw.n - part - ESCAPE_BYTES;
    return (from == to || !memchr(raw.p + from, '\\', to - from)) &&
           shape_value_fits(raw, t->want) == t->fits;
}

static bool guard_holds(const struct json_guard *g, const struct json_test *tests, str value)
{
    if (str_eq(value, g->text) && (g->text.n || !g->test_count))
        return true;
    for (uint32_t i = 0; i < g->test_count; i++)
        if (!test_holds(&tests[i], value))
            return false;
    return g->test_count > 0;
}

static bool guards_hold(const struct json_book *b, const struct json_shape *s, const char *record)
{
    const struct json_test *tests = s->tests;

    for (uint32_t i = 0; i < s->guard_count; i++) {
        const struct json_guard *g = &s->guards[i];
        if (!guard_holds(g, tests, value_at(b, s, record, g->value)))
            return false;
        tests += g->test_count;
    }
    return true;
}

/* The record's shape, moved to the front of its fellows; NULL when it is not known. */
static struct json_shape *find(struct json_book *b, str text, size_t *ret_n)
{
    const char *end;
    const struct json_node *last =
        b->simd->json_walk(&b->root, text.p, text.p + text.n, b->spans, &end);

    if (!last)
        return NULL;
    *ret_n = (size_t)(end - text.p);
    struct json_shape **first = last->found;
    for (struct json_shape **place = first, *s; (s = *place); place = &s->next) {
        if (!read_containers(b, s, text.p) || !guards_hold(b, s, text.p))
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

static void fill(const struct json_book *b, const struct json_shape *s, const char *record)
{
    const struct json_field_fill *fill = s->fills, *end = fill + s->string_fills;

    for (; fill < end; fill++) {
        struct field *f = &s->fields[fill->field];
        const struct json_span *span = &b->spans[fill->value];
        f->value = (str){record + span->from, span->n};
        f->type = VALUE_STRING;
        f->flags = fill->flags;
    }
    for (end = s->fills + s->scalar_fills; fill < end; fill++) {
        struct field *f = &s->fields[fill->field];
        f->value = value_at(b, s, record, fill->value);
        f->type = b->spans[fill->value].n & JSON_SPAN_WORD ? VALUE_BOOL : VALUE_NUMBER;
        f->flags = fill->flags;
    }
    for (end = s->fills + s->fill_count; fill < end; fill++) {
        struct field *f = &s->fields[fill->field];
        f->value = value_at(b, s, record, fill->value);
        f->type = VALUE_STRING;
        f->flags = fill->flags;
    }
}

/* Is the value, when it is a string, text as it stands: ASCII without a backslash? */
static bool is_plain(const struct field *f)
{
    const char *p = f->value.p;
    uint64_t odd = 0;

    if (f->type != VALUE_STRING)
        return true;
    for (size_t n = f->value.n; n; p += JSON_WORD) {
        uint64_t word = json_load_word(p);
        if (n < JSON_WORD)
            word &= ((uint64_t)1 << n * 8) - 1;
        uint64_t x = word ^ JSON_EACH_BYTE('\\');
        odd |= word | ((x - JSON_EACH_BYTE(0x01)) & ~x); /* top bits: not ASCII, a backslash */
        n -= n < JSON_WORD ? n : JSON_WORD;
    }
    return (odd & JSON_EACH_BYTE(0x80)) == 0;
}

/* The first that can be read, as shape.c tries them. False when it takes more than a look: what is
 * no time as it stands may be one without its escapes, and never the other way round. */
static bool read_time(const struct json_shape *s, struct event *ev)
{
    ev->has_time = false;
    ev->time_ns = 0;
    ev->time_digits = 0;
    for (uint32_t i = 0; i < s->time_count; i++) {
        const struct field *f = &ev->fields[s->times[i].place];
        int64_t ns;
        uint8_t digits;
        bool zoned, is_time = shape_time_read(f->value, &ns, &digits, &zoned);
        if (!is_time && !is_plain(f))
            return false;
        if (!is_time || (s->times[i].zoned_only && !zoned))
            continue;
        ev->time_ns = ns;
        ev->time_digits = digits;
        ev->has_time = true;
        return true;
    }
    return true;
}

static bool brace_guids(const struct json_shape *s)
{
    for (uint32_t i = 0; i < s->guid_count; i++) {
        struct field *f = &s->fields[s->guids[i]];
        if (!is_plain(f))
            return false;
        if (!shape_is_bare_guid(f->value))
            continue;
        if (f->type != VALUE_STRING)
            return false;
        f->flags |= FIELD_RAW | JSON_CODING_BRACED << FIELD_CODING_SHIFT;
    }
    return true;
}

bool json_replay(struct json_book *b, str text, struct event *ev, size_t *ret_n)
{
    const struct json_shape *s = find(b, text, ret_n);

    if (!s)
        return false;
    fill(b, s, text.p);
    if (!brace_guids(s))
        return false;
    ev->fields = s->fields;
    ev->field_count = ev->field_capacity = s->field_count;
    ev->fields_dropped = 0;
    ev->codec = &json_codec;
    ev->layout = s->layout;
    ev->kind = s->kind;
    ev->source_set = 0;
    ev->logsource_count = (uint8_t)s->source_count;
    memcpy(ev->logsources, s->sources, s->source_count * sizeof *s->sources);
    b->last = s;
    return read_time(s, ev);
}

/* ------------------------------------------------------------ speech */

/* 0 when too many are remembered. */
static uint32_t spoken_layout(struct json_book *b, const struct dialect *dialect, uint32_t base,
                              uint32_t of_dialect)
{
    size_t at = ((size_t)(uintptr_t)dialect >> 4) * 0x9E3779B1u + base * 0x85EBCA6Bu + of_dialect;

    if (!b->spoken)
        b->spoken = mem_array(SPOKEN_SLOTS, sizeof *b->spoken);
    for (at ^= at >> 15;; at++) {
        struct spoken *s = &b->spoken[at & (SPOKEN_SLOTS - 1)];
        if (s->layout && s->dialect == dialect && s->base == base && s->of_dialect == of_dialect)
            return s->layout;
        if (s->layout)
            continue;
        if (b->spoken_count == SPOKEN_SLOTS / 2)
            return 0;
        b->spoken_count++;
        *s = (struct spoken){dialect, base, of_dialect, layout_number_new()};
        return s->layout;
    }
}

/* A dialect may look at any field: those of a record with escapes are made text first. */
void json_replay_speech(struct json_book *b, struct shape_book *shapes, struct event *ev,
                        struct arena *a)
{
    const struct json_shape *s = b->last;
    uint32_t of_dialect;

    if (!s->speech.any)
        return;
    memcpy(b->fields, ev->fields, ev->field_count * sizeof *ev->fields);
    ev->fields = b->fields;
    ev->field_capacity = countof(b->fields);
    if (memchr(ev->raw.p, '\\', ev->raw.n) || !b->simd->is_ascii(ev->raw.p, ev->raw.n))
        event_settle(ev, a);
    const struct dialect *dialect = shape_say(shapes, ev, &s->speech, a, &of_dialect);
    if (ev->field_count == s->field_count)
        return;
    ev->layout = (dialect && !of_dialect) || ev->field_count > JSON_SHAPE_FIELDS_MAX || !s->layout
                     ? 0
                     : spoken_layout(b, dialect, s->layout, of_dialect);
}

/* ------------------------------------------------------------ learning */

bool json_book_wants(struct json_book *b)
{
    if (b->pause) {
        b->pause--;
        return false;
    }
    return b->count < JSON_BOOK_SHAPES_MAX && arena_used(b->arena) < JSON_BOOK_BYTES_MAX;
}

/* The first few cost little; then twice as many are passed over each time. */
static void refuse(struct json_book *b)
{
    enum { PATIENCE = 8, DOUBLINGS_MAX = 6 };
    _Static_assert(1 << DOUBLINGS_MAX == JSON_BOOK_PAUSE_MAX, "the longest pause");

    if (b->refused < PATIENCE + DOUBLINGS_MAX)
        b->refused++;
    if (b->refused > PATIENCE)
        b->pause = 1u << (b->refused - PATIENCE);
}

static size_t node_size(const struct json_part *part)
{
    size_t n = offsetof(struct json_node, text) + part->text.n;

    return (n + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
}

/* The way's next node among those from *first on; NULL when it is not there. */
static struct json_node *known_node(struct json_node *first, const struct json_part *part,
                                    uint32_t *ret_fellows)
{
    *ret_fellows = 0;
    for (struct json_node *node = first; node; node = node->other, ++*ret_fellows)
        if (node->then == part->then && str_eq((str){node->text, node->length}, part->text))
            return node;
    return NULL;
}

/* Hangs parts at *first, one behind the other, also in memory. Returns the last node. */
static struct json_node *add_parts(struct json_book *b, struct json_node **first, uint32_t from)
{
    const struct json_way *way = &b->way;
    struct json_node *node = NULL;
    size_t size = SIMD_PADDING; /* a comparison reads that many bytes, whatever the length */

    for (uint32_t i = from; i < way->count; i++)
        size += node_size(&way->parts[i]);
    char *room = arena_alloc(b->arena, size);
    for (uint32_t i = from; i < way->count; i++) {
        const struct json_part *part = &way->parts[i];
        node = (struct json_node *)(void *)room;
        room += node_size(part);
        node->length = (uint8_t)part->text.n;
        node->then = part->then;
        memcpy(node->text, part->text.p, part->text.n);
        node->other = *first;
        *first = node;
        first = &node->next;
    }
    return node;
}

/* The node at the end of the way; NULL when too many part from it at one place. */
static struct json_node *end_of_way(struct json_book *b)
{
    struct json_node **first = &b->root, *node = NULL;

    for (uint32_t i = 0; i < b->way.count; i++) {
        uint32_t fellows;
        node = known_node(*first, &b->way.parts[i], &fellows);
        if (!node)
            return fellows == JSON_BOOK_FELLOWS ? NULL : add_parts(b, first, i);
        first = &node->next;
    }
    return node;
}

static bool add(struct json_book *b, struct json_shape *s)
{
    struct json_node *node = end_of_way(b);
    uint32_t fellows = 0;

    if (!node)
        return false;
    struct json_shape **shapes = node->found;
    if (!shapes)
        node->found = shapes = arena_alloc(b->arena, sizeof(struct json_shape *));
    for (const struct json_shape *other = *shapes; other; other = other->next)
        fellows++;
    if (fellows == JSON_BOOK_TRIES)
        return false;
    s->next = *shapes;
    *shapes = s;
    return true;
}

void json_book_learn(struct json_book *b, const struct event *settled, struct event *raw,
                     const struct shape_trace *trace)
{
    struct json_shape *s = json_shape_learn(settled, raw, trace, &b->way, b->scratch, b->arena);

    if (s && add(b, s)) {
        b->count++;
        b->refused = 0;
    } else {
        refuse(b);
    }
    arena_reset(b->scratch);
}
