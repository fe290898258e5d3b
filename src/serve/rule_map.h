/* rule_map.h - which rules of one set are those of another, to correlations: over a reload matches
 * wait that were made with the rules of before. */
#pragma once

#include "serve/live_rules.h"

enum { RULE_MAP_NONE = UINT32_MAX };

/* Of each rule of `from` the number in `to`, when correlations ask the same of both; of
 * rule_map_by_identity() also when they do not. To be given to free(). */
uint32_t *rule_map_new(const struct live_rules *from, const struct live_rules *to) MUST_USE;
uint32_t *rule_map_by_identity(const struct live_rules *from, const struct live_rules *to) MUST_USE;
/* Are the correlations of both the same, and the rules' numbers that they refer to? */
bool rule_map_is_plain(const uint32_t *map, const struct live_rules *from,
                       const struct live_rules *to);
