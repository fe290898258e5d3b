/* lint_logsource.c - checks that the log source exists and has the fields that the rule tests. */
#include "sigma/lint_run.h"
#include "sigma/taxonomy.h"

enum { SELECTION_KEYS_SEEN_MAX = 256 };

static bool was_seen(const str *seen, uint32_t count, str field)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(seen[i], field))
            return true;
    return false;
}

static void check_field(struct lint_run *run, const struct yaml_node *key, str *seen,
                        uint32_t *seen_count)
{
    str rest = key->text, field = str_cut(&rest, '|'), near;

    if (!field.n || taxonomy_has_field(&run->rule->logsource, field) ||
        was_seen(seen, *seen_count, field))
        return;
    if (*seen_count < SELECTION_KEYS_SEEN_MAX)
        seen[(*seen_count)++] = field;
    near = taxonomy_near_field(&run->rule->logsource, field);
    if (near.n)
        lint_add(run, LINT_field_unknown, key,
                 "the log source has no field '" STR_FMT "'; is '" STR_FMT "' meant?",
                 STR_ARG(field), STR_ARG(near));
    else
        lint_add(run, LINT_field_unknown, key, "the log source has no field '" STR_FMT "'",
                 STR_ARG(field));
}

/* Every key of a map in a selection is a field; each field is told once. */
static void check_fields(struct lint_run *run)
{
    str seen[SELECTION_KEYS_SEEN_MAX];
    uint32_t seen_count = 0, count;
    const struct yaml_node **list = lint_selections(run, &count);

    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; list[i]->kind == YAML_MAP && k < list[i]->count; k++)
            check_field(run, list[i]->pairs[k].key, seen, &seen_count);
}

void lint_logsource(struct lint_run *run)
{
    const struct logsource *ls = &run->rule->logsource;
    const str taxonomy = run->rule->taxonomy;

    if (taxonomy.n && !str_eq(taxonomy, S("sigma"))) /* names of its own */
        return;
    if (!taxonomy_knows(ls))
        lint_add(run, LINT_logsource_unknown, lint_node(run, "logsource"),
                 "no log source '" STR_FMT "/" STR_FMT "/" STR_FMT "' (product/category/service)",
                 STR_ARG(ls->product), STR_ARG(ls->category), STR_ARG(ls->service));
    else
        check_fields(run);
}
