/*
 * time_text.c - times in free text.
 *
 * Each way to write a time is a row: a pattern of one letter a part (see enum part), which is tried
 * from its front. Rows are grouped by how many digits a text begins with, so that few are tried.
 */
#include "message/time_text.h"

#include "message/local_time.h"

enum {
    MONTH_WORD_MAX = 16,
    DIGITS_MAX = 19, /* of a number of nanoseconds */
    NS_DIGITS = 9,
    LETTERS = 0,   /* a group: texts that begin with a letter */
    SHORT_DAY = 2, /* a group: one or two digits */
};

struct cursor {
    str rest;
    struct local_time t;
    uint32_t first, second; /* of two numbers, of which one is the day */
    uint8_t digits;         /* of the fraction */
    char separator;         /* between date and time of day */
    bool ordered;           /* first and second are there */
    char half;              /* 'A' or 'P' of AM and PM; 0: neither */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (uint8_t)c >= 0x80;
}

static char at(str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static void skip(str *s, size_t n)
{
    *s = (str){s->p + n, s->n - n};
}

static size_t digits_of(str s, size_t max)
{
    size_t n = 0;

    while (n < s.n && n < max && is_digit(s.p[n]))
        n++;
    return n;
}

/* ------------------------------------------------------------ numbers */

static bool take_digits(str *s, size_t count, uint32_t *ret)
{
    uint32_t value = 0;

    if (s->n < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_digit(s->p[i]))
            return false;
        value = value * 10 + (uint32_t)(s->p[i] - '0');
    }
    skip(s, count);
    *ret = value;
    return true;
}

static bool take_two(str *s, uint8_t *ret)
{
    uint32_t value;

    if (!take_digits(s, 2, &value))
        return false;
    *ret = (uint8_t)value;
    return true;
}

/* "07", "7" or " 7". */
static bool take_loose(str *s, uint32_t *ret)
{
    size_t blank = at(*s, 0) == ' ', n = digits_of(str_from_at(*s, blank), 2);

    if (n == 0 || (blank && n == 2))
        return false;
    skip(s, blank);
    return take_digits(s, n, ret);
}

static bool take_loose_byte(str *s, uint8_t *ret)
{
    uint32_t value;

    if (!take_loose(s, &value))
        return false;
    *ret = (uint8_t)value;
    return true;
}

static bool take_year(struct cursor *c, size_t digits)
{
    enum { POSIX_CENTURY = 69 }; /* two digits below are of this century */
    uint32_t value;

    if (!take_digits(&c->rest, digits, &value))
        return false;
    if (digits == 2)
        value += value < POSIX_CENTURY ? 2000 : 1900;
    c->t.at.year = (int32_t)value;
    c->t.has_year = true;
    return true;
}

/* Perhaps a fraction; `marks` are the bytes that may stand before it. */
static bool take_fraction(struct cursor *c, str marks)
{
    uint32_t ns = 0, count = 0;

    if (c->rest.n == 0 || !memchr(marks.p, c->rest.p[0], marks.n) || !is_digit(at(c->rest, 1)))
        return true;
    skip(&c->rest, 1);
    while (c->rest.n && is_digit(c->rest.p[0])) {
        if (count < NS_DIGITS) {
            ns = ns * 10 + (uint32_t)(c->rest.p[0] - '0');
            count++;
        }
        skip(&c->rest, 1);
    }
    c->digits = (uint8_t)count;
    for (; count < NS_DIGITS; count++)
        ns *= 10;
    c->t.at.ns = ns;
    return true;
}

/* ------------------------------------------------------------ names */

#define NAME_KEY(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

