/* event.c - fields by name, and the values of fast decoders as text. */
#include "event/event.h"

#include <stdatomic.h>

/* The last number given. Counts up to UINT32_MAX and stays there. */
static uint32_t next_number(_Atomic uint32_t *last)
{
    uint32_t n = atomic_load_explicit(last, memory_order_relaxed);

    do
        if (n == UINT32_MAX)
            return 0;
    while (!atomic_compare_exchange_weak_explicit(last, &n, n + 1, memory_order_relaxed,
                                                  memory_order_relaxed));
    return n + 1;
}

uint32_t layout_number_new(void)
{
    static _Atomic uint32_t layout_numbers;

    return next_number(&layout_numbers);
}

uint32_t source_set_number_new(void)
{
    static _Atomic uint32_t source_set_numbers;

    return next_number(&source_set_numbers);
}

str event_value_text(const struct event *ev, const struct field *f, struct arena *a)
{
    if (!(f->flags & FIELD_RAW))
        return f->value;
    assert(ev->codec);
    char *out = arena_bytes(a, ev->codec->room(f) + VALUE_PADDING);
    return (str){out, ev->codec->text(f, out)};
}

/* The texts stand one behind the other, so that hardly more memory is touched than they take. */
void event_settle(struct event *ev, struct arena *a)
{
    size_t room = 0;

    for (uint32_t i = 0; ev->codec && i < ev->field_count; i++)
        if (ev->fields[i].flags & FIELD_RAW)
            room += ev->codec->room(&ev->fields[i]);
    char *out = ev->codec ? arena_bytes(a, room + VALUE_PADDING) : NULL;
    for (uint32_t i = 0; i < ev->field_count; i++) {
        struct field *f = &ev->fields[i];
        if (f->flags & FIELD_RAW) {
            assert(ev->codec);
            size_t n = ev->codec->text(f, out);
            f->value = (str){out, n};
            out += n;
        }
        f->flags &= FIELD_CONTINUES;
    }
    ev->codec = NULL;
    ev->body = (str){0};
}

struct event *event_keep(const struct event *ev, struct arena *a)
{
    struct event *kept = arena_alloc(a, sizeof *kept);

    *kept = *ev;
    kept->fields = arena_array(a, ev->field_count, sizeof *kept->fields);
    if (ev->field_count)
        memcpy(kept->fields, ev->fields, ev->field_count * sizeof *kept->fields);
    kept->field_capacity = ev->field_count;
    event_settle(kept, a);
    return kept;
}

void event_add(struct event *ev, struct arena *a, struct field f)
{
    assert(f.type <= VALUE_NULL);
    if (ev->field_count == EVENT_FIELDS_MAX) {
        ev->fields_dropped++;
        return;
    }
    struct field *room = arena_push(a, (void **)&ev->fields, &ev->field_count, &ev->field_capacity,
                                    sizeof *ev->fields);
    *room = f;
}

uint32_t event_find(const struct event *ev, str name)
{
    for (uint32_t i = ev->field_count; i-- > 0;)
        if (!(ev->fields[i].flags & FIELD_CONTINUES) && str_eq(ev->fields[i].name, name))
            return i;
    return ev->field_count;
}

uint32_t event_next(const struct event *ev, uint32_t at)
{
    assert(at < ev->field_count);
    for (uint32_t i = at + 1; i < ev->field_count; i++)
        if ((ev->fields[i].flags & FIELD_CONTINUES) &&
            str_eq(ev->fields[i].name, ev->fields[at].name))
            return i;
    return ev->field_count;
}

str event_get(const struct event *ev, str name)
{
    uint32_t at = event_find(ev, name);

    return at == ev->field_count ? (str){0} : ev->fields[at].value;
}
