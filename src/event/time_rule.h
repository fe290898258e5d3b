/* time_rule.h - how times are read that say less than a moment: "Nov 24 10:00:00" names neither
 * year nor zone. What was filled in is told by event.time_guess. */
#pragma once

#include <stdint.h>

struct zone;
struct time_rule {
    const struct zone *zone; /* of times without one; NULL: none was set, UTC is taken */
    int64_t reference_ns;    /* about when the records were written: a file's modification, or when
                                they were received. The year of a time is chosen so that it lies
                                within (reference - 358 d, reference + 7 d]; 0: not known, such a
                                record has no time */
};

/* What of an event's time the record does not say. */
enum { TIME_GUESS_YEAR = 1, TIME_GUESS_ZONE = 2 };
