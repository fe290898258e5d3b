/*
 * shape_container.c - Kubernetes' audit log (audit.k8s.io/v1), Docker's events, and what Falco saw.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

/* ------------------------------------------------------------ Kubernetes */

static const struct column_rule kubernetes_columns[] = {
    TO("verb", event_action, TEXT),
    TO("auditID", event_id, TEXT),
    TO("stage", event_code, TEXT),
    TO("annotations.authorization.k8s.io/reason", event_reason, TEXT),
    TO("responseStatus.reason", event_reason, TEXT),
    TO("level", log_level, TEXT),
    TO("user.username", user_name, TEXT),
    TO("user.uid", user_id, TEXT),
    TO("user.groups", group_name, TEXT),
    TO("impersonatedUser.username", user_target_name, TEXT),
    TO("sourceIPs", source_ip, ADDRESS),
    TO("userAgent", user_agent, TEXT),
    TO("requestURI", url_original, URL),
    TO("responseStatus.code", http_status, TEXT),
    TO("objectRef.name", resource_name, TEXT),
    TO("requestObject.metadata.name", resource_name, TEXT),
    TO("requestObject.spec.containers.name", container_name, TEXT),
    END,
};

static const struct activity_word kubernetes_verbs[] = {
    {S("create"), ACTIVITY_api_create},
    {S("get"), ACTIVITY_api_read},
    {S("list"), ACTIVITY_api_read},
    {S("watch"), ACTIVITY_api_read},
    {S("update"), ACTIVITY_api_update},
    {S("patch"), ACTIVITY_api_update},
    {S("delete*"), ACTIVITY_api_delete},
    {S("*"), ACTIVITY_api},
    {S(""), ACTIVITY_none},
};

/* The answer's code; before there is one, what the authoriser decided. */
static void refine_kubernetes(const struct event *ev, struct columns *c, struct arena *a)
{
    str decision = event_get(ev, S("annotations.authorization.k8s.io/decision"));

    (void)a;
    c->outcome = verdict_of_http(c->values[COLUMN_http_status]);
    if (str_eq(decision, S("forbid")) || !c->outcome)
        c->outcome = str_eq(decision, S("forbid"))  ? OUTCOME_FAILURE
                     : str_eq(decision, S("allow")) ? OUTCOME_SUCCESS
                                                    : OUTCOME_UNTOLD;
    c->activity = activity_of_word(kubernetes_verbs, event_get(ev, S("verb")));
}

static const struct kind kind_kubernetes = {.format = "kubernetes_audit",
                                            .own_names = true,
                                            .columns = kubernetes_columns,
                                            .refine = refine_kubernetes};

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
    .kind = &kind_kubernetes,
    .markers = {{S("apiVersion"), S("audit.k8s.io/*")}},
    .aliases = {kubernetes_names},
    .sources = {{S("kubernetes"), S("application"), S("audit")}},
    .times = {S("requestReceivedTimestamp"), S("stageTimestamp")},
};

/* ------------------------------------------------------------ Docker */

static const struct column_rule docker_columns[] = {
    TO("Action", event_action, TEXT),
    TO("Type", event_provider, TEXT),
    TO("Actor.Attributes.exitCode", event_code, TEXT),
    TO("Actor.ID", container_id, TEXT),
    TO("Actor.Attributes.name", container_name, TEXT),
    TO("Actor.Attributes.image", resource_name, TEXT),
    TO("Actor.Attributes.execID", process_entity_id, TEXT),
    END,
};

static const struct activity_word docker_actions[] = {
    {S("create"), ACTIVITY_api_create},
    {S("start"), ACTIVITY_app_start},
    {S("restart"), ACTIVITY_app_start},
    {S("unpause"), ACTIVITY_app_start},
    {S("stop"), ACTIVITY_app_stop},
    {S("kill"), ACTIVITY_app_stop},
    {S("die"), ACTIVITY_app_stop},
    {S("pause"), ACTIVITY_app_stop},
    {S("oom"), ACTIVITY_app_fail},
    {S("exec_*"), ACTIVITY_process_start},
    {S("destroy"), ACTIVITY_api_delete},
    {S("delete"), ACTIVITY_api_delete},
    {S("remove"), ACTIVITY_api_delete},
    {S("prune"), ACTIVITY_api_delete},
    {S("untag"), ACTIVITY_api_update},
    {S("update"), ACTIVITY_api_update},
    {S("rename"), ACTIVITY_api_update},
    {S("pull"), ACTIVITY_api_create},
    {S(""), ACTIVITY_none},
};

