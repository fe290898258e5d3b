#include "collect/stream_server.h"

#include "base/mem.h"
#include "net/address.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    SWEEP_S = 1,
    ACCEPTS_A_TURN = 64,
    DRAIN_READS_MAX = 64, /* of a connection when the server ends: 4 MiB */
    DRAIN_WAIT_NS = 2000000,
    DRAIN_WAITS_MAX = 1000, /* of all connections: 2 s for the pipeline to have room */
    KEEPALIVE_IDLE_S = 60,
    KEEPALIVE_INTERVAL_S = 20,
    KEEPALIVE_PROBES = 3,
};

struct connection {
    struct stream_server *server;
    struct connection *next, *before;
    int fd;
    struct loop_fd *watch;
    struct tls_session *tls;
    bool shaking; /* the handshake is not over */
    bool stopped; /* the inlet took no more: it is not read */
    bool ended;   /* the peer has closed, and what it sent is not all taken yet */
    bool idle;    /* no frame is unfinished */
    struct origin origin;
    char name[ADDRESS_TEXT_MAX];
    struct framing framing;
    size_t unfinished; /* bytes, as they are counted in the server's sum */
    int64_t begun_ns;  /* steady: of the frame or handshake that is unfinished */
};

struct stream_server {
    struct stream_server_options options;
    struct loop_fd *watch;
    struct loop_timer *sweep;
    struct connection *first;
    uint32_t count;
    size_t unfinished;
};

/* ------------------------------------------------------------ one connection */

static void close_connection(struct connection *c)
{
    struct stream_server *s = c->server;

    loop_remove(c->watch);
    tls_session_free(c->tls);
    close(c->fd);
    s->unfinished -= c->unfinished;
    framing_done(&c->framing);
    if (c->before)
        c->before->next = c->next;
    else
        s->first = c->next;
    if (c->next)
        c->next->before = c->before;
    s->count--;
    free(c);
}

/* After bytes were taken, `more` of them new: what is unfinished, and since when. Where a frame was
 * finished, what is left has only begun: a busy sender always leaves something. What is skipped of
 * a frame that is too long finishes nothing. */
static void note_unfinished(struct connection *c, size_t more)
{
    struct stream_server *s = c->server;
    const struct framing *f = &c->framing;
    const size_t now = f->bytes.n;
    const bool finished = now < c->unfinished + more && f->skip == 0 && !f->skip_line;

    if (finished || c->idle)
        c->begun_ns = loop_now_ns(s->options.loop);
    s->unfinished = s->unfinished - c->unfinished + now;
    c->unfinished = now;
    c->idle = framing_is_empty(f);
}

/* The inlet said: not now. */
static void stop_reading(struct connection *c)
{
    c->stopped = true;
    if (c->watch)
        loop_change(c->watch, 0);
}

/* The stream has ended; what is left is given out, if it can be. */
static void end(struct connection *c)
{
    c->ended = true;
    if (framing_end(&c->framing))
        close_connection(c);
    else
        stop_reading(c);
}

static ssize_t read_some(struct connection *c, char *out, size_t n)
{
    ssize_t got;

    if (c->tls)
        return tls_read(c->tls, out, n);
    do
        got = recv(c->fd, out, n, 0);
    while (got == -1 && errno == EINTR);
    return got;
}

/* One read. False: nothing more comes now, or the connection is no longer there. */
static bool turn(struct connection *c)
{
    ssize_t n = read_some(c, framing_room(&c->framing, STREAM_READ_BYTES), STREAM_READ_BYTES);

    if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    if (n <= 0) {
        end(c);
        return false;
    }
    const bool taken = framing_take(&c->framing, (size_t)n);
    note_unfinished(c, (size_t)n);
    if (!taken) {
        stop_reading(c);
        return false;
    }
    if (c->server->unfinished > STREAM_UNFINISHED_BYTES_MAX && c->unfinished) {
        inlet_fault(c->server->options.inlet, FAULT_refused, 1, c->origin.name);
        close_connection(c);
        return false;
    }
    return (size_t)n == STREAM_READ_BYTES || c->tls; /* GnuTLS may hold more than a read gave */
}

static void shake(struct connection *c)
{
    struct err e = {0};

    switch (tls_handshake(c->tls, &e)) {
    case TLS_DONE:
        c->shaking = false;
        loop_change(c->watch, EPOLLIN);
        break;
    case TLS_WANTS_READ:
        loop_change(c->watch, EPOLLIN);
        break;
    case TLS_WANTS_WRITE:
        loop_change(c->watch, EPOLLOUT);
        break;
    case TLS_FAILED:
        inlet_fault(c->server->options.inlet, FAULT_tls, 1, c->origin.name);
        close_connection(c);
        break;
    }
}

enum { TURNS_MAX = 4 }; /* of a connection before others have theirs */

static void on_ready(void *ctx, uint32_t events)
{
    struct connection *c = ctx;

    if (c->shaking) {
        shake(c);
        return;
    }
    if (c->stopped && (events & (EPOLLERR | EPOLLHUP))) { /* the rest is read when there is room */
        loop_remove(c->watch);
        c->watch = NULL;
        return;
    }
    for (int i = 0; i < TURNS_MAX && !c->stopped; i++)
        if (!turn(c))
            return;
}

/* ------------------------------------------------------------ accepting */

/* A local peer is whom the kernel says: only root's word is the system's. */
static void name_local(struct connection *c)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t n = sizeof peer;

    getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &n);
    c->origin.trust = peer.uid == 0 ? TRUST_SYSTEM : TRUST_PROPOSE;
    snprintf(c->name, sizeof c->name, "uid %u pid %d", peer.uid, peer.pid);
    c->origin.name = str_from(c->name);
}

