/*
 * rule.c - a rule from its YAML document (sigma-rules-specification.md 2.1,
 * "Components"; the 20 keys of sigma-detection-rule-schema.json).
 *
 * Refused: what makes the rule's meaning unsure - a wrong YAML type, an unknown
 * level or status, no title, log source, detection or condition. Left to lint:
 * what is merely against the conventions, such as an id that is no UUID, an old
 * form of date or a title that is too long. One string is taken for a list of one.
 */
#include "sigma/build.h"

#include "base/hash.h"

static const char *const level_names[] = {
    [LEVEL_NONE] = "",     [LEVEL_INFORMATIONAL] = "informational",
    [LEVEL_LOW] = "low",   [LEVEL_MEDIUM] = "medium",
    [LEVEL_HIGH] = "high", [LEVEL_CRITICAL] = "critical",
};
static const char *const status_names[] = {
    [STATUS_NONE] = "",
    [STATUS_UNSUPPORTED] = "unsupported",
    [STATUS_DEPRECATED] = "deprecated",
    [STATUS_EXPERIMENTAL] = "experimental",
    [STATUS_TEST] = "test",
    [STATUS_STABLE] = "stable",
};

const char *sigma_level_name(enum sigma_level level)
{
    assert(level < countof(level_names));
    return level_names[level];
}

const char *sigma_status_name(enum sigma_status status)
{
    assert(status < countof(status_names));
    return status_names[status];
}

/* The place of a name in a table whose row 0 is "none"; 0 when it is not there. */
static uint32_t find_name(str text, const char *const *names, size_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (str_ieq(text, str_from(names[i])))
            return i;
    return 0;
}

bool sigma_level_parse(str text, enum sigma_level *ret)
{
    *ret = (enum sigma_level)find_name(text, level_names, countof(level_names));
    return *ret != LEVEL_NONE;
}

bool sigma_status_parse(str text, enum sigma_status *ret)
{
    *ret = (enum sigma_status)find_name(text, status_names, countof(status_names));
    return *ret != STATUS_NONE;
}

str sigma_rule_identity(const struct sigma_rule *rule)
{
    return rule->id.n ? rule->id : str_from(rule->hash);
}

/* ------------------------------------------------------------ plain attributes */

static const char *const kind_names[] = {
    [YAML_SCALAR] = "a plain value",
    [YAML_LIST] = "a list",
    [YAML_MAP] = "a map",
};

static bool fail_type(const struct yaml_node *n, const char *key, const char *wanted, struct err *e)
{
    return err_set_at(e, n->line, n->column, "'%s' must be %s, not %s", key, wanted,
                      kind_names[n->kind]);
}

/* The node of a key that is there and is not null, or NULL. */
static const struct yaml_node *get(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, str_from(key));

    return n && !yaml_is_null(n) ? n : NULL;
}

static bool read_text(const struct yaml_node *root, const char *key, str *ret, struct err *e)
{
    const struct yaml_node *n = get(root, key);

    if (!n)
        return true;
    if (n->kind != YAML_SCALAR)
        return fail_type(n, key, "a string", e);
    *ret = n->text;
    return true;
}

static bool read_list(const struct yaml_node *root, const char *key, struct arena *a, str **ret,
                      uint32_t *ret_count, struct err *e)
{
    const struct yaml_node *n = get(root, key);
    double number;

    if (!n)
        return true;
    if (n->kind == YAML_MAP || (n->kind == YAML_SCALAR && yaml_is_number(n, &number)))
        return n->kind == YAML_MAP
                   ? fail_type(n, key, "a list", e)
                   : err_set_at(e, n->line, n->column, "'%s' must be a list, not a number", key);
    *ret_count = n->kind == YAML_LIST ? n->count : 1;
    *ret = arena_array(a, *ret_count, sizeof **ret);
    if (n->kind == YAML_SCALAR)
        (*ret)[0] = n->text;
    for (uint32_t i = 0; n->kind == YAML_LIST && i < n->count; i++) {
        if (n->items[i]->kind != YAML_SCALAR)
            return err_set_at(e, n->items[i]->line, n->items[i]->column,
                              "'%s' must be a list of strings", key);
        (*ret)[i] = n->items[i]->text;
    }
    return true;
}

/* The specification has a list of names in one string; old rules have a YAML list. */
static bool read_author(const struct yaml_node *root, struct arena *a, str *ret, struct err *e)
{
    str *names = NULL;
    uint32_t count = 0;

    if (!read_list(root, "author", a, &names, &count, e))
        return false;
    for (uint32_t i = 0; i < count; i++)
        *ret = i == 0 ? names[0]
                      : arena_printf(a, STR_FMT ", " STR_FMT, STR_ARG(*ret), STR_ARG(names[i]));
    return true;
}

