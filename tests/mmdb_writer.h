/* mmdb_writer.h - makes small databases in MaxMind's format (version 2.0), of IPv4 networks in an
 * IPv6 tree. */
#pragma once

#include "base/buf.h"
#include "text/ip.h"

#include <stdio.h>
#include <stdlib.h>

enum { MMDB_NODES = 4096, MMDB_V4 = 96, MMDB_SEPARATOR = 16 };
#define MMDB_LEAF UINT32_C(0x80000000) /* with a place in the data; 0: nothing */

struct mmdb {
    uint32_t nodes[MMDB_NODES][2];
    uint32_t count;
    struct buf data, file;
};

static inline void mmdb_init(struct mmdb *m)
{
    memset(m->nodes, 0, sizeof m->nodes);
    m->count = 1;
    m->data = buf_make(1 << 20);
    m->file = buf_make(1 << 20);
}

static inline void mmdb_done(struct mmdb *m)
{
    buf_done(&m->data);
    buf_done(&m->file);
}

/* ------------------------------------------------------------ values, appended to b */

static inline void mmdb_map(struct buf *b, uint32_t pairs)
{
    buf_char(b, (char)(7 << 5 | pairs));
}

static inline void mmdb_text(struct buf *b, const char *text)
{
    const size_t n = strlen(text);

    if (n < 29) {
        buf_char(b, (char)(2 << 5 | n));
    } else {
        buf_char(b, (char)(2 << 5 | 29));
        buf_char(b, (char)(n - 29));
    }
    buf_add(b, (str){text, n});
}

static inline void mmdb_uint(struct buf *b, uint32_t number)
{
    buf_char(b, (char)(6 << 5 | 4));
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_char(b, (char)(number >> shift));
}

static inline void mmdb_double(struct buf *b, double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof bits);
    buf_char(b, (char)(3 << 5 | 8));
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_char(b, (char)(bits >> shift));
}

static inline void mmdb_pointer(struct buf *b, uint32_t at) /* below 2048 */
{
    buf_char(b, (char)(1 << 5 | at >> 8));
    buf_char(b, (char)at);
}

/* ------------------------------------------------------------ networks */

/* The data of this network begin where the data section now ends. */
static inline void mmdb_network(struct mmdb *m, const char *address, uint32_t prefix)
{
    uint32_t node = 0;
    struct ip ip;

    if (!ip_parse(str_from(address), &ip))
        abort();
    for (uint32_t i = 0; i < MMDB_V4; i++) /* IPv4 stands below ::/96, not ::ffff:0:0/96 */
        ip.bytes[i / 8] = 0;
    for (uint32_t i = 0; i < MMDB_V4 + prefix; i++) {
        uint32_t *next = &m->nodes[node][ip.bytes[i / 8] >> (7 - i % 8) & 1];
        if (i + 1 == MMDB_V4 + prefix) {
            *next = MMDB_LEAF | (uint32_t)m->data.n;
            return;
        }
        if (*next == 0)
            *next = m->count++;
        node = *next;
    }
}

static inline void mmdb_city(struct mmdb *m, const char *network, const char *city,
                             const char *country, double latitude, double longitude,
                             uint32_t radius_km)
{
    mmdb_network(m, network, 24);
    mmdb_map(&m->data, 3);
    mmdb_text(&m->data, "city");
    mmdb_map(&m->data, 1);
    mmdb_text(&m->data, "names");
    mmdb_map(&m->data, 2);
    mmdb_text(&m->data, "de");
    mmdb_text(&m->data, "?");
    mmdb_text(&m->data, "en");
    mmdb_text(&m->data, city);
    mmdb_text(&m->data, "country");
    mmdb_map(&m->data, 1);
    mmdb_text(&m->data, "iso_code");
    mmdb_text(&m->data, country);
    mmdb_text(&m->data, "location");
    mmdb_map(&m->data, 3);
    mmdb_text(&m->data, "accuracy_radius");
    mmdb_uint(&m->data, radius_km);
    mmdb_text(&m->data, "latitude");
    mmdb_double(&m->data, latitude);
    mmdb_text(&m->data, "longitude");
    mmdb_double(&m->data, longitude);
}

static inline void mmdb_owner(struct mmdb *m, const char *network, uint32_t number,
                              const char *name)
{
    mmdb_network(m, network, 24);
    mmdb_map(&m->data, 2);
    mmdb_text(&m->data, "autonomous_system_number");
    mmdb_uint(&m->data, number);
    mmdb_text(&m->data, "autonomous_system_organization");
    mmdb_text(&m->data, name);
}

static inline uint32_t mmdb_record(const struct mmdb *m, uint32_t node, int bit)
{
    const uint32_t next = m->nodes[node][bit];

    if (next == 0)
        return m->count;
    return next & MMDB_LEAF ? m->count + MMDB_SEPARATOR + (next & ~MMDB_LEAF) : next;
}

static inline void mmdb_put(struct buf *b, uint32_t number, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_char(b, (char)(number >> 8 * i));
}

/* The whole file, with records of 24, 28 or 32 bits. */
static inline str mmdb_bytes(struct mmdb *m, uint32_t record_bits)
{
    struct buf *b = &m->file;

    buf_clear(b);
    for (uint32_t i = 0; i < m->count; i++) {
        const uint32_t left = mmdb_record(m, i, 0), right = mmdb_record(m, i, 1);
        if (record_bits == 28) {
            mmdb_put(b, left, 3);
            buf_char(b, (char)(left >> 24 << 4 | right >> 24));
            mmdb_put(b, right, 3);
        } else {
            mmdb_put(b, left, (int)record_bits / 8);
            mmdb_put(b, right, (int)record_bits / 8);
        }
    }
    for (int i = 0; i < MMDB_SEPARATOR; i++)
        buf_char(b, 0);
    buf_add(b, buf_str(&m->data));
    buf_add(b, S("\xAB\xCD\xEFMaxMind.com"));
    mmdb_map(b, 4);
    mmdb_text(b, "binary_format_major_version");
    mmdb_uint(b, 2);
    mmdb_text(b, "ip_version");
    mmdb_uint(b, 6);
    mmdb_text(b, "node_count");
    mmdb_uint(b, m->count);
    mmdb_text(b, "record_size");
    mmdb_uint(b, record_bits);
    return buf_str(b);
}

/* Writes it into a new file, whose name is left in path. */
static inline void mmdb_write(struct mmdb *m, char path[64])
{
    const str bytes = mmdb_bytes(m, 24);

    snprintf(path, 64, "/tmp/tocsin-mmdb-XXXXXX");
    const int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!file || fwrite(bytes.p, 1, bytes.n, file) != bytes.n || fclose(file) != 0)
        abort();
}
