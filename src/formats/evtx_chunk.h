/*
 * evtx_chunk.h - finds the records of a chunk, live and left over, and of damaged
 * blocks; hands on events and problems.
 */
#pragma once

#include "formats/evtx_record.h"
#include "formats/format.h"

enum {
    EVTX_FILE_HEADER = 4096,
    EVTX_CHUNK_HEADER = 512,
    EVTX_RECORD_HEADER = 24, /* magic, size, id, time */
    EVTX_RECORD_MIN = EVTX_RECORD_HEADER + 8,
};

#define EVTX_FILE_MAGIC "ElfFile\0"
#define EVTX_CHUNK_MAGIC "ElfChnk\0"

struct evtx_block {
    const struct batch *batch;
    const struct decode_sink *out;
    size_t at, n;    /* in the batch; n is at most EVTX_CHUNK_SIZE */
    uint32_t before; /* records in the chunks before that have the ids just before this chunk's */
    bool is_last;    /* input ends within it */
    bool is_needed;  /* by the file's header there is a chunk here */
};

bool evtx_is_chunk(const uint8_t *bytes, size_t n);       /* it begins like one */
bool evtx_is_zero(const uint8_t *bytes, size_t n);        /* all of it */
bool evtx_is_sound_chunk(const uint8_t *bytes, size_t n); /* and its header's checksum is right */

/* How many ids in a row the chunks up to here hold. In the slack of the next chunk, records with
 * these ids are copies: chunks are written through one buffer. */
struct evtx_run {
    uint64_t next; /* the id that would follow */
    uint32_t n;    /* at most EVTX_RUN_MAX */
};
enum { EVTX_RUN_MAX = 8191 };

/* The run that n records before this chunk make. */
struct evtx_run evtx_run_before(const uint8_t *chunk, uint32_t n);
/* Adds a chunk; returns block.before for it. */
uint32_t evtx_run_add(struct evtx_run *run, const uint8_t *chunk);

/* Both return the number of events. */
uint64_t evtx_read_chunk(struct evtx_reader *r, const struct evtx_block *b);
uint64_t evtx_read_damaged(struct evtx_reader *r, const struct evtx_block *b);

void evtx_report(const struct evtx_block *b, enum problem_kind kind, size_t at, size_t length,
                 const char *text);
