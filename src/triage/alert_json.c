#include "triage/alert_json.h"

#include "sigma/attack.h"
#include "text/time.h"

#include <math.h>

void alert_json_time(struct json_writer *w, int64_t ns)
{
    char text[TIME_TEXT_MAX];
    const uint8_t digits = ns % NS_PER_S == 0 ? 0 : ns % 1000000 == 0 ? 3 : ns % 1000 == 0 ? 6 : 9;

    if (ns == SIGNAL_NO_TIME)
        json_null(w);
    else
        json_str(w, (str){text, time_format(ns, digits, text)});
}

static bool named_before(const struct signal_pair *pairs, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (str_eq(pairs[i].name, pairs[at].name))
            return true;
    return false;
}

/* {name: [values]}; SIGNAL_DETAILS_MAX bounds the square. */
static void write_details(struct json_writer *w, const struct alert *a)
{
    json_key(w, S("details"));
    json_object(w);
    for (uint32_t i = 0; i < a->detail_count; i++) {
        if (named_before(a->details, i))
            continue;
        json_key(w, a->details[i].name);
        json_array(w);
        for (uint32_t k = i; k < a->detail_count; k++)
            if (str_eq(a->details[k].name, a->details[i].name))
                json_str(w, a->details[k].value);
        json_array_end(w);
    }
    json_object_end(w);
}

/* Pairs stay a list: of two parts of one key that have the same name both are told. */
static void write_key(struct json_writer *w, const struct alert *a)
{
    json_key(w, S("key"));
    json_array(w);
    for (uint32_t i = 0; i < a->key_count; i++) {
        json_object(w);
        json_field_str(w, S("name"), a->key[i].name);
        json_field_str(w, S("value"), a->key[i].value);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_entities(struct json_writer *w, const struct alert *a)
{
    json_key(w, S("entities"));
    json_array(w);
    for (uint32_t i = 0; i < a->entity_count; i++) {
        json_object(w);
        json_field_str(w, S("type"), str_from(entity_type_name(a->entities[i].type)));
        json_field_str(w, S("value"), a->entities[i].value);
        json_object_end(w);
    }
    json_array_end(w);
    if (a->entities_left_out)
        json_field_u64(w, S("entities_left_out"), a->entities_left_out);
}

static void write_tags(struct json_writer *w, const struct alert *a)
{
    json_key(w, S("tags"));
    json_array(w);
    for (uint32_t i = 0; i < a->tag_count; i++)
        json_str(w, a->tags[i]);
    json_array_end(w);
    json_key(w, S("techniques"));
    json_array(w);
    for (uint32_t i = 0; i < a->tag_count; i++) {
        char room[ATTACK_ID_MAX];
        str id = attack_technique_of_tag(a->tags[i], room);
        if (id.n)
            json_str(w, id);
    }
    json_array_end(w);
}

/* A number that JSON has no word for is null. */
static void write_number(struct json_writer *w, str name, double value)
{
    json_key(w, name);
    if (isfinite(value))
        json_double(w, value);
    else
        json_null(w);
}

static void write_measure(struct json_writer *w, const struct signal_measure *m)
{
    json_key(w, S("measure"));
    if (!m->what) {
        json_null(w);
        return;
    }
    json_object(w);
    json_field_str(w, S("what"), str_from(m->what));
    write_number(w, S("value"), m->value);
    write_number(w, S("expected"), m->expected);
    write_number(w, S("low"), m->low);
    write_number(w, S("high"), m->high);
    json_field_str(w, S("baseline"), str_from(m->baseline));
    json_field_u64(w, S("samples"), m->samples);
    json_object_end(w);
}

static void write_events(struct json_writer *w, const struct alert *a,
                         const struct alert_namer *namer)
{
    json_key(w, S("events"));
    json_array(w);
    for (uint32_t i = 0; i < a->event_count; i++) {
        struct alert_event e = {.time_ns = SIGNAL_NO_TIME};
        if (!namer->name(namer->ctx, a->events[i], &e))
            continue;
        json_object(w);
        json_field_str(w, S("source"), e.source);
        json_field_u64(w, S("record"), e.record);
        if (e.time_ns != SIGNAL_NO_TIME) {
            json_key(w, S("time"));
            alert_json_time(w, e.time_ns);
        }
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_decision(struct json_writer *w, const struct alert_decision *d)
{
    static const str names[] = {S("assignee"), S("verdict"), S("reason"), S("note"),
                                S("decided_by")};
    const str texts[] = {d->assignee, d->verdict, d->reason, d->note, d->decided_by};

    for (uint32_t i = 0; i < countof(texts); i++)
        if (texts[i].n)
            json_field_str(w, names[i], texts[i]);
    if (d->decided_ns) {
        json_key(w, S("decided"));
        alert_json_time(w, d->decided_ns);
    }
    if (d->snoozed_until_ns) {
        json_key(w, S("snoozed_until"));
        alert_json_time(w, d->snoozed_until_ns);
    }
}

static void write_front(struct json_writer *w, const struct alert *a)
{
    json_field_str(w, S("id"), str_from(a->id));
    if (a->alias[0])
        json_field_str(w, S("alias"), str_from(a->alias));
    json_key(w, S("group"));
    if (a->group[0])
        json_str(w, str_from(a->group));
    else
        json_null(w);
    json_field_str(w, S("origin"), str_from(signal_origin_name(a->origin)));
    json_field_str(w, a->origin == SIGNAL_BEHAVIOR ? S("detector") : S("rule_id"), a->rule_id);
    json_field_str(w, S("title"), a->title);
    json_field_str(w, S("severity"),
                   str_from(severity_name(a->severity ? a->severity : SEVERITY_INFORMATIONAL)));
    json_field_str(w, S("state"), str_from(alert_state_name(a->state)));
    json_key(w, S("provisional"));
    json_bool(w, a->provisional);
    json_key(w, S("first_seen"));
    alert_json_time(w, a->first_ns);
    json_key(w, S("last_seen"));
    alert_json_time(w, a->last_ns);
    json_field_u64(w, S("count"), a->count);
}

void alert_json(struct json_writer *w, const struct alert *a, const struct alert_namer *namer)
{
    json_object(w);
    write_front(w, a);
    write_key(w, a);
    write_entities(w, a);
    write_tags(w, a);
    json_field_str(w, S("explanation"), a->explanation);
    write_measure(w, &a->measure);
    write_details(w, a);
    write_events(w, a, namer);
    if (a->suppressed_by.p)
        json_field_str(w, S("suppressed_by"), a->suppressed_by);
    if (a->decision)
        write_decision(w, a->decision);
    json_object_end(w);
}
