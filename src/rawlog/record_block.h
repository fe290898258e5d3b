/*
 * record_block.h - records on their way from a live source: their bytes one
 * after another, each followed by a newline of ours, where each begins and ends,
 * and from whom they came. It is what a source fills, what the raw log keeps in a
 * frame, and what the matcher is fed; a block has one owner at a time.
 *
 * A record is the bytes between the framing that its transport has (a syslog
 * frame without its length, a line without its line feed, an object of a body):
 * it may hold newlines of its own. Records of a source are numbered from 0
 * without gaps for as long as its raw log exists.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
    BLOCK_BYTES = 256 * 1024,            /* of data that a block is filled to */
    BLOCK_RECORDS_MAX = 65536,           /* of a block */
    BLOCK_RUNS_MAX = 16384,              /* of a block */
    BLOCK_NAMES_MAX = 1024 * 1024,       /* bytes of text at which no more records go in */
    BLOCK_TEXT_MAX = 4 * 1024 * 1024,    /* bytes of names and checkpoints in a block */
    BLOCK_PADDING = 128,                 /* readable bytes behind the data */
    BLOCK_RECORD_BYTES_MAX = 1024 * 1024 /* a longer record is cut by who adds it */
};

struct record { /* data[offset .. offset + length); a newline follows */
    uint32_t offset, length;
};

/* A slice of block->text. */
struct block_text {
    uint32_t at, n;
};

/* Records that follow each other and came from one origin at one time. */
struct record_run {
    uint32_t first, count;    /* of block->records; runs cover all records, in order, none empty */
    struct block_text origin; /* who: a peer's address, a file's path */
    struct block_text format; /* name of the format, or empty: not known */
    int64_t received_ns;      /* by our clock */
    uint8_t trust;            /* enum trust of event/provenance.h */
};

/* Where a source is in what it reads, as of the end of the block. An empty value forgets the key.
 * The raw log keeps the last value of each key; what they mean is the source's affair. */
struct block_checkpoint {
    struct block_text key, value;
};

struct record_block {
    uint64_t first_number; /* of its first record in the source; set by raw_append() */
    char *data;            /* owned; n bytes, and BLOCK_PADDING more are readable */
    size_t n, capacity;
    struct record *records; /* owned */
    uint32_t record_count, record_capacity;
    struct record_run *runs; /* owned */
    uint32_t run_count, run_capacity;
    struct block_checkpoint *checkpoints; /* owned */
    uint32_t checkpoint_count, checkpoint_capacity;
    char *text; /* owned */
    uint32_t text_n, text_capacity;
};

void block_init(struct record_block *b); /* empty; room is made when it is needed, and kept */
void block_done(struct record_block *b);
void block_clear(struct record_block *b); /* empty, keeps the room */

/* What a run says of its records; slices need only live during the call. */
struct run_label {
    str origin, format;
    int64_t received_ns;
    uint8_t trust;
};

/* True when a record of n bytes from that origin (and 1 KiB of text) still goes in. An empty block
 * takes any record of at most BLOCK_RECORD_BYTES_MAX. */
bool block_has_room(const struct record_block *b, size_t n);
/* Adds a record; begins a new run when the label differs from the last one's. It has room. */
void block_add(struct record_block *b, const struct run_label *label, str record);
/* A newer value of a key takes the older's place within the block. False: the text is full. */
bool block_checkpoint(struct record_block *b, str key, str value) MUST_USE;
/* All of `from` behind what `to` has, first_number as it is. False, and nothing is added: it does
 * not fit (BLOCK_BYTES, unless `to` is empty). */
bool block_append(struct record_block *to, const struct record_block *from) MUST_USE;

static inline str block_str(const struct record_block *b, struct block_text t)
{
    return (str){b->text + t.at, t.n};
}

static inline str block_record(const struct record_block *b, uint32_t i)
{
    return (str){b->data + b->records[i].offset, b->records[i].length};
}

/* The run that record i is in. */
const struct record_run *block_run_of(const struct record_block *b, uint32_t i);
