#include "triage/alert_verdict.h"

enum { REASONS_MAX = 2 };

static const struct {
    const char *verdict;
    const char *reasons[REASONS_MAX];
} rows[] = {
    {"true_positive", {"suspicious_activity"}},
    {"benign_positive", {"suspicious_but_expected"}},
    {"false_positive", {"incorrect_alert_logic", "incorrect_data"}},
    {"undetermined", {NULL}},
};

bool alert_verdict_check(str verdict, str *reason, struct err *e)
{
    for (uint32_t i = 0; i < countof(rows); i++) {
        const char *const *reasons = rows[i].reasons;
        if (!str_eq(verdict, str_from(rows[i].verdict)))
            continue;
        if (reason->n == 0 && !reasons[1]) {
            *reason = str_from(reasons[0]);
            return true;
        }
        for (uint32_t k = 0; k < REASONS_MAX; k++)
            if (reasons[k] && str_eq(*reason, str_from(reasons[k])))
                return true;
        return err_set(e, ERR_INPUT, "a verdict of %s has the reason %s%s%s", rows[i].verdict,
                       reasons[0] ? reasons[0] : "''", reasons[1] ? " or " : "",
                       reasons[1] ? reasons[1] : "");
    }
    return err_set(e, ERR_INPUT,
                   "unknown verdict '" STR_FMT "'; there are: true_positive, benign_positive, "
                   "false_positive, undetermined",
                   STR_ARG(verdict));
}
