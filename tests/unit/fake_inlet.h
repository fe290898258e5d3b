/*
 * fake_inlet.h - an inlet that keeps what it takes in memory, in blocks as the real one hands them
 * over: a crash is then to forget what came after block k, and to open the source again with the
 * checkpoints of that time.
 *
 * The functions of collect/inlet.h are here: a test that includes this takes them, not the
 * library's.
 */
#pragma once

#include "base/mem.h"
#include "collect/inlet.h"

#include <stdio.h>
#include <stdlib.h>

enum { FAKE_KEYS_MAX = 256, FAKE_RECORDS_MAX = 20000, FAKE_FAULT_NAMES = INLET_FAULT_COUNT };

struct fake_pair {
    char *key, *value;
    size_t value_n;
};

struct fake_state { /* what is on disk */
    struct fake_pair pairs[FAKE_KEYS_MAX];
    uint32_t pair_count;
    char *records[FAKE_RECORDS_MAX];
    uint64_t lengths[FAKE_RECORDS_MAX]; /* of cut records: of the whole */
    char *origins[FAKE_RECORDS_MAX];
    uint32_t record_count;
};

struct inlet {
    struct fake_state disk, block; /* handed over, and not yet */
    bool keeps_place;              /* as the source's type says */
    uint32_t block_max;            /* records of a block; 1: each record is a block */
    uint32_t blocks, blocks_max;   /* handed over; after blocks_max it is full (0: never) */
    uint64_t faults[INLET_FAULT_COUNT], drops, lag;
    int64_t now_ns, steady_ns;
    enum trust trust; /* of the last record */
};

static inline void fake_forget(struct fake_state *s)
{
    for (uint32_t i = 0; i < s->pair_count; i++) {
        free(s->pairs[i].key);
        free(s->pairs[i].value);
    }
    for (uint32_t i = 0; i < s->record_count; i++) {
        free(s->records[i]);
        free(s->origins[i]);
    }
    s->pair_count = s->record_count = 0;
}

static inline void fake_put(struct fake_state *s, str key, str value)
{
    for (uint32_t i = 0; i < s->pair_count; i++)
        if (str_eq(key, str_from(s->pairs[i].key))) {
            free(s->pairs[i].value);
            s->pairs[i].value = str_dup(value);
            s->pairs[i].value_n = value.n;
            return;
        }
    assert(s->pair_count < FAKE_KEYS_MAX);
    s->pairs[s->pair_count++] = (struct fake_pair){str_dup(key), str_dup(value), value.n};
}

static inline void fake_remove_empty(struct fake_state *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < s->pair_count; i++) {
        if (s->pairs[i].value_n) {
            s->pairs[kept++] = s->pairs[i];
            continue;
        }
        free(s->pairs[i].key);
        free(s->pairs[i].value);
    }
    s->pair_count = kept;
}

static inline bool fake_is_full(const struct inlet *in)
{
    return in->blocks_max && in->blocks >= in->blocks_max;
}

/* The block goes to disk. */
static inline bool fake_hand_over(struct inlet *in)
{
    if (in->block.record_count == 0 && in->block.pair_count == 0)
        return true;
    if (fake_is_full(in))
        return false;
    for (uint32_t i = 0; i < in->block.record_count; i++) {
        assert(in->disk.record_count < FAKE_RECORDS_MAX);
        const uint32_t at = in->disk.record_count++;
        in->disk.records[at] = in->block.records[i];
        in->disk.lengths[at] = in->block.lengths[i];
        in->disk.origins[at] = in->block.origins[i];
    }
    in->block.record_count = 0;
    for (uint32_t i = 0; i < in->block.pair_count; i++)
        fake_put(&in->disk, str_from(in->block.pairs[i].key), str_from(in->block.pairs[i].value));
    fake_remove_empty(&in->disk);
    fake_forget(&in->block);
    in->blocks++;
    return true;
}

static inline bool fake_add(struct inlet *in, const struct origin *from, str record, uint64_t n)
{
    if (!in->keeps_place && in->block.record_count >= in->block_max && !fake_hand_over(in))
        return false;
    if (in->block.record_count >= in->block_max || fake_is_full(in))
        return false; /* until the source, which keeps its place, has handed it over */
    const uint32_t at = in->block.record_count++;
    in->block.records[at] = str_dup(record);
    in->block.lengths[at] = n;
    in->block.origins[at] = str_dup(from->name);
    in->trust = from->trust;
    return true;
}

bool inlet_add(struct inlet *in, struct origin *from, str record)
{
    assert(record.n <= INLET_RECORD_BYTES_MAX);
    return fake_add(in, from, record, record.n);
}

bool inlet_add_cut(struct inlet *in, struct origin *from, str kept, uint64_t length)
{
    if (!fake_add(in, from, kept, length))
        return false;
    in->faults[FAULT_long_record]++;
    return true;
}

bool inlet_checkpoint(struct inlet *in, str key, str value)
{
    if (in->block.record_count == 0 && fake_is_full(in))
        return false;
    fake_put(&in->block, key, value);
    return true;
}

bool inlet_push(struct inlet *in)
{
    return fake_hand_over(in);
}

str inlet_saved(const struct inlet *in, str key)
{
    for (uint32_t i = 0; i < in->disk.pair_count; i++)
        if (str_eq(key, str_from(in->disk.pairs[i].key)))
            return str_from(in->disk.pairs[i].value);
    return (str){0};
}

void inlet_each_saved(const struct inlet *in, void *ctx,
                      void (*each)(void *ctx, str key, str value))
{
    for (uint32_t i = 0; i < in->disk.pair_count; i++)
        each(ctx, str_from(in->disk.pairs[i].key),
             (str){in->disk.pairs[i].value, in->disk.pairs[i].value_n});
}

void inlet_fault(struct inlet *in, enum inlet_fault f, uint64_t count, str sample)
{
    (void)sample;
    in->faults[f] += count;
}

void inlet_drop(struct inlet *in, uint64_t records)
{
    in->drops += records;
}

void inlet_lag(struct inlet *in, uint64_t bytes)
{
    in->lag = bytes;
}

uint64_t inlet_next(const struct inlet *in)
{
    return in->disk.record_count + in->block.record_count;
}

uint64_t inlet_durable(const struct inlet *in)
{
    return in->disk.record_count;
}

str inlet_name(const struct inlet *in)
{
    (void)in;
    return S("fake");
}

int64_t inlet_now_ns(const struct inlet *in)
{
    return in->now_ns;
}

int64_t inlet_steady_ns(const struct inlet *in)
{
    return in->steady_ns;
}

const char *inlet_fault_name(enum inlet_fault f)
{
    (void)f;
    return "fault";
}

const char *inlet_fault_what(enum inlet_fault f)
{
    (void)f;
    return "fault";
}

static inline struct inlet *fake_inlet_new(uint32_t block_max)
{
    struct inlet *in = mem_alloc(sizeof *in);

    in->block_max = block_max;
    in->now_ns = 1700000000000000000;
    in->steady_ns = 1000000000000;
    return in;
}

/* All that was not handed over is gone. */
static inline void fake_crash(struct inlet *in)
{
    fake_forget(&in->block);
    in->blocks = 0;
    in->blocks_max = 0;
}

static inline void fake_inlet_free(struct inlet *in)
{
    fake_forget(&in->block);
    fake_forget(&in->disk);
    free(in);
}
