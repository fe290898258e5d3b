/*
 * bench_rawlog - what the raw log costs: records of a file of lines through append,
 * compression, write and sync, and back through the reader.
 *
 *   bench_rawlog FOLDER ROUNDS FILE...
 *
 * Prints a line a stage, tab separated: name, bytes of records, records, CPU seconds (the best of
 * the rounds; of the thread, system calls in it), bytes on disk.
 */
#include "base/buf.h"
#include "rawlog/raw_reader.h"
#include "rawlog/rawlog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { INPUT_MAX = 1 << 30 };
#define COMMIT_BYTES ((size_t)4 * 1024 * 1024)

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const struct err *e)
{
    char text[sizeof *e];

    err_format(e, text, sizeof text);
    fprintf(stderr, "bench_rawlog: %s\n", text);
    exit(1);
}

struct figures {
    uint64_t bytes, records, disk_bytes;
    double block_s, append_s, commit_s, read_s;
};

static void append(struct rawlog *l, struct raw_source *s, struct record_block *b,
                   struct figures *f)
{
    struct err e = {0};
    double start = cpu_s();

    if (!raw_append(s, b)) {
        fprintf(stderr, "bench_rawlog: a source is full\n");
        exit(1);
    }
    f->append_s += cpu_s() - start;
    block_clear(b);
    if (raw_pending_bytes(s) < COMMIT_BYTES)
        return;
    start = cpu_s();
    if (!rawlog_commit(l, &e))
        fail(&e);
    f->commit_s += cpu_s() - start;
}

static void write_all(struct rawlog *l, struct raw_source *s, str text, struct figures *f)
{
    const struct run_label label = {S("192.0.2.1"), S("json"), 1, 1};
    struct record_block b;
    struct err e = {0};
    double start;

    block_init(&b);
    while (text.n) {
        start = cpu_s();
        while (text.n) {
            str rest = text, line = str_cut(&rest, '\n');
            if (line.n > BLOCK_RECORD_BYTES_MAX)
                line.n = BLOCK_RECORD_BYTES_MAX;
            if (!block_has_room(&b, line.n))
                break;
            block_add(&b, &label, line);
            f->bytes += line.n;
            f->records++;
            text = rest;
        }
        f->block_s += cpu_s() - start;
        append(l, s, &b, f);
    }
    start = cpu_s();
    if (!rawlog_commit(l, &e))
        fail(&e);
    f->commit_s += cpu_s() - start;
    f->disk_bytes = raw_disk_bytes(s);
    block_done(&b);
}

static void read_all(struct io *io, const char *folder, str source, struct figures *f)
{
    struct record_block b;
    struct err e = {0};
    const double start = cpu_s();
    struct raw_reader *r = raw_reader_open(io, folder, source, 0, &e);

    if (!r)
        fail(&e);
    block_init(&b);
    while (raw_reader_next(r, &b, &e))
        ;
    if (e.code != ERR_NONE)
        fail(&e);
    if (raw_reader_counts(r)->records != f->records) {
        fprintf(stderr, "bench_rawlog: not all records came back\n");
        exit(1);
    }
    raw_reader_free(r);
    block_done(&b);
    f->read_s = cpu_s() - start;
}

static void print(const char *name, const struct figures *f, double seconds)
{
    printf("%s\t%" PRIu64 "\t%" PRIu64 "\t%.4f\t%" PRIu64 "\n", name, f->bytes, f->records, seconds,
           f->disk_bytes);
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

int main(int argc, char **argv)
{
    struct buf text = buf_make(INPUT_MAX);
    struct figures best = {0};
    struct clock clock = clock_system();
    struct err e = {0};
    uint64_t rounds = 0;
    struct io io;

    io_init(&io);
    if (argc < 4 || !str_u64(str_from(argv[2]), &rounds) || rounds == 0) {
        fprintf(stderr, "usage: bench_rawlog FOLDER ROUNDS FILE...\n");
        return 2;
    }
    for (int i = 3; i < argc; i++)
        if (!io_read_file(&io, argv[i], &text, &e))
            fail(&e);
    for (uint64_t round = 0; round < rounds; round++) {
        const struct rawlog_options o = {.io = &io, .clock = &clock, .folder = argv[1]};
        struct figures f = {0};
        char name[32];
        int n = snprintf(name, sizeof name, "round-%" PRIu64, round);
        const str source = {name, (size_t)n};
        struct rawlog *l = rawlog_open(&o, &e);
        struct raw_source *s = l ? rawlog_source(l, source, &e) : NULL;
        if (!s)
            fail(&e);
        write_all(l, s, buf_str(&text), &f);
        rawlog_close(l);
        read_all(&io, argv[1], source, &f);
        if (round) {
            f.block_s = least(f.block_s, best.block_s);
            f.append_s = least(f.append_s, best.append_s);
            f.commit_s = least(f.commit_s, best.commit_s);
            f.read_s = least(f.read_s, best.read_s);
        }
        best = f;
    }
    print("block", &best, best.block_s);
    print("append", &best, best.append_s);
    print("commit", &best, best.commit_s);
    print("read", &best, best.read_s);
    buf_done(&text);
    return 0;
}
