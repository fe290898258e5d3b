#include "behave/behavior.h"

#include "text/ip.h"

#define BEHAVIOR(name) extern const struct behavior_type behavior_##name;
#include "behave/behaviors.def"
#undef BEHAVIOR

const struct behavior_type *const behavior_types[] = {
#define BEHAVIOR(name) &behavior_##name,
#include "behave/behaviors.def"
#undef BEHAVIOR
};
const uint32_t behavior_type_count = countof(behavior_types);

const struct behavior_type *behavior_type_find(str name)
{
    for (uint32_t i = 0; i < behavior_type_count; i++)
        if (str_eq(name, str_from(behavior_types[i]->name)))
            return behavior_types[i];
    return NULL;
}

void behavior_tell(const struct behavior_type *type, struct behavior_port *port, struct signal *s)
{
    str rest = str_from(type->tags);
    uint32_t count = 0;
    str *tags = arena_array(port->arena, SIGNAL_TAGS_MAX, sizeof *tags);

    while (rest.n && count < SIGNAL_TAGS_MAX)
        tags[count++] = str_cut(&rest, ' ');
    s->origin = SIGNAL_BEHAVIOR;
    s->id = str_from(type->name);
    s->title = s->title.n ? s->title : str_from(type->title);
    s->severity = s->severity ? s->severity : port->severity;
    if (s->tag_count == 0) {
        s->tags = tags;
        s->tag_count = count;
    }
    port->signal(port->ctx, s);
}

static void add_entity(struct entity *list, uint32_t *count, enum entity_type type, str value)
{
    if (value.n == 0)
        return;
    for (uint32_t i = 0; i < *count; i++)
        if (list[i].type == type && str_eq(list[i].value, value))
            return;
    list[(*count)++] = (struct entity){type, value};
}

enum entity_type behavior_place_type(str key)
{
    struct ip ip;

    return ip_parse(key, &ip) ? ENTITY_IP : ENTITY_HOST;
}

uint32_t behavior_entities(const struct observation *o, struct arena *a, const struct entity **ret)
{
    enum { PLACES = 4, ALL = PLACES + 1 };
    struct entity *list = arena_array(a, ALL, sizeof *list);
    /* The device that saw traffic between others has no part in it. */
    const bool seen_only = o->target.n && activity_row(o->columns->activity)->category[0] &&
                           strcmp(activity_row(o->columns->activity)->category, "network") == 0;
    const str places[PLACES] = {o->source, o->source_host, o->target,
                                seen_only ? (str){0} : o->host};
    uint32_t count = 0;

    for (uint32_t i = 0; i < PLACES; i++)
        add_entity(list, &count, behavior_place_type(places[i]), places[i]);
    add_entity(list, &count, ENTITY_USER, o->user);
    *ret = list;
    return count;
}
