/*
 * datagrams.h - a socket that brings a record a datagram: syslog over UDP, and
 * /dev/log. Nobody can be told to wait: what the kernel throws away for want of room
 * is counted.
 */
#pragma once

#include "collect/source_type.h"

enum { DATAGRAMS_A_TURN = 64, DATAGRAM_BYTES_MAX = 65536 };

struct datagrams_options {
    struct inlet *inlet;
    struct loop *loop;
    int fd;     /* bound; taken over */
    bool local; /* a Unix socket: who the peer is, the kernel tells */
    enum trust trust;
    int receive_bytes; /* of the kernel's buffer that are asked for */
};

struct datagrams;

struct datagrams *datagrams_new(const struct datagrams_options *o, struct err *e) MUST_USE;
/* The source is the socket: a type has these as its own. */
void datagrams_resume(void *source);
void datagrams_free(void *source);
