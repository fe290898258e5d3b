/*
 * shape_endpoint.c - process, file and network events of endpoint agents, with
 * the names that Sigma takes from Sysmon: Elastic Defend (ECS), and Microsoft
 * Defender's advanced hunting tables.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/json_kind.h"
#include "formats/shape_row.h"

static const struct kind kind_elastic_defend = {.base = &kind_ecs, .format = "elastic_defend"};

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
    .kind = &kind_elastic_defend,
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

/* ------------------------------------------------------------ Microsoft Defender XDR */

static const struct column_rule defender_columns[] = {
    TO("ActionType", event_action, TEXT),
    TO("ReportId", event_id, TEXT),
    TO("AlertId", event_id, TEXT),
    TO("ServiceSource", event_provider, TEXT),
    TO("FailureReason", event_reason, TEXT),
    TO("Severity", log_level, LOWER),
    TO("DeviceName", host_name, TEXT),
    TO("InitiatingProcessAccountName", user_name, TEXT),
    TO("InitiatingProcessAccountDomain", user_domain, TEXT),
    TO("InitiatingProcessAccountSid", user_id, TEXT),
    TO("AccountName", user_name, TEXT),
    TO("AccountUpn", user_name, TEXT),
    TO("AccountDisplayName", user_name, TEXT),
    TO("AccountDomain", user_domain, TEXT),
    TO("AccountSid", user_id, TEXT),
    TO("AccountObjectId", user_id, TEXT),
    TO("AccountUpn", user_email, TEXT),
    TO("TargetAccountDisplayName", user_target_name, TEXT),
    TO("LocalIP", source_ip, ADDRESS),
    TO("LocalPort", source_port, TEXT),
    TO("IPAddress", source_ip, ADDRESS),
    TO("SenderIPv4", source_ip, ADDRESS),
    TO("RemoteIP", destination_ip, ADDRESS),
    TO("RemotePort", destination_port, TEXT),
    TO("DestinationIPAddress", destination_ip, ADDRESS),
    TO("DestinationPort", destination_port, TEXT),
    TO("RemoteUrl", destination_domain, TEXT),
    TO("DestinationDeviceName", destination_domain, TEXT),
    TO("Protocol", network_transport, PROTOCOL),
    TO("InitiatingProcessFileName", process_name, TEXT),
    TO("InitiatingProcessFolderPath", process_executable, TEXT),
    TO("InitiatingProcessCommandLine", process_command_line, TEXT),
    TO("InitiatingProcessId", process_pid, TEXT),
    TO("InitiatingProcessParentFileName", process_parent_name, TEXT),
    TO("InitiatingProcessParentId", process_parent_pid, TEXT),
    TO("FolderPath", file_path, TEXT),
    TO("FileName", file_name, TEXT),
    TO("FileSize", file_size, TEXT),
    TO("MD5", file_md5, LOWER),
    TO("SHA1", file_sha1, LOWER),
    TO("SHA256", file_sha256, LOWER),
    TO("RegistryKey", registry_path, TEXT),
    TO("RegistryValueData", registry_data, TEXT),
    TO("Url", url_original, URL),
    TO("UserAgent", user_agent, TEXT),
    TO("SenderFromAddress", email_from, TEXT),
    TO("SenderMailFromAddress", email_from, TEXT),
    TO("RecipientEmailAddress", email_to, TEXT),
    TO("Subject", email_subject, TEXT),
    TO("EmailSubject", email_subject, TEXT),
    TO("InternetMessageId", email_id, TEXT),
    TO("Title", rule_name, TEXT),
    TO("Category", rule_category, TEXT),
    TO("ThreatFamily", threat_name, TEXT),
    TO("ThreatNames", threat_name, TEXT),
    TO("tenantId", organization_id, TEXT),
    TO("Application", service_name, TEXT),
    END,
};

