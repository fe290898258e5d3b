/*
 * shape_beat.c - Windows events as Elastic's shippers write them: winlogbeat and
 * Elastic Agent (winlog.*), winlogbeat before 7 (event_data at the top), and
 * events whose values Elastic's pipelines moved to names of the Elastic Common
 * Schema.
 */
#include "event/windows.h"
#include "formats/shape_row.h"

#include "formats/winxml_event.h"

#define BEAT_TIMES                                                                                 \
    S("winlog.time_created"), S("TimeCreated_SystemTime"), S("@timestamp"), S("event.created"),    \
        S("UtcTime")

static str last_part(str name)
{
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '.')
            return str_from_at(name, i + 1);
    return name;
}

/* winlog.user_data holds the element's name beside its values. */
static str beat_user_data_name(str rest, struct arena *a)
{
    return str_eq(rest, S("xml_name")) ? (str){0} : winxml_name(last_part(rest), a);
}

static str beat_data_name(str rest, struct arena *a)
{
    return winxml_name(rest, a);
}

/* Values without a name are called param1, param2 ... by Beats, Data by Windows. */
static void beat_params(const struct shaping *s, str prefix)
{
    uint32_t count = s->event->field_count;
    bool continues = false;

    for (uint32_t i = 0; i < count; i++) {
        struct field f = s->event->fields[i];
        uint64_t number;
        if (!str_starts(f.name, prefix) || !str_u64(str_from_at(f.name, prefix.n), &number))
            continue;
        f.name = S("Data");
        f.flags = (uint16_t)((f.flags & FIELD_RAW) | (continues ? FIELD_CONTINUES : 0));
        continues = true;
        shape_add(s, f);
    }
}

/* DOMAIN\user, as Sysmon writes it, from ECS's two halves. */
static void join_user(const struct shaping *s)
{
    const struct field *domain = shape_get(s, S("user.domain")),
                       *name = shape_get(s, S("user.name"));

    if (shape_get(s, S("User")) || !name || !domain)
        return;
    shape_add(s,
              (struct field){.name = S("User"),
                             .value = arena_printf(s->arena, STR_FMT "\\" STR_FMT,
                                                   STR_ARG(domain->value), STR_ARG(name->value))});
}

/* MD5=...,SHA256=..., as Sysmon writes it, from ECS's fields. */
static void join_hashes(const struct shaping *s)
{
    static const struct {
        str field, name;
    } hashes[] = {
        {S("process.hash.sha1"), S("SHA1")},     {S("process.hash.md5"), S("MD5")},
        {S("process.hash.sha256"), S("SHA256")}, {S("process.pe.imphash"), S("IMPHASH")},
        {S("file.hash.sha1"), S("SHA1")},        {S("file.hash.md5"), S("MD5")},
        {S("file.hash.sha256"), S("SHA256")},    {S("file.pe.imphash"), S("IMPHASH")},
    };
    str joined = {0};

    if (shape_get(s, S("Hashes")))
        return;
    for (size_t i = 0; i < countof(hashes); i++) {
        const struct field *f = shape_get(s, hashes[i].field);
        if (f)
            joined = arena_printf(s->arena, STR_FMT "%s" STR_FMT "=" STR_FMT, STR_ARG(joined),
                                  joined.n ? "," : "", STR_ARG(hashes[i].name), STR_ARG(f->value));
    }
    if (joined.n)
        shape_add(s, (struct field){.name = S("Hashes"), .value = joined});
}

static void beat_extra(const struct shaping *s)
{
    const struct field *provider = shape_get(s, S("winlog.provider_name"));

    if (!provider)
        provider = shape_get(s, S("event.provider"));
    bool sysmon = provider && str_ends(provider->value, S("-Sysmon"));
    shape_trace_field(s, provider);
    beat_params(s, S("winlog.event_data.param"));
    beat_params(s, S("event_data.param"));
    if (sysmon) {
        shape_trace_unclear(s); /* values are put together */
        join_user(s);
        join_hashes(s);
    }
}

static const str joined_names[] = {
    S("user.domain"),
    S("user.name"),
    S("User"),
    S("Hashes"),
    S("process.hash.sha1"),
    S("process.hash.md5"),
    S("process.hash.sha256"),
    S("process.pe.imphash"),
    S("file.hash.sha1"),
    S("file.hash.md5"),
    S("file.hash.sha256"),
    S("file.pe.imphash"),
    S("event.provider"),
    S("winlog.provider_name"),
    S(""),
};

static const struct shape_alias beat_names[] = {
    {.from = S("winlog.channel"), .to = S("Channel")},
    {.from = S("winlog.provider_name"), .to = S("Provider_Name")},
    {.from = S("event.provider"), .to = S("Provider_Name")},
    {.from = S("winlog.provider_guid"), .to = S("Provider_Guid")},
    {.from = S("winlog.event_id"), .to = S("EventID")},
    {.from = S("event.code"), .to = S("EventID")},
    {.from = S("winlog.computer_name"), .to = S("Computer")},
    {.from = S("host.name"), .to = S("Computer")},
    {.from = S("winlog.record_id"), .to = S("EventRecordID")},
    {.from = S("winlog.version"), .to = S("Version")},
    {.from = S("winlog.activity_id"), .to = S("Correlation_ActivityID")},
    {.from = S("winlog.process.pid"), .to = S("Execution_ProcessID")},
    {.from = S("winlog.process.thread.id"), .to = S("Execution_ThreadID")},
    {.from = S("winlog.user.identifier"), .to = S("Security_UserID")},
    {.from = S("message"), .to = S("Message")},
    {.from = S("")},
};

