/*
 * time.c - days from and to the civil calendar by the era arithmetic of Howard
 * Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013): years start in
 * March, eras of 400 years have 146,097 days.
 */
#include "text/time.h"

#include <endian.h>

enum { DAYS_PER_ERA = 146097, EPOCH_DAYS = 719468, S_PER_DAY = 86400 };

static int64_t days_from_civil(int32_t year, uint32_t month, uint32_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
           day_of_year - EPOCH_DAYS;
}

int64_t time_from_civil(const struct civil *c)
{
    int64_t days = days_from_civil(c->year, c->month, c->day);
    int64_t seconds = days * S_PER_DAY + c->hour * 3600 + c->minute * 60 + c->second;

    return seconds * NS_PER_S + c->ns;
}

/* Division that rounds down, so that times before 1970 come out right. */
static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct civil time_to_civil(int64_t ns)
{
    int64_t seconds = floor_div(ns, NS_PER_S), days = floor_div(seconds, S_PER_DAY);
    int64_t second_of_day = seconds - days * S_PER_DAY;
    int64_t z = days + EPOCH_DAYS, era = floor_div(z, DAYS_PER_ERA);
    int64_t day_of_era = z - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

    return (struct civil){
        .year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
        .month = (uint8_t)month,
        .day = (uint8_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
        .hour = (uint8_t)(second_of_day / 3600),
        .minute = (uint8_t)(second_of_day / 60 % 60),
        .second = (uint8_t)(second_of_day % 60),
        .ns = (uint32_t)(ns - seconds * NS_PER_S),
    };
}

uint32_t time_iso_week(int64_t ns)
{
    int64_t days = floor_div(ns, NS_PER_S * S_PER_DAY);
    int64_t weekday = (days + 3) - floor_div(days + 3, 7) * 7; /* Monday is 0; day 0 a Thursday */
    int64_t thursday = days - weekday + 3; /* the week's year is its Thursday's */
    struct civil c = time_to_civil(thursday * S_PER_DAY * NS_PER_S);

    return (uint32_t)((thursday - days_from_civil(c.year, 1, 1)) / 7 + 1);
}

/* ------------------------------------------------------------ reading */

enum { WORD = 8, STEM_BYTES = 19 };

static uint64_t load_word(const char *p)
{
    uint64_t word;

    memcpy(&word, p, WORD);
    return le64toh(word);
}

/* Has the word digits where `digits` has 0xFF, and elsewhere what `other` has? */
static bool is_layout(uint64_t word, uint64_t digits, uint64_t other)
{
    uint64_t x = (word ^ 0x3030303030303030u) & digits; /* 0 to 9 for digits */
    uint64_t more = (x + (0x7676767676767676u & digits)) | x;

    return ((word ^ other) & ~digits) == 0 && (more & 0x8080808080808080u) == 0;
}

static uint32_t two_digits(const char *p)
{
    return (uint32_t)(p[0] - '0') * 10 + (uint32_t)(p[1] - '0');
}

/* Takes "2026-05-04T10:11:12" off, the way in which nearly all times are written. */
static bool take_stem(str *s, struct civil *c)
{
    const char *p = s->p;

    if (s->n < STEM_BYTES || (p[10] != 'T' && p[10] != ' '))
        return false;
    uint64_t mark = (uint64_t)(uint8_t)p[10] << 16;
    if (!is_layout(load_word(p), 0x00FFFF00FFFFFFFFu, 0x2D00002D00000000u) ||
        !is_layout(load_word(p + WORD), 0xFFFF00FFFF00FFFFu, 0x00003A0000000000u | mark) ||
        !is_layout(load_word(p + STEM_BYTES - WORD), 0xFFFF00FFFF00FFFFu, 0x00003A00003A0000u))
        return false;
    *c = (struct civil){
        .year = (int32_t)(two_digits(p) * 100 + two_digits(p + 2)),
        .month = (uint8_t)two_digits(p + 5),
        .day = (uint8_t)two_digits(p + 8),
        .hour = (uint8_t)two_digits(p + 11),
        .minute = (uint8_t)two_digits(p + 14),
        .second = (uint8_t)two_digits(p + 17),
    };
    *s = str_from_at(*s, STEM_BYTES);
    return true;
}

/* Takes exactly n digits off the front of *s. */
static bool take_digits(str *s, size_t n, uint32_t *ret)
{
    uint64_t value;

    if (s->n < n || !str_u64((str){s->p, n}, &value))
        return false;
    *ret = (uint32_t)value;
    *s = str_from_at(*s, n);
    return true;
}

static bool take_char(str *s, const char *any_of)
{
    for (; s->n && *any_of; any_of++)
        if (s->p[0] == *any_of) {
            *s = str_from_at(*s, 1);
            return true;
        }
    return false;
}

static bool take_fraction(str *s, uint32_t *ret_ns, uint8_t *ret_digits)
{
    uint32_t ns = 0, digits = 0;

    *ret_ns = 0;
    *ret_digits = 0;
    if (!take_char(s, ".,"))
        return true;
    for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; *s = str_from_at(*s, 1))
        if (digits < 9) {
            ns = ns * 10 + (uint32_t)(s->p[0] - '0');
            digits++;
        }
    if (digits == 0)
        return false;
    *ret_digits = (uint8_t)digits;
    for (; digits < 9; digits++)
        ns *= 10;
    *ret_ns = ns;
    return true;
}

