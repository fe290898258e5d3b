/*
 * tls.h - the server's side of TLS 1.2 and 1.3 over a socket that does not block
 * (GnuTLS, priority NORMAL without older versions).
 */
#pragma once

#include "base/err.h"

#include <sys/types.h>

struct tls_context; /* certificate and key; shared by sessions of one thread */
struct tls_session;

/* PEM files. `client_ca` (may be NULL): then each client must show a certificate by it. */
struct tls_context *tls_context_new(const char *certificate, const char *key, const char *client_ca,
                                    struct err *e) MUST_USE;
void tls_context_free(struct tls_context *c); /* NULL is a no-op; its sessions are gone */

struct tls_session *tls_session_new(struct tls_context *c, int fd) MUST_USE;
void tls_session_free(
    struct tls_session *s); /* NULL is a no-op; says goodbye, if that can be said at once */

enum tls_answer { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_FAILED };
/* Goes on with the handshake; TLS_FAILED: *e says why. */
enum tls_answer tls_handshake(struct tls_session *s, struct err *e) MUST_USE;
/* As read(): bytes, 0 at the end, -1 with errno EAGAIN or another. */
ssize_t tls_read(struct tls_session *s, void *out, size_t n);
