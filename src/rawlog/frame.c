#include "rawlog/frame.h"

#include "base/crc32.h"
#include "base/mem.h"

#include <endian.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

const char frame_magic[4] = {'T', 'C', 'N', 'F'};
enum { RUN_BYTES = 40, CHECKPOINT_BYTES = 16, LENGTH_BYTES_MAX = 5 };

struct frame_codec {
    ZSTD_CCtx *compress;
    ZSTD_DCtx *expand;
    struct buf payload;
};

struct frame_codec *frame_codec_new(void)
{
    struct frame_codec *c = mem_alloc(sizeof *c);

    c->compress = ZSTD_createCCtx();
    c->expand = ZSTD_createDCtx();
    if (!c->compress || !c->expand)
        abort(); /* as mem_alloc() does */
    ZSTD_CCtx_setParameter(c->compress, ZSTD_c_compressionLevel, FRAME_LEVEL);
    c->payload = buf_make(FRAME_PAYLOAD_MAX + 1);
    return c;
}

void frame_codec_free(struct frame_codec *c)
{
    if (!c)
        return;
    ZSTD_freeCCtx(c->compress);
    ZSTD_freeDCtx(c->expand);
    buf_done(&c->payload);
    free(c);
}

/* ------------------------------------------------------------ numbers */

static void put32(char **at, uint32_t v)
{
    v = htole32(v);
    memcpy(*at, &v, sizeof v);
    *at += sizeof v;
}

static void put64(char **at, uint64_t v)
{
    v = htole64(v);
    memcpy(*at, &v, sizeof v);
    *at += sizeof v;
}

static uint32_t get32(const char **at)
{
    uint32_t v;

    memcpy(&v, *at, sizeof v);
    *at += sizeof v;
    return le32toh(v);
}

static uint64_t get64(const char **at)
{
    uint64_t v;

    memcpy(&v, *at, sizeof v);
    *at += sizeof v;
    return le64toh(v);
}

/* zlib's, which takes 16 bytes at a time; crc32_of() of base/ is for short headers. */
static uint32_t checksum(const char *bytes, size_t n)
{
    return (uint32_t)crc32_z(0, (const Bytef *)bytes, n);
}

/* ------------------------------------------------------------ header */

/* Writes it; the CRC stands behind the magic and covers what follows it. */
static void write_header(const struct frame_header *h, char *out)
{
    char *at = out;

    memcpy(at, frame_magic, sizeof frame_magic);
    at += sizeof frame_magic + sizeof(uint32_t);
    put32(&at, FRAME_VERSION);
    put32(&at, h->stored_bytes);
    put32(&at, h->payload_bytes);
    put32(&at, h->payload_crc);
    put64(&at, h->file_id);
    put64(&at, h->first_number);
    put64(&at, (uint64_t)h->first_received_ns);
    put64(&at, (uint64_t)h->last_received_ns);
    put32(&at, h->record_count);
    put32(&at, h->run_count);
    put32(&at, h->checkpoint_count);
    put32(&at, h->text_bytes);
    put32(&at, h->data_bytes);
    memset(at, 0, (size_t)(out + FRAME_HEADER_BYTES - at));
    at = out + sizeof frame_magic;
    put32(&at, checksum(out + 8, FRAME_HEADER_BYTES - 8));
}

static bool within_limits(const struct frame_header *h)
{
    return h->stored_bytes <= FRAME_STORED_MAX && h->payload_bytes <= FRAME_PAYLOAD_MAX &&
           h->record_count <= BLOCK_RECORDS_MAX && h->run_count <= BLOCK_RUNS_MAX &&
           h->run_count <= h->record_count && (h->run_count > 0) == (h->record_count > 0) &&
           h->text_bytes <= FRAME_TEXT_MAX && h->data_bytes <= BLOCK_RECORD_BYTES_MAX + 1 &&
           h->checkpoint_count <= BLOCK_TEXT_MAX &&
           h->first_number <= UINT64_MAX - BLOCK_RECORDS_MAX;
}

