/*
 * nginx.c - nginx's logs, and those of what is built on it (OpenResty, Angie, Tengine): its access
 * log as http_access.h tells, and its error log:
 *
 *   2026/11/24 10:00:00 [error] 712#712: *3 MESSAGE, client: IP, server: NAME, request: "...",
 *   upstream: "...", host: "...", referrer: "..."
 *
 * nginx escapes nothing there, and a client chooses the user name or path in the message as well as
 * request and referrer: both may hold what looks like another ", client: ". Where that is so, and
 * another address stands there, none is taken for the client's.
 */
#include "base/mem.h"
#include "dialect/http_access.h"
#include "dialect/modsecurity.h"
#include "dialect/web_error.h"
#include "text/ip.h"

#include <stdlib.h>

enum {
    STAMP_BYTES = 19, /* "2026/11/24 10:00:00" */
    PARTS_MAX = 16,   /* behind the client */
    CLIENTS_MAX = 16, /* that are looked at */
};

static const struct column_constant access_log[] = {{S("nginx.access"), COLUMN_event_dataset},
                                                    {S(""), 0}};
static const struct column_constant error_log[] = {{S("nginx.error"), COLUMN_event_dataset},
                                                   {S(""), 0}};

static const struct kind kind_access = {
    .base = &http_access_kind, .format = "nginx", .constants = access_log};
static const struct kind kind_request = WEB_ERROR_KIND(request, "nginx", error_log);
static const struct kind kind_server = WEB_ERROR_KIND(server, "nginx", error_log);
static const struct kind kind_notice = WEB_ERROR_KIND(notice, "nginx", error_log);
static const struct kind kind_logon = WEB_ERROR_KIND(logon, "nginx", error_log);
static const struct kind kind_denied = WEB_ERROR_KIND(denied, "nginx", error_log);
static const struct kind kind_absent = WEB_ERROR_KIND(absent, "nginx", error_log);
static const struct kind kind_malformed = WEB_ERROR_KIND(malformed, "nginx", error_log);
static const struct kind kind_limited = WEB_ERROR_KIND(limited, "nginx", error_log);
static const struct kind kind_tls = WEB_ERROR_KIND(tls, "nginx", error_log);
static const struct kind kind_waf_matched = {
    .base = &modsecurity_matched, .format = "nginx", .constants = error_log};
static const struct kind kind_waf_denied = {
    .base = &modsecurity_denied, .format = "nginx", .constants = error_log};

static const struct template_row rows[] = {
    {"user \"{user*}\": password mismatch", &kind_logon},
    {"user \"{user*}\" was not found in \"{file}\"", &kind_logon},
    {"user \"{user*}\" was not found", &kind_logon},
    {"PAM: user '{user*}' - {reason*}", &kind_logon},
    {"client login failed: \"{reason*}\" while in http auth state", &kind_logon},
    {"no user/password was provided for basic authentication", &kind_logon},
    {"auth request unexpected status: {:int} {:text}", &kind_server},
    {"access forbidden by rule", &kind_denied},
    {"\"{file*}\" is forbidden (13: Permission denied)", &kind_denied},
    {"directory index of \"{file*}\" is forbidden", &kind_denied},
    {"limiting requests, dry run, {reason*}", &kind_notice},
    {"limiting requests, excess: {excess:num} by zone \"{zone*}\"", &kind_limited},
    {"limiting connections by zone \"{zone*}\"", &kind_limited},
    {"limiting connections, dry run, {reason*}", &kind_notice},
    {"delaying request, excess: {excess:num}, by zone \"{zone*}\"", &kind_limited},
    {"client intended to send too large {:text}", &kind_limited},
    {"open() \"{file*}\" failed ({errno:int}: {reason*})", &kind_absent},
    {"stat() \"{file*}\" failed ({errno:int}: {reason*})", &kind_absent},
    {"opendir() \"{file*}\" failed ({errno:int}: {reason*})", &kind_absent},
    {"\"{file*}\" is not found ({errno:int}: {reason*})", &kind_absent},
    {"\"{file*}\" is not a directory{:text}", &kind_absent},
    {"\"{file*}\" failed ({errno:int}: {reason*})", &kind_absent},
    {"FastCGI sent in stderr: \"Primary script unknown\"{:text}", &kind_absent},
    {"client sent plain HTTP request to HTTPS port{:text}", &kind_malformed},
    {"client sent {reason*}", &kind_malformed},
    {"client prematurely closed connection{:text}", &kind_notice},
    {"client closed connection{:text}", &kind_notice},
    {"client timed out{:text}", &kind_notice},
    {"SSL_do_handshake() failed {reason*}", &kind_tls},
    {"SSL_read() failed {reason*}", &kind_tls},
    {"peer closed connection in SSL handshake{:text}", &kind_tls},
    {"client SSL certificate verify error: {reason*}", &kind_tls},
    {"{:text}password mismatch{:text}", &kind_logon},
};

