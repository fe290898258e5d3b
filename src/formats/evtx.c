/*
 * evtx.c - Windows event logs (EVTX). A file is a header of 4096 bytes and chunks of
 * 64 KiB, each with records that refer to nothing outside of their chunk (libevtx
 * documentation, "Windows XML Event Log (EVTX) format"; [MS-EVEN6] 2.2.12).
 *
 * The header's number of chunks is not trusted: a log that was not closed has
 * more of them. Chunks are looked for up to the end of input. Where one does not
 * stand where it should, the bytes up to the next are a damaged block, in which
 * whole records are still looked for. A chunk magic inside of a chunk counts
 * only when no chunk follows at its end and the magic's header has the right
 * checksum, so that logged bytes cannot pass for a chunk in a sound file.
 */
#include "formats/format.h"

#include "base/mem.h"
#include "formats/evtx_chunk.h"
#include "formats/evtx_value.h"
#include "simd/simd.h"

#include <stdlib.h>

enum {
    CHUNK_COUNT = 42, /* offsets in the file's header */
    FILE_CRC = 124,
    FILE_CRC_BYTES = 120,
    COUNT_UNKNOWN = 0xFFFF,
};

/*
 * struct cut.context: the file header's number of chunks, what the bytes are, is it the end, and
 * the first chunk's evtx_block.before. Blocks of EVTX_CHUNK_SIZE, chunks or damaged ones, are cut
 * together, with the file's header in front where there is one; a shorter block is cut alone.
 */
enum block_kind { BLOCK_CHUNKS, BLOCK_HEADER, BLOCK_SHORT };
enum { CONTEXT_KIND = 16, CONTEXT_KIND_MASK = 3, CONTEXT_END = 1 << 18, CONTEXT_BEFORE = 19 };

static_assert(EVTX_RUN_MAX < 1 << (32 - CONTEXT_BEFORE), "the run does not fit");

struct cutter {
    bool started;
    uint16_t chunk_count;
    struct evtx_run run;
};

static int evtx_sniff(const struct format *self, str head)
{
    (void)self;
    if (str_starts(head, S(EVTX_FILE_MAGIC)))
        return 100;
    return evtx_is_chunk((const uint8_t *)head.p, head.n) ? 90 : 0; /* carved out of a file */
}

static void *evtx_cutter_new(void)
{
    struct cutter *c = mem_alloc(sizeof *c);

    c->chunk_count = COUNT_UNKNOWN;
    return c;
}

/* The next magic of a chunk from `at` on; n when there is none. The last bytes are looked through
 * without reading behind them. */
static size_t find_magic(const uint8_t *bytes, size_t at, size_t n)
{
    if (n - at > 2 * SIMD_PADDING) {
        size_t most = n - at - SIMD_PADDING;
        size_t found = simd_best()->find((const char *)bytes + at, most, EVTX_CHUNK_MAGIC, 8);
        if (found < most)
            return at + found;
        at += most - 7;
    }
    const uint8_t *p = memmem(bytes + at, n - at, EVTX_CHUNK_MAGIC, 8);
    return p ? (size_t)(p - bytes) : n;
}

/* The next chunk that begins within the n bytes, of which `room` are readable; n when there is
 * none. */
static size_t find_chunk(const uint8_t *bytes, size_t n, size_t room, bool sound)
{
    for (size_t at = 1; at < n; at++) {
        at = find_magic(bytes, at, n);
        if (at == n)
            return n;
        const uint8_t *p = bytes + at;
        if (sound ? evtx_is_sound_chunk(p, room - at) : evtx_is_chunk(p, room - at))
            return at;
    }
    return n;
}

/* The size of the block that the n bytes begin with; 0 when more bytes have to be seen. */
static size_t block_size(const uint8_t *bytes, size_t n, bool is_end)
{
    size_t span = n < EVTX_CHUNK_SIZE ? n : EVTX_CHUNK_SIZE;

    if (n < EVTX_CHUNK_SIZE + EVTX_CHUNK_HEADER && !is_end)
        return 0;
    bool is_chunk = evtx_is_chunk(bytes, n);
    bool is_followed = n == EVTX_CHUNK_SIZE || evtx_is_chunk(bytes + span, n - span);
    if (is_chunk && span == EVTX_CHUNK_SIZE && is_followed)
        return span;
    if (evtx_is_zero(bytes, span)) /* quicker than looking for a chunk in it */
        return span;
    return find_chunk(bytes, span, n, is_chunk);
}

/* Goes on to the block; returns its evtx_block.before. */
static uint32_t run_next(struct evtx_run *run, const uint8_t *block, size_t n)
{
    if (n == EVTX_CHUNK_SIZE && evtx_is_chunk(block, n))
        return evtx_run_add(run, block);
    *run = (struct evtx_run){0};
    return 0;
}

