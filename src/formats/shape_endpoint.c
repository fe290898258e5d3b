/*
 * shape_endpoint.c - process, file and network events of endpoint agents, with
 * the names that Sigma takes from Sysmon: Elastic Defend (ECS), and Microsoft
 * Defender's advanced hunting tables.
 */
#include "formats/shape_row.h"

static const struct shape_alias ecs_names[] = {
    {.from = S("process.executable"), .to = S("Image")},
    {.from = S("process.command_line"), .to = S("CommandLine")},
    {.from = S("process.working_directory"), .to = S("CurrentDirectory")},
    {.from = S("process.parent.executable"), .to = S("ParentImage")},
    {.from = S("process.parent.command_line"), .to = S("ParentCommandLine")},
    {.from = S("process.pe.original_file_name"), .to = S("OriginalFileName")},
    {.from = S("process.pe.company"), .to = S("Company")},
    {.from = S("process.pe.description"), .to = S("Description")},
    {.from = S("process.pe.product"), .to = S("Product")},
    {.from = S("process.Ext.token.integrity_level_name"), .to = S("IntegrityLevel")},
    {.from = S("process.pid"), .to = S("ProcessId")},
    {.from = S("process.parent.pid"), .to = S("ParentProcessId")},
    {.from = S("user.name"), .to = S("User")},
    {.from = S("host.name"), .to = S("Computer")},
    {.from = S("file.path"), .to = S("TargetFilename")},
    {.from = S("dll.path"), .to = S("ImageLoaded")},
    {.from = S("registry.path"), .to = S("TargetObject")},
    {.from = S("registry.data.strings"), .to = S("Details")},
    {.from = S("dns.question.name"), .to = S("QueryName")},
    {.from = S("source.ip"), .to = S("SourceIp")},
    {.from = S("source.port"), .to = S("SourcePort")},
    {.from = S("destination.ip"), .to = S("DestinationIp")},
    {.from = S("destination.port"), .to = S("DestinationPort")},
    {.from = S("destination.domain"), .to = S("DestinationHostname")},
    {.from = S("")},
};

static const str ecs_asked[] = {S("event.category"), S("event.type"), S("host.os.type"), S("")};

static const struct {
    str category, type, sigma;
} ecs_categories[] = {
    {S("process"), S("start"), S("process_creation")},
    {S("process"), S("end"), S("process_termination")},
    {S("file"), S("creation"), S("file_event")},
    {S("file"), S("change"), S("file_change")},
    {S("file"), S("deletion"), S("file_delete")},
    {S("network"), S("start"), S("network_connection")},
    {S("dns"), S(""), S("dns_query")},
    {S("library"), S(""), S("image_load")},
    {S("registry"), S("change"), S("registry_set")},
};

/* Do any of the values of a field equal `want`? */
static bool has_value(const struct event *ev, str name, str want)
{
    for (uint32_t at = event_find(ev, name); at < ev->field_count; at = event_next(ev, at))
        if (str_eq(ev->fields[at].value, want))
            return true;
    return false;
}

static void trace_values(const struct shaping *s, str name)
{
    const struct event *ev = s->event;

    for (uint32_t at = event_find(ev, name); at < ev->field_count; at = event_next(ev, at))
        shape_trace_read(s, at);
}

static void ecs_extra(const struct shaping *s)
{
    const struct field *field = shape_get(s, S("host.os.type"));
    str product = field->value;

    shape_trace_field(s, field);
    trace_values(s, S("event.category"));
    trace_values(s, S("event.type"));
    for (size_t i = 0; i < countof(ecs_categories); i++)
        if (has_value(s->event, S("event.category"), ecs_categories[i].category) &&
            (ecs_categories[i].type.n == 0 ||
             has_value(s->event, S("event.type"), ecs_categories[i].type)))
            shape_add_source(s, (struct shape_source){product, ecs_categories[i].sigma, S("")});
}

const struct shape shape_elastic_defend = {
    .markers = {{S("host.os.type"), S("")},
                {S("event.category"), S("")},
                {S("process.executable"), S("")},
                {S("agent.type"), S("endpoint")}},
    .extra = ecs_extra,
    .traced = true,
    .names = ecs_asked,
    .aliases = {ecs_names},
    .times = {S("@timestamp")},
};

/* The streaming API's layer around a row of a table. */
const struct shape shape_defender_stream = {
    .markers = {{S("category"), S("AdvancedHunting-*")}, {S("properties.Timestamp"), S("")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("properties.")}},
};

static const struct shape_alias defender_names[] = {
    {.from = S("FolderPath"), .to = S("Image")},
    {.from = S("ProcessCommandLine"), .to = S("CommandLine")},
    {.from = S("InitiatingProcessFolderPath"), .to = S("ParentImage")},
    {.from = S("InitiatingProcessCommandLine"), .to = S("ParentCommandLine")},
    {.from = S("ProcessVersionInfoOriginalFileName"), .to = S("OriginalFileName")},
    {.from = S("ProcessVersionInfoCompanyName"), .to = S("Company")},
    {.from = S("ProcessVersionInfoFileDescription"), .to = S("Description")},
    {.from = S("ProcessVersionInfoProductName"), .to = S("Product")},
    {.from = S("ProcessIntegrityLevel"), .to = S("IntegrityLevel")},
    {.from = S("AccountName"), .to = S("User")},
    {.from = S("DeviceName"), .to = S("Computer")},
    {.from = S("")},
};

/* DeviceProcessEvents. The initiating process is the parent. */
const struct shape shape_defender_process = {
    .markers = {{S("ActionType"), S("ProcessCreated")},
                {S("ProcessCommandLine"), S("")},
                {S("DeviceId"), S("")}},
    .aliases = {defender_names},
    .sources = {{S("windows"), S("process_creation"), S("")}},
    .times = {S("Timestamp"), S("TimeGenerated")},
};

static const struct shape_alias defender_other_names[] = {
    {.from = S("InitiatingProcessFolderPath"), .to = S("Image")},
    {.from = S("InitiatingProcessCommandLine"), .to = S("CommandLine")},
    {.from = S("DeviceName"), .to = S("Computer")},
    {.from = S("RemoteIP"), .to = S("DestinationIp")},
    {.from = S("RemotePort"), .to = S("DestinationPort")},
    {.from = S("RemoteUrl"), .to = S("DestinationHostname")},
    {.from = S("LocalIP"), .to = S("SourceIp")},
    {.from = S("LocalPort"), .to = S("SourcePort")},
    {.from = S("RegistryKey"), .to = S("TargetObject")},
    {.from = S("RegistryValueData"), .to = S("Details")},
    {.from = S("")},
};

static const struct shape_alias defender_file_names[] = {
    {.from = S("FolderPath"), .to = S("TargetFilename")},
    {.from = S("")},
};

/* DeviceFileEvents: the path is the folder's with the file in it. */
const struct shape shape_defender_file = {
    .markers = {{S("ActionType"), S("FileCreated")},
                {S("FolderPath"), S("")},
                {S("DeviceId"), S("")}},
    .aliases = {defender_other_names, defender_file_names},
    .sources = {{S("windows"), S("file_event"), S("")}},
    .times = {S("Timestamp"), S("TimeGenerated")},
};

/* DeviceNetworkEvents. */
const struct shape shape_defender_network = {
    .markers = {{S("ActionType"), S("Connection*")},
                {S("RemoteIP"), S("")},
                {S("DeviceId"), S("")}},
    .aliases = {defender_other_names},
    .sources = {{S("windows"), S("network_connection"), S("")}},
    .times = {S("Timestamp"), S("TimeGenerated")},
};
