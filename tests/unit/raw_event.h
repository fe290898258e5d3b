/*
 * raw_event.h - events as a fast decoder would give them: a layout number for
 * each sequence of names, and raw values behind a codec of the tests' own, which
 * adds the number in the upper half of a field's flags to each byte of the text
 * and ends the text at a zero byte.
 */
#pragma once

#include "base/intern.h"
#include "event/event.h"

static inline size_t raw_room(const struct field *f)
{
    return f->value.n;
}

static inline size_t raw_text(const struct field *f, char *out)
{
    char shift = (char)(f->flags >> FIELD_CODING_SHIFT);
    size_t n = 0;

    for (; n < f->value.n && (char)(f->value.p[n] - shift) != '\0'; n++)
        out[n] = (char)(f->value.p[n] - shift);
    return n;
}

static const struct value_codec raw_codec = {.room = raw_room, .text = raw_text};

/* The field with its value made raw; `pad` zero bytes of text follow it. */
static inline struct field raw_field(struct field f, uint8_t shift, size_t pad, struct arena *a)
{
    char *out = arena_alloc(a, f.value.n + pad + VALUE_PADDING);

    for (size_t i = 0; i < f.value.n; i++)
        out[i] = (char)(f.value.p[i] + shift);
    memset(out + f.value.n, shift, pad);
    f.value = (str){out, f.value.n + pad};
    f.flags |= (uint16_t)(FIELD_RAW | shift << FIELD_CODING_SHIFT);
    return f;
}

/* Layout numbers: layouts[id of the sequence of names, and of the values that are FIELD_SAME]. */
enum { RAW_LAYOUTS_MAX = 9000, RAW_NAMES_MAX = 16384 };
struct raw_layouts {
    struct intern *keys;
    uint32_t numbers[RAW_LAYOUTS_MAX];
    char key[RAW_NAMES_MAX];
};

static inline uint32_t raw_layout(struct raw_layouts *l, const struct event *ev)
{
    size_t n = 0;

    for (uint32_t i = 0; i < ev->field_count; i++) {
        str name = ev->fields[i].name;
        assert(n + name.n + 1 <= RAW_NAMES_MAX);
        memcpy(l->key + n, name.p, name.n);
        n += name.n;
        l->key[n++] = ev->fields[i].flags & FIELD_CONTINUES;
        if (!(ev->fields[i].flags & FIELD_SAME))
            continue;
        str value = ev->fields[i].value;
        assert(n + value.n <= RAW_NAMES_MAX);
        memcpy(l->key + n, value.p, value.n);
        n += value.n;
    }
    uint32_t id = intern_add(l->keys, (str){l->key, n});
    if (id >= RAW_LAYOUTS_MAX)
        return 0;
    if (!l->numbers[id])
        l->numbers[id] = layout_number_new();
    return l->numbers[id];
}

/* A copy of the event with fields of its own. */
static inline struct event raw_copy(const struct event *ev, struct arena *a)
{
    struct event copy = *ev;

    copy.fields = arena_array(a, ev->field_count + 1, sizeof *copy.fields);
    if (ev->field_count)
        memcpy(copy.fields, ev->fields, ev->field_count * sizeof *copy.fields);
    copy.field_capacity = ev->field_count;
    return copy;
}