static void evtx_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret)
{
    struct cutter *c = cutter;
    const uint8_t *bytes = (const uint8_t *)pending.p;
    bool is_end = mode == CUT_END;
    enum block_kind kind = BLOCK_CHUNKS;
    uint32_t before = 0;

    (void)seen; /* what is needed of it is at known places */
    *ret = (struct cut){0};
    if (mode == CUT_SKIP) { /* cannot be: no block is longer than a chunk */
        ret->drop = pending.n;
        ret->skip_ended = true;
        return;
    }
    if (!c->started) {
        if (pending.n < EVTX_FILE_HEADER && !is_end)
            return;
        c->started = true;
        if (str_starts(pending, S(EVTX_FILE_MAGIC))) {
            ret->whole = pending.n < EVTX_FILE_HEADER ? pending.n : EVTX_FILE_HEADER;
            if (ret->whole >= FILE_CRC + 4)
                c->chunk_count = le16(bytes + CHUNK_COUNT);
            kind = BLOCK_HEADER;
        }
    }
    while (ret->whole < pending.n && kind != BLOCK_SHORT) {
        const uint8_t *block = bytes + ret->whole;
        size_t n = block_size(block, pending.n - ret->whole, is_end);
        if (n == 0 || (n < EVTX_CHUNK_SIZE && ret->whole))
            break;
        uint32_t known = run_next(&c->run, block, n);
        if (ret->whole == 0)
            before = known;
        if (n < EVTX_CHUNK_SIZE)
            kind = BLOCK_SHORT;
        ret->whole += n;
    }
    ret->context = c->chunk_count | (uint32_t)kind << CONTEXT_KIND;
    ret->context |= before << CONTEXT_BEFORE;
    if (is_end && ret->whole == pending.n)
        ret->context |= CONTEXT_END;
}

static void *evtx_open(const struct format *self)
{
    (void)self;
    return evtx_reader_new();
}

static void evtx_close(void *decoder)
{
    evtx_reader_free(decoder);
}

static void check_header(const struct evtx_block *b)
{
    const char *p = b->batch->data + b->at;

    if (b->n < EVTX_FILE_HEADER)
        evtx_report(b, PROBLEM_truncated, b->n, EVTX_FILE_HEADER - b->n,
                    "input ends within the file header");
    else if (simd_best()->checksum(0, p, FILE_CRC_BYTES) != le32((const uint8_t *)p + FILE_CRC))
        evtx_report(b, PROBLEM_damaged, 0, EVTX_FILE_HEADER, "wrong checksum of the file header");
}

static void evtx_feed(void *decoder, struct batch *b, const struct decode_sink *out)
{
    enum block_kind kind = b->context >> CONTEXT_KIND & CONTEXT_KIND_MASK;
    uint32_t chunk_count = b->context & COUNT_UNKNOWN;
    struct evtx_run run = {0};
    size_t n;

    b->own_numbers = true;
    evtx_reader_batch(decoder, b->arena, out->lazy);
    for (size_t at = 0; at < b->n; at += n) {
        bool is_header = kind == BLOCK_HEADER && at == 0;
        size_t size = is_header ? EVTX_FILE_HEADER : EVTX_CHUNK_SIZE;
        n = b->n - at < size ? b->n - at : size;
        uint64_t index = (b->offset + at - EVTX_FILE_HEADER) / EVTX_CHUNK_SIZE;
        struct evtx_block block = {
            .batch = b,
            .out = out,
            .at = at,
            .n = n,
            .is_last = b->context & CONTEXT_END && at + n == b->n,
            .is_needed = chunk_count != COUNT_UNKNOWN && index < chunk_count,
        };
        const uint8_t *bytes = (const uint8_t *)b->data + at;
        if (at == 0 && evtx_is_chunk(bytes, n))
            run = evtx_run_before(bytes, b->context >> CONTEXT_BEFORE);
        block.before = run_next(&run, bytes, n);
        if (is_header)
            check_header(&block);
        else if (evtx_is_chunk(bytes, n))
            b->units += evtx_read_chunk(decoder, &block);
        else
            b->units += evtx_read_damaged(decoder, &block);
    }
}

const struct format format_evtx = {
    .name = "evtx",
    .summary = "Windows event log files",
    .sniff = evtx_sniff,
    .cutter_new = evtx_cutter_new,
    .cutter_free = free,
    .cut = evtx_cut,
    .open = evtx_open,
    .feed = evtx_feed,
    .close = evtx_close,
};
