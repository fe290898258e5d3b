/*
 * json_flatten.c - a JSON object as the flat fields of an event: names joined
 * by dots, arrays as repeated fields (event.h states the rules).
 */
#include "formats/json_format.h"

#include "base/hash.h"

struct level {
    str name; /* of what is open: a prefix for members, the name for elements */
    bool array, empty;
};

enum {
    NEAR_FIELDS = 64,                  /* a name is looked for among so many by comparing */
    NAME_SLOTS = 4 * EVENT_FIELDS_MAX, /* beyond, in a hash table; a power of two */
};

struct flattening {
    struct json *json;
    struct event *event;
    struct arena *arena;
    uint64_t seed;
    bool raw; /* strings stay as they are */
    struct level levels[JSON_DEPTH_MAX];
    uint32_t depth, arrays; /* open levels, and how many of them are arrays */
    uint32_t array_from;    /* the first field of the outermost open array */
    uint32_t *slots;        /* places of its fields, plus 1, by name; NULL while it is short */
};

/* Notes the name of field `at`; was it there already? */
static bool note_name(struct flattening *f, str name, uint32_t at)
{
    size_t slot = hash64(name, f->seed) & (NAME_SLOTS - 1);

    while (f->slots[slot] && !str_eq(f->event->fields[f->slots[slot] - 1].name, name))
        slot = (slot + 1) & (NAME_SLOTS - 1);
    if (f->slots[slot])
        return true;
    f->slots[slot] = at + 1;
    return false;
}

/* Has the name stood in the outermost open array before? The search goes backwards: in an array of
 * scalars the first look hits, in one of objects those of one element are looked at. */
static bool continues(struct flattening *f, str name)
{
    const struct event *ev = f->event;

    if (ev->field_count - f->array_from <= NEAR_FIELDS) {
        for (uint32_t i = ev->field_count; i-- > f->array_from;)
            if (str_eq(ev->fields[i].name, name))
                return true;
        return false;
    }
    if (!f->slots) {
        f->slots = arena_array(f->arena, NAME_SLOTS, sizeof *f->slots);
        for (uint32_t i = f->array_from; i < ev->field_count; i++)
            note_name(f, ev->fields[i].name, i);
    }
    return note_name(f, name, ev->field_count);
}

static void add(struct flattening *f, str name, str value, enum value_type type)
{
    bool raw = f->raw && type == VALUE_STRING;

    if (f->event->field_count == EVENT_FIELDS_MAX) {
        f->event->fields_dropped++;
        return;
    }
    uint16_t flags = f->arrays && continues(f, name) ? FIELD_CONTINUES : 0;

    event_add(f->event, f->arena,
              (struct field){.name = name,
                             .value = value,
                             .type = (uint8_t)type,
                             .flags = (uint16_t)(flags | (raw ? FIELD_RAW : 0))});
}

static void open(struct flattening *f, str name, bool array)
{
    assert(f->depth < JSON_DEPTH_MAX);
    if (array && f->arrays++ == 0) {
        f->array_from = f->event->field_count;
        f->slots = NULL;
    }
    f->levels[f->depth++] = (struct level){.name = name, .array = array, .empty = true};
}

static void close(struct flattening *f)
{
    struct level *level = &f->levels[--f->depth];

    if (level->empty && f->depth > 0)
        add(f, level->name, (str){0}, VALUE_NULL);
    f->arrays -= level->array;
}

/* The member's full name. False when it is longer than EVENT_NAME_MAX. */
static bool member_name(struct flattening *f, struct json_token key, str *ret)
{
    str last = json_string(key, f->arena), prefix = f->levels[f->depth - 1].name;

    if (prefix.n + 1 + last.n > EVENT_NAME_MAX)
        return false;
    *ret = last;
    if (prefix.n) {
        char *out = arena_bytes(f->arena, prefix.n + 1 + last.n);
        memcpy(out, prefix.p, prefix.n);
        out[prefix.n] = '.';
        if (last.n)
            memcpy(out + prefix.n + 1, last.p, last.n);
        *ret = (str){out, prefix.n + 1 + last.n};
    }
    return true;
}

static void value(struct flattening *f, struct json_token t, str name)
{
    switch (t.kind) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        open(f, name, t.kind == JSON_ARRAY);
        break;
    case JSON_STRING:
        add(f, name, f->raw ? t.text : json_string(t, f->arena), VALUE_STRING);
        break;
    case JSON_NUMBER:
        add(f, name, t.text, VALUE_NUMBER);
        break;
    case JSON_TRUE:
    case JSON_FALSE: { /* the word that was just read */
        size_t n = t.kind == JSON_TRUE ? strlen("true") : strlen("false");
        add(f, name, (str){f->json->text.p + f->json->at - n, n}, VALUE_BOOL);
        break;
    }
    default:
        add(f, name, (str){0}, VALUE_NULL);
        break;
    }
}

bool json_flatten(struct json *j, struct event *ev, uint64_t seed, bool raw, struct arena *a)
{
    struct flattening f;

    f.json = j;
    f.event = ev;
    f.arena = a;
    f.seed = seed;
    f.raw = raw;
    f.slots = NULL;
    f.depth = f.arrays = f.array_from = 0;
    open(&f, (str){0}, false);
    while (f.depth > 0) {
        struct json_token t = json_next(j);
        struct level *level = &f.levels[f.depth - 1];
        str name = level->name;

        if (t.kind == JSON_ERROR)
            return false;
        if (t.kind == JSON_OBJECT_END || t.kind == JSON_ARRAY_END) {
            close(&f);
            continue;
        }
        level->empty = false;
        if (t.kind == JSON_KEY) {
            bool fits = member_name(&f, t, &name);
            t = json_next(j);
            if (!fits && !json_skip(j, t))
                return false;
            ev->fields_dropped += !fits;
            if (!fits)
                continue;
            if (t.kind == JSON_ERROR)
                return false;
        }
        value(&f, t, name);
    }
    return true;
}
