#include "triage/alert_ocsf.h"

#include "sigma/attack.h"

enum {
    CLASS_DETECTION_FINDING = 2004,
    CATEGORY_FINDINGS = 2,
    TYPES_A_CLASS = 100,
    ACTIVITY_CREATE = 1,
    ACTIVITY_CLOSE = 3,
    STATUS_NEW = 1,
    STATUS_IN_PROGRESS = 2,
    STATUS_SUPPRESSED = 3,
    STATUS_RESOLVED = 4,
    ANALYTIC_RULE = 1,
    ANALYTIC_BEHAVIORAL = 2,
    TYPE_OTHER = 99,
    NS_PER_MS = 1000000,
};

static void put_number(struct json_writer *w, str key, int64_t number)
{
    json_key(w, key);
    json_i64(w, number);
}

/* OCSF's timestamps are milliseconds; what has no time has no member. */
static void put_time(struct json_writer *w, str key, int64_t ns)
{
    if (ns != SIGNAL_NO_TIME)
        put_number(w, key, ns / NS_PER_MS);
}

static void put_class(struct json_writer *w, const struct alert *a)
{
    const int64_t activity = a->state == ALERT_CLOSED ? ACTIVITY_CLOSE : ACTIVITY_CREATE;

    put_number(w, S("class_uid"), CLASS_DETECTION_FINDING);
    json_field_str(w, S("class_name"), S("Detection Finding"));
    put_number(w, S("category_uid"), CATEGORY_FINDINGS);
    json_field_str(w, S("category_name"), S("Findings"));
    put_number(w, S("activity_id"), activity);
    put_number(w, S("type_uid"), (int64_t)CLASS_DETECTION_FINDING * TYPES_A_CLASS + activity);
}

static void put_metadata(struct json_writer *w, const struct alert *a)
{
    json_key(w, S("metadata"));
    json_object(w);
    json_field_str(w, S("version"), S("1.4.0"));
    json_field_str(w, S("uid"), str_from(a->id));
    if (a->group[0])
        json_field_str(w, S("correlation_uid"), str_from(a->group));
    json_key(w, S("product"));
    json_object(w);
    json_field_str(w, S("name"), S("tocsin"));
    json_field_str(w, S("vendor_name"), S("tocsin"));
    json_field_str(w, S("version"), S(TOCSIN_VERSION));
    json_object_end(w);
    json_object_end(w);
}

static void put_attacks(struct json_writer *w, const struct alert *a)
{
    json_key(w, S("attacks"));
    json_array(w);
    for (uint32_t i = 0; i < a->tag_count; i++) {
        char id_room[ATTACK_ID_MAX], name_room[ATTACK_NAME_MAX];
        const enum attack_tactic t = attack_tactic_of_tag(a->tags[i]);
        const str id = attack_technique_of_tag(a->tags[i], id_room);
        if (t == TACTIC_COUNT && id.n == 0)
            continue;
        json_object(w);
        json_key(w, id.n ? S("technique") : S("tactic"));
        json_object(w);
        if (id.n)
            json_field_str(w, S("uid"), id);
        const str name = id.n ? attack_full_name(id, name_room) : str_from(attack_tactic_name(t));
        if (name.n)
            json_field_str(w, S("name"), name);
        json_object_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_finding(struct json_writer *w, const struct alert *a)
{
    const bool behavior = a->origin == SIGNAL_BEHAVIOR;

    json_key(w, S("finding_info"));
    json_object(w);
    json_field_str(w, S("uid"), str_from(a->id));
    json_field_str(w, S("title"), a->title);
    json_field_str(w, S("desc"), a->explanation);
    put_time(w, S("first_seen_time"), a->first_ns);
    put_time(w, S("last_seen_time"), a->last_ns);
    json_key(w, S("analytic"));
    json_object(w);
    json_field_str(w, S("uid"), a->rule_id);
    json_field_str(w, S("name"), a->title);
    put_number(w, S("type_id"), behavior ? ANALYTIC_BEHAVIORAL : ANALYTIC_RULE);
    json_object_end(w);
    put_attacks(w, a);
    json_object_end(w);
}

static void put_observables(struct json_writer *w, const struct alert *a)
{
    static const uint8_t types[ENTITY_TYPE_COUNT] = {
        [ENTITY_HOST] = 1,   [ENTITY_USER] = 4,    [ENTITY_IP] = 2,
        [ENTITY_DOMAIN] = 1, [ENTITY_URL] = 6,     [ENTITY_HASH] = 8,
        [ENTITY_FILE] = 7,   [ENTITY_PROCESS] = 9, [ENTITY_RESOURCE] = 10,
    };

    json_key(w, S("observables"));
    json_array(w);
    for (uint32_t i = 0; i < a->entity_count; i++) {
        const uint8_t type = types[a->entities[i].type];
        json_object(w);
        json_field_str(w, S("name"), str_from(entity_type_name(a->entities[i].type)));
        put_number(w, S("type_id"), type ? type : TYPE_OTHER);
        json_field_str(w, S("value"), a->entities[i].value);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_evidences(struct json_writer *w, const struct alert *a,
                          const struct alert_namer *namer)
{
    json_key(w, S("evidences"));
    json_array(w);
    for (uint32_t i = 0; i < a->event_count; i++) {
        struct alert_event e = {.time_ns = SIGNAL_NO_TIME};
        if (!namer->name(namer->ctx, a->events[i], &e))
            continue;
        json_object(w);
        json_key(w, S("data"));
        json_object(w);
        json_field_str(w, S("source"), e.source);
        json_field_u64(w, S("record"), e.record);
        json_object_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

static int64_t status_of(const struct alert *a)
{
    return a->state == ALERT_CLOSED         ? STATUS_RESOLVED
           : a->suppressed_by.p             ? STATUS_SUPPRESSED
           : a->state == ALERT_ACKNOWLEDGED ? STATUS_IN_PROGRESS
                                            : STATUS_NEW;
}

static void put_decision(struct json_writer *w, const struct alert_decision *d)
{
    static const struct {
        const char *verdict;
        uint8_t id;
    } verdicts[] = {
        {"false_positive", 1}, {"true_positive", 2}, {"benign_positive", 5}, {"undetermined", 7}};

    for (uint32_t i = 0; i < countof(verdicts); i++)
        if (str_eq(d->verdict, str_from(verdicts[i].verdict)))
            put_number(w, S("verdict_id"), verdicts[i].id);
    if (d->note.n)
        json_field_str(w, S("comment"), d->note);
    if (d->assignee.n) {
        json_key(w, S("assignee"));
        json_object(w);
        json_field_str(w, S("name"), d->assignee);
        json_object_end(w);
    }
}

void alert_ocsf(struct json_writer *w, const struct alert *a, const struct alert_namer *namer)
{
    json_object(w);
    put_class(w, a);
    put_time(w, S("time"), a->last_ns);
    put_time(w, S("start_time"), a->first_ns);
    put_time(w, S("end_time"), a->last_ns);
    put_number(w, S("severity_id"), a->severity); /* both count from informational, 1 */
    put_number(w, S("status_id"), status_of(a));
    json_field_u64(w, S("count"), a->count);
    json_field_str(w, S("message"), a->explanation.n ? a->explanation : a->title);
    put_metadata(w, a);
    put_finding(w, a);
    put_observables(w, a);
    put_evidences(w, a, namer);
    if (a->decision)
        put_decision(w, a->decision);
    json_object_end(w);
}
