#include "collect/datagrams.h"

#include "base/mem.h"
#include "net/address.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURNS_MAX = 16, CONTROL_BYTES = 128 };

struct datagrams {
    struct datagrams_options options;
    struct loop_fd *watch;
    struct mmsghdr messages[DATAGRAMS_A_TURN];
    struct iovec parts[DATAGRAMS_A_TURN];
    struct address from[DATAGRAMS_A_TURN];
    char control[DATAGRAMS_A_TURN][CONTROL_BYTES];
    char *room;            /* owned: DATAGRAMS_A_TURN times DATAGRAM_BYTES_MAX */
    uint32_t at, count;    /* of the messages: which are still to be given to the inlet */
    uint32_t kernel_drops; /* as the kernel last told */
    struct origin origin;  /* of the message at hand */
    char name[ADDRESS_TEXT_MAX];
};

/* What came beside the bytes: how many the kernel threw away, and who sent them. */
static void read_control(struct datagrams *d, struct msghdr *m)
{
    struct ucred peer = {.uid = (uid_t)-1};

    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        uint32_t drops;
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&peer, CMSG_DATA(c), sizeof peer);
        } else if (c->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&drops, CMSG_DATA(c), sizeof drops);
            inlet_drop(d->options.inlet, drops - d->kernel_drops);
            d->kernel_drops = drops;
        }
    }
    if (!d->options.local)
        return;
    d->origin.trust = peer.uid == 0 ? TRUST_SYSTEM : TRUST_PROPOSE;
    snprintf(d->name, sizeof d->name, "uid %u", peer.uid);
    d->origin.name = str_from(d->name);
}

static void name_sender(struct datagrams *d, const struct address *from, struct msghdr *m)
{
    struct address a = *from;

    a.length = m->msg_namelen;
    d->origin.trust = d->options.trust;
    if (!d->options.local)
        d->origin.name = (str){d->name, address_format(&a, d->name)};
    read_control(d, m);
}

/* Gives out what was received. False: the inlet takes no more now. */
static bool give(struct datagrams *d)
{
    for (; d->at < d->count; d->at++) {
        struct mmsghdr *m = &d->messages[d->at];
        str record = {d->parts[d->at].iov_base, m->msg_len};
        while (record.n && (record.p[record.n - 1] == '\n' || record.p[record.n - 1] == '\0'))
            record.n--;
        if (record.n == 0)
            continue;
        name_sender(d, &d->from[d->at], &m->msg_hdr);
        if (!inlet_add(d->options.inlet, &d->origin, record)) {
            loop_change(d->watch, 0);
            return false;
        }
        if (m->msg_hdr.msg_flags & MSG_TRUNC)
            inlet_fault(d->options.inlet, FAULT_long_record, 1, record);
    }
    return true;
}

static void prepare(struct datagrams *d)
{
    for (uint32_t i = 0; i < DATAGRAMS_A_TURN; i++) {
        d->parts[i] = (struct iovec){d->room + (size_t)i * DATAGRAM_BYTES_MAX, DATAGRAM_BYTES_MAX};
        d->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &d->from[i].storage,
            .msg_namelen = sizeof d->from[i].storage,
            .msg_iov = &d->parts[i],
            .msg_iovlen = 1,
            .msg_control = d->control[i],
            .msg_controllen = CONTROL_BYTES,
        };
    }
}

/* One turn. False: nothing more is there, or can be taken. */
static bool turn(struct datagrams *d)
{
    prepare(d);
    int n = recvmmsg(d->options.fd, d->messages, DATAGRAMS_A_TURN, MSG_DONTWAIT, NULL);

    d->at = 0;
    d->count = n > 0 ? (uint32_t)n : 0;
    return give(d) && n == DATAGRAMS_A_TURN;
}

static void on_ready(void *ctx, uint32_t events)
{
    struct datagrams *d = ctx;

    (void)events;
    for (int i = 0; i < TURNS_MAX && turn(d); i++)
        ;
}

void datagrams_resume(void *source)
{
    struct datagrams *d = source;

    if (give(d))
        loop_change(d->watch, EPOLLIN);
}

struct datagrams *datagrams_new(const struct datagrams_options *o, struct err *e)
{
    struct datagrams *d = mem_alloc(sizeof *d);
    const int on = 1;

    d->options = *o;
    d->room = mem_array(DATAGRAMS_A_TURN, DATAGRAM_BYTES_MAX);
    /* Beyond the system's limit only for root; the kernel takes what it allows. */
    if (setsockopt(o->fd, SOL_SOCKET, SO_RCVBUFFORCE, &o->receive_bytes, sizeof(int)) == -1)
        setsockopt(o->fd, SOL_SOCKET, SO_RCVBUF, &o->receive_bytes, sizeof(int));
    setsockopt(o->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
    if (o->local)
        setsockopt(o->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
    d->watch = loop_add(o->loop, o->fd, EPOLLIN, on_ready, d, e);
    if (d->watch)
        return d;
    close(o->fd);
    free(d->room);
    free(d);
    return NULL;
}

void datagrams_free(void *source)
{
    struct datagrams *d = source;

    if (!d)
        return;
    while (give(d) && turn(d)) /* what the kernel still has */
        ;
    if (d->at < d->count)
        inlet_drop(d->options.inlet, d->count - d->at);
    loop_remove(d->watch);
    close(d->options.fd);
    free(d->room);
    free(d);
}
