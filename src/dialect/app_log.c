/*
 * app_log.c - plain logs of applications: a header in one of the ways in which log4j, logback,
 * java.util.logging, Python, Go, Android, Windows' servicing and many others write it, and free
 * text. Tried last, on whole lines: what a product's own dialect reads never comes here.
 *
 *   2026-11-24 10:00:00,123 INFO [main] org.example.Main: text
 *   2026-11-24 10:00:00,123 - WARN  [main:Server@774] - text
 *   11-24 10:00:00.123  1702  2395 D WindowManager: text
 *   E1124 10:00:00.123456  712 main.cc:253] text
 *   [2026-11-24 10:00:00] channel.ERROR: text
 *
 * Fields, where the header has them: level, thread, logger (the component), pid, tid, line,
 * request, prefix (a word before the time), timestamp (the time's own text), and message, which is
 * what is behind the header. The time is near the front. Everything in the header is taken from the
 * left, and only in these few shapes; what is in the text never becomes a field.
 */
#include "dialect/app_log.h"
#include "text/time.h"

enum {
    PREFIX_MAX = 96, /* bytes before the time */
    TRIES_MAX = 12,  /* places where it is looked for */
    PARTS_MAX = 10,  /* of a header */
    WORD_MAX = 128,  /* bytes of one */
    BRACKET_MAX = 512,
    SNIFF_PERHAPS = 1,
};

static const struct kind kind_app = {.format = "app_log"};

/* What was found of a header. */
struct header {
    struct message *m;
    str rest; /* behind what was taken */
    str level, thread, logger, pid, tid, line, request;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_level(str word)
{
    static const str levels[] = {
        S("TRACE"),     S("DEBUG"), S("INFO"),  S("INFORMATION"), S("NOTICE"),
        S("WARN"),      S("ERROR"), S("ERR"),   S("SEVERE"),      S("FATAL"),
        S("CRITICAL"),  S("CRIT"),  S("ALERT"), S("EMERG"),       S("PANIC"),
        S("EMERGENCY"), S("FINE"),  S("FINER"), S("FINEST"),      S("CONFIG"),
        S("VERBOSE"),   S("LOG"),   S("NOTE"),  S("WARNING"),     S("FAILURE"),
    };

    for (size_t i = 0; i < countof(levels); i++)
        if (str_ieq(word, levels[i]))
            return true;
    return false;
}

/* Android's, glog's and CUPS's. */
static bool is_level_letter(str word)
{
    return word.n == 1 && memchr("VDIWEFTNCA", word.p[0], 10) != NULL;
}

/* ------------------------------------------------------------ the time */

/* "2005-06-03-16.56.55.309974", as IBM's machines write it. */
static bool read_ibm_time(str s, const struct time_rule *rule, size_t *ret_n,
                          struct syslog_time *ret)
{
    enum { BYTES = 26, TIME_AT = 10, FRACTION_AT = 19 };
    char text[BYTES];

    if (s.n < BYTES || s.p[TIME_AT] != '-' || s.p[13] != '.' || s.p[16] != '.' ||
        s.p[FRACTION_AT] != '.')
        return false;
    memcpy(text, s.p, BYTES);
    text[TIME_AT] = ' ';
    text[13] = text[16] = ':';
    *ret_n = BYTES;
    return time_text_read((str){text, BYTES}, rule, ret);
}

/* "10:00:00.123" alone: of the day on which the log was written, or the day before it. */
static bool read_day_time(str s, const struct time_rule *rule, size_t *ret_n,
                          struct syslog_time *ret)
{
    enum { BYTES = 8, DIGITS_MAX = 9, DAY_S = 86400 };
    const int64_t day_ns = DAY_S * NS_PER_S;
    size_t n = BYTES;
    int64_t fraction = 0, unit = NS_PER_S;

