#include "text/zone.h"

#include "base/buf.h"
#include "base/mem.h"
#include "text/time.h"

#include <stdlib.h>

enum { HEADER_BYTES = 44, HOUR_S = 3600, DAY_S = 86400 };

/* A day of the year and a time of day at which the footer's rule changes over. */
enum day_kind { DAY_JULIAN, DAY_ZERO, DAY_MONTH };
struct change {
    enum day_kind kind;
    int32_t month, week, day;
    int32_t time_s; /* of the clocks before the change; may be negative, or more than a day */
};

struct zone_rule {
    bool exists, has_summer;
    int32_t standard_s, summer_s; /* east */
    struct change start, end;     /* of summer time */
};

struct zone {
    int64_t *times; /* ascending: from each on, the type of the same place holds */
    uint8_t *types;
    uint32_t count;
    int32_t offsets[ZONE_TYPES_MAX];
    uint32_t type_count;
    struct zone_rule rule; /* from the last time on */
};

/* ------------------------------------------------------------ the footer: POSIX TZ */

static bool take_char(str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_from_at(*s, 1);
    return true;
}

/* Of up to three digits. */
static bool take_number(str *s, int32_t max, int32_t *ret)
{
    enum { DIGITS_MAX = 3 };
    size_t n = 0;

    *ret = 0;
    for (; n < s->n && n < DIGITS_MAX && s->p[n] >= '0' && s->p[n] <= '9'; n++)
        *ret = *ret * 10 + (s->p[n] - '0');
    *s = str_from_at(*s, n);
    return n > 0 && *ret <= max;
}

/* "CET" or "<+0330>". */
static bool take_name(str *s)
{
    size_t n = 0;

    if (take_char(s, '<')) {
        while (n < s->n && s->p[n] != '>')
            n++;
        *s = str_from_at(*s, n);
        return take_char(s, '>');
    }
    while (n < s->n && ((s->p[n] >= 'A' && s->p[n] <= 'Z') || (s->p[n] >= 'a' && s->p[n] <= 'z')))
        n++;
    *s = str_from_at(*s, n);
    return n > 0;
}

/* [+-]h[:mm[:ss]] */
static bool take_hours(str *s, int32_t *ret)
{
    enum { HOURS_MAX = 167 };
    int32_t sign = take_char(s, '-') ? -1 : 1, hours, minutes = 0, seconds = 0;

    if (sign > 0)
        (void)take_char(s, '+');
    if (!take_number(s, HOURS_MAX, &hours) ||
        (take_char(s, ':') &&
         (!take_number(s, 59, &minutes) || (take_char(s, ':') && !take_number(s, 59, &seconds)))))
        return false;
    *ret = sign * (hours * HOUR_S + minutes * 60 + seconds);
    return true;
}

/* ",M3.5.0/2", ",J60", ",59" */
static bool take_change(str *s, struct change *ret)
{
    *ret = (struct change){.time_s = 2 * HOUR_S};
    if (!take_char(s, ','))
        return false;
    if (take_char(s, 'M')) {
        ret->kind = DAY_MONTH;
        if (!take_number(s, 12, &ret->month) || !take_char(s, '.') ||
            !take_number(s, 5, &ret->week) || !take_char(s, '.') || !take_number(s, 6, &ret->day) ||
            ret->month == 0 || ret->week == 0)
            return false;
    } else {
        ret->kind = take_char(s, 'J') ? DAY_JULIAN : DAY_ZERO;
        if (!take_number(s, 365, &ret->day) || (ret->kind == DAY_JULIAN && ret->day == 0))
            return false;
    }
    return !take_char(s, '/') || take_hours(s, &ret->time_s);
}

static bool parse_rule(str s, struct zone_rule *ret)
{
    int32_t west;

    *ret = (struct zone_rule){0};
    if (!take_name(&s) || !take_hours(&s, &west))
        return false;
    ret->exists = true;
    ret->standard_s = -west;
    if (!s.n)
        return true;
    ret->has_summer = true;
    ret->summer_s = ret->standard_s + HOUR_S;
    if (!take_name(&s))
        return false;
    if (s.n && s.p[0] != ',') {
        if (!take_hours(&s, &west))
            return false;
        ret->summer_s = -west;
    }
    return take_change(&s, &ret->start) && take_change(&s, &ret->end) && s.n == 0;
}

