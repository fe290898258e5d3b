/*
 * lint_value.c - checks of the values in selections, as they are written: what a
 * modifier makes superfluous, and what stands twice.
 */
#include "sigma/lint_run.h"

#include "base/intern.h"

enum { TOLD_BYTES = 60 }; /* of a value in a message */

static bool has_modifier(str modifiers, str name)
{
    while (modifiers.n)
        if (str_eq(str_cut(&modifiers, '|'), name))
            return true;
    return false;
}

static str told(str s)
{
    return (str){s.p, s.n < TOLD_BYTES ? s.n : TOLD_BYTES};
}

static bool starts_open(str s)
{
    return str_starts(s, S("*"));
}

/* An even number of backslashes before a last '*' leaves it a wildcard. */
static bool ends_open(str s)
{
    size_t backslashes = 0;

    if (!str_ends(s, S("*")))
        return false;
    while (backslashes + 1 < s.n && s.p[s.n - 2 - backslashes] == '\\')
        backslashes++;
    return backslashes % 2 == 0;
}

static bool has_wildcard_inside(str s)
{
    for (size_t i = 1; i + 1 < s.n; i++)
        if (s.p[i] == '*' || s.p[i] == '?')
            return true;
    return false;
}

static void check_redundant(struct lint_run *run, const struct yaml_node *value, str modifiers)
{
    str s = value->text;
    bool contains = has_modifier(modifiers, S("contains"));
    bool front = contains || has_modifier(modifiers, S("endswith"));
    bool back = contains || has_modifier(modifiers, S("startswith"));

    if (s.n > 1 && ((front && starts_open(s)) || (back && ends_open(s))))
        lint_add(run, LINT_wildcard_redundant, value,
                 "'" STR_FMT "': the modifier puts the wildcard there anyway", STR_ARG(told(s)));
}

/* A value without modifiers that says with wildcards what a modifier says. */
static void check_modifier(struct lint_run *run, const struct yaml_node *value, str modifiers)
{
    str s = value->text;
    bool front = starts_open(s), back = ends_open(s);

    if (modifiers.n || s.n < 3 || (!front && !back) || has_wildcard_inside(s))
        return;
    lint_add(run, LINT_wildcard_modifier, value, "'" STR_FMT "' is better written with |%s",
             STR_ARG(told(s)),
             front && back ? "contains"
             : front       ? "endswith"
                           : "startswith");
}

static void check_regex(struct lint_run *run, const struct yaml_node *value, str modifiers)
{
    static const char special[] = "\\^$.|?*+()[]{}";

    if (!has_modifier(modifiers, S("re")) || has_modifier(modifiers, S("expand")))
        return;
    for (size_t i = 0; i < value->text.n; i++)
        if (value->text.p[i] && strchr(special, value->text.p[i]))
            return;
    lint_add(run, LINT_regex_plain, value, "the regex '" STR_FMT "' is plain text; use |contains",
             STR_ARG(told(value->text)));
}

static void check_value(struct lint_run *run, const struct yaml_node *value, str modifiers)
{
    if (value->kind != YAML_SCALAR)
        return;
    check_regex(run, value, modifiers);
    if (has_modifier(modifiers, S("re")) || has_modifier(modifiers, S("cidr")) ||
        has_modifier(modifiers, S("base64")) || has_modifier(modifiers, S("base64offset")))
        return;
    check_redundant(run, value, modifiers);
    check_modifier(run, value, modifiers);
}

/* Case counts only for regexes, |cased and encoded values; otherwise two spellings are one. */
static void check_duplicates(struct lint_run *run, const struct yaml_node *list, str modifiers)
{
    struct intern *seen CLEANUP(intern_freep) = intern_new();
    bool cased = has_modifier(modifiers, S("re")) || has_modifier(modifiers, S("cased")) ||
                 has_modifier(modifiers, S("base64")) || has_modifier(modifiers, S("base64offset"));

    for (uint32_t i = 0; i < list->count; i++) {
        str s = list->items[i]->text;
        uint32_t known = intern_count(seen);
        if (list->items[i]->kind != YAML_SCALAR)
            continue;
        char *key = arena_bytes(run->arena, s.n + 1);
        for (size_t k = 0; k < s.n; k++)
            key[k] = cased ? s.p[k] : ascii_lower(s.p[k]);
        if (intern_add(seen, (str){key, s.n}) != known)
            lint_add(run, LINT_value_duplicate, list->items[i], "'" STR_FMT "' stands twice",
                     STR_ARG(told(s)));
    }
}

static void check_item(struct lint_run *run, const struct yaml_pair *pair)
{
    str modifiers = pair->key->text, field = str_cut(&modifiers, '|');
    const struct yaml_node *value = pair->value;
    bool list = value->kind == YAML_LIST;

    (void)field;
    if (has_modifier(modifiers, S("all")) && (!list || value->count == 1))
        lint_add(run, LINT_all_single, pair->key, "'all' has no meaning with a single value");
    for (uint32_t i = 0; list && i < value->count; i++)
        check_value(run, value->items[i], modifiers);
    if (list)
        check_duplicates(run, value, modifiers);
    else
        check_value(run, value, modifiers);
}

void lint_values(struct lint_run *run)
{
    uint32_t count;
    const struct yaml_node **list = lint_selections(run, &count);

    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; list[i]->kind == YAML_MAP && k < list[i]->count; k++)
            check_item(run, &list[i]->pairs[k]);
        if (list[i]->kind == YAML_LIST) /* of keywords */
            check_duplicates(run, list[i], S(""));
    }
}
