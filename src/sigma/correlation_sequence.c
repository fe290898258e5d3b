#include "sigma/correlation_sequence.h"

/* A sequence while it is read. */
struct reading {
    struct sigma_correlation *c;
    struct arena *arena;
    struct err *e;
    uint32_t steps; /* with those that run */
};

static bool fail(const struct reading *r, const struct yaml_node *n, const char *what)
{
    return err_set_at(r->e, n->line, n->column, "%s", what);
}

static bool is_name(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && n->text.n > 0 && !yaml_is_null(n);
}

static bool add(struct reading *r, const struct yaml_node *n, enum correlation_role role,
                const char *what)
{
    struct sigma_correlation *c = r->c;

    if (!is_name(n))
        return fail(r, n, what);
    if (c->rule_count == CORRELATION_STEPS_MAX)
        return fail(r, n, "a sequence names at most 64 rules");
    struct correlation_reference *to =
        arena_push(r->arena, (void **)&c->rules, &c->rule_count, &c->rule_capacity, sizeof *to);
    *to = (struct correlation_reference){
        .name = n->text, .line = n->line, .column = n->column, .role = role, .runs = 1};
    return true;
}

/* A name, or a list of at least one. */
static bool add_each(struct reading *r, const struct yaml_node *n, enum correlation_role role,
                     const char *what)
{
    if (n->kind != YAML_LIST)
        return add(r, n, role, what);
    if (n->count == 0)
        return fail(r, n, what);
    for (uint32_t i = 0; i < n->count; i++)
        if (!add(r, n->items[i], role, what))
            return false;
    return true;
}

static bool read_absence(struct reading *r, const struct yaml_node *n, const struct yaml_node *of)
{
    if (n->count > 1)
        return fail(r, n, "an absence has no other keys");
    return add_each(r, of, CORRELATION_ABSENCE, "'absence' must be ids or names of rules");
}

/* How often, as a number: {rule: NAME, runs: 3, fork: true} */
static bool read_options(struct reading *r, const struct yaml_node *n)
{
    struct correlation_reference *step = &r->c->rules[r->c->rule_count - 1];
    double runs;

    for (uint32_t i = 0; i < n->count; i++) {
        const struct yaml_node *key = n->pairs[i].key, *value = n->pairs[i].value;
        if (str_eq(key->text, S("rule")))
            continue;
        if (str_eq(key->text, S("runs"))) {
            if (!yaml_is_number(value, &runs) || runs < 1 || runs > CORRELATION_STEPS_MAX ||
                runs != (uint32_t)runs)
                return fail(r, value, "'runs' must be a number from 1 to 64");
            step->runs = (uint32_t)runs;
        } else if (str_eq(key->text, S("fork"))) {
            if (!yaml_is_bool(value, &step->fork))
                return fail(r, value, "'fork' must be true or false");
        } else {
            return err_set_at(r->e, key->line, key->column,
                              "unknown key '" STR_FMT "' in a step: it has rule, runs and fork",
                              STR_ARG(key->text));
        }
    }
    return true;
}

static bool read_step(struct reading *r, const struct yaml_node *n)
{
    static const char what[] = "a step must be the id or name of a rule, or a map with 'rule' or "
                               "'absence'";
    const struct yaml_node *rule = n;

    if (n->kind == YAML_MAP) {
        const struct yaml_node *absence = yaml_get(n, S("absence"));
        if (absence)
            return read_absence(r, n, absence);
        rule = yaml_get(n, S("rule"));
    }
    if (!rule)
        return fail(r, n, what);
    if (!add(r, rule, CORRELATION_STEP, what) || (n->kind == YAML_MAP && !read_options(r, n)))
        return false;
    r->steps += r->c->rules[r->c->rule_count - 1].runs;
    return r->steps <= CORRELATION_STEPS_MAX || fail(r, n, "a sequence has at most 64 steps");
}

bool correlation_read_sequence(struct sigma_correlation *c, const struct yaml_node *rules,
                               const struct yaml_node *until, struct arena *a, struct err *e)
{
    struct reading r = {c, a, e, 0};

    if (rules->kind != YAML_LIST || rules->count == 0)
        return fail(&r, rules, "'rules' of a sequence must be a list of steps");
    for (uint32_t i = 0; i < rules->count; i++)
        if (!read_step(&r, rules->items[i]))
            return false;
    if (r.steps == 0)
        return fail(&r, rules, "a sequence needs a step that is no absence");
    return !until ||
           add_each(&r, until, CORRELATION_UNTIL, "'until' must be ids or names of rules");
}
