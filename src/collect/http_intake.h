/*
 * http_intake.h - the addresses at which sources over HTTP listen, all in one loop.
 * Several sources may share an address: a request's path says the protocol, its
 * token the source.
 *
 * A request is answered as taken only when all its records, also those that were
 * known as repeated, are on disk; so whoever sends again what was not answered
 * loses nothing. Where the inlet says "not now" in the middle of a request, the
 * sender is told to come again, and what was taken is known then.
 *
 * The loop is that of the inlets of all these sources. http_intake_committed() is
 * the one function that any thread may call.
 */
#pragma once

#include "net/loop.h"

enum { HTTP_BODIES_BYTES_MAX = 256 * 1024 * 1024 }; /* of all requests under way */

struct http_listeners;

struct http_listeners *http_listeners_new(struct loop *loop, struct err *e) MUST_USE;
void http_listeners_free(struct http_listeners *l); /* when its sources are closed; NULL is fine */
/* Records of some inlets have become durable: answers may be due. Any thread. */
void http_intake_committed(struct http_listeners *l);

struct http_source;
/* Of an address with port 0: which one it is. */
uint16_t http_source_port(const void *source);