static bool read_related(struct sigma_rule *rule, struct arena *a, struct err *e)
{
    const struct yaml_node *n = get(rule->root, "related");

    if (!n)
        return true;
    if (n->kind != YAML_LIST)
        return fail_type(n, "related", "a list", e);
    rule->related_count = n->count;
    rule->related = arena_array(a, n->count, sizeof *rule->related);
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->items[i]->kind != YAML_MAP)
            return fail_type(n->items[i], "related", "a list of maps with 'id' and 'type'", e);
        if (!read_text(n->items[i], "id", &rule->related[i].id, e) ||
            !read_text(n->items[i], "type", &rule->related[i].type, e))
            return false;
    }
    return true;
}

static bool read_level_and_status(struct sigma_rule *rule, struct err *e)
{
    str level = S(""), status = S("");
    const struct yaml_node *n;

    if (!read_text(rule->root, "level", &level, e) || !read_text(rule->root, "status", &status, e))
        return false;
    n = get(rule->root, "level");
    if (n && !sigma_level_parse(level, &rule->level))
        return err_set_at(e, n->line, n->column,
                          "level '" STR_FMT "' is not informational, low, medium, high or critical",
                          STR_ARG(level));
    n = get(rule->root, "status");
    if (n && !sigma_status_parse(status, &rule->status))
        return err_set_at(e, n->line, n->column,
                          "status '" STR_FMT
                          "' is not stable, test, experimental, deprecated or unsupported",
                          STR_ARG(status));
    return true;
}

static void set_hash(struct sigma_rule *rule)
{
    uint8_t digest[SHA256_BYTES];

    sha256_of(rule->text, digest);
    hex_of(digest, (sizeof rule->hash - 1) / 2, rule->hash);
}

bool rule_read_attributes(struct sigma_rule *rule, struct arena *a, struct err *e)
{
    const struct {
        const char *key;
        str *text;
    } texts[] = {
        {"title", &rule->title},     {"id", &rule->id},
        {"name", &rule->name},       {"taxonomy", &rule->taxonomy},
        {"license", &rule->license}, {"description", &rule->description},
        {"date", &rule->date},       {"modified", &rule->modified},
    };
    const struct {
        const char *key;
        str **items;
        uint32_t *count;
    } lists[] = {
        {"tags", &rule->tags, &rule->tag_count},
        {"references", &rule->references, &rule->reference_count},
        {"falsepositives", &rule->falsepositives, &rule->falsepositive_count},
        {"fields", &rule->fields, &rule->field_count},
    };

    set_hash(rule);
    for (size_t i = 0; i < countof(texts); i++)
        if (!read_text(rule->root, texts[i].key, texts[i].text, e))
            return false;
    for (size_t i = 0; i < countof(lists); i++)
        if (!read_list(rule->root, lists[i].key, a, lists[i].items, lists[i].count, e))
            return false;
    if (rule->title.n == 0)
        return err_set_at(e, rule->root->line, rule->root->column, "there is no 'title'");
    return read_author(rule->root, a, &rule->author, e) && read_related(rule, a, e) &&
           read_level_and_status(rule, e);
}

/* ------------------------------------------------------------ log source */

static str lower(str s, struct arena *a)
{
    char *out = arena_bytes(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++)
        out[i] = ascii_lower(s.p[i]);
    return (str){out, s.n};
}

bool logsource_parse(const struct yaml_node *node, struct arena *a, struct logsource *ret,
                     str *ret_definition, struct err *e)
{
    if (node->kind != YAML_MAP)
        return fail_type(node, "logsource", "a map", e);

    const struct {
        const char *key;
        str *text;
    } texts[] = {{"category", &ret->category},
                 {"product", &ret->product},
                 {"service", &ret->service},
                 {"definition", ret_definition}};
    for (size_t i = 0; i < countof(texts); i++)
        if (!read_text(node, texts[i].key, texts[i].text, e))
            return false;
    if (ret->category.n + ret->product.n + ret->service.n == 0)
        return err_set_at(e, node->line, node->column,
                          "'logsource' needs a category, a product or a service");
    ret->category = lower(ret->category, a);
    ret->product = lower(ret->product, a);
    ret->service = lower(ret->service, a);
    return true;
}

/* ------------------------------------------------------------ detection */

uint32_t rule_add_selection(struct sigma_rule *rule, struct arena *a, str name,
                            struct sigma_node *node, bool hidden)
{
    struct sigma_selection *s = arena_push(a, (void **)&rule->selections, &rule->selection_count,
                                           &rule->selection_capacity, sizeof *s);

