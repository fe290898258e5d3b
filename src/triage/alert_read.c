#include "triage/alert_read.h"

#include "text/json_tree.h"
#include "text/time.h"

#include <math.h>
#include <stdlib.h>

enum { NUMBER_BYTES_MAX = 40 };

static str text_at(const struct json_node *n, const char *name)
{
    return json_node_text(json_member(n, str_from(name), S("")));
}

static int64_t time_at(const struct json_node *n, const char *name)
{
    int64_t ns;
    uint8_t digits;

    return time_parse_rfc3339(text_at(n, name), &ns, &digits) ? ns : SIGNAL_NO_TIME;
}

static uint64_t number_at(const struct json_node *n, const char *name)
{
    uint64_t number;

    return str_u64(text_at(n, name), &number) ? number : 0;
}

/* What is no number, or none that a double holds, is none: null when it is written again. */
static double double_at(const struct json_node *n, const char *name)
{
    char text[NUMBER_BYTES_MAX + 1] = {0};
    const str digits = text_at(n, name);

    if (digits.n == 0 || digits.n > NUMBER_BYTES_MAX)
        return NAN;
    memcpy(text, digits.p, digits.n);
    return strtod(text, NULL);
}

static const struct json_node *first_at(const struct json_node *n, const char *name)
{
    const struct json_node *list = json_member(n, str_from(name), S(""));

    return list ? list->first : NULL;
}

static uint32_t count_list(const struct json_node *first, uint32_t max)
{
    uint32_t count = 0;

    for (const struct json_node *n = first; n && count < max; n = n->next)
        count++;
    return count;
}

static void read_key(const struct json_node *root, struct alert *ret, struct arena *a)
{
    const struct json_node *n = first_at(root, "key");
    const uint32_t count = count_list(n, SIGNAL_KEY_MAX);
    struct signal_pair *key = arena_array(a, count + 1, sizeof *key);

    for (; ret->key_count < count; n = n->next)
        key[ret->key_count++] = (struct signal_pair){text_at(n, "name"), text_at(n, "value")};
    ret->key = key;
}

static bool entity_type_of(str name, enum entity_type *ret)
{
    for (int i = 0; i < ENTITY_TYPE_COUNT; i++)
        if (str_eq(name, str_from(entity_type_name((enum entity_type)i)))) {
            *ret = (enum entity_type)i;
            return true;
        }
    return false;
}

static void read_entities(const struct json_node *root, struct alert *ret, struct arena *a)
{
    const struct json_node *n = first_at(root, "entities");
    const uint32_t count = count_list(n, ALERT_ENTITIES_MAX);
    struct entity *list = arena_array(a, count + 1, sizeof *list);

    for (uint32_t i = 0; i < count; i++, n = n->next) {
        struct entity *e = &list[ret->entity_count];
        e->value = text_at(n, "value");
        ret->entity_count += entity_type_of(text_at(n, "type"), &e->type);
    }
    ret->entities = list;
}

static void read_tags(const struct json_node *root, struct alert *ret, struct arena *a)
{
    const struct json_node *n = first_at(root, "tags");
    const uint32_t count = count_list(n, SIGNAL_TAGS_MAX);
    str *tags = arena_array(a, count + 1, sizeof *tags);

    for (; ret->tag_count < count; n = n->next)
        tags[ret->tag_count++] = json_node_text(n);
    ret->tags = tags;
}

static void read_details(const struct json_node *root, struct alert *ret, struct arena *a)
{
    struct signal_pair *list = arena_array(a, SIGNAL_DETAILS_MAX, sizeof *list);

    for (const struct json_node *n = first_at(root, "details"); n; n = n->next)
        for (const struct json_node *v = n->first; v && ret->detail_count < SIGNAL_DETAILS_MAX;
             v = v->next)
            list[ret->detail_count++] = (struct signal_pair){n->key, json_node_text(v)};
    ret->details = list;
}

static void read_measure(const struct json_node *root, struct alert *ret, struct arena *a)
{
    const struct json_node *m = json_member(root, S("measure"), S(""));
    const str what = text_at(m, "what");

    if (!what.p)
        return;
    ret->measure = (struct signal_measure){
        .what = arena_str(a, what).p,
        .value = double_at(m, "value"),
        .expected = double_at(m, "expected"),
        .low = double_at(m, "low"),
        .high = double_at(m, "high"),
        .baseline = arena_str(a, text_at(m, "baseline")).p,
        .samples = number_at(m, "samples"),
    };
}

static void read_events(const struct json_node *root, struct alert *ret, struct arena *a,
                        struct alert_event **ret_events)
{
    const struct json_node *n = first_at(root, "events");
    const uint32_t count = count_list(n, SIGNAL_EVENTS_MAX);
    uint64_t *refs = arena_array(a, count + 1, sizeof *refs);

    *ret_events = arena_array(a, count + 1, sizeof **ret_events);
    for (uint32_t i = 0; i < count; i++, n = n->next) {
        refs[i] = i;
        (*ret_events)[i] =
            (struct alert_event){text_at(n, "source"), number_at(n, "record"), time_at(n, "time")};
    }
    ret->events = refs;
    ret->event_count = count;
}

static bool read_id(char ret[ALERT_ID_HEX + 1], str text)
{
    if (text.n != ALERT_ID_HEX)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f')))
            return false;
    memcpy(ret, text.p, ALERT_ID_HEX);
    ret[ALERT_ID_HEX] = '\0';
    return true;
}

static void read_front(const struct json_node *root, struct alert *ret)
{
    const str origin = text_at(root, "origin"), detector = text_at(root, "detector");

    for (int i = 0; i < SIGNAL_ORIGIN_COUNT; i++)
        if (str_eq(origin, str_from(signal_origin_name((enum signal_origin)i))))
            ret->origin = (enum signal_origin)i;
    ret->rule_id = detector.p ? detector : text_at(root, "rule_id");
    ret->title = text_at(root, "title");
    ret->explanation = text_at(root, "explanation");
    ret->suppressed_by = text_at(root, "suppressed_by");
    ret->first_ns = time_at(root, "first_seen");
    ret->last_ns = time_at(root, "last_seen");
    ret->count = number_at(root, "count");
    ret->entities_left_out = (uint32_t)number_at(root, "entities_left_out");
    const struct json_node *provisional = json_member(root, S("provisional"), S(""));
    ret->provisional = provisional && str_eq(provisional->raw, S("true"));
    if (!severity_parse(text_at(root, "severity"), &ret->severity))
        ret->severity = SEVERITY_NONE;
    if (!alert_state_parse(text_at(root, "state"), &ret->state))
        ret->state = ALERT_OPEN;
}

bool alert_read(str json, struct arena *a, struct alert *ret, struct alert_event **ret_events)
{
    bool too_many;
    const struct json_node *root = json_tree(json, a, &too_many);

    *ret = (struct alert){0};
    if (!root || root->kind != JSON_OBJECT || !read_id(ret->id, text_at(root, "id")))
        return false;
    if (!read_id(ret->group, text_at(root, "group")))
        ret->group[0] = '\0';
    if (!read_id(ret->alias, text_at(root, "alias")))
        ret->alias[0] = '\0';
    read_front(root, ret);
    read_key(root, ret, a);
    read_entities(root, ret, a);
    read_tags(root, ret, a);
    read_details(root, ret, a);
    read_measure(root, ret, a);
    read_events(root, ret, a, ret_events);
    return true;
}