/* A row of DeviceProcessEvents is about the process that was made. */
static const struct column_rule defender_process_columns[] = {
    TO("FileName", process_name, TEXT),
    TO("FolderPath", process_executable, TEXT),
    TO("ProcessCommandLine", process_command_line, TEXT),
    TO("ProcessId", process_pid, TEXT),
    TO("InitiatingProcessFileName", process_parent_name, TEXT),
    TO("InitiatingProcessFolderPath", process_parent_executable, TEXT),
    TO("InitiatingProcessCommandLine", process_parent_command_line, TEXT),
    TO("InitiatingProcessId", process_parent_pid, TEXT),
    TO("AccountName", user_name, TEXT),
    TO("AccountDomain", user_domain, TEXT),
    TO("AccountSid", user_id, TEXT),
    END,
};

static const struct activity_word defender_activities[] = {
    {S("ProcessCreated"), ACTIVITY_process_start},
    {S("OpenProcess"), ACTIVITY_process_access},
    {S("FileCreated"), ACTIVITY_file_create},
    {S("FileModified"), ACTIVITY_file_update},
    {S("FileDeleted"), ACTIVITY_file_delete},
    {S("FileRenamed"), ACTIVITY_file_rename},
    {S("RegistryValue*"), ACTIVITY_registry_value},
    {S("RegistryKey*"), ACTIVITY_registry_key},
    {S("ImageLoaded"), ACTIVITY_module_load},
    {S("DriverLoad"), ACTIVITY_driver_load},
    {S("Connection*"), ACTIVITY_flow_open},
    {S("InboundConnection*"), ACTIVITY_flow_open},
    {S("ListeningConnectionCreated"), ACTIVITY_flow},
    {S("Logon*"), ACTIVITY_logon},
    {S("Logoff*"), ACTIVITY_logoff},
    {S("Antivirus*"), ACTIVITY_malware},
    {S("Dns*"), ACTIVITY_dns},
    {S("PowerShellCommand"), ACTIVITY_script},
    {S("ScheduledTask*"), ACTIVITY_job_change},
    {S("ServiceInstalled"), ACTIVITY_service_change},
    {S("UserAccountCreated"), ACTIVITY_account_create},
    {S("UserAccountDeleted"), ACTIVITY_account_delete},
    {S(""), ACTIVITY_none},
};

/* The tables of advanced hunting, for what their rows do not tell otherwise. */
static const struct activity_word defender_tables[] = {
    {S("AdvancedHunting-Alert*"), ACTIVITY_detection},
    {S("AdvancedHunting-Email*"), ACTIVITY_mail},
    {S("AdvancedHunting-UrlClick*"), ACTIVITY_http},
    {S("AdvancedHunting-IdentityLogon*"), ACTIVITY_logon},
    {S("AdvancedHunting-IdentityDirectory*"), ACTIVITY_entity_change},
    {S("AdvancedHunting-Identity*"), ACTIVITY_entity_change},
    {S("AdvancedHunting-CloudApp*"), ACTIVITY_api},
    {S("AdvancedHunting-DeviceProcess*"), ACTIVITY_process_start},
    {S("AdvancedHunting-DeviceLogon*"), ACTIVITY_logon},
    {S("AdvancedHunting-DeviceImageLoad*"), ACTIVITY_module_load},
    {S("AdvancedHunting-Device*"), ACTIVITY_inventory},
    {S(""), ACTIVITY_none},
};

/* What came in has its source at the far end. */
static void turn_round(struct columns *c)
{
    static const struct {
        uint8_t source, destination;
    } ends[] = {{COLUMN_source_ip, COLUMN_destination_ip},
                {COLUMN_source_port, COLUMN_destination_port},
                {COLUMN_source_domain, COLUMN_destination_domain}};

    for (size_t i = 0; i < countof(ends); i++) {
        str source = c->values[ends[i].source];
        c->values[ends[i].source] = c->values[ends[i].destination];
        c->values[ends[i].destination] = source;
    }
}