struct state {
    struct http_access_clock clock;
    struct template_set *templates;
};

/* ------------------------------------------------------------ the client */

struct clients {
    str message; /* what stands before the first */
    str ip;      /* the first */
    str rest;    /* behind it */
    bool found;
    bool several; /* others name another address */
};

/* The address behind ", client: ", where the server's name stands behind it; empty: none. */
static str client_at(str s)
{
    const char *comma = memchr(s.p, ',', s.n);
    str ip = {s.p, comma ? (size_t)(comma - s.p) : s.n};
    struct ip parsed;

    if (!ip_parse(ip, &parsed) || !str_starts(str_from_at(s, ip.n), S(", server: ")))
        return (str){0};
    return ip;
}

static void find_clients(str text, struct clients *c)
{
    static const str mark = S(", client: ");
    str rest = text;

    *c = (struct clients){.message = text};
    const char *other = str_find(text, S(", responder: ")); /* without a client */
    if (other) {
        c->message.n = (size_t)(other - text.p);
        c->rest = str_from_at(text, c->message.n);
    }
    for (uint32_t n = 0; n < CLIENTS_MAX; n++) {
        const char *at = str_find(rest, mark);
        if (!at)
            return;
        rest = str_from_at(rest, (size_t)(at - rest.p) + mark.n);
        str ip = client_at(rest);
        if (!ip.n)
            continue;
        if (c->found) {
            c->several |= !str_eq(ip, c->ip);
            continue;
        }
        c->found = true;
        c->ip = ip;
        c->message.n = (size_t)(at - text.p);
        c->rest = str_from_at(rest, ip.n);
    }
}

/* ------------------------------------------------------------ what stands behind */

/* `, name: value`, `, name: "value"`; a value in quotes ends where another part or nothing
 * follows. */
static bool take_part(str *s, str *ret_name, str *ret_value)
{
    if (!str_starts(*s, S(", ")))
        return false;
    str rest = str_from_at(*s, 2);
    size_t name = 0, end;
    while (name < rest.n && ((rest.p[name] >= 'a' && rest.p[name] <= 'z') || rest.p[name] == '_'))
        name++;
    if (name == 0 || !str_starts(str_from_at(rest, name), S(": ")))
        return false;
    *ret_name = (str){rest.p, name};
    rest = str_from_at(rest, name + 2);
    const bool quoted = rest.n && rest.p[0] == '"';
    for (end = quoted; end < rest.n; end++) {
        const str behind = str_from_at(rest, end + quoted);
        if (quoted ? rest.p[end] == '"' && (behind.n == 0 || str_starts(behind, S(", ")))
                   : rest.p[end] == ',')
            break;
    }
    if (quoted && end == rest.n)
        return false;
    *ret_value = (str){rest.p + quoted, end - quoted};
    *s = str_from_at(rest, end + quoted);
    return true;
}

static void add_parts(struct message *m, str rest)
{
    static const struct {
        str theirs, ours;
    } names[] = {
        {S("host"), S("cs-host")},
        {S("referrer"), S("cs-referer")},
        {S("server"), S("server")},
        {S("upstream"), S("upstream")},
        {S("subrequest"), S("subrequest")},
        {S("responder"), S("responder")},
        {S("peer"), S("peer")},
        {S("certificate"), S("certificate")},
        {S("login"), S("user")},
    };
    str name, value;
    uint32_t seen = 0; /* the first of a name counts: a referrer stands last */
    const uint32_t request = 1u << countof(names);

    for (uint32_t n = 0; n < PARTS_MAX && take_part(&rest, &name, &value); n++) {
        if (str_eq(name, S("request")) && !(seen & request)) {
            http_request_add(m, value);
            seen |= request;
        }
        for (size_t i = 0; i < countof(names); i++)
            if (str_eq(names[i].theirs, name) && value.n && !(seen & 1u << i)) {
                message_add(m, names[i].ours, value);
                seen |= 1u << i;
            }
    }
}

/* ------------------------------------------------------------ error log */

static bool is_failure(str level)
{
    return str_eq(level, S("error")) || str_eq(level, S("crit")) || str_eq(level, S("alert")) ||
           str_eq(level, S("emerg"));
}

/* What a message says that no template knows. A request that fails at one upstream may succeed at
 * the next: what became of it tells the access log. */
static const struct kind *other_kind(str level, const struct clients *c)
{
    if (!is_failure(level))
        return &kind_notice;
    return !c->found || str_find(c->message, S("upstream")) ? &kind_server : &kind_request;
}

static size_t take_number(str *s)
{
    size_t n = 0;

    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    *s = str_from_at(*s, n);
    return n;
}

