/*
 * witness.c - the cost model. The longer a literal the rarer it is; a file name
 * at the end of a path is rarer than a word somewhere. The figures are guesses
 * that order the choices; whatever they say, no match is lost.
 */
#include "detect/witness.h"

#include "detect/scalar.h"

#define PRESENCE_COST 3.0
#define PRESENCE_COST_CHECK 0.2 /* for each check that is made each time, then */
#define NOT_ASCII_FACTOR 0.0001 /* a literal that is not ASCII, in logs that mostly are */
#define CONTAINS_COST 0.5       /* of one byte; */
#define CONTAINS_FALLS 0.55     /* each further byte takes it down to this part */
#define CONTAINS_COST_MIN 0.0005
#define EDGE_FACTOR 0.3 /* a literal at the beginning or at the end, or the whole value */

enum { CANONICAL_DIGITS_MAX = 15 }; /* what a double holds exactly */

/* An integer as printf would write it. */
static bool is_canonical(str text)
{
    str digits = text.n && text.p[0] == '-' ? str_from_at(text, 1) : text;

    if (!scalar_is_integer(text) || digits.n == 0 || digits.n > CANONICAL_DIGITS_MAX ||
        digits.p[0] == '+' || digits.p[0] == '-')
        return false;
    return digits.p[0] != '0' || text.n == 1;
}

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
        return !is_number(c) || is_canonical(c->text);
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

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80)
            return false;
    return true;
}

static double check_cost(const struct check *c)
{
    struct literal l;

    if (!witness_literal(c, &l))
        return WITNESS_COST_NONE;
    double cost = is_ascii(l.text) ? CONTAINS_COST : CONTAINS_COST * NOT_ASCII_FACTOR;
    for (size_t i = 1; i < l.text.n && cost > CONTAINS_COST_MIN; i++)
        cost *= CONTAINS_FALLS;
    return l.kind == LITERAL_CONTAINS ? cost : cost * EDGE_FACTOR;
}

static double value_cost(const struct predicates *p, const struct check_range *range)
{
    double sum = 0;

    for (uint32_t i = 0; i < range->count; i++)
        sum += check_cost(&p->checks[range->first + i]);
    return sum;
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
            if (p->checks[range->first + k].kind > CHECK_CONTAINS)
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
    double sum = 0;

    if (needs_presence(p, q))
        w = (struct witness){.kind = WITNESS_PRESENCE,
                             .cost = PRESENCE_COST + PRESENCE_COST_CHECK * check_count(p, q)};
    for (uint32_t i = 0; i < q->value_count; i++) {
        double cost = value_cost(p, &p->values[q->first_value + i]);
        sum += cost;
        if (q->all && cost < w.cost)
            w = (struct witness){.kind = WITNESS_ONE, .value = i, .cost = cost};
    }
    if (!q->all && sum < w.cost)
        w = (struct witness){.kind = WITNESS_ANY, .exact = is_exact(p, q), .cost = sum};
    return w;
}
