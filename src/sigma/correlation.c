/*
 * correlation.c - correlations (sigma-correlation-rules-specification.md 2.1,
 * sigma-correlation-rules-schema.json; pySigma's additions: value_median, the
 * units w, M and y, boolean conditions of temporal correlations).
 *
 * Beyond pySigma a condition may have two operators, as the specification says:
 * a range. `generate` may stand at the top (schema) or in `correlation` (pySigma). The type
 * `sequence` is ours: correlation_sequence.c.
 */
#include "sigma/correlation.h"

#include "base/intern.h"
#include "base/mem.h"
#include "sigma/correlation_sequence.h"
#include "text/time.h"

#include <stdlib.h>

struct correlation_row {
    const char *name;
    bool temporal, has_field;
};

static const struct correlation_row types[] = {
    [CORRELATION_EVENT_COUNT] = {"event_count", false, false},
    [CORRELATION_VALUE_COUNT] = {"value_count", false, true},
    [CORRELATION_TEMPORAL] = {"temporal", true, false},
    [CORRELATION_TEMPORAL_ORDERED] = {"temporal_ordered", true, false},
    [CORRELATION_VALUE_SUM] = {"value_sum", false, true},
    [CORRELATION_VALUE_AVG] = {"value_avg", false, true},
    [CORRELATION_VALUE_PERCENTILE] = {"value_percentile", false, true},
    [CORRELATION_VALUE_MEDIAN] = {"value_median", false, true},
    [CORRELATION_SEQUENCE] = {"sequence", false, false},
};

static const char *const operators[] = {
    [CORRELATION_GT] = "gt",   [CORRELATION_GTE] = "gte", [CORRELATION_LT] = "lt",
    [CORRELATION_LTE] = "lte", [CORRELATION_EQ] = "eq",   [CORRELATION_NEQ] = "neq",
};

enum { PERCENTILE_DEFAULT = 50 };

const char *correlation_type_name(enum correlation_type type)
{
    assert(type < countof(types));
    return types[type].name;
}

const char *correlation_operator_name(enum correlation_operator op)
{
    assert(op < countof(operators));
    return operators[op];
}

/* The correlation's parts while they are read. */
struct work {
    struct sigma_correlation *c;
    const struct yaml_node *body;
    const struct correlation_row *type;
    struct arena *arena;
    struct err *e;
};

static bool fail(const struct work *w, const struct yaml_node *n, const char *what)
{
    return err_set_at(w->e, n->line, n->column, "%s", what);
}

static const struct yaml_node *get(const struct work *w, const char *key)
{
    const struct yaml_node *n = yaml_get(w->body, str_from(key));

    return n && !yaml_is_null(n) ? n : NULL;
}

static bool is_string(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && n->text.n > 0;
}

/* A string, or a list of at least one string. */
static bool is_strings(const struct yaml_node *n)
{
    if (n->kind != YAML_LIST)
        return is_string(n);
    for (uint32_t i = 0; i < n->count; i++)
        if (!is_string(n->items[i]))
            return false;
    return n->count > 0;
}

static str *list_strings(const struct work *w, const struct yaml_node *n, uint32_t *ret_count)
{
    str *list = arena_array(w->arena, n->kind == YAML_LIST ? n->count : 1, sizeof *list);

    *ret_count = n->kind == YAML_LIST ? n->count : 1;
    for (uint32_t i = 0; i < *ret_count; i++)
        list[i] = n->kind == YAML_LIST ? n->items[i]->text : n->text;
    return list;
}

static bool add_reference(const struct work *w, const struct yaml_node *n, str name)
{
    struct sigma_correlation *c = w->c;

    for (uint32_t i = 0; i < c->rule_count; i++)
        if (str_eq(c->rules[i].name, name))
            return true;
    if (c->rule_count == CORRELATION_RULES_MAX)
        return fail(w, n, "too many rules in one correlation");
    struct correlation_reference *r =
        arena_push(w->arena, (void **)&c->rules, &c->rule_count, &c->rule_capacity, sizeof *r);
    *r = (struct correlation_reference){
        .name = name, .line = n->line, .column = n->column, .runs = 1};
    return true;
}

/* ------------------------------------------------------------ the parts */

