#include "behave/beacon_score.h"

#include <math.h>
#include <stdlib.h>

enum { NARROW_QUARTILES = 10 };

static double round3(double x)
{
    return round(x * 1000) / 1000;
}

static double at_most_1(double x)
{
    return x > 1 ? 1 : x;
}

static int by_value(const void *left, const void *right)
{
    const int64_t l = *(const int64_t *)left, r = *(const int64_t *)right;

    return (l > r) - (l < r);
}

static int by_number(const void *left, const void *right)
{
    const double l = *(const double *)left, r = *(const double *)right;

    return (l > r) - (l < r);
}

void beacon_sort(int64_t *values, uint32_t n)
{
    if (n)
        qsort(values, n, sizeof *values, by_value);
}

static double median(const int64_t *sorted, uint32_t n)
{
    const uint32_t middle = n / 2;

    if (n % 2)
        return (double)sorted[middle];
    return ((double)sorted[middle - 1] + (double)sorted[middle]) / 2;
}

double beacon_skewness(const int64_t *sorted, uint32_t n)
{
    if (n < 2)
        return 0;
    const double q1 = median(sorted, n / 2), q2 = median(sorted, n);
    const double q3 = median(sorted + (n + 1) / 2, n / 2);

    if (q3 - q1 < NARROW_QUARTILES || q2 == q1 || q2 == q3)
        return 0;
    return (q1 + q3 - 2 * q2) / (q3 - q1);
}

double beacon_mad(const int64_t *sorted, uint32_t n, double default_score, double *deviations,
                  double *ret_score)
{
    assert(n > 0);
    const double middle = median(sorted, n);

    for (uint32_t i = 0; i < n; i++)
        deviations[i] = fabs((double)sorted[i] - middle);
    qsort(deviations, n, sizeof *deviations, by_number);
    const double mad = n % 2 ? deviations[n / 2] : (deviations[n / 2 - 1] + deviations[n / 2]) / 2;
    *ret_score = middle < 1 ? default_score : mad > middle ? 0 : (middle - mad) / middle;
    return mad;
}

bool beacon_distinct(const int64_t *sorted, uint32_t n, struct beacon_space *space,
                     struct beacon_mode *ret)
{
    *ret = (struct beacon_mode){0};
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1]) {
            space->distinct[ret->distinct] = sorted[i];
            space->counts[ret->distinct++] = 0;
        }
        if (++space->counts[ret->distinct - 1] > ret->count) {
            ret->count = space->counts[ret->distinct - 1];
            ret->value = sorted[i];
        }
    }
    return n > 0;
}

bool beacon_statistics(int64_t *values, uint32_t n, double default_mad_score,
                       struct beacon_space *space, struct beacon_spread *ret)
{
    double narrow;

    if (n < BEACON_VALUES_MIN)
        return false;
    beacon_sort(values, n);
    ret->skew = beacon_skewness(values, n);
    ret->mad = beacon_mad(values, n, default_mad_score, space->deviations, &narrow);
    ret->score = round3((1 - fabs(ret->skew) + narrow) / 2);
    return true;
}

bool beacon_timing(const int64_t *times_s, uint32_t n, struct beacon_space *space,
                   struct beacon_spread *ret, struct beacon_mode *ret_mode)
{
    uint32_t intervals = 0;

    for (uint32_t i = 1; i < n; i++)
        if (times_s[i] > times_s[i - 1])
            space->values[intervals++] = times_s[i] - times_s[i - 1];
    if (!beacon_statistics(space->values, intervals, 1, space, ret))
        return false;
    return beacon_distinct(space->values, intervals, space, ret_mode);
}

bool beacon_sizes(const int64_t *bytes, uint32_t n, struct beacon_space *space,
                  struct beacon_spread *ret, struct beacon_mode *ret_mode)
{
    for (uint32_t i = 0; i < n; i++)
        space->values[i] = bytes[i];
    if (!beacon_statistics(space->values, n, 0, space, ret))
        return false;
    return beacon_distinct(space->values, n, space, ret_mode);
}

/* ------------------------------------------------------------ hours */

