/*
 * web_error.h - what the error logs of web servers have in common: kinds of their records. Private
 * to message/.
 *
 * Native names beside those of http_access.h: level, module, pid, tid, connection, code, src_ip,
 * src_port, user, realm, file, and error: the message without what stands around it.
 */
#pragma once

#include "message/dialect.h"

/* Columns of all of them. */
extern const struct kind web_error_kind;
/* Something failed on account of the request; of the server; and neither. */
extern const struct kind web_error_request, web_error_server, web_error_notice;
/* A logon failed, or a client that showed who it is may not have what it asked for. */
extern const struct kind web_error_logon, web_error_denied;
/* Not found, and a request that is none of HTTP. */
extern const struct kind web_error_absent, web_error_malformed;
/* The server's limits: of requests a time, of connections, of sizes. */
extern const struct kind web_error_limited;
/* A handshake of TLS failed. */
extern const struct kind web_error_tls;
/* A request handler was taken for a shell's function (CVE-2014-6271), and PHP's Suhosin. */
extern const struct kind web_error_attack;

/* A kind of one dialect: those above name no format. */
#define WEB_ERROR_KIND(of, format_name, of_log)                                                    \
    {                                                                                              \
        .base = &web_error_##of, .format = format_name, .constants = of_log                        \
    }
