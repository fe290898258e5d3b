#include "message/local_time.h"

#include "text/zone.h"

enum { LEAP_YEAR = 2000 };

#define DAY_NS (86400 * NS_PER_S)
#define AHEAD_NS (7 * DAY_NS) /* how far a record may be ahead of its file's time */

int64_t local_time_to_utc(int64_t local_ns, const struct time_rule *rule, uint8_t *guess)
{
    int64_t seconds = local_ns / NS_PER_S, utc;

    if (!rule->zone) {
        *guess |= TIME_GUESS_ZONE;
        return local_ns;
    }
    seconds -= local_ns % NS_PER_S < 0;
    if (!zone_to_utc(rule->zone, seconds, &utc))
        *guess |= TIME_GUESS_ZONE;
    return local_ns - (seconds - utc) * NS_PER_S;
}

static bool is_day(const struct civil *c, int32_t year)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days[c->month - 1] + (c->month == 2 && leap);
}

bool local_time_is_real(const struct local_time *t)
{
    return is_day(&t->at, t->has_year ? t->at.year : LEAP_YEAR) && t->at.hour <= 23 &&
           t->at.minute <= 59 && t->at.second <= 60 &&
           (!t->has_year || (t->at.year >= LOCAL_YEAR_MIN && t->at.year <= LOCAL_YEAR_MAX));
}

static int64_t moment(const struct civil *at, const struct local_time *t,
                      const struct time_rule *rule, uint8_t *guess)
{
    int64_t local = time_from_civil(at);

    return t->has_zone ? local - t->east_s * NS_PER_S : local_time_to_utc(local, rule, guess);
}

/* The latest year in which there is such a day and it is not too far ahead of the reference: the
 * 29th of February is eight years old at most. */
static bool choose_year(const struct local_time *t, const struct time_rule *rule, int64_t *ret_ns,
                        uint8_t *guess)
{
    enum { YEARS = 9 };
    struct civil at = t->at;

    if (rule->reference_ns == 0)
        return false;
    const int64_t limit = rule->reference_ns + AHEAD_NS;
    at.year = time_to_civil(limit).year + 1; /* where a zone is ahead, its year may be too */
    for (int i = 0; i <= YEARS; i++, at.year--) {
        uint8_t of_zone = 0;
        if (!is_day(&at, at.year))
            continue;
        int64_t ns = moment(&at, t, rule, &of_zone);
        if (ns > limit)
            continue;
        *ret_ns = ns;
        *guess |= (uint8_t)(of_zone | TIME_GUESS_YEAR);
        return true;
    }
    return false;
}

bool local_time_resolve(const struct local_time *t, const struct time_rule *rule, int64_t *ret_ns,
                        uint8_t *guess)
{
    if (!t->has_year)
        return choose_year(t, rule, ret_ns, guess);
    *ret_ns = moment(&t->at, t, rule, guess);
    return true;
}
