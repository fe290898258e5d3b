/* content_coding.c - see content_coding.h; zlib and libzstd do the work. */
#include "net/content_coding.h"

#include <limits.h>
#include <zlib.h>
#include <zstd.h>

enum {
    STEP_BYTES = 64 * 1024,
    ZSTD_WINDOW_LOG_MAX = 23, /* 8 MiB, which RFC 9659 has decoders support; level 19 needs it */
    ZLIB_BITS_GZIP = 15 + 32, /* gzip or zlib, told by the head */
    ZLIB_BITS_RAW = -15,
};

/* How many bytes may come out of n in all. */
static size_t allowance(const struct buf *out, size_t n)
{
    size_t most = n > SIZE_MAX / CODING_RATIO_MAX ? SIZE_MAX : n * CODING_RATIO_MAX;

    if (most < CODING_FREE_BYTES)
        most = CODING_FREE_BYTES;
    return most < out->max ? most : out->max;
}

/* Room for a step, and one byte beyond the allowance, which tells a bomb. */
static size_t step_room(struct buf *out, size_t most, char **room)
{
    size_t left = most - out->n + 1, n = left < STEP_BYTES ? left : STEP_BYTES;

    *room = buf_room(out, n);
    return *room ? n : 0;
}

static enum coding_result inflate_all(z_stream *z, size_t most, struct buf *out)
{
    bool ended = false;

    while (z->avail_in > 0 || !ended) {
        char *room;
        size_t n = step_room(out, most, &room);
        if (n == 0)
            return CODING_BOMB;
        if (ended && inflateReset(z) != Z_OK) /* one more member */
            return CODING_BROKEN;
        z->next_out = (Bytef *)room;
        z->avail_out = (uInt)n;
        int result = inflate(z, Z_NO_FLUSH);
        out->n += n - z->avail_out;
        if (out->n > most)
            return CODING_BOMB;
        if (result != Z_OK && result != Z_STREAM_END)
            return CODING_BROKEN;
        ended = result == Z_STREAM_END;
    }
    return CODING_DONE;
}

static enum coding_result unpack_zlib(str in, int bits, size_t most, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};

    if (in.n > UINT_MAX || inflateInit2(&z, bits) != Z_OK)
        return CODING_BROKEN;
    enum coding_result result = inflate_all(&z, most, out);
    inflateEnd(&z);
    return result;
}

static enum coding_result unpack_gzip(str in, size_t most, struct buf *out)
{
    return unpack_zlib(in, ZLIB_BITS_GZIP, most, out);
}

/* "deflate" is zlib's frame, but there are senders that leave it out. */
static enum coding_result unpack_deflate(str in, size_t most, struct buf *out)
{
    enum coding_result result = unpack_zlib(in, ZLIB_BITS_GZIP, most, out);

    if (result != CODING_BROKEN || out->n > 0)
        return result;
    buf_clear(out);
    return unpack_zlib(in, ZLIB_BITS_RAW, most, out);
}

static enum coding_result zstd_all(ZSTD_DStream *z, ZSTD_inBuffer *from, size_t most,
                                   struct buf *out)
{
    size_t left = 1; /* what the frame still needs; 0: it is over */

    while (from->pos < from->size || left > 0) {
        ZSTD_outBuffer to = {0};
        size_t before = from->pos;
        char *room;
        to.size = step_room(out, most, &room);
        to.dst = room;
        if (to.size == 0)
            return CODING_BOMB;
        left = ZSTD_decompressStream(z, &to, from);
        out->n += to.pos;
        if (ZSTD_isError(left))
            return CODING_BROKEN;
        if (out->n > most)
            return CODING_BOMB;
        if (to.pos == 0 && from->pos == before && left > 0)
            return CODING_BROKEN; /* it wants more than there is */
    }
    return CODING_DONE;
}

static enum coding_result unpack_zstd(str in, size_t most, struct buf *out)
{
    ZSTD_DStream *z = ZSTD_createDStream();
    ZSTD_inBuffer from = {.src = in.p, .size = in.n};

    if (!z || ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX))) {
        ZSTD_freeDStream(z);
        return CODING_BROKEN;
    }
    enum coding_result result = zstd_all(z, &from, most, out);
    ZSTD_freeDStream(z);
    return result;
}

enum coding_result coding_unpack(str coding, str in, struct buf *out, str *ret)
{
    static const struct {
        str name;
        enum coding_result (*unpack)(str in, size_t most, struct buf *out);
    } codings[] = {{S("gzip"), unpack_gzip},
                   {S("x-gzip"), unpack_gzip},
                   {S("deflate"), unpack_deflate},
                   {S("zstd"), unpack_zstd}};

    buf_clear(out);
    *ret = in;
    if (coding.n == 0 || str_ieq(coding, S("identity")))
        return CODING_DONE;
    for (size_t i = 0; i < countof(codings); i++) {
        if (!str_ieq(coding, codings[i].name))
            continue;
        size_t limit = out->max;
        out->max++; /* see step_room() */
        size_t most = allowance(&(struct buf){.max = limit}, in.n);
        enum coding_result result = codings[i].unpack(in, most, out);
        out->max = limit;
        *ret = buf_str(out);
        return result;
    }
    return CODING_UNKNOWN;
}
