/*
 * lint.c - runs the checks over a set: the documents that were refused, each
 * rule by itself, and what only shows between rules.
 *
 * Rules are looked at as they were written: their YAML is kept, and conditions
 * are parsed again, because resolving has replaced them.
 */
#include "sigma/lint_run.h"

#include "base/intern.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 400 };

static const struct {
    const char *name;
    enum lint_severity severity;
    const char *what;
} rows[] = {
#define LINT(name, severity, what) {#name, LINT_##severity, what},
#include "sigma/lints.def"
#undef LINT
};

const char *lint_name(enum lint_check check)
{
    assert(check < LINT_CHECK_COUNT);
    return rows[check].name;
}

const char *lint_what(enum lint_check check)
{
    assert(check < LINT_CHECK_COUNT);
    return rows[check].what;
}

enum lint_severity lint_severity(enum lint_check check)
{
    assert(check < LINT_CHECK_COUNT);
    return rows[check].severity;
}

const char *lint_severity_name(enum lint_severity severity)
{
    static const char *const names[] = {
        [LINT_NOTE] = "note",
        [LINT_WARNING] = "warning",
        [LINT_ERROR] = "error",
    };
    assert(severity < LINT_SEVERITY_COUNT);
    return names[severity];
}

/* ------------------------------------------------------------ adding */

static void add(struct lint_run *run, struct lint_issue issue)
{
    if (run->count == LINT_ISSUES_MAX) {
        run->left_out++;
        return;
    }
    struct lint_issue *room =
        arena_push(run->arena, (void **)&run->issues, &run->count, &run->capacity, sizeof *room);
    *room = issue;
}

void lint_add(struct lint_run *run, enum lint_check check, const struct yaml_node *at,
              const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    add(run, (struct lint_issue){
                 .check = check,
                 .file = run->rule->file,
                 .line = at ? at->line : run->rule->line,
                 .column = at ? at->column : 1,
                 .text = arena_str(run->arena, (str){text, length}),
             });
}

const struct yaml_node *lint_node(const struct lint_run *run, const char *key)
{
    return run->rule->root ? yaml_get(run->rule->root, str_from(key)) : NULL;
}

const struct yaml_node *lint_entry(const struct lint_run *run, const char *key, uint32_t i)
{
    const struct yaml_node *n = lint_node(run, key);

    return n && n->kind == YAML_LIST && i < n->count ? n->items[i] : n;
}

/* A list that grows while it is gone through: no recursion. */
const struct yaml_node **lint_selections(struct lint_run *run, uint32_t *ret_count)
{
    const struct yaml_node *detection = lint_node(run, "detection");
    const struct yaml_node **list = NULL;
    uint32_t capacity = 0, next = 0;
    bool top = true;

    *ret_count = 0;
    if (!detection || detection->kind != YAML_MAP)
        return NULL;
    for (const struct yaml_node *n = detection; n; n = next < *ret_count ? list[next++] : NULL) {
        for (uint32_t i = 0; n->kind != YAML_SCALAR && i < n->count; i++) {
            const struct yaml_node *child = n->kind == YAML_MAP ? n->pairs[i].value : n->items[i];
            bool selection = top && !str_eq(n->pairs[i].key->text, S("condition"));
            if (child->kind == YAML_SCALAR || (top ? !selection : n->kind == YAML_MAP))
                continue; /* what stands under a field is its values */
            const struct yaml_node **room = arena_push(run->arena, (void **)&list, ret_count,
                                                       &capacity, sizeof(const struct yaml_node *));
            *room = child;
        }
        top = false;
    }
    return list;
}

/* ------------------------------------------------------------ the set as a whole */

static void lint_refusals(struct lint_run *run, const struct ruleset *rs)
{
    static const enum lint_check checks[] = {
        [REFUSED_INVALID] = LINT_load,
        [REFUSED_PLACEHOLDER] = LINT_placeholder,
        [REFUSED_FILE] = LINT_load,
    };

    for (uint32_t i = 0; i < rs->refusal_count; i++) {
        const struct refusal *r = &rs->refusals[i];
        add(run, (struct lint_issue){
                     .check = checks[r->kind],
                     .file = str_from(r->why.file),
                     .line = r->why.line,
                     .column = r->why.column,
                     .text = str_from(r->why.message),
                 });
    }
}

/* Each rule after the first with the same id or title, told with where the first is. */
static void lint_duplicates(struct lint_run *run, const struct ruleset *rs, const char *key,
                            enum lint_check check, str (*value)(const struct sigma_rule *))
{
    struct intern *seen CLEANUP(intern_freep) = intern_new();
    const struct sigma_rule **first = mem_array((size_t)rs->count + 1, sizeof *first);

    for (uint32_t i = 0; i < rs->count; i++) {
        str text = value(rs->rules[i]);
        uint32_t known = intern_count(seen);
        uint32_t id = text.n ? intern_add(seen, text) : INTERN_NONE;
        if (id == INTERN_NONE)
            continue;
        if (id == known) {
            first[id] = rs->rules[i];
            continue;
        }
        run->rule = rs->rules[i];
        lint_add(run, check, lint_node(run, key), "the %s of " STR_FMT ":%u too", key,
                 STR_ARG(first[id]->file), first[id]->line);
    }
    free(first);
}

static str id_of(const struct sigma_rule *rule)
{
    return rule->id;
}

static str title_of(const struct sigma_rule *rule)
{
    return rule->title;
}

/* ------------------------------------------------------------ order */

/* Issues by the place of their file in the order of first sight, then by line and column. */
struct sortable {
    uint32_t file;
    uint32_t place; /* in the order in which it was found */
    const struct lint_issue *issue;
};

static int by_place(const void *left, const void *right)
{
    const struct sortable *a = left, *b = right;

    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->issue->line != b->issue->line)
        return a->issue->line < b->issue->line ? -1 : 1;
    if (a->issue->column != b->issue->column)
        return a->issue->column < b->issue->column ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static struct lint_issue *sorted(struct lint_run *run)
{
    struct intern *files CLEANUP(intern_freep) = intern_new();
    struct sortable *list = mem_array((size_t)run->count + 1, sizeof *list);
    struct lint_issue *out = arena_array(run->arena, (size_t)run->count + 1, sizeof *out);

    for (uint32_t i = 0; i < run->count; i++)
        list[i] = (struct sortable){intern_add(files, run->issues[i].file), i, &run->issues[i]};
    qsort(list, run->count, sizeof *list, by_place);
    for (uint32_t i = 0; i < run->count; i++)
        out[i] = *list[i].issue;
    free(list);
    return out;
}

uint32_t lint_ruleset(const struct ruleset *rs, struct arena *a, struct lint_issue **ret,
                      uint64_t *ret_left_out)
{
    static void (*const checks[])(struct lint_run *) = {
        lint_attributes, lint_tags, lint_logsource, lint_values, lint_conditions,
    };
    struct lint_run run = {.arena = a};

    for (uint32_t i = 0; i < rs->count; i++) {
        run.rule = rs->rules[i];
        for (size_t k = 0; k < countof(checks); k++)
            checks[k](&run);
    }
    lint_refusals(&run, rs);
    lint_duplicates(&run, rs, "id", LINT_id_duplicate, id_of);
    lint_duplicates(&run, rs, "title", LINT_title_duplicate, title_of);
    *ret = sorted(&run);
    *ret_left_out = run.left_out;
    return run.count;
}
