/*
 * column.c - fills the common columns: the tables of the event's kind, then the names that mean the
 * same everywhere, then what the kind says is always so, then what only code can say.
 */
#include "event/column.h"

#include "event/column_value.h"
#include "event/kind.h"

enum { KIND_CHAIN_MAX = 8 };

static const struct {
    const char *name;
    uint8_t length, type;
    const char *what;
} rows[] = {
#define COLUMN(id, name, type, what) {name, sizeof(name) - 1, COLUMN_TYPE_##type, what},
#include "event/columns.def"
#undef COLUMN
};

static const struct activity_row activities[] = {
#define ACTIVITY(id, class_uid, activity_id, category, type, what)                                 \
    {#id, class_uid, activity_id, category, type, what},
#include "event/activities.def"
#undef ACTIVITY
};

static const struct column_rule named[] = {
#define NAMED(field, column, via) {S(field), COLUMN_##column, VIA_##via},
#include "event/column_names.def"
#undef NAMED
    {.field = S("")},
};

const char *column_name(enum column column)
{
    assert(column < COLUMN_COUNT);
    return rows[column].name;
}

const char *column_what(enum column column)
{
    assert(column < COLUMN_COUNT);
    return rows[column].what;
}

enum column_type column_type(enum column column)
{
    assert(column < COLUMN_COUNT);
    return (enum column_type)rows[column].type;
}

enum column column_find(str name)
{
    /* Asked of each field of an event: most names begin otherwise. */
    if (name.n == 0 || name.p[0] < 'a' || name.p[0] > 'z')
        return COLUMN_COUNT;
    for (size_t i = 0; i < countof(rows); i++)
        if (rows[i].length == name.n && memcmp(rows[i].name, name.p, name.n) == 0)
            return (enum column)i;
    return COLUMN_COUNT;
}

const struct activity_row *activity_row(uint8_t activity)
{
    assert(activity < ACTIVITY_COUNT);
    return &activities[activity];
}

const struct kind *kind_chosen(const struct kind *k, const struct event *ev)
{
    for (uint32_t n = 0; k && k->choose && n < KIND_CHAIN_MAX; n++) {
        const struct kind *next = k->choose(ev);
        if (!next || next == k)
            break;
        k = next;
    }
    return k;
}

const char *kind_format(const struct kind *k)
{
    for (; k; k = k->base)
        if (k->format)
            return k->format;
    return "";
}

void columns_put_rules(const struct event *ev, const struct column_rule *rule, struct columns *c,
                       struct arena *a)
{
    for (; rule && rule->field.n; rule++) {
        if (c->values[rule->column].p)
            continue;
        uint32_t at = event_find(ev, rule->field);
        if (at < ev->field_count)
            columns_put(c, (enum column)rule->column, rule->via, ev->fields[at].value, a);
    }
}

void columns_put_own(const struct event *ev, struct columns *c, struct arena *a)
{
    for (uint32_t i = 0; i < ev->field_count; i++) {
        bool first = !(ev->fields[i].flags & FIELD_CONTINUES);
        enum column column = first ? column_find(ev->fields[i].name) : COLUMN_COUNT;
        if (column < COLUMN_COUNT)
            columns_put(c, column, VIA_TEXT, ev->fields[i].value, a);
    }
}

static void put_constants(const struct column_constant *constant, struct columns *c)
{
    for (; constant && constant->value.n; constant++)
        if (!c->values[constant->column].p)
            c->values[constant->column] = constant->value;
}

void columns_fill(const struct event *ev, struct columns *ret, struct arena *a)
{
    const struct kind *chain[KIND_CHAIN_MAX];
    uint32_t n = 0;
    bool own_names = false;

    *ret = (struct columns){0};
    for (const struct kind *k = kind_chosen(ev->kind, ev); k; k = k->base) {
        assert(n < KIND_CHAIN_MAX);
        chain[n++] = k;
    }
    for (uint32_t i = 0; i < n; i++) {
        columns_put_rules(ev, chain[i]->columns, ret, a);
        ret->outcome = ret->outcome ? ret->outcome : chain[i]->outcome;
        ret->activity = ret->activity ? ret->activity : chain[i]->activity;
        own_names |= chain[i]->own_names;
    }
    if (!own_names)
        columns_put_rules(ev, named, ret, a);
    for (uint32_t i = 0; i < n; i++) {
        put_constants(chain[i]->constants, ret);
        if (chain[i]->action && !ret->values[COLUMN_event_action].p)
            ret->values[COLUMN_event_action] = str_from(chain[i]->action);
    }
    for (uint32_t i = n; i-- > 0;)
        if (chain[i]->refine)
            chain[i]->refine(ev, ret, a);
}