    if (s.n < BYTES || !is_digit(s.p[0]) || !is_digit(s.p[1]) || s.p[2] != ':' ||
        !is_digit(s.p[3]) || !is_digit(s.p[4]) || s.p[5] != ':' || !is_digit(s.p[6]) ||
        !is_digit(s.p[7]))
        return false;
    if (n < s.n && s.p[n] == '.')
        for (n++; n < s.n && is_digit(s.p[n]) && n - BYTES <= DIGITS_MAX; n++) {
            unit /= 10;
            fraction += (s.p[n] - '0') * unit;
        }
    if (n < s.n && !is_blank(s.p[n]) && s.p[n] != ']')
        return false;
    *ret_n = n;
    const int64_t of_day =
        (((s.p[0] - '0') * 10 + s.p[1] - '0') * INT64_C(3600) +
         ((s.p[3] - '0') * 10 + s.p[4] - '0') * INT64_C(60) + (s.p[6] - '0') * 10 + s.p[7] - '0') *
            NS_PER_S +
        fraction;
    const int64_t now = rule->reference_ns;
    *ret = (struct syslog_time){.digits = (uint8_t)(n > BYTES ? n - BYTES - 1 : 0),
                                .guess = TIME_GUESS_YEAR | TIME_GUESS_ZONE,
                                .known = now > 0 && of_day < day_ns};
    ret->ns = now - now % day_ns + of_day;
    if (ret->ns > now)
        ret->ns -= day_ns;
    return true;
}

/* "30:11.475:" of the Target Communication Framework: minutes of the hour in which the log was
 * written, or of the one before. */
static bool read_hour_time(str s, const struct time_rule *rule, size_t *ret_n,
                           struct syslog_time *ret)
{
    enum { BYTES = 5, DIGITS_MAX = 9, HOUR_S = 3600 };
    const int64_t hour_ns = HOUR_S * NS_PER_S, now = rule->reference_ns;
    size_t n = BYTES + 1;
    int64_t unit = NS_PER_S;

    if (s.n < BYTES + 3 || !is_digit(s.p[0]) || !is_digit(s.p[1]) || s.p[2] != ':' ||
        !is_digit(s.p[3]) || !is_digit(s.p[4]) || s.p[BYTES] != '.' || !is_digit(s.p[n]))
        return false;
    int64_t of_hour =
        (((s.p[0] - '0') * 10 + s.p[1] - '0') * INT64_C(60) + (s.p[3] - '0') * 10 + s.p[4] - '0') *
        NS_PER_S;
    for (; n < s.n && is_digit(s.p[n]) && n - BYTES <= DIGITS_MAX; n++) {
        unit /= 10;
        of_hour += (s.p[n] - '0') * unit;
    }
    if (n >= s.n || s.p[n] != ':')
        return false;
    *ret_n = n;
    *ret = (struct syslog_time){.ns = now - now % hour_ns + of_hour,
                                .digits = (uint8_t)(n - BYTES - 1),
                                .guess = TIME_GUESS_YEAR | TIME_GUESS_ZONE,
                                .known = now > 0 && of_hour < hour_ns};
    if (ret->ns > now)
        ret->ns -= hour_ns;
    return true;
}

/* "1124 10:00:00.123456" of glog, behind its letter: month and day without anything between. */
static bool read_glog_time(str s, const struct time_rule *rule, size_t *ret_n,
                           struct syslog_time *ret)
{
    enum { DATE_BYTES = 4, TEXT_MAX = 48, TIME_MAX = 24 };
    char text[TEXT_MAX];

    if (s.n < DATE_BYTES + 9 || !all_digits((str){s.p, DATE_BYTES}) || s.p[DATE_BYTES] != ' ' ||
        s.p[DATE_BYTES + 3] != ':')
        return false;
    size_t n = DATE_BYTES + 1;
    while (n < s.n && n < TIME_MAX && (is_digit(s.p[n]) || s.p[n] == ':' || s.p[n] == '.'))
        n++;
    memcpy(text, s.p, 2);
    text[2] = '-';
    memcpy(text + 3, s.p + 2, n - 2);
    *ret_n = n;
    struct syslog_time time;
    bool read = time_text_take((str){text, n + 1}, rule, &time) == n + 1;
    *ret = time;
    return read;
}

/* "20261124.100000,123" of Python's default with another date. */
static bool read_point_time(str s, const struct time_rule *rule, size_t *ret_n,
                            struct syslog_time *ret)
{
    enum { DATE_BYTES = 8, BYTES = 15, TEXT_MAX = 32 };
    char text[TEXT_MAX];
    size_t n = BYTES;