    *s = (struct sigma_selection){.name = name, .node = node, .hidden = hidden};
    return rule->selection_count - 1;
}

void rule_restrict(struct sigma_rule *rule, struct arena *a, const struct sigma_node *extra)
{
    for (uint32_t i = 0; i < rule->condition_count; i++) {
        struct sigma_node **children = arena_array(a, 2, sizeof(struct sigma_node *));
        children[0] = rule->conditions[i].node;
        children[1] = sigma_node_copy(extra, 0, a);
        rule->conditions[i].node = sigma_node_group(a, NODE_AND, children, 2);
    }
}

/* `timeframe` belonged to the aggregations of Sigma 1 and has no meaning without one. */
static bool is_selection(str key)
{
    return !str_eq(key, S("condition")) && !str_eq(key, S("timeframe"));
}

static bool read_selections(struct sigma_rule *rule, const struct yaml_node *detection,
                            struct arena *a, struct err *e)
{
    for (uint32_t i = 0; i < detection->count; i++) {
        const struct yaml_node *key = detection->pairs[i].key;
        if (!is_selection(key->text))
            continue;
        if (rule->selection_count == SELECTIONS_MAX)
            return err_set_at(e, key->line, key->column, "more than %d selections", SELECTIONS_MAX);
        struct sigma_node *node = sigma_detection_parse(detection->pairs[i].value, a, e);
        if (!node)
            return false;
        uint32_t at = rule_add_selection(rule, a, key->text, node, false);
        rule->selections[at].line = key->line;
        rule->selections[at].column = key->column;
    }
    return rule->selection_count ||
           err_set_at(e, detection->line, detection->column, "'detection' has no selection");
}

static bool read_condition(struct sigma_rule *rule, const struct yaml_node *n, struct arena *a,
                           struct err *e)
{
    if (n->kind != YAML_SCALAR || yaml_is_null(n))
        return err_set_at(e, n->line, n->column, "a condition must be a string");

    struct sigma_node *node =
        condition_parse(n->text, n, rule->selections, rule->selection_count, a, e);
    if (!node)
        return false;
    struct sigma_condition *c = arena_push(a, (void **)&rule->conditions, &rule->condition_count,
                                           &rule->condition_capacity, sizeof *c);
    *c = (struct sigma_condition){n->text, node, n->line, n->column};
    return true;
}

static bool read_conditions(struct sigma_rule *rule, const struct yaml_node *detection,
                            struct arena *a, struct err *e)
{
    const struct yaml_node *n = get(detection, "condition");

    if (!n)
        return err_set_at(e, detection->line, detection->column, "'detection' has no 'condition'");
    if (n->kind != YAML_LIST)
        return read_condition(rule, n, a, e);
    if (n->count == 0 || n->count > CONDITIONS_MAX)
        return err_set_at(e, n->line, n->column, "a list of conditions has 1 to %d of them",
                          CONDITIONS_MAX);
    for (uint32_t i = 0; i < n->count; i++)
        if (!read_condition(rule, n->items[i], a, e))
            return false;
    return true;
}

static bool read_rule(struct sigma_rule *rule, struct arena *a, struct err *e)
{
    const struct yaml_node *logsource = get(rule->root, "logsource");
    const struct yaml_node *detection = get(rule->root, "detection");

    if (!rule_read_attributes(rule, a, e))
        return false;
    if (!logsource)
        return err_set_at(e, rule->line, rule->root->column, "the rule has no 'logsource'");
    if (!logsource_parse(logsource, a, &rule->logsource, &rule->definition, e))
        return false;
    rule->logsource_line = logsource->line;
    if (!detection)
        return err_set_at(e, rule->line, rule->root->column, "the rule has no 'detection'");
    if (detection->kind != YAML_MAP)
        return fail_type(detection, "detection", "a map", e);
    return read_selections(rule, detection, a, e) && read_conditions(rule, detection, a, e);
}

struct sigma_rule *rule_parse(const struct yaml_node *root, str text, str file, struct arena *a,
                              struct err *e)
{
    struct sigma_rule *rule = arena_alloc(a, sizeof *rule);

    if (root->kind != YAML_MAP) {
        err_set_at(e, root->line, root->column, "a rule must be a map, not %s",
                   kind_names[root->kind]);
        return NULL;
    }
    rule->file = file;
    rule->line = root->line;
    rule->text = text;
    rule->root = root;
    return read_rule(rule, a, e) ? rule : NULL;
}