/* Names of months beyond the three letters of English. */
static const struct {
    str name;
    uint8_t month;
} month_names[] = {
    {S("january"), 1},
    {S("janv"), 1},
    {S("janvier"), 1},
    {S("januar"), 1},
    {S("ene"), 1},
    {S("enero"), 1},
    {S("february"), 2},
    {S("f\xc3\xa9vr"), 2},
    {S("f\xc3\xa9vrier"), 2},
    {S("februar"), 2},
    {S("febrero"), 2},
    {S("march"), 3},
    {S("mars"), 3},
    {S("m\xc3\xa4r"), 3},
    {S("m\xc3\xa4rz"), 3},
    {S("mrz"), 3},
    {S("marzo"), 3},
    {S("april"), 4},
    {S("avr"), 4},
    {S("avril"), 4},
    {S("abr"), 4},
    {S("abril"), 4},
    {S("mai"), 5},
    {S("mayo"), 5},
    {S("june"), 6},
    {S("juin"), 6},
    {S("juni"), 6},
    {S("junio"), 6},
    {S("july"), 7},
    {S("juil"), 7},
    {S("juillet"), 7},
    {S("juli"), 7},
    {S("julio"), 7},
    {S("august"), 8},
    {S("ao\xc3\xbbt"), 8},
    {S("ago"), 8},
    {S("agosto"), 8},
    {S("sept"), 9},
    {S("september"), 9},
    {S("septembre"), 9},
    {S("septiembre"), 9},
    {S("october"), 10},
    {S("octobre"), 10},
    {S("okt"), 10},
    {S("oktober"), 10},
    {S("octubre"), 10},
    {S("november"), 11},
    {S("novembre"), 11},
    {S("noviembre"), 11},
    {S("december"), 12},
    {S("d\xc3\xa9"
       "c"),
     12},
    {S("d\xc3\xa9"
       "cembre"),
     12},
    {S("dez"), 12},
    {S("dezember"), 12},
    {S("dic"), 12},
    {S("diciembre"), 12},
};

uint32_t time_text_month(str word)
{
    static const uint32_t keys[] = {
        NAME_KEY('j', 'a', 'n'), NAME_KEY('f', 'e', 'b'), NAME_KEY('m', 'a', 'r'),
        NAME_KEY('a', 'p', 'r'), NAME_KEY('m', 'a', 'y'), NAME_KEY('j', 'u', 'n'),
        NAME_KEY('j', 'u', 'l'), NAME_KEY('a', 'u', 'g'), NAME_KEY('s', 'e', 'p'),
        NAME_KEY('o', 'c', 't'), NAME_KEY('n', 'o', 'v'), NAME_KEY('d', 'e', 'c'),
    };

    if (word.n == 3) {
        const uint32_t key = NAME_KEY((uint8_t)word.p[0] | 0x20, (uint8_t)word.p[1] | 0x20,
                                      (uint8_t)word.p[2] | 0x20);
        for (uint32_t i = 0; i < countof(keys); i++)
            if (keys[i] == key)
                return i + 1;
    }
    for (size_t i = 0; i < countof(month_names); i++)
        if (month_names[i].name.n == word.n && str_ieq(month_names[i].name, word))
            return month_names[i].month;
    return 0;
}

static str letters_of(str s)
{
    size_t n = 0;

    while (n < s.n && n < MONTH_WORD_MAX && is_letter(s.p[n]))
        n++;
    return (str){s.p, n};
}

static bool take_month_name(struct cursor *c)
{
    str word = letters_of(c->rest);
    uint32_t month = word.n ? time_text_month(word) : 0;

    if (!month)
        return false;
    c->t.at.month = (uint8_t)month;
    skip(&c->rest, word.n);
    if (at(c->rest, 0) == '.')
        skip(&c->rest, 1);
    return true;
}

/* "Tue ", "Tue, ", "Tuesday, ". */
static void skip_weekday(str *s)
{
    static const str names[] = {S("monday"), S("tuesday"),  S("wednesday"), S("thursday"),
                                S("friday"), S("saturday"), S("sunday")};
    enum { SHORT_NAME = 3 };
    str word = letters_of(*s);

    if (word.n < SHORT_NAME)
        return;
    for (size_t i = 0; i < countof(names); i++) {
        if (!str_ieq(word, names[i]) && !str_ieq(word, (str){names[i].p, SHORT_NAME}))
            continue;
        str rest = str_from_at(*s, word.n);
        rest = str_from_at(rest, at(rest, 0) == ',');
        if (at(rest, 0) == ' ')
            *s = str_from_at(rest, 1);
        return;
    }
}

