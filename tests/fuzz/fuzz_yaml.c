/*
 * YAML from any bytes: both readers agree on what is before the first error,
 * every refusal says why and where, and the tree that a reader walks is bounded.
 */
#include "text/yaml.h"

#include "base/mem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Walks the tree with a stack of its own; aliases are walked as often as they are used. */
static uint32_t count_nodes(const struct yaml_node *root)
{
    uint32_t capacity = 1024, depth = 0, nodes = 0;
    const struct yaml_node **stack = mem_array(capacity, sizeof *stack);

    stack[depth++] = root;
    while (depth) {
        const struct yaml_node *n = stack[--depth];
        uint32_t children = n->kind == YAML_MAP ? 2 * n->count : n->count;
        nodes++;
        if (depth + children > capacity) {
            capacity = 2 * (depth + children);
            stack = mem_resize(stack, capacity, sizeof *stack);
        }
        for (uint32_t i = 0; i < n->count; i++) {
            stack[depth++] = n->kind == YAML_MAP ? n->pairs[i].key : n->items[i];
            if (n->kind == YAML_MAP)
                stack[depth++] = n->pairs[i].value;
        }
    }
    free(stack);
    return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a CLEANUP(arena_freep) = arena_new(1 << 16);
    struct yaml_document *strict, *each;
    uint32_t strict_count, each_count;
    struct err e = {0};
    str text = {(const char *)data, size};

    bool ok = yaml_parse(text, a, &strict, &strict_count, &e);
    assert(ok || e.code != ERR_NONE);
    yaml_parse_each(text, a, &each, &each_count);
    assert(each_count >= strict_count);
    for (uint32_t i = 0; i < strict_count; i++)
        assert(!each[i].error && str_eq(each[i].text, strict[i].text));
    for (uint32_t i = 0; i < each_count; i++) {
        assert(!each[i].error || (!each[i].root && each[i].error->code != ERR_NONE));
        if (each[i].root)
            assert(count_nodes(each[i].root) <= YAML_NODES_MAX);
    }
    return 0;
}
