#include "formats/shape_time.h"

#include "text/time.h"

/* Numbers up to this are seconds since 1970 (to the year 5138), up to its thousandfold ms, and so
 * on; each unit's range begins in 1973 where the one before ends in 5138. */
#define SECONDS_MAX ((uint64_t)100000000000)

enum { DIGITS_PER_UNIT = 3, DIGITS_MAX = 9, YEAR_DIGITS = 4 };

/* Also the audit log's "seconds.ms:serial". */
static bool read_epoch(str text, int64_t *ret_ns, uint8_t *ret_digits)
{
    str fraction = text, whole = str_cut(&fraction, '.');
    uint64_t number, limit = SECONDS_MAX, ns = (uint64_t)NS_PER_S;
    uint8_t digits = 0;

    if (!str_u64(whole, &number) || number == 0)
        return false;
    for (; number > limit && digits < DIGITS_MAX; limit *= 1000) {
        digits += DIGITS_PER_UNIT;
        ns /= 1000;
    }
    if (number > (uint64_t)INT64_MAX / ns)
        return false;
    uint64_t time = number * ns, unit = ns;
    for (size_t i = 0; i < fraction.n && fraction.p[i] != ':'; i++) {
        if (fraction.p[i] < '0' || fraction.p[i] > '9')
            return false;
        unit /= 10;
        if (unit) {
            time += (uint64_t)(fraction.p[i] - '0') * unit;
            digits++;
        }
    }
    if (time > (uint64_t)INT64_MAX)
        return false;
    *ret_ns = (int64_t)time;
    *ret_digits = digits;
    return true;
}

/* 2026-: no number. */
static bool begins_with_year(str text)
{
    for (size_t i = 0; i < YEAR_DIGITS; i++)
        if (i >= text.n || text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.n > YEAR_DIGITS && text.p[YEAR_DIGITS] == '-';
}

bool shape_time_read(str text, int64_t *ret_ns, uint8_t *ret_digits, bool *ret_zoned)
{
    str date = S("/Date("), end = S(")/");

    *ret_zoned = true;
    if (text.n == 0)
        return false;
    if (str_starts(text, date) && str_ends(text, end) && text.n > date.n + end.n)
        text = (str){text.p + date.n, text.n - date.n - end.n};
    if (!begins_with_year(text) && read_epoch(text, ret_ns, ret_digits))
        return true;
    if (!time_parse_rfc3339(text, ret_ns, ret_digits))
        return false;
    /* A zone is a Z at the end, or a sign behind the time of day. */
    enum { TIME_OF_DAY = 11 };
    str rest = str_from_at(text, TIME_OF_DAY);
    char last = text.p[text.n - 1];
    *ret_zoned =
        last == 'Z' || last == 'z' || memchr(rest.p, '+', rest.n) || memchr(rest.p, '-', rest.n);
    return true;
}