/* Hours east; of the names that mean more than one zone those of RFC 2822 section 4.3. */
static const struct {
    str name;
    int8_t hours;
} zone_names[] = {
    {S("UTC"), 0},   {S("GMT"), 0},   {S("CET"), 1},   {S("CEST"), 2},  {S("EST"), -5},
    {S("EDT"), -4},  {S("CST"), -6},  {S("CDT"), -5},  {S("MST"), -7},  {S("MDT"), -6},
    {S("PST"), -8},  {S("PDT"), -7},  {S("WET"), 0},   {S("WEST"), 1},  {S("EET"), 2},
    {S("EEST"), 3},  {S("MSK"), 3},   {S("JST"), 9},   {S("KST"), 9},   {S("AEST"), 10},
    {S("AEDT"), 11}, {S("HKT"), 8},   {S("SGT"), 8},   {S("AKST"), -9}, {S("AKDT"), -8},
    {S("HST"), -10}, {S("NZST"), 12}, {S("NZDT"), 13},
};

static bool take_zone_name(struct cursor *c)
{
    str word = letters_of(c->rest);

    if (word.n < 3 || is_digit(at(c->rest, word.n)))
        return false;
    for (size_t i = 0; i < countof(zone_names); i++)
        if (str_eq(zone_names[i].name, word)) {
            skip(&c->rest, word.n);
            c->t.has_zone = true;
            c->t.east_s = zone_names[i].hours * 3600;
            return true;
        }
    return false;
}

/* ------------------------------------------------------------ zones and halves of a day */

