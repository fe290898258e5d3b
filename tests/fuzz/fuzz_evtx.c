/*
 * fuzz_evtx.c - the EVTX format on any bytes. The first byte tells what the rest is: a file, the
 * records of a chunk, or a block without a chunk's header; and in which steps it is read. With the
 * headers put in front, a mutation reaches the records without having to guess 4608 bytes. What is
 * read lazily must be what is read at once.
 */
#include "../lazy_check.h"

#include "base/mem.h"

enum { FILE_HEADER = 4096, CHUNK = 65536, CHUNK_HEADER = 512, AS_FILE = 0, AS_RECORDS = 1 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
extern const struct format format_evtx;

struct totals {
    uint64_t events, values;
};

/* Reads all that an event points at, so that the sanitizers see it. */
static void on_event(void *ctx, struct event *ev)
{
    struct totals *t = ctx;

    assert(ev->field_count <= EVENT_FIELDS_MAX);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        for (size_t k = 0; k < f->name.n; k++)
            t->values += (uint8_t)f->name.p[k];
        for (size_t k = 0; k < f->value.n; k++)
            t->values += (uint8_t)f->value.p[k];
    }
    t->events++;
}

static void on_problem(void *ctx, const struct problem *p)
{
    (void)ctx;
    assert(p->kind < PROBLEM_KIND_COUNT && p->text[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const size_t steps[] = {1 << 20, 4096, 65536, 66049};

    if (n < 2 || n > 3 * CHUNK)
        return 0;
    uint8_t how = data[0];
    data++;
    n--;
    uint8_t *file = mem_alloc(FILE_HEADER + 4 * CHUNK);
    size_t total = n;
    if (how % 4 == AS_FILE) {
        memcpy(file, data, n);
    } else {
        memcpy(file, "ElfFile", 8);
        file[42] = 1;
        uint8_t *chunk = file + FILE_HEADER;
        if (how % 4 == AS_RECORDS) {
            memcpy(chunk, "ElfChnk", 8);
            chunk[40] = 128;
            chunk[50] = 1; /* all of it is live */
        }
        n = n < CHUNK - CHUNK_HEADER ? n : CHUNK - CHUNK_HEADER;
        memcpy(chunk + CHUNK_HEADER, data, n);
        total = FILE_HEADER + CHUNK;
    }
    struct totals totals[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        struct decode_sink sink = {.ctx = &totals[i], .event = on_event, .problem = on_problem};
        format_drive(&format_evtx, (str){(const char *)file, total}, steps[(how >> 2) % 4 * i],
                     &sink, NULL);
    }
    assert(totals[0].events == totals[1].events && totals[0].values == totals[1].values);

    struct lazy_check check;
    lazy_check_init(&check);
    bool same = lazy_check_bytes(&check, &format_evtx, (str){(const char *)file, total}, steps[0]);
    assert(same);
    lazy_check_done(&check);
    free(file);
    return 0;
}
