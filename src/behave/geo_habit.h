/*
 * geo_habit.h - a behaviour that tells of an account that logs on from where it never came from, of
 * one sort of place: the sort is its own, the rest is here. See habit.h for when one is new.
 */
#pragma once

#include "behave/geo_setting.h"

/* The settings are `database` and `days`. */
/* A place as one sort of behaviour sees it. */
struct geo_thing {
    str value; /* of the alert's key; empty: the database does not tell */
    str shown; /* for people */
};

struct geo_sort {
    const struct behavior_type *type;
    const char *key;     /* of the alert, beside "user": "country" */
    const char *many;    /* "countries" */
    const char *measure; /* "the account's own countries" */
    struct geo_thing (*thing)(const struct geo_place *p, struct arena *a);
};

void *geo_habit_open(const struct settings *s, struct err *e);
void geo_habit_close(void *self);
const char *geo_habit_off(const void *self);
void geo_habit_observe(void *self, const struct geo_sort *sort, const struct observation *o,
                       struct behavior_port *port);
void geo_habit_stats(const void *self, struct behavior_stats *ret);
