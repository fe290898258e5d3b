/*
 * http_server.c - see http_server.h. libmicrohttpd 0.9.75 is run without a thread
 * of its own: its epoll descriptor waits in the loop.
 *
 * A connection that is too slow is shut down, which the library then sees as one
 * that its peer has closed: it has no way of its own to end a connection, and its
 * timeouts start anew with each byte, which is what slow-loris lives on.
 */
#include "net/http_server.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TURNS_MAX = 64,                /* of the library before others in the loop have theirs */
    DRAIN_BYTES_MAX = 1024 * 1024, /* a refused body of at most this is read, so that its sender
                                      gets to see the answer */
    LISTEN_BACKLOG = 1024,
    CONNECTIONS_SPARE = 16, /* refused ones that are not gone yet */
    READ_STEP = 16 * 1024,
};
#define WATCH_NS INT64_C(250000000) /* how often deadlines are looked at */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct connection {
    struct connection *next, **link;
    struct http_server *server;
    int fd;
    int64_t deadline_ns; /* INT64_MAX: it waits for us */
    bool tls_done, closing;
    struct http_request *request; /* under way; NULL between requests */
    char peer[HTTP_PEER_NAME_MAX];
};

enum progress { HEAD, BODY, DRAINING, ASKED, ANSWERED };

struct http_request {
    struct connection *connection;
    struct MHD_Connection *mhd;
    struct MHD_Response *response; /* prepared */
    uint32_t status;
    enum progress progress;
    enum http_method method;
    bool shown, send, suspended;
    str target; /* owned: path?query */
    uint64_t length, drained;
    int64_t body_began_ns;
    struct buf body;
    size_t body_counted; /* of the shared budget */
    enum http_body_state state;
    void *user;
};

struct http_server {
    struct http_address address;
    struct http_limits limits;
    struct http_handler handler;
    struct loop *loop;
    struct loop_fd *wait, *again_wait;
    int again; /* counts: the library has something to do that no descriptor tells of */
    struct loop_timer *watch;
    struct MHD_Daemon *daemon;
    struct connection *connections;
    uint32_t connection_count;
    int fd; /* until the library has it */
    bool has_tls, ending;
    char *certificate, *key, *client_ca;
};

bool http_address_parse(str text, struct http_address *ret, struct err *e)
{
    struct in6_addr six;
    struct in_addr four;
    size_t colon = text.n;
    uint64_t port;

    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    str host = {text.p, colon ? colon - 1 : 0};
    bool brackets = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
    if (brackets)
        host = (str){host.p + 1, host.n - 2};
    *ret = (struct http_address){0};
    if (colon == 0 || host.n == 0 || host.n >= sizeof ret->host ||
        !str_u64(str_from_at(text, colon), &port) || port > UINT16_MAX)
        return err_set(e, ERR_INPUT, "'" STR_FMT "' is no address and port, as in 127.0.0.1:8088",
                       STR_ARG(text));
    memcpy(ret->host, host.p, host.n);
    ret->port = (uint16_t)port;
    if (brackets && inet_pton(AF_INET6, ret->host, &six) == 1)
        ret->loopback = IN6_IS_ADDR_LOOPBACK(&six);
    else if (!brackets && inet_pton(AF_INET, ret->host, &four) == 1)
        ret->loopback = ntohl(four.s_addr) >> 24 == 127;
    else
        return err_set(e, ERR_INPUT,
                       "'" STR_FMT "' is no address; names are not looked up, IPv6 stands in "
                       "brackets",
                       STR_ARG(text));
    return true;
}

/* --- requests as the handler sees them --- */

enum http_method http_method(const struct http_request *r)
{
    return r->method;
}

str http_path(const struct http_request *r)
{
    str rest = r->target;

    return str_cut(&rest, '?');
}

str http_query(const struct http_request *r)
{
    str rest = r->target;

    str_cut(&rest, '?');
    return rest;
}

str http_peer(const struct http_request *r)
{
    return str_from(r->connection->peer);
}

str http_header(const struct http_request *r, const char *name)
{
    return str_from(MHD_lookup_connection_value(r->mhd, MHD_HEADER_KIND, name));
}

