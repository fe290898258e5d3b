/*
 * bench_library.c - thread CPU time of the public library, by include/tocsin.h alone, with one
 * thread.
 *
 *   bench_library ROUNDS RULES... -- FILE
 *
 * Prints, between tabs, the median of ROUNDS in nanoseconds:
 *
 *   path    EVENTS  NS    of an event: the file, as `tocsin scan` reads it
 *   buffer  EVENTS  NS    of an event: the same bytes in memory
 *   line    CALLS   NS    of a call: a buffer for each of the first lines, its format given
 *
 * Path and buffer are read in turns, after a pass that warms up.
 */
#include <tocsin.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 99, LINES_MAX = 20000 };

enum way { BY_PATH, BY_BUFFER, BY_LINE, WAYS };

struct bench {
    struct tocsin_scanner *scanner;
    const char *path;
    char *bytes;
    size_t n;
    uint64_t counts[WAYS];
    double ns[WAYS][ROUNDS_MAX];
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_library: %s\n", what);
    exit(1);
}

static double cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_number(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;

    return (l > r) - (l < r);
}

static void read_all(struct bench *b)
{
    FILE *f = fopen(b->path, "rb");

    if (!f || fseek(f, 0, SEEK_END) != 0)
        fail("cannot open the file");
    long size = ftell(f);
    rewind(f);
    b->n = size > 0 ? (size_t)size : 0;
    b->bytes = malloc(b->n + 1);
    if (!b->bytes || fread(b->bytes, 1, b->n, f) != b->n)
        fail("cannot read the file");
    fclose(f);
}

static uint64_t scan_lines(struct bench *b)
{
    const char *at = b->bytes, *end = at + b->n;
    uint64_t calls = 0;

    for (; at < end && calls < LINES_MAX; calls++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        tocsin_scan_buffer(b->scanner, "line", at, (size_t)(next - at), NULL);
        at = next;
    }
    return calls;
}

/* Once; returns what was read in it, events or calls. */
static uint64_t scan(struct bench *b, enum way way)
{
    bool ok = true;

    if (way == BY_LINE)
        return scan_lines(b);
    if (way == BY_PATH)
        ok = tocsin_scan_path(b->scanner, b->path, NULL);
    else
        ok = tocsin_scan_buffer(b->scanner, b->path, b->bytes, b->n, NULL);
    if (!ok)
        fail("cannot scan");
    return tocsin_scanner_events(b->scanner);
}

static void measure(struct bench *b, enum way way, int round)
{
    const double start = cpu_ns();

    b->counts[way] = scan(b, way);
    b->ns[way][round] = (cpu_ns() - start) / (double)b->counts[way];
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"path", "buffer", "line"};
    struct tocsin_error why = TOCSIN_ERROR_INIT;
    struct tocsin_rules *rules = tocsin_rules_new();
    int at = 2, rounds = argc > 4 ? (int)strtol(argv[1], NULL, 10) : 0;

    if (rounds < 1 || rounds > ROUNDS_MAX)
        fail("usage: bench_library ROUNDS RULES... -- FILE");
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        if (!tocsin_rules_add_path(rules, argv[at], &why))
            fail(why.message);
    if (at + 2 != argc || !tocsin_rules_compile(rules, &why))
        fail("there is no file, or no rule");
    struct bench b = {.scanner = tocsin_scanner_new(rules, &why), .path = argv[at + 1]};
    read_all(&b);
    scan(&b, BY_BUFFER);
    for (int round = 0; round < rounds; round++)
        for (int w = BY_PATH; w <= BY_BUFFER; w++)
            measure(&b, (enum way)w, round);
    if (!tocsin_scanner_set_format(b.scanner, "json", &why))
        fail(why.message);
    for (int round = 0; round < rounds; round++)
        measure(&b, BY_LINE, round);
    for (int w = 0; w < WAYS; w++) {
        qsort(b.ns[w], (size_t)rounds, sizeof b.ns[w][0], by_number);
        printf("%s\t%" PRIu64 "\t%.0f\n", names[w], b.counts[w], b.ns[w][rounds / 2]);
    }
    free(b.bytes);
    tocsin_scanner_free(b.scanner);
    tocsin_rules_free(rules);
    return 0;
}
