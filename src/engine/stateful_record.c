#include "engine/stateful_record.h"

#include "triage/tool_signal.h"

#define ABSENT UINT32_MAX

/* ------------------------------------------------------------ writing */

/* Bytes that are measured first, then written: so that a record is one piece of the arena. */
struct writer {
    char *p; /* NULL while it is measured */
    size_t n;
};

static void put_bytes(struct writer *w, const void *bytes, size_t n)
{
    if (w->p && n)
        memcpy(w->p + w->n, bytes, n);
    w->n += n;
}

static void put_u8(struct writer *w, uint8_t value)
{
    put_bytes(w, &value, sizeof value);
}

static void put_u32(struct writer *w, uint32_t value)
{
    put_bytes(w, &value, sizeof value);
}

static void put_str(struct writer *w, str s, size_t max)
{
    const size_t n = s.n < max ? s.n : max;

    put_u32(w, s.p ? (uint32_t)n : ABSENT);
    if (s.p)
        put_bytes(w, s.p, n);
}

typedef void (*put_fn)(struct writer *w, const void *what);

static str write_record(put_fn put, const void *what, struct arena *a)
{
    struct writer w = {0};

    put(&w, what);
    const size_t n = w.n;
    w = (struct writer){.p = arena_bytes(a, n)};
    put(&w, what);
    return (str){w.p, n};
}

struct match {
    uint32_t rule, count;
    const str *values;
};
struct matches {
    struct match *items;
    uint32_t count;
};

static void put_matches(struct writer *w, const void *what)
{
    const struct matches *all = what;

    put_u8(w, STATEFUL_MATCHES);
    put_u32(w, all->count);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct match *m = &all->items[i];
        put_u32(w, m->rule);
        put_u32(w, m->count);
        for (uint32_t k = 0; k < m->count; k++)
            put_str(w, m->values[k], STATEFUL_VALUE_MAX);
    }
}

str stateful_matches(const struct correlator *c, const uint32_t *rules, uint32_t count,
                     const struct event *ev, struct arena *a)
{
    struct matches all = {0};

    for (uint32_t i = 0; i < count; i++) {
        struct match m = {.rule = rules[i]};
        const str *fields;
        if (!correlator_wants(c, m.rule, &fields, &m.count))
            continue;
        str *values = arena_array(a, m.count + 1, sizeof *values);
        correlator_values(c, m.rule, ev, values);
        m.values = values;
        if (!all.items)
            all.items = arena_array(a, count - i, sizeof *all.items);
        all.items[all.count++] = m;
    }
    return all.count ? write_record(put_matches, &all, a) : (str){0};
}

struct rule_finding {
    uint32_t rule;
    const struct finding *finding;
};

static void put_finding(struct writer *w, const void *what)
{
    const struct rule_finding *r = what;
    const struct finding *f = r->finding;
    const uint32_t matched =
        f->matched_count < SIGNAL_DETAILS_MAX ? f->matched_count : SIGNAL_DETAILS_MAX;

    put_u8(w, STATEFUL_FINDING);
    put_u32(w, r->rule);
    put_str(w, f->host, STATEFUL_TEXT_MAX);
    put_str(w, f->user, STATEFUL_TEXT_MAX);
    put_u32(w, f->entity_count);
    for (uint32_t i = 0; i < f->entity_count; i++) {
        put_u8(w, (uint8_t)f->entities[i].type);
        put_str(w, f->entities[i].value, STATEFUL_TEXT_MAX);
    }
    put_u32(w, matched);
    for (uint32_t i = 0; i < matched; i++) {
        put_str(w, f->matched[i].field, STATEFUL_TEXT_MAX);
        put_str(w, f->matched[i].value, STATEFUL_TEXT_MAX);
    }
}

str stateful_finding(uint32_t rule, const struct finding *f, struct arena *a)
{
    const struct rule_finding what = {rule, f};

    return write_record(put_finding, &what, a);
}

/* What another tool's alert is told by, beside the columns of keys. */
static const uint8_t tool_columns[] = {
    COLUMN_rule_id,      COLUMN_rule_name,    COLUMN_rule_category,    COLUMN_threat_name,
    COLUMN_log_level,    COLUMN_event_action, COLUMN_event_provider,   COLUMN_event_reason,
    COLUMN_event_code,   COLUMN_file_path,    COLUMN_observer_product, COLUMN_url_original,
    COLUMN_process_name, COLUMN_file_sha256,  COLUMN_destination_port,
};

