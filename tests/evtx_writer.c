/*
 * evtx_writer.c - the tokens and the layout of EVTX: libevtx documentation, "Windows XML Event
 * Log (EVTX) format"; [MS-EVEN6] 2.2.12. The reader has its own text of all this, so that
 * a mistake in one shows in the other.
 */
#include "evtx_writer.h"

#include "base/buf.h"
#include "base/crc32.h"
#include "base/hash.h"
#include "base/mem.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    CHUNK = 65536,
    FILE_HEADER = 4096,
    CHUNK_HEADER = 512,
    STRING_TABLE = 128,   /* 64 offsets of names, by hash */
    TEMPLATE_TABLE = 384, /* 32 offsets of definitions, by id */
    NAMES_MAX = 4096,
    TEMPLATES_MAX = 1024,
    NESTING_MAX = 16,
};

struct known_template {
    uint64_t key;
    uint32_t offset;
};

/* A size that is filled in once its content is written. */
struct open_size {
    size_t at;         /* of the size, in the chunk */
    size_t attributes; /* of the attribute list's size; 0 when it has none */
};

struct chunk_state {
    size_t at;
    uint32_t name_count, template_count;
    uint32_t names[NAMES_MAX]; /* offsets */
    struct known_template templates[TEMPLATES_MAX];
    uint64_t first_id, last_id;
    size_t last_record;
    uint8_t bytes[CHUNK];
};

struct evtx_writer {
    struct buf file;
    struct chunk_state chunk, saved; /* as it was before this record */
    bool overflow;
    uint64_t record_number;
    uint32_t chunk_count;

    size_t record; /* where it begins */
    struct open_size elements[64];
    uint32_t depth;
    size_t definition; /* of the innermost open one */
    struct {
        size_t descriptor; /* the next value's */
        size_t start;      /* of the nested value */
    } values[NESTING_MAX];
    uint32_t nesting;
};

