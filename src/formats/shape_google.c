/*
 * shape_google.c - Google Cloud audit logs (LogEntry with an AuditLog in
 * protoPayload) and Google Workspace, whose events come both as such entries and
 * from the Reports API.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

static const struct column_constant google_constants[] = {
    ALWAYS(cloud_provider, "gcp"),
    ALWAYS(observer_vendor, "Google"),
    ALWAYS_END,
};

/* ------------------------------------------------------------ entries of Cloud Logging */

static const struct column_rule entry_columns[] = {
    TO("insertId", event_id, TEXT),
    TO("severity", log_level, LOWER),
    TO("resource.labels.project_id", cloud_account, TEXT),
    TO("resource.labels.location", cloud_region, TEXT),
    TO("resource.labels.region", cloud_region, TEXT),
    TO("resource.labels.zone", cloud_region, TEXT),
    END,
};

/* google.rpc.Code: 0 is OK; without a status the call went well. */
static void refine_gcp_audit(const struct event *ev, struct columns *c, struct arena *a)
{
    str code = event_get(ev, S("protoPayload.status.code")),
        message = event_get(ev, S("protoPayload.status.message")),
        severity = event_get(ev, S("severity"));
    bool failed = verdict_of_code(code) == OUTCOME_FAILURE || (!code.n && message.n) ||
                  str_eq(severity, S("ERROR"));

    (void)a;
    c->outcome = failed ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    if (!c->activity)
        c->activity = activity_of_operation(c->values[COLUMN_event_action]);
}

static const struct kind kind_gcp_entry = {
    .format = "gcp", .own_names = true, .columns = entry_columns, .constants = google_constants};

static const struct column_rule gcp_audit_columns[] = {
    TO("protoPayload.methodName", event_action, TEXT),
    TO("protoPayload.serviceName", event_provider, TEXT),
    TO("protoPayload.status.message", event_reason, TEXT),
    TO("protoPayload.status.code", event_code, TEXT),
    TO("protoPayload.authenticationInfo.principalEmail", user_name, TEXT),
    TO("protoPayload.authenticationInfo.principalEmail", user_email, TEXT),
    TO("protoPayload.authenticationInfo.principalSubject", user_id, TEXT),
    TO("protoPayload.requestMetadata.callerIp", source_ip, ADDRESS),
    TO("protoPayload.requestMetadata.callerSuppliedUserAgent", user_agent, TEXT),
    TO("protoPayload.resourceName", resource_name, TEXT),
    END,
};

static const struct kind kind_gcp_audit = {
    .base = &kind_gcp_entry,
    .format = "gcp_audit",
    .columns = gcp_audit_columns,
    .refine = refine_gcp_audit,
};

static const struct column_rule load_balancer_columns[] = {
    TO("httpRequest.remoteIp", source_ip, ADDRESS),
    TO("httpRequest.serverIp", destination_ip, ADDRESS),
    TO("httpRequest.requestUrl", url_original, URL),
    TO("httpRequest.requestMethod", http_method, TEXT),
    TO("httpRequest.status", http_status, TEXT),
    TO("httpRequest.requestSize", source_bytes, TEXT),
    TO("httpRequest.responseSize", destination_bytes, TEXT),
    TO("httpRequest.responseSize", http_bytes, TEXT),
    TO("httpRequest.referer", http_referrer, TEXT),
    TO("httpRequest.userAgent", user_agent, TEXT),
    TO("jsonPayload.enforcedSecurityPolicy.outcome", event_action, LOWER),
    TO("jsonPayload.statusDetails", event_reason, TEXT),
    TO("jsonPayload.enforcedSecurityPolicy.name", rule_name, TEXT),
    TO("jsonPayload.enforcedSecurityPolicy.priority", rule_id, TEXT),
    TO("resource.labels.backend_service_name", resource_name, TEXT),
    TO("resource.labels.forwarding_rule_name", resource_name, TEXT),
    END,
};

