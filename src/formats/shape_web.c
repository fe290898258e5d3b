/*
 * shape_web.c - access logs of web servers and proxies as JSON: Caddy, Traefik, Envoy,
 * OpenSearch Dashboards, nginx, Fastly. Beside their own names stand those of W3C's extended log
 * format, which Sigma's rules for web servers use: see message/http_access.h. c-uri, cs-uri-query
 * and cs-uri-stem are all the target as it was asked for.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"
#include "dialect/http_access.h"
#include "dialect/modsecurity.h"

#define SAME_AS(theirs, ours)                                                                      \
    {                                                                                              \
        .from = S(theirs), .to = S(ours)                                                           \
    }
#define URI_FROM(theirs)                                                                           \
    SAME_AS(theirs, "c-uri"), SAME_AS(theirs, "cs-uri-query"), SAME_AS(theirs, "cs-uri-stem")
#define SAME_END                                                                                   \
    {                                                                                              \
        .from = S("")                                                                              \
    }
#define WEBSERVER                                                                                  \
    {                                                                                              \
        S(""), S("webserver"), S("")                                                               \
    }

/* ------------------------------------------------------------ Caddy */

static const struct column_rule caddy_columns[] = {
    TO("request.client_ip", source_ip, ADDRESS),
    TO("request.remote_ip", source_ip, ADDRESS),
    TO("request.remote_addr", source_ip, ADDRESS),
    TO("request.remote_port", source_port, TEXT),
    TO("duration", event_duration, SECONDS),
    TO("logger", event_provider, TEXT),
    TO("level", log_level, LOWER),
    END,
};

/* "HTTP/2.0" of a field to http.version. */
static void put_version(const struct event *ev, str name, struct columns *c, struct arena *a)
{
    str version = event_get(ev, name);

    if (str_starts(version, S("HTTP/")))
        columns_put(c, COLUMN_http_version, VIA_TEXT, str_from_at(version, S("HTTP/").n), a);
}

static void refine_caddy(const struct event *ev, struct columns *c, struct arena *a)
{
    put_version(ev, S("request.proto"), c, a);
}

static const struct kind kind_caddy = {
    .base = &http_access_kind,
    .format = "caddy",
    .own_names = true,
    .columns = caddy_columns,
    .refine = refine_caddy,
};

static const struct shape_alias caddy_names[] = {
    SAME_AS("request.client_ip", "c-ip"),
    SAME_AS("request.remote_ip", "c-ip"),
    SAME_AS("request.method", "cs-method"),
    SAME_AS("request.host", "cs-host"),
    URI_FROM("request.uri"),
    SAME_AS("request.headers.User-Agent", "cs-user-agent"),
    SAME_AS("request.headers.Referer", "cs-referer"),
    SAME_AS("status", "sc-status"),
    SAME_AS("size", "sc-bytes"),
    SAME_AS("user_id", "cs-username"),
    SAME_END,
};

const struct shape shape_caddy = {
    .kind = &kind_caddy,
    .markers = {{S("request.uri"), S("")}, {S("request.proto"), S("")}, {S("logger"), S("")}},
    .aliases = {caddy_names},
    .sources = {WEBSERVER},
    .times = {S("ts")},
};

/* What Coraza, a module of Caddy, writes: `[client "192.0.2.7"] Coraza: ...`, a line for each rule,
 * of which the first is read. */
static void refine_coraza(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    if (!str_starts(event_get(ev, S("waf_action")), S("Access denied")))
        return;
    c->outcome = OUTCOME_FAILURE;
    c->values[COLUMN_event_action] = S("waf_denied");
}

static const struct kind kind_coraza = {
    .base = &modsecurity_matched, .format = "caddy", .refine = refine_coraza};

static const str coraza_names[] = {S("msg"), S("")};