/* "+01:00", "+0100"; "+01" where `hours_alone`. */
static bool take_distance(struct cursor *c, bool hours_alone)
{
    const char sign = at(c->rest, 0);
    str rest = str_from_at(c->rest, 1);
    uint32_t hours, minutes = 0;

    if ((sign != '+' && sign != '-') || !take_digits(&rest, 2, &hours))
        return false;
    const size_t colon = at(rest, 0) == ':';
    str behind = str_from_at(rest, colon);
    if (take_digits(&behind, 2, &minutes))
        rest = behind;
    else if (!hours_alone)
        return false;
    if (is_digit(at(rest, 0)) || hours > 23 || minutes > 59)
        return false;
    c->rest = rest;
    c->t.has_zone = true;
    c->t.east_s = (int32_t)(hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

static bool take_zone(struct cursor *c)
{
    const char first = at(c->rest, 0);

    if ((first == 'Z' || first == 'z') && !is_letter(at(c->rest, 1))) {
        skip(&c->rest, 1);
        c->t.has_zone = true;
    } else if (first == ' ') {
        struct cursor behind = *c;
        skip(&behind.rest, 1);
        if (take_distance(&behind, false) || take_zone_name(&behind))
            *c = behind;
    } else if (first == '+' || first == '-') {
        take_distance(c, true);
    }
    return true;
}

static bool take_half(struct cursor *c)
{
    str rest = str_from_at(c->rest, at(c->rest, 0) == ' ');
    const char half = (char)(at(rest, 0) & ~0x20);

    if ((half != 'A' && half != 'P') || (at(rest, 1) & ~0x20) != 'M' || is_letter(at(rest, 2)))
        return true;
    c->half = half;
    c->rest = str_from_at(rest, 2);
    return c->t.at.hour >= 1 && c->t.at.hour <= 12;
}

/* ------------------------------------------------------------ patterns */

/* Which stand for themselves: / - . : , and a space. */
enum part {
    YEAR = 'Y',        /* four digits */
    YEAR_SHORT = 'y',  /* two digits */
    YEAR_BEHIND = 'Q', /* perhaps a space and four digits */
    MONTH = 'm',       /* two digits */
    MONTH_NAME = 'b',
    DAY = 'd',          /* two digits */
    DAY_LOOSE = 'e',    /* one or two */
    MONTH_OR_DAY = 'A', /* one or two, twice */
    SEPARATOR = '~',    /* between date and time of day */
    HOUR = 'H',         /* one or two digits */
    HOUR_TIGHT = 'h',   /* two digits */
    MINUTE = 'M',
    SECOND = 'S',
    FRACTION = 'f',       /* perhaps */
    FRACTION_COLON = 'g', /* perhaps, a colon may stand before it */
    HALF = 'p',           /* perhaps AM or PM */
    ZONE = 'z',           /* perhaps */
};

static const struct {
    const char *pattern;
    uint8_t digits; /* the text begins with so many; LETTERS, SHORT_DAY */
    char next;      /* and behind them stands this; NUL: any */
} rows[] = {
    {"Y-m-d~H:M:Sfz", 4, '-'},
    {"Y/m/d~H:M:Sfz", 4, '/'},
    {"Y.m.d~H:M:Sfz", 4, '.'},
    {"Y:m:d~H:M:Sfz", 4, ':'},
    {"Y-m-d~H.M.Sfz", 4, '-'},
    {"Y b e~H:M:Sfz", 4, ' '},
    {"Y-b-e~H:M:Sfz", 4, '-'},
    {"Y/b/e~H:M:Sfz", 4, '/'},
    {"Y-m-d~H:Mz", 4, '-'},
    {"Y/m/d~H:Mz", 4, '/'},
    {"Ymd~H:M:Sgz", 8, '\0'},
    {"Ymd~hMSfz", 8, '\0'},
    {"YmdhMSfz", 14, '\0'},
    {"ymd H:M:Sf", 6, '\0'},
    {"ymd hMSf", 6, '\0'},
    {"e/b/Y~H:M:Sfz", SHORT_DAY, '/'},
    {"e-b-Y~H:M:Sfz", SHORT_DAY, '-'},
    {"e b Y~H:M:Sfpz", SHORT_DAY, ' '},
    {"e-b-y~H:M:Sfz", SHORT_DAY, '-'},
    {"e b~H:M:SfzQ", SHORT_DAY, ' '},
    {"A/A/Y~H:M:Sfpz", SHORT_DAY, '/'},
    {"A/A/Y~H:Mpz", SHORT_DAY, '/'},
    {"A-A-Y~H:M:Sfpz", SHORT_DAY, '-'},
    {"e.m.Y~H:M:Sfz", SHORT_DAY, '.'},
    {"y/m/d H:M:Sf", SHORT_DAY, '/'},
    {"m/d/y,H:M:S", SHORT_DAY, '/'},
    {"m/d/y-H:M:Sf", SHORT_DAY, '/'},
    {"m/d~H:M:Sf", SHORT_DAY, '/'},
    {"m-d~H:M:Sf", SHORT_DAY, '-'},
    {"m.d~H:M:Sf", SHORT_DAY, '.'},
    {"b e, Y~H:M:Sfpz", LETTERS, '\0'},
    {"b e Y~H:M:Sfpz", LETTERS, '\0'},
    {"b e~H:M:SfpzQ", LETTERS, '\0'},
    {"b-e-Y~H:M:Sfz", LETTERS, '\0'},
    {"b-e-y~H:M:Sf", LETTERS, '\0'},
};

static bool take_year_behind(struct cursor *c)
{
    if (at(c->rest, 0) == ' ' && digits_of(str_from_at(c->rest, 1), 5) == 4 &&
        (str_starts(c->rest, S(" 19")) || str_starts(c->rest, S(" 20")))) {
        skip(&c->rest, 1);
        return take_year(c, 4);
    }
    return true;
}

static bool take_either(struct cursor *c)
{
    uint32_t *to = c->ordered ? &c->second : &c->first;

    c->ordered = true;
    return take_loose(&c->rest, to);
}

/* 'T', a blank, a dash, a colon, an underline, a comma and perhaps a blank. */
static bool take_separator(struct cursor *c)
{
    const char mark = at(c->rest, 0);

    if (mark == '\0' || !memchr("Tt -:_,", mark, 7))
        return false;
    skip(&c->rest, 1);
    if (mark == ',' && at(c->rest, 0) == ' ')
        skip(&c->rest, 1);
    c->separator = mark;
    return true;
}

static bool take_date_part(struct cursor *c, char part)
{
    switch (part) {
    case YEAR:
        return take_year(c, 4);
    case YEAR_SHORT:
        return take_year(c, 2);
    case YEAR_BEHIND:
        return c->t.has_year || take_year_behind(c);
    case MONTH:
        return take_two(&c->rest, &c->t.at.month);
    case MONTH_NAME:
        return take_month_name(c);
    case DAY:
        return take_two(&c->rest, &c->t.at.day);
    case DAY_LOOSE:
        return take_loose_byte(&c->rest, &c->t.at.day);
    case MONTH_OR_DAY:
        return take_either(c);
    case SEPARATOR:
        return take_separator(c);
    default:
        if (at(c->rest, 0) != part)
            return false;
        skip(&c->rest, 1);
        return true;
    }
}

static bool take_part(struct cursor *c, char part)
{
    switch (part) {
    case HOUR:
        return take_loose_byte(&c->rest, &c->t.at.hour);
    case HOUR_TIGHT:
        return take_two(&c->rest, &c->t.at.hour);
    case MINUTE:
        return take_two(&c->rest, &c->t.at.minute);
    case SECOND:
        return take_two(&c->rest, &c->t.at.second);
    case FRACTION:
        return take_fraction(c, S(".,"));
    case FRACTION_COLON:
        return take_fraction(c, S(".,:"));
    case HALF:
        return take_half(c);
    case ZONE:
        return take_zone(c);
    default:
        return take_date_part(c, part);
    }
}

/* Does nothing that could belong to the time stand behind it? */
static bool ends(str s)
{
    const char next = at(s, 0);

    return !is_digit(next) && !is_letter(next) && !(next == ':' && is_digit(at(s, 1)));
}

static void settle(struct cursor *c)
{
    enum { MONTHS = 12 };

    if (c->half)
        c->t.at.hour = (uint8_t)(c->t.at.hour % 12 + (c->half == 'P' ? 12 : 0));
    if (!c->ordered)
        return;
    bool month_first = c->first <= MONTHS && (c->second > MONTHS || c->half ||
                                              c->separator == ':' || c->separator == ',');
    c->t.at.month = (uint8_t)(month_first ? c->first : c->second);
    c->t.at.day = (uint8_t)(month_first ? c->second : c->first);
}

static size_t take_pattern(str s, const char *pattern, const struct cursor *begun,
                           const struct time_rule *rule, struct syslog_time *ret)
{
    struct cursor c = *begun;

    for (; *pattern; pattern++)
        if (!take_part(&c, *pattern))
            return 0;
    if (!ends(c.rest))
        return 0;
    settle(&c);
    if (!local_time_is_real(&c.t))
        return 0;
    *ret = (struct syslog_time){.digits = c.digits};
    ret->known = local_time_resolve(&c.t, rule, &ret->ns, &ret->guess);
    return s.n - c.rest.n;
}

/* ------------------------------------------------------------ numbers of seconds */

/* Seconds, perhaps with a fraction; or thousandths and smaller parts by the number of digits. */
static size_t take_epoch(str s, size_t digits, struct syslog_time *ret)
{
    enum { SECONDS = 10, MS = 13, US = 16, NS = 19 };
    struct cursor c = {.rest = str_from_at(s, digits)};
    int64_t value = 0;

    if (s.p[0] != '1' && (s.p[0] != '2' || digits == NS))
        return 0;
    for (size_t i = 0; i < digits; i++)
        value = value * 10 + (s.p[i] - '0');
    for (size_t i = digits; i < NS; i++)
        value *= 10;
    if (digits == SECONDS)
        take_fraction(&c, S("."));
    if (!ends(c.rest))
        return 0;
    *ret = (struct syslog_time){
        .ns = value + c.t.at.ns,
        .digits = digits == SECONDS ? c.digits : (uint8_t)(digits - SECONDS),
        .known = true,
    };
    return s.n - c.rest.n;
}

/* "@4000000050f3c6a4077a9e94": seconds of atomic time from 2^62 on, and perhaps nanoseconds; see
 * https://cr.yp.to/libtai/tai64.html. UTC is taken to be 10 s behind, as those who write it do. */
static size_t take_tai64(str s, struct syslog_time *ret)
{
    enum { SECONDS = 16, BEHIND = 10 };
    uint64_t part[2] = {0};
    size_t n = 1;

    for (; n < s.n && n <= SECONDS + 8; n++) {
        const char digit = ascii_lower(s.p[n]);
        if (!is_digit(digit) && (digit < 'a' || digit > 'f'))
            break;
        uint64_t *to = &part[n > SECONDS];
        *to = *to << 4 | (uint64_t)(is_digit(digit) ? digit - '0' : digit - 'a' + 10);
    }
    part[0] -= UINT64_C(1) << 62;
    if ((n != SECONDS + 1 && n != SECONDS + 9) || part[0] >> 33 || part[1] >= (uint64_t)NS_PER_S ||
        !ends(str_from_at(s, n)))
        return 0;
    *ret = (struct syslog_time){
        .ns = ((int64_t)part[0] - BEHIND) * NS_PER_S + (int64_t)part[1],
        .digits = n > SECONDS + 1 ? NS_DIGITS : 0,
        .known = true,
    };
    return n;
}

/* ------------------------------------------------------------ any of them */

size_t time_text_take(str s, const struct time_rule *rule, struct syslog_time *ret)
{
    struct cursor c = {.rest = s};

    const char first = at(s, 0);
    if (first == '@')
        return take_tai64(s, ret);
    if (!is_letter(first) && !is_digit(first))
        return 0;
    if (is_letter(first)) {
        skip_weekday(&c.rest);
        if (take_zone_name(&c) && at(c.rest, 0) == ' ')
            skip(&c.rest, 1);
    }
    size_t digits = digits_of(c.rest, DIGITS_MAX + 1);
    if (digits == 10 || digits == 13 || digits == 16 || digits == 19)
        return c.rest.n == s.n ? take_epoch(s, digits, ret) : 0;
    if (digits == LETTERS && !time_text_month(letters_of(c.rest)))
        return 0;
    const char next = at(c.rest, digits);
    digits += digits == 1;
    for (size_t i = 0; i < countof(rows); i++) {
        const bool fits = rows[i].digits == digits && (!rows[i].next || rows[i].next == next);
        size_t n = fits ? take_pattern(s, rows[i].pattern, &c, rule, ret) : 0;
        if (n)
            return n;
    }
    return 0;
}

size_t time_text_take_as(str s, const char *pattern, const struct time_rule *rule,
                         struct syslog_time *ret)
{
    const struct cursor c = {.rest = s};

    return take_pattern(s, pattern, &c, rule, ret);
}

size_t time_text_take_clock(str s, const struct time_rule *rule, struct syslog_time *ret)
{
    enum { DAYS = 3 }; /* where a zone is ahead, its day may be too */
    static const char pattern[] = "H:M:Sf";
    struct cursor c = {.rest = s};

    for (const char *part = pattern; *part; part++)
        if (!take_part(&c, *part))
            return 0;
    if (!ends(c.rest) || c.t.at.hour > 23 || c.t.at.minute > 59 || c.t.at.second > 60)
        return 0;
    *ret = (struct syslog_time){.digits = c.digits};
    for (int64_t day = 1; day > 1 - DAYS && rule->reference_ns && !ret->known; day--) {
        struct civil at = time_to_civil(rule->reference_ns + day * 86400 * NS_PER_S);
        c.t.at.year = at.year;
        c.t.at.month = at.month;
        c.t.at.day = at.day;
        c.t.has_year = true;
        ret->guess = TIME_GUESS_YEAR;
        ret->known =
            local_time_resolve(&c.t, rule, &ret->ns, &ret->guess) && ret->ns <= rule->reference_ns;
    }
    return s.n - c.rest.n;
}

size_t time_text_length(str s)
{
    static const struct time_rule any_rule;
    struct syslog_time time;

    return time_text_take(s, &any_rule, &time);
}

bool time_text_read(str s, const struct time_rule *rule, struct syslog_time *ret)
{
    return s.n && time_text_take(s, rule, ret) == s.n && ret->known;
}