struct observed_columns {
    const struct columns *columns;
    struct connection_note note;
    struct tool_note tool;
    uint8_t asked[COLUMN_COUNT + countof(tool_columns)]; /* that are present, each once */
    uint8_t count;
};

static void ask(struct observed_columns *o, const uint8_t *columns, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bool asked = false;
        for (uint8_t k = 0; k < o->count && !asked; k++)
            asked = o->asked[k] == columns[i];
        if (!asked && o->columns->values[columns[i]].p)
            o->asked[o->count++] = columns[i];
    }
}

static void put_observation(struct writer *w, const void *what)
{
    const struct observed_columns *o = what;

    put_u8(w, STATEFUL_OBSERVATION);
    put_u8(w, o->columns->activity);
    put_u8(w, o->columns->outcome);
    put_u8(w, o->note.steps);
    if (o->note.steps)
        put_bytes(w, &o->note.key, sizeof o->note.key);
    put_u8(w, o->count);
    for (uint8_t i = 0; i < o->count; i++) {
        put_u8(w, o->asked[i]);
        put_str(w, o->columns->values[o->asked[i]], STATEFUL_TEXT_MAX);
    }
    if (tool_alerts_of(o->columns->activity)) {
        put_str(w, o->tool.format, STATEFUL_TEXT_MAX);
        put_str(w, o->tool.techniques, STATEFUL_TEXT_MAX);
    }
}

/* The activity that the tables give, and whether code may yet change it. */
static uint8_t activity_of(const struct kind *k, bool *ret_may_change)
{
    uint8_t activity = ACTIVITY_none;

    *ret_may_change = false;
    for (; k; k = k->base) {
        activity = activity ? activity : k->activity;
        *ret_may_change |= k->refine && !k->own_activity;
    }
    return activity;
}

/* The kind, where it is told without making text of all values: those that choose one are numbers
 * and plain names, which stand in JSON as they are. NULL: it is not told so, or not for sure. */
static const struct kind *kind_at_once(const struct event *ev)
{
    bool may_change;

    if (!ev->kind->choose)
        return ev->kind;
    if (ev->raw.n == 0)
        return NULL;
    const struct kind *chosen = kind_chosen(ev->kind, ev);
    return activity_of(chosen, &may_change) == ACTIVITY_none ? NULL : chosen;
}

/* Leases tell whose address it is: identity.h. */
static bool is_asked_for(const struct behavior_set *b, uint8_t activity)
{
    return tool_alerts_of(activity) || activity == ACTIVITY_dhcp || behavior_set_wants(b, activity);
}

str stateful_observation(const struct behavior_set *b, const struct connection_memory *m,
                         const struct event *ev, struct arena *a)
{
    struct observed_columns o = {0};
    const uint8_t *asked;
    bool may_change = true;

    if (!ev->kind || !ev->has_time)
        return (str){0};
    const bool connected = connection_memory_concerns(ev);
    const struct kind *kind = kind_at_once(ev);
    if (kind && !connected) {
        const uint8_t activity = activity_of(kind, &may_change);
        if (!may_change && !is_asked_for(b, activity))
            return (str){0};
    }
    const struct event *settled = event_keep(ev, a);
    struct columns *columns = arena_alloc(a, sizeof *columns);
    columns_fill(settled, columns, a);
    if (!connected && !is_asked_for(b, columns->activity))
        return (str){0};
    if (connected)
        o.note = connection_note_make(m, ev, columns);
    o.columns = columns;
    const uint32_t count = behavior_set_columns(b, &asked);
    ask(&o, asked, count);
    if (tool_alerts_of(columns->activity)) {
        ask(&o, tool_columns, countof(tool_columns));
        o.tool =
            (struct tool_note){str_from(kind_format(settled->kind)), tool_techniques(settled, a)};
    }
    return write_record(put_observation, &o, a);
}

/* ------------------------------------------------------------ reading */

struct reader {
    str rest;
    bool bad;
};

static void get_bytes(struct reader *r, void *ret, size_t n)
{
    r->bad |= r->rest.n < n;
    if (r->bad) {
        memset(ret, 0, n);
        return;
    }
    memcpy(ret, r->rest.p, n);
    r->rest = str_from_at(r->rest, n);
}

static uint8_t get_u8(struct reader *r)
{
    uint8_t value;

    get_bytes(r, &value, sizeof value);
    return value;
}

static uint32_t get_u32(struct reader *r)
{
    uint32_t value;

    get_bytes(r, &value, sizeof value);
    return value;
}

