/*
 * web_proxy.c - access logs with formats of their own: Nginx Proxy Manager and NPMplus, Zoraxy,
 * Envoy with its default format and Istio's, uWSGI. Names as http_access.h has them.
 */
#include "dialect/http_access.h"

static const struct column_constant npm_log[] = {
    {S("nginx_proxy_manager.access"), COLUMN_event_dataset}, {S(""), 0}};
static const struct kind kind_npm = {
    .base = &http_access_kind, .format = "nginx_proxy_manager", .constants = npm_log};
static const struct kind kind_zoraxy = {.base = &http_access_kind, .format = "zoraxy"};
static const struct kind kind_envoy = {.base = &http_access_kind, .format = "envoy"};
static const struct kind kind_uwsgi = {.base = &http_access_kind, .format = "uwsgi"};

static void *open_rows(const struct template_row *rows, size_t count)
{
    return template_set_new(rows, count);
}

static void close(void *state)
{
    template_set_free(state);
}

static bool read(void *state, struct message *m)
{
    return http_template_match(state, m);
}

/* ------------------------------------------------------------ Nginx Proxy Manager */

#define NPM_BEHIND                                                                                 \
    "{cs-method} {scheme} {cs-host} \"{c-uri*}\" [Client {c-ip:ip}] [Length {sc-bytes}] [Gzip "    \
    "{gzip_ratio}] [[[Sent-to {sent_to}] ||]]\"{cs-user-agent*}\" \"{cs-referer*}\""

static const struct template_row npm_rows[] = {
    {"[{:time}] {upstream_cache_status} {upstream_status} {sc-status:int} - " NPM_BEHIND, NULL},
    {"[{:time}] {sc-status:int} - " NPM_BEHIND, NULL},
    {"[{:time}] {cs-host} {c-ip:ip} {request_time:num} \"{request*}\" {sc-status:int} "
     "{sc-bytes:int} {bytes_sent:int} {cs-referer} {cs-user-agent*}",
     NULL},
};

static void *npm_open(const struct dialect *self)
{
    (void)self;
    return open_rows(npm_rows, countof(npm_rows));
}

/* "[24/Nov/2026:10:00:00 +0000] " */
static int npm_sniff(str text)
{
    enum { LIKELY = 80, STAMP_BYTES = 26 };

    return text.n > STAMP_BYTES + 2 && text.p[0] == '[' && text.p[1] >= '0' && text.p[1] <= '9' &&
                   text.p[STAMP_BYTES + 1] == ']' && text.p[3] == '/'
               ? LIKELY
               : 0;
}

const struct dialect dialect_nginx_proxy_manager = {
    .name = "nginx_proxy_manager",
    .summary = "Nginx Proxy Manager and NPMplus: their access logs",
    .sample = "[24/Nov/2026:10:00:00 +0000] - 304 304 - GET https www.example.com \"/a\" [Client "
              "192.0.2.7] [Length 0] [Gzip -] [Sent-to 10.0.0.7] \"curl/8.5.0\" \"-\"",
    .kind = &kind_npm,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")}},
    .not_linux = true,
    .sniff = npm_sniff,
    .bare = true,
    .read = read,
    .open = npm_open,
    .close = close,
};

/* ------------------------------------------------------------ Zoraxy */

/* The host has no blanks, so that it cannot stand for a client; the agent may have any. */
#define ZORAXY "[{:time}] [router:{router}] [origin:{cs-host}] [client: {c-ip:ip}] "

static const struct template_row zoraxy_rows[] = {
    {"[[{:time} ||]]" ZORAXY "[useragent: {cs-user-agent*}] {cs-method} {c-uri} {sc-status:int}",
     NULL},
    {"[[{:time} ||]]" ZORAXY "{cs-method} {c-uri} {sc-status:int}", NULL},
};

static void *zoraxy_open(const struct dialect *self)
{
    (void)self;
    return open_rows(zoraxy_rows, countof(zoraxy_rows));
}

static int zoraxy_sniff(str text)
{
    enum { SURE = 95, FRONT_MAX = 96 };

    return str_find((str){text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX}, S("] [router:")) ? SURE
                                                                                             : 0;
}

const struct dialect dialect_zoraxy = {
    .name = "zoraxy",
    .summary = "Zoraxy: its access log",
    .sample = "2026/11/24 10:00:00 [2026-11-24 10:00:00.912318] [router:host-http] "
              "[origin:www.example.com] [client: 192.0.2.7] [useragent: curl/8.5.0] GET /a 404",
    .kind = &kind_zoraxy,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")}},
    .not_linux = true,
    .sniff = zoraxy_sniff,
    .bare = true,
    .read = read,
    .open = zoraxy_open,
    .close = close,
};

/* ------------------------------------------------------------ Envoy */

