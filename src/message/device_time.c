#include "message/device_time.h"

#include "message/local_time.h"
#include "message/time_text.h"

enum { DIGITS_S = 10, DIGITS_MS = 13, DIGITS_US = 16, DIGITS_NS = 19 };

bool device_time_epoch(struct message *m, str digits)
{
    static const int64_t scale[] = {NS_PER_S, 1000000, 1000, 1};
    uint64_t number;
    int power = digits.n == DIGITS_S    ? 0
                : digits.n == DIGITS_MS ? 1
                : digits.n == DIGITS_US ? 2
                : digits.n == DIGITS_NS ? 3
                                        : -1;

    if (power < 0 || !str_u64(digits, &number) || number > (uint64_t)INT64_MAX)
        return false;
    if ((int64_t)number > INT64_MAX / scale[power])
        return false;
    message_time(m, (int64_t)number * scale[power], (uint8_t)(power * 3), 0);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to `most` digits at the front. */
static bool take_number(str *s, size_t most, uint32_t *ret)
{
    size_t n = 0;

    *ret = 0;
    while (n < s->n && n < most && is_digit(s->p[n]))
        *ret = *ret * 10 + (uint32_t)(s->p[n++] - '0');
    *s = str_from_at(*s, n);
    return n > 0;
}

static bool take_sign(str *s, char sign)
{
    bool is = s->n && s->p[0] == sign;

    *s = str_from_at(*s, is);
    return is;
}

static bool take_byte(str *s, size_t most, uint8_t *ret)
{
    uint32_t number;
    bool is = take_number(s, most, &number);

    *ret = (uint8_t)number;
    return is;
}

/* "+0100", "+01:00", "-3", "+08", "UTC", "GMT+01:00". */
static bool take_zone(str *s, int32_t *ret_east_s)
{
    static const struct {
        str name;
        int32_t east_s;
    } names[] = {
        {S("UTC"), 0},      {S("GMT"), 0},      {S("Z"), 0},        {S("CEST"), 7200},
        {S("CET"), 3600},   {S("EST"), -18000}, {S("EDT"), -14400}, {S("CST"), -21600},
        {S("CDT"), -18000}, {S("MST"), -25200}, {S("MDT"), -21600}, {S("PST"), -28800},
        {S("PDT"), -25200}, {S("BST"), 3600},   {S("IST"), 19800},  {S("JST"), 32400},
    };
    bool named = false;
    uint32_t hours, minutes = 0;

    *ret_east_s = 0;
    for (size_t i = 0; i < countof(names) && !named; i++)
        if (str_starts(*s, names[i].name)) {
            *ret_east_s = names[i].east_s;
            *s = str_from_at(*s, names[i].name.n);
            named = true;
        }
    bool west = s->n && s->p[0] == '-';
    if (!west && !(s->n && s->p[0] == '+'))
        return named;
    str rest = str_from_at(*s, 1);
    if (!take_number(&rest, 2, &hours))
        return named;
    take_sign(&rest, ':');
    take_number(&rest, 2, &minutes);
    *ret_east_s += (int32_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    *s = rest;
    return true;
}

static void take_fraction(str *s, uint32_t *ret_ns, uint8_t *ret_digits)
{
    enum { NS_DIGITS = 9 };

    for (*ret_ns = 0, *ret_digits = 0; s->n && is_digit(s->p[0]); *s = str_from_at(*s, 1))
        if (*ret_digits < NS_DIGITS) {
            *ret_ns = *ret_ns * 10 + (uint32_t)(s->p[0] - '0');
            ++*ret_digits;
        }
    for (uint8_t i = *ret_digits; *ret_digits && i < NS_DIGITS; i++)
        *ret_ns *= 10;
}

static bool settle(struct message *m, const struct local_time *t, uint8_t digits)
{
    int64_t ns;
    uint8_t guess = 0;

    if (!local_time_is_real(t) || !local_time_resolve(t, m->time_rule, &ns, &guess))
        return false;
    message_time(m, ns, digits, guess);
    return true;
}

bool device_time_parts(struct message *m, str date, str time, str zone)
{
    struct local_time t = {.has_year = true};
    uint32_t year;
    uint8_t digits = 0;

    bool good = take_number(&date, 4, &year) && (take_sign(&date, '-') || take_sign(&date, '/')) &&
                take_byte(&date, 2, &t.at.month) &&
                (take_sign(&date, '-') || take_sign(&date, '/')) &&
                take_byte(&date, 2, &t.at.day) && !date.n;
    good = good && take_byte(&time, 2, &t.at.hour) && take_sign(&time, ':') &&
           take_byte(&time, 2, &t.at.minute) && take_sign(&time, ':') &&
           take_byte(&time, 2, &t.at.second);
    if (!good)
        return false;
    t.at.year = (int32_t)year;
    if (take_sign(&time, '.'))
        take_fraction(&time, &t.at.ns, &digits);
    t.has_zone = zone.n && take_zone(&zone, &t.east_s);
    return settle(m, &t, digits);
}

bool device_time_text(struct message *m, str text)
{
    struct syslog_time time;
    int32_t east_s;

    text = str_trim(text);
    size_t n = text.n ? time_text_take(text, m->time_rule, &time) : 0;
    if (!n || !time.known)
        return false;
    /* "GMT+02:00": the name was taken for the zone, and this is its distance. */
    str zone = str_from_at(text, n);
    if (take_zone(&zone, &east_s)) {
        time.ns -= east_s * NS_PER_S;
        time.guess &= (uint8_t)~TIME_GUESS_ZONE;
    }
    message_time(m, time.ns, time.digits, time.guess);
    return true;
}

/* ------------------------------------------------------------ SimpleDateFormat */

struct pattern_time {
    struct local_time t;
    uint32_t half; /* 1: AM, 2: PM */
    uint8_t digits;
};

static bool take_letters(str *s, str *ret)
{
    size_t n = 0;

    while (n < s->n && ((s->p[n] | ' ') >= 'a' && (s->p[n] | ' ') <= 'z'))
        n++;
    *ret = (str){s->p, n};
    *s = str_from_at(*s, n);
    return n > 0;
}

static bool take_year(str *s, size_t letters, struct local_time *t)
{
    enum { SHORT_YEARS = 100, CENTURY = 2000 };
    uint32_t year;

    if (!take_number(s, 4, &year))
        return false;
    t->at.year = (int32_t)(letters <= 2 && year < SHORT_YEARS ? year + CENTURY : year);
    t->has_year = true;
    return true;
}

static bool take_month(str *s, size_t letters, struct local_time *t)
{
    str word;

    if (letters < 3)
        return take_byte(s, 2, &t->at.month);
    if (!take_letters(s, &word))
        return false;
    t->at.month = (uint8_t)time_text_month(word);
    return t->at.month > 0;
}

static bool take_half(str *s, struct pattern_time *p)
{
    str word;

    if (!take_letters(s, &word))
        return false;
    p->half = str_ieq(word, S("AM")) ? 1 : str_ieq(word, S("PM")) ? 2 : 0;
    return p->half > 0;
}

/* One run of a pattern's letter. */
static bool take_part(str *s, char letter, size_t letters, struct pattern_time *p)
{
    struct civil *at = &p->t.at;
    str word;

    switch (letter) {
    case 'y':
    case 'u':
        return take_year(s, letters, &p->t);
    case 'M':
    case 'L':
        return take_month(s, letters, &p->t);
    case 'd':
        return take_byte(s, 2, &at->day);
    case 'H':
    case 'h':
    case 'k':
    case 'K':
        return take_byte(s, 2, &at->hour);
    case 'm':
        return take_byte(s, 2, &at->minute);
    case 's':
        return take_byte(s, 2, &at->second);
    case 'S':
        take_fraction(s, &at->ns, &p->digits);
        return true;
    case 'a':
        return take_half(s, p);
    case 'E':
        return take_letters(s, &word);
    case 'z':
    case 'Z':
    case 'X':
        p->t.has_zone = take_zone(s, &p->t.east_s);
        return p->t.has_zone;
    default:
        return false;
    }
}

bool device_time_pattern(struct message *m, str text, str pattern)
{
    struct pattern_time p = {0};
    str s = str_trim(text);
    bool quoted = false;

    pattern = str_trim(pattern);
    for (size_t i = 0; i < pattern.n;) {
        const char c = pattern.p[i];
        size_t run = i + 1;
        if (c == '\'') {
            quoted = !quoted;
            i++;
            continue;
        }
        while (run < pattern.n && pattern.p[run] == c)
            run++;
        if (!quoted && c != 'T' && (c | ' ') >= 'a' && (c | ' ') <= 'z') {
            s = c == 'd' || c == 'h' || c == 'H' ? str_trim(s) : s; /* padded by a space */
            if (!take_part(&s, c, run - i, &p))
                return false;
            i = run;
            continue;
        }
        if (!take_sign(&s, c))
            return false;
        i++;
    }
    if (p.half)
        p.t.at.hour = (uint8_t)(p.t.at.hour % 12 + (p.half == 2 ? 12 : 0));
    return settle(m, &p.t, p.digits);
}