bool frame_header_read(const char *bytes, struct frame_header *ret)
{
    const char *at = bytes + sizeof frame_magic;

    if (memcmp(bytes, frame_magic, sizeof frame_magic) != 0 ||
        get32(&at) != checksum(bytes + 8, FRAME_HEADER_BYTES - 8) || get32(&at) != FRAME_VERSION)
        return false;
    ret->stored_bytes = get32(&at);
    ret->payload_bytes = get32(&at);
    ret->payload_crc = get32(&at);
    ret->file_id = get64(&at);
    ret->first_number = get64(&at);
    ret->first_received_ns = (int64_t)get64(&at);
    ret->last_received_ns = (int64_t)get64(&at);
    ret->record_count = get32(&at);
    ret->run_count = get32(&at);
    ret->checkpoint_count = get32(&at);
    ret->text_bytes = get32(&at);
    ret->data_bytes = get32(&at);
    return within_limits(ret);
}

/* ------------------------------------------------------------ writing */

static void pack(const struct record_block *b, struct buf *out)
{
    const size_t most = (size_t)b->run_count * RUN_BYTES +
                        (size_t)b->record_count * LENGTH_BYTES_MAX +
                        (size_t)b->checkpoint_count * CHECKPOINT_BYTES + b->text_n + b->n;
    char *at = buf_room(out, most), *from = at;

    assert(at); /* a block is smaller than the payload's limit */
    for (uint32_t i = 0; i < b->run_count; i++) {
        const struct record_run *r = &b->runs[i];
        put32(&at, r->first);
        put32(&at, r->count);
        put32(&at, r->origin.at);
        put32(&at, r->origin.n);
        put32(&at, r->format.at);
        put32(&at, r->format.n);
        put64(&at, (uint64_t)r->received_ns);
        put64(&at, r->trust);
    }
    for (uint32_t i = 0; i < b->record_count; i++) {
        uint32_t n = b->records[i].length;
        for (; n > 0x7F; n >>= 7)
            *at++ = (char)(n | 0x80);
        *at++ = (char)n;
    }
    for (uint32_t i = 0; i < b->checkpoint_count; i++) {
        put32(&at, b->checkpoints[i].key.at);
        put32(&at, b->checkpoints[i].key.n);
        put32(&at, b->checkpoints[i].value.at);
        put32(&at, b->checkpoints[i].value.n);
    }
    if (b->text_n)
        memcpy(at, b->text, b->text_n);
    at += b->text_n;
    if (b->n)
        memcpy(at, b->data, b->n);
    out->n += (size_t)(at + b->n - from);
}

void frame_write(struct frame_codec *c, const struct record_block *b, uint64_t file_id,
                 struct buf *out)
{
    struct frame_header h = {
        .file_id = file_id,
        .first_number = b->first_number,
        .record_count = b->record_count,
        .run_count = b->run_count,
        .checkpoint_count = b->checkpoint_count,
        .text_bytes = b->text_n,
        .data_bytes = (uint32_t)b->n,
    };

    assert(b->text_n <= FRAME_TEXT_MAX && b->n <= BLOCK_RECORD_BYTES_MAX + 1);
    if (b->run_count) {
        h.first_received_ns = b->runs[0].received_ns;
        h.last_received_ns = b->runs[b->run_count - 1].received_ns;
    }
    buf_clear(&c->payload);
    pack(b, &c->payload);
    h.payload_bytes = (uint32_t)c->payload.n;

    const size_t bound = ZSTD_compressBound(c->payload.n);
    char *room = buf_room(out, FRAME_HEADER_BYTES + bound);
    assert(room); /* the caller's buf has room for all that it gives */
    const size_t n =
        ZSTD_compress2(c->compress, room + FRAME_HEADER_BYTES, bound, c->payload.p, c->payload.n);
    assert(!ZSTD_isError(n)); /* there is room */
    h.stored_bytes = (uint32_t)n;
    h.payload_crc = checksum(room + FRAME_HEADER_BYTES, n);
    write_header(&h, room);
    out->n += FRAME_HEADER_BYTES + n;
}

/* ------------------------------------------------------------ reading */

bool frame_payload_is_whole(const struct frame_header *h, str stored)
{
    return stored.n == h->stored_bytes && checksum(stored.p, stored.n) == h->payload_crc;
}

static bool text_is_in(struct block_text t, uint32_t n)
{
    return t.at <= n && t.n <= n - t.at;
}

static void *room_for(void *old, uint32_t *capacity, uint32_t count, size_t size)
{
    if (count <= *capacity)
        return old;
    *capacity = count;
    return mem_resize(old, count, size);
}

