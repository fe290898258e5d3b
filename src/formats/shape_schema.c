/*
 * shape_schema.c - records that follow no product but a schema: the Elastic Common Schema (whose
 * names the common columns have), the Open Cybersecurity Schema Framework, and JSON of any kind.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/json_kind.h"
#include "formats/shape_row.h"

/* ------------------------------------------------------------ Elastic Common Schema */

/* ECS's pairs of category and type, the first that fits. */
static const struct {
    const char *category, *type;
    uint8_t activity;
} ecs_activities[] = {
    {"authentication", "start", ACTIVITY_logon},
    {"authentication", "end", ACTIVITY_logoff},
    {"authentication", "", ACTIVITY_authenticate},
    {"session", "start", ACTIVITY_session_open},
    {"session", "end", ACTIVITY_session_close},
    {"process", "start", ACTIVITY_process_start},
    {"process", "end", ACTIVITY_process_end},
    {"process", "access", ACTIVITY_process_access},
    {"process", "change", ACTIVITY_process_inject},
    {"file", "creation", ACTIVITY_file_create},
    {"file", "deletion", ACTIVITY_file_delete},
    {"file", "change", ACTIVITY_file_update},
    {"file", "access", ACTIVITY_file_read},
    {"registry", "", ACTIVITY_registry_value},
    {"driver", "", ACTIVITY_driver_load},
    {"library", "", ACTIVITY_module_load},
    {"iam", "creation", ACTIVITY_account_create},
    {"iam", "deletion", ACTIVITY_account_delete},
    {"iam", "group", ACTIVITY_group_change},
    {"iam", "admin", ACTIVITY_privilege},
    {"iam", "", ACTIVITY_account_change},
    {"malware", "", ACTIVITY_malware},
    {"intrusion_detection", "", ACTIVITY_detection},
    {"threat", "", ACTIVITY_detection},
    {"vulnerability", "", ACTIVITY_vulnerability},
    {"web", "", ACTIVITY_http},
    {"email", "", ACTIVITY_mail},
    {"database", "", ACTIVITY_database},
    {"configuration", "", ACTIVITY_config_change},
    {"network", "start", ACTIVITY_flow_open},
    {"network", "end", ACTIVITY_flow_close},
    {"network", "", ACTIVITY_flow},
    {"host", "", ACTIVITY_inventory},
};

static bool has(const struct event *ev, str name, const char *want)
{
    for (uint32_t at = event_find(ev, name); at < ev->field_count; at = event_next(ev, at))
        if (str_eq(ev->fields[at].value, str_from(want)))
            return true;
    return false;
}

static uint8_t ecs_activity(const struct event *ev)
{
    for (size_t i = 0; i < countof(ecs_activities); i++)
        if (has(ev, S("event.category"), ecs_activities[i].category) &&
            (!ecs_activities[i].type[0] || has(ev, S("event.type"), ecs_activities[i].type)))
            return ecs_activities[i].activity;
    return ACTIVITY_none;
}

/* Columns that have ECS's own names, and what the document says of its end. */
static void refine_ecs(const struct event *ev, struct columns *c, struct arena *a)
{
    str outcome = event_get(ev, S("event.outcome"));

    columns_put_own(ev, c, a);
    if (!c->activity)
        c->activity = ecs_activity(ev);
    if (outcome.n && !c->outcome)
        c->outcome = verdict_of_word(outcome);
    bool denied = has(ev, S("event.type"), "denied"), allowed = has(ev, S("event.type"), "allowed");
    if (denied || allowed)
        c->type = denied ? "denied" : "allowed";
    if (denied && !outcome.n)
        c->outcome = OUTCOME_FAILURE;
}