static void coraza_extra(const struct shaping *s)
{
    static const str mark = S("[client \"");
    const struct field *field = shape_get(s, S("msg"));
    struct message m = {.event = s->event, .arena = s->arena};
    str text = event_value_text(s->event, field, s->arena);
    const char *line_end = text.n ? memchr(text.p, '\n', text.n) : NULL;

    shape_trace_unclear(s);
    if (line_end)
        text.n = (size_t)(line_end - text.p);
    const char *end = str_starts(text, mark) ? str_find(text, S("\"] ")) : NULL;
    if (end) {
        shape_add(s, (struct field){.name = S("src_ip"),
                                    .value = {text.p + mark.n, (size_t)(end - text.p) - mark.n}});
        text = str_from_at(text, (size_t)(end - text.p) + S("\"] ").n);
    }
    modsecurity_read(&m, text);
}

const struct shape shape_coraza = {
    .kind = &kind_coraza,
    .markers = {{S("logger"), S("http.handlers.waf")}, {S("msg"), S("")}},
    .extra = coraza_extra,
    .traced = true,
    .names = coraza_names,
    .sources = {WEBSERVER, {S("modsecurity"), S(""), S("")}},
    .times = {S("ts")},
};

/* ------------------------------------------------------------ Traefik */

static const struct column_rule traefik_columns[] = {
    TO("ClientHost", source_ip, ADDRESS),
    TO("ClientPort", source_port, TEXT),
    TO("RouterName", rule_name, TEXT),
    TO("ServiceName", service_name, TEXT),
    END,
};

static void refine_traefik(const struct event *ev, struct columns *c, struct arena *a)
{
    str passed = http_forwarded_client(event_get(ev, S("ClientHost")));

    put_version(ev, S("RequestProtocol"), c, a);
    if (passed.n) /* a list, when a proxy before it is trusted */
        columns_put(c, COLUMN_source_ip, VIA_ADDRESS, passed, a);
    columns_put(c, COLUMN_event_duration, VIA_TEXT, event_get(ev, S("Duration")), a);
}

static const struct kind kind_traefik = {
    .base = &http_access_kind,
    .format = "traefik",
    .own_names = true,
    .columns = traefik_columns,
    .refine = refine_traefik,
};

static const struct shape_alias traefik_names[] = {
    SAME_AS("ClientHost", "c-ip"),
    SAME_AS("ClientUsername", "cs-username"),
    SAME_AS("RequestMethod", "cs-method"),
    SAME_AS("RequestHost", "cs-host"),
    URI_FROM("RequestPath"),
    SAME_AS("request_User-Agent", "cs-user-agent"),
    SAME_AS("request_Referer", "cs-referer"),
    SAME_AS("DownstreamStatus", "sc-status"),
    SAME_AS("DownstreamContentSize", "sc-bytes"),
    SAME_END,
};

const struct shape shape_traefik = {
    .kind = &kind_traefik,
    .markers = {{S("DownstreamStatus"), S("")}, {S("RequestPath"), S("")}},
    .aliases = {traefik_names},
    .sources = {WEBSERVER},
    .times = {S("StartUTC"), S("time"), S("StartLocal")},
};

/* ------------------------------------------------------------ Envoy */

static const struct column_rule envoy_columns[] = {
    TO("duration", event_duration, MILLISECONDS),
    TO("upstream_host", destination_ip, ADDRESS),
    TO("x-request-id", event_id, TEXT),
    TO("response_code_details", event_reason, TEXT),
    TO("requested_server_name", url_domain, TEXT),
    END,
};

/* The peer is the client unless it is a proxy, which passed on another. */
static void refine_envoy(const struct event *ev, struct columns *c, struct arena *a)
{
    str passed = http_forwarded_client(event_get(ev, S("x-forwarded-for")));

    put_version(ev, S("protocol"), c, a);
    if (passed.n)
        columns_put(c, COLUMN_source_ip, VIA_ADDRESS, passed, a);
    columns_put(c, COLUMN_source_ip, VIA_ADDRESS, event_get(ev, S("downstream_remote_address")), a);
}

static const struct kind kind_envoy = {
    .base = &http_access_kind,
    .format = "envoy",
    .own_names = true,
    .columns = envoy_columns,
    .refine = refine_envoy,
};

static const struct shape_alias envoy_names[] = {
    SAME_AS("method", "cs-method"),
    SAME_AS(":authority", "cs-host"),
    SAME_AS("authority", "cs-host"),
    URI_FROM("x-envoy-origin-path"),
    URI_FROM("path"),
    SAME_AS("user-agent", "cs-user-agent"),
    SAME_AS("user_agent", "cs-user-agent"),
    SAME_AS("response_code", "sc-status"),
    SAME_AS("bytes_sent", "sc-bytes"),
    SAME_END,
};