/* Cloud Armor's word goes before the answer's code. */
static void refine_load_balancer(const struct event *ev, struct columns *c, struct arena *a)
{
    str version = event_get(ev, S("httpRequest.protocol")),
        latency = event_get(ev, S("httpRequest.latency"));
    enum outcome said =
        verdict_of_word(event_get(ev, S("jsonPayload.enforcedSecurityPolicy.outcome")));

    if (str_starts(version, S("HTTP/")))
        columns_put(c, COLUMN_http_version, VIA_TEXT, str_from_at(version, 5), a);
    if (latency.n && latency.p[latency.n - 1] == 's')
        columns_put(c, COLUMN_event_duration, VIA_SECONDS, (str){latency.p, latency.n - 1}, a);
    c->type = said == OUTCOME_FAILURE ? "denied" : said == OUTCOME_SUCCESS ? "allowed" : NULL;
    enum outcome answer = verdict_of_http(c->values[COLUMN_http_status]);
    c->outcome = answer;
    if (said == OUTCOME_FAILURE || !answer)
        c->outcome = said;
}

static const struct kind kind_load_balancer = {
    .base = &kind_gcp_entry,
    .format = "gcp_load_balancer",
    .activity = ACTIVITY_http,
    .columns = load_balancer_columns,
    .refine = refine_load_balancer,
};

const struct shape shape_gcp_load_balancer = {
    .kind = &kind_load_balancer,
    .markers = {{S("httpRequest.requestUrl"), S("")},
                {S("httpRequest.remoteIp"), S("")},
                {S("logName"), S("")}},
    .sources = {{S("gcp"), S("webserver"), S("load_balancer")}},
    .times = {S("timestamp"), S("receiveTimestamp")},
};

static const struct column_rule gcp_flow_columns[] = {
    TO("jsonPayload.connection.src_ip", source_ip, ADDRESS),
    TO("jsonPayload.connection.src_port", source_port, TEXT),
    TO("jsonPayload.connection.dest_ip", destination_ip, ADDRESS),
    TO("jsonPayload.connection.dest_port", destination_port, TEXT),
    TO("jsonPayload.connection.protocol", network_transport, PROTOCOL),
    TO("jsonPayload.bytes_sent", source_bytes, TEXT),
    TO("jsonPayload.packets_sent", source_packets, TEXT),
    TO("jsonPayload.disposition", event_action, LOWER),
    TO("jsonPayload.instance.vm_name", host_name, TEXT),
    TO("jsonPayload.src_instance.vm_name", source_domain, TEXT),
    TO("jsonPayload.dest_instance.vm_name", destination_domain, TEXT),
    TO("jsonPayload.rule_details.reference", rule_name, TEXT),
    TO("jsonPayload.rule_details.direction", network_direction, LOWER),
    END,
};

/* Firewall rules' logs say what became of it; flow logs do not. */
static void refine_gcp_flow(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome = verdict_of_word(event_get(ev, S("jsonPayload.disposition")));
    c->type = c->outcome == OUTCOME_SUCCESS   ? "allowed"
              : c->outcome == OUTCOME_FAILURE ? "denied"
                                              : NULL;
}

static const struct kind kind_gcp_flow = {
    .base = &kind_gcp_entry,
    .format = "gcp_flow",
    .activity = ACTIVITY_flow,
    .columns = gcp_flow_columns,
    .refine = refine_gcp_flow,
};

static const struct shape_alias gcp_flow_names[] = {
    {.from = S("jsonPayload.connection.src_ip"), .to = S("src_ip")},
    {.from = S("jsonPayload.connection.dest_ip"), .to = S("dst_ip")},
    {.from = S("jsonPayload.connection.src_port"), .to = S("src_port")},
    {.from = S("jsonPayload.connection.dest_port"), .to = S("dst_port")},
    {.from = S("jsonPayload.disposition"), .to = S("action")},
    {.from = S("")},
};

