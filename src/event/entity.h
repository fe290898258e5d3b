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

str event_host(const struct event *ev); /* .p is NULL when the event names none */
str event_user(const struct event *ev); /* the acting user; values such as "-" are none */
/* The value of the field of that name, in nested renderings of Windows events too
 * ("winlog.event_data.NAME"); .p is NULL when it is absent or says nothing. */
str event_value(const struct event *ev, str name);
/* Fills ret (ENTITIES_MAX places): each pair once, in the order of entities.def. Values that mean
 * nothing ("-", "::1" as "LOCAL", N/A) are left out. Returns how many. */
uint32_t event_entities(const struct event *ev, struct arena *a, struct entity *ret);
