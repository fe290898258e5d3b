/*
 * detection.c - what stands under a selection's name, and the trees it becomes
 * (sigma-rules-specification.md, "Detection").
 *
 * A map is an AND of its items, a list with a map or list in it an OR of what it
 * holds, a list of plain values one item of keywords. Lists nest, so the parser
 * keeps its own stack; YAML_DEPTH_MAX bounds it.
 */
#include "sigma/build.h"

#include "base/mem.h"
#include "sigma/modifier.h"

#include <stdlib.h>

/* ------------------------------------------------------------ items */

static struct sigma_test test_of(const struct yaml_node *n, struct arena *a)
{
    struct sigma_test t = {.op = SIGMA_MATCH, .pattern = n->text};
    bool truth;

    if (yaml_is_null(n)) {
        t.op = SIGMA_NULL;
        t.scalar = SCALAR_NULL;
    } else if (yaml_is_bool(n, &truth)) {
        t.scalar = SCALAR_BOOL;
        sigma_string_literal(n->text, a, &t.string);
    } else if (yaml_is_number(n, &t.number)) {
        t.scalar = SCALAR_NUMBER;
        sigma_string_literal(n->text, a, &t.string);
    } else {
        sigma_string_parse(n->text, a, &t.string);
    }
    return t;
}

static bool add_value(struct sigma_item *item, struct sigma_value *ret, const struct yaml_node *n,
                      struct arena *a, struct err *e)
{
    if (n->kind != YAML_SCALAR)
        return err_set_at(e, n->line, n->column, "a value must be plain, not a %s",
                          n->kind == YAML_MAP ? "map" : "list");
    if (item->field.n == 0 && yaml_is_null(n))
        return err_set_at(e, n->line, n->column, "a keyword cannot be null");
    *ret = (struct sigma_value){.count = 1, .line = n->line, .column = n->column};
    ret->tests = arena_alloc(a, sizeof *ret->tests);
    ret->tests[0] = test_of(n, a);
    return true;
}

static bool add_values(struct sigma_item *item, const struct yaml_node *value, struct arena *a,
                       struct err *e)
{
    bool list = value->kind == YAML_LIST;

    if (list && value->count == 0)
        return err_set_at(e, value->line, value->column, "a list of values is empty");
    item->value_count = list ? value->count : 1;
    item->values = arena_array(a, item->value_count, sizeof *item->values);
    for (uint32_t i = 0; i < item->value_count; i++)
        if (!add_value(item, &item->values[i], list ? value->items[i] : value, a, e))
            return false;
    return true;
}

struct sigma_item *sigma_item_parse(const struct yaml_node *key, const struct yaml_node *value,
                                    struct arena *a, struct err *e)
{
    str rest = key->text, field = str_cut(&rest, '|');
    struct sigma_item *item = sigma_item_new(a, field, rest);

    item->line = key->line;
    item->column = key->column;
    if (!add_values(item, value, a, e) || !modifiers_apply(item, key, a, e))
        return NULL;
    return item;
}

static struct sigma_node *parse_keywords(const struct yaml_node *value, struct arena *a,
                                         struct err *e)
{
    struct sigma_item *item = sigma_item_new(a, S(""), S(""));

    item->line = value->line;
    item->column = value->column;
    if (!add_values(item, value, a, e))
        return NULL;
    for (uint32_t i = 0; i < item->value_count; i++)
        item->values[i].tests[0].pattern = S("");
    return sigma_node_item(a, item);
}

static struct sigma_node *parse_map(const struct yaml_node *map, struct arena *a, struct err *e)
{
    struct sigma_node **children = arena_array(a, map->count, sizeof(struct sigma_node *));

    if (map->count == 0) {
        err_set_at(e, map->line, map->column, "a selection is empty");
        return NULL;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        struct sigma_item *item = sigma_item_parse(map->pairs[i].key, map->pairs[i].value, a, e);
        if (!item)
            return NULL;
        children[i] = sigma_node_item(a, item);
    }
    return sigma_node_group(a, NODE_AND, children, map->count);
}

/* ------------------------------------------------------------ selections */

static bool is_plain_list(const struct yaml_node *n)
{
    for (uint32_t i = 0; i < n->count; i++)
        if (n->items[i]->kind != YAML_SCALAR)
            return false;
    return n->kind == YAML_LIST;
}

/* A list of lists or maps whose children are being parsed. */
struct open_list {
    const struct yaml_node *list;
    struct sigma_node *node;
};

/* Parses what has no nested selections; a list that has some gives an OR without children yet. */
static struct sigma_node *parse_level(const struct yaml_node *n, struct arena *a, struct err *e)
{
    if (n->kind == YAML_MAP)
        return parse_map(n, a, e);
    if (n->kind == YAML_SCALAR || is_plain_list(n))
        return parse_keywords(n, a, e);
    return sigma_node_group(a, NODE_OR, arena_array(a, n->count, sizeof(struct sigma_node *)), 0);
}

