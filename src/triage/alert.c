#include "triage/alert.h"

static const char *const state_names[ALERT_STATE_COUNT] = {
    [ALERT_OPEN] = "open",
    [ALERT_ACKNOWLEDGED] = "acknowledged",
    [ALERT_CLOSED] = "closed",
};

const char *alert_state_name(enum alert_state s)
{
    return state_names[s];
}

bool alert_state_parse(str text, enum alert_state *ret)
{
    for (int i = 0; i < ALERT_STATE_COUNT; i++)
        if (str_eq(text, str_from(state_names[i]))) {
            *ret = (enum alert_state)i;
            return true;
        }
    return false;
}

int alert_order(const struct alert *a, const struct alert *b)
{
    if (a->first_ns != b->first_ns)
        return a->first_ns < b->first_ns ? -1 : 1;
    return memcmp(a->id, b->id, ALERT_ID_HEX);
}

bool alert_is_roll_up(const struct alert *a)
{
    return a->origin == SIGNAL_CORRELATION && str_eq(a->rule_id, S(ALERT_ROLL_UP_ID));
}
