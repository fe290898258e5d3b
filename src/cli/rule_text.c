/*
 * rule_text.c - see the header. Trees are walked with a stack of the lines that
 * are still to be written, so that no rule makes it recurse.
 */
#include "cli/rule_text.h"

#include "base/mem.h"
#include "sigma/build.h"

#include <stdlib.h>

enum { LABEL_COLUMNS = 17, INDENT = 2, TEXT_BYTES_MAX = 1024 * 1024 };

/* ------------------------------------------------------------ tests */

static const char *const compare_signs[] = {
    [COMPARE_EQ] = "=", [COMPARE_LT] = "<",   [COMPARE_LTE] = "<=",
    [COMPARE_GT] = ">", [COMPARE_GTE] = ">=",
};
static const char *const time_parts[] = {
    [TIME_WHOLE] = "",     [TIME_MINUTE] = "minute ", [TIME_HOUR] = "hour ", [TIME_DAY] = "day ",
    [TIME_WEEK] = "week ", [TIME_MONTH] = "month ",   [TIME_YEAR] = "year ",
};

static bool is_many(const struct sigma_string *s, uint32_t i)
{
    return s->parts[i].kind == PART_MANY;
}

/* "contains 'x'" for *x*, and so on; a wildcard elsewhere makes it "like 'x*y'". */
static void write_match(struct buf *out, const struct sigma_test *t, struct arena *a)
{
    struct sigma_string s = t->string;
    bool front = s.count > 1 && is_many(&s, 0), back = s.count > 1 && is_many(&s, s.count - 1);
    const char *verb = front && back ? "contains"
                       : front       ? "ends with"
                       : back        ? "starts with"
                                     : "is";

    if (s.count == 0) {
        buf_add(out, S("is empty"));
        return;
    }
    if (s.count == 1 && is_many(&s, 0)) {
        buf_add(out, S("is anything"));
        return;
    }
    s.parts += front;
    s.count -= (uint32_t)front + back;
    bool plain = s.count == 1 && s.parts[0].kind == PART_TEXT;
    if (plain) {
        buf_printf(out, "%s '", verb);
        buf_add(out, s.parts[0].text);
        buf_char(out, '\'');
    } else {
        buf_add(out, S("is like '"));
        buf_add(out, sigma_string_text(&t->string, a));
        buf_char(out, '\'');
    }
    if (t->cased)
        buf_add(out, S(" (in this case)"));
    if (sigma_string_has(&t->string, PART_DASH))
        buf_add(out, S(" (- or / or any long dash)"));
}

static void write_regex(struct buf *out, const struct sigma_test *t)
{
    buf_add(out, S("matches regex '"));
    buf_add(out, t->pattern);
    buf_char(out, '\'');
    if (t->regex_flags)
        buf_printf(out, " (%s%s%s)", t->regex_flags & REGEX_IGNORECASE ? "i" : "",
                   t->regex_flags & REGEX_MULTILINE ? "m" : "",
                   t->regex_flags & REGEX_DOTALL ? "s" : "");
}

static void write_reference(struct buf *out, const struct sigma_test *t)
{
    const char *verb = t->ref_starts && t->ref_ends ? "contains"
                       : t->ref_starts              ? "starts with"
                       : t->ref_ends                ? "ends with"
                                                    : "is";

    buf_printf(out, "%s the value of ", verb);
    buf_add(out, t->pattern);
}

void rule_text_test(struct buf *out, const struct sigma_test *t)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(1024);

    switch (t->op) {
    case SIGMA_MATCH:
        write_match(out, t, a);
        break;
    case SIGMA_REGEX:
        write_regex(out, t);
        break;
    case SIGMA_CIDR:
        buf_add(out, S("is an address in "));
        buf_add(out, t->pattern);
        break;
    case SIGMA_COMPARE:
        buf_printf(out, "%s%s %.15g", time_parts[t->time_part], compare_signs[t->compare],
                   t->number);
        break;
    case SIGMA_NULL:
        buf_add(out, S("is absent or null"));
        break;
    case SIGMA_EXISTS:
        buf_add(out, t->wanted ? S("is present") : S("is absent"));
        break;
    case SIGMA_FIELDREF:
        write_reference(out, t);
        break;
    }
}

