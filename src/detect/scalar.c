/* scalar.c - texts as numbers and times; see scalar.h for what counts as one. */
#include "detect/scalar.h"

#include "text/time.h"

#include <math.h>
#include <stdlib.h>

enum { EXACT_DIGITS_MAX = 15 }; /* of an integer that a double holds exactly */

static str skip_digits(str s)
{
    while (s.n && s.p[0] >= '0' && s.p[0] <= '9')
        s = str_from_at(s, 1);
    return s;
}

static str skip_sign(str s)
{
    return s.n && (s.p[0] == '-' || s.p[0] == '+') ? str_from_at(s, 1) : s;
}

bool scalar_is_integer(str text)
{
    str digits = skip_sign(text);

    return digits.n && skip_digits(digits).n == 0;
}

static bool has_number_shape(str text)
{
    str s = skip_sign(text), rest = skip_digits(s);
    size_t digits = s.n - rest.n;

    if (rest.n && rest.p[0] == '.') {
        str fraction = str_from_at(rest, 1);
        rest = skip_digits(fraction);
        digits += fraction.n - rest.n;
    }
    if (digits == 0)
        return false;
    if (rest.n && (rest.p[0] == 'e' || rest.p[0] == 'E')) {
        str exponent = skip_sign(str_from_at(rest, 1));
        rest = skip_digits(exponent);
        if (exponent.n == rest.n)
            return false;
    }
    return rest.n == 0;
}

bool scalar_number(str text, double *ret)
{
    char copy[NUMBER_TEXT_MAX + 1];

    if (text.n > NUMBER_TEXT_MAX || !has_number_shape(text))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *ret = strtod(copy, NULL);
    return isfinite(*ret);
}

bool scalar_is_canonical(str text)
{
    str digits = text.n && text.p[0] == '-' ? str_from_at(text, 1) : text;

    if (!scalar_is_integer(text) || digits.n == 0 || digits.n > EXACT_DIGITS_MAX ||
        digits.p[0] == '+' || digits.p[0] == '-')
        return false;
    return digits.p[0] != '0' || text.n == 1;
}

bool scalar_number_eq(str a, str b)
{
    double x, y;

    if (str_eq(a, b))
        return true;
    if (scalar_is_integer(a) && scalar_is_integer(b))
        return false;
    return scalar_number(a, &x) && scalar_number(b, &y) && x == y;
}

/* A count since 1970. The units lie three powers of ten apart, and so do the bounds: 1e11 seconds
 * are in the year 5138, 1e11 milliseconds in 1973. */
static bool time_from_count(str text, int64_t *ret_ns)
{
    static const double scales[] = {1e9, 1e6, 1e3, 1};
    double count;

    if (!scalar_number(text, &count) || count < 0)
        return false;
    double bound = 1e11;
    for (size_t i = 0; i < countof(scales); i++, bound *= 1e3)
        if (count < bound) {
            double ns = count * scales[i];
            if (ns >= (double)INT64_MAX)
                return false;
            *ret_ns = (int64_t)ns;
            return true;
        }
    return false;
}

bool scalar_time_part(str text, enum sigma_time_part part, double *ret)
{
    int64_t ns;
    uint8_t digits;

    if (!time_parse_rfc3339(text, &ns, &digits) && !time_from_count(text, &ns))
        return false;
    struct civil c = time_to_civil(ns);
    switch (part) {
    case TIME_WHOLE:
        return false;
    case TIME_MINUTE:
        *ret = c.minute;
        break;
    case TIME_HOUR:
        *ret = c.hour;
        break;
    case TIME_DAY:
        *ret = c.day;
        break;
    case TIME_WEEK:
        *ret = time_iso_week(ns);
        break;
    case TIME_MONTH:
        *ret = c.month;
        break;
    case TIME_YEAR:
        *ret = c.year;
        break;
    }
    return true;
}

bool scalar_compare(double value, enum sigma_compare compare, double number)
{
    switch (compare) {
    case COMPARE_EQ:
        return value == number;
    case COMPARE_LT:
        return value < number;
    case COMPARE_LTE:
        return value <= number;
    case COMPARE_GT:
        return value > number;
    case COMPARE_GTE:
        return value >= number;
    }
    return false;
}