static bool read_type(struct work *w)
{
    const struct yaml_node *n = get(w, "type");

    if (!n)
        return fail(w, w->body, "'correlation' has no 'type'");
    for (size_t i = 0; n->kind == YAML_SCALAR && i < countof(types); i++)
        if (str_ieq(n->text, str_from(types[i].name))) {
            w->type = &types[i];
            w->c->type = (enum correlation_type)i;
        }
    return w->type || err_set_at(w->e, n->line, n->column,
                                 "unknown type of correlation '" STR_FMT "'", STR_ARG(n->text));
}

static bool read_rules(struct work *w)
{
    const struct yaml_node *n = get(w, "rules"), *condition = get(w, "condition");

    assert(w->type);
    if (!n && w->type->temporal && condition && condition->kind == YAML_SCALAR)
        return true; /* the condition names them */
    if (!n)
        return fail(w, w->body, "'correlation' has no 'rules'");
    if (w->c->type == CORRELATION_SEQUENCE)
        return correlation_read_sequence(w->c, n, get(w, "until"), w->arena, w->e);
    if (get(w, "until"))
        return fail(w, get(w, "until"), "only a sequence has 'until'");
    if (!is_strings(n))
        return fail(w, n, "'rules' must be ids or names of rules");
    if (n->kind == YAML_SCALAR)
        return add_reference(w, n, n->text);
    for (uint32_t i = 0; i < n->count; i++)
        if (!add_reference(w, n->items[i], n->items[i]->text))
            return false;
    return true;
}

/* Months and years are pySigma's: means of the Gregorian calendar. */
static const struct {
    char unit;
    uint32_t seconds;
} units[] = {{'s', 1},      {'m', 60},      {'h', 3600},    {'d', 86400},
             {'w', 604800}, {'M', 2629746}, {'y', 31556952}};

static bool read_duration(const struct work *w, const struct yaml_node *n, const char *what,
                          int64_t *ret)
{
    uint64_t count;

    bool number = n->kind == YAML_SCALAR && n->text.n >= 2 && n->text.n <= 10 &&
                  str_u64((str){n->text.p, n->text.n - 1}, &count) && count > 0;
    for (size_t i = 0; number && i < countof(units); i++)
        if (units[i].unit == n->text.p[n->text.n - 1] &&
            count <= (uint64_t)(INT64_MAX / NS_PER_S) / units[i].seconds) {
            *ret = (int64_t)count * units[i].seconds * NS_PER_S;
            return true;
        }
    return err_set_at(w->e, n->line, n->column,
                      "'%s' must be a number and a unit, as 30s, 15m, 24h or 7d", what);
}

static bool read_timespan(struct work *w)
{
    const struct yaml_node *n = get(w, "timespan");

    if (!n)
        n = get(w, "timeframe"); /* its name in drafts of the specification */
    if (!n)
        return fail(w, w->body, "'correlation' has no 'timespan'");
    return read_duration(w, n, "timespan", &w->c->timespan_ns);
}

/* window: sliding | tumbling | session, which has a gap */
static bool read_window(struct work *w)
{
    static const char *const names[] = {
        [CORRELATION_SLIDING] = "sliding",
        [CORRELATION_TUMBLING] = "tumbling",
        [CORRELATION_SESSION] = "session",
    };
    const struct yaml_node *n = get(w, "window"), *gap = get(w, "gap");
    size_t at = 0;

    if (n && w->c->type == CORRELATION_SEQUENCE)
        return fail(w, n, "a sequence has no 'window'");
    while (n && at < countof(names) && !str_eq(n->text, str_from(names[at])))
        at++;
    if (at == countof(names))
        return fail(w, n, "'window' must be sliding, tumbling or session");
    w->c->window = (enum correlation_window)at;
    if (!gap)
        return at != CORRELATION_SESSION || fail(w, n, "a session needs a 'gap', as 5m");
    if (at != CORRELATION_SESSION)
        return fail(w, gap, "only a window of sessions has a 'gap'");
    return read_duration(w, gap, "gap", &w->c->gap_ns);
}

