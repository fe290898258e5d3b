/*
 * Conditions from any bytes over a fixed set of selections: a tree without
 * anything but AND, OR, NOT and selections, or a refusal at a place in the text.
 */
#include "sigma/build.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sigma_selection selections[] = {
        {.name = S("a")},  {.name = S("sel_1")}, {.name = S("sel_2")},
        {.name = S("_b")}, {.name = S("of")},    {.name = S("hidden"), .hidden = true},
    };
    static const struct yaml_node place = {.kind = YAML_SCALAR, .line = 1, .column = 1};
    struct arena *a CLEANUP(arena_freep) = arena_new(1 << 16);
    struct err e = {0};
    struct sigma_node *root = condition_parse((str){(const char *)data, size}, &place, selections,
                                              countof(selections), a, &e);

    if (!root) {
        assert(e.code != ERR_NONE && e.line == 1 && e.column >= 1 && e.column <= size + 1);
        return 0;
    }
    uint32_t count;
    struct sigma_node **nodes = sigma_node_list(root, &count);
    for (uint32_t i = 0; i < count; i++) {
        assert(nodes[i]->kind != NODE_ITEM);
        assert((nodes[i]->child_count == 0) == (nodes[i]->kind == NODE_SELECTION));
        assert(nodes[i]->selection < countof(selections));
    }
    free(nodes);
    return 0;
}