static const struct column_rule ecs_columns[] = {
    TO("event.code", event_code, TEXT),
    TO("client.ip", source_ip, ADDRESS),
    TO("client.port", source_port, TEXT),
    TO("source.address", source_ip, ADDRESS),
    TO("server.ip", destination_ip, ADDRESS),
    TO("server.port", destination_port, TEXT),
    TO("destination.address", destination_ip, ADDRESS),
    TO("user.effective.name", user_target_name, TEXT),
    TO("user.effective.id", user_target_id, TEXT),
    TO("host.hostname", host_name, TEXT),
    TO("process.parent.executable", process_parent_name, BASENAME),
    TO("process.ppid", process_parent_pid, TEXT),
    TO("process.hash.md5", file_md5, LOWER),
    TO("process.hash.sha1", file_sha1, LOWER),
    TO("process.hash.sha256", file_sha256, LOWER),
    TO("process.pe.imphash", file_imphash, LOWER),
    TO("file.path", file_name, BASENAME),
    TO("url.full", url_original, URL),
    TO("url.original", url_original, URL),
    TO("email.to", email_to, TEXT),
    TO("email.from", email_from, TEXT),
    TO("orchestrator.resource.name", resource_name, TEXT),
    END,
};

const struct kind kind_ecs = {
    .format = "ecs", .own_names = true, .columns = ecs_columns, .refine = refine_ecs};

const struct shape shape_ecs = {
    .kind = &kind_ecs,
    .markers = {{S("@timestamp"), S("")}, {S("ecs.version"), S("")}},
    .times = {S("@timestamp")},
};

/* ------------------------------------------------------------ OCSF */

static const struct column_rule ocsf_columns[] = {
    TO("activity_name", event_action, TEXT),
    TO("api.operation", event_action, TEXT),
    TO("metadata.event_code", event_code, TEXT),
    TO("metadata.uid", event_id, TEXT),
    TO("metadata.log_provider", event_provider, TEXT),
    TO("metadata.product.name", event_provider, TEXT),
    TO("status_detail", event_reason, TEXT),
    TO("severity", log_level, LOWER),
    TO("device.hostname", host_name, TEXT),
    TO("device.name", host_name, TEXT),
    TO("device.ip", host_ip, ADDRESS),
    TO("metadata.product.vendor_name", observer_vendor, TEXT),
    TO("metadata.product.name", observer_product, TEXT),
    TO("actor.user.name", user_name, TEXT),
    TO("actor.user.domain", user_domain, TEXT),
    TO("actor.user.uid", user_id, TEXT),
    TO("actor.user.email_addr", user_email, TEXT),
    TO("actor.session.issuer", user_roles, TEXT),
    TO("user.name", user_target_name, TEXT),
    TO("user.domain", user_target_domain, TEXT),
    TO("user.uid", user_target_id, TEXT),
    TO("group.name", group_name, TEXT),
    TO("src_endpoint.ip", source_ip, ADDRESS),
    TO("src_endpoint.port", source_port, TEXT),
    TO("src_endpoint.hostname", source_domain, TEXT),
    TO("src_endpoint.domain", source_domain, TEXT),
    TO("src_endpoint.mac", source_mac, TEXT),
    TO("dst_endpoint.ip", destination_ip, ADDRESS),
    TO("dst_endpoint.port", destination_port, TEXT),
    TO("dst_endpoint.hostname", destination_domain, TEXT),
    TO("dst_endpoint.svc_name", destination_domain, TEXT),
    TO("dst_endpoint.domain", destination_domain, TEXT),
    TO("dst_endpoint.mac", destination_mac, TEXT),
    TO("connection_info.protocol_name", network_transport, LOWER),
    TO("connection_info.protocol_num", network_transport, PROTOCOL),
    TO("connection_info.direction", network_direction, LOWER),
    TO("traffic.bytes_out", source_bytes, TEXT),
    TO("traffic.bytes_in", destination_bytes, TEXT),
    TO("traffic.packets_out", source_packets, TEXT),
    TO("traffic.packets_in", destination_packets, TEXT),
    TO("traffic.bytes", network_bytes, TEXT),
    TO("traffic.packets", network_packets, TEXT),
    TO("process.name", process_name, TEXT),
    TO("process.file.path", process_executable, TEXT),
    TO("process.cmd_line", process_command_line, TEXT),
    TO("process.pid", process_pid, TEXT),
    TO("process.uid", process_entity_id, TEXT),
    TO("process.parent_process.name", process_parent_name, TEXT),
    TO("process.parent_process.file.path", process_parent_executable, TEXT),
    TO("process.parent_process.cmd_line", process_parent_command_line, TEXT),
    TO("process.parent_process.pid", process_parent_pid, TEXT),
    TO("actor.process.name", process_name, TEXT),
    TO("actor.process.file.path", process_executable, TEXT),
    TO("actor.process.cmd_line", process_command_line, TEXT),
    TO("actor.process.pid", process_pid, TEXT),
    TO("file.path", file_path, TEXT),
    TO("file.name", file_name, TEXT),
    TO("file.size", file_size, TEXT),
    TO("query.hostname", dns_question, TEXT),
    TO("query.type", dns_type, TEXT),
    TO("answers.rdata", dns_answer, TEXT),
    TO("rcode", dns_code, TEXT),
    TO("http_request.url.url_string", url_original, URL),
    TO("http_request.url.hostname", url_domain, TEXT),
    TO("http_request.url.path", url_path, TEXT),
    TO("http_request.url.query_string", url_query, TEXT),
    TO("http_request.http_method", http_method, TEXT),
    TO("http_request.referrer", http_referrer, TEXT),
    TO("http_request.version", http_version, TEXT),
    TO("http_request.user_agent", user_agent, TEXT),
    TO("http_response.code", http_status, TEXT),
    TO("http_response.body_length", http_bytes, TEXT),
    TO("email.from", email_from, TEXT),
    TO("email.to", email_to, TEXT),
    TO("email.subject", email_subject, TEXT),
    TO("email.message_uid", email_id, TEXT),
    TO("cloud.provider", cloud_provider, LOWER),
    TO("cloud.account.uid", cloud_account, TEXT),
    TO("cloud.region", cloud_region, TEXT),
    TO("cloud.org.uid", organization_id, TEXT),
    TO("container.uid", container_id, TEXT),
    TO("container.name", container_name, TEXT),
    TO("resources.name", resource_name, TEXT),
    TO("resources.uid", resource_name, TEXT),
    TO("resource.name", resource_name, TEXT),
    TO("resource.uid", resource_name, TEXT),
    TO("finding_info.uid", rule_id, TEXT),
    TO("finding_info.title", rule_name, TEXT),
    TO("finding.uid", rule_id, TEXT),
    TO("finding.title", rule_name, TEXT),
    TO("rule.uid", rule_id, TEXT),
    TO("rule.name", rule_name, TEXT),
    TO("firewall_rule.uid", rule_id, TEXT),
    TO("firewall_rule.name", rule_name, TEXT),
    TO("malware.name", threat_name, TEXT),
    TO("reg_key.path", registry_path, TEXT),
    TO("reg_value.data", registry_data, TEXT),
    END,
};