/* "Z", "+hh:mm", "+hhmm", "+hh" or nothing: minutes east of Greenwich. */
static bool take_zone(str *s, int32_t *ret_minutes)
{
    uint32_t hours, minutes = 0;

    *ret_minutes = 0;
    if (s->n == 1 && s->p[0] == 'Z')
        return true;
    take_char(s, " ");
    if (s->n == 0 || take_char(s, "Zz"))
        return s->n == 0;
    int32_t sign = s->p[0] == '-' ? -1 : 1;
    if (!take_char(s, "+-") || !take_digits(s, 2, &hours))
        return false;
    take_char(s, ":");
    if (s->n && !take_digits(s, 2, &minutes))
        return false;
    *ret_minutes = sign * (int32_t)(hours * 60 + minutes);
    return s->n == 0 && hours < 24 && minutes < 60;
}

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* The same with other separators. */
static bool take_any_stem(str *s, struct civil *c)
{
    uint32_t year, month, day, hour, minute, second;

    if (!take_digits(s, 4, &year) || !take_char(s, "-/") || !take_digits(s, 2, &month) ||
        !take_char(s, "-/") || !take_digits(s, 2, &day) || !take_char(s, "Tt ") ||
        !take_digits(s, 2, &hour) || !take_char(s, ":") || !take_digits(s, 2, &minute) ||
        !take_char(s, ":") || !take_digits(s, 2, &second))
        return false;
    *c = (struct civil){
        .year = (int32_t)year,
        .month = (uint8_t)month,
        .day = (uint8_t)day,
        .hour = (uint8_t)hour,
        .minute = (uint8_t)minute,
        .second = (uint8_t)second,
    };
    return true;
}

bool time_parse_rfc3339(str s, int64_t *ret_ns, uint8_t *ret_digits)
{
    struct civil c; /* a leap second is the next second */
    int32_t zone;

    if (!(take_stem(&s, &c) || take_any_stem(&s, &c)) || !take_fraction(&s, &c.ns, ret_digits) ||
        !take_zone(&s, &zone))
        return false;
    if (c.year < 1678 || c.year > 2261) /* what 64 bits of nanoseconds hold */
        return false;
    if (c.month < 1 || c.month > 12 || c.day < 1 ||
        c.day > days_in_month((uint32_t)c.year, c.month) || c.hour > 23 || c.minute > 59 ||
        c.second > 60)
        return false;

    *ret_ns = time_from_civil(&c) - zone * 60 * NS_PER_S;
    return true;
}

bool time_from_filetime(uint64_t filetime, int64_t *ret_ns)
{
    const uint64_t epoch = 116444736000000000u; /* 1970-01-01 in FILETIME */

    if (filetime > epoch + (uint64_t)INT64_MAX / 100)
        return false;
    int64_t ticks = (int64_t)(filetime - epoch);
    if (ticks < INT64_MIN / 100)
        return false;
    *ret_ns = ticks * 100;
    return true;
}

/* The last `count` decimal digits of n. */
static char *put_digits(char *out, uint32_t n, uint32_t count)
{
    for (uint32_t i = count; i-- > 0; n /= 10)
        out[i] = (char)('0' + n % 10);
    return out + count;
}

/* By hand: it is done for every finding, and printf takes ten times as long. */
size_t time_format(int64_t ns, uint8_t digits, char out[TIME_TEXT_MAX])
{
    struct civil c = time_to_civil(ns);
    uint32_t fraction = c.ns;
    char *at = out;

    assert(digits <= 9 && c.year >= 0 && c.year <= 9999); /* 64 bits of ns: years 1677 to 2262 */
    at = put_digits(at, (uint32_t)c.year, 4);
    *at++ = '-';
    at = put_digits(at, c.month, 2);
    *at++ = '-';
    at = put_digits(at, c.day, 2);
    *at++ = 'T';
    at = put_digits(at, c.hour, 2);
    *at++ = ':';
    at = put_digits(at, c.minute, 2);
    *at++ = ':';
    at = put_digits(at, c.second, 2);
    for (uint8_t i = digits; i < 9; i++)
        fraction /= 10;
    if (digits) {
        *at++ = '.';
        at = put_digits(at, fraction, digits);
    }
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - out);
}
