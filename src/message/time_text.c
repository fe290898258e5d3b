#include "message/time_text.h"

#include "text/time.h"

static const struct time_rule any_rule;

static size_t take(str s, const struct time_rule *rule, struct syslog_time *ret)
{
    struct syslog_clock clock;
    str rest = s;

    syslog_clock_init(&clock, rule);
    return syslog_time_take(&clock, &rest, ret) == SYSLOG_TIME_READ ? s.n - rest.n : 0;
}

size_t time_text_length(str s)
{
    struct syslog_time time;

    return take(s, &any_rule, &time);
}

bool time_text_read(str s, const struct time_rule *rule, struct syslog_time *ret)
{
    return take(s, rule, ret) == s.n && s.n && ret->known;
}
