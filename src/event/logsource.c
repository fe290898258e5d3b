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
RENAMES(rpc_firewall, AS("EventLog", "Channel"))

struct channel_row {
    str channel, product, service;
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

#define CHANNEL(channel, product, service)
#define PROVIDER(provider, channel)
#define CATEGORY(service, id, category, field, value, renames)

static const struct channel_row channels[] = {
#undef CHANNEL
#define CHANNEL(channel, product, service) {S(channel), S(product), S(service)},
#include "event/logsources.def"
#undef CHANNEL
#define CHANNEL(channel, product, service)
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

static const struct {
    str program, service;
} programs[] = {
#define PROGRAM(program, service) {S(program), S(service)},
#include "event/programs.def"
#undef PROGRAM
};

uint32_t logsource_program_services(str program, str ret[LOGSOURCE_PROGRAM_SERVICES_MAX])
{
    uint32_t count = 0;
    const char *slash = program.n ? memrchr(program.p, '/', program.n) : NULL;

    if (slash)
        program = str_from_at(program, (size_t)(slash - program.p) + 1);
    program = str_cut(&program, '(');
    for (size_t i = 0; i < countof(programs); i++) {
        if (!str_eq(programs[i].program, program))
            continue;
        assert(count < LOGSOURCE_PROGRAM_SERVICES_MAX);
        ret[count++] = programs[i].service;
    }
    return count;
}

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
            return; /* two rows lead to the same */
    if (ev->logsource_count < EVENT_LOGSOURCES_MAX)
        ev->logsources[ev->logsource_count++] =
            (struct logsource){product, category, service, renames->rows, renames->count};
}

/* The value of a field that rows of CATEGORY ask for. */
static str condition_of(const struct logsource_facts *f, str name)
{
    for (uint32_t i = 0; i < f->condition_count; i++)
        if (str_eq(f->condition_names[i], name))
            return f->conditions[i];
    assert(!"a field that logsource_condition_names() did not name");
    return (str){0};
}

/* The categories of one service's event, and the service by itself where they do not cover it. */
static void add_service(struct event *ev, const struct channel_row *c, uint64_t event_id,
                        const struct logsource_facts *f)
{
    bool plain = false;

    for (size_t i = 0; i < countof(categories); i++) {
        const struct category_row *row = &categories[i];
        if (row->event_id != event_id || !str_eq(row->service, c->service) ||
            (row->field.n && !str_ieq(condition_of(f, row->field), row->value)))
            continue;
        add(ev, c->product, row->category, c->service, row->renames);
        plain |= row->renames->count == 0;
    }
    if (!plain)
        add(ev, c->product, S(""), c->service, &NONE);
}

static str channel_of(const struct logsource_facts *f)
{
    str channel = f->channel;

    for (size_t i = 0; channel.n == 0 && i < countof(providers); i++)
        if (str_ieq(providers[i].provider, f->provider))
            channel = providers[i].channel;
    return channel;
}

bool logsource_of_windows(struct event *ev, const struct logsource_facts *f)
{
    str channel = channel_of(f);
    uint64_t event_id;

    if (!channel.n || !str_u64(f->event_id, &event_id))
        return false;
    for (size_t i = 0; i < countof(channels); i++)
        if (str_ieq(channels[i].channel, channel))
            add_service(ev, &channels[i], event_id, f);
    if (ev->logsource_count == 0)
        add(ev, S("windows"), S(""), S(""), &NONE);
    return true;
}

uint32_t logsource_condition_names(str ret[LOGSOURCE_CONDITIONS_MAX])
{
    uint32_t count = 0, k;

    for (size_t i = 0; i < countof(categories); i++) {
        for (k = 0; k < count && !str_eq(ret[k], categories[i].field); k++)
            ;
        if (k < count || !categories[i].field.n)
            continue;
        assert(count < LOGSOURCE_CONDITIONS_MAX);
        ret[count++] = categories[i].field;
    }
    return count;
}

bool logsource_is_plain_windows(const struct event *ev)
{
    const struct logsource *given = &ev->logsources[0];

    return ev->logsource_count == 1 && given->category.n == 0 && given->service.n == 0 &&
           str_ieq(given->product, S("windows"));
}

void logsource_classify(struct event *ev)
{
    struct logsource given = ev->logsources[0];
    bool plain_windows = logsource_is_plain_windows(ev);
    struct logsource_facts f;

    assert(!ev->codec);
    if (ev->logsource_count && !plain_windows)
        return;
    f.channel = event_get(ev, LOGSOURCE_CHANNEL);
    f.event_id = event_get(ev, LOGSOURCE_EVENT_ID);
    f.provider = event_get(ev, LOGSOURCE_PROVIDER);
    f.condition_count = logsource_condition_names(f.condition_names);
    for (uint32_t i = 0; i < f.condition_count; i++)
        f.conditions[i] = event_get(ev, f.condition_names[i]);
    ev->logsource_count = 0;
    if (!logsource_of_windows(ev, &f) && plain_windows)
        add(ev, given.product, given.category, given.service, &NONE);
}