uint64_t http_body_length(const struct http_request *r)
{
    return r->length;
}

void http_body_max(struct http_request *r, size_t max)
{
    r->body.max = max;
}

enum http_body_state http_body(const struct http_request *r, str *ret)
{
    *ret = r->state == HTTP_BODY_WHOLE ? buf_str(&r->body) : (str){0};
    return r->state;
}

void http_body_drop(struct http_request *r)
{
    r->connection->server->limits.budget->used -= r->body_counted;
    r->body_counted = 0;
    buf_done(&r->body);
}

void http_set_user(struct http_request *r, void *user)
{
    r->user = user;
}

void *http_user(const struct http_request *r)
{
    return r->user;
}

static void answer_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (name && value && value[0])
        MHD_add_response_header(response, name, value);
}

void http_prepare(struct http_request *r, const struct http_answer *a)
{
    char seconds[16];

    assert(!r->send);
    if (r->response)
        MHD_destroy_response(r->response);
    char *copy = mem_alloc(a->body.n + 1); /* the library takes no const */
    if (a->body.n)
        memcpy(copy, a->body.p, a->body.n);
    r->response = MHD_create_response_from_buffer(a->body.n, copy, MHD_RESPMEM_MUST_FREE);
    assert(r->response);
    answer_header(r->response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
    if (a->retry_after_s) {
        snprintf(seconds, sizeof seconds, "%u", a->retry_after_s);
        answer_header(r->response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
    }
    for (size_t i = 0; i < HTTP_ANSWER_HEADERS_MAX; i++)
        answer_header(r->response, a->headers[i].name, a->headers[i].value);
    r->status = a->status;
}

static void run_soon(struct http_server *s)
{
    const uint64_t one = 1;
    ssize_t put = write(s->again, &one, sizeof one);

    (void)put;
}

void http_send(struct http_request *r)
{
    assert(r->response && !r->send);
    r->send = true;
    if (!r->suspended)
        return; /* the library is in our call-back */
    r->suspended = false;
    MHD_resume_connection(r->mhd);
    run_soon(r->connection->server);
}

void http_answer(struct http_request *r, const struct http_answer *a)
{
    http_prepare(r, a);
    http_send(r);
}

/* --- call-backs of the library --- */

static void peer_name(const struct sockaddr *address, char ret[HTTP_PEER_NAME_MAX])
{
    const void *at =
        address->sa_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;

    if ((address->sa_family != AF_INET6 && address->sa_family != AF_INET) ||
        !inet_ntop(address->sa_family, at, ret, HTTP_PEER_NAME_MAX))
        ret[0] = '\0';
}

static enum MHD_Result on_accept(void *ctx, const struct sockaddr *address, socklen_t n)
{
    struct http_server *s = ctx;
    char peer[HTTP_PEER_NAME_MAX];
    uint32_t same = 0;

    (void)n;
    peer_name(address, peer);
    for (const struct connection *c = s->connections; c; c = c->next)
        same += strcmp(c->peer, peer) == 0;
    if (!s->ending && s->connection_count < s->limits.connections &&
        same < s->limits.connections_per_peer)
        return MHD_YES;
    s->handler.trouble(s->handler.ctx, HTTP_REFUSED, str_from(peer));
    return MHD_NO;
}

static int on_handshake(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                        const gnutls_datum_t *message)
{
    struct connection *c = gnutls_session_get_ptr(session);

    (void)type;
    (void)when;
    (void)message;
    if (incoming && c)
        c->tls_done = true; /* the client's Finished, behind its certificate */
    return 0;
}

/* A client certificate is asked for in the handshake, which fails when there is none of our CA. */
static void watch_handshake(struct connection *c, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    if (!info || !info->tls_session)
        return;
    gnutls_session_t session = info->tls_session;
    gnutls_session_set_ptr(session, c);
    gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_FINISHED, GNUTLS_HOOK_POST,
                                       on_handshake);
    if (!c->server->client_ca)
        return;
    gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUIRE);
    gnutls_session_set_verify_cert(session, NULL, 0);
}