static bool read_group_and_generate(struct work *w)
{
    const struct yaml_node *group = get(w, "group-by");
    const struct yaml_node *generate[] = {get(w, "generate"),
                                          yaml_get(w->c->head.root, S("generate"))};
    bool value;

    if (group && !is_strings(group))
        return fail(w, group, "'group-by' must be the name of a field or a list of names");
    if (group)
        w->c->group_by = list_strings(w, group, &w->c->group_count);
    if (w->c->group_count > CORRELATION_GROUP_MAX)
        return fail(w, group, "'group-by' names more than 16 fields");
    for (size_t i = 0; i < countof(generate); i++) {
        if (generate[i] && !yaml_is_bool(generate[i], &value))
            return fail(w, generate[i], "'generate' must be true or false");
        w->c->generate = generate[i] ? value : w->c->generate;
    }
    return true;
}

/* Whom an alias names is correlated, too; but a sequence says where. */
static bool add_aliased(const struct work *w, const struct yaml_node *n)
{
    uint32_t before = w->c->rule_count;

    if (!add_reference(w, n, n->text))
        return false;
    return w->c->type != CORRELATION_SEQUENCE || w->c->rule_count == before ||
           fail(w, n, "an alias names a rule that is not in the sequence");
}

static bool read_aliases(struct work *w)
{
    const struct yaml_node *n = get(w, "aliases");

    if (!n)
        return true;
    if (n->kind != YAML_MAP)
        return fail(w, n, "'aliases' must be a map of aliases");
    for (uint32_t i = 0; i < n->count; i++) {
        const struct yaml_node *alias = n->pairs[i].value;
        if (alias->kind != YAML_MAP || alias->count == 0)
            return fail(w, alias, "an alias must be a map of rules to their fields");
        for (uint32_t k = 0; k < alias->count; k++) {
            if (!is_string(alias->pairs[k].value))
                return fail(w, alias->pairs[k].value, "an alias needs the name of a field");
            if (!add_aliased(w, alias->pairs[k].key))
                return false;
            struct correlation_alias *room =
                arena_push(w->arena, (void **)&w->c->aliases, &w->c->alias_count,
                           &w->c->alias_capacity, sizeof *room);
            *room = (struct correlation_alias){n->pairs[i].key->text, alias->pairs[k].key->text,
                                               alias->pairs[k].value->text};
        }
    }
    return true;
}

/* ------------------------------------------------------------ conditions */

static bool is_operator(str key, enum correlation_operator *ret)
{
    for (size_t i = 0; i < countof(operators); i++)
        if (str_eq(key, str_from(operators[i]))) {
            *ret = (enum correlation_operator)i;
            return true;
        }
    return false;
}

static bool read_condition_map(struct work *w, const struct yaml_node *n)
{
    uint32_t compared = 0;
    enum correlation_operator op;
    double number;

    w->c->percentile = PERCENTILE_DEFAULT;
    for (uint32_t i = 0; i < n->count; i++) {
        const struct yaml_node *key = n->pairs[i].key, *value = n->pairs[i].value;
        if (is_operator(key->text, &op)) {
            if (!yaml_is_number(value, &number))
                return fail(w, value, "a correlation's condition compares with a number");
            if (compared++ < CORRELATION_BOUNDS_MAX)
                w->c->bounds[w->c->bound_count++] = (struct correlation_bound){op, number};
        } else if (str_eq(key->text, S("percentile"))) {
            if (!yaml_is_number(value, &number) || number < 0 || number > 100)
                return fail(w, value, "'percentile' must be a number from 0 to 100");
            w->c->percentile = number;
        } else if (str_eq(key->text, S("field"))) {
            if (!is_strings(value))
                return fail(w, value, "'field' must be the name of a field or a list of names");
            w->c->fields = list_strings(w, value, &w->c->field_count);
        } else {
            return err_set_at(w->e, key->line, key->column,
                              "unknown key '" STR_FMT "' in a correlation's condition",
                              STR_ARG(key->text));
        }
    }
    if (compared == 0 || compared > CORRELATION_BOUNDS_MAX)
        return fail(w, n, "the condition needs one or two of gt, gte, lt, lte, eq, neq");
    assert(w->type);
    if (w->type->has_field && !yaml_get(n, S("field")))
        return fail(w, n, "the condition needs a 'field' for this type of correlation");
    return true;
}

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-';
}