const struct shape shape_gcp_flow = {
    .kind = &kind_gcp_flow,
    .markers = {{S("jsonPayload.connection.src_ip"), S("")}, {S("logName"), S("")}},
    .aliases = {gcp_flow_names},
    .sources = {{S("gcp"), S("firewall"), S("vpcflow")}},
    .times = {S("timestamp"), S("jsonPayload.end_time"), S("receiveTimestamp")},
};

static const struct column_rule gcp_other_columns[] = {
    TO("jsonPayload.reason", event_action, TEXT),
    TO("jsonPayload.message", event_reason, TEXT),
    TO("jsonPayload.source.host", host_name, TEXT),
    TO("resource.labels.node_name", host_name, TEXT),
    TO("jsonPayload.involvedObject.name", resource_name, TEXT),
    TO("resource.labels.container_name", container_name, TEXT),
    TO("resource.labels.pod_name", resource_name, TEXT),
    TO("resource.labels.instance_id", resource_name, TEXT),
    TO("jsonPayload.queryName", dns_question, TEXT),
    TO("jsonPayload.queryType", dns_type, TEXT),
    TO("jsonPayload.responseCode", dns_code, TEXT),
    TO("jsonPayload.rdata", dns_answer, TEXT),
    TO("jsonPayload.sourceIP", source_ip, ADDRESS),
    TO("jsonPayload.destinationIP", destination_ip, ADDRESS),
    TO("jsonPayload.protocol", network_transport, LOWER),
    END,
};

