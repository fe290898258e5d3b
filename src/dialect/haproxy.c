/*
 * haproxy.c - HAProxy's logs, by sections 8.2 and 8.3 of its configuration manual:
 *
 *   192.0.2.7:50022 [24/Nov/2026:10:00:00.123] front~ back/web1 0/0/1/48/49 200 3313 - - ---- \
 *     3/2/0/0/0 0/0 {captured|of the request} {of the answer} "GET /a HTTP/1.1"        HTTP
 *   192.0.2.7:50022 [24/Nov/2026:10:00:00.123] front back/db1 0/1/5007 212 -- 0/0/0/0/0 0/0   TCP
 *   192.0.2.7:50022 [24/Nov/2026:10:00:00.123] front/1: SSL handshake failure             errors
 *   Connect from 192.0.2.7:50022 to 198.51.100.1:80 (front/HTTP)
 *
 * and what it says of its servers and proxies. HAProxy escapes double quotes and braces in what a
 * client writes. Native names are the manual's, in snake_case, and those of http_access.h. The time
 * of a record is the envelope's, when it was written; without one it is accept_date.
 */
#include "base/mem.h"
#include "dialect/http_access.h"
#include "message/time_text.h"
#include "text/ip.h"

#include <stdlib.h>

static const struct column_rule columns[] = {
    {S("client_ip"), COLUMN_source_ip, VIA_ADDRESS},
    {S("client_port"), COLUMN_source_port, VIA_TEXT},
    {S("Tt"), COLUMN_event_duration, VIA_MILLISECONDS},
    {S("Ta"), COLUMN_event_duration, VIA_MILLISECONDS},
    {S("bytes_read"), COLUMN_destination_bytes, VIA_TEXT},
    {S("error"), COLUMN_event_reason, VIA_TEXT},
    {S("backend_name"), COLUMN_service_name, VIA_TEXT},
    {.field = S("")},
};

/* How a session ended, by the first sign of its termination state: "-" is in good order. */
static void refine_tcp(const struct event *ev, struct columns *c, struct arena *a)
{
    str state = event_get(ev, S("termination_state"));

    (void)a;
    if (state.n && !c->outcome)
        c->outcome = state.p[0] == '-' ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
}

static const struct kind kind_http = {
    .base = &http_access_kind, .format = "haproxy", .columns = columns};
static const struct kind kind_tcp = {
    .format = "haproxy",
    .action = "tcp_session",
    .activity = ACTIVITY_flow_close,
    .columns = columns,
    .refine = refine_tcp,
};
static const struct kind kind_haproxy = {
    .format = "haproxy", .action = "notice", .columns = columns};
static const struct kind kind_error = {
    .format = "haproxy",
    .action = "connection_error",
    .activity = ACTIVITY_flow_fail,
    .outcome = OUTCOME_FAILURE,
    .columns = columns,
};
static const struct kind kind_connect = {
    .format = "haproxy",
    .action = "connect",
    .activity = ACTIVITY_flow_open,
    .columns = columns,
};
static const struct kind kind_down = {
    .format = "haproxy",
    .action = "server_down",
    .activity = ACTIVITY_app_fail,
    .columns = columns,
};

static const struct template_row rows[] = {
    {"Connect from {src_ip:ip}:{src_port:int} to {dst_ip:ip}:{dst_port:int} "
     "({frontend_name*}/{mode})",
     &kind_connect},
    {"[WARNING] {:text}Server {backend_name}/{server_name} is DOWN, reason: {reason*}", &kind_down},
    {"[WARNING] {:text}Server {backend_name}/{server_name} is UP, reason: {reason*}",
     &kind_haproxy},
    {"Server {backend_name}/{server_name} is DOWN, reason: {reason*}", &kind_down},
    {"Server {backend_name}/{server_name} is UP, reason: {reason*}", &kind_haproxy},
    {"Backup Server {backend_name}/{server_name} is DOWN, reason: {reason*}", &kind_down},
    {"Backup Server {backend_name}/{server_name} is UP, reason: {reason*}", &kind_haproxy},
    {"Health check for {reason*}", &kind_haproxy},
    {"backend {backend_name} has no server available!", &kind_down},
    {"proxy {backend_name} has no server available!", &kind_down},
    {"Proxy {frontend_name} started.", &kind_haproxy},
    {"Proxy {frontend_name} stopped {reason*}", &kind_haproxy},
    {"Stopping {:text} {frontend_name} in {reason*}", &kind_haproxy},
};

struct state {
    struct template_set *templates;
};

