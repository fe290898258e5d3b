/*
 * origin_decoder.h - the decoders of formats that keep state between records (struct format's
 * `ordered`): one for each source, origin and format, as records of different senders do not belong
 * together. There are at most ORIGIN_DECODERS_MAX; whoever opens one more closes the one that was
 * used longest ago. For one thread.
 */
#pragma once

#include "collect/inlet_core.h"
#include "formats/format_set.h"

enum {
    ORIGIN_DECODERS_MAX = 256,
    ORIGIN_NUMBERS = 2048, /* records remembered, so that a joined event knows its first */
};

struct origin_decoder {
    struct origin_decoder *next; /* the one that was used before it */
    struct inlet *inlet;
    const struct format *format;
    const struct format_set *set; /* held; NULL: built in */
    str origin;                   /* owned */
    void *decoder;
    uint8_t trust;
    int64_t received_ns;              /* of its last records */
    int64_t fed_ns;                   /* steady time of them */
    uint64_t block_end;               /* number behind the last block's records */
    uint64_t units;                   /* records fed so far */
    uint64_t numbers[ORIGIN_NUMBERS]; /* of the last ones in the source */
};

struct origin_decoders {
    struct origin_decoder *first; /* the one that was used last */
    uint32_t count;
};

/* The one of these, which becomes the first; NULL when there is none yet. */
struct origin_decoder *origin_decoder_find(struct origin_decoders *o, const struct inlet *in,
                                           const struct format *format, str origin);
/* A new one, the first. There is room. */
struct origin_decoder *origin_decoder_open(struct origin_decoders *o, struct inlet *in,
                                           const struct format_set *set,
                                           const struct format *format, str origin) NEVER_NULL;
/* The one that was used longest ago, when there is no room for one more; otherwise NULL. */
struct origin_decoder *origin_decoder_oldest(const struct origin_decoders *o);
void origin_decoder_close(struct origin_decoders *o, struct origin_decoder *d);
void origin_decoders_done(struct origin_decoders *o); /* closes all */

/* Notes the number of a record that is about to be fed. */
void origin_decoder_note(struct origin_decoder *d, uint64_t number);
/* The number in the source of the n-th record fed, from 1; of one long ago the oldest known. */
uint64_t origin_decoder_number(const struct origin_decoder *d, uint64_t n);
/* The number of the first record that is still waited on by its decoder; UINT64_MAX: none is. */
uint64_t origin_decoder_waits(const struct origin_decoder *d);