const struct shape shape_envoy = {
    .kind = &kind_envoy,
    .markers = {{S("start_time"), S("")},
                {S("response_code"), S("")},
                {S("downstream_remote_address"), S("")}},
    .aliases = {envoy_names},
    .sources = {WEBSERVER},
    .times = {S("start_time")},
};

/* ------------------------------------------------------------ OpenSearch Dashboards */

static const struct column_rule dashboards_columns[] = {
    TO("req.remoteAddress", source_ip, ADDRESS),
    TO("res.responseTime", event_duration, MILLISECONDS),
    TO("pid", process_pid, TEXT),
    END,
};

static const struct kind kind_dashboards = {
    .base = &http_access_kind,
    .format = "opensearch-dashboards",
    .own_names = true,
    .columns = dashboards_columns,
};

static const struct shape_alias dashboards_names[] = {
    SAME_AS("req.method", "cs-method"),
    SAME_AS("req.headers.host", "cs-host"),
    URI_FROM("req.url"),
    SAME_AS("req.userAgent", "cs-user-agent"),
    SAME_AS("req.referer", "cs-referer"),
    SAME_AS("req.remoteAddress", "c-ip"),
    SAME_AS("statusCode", "sc-status"),
    SAME_AS("res.contentLength", "sc-bytes"),
    SAME_END,
};

const struct shape shape_dashboards = {
    .kind = &kind_dashboards,
    .markers = {{S("type"), S("response")}, {S("statusCode"), S("")}, {S("req.url"), S("")}},
    .aliases = {dashboards_names},
    .sources = {WEBSERVER},
    .times = {S("@timestamp")},
};

/* ------------------------------------------------------------ nginx */

/* Names are up to the log_format; most take nginx's own variables. */
static const struct column_rule nginx_columns[] = {
    TO("remote_port", source_port, TEXT),
    TO("client_port", source_port, TEXT),
    TO("request_time", event_duration, SECONDS),
    TO("upstream_addr", destination_ip, ADDRESS),
    TO("host_name", host_name, TEXT),
    TO("hostname", host_name, TEXT),
    TO("host", destination_domain, TEXT),
    TO("http_scheme", network_protocol, LOWER),
    TO("scheme", network_protocol, LOWER),
    TO("request_id", event_id, TEXT),
    END,
};

/* "GET /a HTTP/1.1", where no field has its parts. */
static void refine_nginx(const struct event *ev, struct columns *c, struct arena *a)
{
    str request = event_get(ev, S("request"));
    const char *first = request.n ? memchr(request.p, ' ', request.n) : NULL;
    const char *last = first ? memrchr(request.p, ' ', request.n) : NULL;

    put_version(ev, S("server_protocol"), c, a);
    if (!last || last == first)
        return;
    str version = str_from_at(request, (size_t)(last - request.p) + 1);
    if (!str_starts(version, S("HTTP/")))
        return;
    columns_put(c, COLUMN_http_version, VIA_TEXT, str_from_at(version, S("HTTP/").n), a);
    columns_put(c, COLUMN_http_method, VIA_TEXT, (str){request.p, (size_t)(first - request.p)}, a);
    if (!c->values[COLUMN_url_original].p)
        columns_put(c, COLUMN_url_original, VIA_URL, (str){first + 1, (size_t)(last - first) - 1},
                    a);
}

static const struct kind kind_nginx = {
    .base = &http_access_kind,
    .format = "nginx_json",
    .own_names = true,
    .columns = nginx_columns,
    .refine = refine_nginx,
};

