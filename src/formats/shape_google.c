/*
 * shape_google.c - Google Cloud audit logs (LogEntry with an AuditLog in
 * protoPayload) and Google Workspace, whose events come both as such entries and
 * from the Reports API.
 */
#include "formats/shape_row.h"

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
    .markers = {{S("protoPayload.serviceName"), S("admin.googleapis.com")}},
    .extra = workspace_extra,
    .aliases = {gcp_names, workspace_names},
    .sources = {{S("gcp"), S(""), S("google_workspace.admin")}, {S("gcp"), S(""), S("gcp.audit")}},
    .times = {S("timestamp"), S("receiveTimestamp")},
};

const struct shape shape_workspace_login = {
    .markers = {{S("protoPayload.serviceName"), S("login.googleapis.com")}},
    .extra = workspace_extra,
    .aliases = {gcp_names, workspace_names},
    .sources = {{S("gcp"), S(""), S("google_workspace.login")}, {S("gcp"), S(""), S("gcp.audit")}},
    .times = {S("timestamp"), S("receiveTimestamp")},
};

const struct shape shape_gcp_audit = {
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
    .markers = {{S("id.applicationName"), S("")}, {S("actor.email"), S("")}},
    .extra = report_extra,
    .names = report_asked,
    .aliases = {report_names},
    .times = {S("id.time")},
};
