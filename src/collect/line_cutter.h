/*
 * line_cutter.h - bytes, as they come, to lines.
 *
 * A line that lies in one chunk is a slice of it; one that comes in pieces is
 * gathered, up to INLET_RECORD_BYTES_MAX. Of a longer one RECORD_KEPT_BYTES are
 * kept, and what follows is counted and not kept. A line is offered by
 * line_peek() until line_take() takes it, so that a full pipeline costs nothing.
 */
#pragma once

#include "base/buf.h"
#include "collect/inlet.h"

struct line {
    str text;        /* without its delimiter, in UTF-8 or UTF-16 as it came */
    uint64_t length; /* of all of it; more than text.n when it was cut */
    uint64_t raw;    /* bytes that it took, its delimiter included */
    bool whole;      /* it had its delimiter */
};

struct line_cutter {
    char delimiter; /* '\n' or '\0' */
    bool utf16, big_endian;
    bool complete, cut, ended; /* of the line in `kept` */
    char last;                 /* byte that was gathered */
    uint64_t raw;              /* bytes of the line in `kept` that have come */
    struct buf kept;
};

void line_cutter_init(struct line_cutter *c, char delimiter, bool utf16);
void line_cutter_done(struct line_cutter *c);
void line_cutter_clear(
    struct line_cutter *c); /* forgets what it gathered, and gives its room back */

/* True: *ret is the next line of what was gathered and *rest. False: *rest is used up. */
bool line_peek(struct line_cutter *c, str *rest, struct line *ret);
void line_take(struct line_cutter *c, str *rest, const struct line *line);
/* What was gathered is a line, though no delimiter came. False: nothing was gathered. */
bool line_end(struct line_cutter *c);

static inline bool line_pending(const struct line_cutter *c)
{
    return c->raw > 0;
}
