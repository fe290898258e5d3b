/*
 * entity.h - who and what an event is about: the host, the user, and the
 * entities (addresses, hashes, domains, files, processes) an analyst pivots on.
 * The names under which logs hold them are rows of entities.def.
 */
#pragma once

#include "event/event.h"

enum entity_type {
    ENTITY_HOST,
    ENTITY_USER,
    ENTITY_IP,
    ENTITY_DOMAIN,
    ENTITY_URL,
    ENTITY_HASH,
    ENTITY_FILE,
    ENTITY_PROCESS,
    ENTITY_REGISTRY,
    ENTITY_SERVICE,
    ENTITY_RESOURCE,
    ENTITY_TYPE_COUNT
};
const char *entity_type_name(enum entity_type type); /* "host", "ip", ... */

struct entity {
    enum entity_type type;
    str value;
};
enum { ENTITIES_MAX = 64 };

/* What an event is about; the arrays live in the arena, texts are the event's where they can be. */
struct entities {
    str host;                   /* the machine that wrote it; .p is NULL when it names none */
    str user;                   /* who acted; values such as "-" are none */
    const struct entity *items; /* ENTITIES_MAX at most, each pair once, in entities.def's order */
    uint32_t count;             /* values that mean nothing ("-", "LOCAL", N/A) are left out */
};

/* The names of entities.def, so that a field's is found at once. Immutable, shareable by threads.
 */
struct entity_finder;
struct entity_finder *entity_finder_new(void) MUST_USE;
void entity_finder_free(struct entity_finder *f); /* NULL is a no-op */

/* The event's values are text (event_settle()). */
struct entities entity_find(const struct entity_finder *f, const struct event *ev, struct arena *a);

/* The host alone, and one value, of an event that is asked for few of them. */
str event_host(const struct event *ev);
/* The value of the field of that name, in nested renderings of Windows events too
 * ("winlog.event_data.NAME"); .p is NULL when it is absent or says nothing. */
str event_value(const struct event *ev, str name);
