#include "bench_cache.h"

#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

enum { CACHE_ROUNDS = 11 };

static double cpu_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int by_number(const void *left, const void *right)
{
    double l = *(const double *)left, r = *(const double *)right;

    return (l > r) - (l < r);
}

static double median(double numbers[CACHE_ROUNDS])
{
    qsort(numbers, CACHE_ROUNDS, sizeof *numbers, by_number);
    return numbers[CACHE_ROUNDS / 2];
}

static struct rule_key key_of(struct io *io, char **paths)
{
    const struct clock clock = clock_system();
    struct rule_key k;

    rule_key_init(&k, io, clock_now_ns(&clock));
    for (; *paths && !str_eq(str_from(*paths), S("--")); paths++)
        rule_key_path(&k, *paths);
    rule_key_finish(&k);
    rule_key_done(&k);
    return k;
}

bool bench_cache(struct io *io, const char *folder, char **paths, const struct ready_rules *r,
                 struct cache_times *ret, struct err *e)
{
    struct buf block CLEANUP(buf_done) = buf_make(RULE_BLOCK_BYTES_MAX);
    struct rule_key key = key_of(io, paths);
    double keys[CACHE_ROUNDS], reads[CACHE_ROUNDS];
    struct rule_cache cache;

    rule_cache_open(&cache, io, folder);
    bool ok = rule_block_write(r, key.value, &block, e) && rule_cache_write(&cache, &key, r);
    for (int i = 0; i < CACHE_ROUNDS && ok; i++) {
        struct ready_rules back;
        double start = cpu_ms();
        key = key_of(io, paths);
        double looked = cpu_ms();
        ok = rule_cache_read(&cache, &key, &back);
        double read = cpu_ms();
        keys[i] = looked - start;
        reads[i] = read - looked;
        ready_rules_done(&back);
    }
    rule_cache_close(&cache);
    if (!ok)
        return err_set(e, ERR_IO, "rules are not cached in '%s'", folder);
    *ret = (struct cache_times){median(keys), median(reads), (double)block.n / 1e6};
    return true;
}