static void set16(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void set32(uint8_t *p, size_t v)
{
    set16(p, v);
    set16(p + 2, v >> 16);
}

static void set64(uint8_t *p, uint64_t v)
{
    set32(p, (uint32_t)v);
    set32(p + 4, (uint32_t)(v >> 32));
}

static void begin_chunk(struct evtx_writer *w)
{
    memset(&w->chunk, 0, sizeof w->chunk);
    w->chunk.at = CHUNK_HEADER;
}

struct evtx_writer *evtx_writer_new(void)
{
    struct evtx_writer *w = mem_alloc(sizeof *w);

    w->file = buf_make(BUF_MAX_OUTPUT);
    char *header = buf_room(&w->file, FILE_HEADER);
    assert(header);
    memset(header, 0, FILE_HEADER);
    w->file.n = FILE_HEADER;
    begin_chunk(w);
    return w;
}

void evtx_writer_free(struct evtx_writer *w)
{
    if (!w)
        return;
    buf_done(&w->file);
    free(w);
}

static void seal_chunk(uint8_t *chunk)
{
    const char *p = (const char *)chunk;
    size_t free_space = le32(chunk + 48);

    if (free_space >= CHUNK_HEADER && free_space <= CHUNK)
        set32(chunk + 52, crc32_of(0, (str){p + CHUNK_HEADER, free_space - CHUNK_HEADER}));
    uint32_t crc = crc32_of(0, (str){p, 120});
    set32(chunk + 124, crc32_of(crc, (str){p + 128, CHUNK_HEADER - 128}));
}

void evtx_seal(uint8_t *file, size_t n)
{
    set32(file + 124, crc32_of(0, (str){(const char *)file, 120}));
    for (size_t at = FILE_HEADER; at + CHUNK <= n; at += CHUNK)
        if (memcmp(file + at, "ElfChnk", 8) == 0)
            seal_chunk(file + at);
}

bool evtx_chunk_is_empty(const struct evtx_writer *w)
{
    return w->chunk.last_record == 0;
}

void evtx_next_chunk(struct evtx_writer *w)
{
    uint8_t *c = w->chunk.bytes;
    uint64_t count = w->chunk.last_record ? w->chunk.last_id - w->chunk.first_id + 1 : 0;

    memcpy(c, "ElfChnk", 8);
    set64(c + 8, w->record_number + 1);
    set64(c + 16, w->record_number + count);
    set64(c + 24, w->chunk.first_id);
    set64(c + 32, w->chunk.last_id);
    set32(c + 40, 128);
    set32(c + 44, w->chunk.last_record);
    set32(c + 48, w->chunk.at);
    buf_add(&w->file, (str){(const char *)c, CHUNK});
    w->record_number += count;
    w->chunk_count++;
    begin_chunk(w);
}

str evtx_finish(struct evtx_writer *w)
{
    if (w->chunk.last_record || w->chunk_count == 0)
        evtx_next_chunk(w);
    uint8_t *h = (uint8_t *)w->file.p;
    memcpy(h, "ElfFile", 8);
    set64(h + 16, w->chunk_count - 1);
    set64(h + 24, w->record_number + 1);
    set32(h + 32, 128);
    set16(h + 36, 1); /* version 3.1 */
    set16(h + 38, 3);
    set16(h + 40, FILE_HEADER);
    set16(h + 42, w->chunk_count);
    evtx_seal(h, w->file.n);
    return buf_str(&w->file);
}

void evtx_raw(struct evtx_writer *w, const void *bytes, size_t n)
{
    if (n > CHUNK - w->chunk.at) {
        w->overflow = true;
        return;
    }
    if (n)
        memcpy(w->chunk.bytes + w->chunk.at, bytes, n);
    w->chunk.at += n;
}

size_t evtx_at(const struct evtx_writer *w)
{
    return w->chunk.at;
}

static void put8(struct evtx_writer *w, uint8_t v)
{
    evtx_raw(w, &v, 1);
}

static void put16(struct evtx_writer *w, size_t v)
{
    uint8_t bytes[2];

    set16(bytes, v);
    evtx_raw(w, bytes, sizeof bytes);
}

static void put32(struct evtx_writer *w, size_t v)
{
    uint8_t bytes[4];

    set32(bytes, v);
    evtx_raw(w, bytes, sizeof bytes);
}

/* Fills in a size or an offset that was left open; one beyond the chunk's end is given up with it.
 */
static void patch32(struct evtx_writer *w, size_t at, size_t v)
{
    if (at + 4 <= CHUNK)
        set32(w->chunk.bytes + at, v);
}

static void add_unit(struct buf *out, uint32_t unit)
{
    buf_char(out, (char)(unit & 0xFF));
    buf_char(out, (char)(unit >> 8));
}

void evtx_add_utf16(struct buf *out, str utf8)
{
    while (utf8.n) {
        uint32_t point = utf8_next(&utf8);
        if (point >= 0x10000) {
            add_unit(out, 0xD800 + ((point - 0x10000) >> 10));
            point = 0xDC00 + ((point - 0x10000) & 0x3FF);
        }
        add_unit(out, point);
    }
}

/* Returns the number of code units. */
static size_t put_utf16(struct evtx_writer *w, str utf8)
{
    struct buf units = buf_make(BUF_MAX_OUTPUT);

    evtx_add_utf16(&units, utf8);
    size_t n = units.n / 2;
    evtx_raw(w, units.p, units.n);
    buf_done(&units);
    return n;
}

static bool is_name(const struct evtx_writer *w, uint32_t offset, str name)
{
    const uint8_t *p = w->chunk.bytes + offset;
    char text[1024];
    uint16_t units = le16(p + 6);

    return units < sizeof text / 3 &&
           str_eq((str){text, utf8_from_utf16(p + 8, units, false, text)}, name);
}

/* The offset of a name; the name itself follows where it is new to the chunk. */
static void put_name(struct evtx_writer *w, str name)
{
    for (uint32_t i = 0; i < w->chunk.name_count; i++)
        if (is_name(w, w->chunk.names[i], name)) {
            put32(w, w->chunk.names[i]);
            return;
        }
    put32(w, w->chunk.at + 4);
    size_t at = w->chunk.at;
    put32(w, 0);
    put16(w, 0);
    put16(w, 0);
    size_t units = put_utf16(w, name);
    put16(w, 0);
    if (w->overflow || w->chunk.name_count == NAMES_MAX) {
        w->overflow = true;
        return;
    }
    uint16_t hash = 0;
    for (size_t i = 0; i < units; i++)
        hash = (uint16_t)(hash * 65599u + le16(w->chunk.bytes + at + 8 + 2 * i));
    uint8_t *bucket = w->chunk.bytes + STRING_TABLE + 4 * (hash % 64);
    set32(w->chunk.bytes + at, le32(bucket));
    set16(w->chunk.bytes + at + 4, hash);
    set16(w->chunk.bytes + at + 6, units);
    set32(bucket, at);
    w->chunk.names[w->chunk.name_count++] = (uint32_t)at;
}

void evtx_begin_record(struct evtx_writer *w, uint64_t id, uint64_t filetime)
{
    uint8_t header[24] = "**";

    w->saved = w->chunk;
    w->record = w->chunk.at;
    w->depth = w->nesting = 0;
    set64(header + 8, id);
    set64(header + 16, filetime);
    evtx_raw(w, header, sizeof header);
}

bool evtx_end_record(struct evtx_writer *w)
{
    while ((w->chunk.at + 4) % 8 && !w->overflow)
        put8(w, 0);
    size_t size = w->chunk.at + 4 - w->record;
    put32(w, size);
    if (w->overflow) {
        w->chunk = w->saved;
        w->overflow = false;
        return false;
    }
    set32(w->chunk.bytes + w->record + 4, size);
    uint64_t id = le64(w->chunk.bytes + w->record + 8);
    if (!w->chunk.last_record)
        w->chunk.first_id = id;
    w->chunk.last_id = id;
    w->chunk.last_record = w->record;
    return true;
}

void evtx_fragment(struct evtx_writer *w)
{
    evtx_raw(w, "\x0f\x01\x01\x00", 4);
}

void evtx_end_fragment(struct evtx_writer *w)
{
    put8(w, 0);
}

void evtx_open_element(struct evtx_writer *w, str name, uint16_t dependency, bool has_attributes)
{
    assert(w->depth < countof(w->elements));
    struct open_size *e = &w->elements[w->depth++];

    put8(w, has_attributes ? 0x41 : 0x01);
    put16(w, dependency);
    e->at = w->chunk.at;
    put32(w, 0);
    put_name(w, name);
    e->attributes = has_attributes ? w->chunk.at : 0;
    if (has_attributes)
        put32(w, 0);
}

void evtx_attribute(struct evtx_writer *w, str name)
{
    put8(w, 0x06);
    put_name(w, name);
}

static void put_counted(struct evtx_writer *w, str utf8)
{
    size_t at = w->chunk.at;

    put16(w, 0);
    size_t units = put_utf16(w, utf8);
    if (!w->overflow)
        set16(w->chunk.bytes + at, units);
}

void evtx_text(struct evtx_writer *w, str utf8)
{
    put8(w, 0x05);
    put8(w, EVTX_STRING);
    put_counted(w, utf8);
}

void evtx_cdata(struct evtx_writer *w, str utf8)
{
    put8(w, 0x07);
    put_counted(w, utf8);
}

void evtx_character(struct evtx_writer *w, uint16_t unit)
{
    put8(w, 0x08);
    put16(w, unit);
}

void evtx_entity(struct evtx_writer *w, str name)
{
    put8(w, 0x09);
    put_name(w, name);
}

void evtx_instruction(struct evtx_writer *w, str target, str data)
{
    put8(w, 0x0A);
    put_name(w, target);
    put8(w, 0x0B);
    put_counted(w, data);
}

void evtx_hole(struct evtx_writer *w, uint16_t hole, uint8_t type, bool optional)
{
    put8(w, optional ? 0x0E : 0x0D);
    put16(w, hole);
    put8(w, type);
}

static void end_attributes(struct evtx_writer *w)
{
    const struct open_size *e = &w->elements[w->depth - 1];

    assert(w->depth > 0);
    if (e->attributes)
        patch32(w, e->attributes, w->chunk.at - e->attributes - 4);
}

void evtx_close_start(struct evtx_writer *w)
{
    end_attributes(w);
    put8(w, 0x02);
}

static void end_element(struct evtx_writer *w)
{
    const struct open_size *e = &w->elements[--w->depth];

    patch32(w, e->at, w->chunk.at - e->at - 4);
}

void evtx_close_empty(struct evtx_writer *w)
{
    end_attributes(w);
    put8(w, 0x03);
    end_element(w);
}

void evtx_close_element(struct evtx_writer *w)
{
    put8(w, 0x04);
    end_element(w);
}

bool evtx_instance(struct evtx_writer *w, str key)
{
    uint8_t guid[16];
    uint64_t hash = hash64(key, 1);

    set64(guid, hash);
    set64(guid + 8, hash64(key, 2));
    put8(w, 0x0C);
    put8(w, 1);
    evtx_raw(w, guid, 4);
    for (uint32_t i = 0; i < w->chunk.template_count; i++)
        if (w->chunk.templates[i].key == hash) {
            put32(w, w->chunk.templates[i].offset);
            return false;
        }
    put32(w, w->chunk.at + 4);
    if (w->overflow || w->chunk.template_count == TEMPLATES_MAX) {
        w->overflow = true;
        return false;
    }
    w->definition = w->chunk.at;
    w->chunk.templates[w->chunk.template_count++] =
        (struct known_template){hash, (uint32_t)w->chunk.at};
    uint8_t *bucket = w->chunk.bytes + TEMPLATE_TABLE + 4 * (le32(guid) % 32);
    put32(w, le32(bucket));
    set32(bucket, w->definition);
    evtx_raw(w, guid, sizeof guid);
    put32(w, 0);
    evtx_fragment(w);
    return true;
}

void evtx_end_definition(struct evtx_writer *w)
{
    evtx_end_fragment(w);
    patch32(w, w->definition + 20, w->chunk.at - w->definition - 24);
}

void evtx_begin_values(struct evtx_writer *w, uint32_t count)
{
    assert(w->nesting < NESTING_MAX);
    put32(w, count);
    w->values[w->nesting].descriptor = w->chunk.at;
    for (uint32_t i = 0; i < count; i++)
        put32(w, 0);
}

static void describe_value(struct evtx_writer *w, uint8_t type, size_t n)
{
    size_t *at = &w->values[w->nesting].descriptor;

    assert(n <= 0xFFFF || w->overflow);
    patch32(w, *at, (n & 0xFFFF) | (size_t)type << 16);
    *at += 4;
}

void evtx_value(struct evtx_writer *w, uint8_t type, const void *bytes, size_t n)
{
    if (n > 0xFFFF)
        w->overflow = true;
    describe_value(w, type, n);
    evtx_raw(w, bytes, n);
}

void evtx_string_value(struct evtx_writer *w, str utf8)
{
    size_t at = w->chunk.at;

    put_utf16(w, utf8);
    describe_value(w, EVTX_STRING, w->chunk.at - at);
}

void evtx_begin_nested(struct evtx_writer *w)
{
    w->values[w->nesting].start = w->chunk.at;
    w->nesting++;
    assert(w->nesting < NESTING_MAX);
}

void evtx_end_nested(struct evtx_writer *w)
{
    assert(w->nesting > 0);
    w->nesting--;
    describe_value(w, EVTX_BINXML, w->chunk.at - w->values[w->nesting].start);
}