static void connection_begin(struct http_server *s, struct MHD_Connection *mhd, void **ret)
{
    struct connection *c = mem_alloc(sizeof *c);
    const union MHD_ConnectionInfo *address =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

    if (address && address->client_addr)
        peer_name(address->client_addr, c->peer);
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    c->fd = fd ? fd->connect_fd : -1;
    c->server = s;
    c->deadline_ns = loop_now_ns(s->loop) + s->limits.head_ns;
    c->next = s->connections;
    c->link = &s->connections;
    if (c->next)
        c->next->link = &c->next;
    s->connections = c;
    s->connection_count++;
    if (s->has_tls)
        watch_handshake(c, mhd);
    *ret = c;
}

static void on_connection(void *ctx, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = ctx;
    struct connection *c = *socket_context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        connection_begin(s, mhd, socket_context);
        return;
    }
    if (!c)
        return;
    if (s->has_tls && !c->tls_done && !c->closing && !s->ending)
        s->handler.trouble(s->handler.ctx, HTTP_TLS_FAILED, str_from(c->peer));
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    s->connection_count--;
    free(c);
    *socket_context = NULL;
}

/* The request's line is there: the library's way to see the target as it was sent. */
static void *on_request(void *ctx, const char *uri, struct MHD_Connection *mhd)
{
    struct http_server *s = ctx;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = info->socket_context;
    struct http_request *r = mem_alloc(sizeof *r);
    int64_t deadline = loop_now_ns(s->loop) + s->limits.head_ns;

    assert(c);
    r->connection = c;
    r->mhd = mhd;
    r->target = (str){str_dup(str_from(uri)), strlen(uri)};
    if (deadline < c->deadline_ns)
        c->deadline_ns = deadline;
    c->request = r;
    return r;
}

static void on_completed(void *ctx, struct MHD_Connection *mhd, void **request,
                         enum MHD_RequestTerminationCode why)
{
    struct http_server *s = ctx;
    struct http_request *r = *request;

    (void)mhd;
    (void)why;
    if (!r)
        return;
    *request = NULL;
    if (r->shown)
        s->handler.over(s->handler.ctx, r);
    http_body_drop(r);
    if (r->response)
        MHD_destroy_response(r->response);
    r->connection->deadline_ns = loop_now_ns(s->loop) + s->limits.idle_ns;
    r->connection->request = NULL;
    free((void *)(uintptr_t)r->target.p);
    free(r);
}

