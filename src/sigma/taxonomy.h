/* taxonomy.h - which log sources Sigma knows, and which fields rules may use in each. */
#pragma once

#include "event/logsource.h"

/* Does any log source have this product, category and service, as far as they are named? */
bool taxonomy_knows(const struct logsource *ls);

/* May a rule for this log source use the field? True when nothing is known about its fields. */
bool taxonomy_has_field(const struct logsource *ls, str field);

/* The legal field of the log source that differs from `field` least; empty when none is near. */
str taxonomy_near_field(const struct logsource *ls, str field);

/* How many single letters must be added, left out or changed to get b from a, ignoring case;
 * anything above `max` is max + 1. */
uint32_t edit_distance(str a, str b, uint32_t max);