static void refine_defender(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = event_get(ev, S("ActionType"));

    if (!c->activity)
        c->activity = activity_of_word(defender_activities, action);
    if (str_starts(action, S("Logon")) || str_starts(action, S("Inbound")))
        turn_round(c);
    if (!c->activity)
        c->activity = activity_of_word(defender_tables, event_get(ev, S("category")));
    if (!c->activity && event_get(ev, S("AlertId")).n)
        c->activity = ACTIVITY_detection;
    str url = event_get(ev, S("RemoteUrl"));
    if (str_find(url, S("://")))
        columns_put(c, COLUMN_url_original, VIA_URL, url, a);
    if (str_ends(action, S("Blocked")) || str_ends(action, S("Failed")) ||
        str_eq(event_get(ev, S("DeliveryAction")), S("Blocked")))
        c->outcome = OUTCOME_FAILURE;
    else if (str_ends(action, S("Success")) || str_ends(action, S("Succeeded")) ||
             str_ends(action, S("Allowed")))
        c->outcome = OUTCOME_SUCCESS;
}

static const struct column_constant defender_constants[] = {
    ALWAYS(observer_vendor, "Microsoft"), ALWAYS(observer_product, "Defender"), ALWAYS_END};

static const struct kind kind_defender = {
    .format = "defender",
    .own_names = true,
    .columns = defender_columns,
    .constants = defender_constants,
    .refine = refine_defender,
};

static const struct kind kind_defender_process = {
    .base = &kind_defender,
    .activity = ACTIVITY_process_start,
    .columns = defender_process_columns,
};

/* The streaming API's layer around a row of a table. */
const struct shape shape_defender_stream = {
    .markers = {{S("category"), S("AdvancedHunting-*")}},
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
    .kind = &kind_defender_process,
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
    .kind = &kind_defender,
    .markers = {{S("ActionType"), S("FileCreated")},
                {S("FolderPath"), S("")},
                {S("DeviceId"), S("")}},
    .aliases = {defender_other_names, defender_file_names},
    .sources = {{S("windows"), S("file_event"), S("")}},
    .times = {S("Timestamp"), S("TimeGenerated")},
};

/* DeviceNetworkEvents. */
const struct shape shape_defender_network = {
    .kind = &kind_defender,
    .markers = {{S("ActionType"), S("Connection*")},
                {S("RemoteIP"), S("")},
                {S("DeviceId"), S("")}},
    .aliases = {defender_other_names},
    .sources = {{S("windows"), S("network_connection"), S("")}},
    .times = {S("Timestamp"), S("TimeGenerated")},
};

/* All other tables. */
const struct shape shape_defender_table = {
    .kind = &kind_defender,
    .markers = {{S("category"), S("AdvancedHunting-*")}},
    .aliases = {defender_other_names},
    .sources = {{S("m365"), S(""), S("defender")}},
    .times = {S("Timestamp"), S("time")},
};

/* ------------------------------------------------------------ alerts of Microsoft Graph */

static const struct column_rule graph_alert_columns[] = {
    TO("id", event_id, TEXT),
    TO("detectionSource", event_provider, TEXT),
    TO("serviceSource", event_provider, TEXT),
    TO("description", event_reason, TEXT),
    TO("severity", log_level, LOWER),
    TO("evidence.userAccount.accountName", user_name, TEXT),
    TO("evidence.userAccount.domainName", user_domain, TEXT),
    TO("evidence.userAccount.userPrincipalName", user_email, TEXT),
    TO("evidence.userAccount.userSid", user_id, TEXT),
    TO("evidence.deviceDnsName", host_name, TEXT),
    TO("evidence.ipAddress", source_ip, ADDRESS),
    TO("evidence.fileDetails.fileName", file_name, TEXT),
    TO("evidence.fileDetails.filePath", file_path, TEXT),
    TO("evidence.fileDetails.sha1", file_sha1, LOWER),
    TO("evidence.fileDetails.sha256", file_sha256, LOWER),
    TO("evidence.processCommandLine", process_command_line, TEXT),
    TO("title", rule_name, TEXT),
    TO("detectorId", rule_id, TEXT),
    TO("category", rule_category, TEXT),
    TO("threatDisplayName", threat_name, TEXT),
    TO("threatFamilyName", threat_name, TEXT),
    TO("tenantId", organization_id, TEXT),
    END,
};

