#include "cli/time_option.h"

#include "cli/opt.h"
#include "text/time.h"

#include <stdio.h>

bool time_option(const struct command *c, const struct arguments *a, const char *name,
                 enum time_option_day day, int64_t *ret, struct err *e)
{
    const int64_t day_ns = INT64_C(86400) * NS_PER_S;
    const char *text = opt_value(c, a, name);
    char with_time[sizeof "2026-01-01T00:00:00Z"];
    uint8_t digits;

    if (!text || time_parse_rfc3339(str_from(text), ret, &digits))
        return true;
    if (str_from(text).n == 10) {
        snprintf(with_time, sizeof with_time, "%.10sT00:00:00Z", text);
        if (time_parse_rfc3339(str_from(with_time), ret, &digits)) {
            *ret += day == TIME_LAST ? day_ns - 1 : 0;
            return true;
        }
    }
    return err_set(e, ERR_INPUT,
                   "option '--%s' takes a time such as 2026-05-04T10:00:00Z or a day, not '%s'",
                   name, text);
}