static bool read_runs(const char **at, const struct frame_header *h, struct record_block *b)
{
    uint32_t next = 0;

    b->runs = room_for(b->runs, &b->run_capacity, h->run_count, sizeof *b->runs);
    for (uint32_t i = 0; i < h->run_count; i++) {
        struct record_run *r = &b->runs[i];
        r->first = get32(at);
        r->count = get32(at);
        r->origin.at = get32(at);
        r->origin.n = get32(at);
        r->format.at = get32(at);
        r->format.n = get32(at);
        r->received_ns = (int64_t)get64(at);
        r->trust = (uint8_t)get64(at);
        if (r->first != next || r->count == 0 || r->count > h->record_count - next ||
            !text_is_in(r->origin, h->text_bytes) || !text_is_in(r->format, h->text_bytes))
            return false;
        next += r->count;
    }
    b->run_count = h->run_count;
    return next == h->record_count;
}

/* Lengths of records; each is followed by a newline in the data. */
static bool read_records(const char **at, const char *end, const struct frame_header *h,
                         struct record_block *b)
{
    uint64_t offset = 0;

    b->records = room_for(b->records, &b->record_capacity, h->record_count, sizeof *b->records);
    for (uint32_t i = 0; i < h->record_count; i++) {
        uint64_t n = 0;
        for (uint32_t shift = 0;; shift += 7) {
            if (*at == end || shift > 28)
                return false;
            const uint8_t byte = (uint8_t) * (*at)++;
            n |= (uint64_t)(byte & 0x7F) << shift;
            if (byte < 0x80)
                break;
        }
        if (offset + n + 1 > h->data_bytes)
            return false;
        b->records[i] = (struct record){(uint32_t)offset, (uint32_t)n};
        offset += n + 1;
    }
    b->record_count = h->record_count;
    return offset == h->data_bytes;
}

static bool read_checkpoints(const char **at, const struct frame_header *h, struct record_block *b)
{
    b->checkpoints = room_for(b->checkpoints, &b->checkpoint_capacity, h->checkpoint_count,
                              sizeof *b->checkpoints);
    for (uint32_t i = 0; i < h->checkpoint_count; i++) {
        struct block_checkpoint *c = &b->checkpoints[i];
        c->key.at = get32(at);
        c->key.n = get32(at);
        c->value.at = get32(at);
        c->value.n = get32(at);
        if (!text_is_in(c->key, h->text_bytes) || !text_is_in(c->value, h->text_bytes))
            return false;
    }
    b->checkpoint_count = h->checkpoint_count;
    return true;
}

static bool unpack(const struct frame_header *h, str payload, struct record_block *b)
{
    const char *at = payload.p, *end = payload.p + payload.n;
    const size_t behind =
        (size_t)h->checkpoint_count * CHECKPOINT_BYTES + h->text_bytes + h->data_bytes;

    if (payload.n < (size_t)h->run_count * RUN_BYTES + behind || !read_runs(&at, h, b) ||
        !read_records(&at, end - behind, h, b) || (size_t)(end - at) != behind ||
        !read_checkpoints(&at, h, b))
        return false;
    b->text = room_for(b->text, &b->text_capacity, h->text_bytes, 1);
    if (h->text_bytes)
        memcpy(b->text, at, h->text_bytes);
    b->text_n = h->text_bytes;
    at += h->text_bytes;
    if (h->data_bytes > b->capacity || !b->data) {
        b->capacity = h->data_bytes > BLOCK_BYTES ? h->data_bytes : BLOCK_BYTES;
        b->data = mem_resize(b->data, b->capacity + BLOCK_PADDING, 1);
    }
    if (h->data_bytes)
        memcpy(b->data, at, h->data_bytes);
    memset(b->data + h->data_bytes, 0, BLOCK_PADDING);
    b->n = h->data_bytes;
    b->first_number = h->first_number;
    return true;
}

bool frame_read(struct frame_codec *c, const struct frame_header *h, str stored,
                struct record_block *ret)
{
    block_clear(ret);
    buf_clear(&c->payload);
    char *room = buf_room(&c->payload, (size_t)h->payload_bytes + 1);
    if (!room)
        return false;
    const size_t n = ZSTD_decompressDCtx(c->expand, room, h->payload_bytes, stored.p, stored.n);
    if (ZSTD_isError(n) || n != h->payload_bytes || !unpack(h, (str){room, n}, ret)) {
        block_clear(ret);
        return false;
    }
    return true;
}
