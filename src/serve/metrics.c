#include "serve/metrics.h"

#include "base/mem.h"
#include "net/address.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

enum { METRICS_BYTES_MAX = 64 << 20, CONNECTIONS_MAX = 16, IDLE_S = 10 };

struct metrics {
    struct MHD_Daemon *daemon;
    struct metrics_handlers handlers;
};

static enum MHD_Result answer(struct MHD_Connection *c, unsigned code, str body, const char *type)
{
    struct MHD_Response *r =
        MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);

    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    enum MHD_Result sent = MHD_queue_response(c, code, r);
    MHD_destroy_response(r);
    return sent;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **state)
{
    struct metrics *m = cls;
    struct buf out CLEANUP(buf_done) = buf_make(METRICS_BYTES_MAX);

    (void)version;
    (void)data;
    (void)size;
    (void)state;
    if (!str_eq(str_from(method), S("GET")))
        return answer(c, MHD_HTTP_METHOD_NOT_ALLOWED, S("GET only\n"), "text/plain");
    if (str_eq(str_from(url), S("/health"))) {
        const char *trouble = m->handlers.trouble(m->handlers.ctx);
        return answer(c, trouble ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK,
                      trouble ? str_from(trouble) : S("ok\n"), "text/plain");
    }
    if (!str_eq(str_from(url), S("/metrics")))
        return answer(c, MHD_HTTP_NOT_FOUND, S("/metrics and /health\n"), "text/plain");
    m->handlers.write(m->handlers.ctx, &out);
    return answer(c, MHD_HTTP_OK, buf_str(&out), "text/plain; version=0.0.4; charset=utf-8");
}

struct metrics *metrics_new(str address, const struct metrics_handlers *h, struct err *e)
{
    struct address a;

    if (!address_parse(address, &a, e))
        return NULL;
    if (!address_is_loopback(&a)) {
        err_set(e, ERR_INPUT, "'metrics' is on loopback only, and '" STR_FMT "' is not",
                STR_ARG(address));
        return NULL;
    }
    int fd = address_listen(&a, SOCK_STREAM, e);
    if (fd == -1)
        return NULL;
    struct metrics *m = mem_alloc(sizeof *m);
    m->handlers = *h;
    m->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, m,
                         MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                         MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, MHD_OPTION_END);
    if (m->daemon)
        return m;
    err_set(e, ERR_IO, "cannot serve metrics on '" STR_FMT "'", STR_ARG(address));
    close(fd);
    free(m);
    return NULL;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    MHD_stop_daemon(m->daemon);
    free(m);
}
