#include "event/signal.h"

static const char *const severity_names[] = {
    [SEVERITY_NONE] = "",     [SEVERITY_INFORMATIONAL] = "informational",
    [SEVERITY_LOW] = "low",   [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high", [SEVERITY_CRITICAL] = "critical",
};
static const char *const origin_names[] = {
    [SIGNAL_RULE] = "rule",
    [SIGNAL_CORRELATION] = "correlation",
    [SIGNAL_BEHAVIOR] = "behavior",
    [SIGNAL_TOOL] = "tool",
};

const char *severity_name(enum severity s)
{
    return severity_names[s];
}

bool severity_parse(str text, enum severity *ret)
{
    for (int i = SEVERITY_INFORMATIONAL; i < SEVERITY_COUNT; i++)
        if (str_eq(text, str_from(severity_names[i]))) {
            *ret = (enum severity)i;
            return true;
        }
    return false;
}

const char *signal_origin_name(enum signal_origin o)
{
    return origin_names[o];
}
