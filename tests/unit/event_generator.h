/*
 * event_generator.h - events made from what a rule set looks for: its field
 * names, and values put together from its literals and then damaged. Seeded,
 * so that a failure can be repeated.
 */
#pragma once

#include "detect/naive.h"
#include "text/utf8.h"

enum { GENERATED_FIELDS_MAX = 12, GENERATED_PIECES_MAX = 4, GENERATED_VALUE_MAX = 4096 };

struct str_list {
    str *items;
    uint32_t count, capacity;
};

struct event_generator {
    struct arena *arena; /* of the lists */
    uint64_t state;
    const struct ruleset *rs;
    struct str_list names, literals;
};

static inline uint32_t generate_below(struct event_generator *g, uint32_t bound)
{
    g->state ^= g->state << 13; /* xorshift64 */
    g->state ^= g->state >> 7;
    g->state ^= g->state << 17;
    return (uint32_t)((g->state >> 32) * bound >> 32);
}

static inline void generator_note(struct event_generator *g, struct str_list *list, str s)
{
    if (s.n > 256)
        return;
    str *room =
        arena_push(g->arena, (void **)&list->items, &list->count, &list->capacity, sizeof *room);
    *room = s;
}

static inline void generator_note_item(struct event_generator *g, const struct sigma_item *item)
{
    if (item->field.n)
        generator_note(g, &g->names, item->field);
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++) {
            const struct sigma_test *t = &item->values[i].tests[k];
            if (t->op == SIGMA_FIELDREF)
                generator_note(g, &g->names, t->pattern);
            for (uint32_t p = 0; p < t->string.count; p++)
                if (t->string.parts[p].kind == PART_TEXT)
                    generator_note(g, &g->literals, t->string.parts[p].text);
        }
}

/* Names and literals of one rule, or of all when `rule` is rs->count. */
static inline void generator_aim(struct event_generator *g, uint32_t rule)
{
    struct {
        const struct sigma_node **items;
        uint32_t count, capacity;
    } todo = {0};

    g->names = g->literals = (struct str_list){0};
    arena_reset(g->arena);
    for (uint32_t i = 0; i < g->rs->count; i++) {
        if (rule != g->rs->count && rule != i)
            continue;
        const struct sigma_node **room =
            arena_push(g->arena, (void **)&todo.items, &todo.count, &todo.capacity, sizeof *room);
        *room = g->rs->rules[i]->expr;
    }
    while (todo.count) {
        const struct sigma_node *node = todo.items[--todo.count];
        if (node->kind == NODE_ITEM)
            generator_note_item(g, node->item);
        for (uint32_t k = 0; k < node->child_count; k++) {
            const struct sigma_node **room = arena_push(g->arena, (void **)&todo.items, &todo.count,
                                                        &todo.capacity, sizeof *room);
            *room = node->children[k];
        }
    }
}

static inline void generate_damage(struct event_generator *g, char *p, size_t *n)
{
    size_t at = *n ? generate_below(g, (uint32_t)*n) : 0;

    switch (generate_below(g, 8)) {
    case 0: /* the other case */
        for (size_t i = 0; i < *n; i++)
            if ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'z')
                p[i] ^= 0x20;
        break;
    case 1:
        if (*n)
            p[at] = (char)generate_below(g, 256);
        break;
    case 2:
        *n = at;
        break;
    case 3:
        if (*n) {
            memmove(p + at, p + at + 1, *n - at - 1);
            --*n;
        }
        break;
    default:
        break;
    }
}

static inline str generate_value(struct event_generator *g, struct arena *a, uint8_t *type)
{
    static const str odd[] = {
        S("true"), S("1e3"), S("1000.0"), S("10.1.2.3"),     S("-0"),
        S("\xFF"), S("é"),   S("\xC3"),   S("\xE2\x84\xAA"), S("2026-05-05T23:59:59Z")};
    char *out = arena_bytes(a, GENERATED_VALUE_MAX);
    uint32_t pieces = generate_below(g, GENERATED_PIECES_MAX + 1);
    size_t n = 0;

    for (uint32_t i = 0; i < pieces; i++) {
        bool strange = g->literals.count == 0 || generate_below(g, 16) == 0;
        str piece = strange ? odd[generate_below(g, countof(odd))]
                            : g->literals.items[generate_below(g, g->literals.count)];
        if (n + piece.n + 1 > GENERATED_VALUE_MAX)
            break;
        if (piece.n)
            memcpy(out + n, piece.p, piece.n);
        n += piece.n;
        if (pieces > 1 && generate_below(g, 4) == 0)
            out[n++] = " -/\\"[generate_below(g, 4)];
    }
    generate_damage(g, out, &n);
    *type = VALUE_STRING;
    uint32_t kind = generate_below(g, 12);
    if (kind == 0)
        return *type = VALUE_NULL, S("");
    if (kind == 1)
        return *type = VALUE_BOOL, generate_below(g, 2) ? S("true") : S("false");
    if (kind == 2)
        *type = VALUE_NUMBER; /* with any text, as input would be */
    return (str){out, n};
}

/* An event with the log source of rule `rule`, and perhaps with others. */
static inline void generate_event(struct event_generator *g, uint32_t rule, struct arena *a,
                                  struct event *ev)
{
    static const struct field_rename renames[] = {{S("Image"), S("NewProcessName")},
                                                  {S("F"), S("G")}};
    uint32_t fields = generate_below(g, GENERATED_FIELDS_MAX + 1);

    *ev = (struct event){0};
    for (uint32_t i = 0; i < fields; i++) {
        struct field f = {.name = S("Other")};
        if (g->names.count && generate_below(g, 16))
            f.name = g->names.items[generate_below(g, g->names.count)];
        f.value = generate_value(g, a, &f.type);
        f.flags = generate_below(g, 4) == 0 ? FIELD_CONTINUES : 0;
        event_add(ev, a, f);
        while (generate_below(g, 4) == 0) {
            f.value = generate_value(g, a, &f.type);
            f.flags = FIELD_CONTINUES;
            event_add(ev, a, f);
        }
    }
    ev->logsources[ev->logsource_count++] = g->rs->rules[rule]->logsource;
    if (generate_below(g, 3) == 0) {
        ev->logsources[1] = ev->logsources[0];
        ev->logsources[1].renames = renames;
        ev->logsources[1].rename_count = countof(renames);
        ev->logsource_count = 2;
    }
    if (generate_below(g, 3) == 0)
        ev->logsources[ev->logsource_count++] =
            g->rs->rules[generate_below(g, g->rs->count)]->logsource;
}
