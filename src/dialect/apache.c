/*
 * apache.c - the logs of the Apache HTTP Server 2.0 to 2.4: its access log as http_access.h tells,
 * and its error log, as ErrorLogFormat and its forerunner have it by default:
 *
 *   [Tue Nov 24 10:00:00.123456 2026] [core:error] [pid 7:tid 9] (13)Permission denied:
 *     [client 192.0.2.7:50022] AH00035: MESSAGE, referer: URL                                2.4
 *   [Tue Nov 24 10:00:00 2026] [error] [client 192.0.2.7] MESSAGE, referer: URL              2.2
 *
 * Within syslog the time is left out. Clients choose paths, users and referers, which stand behind
 * the first client; only that one counts.
 */
#include "base/mem.h"
#include "dialect/http_access.h"
#include "dialect/modsecurity.h"
#include "message/time_text.h"
#include "dialect/web_error.h"
#include "text/ip.h"

#include <stdlib.h>

enum {
    GROUPS_MAX = 12, /* in brackets before the message */
    CODE_BYTES = 7,  /* "AH00035" */
    PORT_DIGITS = 5,
    FAULT_MAX = 256, /* bytes of "(13)Permission denied" */
};

static const struct column_constant access_log[] = {{S("apache.access"), COLUMN_event_dataset},
                                                    {S(""), 0}};
static const struct column_constant error_log[] = {{S("apache.error"), COLUMN_event_dataset},
                                                   {S(""), 0}};

static const struct kind kind_access = {
    .base = &http_access_kind, .format = "apache", .constants = access_log};
static const struct kind kind_request = WEB_ERROR_KIND(request, "apache", error_log);
static const struct kind kind_server = WEB_ERROR_KIND(server, "apache", error_log);
static const struct kind kind_notice = WEB_ERROR_KIND(notice, "apache", error_log);
static const struct kind kind_logon = WEB_ERROR_KIND(logon, "apache", error_log);
static const struct kind kind_denied = WEB_ERROR_KIND(denied, "apache", error_log);
static const struct kind kind_absent = WEB_ERROR_KIND(absent, "apache", error_log);
static const struct kind kind_malformed = WEB_ERROR_KIND(malformed, "apache", error_log);
static const struct kind kind_limited = WEB_ERROR_KIND(limited, "apache", error_log);
static const struct kind kind_tls = WEB_ERROR_KIND(tls, "apache", error_log);
static const struct kind kind_attack = WEB_ERROR_KIND(attack, "apache", error_log);
static const struct kind kind_waf_matched = {
    .base = &modsecurity_matched, .format = "apache", .constants = error_log};
static const struct kind kind_waf_denied = {
    .base = &modsecurity_denied, .format = "apache", .constants = error_log};

