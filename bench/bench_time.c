/*
 * bench_time - thread CPU time of reading, decoding and matching streams, by one
 * thread, on the tier that TOCSIN_SIMD names.
 *
 *   bench_time ROUNDS PROFILE CACHE RULES... -- INPUT...
 *
 * PROFILE is a profile's file, or "-" for none; CACHE a folder for cached rules. INPUT is
 * NAME:FORMAT:PATH of bench_input.h; there may be none. Prints lines of names and numbers between
 * tabs:
 *
 *   rules    COUNT  LOAD-MS  BUILD-MS   YAML to rules; rules to a detector (buckets come later)
 *   cache    KEY-MS  READ-MS  MB        are the files the same; the rules from the cache
 *   memcpy   NS-PER-KB                  memory to memory, 64 MB
 *   stage    NAME  STAGE  EVENTS  BYTES  MATCHES  NS-MEDIAN  NS-LEAST  of an event
 *
 * A round measures every stage of an input once, each for at least ROUND_MS; a
 * pass before warms caches, shapes and buckets up.
 */
#include "bench_cache.h"
#include "bench_input.h"

#include "base/mem.h"
#include "simd/simd.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 99, ROUND_MS = 40, COPY_BYTES = 64 << 20, COPY_ROUNDS = 7 };

static const char *const stage_names[STAGE_COUNT] = {
    [STAGE_READ] = "read",
    [STAGE_DECODE] = "decode",
    [STAGE_TEXT] = "text",
    [STAGE_MATCH] = "match",
};

struct timing {
    struct bench_counts counts; /* of one pass */
    double ns[ROUNDS_MAX];      /* of one pass */
};

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

static double median(double *numbers, uint32_t count)
{
    qsort(numbers, count, sizeof *numbers, by_number);
    return numbers[count / 2];
}

static void time_copy(void)
{
    char *from = mem_alloc(COPY_BYTES), *to = mem_alloc(COPY_BYTES);
    double ns[COPY_ROUNDS];

    memset(from, 1, COPY_BYTES);
    for (uint32_t i = 0; i < COPY_ROUNDS; i++) {
        from[i] = (char)i;
        double start = cpu_ns();
        memcpy(to, from, COPY_BYTES);
        ns[i] = cpu_ns() - start;
        assert(to[i] == (char)i);
    }
    printf("memcpy\t%.2f\n", median(ns, COPY_ROUNDS) / (COPY_BYTES / 1024));
    free(from);
    free(to);
}

/* One round of one stage: passes until the time is long enough to be measured. */
static double time_stage(struct bench_worker *w, const struct bench_input *in,
                         enum bench_stage stage, struct bench_counts *ret)
{
    double start = cpu_ns(), ns;
    uint32_t passes = 0;

    do {
        *ret = bench_pass(w, in, stage);
        passes++;
        ns = cpu_ns() - start;
    } while (ns < ROUND_MS * 1e6);
    return ns / passes;
}

static void print_stage(const struct bench_input *in, enum bench_stage stage, struct timing *t,
                        uint64_t events, uint32_t rounds)
{
    double middle = median(t->ns, rounds), per = events ? (double)events : 1.0;

    printf("stage\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%.2f\t%.2f\n", in->name,
           stage_names[stage], events, in->bytes, t->counts.matches, middle / per, t->ns[0] / per);
    fflush(stdout);
}

static void time_input(struct bench_worker *w, const struct bench_input *in, uint32_t rounds)
{
    struct timing *timings = mem_array(STAGE_COUNT, sizeof *timings);

    bench_pass(w, in, STAGE_MATCH);
    for (uint32_t round = 0; round < rounds; round++)
        for (int s = 0; s < STAGE_COUNT; s++)
            timings[s].ns[round] = time_stage(w, in, (enum bench_stage)s, &timings[s].counts);
    for (int s = 0; s < STAGE_COUNT; s++)
        print_stage(in, (enum bench_stage)s, &timings[s], timings[STAGE_DECODE].counts.events,
                    rounds);
    free(timings);
}

static bool time_inputs(const struct detector *d, char **inputs, uint32_t rounds, struct err *e)
{
    for (; *inputs; inputs++) {
        struct bench_input in;
        bool ok = bench_input_open(&in, *inputs, e);
        if (ok) {
            struct bench_worker *w = bench_worker_new(d);
            time_input(w, &in, rounds);
            bench_worker_free(w);
        }
        bench_input_close(&in);
        if (!ok)
            return false;
    }
    return true;
}

/* The rules up to "--"; *paths is left at what follows it. */
static struct ruleset *load_rules(struct io *io, char ***paths)
{
    struct ruleset *rs = ruleset_new();
    bool ok = true;

    for (; ok && **paths && !str_eq(str_from(**paths), S("--")); ++*paths) {
        struct err e = {0};
        ok = ruleset_load(rs, io, **paths, &e);
        if (!ok)
            fprintf(stderr, "bench_time: %s\n", e.message);
    }
    ruleset_finish(rs);
    *paths += **paths != NULL;
    if (ok && rs->count)
        return rs;
    ruleset_free(rs);
    return NULL;
}

static bool run(struct io *io, const struct profile *profile, const char *cache, char **paths,
                uint32_t rounds, struct err *e)
{
    char **rules = paths;
    struct cache_times times;
    double start = cpu_ns();
    struct ruleset *rs = load_rules(io, &paths);

    if (!rs)
        return err_set(e, ERR_INPUT, "no rules");
    double loaded = cpu_ns();
    struct compiled_rules *compiled = compiled_rules_new(rs, profile);
    struct detector *d = detector_new_with(
        &(struct detector_options){.rs = rs, .profile = profile, .compiled = compiled});
    double built = cpu_ns();
    const struct ready_rules ready = {rs, compiled, (struct profile *)(uintptr_t)profile};
    bool ok = bench_cache(io, cache, rules, &ready, &times, e);
    printf("tier\t%s\n", simd_best()->name);
    printf("rules\t%u\t%.2f\t%.2f\n", rs->count, (loaded - start) / 1e6, (built - loaded) / 1e6);
    if (ok) {
        printf("cache\t%.2f\t%.2f\t%.1f\n", times.key, times.read, times.mb);
        time_copy();
        ok = time_inputs(d, paths, rounds, e);
    }
    detector_free(d);
    compiled_rules_free(compiled);
    ruleset_free(rs);
    return ok;
}

int main(int argc, char **argv)
{
    struct profile *profile = NULL;
    struct err e = {0};
    struct io io;
    uint64_t rounds;

    if (argc < 5 || !str_u64(str_from(argv[1]), &rounds) || rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_time ROUNDS PROFILE CACHE RULES... -- INPUT...\n");
        return 2;
    }
    io_init(&io);
    bool ok = (str_eq(str_from(argv[2]), S("-")) || profile_load(&io, argv[2], &profile, &e)) &&
              run(&io, profile, argv[3], argv + 4, (uint32_t)rounds, &e);
    if (!ok)
        fprintf(stderr, "bench_time: %s\n", e.message);
    profile_free(profile);
    return ok ? 0 : 1;
}