/* ------------------------------------------------------------ what it says of itself */

static void line(struct page *p, const char *label, str text)
{
    if (!text.n)
        return;
    page_cell(p, STYLE_FAINT, str_from(label), LABEL_COLUMNS);
    if (memchr(text.p, ' ', text.n)) {
        page_paragraph(p, STYLE_PLAIN, LABEL_COLUMNS, text);
        return;
    }
    page_text(p, STYLE_PLAIN, text); /* an address or a path is not cut */
    page_newline(p);
}

static void lines(struct page *p, const char *label, const str *texts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        line(p, i == 0 ? label : "", texts[i]);
}

static void related(struct page *p, const struct sigma_rule *rule)
{
    for (uint32_t i = 0; i < rule->related_count; i++) {
        struct buf text CLEANUP(buf_done) = buf_make(TEXT_BYTES_MAX);
        buf_add(&text, rule->related[i].type);
        buf_char(&text, ' ');
        buf_add(&text, rule->related[i].id);
        line(p, i == 0 ? "related" : "", buf_str(&text));
    }
}

void rule_text_head(struct page *p, const struct sigma_rule *rule)
{
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_BYTES_MAX);

    page_text(p, STYLE_HEADING, rule->title);
    page_newline(p);
    line(p, "id", sigma_rule_identity(rule));
    line(p, "name", rule->name);
    page_cell(p, STYLE_FAINT, S("level"), LABEL_COLUMNS);
    page_text(p, page_level_style(rule->level), page_level_name(rule->level));
    page_newline(p);
    line(p, "status", str_from(sigma_status_name(rule->status)));
    buf_printf(&text, STR_FMT ":%u", STR_ARG(rule->file), rule->line);
    line(p, "file", buf_str(&text));
    line(p, "product", rule->logsource.product);
    line(p, "category", rule->logsource.category);
    line(p, "service", rule->logsource.service);
    line(p, "definition", rule->definition);
    line(p, "description", rule->description);
    lines(p, "false positives", rule->falsepositives, rule->falsepositive_count);
    lines(p, "tags", rule->tags, rule->tag_count);
    lines(p, "references", rule->references, rule->reference_count);
    lines(p, "fields", rule->fields, rule->field_count);
    related(p, rule);
    line(p, "author", rule->author);
    line(p, "date", rule->date);
    line(p, "modified", rule->modified);
    line(p, "license", rule->license);
}

/* ------------------------------------------------------------ as it is written */

/* A node of the YAML that is still to be written; `key` is what stands before it. */
struct yaml_line {
    const struct yaml_node *node;
    str key;
    uint32_t depth;
    bool dash; /* it begins an element of a list */
};
struct yaml_lines {
    struct yaml_line *items;
    uint32_t count, capacity;
};

static void push_line(struct yaml_lines *l, struct yaml_line next)
{
    if (l->count == l->capacity) {
        l->capacity = l->capacity ? l->capacity * 2 : 64;
        l->items = mem_resize(l->items, l->capacity, sizeof *l->items);
    }
    l->items[l->count++] = next;
}

static void write_line(struct page *p, const struct yaml_line *l)
{
    page_tab(p, l->depth * INDENT);
    if (l->dash)
        page_text(p, STYLE_FAINT, S("- "));
    if (l->key.n) {
        page_text(p, STYLE_STRONG, l->key);
        page_text(p, STYLE_FAINT, l->node->kind == YAML_SCALAR ? S(": ") : S(":"));
    }
    if (l->node->kind == YAML_SCALAR)
        page_text(p, STYLE_PLAIN, yaml_is_null(l->node) ? S("null") : l->node->text);
    page_newline(p);
}

/* What stands in a node, its first entry on top. A map that is an element of a list has its dash
 * before its first key. */
static void push_children(struct yaml_lines *stack, const struct yaml_line *top)
{
    const struct yaml_node *n = top->node;

    for (uint32_t i = n->kind == YAML_SCALAR ? 0 : n->count; i-- > 0;) {
        struct yaml_line next = {.depth = top->depth + 1};
        if (n->kind == YAML_MAP) {
            next.node = n->pairs[i].value;
            next.key = n->pairs[i].key->text;
            next.dash = top->dash && i == 0;
            next.depth -= next.dash;
        } else {
            next.node = n->items[i];
            next.dash = true;
        }
        push_line(stack, next);
    }
}

