/*
 * logsource.c - the look-ups in logsources.def.
 *
 * Sigma's own description of log sources: sigma-appendix-taxonomy.md; which
 * channel and EventID they mean for Windows: tests/thor.yml of SigmaHQ/sigma.
 * Names of channels compare without case, as shippers disagree on it.
 */
#include "event/event.h"

struct rename_table {
    const struct field_rename *rows;
    uint32_t count;
};

#define RENAMES(name, ...)                                                                         \
    static const struct field_rename name##_rows[] = {__VA_ARGS__};                                \
    static const struct rename_table name = {name##_rows, countof(name##_rows)};
#define AS(rule_name, native_name)                                                                 \
    {                                                                                              \
        S(rule_name), S(native_name)                                                               \
    }

static const struct rename_table NONE = {NULL, 0};
RENAMES(process_4688, AS("Image", "NewProcessName"), AS("ParentImage", "ParentProcessName"))
RENAMES(defender, AS("Signature", "ThreatName"), AS("Filename", "Path"))
RENAMES(gcp_audit, AS("gcp.audit.method_name", "protoPayload.methodName"),
        AS("data.protoPayload.authorizationInfo.permission",
           "protoPayload.authorizationInfo.permission"),
        AS("data.protoPayload.authorizationInfo.granted", "protoPayload.authorizationInfo.granted"),
        AS("data.protoPayload.serviceName", "protoPayload.serviceName"),
        AS("data.protoPayload.resource.type", "resource.type"),
        AS("data.protoPayload.logName", "logName"),
        AS("data.protoPayload.methodName", "protoPayload.methodName"))
RENAMES(gcp_pubsub, AS("gcp.audit.method_name", "data.protoPayload.methodName"),
        AS("data.protoPayload.resource.type", "data.resource.type"),
        AS("data.protoPayload.logName", "data.logName"))
RENAMES(workspace_admin, AS("eventService", "protoPayload.serviceName"),
        AS("eventName", "protoPayload.metadata.event.eventName"))
RENAMES(rpc_firewall, AS("EventLog", "Channel"))
RENAMES(zeek_dns, AS("record_type", "qtype_name"), AS("answer", "answers"))
RENAMES(zeek_http, AS("c-uri", "uri"), AS("c-useragent", "user_agent"))

struct channel_row {
    str channel, product, category, service;
};
struct provider_row {
    str provider, channel;
};
struct category_row {
    str service;
    uint32_t event_id;
    str category, field, value;
    const struct rename_table *renames;
};

enum { MARKER_FIELDS_MAX = 4 };
struct marker_field {
    str name, value;
};
struct marker_row {
    str product, category, service;
    const struct rename_table *renames;
    struct marker_field fields[MARKER_FIELDS_MAX]; /* ends at an empty name */
};

#define CHANNEL(channel, product, category, service)
#define PROVIDER(provider, channel)
#define CATEGORY(service, id, category, field, value, renames)
#define MARKER(product, category, service, renames, ...)

static const struct channel_row channels[] = {
#undef CHANNEL
#define CHANNEL(channel, product, category, service)                                               \
    {S(channel), S(product), S(category), S(service)},
#include "event/logsources.def"
#undef CHANNEL
#define CHANNEL(channel, product, category, service)
};

static const struct provider_row providers[] = {
#undef PROVIDER
#define PROVIDER(provider, channel) {S(provider), S(channel)},
#include "event/logsources.def"
#undef PROVIDER
#define PROVIDER(provider, channel)
};

static const struct category_row categories[] = {
#undef CATEGORY
#define CATEGORY(service, id, category, field, value, renames)                                     \
    {S(service), id, S(category), S(field), S(value), &renames},
#include "event/logsources.def"
#undef CATEGORY
#define CATEGORY(service, id, category, field, value, renames)
};

static const struct marker_row markers[] = {
#undef MARKER
#define HAS(name, value)                                                                           \
    {                                                                                              \
        S(name), S(value)                                                                          \
    }
#define MARKER(product, category, service, renames, ...)                                           \
    {S(product), S(category), S(service), &renames, {__VA_ARGS__}},
#include "event/logsources.def"
};

bool logsource_applies(const struct logsource *rule, const struct logsource *event)
{
    return (rule->product.n == 0 || str_ieq(rule->product, event->product)) &&
           (rule->category.n == 0 || str_ieq(rule->category, event->category)) &&
           (rule->service.n == 0 || str_ieq(rule->service, event->service));
}

str logsource_native_name(const struct logsource *source, str rule_name)
{
    for (uint32_t i = 0; i < source->rename_count; i++)
        if (str_eq(source->renames[i].rule_name, rule_name))
            return source->renames[i].native_name;
    return rule_name;
}

static void add(struct event *ev, str product, str category, str service,
                const struct rename_table *renames)
{
    for (uint32_t i = 0; i < ev->logsource_count; i++)
        if (str_eq(ev->logsources[i].product, product) &&
            str_eq(ev->logsources[i].category, category) &&
            str_eq(ev->logsources[i].service, service) &&
            ev->logsources[i].renames == renames->rows)
            return; /* two rows for two shapes of the same log */
    if (ev->logsource_count < EVENT_LOGSOURCES_MAX)
        ev->logsources[ev->logsource_count++] =
            (struct logsource){product, category, service, renames->rows, renames->count};
}

static bool has(const struct event *ev, const struct marker_field *want)
{
    str value = event_get(ev, want->name), part = want->value;

    if (!value.p || part.n == 0)
        return value.p;
    if (part.p[0] == '*')
        return str_ends(value, str_from_at(part, 1));
    if (part.p[part.n - 1] == '*')
        return str_starts(value, (str){part.p, part.n - 1});
    return str_eq(value, part);
}

/* The categories of one service's event, and the service by itself where they do not cover it. */
static void add_service(struct event *ev, const struct channel_row *c, uint64_t event_id)
{
    bool plain = false;

    for (size_t i = 0; i < countof(categories); i++) {
        const struct category_row *row = &categories[i];
        if (row->event_id != event_id || !str_eq(row->service, c->service) ||
            (row->field.n && !str_ieq(event_get(ev, row->field), row->value)))
            continue;
        add(ev, c->product, row->category, c->service, row->renames);
        plain |= row->renames->count == 0;
    }
    if (!plain)
        add(ev, c->product, c->category, c->service, &NONE);
}

static str first_of(const struct event *ev, const str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str value = event_get(ev, names[i]);
        if (value.n)
            return value;
    }
    return (str){0};
}

