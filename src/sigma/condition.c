/*
 * condition.c - conditions over selections (sigma-rules-specification.md,
 * "Condition").
 *
 *   or      := and ('or' and)*
 *   and     := not ('and' not)*
 *   not     := 'not' not | operand
 *   operand := '(' or ')' | ('1' | 'any' | 'all') 'of' ('them' | pattern) | name
 *
 * Operator precedence with two bounded stacks (Dijkstra's shunting yard), so
 * that no input makes it recurse. Keywords are lower case. `them` and patterns
 * leave out names that begin with `_` (unless the pattern does) and selections
 * that filters and pipelines have added.
 */
#include "sigma/build.h"

enum operator{
    OPERATOR_OPEN,
    OPERATOR_OR,
    OPERATOR_AND,
    OPERATOR_NOT,
};

/* A part of the condition that is complete; `room` is its children's capacity when we may still
 * add to them. */
struct operand {
    struct sigma_node *node;
    uint32_t room;
};

struct parser {
    str text;
    size_t at; /* of the token that follows */
    const struct yaml_node *place;
    const struct sigma_selection *selections;
    uint32_t selection_count;
    struct arena *arena;
    struct err *e;
    enum operator operators[CONDITION_STACK_MAX];
    struct operand operands[CONDITION_STACK_MAX + 1];
    uint32_t operator_count, operand_count, nodes;
};

/* ------------------------------------------------------------ places and tokens */

/* A place inside the scalar. Exact on its first line, where conditions nearly always are; in block
 * scalars the scalar's own place. */
static bool fail(struct parser *p, size_t at, const char *before, str subject, const char *after)
{
    uint32_t column = p->place->column;

    if (!p->place->block)
        column += (uint32_t)at + p->place->quoted;
    return err_set_at(p->e, p->place->line, column, "%s '" STR_FMT "'%s", before, STR_ARG(subject),
                      after);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '*';
}

/* The token at p->at: a parenthesis, a run of name bytes, one other byte, or nothing at the end. */
static str peek(struct parser *p)
{
    size_t end;

    while (p->at < p->text.n && is_space(p->text.p[p->at]))
        p->at++;
    end = p->at;
    while (end < p->text.n && is_name_byte(p->text.p[end]))
        end++;
    if (end == p->at && end < p->text.n)
        end++;
    return (str){p->text.p + p->at, end - p->at};
}

/* ------------------------------------------------------------ operands */

static struct sigma_node *count_node(struct parser *p, struct sigma_node *n)
{
    p->nodes++;
    return n;
}

static bool push_operand(struct parser *p, struct sigma_node *node, uint32_t room)
{
    assert(p->operand_count < countof(p->operands)); /* at most one more than operators */
    p->operands[p->operand_count++] = (struct operand){node, room};
    while (p->operator_count && p->operators[p->operator_count - 1] == OPERATOR_NOT) {
        struct operand *top = &p->operands[p->operand_count - 1];
        p->operator_count--;
        *top = (struct operand){count_node(p, sigma_node_not(p->arena, top->node)), 0};
    }
    return true;
}

static bool push_operator(struct parser *p, enum operator o, size_t at, str token)
{
    if (p->operator_count == CONDITION_STACK_MAX)
        return fail(p, at, "the condition is nested too deeply at", token, "");
    p->operators[p->operator_count++] = o;
    return true;
}

bool selection_name_matches(str name, str pattern)
{
    size_t n = 0, k = 0, star = SIZE_MAX, retry = 0;

    while (n < name.n) {
        if (k < pattern.n && pattern.p[k] == '*') {
            star = k++;
            retry = n;
        } else if (k < pattern.n && pattern.p[k] == name.p[n]) {
            n++;
            k++;
        } else if (star != SIZE_MAX) {
            k = star + 1;
            n = ++retry;
        } else {
            return false;
        }
    }
    while (k < pattern.n && pattern.p[k] == '*')
        k++;
    return k == pattern.n;
}

static bool is_seen(const struct sigma_selection *s, str pattern)
{
    if (s->hidden || (str_starts(s->name, S("_")) && !str_starts(pattern, S("_"))))
        return false;
    return str_eq(pattern, S("them")) || selection_name_matches(s->name, pattern);
}

/* What follows `1 of`, `any of` or `all of`. */
static bool take_pattern(struct parser *p, enum sigma_node_kind kind)
{
    size_t at;
    uint32_t count = 0;
    str pattern = peek(p);

    at = p->at;
    if (pattern.n == 0 || !is_name_byte(pattern.p[0]))
        return fail(p, at, "'them' or a pattern is missing after", S("of"), "");
    p->at += pattern.n;
    for (uint32_t i = 0; i < p->selection_count; i++)
        count += is_seen(&p->selections[i], pattern);
    if (count == 0)
        return fail(p, at, "no selection matches", pattern, "");
    if (count > CONDITION_NODES_MAX - p->nodes)
        return fail(p, at, "the condition is too large at", pattern, "");

    struct sigma_node **children = arena_array(p->arena, count, sizeof(struct sigma_node *));
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->selection_count; i++)
        if (is_seen(&p->selections[i], pattern))
            children[n++] = count_node(p, sigma_node_selection(p->arena, i));
    return push_operand(p, count_node(p, sigma_node_group(p->arena, kind, children, n)), 0);
}

static bool is_number(str s)
{
    uint64_t value;

    return str_u64(s, &value);
}

