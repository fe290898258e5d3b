#include "behave/behavior_set.h"

#include "base/mem.h"

#include <stdlib.h>

enum { COMMON_SETTINGS = 2, SET_ARENA_BYTES = 16 * 1024 };

struct running {
    const struct behavior_type *type;
    struct settings settings;
    enum severity severity;
    void *self;
};

/* Who looks at an activity. */
struct listeners {
    uint8_t *behaviors; /* places in `all` */
    uint32_t count;
};

struct behavior_set {
    struct arena *arena;
    struct running *all;
    uint32_t count;
    struct listeners by_activity[ACTIVITY_COUNT];
    uint8_t columns[COLUMN_COUNT];
    uint32_t column_count;
};

/* Of which the keys of an observation are made, and leases known (identity.h). */
static const uint8_t key_columns[] = {
    COLUMN_source_port,   COLUMN_source_ip,      COLUMN_source_domain,      COLUMN_user_name,
    COLUMN_user_domain,   COLUMN_user_id,        COLUMN_host_name,          COLUMN_host_ip,
    COLUMN_observer_name, COLUMN_destination_ip, COLUMN_destination_domain, COLUMN_event_action,
};

static const struct setting common_settings[COMMON_SETTINGS] = {
    {.name = "enabled", .kind = SETTING_FLAG, .fallback = "true", .help = "look for it"},
    {.name = "severity",
     .kind = SETTING_WORD,
     .words = "informational low medium high critical",
     .help = "of its alerts, unless they differ among themselves"},
};

static const struct yaml_node no_settings = {.kind = YAML_MAP};

/* A behaviour's table with the common rows behind its own. */
static const struct setting *whole_table(const struct behavior_type *type, struct arena *a,
                                         uint32_t *ret_count)
{
    struct setting *table = arena_array(a, type->setting_count + COMMON_SETTINGS, sizeof *table);

    if (type->setting_count)
        memcpy(table, type->settings, type->setting_count * sizeof *table);
    memcpy(table + type->setting_count, common_settings, sizeof common_settings);
    *ret_count = type->setting_count + COMMON_SETTINGS;
    return table;
}

static bool start(struct behavior_set *s, const struct behavior_type *type,
                  const struct yaml_node *node, struct err *e)
{
    struct running *r = &s->all[s->count];
    uint32_t rows;
    const struct setting *table = whole_table(type, s->arena, &rows);

    if (!settings_read(node ? node : &no_settings, table, rows, s->arena, &r->settings, e))
        return err_wrap(e, "%s", type->name);
    if (!setting_flag(&r->settings, "enabled"))
        return true;
    r->type = type;
    r->severity = type->severity;
    str severity = setting_text(&r->settings, "severity");
    if (severity.p && !severity_parse(severity, &r->severity))
        return err_set(e, ERR_INPUT, "%s: no severity", type->name);
    r->self = type->open(&r->settings, e);
    if (!r->self)
        return err_wrap(e, "%s", type->name);
    s->count++;
    return true;
}

/* The map of behaviours of the file, whose names are known; NULL when it has none. */
static bool find_map(str text, struct arena *a, const struct yaml_node **ret, struct err *e)
{
    static const struct setting table[] = {
        {.name = "behaviors", .kind = SETTING_MAP, .help = "a map for each behaviour"}};
    struct yaml_document *documents;
    struct settings file;
    uint32_t count;

    *ret = NULL;
    if (!yaml_parse(text, a, &documents, &count, e))
        return false;
    if (count == 0 || !documents[0].root)
        return true;
    if (!settings_read(documents[0].root, table, countof(table), a, &file, e))
        return false;
    const struct yaml_node *map = file.values[0].node;
    for (uint32_t i = 0; map && i < map->count; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        if (!behavior_type_find(key->text))
            return err_set_at(e, key->line, key->column, "there is no behaviour '" STR_FMT "'",
                              STR_ARG(key->text));
    }
    *ret = map;
    return true;
}

static void add_column(struct behavior_set *s, uint8_t column)
{
    for (uint32_t i = 0; i < s->column_count; i++)
        if (s->columns[i] == column)
            return;
    s->columns[s->column_count++] = column;
}

static void listen(struct behavior_set *s)
{
    for (uint32_t i = 0; i < countof(key_columns); i++)
        add_column(s, key_columns[i]);
    for (uint32_t i = 0; i < ACTIVITY_COUNT; i++)
        s->by_activity[i].behaviors = arena_array(s->arena, s->count + 1, 1);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct behavior_type *type = s->all[i].type;
        if (behavior_set_off(s, i))
            continue;
        for (const uint8_t *c = type->columns; *c != COLUMN_COUNT; c++)
            add_column(s, *c);
        for (const uint8_t *a = type->activities; *a != ACTIVITY_none; a++) {
            struct listeners *l = &s->by_activity[*a];
            l->behaviors[l->count++] = (uint8_t)i;
        }
    }
}

struct behavior_set *behavior_set_new(str text, struct err *e)
{
    struct behavior_set *s = mem_alloc(sizeof *s);
    const struct yaml_node *map;

    s->arena = arena_new(SET_ARENA_BYTES);
    s->all = arena_array(s->arena, behavior_type_count, sizeof *s->all);
    bool ok = find_map(text, s->arena, &map, e);
    for (uint32_t i = 0; i < behavior_type_count && ok; i++) {
        const struct behavior_type *type = behavior_types[i];
        ok = start(s, type, map ? yaml_get(map, str_from(type->name)) : NULL, e);
    }
    if (!ok) {
        behavior_set_free(s);
        return NULL;
    }
    listen(s);
    return s;
}

void behavior_set_free(struct behavior_set *s)
{
    if (!s)
        return;
    for (uint32_t i = 0; i < s->count; i++)
        s->all[i].type->close(s->all[i].self);
    arena_free(s->arena);
    free(s);
}

bool behavior_set_wants(const struct behavior_set *s, uint8_t activity)
{
    return s->by_activity[activity].count > 0;
}

uint32_t behavior_set_columns(const struct behavior_set *s, const uint8_t **ret)
{
    *ret = s->columns;
    return s->column_count;
}

void behavior_set_observe(struct behavior_set *s, const struct observation *o,
                          struct behavior_port *port)
{
    const struct listeners *l = &s->by_activity[o->columns->activity];

    for (uint32_t i = 0; i < l->count; i++) {
        struct running *r = &s->all[l->behaviors[i]];
        port->severity = r->severity;
        r->type->observe(r->self, o, port);
    }
}

void behavior_set_advance(struct behavior_set *s, int64_t now_ns, struct behavior_port *port)
{
    for (uint32_t i = 0; i < s->count; i++) {
        struct running *r = &s->all[i];
        port->severity = r->severity;
        if (r->type->advance)
            r->type->advance(r->self, now_ns, port);
    }
}

uint32_t behavior_set_count(const struct behavior_set *s)
{
    return s->count;
}

const struct behavior_type *behavior_set_stats(const struct behavior_set *s, uint32_t i,
                                               struct behavior_stats *ret)
{
    *ret = (struct behavior_stats){0};
    s->all[i].type->stats(s->all[i].self, ret);
    return s->all[i].type;
}

const struct setting *behavior_common_settings(uint32_t *ret_count)
{
    *ret_count = COMMON_SETTINGS;
    return common_settings;
}

const char *behavior_set_off(const struct behavior_set *s, uint32_t i)
{
    const struct running *r = &s->all[i];

    return r->type->off ? r->type->off(r->self) : NULL;
}
