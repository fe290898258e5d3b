/* utf16.c - text files that Windows wrote: UTF-16 with or without a byte order mark. */
#include "intake/source.h"

#include "base/mem.h"
#include "text/utf8.h"

#include <stdlib.h>

enum { UTF16_UNITS = 4096, UTF16_SNIFF_UNITS = 32 };

struct utf16_source {
    struct source source;
    struct source *inner;
    bool big_endian;
    uint8_t in[2 * UTF16_UNITS]; /* what is read and not yet converted: an odd byte, half a pair */
    size_t in_count;
    char out[3 * UTF16_UNITS];
    size_t out_from, out_to;
};

/* How many whole units can be converted now: a high surrogate at the end waits for its other half.
 */
static size_t ready_units(const struct utf16_source *u, bool at_end)
{
    size_t units = u->in_count / 2;

    if (units && !at_end) {
        const uint8_t *last = u->in + 2 * (units - 1);
        uint8_t high = last[u->big_endian ? 0 : 1];
        if (high >= 0xd8 && high <= 0xdb)
            units--;
    }
    return units;
}

static ssize_t utf16_read(struct source *s, char *out, size_t n, struct err *e)
{
    struct utf16_source *u = (struct utf16_source *)s;

    while (u->out_from == u->out_to) {
        ssize_t got =
            source_read(u->inner, (char *)u->in + u->in_count, sizeof u->in - u->in_count, e);
        if (got < 0)
            return -1;
        u->in_count += (size_t)got;
        size_t units = ready_units(u, got == 0);
        if (units == 0 && got == 0)
            return 0; /* an odd last byte is half a character: there is nothing to make of it */
        u->out_from = 0;
        u->out_to = utf8_from_utf16(u->in, units, u->big_endian, u->out);
        u->in_count -= 2 * units;
        memmove(u->in, u->in + 2 * units, u->in_count);
    }
    size_t take = u->out_to - u->out_from < n ? u->out_to - u->out_from : n;
    memcpy(out, u->out + u->out_from, take);
    u->out_from += take;
    return (ssize_t)take;
}

static void utf16_free(struct source *s)
{
    struct utf16_source *u = (struct utf16_source *)s;

    source_free(u->inner);
    free(u);
}

struct source *source_utf16(struct source *inner, bool big_endian)
{
    struct utf16_source *u = mem_alloc(sizeof *u);

    u->source = (struct source){.read = utf16_read, .free = utf16_free};
    u->inner = inner;
    u->big_endian = big_endian;
    return &u->source;
}

/* Every unit of the head is an ASCII character that text may hold, when read in this order? */
static bool is_ascii_utf16(str head, bool big_endian)
{
    size_t units = head.n / 2 < UTF16_SNIFF_UNITS ? head.n / 2 : UTF16_SNIFF_UNITS;

    for (size_t i = 0; i < units; i++) {
        unsigned char high = (unsigned char)head.p[2 * i + (big_endian ? 0 : 1)];
        unsigned char low = (unsigned char)head.p[2 * i + (big_endian ? 1 : 0)];
        if (high != 0 || low >= 0x7f || (low < 0x20 && (low < '\t' || low > '\r')))
            return false;
    }
    return units >= 2;
}

int source_utf16_sniff(str head, size_t *ret_skip)
{
    *ret_skip = 0;
    if (str_starts(head, S("\xff\xfe")) || str_starts(head, S("\xfe\xff"))) {
        *ret_skip = 2;
        return head.p[0] == (char)0xff ? UTF16_LITTLE : UTF16_BIG;
    }
    if (is_ascii_utf16(head, false))
        return UTF16_LITTLE;
    return is_ascii_utf16(head, true) ? UTF16_BIG : UTF16_NO;
}
