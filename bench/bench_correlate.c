/*
 * bench_correlate - correlation alone: matches of rules to a correlator, by one thread.
 *
 *   bench_correlate ROUNDS
 *
 * Prints lines of names and numbers between tabs, medians of ROUNDS, thread CPU time:
 *
 *   NAME  NS-PER-MATCH  MATCHES-PER-S  KEYS  BYTES-PER-KEY
 *
 * counts: 100 rules, each counted by a correlation of its own and by address, 1,000,000 live groups
 * in all, which every round looks up in an order without pattern. few_values, many_values: how many
 * users an address has, when it has 10 or 10,000. All values are text, as a scan hands them over.
 */
#include "base/mem.h"
#include "correlate/correlator.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 99, RULES = 100, MATCHES = 1000000 };

struct workload {
    const char *name, *type; /* what stands in the correlation */
    uint32_t rules, addresses, users;
    uint32_t passes; /* over MATCHES, to be measured */
};

static const struct workload workloads[] = {
    {"counts", "event_count, condition: {gte: 4}", RULES, 10000, 1, 3},
    {"counts_up", "event_count, condition: {gte: 1000}", RULES, 1000, 1, 3},
    {"few_values", "value_count, condition: {field: user, gte: 20000}", 1, 1, 10, 3},
    {"many_values", "value_count, condition: {field: user, gte: 20000}", 1, 1, 10000, 3},
    {"sum", "value_sum, condition: {field: user, gt: 1.0e+18}", 1, 1000, 10, 1},
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

static void count_firing(void *ctx, const struct correlation_firing *f)
{
    (void)f;
    ++*(uint64_t *)ctx;
}

static struct ruleset *make_rules(const struct workload *w)
{
    struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct ruleset *rs = ruleset_new();

    for (uint32_t i = 0; i < w->rules; i++)
        buf_printf(&text,
                   "title: r%u\nname: r%u\nlogsource: {product: x}\n"
                   "detection: {s: {F: %u}, condition: s}\n---\n"
                   "title: c%u\ncorrelation: {type: %s, rules: [r%u], group-by: [address],"
                   " timespan: 100d}\n---\n",
                   i, i, i, i, w->type, i);
    ruleset_load_text(rs, S("bench.yml"), str_trim(buf_str(&text)));
    ruleset_finish(rs);
    if (rs->refusal_count) {
        fprintf(stderr, "%s\n", rs->refusals[0].why.message);
        exit(1);
    }
    return rs;
}

struct match_text {
    uint32_t rule;
    str values[2];
};

static str address_text(struct arena *a, uint32_t n)
{
    return arena_printf(a, "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
}

/* Each group once, in an order without pattern; then again from the start. */
static struct match_text *make_matches(const struct workload *w, struct arena *a)
{
    struct match_text *ret = mem_array(MATCHES, sizeof *ret);

    for (uint32_t i = 0; i < MATCHES; i++) {
        uint32_t n = (uint32_t)((uint64_t)i * 7368787 % MATCHES); /* a prime: each number once */
        ret[i].rule = n % w->rules;
        ret[i].values[0] = address_text(a, n / w->rules % w->addresses);
        ret[i].values[1] = arena_printf(a, "%05u", n % w->users);
    }
    return ret;
}

static double run(const struct workload *w, const struct match_text *matches,
                  struct correlator_stats *ret)
{
    uint64_t fired = 0;
    const struct correlator_sink sink = {&fired, count_firing};
    struct ruleset *rs = make_rules(w);
    struct correlator *c = correlator_new(rs, &sink);
    int64_t time = 0;

    for (uint32_t i = 0; i < MATCHES; i++) /* all groups are there before it is measured */
        correlator_feed(c, matches[i].rule, ++time, matches[i].values, i);
    double start = cpu_ns();
    for (uint32_t pass = 0; pass < w->passes; pass++)
        for (uint32_t i = 0; i < MATCHES; i++)
            correlator_feed(c, matches[i].rule, ++time, matches[i].values, i);
    double ns = (cpu_ns() - start) / MATCHES / w->passes;
    *ret = correlator_stats(c);
    correlator_free(c);
    ruleset_free(rs);
    return ns;
}

int main(int argc, char **argv)
{
    double ns[ROUNDS_MAX];
    uint32_t rounds = argc == 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;

    if (rounds < 1 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_correlate ROUNDS\n");
        return 2;
    }
    for (size_t i = 0; i < countof(workloads); i++) {
        const struct workload *w = &workloads[i];
        struct arena *a = arena_new(1 << 20);
        struct match_text *matches = make_matches(w, a);
        struct correlator_stats s;
        for (uint32_t k = 0; k < rounds; k++)
            ns[k] = run(w, matches, &s);
        qsort(ns, rounds, sizeof *ns, by_number);
        double middle = ns[rounds / 2];
        printf("%s\t%.1f\t%.0f\t%" PRIu64 "\t%.1f\n", w->name, middle, 1e9 / middle, s.keys,
               s.keys ? (double)s.bytes / (double)s.keys : 0.0);
        fflush(stdout);
        free(matches);
        arena_free(a);
    }
    return 0;
}