static const struct template_row rows[] = {
    /* mod_auth_basic, mod_authn_*, mod_authz_* */
    {"user {user*}: authentication failure for \"{uri*}\": {reason}", &kind_logon},
    {"user {user*}: authentication failure for \"{uri*}\": {reason*}", &kind_logon},
    {"user {user*}: authorization failure for \"{uri*}\": {reason*}", &kind_denied},
    {"user {user*}: authorization failure for \"{uri*}\":", &kind_denied},
    {"user {user*} not found: {uri*}", &kind_logon},
    {"user {user*} not found", &kind_logon},
    {"user {user*} in realm {realm*} not found: {uri*}", &kind_logon},
    {"client used wrong authentication scheme: {uri*}", &kind_logon},
    {"client used wrong authentication scheme `{scheme*}': {uri*}", &kind_logon},
    {"need AuthName: {uri*}", &kind_server},
    {"Authorization of user {user*} to access {uri*} failed, reason: {reason*}", &kind_denied},
    {"access to {uri*} failed, reason: {reason*}", &kind_denied},
    {"auth_ldap authenticate: user {user*} authentication failed; URI {uri*} [{reason*}]",
     &kind_logon},
    {"[{:int}] auth_ldap authenticate: user {user*} authentication failed; URI {uri*} [{reason*}]",
     &kind_logon},
    {"PAM: user '{user*}' - {reason*}", &kind_logon},
    /* mod_auth_digest */
    {"Digest: user `{user*}' in realm `{realm*}' not found: {uri*}", &kind_logon},
    {"user `{user*}' in realm `{realm*}' not found: {uri*}", &kind_logon},
    {"Digest: user {user*}: password mismatch: {uri*}", &kind_logon},
    {"user {user*}: password mismatch: {uri*}", &kind_logon},
    {"user `{user*}': password mismatch: {uri*}", &kind_logon},
    {"Digest: {reason*} received: {uri*}", &kind_logon},
    {"Digest: {reason*}", &kind_logon},
    {"unknown algorithm `{algorithm*}' received: {uri*}", &kind_logon},
    {"invalid qop `{qop*}' received: {uri*}", &kind_logon},
    {"realm mismatch - got `{realm*}' but expected {reason*}", &kind_logon},
    {"uri mismatch - {reason*}", &kind_logon},
    {"invalid opaque {reason*}", &kind_logon},
    {"invalid nc {reason*}", &kind_logon},
    {"invalid nonce {nonce*} received - {reason*}", &kind_logon},
    {"client used wrong authentication scheme {reason*}", &kind_logon},
    /* what may not be had, and what is not there */
    {"client denied by server configuration: {file*}", &kind_denied},
    {"Directory index forbidden by Options directive: {file*}", &kind_denied},
    {"Directory index forbidden by rule: {file*}", &kind_denied},
    {"Cannot serve directory {file*}: {reason*}", &kind_denied},
    {"Attempt to serve directory: {file*}", &kind_denied},
    {"Symbolic link not allowed or link target not accessible: {file*}", &kind_denied},
    {"Permission denied: access to {uri*} denied{:text}", &kind_denied},
    {"access to {uri*} denied{:text}", &kind_denied},
    {"access to {uri*} failed (filesystem path '{file*}')", &kind_request},
    {"Options ExecCGI is off in this directory: {file*}", &kind_denied},
    {"File does not exist: {file*}", &kind_absent},
    {"File not found: {file*}", &kind_absent},
    {"script '{file*}' not found or unable to stat", &kind_absent},
    {"script not found or unable to stat: {file*}", &kind_absent},
    {"script not found or unable to stat", &kind_absent},
    {"stderr from {file*}: script not found or unable to stat", &kind_absent},
    {"Got error 'Primary script unknown{:text}", &kind_absent},
    {"FastCGI: server \"{file*}\" stderr: Primary script unknown{:text}", &kind_absent},
    /* what is no request */
    {"Invalid URI in request {request*}", &kind_malformed},
    {"Invalid method in request {request*}", &kind_malformed},
    {"invalid URI path ({uri*})", &kind_malformed},
    {"error parsing URL {uri*}: {reason*}", &kind_malformed},
    {"request failed: {reason*}", &kind_malformed},
    {"Request header {reason*}", &kind_malformed},
    {"HTTP Request Line; {reason*}", &kind_malformed},
    {"request line: {reason*}", &kind_malformed},
    {"erroneous characters after protocol string: {request*}", &kind_malformed},
    {"client sent HTTP/1.1 request without hostname{:text}", &kind_malformed},
    {"client sent invalid HTTP/0.9 request: {request*}", &kind_malformed},
    {"Client sent malformed {reason*}", &kind_malformed},
    {"Hostname {server} provided via SNI{reason*}", &kind_malformed},
    {"URI too long {reason*}", &kind_limited},
    {"File name too long: {reason*}", &kind_limited},
    {"Request body exceeds {reason*}", &kind_limited},
    {"Requested content-length of {reason*}", &kind_limited},
    /* mod_ssl, of which most is told at the level of info */
    {"SSL handshake stopped: {reason*}", &kind_notice},
    {"SSL library error {reason*}", &kind_tls},
    {"SSL Library Error: {reason*}", &kind_tls},
    {"SSL handshake failed{reason*}", &kind_tls},
    {"Certificate Verification: Error {reason*}", &kind_tls},
    /* bash that takes a header for a function (CVE-2014-6271) */
    {"{:text}ignoring function definition attempt", &kind_attack},
    {"{:text}error importing function definition for {:text}", &kind_attack},
    /* applications in PHP that write here */
    {"ERR [Could not retrieve user {user*} details]", &kind_logon},
    {"ERR [Login denied for user \"{user*}\"]", &kind_logon},
    {"ALERT - {reason*} (attacker '{src_ip:ip}', file '{file*}'[[, line {line:int}||]])",
     &kind_attack},
    {"PHP {:text}", NULL},
};

/* ssl_request_log of mod_ssl. */
static const struct template_row tls_rows[] = {
    {"[{:time}] {c-ip:ip} {ssl_protocol} {ssl_cipher} \"{request*}\" {sc-bytes}", &kind_access},
};

struct state {
    struct http_access_clock clock;
    struct template_set *templates, *of_tls;
};

/* ------------------------------------------------------------ what stands before the message */

struct front {
    str level, module, pid, tid, client, port, host, fault;
    bool modern; /* as from 2.4 on, where a client's port is told */
};

static bool is_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static bool is_level(str s)
{
    static const str levels[] = {S("emerg"), S("alert"),  S("crit"), S("error"),
                                 S("warn"),  S("notice"), S("info"), S("debug")};

    for (size_t i = 0; i < countof(levels); i++)
        if (str_eq(levels[i], s))
            return true;
    return str_starts(s, S("trace")) && s.n == S("trace1").n;
}

