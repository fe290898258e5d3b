#include "behave/rate_profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    OUTSIDE = 0x8000,
    WEEKS_MIN = 4,
    DAYS_MIN = 5,
    HOURS_MIN = 24,
    ACTIVE_MIN = 12,
    DAY_OF_HOURS = 24
};

#define HOUR_NS (INT64_C(3600) * 1000000000)

int64_t hour_of(int64_t time_ns)
{
    return time_ns / HOUR_NS - (time_ns % HOUR_NS < 0);
}

static uint32_t place_of(int64_t hour)
{
    const int64_t place = hour % PROFILE_HOURS;

    return (uint32_t)(place < 0 ? place + PROFILE_HOURS : place);
}

/* A float's upper 16 bits, rounded: 3 digits, which is more than a count's band needs. */
static uint16_t pack(double count)
{
    const float f = (float)count;
    uint32_t bits;

    memcpy(&bits, &f, sizeof bits);
    return (uint16_t)((bits + 0x8000) >> 16 & ~(uint32_t)OUTSIDE);
}

static float unpack(uint16_t packed)
{
    const uint32_t bits = (uint32_t)(packed & ~OUTSIDE) << 16;
    float f;

    memcpy(&f, &bits, sizeof f);
    return f;
}

/* ------------------------------------------------------------ learning */

/* What was outside all the time is what is usual now. */
static void accept(struct rate_profile *p)
{
    for (uint32_t i = 0; i < PROFILE_HOURS; i++)
        p->counts[i] &= (uint16_t)~OUTSIDE;
    p->outside = 0;
}

static void watch_outside(struct rate_profile *p, int64_t hour, bool is_outside, uint32_t limit)
{
    p->quiet = is_outside ? 0 : p->quiet + 1;
    if (p->quiet >= DAY_OF_HOURS)
        p->outside = 0;
    if (is_outside && p->outside == 0)
        p->outside = hour;
    if (is_outside && hour - p->outside >= (int64_t)limit)
        accept(p);
}

void rate_profile_add(struct rate_profile *p, int64_t hour, double count, bool is_outside,
                      uint32_t accept_hours)
{
    const int64_t gone = p->known ? hour - p->hour : 1;

    assert(gone > 0);
    if (gone > PROFILE_HOURS)
        memset(p, 0, sizeof *p);
    for (int64_t h = hour - gone + 1; h < hour && gone <= PROFILE_HOURS; h++) {
        p->counts[place_of(h)] = 0;
        watch_outside(p, h, false, accept_hours);
    }
    p->counts[place_of(hour)] = (uint16_t)(pack(count) | (is_outside ? OUTSIDE : 0));
    p->known = gone + p->known < PROFILE_HOURS ? p->known + (uint32_t)gone : PROFILE_HOURS;
    p->known = gone > PROFILE_HOURS ? 1 : p->known;
    p->hour = hour;
    watch_outside(p, hour, is_outside, accept_hours);
}

/* ------------------------------------------------------------ bands */

static int by_number(const void *left, const void *right)
{
    const float l = *(const float *)left, r = *(const float *)right;

    return (l > r) - (l < r);
}

static float median(float *numbers, uint32_t n)
{
    qsort(numbers, n, sizeof *numbers, by_number);
    return n % 2 ? numbers[n / 2] : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

struct rate_band rate_band_of(float *numbers, uint32_t n)
{
    static const double deviations = 3.5 / 0.6745, least_share = 0.1;
    const float middle = median(numbers, n);

    for (uint32_t i = 0; i < n; i++)
        numbers[i] = fabsf(numbers[i] - middle);
    double spread = (double)median(numbers, n);
    /* Equal numbers have no spread, and one event more is no outlier. */
    spread = spread > least_share * (double)middle ? spread : least_share * (double)middle;
    spread = spread > 1 ? spread : 1;
    return (struct rate_band){
        .expected = (double)middle, .high = (double)middle + deviations * spread, .samples = n};
}

/* The hours `step`, 2 step .. before, that are known and were inside. */
static uint32_t collect(const struct rate_profile *p, int64_t hour, uint32_t step, uint32_t steps,
                        float *ret)
{
    uint32_t n = 0;

    for (uint32_t i = 1; i <= steps; i++) {
        const int64_t at = hour - (int64_t)i * step, age = p->hour - at;
        if (age >= (int64_t)p->known)
            break;
        if (age < 0) /* between the newest and now: nothing came */
            ret[n++] = 0;
        else if (!(p->counts[place_of(at)] & OUTSIDE))
            ret[n++] = unpack(p->counts[place_of(at)]);
    }
    return n;
}

static double largest(const float *numbers, uint32_t n)
{
    float most = 0;

    for (uint32_t i = 0; i < n; i++)
        most = numbers[i] > most ? numbers[i] : most;
    return (double)most;
}

/* Of the last week, those in which anything came. */
static uint32_t active_hours(const struct rate_profile *p, int64_t hour)
{
    uint32_t active = 0;

    for (int64_t at = hour - WEEK_HOURS; at <= p->hour; at++)
        active += p->hour - at < (int64_t)p->known && p->counts[place_of(at)];
    return active;
}

bool rate_profile_band(const struct rate_profile *p, int64_t hour, struct rate_band *ret)
{
    static const struct {
        uint32_t step, steps, least;
        const char *baseline;
    } baselines[] = {
        {WEEK_HOURS, PROFILE_WEEKS, WEEKS_MIN, "its own same hour of the weeks before"},
        {DAY_OF_HOURS, PROFILE_HOURS / DAY_OF_HOURS, DAYS_MIN,
         "its own same hour of the days before"},
        {1, WEEK_HOURS, HOURS_MIN, "its own hours of the last week"},
    };
    static const double slack = 1.5;
    float numbers[WEEK_HOURS];

    if (active_hours(p, hour) < ACTIVE_MIN)
        return false;
    _Static_assert(PROFILE_HOURS / DAY_OF_HOURS <= WEEK_HOURS, "all baselines fit");
    for (size_t i = 0; i < countof(baselines) && p->known; i++) {
        const uint32_t n = collect(p, hour, baselines[i].step, baselines[i].steps, numbers);
        if (n >= baselines[i].least) {
            const double most = baselines[i].step == 1 ? slack * largest(numbers, n) : 0;
            *ret = rate_band_of(numbers, n);
            ret->baseline = baselines[i].baseline;
            ret->high = ret->high > most ? ret->high : most;
            return true;
        }
    }
    return false;
}