static bool take_name(struct parser *p, size_t at, str name)
{
    for (uint32_t i = 0; i < p->selection_count; i++)
        if (str_eq(p->selections[i].name, name))
            return push_operand(p, count_node(p, sigma_node_selection(p->arena, i)), 0);
    if (memchr(name.p, '*', name.n))
        return fail(p, at, "a pattern needs '1 of' or 'all of' before", name, "");
    if (str_ieq(name, S("not")))
        return fail(p, at, "keywords are lower case:", name, "");
    return fail(p, at, "no selection is named", name, "");
}

/* Takes an operand, or what stands before one: `not`, '('. *ret_done: it was an operand. */
static bool take_operand(struct parser *p, bool *ret_done)
{
    str token = peek(p);
    size_t at = p->at;

    p->at += token.n;
    *ret_done = false;
    if (token.n == 0)
        return fail(p, at, "a selection is missing at the end of", p->text, "");
    if (str_eq(token, S("not")))
        return push_operator(p, OPERATOR_NOT, at, token);
    if (str_eq(token, S("(")))
        return push_operator(p, OPERATOR_OPEN, at, token);
    if (!is_name_byte(token.p[0]) || str_eq(token, S("and")) || str_eq(token, S("or")))
        return fail(p, at, "a selection is missing before", token, "");

    *ret_done = true;
    if (str_eq(peek(p), S("of"))) {
        bool all = str_eq(token, S("all"));
        p->at += 2;
        if (all || str_eq(token, S("1")) || str_eq(token, S("any")))
            return take_pattern(p, all ? NODE_AND : NODE_OR);
        if (is_number(token))
            return fail(p, at, "only '1 of', 'any of' and 'all of' can be used, not", token, " of");
        return fail(p, at, "'1', 'any' or 'all' must stand before 'of', not", token, "");
    }
    return take_name(p, at, token);
}

/* ------------------------------------------------------------ operators */

/* Joins the two topmost operands. A chain of one operator becomes one node with many children. */
static void reduce(struct parser *p)
{
    enum sigma_node_kind kind =
        p->operators[--p->operator_count] == OPERATOR_AND ? NODE_AND : NODE_OR;
    struct operand right = p->operands[--p->operand_count];
    struct operand *left = &p->operands[p->operand_count - 1];

    assert(p->operand_count > 0);
    if (left->node->kind != kind || left->room == 0) {
        struct sigma_node **children = arena_array(p->arena, 4, sizeof(struct sigma_node *));
        children[0] = left->node;
        *left = (struct operand){count_node(p, sigma_node_group(p->arena, kind, children, 1)), 4};
    }
    struct sigma_node **room =
        arena_push(p->arena, (void **)&left->node->children, &left->node->child_count, &left->room,
                   sizeof(struct sigma_node *));
    *room = right.node;
}

static void reduce_from(struct parser *p, enum operator o)
{
    while (p->operator_count && p->operators[p->operator_count - 1] >= o)
        reduce(p);
}

/* Takes what follows an operand. *ret_operator: an operand must follow. */
static bool take_operator(struct parser *p, bool *ret_operator)
{
    str token = peek(p);
    size_t at = p->at;

    p->at += token.n;
    *ret_operator = !str_eq(token, S(")"));
    if (!*ret_operator) {
        reduce_from(p, OPERATOR_OR);
        if (p->operator_count == 0)
            return fail(p, at, "nothing is open before", token, "");
        struct operand group = p->operands[--p->operand_count];
        p->operator_count--;
        return push_operand(p, group.node, 0);
    }
    if (str_eq(token, S("and")) || str_eq(token, S("or"))) {
        enum operator o = token.n == 3 ? OPERATOR_AND : OPERATOR_OR;
        reduce_from(p, o);
        return push_operator(p, o, at, token);
    }
    if (str_ieq(token, S("and")) || str_ieq(token, S("or")))
        return fail(p, at, "keywords are lower case:", token, "");
    return fail(p, at, "'and' or 'or' is missing before", token, "");
}

static bool parse(struct parser *p)
{
    bool operand_next = true, done, operator_taken;

    while (operand_next || peek(p).n) {
        if (p->nodes >= CONDITION_NODES_MAX)
            return fail(p, p->at, "the condition is too large at", peek(p), "");
        if (operand_next) {
            if (!take_operand(p, &done))
                return false;
            operand_next = !done;
        } else {
            if (!take_operator(p, &operator_taken))
                return false;
            operand_next = operator_taken;
        }
    }
    reduce_from(p, OPERATOR_OR);
    return p->operator_count == 0 ||
           fail(p, p->text.n, "a parenthesis is not closed in", p->text, "");
}

struct sigma_node *condition_parse(str text, const struct yaml_node *at,
                                   const struct sigma_selection *selections, uint32_t count,
                                   struct arena *a, struct err *e)
{
    struct parser p = {.text = text,
                       .place = at,
                       .selections = selections,
                       .selection_count = count,
                       .arena = a,
                       .e = e};
    const char *pipe = text.n ? memchr(text.p, '|', text.n) : NULL;

    if (text.n > CONDITION_BYTES_MAX) {
        err_set_at(e, at->line, at->column, "a condition is longer than %d bytes",
                   CONDITION_BYTES_MAX);
        return NULL;
    }
    if (pipe) {
        fail(&p, (size_t)(pipe - text.p), "the aggregation", str_from_at(text, pipe - text.p),
             " is no longer part of Sigma: write a correlation");
        return NULL;
    }
    if (!parse(&p))
        return NULL;
    assert(p.operand_count == 1);
    return p.operands[0].node;
}