    if (s.n < BYTES || !all_digits((str){s.p, DATE_BYTES}) || s.p[DATE_BYTES] != '.' ||
        !all_digits((str){s.p + DATE_BYTES + 1, BYTES - DATE_BYTES - 1}))
        return false;
    if (n < s.n && (s.p[n] == ',' || s.p[n] == '.'))
        for (n++; n < s.n && n < TEXT_MAX && is_digit(s.p[n]);)
            n++;
    memcpy(text, s.p, n);
    text[DATE_BYTES] = 'T';
    *ret_n = n;
    return time_text_read((str){text, n}, rule, ret);
}

/* A time with letters stuck to it that are no zone: what stands before them. */
static size_t take_unzoned(str s, const struct time_rule *rule, struct syslog_time *ret)
{
    enum { LETTERS_MAX = 5 };
    size_t n = 0, letters = 0;

    while (n < s.n && (is_digit(s.p[n]) || s.p[n] == 'T' || memchr("-:., ", s.p[n], 5)))
        n++;
    while (n + letters < s.n && s.p[n + letters] >= 'A' && s.p[n + letters] <= 'Z')
        letters++;
    if (!n || !letters || letters > LETTERS_MAX || time_text_take((str){s.p, n}, rule, ret) != n)
        return 0;
    ret->guess |= TIME_GUESS_ZONE;
    return n + letters;
}

static size_t take_time(str s, const struct time_rule *rule, struct syslog_time *ret)
{
    size_t n;

    if (read_ibm_time(s, rule, &n, ret) || read_point_time(s, rule, &n, ret))
        return n;
    n = time_text_take(s, rule, ret);
    n = n ? n : take_unzoned(s, rule, ret);
    return n || read_day_time(s, rule, &n, ret) || read_hour_time(s, rule, &n, ret) ? n : 0;
}

/* May a time begin here? Behind white space, a bracket, a quote or a bar. */
static bool may_begin(str text, size_t at)
{
    char c = text.p[at], before = at ? text.p[at - 1] : ' ';
    char lower = ascii_lower(c);

    if (!is_digit(c) && c != '@' && !(lower >= 'a' && lower <= 'z'))
        return false;
    return is_blank(before) || memchr("[(\"'|:<+=", before, 9) != NULL;
}

/* A number that is no time by itself: what precedes must not be taken for one. */
static bool is_bare_number(str time, size_t at)
{
    return at > 0 && all_digits(time) && time.n < 10;
}

/* The time, and where it stands. */
static bool find_time(struct message *m, size_t *ret_at, size_t *ret_n, struct syslog_time *ret)
{
    const str text = m->text;
    int tries = 0;

    if (text.n > 6 && is_level_letter((str){text.p, 1}) && is_digit(text.p[1]) &&
        read_glog_time(str_from_at(text, 1), m->time_rule, ret_n, ret)) {
        *ret_at = 1;
        return true;
    }
    for (size_t at = 0; at < text.n && at < PREFIX_MAX && tries < TRIES_MAX; at++) {
        if (!may_begin(text, at))
            continue;
        tries += is_digit(text.p[at]);
        size_t n = take_time(str_from_at(text, at), m->time_rule, ret);
        if (!n || is_bare_number((str){text.p + at, n}, at))
            continue;
        *ret_at = at;
        *ret_n = n;
        return true;
    }
    return false;
}

/* ------------------------------------------------------------ parts of a header */

static void skip_blanks(str *s)
{
    while (s->n && is_blank(s->p[0]))
        *s = str_from_at(*s, 1);
}

/* What stands between parts: blanks, bars, commas, dashes that stand alone, colons. */
static void skip_separators(str *s)
{
    for (;;) {
        size_t dashes = 0;
        skip_blanks(s);
        while (dashes < s->n && s->p[dashes] == '-')
            dashes++;
        if (dashes && (dashes == s->n || is_blank(s->p[dashes])))
            *s = str_from_at(*s, dashes);
        else if (s->n && memchr("|,:", s->p[0], 3))
            *s = str_from_at(*s, 1);
        else
            return;
    }
}

/* What the bracket at the front holds, brackets in it too; false when it does not close. */
static bool take_bracket(str *s, str *ret)
{
    const char open = s->p[0], close = open == '[' ? ']' : open == '(' ? ')' : '>';
    uint32_t depth = 0;

    for (size_t i = 0; i < s->n && i < BRACKET_MAX; i++) {
        depth += s->p[i] == open;
        if (s->p[i] != close || --depth)
            continue;
        *ret = str_trim((str){s->p + 1, i - 1});
        *s = str_from_at(*s, i + 1);
        return true;
    }
    return false;
}

/* "main:Server@774": a thread, a class and a line. */
static bool split_location(struct header *h, str text)
{
    const char *at = text.n ? memrchr(text.p, '@', text.n) : NULL;
    str line = at ? str_from_at(text, (size_t)(at - text.p) + 1) : (str){0};

    if (!all_digits(line))
        return false;
    str front = {text.p, (size_t)(at - text.p)};
    const char *colon = front.n ? memrchr(front.p, ':', front.n) : NULL;
    size_t cut = colon ? (size_t)(colon - front.p) : 0;
    h->line = line;
    h->thread = (str){front.p, cut};
    h->logger = str_from_at(front, colon ? cut + 1 : 0);
    return true;
}

static bool looks_like_logger(str s)
{
    if (s.n == 0 || memchr(s.p, ' ', s.n) || memchr(s.p, '=', s.n) || memchr(s.p, ',', s.n))
        return false;
    return memchr(s.p, '.', s.n) || memchr(s.p, '$', s.n) || str_find(s, S("::"));
}

/* Takes a bracket for what it most likely is; false when it is of the text. */
static bool place_bracket(struct header *h, str inner)
{
    const str pid = S("pid "), tid = S("tid "), request = S("req-");

    if (!h->level.n && is_level(inner)) {
        h->level = inner;
    } else if (str_starts(inner, request) && !h->request.n) {
        h->request = inner;
    } else if (str_starts(inner, pid) && all_digits(str_from_at(inner, pid.n))) {
        h->pid = str_from_at(inner, pid.n);
    } else if (str_starts(inner, tid)) {
        h->tid = str_from_at(inner, tid.n);
    } else if (all_digits(inner) && !h->pid.n) {
        h->pid = inner;
    } else if (!h->logger.n && !h->thread.n && split_location(h, inner)) {
        return true;
    } else if (!h->logger.n && looks_like_logger(inner)) {
        h->logger = inner;
    } else if (!h->thread.n && inner.n) {
        h->thread = inner;
    } else {
        return inner.n == 0;
    }
    return true;
}

static str word_at(str s)
{
    size_t n = 0;

    while (n < s.n && n <= WORD_MAX && !is_blank(s.p[n]) && s.p[n] != '|')
        n++;
    return (str){s.p, n};
}

/* "INFO", "INFO:", "DEBUG:rest", "local.ERROR:": a word that has a level. */
static bool take_level(struct header *h)
{
    str word = word_at(h->rest);
    const char *colon = word.n ? memchr(word.p, ':', word.n) : NULL;
    str front = {word.p, colon ? (size_t)(colon - word.p) : word.n};
    const size_t whole = front.n;

    while (front.n && front.p[front.n - 1] == ',')
        front.n--;
    if (is_level(front)) {
        h->level = front;
    } else {
        const char *dot = front.n ? memrchr(front.p, '.', front.n) : NULL;
        str last = dot ? str_from_at(front, (size_t)(dot - front.p) + 1) : (str){0};
        if (!colon || !is_level(last))
            return false;
        h->level = last;
        h->logger = (str){front.p, (size_t)(dot - front.p)};
    }
    h->rest = str_from_at(h->rest, whole + (colon != NULL));
    return true;
}

/* Android's "1702  2395 D WindowManager: text". */
static bool take_letter(struct header *h)
{
    enum { TAG_MAX = 64 };
    str word = word_at(h->rest);

    if (!h->pid.n || !is_level_letter(word))
        return false;
    str rest = str_from_at(h->rest, 1);
    skip_blanks(&rest);
    str head = {rest.p, rest.n < TAG_MAX ? rest.n : (size_t)TAG_MAX};
    const char *colon = str_find(head, S(": "));
    if (!colon && head.n && head.p[head.n - 1] == ':')
        colon = head.p + head.n - 1;
    if (!colon)
        return false;
    h->level = word;
    h->logger = str_trim((str){head.p, (size_t)(colon - head.p)});
    h->rest = str_from_at(rest, (size_t)(colon - head.p) + 1);
    return true;
}

/* Digits: the number of a process, and of a thread behind it. */
static bool take_number(struct header *h)
{
    enum { DIGITS_MAX = 19 };
    str word = word_at(h->rest);

    if (!all_digits(word) || word.n > DIGITS_MAX || h->tid.n)
        return false;
    if (h->pid.n)
        h->tid = word;
    else
        h->pid = word;
    h->rest = str_from_at(h->rest, word.n);
    return true;
}

/* "org.example.Main:", "web[712]:", "CBS    ": who writes. *ret_last: the text follows. */
static bool take_logger(struct header *h, bool *ret_last)
{
    str word = word_at(h->rest), rest = str_from_at(h->rest, word.n);

    if (h->logger.n || word.n == 0 || word.n > WORD_MAX)
        return false;
    const bool colon = word.n > 1 && word.p[word.n - 1] == ':';
    str name = {word.p, word.n - colon};
    const char *open = name.n ? memchr(name.p, '[', name.n) : NULL;
    const bool numbered = open && open > name.p && name.p[name.n - 1] == ']',
               wide = rest.n > 1 && is_blank(rest.p[0]) && is_blank(rest.p[1]);
    str after = rest;
    skip_blanks(&after);
    const bool dashed = after.n > 1 && after.p[0] == '-' && is_blank(after.p[1]);
    if (!colon && !numbered && !wide && !dashed && !(h->level.n && looks_like_logger(name)))
        return false;
    if (!h->level.n && !numbered && !colon && !dashed)
        return false;
    h->logger = name;
    if (numbered) {
        str inner = {open + 1, name.n - (size_t)(open - name.p) - 2};
        h->logger.n = (size_t)(open - name.p);
        if (all_digits(inner) && !h->pid.n)
            h->pid = inner;
        else if (!h->thread.n)
            h->thread = inner;
    }
    h->rest = rest;
    *ret_last = colon || dashed;
    return true;
}

/* "main.cc:253]" of glog. */
static bool take_place(struct header *h, bool *ret_last)
{
    str word = word_at(h->rest);
    const char *colon = word.n ? memrchr(word.p, ':', word.n) : NULL;

    if (!colon || word.p[word.n - 1] != ']' || memchr(word.p, '[', word.n))
        return false;
    str line = str_from_at(word, (size_t)(colon - word.p) + 1);
    line.n--;
    if (!all_digits(line))
        return false;
    h->logger = (str){word.p, (size_t)(colon - word.p)};
    h->line = line;
    h->rest = str_from_at(h->rest, word.n);
    *ret_last = true;
    return true;
}

/* A word before a level: "foo DEBUG text"; a place in a program: "main.go:87 INFO". */
static bool take_word_before_level(struct header *h)
{
    str word = word_at(h->rest), rest = str_from_at(h->rest, word.n);

    if (h->level.n || h->logger.n || word.n == 0 || word.n > WORD_MAX)
        return false;
    skip_separators(&rest);
    struct header ahead = {.m = h->m, .rest = rest};
    str next = rest.n && rest.p[0] == '[' ? str_from_at(rest, 1) : rest;
    size_t end = 0;
    while (end < next.n && !is_blank(next.p[end]) && next.p[end] != ']')
        end++;
    if (!is_level((str){next.p, end}) && !take_level(&ahead))
        return false;
    h->logger = word.p[word.n - 1] == ':' ? (str){word.p, word.n - 1} : word;
    h->rest = str_from_at(h->rest, word.n);
    return true;
}

/* "chrome.exe *64 - text": a program of a few words, where there is no level. */
static bool take_program(struct header *h, bool *ret_last)
{
    enum { BYTES_MAX = 64 };
    str head = {h->rest.p, h->rest.n < BYTES_MAX ? h->rest.n : (size_t)BYTES_MAX};
    const char *dash = str_find(head, S(" - ")), *dot = str_find(head, S(".exe "));

    if (h->logger.n || !dash || !dot || dot > dash)
        return false;
    h->logger = str_trim((str){head.p, (size_t)(dash - head.p)});
    h->rest = str_from_at(h->rest, (size_t)(dash - head.p) + 3);
    *ret_last = true;
    return true;
}

static bool take_part(struct header *h, bool *ret_last)
{
    str inner, rest = h->rest;

    if (rest.n == 0)
        return false;
    if (rest.p[0] == '[' || (rest.p[0] == '(' && h->logger.n && h->level.n && !h->line.n)) {
        const bool place = rest.p[0] == '(';
        if (!take_bracket(&rest, &inner))
            return false;
        const bool named = h->level.n && h->logger.n;
        if (place) { /* "(Log.java:info(51))" */
            if (!str_find(inner, S(".java:")))
                return false;
            h->line = inner;
        } else if (named && (str_eq(inner, S("-")) || str_starts(inner, S("req-")))) {
            h->request = inner; /* OpenStack's, and the text follows */
            *ret_last = true;
        } else if (!place_bracket(h, inner)) {
            return false;
        }
        h->rest = rest;
        return true;
    }
    return (!h->level.n && take_level(h)) || (!h->level.n && take_letter(h)) ||
           (!h->level.n && take_number(h)) || (!h->level.n && take_word_before_level(h)) ||
           (h->level.n && !h->pid.n && !h->logger.n && take_number(h)) ||
           (!h->level.n && take_program(h, ret_last)) ||
           (h->level.n && !h->logger.n && take_place(h, ret_last)) || take_logger(h, ret_last);
}

static void read_parts(struct header *h)
{
    bool last = false;

    for (int i = 0; i < PARTS_MAX && !last; i++) {
        str before = h->rest;
        skip_separators(&h->rest);
        if (!take_part(h, &last)) {
            if (!h->level.n && !h->logger.n && !h->thread.n && !h->pid.n)
                h->rest = before; /* nothing but the time: the text begins as it stands */
            break;
        }
    }
    skip_blanks(&h->rest);
    if (h->rest.n > 1 && memchr("-:|", h->rest.p[0], 3) && is_blank(h->rest.p[1]))
        h->rest = str_from_at(h->rest, 2);
}

/* ------------------------------------------------------------ the dialect */

static void add(struct message *m, str name, str value)
{
    if (value.n)
        message_add(m, name, value);
}

static void put(struct header *h, str prefix, str time)
{
    struct message *m = h->m;

    add(m, S("timestamp"), time);
    add(m, S("prefix"), prefix);
    add(m, S("level"), h->level);
    add(m, S("thread"), h->thread);
    add(m, S("logger"), h->logger);
    if (h->pid.n)
        message_add_number(m, S("pid"), h->pid);
    if (h->tid.n)
        message_add_number(m, S("tid"), h->tid);
    add(m, S("line"), h->line);
    add(m, S("request"), h->request);
    message_add(m, S("message"), str_trim(h->rest));
}

/* What closes the time: a bracket, a quote. */
static void close_time(str *rest, str text, size_t at)
{
    static const char pairs[] = "[](){}<>\"\"''";
    const char *open = at ? memchr(pairs, text.p[at - 1], sizeof pairs - 1) : NULL;

    if (open && rest->n && rest->p[0] == open[1])
        *rest = str_from_at(*rest, 1);
}

static str prefix_of(str text, size_t at)
{
    str prefix = str_trim((str){text.p, at});

    while (prefix.n && memchr("[(|\"':<", prefix.p[prefix.n - 1], 7))
        prefix.n--;
    while (prefix.n && memchr("[(\"'| ", prefix.p[0], 6))
        prefix = str_from_at(prefix, 1);
    return str_trim(prefix);
}

static bool read(void *state, struct message *m)
{
    struct syslog_time time;
    size_t at, n;

    (void)state;
    if (m->event->field_count > 1) /* it is the text of an envelope, which has a header */
        return false;
    if (app_log_machine(m))
        return true;
    if (!find_time(m, &at, &n, &time))
        return false;
    struct header h = {.m = m, .rest = str_from_at(m->text, at + n)};
    str prefix = prefix_of(m->text, at);
    close_time(&h.rest, m->text, at);
    str rest = prefix, first = str_cut(&rest, ' ');
    if (is_level(first) || is_level_letter(prefix)) {
        h.level = first;
        prefix = prefix_of(rest, rest.n);
    }
    read_parts(&h);
    if (time.known)
        message_time(m, time.ns, time.digits, time.guess);
    put(&h, prefix, (str){m->text.p + at, n});
    return true;
}

/* Not for objects, markup, and the stamp of syslog, whose envelope is read elsewhere. */
static int sniff(str text)
{
    enum { MONTH_BYTES = 3 };

    if (text.n <= MONTH_BYTES || text.p[0] == '{' || text.p[0] == '<' ||
        (text.p[MONTH_BYTES] == ' ' && time_text_month((str){text.p, MONTH_BYTES})))
        return 0;
    return SNIFF_PERHAPS;
}

const struct dialect dialect_app_log = {
    .name = "app_log",
    .summary = "plain logs of applications: time, level, process, thread, component, text",
    .sample = "2026-11-24 10:00:00,123 INFO [main] org.example.Main: ready",
    .kind = &kind_app,
    .not_linux = true,
    .sniff = sniff,
    .bare = true,
    .generic = true,
    .read = read,
};