static int64_t date_s(int32_t year, int32_t month, int32_t day)
{
    const struct civil c = {.year = year, .month = (uint8_t)month, .day = (uint8_t)day};

    return time_from_civil(&c) / NS_PER_S;
}

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* When clocks change over in a year, as they show it before. */
static int64_t change_s(const struct change *c, int32_t year)
{
    static const int32_t february = 59; /* days to its end in most years */
    int64_t first = date_s(year, 1, 1);

    if (c->kind == DAY_ZERO)
        return first + (int64_t)c->day * DAY_S + c->time_s;
    if (c->kind == DAY_JULIAN) {
        int32_t skipped = is_leap(year) && c->day > february;
        return first + (int64_t)(c->day - 1 + skipped) * DAY_S + c->time_s;
    }
    first = date_s(year, c->month, 1);
    int64_t next = c->month == 12 ? date_s(year + 1, 1, 1) : date_s(year, c->month + 1, 1);
    int64_t weekday = ((first / DAY_S + 4) % 7 + 7) % 7; /* Sunday is 0; day 0 was a Thursday */
    int64_t day = first + ((c->day - weekday + 7) % 7 + (c->week - 1) * 7) * DAY_S;
    while (day >= next) /* week 5 is the last */
        day -= (int64_t)7 * DAY_S;
    return day + c->time_s;
}

static int32_t rule_offset(const struct zone_rule *r, int64_t utc_s)
{
    if (!r->has_summer)
        return r->standard_s;
    int32_t year = time_to_civil((utc_s + r->standard_s) * NS_PER_S).year;
    int64_t start = change_s(&r->start, year) - r->standard_s,
            end = change_s(&r->end, year) - r->summer_s;
    bool between = start < end ? utc_s >= start && utc_s < end : utc_s < end || utc_s >= start;

    return between ? r->summer_s : r->standard_s;
}

/* ------------------------------------------------------------ the file */

static int64_t big_endian(const char *p, size_t n)
{
    uint64_t value = (uint8_t)p[0] & 0x80 ? UINT64_MAX : 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | (uint8_t)p[i];
    return (int64_t)value;
}

/* A block of the file: what its header counts, and where its parts are. */
struct block {
    uint64_t times, types, names, leaps, standards, universals;
    size_t word; /* bytes of a time */
};

static bool take_block(str *file, size_t word, struct block *b, str *ret_body)
{
    enum { COUNTS_AT = 20, TYPE_BYTES = 6, LEAP_CORRECTION = 4 };
    uint64_t counts[6];

    if (file->n < HEADER_BYTES || !str_starts(*file, S("TZif")))
        return false;
    for (size_t i = 0; i < countof(counts); i++)
        counts[i] = (uint64_t)big_endian(file->p + COUNTS_AT + i * 4, 4) & UINT32_MAX;
    *b = (struct block){.universals = counts[0],
                        .standards = counts[1],
                        .leaps = counts[2],
                        .times = counts[3],
                        .types = counts[4],
                        .names = counts[5],
                        .word = word};
    uint64_t n = b->times * (word + 1) + b->types * TYPE_BYTES + b->names +
                 b->leaps * (word + LEAP_CORRECTION) + b->standards + b->universals;
    *file = str_from_at(*file, HEADER_BYTES);
    if (n > file->n)
        return false;
    *ret_body = (str){file->p, (size_t)n};
    *file = str_from_at(*file, (size_t)n);
    return true;
}

static const char *read_block(struct zone *z, const struct block *b, str body)
{
    enum { TYPE_BYTES = 6, OFFSET_MAX = 26 * HOUR_S };
    const char *types = body.p + b->times * b->word, *rows = types + b->times;

    if (b->times > ZONE_TRANSITIONS_MAX || b->types > ZONE_TYPES_MAX || b->types == 0)
        return "with more times than the limit, or no kind of time";
    z->count = (uint32_t)b->times;
    z->type_count = (uint32_t)b->types;
    z->times = mem_array(z->count + 1, sizeof *z->times);
    z->types = mem_array(z->count + 1, sizeof *z->types);
    for (uint32_t i = 0; i < z->type_count; i++) {
        z->offsets[i] = (int32_t)big_endian(rows + i * TYPE_BYTES, 4);
        if (z->offsets[i] > OFFSET_MAX || z->offsets[i] < -OFFSET_MAX)
            return "with an offset of more than a day";
    }
    for (uint32_t i = 0; i < z->count; i++) {
        z->times[i] = big_endian(body.p + i * b->word, b->word);
        z->types[i] = (uint8_t)types[i];
        if (z->types[i] >= z->type_count || (i && z->times[i] <= z->times[i - 1]))
            return "whose times are not in order, or of no kind";
    }
    return NULL;
}

