/*
 * evtx_chunk.c - the records of one 64 KiB chunk (libevtx documentation, "Chunk",
 * "Event record" and "Corruption scenarios").
 *
 *   0    "ElfChnk\0", first and last record numbers and ids, offsets, checksums
 *   512  records: "**\0\0", size, id, time, binary XML, size again
 *   then up to the end what older records left: the slack
 *
 * A header is a hint. Records are followed by their sizes, and where that fails
 * by their magic. In the slack and in damaged blocks only whole records count:
 * the two sizes must agree.
 */
#include "formats/evtx_chunk.h"

#include "event/windows.h"
#include "formats/evtx_value.h"
#include "simd/simd.h"
#include "text/time.h"

enum {
    FIRST_ID = 24, /* offsets in a chunk's header */
    LAST_ID = 32,
    HEADER_LENGTH = 40, /* always 128 */
    LAST_RECORD = 44,
    FREE_SPACE = 48,
    HEADER_CRC = 124,
    CRC_FIRST = 120, /* the CRC covers bytes [0, 120) and [128, 512) */
    CRC_SECOND = 128,
    ID_RUNS = 2,
    ID_FILTER_BITS = 512, /* some ten times as many as a chunk has records */
    IDS_MAX = 2 * (EVTX_CHUNK_SIZE / EVTX_RECORD_MIN), /* each record has at most two */
};

#define RECORD_MAGIC "**\0\0"

struct walk {
    const struct evtx_block *block;
    struct evtx_reader *reader;
    const uint8_t *bytes;
    size_t n;
    uint64_t events;
    bool cut_record;  /* the end of input within a record was reported */
    uint64_t last_id; /* in the header of the record before */

    /* Ids read from this chunk so far. They nearly always follow each other, those of headers and
     * those of the XML, and then only the ends of the two runs are kept; others are in ids. */
    struct id_run {
        uint64_t first, last;
        bool is_used;
    } runs[ID_RUNS];
    uint32_t id_count;
    uint64_t ids[IDS_MAX];
    uint64_t id_filter[ID_FILTER_BITS / 64]; /* a bit for the lower part of each of them */

    struct event event; /* of a lazy sink, used again and again */
};

bool evtx_is_chunk(const uint8_t *bytes, size_t n)
{
    return n >= EVTX_CHUNK_HEADER && memcmp(bytes, EVTX_CHUNK_MAGIC, 8) == 0;
}

bool evtx_is_zero(const uint8_t *p, size_t n)
{
    enum { STEP = 256 };
    uint8_t any = 0;

    for (; n >= STEP && any == 0; p += STEP, n -= STEP)
        for (size_t i = 0; i < STEP; i++)
            any |= p[i];
    for (size_t i = 0; i < n; i++)
        any |= p[i];
    return any == 0;
}

bool evtx_is_sound_chunk(const uint8_t *bytes, size_t n)
{
    if (!evtx_is_chunk(bytes, n))
        return false;
    const char *p = (const char *)bytes;
    uint32_t crc = simd_best()->checksum(0, p, CRC_FIRST);
    crc = simd_best()->checksum(crc, p + CRC_SECOND, EVTX_CHUNK_HEADER - CRC_SECOND);
    return crc == le32(bytes + HEADER_CRC);
}

struct evtx_run evtx_run_before(const uint8_t *chunk, uint32_t n)
{
    return (struct evtx_run){.next = le64(chunk + FIRST_ID), .n = n};
}

uint32_t evtx_run_add(struct evtx_run *run, const uint8_t *chunk)
{
    uint64_t first = le64(chunk + FIRST_ID), last = le64(chunk + LAST_ID);
    uint32_t before = first == run->next ? run->n : 0;

    run->n = before;
    run->next = first;
    if (first <= last && last - first < EVTX_RUN_MAX) {
        uint64_t n = before + (last - first) + 1;
        run->n = n < EVTX_RUN_MAX ? (uint32_t)n : EVTX_RUN_MAX;
        run->next = last + 1;
    } else {
        run->n = 0;
    }
    return before;
}

static void report(const struct evtx_block *b, struct problem *p, size_t at, const char *text)
{
    p->offset = b->batch->offset + b->at + at;
    str reason = str_from(text);
    memcpy(p->text, reason.p, reason.n < sizeof p->text ? reason.n : sizeof p->text - 1);
    b->out->problem(b->out->ctx, p);
}

void evtx_report(const struct evtx_block *b, enum problem_kind kind, size_t at, size_t length,
                 const char *text)
{
    report(b, &(struct problem){.kind = kind, .length = length}, at, text);
}

static void report_record(const struct walk *w, enum problem_kind kind, size_t at, size_t length,
                          const char *text)
{
    struct problem p = {
        .kind = kind, .length = length, .has_record = true, .record = le64(w->bytes + at + 8)};
    report(w->block, &p, at, text);
}

