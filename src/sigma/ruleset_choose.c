#include "sigma/ruleset_choose.h"

#include "sigma/correlation.h"

/* Does a correlation that is kept refer to the rule? */
static bool is_correlated(const struct ruleset *rs, const struct sigma_rule *rule)
{
    for (uint32_t i = 0; i < rs->correlations_kept; i++) {
        const struct sigma_correlation *c = rs->correlations[i];
        for (uint32_t k = 0; k < c->rule_count; k++)
            if (c->members[k].rule == rule ||
                (c->members[k].child && &c->members[k].child->head == rule))
                return true;
    }
    return false;
}

/* Puts a correlation behind those that are kept. */
static void keep(struct ruleset *rs, uint32_t i, uint32_t *kept)
{
    struct sigma_correlation *c = rs->correlations[i];

    rs->correlations[i] = rs->correlations[*kept];
    rs->correlations[(*kept)++] = c;
}

static void choose_correlations(struct ruleset *rs, const void *ctx,
                                bool (*chosen)(const void *ctx, const struct sigma_rule *rule))
{
    uint32_t count = rs->correlations_kept, kept = 0;

    for (uint32_t i = 0; i < count; i++)
        if (chosen(ctx, &rs->correlations[i]->head))
            keep(rs, i, &kept);
    for (uint32_t before = UINT32_MAX; before != kept;) {
        before = rs->correlations_kept = kept;
        for (uint32_t i = kept; i < count; i++) {
            struct sigma_correlation *c = rs->correlations[i];
            if (!is_correlated(rs, &c->head))
                continue;
            c->head.quiet = true;
            keep(rs, i, &kept);
        }
    }
}

void ruleset_choose(struct ruleset *rs, const void *ctx,
                    bool (*chosen)(const void *ctx, const struct sigma_rule *rule))
{
    uint32_t kept = 0;

    choose_correlations(rs, ctx, chosen);
    for (uint32_t i = 0; i < rs->count; i++) {
        struct sigma_rule *rule = rs->rules[i];
        const bool wanted = chosen(ctx, rule);
        if (!wanted && !is_correlated(rs, rule))
            continue;
        rule->quiet = rule->quiet || !wanted;
        rs->rules[kept++] = rule;
    }
    rs->count = kept;
}
