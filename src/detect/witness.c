/*
 * witness.c - the cost model. The longer a literal the rarer it is; a file name
 * at the end of a path is rarer than a word somewhere. The figures are guesses
 * that order the choices; whatever they say, no match is lost.
 */
#include "detect/witness.h"

#include "detect/scalar.h"
#include "text/utf8.h"

#include <math.h>

#define PRESENCE_COST 3.0
#define CONTAINS_COST 0.5   /* of one byte; */
#define CONTAINS_FALLS 0.55 /* each further byte takes it down to this part */
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

static str longest_text(const struct sigma_string *s)
{
    str longest = {0};

    for (uint32_t i = 0; i < s->count; i++)
        if (s->parts[i].kind == PART_TEXT && s->parts[i].text.n > longest.n)
            longest = s->parts[i].text;
    return longest;
}

static bool is_number(const struct check *c)
{
    return c->test->op == SIGMA_MATCH && c->test->scalar == SCALAR_NUMBER;
}

/* The literal, not yet folded when the check is a glob. */
static bool literal_of(const struct check *c, struct literal *ret)
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
        ret->kind = LITERAL_CONTAINS;
        return true;
    case CHECK_GLOB:
        ret->kind = LITERAL_CONTAINS;
        ret->text = longest_text(&c->test->string);
        return ret->text.n && !is_number(c);
    default:
        return false;
    }
}

bool witness_literal(const struct check *c, struct arena *a, struct literal *ret)
{
    if (!literal_of(c, ret))
        return false;
    if (c->kind == CHECK_GLOB) {
        char *out = arena_bytes(a, UTF8_FOLD_GROWTH * ret->text.n + 1);
        ret->text = (str){out, utf8_fold_str(ret->text, out)};
    }
    return true;
}

static double check_cost(const struct check *c)
{
    struct literal l;

    if (!literal_of(c, &l))
        return WITNESS_COST_NONE;
    double cost = CONTAINS_COST;
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

struct witness witness_of(const struct predicates *p, uint32_t place)
{
    const struct predicate *q = &p->items[place];
    struct witness w = {.kind = WITNESS_NONE, .cost = WITNESS_COST_NONE};
    double sum = 0;

    if (needs_presence(p, q))
        w = (struct witness){.kind = WITNESS_PRESENCE, .cost = PRESENCE_COST};
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