static size_t record_size(const struct walk *w, size_t at)
{
    return le32(w->bytes + at + 4);
}

static bool has_magic(const struct walk *w, size_t at, size_t limit)
{
    return limit - at >= EVTX_RECORD_MIN && memcmp(w->bytes + at, RECORD_MAGIC, 4) == 0;
}

/* A record begins here, and by its size it ends before the limit. */
static bool is_record(const struct walk *w, size_t at, size_t limit)
{
    return has_magic(w, at, limit) && record_size(w, at) >= EVTX_RECORD_MIN &&
           record_size(w, at) <= limit - at;
}

static bool is_whole_record(const struct walk *w, size_t at, size_t limit)
{
    return is_record(w, at, limit) &&
           le32(w->bytes + at + record_size(w, at) - 4) == record_size(w, at);
}

/* The next whole record from `at` on; limit when there is none. */
static size_t find_record(const struct walk *w, size_t at, size_t limit)
{
    while (at < limit) {
        /* Behind the chunk's bytes are others of the batch, or its padding. */
        at += simd_best()->find((const char *)w->bytes + at, limit - at, RECORD_MAGIC, 4);
        if (at == limit)
            return limit;
        if (is_whole_record(w, at, limit))
            return at;
        at++;
    }
    return limit;
}

static bool in_runs(const struct walk *w, uint64_t id)
{
    for (uint32_t i = 0; i < ID_RUNS; i++)
        if (w->runs[i].is_used && id - w->runs[i].first <= w->runs[i].last - w->runs[i].first)
            return true;
    return false;
}

static bool in_ids(const struct walk *w, uint64_t id)
{
    if (!(w->id_filter[id % ID_FILTER_BITS / 64] >> id % 64 & 1))
        return false;
    for (uint32_t i = 0; i < w->id_count; i++)
        if (w->ids[i] == id)
            return true;
    return false;
}

static bool is_known_id(const struct walk *w, uint64_t id)
{
    if (w->block->before) {
        uint64_t back = le64(w->bytes + FIRST_ID) - id;
        if (back != 0 && back <= w->block->before)
            return true;
    }
    return in_runs(w, id) || in_ids(w, id);
}

static void note_id(struct walk *w, uint64_t id)
{
    if (in_runs(w, id))
        return;
    for (uint32_t i = 0; i < ID_RUNS; i++) {
        struct id_run *run = &w->runs[i];
        if (!run->is_used || id == run->last + 1) {
            run->first = run->is_used ? run->first : id;
            run->last = id;
            run->is_used = true;
            return;
        }
    }
    if (w->id_count < IDS_MAX && !(w->id_count && w->ids[w->id_count - 1] == id)) {
        w->ids[w->id_count++] = id;
        w->id_filter[id % ID_FILTER_BITS / 64] |= (uint64_t)1 << id % 64;
    }
}

/* The event that a record is read into, without what the one before left in it. */
static struct event *blank_event(struct walk *w)
{
    struct event *ev = &w->event;

    if (!w->block->out->lazy)
        return arena_alloc(w->block->batch->arena, sizeof *ev);
    ev->logsource_count = 0;
    ev->source_set = 0;
    return ev;
}

/*
 * An exported log numbers its records anew: the record's header then has another id than the
 * EventRecordID of its XML, which is the event's number. Both are noted.
 */
static void read_record(struct walk *w, size_t at, size_t size, bool recovered)
{
    const struct batch *b = w->block->batch;
    const char *why;
    uint64_t id = le64(w->bytes + at + 8);
    struct event *ev = blank_event(w);

    ev->from = (struct provenance){
        .file = b->stream->path,
        .source = b->stream->id,
        .trust = b->stream->trust,
        .record = id,
        .offset = b->offset + w->block->at + at,
        .recovered = recovered,
    };
    ev->kind = &kind_windows;
    ev->has_time = time_from_filetime(le64(w->bytes + at + 16), &ev->time_ns); /* of writing */
    ev->time_digits = EVTX_TIME_DIGITS;
    note_id(w, id);
    w->last_id = id;
    if (!evtx_reader_record(w->reader, at + EVTX_RECORD_HEADER, at + size - 4, ev, &why)) {
        report_record(w, recovered ? PROBLEM_leftover : PROBLEM_bad_record, at, size, why);
        return;
    }
    if (recovered && ev->from.record != id && is_known_id(w, ev->from.record))
        return;
    note_id(w, ev->from.record);
    if (ev->fields_dropped)
        report_record(w, PROBLEM_fields_dropped, at, size, "more fields than the limit");
    w->events++;
    w->block->out->event(w->block->out->ctx, ev);
}

