#include "text/snappy.h"

enum { LENGTH_BYTES_MAX = 5, INLINE_LITERAL_MAX = 60 };

static bool read_length(str *s, uint32_t *ret)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < LENGTH_BYTES_MAX && s->n; i++) {
        uint8_t byte = (uint8_t)s->p[0];
        *s = str_from_at(*s, 1);
        value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            *ret = (uint32_t)value;
            return value <= UINT32_MAX;
        }
    }
    return false;
}

/* n bytes (at most 4) of a little-endian number. */
static bool read_number(str *s, size_t n, uint32_t *ret)
{
    *ret = 0;
    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++)
        *ret |= (uint32_t)(uint8_t)s->p[i] << (8 * i);
    *s = str_from_at(*s, n);
    return true;
}

static bool literal(str *s, uint8_t tag, char *to, size_t *n, size_t length)
{
    uint32_t count = tag >> 2;

    if (count >= INLINE_LITERAL_MAX && !read_number(s, count - INLINE_LITERAL_MAX + 1, &count))
        return false;
    if (count >= s->n || count >= length - *n) /* count is the length less one */
        return false;
    memcpy(to + *n, s->p, (size_t)count + 1);
    *s = str_from_at(*s, (size_t)count + 1);
    *n += (size_t)count + 1;
    return true;
}

static bool copy(str *s, uint8_t tag, char *to, size_t *n, size_t length)
{
    static const uint8_t offset_bytes[] = {0, 1, 2, 4};
    uint32_t offset, count = (tag >> 2) + 1u;

    if (!read_number(s, offset_bytes[tag & 3], &offset))
        return false;
    if ((tag & 3) == 1) {
        count = (tag >> 2 & 7) + 4u;
        offset |= (uint32_t)(tag >> 5) << 8;
    }
    if (offset == 0 || offset > *n || count > length - *n)
        return false;
    for (uint32_t i = 0; i < count; i++) /* may overlap: that is how it says "again" */
        to[*n + i] = to[*n + i - offset];
    *n += count;
    return true;
}

bool snappy_unpack(str block, struct buf *out, bool *too_long)
{
    uint32_t length;
    size_t n = 0;

    *too_long = false;
    if (!read_length(&block, &length))
        return false;
    *too_long = length > (uint64_t)block.n * SNAPPY_RATIO_MAX;
    char *to = *too_long ? NULL : buf_room(out, length);
    if (!to) {
        *too_long = true;
        return false;
    }
    while (n < length && block.n) {
        uint8_t tag = (uint8_t)block.p[0];
        block = str_from_at(block, 1);
        if (!((tag & 3) == 0 ? literal(&block, tag, to, &n, length)
                             : copy(&block, tag, to, &n, length)))
            return false;
    }
    if (n != length || block.n)
        return false;
    out->n += length;
    return true;
}
