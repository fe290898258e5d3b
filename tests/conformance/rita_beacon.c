/*
 * rita_beacon.c - the parts of the beacon score for cases of RITA's own tests.
 *
 * Reads a case a line, words between blanks: the operation, then NAME=N,N,... of its input; a map
 * of numbers is NAME=KEY,COUNT,KEY,COUNT. Prints a line a case: NAME=N,N,... of what came out, or
 * the word error.
 */
#include "behave/beacon_score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS_MAX = 4096, INPUTS_MAX = 16, LINE_BYTES = 1 << 16 };

struct input {
    const char *name;
    double numbers[NUMBERS_MAX];
    uint32_t count;
};

struct test_case {
    struct input inputs[INPUTS_MAX];
    uint32_t count;
    int64_t values[NUMBERS_MAX], sorted[NUMBERS_MAX], distinct[NUMBERS_MAX];
    double deviations[NUMBERS_MAX];
    uint32_t counts[NUMBERS_MAX], bins[NUMBERS_MAX];
    double edges[NUMBERS_MAX];
    struct beacon_space space;
};

static const struct input *input(const struct test_case *c, const char *name)
{
    static const struct input none;

    for (uint32_t i = 0; i < c->count; i++)
        if (strcmp(c->inputs[i].name, name) == 0)
            return &c->inputs[i];
    return &none;
}

static double number(const struct test_case *c, const char *name)
{
    return input(c, name)->numbers[0];
}

static uint32_t values(struct test_case *c, const char *name)
{
    const struct input *in = input(c, name);

    for (uint32_t i = 0; i < in->count; i++)
        c->values[i] = (int64_t)in->numbers[i];
    return in->count;
}

static void print_list(const char *name, const uint32_t *list, uint32_t n)
{
    printf(" %s=", name);
    for (uint32_t i = 0; i < n; i++)
        printf("%s%u", i ? "," : "", list[i]);
}

static void print_distinct(const struct test_case *c, const char *values_name,
                           const char *counts_name, uint32_t n)
{
    printf(" %s=", values_name);
    for (uint32_t i = 0; i < n; i++)
        printf("%s%lld", i ? "," : "", (long long)c->distinct[i]);
    print_list(counts_name, c->counts, n);
}

static void print_bars(const struct beacon_bars *b, const char *name)
{
    printf(" totalBars=%u longestRun=%u %s=", b->count, b->longest_run, name);
    for (uint32_t i = 0; i < b->heights; i++)
        printf("%s%u,%u", i ? "," : "", b->height[i], b->of[i]);
}

/* ------------------------------------------------------------ operations */

static bool sum(struct test_case *c)
{
    static const char *const names[BEACON_PARTS][2] = {{"tsScore", "tsWeight"},
                                                       {"dsScore", "dsWeight"},
                                                       {"durScore", "durWeight"},
                                                       {"histScore", "histWeight"}};
    double scores[BEACON_PARTS], weights[BEACON_PARTS], score;

    for (int i = 0; i < BEACON_PARTS; i++) {
        scores[i] = number(c, names[i][0]);
        weights[i] = number(c, names[i][1]);
    }
    if (!beacon_sum(scores, weights, &score))
        return false;
    printf("score=%.9g", score);
    return true;
}

static bool timing(struct test_case *c)
{
    struct beacon_spread s;
    struct beacon_mode m;
    const uint32_t n = values(c, "tsList");

    memcpy(c->sorted, c->values, n * sizeof *c->sorted);
    if (!beacon_timing(c->sorted, n, &c->space, &s, &m))
        return false;
    printf("score=%.9g skew=%.9g mad=%.9g tsMode=%lld tsModeCount=%u", s.score, s.skew, s.mad,
           (long long)m.value, m.count);
    print_distinct(c, "uniqueIntervals", "uniqueIntervalCounts", m.distinct);
    return true;
}