/* Passes over what is not a record; returns where the next one is. A header may call all of the
 * chunk live while zeros follow its last record: that is how they look before they are filled. */
static size_t skip_damage(struct walk *w, size_t at, size_t limit)
{
    size_t next = find_record(w, at, limit);

    if (next == limit && has_magic(w, at, limit) && w->block->is_last) {
        report_record(w, PROBLEM_truncated, at, limit - at, "input ends within this record");
        w->cut_record = true;
    } else if (next == limit && has_magic(w, at, limit))
        report_record(w, PROBLEM_bad_record, at, limit - at, "a record that goes beyond its chunk");
    else if (next < limit || !evtx_is_zero(w->bytes + at, limit - at) ||
             w->last_id < le64(w->bytes + LAST_ID))
        evtx_report(w->block, PROBLEM_damaged, at, next - at, "bytes that are no record");
    return next;
}

/* The first size leads to the next record. Where the two sizes differ and the first does not
 * lead to a record, the record ends where the next whole one begins. */
static size_t live_size(const struct walk *w, size_t at, size_t limit)
{
    size_t size = record_size(w, at);

    if (is_whole_record(w, at, limit) || at + size == limit || has_magic(w, at + size, limit))
        return size;
    size_t next = find_record(w, at + EVTX_RECORD_MIN, limit);
    return next < at + size ? next - at : size;
}

static void read_live(struct walk *w, size_t limit)
{
    size_t at = EVTX_CHUNK_HEADER;

    while (at < limit) {
        if (!is_record(w, at, limit)) {
            at = skip_damage(w, at, limit);
            continue;
        }
        size_t size = live_size(w, at, limit);
        if (!is_whole_record(w, at, limit))
            report_record(w, PROBLEM_damaged, at, size, "the two sizes of the record differ");
        read_record(w, at, size, false);
        at += size;
    }
}

/* Whole records that are not known from this chunk already: older copies of live records are
 * common, since chunks are buffers that are used again. */
static void read_leftover(struct walk *w, size_t at)
{
    if (evtx_is_zero(w->bytes + at, w->n - at)) /* as most of what was never written */
        return;
    for (at = find_record(w, at, w->n); at < w->n; at = find_record(w, at, w->n)) {
        size_t size = record_size(w, at);
        if (!is_known_id(w, le64(w->bytes + at + 8)))
            read_record(w, at, size, true);
        at += size;
    }
}

static void begin(struct walk *w, struct evtx_reader *r, const struct evtx_block *b)
{
    w->block = b;
    w->reader = r;
    w->bytes = (const uint8_t *)b->batch->data + b->at;
    w->n = b->n;
    w->events = 0;
    w->cut_record = false;
    w->last_id = 0;
    memset(w->runs, 0, sizeof w->runs);
    memset(w->id_filter, 0, sizeof w->id_filter);
    w->id_count = 0;
    w->event = (struct event){0};
    assert(b->n <= EVTX_CHUNK_SIZE && b->at + b->n <= b->batch->n);
    evtx_reader_chunk(r, w->bytes, w->n);
}

uint64_t evtx_read_chunk(struct evtx_reader *r, const struct evtx_block *b)
{
    struct walk w;

    begin(&w, r, b);
    assert(evtx_is_chunk(w.bytes, w.n));
    size_t live = le32(w.bytes + FREE_SPACE);
    if (!evtx_is_sound_chunk(w.bytes, w.n))
        evtx_report(b, PROBLEM_damaged, 0, EVTX_CHUNK_HEADER, "wrong checksum of a chunk header");
    if (live < EVTX_CHUNK_HEADER || live > w.n)
        live = w.n;
    read_live(&w, live);
    if (w.n < EVTX_CHUNK_SIZE && !w.cut_record)
        evtx_report(b, b->is_last ? PROBLEM_truncated : PROBLEM_damaged, w.n, EVTX_CHUNK_SIZE - w.n,
                    "a chunk that is cut off");
    read_leftover(&w, live);
    return w.events;
}

uint64_t evtx_read_damaged(struct evtx_reader *r, const struct evtx_block *b)
{
    struct walk w;

    begin(&w, r, b);
    if (evtx_is_zero(w.bytes, w.n)) {
        if (b->is_needed)
            evtx_report(b, PROBLEM_damaged, 0, w.n, "zeros where a chunk should be");
        return 0;
    }
    evtx_report(b, PROBLEM_damaged, 0, w.n, "no chunk where one should be");
    for (size_t at = find_record(&w, 0, w.n); at < w.n;
         at = find_record(&w, at + record_size(&w, at), w.n))
        if (evtx_reader_align(r, at + EVTX_RECORD_HEADER, at + record_size(&w, at) - 4))
            break;
    read_leftover(&w, 0);
    return w.events;
}