static const char *read_file(struct zone *z, str file)
{
    enum { VERSION_AT = 4, WORD_1 = 4, WORD_2 = 8 };
    struct block b;
    str body, footer;
    bool second = file.n > VERSION_AT && file.p[VERSION_AT] >= '2';

    if (!take_block(&file, WORD_1, &b, &body) || (second && !take_block(&file, WORD_2, &b, &body)))
        return "in no form of RFC 8536, or cut off";
    const char *why = read_block(z, &b, body);
    if (why || !second)
        return why;
    if (!take_char(&file, '\n'))
        return "without a footer";
    footer = str_cut(&file, '\n');
    return footer.n && !parse_rule(footer, &z->rule) ? "whose footer cannot be read" : NULL;
}

struct zone *zone_parse(str bytes, struct err *e)
{
    struct zone *z = mem_alloc(sizeof *z);
    const char *why = read_file(z, bytes);

    if (!why)
        return z;
    zone_free(z);
    err_set(e, ERR_INPUT, "a time zone %s", why);
    return NULL;
}

void zone_free(struct zone *z)
{
    if (!z)
        return;
    free(z->times);
    free(z->types);
    free(z);
}

/* ------------------------------------------------------------ by name */

static struct zone *fixed(int32_t offset_s)
{
    struct zone *z = mem_alloc(sizeof *z);

    z->rule = (struct zone_rule){.exists = true, .standard_s = offset_s};
    return z;
}

/* "+01:00", "-0330", "+5" */
static bool parse_distance(str s, int32_t *ret)
{
    int32_t sign = s.n && s.p[0] == '-' ? -1 : 1, hours, minutes = 0;

    if (!take_char(&s, '+') && !take_char(&s, '-'))
        return false;
    bool joined = s.n == 4 && !memchr(s.p, ':', s.n);
    str head = joined ? (str){s.p, 2} : str_cut(&s, ':');
    if (joined)
        s = str_from_at(s, 2);
    if (!take_number(&head, 14, &hours) || head.n ||
        (s.n && (!take_number(&s, 59, &minutes) || s.n)))
        return false;
    *ret = sign * (hours * HOUR_S + minutes * 60);
    return true;
}

/* Of letters, digits and the few signs that names have, and inside of the folder. */
static bool is_name(str s)
{
    if (!s.n || s.n > ZONE_NAME_MAX || s.p[0] == '/' || s.p[s.n - 1] == '/')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !memchr("_+-/", c, 4))
            return false;
    }
    return true;
}

struct zone *zone_new(struct io *io, str name, struct err *e)
{
    struct buf file CLEANUP(buf_done) = buf_make(ZONE_FILE_BYTES_MAX);
    char path[sizeof ZONE_FOLDER + 1 + ZONE_NAME_MAX];
    int32_t distance = 0;

    if (str_ieq(name, S("UTC")) || str_eq(name, S("Z")) || parse_distance(name, &distance))
        return fixed(distance);
    if (!is_name(name)) {
        err_set(e, ERR_INPUT, "'" STR_FMT "' is no time zone, such as 'Europe/Berlin' or '+01:00'",
                STR_ARG(name));
        return NULL;
    }
    memcpy(path, ZONE_FOLDER "/", sizeof ZONE_FOLDER);
    memcpy(path + sizeof ZONE_FOLDER, name.p, name.n);
    path[sizeof ZONE_FOLDER + name.n] = '\0';
    if (!io_read_file(io, path, &file, e)) {
        err_wrap(e, "no time zone '" STR_FMT "'", STR_ARG(name));
        return NULL;
    }
    return zone_parse(buf_str(&file), e);
}

/* ------------------------------------------------------------ questions */

int32_t zone_offset_s(const struct zone *z, int64_t utc_s)
{
    uint32_t low = 0, high = z->count; /* the first time behind utc_s is in [low, high] */

    if (z->rule.exists && (z->count == 0 || utc_s >= z->times[z->count - 1]))
        return rule_offset(&z->rule, utc_s);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (z->times[middle] <= utc_s)
            low = middle + 1;
        else
            high = middle;
    }
    return z->offsets[low ? z->types[low - 1] : 0];
}

bool zone_to_utc(const struct zone *z, int64_t local_s, int64_t *ret_utc_s)
{
    int32_t before = zone_offset_s(z, local_s - DAY_S), after = zone_offset_s(z, local_s + DAY_S);
    int64_t early = local_s - before, late = local_s - after;
    bool is_early = zone_offset_s(z, early) == before, is_late = zone_offset_s(z, late) == after;

    *ret_utc_s = is_early || !is_late ? early : late;
    if (is_early && is_late && late < early)
        *ret_utc_s = late;
    return (is_early || is_late) && (before == after || is_early != is_late);
}