/* The rules of a correlation that has no list of them: all names of its condition. */
static bool add_names(struct work *w, const struct yaml_node *n)
{
    static const char *const keywords[] = {"and", "or", "not"};

    for (size_t i = 0, end; i < n->text.n; i = end + 1) {
        bool keyword = false;
        for (end = i; end < n->text.n && is_name_byte(n->text.p[end]);)
            end++;
        str name = {n->text.p + i, end - i};
        for (size_t k = 0; k < countof(keywords); k++)
            keyword = keyword || str_eq(name, str_from(keywords[k]));
        if (name.n && !keyword && !add_reference(w, n, name))
            return false;
    }
    return true;
}

/* A boolean condition has names of rules where that of a rule has selections. */
static bool read_condition_text(struct work *w, const struct yaml_node *n)
{
    assert(w->type);
    if (!w->type->temporal)
        return fail(w, n, "only temporal correlations can have a condition in words");
    if (!get(w, "rules") && !add_names(w, n))
        return false;

    uint32_t count = w->c->rule_count, nodes;
    struct sigma_selection *names = arena_array(w->arena, count, sizeof *names);
    bool *named = arena_array(w->arena, count, sizeof *named);
    for (uint32_t i = 0; i < count; i++)
        names[i].name = w->c->rules[i].name;
    struct sigma_node *root = condition_parse(n->text, n, names, count, w->arena, w->e);
    if (!root)
        return false;
    struct sigma_node **list = sigma_node_list(root, &nodes);
    for (uint32_t i = 0; i < nodes; i++)
        if (list[i]->kind == NODE_SELECTION)
            named[list[i]->selection] = true;
    free(list);
    w->c->condition = root;
    for (uint32_t i = 0; i < count; i++)
        if (!named[i])
            return err_set_at(w->e, n->line, n->column,
                              "the condition does not use the rule '" STR_FMT "'",
                              STR_ARG(names[i].name));
    return true;
}

static bool read_condition(struct work *w)
{
    const struct yaml_node *n = get(w, "condition");

    assert(w->type);
    if (w->c->type == CORRELATION_SEQUENCE)
        return !n || fail(w, n, "a sequence has no 'condition': its rules are steps");
    if (!n)
        return w->type->temporal || fail(w, w->body, "'correlation' has no 'condition'");
    if (n->kind == YAML_SCALAR)
        return read_condition_text(w, n);
    if (n->kind != YAML_MAP)
        return fail(w, n, "the condition must be a map, as 'gte: 10'");
    return read_condition_map(w, n);
}

struct sigma_correlation *correlation_parse(const struct yaml_node *root, str text, str file,
                                            struct arena *a, struct err *e)
{
    struct sigma_correlation *c = arena_alloc(a, sizeof *c);
    struct work w = {.c = c, .body = yaml_get(root, S("correlation")), .arena = a, .e = e};

    c->head.root = root;
    c->head.text = text;
    c->head.file = file;
    c->head.line = root->line;
    if (!rule_read_attributes(&c->head, a, e))
        return NULL;
    if (!w.body || w.body->kind != YAML_MAP) {
        err_set_at(e, w.body ? w.body->line : root->line, w.body ? w.body->column : root->column,
                   "'correlation' must be a map");
        return NULL;
    }
    bool ok = read_type(&w) && read_rules(&w) && read_timespan(&w) && read_window(&w) &&
              read_group_and_generate(&w) && read_condition(&w) && read_aliases(&w);
    return ok ? c : NULL;
}

/* ------------------------------------------------------------ references */

/* Ids and names of everything that can be referred to. `owners` of an interned name: the place of
 * the correlation, or of the rule with OWNER_RULE. */
struct directory {
    struct intern *names;
    uint32_t *owners;
    uint32_t capacity;
};
#define OWNER_RULE (UINT32_C(1) << 31)
enum { NO_OWNER = UINT32_MAX };

static void enter(struct directory *d, str name, uint32_t owner)
{
    if (name.n == 0)
        return;
    uint32_t at = intern_add(d->names, name);
    if (at >= d->capacity) {
        d->capacity = 2 * d->capacity + 1024;
        d->owners = mem_resize(d->owners, d->capacity, sizeof *d->owners);
    }
    d->owners[at] = owner;
}

