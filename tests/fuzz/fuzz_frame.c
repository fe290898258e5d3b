/*
 * Any bytes as a file of the raw log: it is gone through to its end, and what is taken for a frame
 * is within its limits and reads the same when it is written again.
 */
#include "rawlog/segment.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 64 * 1024 };

static void check(struct frame_codec *c, const struct record_block *b)
{
    struct buf bytes CLEANUP(buf_done) = buf_make(2 * FRAME_STORED_MAX);
    struct record_block again;
    struct frame_header h;

    for (uint32_t i = 0; i < b->record_count; i++) {
        const struct record_run *run = block_run_of(b, i);
        assert(b->records[i].offset + b->records[i].length < b->n);
        assert(run->origin.at + run->origin.n <= b->text_n);
    }
    block_init(&again);
    frame_write(c, b, 1, &bytes);
    bool ok = frame_header_read(bytes.p, &h) &&
              frame_read(c, &h, (str){bytes.p + FRAME_HEADER_BYTES, h.stored_bytes}, &again);
    assert(ok && again.record_count == b->record_count && again.n == b->n);
    (void)ok;
    block_done(&again);
}

/* With the checksums made right, so that what is behind them is reached. */
static void read_unchecked(struct frame_codec *c, const uint8_t *data, size_t size)
{
    struct frame_header h = {0};
    struct record_block b;

    if (size < sizeof h)
        return;
    memcpy(&h, data, sizeof h);
    h.payload_bytes %= INPUT_MAX; /* what frame_header_read() lets through */
    h.record_count %= BLOCK_RECORDS_MAX;
    h.run_count %= BLOCK_RUNS_MAX;
    h.checkpoint_count %= BLOCK_TEXT_MAX;
    h.text_bytes %= FRAME_TEXT_MAX;
    h.data_bytes %= BLOCK_RECORD_BYTES_MAX;
    block_init(&b);
    bool ok = frame_read(c, &h, (str){(const char *)data + sizeof h, size - sizeof h}, &b);
    (void)ok;
    block_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct segment_scan scan;
    struct frame_header h;
    struct record_block b;
    struct err e = {0};
    struct io io;
    str stored;

    if (size == 0 || size > INPUT_MAX)
        return 0;
    int fd = memfd_create("file", MFD_CLOEXEC);
    if (fd == -1 || write(fd, data, size) != (ssize_t)size)
        return 0;
    struct frame_codec *c = frame_codec_new();
    io_init(&io);
    block_init(&b);
    segment_scan_init(&scan, &io, fd);
    while (segment_scan_next(&scan, &h, &stored, &e) == SEGMENT_FRAME)
        if (frame_read(c, &h, stored, &b))
            check(c, &b);
    segment_scan_done(&scan);
    read_unchecked(c, data, size);
    block_done(&b);
    frame_codec_free(c);
    close(fd);
    return 0;
}