#define SYSMON .name = S("Provider_Name"), .value = S("Microsoft-Windows-Sysmon")

/* Elastic's own pipelines move values from event_data to these names. */
static const struct shape_alias ecs_names[] = {
    {.from = S("process.executable"), .to = S("Image"), SYSMON},
    {.from = S("process.command_line"), .to = S("CommandLine"), SYSMON},
    {.from = S("process.working_directory"), .to = S("CurrentDirectory"), SYSMON},
    {.from = S("process.pid"), .to = S("ProcessId"), SYSMON},
    {.from = S("process.entity_id"), .to = S("ProcessGuid"), SYSMON},
    {.from = S("process.parent.executable"), .to = S("ParentImage"), SYSMON},
    {.from = S("process.parent.command_line"), .to = S("ParentCommandLine"), SYSMON},
    {.from = S("process.parent.pid"), .to = S("ParentProcessId"), SYSMON},
    {.from = S("process.parent.entity_id"), .to = S("ParentProcessGuid"), SYSMON},
    {.from = S("process.pe.original_file_name"), .to = S("OriginalFileName"), SYSMON},
    {.from = S("process.pe.company"), .to = S("Company"), SYSMON},
    {.from = S("process.pe.description"), .to = S("Description"), SYSMON},
    {.from = S("process.pe.product"), .to = S("Product"), SYSMON},
    {.from = S("process.pe.file_version"), .to = S("FileVersion"), SYSMON},
    {.from = S("file.pe.original_file_name"), .to = S("OriginalFileName"), SYSMON},
    {.from = S("dll.path"), .to = S("ImageLoaded"), SYSMON},
    {.from = S("file.path"), .to = S("TargetFilename"), SYSMON},
    {.from = S("registry.path"), .to = S("TargetObject"), SYSMON},
    {.from = S("registry.data.strings"), .to = S("Details"), SYSMON},
    {.from = S("dns.question.name"), .to = S("QueryName"), SYSMON},
    {.from = S("source.ip"), .to = S("SourceIp"), SYSMON},
    {.from = S("source.port"), .to = S("SourcePort"), SYSMON},
    {.from = S("source.domain"), .to = S("SourceHostname"), SYSMON},
    {.from = S("destination.ip"), .to = S("DestinationIp"), SYSMON},
    {.from = S("destination.port"), .to = S("DestinationPort"), SYSMON},
    {.from = S("destination.domain"), .to = S("DestinationHostname"), SYSMON},
    {.from = S("network.transport"), .to = S("Protocol"), SYSMON},
    {.from = S("process.executable"),
     .to = S("NewProcessName"),
     .name = S("EventID"),
     .value = S("4688")},
    {.from = S("process.command_line"),
     .to = S("CommandLine"),
     .name = S("EventID"),
     .value = S("4688")},
    {.from = S("process.parent.executable"),
     .to = S("ParentProcessName"),
     .name = S("EventID"),
     .value = S("4688")},
    {.from = S("powershell.file.script_block_text"),
     .to = S("ScriptBlockText"),
     .name = S("EventID"),
     .value = S("4104")},
    {.from = S("file.path"), .to = S("Path"), .name = S("EventID"), .value = S("4104")},
    {.from = S("")},
};

/* winlogbeat 7 and later, Elastic Agent. */
const struct shape shape_winlogbeat = {
    .kind = &kind_windows,
    .markers = {{S("winlog.channel"), S("")}},
    .prefixes = {{.prefix = S("winlog.event_data."), .rename = beat_data_name},
                 {.prefix = S("winlog.user_data."), .rename = beat_user_data_name}},
    .extra = beat_extra,
    .traced = true,
    .names = joined_names,
    .aliases = {beat_names, ecs_names},
    .times = {BEAT_TIMES},
};

/* The channel was left out on the way; event/logsource.c knows it by the provider. */
const struct shape shape_windows_ecs = {
    .kind = &kind_windows,
    .markers = {{S("event.code"), S("")}, {S("event.provider"), S("Microsoft-Windows-*")}},
    .prefixes = {{.prefix = S("winlog.event_data."), .rename = beat_data_name},
                 {.prefix = S("winlog.user_data."), .rename = beat_user_data_name}},
    .extra = beat_extra,
    .traced = true,
    .names = joined_names,
    .aliases = {beat_names, ecs_names},
    .times = {BEAT_TIMES},
};

static const struct shape_alias old_beat_names[] = {
    {.from = S("log_name"), .to = S("Channel")},
    {.from = S("source_name"), .to = S("Provider_Name")},
    {.from = S("provider_guid"), .to = S("Provider_Guid")},
    {.from = S("event_id"), .to = S("EventID")},
    {.from = S("computer_name"), .to = S("Computer")},
    {.from = S("record_number"), .to = S("EventRecordID")},
    {.from = S("version"), .to = S("Version")},
    {.from = S("process_id"), .to = S("Execution_ProcessID")},
    {.from = S("thread_id"), .to = S("Execution_ThreadID")},
    {.from = S("user.identifier"), .to = S("Security_UserID")},
    {.from = S("message"), .to = S("Message")},
    {.from = S("")},
};

/* winlogbeat 5 and 6. */
const struct shape shape_winlogbeat_old = {
    .kind = &kind_windows,
    .markers = {{S("log_name"), S("")}, {S("event_id"), S("")}, {S("source_name"), S("")}},
    .prefixes = {{.prefix = S("event_data."), .rename = beat_data_name},
                 {.prefix = S("user_data."), .rename = beat_user_data_name}},
    .extra = beat_extra,
    .traced = true,
    .names = joined_names,
    .aliases = {old_beat_names},
    .times = {BEAT_TIMES},
};