static struct directory directory_make(struct sigma_correlation *const *correlations,
                                       uint32_t count, struct sigma_rule *const *rules,
                                       uint32_t rule_count)
{
    struct directory d = {.names = intern_new()};

    for (uint32_t i = 0; i < rule_count; i++) {
        enter(&d, rules[i]->id, i | OWNER_RULE);
        enter(&d, rules[i]->name, i | OWNER_RULE);
    }
    for (uint32_t i = 0; i < count; i++) {
        enter(&d, correlations[i]->head.id, i);
        enter(&d, correlations[i]->head.name, i);
    }
    return d;
}

static void directory_done(struct directory *d)
{
    free(d->owners);
    intern_free(d->names);
}

static uint32_t owner_of(const struct directory *d, str name)
{
    uint32_t at = intern_find(d->names, name);

    if (at == INTERN_NONE)
        return NO_OWNER;
    assert(d->owners && at < d->capacity);
    return d->owners[at];
}

static bool check_names(const struct directory *d, const struct sigma_correlation *c, struct err *e)
{
    for (uint32_t i = 0; i < c->rule_count; i++)
        if (owner_of(d, c->rules[i].name) == NO_OWNER)
            return err_set_at(e, c->rules[i].line, c->rules[i].column,
                              "the correlation refers to '" STR_FMT
                              "', which is no id or name of a rule that is loaded",
                              STR_ARG(c->rules[i].name));
    return true;
}

/* Does the correlation refer to rules and to settled correlations only? */
static bool settles(const struct directory *d, const struct sigma_correlation *c,
                    const bool *settled)
{
    for (uint32_t i = 0; i < c->rule_count; i++) {
        uint32_t owner = owner_of(d, c->rules[i].name);
        if (owner != NO_OWNER && !(owner & OWNER_RULE) && !settled[owner])
            return false;
    }
    return true;
}

void correlations_check(struct sigma_correlation *const *correlations, uint32_t count,
                        struct sigma_rule *const *rules, uint32_t rule_count, struct err *ret)
{
    struct directory d = directory_make(correlations, count, rules, rule_count);
    bool *settled = mem_array(count ? count : 1, sizeof *settled);

    for (uint32_t pass = 0; pass < CORRELATION_CHAIN_MAX; pass++)
        for (uint32_t i = 0; i < count; i++)
            settled[i] = settled[i] || settles(&d, correlations[i], settled);
    for (uint32_t i = 0; i < count; i++)
        if (check_names(&d, correlations[i], &ret[i]) && !settled[i])
            err_set_at(&ret[i], correlations[i]->head.line, 1,
                       "the correlation refers to itself through others, or is chained more than "
                       "%d deep",
                       CORRELATION_CHAIN_MAX);
    free(settled);
    directory_done(&d);
}

/* ------------------------------------------------------------ members */

static str alias_field(const struct sigma_correlation *c, str name, str rule)
{
    for (uint32_t i = 0; i < c->alias_count; i++)
        if (str_eq(c->aliases[i].alias, name) && str_eq(c->aliases[i].rule, rule))
            return c->aliases[i].field;
    return name;
}

void correlations_resolve(struct sigma_correlation *const *correlations, uint32_t count,
                          struct sigma_rule *const *rules, uint32_t rule_count, struct arena *a)
{
    struct directory d = directory_make(correlations, count, rules, rule_count);

    for (uint32_t i = 0; i < count; i++) {
        struct sigma_correlation *c = correlations[i];
        c->members = arena_array(a, c->rule_count, sizeof *c->members);
        for (uint32_t k = 0; k < c->rule_count; k++) {
            struct correlation_member *m = &c->members[k];
            uint32_t owner = owner_of(&d, c->rules[k].name);
            assert(owner != NO_OWNER);
            if (owner & OWNER_RULE)
                m->rule = rules[owner & ~OWNER_RULE];
            else
                m->child = correlations[owner];
            m->group_count = c->group_count;
            m->group = arena_array(a, c->group_count, sizeof *m->group);
            for (uint32_t g = 0; g < c->group_count; g++)
                m->group[g] = alias_field(c, c->group_by[g], c->rules[k].name);
        }
    }
    directory_done(&d);
}
