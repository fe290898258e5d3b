#include "bench_input.h"

#include "base/mem.h"
#include "formats/format_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CACHE_LINE = 64, LIST_PATH_MAX = 4096, BATCHES = 2, ARENA_BYTES = 1 << 20 };

struct bench_worker {
    struct classifier *classifier;
    const struct detector *detector;
    struct detector_scratch *scratch;
    struct batch batches[BATCHES]; /* being filled, and the one that takes over what is left */
    struct stream stream;
    void *decoder;
    enum bench_stage stage;
    struct bench_counts counts;
    struct batch *decoded;
};

/* ------------------------------------------------------------ inputs */

static bool add_part(struct bench_input *in, const char *path, bool in_memory, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd == -1 ? -1 : lseek(fd, 0, SEEK_END);

    if (size < 0)
        return err_set(e, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    struct bench_part part = {.fd = fd, .n = (size_t)size};
    if (in_memory) {
        part.fd = -1;
        part.data = mem_alloc(part.n + 1);
        bool whole = pread(fd, part.data, part.n, 0) == size;
        close(fd);
        if (!whole)
            return err_set(e, ERR_IO, "cannot read '%s'", path);
    }
    in->parts = mem_resize(in->parts, in->part_count + 1, sizeof *in->parts);
    in->parts[in->part_count++] = part;
    in->bytes += part.n;
    return true;
}

static bool add_list(struct bench_input *in, const char *list, struct err *e)
{
    FILE *f = fopen(list, "r");
    char path[LIST_PATH_MAX];
    bool ok = true;

    if (!f)
        return err_set(e, ERR_IO, "cannot open '%s': %s", list, strerror(errno));
    while (ok && fgets(path, sizeof path, f)) {
        path[strcspn(path, "\n")] = '\0';
        ok = add_part(in, path, true, e);
    }
    fclose(f);
    return ok;
}

bool bench_input_open(struct bench_input *in, const char *description, struct err *e)
{
    str rest = str_from(description), name = str_cut(&rest, ':'), format = str_cut(&rest, ':');

    struct io io;

    io_init(&io);
    *in = (struct bench_input){.name = str_dup(name)};
    in->formats = format_set_load(&io, NULL, 0, e);
    if (!in->formats)
        return false;
    in->format = format_find(in->formats, format);
    if (!in->format || !rest.n)
        return err_set(e, ERR_INPUT, "an input is NAME:FORMAT:PATH, not '%s'", description);
    return str_ends(rest, S(".list")) ? add_list(in, rest.p, e) : add_part(in, rest.p, false, e);
}

void bench_input_close(struct bench_input *in)
{
    for (uint32_t i = 0; i < in->part_count; i++) {
        if (in->parts[i].fd != -1)
            close(in->parts[i].fd);
        free(in->parts[i].data);
    }
    format_set_free(in->formats);
    free(in->parts);
    free(in->name);
}

/* ------------------------------------------------------------ a pass */

static void batch_reserve(struct batch *b, size_t capacity)
{
    if (b->capacity >= capacity)
        return;
    b->data = mem_resize(b->data, capacity + BATCH_PADDING, 1);
    b->capacity = capacity;
}

struct bench_worker *bench_worker_new(const struct detector *d)
{
    struct bench_worker *w = mem_alloc(sizeof *w);

    w->detector = d;
    w->scratch = d ? detector_scratch_new(d) : NULL;
    w->classifier = classifier_new(NULL);
    for (uint32_t i = 0; i < BATCHES; i++) {
        w->batches[i].arena = arena_new(ARENA_BYTES);
        batch_reserve(&w->batches[i], BATCH_BYTES);
    }
    return w;
}

void bench_worker_free(struct bench_worker *w)
{
    for (uint32_t i = 0; i < BATCHES; i++) {
        arena_free(w->batches[i].arena);
        free(w->batches[i].data);
    }
    if (w->decoder)
        w->stream.format->close(w->decoder);
    classifier_free(w->classifier);
    detector_scratch_free(w->scratch);
    free(w);
}

static void on_event(void *ctx, struct event *ev)
{
    struct bench_worker *w = ctx;
    const uint32_t *rules;

    w->counts.events++;
    if (w->stage == STAGE_TEXT)
        event_settle(ev, w->decoded->arena);
    if (w->stage != STAGE_MATCH)
        return;
    classifier_event(w->classifier, ev);
    w->counts.matches += detector_match(w->detector, w->scratch, ev, &rules);
}

static void on_problem(void *ctx, const struct problem *p)
{
    struct bench_worker *w = ctx;

    (void)p;
    w->counts.problems++;
}

/* Fills the batch up to `capacity`; true at the end of the part. */
static bool fill(struct batch *b, const struct bench_part *part, size_t *at, size_t capacity)
{
    size_t left = part->n - *at, room, n;

    batch_reserve(b, capacity);
    room = capacity - b->n;
    n = left < room ? left : room;
    if (part->data)
        memcpy(b->data + b->n, part->data + *at, n);
    else if (n && pread(part->fd, b->data + b->n, n, (off_t)*at) != (ssize_t)n)
        n = 0; /* the file shrank: the counts will tell */
    b->n += n;
    *at += n;
    return *at == part->n || n == 0;
}

static uint64_t touch(const char *data, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i += CACHE_LINE)
        sum += (uint8_t)data[i];
    return sum;
}