static const struct shape_alias nginx_names[] = {
    SAME_AS("remote_addr", "c-ip"),
    SAME_AS("client_address", "c-ip"),
    SAME_AS("remote_user", "cs-username"),
    SAME_AS("request_method", "cs-method"),
    SAME_AS("host", "cs-host"),
    SAME_AS("server_name", "cs-host"),
    URI_FROM("request_uri"),
    URI_FROM("uri"),
    SAME_AS("http_user_agent", "cs-user-agent"),
    SAME_AS("http_referer", "cs-referer"),
    SAME_AS("http_referrer", "cs-referer"),
    SAME_AS("status", "sc-status"),
    SAME_AS("response_status", "sc-status"),
    SAME_AS("body_bytes_sent", "sc-bytes"),
    SAME_END,
};

const struct shape shape_nginx = {
    .kind = &kind_nginx,
    .markers = {{S("body_bytes_sent"), S("")}},
    .aliases = {nginx_names},
    .sources = {WEBSERVER},
    .times = {S("time_iso8601"), S("msec"), S("timestamp"), S("@timestamp"), S("time_local"),
              S("time")},
};

/* ------------------------------------------------------------ Fastly */

static const struct column_rule fastly_columns[] = {
    TO("fastly_server", observer_name, TEXT),
    TO("response_state", event_reason, TEXT),
    END,
};

static void refine_fastly(const struct event *ev, struct columns *c, struct arena *a)
{
    put_version(ev, S("request_protocol"), c, a);
}

static const struct kind kind_fastly = {
    .base = &http_access_kind,
    .format = "fastly",
    .own_names = true,
    .columns = fastly_columns,
    .refine = refine_fastly,
};

static const struct shape_alias fastly_names[] = {
    SAME_AS("client_ip", "c-ip"),
    SAME_AS("request_method", "cs-method"),
    SAME_AS("host", "cs-host"),
    URI_FROM("url"),
    SAME_AS("request_user_agent", "cs-user-agent"),
    SAME_AS("request_referer", "cs-referer"),
    SAME_AS("response_status", "sc-status"),
    SAME_AS("response_body_size", "sc-bytes"),
    SAME_END,
};

const struct shape shape_fastly = {
    .kind = &kind_fastly,
    .markers = {{S("fastly_server"), S("")}, {S("request_method"), S("")}},
    .aliases = {fastly_names},
    .sources = {WEBSERVER},
    .times = {S("timestamp")},
};

/* ------------------------------------------------------------ open-appsec */

static const struct column_rule appsec_columns[] = {
    TO("eventData.httpSourceId", source_ip, ADDRESS),
    TO("eventData.sourceIP", source_ip, ADDRESS),
    TO("eventData.sourcePort", source_port, TEXT),
    TO("eventData.httpHostName", url_domain, TEXT),
    TO("eventData.httpMethod", http_method, TEXT),
    TO("eventData.httpUriPath", url_path, TEXT),
    TO("eventData.httpUriQuery", url_query, TEXT),
    TO("eventData.httpResponseCode", http_status, TEXT),
    TO("eventData.securityAction", event_action, LOWER),
    TO("eventData.eventReferenceId", event_id, TEXT),
    TO("eventData.waapIncidentType", rule_name, TEXT),
    TO("eventData.practiceSubType", rule_category, TEXT),
    TO("eventData.matchedSample", event_reason, TEXT),
    TO("eventSeverity", log_level, LOWER),
    END,
};

static void refine_appsec(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    if (str_eq(event_get(ev, S("eventData.securityAction")), S("Prevent"))) {
        c->outcome = OUTCOME_FAILURE;
        c->type = "denied";
    }
}

static const struct kind kind_appsec = {
    .format = "openappsec",
    .own_names = true,
    .activity = ACTIVITY_detection,
    .columns = appsec_columns,
    .refine = refine_appsec,
};

static const struct shape_alias appsec_names[] = {
    SAME_AS("eventData.httpSourceId", "c-ip"),
    SAME_AS("eventData.httpMethod", "cs-method"),
    SAME_AS("eventData.httpHostName", "cs-host"),
    URI_FROM("eventData.httpUriPath"),
    SAME_AS("eventData.httpResponseCode", "sc-status"),
    SAME_END,
};

const struct shape shape_openappsec = {
    .kind = &kind_appsec,
    .markers = {{S("eventData.securityAction"), S("")}, {S("eventData.waapIncidentType"), S("")}},
    .aliases = {appsec_names},
    .sources = {WEBSERVER},
    .times = {S("eventTime")},
};