static str get_str(struct reader *r)
{
    const uint32_t n = get_u32(r);

    if (n == ABSENT)
        return (str){0};
    r->bad |= r->rest.n < n;
    if (r->bad)
        return (str){0};
    const str s = {r->rest.p, n};
    r->rest = str_from_at(r->rest, n);
    return s;
}

/* A number of items that the rest has room for at all: each takes a byte or more. */
static uint32_t get_count(struct reader *r)
{
    const uint32_t count = get_u32(r);

    r->bad |= count > r->rest.n;
    return r->bad ? 0 : count;
}

static struct reader reader_of(str record, enum stateful_kind kind)
{
    struct reader r = {.rest = record};

    r.bad = get_u8(&r) != kind;
    return r;
}

enum stateful_kind stateful_kind(str record)
{
    const uint8_t kind = record.n ? (uint8_t)record.p[0] : STATEFUL_KIND_COUNT;

    return kind < STATEFUL_KIND_COUNT ? (enum stateful_kind)kind : STATEFUL_KIND_COUNT;
}

bool stateful_read_matches(str record, struct arena *a, struct correlator_match **ret,
                           uint32_t *ret_count)
{
    struct reader r = reader_of(record, STATEFUL_MATCHES);

    *ret_count = get_count(&r);
    *ret = arena_array(a, *ret_count + 1, sizeof **ret);
    for (uint32_t i = 0; i < *ret_count && !r.bad; i++) {
        (*ret)[i].rule = get_u32(&r);
        const uint32_t count = get_count(&r);
        str *values = arena_array(a, count + 1, sizeof *values);
        for (uint32_t k = 0; k < count; k++)
            values[k] = get_str(&r);
        (*ret)[i].values = values;
    }
    return !r.bad;
}

bool stateful_read_finding(str record, const struct ruleset *rs, struct arena *a,
                           struct finding *ret)
{
    struct reader r = reader_of(record, STATEFUL_FINDING);
    const uint32_t rule = get_u32(&r);

    *ret = (struct finding){.host = get_str(&r), .user = get_str(&r)};
    if (r.bad || rule >= rs->count)
        return false;
    ret->rule = rs->rules[rule];
    ret->entity_count = get_count(&r);
    struct entity *entities = arena_array(a, ret->entity_count + 1, sizeof *entities);
    for (uint32_t i = 0; i < ret->entity_count; i++) {
        const uint8_t type = get_u8(&r);
        entities[i] = (struct entity){(enum entity_type)type, get_str(&r)};
        r.bad |= type >= ENTITY_TYPE_COUNT;
    }
    ret->entities = entities;
    ret->matched_count = get_count(&r);
    struct matched_field *matched = arena_array(a, ret->matched_count + 1, sizeof *matched);
    for (uint32_t i = 0; i < ret->matched_count; i++) {
        matched[i].field = get_str(&r);
        matched[i].value = get_str(&r);
    }
    ret->matched = matched;
    return !r.bad;
}

bool stateful_read_observation(str record, struct columns *ret, struct connection_note *ret_note,
                               struct tool_note *ret_tool)
{
    struct reader r = reader_of(record, STATEFUL_OBSERVATION);

    *ret = (struct columns){.activity = get_u8(&r)};
    ret->outcome = get_u8(&r);
    *ret_note = (struct connection_note){.steps = get_u8(&r)};
    if (ret_note->steps)
        get_bytes(&r, &ret_note->key, sizeof ret_note->key);
    const uint8_t count = get_u8(&r);
    r.bad |= ret->activity >= ACTIVITY_COUNT;
    for (uint8_t i = 0; i < count && !r.bad; i++) {
        const uint8_t column = get_u8(&r);
        const str value = get_str(&r);
        if (column >= COLUMN_COUNT)
            return false;
        ret->values[column] = value;
    }
    *ret_tool = (struct tool_note){0};
    if (tool_alerts_of(ret->activity)) {
        ret_tool->format = get_str(&r);
        ret_tool->techniques = get_str(&r);
    }
    return !r.bad;
}

uint32_t stateful_finding_rule(str record)
{
    uint32_t rule;

    assert(stateful_kind(record) == STATEFUL_FINDING && record.n > sizeof rule);
    memcpy(&rule, record.p + 1, sizeof rule);
    return rule;
}

void stateful_finding_set_rule(char *record, uint32_t rule)
{
    memcpy(record + 1, &rule, sizeof rule);
}