struct sigma_node *sigma_detection_parse(const struct yaml_node *definition, struct arena *a,
                                         struct err *e)
{
    struct open_list open[YAML_DEPTH_MAX];
    uint32_t depth = 0;
    struct sigma_node *root = parse_level(definition, a, e);

    if (!root)
        return NULL;
    if (root->kind == NODE_OR)
        open[depth++] = (struct open_list){definition, root};
    while (depth) {
        struct open_list *top = &open[depth - 1];
        if (top->node->child_count == top->list->count) {
            depth--;
            continue;
        }
        const struct yaml_node *next = top->list->items[top->node->child_count];
        struct sigma_node *child = parse_level(next, a, e);
        if (!child)
            return NULL;
        top->node->children[top->node->child_count++] = child;
        if (child->kind == NODE_OR) {
            assert(depth < YAML_DEPTH_MAX); /* yaml.c lets no list nest deeper */
            open[depth++] = (struct open_list){next, child};
        }
    }
    return root;
}

/* ------------------------------------------------------------ trees */

struct sigma_node *sigma_node_item(struct arena *a, struct sigma_item *item)
{
    struct sigma_node *n = arena_alloc(a, sizeof *n);

    n->kind = NODE_ITEM;
    n->item = item;
    return n;
}

struct sigma_node *sigma_node_group(struct arena *a, enum sigma_node_kind kind,
                                    struct sigma_node **children, uint32_t count)
{
    struct sigma_node *n = arena_alloc(a, sizeof *n);

    assert(kind == NODE_AND || kind == NODE_OR);
    n->kind = kind;
    n->children = children;
    n->child_count = count;
    return n;
}

struct sigma_node *sigma_node_not(struct arena *a, struct sigma_node *child)
{
    struct sigma_node *n = arena_alloc(a, sizeof *n);

    n->kind = NODE_NOT;
    n->children = arena_array(a, 1, sizeof(struct sigma_node *));
    n->children[0] = child;
    n->child_count = 1;
    return n;
}

struct sigma_node *sigma_node_selection(struct arena *a, uint32_t selection)
{
    struct sigma_node *n = arena_alloc(a, sizeof *n);

    n->kind = NODE_SELECTION;
    n->selection = selection;
    return n;
}

/* Room for `more` nodes after the first `count` of an owned list. */
static struct sigma_node **make_room(struct sigma_node **list, uint32_t *capacity, uint32_t count,
                                     uint32_t more)
{
    if (more <= *capacity - count)
        return list;
    *capacity = 2 * *capacity + more;
    return mem_resize(list, *capacity, sizeof(struct sigma_node *));
}

struct sigma_node **sigma_node_list(struct sigma_node *root, uint32_t *ret_count)
{
    uint32_t capacity = 64, count = 1;
    struct sigma_node **list = mem_array(capacity, sizeof(struct sigma_node *));

    list[0] = root;
    for (uint32_t i = 0; i < count; i++) {
        struct sigma_node *n = list[i];
        list = make_room(list, &capacity, count, n->child_count);
        if (n->child_count)
            memcpy(list + count, n->children, n->child_count * sizeof(struct sigma_node *));
        count += n->child_count;
    }
    *ret_count = count;
    return list;
}

static struct sigma_item *copy_item(const struct sigma_item *from, struct arena *a)
{
    struct sigma_item *item = arena_alloc(a, sizeof *item);

    *item = *from;
    item->values = arena_array(a, from->value_count, sizeof *item->values);
    for (uint32_t i = 0; i < from->value_count; i++) {
        struct sigma_value *v = &item->values[i];
        *v = from->values[i];
        v->tests = arena_array(a, v->count, sizeof *v->tests);
        memcpy(v->tests, from->values[i].tests, v->count * sizeof *v->tests);
    }
    return item;
}

struct sigma_node *sigma_node_copy(const struct sigma_node *node, uint32_t selection_shift,
                                   struct arena *a)
{
    struct sigma_node *root = arena_alloc(a, sizeof *root);
    uint32_t capacity = 64, count = 0;
    struct sigma_node **copies = mem_array(capacity, sizeof(struct sigma_node *));

    *root = *node;
    copies[count++] = root;
    for (uint32_t i = 0; i < count; i++) {
        struct sigma_node *n = copies[i], **from = n->children;
        if (n->kind == NODE_SELECTION)
            n->selection += selection_shift;
        if (n->kind == NODE_ITEM)
            n->item = copy_item(n->item, a);
        copies = make_room(copies, &capacity, count, n->child_count);
        n->children = arena_array(a, n->child_count, sizeof(struct sigma_node *));
        for (uint32_t k = 0; k < n->child_count; k++) {
            n->children[k] = arena_alloc(a, sizeof *n);
            *n->children[k] = *from[k];
            copies[count++] = n->children[k];
        }
    }
    free(copies);
    return root;
}