static void decode(struct bench_worker *w, struct batch *b, bool last)
{
    const struct decode_sink sink = {
        .ctx = w, .lazy = true, .event = on_event, .problem = on_problem};

    b->stream = &w->stream;
    b->last = last;
    w->decoded = b;
    memset(b->data + b->n, 0, BATCH_PADDING);
    w->stream.format->feed(w->decoder, b, &sink);
    if (last && w->stream.format->flush)
        w->stream.format->flush(w->decoder, b, &sink);
    arena_reset(b->arena);
    *b = (struct batch){.data = b->data, .capacity = b->capacity, .arena = b->arena};
}

static void read_part(struct bench_worker *w, const struct bench_part *part)
{
    struct batch *b = &w->batches[0];

    for (size_t at = 0; at < part->n;) {
        b->n = 0;
        fill(b, part, &at, BATCH_BYTES);
        w->counts.touched += touch(b->data, b->n);
    }
    b->n = 0;
}

static void decode_part(struct bench_worker *w, const struct bench_part *part)
{
    const struct format *format = w->stream.format;
    void *cutter = format->cutter_new();
    size_t at = 0, seen = 0, capacity = BATCH_BYTES;

    for (uint32_t turn = 0;; turn ^= 1) {
        struct batch *b = &w->batches[turn], *next = &w->batches[turn ^ 1];
        struct cut cut = {0};
        bool at_end = fill(b, part, &at, capacity);
        format->cut(cutter, (str){b->data, b->n}, seen, at_end ? CUT_END : CUT_MORE, &cut);
        size_t end = cut.drop + cut.whole;
        if (end == 0 && !at_end) { /* one record is longer than the batch */
            seen = b->n;
            capacity *= 2;
            turn ^= 1;
            continue;
        }
        capacity = BATCH_BYTES;
        size_t left = b->n - end;
        batch_reserve(next, left);
        memcpy(next->data, b->data + end, left);
        next->n = seen = left;
        memmove(b->data, b->data + cut.drop, cut.whole);
        b->offset = at - left - cut.whole;
        b->n = cut.whole;
        b->context = cut.context;
        bool last = at_end && (left == 0 || end == 0);
        decode(w, b, last);
        if (last) {
            next->n = 0;
            break;
        }
    }
    format->cutter_free(cutter);
}

struct bench_counts bench_pass(struct bench_worker *w, const struct bench_input *in,
                               enum bench_stage stage)
{
    assert(stage != STAGE_MATCH || w->detector);
    if (w->decoder && w->stream.format != in->format) {
        w->stream.format->close(w->decoder);
        w->decoder = NULL;
    }
    w->stream = (struct stream){.path = str_from(in->name), .format = in->format};
    if (!w->decoder)
        w->decoder = in->format->open(in->format);
    w->stage = stage;
    w->counts = (struct bench_counts){0};
    for (uint32_t i = 0; i < in->part_count; i++) {
        if (stage == STAGE_READ)
            read_part(w, &in->parts[i]);
        else
            decode_part(w, &in->parts[i]);
    }
    return w->counts;
}