static uint64_t number_of(const struct event *ev, str name)
{
    uint64_t number;

    return str_u64(event_get(ev, name), &number) ? number : 0;
}

/* Classes that no activity of ours is of, by the nearest. */
static const struct {
    uint16_t class_uid;
    uint8_t activity;
} ocsf_classes[] = {
    {2001, ACTIVITY_detection},   {2003, ACTIVITY_detection},    {2005, ACTIVITY_detection},
    {2006, ACTIVITY_detection},   {2007, ACTIVITY_detection},    {4010, ACTIVITY_file_read},
    {4011, ACTIVITY_mail},        {4012, ACTIVITY_mail},         {5002, ACTIVITY_config_change},
    {5003, ACTIVITY_inventory},   {6004, ACTIVITY_web_resource}, {7002, ACTIVITY_remediation},
    {7003, ACTIVITY_remediation}, {7004, ACTIVITY_remediation},
};

/* The row of class and activity, or else the first of the class. */
static uint8_t ocsf_activity(uint64_t class_uid, uint64_t activity_id)
{
    uint8_t of_class = ACTIVITY_none;

    for (size_t i = 1; i < ACTIVITY_COUNT; i++) {
        const struct activity_row *row = activity_row((uint8_t)i);
        if (row->class_uid != class_uid)
            continue;
        if (row->activity_id == activity_id)
            return (uint8_t)i;
        if (!of_class)
            of_class = (uint8_t)i;
    }
    for (size_t i = 0; i < countof(ocsf_classes) && !of_class; i++)
        if (ocsf_classes[i].class_uid == class_uid)
            of_class = ocsf_classes[i].activity;
    return of_class;
}