/* "192.0.2.7:50022", "[2001:db8::7]:50022", "::1:50022", and each without a port. */
static void take_client(struct front *f, str s)
{
    const char *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
    struct ip ip;
    str port = colon ? str_from_at(s, (size_t)(colon - s.p) + 1) : (str){0};
    str address = colon ? str_trim((str){s.p, (size_t)(colon - s.p)}) : s;

    if (f->client.n)
        return;
    if (address.n > 2 && address.p[0] == '[' && address.p[address.n - 1] == ']')
        address = (str){address.p + 1, address.n - 2};
    bool ported = is_digits(port) && port.n <= PORT_DIGITS && ip_parse(address, &ip);
    if (ported && (f->modern || !ip_parse(s, &ip))) {
        f->client = address;
        f->port = port;
    } else {
        f->client = s;
    }
}

static void take_numbers(struct front *f, str s)
{
    str pid = str_cut(&s, ':');

    f->modern = true;
    f->pid = pid;
    if (str_starts(s, S("tid ")))
        f->tid = str_from_at(s, S("tid ").n);
}

/* What stands in brackets; false when it is nothing that stands before messages. */
static bool take_group(struct front *f, str s)
{
    const char *colon = s.n ? memchr(s.p, ':', s.n) : NULL;

    if (str_starts(s, S("client ")) || str_starts(s, S("remote "))) {
        take_client(f, str_from_at(s, S("client ").n));
    } else if (str_starts(s, S("pid "))) {
        take_numbers(f, str_from_at(s, S("pid ").n));
    } else if (str_starts(s, S("host ")) || str_starts(s, S("vhost "))) {
        f->host = str_from_at(s, (size_t)((const char *)memchr(s.p, ' ', s.n) - s.p) + 1);
    } else if (!f->level.n && is_level(s)) {
        f->level = s;
    } else if (!f->level.n && colon && is_level(str_from_at(s, (size_t)(colon - s.p) + 1))) {
        f->level = str_from_at(s, (size_t)(colon - s.p) + 1);
        f->module = (str){s.p, (size_t)(colon - s.p)};
        f->modern = true;
    } else {
        return false;
    }
    return true;
}

/* "(13)Permission denied: [" or "(13)Permission denied: AH", of which the second part stays. */
static void take_fault(struct front *f, str *s)
{
    const str limited = {s->p, s->n < FAULT_MAX ? s->n : FAULT_MAX};
    const char *close = limited.n && limited.p[0] == '(' ? memchr(limited.p, ')', limited.n) : NULL;
    const char *end = close ? str_find(limited, S(": ")) : NULL;

    if (!end || f->fault.n || !is_digits((str){s->p + 1, (size_t)(close - s->p) - 1}))
        return;
    f->fault = (str){s->p, (size_t)(end - s->p)};
    *s = str_from_at(*s, f->fault.n + 2);
}

/* Takes all of it off the text; false when the text is no record of an error log. */
static bool take_front(struct front *f, str *s)
{
    for (uint32_t n = 0; n < GROUPS_MAX; n++) {
        *s = str_trim(*s);
        take_fault(f, s);
        const char *close = str_starts(*s, S("[")) ? memchr(s->p, ']', s->n) : NULL;
        if (!close)
            break;
        /* An address may stand in brackets of its own. */
        if (str_starts(str_from_at(*s, 1), S("client [")) ||
            str_starts(str_from_at(*s, 1), S("remote [")))
            close = memchr(close + 1, ']', s->n - (size_t)(close + 1 - s->p));
        if (!close || !take_group(f, (str){s->p + 1, (size_t)(close - s->p) - 1}))
            break;
        *s = str_from_at(*s, (size_t)(close - s->p) + 1);
    }
    return f->level.n > 0;
}

static void add_front(struct message *m, const struct front *f)
{
    static const str names[] = {S("level"),  S("module"),   S("pid"),     S("tid"),
                                S("src_ip"), S("src_port"), S("cs-host"), S("fault")};
    const str values[] = {f->level,  f->module, f->pid,  f->tid,
                          f->client, f->port,   f->host, f->fault};

    for (size_t i = 0; i < countof(names); i++)
        if (values[i].n)
            message_add(m, names[i], values[i]);
}

/* ------------------------------------------------------------ error log */

static bool is_failure(str level)
{
    return str_eq(level, S("error")) || str_eq(level, S("crit")) || str_eq(level, S("alert")) ||
           str_eq(level, S("emerg"));
}

static const struct kind *other_kind(const struct front *f)
{
    if (!is_failure(f->level))
        return &kind_notice;
    return f->client.n ? &kind_request : &kind_server;
}