/* "712#713: *3 "; all of it may be absent. */
static void take_numbers(struct message *m, str *s)
{
    str rest = *s, pid = rest, tid, connection;

    pid.n = take_number(&rest);
    if (!pid.n || !rest.n || (rest.p[0] != '#' && rest.p[0] != ':'))
        return;
    rest = str_from_at(rest, 1);
    tid = rest;
    tid.n = take_number(&rest);
    if (!tid.n)
        return;
    message_add(m, S("pid"), pid);
    message_add(m, S("tid"), tid);
    rest = str_from_at(rest, str_starts(rest, S(":")));
    *s = str_trim(rest);
    if (!str_starts(*s, S("*")))
        return;
    rest = str_from_at(*s, 1);
    connection = rest;
    connection.n = take_number(&rest);
    if (!connection.n || !str_starts(rest, S(" ")))
        return;
    message_add(m, S("connection"), connection);
    *s = str_trim(rest);
}

/* "[client 192.0.2.7] ModSecurity: ...". */
static bool read_waf(struct message *m, str text)
{
    if (str_starts(text, S("[client "))) {
        const char *end = str_find(text, S("] "));
        text = end ? str_from_at(text, (size_t)(end - text.p) + 2) : text;
    }
    switch (modsecurity_read(m, text)) {
    case MODSECURITY_NONE:
        return false;
    case MODSECURITY_MATCHED:
        message_kind(m, &kind_waf_matched);
        return true;
    case MODSECURITY_DENIED:
        message_kind(m, &kind_waf_denied);
        return true;
    }
    return false;
}

static void read_message(struct state *s, struct message *m, str level, str text)
{
    struct clients c;

    find_clients(text, &c);
    if (c.several && memchr(c.message.p, '"', c.message.n)) {
        message_damage(m, "a client forged the name of another");
        message_add(m, S("error"), text);
        message_kind(m, &kind_request);
        return;
    }
    if (c.found)
        message_add(m, S("src_ip"), c.ip);
    message_add(m, S("error"), c.message);
    add_parts(m, c.rest);
    if (!read_waf(m, c.message) && !template_match_part(s->templates, m, c.message))
        message_kind(m, other_kind(level, &c));
}

static bool is_stamp(str s)
{
    static const char shape[] = "0000/00/00 00:00:00";

    if (s.n < STAMP_BYTES)
        return false;
    for (size_t i = 0; i < STAMP_BYTES; i++)
        if (shape[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != shape[i])
            return false;
    return true;
}

static bool read_error(struct state *s, struct message *m)
{
    str text = m->text;
    const bool stamped = is_stamp(text);

    text = str_trim(str_from_at(text, stamped ? STAMP_BYTES : 0));
    const char *end = str_find(text, S("] "));
    if (!str_starts(text, S("[")) || !end)
        return false;
    str level = {text.p + 1, (size_t)(end - text.p) - 1};
    for (size_t i = 0; i < level.n; i++)
        if (level.p[i] < 'a' || level.p[i] > 'z')
            return false;
    if (stamped && !message_time_text(m, (str){m->text.p, STAMP_BYTES}))
        return false;
    message_add(m, S("level"), level);
    text = str_from_at(text, level.n + 3);
    take_numbers(m, &text);
    read_message(s, m, level, text);
    return true;
}

/* ------------------------------------------------------------ dialect */

/* "2026/11/24 10:00:00 [error] 7": of other programs in Go no number follows. */
static int sniff(str text)
{
    enum { SURE = 90 };
    const char *end = is_stamp(text) && str_starts(str_from_at(text, STAMP_BYTES), S(" ["))
                          ? memchr(text.p + STAMP_BYTES, ']', text.n - STAMP_BYTES)
                          : NULL;
    str rest = end ? str_from_at(text, (size_t)(end - text.p) + 1) : (str){0};

    return rest.n > 1 && rest.p[0] == ' ' && rest.p[1] >= '0' && rest.p[1] <= '9' ? SURE : 0;
}

static bool read(void *state, struct message *m)
{
    struct state *s = state;

    if (http_access_read(&s->clock, m)) {
        message_kind(m, &kind_access);
        return true;
    }
    return read_error(s, m);
}

static void *open(const struct dialect *self)
{
    struct state *s = mem_alloc(sizeof *s);

    (void)self;
    s->templates = template_set_new(rows, countof(rows));
    return s;
}

static void close(void *state)
{
    struct state *s = state;

    template_set_free(s->templates);
    free(s);
}

const struct dialect dialect_nginx = {
    .name = "nginx",
    .summary = "nginx: its error log, and its access log within syslog or when asked for",
    .sample = "2026/11/24 10:00:00 [error] 712#712: *3 user \"alice\": password mismatch, client: "
              "192.0.2.7, server: www.example.com, request: \"GET / HTTP/1.1\", host: "
              "\"www.example.com\"",
    .kind = &kind_notice,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")},
                {.product = S(""), .category = S(""), .service = S("nginx")}},
    .not_linux = true,
    .programs = {S("nginx"), S("openresty"), S("angie"), S("nginx_access"), S("nginx_error")},
    .sniff = sniff,
    .bare = true,
    .read = read,
    .open = open,
    .close = close,
};
