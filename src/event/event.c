#include "event/event.h"

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
