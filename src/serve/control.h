/*
 * control.h - the control socket: how `tocsin status` and its kin reach a running
 * serve. A Unix socket of mode 0600; who asks is whom the kernel says (SO_PEERCRED),
 * and only root and the user serve runs as are answered. A request is a line:
 *
 *     status      a JSON object
 *     status text the same for people
 *     reload      takes the configuration anew; {"ok":true} or {"ok":false,"error":"..."}
 *     tail        findings as they are made, a JSON object a line, until either closes
 *     stop        as SIGTERM; {"ok":true}
 *     alert       and, behind a tab each, what is decided of one (alert_store.h); as reload
 */
#pragma once

#include "base/buf.h"
#include "net/loop.h"

#include <sys/types.h>

enum { CONTROL_CLIENTS_MAX = 64, CONTROL_REQUEST_MAX = 8192, CONTROL_ANSWER_MAX = 64 << 20 };

/* What each request does; called by the loop's thread. */
struct control_handlers {
    void *ctx;
    void (*status)(void *ctx, bool as_text, struct buf *answer);
    void (*reload)(void *ctx, uid_t by); /* answered later by control_reloaded() */
    bool (*tail)(void *ctx, int fd);     /* takes the socket over; false: too many follow */
    void (*stop)(void *ctx, uid_t by);
    bool (*decide)(void *ctx, uid_t by, str request, struct err *e);
};

struct control;

struct control *control_new(struct loop *loop, const char *path, const struct control_handlers *h,
                            struct err *e) MUST_USE;
void control_free(struct control *c); /* removes the socket; NULL is a no-op */
/* Answers all who wait for a reload; NULL: it was taken. */
void control_reloaded(struct control *c, const char *error);

/* The other end, for commands: a connected socket on which the request has been sent. */
int control_ask(const char *path, const char *request, struct err *e) MUST_USE;
