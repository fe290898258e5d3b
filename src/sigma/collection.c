/*
 * collection.c - the `action` of documents. Merging is pySigma's: maps are merged
 * key by key, anything else of the second map takes the place of the first's.
 */
#include "sigma/collection.h"

struct map_pair {
    struct yaml_node *into;       /* a copy of ours */
    const struct yaml_node *from; /* what is laid over it */
};

static struct yaml_node *copy_map(const struct yaml_node *map, uint32_t room, struct arena *a)
{
    struct yaml_node *copy = arena_alloc(a, sizeof *copy);

    *copy = *map;
    copy->pairs = arena_array(a, (size_t)map->count + room, sizeof *copy->pairs);
    if (map->count)
        memcpy(copy->pairs, map->pairs, map->count * sizeof *copy->pairs);
    return copy;
}

static struct yaml_pair *find(struct yaml_node *map, str key)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (str_eq(map->pairs[i].key->text, key))
            return &map->pairs[i];
    return NULL;
}

/* first with second laid over it. Maps inside of maps go onto a stack; yaml.c bounds their depth,
 * and each level has at most as many open maps as pairs were compared. */
static struct yaml_node *merge(const struct yaml_node *first, const struct yaml_node *second,
                               struct arena *a, struct err *e)
{
    struct map_pair *stack = NULL;
    uint32_t depth = 0, capacity = 0;
    uint64_t compared = 0;
    struct yaml_node *root = copy_map(first, second->count, a);
    struct map_pair *top = arena_push(a, (void **)&stack, &depth, &capacity, sizeof *top);

    *top = (struct map_pair){root, second};
    while (depth) {
        struct map_pair now = stack[--depth];
        compared += (uint64_t)(now.into->count + now.from->count) * now.from->count;
        if (compared > COLLECTION_PAIRS_MAX) {
            err_set_at(e, second->line, second->column, "the documents are too large to merge");
            return NULL;
        }
        for (uint32_t i = 0; i < now.from->count; i++) {
            const struct yaml_pair *pair = &now.from->pairs[i];
            struct yaml_pair *have = find(now.into, pair->key->text);
            if (!have) {
                now.into->pairs[now.into->count++] = *pair;
            } else if (have->value->kind == YAML_MAP && pair->value->kind == YAML_MAP) {
                have->value = copy_map(have->value, pair->value->count, a);
                top = arena_push(a, (void **)&stack, &depth, &capacity, sizeof *top);
                *top = (struct map_pair){have->value, pair->value};
            } else {
                have->value = pair->value;
            }
        }
    }
    return root;
}

static str join(str first, str second, struct arena *a)
{
    char *both = arena_bytes(a, first.n + second.n + 1);

    if (first.n)
        memcpy(both, first.p, first.n);
    if (second.n)
        memcpy(both + first.n, second.p, second.n);
    return (str){both, first.n + second.n};
}

static bool combine(struct collection *c, const struct yaml_node *first,
                    const struct yaml_node *second, str first_text, str second_text,
                    struct arena *a, const struct yaml_node **ret, str *ret_text, struct err *e)
{
    c->bytes += first_text.n + second_text.n;
    if (c->bytes > COLLECTION_BYTES_MAX)
        return err_set_at(e, second->line, second->column, "the file repeats too much");
    *ret = merge(first, second, a, e);
    *ret_text = join(first_text, second_text, a);
    return *ret != NULL;
}

static bool take_plain(struct collection *c, const struct yaml_document *doc, struct arena *a,
                       const struct yaml_node **ret, str *ret_text, struct err *e)
{
    *ret = doc->root;
    *ret_text = doc->text;
    if (c->global && doc->root->kind == YAML_MAP &&
        !combine(c, doc->root, c->global, c->global_text, doc->text, a, ret, ret_text, e))
        return false;
    c->previous = *ret;
    c->previous_text = *ret_text;
    return true;
}

static bool take_repeat(struct collection *c, const struct yaml_document *doc, struct arena *a,
                        const struct yaml_node **ret, str *ret_text, struct err *e)
{
    if (!c->previous || c->previous->kind != YAML_MAP)
        return err_set_at(e, doc->root->line, doc->root->column,
                          "'action: repeat' has no rule before it");
    if (!combine(c, c->previous, doc->root, c->previous_text, doc->text, a, ret, ret_text, e))
        return false;
    c->previous = *ret;
    c->previous_text = *ret_text;
    return true;
}

bool collection_next(struct collection *c, const struct yaml_document *doc, struct arena *a,
                     const struct yaml_node **ret, str *ret_text, struct err *e)
{
    const struct yaml_node *action = yaml_get(doc->root, S("action"));

    *ret = NULL;
    if (!action || yaml_is_null(action))
        return take_plain(c, doc, a, ret, ret_text, e);
    if (str_eq(action->text, S("global"))) {
        struct yaml_node *global = copy_map(doc->root, 0, a);
        struct yaml_pair *pair = find(global, S("action"));
        *pair = global->pairs[--global->count];
        c->global = c->previous = global;
        c->global_text = c->previous_text = doc->text;
        return true;
    }
    if (str_eq(action->text, S("reset"))) {
        c->global = NULL;
        c->global_text = S("");
        return true;
    }
    if (str_eq(action->text, S("repeat")))
        return take_repeat(c, doc, a, ret, ret_text, e);
    return err_set_at(e, action->line, action->column,
                      "unknown action '" STR_FMT "': it may be global, reset or repeat",
                      STR_ARG(action->text));
}
