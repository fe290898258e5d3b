/*
 * stream_server.h - a listening socket whose connections bring syslog frames: TCP, TLS
 * and Unix streams. Bounded in connections, in bytes of unfinished frames, and in
 * the time that a sender may take for a handshake or a frame.
 */
#pragma once

#include "collect/framing.h"
#include "collect/source_type.h"
#include "net/tls.h"

enum {
    STREAM_READ_BYTES = 64 * 1024,                  /* a turn of a connection */
    STREAM_UNFINISHED_BYTES_MAX = 64 * 1024 * 1024, /* of all connections of a server */
};

struct stream_server_options {
    struct inlet *inlet;
    struct loop *loop;
    int fd;                  /* listens; taken over */
    struct tls_context *tls; /* NULL: in clear; taken over */
    bool local;              /* a Unix socket: who the peer is, the kernel tells */
    enum trust trust;
    uint32_t connections_max;
    int64_t frame_timeout_ns; /* for a frame that was begun, and for a handshake */
};

struct stream_server;

struct stream_server *stream_server_new(const struct stream_server_options *o,
                                        struct err *e) MUST_USE;
/* The source is the server: a type has these as its own. */
void stream_server_resume(void *source);
void stream_server_free(void *source); /* what has come is read first */