static enum http_method method_of(const char *name)
{
    static const char *const names[] = {
        [HTTP_GET] = "GET", [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE",
    };

    for (size_t i = 0; i < countof(names); i++)
        if (strcmp(name, names[i]) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

static enum MHD_Result queue_answer(struct http_request *r)
{
    struct http_server *s = r->connection->server;

    assert(r->response);
    r->progress = ANSWERED;
    r->connection->deadline_ns = loop_now_ns(s->loop) + s->limits.answer_ns;
    return MHD_queue_response(r->mhd, r->status, r->response);
}

/* The head is there. An answer now ends the connection when a body is on its way: its sender, who
 * may still be writing, would then lose the answer to a reset. So a short body is read first. */
static enum MHD_Result take_head(struct http_request *r, const char *method)
{
    struct http_server *s = r->connection->server;
    str length = http_header(r, MHD_HTTP_HEADER_CONTENT_LENGTH);
    bool chunked = http_header(r, MHD_HTTP_HEADER_TRANSFER_ENCODING).p;
    bool expects = http_header(r, MHD_HTTP_HEADER_EXPECT).p;

    const union MHD_ConnectionInfo *head =
        MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    r->method = method_of(method);
    if (head && head->header_size > HTTP_HEAD_BYTES_MAX) {
        http_answer(r, &(struct http_answer){.status = MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE});
        return queue_answer(r);
    }
    if (length.p && (chunked || !str_u64(length, &r->length)))
        return MHD_NO; /* two lengths: a request smuggled past a proxy */
    r->shown = true;
    r->progress = BODY;
    r->body_began_ns = loop_now_ns(s->loop);
    r->connection->deadline_ns = r->body_began_ns + s->limits.body_ns;
    s->handler.head(s->handler.ctx, r);
    if (!r->send)
        return MHD_YES;
    if (expects || r->length > DRAIN_BYTES_MAX || (!chunked && r->length == 0))
        return queue_answer(r);
    r->progress = DRAINING;
    return MHD_YES;
}

static void refuse_body(struct http_request *r, enum http_body_state why)
{
    http_body_drop(r);
    r->state = why;
    r->progress = DRAINING;
}

static enum MHD_Result take_body(struct http_request *r, str bytes)
{
    struct http_server *s = r->connection->server;
    struct http_budget *budget = s->limits.budget;

    if (r->progress == BODY) {
        buf_add(&r->body, bytes);
        budget->used += r->body.capacity - r->body_counted;
        r->body_counted = r->body.capacity;
        if (r->body.overflow)
            refuse_body(r, HTTP_BODY_TOO_LONG);
        else if (budget->used > budget->max)
            refuse_body(r, HTTP_BODY_NO_ROOM);
        r->connection->deadline_ns = r->body_began_ns + s->limits.body_ns +
                                     (int64_t)(r->body.n / HTTP_BODY_RATE_MIN) * 1000000000;
        return MHD_YES;
    }
    r->drained += bytes.n;
    return r->drained > DRAIN_BYTES_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *bytes,
                                 size_t *n, void **request)
{
    struct http_server *s = ctx;
    struct http_request *r = *request;

    (void)mhd;
    (void)url;
    (void)version;
    assert(r);
    if (r->progress == HEAD)
        return take_head(r, method);
    if (*n) {
        str body = {bytes, *n};
        *n = 0;
        return take_body(r, body);
    }
    if (r->progress == BODY || (r->progress == DRAINING && !r->send)) {
        r->progress = ASKED;
        r->connection->deadline_ns = INT64_MAX;
        s->handler.whole(s->handler.ctx, r);
    }
    if (r->send)
        return queue_answer(r);
    r->suspended = true;
    MHD_suspend_connection(mhd);
    return MHD_YES;
}

/* --- the server --- */

static void run(struct http_server *s)
{
    MHD_UNSIGNED_LONG_LONG timeout = 1;

    for (int turn = 0; turn < TURNS_MAX; turn++) {
        MHD_run(s->daemon);
        if (MHD_get_timeout(s->daemon, &timeout) != MHD_YES || timeout > 0)
            return;
    }
    run_soon(s); /* others first */
}

static void on_ready(void *ctx, uint32_t events)
{
    (void)events;
    run(ctx);
}

static void on_again(void *ctx, uint32_t events)
{
    struct http_server *s = ctx;
    uint64_t count;
    ssize_t got = read(s->again, &count, sizeof count);

    (void)events;
    (void)got;
    run(s);
}

static void on_watch(void *ctx)
{
    struct http_server *s = ctx;
    const int64_t now = loop_now_ns(s->loop);

    for (struct connection *c = s->connections; c; c = c->next) {
        if (c->deadline_ns > now || c->closing)
            continue;
        c->closing = true;
        s->handler.trouble(s->handler.ctx, HTTP_SLOW, str_from(c->peer));
        shutdown(c->fd, SHUT_RDWR);
    }
    run(s);
}

static bool bind_at(struct http_server *s, struct err *e)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(s->address.port)};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(s->address.port)};
    const bool is_six = inet_pton(AF_INET6, s->address.host, &six.sin6_addr) == 1;
    const int one = 1;
    socklen_t n = sizeof six;

    if (!is_six && inet_pton(AF_INET, s->address.host, &four.sin_addr) != 1)
        return err_set(e, ERR_INPUT, "'%s' is no address", s->address.host);
    s->fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->fd == -1)
        return err_set(e, ERR_IO, "cannot make a socket: %s", strerror(errno));
    setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (is_six)
        setsockopt(s->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    const struct sockaddr *to =
        is_six ? (const struct sockaddr *)&six : (const struct sockaddr *)&four;
    if (bind(s->fd, to, is_six ? sizeof six : sizeof four) != 0)
        return err_set(e, ERR_IO, "cannot listen at %s port %u: %s", s->address.host,
                       s->address.port, strerror(errno));
    if (getsockname(s->fd, (struct sockaddr *)&six, &n) ==
        0) /* the port stands at the same place */
        s->address.port = ntohs(six.sin6_port);
    return true;
}

