/*
 * framing.h - syslog frames out of a stream of bytes (RFC 6587), one connection's.
 *
 * Each frame tells by itself how it is framed: digits, a space and then '<' are an
 * octet count (once a connection has counted, '<' need not follow); all else goes to
 * the next line feed or NUL. What a sender has counted wrongly is read on as
 * lines: nothing is lost, and it is counted.
 */
#pragma once

#include "base/buf.h"
#include "collect/inlet.h"

enum { FRAME_COUNT_DIGITS_MAX = 10 };

struct framing {
    struct inlet *inlet;
    struct origin *origin;
    struct buf bytes; /* not yet framed */
    uint64_t skip;    /* bytes of a counted frame that are still to be thrown away */
    bool skip_line;   /* what comes up to the next line feed is thrown away */
    bool has_counted;
    bool lines_only; /* a transport without counts: a Unix socket */
};

void framing_init(struct framing *f, struct inlet *in, struct origin *from, bool lines_only);
void framing_done(struct framing *f);

/* Room for n bytes at the end; the caller fills some and calls framing_take(). */
char *framing_room(struct framing *f, size_t n);
/* n more bytes are there. False: the inlet takes no more now; call again with 0 later. */
bool framing_take(struct framing *f, size_t n) MUST_USE;
/* The stream has ended: what is left is a record. False as above. */
bool framing_end(struct framing *f) MUST_USE;
bool framing_is_empty(const struct framing *f); /* nothing was begun */
