/*
 * format_drive.h - reads bytes through a format as the reader does: cut, then feed, in steps of any
 * size. For tests: each batch is an allocation of its own, so that the sanitizers see a read
 * beyond its padding.
 */
#pragma once

#include "formats/format.h"

#include <stdio.h>
#include <stdlib.h>

/* The bytes of a file, owned; .p is NULL, and that is said, when it cannot be read. */
static inline str format_read_file(const char *path)
{
    FILE *f = fopen(path, "rb");

    if (!f) {
        perror(path);
        return (str){0};
    }
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    assert(size >= 0);
    char *bytes = malloc((size_t)size + 1);
    assert(bytes);
    size_t n = fread(bytes, 1, (size_t)size, f);
    fclose(f);
    return (str){bytes, n};
}

/* `done` is called after each batch, before its events go away; it may be NULL. */
static inline void format_drive(const struct format *f, str bytes, size_t step,
                                const struct decode_sink *out, void (*done)(void *ctx))
{
    struct stream stream = {.path = S("drive"), .trust = TRUST_EVIDENCE, .format = f};
    struct arena *arena = arena_new(64 * 1024);
    void *cutter = f->cutter_new(), *decoder = f->open(f);
    size_t at = 0, seen = 0, shown = 0;

    while (at < bytes.n) {
        struct cut cut = {0};
        bool more = shown < bytes.n;
        if (more)
            shown = bytes.n - shown < step ? bytes.n : shown + step;
        f->cut(cutter, (str){bytes.p + at, shown - at}, seen, more ? CUT_MORE : CUT_END, &cut);
        assert(cut.drop + cut.whole <= shown - at);
        assert(more || cut.drop + cut.whole > 0);
        seen = shown - at - cut.drop - cut.whole;
        at += cut.drop;
        if (cut.whole) {
            struct batch b = {.stream = &stream,
                              .data = malloc(cut.whole + BATCH_PADDING),
                              .n = cut.whole,
                              .offset = at,
                              .context = cut.context,
                              .last = !more && at + cut.whole == bytes.n,
                              .arena = arena};
            assert(b.data);
            memcpy(b.data, bytes.p + at, b.n);
            memset(b.data + b.n, 0xA5, BATCH_PADDING);
            f->feed(decoder, &b, out);
            if (done)
                done(out->ctx);
            free(b.data);
            arena_reset(arena);
        }
        at += cut.whole;
    }
    if (f->flush) {
        char padding[BATCH_PADDING] = {0};
        struct batch b = {
            .stream = &stream, .data = padding, .offset = at, .last = true, .arena = arena};
        f->flush(decoder, &b, out);
        if (done)
            done(out->ctx);
    }
    f->close(decoder);
    f->cutter_free(cutter);
    arena_free(arena);
}