/* action_id and disposition_id say what a control did: denied or blocked goes before a status. */
static enum outcome ocsf_outcome(const struct event *ev)
{
    enum { ALLOWED = 1, DENIED = 2, BLOCKED_DISPOSITION = 2, REJECTED_DISPOSITION = 7 };
    static const uint8_t refusing[] = {2, 3, 4, 5, 6, 7, 8, 9, 10};
    uint64_t action = number_of(ev, S("action_id")),
             disposition = number_of(ev, S("disposition_id")),
             status = number_of(ev, S("status_id"));

    if (action == DENIED)
        return OUTCOME_FAILURE;
    for (size_t i = 0; i < countof(refusing); i++)
        if (disposition == refusing[i] && action != ALLOWED)
            return OUTCOME_FAILURE;
    if (status == OUTCOME_SUCCESS || status == OUTCOME_FAILURE)
        return (enum outcome)status;
    enum outcome said = verdict_of_word(event_get(ev, S("status")));
    return said ? said : action == ALLOWED ? OUTCOME_SUCCESS : OUTCOME_UNTOLD;
}

static void put_ocsf_hashes(const struct event *ev, struct columns *c, struct arena *a)
{
    static const struct {
        str algorithm;
        enum column column;
    } columns[] = {
        {S("1"), COLUMN_file_md5}, {S("2"), COLUMN_file_sha1}, {S("3"), COLUMN_file_sha256}};
    static const str owners[] = {S("file.hashes"), S("process.file.hashes")};
    str value = {0};

    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        for (size_t k = 0; k < countof(owners); k++) {
            if (!str_starts(f->name, owners[k]))
                continue;
            str rest = str_from_at(f->name, owners[k].n);
            if (str_eq(rest, S(".value")))
                value = f->value;
            for (size_t n = 0; n < countof(columns) && str_eq(rest, S(".algorithm_id")); n++)
                if (str_eq(f->value, columns[n].algorithm))
                    columns_put(c, columns[n].column, VIA_LOWER, value, a);
        }
    }
}

static void refine_ocsf(const struct event *ev, struct columns *c, struct arena *a)
{
    c->activity = ocsf_activity(number_of(ev, S("class_uid")), number_of(ev, S("activity_id")));
    if (c->activity == ACTIVITY_detection && event_get(ev, S("malware.name")).n)
        c->activity = ACTIVITY_malware;
    c->outcome = ocsf_outcome(ev);
    put_ocsf_hashes(ev, c, a);
    /* Who logs on is the user of the event, where nobody else acts. */
    columns_put(c, COLUMN_user_name, VIA_TEXT, event_get(ev, S("user.name")), a);
    columns_put(c, COLUMN_user_id, VIA_TEXT, event_get(ev, S("user.uid")), a);
}

const struct kind kind_ocsf = {
    .format = "ocsf", .own_names = true, .columns = ocsf_columns, .refine = refine_ocsf};

const struct shape shape_ocsf = {
    .kind = &kind_ocsf,
    .markers = {{S("class_uid"), S("")}, {S("metadata.version"), S("")}},
    .times = {S("time"), S("time_dt")},
};

/* ------------------------------------------------------------ any other */