#define ENVOY_BEHIND                                                                               \
    "{bytes_received:int} {sc-bytes:int} {duration} {upstream_service_time} "                      \
    "\"{x-forwarded-for:text}\" \"{cs-user-agent*}\" \"{request_id}\" \"{cs-host}\" "              \
    "\"{upstream_host}\""

static const struct template_row envoy_rows[] = {
    {"[{:time}] \"{request*}\" {sc-status:int} {response_flags} " ENVOY_BEHIND, NULL},
    {"[{:time}] \"{request*}\" {sc-status:int} {response_flags} {response_code_details} "
     "{connection_termination_details} \"{upstream_transport_failure_reason*}\" " ENVOY_BEHIND
     " {upstream_cluster} {upstream_local_address} {downstream_local_address} "
     "{downstream_remote_address} {requested_server_name} {route_name}",
     NULL},
};

static void *envoy_open(const struct dialect *self)
{
    (void)self;
    return open_rows(envoy_rows, countof(envoy_rows));
}

/* Envoy escapes no quotes: with more of them than the format has, a client may have forged what
 * stands between them. */
static bool is_forged(const struct message *m)
{
    enum { QUOTES = 12, QUOTES_ISTIO = 14 };
    const bool istio = event_get(m->event, S("route_name")).p != NULL;
    int quotes = 0;

    for (size_t i = 0; i < m->text.n; i++)
        quotes += m->text.p[i] == '"';
    return quotes != (istio ? QUOTES_ISTIO : QUOTES);
}

/* The client that proxies passed on, else the peer, where the format has it. */
static bool envoy_read(void *state, struct message *m)
{
    if (!http_template_match(state, m))
        return false;
    if (is_forged(m)) {
        message_add(m, S("c-ip"), S("-"));
        message_damage(m, "a client wrote quotes that the server did not escape");
        return true;
    }
    str peer = event_get(m->event, S("downstream_remote_address"));
    str passed = http_forwarded_client(event_get(m->event, S("x-forwarded-for")));
    message_add(m, S("c-ip"), passed.n ? passed : peer.p ? peer : S("-"));
    return true;
}

/* "[2026-11-24T10:00:00.310Z] \"" */
static int envoy_sniff(str text)
{
    enum { SURE = 90, STAMP_BYTES = 24 };

    return text.n > STAMP_BYTES + 3 && text.p[0] == '[' && text.p[11] == 'T' &&
                   str_starts(str_from_at(text, STAMP_BYTES), S("Z] \""))
               ? SURE
               : 0;
}

const struct dialect dialect_envoy = {
    .name = "envoy",
    .summary = "Envoy and Istio: access logs in their default formats",
    .sample = "[2026-11-24T10:00:00.310Z] \"POST /a HTTP/2\" 204 - 154 0 226 100 \"192.0.2.7\" "
              "\"curl/8.5.0\" \"cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2\" \"www.example.com\" "
              "\"10.0.0.7:80\"",
    .kind = &kind_envoy,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")}},
    .not_linux = true,
    .programs = {S("envoy"), S("istio-proxy")},
    .sniff = envoy_sniff,
    .bare = true,
    .read = envoy_read,
    .open = envoy_open,
    .close = close,
};

/* ------------------------------------------------------------ uWSGI */

static const struct template_row uwsgi_rows[] = {
    {"[pid: {pid:int}|app: {app}|req: {request_number}] {c-ip:ip} ({cs-username}) {{{:int} vars in "
     "{cs-bytes:int} bytes} [{:time}] {cs-method} {c-uri*} => generated {sc-bytes:int} bytes in "
     "{duration_ms:int} msecs ({cs-version} {sc-status:int}) {:text}",
     NULL},
    {"[pid: {pid:int}|app: {app}|req: {request_number}] {c-ip:ip} () {{{:int} vars in "
     "{cs-bytes:int} bytes} [{:time}] {cs-method} {c-uri*} => generated {sc-bytes:int} bytes in "
     "{duration_ms:int} msecs ({cs-version} {sc-status:int}) {:text}",
     NULL},
};

static void *uwsgi_open(const struct dialect *self)
{
    (void)self;
    return open_rows(uwsgi_rows, countof(uwsgi_rows));
}

const struct dialect dialect_uwsgi = {
    .name = "uwsgi",
    .summary = "uWSGI: its request log",
    .sample = "[pid: 712|app: 0|req: 1/1] 192.0.2.7 () {32 vars in 384 bytes} [Tue Nov 24 10:00:00 "
              "2026] GET /a => generated 12 bytes in 3 msecs (HTTP/1.1 200) 2 headers in 79 bytes "
              "(1 switches on core 0)",
    .kind = &kind_uwsgi,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")}},
    .not_linux = true,
    .programs = {S("uwsgi")},
    .starts = {S("[pid: ")},
    .bare = true,
    .read = read,
    .open = uwsgi_open,
    .close = close,
};
