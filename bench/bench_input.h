/*
 * bench_input.h - a stream of the benchmark, and one pass over it in the way of
 * the engine's reader and worker, in one thread: read() into a reused batch, cut
 * at whole records, decode, classify, match.
 */
#pragma once

#include "detect/detector.h"
#include "event/classifier.h"
#include "formats/format.h"

/* How far a pass goes. Each includes those before it. */
enum bench_stage {
    STAGE_READ,   /* bytes into the batch, each cache line touched */
    STAGE_DECODE, /* cut and decoded, values left raw */
    STAGE_TEXT,   /* and every value made text */
    STAGE_MATCH,  /* decoded, classified, matched */
    STAGE_COUNT,
};

struct bench_part {
    int fd;     /* -1: in memory */
    char *data; /* in memory; NULL: a file in the page cache */
    size_t n;
};

struct bench_input {
    char *name;
    const struct format_set *formats; /* owned */
    const struct format *format;
    struct bench_part *parts;
    uint32_t part_count;
    uint64_t bytes;
};

struct bench_counts {
    uint64_t events, matches, touched, problems;
};

/* "NAME:FORMAT:PATH". A PATH that ends in ".list" names files, one a line, that are kept in memory;
 * any other is one file, read anew in each pass. */
bool bench_input_open(struct bench_input *in, const char *description, struct err *e) MUST_USE;
void bench_input_close(struct bench_input *in);

/* What a pass works with; kept between passes, as a worker keeps it. */
struct bench_worker;
struct bench_worker *bench_worker_new(const struct detector *d) MUST_USE; /* NULL: none matches */
void bench_worker_free(struct bench_worker *w);

struct bench_counts bench_pass(struct bench_worker *w, const struct bench_input *in,
                               enum bench_stage stage);
