/*
 * app_machine.c - logs of large machines as the research corpora have them: the columns before the
 * text are words.
 *
 *   LABEL EPOCH DATE NODE TIME NODE TYPE COMPONENT LEVEL TEXT      Blue Gene/L
 *   LABEL EPOCH DATE NODE MONTH DAY TIME LOCATION TAG: TEXT        Thunderbird
 *   NUMBER NODE COMPONENT STATE EPOCH FLAG TEXT                    HPC
 *   DATE-TIME|COMPONENT|NUMBER|TEXT                                health applications of
 * telephones
 *
 * The label is a dash, or the class of an alert. The time is the number of seconds since 1970, as
 * the other ones name no zone.
 */
#include "dialect/app_log.h"
#include "text/time.h"

enum { WORDS_MAX = 9, EPOCH_DIGITS = 10, DATE_BYTES = 10, FLAG_DIGITS = 2 };

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

static str take_word(str *s)
{
    size_t n = 0;

    while (n < s->n && s->p[n] != ' ')
        n++;
    str word = {s->p, n};
    while (n < s->n && s->p[n] == ' ')
        n++;
    *s = str_from_at(*s, n);
    return word;
}

static bool put_epoch(struct message *m, str epoch, str name)
{
    uint64_t seconds;

    if (epoch.n != EPOCH_DIGITS || !str_u64(epoch, &seconds))
        return false;
    message_add_number(m, name, epoch);
    message_time(m, (int64_t)seconds * NS_PER_S, 0, 0);
    return true;
}

static void add(struct message *m, str name, str value)
{
    if (value.n)
        message_add(m, name, value);
}

/* "crond(pam_unix)[2915]: text" */
static void put_tag(struct message *m, str rest)
{
    size_t n = 0;

    while (n < rest.n && rest.p[n] != ':' && rest.p[n] != ' ' && rest.p[n] != '[')
        n++;
    const char *close = n < rest.n && rest.p[n] == '[' ? memchr(rest.p + n, ']', rest.n - n) : NULL;
    str pid = close ? (str){rest.p + n + 1, (size_t)(close - rest.p) - n - 1} : (str){rest.p, 0};
    size_t end = n + (close ? pid.n + 2 : 0);
    if (end < rest.n && rest.p[end] == ':') {
        add(m, S("program"), (str){rest.p, n});
        add(m, S("pid"), pid);
        rest = str_from_at(rest, end + 1);
    }
    message_add(m, S("message"), str_trim(rest));
}

static bool is_date(str s)
{
    return s.n == DATE_BYTES && s.p[4] == '.' && s.p[7] == '.';
}

static bool read_labelled(struct message *m)
{
    str rest = m->text, words[WORDS_MAX];

    for (int i = 0; i < 4; i++)
        words[i] = take_word(&rest);
    if (!is_date(words[2]) || !all_digits(words[1]) || !put_epoch(m, words[1], S("epoch")))
        return false;
    message_add(m, S("label"), words[0]);
    message_add(m, S("date"), words[2]);
    message_add(m, S("node"), words[3]);
    for (int i = 4; i < 8; i++)
        words[i] = take_word(&rest);
    if (time_text_month(words[4])) {
        message_add(m, S("month"), words[4]);
        add(m, S("day"), words[5]);
        add(m, S("time"), words[6]);
        add(m, S("location"), words[7]);
        put_tag(m, rest);
        return true;
    }
    add(m, S("timestamp"), words[4]);
    add(m, S("node_repeat"), words[5]);
    add(m, S("type"), words[6]);
    add(m, S("logger"), words[7]);
    add(m, S("level"), take_word(&rest));
    message_add(m, S("message"), str_trim(rest));
    return true;
}

static bool read_event(struct message *m)
{
    str rest = m->text, words[6];

    for (int i = 0; i < 6; i++)
        words[i] = take_word(&rest);
    str flag = str_from_at(words[5], words[5].n && words[5].p[0] == '-');
    if (!all_digits(words[0]) || !all_digits(flag) || flag.n > FLAG_DIGITS ||
        !put_epoch(m, words[4], S("epoch")))
        return false;
    message_add(m, S("log_id"), words[0]);
    message_add(m, S("node"), words[1]);
    message_add(m, S("logger"), words[2]);
    message_add(m, S("state"), words[3]);
    message_add(m, S("flag"), words[5]);
    message_add(m, S("message"), str_trim(rest));
    return true;
}

/* A number of at most `digits` digits and what ends it. */
static bool take_number(str *s, size_t digits, char end, uint32_t *ret)
{
    size_t n = 0;

    *ret = 0;
    while (n < s->n && n < digits && s->p[n] >= '0' && s->p[n] <= '9')
        *ret = *ret * 10 + (uint32_t)(s->p[n++] - '0');
    if (n == 0 || n >= s->n || s->p[n] != end)
        return false;
    *s = str_from_at(*s, n + 1);
    return true;
}

/* "20261124-9:5:0:12|component|712|text": numbers of the time as short as they can be. */
static bool read_health(struct message *m)
{
    str rest = m->text;
    uint32_t date, hour, minute, second, ms;
    struct syslog_time time;

    if (!take_number(&rest, 8, '-', &date) || !take_number(&rest, 2, ':', &hour) ||
        !take_number(&rest, 2, ':', &minute) || !take_number(&rest, 2, ':', &second) ||
        !take_number(&rest, 3, '|', &ms))
        return false;
    str stamp = {m->text.p, m->text.n - rest.n - 1};
    str text = arena_printf(m->arena, "%04u-%02u-%02u %02u:%02u:%02u.%03u", date / 10000,
                            date / 100 % 100, date % 100, hour, minute, second, ms);
    str logger = str_cut(&rest, '|'), pid = str_cut(&rest, '|');
    if (!all_digits(pid) || !time_text_read(text, m->time_rule, &time))
        return false;
    if (time.known)
        message_time(m, time.ns, time.digits, time.guess);
    message_add(m, S("timestamp"), stamp);
    message_add(m, S("logger"), logger);
    message_add_number(m, S("pid"), pid);
    message_add(m, S("message"), rest);
    return true;
}

bool app_log_machine(struct message *m)
{
    return read_labelled(m) || read_event(m) || read_health(m);
}