/* Names in wide use, behind those of column_names.def. */
static const struct column_rule json_columns[] = {
    TO("username", user_name, ACCOUNT),
    TO("userName", user_name, ACCOUNT),
    TO("user_name", user_name, ACCOUNT),
    TO("user.username", user_name, ACCOUNT),
    TO("user.login", user_name, ACCOUNT),
    TO("UserName", user_name, ACCOUNT),
    TO("User", user_name, ACCOUNT),
    TO("actor.name", user_name, TEXT),
    TO("actor", user_name, ACCOUNT),
    TO("suser", user_name, ACCOUNT),
    TO("userId", user_id, TEXT),
    TO("user_id", user_id, TEXT),
    TO("userid", user_id, TEXT),
    TO("user.id", user_id, TEXT),
    TO("email", user_email, TEXT),
    TO("user_email", user_email, TEXT),
    TO("user.email", user_email, TEXT),
    TO("actor.email", user_email, TEXT),
    TO("ip", source_ip, ADDRESS),
    TO("client_ip", source_ip, ADDRESS),
    TO("clientIp", source_ip, ADDRESS),
    TO("clientIP", source_ip, ADDRESS),
    TO("ClientIP", source_ip, ADDRESS),
    TO("client_ip_address", source_ip, ADDRESS),
    TO("remote_addr", source_ip, ADDRESS),
    TO("remoteAddr", source_ip, ADDRESS),
    TO("remote_ip", source_ip, ADDRESS),
    TO("remote_address", source_ip, ADDRESS),
    TO("remoteIp", source_ip, ADDRESS),
    TO("remoteAddress", source_ip, ADDRESS),
    TO("ip_address", source_ip, ADDRESS),
    TO("ipAddress", source_ip, ADDRESS),
    TO("ipaddr", source_ip, ADDRESS),
    TO("source_ip", source_ip, ADDRESS),
    TO("sourceIp", source_ip, ADDRESS),
    TO("sourceIP", source_ip, ADDRESS),
    TO("sourceIPAddress", source_ip, ADDRESS),
    TO("srcip", source_ip, ADDRESS),
    TO("srcIp", source_ip, ADDRESS),
    TO("src", source_ip, ADDRESS),
    TO("SrcIP", source_ip, ADDRESS),
    TO("SourceIP", source_ip, ADDRESS),
    TO("src_endpoint.ip", source_ip, ADDRESS),
    TO("source_port", source_port, TEXT),
    TO("srcport", source_port, TEXT),
    TO("sourcePort", source_port, TEXT),
    TO("SrcPort", source_port, TEXT),
    TO("SourcePort", source_port, TEXT),
    TO("remote_port", source_port, TEXT),
    TO("spt", source_port, TEXT),
    TO("dest_ip", destination_ip, ADDRESS),
    TO("destination_ip", destination_ip, ADDRESS),
    TO("destinationIp", destination_ip, ADDRESS),
    TO("destIp", destination_ip, ADDRESS),
    TO("dstip", destination_ip, ADDRESS),
    TO("dst", destination_ip, ADDRESS),
    TO("DstIP", destination_ip, ADDRESS),
    TO("DestinationIP", destination_ip, ADDRESS),
    TO("dest_port", destination_port, TEXT),
    TO("destination_port", destination_port, TEXT),
    TO("destPort", destination_port, TEXT),
    TO("dstport", destination_port, TEXT),
    TO("DstPort", destination_port, TEXT),
    TO("DestinationPort", destination_port, TEXT),
    TO("dpt", destination_port, TEXT),
    TO("transport", network_transport, PROTOCOL),
    TO("Transport", network_transport, PROTOCOL),
    TO("app_proto", network_protocol, LOWER),
    TO("event", event_action, TEXT),
    TO("action", event_action, TEXT),
    TO("Action", event_action, TEXT),
    TO("eventName", event_action, TEXT),
    TO("event_name", event_action, TEXT),
    TO("eventType", event_action, TEXT),
    TO("event_type", event_action, TEXT),
    TO("operation", event_action, TEXT),
    TO("operationName", event_action, TEXT),
    TO("eventId", event_code, TEXT),
    TO("event_id", event_code, TEXT),
    TO("eventid", event_code, TEXT),
    TO("error", event_reason, TEXT),
    TO("error_message", event_reason, TEXT),
    TO("errorMessage", event_reason, TEXT),
    TO("loglevel", log_level, LOWER),
    TO("log_level", log_level, LOWER),
    TO("levelname", log_level, LOWER),
    TO("Level", log_level, LOWER),
    TO("Severity", log_level, LOWER),
    TO("host", host_name, TEXT),
    TO("Computer", host_name, TEXT),
    TO("computer", host_name, TEXT),
    TO("Hostname", host_name, TEXT),
    TO("host_name", host_name, TEXT),
    TO("hostName", host_name, TEXT),
    TO("hostIdentifier", host_name, TEXT),
    TO("deviceName", host_name, TEXT),
    TO("device_name", host_name, TEXT),
    TO("process", process_name, BASENAME),
    TO("process_name", process_name, BASENAME),
    TO("processName", process_name, BASENAME),
    TO("Image", process_executable, TEXT),
    TO("Image", process_name, BASENAME),
    TO("cmdline", process_command_line, TEXT),
    TO("command_line", process_command_line, TEXT),
    TO("commandLine", process_command_line, TEXT),
    TO("CommandLine", process_command_line, TEXT),
    TO("path", file_path, TEXT),
    TO("filepath", file_path, TEXT),
    TO("file_path", file_path, TEXT),
    TO("filePath", file_path, TEXT),
    TO("filename", file_name, BASENAME),
    TO("file_name", file_name, BASENAME),
    TO("fileName", file_name, BASENAME),
    TO("md5", file_md5, LOWER),
    TO("sha1", file_sha1, LOWER),
    TO("sha256", file_sha256, LOWER),
    TO("uri", url_original, URL),
    TO("request_uri", url_original, URL),
    TO("request_method", http_method, TEXT),
    TO("requestMethod", http_method, TEXT),
    TO("status_code", http_status, TEXT),
    TO("statusCode", http_status, TEXT),
    TO("http_status", http_status, TEXT),
    TO("response_code", http_status, TEXT),
    TO("body_bytes_sent", http_bytes, TEXT),
    TO("userAgent", user_agent, TEXT),
    TO("user-agent", user_agent, TEXT),
    TO("UserAgent", user_agent, TEXT),
    TO("http_user_agent", user_agent, TEXT),
    TO("referer", http_referrer, TEXT),
    TO("referrer", http_referrer, TEXT),
    TO("http_referer", http_referrer, TEXT),
    TO("signature", rule_name, TEXT),
    TO("rule", rule_name, TEXT),
    TO("rule_name", rule_name, TEXT),
    TO("ruleName", rule_name, TEXT),
    TO("rule_id", rule_id, TEXT),
    TO("threat_name", threat_name, TEXT),
    TO("threatName", threat_name, TEXT),
    TO("tenantId", organization_id, TEXT),
    TO("tenant_id", organization_id, TEXT),
    TO("accountId", cloud_account, TEXT),
    TO("account_id", cloud_account, TEXT),
    END,
};

