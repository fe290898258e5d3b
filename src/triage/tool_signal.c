#include "triage/tool_signal.h"

#include "event/kind.h"

#include <stdlib.h>

enum { NUMBER_BYTES_MAX = 16, SCALE_STEPS = 4 };

/* ------------------------------------------------------------ severity */

static const struct {
    const char *word;
    enum severity severity;
} words[] = {
    {"informational", SEVERITY_INFORMATIONAL},
    {"information", SEVERITY_INFORMATIONAL},
    {"info", SEVERITY_INFORMATIONAL},
    {"debug", SEVERITY_INFORMATIONAL},
    {"none", SEVERITY_INFORMATIONAL},
    {"low", SEVERITY_LOW},
    {"minor", SEVERITY_LOW},
    {"notice", SEVERITY_LOW},
    {"medium", SEVERITY_MEDIUM},
    {"moderate", SEVERITY_MEDIUM},
    {"warning", SEVERITY_MEDIUM},
    {"warn", SEVERITY_MEDIUM},
    {"high", SEVERITY_HIGH},
    {"major", SEVERITY_HIGH},
    {"important", SEVERITY_HIGH},
    {"error", SEVERITY_HIGH},
    {"err", SEVERITY_HIGH},
    {"critical", SEVERITY_CRITICAL},
    {"crit", SEVERITY_CRITICAL},
    {"severe", SEVERITY_CRITICAL},
    {"alert", SEVERITY_CRITICAL},
    {"emergency", SEVERITY_CRITICAL},
    {"emerg", SEVERITY_CRITICAL},
};

/* From which number on it is low, medium, high, critical; below the first, informational. */
static const struct scale {
    const char *format;
    double from[SCALE_STEPS];
} scales[] = {
    {"guardduty", {1, 4, 7, 9}},
    {"wazuh", {4, 7, 12, 15}},
};

static enum severity by_number(str format, double number)
{
    if (str_eq(format, S("suricata"))) /* 1 is the highest */
        return number <= 1   ? SEVERITY_HIGH
               : number <= 2 ? SEVERITY_MEDIUM
               : number <= 3 ? SEVERITY_LOW
                             : SEVERITY_INFORMATIONAL;
    for (uint32_t i = 0; i < countof(scales); i++) {
        if (!str_eq(format, str_from(scales[i].format)))
            continue;
        int severity = SEVERITY_INFORMATIONAL;
        for (uint32_t k = 0; k < SCALE_STEPS; k++)
            severity += number >= scales[i].from[k];
        return (enum severity)severity;
    }
    return SEVERITY_MEDIUM;
}

enum severity tool_severity(str format, str level)
{
    char number[NUMBER_BYTES_MAX + 1] = {0};
    char *end = number;

    for (uint32_t i = 0; i < countof(words); i++)
        if (str_ieq(level, str_from(words[i].word)))
            return words[i].severity;
    if (level.n == 0 || level.n > NUMBER_BYTES_MAX)
        return SEVERITY_MEDIUM;
    memcpy(number, level.p, level.n);
    const double value = strtod(number, &end);
    return *end == '\0' ? by_number(format, value) : SEVERITY_MEDIUM;
}

/* ------------------------------------------------------------ what it is about */

static str first_of(const struct columns *c, const uint8_t *list)
{
    for (; *list != COLUMN_COUNT; list++)
        if (c->values[*list].n)
            return c->values[*list];
    return (str){0};
}

static void put_key(struct signal *s, struct tool_signal_room *room, str name, str value)
{
    if (value.n)
        room->key[s->key_count++] = (struct signal_pair){name, value};
}

static void put_entities(const struct columns *c, struct signal *s, struct tool_signal_room *room)
{
    static const struct {
        uint8_t column, type;
    } rows[] = {
        {COLUMN_host_name, ENTITY_HOST},
        {COLUMN_user_name, ENTITY_USER},
        {COLUMN_source_ip, ENTITY_IP},
        {COLUMN_destination_ip, ENTITY_IP},
        {COLUMN_host_ip, ENTITY_IP},
        {COLUMN_url_domain, ENTITY_DOMAIN},
        {COLUMN_dns_question, ENTITY_DOMAIN},
        {COLUMN_file_sha256, ENTITY_HASH},
        {COLUMN_process_executable, ENTITY_PROCESS},
        {COLUMN_file_path, ENTITY_FILE},
    };

    _Static_assert(countof(rows) == countof(room->entities), "an entity for each row");
    for (uint32_t i = 0; i < countof(rows); i++)
        if (c->values[rows[i].column].n)
            room->entities[s->entity_count++] =
                (struct entity){(enum entity_type)rows[i].type, c->values[rows[i].column]};
}