static void name_remote(struct connection *c, const struct address *from)
{
    const int on = 1, idle = KEEPALIVE_IDLE_S, interval = KEEPALIVE_INTERVAL_S,
              probes = KEEPALIVE_PROBES;

    c->origin.trust = c->server->options.trust;
    c->origin.name = (str){c->name, address_format(from, c->name)};
    /* A peer that is gone without a word is found out. */
    setsockopt(c->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(c->fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

static void begin(struct stream_server *s, int fd, const struct address *from)
{
    struct connection *c = mem_alloc(sizeof *c);
    struct err e = {0};

    *c = (struct connection){
        .server = s, .fd = fd, .idle = true, .begun_ns = loop_now_ns(s->options.loop)};
    if (s->options.local)
        name_local(c);
    else
        name_remote(c, from);
    framing_init(&c->framing, s->options.inlet, &c->origin, s->options.local);
    c->watch = loop_add(s->options.loop, fd, EPOLLIN, on_ready, c, &e);
    if (!c->watch) {
        inlet_fault(s->options.inlet, FAULT_refused, 1, str_from(e.message));
        framing_done(&c->framing);
        close(fd);
        free(c);
        return;
    }
    c->next = s->first;
    if (s->first)
        s->first->before = c;
    s->first = c;
    s->count++;
    if (s->options.tls) {
        c->tls = tls_session_new(s->options.tls, fd);
        c->shaking = true;
    }
}

static void on_accept(void *ctx, uint32_t events)
{
    struct stream_server *s = ctx;

    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct address from = {.length = sizeof from.storage};
        int fd = accept4(s->options.fd, (struct sockaddr *)&from.storage, &from.length,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd == -1) {
            if (errno == EMFILE || errno == ENFILE) /* the socket stays ready: not at once again */
                loop_change(s->watch, 0);
            return;
        }
        if (s->count < s->options.connections_max) {
            begin(s, fd, &from);
            continue;
        }
        inlet_fault(s->options.inlet, FAULT_refused, 1, S("too many connections"));
        close(fd);
    }
}

/* Senders that began something and do not finish it. */
static void on_sweep(void *ctx)
{
    struct stream_server *s = ctx;
    const int64_t limit = loop_now_ns(s->options.loop) - s->options.frame_timeout_ns;

    loop_change(s->watch, EPOLLIN); /* descriptors may have become free */
    for (struct connection *c = s->first, *next; c; c = next) {
        next = c->next;
        const bool unfinished = c->shaking || !framing_is_empty(&c->framing);
        if (c->stopped || !unfinished || c->begun_ns > limit)
            continue;
        inlet_fault(s->options.inlet, FAULT_timeout, 1, c->origin.name);
        if (c->shaking)
            close_connection(c);
        else
            end(c);
    }
}

/* ------------------------------------------------------------ the server */

struct stream_server *stream_server_new(const struct stream_server_options *o, struct err *e)
{
    struct stream_server *s = mem_alloc(sizeof *s);

    s->options = *o;
    s->watch = loop_add(o->loop, o->fd, EPOLLIN, on_accept, s, e);
    if (!s->watch) {
        close(o->fd);
        tls_context_free(o->tls);
        free(s);
        return NULL;
    }
    s->sweep = loop_every(o->loop, SWEEP_S * INT64_C(1000000000), on_sweep, s);
    return s;
}

/* What it has is taken first; then it is read again. */
static void resume(struct connection *c)
{
    c->stopped = false;
    if (c->ended) {
        end(c);
        return;
    }
    if (!framing_take(&c->framing, 0)) {
        stop_reading(c);
        return;
    }
    note_unfinished(c, 0);
    if (c->watch) {
        loop_change(c->watch, EPOLLIN);
        return;
    }
    while (!c->stopped && turn(c)) /* it has hung up: all that is there, now */
        ;
}

void stream_server_resume(void *source)
{
    struct stream_server *s = source;

    for (struct connection *c = s->first, *next; c; c = next) {
        next = c->next;
        if (c->stopped)
            resume(c);
    }
}

/* The pipeline's threads go on while a server ends: soon it has room, unless the disk is full.
 * False: that took too long. */
static bool wait_for_room(uint32_t *waits)
{
    const struct timespec t = {0, DRAIN_WAIT_NS};

    if (*waits >= DRAIN_WAITS_MAX)
        return false;
    ++*waits;
    nanosleep(&t, NULL);
    return true;
}

/* What the kernel has of it is read, as far as the inlet takes it. */
static void drain(struct connection *c, uint32_t *waits)
{
    bool taken = true;
    ssize_t n = 0;

    for (int i = 0; i < DRAIN_READS_MAX && taken && n >= 0; i++) {
        while (!(taken = framing_take(&c->framing, (size_t)n)) && wait_for_room(waits))
            n = 0;
        if (!taken || c->shaking || c->ended)
            break;
        n = read_some(c, framing_room(&c->framing, STREAM_READ_BYTES), STREAM_READ_BYTES);
        if (n == 0)
            break;
    }
    while (!(taken = framing_end(&c->framing)) && wait_for_room(waits))
        ;
    if (!taken)
        inlet_drop(c->server->options.inlet, 1);
}

void stream_server_free(void *source)
{
    struct stream_server *s = source;

    uint32_t waits = 0;

    if (!s)
        return;
    loop_remove(s->watch);
    close(s->options.fd);
    loop_timer_remove(s->sweep);
    for (struct connection *c = s->first, *next; c; c = next) {
        next = c->next;
        drain(c, &waits);
        close_connection(c);
    }
    tls_context_free(s->options.tls);
    free(s);
}
