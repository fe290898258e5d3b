#include "message/syslog_time.h"

#include "message/local_time.h"

enum {
    ISO_BYTES = 19, /* "2026-11-24T10:00:00" */
    TIME_BYTES = 8, /* "10:00:00" */
    YEAR_BYTES = 4,
    NAME_BYTES = 3, /* of months and weekdays */
};

void syslog_clock_init(struct syslog_clock *c, const struct time_rule *rule)
{
    *c = (struct syslog_clock){.rule = rule};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool digits_at(str s, size_t at, size_t n)
{
    if (s.n < at + n)
        return false;
    for (size_t i = at; i < at + n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return true;
}

static uint32_t two_at(str s, size_t at)
{
    return (uint32_t)(s.p[at] - '0') * 10 + (uint32_t)(s.p[at + 1] - '0');
}

/* Does nothing more belong to the time? */
static bool ends(str s)
{
    return s.n == 0 || s.p[0] == ' ' || s.p[0] == ':' || s.p[0] == '\t' || s.p[0] == ']';
}

/* ------------------------------------------------------------ ISO 8601 */

static size_t fraction_bytes(str s, size_t at)
{
    size_t n = at + 1;

    if (at >= s.n || (s.p[at] != '.' && s.p[at] != ','))
        return 0;
    while (n < s.n && is_digit(s.p[n]))
        n++;
    return n > at + 1 ? n - at : 0;
}

/* "Z", "+01:00", "+0100", "+01". */
static size_t zone_bytes(str s, size_t at)
{
    if (at < s.n && (s.p[at] == 'Z' || s.p[at] == 'z'))
        return 1;
    if (at >= s.n || (s.p[at] != '+' && s.p[at] != '-') || !digits_at(s, at + 1, 2))
        return 0;
    if (at + 3 < s.n && s.p[at + 3] == ':' && digits_at(s, at + 4, 2))
        return 6;
    return digits_at(s, at + 3, 2) ? 5 : 3;
}

static bool is_iso(str s)
{
    return s.n >= ISO_BYTES && s.p[4] == '-' && s.p[7] == '-' &&
           (s.p[10] == 'T' || s.p[10] == ' ' || s.p[10] == 't') && s.p[13] == ':' &&
           s.p[16] == ':' && digits_at(s, 0, YEAR_BYTES) && digits_at(s, 5, 2) &&
           digits_at(s, 8, 2) && digits_at(s, 11, 2) && digits_at(s, 14, 2) && digits_at(s, 17, 2);
}

static enum syslog_time_answer take_iso(struct syslog_clock *c, str *s, struct syslog_time *ret)
{
    size_t fraction = fraction_bytes(*s, ISO_BYTES), zone = zone_bytes(*s, ISO_BYTES + fraction),
           n = ISO_BYTES + fraction + zone;

    if (!ends(str_from_at(*s, n)))
        return SYSLOG_TIME_NONE;
    *ret = (struct syslog_time){.known = true};
    if (!time_parse_rfc3339((str){s->p, n}, &ret->ns, &ret->digits))
        return SYSLOG_TIME_WRONG;
    if (!zone)
        ret->ns = local_time_to_utc(ret->ns, c->rule, &ret->guess);
    *s = str_from_at(*s, n);
    return SYSLOG_TIME_READ;
}

/* ------------------------------------------------------------ RFC 3164 */

static uint32_t name_of(const char *p)
{
    return (uint32_t)(uint8_t)p[0] << 16 | (uint32_t)(uint8_t)p[1] << 8 | (uint8_t)p[2];
}

/* From 1; 0 when it is none of the names. */
static uint32_t name_number(str s, const char *names, uint32_t count)
{
    if (s.n < NAME_BYTES)
        return 0;
    for (uint32_t i = 0; i < count; i++)
        if (name_of(s.p) == name_of(names + i * NAME_BYTES))
            return i + 1;
    return 0;
}

static uint32_t month_at(str s)
{
    return name_number(s, "JanFebMarAprMayJunJulAugSepOctNovDec", 12);
}

/* "2026" and what ends a word. */
static bool is_year(str s)
{
    return digits_at(s, 0, YEAR_BYTES) && (s.p[0] == '1' || s.p[0] == '2') &&
           ends(str_from_at(s, YEAR_BYTES));
}

static int32_t year_at(str s)
{
    return (int32_t)(two_at(s, 0) * 100 + two_at(s, 2));
}

/* "24 ", " 4 ", "04 ", "4 ": the day and the space behind it. */
static bool take_day(str *s, uint32_t *ret)
{
    size_t at = s->n && s->p[0] == ' ';

    if (!digits_at(*s, at, 1))
        return false;
    *ret = (uint32_t)(s->p[at] - '0');
    if (digits_at(*s, at + 1, 1)) {
        *ret = two_at(*s, at);
        at++;
    }
    if (at + 1 >= s->n || s->p[at + 1] != ' ')
        return false;
    *s = str_from_at(*s, at + 2);
    return true;
}

static bool is_time_of_day(str s)
{
    return s.n >= TIME_BYTES && s.p[2] == ':' && s.p[5] == ':' && digits_at(s, 0, 2) &&
           digits_at(s, 3, 2) && digits_at(s, 6, 2);
}

static void take_fraction(str *s, struct syslog_time *t, struct civil *at)
{
    enum { DIGITS_MAX = 9 };
    size_t n = fraction_bytes(*s, 0);
    uint32_t ns = 0, digits = 0;

    for (size_t i = 1; i < n && digits < DIGITS_MAX; i++, digits++)
        ns = ns * 10 + (uint32_t)(s->p[i] - '0');
    t->digits = (uint8_t)digits;
    for (; n && digits < DIGITS_MAX; digits++)
        ns *= 10;
    at->ns = ns;
    *s = str_from_at(*s, n);
}

/* " UTC" before a colon, as Cisco's devices write it: hours east, of the names of RFC 2822 section
 * 4.3 and of Central Europe. */
static bool take_zone_name(str *s, int32_t *ret_east_s)
{
    static const struct {
        str name;
        int32_t hours;
    } zones[] = {
        {S(" UTC:"), 0},  {S(" GMT:"), 0},  {S(" CET:"), 1},  {S(" CEST:"), 2},
        {S(" EST:"), -5}, {S(" EDT:"), -4}, {S(" CST:"), -6}, {S(" CDT:"), -5},
        {S(" MST:"), -7}, {S(" MDT:"), -6}, {S(" PST:"), -8}, {S(" PDT:"), -7},
    };

    if (s->n < 2 || s->p[0] != ' ' || s->p[1] < 'A' || s->p[1] > 'Z')
        return false;
    for (size_t i = 0; i < countof(zones); i++)
        if (str_starts(*s, zones[i].name)) {
            *s = str_from_at(*s, zones[i].name.n - 1);
            *ret_east_s = zones[i].hours * 3600;
            return true;
        }
    return false;
}

/* What may follow a time of day: a fraction, a year, the name of a zone. */
static bool take_rest(str *s, struct local_time *t, struct syslog_time *ret)
{
    take_fraction(s, ret, &t->at);
    if (!t->has_year && s->n && s->p[0] == ' ' && is_year(str_from_at(*s, 1))) {
        t->has_year = true;
        t->at.year = year_at(str_from_at(*s, 1));
        *s = str_from_at(*s, 1 + YEAR_BYTES);
    }
    t->has_zone = take_zone_name(s, &t->east_s);
    return ends(*s);
}

/* "Nov 24 10:00:00" and its relatives; `year` is 0 when none stood before it. */
static enum syslog_time_answer take_named(struct syslog_clock *c, str *s, int32_t year,
                                          struct syslog_time *ret)
{
    str rest = *s;
    struct local_time t = {.at = {.year = year, .month = (uint8_t)month_at(rest)},
                           .has_year = year != 0};
    uint32_t day;

    if (!t.at.month || rest.n <= NAME_BYTES || rest.p[NAME_BYTES] != ' ')
        return SYSLOG_TIME_NONE;
    rest = str_from_at(rest, NAME_BYTES + 1);
    if (!take_day(&rest, &day))
        return SYSLOG_TIME_NONE;
    if (!year && is_year(rest)) {
        t.has_year = true;
        t.at.year = year_at(rest);
        rest = str_from_at(rest, YEAR_BYTES + 1);
    }
    if (!is_time_of_day(rest))
        return SYSLOG_TIME_NONE;
    *ret = (struct syslog_time){0};
    t.at.day = (uint8_t)day;
    t.at.hour = (uint8_t)two_at(rest, 0);
    t.at.minute = (uint8_t)two_at(rest, 3);
    t.at.second = (uint8_t)two_at(rest, 6);
    rest = str_from_at(rest, TIME_BYTES);
    if (!take_rest(&rest, &t, ret))
        return SYSLOG_TIME_NONE;
    if (!local_time_is_real(&t))
        return SYSLOG_TIME_WRONG;
    ret->known = local_time_resolve(&t, c->rule, &ret->ns, &ret->guess);
    *s = rest;
    return SYSLOG_TIME_READ;
}

/* The plainest form, and most often the one of the record before. */
static enum syslog_time_answer take_stamp(struct syslog_clock *c, str *s, struct syslog_time *ret)
{
    str rest = str_from_at(*s, SYSLOG_STAMP_BYTES), before = *s;
    int32_t east_s;

    if (rest.n < 2 || rest.p[0] != ' ' || is_year(str_from_at(rest, 1)) ||
        take_zone_name(&rest, &east_s))
        return take_named(c, s, 0, ret);
    if (memcmp(before.p, c->stamp, SYSLOG_STAMP_BYTES) != 0) {
        enum syslog_time_answer answer = take_named(c, s, 0, ret);
        if (answer == SYSLOG_TIME_READ) {
            memcpy(c->stamp, before.p, SYSLOG_STAMP_BYTES);
            c->stamp_time = *ret;
        }
        return answer;
    }
    *ret = c->stamp_time;
    *s = rest;
    return SYSLOG_TIME_READ;
}

enum syslog_time_answer syslog_time_take(struct syslog_clock *c, str *s, struct syslog_time *ret)
{
    str rest = *s;
    int32_t year = 0;

    if (is_iso(rest))
        return take_iso(c, s, ret);
    if (month_at(rest))
        return take_stamp(c, s, ret);
    if (is_year(rest) && rest.n > YEAR_BYTES && rest.p[YEAR_BYTES] == ' ') {
        year = year_at(rest);
        rest = str_from_at(rest, YEAR_BYTES + 1);
    } else if (name_number(rest, "MonTueWedThuFriSatSun", 7)) {
        rest = str_from_at(rest, NAME_BYTES);
        rest = str_from_at(rest, rest.n && rest.p[0] == ',');
        if (!rest.n || rest.p[0] != ' ')
            return SYSLOG_TIME_NONE;
        rest = str_from_at(rest, 1);
    }
    enum syslog_time_answer answer = take_named(c, &rest, year, ret);
    if (answer == SYSLOG_TIME_READ)
        *s = rest;
    return answer;
}
