#include "serve/rule_map.h"

#include "base/intern.h"
#include "base/mem.h"

#include <stdlib.h>

static bool asks_the_same(const struct live_rules *from, uint32_t a, const struct live_rules *to,
                          uint32_t b)
{
    const str *of_a, *of_b;
    uint32_t count_a, count_b;

    if (!from->correlator || !to->correlator ||
        !correlator_wants(from->correlator, a, &of_a, &count_a) ||
        !correlator_wants(to->correlator, b, &of_b, &count_b) || count_a != count_b)
        return false;
    for (uint32_t i = 0; i < count_a; i++)
        if (!str_eq(of_a[i], of_b[i]))
            return false;
    return true;
}

uint32_t *rule_map_by_identity(const struct live_rules *from, const struct live_rules *to)
{
    const struct ruleset *old = from->ready.rules, *now = to->ready.rules;
    uint32_t *map = mem_array(old->count + 1, sizeof *map);
    struct intern *names CLEANUP(intern_freep) = intern_new();
    uint32_t *places = mem_array(now->count + 1, sizeof *places);

    for (uint32_t i = 0; i < now->count; i++) {
        const uint32_t known = intern_count(names);
        const uint32_t id = intern_add(names, sigma_rule_identity(now->rules[i]));
        if (id == known) /* the first of those of one name */
            places[id] = i;
    }
    for (uint32_t i = 0; i < old->count; i++) {
        const uint32_t id = intern_find(names, sigma_rule_identity(old->rules[i]));
        map[i] = id != INTERN_NONE ? places[id] : RULE_MAP_NONE;
    }
    free(places);
    return map;
}

uint32_t *rule_map_new(const struct live_rules *from, const struct live_rules *to)
{
    uint32_t *map = rule_map_by_identity(from, to);

    for (uint32_t i = 0; i < from->ready.rules->count; i++)
        if (map[i] != RULE_MAP_NONE && !asks_the_same(from, i, to, map[i]))
            map[i] = RULE_MAP_NONE;
    return map;
}

bool rule_map_is_plain(const uint32_t *map, const struct live_rules *from,
                       const struct live_rules *to)
{
    const struct ruleset *old = from->ready.rules, *now = to->ready.rules;
    const str *fields;
    uint32_t count;

    if (strcmp(old->hash, now->hash) != 0 || old->count != now->count ||
        old->correlations_kept != now->correlations_kept)
        return false;
    for (uint32_t i = 0; i < old->count; i++)
        if (from->correlator && correlator_wants(from->correlator, i, &fields, &count) &&
            map[i] != i)
            return false;
    return true;
}