/* Layouts: of HTTP records a sum of LAYOUT_HTTP and what they have. */
enum {
    HAS_CAPTURED = 1,
    HAS_CAPTURED_TWICE = 2,
    HAS_REQUEST = 4,
    HAS_HTTP = 8,
    HAS_MORE = 16,
    LAYOUT_TCP = 1024, /* above those of templates */
    LAYOUT_ERROR,
    LAYOUT_HTTP = 2048,
};

/* ------------------------------------------------------------ words */

static str take_word(str *s)
{
    while (s->n && s->p[0] == ' ')
        *s = str_from_at(*s, 1);
    return str_cut(s, ' ');
}

/* "{a|b}", which may hold blanks; braces in it are escaped. */
static bool take_captured(str *s, str *ret)
{
    str rest = str_trim(*s);
    const char *close = str_starts(rest, S("{")) ? memchr(rest.p, '}', rest.n) : NULL;

    if (!close)
        return false;
    *ret = (str){rest.p + 1, (size_t)(close - rest.p) - 1};
    *s = str_from_at(rest, ret->n + 2);
    return true;
}

static uint32_t count_of(str s, char c)
{
    uint32_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

/* The parts of "0/0/1/48/49". */
static void add_numbers(struct message *m, str s, const str *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        message_add(m, names[i], str_cut(&s, '/'));
}

/* ------------------------------------------------------------ records */

struct record {
    str client, port, date, front, back, rest;
    struct syslog_time time;
};

/* "192.0.2.7:50022 [24/Nov/2026:10:00:00.123] front rest". */
static bool read_front(struct record *r, str text, const struct time_rule *rule)
{
    str client = str_cut(&text, ' ');
    const char *colon = client.n ? memrchr(client.p, ':', client.n) : NULL;
    struct ip ip;

    if (!colon || !str_starts(text, S("[")))
        return false;
    r->client = (str){client.p, (size_t)(colon - client.p)};
    r->port = str_from_at(client, r->client.n + 1);
    if (!ip_parse(r->client, &ip) && !str_eq(r->client, S("unix")))
        return false;
    text = str_from_at(text, 1);
    const char *close = text.n ? memchr(text.p, ']', text.n) : NULL;
    if (!close)
        return false;
    r->date = (str){text.p, (size_t)(close - text.p)};
    text = str_from_at(text, r->date.n + 1);
    r->front = take_word(&text);
    r->rest = text;
    return r->date.n && time_text_take(r->date, rule, &r->time) == r->date.n && r->front.n;
}

static void add_client(struct message *m, const struct record *r)
{
    message_add(m, S("client_ip"), r->client);
    message_add(m, S("client_port"), r->port);
    message_add(m, S("accept_date"), r->date);
    if (!m->event->has_time && r->time.known)
        message_time(m, r->time.ns, r->time.digits, r->time.guess);
}

static void add_ends(struct message *m, const struct record *r)
{
    str back = r->back;

    message_add(m, S("frontend_name"), r->front);
    message_add(m, S("backend_name"), str_cut(&back, '/'));
    message_add(m, S("server_name"), back);
}

static const str connections[] = {S("actconn"), S("feconn"), S("beconn"), S("srv_conn"),
                                  S("retries")};
static const str queues[] = {S("srv_queue"), S("backend_queue")};

static void add_captured(struct message *m, str *rest)
{
    str first, second;

    if (!take_captured(rest, &first))
        return;
    message_add(m, S("captured_request_headers"), first);
    m->layout += HAS_CAPTURED;
    if (take_captured(rest, &second)) {
        message_add(m, S("captured_response_headers"), second);
        m->layout += HAS_CAPTURED_TWICE;
    }
}

/* "GET /a HTTP/1.1", perhaps cut off, and what `option httpslog` puts behind it. */
static void add_request(struct message *m, str rest)
{
    if (!str_starts(rest, S("\"")))
        return;
    rest = str_from_at(rest, 1);
    const char *close = rest.n ? memrchr(rest.p, '"', rest.n) : NULL;
    str request = close ? (str){rest.p, (size_t)(close - rest.p)} : rest;
    m->layout += http_request_add(m, request) ? HAS_REQUEST + HAS_HTTP : HAS_REQUEST;
    rest = str_trim(str_from_at(rest, request.n + 1));
    if (rest.n) {
        message_add(m, S("more"), rest);
        m->layout += HAS_MORE;
    }
}

/* Behind the timers of an HTTP record: "200 3313 - - ---- 3/2/0/0/0 0/0 ...". */
static bool read_http(struct message *m, const struct record *r, str timers, str rest)
{
    static const str names[] = {S("TR"), S("Tw"), S("Tc"), S("Tr"), S("Ta")};
    str status = take_word(&rest), bytes = take_word(&rest), request_cookie = take_word(&rest),
        response_cookie = take_word(&rest), ended = take_word(&rest), conns = take_word(&rest),
        queue = take_word(&rest);

    if (count_of(conns, '/') != 4 || count_of(queue, '/') != 1)
        return false;
    add_client(m, r);
    add_ends(m, r);
    add_numbers(m, timers, names, countof(names));
    message_add(m, S("sc-status"), status);
    message_add(m, S("sc-bytes"), bytes);
    message_add(m, S("captured_request_cookie"), request_cookie);
    message_add(m, S("captured_response_cookie"), response_cookie);
    message_add(m, S("termination_state"), ended);
    add_numbers(m, conns, connections, countof(connections));
    add_numbers(m, queue, queues, countof(queues));
    m->layout = LAYOUT_HTTP;
    add_captured(m, &rest);
    add_request(m, str_trim(rest));
    message_kind(m, &kind_http);
    return true;
}

/* "212 -- 0/0/0/0/0 0/0". */
static bool read_tcp(struct message *m, const struct record *r, str timers, str rest)
{
    static const str names[] = {S("Tw"), S("Tc"), S("Tt")};
    str bytes = take_word(&rest), ended = take_word(&rest), conns = take_word(&rest),
        queue = take_word(&rest);

    if (count_of(conns, '/') != 4 || count_of(queue, '/') != 1)
        return false;
    add_client(m, r);
    add_ends(m, r);
    add_numbers(m, timers, names, countof(names));
    message_add(m, S("bytes_read"), bytes);
    message_add(m, S("termination_state"), ended);
    add_numbers(m, conns, connections, countof(connections));
    add_numbers(m, queue, queues, countof(queues));
    message_kind(m, &kind_tcp);
    m->layout = LAYOUT_TCP;
    return true;
}

/* "front/1: SSL handshake failure". */
static bool read_failure(struct message *m, struct record *r)
{
    str front = r->front;

    if (!str_ends(front, S(":")))
        return false;
    front.n--;
    add_client(m, r);
    message_add(m, S("frontend_name"), str_cut(&front, '/'));
    message_add(m, S("bind_name"), front);
    message_add(m, S("error"), str_trim(r->rest));
    message_kind(m, &kind_error);
    m->layout = LAYOUT_ERROR;
    return true;
}

static bool read_record(struct message *m)
{
    struct record r = {0};

    if (!read_front(&r, m->text, m->time_rule))
        return false;
    if (read_failure(m, &r))
        return true;
    str rest = r.rest;
    r.back = take_word(&rest);
    str timers = take_word(&rest);
    switch (count_of(timers, '/')) {
    case 4:
        return read_http(m, &r, timers, rest);
    case 2:
        return read_tcp(m, &r, timers, rest);
    default:
        return false;
    }
}

/* ------------------------------------------------------------ dialect */

/* "ADDRESS:PORT [DATE] ". */
static int sniff(str text)
{
    enum { LIKELY = 85, CLIENT_MAX = 48 };
    static const struct time_rule rule;
    struct record r = {0};
    const char *space =
        text.n ? memchr(text.p, ' ', text.n < CLIENT_MAX ? text.n : CLIENT_MAX) : NULL;

    return space && space + 1 < text.p + text.n && space[1] == '[' && read_front(&r, text, &rule)
               ? LIKELY
               : 0;
}

static bool read(void *state, struct message *m)
{
    const struct state *s = state;

    if (read_record(m) || template_match(s->templates, m))
        return true;
    m->event->kind = &kind_haproxy;
    return m->program.n > 0;
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

const struct dialect dialect_haproxy = {
    .name = "haproxy",
    .summary = "HAProxy: HTTP requests, TCP sessions, failed connections, its servers",
    .sample = "Nov 24 10:00:00 lb1 haproxy[712]: 192.0.2.7:50022 [24/Nov/2026:10:00:00.123] "
              "front~ back/web1 0/0/1/48/49 200 3313 - - ---- 3/2/0/0/0 0/0 \"GET /a HTTP/1.1\"",
    .kind = &kind_haproxy,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")},
                {.product = S(""), .category = S(""), .service = S("haproxy")}},
    .not_linux = true,
    .programs = {S("haproxy"), S("hapee"), S("hapee-lb")},
    .starts = {S("Connect from ")},
    .sniff = sniff,
    .bare = true,
    .read = read,
    .open = open,
    .close = close,
};