static str channel_of(const struct event *ev)
{
    static const str channel_names[] = {S("Channel"), S("channel"), S("log_name")};
    static const str provider_names[] = {S("Provider_Name"), S("SourceName"), S("ProviderName"),
                                         S("source_name")};
    str channel = first_of(ev, channel_names, countof(channel_names));
    if (channel.n)
        return channel;

    str provider = first_of(ev, provider_names, countof(provider_names));
    for (size_t i = 0; i < countof(providers); i++)
        if (str_ieq(providers[i].provider, provider))
            return providers[i].channel;
    return (str){0};
}

/* Records with a channel and an EventID. False when it is no such record. */
static bool classify_windows(struct event *ev)
{
    static const str id_names[] = {S("EventID"), S("EventId"), S("event_id")};
    str channel = channel_of(ev);
    uint64_t event_id;

    if (!channel.n || !str_u64(first_of(ev, id_names, countof(id_names)), &event_id))
        return false;
    for (size_t i = 0; i < countof(channels); i++)
        if (str_ieq(channels[i].channel, channel))
            add_service(ev, &channels[i], event_id);
    if (ev->logsource_count == 0)
        add(ev, S("windows"), S(""), S(""), &NONE);
    return true;
}

static void classify_by_marker(struct event *ev)
{
    for (size_t i = 0; i < countof(markers); i++) {
        const struct marker_row *row = &markers[i];
        size_t n = 0;

        while (n < MARKER_FIELDS_MAX && row->fields[n].name.n && has(ev, &row->fields[n]))
            n++;
        if (n == MARKER_FIELDS_MAX || row->fields[n].name.n == 0)
            add(ev, row->product, row->category, row->service, row->renames);
    }
}

void logsource_classify(struct event *ev)
{
    struct logsource given = ev->logsources[0];
    bool only_windows = ev->logsource_count == 1 && str_ieq(given.product, S("windows")) &&
                        given.category.n == 0 && given.service.n == 0;

    if (ev->logsource_count && !only_windows)
        return;
    ev->logsource_count = 0;
    if (classify_windows(ev))
        return;
    if (only_windows)
        add(ev, given.product, given.category, given.service, &NONE);
    else
        classify_by_marker(ev);
}
