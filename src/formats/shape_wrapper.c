/* shape_wrapper.c - layers that shippers and search engines put around a record. */
#include "formats/json_kind.h"
#include "formats/shape_row.h"

/* {"_index":..., "_source":{...}}: a hit of Elasticsearch or OpenSearch. */
const struct shape shape_elastic_hit = {
    .markers = {{S("_index"), S("")}, {S("_id"), S("")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("_source.")}},
};

/* {"preview":false,"result":{...}}: a line of Splunk's JSON export. */
const struct shape shape_splunk_result = {
    .markers = {{S("result._raw"), S("")}, {S("result._time"), S("")}},
    .any_marker = true,
    .wrapper = true,
    .prefixes = {{.prefix = S("result.")}},
};

/* {"time":..., "sourcetype":..., "event":{...}}: Splunk's HTTP Event Collector. */
const struct shape shape_splunk_hec = {
    .markers = {{S("sourcetype"), S("")}, {S("time"), S("")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("event.")}},
};

/* {"document":{"kind":"evtx","data":{"Event":...}}}: a detection of Chainsaw. */
const struct shape shape_chainsaw = {
    .markers = {{S("document.kind"), S("evtx")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("document.data.")}},
};

/* "level" is syslog's severity; what the sender adds is taken as of any JSON. */
static void refine_gelf(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str names[] = {S("emergency"), S("alert"),  S("critical"),      S("error"),
                                S("warning"),   S("notice"), S("informational"), S("debug")};
    uint64_t level;

    (void)a;
    if (str_u64(event_get(ev, S("level")), &level) && level < countof(names))
        c->values[COLUMN_log_level] = names[level];
}

static const struct kind kind_gelf = {.base = &kind_json, .format = "gelf", .refine = refine_gelf};

/* Graylog Extended Log Format 1.1: additional fields begin with an underscore. */
const struct shape shape_gelf = {
    .kind = &kind_gelf,
    .markers = {{S("short_message"), S("")}, {S("version"), S("1.1")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("_")}},
};

/* winlogbeat_winlog_event_data_Image -> winlog.event_data.Image: Graylog writes Beats' dots as
 * underscores. */
static str beat_name(str rest, struct arena *a)
{
    static const struct {
        str flat, dotted;
    } starts[] = {
        {S("winlog_event_data_"), S("winlog.event_data.")},
        {S("winlog_user_data_"), S("winlog.user_data.")},
        {S("event_data_"), S("event_data.")},
        {S("user_data_"), S("user_data.")},
        {S("winlog_process_"), S("winlog.process.")},
        {S("winlog_user_"), S("winlog.user.")},
        {S("winlog_"), S("winlog.")},
        {S("event_code"), S("event.code")},
        {S("event_provider"), S("event.provider")},
        {S("host_name"), S("host.name")},
    };

    for (size_t i = 0; i < countof(starts); i++)
        if (str_starts(rest, starts[i].flat))
            return arena_printf(a, STR_FMT STR_FMT, STR_ARG(starts[i].dotted),
                                STR_ARG(str_from_at(rest, starts[i].flat.n)));
    return rest;
}

const struct shape shape_graylog_beat = {
    .markers = {{S("winlogbeat_winlog_channel"), S("")}, {S("winlogbeat_log_name"), S("")}},
    .any_marker = true,
    .wrapper = true,
    .prefixes = {{.prefix = S("winlogbeat_"), .rename = beat_name}},
};

/* {"detail-type":"AWS API Call via CloudTrail","detail":{...}}: Amazon EventBridge. */
const struct shape shape_eventbridge = {
    .markers = {{S("detail-type"), S("")}, {S("detail.eventSource"), S("")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("detail.")}},
};

/* The same around the findings of GuardDuty and Security Hub. */
const struct shape shape_eventbridge_finding = {
    .markers = {{S("detail.service.detectorId"), S("")}, {S("detail.findings.ProductArn"), S("")}},
    .any_marker = true,
    .wrapper = true,
    .prefixes = {{.prefix = S("detail.findings.")}, {.prefix = S("detail.")}},
};

/* {"AuditData":{...}}: Microsoft 365's audit search. */
const struct shape shape_m365_audit_data = {
    .markers = {{S("AuditData.Operation"), S("")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("AuditData.")}},
};

/* {"integration":"github","github":{...}}: what Wazuh's modules fetch from services. */
const struct shape shape_wazuh_integration = {
    .markers = {{S("integration"), S("")}, {S("gcp.logName"), S("")}},
    .any_marker = true,
    .wrapper = true,
    .prefixes = {{.prefix = S("aws.finding.")},
                 {.prefix = S("aws.")},
                 {.prefix = S("gcp.")},
                 {.prefix = S("github.")},
                 {.prefix = S("office365.")},
                 {.prefix = S("docker.")},
                 {.prefix = S("ms-graph.")}},
};

/* {"source_type":"http_loki", ..., "line":{...}}: an entry of Loki's push API, as collect/ keeps
 * it.
 */
const struct shape shape_loki_entry = {
    .markers = {{S("source_type"), S("http_loki")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("line.")}},
};

/* {"source_type":"http_otlp", ..., "body":{...}}: a log record of OpenTelemetry, likewise. */
const struct shape shape_otlp_record = {
    .markers = {{S("source_type"), S("http_otlp")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("body.")}},
};