static void refine_gcp_other(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    if (event_get(ev, S("jsonPayload.queryName")).n)
        c->activity = ACTIVITY_dns;
    if (str_eq(event_get(ev, S("jsonPayload.type")), S("Warning")))
        c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_gcp_other = {
    .base = &kind_gcp_entry,
    .columns = gcp_other_columns,
    .refine = refine_gcp_other,
};

/* Any other entry: of Kubernetes, of machines and their programs, of Cloud DNS. */
const struct shape shape_gcp_entry = {
    .kind = &kind_gcp_other,
    .markers = {{S("logName"), S("")}, {S("insertId"), S("")}, {S("resource.type"), S("")}},
    .times = {S("timestamp"), S("receiveTimestamp")},
};

/* ------------------------------------------------------------ Workspace */

static const struct activity_word workspace_activities[] = {
    {S("login_success"), ACTIVITY_logon},
    {S("login_failure"), ACTIVITY_logon},
    {S("login_challenge"), ACTIVITY_authenticate},
    {S("login_verification"), ACTIVITY_authenticate},
    {S("logout"), ACTIVITY_logoff},
    {S("suspicious_login*"), ACTIVITY_detection},
    {S("gov_attack_warning"), ACTIVITY_detection},
    {S("account_disabled*"), ACTIVITY_account_disable},
    {S("password_edit"), ACTIVITY_account_password},
    {S("2sv_*"), ACTIVITY_account_change},
    {S("recovery_*"), ACTIVITY_account_change},
    {S("CREATE_USER"), ACTIVITY_account_create},
    {S("DELETE_USER"), ACTIVITY_account_delete},
    {S("SUSPEND_USER"), ACTIVITY_account_disable},
    {S("UNSUSPEND_USER"), ACTIVITY_account_enable},
    {S("CHANGE_PASSWORD*"), ACTIVITY_account_reset},
    {S("GRANT_ADMIN_PRIVILEGE"), ACTIVITY_privilege},
    {S("REVOKE_ADMIN_PRIVILEGE"), ACTIVITY_privilege_revoke},
    {S("ASSIGN_ROLE"), ACTIVITY_privilege},
    {S("UNASSIGN_ROLE"), ACTIVITY_privilege_revoke},
    {S("ADD_GROUP_MEMBER"), ACTIVITY_group_add},
    {S("REMOVE_GROUP_MEMBER"), ACTIVITY_group_remove},
    {S("authorize"), ACTIVITY_privilege},
    {S("revoke"), ACTIVITY_privilege_revoke},
    {S(""), ACTIVITY_none},
};

static const struct activity_word drive_activities[] = {
    {S("create"), ACTIVITY_file_create},
    {S("upload"), ACTIVITY_file_create},
    {S("copy"), ACTIVITY_file_create},
    {S("edit"), ACTIVITY_file_update},
    {S("rename"), ACTIVITY_file_rename},
    {S("move"), ACTIVITY_file_rename},
    {S("trash"), ACTIVITY_file_delete},
    {S("delete"), ACTIVITY_file_delete},
    {S("change_*"), ACTIVITY_file_change},
    {S("*"), ACTIVITY_file_read},
    {S(""), ACTIVITY_none},
};

static bool is_drive(str application)
{
    return str_eq(application, S("drive"));
}

static const struct column_rule workspace_columns[] = {
    TO("protoPayload.metadata.event.eventName", event_action, TEXT),
    TO("events.name", event_action, TEXT),
    TO("events.type", event_code, TEXT),
    TO("id.uniqueQualifier", event_id, TEXT),
    TO("id.applicationName", event_provider, TEXT),
    TO("login_failure_type", event_reason, TEXT),
    TO("actor.email", user_email, TEXT),
    TO("actor.email", user_name, ACCOUNT),
    TO("actor.profileId", user_id, TEXT),
    TO("ipAddress", source_ip, ADDRESS),
    TO("user_email", user_target_name, TEXT),
    TO("affected_email_address", user_target_name, TEXT),
    TO("target_user", user_target_name, TEXT),
    TO("group_email", group_name, TEXT),
    TO("doc_title", file_name, TEXT),
    TO("doc_id", resource_name, TEXT),
    TO("app_name", service_name, TEXT),
    TO("id.customerId", organization_id, TEXT),
    END,
};

static void refine_workspace(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = c->values[COLUMN_event_action];
    bool failed = str_find(action, S("fail")) || str_find(action, S("FAIL")) ||
                  str_find(action, S("denied")) || str_find(action, S("DENIED")) ||
                  str_find(action, S("blocked")) || str_find(action, S("BLOCKED"));

    (void)a;
    c->outcome = failed ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    c->activity = activity_of_word(workspace_activities, action);
    if (!c->activity && is_drive(event_get(ev, S("id.applicationName"))))
        c->activity = activity_of_word(drive_activities, action);
    if (!c->activity && str_eq(event_get(ev, S("id.applicationName")), S("admin")))
        c->activity = ACTIVITY_config_change;
    if (!c->activity)
        c->activity = activity_of_operation(action);
}

static const struct kind kind_workspace_report = {
    .format = "google_workspace",
    .own_names = true,
    .columns = workspace_columns,
    .constants = google_constants,
    .refine = refine_workspace,
};

static void refine_workspace_entry(const struct event *ev, struct columns *c, struct arena *a)
{
    str success = event_get(ev, S("protoPayload.metadata.event.status.success"));

    refine_workspace(ev, c, a);
    if (str_eq(success, S("false")))
        c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_workspace_entry = {
    .base = &kind_gcp_audit,
    .format = "google_workspace",
    .columns = workspace_columns,
    .refine = refine_workspace_entry,
};

static const struct shape_alias gcp_names[] = {
    {.from = S("protoPayload.methodName"), .to = S("gcp.audit.method_name")},
    {.from = S("protoPayload.authorizationInfo.permission"),
     .to = S("data.protoPayload.authorizationInfo.permission")},
    {.from = S("protoPayload.authorizationInfo.granted"),
     .to = S("data.protoPayload.authorizationInfo.granted")},
    {.from = S("protoPayload.serviceName"), .to = S("data.protoPayload.serviceName")},
    {.from = S("protoPayload.methodName"), .to = S("data.protoPayload.methodName")},
    {.from = S("resource.type"), .to = S("data.protoPayload.resource.type")},
    {.from = S("logName"), .to = S("data.protoPayload.logName")},
    {.from = S("")},
};

static const struct shape_alias workspace_names[] = {
    {.from = S("protoPayload.serviceName"), .to = S("eventService")},
    {.from = S("protoPayload.metadata.event.eventName"), .to = S("eventName")},
    {.from = S("protoPayload.serviceName"), .to = S("protoPayload.Servicename")},
    {.from = S("")},
};

/* Pub/Sub's subscribers keep the entry below "data": the rules know both places. */
const struct shape shape_gcp_pubsub = {
    .markers = {{S("data.protoPayload.methodName"), S("")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("data.")}},
};

static void workspace_extra(const struct shaping *s)
{
    shape_pairs(s, S("protoPayload.metadata.event.parameter.name"),
                S("protoPayload.metadata.event.parameter.value"), S(""), CASE_LOWER);
}

const struct shape shape_workspace_admin = {
    .kind = &kind_workspace_entry,
    .markers = {{S("protoPayload.serviceName"), S("admin.googleapis.com")}},
    .extra = workspace_extra,
    .aliases = {gcp_names, workspace_names},
    .sources = {{S("gcp"), S(""), S("google_workspace.admin")}, {S("gcp"), S(""), S("gcp.audit")}},
    .times = {S("timestamp"), S("receiveTimestamp")},
};

const struct shape shape_workspace_login = {
    .kind = &kind_workspace_entry,
    .markers = {{S("protoPayload.serviceName"), S("login.googleapis.com")}},
    .extra = workspace_extra,
    .aliases = {gcp_names, workspace_names},
    .sources = {{S("gcp"), S(""), S("google_workspace.login")}, {S("gcp"), S(""), S("gcp.audit")}},
    .times = {S("timestamp"), S("receiveTimestamp")},
};

const struct shape shape_gcp_audit = {
    .kind = &kind_gcp_audit,
    .markers = {{S("protoPayload.methodName"), S("")}, {S("protoPayload.serviceName"), S("")}},
    .aliases = {gcp_names},
    .sources = {{S("gcp"), S(""), S("gcp.audit")}},
    .times = {S("timestamp"), S("receiveTimestamp")},
};

static const str report_asked[] = {S("id.applicationName"), S("")};

static const struct shape_alias report_names[] = {
    {.from = S("events.name"), .to = S("eventName")},
    {.from = S("events.name"), .to = S("protoPayload.metadata.event.eventName")},
    {.from = S("eventService"), .to = S("protoPayload.serviceName")},
    {.from = S("eventService"), .to = S("protoPayload.Servicename")},
    {.from = S("")},
};

static void report_extra(const struct shaping *s)
{
    const struct field *application = shape_get(s, S("id.applicationName"));
    str name = application->value;

    shape_add(s, (struct field){
                     .name = S("eventService"),
                     .value = arena_printf(s->arena, STR_FMT ".googleapis.com", STR_ARG(name))});
    shape_add_source(s, (struct shape_source){
                            S("gcp"), S(""),
                            arena_printf(s->arena, "google_workspace." STR_FMT, STR_ARG(name))});
    shape_pairs(s, S("events.parameters.name"), S("events.parameters.value"), S(""), CASE_LOWER);
    shape_pairs(s, S("events.parameters.name"), S("events.parameters.boolValue"), S(""),
                CASE_LOWER);
}

/* An activity of the Reports API. */
const struct shape shape_workspace_report = {
    .kind = &kind_workspace_report,
    .markers = {{S("id.applicationName"), S("")}, {S("id.time"), S("")}},
    .extra = report_extra,
    .names = report_asked,
    .aliases = {report_names},
    .times = {S("id.time")},
};