void rule_text_detection(struct page *p, const struct sigma_rule *rule)
{
    const struct yaml_node *detection = rule->root ? yaml_get(rule->root, S("detection")) : NULL;
    struct yaml_lines stack = {0};

    if (!detection)
        return;
    page_heading(p, "As it is written", NULL);
    push_children(&stack, &(struct yaml_line){.node = detection});
    while (stack.count > 0) {
        struct yaml_line top = stack.items[--stack.count];
        if (top.key.n || top.node->kind != YAML_MAP)
            write_line(p, &top);
        if (top.key.n) { /* the dash stands before the key already */
            top.depth += top.dash;
            top.dash = false;
        }
        push_children(&stack, &top);
    }
    free(stack.items);
}

/* ------------------------------------------------------------ as it is matched */

struct tree_line {
    const struct sigma_node *node;
    uint32_t depth;
};

static uint32_t test_count(const struct sigma_item *item)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < item->value_count; i++)
        count += item->values[i].count;
    return count;
}

static void write_one(struct page *p, const struct sigma_test *t)
{
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_BYTES_MAX);

    rule_text_test(&text, t);
    page_text(p, STYLE_PLAIN, buf_str(&text));
    page_newline(p);
}

/* A group of one is that one. */
static const struct sigma_node *single(const struct sigma_node *n)
{
    while ((n->kind == NODE_AND || n->kind == NODE_OR) && n->child_count == 1)
        n = n->children[0];
    return n;
}

/* "Image ends with 'x'" on one line, or the values below "Image, any of 12:". */
static void write_item(struct page *p, const struct sigma_item *item, uint32_t depth,
                       uint32_t values)
{
    uint32_t total = test_count(item), told = 0;

    page_text(p, STYLE_STRONG, item->field.n ? item->field : S("any field"));
    page_printf(p, STYLE_PLAIN, "%s", item->negated ? " not: " : " ");
    if (total == 1) {
        write_one(p, &item->values[0].tests[0]);
        return;
    }
    page_printf(p, STYLE_FAINT, "%s of %u:", item->all ? "all" : "any", item->value_count);
    page_newline(p);
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count && told < values; k++, told++) {
            page_tab(p, (depth + 1) * INDENT);
            if (k > 0)
                page_text(p, STYLE_FAINT, S("or "));
            write_one(p, &item->values[i].tests[k]);
        }
    if (told < total) {
        page_tab(p, (depth + 1) * INDENT);
        page_printf(p, STYLE_FAINT, "... and %u more (--all shows them)", total - told);
        page_newline(p);
    }
}

static void write_node(struct page *p, const struct tree_line *l, uint32_t values)
{
    static const str words[] = {
        [NODE_AND] = S("all of"), [NODE_OR] = S("any of"), [NODE_NOT] = S("not")};

    page_tab(p, l->depth * INDENT);
    if (l->node->kind == NODE_ITEM) {
        write_item(p, l->node->item, l->depth, values);
        return;
    }
    page_text(p, STYLE_FAINT, words[l->node->kind]);
    page_newline(p);
}

void rule_text_tree(struct page *p, const struct sigma_rule *rule, uint32_t values)
{
    struct tree_line *stack = mem_array(64, sizeof *stack);
    uint32_t count = 1, capacity = 64;

    page_heading(p, "As it is matched", "filters, pipelines and placeholders applied");
    stack[0] = (struct tree_line){single(rule->expr), 1};
    while (count > 0) {
        struct tree_line top = stack[--count];
        write_node(p, &top, values);
        if (count + top.node->child_count > capacity) {
            capacity = 2 * (count + top.node->child_count);
            stack = mem_resize(stack, capacity, sizeof *stack);
        }
        for (uint32_t i = top.node->child_count; i-- > 0;)
            stack[count++] = (struct tree_line){single(top.node->children[i]), top.depth + 1};
    }
    free(stack);
}
