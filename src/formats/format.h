/*
 * format.h - how a log format plugs in.
 *
 * To add one: write formats/NAME.c, which defines `const struct format
 * format_NAME`, and put a row in formats.def. Nothing else changes: the
 * command line, the recognition by content, the docs and the fuzzer read the
 * table.
 *
 * A stream of bytes is worked on in two steps, so that one large file keeps
 * several workers busy:
 *   cut   by the reader, sequential and cheap: where do whole records end?
 *   feed  by a worker: a batch of whole records in, events out.
 * A format whose decoder keeps no state between batches leaves `ordered`
 * false; its batches are decoded by any worker in any order. With `ordered`
 * true one decoder sees all batches of a stream, in order.
 */
#pragma once

#include "base/arena.h"
#include "event/event.h"
#include "event/time_rule.h"
#include "formats/problem.h"

enum {
    BATCH_BYTES = 512 * 1024,           /* what the reader aims at */
    BATCH_PADDING = 128,                /* readable bytes behind a batch's data */
    RECORD_BYTES_MAX = 8 * 1024 * 1024, /* a longer record becomes a problem, long_record */
    RECORD_KEPT_BYTES = 64 * 1024,      /* what is kept of it */
    SNIFF_BYTES = 64 * 1024,            /* what sniff sees at most */
};

struct format;
struct dialect;
struct dialect_set;

/* One file, member of a collection, or connection. Outlives its batches. */
struct stream {
    str path;    /* as found: "dir/x.evtx", "a.zip!logs/y.json" */
    uint32_t id; /* counts from 0 in the run's order */
    enum trust trust;
    const struct format *format;
    struct time_rule time;
};

/* A record whose limits are known: a slice of its batch's data. */
struct record_span {
    uint32_t offset, length;
};

/* Bytes on their way. Has one owner at a time: reader, worker, collector, reader again. */
struct batch {
    const struct stream *stream;
    char *data; /* owned; n bytes and BATCH_PADDING more are readable */
    size_t n, capacity;
    uint64_t offset;   /* of data[0] in the decompressed stream */
    uint64_t sequence; /* counts from 0 over the whole run */
    uint32_t context;  /* from struct cut: what the cutter told the decoder */
    bool last;         /* of its stream */
    /* Where a source knows what its records are, which may hold newlines: the records in their
     * order. NULL: the format finds them in the data; of text, lines are records. They live as long
     * as the data. Formats that go by lines walk them with line_cursor.h; others read the data. */
    const struct record_span *spans;
    uint32_t span_count;
    struct problem *problems; /* what the reader noticed before these bytes; in the arena */
    uint32_t problem_count, problem_capacity;
    struct arena *arena; /* owned; events of this batch live here until it is recycled */

    /* Set by feed(). Record numbers in a batch are local: the n-th unit (line, array element)
     * from 0. The collector adds the units of the batches before, and number_from. */
    uint64_t units;
    uint32_t number_from; /* 1: lines are counted; 0: array elements are */
    bool own_numbers;     /* records carry their own final numbers (EVTX); nothing is added */
};

enum cut_mode {
    CUT_MORE, /* more bytes may follow */
    CUT_END,  /* no more bytes follow: what is left is the last record, whole or not */
    CUT_SKIP, /* the pending record is too long: find its end, so that it can be dropped; the bytes
                 shown so far are dropped after each answer without skip_ended */
};

struct cut {
    size_t drop;  /* bytes at the front that belong to no record; in CUT_SKIP the skipped ones */
    size_t whole; /* bytes behind them that are whole records; 0: more bytes are needed */
    uint32_t context; /* handed to the decoder with these bytes */
    bool skip_ended;  /* CUT_SKIP: the end of the long record was found */
};

/* Where decoded things go. Everything passed is valid until the batch's arena is reset. */
struct decode_sink {
    void *ctx;
    bool lazy; /* the taker reads raw values, and copies an event that it keeps with its fields:
                  the decoder may use both again */
    void (*event)(void *ctx, struct event *ev);
    void (*problem)(void *ctx, const struct problem *p);
};

struct format {
    const char *name;    /* what --format takes */
    const char *summary; /* one line for `tocsin formats` */
    const char *sample;  /* a line of it for the docs; NULL for binary formats */
    bool ordered;

    /* How sure we are that a stream which begins with these bytes is ours: 0 is no, 100 is certain.
     * Input is UTF-8 already; `head` holds at most SNIFF_BYTES. */
    int (*sniff)(const struct format *self, str head); /* NULL: only when asked for */
    int sniff_most; /* it is never surer than that, so need not be asked when another is; 0: 100 */

    /* The cutter: state for one stream. Of `pending` the first `seen` bytes have been shown before
     * and the state covers them; after an answer with drop + whole = k > 0 the next call's pending
     * starts at byte k and its seen is the old pending.n - k. It must look at each byte once. */
    void *(*cutter_new)(void);
    void (*cutter_free)(void *cutter);
    void (*cut)(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret);

    /* The decoder: state for one worker (or one stream, when ordered). */
    void *(*open)(const struct format *self);
    void (*feed)(void *decoder, struct batch *b, const struct decode_sink *out);
    void (*flush)(void *decoder, struct batch *b, const struct decode_sink *out); /* may be NULL */
    /* Of a format that joins records: the number of the first one whose event has not come yet,
     * counted from 1 since the decoder was opened, as its events' from.record is; 0: none. Its
     * flush gives such events, and the decoder goes on. NULL: no record waits for another. */
    uint64_t (*pending)(const void *decoder);
    void (*close)(void *decoder);

    /* Of formats whose records carry texts of dialects (message/dialect.h): those that there are,
     * NULL for the built-in ones; and the one that all texts are of, NULL to choose by content. */
    const struct dialect_set *dialects;
    const struct dialect *dialect;
};

/* The formats that there are: those of formats.def, one for each dialect, and those of pattern
 * files. Immutable, for all threads; outlives everything that was opened with one of them. */
struct format_set {
    const struct format *const *items;
    size_t count;
    /* Those that are loaded when a name is asked for that none of the items has, or when all are to
     * be listed; the same to all threads. NULL: there are no more. */
    const struct format_set *(*more)(const struct format_set *self);
};
extern const struct format_set formats_builtin;

/* The dialects of its texts: its set's, or those that are built in. */
const struct dialect_set *format_dialects(const struct format *f);
const char *format_summary(const struct format *f);
const char *format_sample(const struct format *f); /* NULL when it has none */
/* What a stream that begins so is; NULL when none is sure. */
const struct format *format_sniff(const struct format_set *set, str head);
/* NULL when there is none of that name. */
const struct format *format_find(const struct format_set *set, str name);
