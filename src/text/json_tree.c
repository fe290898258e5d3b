#include "text/json_tree.h"

static struct json_node *add_node(struct json_node *parent, struct json_token t, struct arena *a)
{
    struct json_node *n = arena_alloc(a, sizeof *n);

    n->kind = t.kind;
    n->parent = parent;
    n->text = t.kind == JSON_STRING ? json_string(t, a) : t.text;
    if (!parent)
        return n;
    if (parent->last)
        parent->last->next = n;
    else
        parent->first = n;
    parent->last = n;
    return n;
}

/* Where the value that `t` is, or begins, starts; j stands behind the token. */
static size_t begin_of(const struct json *j, struct json_token t)
{
    switch (t.kind) {
    case JSON_STRING:
        return (size_t)(t.text.p - j->text.p) - 1;
    case JSON_NUMBER:
        return (size_t)(t.text.p - j->text.p);
    case JSON_FALSE:
        return j->at - 5;
    case JSON_TRUE:
    case JSON_NULL:
        return j->at - 4;
    default:
        return j->at - 1;
    }
}

struct json_node *json_tree(str text, struct arena *a, bool *too_many)
{
    struct json_node *root = NULL, *open = NULL;
    struct json_token t;
    struct json j;
    str key = {0};

    *too_many = false;
    json_init(&j, text);
    for (uint32_t nodes = 0; (t = json_next(&j)).kind != JSON_END;) {
        if (t.kind == JSON_ERROR)
            return NULL;
        if (t.kind == JSON_KEY) {
            key = json_string(t, a);
            continue;
        }
        if (t.kind == JSON_OBJECT_END || t.kind == JSON_ARRAY_END) {
            assert(open); /* json_next() has matched the brackets */
            open->raw.n = (size_t)(text.p + j.at - open->raw.p);
            open = open->parent;
            continue;
        }
        *too_many = ++nodes > JSON_TREE_NODES_MAX;
        if (*too_many)
            return NULL;
        struct json_node *n = add_node(open, t, a);
        n->key = key;
        key = (str){0};
        size_t begin = begin_of(&j, t);
        n->raw = (str){text.p + begin, j.at - begin};
        root = root ? root : n;
        if (t.kind == JSON_OBJECT || t.kind == JSON_ARRAY)
            open = n;
    }
    return root;
}

const struct json_node *json_member(const struct json_node *object, str name, str other)
{
    if (!object || object->kind != JSON_OBJECT)
        return NULL;
    for (const struct json_node *n = object->first; n; n = n->next)
        if (str_eq(n->key, name) || (other.n && str_eq(n->key, other)))
            return n;
    return NULL;
}

str json_node_text(const struct json_node *n)
{
    return n && (n->kind == JSON_STRING || n->kind == JSON_NUMBER) ? n->text : (str){0};
}