static bool sizes(struct test_case *c)
{
    struct beacon_spread s;
    struct beacon_mode m;
    const uint32_t n = values(c, "bytesList");

    memcpy(c->sorted, c->values, n * sizeof *c->sorted);
    if (!beacon_sizes(c->sorted, n, &c->space, &s, &m))
        return false;
    printf("score=%.9g skew=%.9g mad=%.9g dsMode=%lld dsModeCount=%u", s.score, s.skew, s.mad,
           (long long)m.value, m.count);
    print_distinct(c, "uniqueSizes", "uniqueSizeCounts", m.distinct);
    return true;
}

static bool statistics(struct test_case *c)
{
    struct beacon_spread s;
    const uint32_t n = values(c, "values");

    if (!beacon_statistics(c->values, n, number(c, "defaultMadScore"), &c->space, &s))
        return false;
    printf("score=%.9g skew=%.9g mad=%.9g", s.score, s.skew, s.mad);
    return true;
}

static bool skewness(struct test_case *c)
{
    const uint32_t n = values(c, "intervalsBetweenTimestamps");

    beacon_sort(c->values, n);
    const double skew = beacon_skewness(c->values, n);
    printf("skewness=%.9g skewnessScore=%.9g", skew, 1 - (skew < 0 ? -skew : skew));
    return n > 0;
}

static bool mad(struct test_case *c)
{
    const uint32_t n = values(c, "inputData");
    double score;

    if (n == 0)
        return false;
    beacon_sort(c->values, n);
    printf("mad=%.9g", beacon_mad(c->values, n, number(c, "defaultScore"), c->deviations, &score));
    printf(" score=%.9g", score);
    return true;
}

static bool distinct(struct test_case *c)
{
    struct beacon_mode m;
    const uint32_t n = values(c, "sortedInput");

    if (!beacon_distinct(c->values, n, &c->space, &m))
        return false;
    printf("mode=%lld maxCount=%u", (long long)m.value, m.count);
    print_distinct(c, "distinct", "counts", m.distinct);
    return true;
}

static bool duration(struct test_case *c)
{
    const struct beacon_life l = {
        (int64_t)number(c, "datasetMin"), (int64_t)number(c, "datasetMax"),
        (int64_t)number(c, "histMin"),    (int64_t)number(c, "histMax"),
        (uint32_t)number(c, "totalBars"), (uint32_t)number(c, "longestConsecutiveRun"),
    };
    double coverage, consistency, score;

    if (!beacon_duration(&l, (uint32_t)number(c, "minHoursThreshold"),
                         (uint32_t)number(c, "idealConsistencyHours"), &coverage, &consistency,
                         &score))
        return false;
    printf("coverage=%.9g consistency=%.9g score=%.9g", coverage, consistency, score);
    return true;
}

/* Bins are the program's own in hours of a day: these are any, made here. */
static bool make_edges(struct test_case *c, double from, double to, uint32_t n)
{
    if (from >= to || n == 0 || n > BEACON_BINS_MAX)
        return false;
    for (uint32_t i = 0; i <= n; i++)
        c->edges[i] = from + (to - from) * i / n;
    return true;
}

static bool fill_bins(struct test_case *c, uint32_t n)
{
    const uint32_t times = values(c, "tsList");

    memset(c->bins, 0, sizeof c->bins);
    for (uint32_t i = 0; i < times; i++)
        for (uint32_t b = 0; b < n; b++) {
            const double t = (double)c->values[i];
            if (t >= c->edges[b] && (t < c->edges[b + 1] || (b + 1 == n && t == c->edges[n])))
                c->bins[b]++;
        }
    return times > 0;
}

static void print_edges(const struct test_case *c, uint32_t n)
{
    printf(" binEdges=");
    for (uint32_t i = 0; i <= n; i++)
        printf("%s%.12g", i ? "," : "", c->edges[i]);
}

static bool edges(struct test_case *c)
{
    const uint32_t n = (uint32_t)number(c, "numBins");

    if (!make_edges(c, number(c, "startTime"), number(c, "endTime"), n))
        return false;
    print_edges(c, n);
    return true;
}

static bool bars(struct test_case *c)
{
    const struct input *in = input(c, "binEdges");
    struct beacon_bars b;

    memcpy(c->edges, in->numbers, in->count * sizeof *c->edges);
    if (in->count < 2 || !fill_bins(c, in->count - 1) ||
        !beacon_count_bars(c->bins, in->count - 1, number(c, "modalSensitivity"), &b))
        return false;
    print_bars(&b, "freqCount");
    print_list("histogram", c->bins, in->count - 1);
    return true;
}

