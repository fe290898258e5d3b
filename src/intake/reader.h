/*
 * reader.h - from the bytes of one file to batches of whole records: unpacks,
 * finds out the format by content, turns UTF-16 into UTF-8 and cuts.
 */
#pragma once

#include "formats/format.h"
#include "intake/source.h"

enum {
    BOMB_FREE_BYTES = 256 * 1024 * 1024, /* what anything may expand to */
    BOMB_RATIO = 250,                    /* beyond that: unpacked bytes for each byte of the file */
};

/* Who gives empty batches and takes full ones. */
struct batch_port {
    void *ctx;
    struct batch *(*take)(void *ctx);         /* an empty batch; waits for one */
    void (*give)(void *ctx, struct batch *b); /* hands it over */
    bool (*stopped)(void *ctx);               /* no more is wanted */
    /* A stream begins; lives until the batch with `last` has been worked off. Its format is set
     * before its first batch is given and stays NULL when the bytes are in none that we know. */
    struct stream *(*stream)(void *ctx, str path);
};

struct reader_options {
    const struct format_set *formats; /* that there are */
    const struct format *format;      /* NULL: by content */
    enum trust trust;
    struct time_rule time;
};

/*
 * Reads `source` (taken over) to its end. `file_bytes` counts, as it goes, what was read
 * of the file itself; it limits what may be unpacked. What is wrong is told as problems.
 */
void reader_run(const struct reader_options *o, const struct batch_port *port, str path,
                struct source *source, const uint64_t *file_bytes);

/* One problem about a path of which no byte is read. */
void reader_problem(const struct batch_port *port, str path, enum problem_kind kind,
                    const char *text);
void problem_add(struct batch *b, const struct problem *p);