static void put_details(const struct columns *c, struct signal *s, struct tool_signal_room *room)
{
    static const uint8_t columns[] = {
        COLUMN_rule_category, COLUMN_threat_name,  COLUMN_event_reason,         COLUMN_log_level,
        COLUMN_event_action,  COLUMN_url_original, COLUMN_process_command_line, COLUMN_file_path,
    };

    _Static_assert(countof(columns) == countof(room->details), "a detail for each column");
    for (uint32_t i = 0; i < countof(columns); i++)
        if (c->values[columns[i]].n)
            room->details[s->detail_count++] = (struct signal_pair){
                str_from(column_name((enum column)columns[i])), c->values[columns[i]]};
}

str tool_techniques(const struct event *ev, struct arena *a)
{
    static const str names[] = {S("rule.mitre.id"), S("threat.technique.id"),
                                S("alert.metadata.mitre_technique_id"), S("attacks.technique.uid")};
    str all = {0};
    uint32_t count = 0;

    for (uint32_t i = 0; i < countof(names); i++)
        for (uint32_t at = event_find(ev, names[i]);
             at < ev->field_count && count < SIGNAL_TAGS_MAX; at = event_next(ev, at), count++)
            all = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(all), count ? " " : "",
                               STR_ARG(ev->fields[at].value));
    return all;
}

/* T1110.001 becomes attack.t1110.001. */
static void put_tags(str techniques, struct signal *s, struct arena *a,
                     struct tool_signal_room *room)
{
    while (techniques.n && s->tag_count < SIGNAL_TAGS_MAX) {
        const str id = str_cut(&techniques, ' ');
        if (id.n < 2 || ascii_lower(id.p[0]) != 't')
            continue;
        char *lower = arena_bytes(a, id.n);
        for (size_t k = 0; k < id.n; k++)
            lower[k] = ascii_lower(id.p[k]);
        room->tags[s->tag_count++] = arena_printf(a, "attack." STR_FMT, (int)id.n, lower);
    }
}

bool tool_alerts_of(uint8_t activity)
{
    return activity == ACTIVITY_detection || activity == ACTIVITY_malware;
}

/* Zeek's log of protocol oddities is no alarm of anything. */
static bool is_oddity(const struct columns *c, str format)
{
    return str_eq(format, S("zeek")) && str_starts(c->values[COLUMN_event_provider], S("weird"));
}

bool tool_signal(const struct columns *c, str format, str techniques, int64_t time_ns, uint64_t ref,
                 struct arena *a, struct tool_signal_room *room, struct signal *ret)
{
    static const uint8_t ids[] = {COLUMN_rule_id,     COLUMN_event_code,   COLUMN_rule_name,
                                  COLUMN_threat_name, COLUMN_event_action, COLUMN_COUNT};
    static const uint8_t titles[] = {COLUMN_rule_name,    COLUMN_threat_name,  COLUMN_rule_category,
                                     COLUMN_event_action, COLUMN_event_reason, COLUMN_COUNT};
    static const uint8_t targets[] = {COLUMN_destination_ip, COLUMN_host_name, COLUMN_host_ip,
                                      COLUMN_resource_name, COLUMN_COUNT};
    const str id = first_of(c, ids), title = first_of(c, titles);

    if (!tool_alerts_of(c->activity))
        return false;
    *ret = (struct signal){
        .origin = SIGNAL_TOOL,
        .severity = is_oddity(c, format) ? SEVERITY_INFORMATIONAL
                                         : tool_severity(format, c->values[COLUMN_log_level]),
        .id =
            arena_printf(a, STR_FMT ":" STR_FMT, STR_ARG(format), STR_ARG(id.n ? id : S("alert"))),
        .title = title.n ? title : arena_printf(a, "An alert of " STR_FMT, STR_ARG(format)),
        .first_ns = time_ns,
        .last_ns = time_ns,
        .count = 1,
        .key = room->key,
        .entities = room->entities,
        .tags = room->tags,
        .details = room->details,
        .events = &room->ref,
        .event_count = 1,
    };
    room->ref = ref;
    ret->explanation =
        arena_printf(a, STR_FMT " told it", STR_ARG(format.n ? format : S("another tool")));
    put_key(ret, room, S("source"), c->values[COLUMN_source_ip]);
    put_key(ret, room, S("target"), first_of(c, targets));
    put_key(ret, room, S("user"), c->values[COLUMN_user_name]);
    put_entities(c, ret, room);
    put_details(c, ret, room);
    put_tags(techniques, ret, a, room);
    return true;
}
