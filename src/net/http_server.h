/*
 * http_server.h - HTTP/1.1 and HTTPS at one address, within a struct loop.
 *
 * libmicrohttpd parses, GnuTLS encrypts; the limits are ours, so that they can be
 * counted and their times come from the loop's clock. A request is first shown when
 * its head is there (the handler may answer then, before a body is read), and again
 * when its body is whole. It may be answered at any later time; until then its
 * connection rests and takes nothing but its memory.
 *
 * Limits: connections in all and of one peer (one more is closed at once); the time
 * for a TLS handshake and a head, for a body (a slow one must keep
 * HTTP_BODY_RATE_MIN), for taking an answer, and between requests; a head of
 * HTTP_HEAD_BYTES_MAX; a body; and the bytes of all bodies under way, which
 * servers share. All on the loop's thread.
 */
#pragma once

#include "base/buf.h"
#include "net/loop.h"

enum {
    HTTP_HEAD_BYTES_MAX = 32 * 1024,   /* of a request's line and headers */
    HTTP_CONNECTION_BYTES = 64 * 1024, /* memory of a connection besides its body */
    HTTP_BODY_RATE_MIN = 16 * 1024,    /* bytes a second that a long body may not fall below */
    HTTP_PEER_NAME_MAX = 64,
    HTTP_ANSWER_HEADERS_MAX = 3,
};

struct http_server;
struct http_request;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER };

/* What the handler is told of besides requests. */
enum http_trouble {
    HTTP_REFUSED,    /* a connection beyond the limit */
    HTTP_SLOW,       /* one that was closed because it was too slow */
    HTTP_TLS_FAILED, /* one that went away before its handshake was done */
};

struct http_answer {
    uint32_t status;
    const char *type; /* NULL: no body */
    str body;         /* copied */
    uint32_t retry_after_s;
    struct {
        const char *name, *value;
    } headers[HTTP_ANSWER_HEADERS_MAX];
};

struct http_handler {
    void *ctx;
    /* The head is there; http_answer() now, and its body is not taken. */
    void (*head)(void *ctx, struct http_request *r);
    void (*whole)(void *ctx, struct http_request *r);
    /* The request is over, answered or not; of all that head() was called for. */
    void (*over)(void *ctx, struct http_request *r);
    void (*trouble)(void *ctx, enum http_trouble what, str peer);
};

/* Bytes of bodies under way, of all servers that share it. */
struct http_budget {
    size_t used, max;
};

struct http_limits {
    uint32_t connections, connections_per_peer;
    int64_t head_ns, body_ns, answer_ns, idle_ns;
    struct http_budget *budget; /* outlives the server */
};

struct http_tls { /* PEM */
    str certificate, key;
    str client_ca; /* empty: no client certificate is asked for */
};

/* "127.0.0.1:8088", "[::1]:8088"; port 0: the kernel's choice. */
struct http_address {
    char host[HTTP_PEER_NAME_MAX];
    uint16_t port;
    bool loopback;
};
bool http_address_parse(str text, struct http_address *ret, struct err *e) MUST_USE;

/* Binds; nothing is accepted before http_server_start(). `tls` may be NULL; its texts are copied.
 */
struct http_server *http_server_new(const struct http_address *address, const struct http_tls *tls,
                                    const struct http_limits *limits,
                                    const struct http_handler *handler, struct loop *loop,
                                    struct err *e) MUST_USE;
bool http_server_start(struct http_server *s, struct err *e) MUST_USE;
/* Requests that wait are answered with 503. */
void http_server_free(struct http_server *s); /* NULL is a no-op */
uint16_t http_server_port(const struct http_server *s);
uint32_t http_server_connections(const struct http_server *s);

enum http_method http_method(const struct http_request *r);
str http_path(const struct http_request *r);  /* as sent, without the query */
str http_query(const struct http_request *r); /* behind the question mark, as sent */
str http_peer(const struct http_request *r);  /* the address without its port */
str http_header(const struct http_request *r, const char *name); /* .p is NULL when absent */
/* Content-Length; 0 when there is none, or the body comes in chunks. */
uint64_t http_body_length(const struct http_request *r);
/* For head(): a longer body is not taken; whole() finds it missing. */
void http_body_max(struct http_request *r, size_t max);

enum http_body_state { HTTP_BODY_WHOLE, HTTP_BODY_TOO_LONG, HTTP_BODY_NO_ROOM };
enum http_body_state http_body(const struct http_request *r, str *ret);
void http_body_drop(struct http_request *r); /* gives its memory back */

void http_set_user(struct http_request *r, void *user);
void *http_user(const struct http_request *r);

/* Keeps an answer (a later one takes its place), and sends what is kept; both in one. */
void http_prepare(struct http_request *r, const struct http_answer *a);
void http_send(struct http_request *r);
void http_answer(struct http_request *r, const struct http_answer *a);
