#include "triage/alert_event.h"

#include "sigma/attack.h"

static void put_text(struct event *ev, struct arena *a, str name, str value)
{
    event_put(ev, a, name, value, VALUE_STRING, 0);
}

/* One value of several of one name, which follow each other. */
static void put_more(struct event *ev, struct arena *a, str name, str value, bool *first)
{
    event_put(ev, a, name, value, VALUE_STRING, *first ? 0 : FIELD_CONTINUES);
    *first = false;
}

static void put_tags(struct event *ev, const struct alert *alert, struct arena *a)
{
    bool first = true;

    for (uint32_t i = 0; i < alert->tag_count; i++)
        put_more(ev, a, S("tag"), alert->tags[i], &first);
    first = true;
    for (uint32_t i = 0; i < alert->tag_count; i++) {
        const enum attack_tactic t = attack_tactic_of_tag(alert->tags[i]);
        if (t != TACTIC_COUNT)
            put_more(ev, a, S("tactic"), str_from(attack_tactic_tag(t)), &first);
    }
    first = true;
    for (uint32_t i = 0; i < alert->tag_count; i++) {
        char room[ATTACK_ID_MAX];
        const str id = attack_technique_of_tag(alert->tags[i], room);
        if (id.n)
            put_more(ev, a, S("technique"), arena_str(a, id), &first);
    }
}

static void put_entities(struct event *ev, const struct alert *alert, struct arena *a)
{
    for (int type = 0; type < ENTITY_TYPE_COUNT; type++) {
        const str name = str_from(entity_type_name((enum entity_type)type));
        bool first = true;
        for (uint32_t i = 0; i < alert->entity_count; i++)
            if ((int)alert->entities[i].type == type)
                put_more(ev, a, name, alert->entities[i].value, &first);
    }
}

/* Values of one name stand together. SIGNAL_DETAILS_MAX bounds the square. */
static void put_pairs(struct event *ev, const char *front, const struct signal_pair *pairs,
                      uint32_t count, struct arena *a)
{
    for (uint32_t i = 0; i < count; i++) {
        bool first = true;
        for (uint32_t k = 0; k < i && first; k++)
            first = !str_eq(pairs[k].name, pairs[i].name);
        if (!first)
            continue; /* it was put with the first of its name */
        const str name = arena_printf(a, "%s." STR_FMT, front, STR_ARG(pairs[i].name));
        for (uint32_t k = i; k < count; k++)
            if (str_eq(pairs[k].name, pairs[i].name))
                put_more(ev, a, name, pairs[k].value, &first);
    }
}

void alert_event_make(const struct alert *alert, struct event *ret, struct arena *a)
{
    *ret = (struct event){
        .has_time = alert->last_ns != SIGNAL_NO_TIME,
        .time_ns = alert->last_ns,
        .logsource_count = 1,
        .logsources = {{.product = S("tocsin"), .category = S("alert"), .service = S("")}},
    };
    put_text(ret, a, S("id"), str_from(alert->id));
    put_text(ret, a, S("rule_id"), alert->rule_id);
    put_text(ret, a, S("title"), alert->title);
    put_text(ret, a, S("origin"), str_from(signal_origin_name(alert->origin)));
    put_text(ret, a, S("severity"), str_from(severity_name(alert->severity)));
    event_put(ret, a, S("count"), arena_printf(a, "%llu", (unsigned long long)alert->count),
              VALUE_NUMBER, 0);
    put_text(ret, a, S("explanation"), alert->explanation);
    put_tags(ret, alert, a);
    put_entities(ret, alert, a);
    put_pairs(ret, "key", alert->key, alert->key_count, a);
    put_pairs(ret, "details", alert->details, alert->detail_count, a);
}
