/* time_format.c - reads a time by a format, from the left to the right, without going back. */
#include "message/time_format.h"

#include "message/local_time.h"
#include "message/time_text.h"

enum {
    NS_DIGITS = 9,
    DAYS_OF_YEAR_MAX = 366,
    YEARS_OF_1900 = 69, /* POSIX: %y from here on is of the last century */
};

struct reading {
    str rest;
    struct local_time t;
    uint32_t day_of_year;
    uint8_t digits;
    char half;     /* 'A', 'P' or 0 */
    bool is_epoch; /* epoch_ns is all of the time */
    int64_t epoch_ns;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

/* One to `most` digits. */
static bool take_number(struct reading *r, uint32_t most, uint64_t *ret)
{
    uint32_t n = 0;

    *ret = 0;
    for (; n < most && n < r->rest.n && is_digit(r->rest.p[n]); n++)
        *ret = *ret * 10 + (uint64_t)(r->rest.p[n] - '0');
    r->rest = str_from_at(r->rest, n);
    return n > 0;
}

static void skip_blanks(struct reading *r)
{
    while (r->rest.n && (r->rest.p[0] == ' ' || r->rest.p[0] == '\t'))
        r->rest = str_from_at(r->rest, 1);
}

static str take_word(struct reading *r)
{
    size_t n = 0;

    while (n < r->rest.n && (is_letter(r->rest.p[n]) || (uint8_t)r->rest.p[n] >= 0x80))
        n++;
    str word = {r->rest.p, n};
    r->rest = str_from_at(r->rest, n);
    return word;
}

static bool take_fraction(struct reading *r)
{
    uint32_t ns = 0, digits = 0;
    size_t n = 0;

    for (; n < r->rest.n && is_digit(r->rest.p[n]); n++)
        if (digits < NS_DIGITS) {
            ns = ns * 10 + (uint32_t)(r->rest.p[n] - '0');
            digits++;
        }
    r->rest = str_from_at(r->rest, n);
    r->digits = (uint8_t)digits;
    for (; digits < NS_DIGITS; digits++)
        ns *= 10;
    r->t.at.ns = ns;
    return n > 0;
}

static bool take_distance(struct reading *r)
{
    uint64_t hours = 0, minutes = 0;
    const bool west = r->rest.n && r->rest.p[0] == '-';

    r->t.has_zone = true;
    if (r->rest.n && (r->rest.p[0] == 'Z' || r->rest.p[0] == 'z')) {
        r->rest = str_from_at(r->rest, 1);
        return true;
    }
    if (!r->rest.n || (r->rest.p[0] != '+' && !west))
        return false;
    r->rest = str_from_at(r->rest, 1);
    if (!take_number(r, 2, &hours))
        return false;
    if (r->rest.n && r->rest.p[0] == ':')
        r->rest = str_from_at(r->rest, 1);
    (void)take_number(r, 2, &minutes);
    r->t.east_s = (int32_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return hours < 24 && minutes < 60;
}

static bool take_epoch(struct reading *r, uint32_t digits_most, int64_t unit_ns)
{
    uint64_t value;

    r->is_epoch = take_number(r, digits_most, &value);
    return r->is_epoch && !__builtin_mul_overflow((int64_t)value, unit_ns, &r->epoch_ns);
}

static bool take_name(struct reading *r, char item)
{
    str word = take_word(r);

    switch (item) {
    case 'b':
    case 'B':
    case 'h':
        r->t.at.month = (uint8_t)time_text_month(word);
        if (r->rest.n && r->rest.p[0] == '.') /* "Sept." */
            r->rest = str_from_at(r->rest, 1);
        return r->t.at.month != 0;
    case 'p':
        r->half = word.n == 2 && (word.p[1] | 0x20) == 'm' ? (char)(word.p[0] & ~0x20) : '\0';
        return r->half == 'A' || r->half == 'P';
    case 'Z':
        r->t.has_zone = str_ieq(word, S("UTC")) || str_ieq(word, S("GMT")) || str_ieq(word, S("Z"));
        return word.n > 0;
    default: /* a weekday */
        return word.n > 0;
    }
}

static bool take_part(struct reading *r, char item)
{
    uint64_t value;

    if (item == 'e' || item == 'k' || item == 'l')
        skip_blanks(r);
    if (!take_number(r, item == 'Y' ? 4 : item == 'j' ? 3 : 2, &value))
        return false;
    switch (item) {
    case 'Y':
    case 'y':
        r->t.has_year = true;
        r->t.at.year = (int32_t)value;
        if (item == 'y')
            r->t.at.year += value < YEARS_OF_1900 ? 2000 : 1900;
        return true;
    case 'm':
        r->t.at.month = (uint8_t)value;
        return true;
    case 'j':
        r->day_of_year = (uint32_t)value;
        return value >= 1 && value <= DAYS_OF_YEAR_MAX;
    case 'M':
        r->t.at.minute = (uint8_t)value;
        return true;
    case 'S':
        r->t.at.second = (uint8_t)value;
        return true;
    case 'd':
    case 'e':
        r->t.at.day = (uint8_t)value;
        return true;
    default:
        r->t.at.hour = (uint8_t)value;
        return true;
    }
}

/* What %T and its kin stand for. */
static str spread(char item)
{
    static const struct {
        char item;
        str text;
    } rows[] = {
        {'T', S("%H:%M:%S")}, {'R', S("%H:%M")}, {'D', S("%m/%d/%y")}, {'F', S("%Y-%m-%d")}};

    for (size_t i = 0; i < countof(rows); i++)
        if (rows[i].item == item)
            return rows[i].text;
    return (str){0};
}

static bool take_item(struct reading *r, char item)
{
    switch (item) {
    case 'n':
    case 't':
        skip_blanks(r);
        return true;
    case '%':
        if (!r->rest.n || r->rest.p[0] != '%')
            return false;
        r->rest = str_from_at(r->rest, 1);
        return true;
    case 'f':
    case 'L':
        return take_fraction(r);
    case 's':
        return take_epoch(r, 11, NS_PER_S);
    case 'Q':
        return take_epoch(r, 14, NS_PER_S / 1000);
    case 'z':
        return take_distance(r);
    default:
        return memchr("bBhaApZ", item, 7) ? take_name(r, item) : take_part(r, item);
    }
}

static bool take(struct reading *r, str format)
{
    str outer = {0};

    while (format.n || outer.n) {
        if (format.n == 0) {
            format = outer;
            outer = (str){0};
            continue;
        }
        if (format.p[0] == '%' && format.n > 1) {
            str more = spread(format.p[1]);
            char item = format.p[1];
            format = str_from_at(format, 2);
            if (more.n) { /* its text holds none of its kind */
                outer = format;
                format = more;
            } else if (!take_item(r, item)) {
                return false;
            }
            continue;
        }
        if (format.p[0] == ' ') {
            skip_blanks(r);
        } else if (r->rest.n && r->rest.p[0] == format.p[0]) {
            r->rest = str_from_at(r->rest, 1);
        } else {
            return false;
        }
        format = str_from_at(format, 1);
    }
    return r->rest.n == 0;
}

/* The date of a day of the year, which is there. */
static bool set_day_of_year(struct local_time *t, uint32_t day)
{
    const struct civil first = {.year = t->at.year, .month = 1, .day = 1};

    if (!t->has_year || t->at.year < LOCAL_YEAR_MIN || t->at.year > LOCAL_YEAR_MAX)
        return false;
    struct civil found =
        time_to_civil(time_from_civil(&first) + (int64_t)(day - 1) * 86400 * NS_PER_S);
    t->at.month = found.month;
    t->at.day = found.day;
    return found.year == t->at.year;
}

bool time_format_read(str format, str s, const struct time_rule *rule, struct syslog_time *ret)
{
    struct reading r = {.rest = s};

    *ret = (struct syslog_time){0};
    if (!take(&r, format))
        return false;
    ret->digits = r.digits;
    ret->known = true;
    if (r.is_epoch) {
        return !__builtin_add_overflow(r.epoch_ns, (int64_t)r.t.at.ns, &ret->ns);
    }
    if (r.half && (r.t.at.hour < 1 || r.t.at.hour > 12))
        return false;
    if (r.half)
        r.t.at.hour = (uint8_t)(r.t.at.hour % 12 + (r.half == 'P' ? 12 : 0));
    if (r.day_of_year && !set_day_of_year(&r.t, r.day_of_year))
        return false;
    return local_time_is_real(&r.t) && local_time_resolve(&r.t, rule, &ret->ns, &ret->guess);
}

bool time_format_check(str format, struct err *e)
{
    uint32_t items = 0;

    for (size_t i = 0; i < format.n; i++) {
        if (format.p[i] != '%')
            continue;
        if (++items > TIME_FORMAT_ITEMS_MAX)
            return err_set(e, ERR_LIMIT, "more than %d items", TIME_FORMAT_ITEMS_MAX);
        if (++i == format.n || !memchr("YymdejbBhaAHkIlMSpfLsQzZTRDFnt%", format.p[i], 31))
            return err_set(e, ERR_INPUT, "unknown item '%%%.*s'", (int)(i < format.n),
                           format.p + (i < format.n ? i : 0));
    }
    return items > 0 || err_set(e, ERR_INPUT, "a time format has items such as %%Y");
}