static const struct kind kind_graph_alert = {
    .format = "graph_alert",
    .own_names = true,
    .activity = ACTIVITY_detection,
    .columns = graph_alert_columns,
    .constants = defender_constants,
};

/* security/alerts_v2. */
const struct shape shape_graph_alert = {
    .kind = &kind_graph_alert,
    .markers = {{S("providerAlertId"), S("")}, {S("serviceSource"), S("")}, {S("title"), S("")}},
    .sources = {{S("m365"), S(""), S("defender")}},
    .times = {S("lastActivityDateTime"), S("createdDateTime")},
};

/* ------------------------------------------------------------ osquery */

static const struct column_rule osquery_columns[] = {
    TO("action", event_action, TEXT),
    TO("name", rule_name, TEXT),
    TO("hostIdentifier", host_name, TEXT),
    TO("decorations.hostname", host_name, TEXT),
    TO("decorations.host_uuid", host_name, TEXT),
    TO("columns.username", user_name, TEXT),
    TO("columns.user", user_name, TEXT),
    TO("columns.uid", user_id, TEXT),
    TO("columns.remote_address", destination_ip, ADDRESS),
    TO("columns.remote_port", destination_port, TEXT),
    TO("columns.local_address", source_ip, ADDRESS),
    TO("columns.local_port", source_port, TEXT),
    TO("columns.host", source_ip, ADDRESS),
    TO("columns.protocol", network_transport, PROTOCOL),
    TO("columns.cmdline", process_command_line, TEXT),
    TO("columns.pid", process_pid, TEXT),
    TO("columns.parent", process_parent_pid, TEXT),
    TO("columns.cwd", process_directory, TEXT),
    TO("columns.target_path", file_path, TEXT),
    TO("columns.target_path", file_name, BASENAME),
    TO("columns.path", file_path, TEXT),
    TO("columns.path", file_name, BASENAME),
    TO("columns.md5", file_md5, LOWER),
    TO("columns.sha1", file_sha1, LOWER),
    TO("columns.sha256", file_sha256, LOWER),
    END,
};

/* A table that knows programs: the path is the program's. */
static void refine_osquery(const struct event *ev, struct columns *c, struct arena *a)
{
    if (event_get(ev, S("columns.cmdline")).n) {
        columns_put(c, COLUMN_process_executable, VIA_TEXT, event_get(ev, S("columns.path")), a);
        columns_put(c, COLUMN_process_name, VIA_BASENAME, event_get(ev, S("columns.path")), a);
        c->activity = ACTIVITY_process_start;
    }
}

static const struct kind kind_osquery = {
    .format = "osquery",
    .own_names = true,
    .activity = ACTIVITY_inventory,
    .columns = osquery_columns,
    .refine = refine_osquery,
};

static str osquery_name(str rest, struct arena *a)
{
    return arena_printf(a, "columns." STR_FMT, STR_ARG(rest));
}

/* Results: rows that came or went, snapshots, and batches of either. */
const struct shape shape_osquery = {
    .kind = &kind_osquery,
    .markers = {{S("hostIdentifier"), S("")}, {S("name"), S("")}, {S("unixTime"), S("")}},
    .prefixes = {{.prefix = S("snapshot."), .rename = osquery_name},
                 {.prefix = S("diffResults.added."), .rename = osquery_name},
                 {.prefix = S("diffResults.removed."), .rename = osquery_name}},
    .sources = {{S("osquery"), S(""), S("")}},
    .times = {S("unixTime"), S("calendarTime")},
};
