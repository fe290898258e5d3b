/*
 * shape_saas.c - audit logs of services and of Kubernetes whose own names the
 * rules use as they are.
 */
#include "formats/shape_row.h"

/* Okta's System Log. */
const struct shape shape_okta = {
    .markers = {{S("eventType"), S("")},
                {S("actor.alternateId"), S("")},
                {S("displayMessage"), S("")}},
    .sources = {{S("okta"), S(""), S("okta")}},
    .times = {S("published")},
};

const struct shape shape_onelogin = {
    .markers = {{S("event_type_id"), S("")}, {S("user_id"), S("")}},
    .sources = {{S("onelogin"), S(""), S("onelogin.events")}},
    .times = {S("created_at"), S("event_timestamp")},
};

const struct shape shape_github_stream = {
    .markers = {{S("action"), S("")}, {S("_document_id"), S("")}},
    .sources = {{S("github"), S(""), S("audit")}},
    .times = {S("@timestamp"), S("created_at")},
};

const struct shape shape_github_audit = {
    .markers = {{S("action"), S("")}, {S("actor"), S("")}, {S("created_at"), S("")}},
    .sources = {{S("github"), S(""), S("audit")}},
    .times = {S("@timestamp"), S("created_at")},
};

const struct shape shape_bitbucket = {
    .markers = {{S("auditType.category"), S("")}, {S("auditType.action"), S("")}},
    .sources = {{S("bitbucket"), S(""), S("audit")}},
    .times = {S("timestamp.epochSecond"), S("timestamp"), S("createdDate")},
};

/* GitLab's audit events, from its API and from audit_json.log. */
const struct shape shape_gitlab = {
    .markers = {{S("author_id"), S("")}, {S("entity_type"), S("")}, {S("entity_id"), S("")}},
    .sources = {{S("gitlab"), S(""), S("audit")}},
    .times = {S("created_at"), S("time")},
};

const struct shape shape_duo = {
    .markers = {{S("access_device.ip"), S("")}, {S("factor"), S("")}},
    .sources = {{S("cisco"), S(""), S("duo")}},
    .times = {S("isotimestamp"), S("timestamp")},
};

const struct shape shape_opencanary = {
    .markers = {{S("logtype"), S("")}, {S("node_id"), S("")}, {S("src_host"), S("")}},
    .sources = {{S("opencanary"), S("application"), S("")}},
    .times = {S("utc_time"), S("local_time_adjusted"), S("local_time")},
};

static const struct shape_alias kubernetes_names[] = {
    {.from = S("objectRef.apiGroup"), .to = S("apiGroup")},
    {.from = S("requestObject.spec.volumes.hostPath.path"), .to = S("hostPath")},
    {.from = S("requestObject.spec.template.spec.volumes.hostPath.path"), .to = S("hostPath")},
    {.from = S("requestObject.spec.containers.securityContext.capabilities.add"),
     .to = S("capabilities")},
    {.from = S("requestObject.spec.template.spec.containers.securityContext.capabilities.add"),
     .to = S("capabilities")},
    {.from = S("requestObject.spec.initContainers.securityContext.capabilities.add"),
     .to = S("capabilities")},
    {.from = S("")},
};

/* audit.k8s.io/v1 Event; of managed clusters below what the cloud wraps around it. */
const struct shape shape_kubernetes_audit = {
    .markers = {{S("apiVersion"), S("audit.k8s.io/*")}},
    .aliases = {kubernetes_names},
    .sources = {{S("kubernetes"), S("application"), S("audit")}},
    .times = {S("requestReceivedTimestamp"), S("stageTimestamp")},
};
