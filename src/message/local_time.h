/* local_time.h - what is filled in where a time in a text names no zone or no year; see
 * event/time_rule.h. Private to message/. */
#pragma once

#include "event/time_rule.h"
#include "text/time.h"

enum {
    LOCAL_YEAR_MIN = 1678, /* what 64 bits of nanoseconds hold */
    LOCAL_YEAR_MAX = 2261,
};

/* A time as a text gives it. */
struct local_time {
    struct civil at; /* its year counts when has_year */
    bool has_year, has_zone;
    int32_t east_s; /* of the zone */
};

/* Are month, day, hour, minute and second those of a time? Seconds go to 60. */
bool local_time_is_real(const struct local_time *t);
/* The moment of a time that is real; what had to be guessed is added to *guess. False when it has
 * no year and none can be told. */
bool local_time_resolve(const struct local_time *t, const struct time_rule *rule, int64_t *ret_ns,
                        uint8_t *guess);
/* A time of day, given as nanoseconds as if it were UTC, in the zone of the rule. */
int64_t local_time_to_utc(int64_t local_ns, const struct time_rule *rule, uint8_t *guess);
