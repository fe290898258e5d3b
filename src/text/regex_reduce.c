/*
 * regex_reduce.c - from the root down: which nodes begin and which end every match. There a
 * repetition of m to n is one of m, as the match without the others is one, too: it begins later,
 * or ends earlier.
 */
#include "text/regex_syntax.h"

/* What stands around a node. */
enum {
    AT_HEAD = 1, /* nothing before it */
    AT_TAIL = 2, /* nothing behind it */
    AT_TOP = 4,  /* in no repetition and no alternative */
};

struct visit {
    uint32_t node, around;
};

struct visits {
    struct arena *arena;
    struct visit *items;
    uint32_t count, capacity;
};

static void visit_later(struct visits *v, uint32_t node, uint32_t around)
{
    struct visit *room =
        arena_push(v->arena, (void **)&v->items, &v->count, &v->capacity, sizeof *room);

    *room = (struct visit){node, around};
}

/* Takes from a repetition what it need not do. */
static void shorten(struct regex_tree *t, uint32_t at, uint32_t around)
{
    struct regex_node *n = &t->nodes[at];

    while (n->kind == REGEX_REPEAT && around & (AT_HEAD | AT_TAIL)) {
        n->max = n->min;
        if (n->min != 1) {
            n->kind = n->min ? REGEX_REPEAT : REGEX_EMPTY;
            break;
        }
        uint32_t next = n->next;
        *n = t->nodes[n->child];
        n->next = next;
    }
    n->leads = around & AT_HEAD && around & AT_TOP;
    n->top = around & AT_TOP;
}

/* The children of a sequence: the head goes on to the next when one has become nothing. */
static void visit_sequence(struct regex_tree *t, struct visits *v, uint32_t at, uint32_t around)
{
    uint32_t head = around & AT_HEAD, top = around & AT_TOP, first = v->count;

    for (uint32_t i = t->nodes[at].child; i != REGEX_NONE; i = t->nodes[i].next) {
        shorten(t, i, head | top);
        visit_later(v, i, head | top);
        head = t->nodes[i].kind == REGEX_EMPTY ? head : 0;
    }
    uint32_t tail = around & AT_TAIL;
    for (uint32_t i = v->count; tail && i-- > first;) {
        v->items[i].around |= tail;
        shorten(t, v->items[i].node, v->items[i].around);
        tail = t->nodes[v->items[i].node].kind == REGEX_EMPTY ? tail : 0;
    }
}

bool regex_tree_reduce(struct regex_tree *t, struct arena *a)
{
    struct visits v = {.arena = a};

    visit_later(&v, t->root, AT_HEAD | AT_TAIL | AT_TOP);
    while (v.count) {
        struct visit now = v.items[--v.count];
        struct regex_node *n = &t->nodes[now.node];
        shorten(t, now.node, now.around);
        switch (n->kind) {
        case REGEX_EMPTY:
        case REGEX_CLASS:
            break;
        case REGEX_PLACE:
            if (n->place == REGEX_LAST_END && !(now.around & AT_TAIL))
                return false;
            break;
        case REGEX_CAT:
            visit_sequence(t, &v, now.node, now.around);
            break;
        case REGEX_ALT:
            for (uint32_t i = n->child; i != REGEX_NONE; i = t->nodes[i].next)
                visit_later(&v, i, now.around & ~(uint32_t)AT_TOP);
            break;
        case REGEX_REPEAT:
            visit_later(&v, n->child, 0);
            break;
        }
    }
    return true;
}
