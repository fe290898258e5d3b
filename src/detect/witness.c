/*
 * witness.c - the cost model. A rule that is looked at costs EVALUATION_COST; how
 * often that is follows from the shares of its literals (predicate.h), which the
 * profile knows or predicates_finish() guesses. To look for a literal costs
 * something too, little for most and much for those too short to have a gram.
 * Whatever the figures say, no match is lost.
 */
#include "detect/witness.h"

#include "detect/scalar.h"

#define EVALUATION_COST 60.0    /* of a rule that is looked at */
#define PRESENCE_CHECK_COST 0.2 /* for each check that is made each time, then */
#define LITERAL_COST 0.002
#define CONTAINS_COST 0.05 /* of a gram in a filter; */
#define SHORT_COST 8.0     /* without one: the value is searched for it alone */

static bool is_number(const struct check *c)
{
    return c->test->op == SIGMA_MATCH && c->test->scalar == SCALAR_NUMBER;
}

bool witness_literal(const struct check *c, struct literal *ret)
{
    *ret = (struct literal){.text = c->text};
    switch (c->kind) {
    case CHECK_EXACT:
        ret->kind = is_number(c) ? LITERAL_NUMBER : LITERAL_EXACT;
        return !is_number(c) || scalar_is_canonical(c->text);
    case CHECK_PREFIX:
        ret->kind = LITERAL_PREFIX;
        return true;
    case CHECK_SUFFIX:
        ret->kind = LITERAL_SUFFIX;
        return true;
    case CHECK_CONTAINS:
    case CHECK_TEXTS:
    case CHECK_REGEX:
        ret->kind = LITERAL_CONTAINS;
        return ret->text.n > 0;
    case CHECK_GLOB:
        ret->kind = LITERAL_CONTAINS;
        return ret->text.n > 0 && !is_number(c); /* 1000 is 1e3 */
    default:
        return false;
    }
}

/* What it costs to look for the check's literal; *share grows by how often it is found. */
static double check_cost(const struct check *c, double *share)
{
    struct literal l;

    if (!witness_literal(c, &l))
        return WITNESS_COST_NONE;
    *share += (double)c->share;
    if (l.kind != LITERAL_CONTAINS)
        return LITERAL_COST;
    if (l.text.n < PROFILE_GRAM && str_is_ascii(l.text))
        return SHORT_COST;
    return LITERAL_COST + CONTAINS_COST;
}

static double value_cost(const struct predicates *p, const struct check_range *range, double *share)
{
    double sum = 0;

    for (uint32_t i = 0; i < range->count; i++)
        sum += check_cost(&p->checks[range->first + i], share);
    return sum;
}

static double with_evaluation(double cost, double share)
{
    return cost + EVALUATION_COST * (share < 1 ? share : 1);
}

/* Can one of the value's checks be true of a field that is absent? */
static bool is_true_of_nothing(const struct predicates *p, const struct check_range *range)
{
    for (uint32_t i = 0; i < range->count; i++) {
        const struct check *c = &p->checks[range->first + i];
        if (c->kind == CHECK_NULL || (c->kind == CHECK_EXISTS && !c->test->wanted))
            return true;
    }
    return false;
}

static bool needs_presence(const struct predicates *p, const struct predicate *q)
{
    uint32_t open = 0;

    if (q->field == FIELD_KEYWORD)
        return false; /* it is always there */
    for (uint32_t i = 0; i < q->value_count; i++)
        open += is_true_of_nothing(p, &p->values[q->first_value + i]);
    return q->all ? open < q->value_count : open == 0;
}

static bool is_exact(const struct predicates *p, const struct predicate *q)
{
    for (uint32_t i = 0; i < q->value_count; i++) {
        const struct check_range *range = &p->values[q->first_value + i];
        for (uint32_t k = 0; k < range->count; k++)
            if (!check_is_exact(&p->checks[range->first + k]))
                return false;
    }
    return true;
}

static double check_count(const struct predicates *p, const struct predicate *q)
{
    double count = 0;

    for (uint32_t i = 0; i < q->value_count; i++)
        count += p->values[q->first_value + i].count;
    return count;
}

struct witness witness_of(const struct predicates *p, uint32_t place)
{
    const struct predicate *q = &p->items[place];
    struct witness w = {.kind = WITNESS_NONE, .cost = WITNESS_COST_NONE};
    double sum = 0, share = 0;

    if (needs_presence(p, q))
        w = (struct witness){.kind = WITNESS_PRESENCE,
                             .cost = EVALUATION_COST + PRESENCE_CHECK_COST * check_count(p, q)};
    for (uint32_t i = 0; i < q->value_count; i++) {
        double own_share = 0;
        double cost = value_cost(p, &p->values[q->first_value + i], &own_share);
        sum += cost;
        share += own_share;
        if (q->all && with_evaluation(cost, own_share) < w.cost)
            w = (struct witness){
                .kind = WITNESS_ONE, .value = i, .cost = with_evaluation(cost, own_share)};
    }
    if (!q->all && with_evaluation(sum, share) < w.cost)
        w = (struct witness){
            .kind = WITNESS_ANY, .exact = is_exact(p, q), .cost = with_evaluation(sum, share)};
    return w;
}
