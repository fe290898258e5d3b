/*
 * connection_memory.h - where a connection came from, for its records that do not say so.
 *
 * sshd names its peer in some messages and leaves it out in others ("Disconnecting: Too many
 * authentication failures"); mongod's failed logons have a connection's number and no address. What
 * a connection's records said before is remembered by the stream, the host, the program and the
 * connection's own number, and given to those that have none, in the common columns alone: native
 * fields stay word for word, and rules, which see those, match a record by what it says.
 *
 * Which records teach and which ask is told by their kinds (event/kind.h, struct connection_rule).
 * Only a source that the server itself wrote down is learned, never what a remote party could have
 * written. It is forgotten when a record says that another connection has the number now, some
 * seconds after the end, and after a time without a record: numbers of processes come again. Times
 * are those of the records; the order of records of one connection is that in which they are given.
 *
 * Bounded: CONNECTIONS_MAX connections, of which those of a single record give way first
 * (correlate/key_table.h).
 */
#pragma once

#include "event/column.h"

enum {
    CONNECTIONS_MAX = 64 * 1024,
    CONNECTION_IDLE_S = 600,               /* without a record, before somebody logged on */
    CONNECTION_SESSION_IDLE_S = 24 * 3600, /* and after */
    CONNECTION_LINGER_S = 10, /* after its end; a record without a time then finds nothing */
};

struct connection_memory;

struct connection_memory *connection_memory_new(void) MUST_USE;
void connection_memory_free(struct connection_memory *m); /* NULL is a no-op */

/* Does the event belong to a connection at all? Of most nothing more is to be asked. */
bool connection_memory_concerns(const struct event *ev);

/* Learns from the event and completes its columns, those of columns_fill(), with what is known;
 * `derived` tells what was. Events of one stream are given in their order. Values are in a. */
void connection_memory_apply(struct connection_memory *m, const struct event *ev,
                             struct columns *columns, struct arena *a);

/* The same in two steps, where events and their order are not at hand in one place. A note is plain
 * data and may be made by any thread; step two needs the columns source_ip, source_port and the
 * outcome. */
struct connection_note {
    uint64_t key;
    uint8_t steps; /* enum connection_step; 0: the event belongs to no connection */
};
struct connection_note connection_note_make(const struct connection_memory *m,
                                            const struct event *ev, const struct columns *columns);
enum { CONNECTION_NO_TIME = 0 }; /* time_ns of a record without one */
void connection_note_apply(struct connection_memory *m, const struct connection_note *note,
                           int64_t time_ns, struct columns *columns, struct arena *a);

uint32_t connection_memory_count(const struct connection_memory *m);
uint64_t connection_memory_displaced(const struct connection_memory *m); /* for want of room */
