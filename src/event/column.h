/* column.h - the common columns of an event: about a hundred names that mean the same for every
 * product, filled from the native fields by the tables of the event's kind. */
#pragma once

#include "event/event.h"

enum column_type { COLUMN_TYPE_TEXT, COLUMN_TYPE_IP, COLUMN_TYPE_PORT, COLUMN_TYPE_INT };

enum BYTE_ENUM column {
#define COLUMN(id, name, type, what) COLUMN_##id,
#include "event/columns.def"
#undef COLUMN
    COLUMN_COUNT
};

/* What is not of the record itself, but known from others. */
enum columns_derived {
    DERIVED_SOURCE_IP = 1,
    DERIVED_SOURCE_PORT = 2,
    DERIVED_OUTCOME = 4,
};

struct columns {
    str values[COLUMN_COUNT]; /* canonical text of the column's type; .p is NULL where absent */
    uint8_t outcome;          /* enum outcome */
    uint8_t activity;         /* enum activity */
    uint8_t derived;          /* enum columns_derived, several: nothing after columns_fill() */
    const char *type; /* ECS's event.type beyond the activity's: "allowed", "denied"; NULL */
};

const char *column_name(enum column column); /* "source.ip" */
const char *column_what(enum column column);
enum column_type column_type(enum column column);
enum column column_find(str name); /* COLUMN_COUNT when there is none of that name */

/* What an activity is called: OCSF's class_uid, activity_id (type_uid is class * 100 + activity),
 * and ECS's category and type ("" when there is none). */
struct activity_row {
    const char *name;
    uint32_t class_uid;
    uint8_t activity_id;
    const char *category, *type, *what;
};
const struct activity_row *activity_row(uint8_t activity);

/* Fills the columns. Values are the event's where they can be, others live in a. The event's values
 * are text (event_settle()). An event without a kind has what its log source's table knows, and the
 * columns that the names of its fields give away ("src_ip", "user"): see column_names.def. */
void columns_fill(const struct event *ev, struct columns *ret, struct arena *a);

/* For refine: puts a value by one rule, as the tables do; does nothing when the column has one. */
struct column_rule;
void columns_put(struct columns *c, enum column column, uint8_t via, str value, struct arena *a);
/* The same by a table of event/kind.h. */
void columns_put_rules(const struct event *ev, const struct column_rule *rule, struct columns *c,
                       struct arena *a);
/* The same by the names of the fields: those that are a column's own. */
void columns_put_own(const struct event *ev, struct columns *c, struct arena *a);