/* The first word that says how it ended; a refusal goes before all others. */
static enum outcome json_outcome(const struct event *ev)
{
    static const str names[] = {S("outcome"),  S("result"),  S("Result"),         S("success"),
                                S("status"),   S("Status"),  S("action"),         S("Action"),
                                S("decision"), S("verdict"), S("disposition"),    S("ActionResult"),
                                S("allowed"),  S("Allowed"), S("outcome.result"), S("blocked")};
    enum outcome found = OUTCOME_UNTOLD;

    for (size_t i = 0; i < countof(names); i++) {
        enum outcome said = verdict_of_word(event_get(ev, names[i]));
        if (said && str_eq(names[i], S("blocked"))) /* "blocked": true */
            said = said == OUTCOME_SUCCESS ? OUTCOME_FAILURE : OUTCOME_UNTOLD;
        if (said == OUTCOME_FAILURE)
            return said;
        found = found ? found : said;
    }
    return found;
}

static void refine_json(const struct event *ev, struct columns *c, struct arena *a)
{
    refine_ecs(ev, c, a);
    if (!c->outcome)
        c->outcome = json_outcome(ev);
    if (!c->outcome && c->values[COLUMN_http_method].p)
        c->outcome = verdict_of_http(c->values[COLUMN_http_status]);
    if (!c->activity && c->values[COLUMN_http_method].p && c->values[COLUMN_url_original].p)
        c->activity = ACTIVITY_http;
}

const struct kind kind_json = {.format = "json", .columns = json_columns, .refine = refine_json};
