/*
 * behavior_set.h - the behaviours that are on, with their settings: what the engine feeds.
 *
 * A file of settings (docs/behaviors.md) has a map for each behaviour that differs from what ships:
 *
 *     behaviors:
 *       brute_force:
 *         threshold: 20
 *       beacon:
 *         enabled: false
 */
#pragma once

#include "behave/behavior.h"

struct behavior_set;

/* `text` may be empty: all behaviours that are on by default. err has line and column. */
struct behavior_set *behavior_set_new(str text, struct err *e) MUST_USE;
void behavior_set_free(struct behavior_set *s); /* NULL is a no-op */

/* Does any behaviour look at this activity? Then these columns are read. */
bool behavior_set_wants(const struct behavior_set *s, uint8_t activity);
uint32_t behavior_set_columns(const struct behavior_set *s, const uint8_t **ret);

/* Times do not descend. */
void behavior_set_observe(struct behavior_set *s, const struct observation *o,
                          struct behavior_port *port);
void behavior_set_advance(struct behavior_set *s, int64_t now_ns, struct behavior_port *port);

uint32_t behavior_set_count(const struct behavior_set *s);
const struct behavior_type *behavior_set_stats(const struct behavior_set *s, uint32_t i,
                                               struct behavior_stats *ret);
/* The settings that every behaviour has beside its own. */
const struct setting *behavior_common_settings(uint32_t *ret_count);
/* Why it is off as it is set; NULL: it is on. */
const char *behavior_set_off(const struct behavior_set *s, uint32_t i);