static void refine_docker(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = c->values[COLUMN_event_action],
        code = event_get(ev, S("Actor.Attributes.exitCode"));
    str rest = action, verb = str_cut(&rest, ':');

    /* "exec_start: /bin/sh -c id" */
    if (str_starts(verb, S("exec_")))
        columns_put(c, COLUMN_process_command_line, VIA_TEXT, rest, a);
    c->activity = activity_of_word(docker_actions, verb);
    if (!c->activity)
        c->activity = ACTIVITY_api;
    c->outcome = verdict_of_code(code);
    if (str_eq(verb, S("oom")))
        c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_docker = {.format = "docker_events",
                                        .own_names = true,
                                        .columns = docker_columns,
                                        .refine = refine_docker};

/* `docker events --format json`, and the API behind it. */
const struct shape shape_docker_events = {
    .kind = &kind_docker,
    .markers = {{S("Type"), S("")}, {S("Action"), S("")}, {S("Actor.ID"), S("")}},
    .sources = {{S("docker"), S(""), S("events")}},
    .times = {S("timeNano"), S("time")},
};

/* ------------------------------------------------------------ Falco */

static const struct column_rule falco_columns[] = {
    TO("output_fields.evt.type", event_action, TEXT),
    TO("uuid", event_id, TEXT),
    TO("source", event_provider, TEXT),
    TO("output", event_reason, TEXT),
    TO("priority", log_level, LOWER),
    TO("hostname", host_name, TEXT),
    TO("output_fields.user.name", user_name, TEXT),
    TO("output_fields.user.uid", user_id, TEXT),
    TO("output_fields.ka.user.name", user_name, TEXT),
    TO("output_fields.proc.name", process_name, TEXT),
    TO("output_fields.proc.exepath", process_executable, TEXT),
    TO("output_fields.proc.cmdline", process_command_line, TEXT),
    TO("output_fields.proc.pid", process_pid, TEXT),
    TO("output_fields.proc.cwd", process_directory, TEXT),
    TO("output_fields.proc.pname", process_parent_name, TEXT),
    TO("output_fields.proc.pexepath", process_parent_executable, TEXT),
    TO("output_fields.proc.pcmdline", process_parent_command_line, TEXT),
    TO("output_fields.proc.ppid", process_parent_pid, TEXT),
    TO("output_fields.fd.name", file_path, TEXT),
    TO("output_fields.fs.path.name", file_path, TEXT),
    TO("output_fields.fd.sip", destination_ip, ADDRESS),
    TO("output_fields.fd.sport", destination_port, TEXT),
    TO("output_fields.fd.cip", source_ip, ADDRESS),
    TO("output_fields.fd.cport", source_port, TEXT),
    TO("output_fields.fd.l4proto", network_transport, LOWER),
    TO("output_fields.container.id", container_id, TEXT),
    TO("output_fields.container.name", container_name, TEXT),
    TO("output_fields.k8s.pod.name", resource_name, TEXT),
    TO("rule", rule_name, TEXT),
    TO("tags", rule_category, TEXT),
    END,
};

static const struct kind kind_falco = {
    .format = "falco", .own_names = true, .activity = ACTIVITY_detection, .columns = falco_columns};

const struct shape shape_falco = {
    .kind = &kind_falco,
    .markers = {{S("output"), S("")},
                {S("priority"), S("")},
                {S("rule"), S("")},
                {S("time"), S("")}},
    .sources = {{S("falco"), S(""), S("")}},
    .times = {S("time")},
};

/* A line of Docker's json-file driver: {"log":"text\n","stream":"stdout","time":"..."}. */
static const struct kind kind_docker_log = {.format = "docker_log"};
static const str docker_log_names[] = {S("log"), S("")};

static void docker_log_extra(const struct shaping *s)
{
    shape_speak(s, NULL, (str){0}, shape_get(s, S("log")), true);
}

const struct shape shape_docker_log = {
    .kind = &kind_docker_log,
    .markers = {{S("log"), S("")}, {S("stream"), S("std*")}, {S("time"), S("")}},
    .extra = docker_log_extra,
    .traced = true,
    .names = docker_log_names,
    .times = {S("time")},
};
