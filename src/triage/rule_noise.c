#include "triage/rule_noise.h"

#include "base/mem.h"

#include <stdlib.h>

static int by_rule(const void *left, const void *right)
{
    const struct alert *l = *(const struct alert *const *)left;
    const struct alert *r = *(const struct alert *const *)right;
    const int order = str_cmp(l->rule_id, r->rule_id);

    return order ? order : alert_order(l, r);
}

static int by_entity(const void *left, const void *right)
{
    const struct entity *l = left, *r = right;

    if (l->type != r->type)
        return l->type < r->type ? -1 : 1;
    return str_cmp(l->value, r->value);
}

static int by_alerts(const void *left, const void *right)
{
    const struct rule_noise *l = left, *r = right;

    if (l->alerts != r->alerts)
        return l->alerts > r->alerts ? -1 : 1;
    return str_cmp(l->rule_id, r->rule_id);
}

/* An alert names each entity once, so that runs of the sorted list are alerts. */
static void find_common(struct rule_noise *n, const struct alert *const *alerts, uint32_t count)
{
    struct entity *all = mem_array((size_t)count * ALERT_ENTITIES_MAX + 1, sizeof *all);
    uint32_t total = 0, best = 0;

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < alerts[i]->entity_count; k++)
            all[total++] = alerts[i]->entities[k];
    qsort(all, total, sizeof *all, by_entity);
    for (uint32_t from = 0, to; from < total; from = to) {
        for (to = from; to < total && by_entity(&all[from], &all[to]) == 0; to++)
            ;
        n->entities++;
        if (to - from > best) {
            best = to - from;
            n->common = all[from];
        }
    }
    n->common_alerts = count >= NOISE_SUGGEST_MIN &&
                               (uint64_t)best * 100 >= (uint64_t)count * NOISE_SUGGEST_PERCENT
                           ? best
                           : 0;
    free(all);
}

static void sum_rule(struct rule_noise *n, const struct alert *const *alerts, uint32_t count,
                     double days)
{
    const struct alert *first = alerts[0];

    *n = (struct rule_noise){.rule_id = first->rule_id,
                             .title = first->title,
                             .origin = first->origin,
                             .alerts = count,
                             .alerts_a_day = days > 0 ? count / days : 0};
    for (uint32_t i = 0; i < count; i++) {
        const struct alert_decision *d = alerts[i]->decision;
        n->events += alerts[i]->count;
        n->suppressed += alerts[i]->suppressed_by.p != NULL;
        n->closed += alerts[i]->state == ALERT_CLOSED;
        n->false_positives += d && str_eq(d->verdict, S("false_positive"));
        n->benign += d && str_eq(d->verdict, S("benign_positive"));
    }
    find_common(n, alerts, count);
}

uint32_t rule_noise_sum(const struct alert *const *alerts, uint32_t count, double days,
                        struct arena *a, struct rule_noise **ret)
{
    const struct alert **sorted = mem_array((size_t)count + 1, sizeof(struct alert *));
    uint32_t rules = 0;

    *ret = arena_array(a, (size_t)count + 1, sizeof **ret);
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = alerts[i];
    qsort(sorted, count, sizeof *sorted, by_rule);
    for (uint32_t from = 0, to; from < count; from = to) {
        for (to = from; to < count && str_eq(sorted[to]->rule_id, sorted[from]->rule_id); to++)
            ;
        sum_rule(&(*ret)[rules++], sorted + from, to - from, days);
    }
    qsort(*ret, rules, sizeof **ret, by_alerts);
    free(sorted);
    return rules;
}