static bool frequencies(struct test_case *c)
{
    struct beacon_bars b;
    const uint32_t n = values(c, "histogram");

    for (uint32_t i = 0; i < n; i++)
        c->bins[i] = (uint32_t)c->values[i];
    if (!beacon_count_bars(c->bins, n, number(c, "bimodalSensitivity"), &b))
        return false;
    print_bars(&b, "counts");
    return true;
}

static bool evenness(struct test_case *c)
{
    const uint32_t n = values(c, "freqList");
    double score;

    for (uint32_t i = 0; i < n; i++)
        c->bins[i] = (uint32_t)c->values[i];
    if (!beacon_evenness(c->bins, n, &score))
        return false;
    printf("score=%.9g", score);
    return true;
}

static bool two_heights(struct test_case *c)
{
    const struct input *in = input(c, "freqCount");
    struct beacon_bars b = {.count = (uint32_t)number(c, "totalBars"), .heights = in->count / 2};
    double score;

    for (uint32_t i = 0; i < b.heights; i++) {
        b.height[i] = (uint32_t)in->numbers[2 * i];
        b.of[i] = (uint32_t)in->numbers[2 * i + 1];
    }
    if (!beacon_two_heights(&b, (uint32_t)number(c, "minHoursForBimodalAnalysis"), &score))
        return false;
    printf("score=%.9g", score);
    return true;
}

static bool histogram(struct test_case *c)
{
    const uint32_t n = (uint32_t)number(c, "beaconTimeSpan");
    struct beacon_bars b;
    double score;

    if (!make_edges(c, number(c, "datasetMin"), number(c, "datasetMax"), n) || !fill_bins(c, n) ||
        !beacon_histogram(c->bins, n, number(c, "modalSensitivity"),
                          (uint32_t)number(c, "minHoursForBimodalAnalysis"), &score, &b))
        return false;
    printf("score=%.9g", score);
    print_edges(c, n);
    print_bars(&b, "freqCount");
    print_list("histogram", c->bins, n);
    return true;
}

static const struct {
    const char *name;
    bool (*run)(struct test_case *c);
} operations[] = {
    {"beacon_score", sum},
    {"timestamp_score", timing},
    {"data_size_score", sizes},
    {"statistical_score", statistics},
    {"bowley_skewness", skewness},
    {"median_absolute_deviation", mad},
    {"distinct_counts", distinct},
    {"duration_score", duration},
    {"histogram_bins", edges},
    {"histogram", bars},
    {"frequency_counts", frequencies},
    {"coefficient_of_variation_score", evenness},
    {"bimodal_fit_score", two_heights},
    {"histogram_score", histogram},
};

static void read_inputs(struct test_case *c, char *rest)
{
    char *word, *save = NULL;

    for (c->count = 0; (word = strtok_r(c->count ? NULL : rest, " \n", &save)) != NULL;) {
        char *value = strchr(word, '=');
        if (!value || c->count == INPUTS_MAX)
            exit(2);
        *value++ = '\0';
        struct input *in = &c->inputs[c->count++];
        in->name = word;
        for (in->count = 0; *value && in->count < NUMBERS_MAX; value += *value == ',')
            in->numbers[in->count++] = strtod(value, &value);
        if (in->count == 0)
            in->numbers[0] = 0;
    }
}

int main(void)
{
    static char line[LINE_BYTES];
    struct test_case *c = calloc(1, sizeof *c);

    if (!c)
        return 1;
    c->space = (struct beacon_space){c->values, c->deviations, c->distinct, c->counts};
    while (fgets(line, sizeof line, stdin)) {
        char *rest = strchr(line, ' ');
        if (!rest)
            return 2;
        *rest++ = '\0';
        read_inputs(c, rest);
        bool right = false;
        for (size_t i = 0; i < countof(operations); i++)
            if (strcmp(operations[i].name, line) == 0)
                right = operations[i].run(c);
        puts(right ? "" : "error");
    }
    free(c);
    return 0;
}