struct http_server *http_server_new(const struct http_address *address, const struct http_tls *tls,
                                    const struct http_limits *limits,
                                    const struct http_handler *handler, struct loop *loop,
                                    struct err *e)
{
    struct http_server *s = mem_alloc(sizeof *s);

    *s = (struct http_server){.address = *address,
                              .limits = *limits,
                              .handler = *handler,
                              .loop = loop,
                              .fd = -1,
                              .again = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                              .has_tls = tls != NULL};
    if (tls) {
        s->certificate = str_dup(tls->certificate);
        s->key = str_dup(tls->key);
        s->client_ca = tls->client_ca.n ? str_dup(tls->client_ca) : NULL;
    }
    if (s->again == -1)
        err_set(e, ERR_IO, "cannot be woken: %s", strerror(errno));
    else if (bind_at(s, e))
        return s;
    http_server_free(s);
    return NULL;
}

static struct MHD_Daemon *start_library(struct http_server *s)
{
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, s->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, s->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES},
        {s->client_ca ? MHD_OPTION_HTTPS_MEM_TRUST : MHD_OPTION_END, 0, s->client_ca},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (s->has_tls ? MHD_USE_TLS : 0);

    return MHD_start_daemon(
        flags, 0, on_accept, s, on_access, s, MHD_OPTION_LISTEN_SOCKET, s->fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)(s->limits.connections + CONNECTIONS_SPARE),
        MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTP_CONNECTION_BYTES, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)READ_STEP,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        s, MHD_OPTION_URI_LOG_CALLBACK, on_request, s, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, s->has_tls ? tls : none, MHD_OPTION_END);
}

bool http_server_start(struct http_server *s, struct err *e)
{
    if (s->daemon)
        return true;
    if (listen(s->fd, LISTEN_BACKLOG) != 0)
        return err_set(e, ERR_IO, "cannot listen at %s port %u: %s", s->address.host,
                       s->address.port, strerror(errno));
    s->daemon = start_library(s);
    if (!s->daemon)
        return err_set(e, ERR_INPUT, "cannot serve at %s port %u%s", s->address.host,
                       s->address.port,
                       s->has_tls ? ": the certificate, its key or the CA cannot be used" : "");
    s->fd = -1;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    assert(info);
    s->wait = loop_add(s->loop, info->epoll_fd, EPOLLIN, on_ready, s, e);
    if (s->wait)
        s->again_wait = loop_add(s->loop, s->again, EPOLLIN, on_again, s, e);
    if (!s->again_wait)
        return false;
    s->watch = loop_every(s->loop, WATCH_NS, on_watch, s);
    return true;
}

/* The library stops only when nothing rests. */
static void stop_library(struct http_server *s)
{
    static const struct http_answer ending = {.status = MHD_HTTP_SERVICE_UNAVAILABLE,
                                              .retry_after_s = 1};

    for (struct connection *c = s->connections; c; c = c->next)
        if (c->request && c->request->suspended)
            http_answer(c->request, &ending);
    MHD_run(s->daemon);
    MHD_stop_daemon(s->daemon);
}

void http_server_free(struct http_server *s)
{
    if (!s)
        return;
    s->ending = true;
    loop_remove(s->wait);
    loop_remove(s->again_wait);
    loop_timer_remove(s->watch);
    if (s->daemon)
        stop_library(s);
    assert(s->connection_count == 0);
    if (s->fd != -1)
        close(s->fd);
    if (s->again != -1)
        close(s->again);
    free(s->certificate);
    if (s->key)
        explicit_bzero(s->key, strlen(s->key));
    free(s->key);
    free(s->client_ca);
    free(s);
}

uint16_t http_server_port(const struct http_server *s)
{
    return s->address.port;
}

uint32_t http_server_connections(const struct http_server *s)
{
    return s->connection_count;
}