static void take_code(struct message *m, str *s)
{
    if (s->n <= CODE_BYTES + 2 || !str_starts(*s, S("AH")) || s->p[CODE_BYTES] != ':' ||
        !is_digits((str){s->p + 2, CODE_BYTES - 2}))
        return;
    message_add(m, S("code"), (str){s->p, CODE_BYTES});
    *s = str_trim(str_from_at(*s, CODE_BYTES + 1));
}

static void take_referer(struct message *m, str *s)
{
    static const str mark = S(", referer: ");
    const char *at = NULL;

    for (str rest = *s; (at = str_find(rest, mark)) != NULL;) {
        const char *next = str_find(str_from_at(rest, (size_t)(at - rest.p) + mark.n), mark);
        rest = str_from_at(rest, (size_t)(at - rest.p) + mark.n);
        if (next)
            continue;
        message_add(m, S("cs-referer"), rest);
        s->n = (size_t)(at - s->p);
        return;
    }
}

static void read_message(struct state *s, struct message *m, const struct front *f, str text)
{
    take_code(m, &text);
    take_referer(m, &text);
    message_add(m, S("error"), text);
    switch (modsecurity_read(m, text)) {
    case MODSECURITY_MATCHED:
        message_kind(m, &kind_waf_matched);
        return;
    case MODSECURITY_DENIED:
        message_kind(m, &kind_waf_denied);
        return;
    case MODSECURITY_NONE:
        break;
    }
    message_kind(m, other_kind(f));
    template_match_part(s->templates, m, text);
}

/* "[Tue Nov 24 10:00:00 2026] ", which is left out within syslog. */
static void take_time(struct message *m, str *s)
{
    enum { STAMP_MAX = 64 };
    struct syslog_time time;
    const char *close =
        str_starts(*s, S("[")) ? memchr(s->p, ']', s->n < STAMP_MAX ? s->n : STAMP_MAX) : NULL;

    if (!close)
        return;
    str stamp = {s->p + 1, (size_t)(close - s->p) - 1};
    if (time_text_take(stamp, m->time_rule, &time) != stamp.n || stamp.n == 0)
        return;
    if (time.known)
        message_time(m, time.ns, time.digits, time.guess);
    *s = str_from_at(*s, stamp.n + 2);
}

static bool read_error(struct state *s, struct message *m)
{
    struct front f = {0};
    str text = m->text;

    take_time(m, &text);
    if (!take_front(&f, &text))
        return false;
    add_front(m, &f);
    read_message(s, m, &f, text);
    return true;
}

/* ------------------------------------------------------------ dialect */

static int sniff(str text)
{
    enum { SURE = 90 };
    struct front f = {0};

    if (!str_starts(text, S("[")))
        return 0;
    const char *close = memchr(text.p, ']', text.n);
    if (!close)
        return 0;
    str first = {text.p + 1, (size_t)(close - text.p) - 1}, rest = str_from_at(text, first.n + 2);
    if (first.n > 2 && first.p[0] >= 'A' && first.p[0] <= 'Z' && !take_group(&f, first))
        return take_front(&f, &rest) ? SURE : 0;
    return take_front(&f, &text) && (f.client.n || f.pid.n) ? SURE : 0;
}

static bool read(void *state, struct message *m)
{
    struct state *s = state;

    if (http_access_read(&s->clock, m)) {
        message_kind(m, &kind_access);
        return true;
    }
    return http_template_match(s->of_tls, m) || read_error(s, m);
}

static void *open(const struct dialect *self)
{
    struct state *s = mem_alloc(sizeof *s);

    (void)self;
    s->templates = template_set_new(rows, countof(rows));
    s->of_tls = template_set_new(tls_rows, countof(tls_rows));
    return s;
}

static void close(void *state)
{
    struct state *s = state;

    template_set_free(s->templates);
    template_set_free(s->of_tls);
    free(s);
}

const struct dialect dialect_apache = {
    .name = "apache",
    .summary = "the Apache HTTP Server: its error log, and its access log within syslog or when "
               "asked for",
    .sample = "[Tue Nov 24 10:00:00.123456 2026] [auth_basic:error] [pid 7:tid 9] [client "
              "192.0.2.7:50022] AH01617: user alice: authentication failure for \"/a\": Password "
              "Mismatch",
    .kind = &kind_notice,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")},
                {.product = S(""), .category = S(""), .service = S("apache")}},
    .not_linux = true,
    .programs = {S("apache"), S("apache2"), S("httpd"), S("httpd/"), S("apache-access"),
                 S("apache-error"), S("apache_access"), S("apache_error")},
    .sniff = sniff,
    .bare = true,
    .read = read,
    .open = open,
    .close = close,
};
