/*
 * inlet.h - one configured source's way into the pipeline: it takes records, puts
 * them into blocks, and hands these over to the raw log and the matcher.
 *
 * An inlet is used by one thread: that of the loop its source was opened with, or
 * the HTTP server's. What the configuration says of every source (format, trust,
 * redaction, how long a record may be) is done here, not by the sources.
 *
 * Back-pressure: inlet_add() answers false when the pipeline is full or the
 * source has more than its share under way. Nothing was taken then; the source stops
 * reading (its sender sees a closed window, a 429, a growing file) and tries again
 * when its `resume` is called. A source that cannot stop its sender (UDP) counts
 * what it drops with inlet_drop().
 *
 * What was added is handed over at the end of each of the loop's steps. A block that
 * is full is handed over at once, but not for a type that keeps its place
 * (source_type.h): its inlet says "not now" until the source has given its
 * checkpoint and its wake-up is over, so that records and place are kept together.
 */
#pragma once

#include "event/provenance.h"
#include "formats/format.h"
#include "rawlog/record_block.h"

#include <stdatomic.h>

enum {
    INLET_RECORD_BYTES_MAX = BLOCK_RECORD_BYTES_MAX, /* a longer record keeps RECORD_KEPT_BYTES */
    ORIGIN_NAME_MAX = 512,
    ORIGIN_SNIFFS_MAX = 16, /* records after which an origin of unknown format is plain lines */
    SAMPLE_BYTES = 256,     /* of the last line that failed, kept for `tocsin status` */
};

struct inlet;

/* Whoever a source's records come from: a connection, a file, a peer. The source owns it and gives
 * the same one for all records of that sender. */
struct origin {
    str name;                    /* "192.0.2.1:514", "/var/log/auth.log"; at most ORIGIN_NAME_MAX */
    enum trust trust;            /* what the source vouches for; the configuration can lower it */
    const struct format *format; /* NULL: set by the inlet, from the configuration or by content */
    uint8_t sniffs;              /* the inlet's own */
};

/* What went wrong before there was a record, by name: rows of faults.def, counted for each source.
 */
enum inlet_fault {
#define INLET_FAULT(name, what) FAULT_##name,
#include "collect/faults.def"
#undef INLET_FAULT
    INLET_FAULT_COUNT
};
const char *inlet_fault_name(enum inlet_fault f);
const char *inlet_fault_what(enum inlet_fault f);

/* Takes a record. False: not now; nothing was taken. `record` is the caller's. */
bool inlet_add(struct inlet *in, struct origin *from, str record) MUST_USE;
/* A record of which only the first bytes were kept; `length` is what it had. Counted as
 * FAULT_long_record, and its sample tells the length. */
bool inlet_add_cut(struct inlet *in, struct origin *from, str kept, uint64_t length) MUST_USE;
/* Where the source now is, as of the last record it added; kept together with those records, if it
 * is given before inlet_push(). False: not now, give it again; only when nothing was added since
 * the last inlet_push(). For types with keeps_place. */
bool inlet_checkpoint(struct inlet *in, str key, str value);
/* Hands over what was added. At the end of each wake-up, so that nothing lingers. False: not now.
 */
bool inlet_push(struct inlet *in);

/* The number that the next record will get, counting those added and not handed over. */
uint64_t inlet_next(const struct inlet *in);
/* Records below this number are on disk. Any thread. */
uint64_t inlet_durable(const struct inlet *in);

/* A checkpoint as the raw log had it when the source was opened; .p is NULL when absent. */
str inlet_saved(const struct inlet *in, str key);
void inlet_each_saved(const struct inlet *in, void *ctx,
                      void (*each)(void *ctx, str key, str value));

/* Counts; `sample` (may be empty) is what it was about, kept short and shown by `tocsin status`. */
void inlet_fault(struct inlet *in, enum inlet_fault f, uint64_t count, str sample);
void inlet_drop(struct inlet *in, uint64_t records); /* lost: the sender could not be stopped */
/* How far the source is behind what it could read: bytes of a file, or of the kernel's buffer. */
void inlet_lag(struct inlet *in, uint64_t bytes);

str inlet_name(const struct inlet *in);
int64_t inlet_now_ns(const struct inlet *in);    /* time of day, as of this wake-up */
int64_t inlet_steady_ns(const struct inlet *in); /* as of this wake-up */