static uint32_t longest_run(const uint32_t *bins, uint32_t n)
{
    uint32_t run = 0, longest = 0;

    for (uint32_t i = 0; i < 2 * n; i++) { /* twice round: a run may go over the end */
        run = bins[i % n] ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest < n ? longest : n;
}

static void count_height(struct beacon_bars *b, uint32_t height)
{
    uint32_t at = 0;

    while (at < b->heights && b->height[at] != height)
        at++;
    if (at == b->heights) {
        b->height[b->heights] = height;
        b->of[b->heights++] = 0;
    }
    b->of[at]++;
}

bool beacon_count_bars(const uint32_t *bins, uint32_t n, double sensitivity,
                       struct beacon_bars *ret)
{
    uint32_t largest = 0;

    *ret = (struct beacon_bars){0};
    if (n == 0 || n > BEACON_BINS_MAX)
        return false;
    for (uint32_t i = 0; i < n; i++)
        largest = bins[i] > largest ? bins[i] : largest;
    const double rounded = ceil(largest * sensitivity);
    const uint32_t step = rounded < 1 ? 1 : (uint32_t)rounded;
    for (uint32_t i = 0; i < n; i++)
        if (bins[i]) {
            count_height(ret, bins[i] / step * step);
            ret->count++;
        }
    ret->longest_run = longest_run(bins, n);
    return true;
}

bool beacon_evenness(const uint32_t *bins, uint32_t n, double *ret)
{
    double sum = 0, squares = 0;

    for (uint32_t i = 0; i < n; i++)
        sum += bins[i];
    if (sum == 0)
        return false;
    const double mean = sum / n;
    for (uint32_t i = 0; i < n; i++)
        squares += (bins[i] - mean) * (bins[i] - mean);
    const double variation = sqrt(squares / n) / mean;
    *ret = variation > 1 ? 0 : 1 - variation;
    return true;
}

bool beacon_two_heights(const struct beacon_bars *b, uint32_t bars_min, double *ret)
{
    uint32_t first = 0, second = 0;

    if (b->count == 0 || b->heights == 0)
        return false;
    for (uint32_t i = 0; i < b->heights; i++)
        if (b->of[i] > first) {
            second = first;
            first = b->of[i];
        } else if (b->of[i] > second) {
            second = b->of[i];
        }
    *ret = 0;
    if (b->count >= bars_min && b->count > 1)
        *ret = round3(at_most_1((double)(first + second) / (b->count - 1)));
    return true;
}

bool beacon_histogram(const uint32_t *bins, uint32_t n, double sensitivity, uint32_t bars_min,
                      double *ret, struct beacon_bars *ret_bars)
{
    double even, two;

    if (!beacon_count_bars(bins, n, sensitivity, ret_bars) || !beacon_evenness(bins, n, &even) ||
        !beacon_two_heights(ret_bars, bars_min, &two))
        return false;
    *ret = round3(even > two ? even : two);
    return true;
}

bool beacon_duration(const struct beacon_life *l, uint32_t hours_min, uint32_t hours_ideal,
                     double *ret_coverage, double *ret_consistency, double *ret)
{
    if (l->from_s >= l->to_s || l->last_s < l->first_s || hours_min == 0 || hours_ideal == 0)
        return false;
    *ret_coverage = *ret_consistency = *ret = 0;
    if (l->bars < hours_min)
        return true;
    const double share = (double)(l->last_s - l->first_s) / (double)(l->to_s - l->from_s);
    *ret_coverage = at_most_1(ceil(share * 1000 - 1e-9) / 1000);
    *ret_consistency = at_most_1((double)l->longest_run / hours_ideal);
    *ret = *ret_coverage > *ret_consistency ? *ret_coverage : *ret_consistency;
    return true;
}

bool beacon_sum(const double scores[BEACON_PARTS], const double weights[BEACON_PARTS], double *ret)
{
    double sum = 0, whole = 0;

    for (int i = 0; i < BEACON_PARTS; i++) {
        if (scores[i] < 0 || scores[i] > 1 || weights[i] < 0 || weights[i] > 1)
            return false;
        sum += scores[i] * weights[i];
        whole += weights[i];
    }
    *ret = round3(sum);
    return fabs(whole - 1) < 1e-9;
}
