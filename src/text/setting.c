#include "text/setting.h"

#include <stdio.h>

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit size_units[] = {
    {"", 1}, {"K", 1ull << 10}, {"M", 1ull << 20}, {"G", 1ull << 30}, {"T", 1ull << 40}};
static const struct unit duration_units[] = {
    {"ms", 1000000ull},      {"s", 1000000000ull},     {"m", 60000000000ull},
    {"h", 3600000000000ull}, {"d", 86400000000000ull},
};

static bool parse_with_unit(str s, const struct unit *units, size_t count, uint64_t *ret)
{
    size_t digits = 0;
    uint64_t number;

    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
        digits++;
    if (!str_u64((str){s.p, digits}, &number))
        return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_from_at(s, digits), str_from(units[i].name)))
            return !__builtin_mul_overflow(number, units[i].factor, ret);
    return false;
}

bool setting_parse_size(str s, uint64_t *ret)
{
    return parse_with_unit(s, size_units, countof(size_units), ret);
}

bool setting_parse_duration(str s, uint64_t *ret_ns)
{
    return parse_with_unit(s, duration_units, countof(duration_units), ret_ns);
}

static bool parse_flag(str s, uint64_t *ret)
{
    *ret = str_eq(s, S("true"));
    return *ret || str_eq(s, S("false"));
}

static bool is_word(str s, const char *words)
{
    str rest = str_from(words);

    while (rest.n)
        if (str_eq(str_cut(&rest, ' '), s))
            return s.n > 0;
    return false;
}

/* How a value of each kind is to be written; for messages. */
static const char *const kind_examples[] = {
    [SETTING_TEXT] = "a text",
    [SETTING_NUMBER] = "a number",
    [SETTING_SIZE] = "a size such as 64K, 10M or 2G",
    [SETTING_DURATION] = "a duration such as 250ms, 5s, 10m, 1h or 7d",
    [SETTING_FLAG] = "true or false",
    [SETTING_LIST] = "a text or a list of texts",
    [SETTING_WORD] = "one of",
    [SETTING_MAP] = "a map",
    [SETTING_MAPS] = "a list of maps",
};

/* The value of one scalar by the row's kind. */
static bool parse_scalar(const struct setting *row, str text, struct setting_value *ret)
{
    switch (row->kind) {
    case SETTING_TEXT:
        ret->text = text;
        return true;
    case SETTING_WORD:
        ret->text = text;
        return is_word(text, row->words);
    case SETTING_NUMBER:
        return str_u64(text, &ret->number);
    case SETTING_SIZE:
        return setting_parse_size(text, &ret->number);
    case SETTING_DURATION:
        return setting_parse_duration(text, &ret->number);
    case SETTING_FLAG:
        return parse_flag(text, &ret->number);
    default:
        return false;
    }
}

static bool read_list(const struct yaml_node *node, const struct setting *row, struct arena *a,
                      struct setting_value *ret, struct err *e)
{
    const bool single = node->kind == YAML_SCALAR;
    const uint32_t count = single ? 1 : node->count;

    if (node->kind == YAML_MAP)
        return err_set_at(e, node->line, node->column, "'%s' is a text or a list of texts",
                          row->name);
    if (count > SETTING_LIST_MAX)
        return err_set_at(e, node->line, node->column, "'%s' has more than %d items", row->name,
                          SETTING_LIST_MAX);
    str *list = arena_array(a, count + 1, sizeof *list);
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *item = single ? node : node->items[i];
        if (item->kind != YAML_SCALAR || yaml_is_null(item))
            return err_set_at(e, item->line, item->column, "an item of '%s' is a text", row->name);
        list[i] = arena_str(a, item->text);
    }
    ret->list = list;
    ret->list_count = count;
    return true;
}

static bool in_limits(const struct setting *row, uint64_t number)
{
    if (row->kind != SETTING_NUMBER && row->kind != SETTING_SIZE && row->kind != SETTING_DURATION)
        return true;
    return (row->min == 0 && row->max == 0) || (number >= row->min && number <= row->max);
}

static bool read_maps(const struct yaml_node *node, const struct setting *row, struct err *e)
{
    if (row->kind == SETTING_MAP ? node->kind != YAML_MAP : node->kind != YAML_LIST)
        return err_set_at(e, node->line, node->column, "'%s' is %s", row->name,
                          kind_examples[row->kind]);
    for (uint32_t i = 0; row->kind == SETTING_MAPS && i < node->count; i++)
        if (node->items[i]->kind != YAML_MAP)
            return err_set_at(e, node->items[i]->line, node->items[i]->column,
                              "an item of '%s' is a map", row->name);
    return true;
}

static bool read_value(const struct yaml_node *node, const struct setting *row, struct arena *a,
                       struct setting_value *ret, struct err *e)
{
    ret->given = ret->present = true;
    ret->node = node;
    if (row->kind == SETTING_MAP || row->kind == SETTING_MAPS)
        return read_maps(node, row, e);
    if (row->kind == SETTING_LIST)
        return read_list(node, row, a, ret, e);
    if (node->kind != YAML_SCALAR || !parse_scalar(row, arena_str(a, node->text), ret))
        return err_set_at(e, node->line, node->column, "'%s' is %s%s%s", row->name,
                          kind_examples[row->kind], row->kind == SETTING_WORD ? " " : "",
                          row->kind == SETTING_WORD ? row->words : "");
    if (!in_limits(row, ret->number))
        return err_set_at(e, node->line, node->column, "'%s' is out of its limits", row->name);
    return true;
}

static void take_fallback(const struct setting *row, struct arena *a, struct setting_value *ret)
{
    const str text = str_from(row->fallback);

    if (!row->fallback)
        return;
    ret->present = true;
    if (row->kind == SETTING_LIST) {
        str *list = arena_array(a, 1, sizeof *list);
        list[0] = text;
        ret->list = list;
        ret->list_count = text.n > 0;
        return;
    }
    bool ok = parse_scalar(row, text, ret);
    assert(ok); /* a row of our own table */
    (void)ok;
}

static const struct setting *find_row(const struct setting *table, uint32_t count, str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_eq(name, str_from(table[i].name)))
            return &table[i];
    return NULL;
}

static bool check_names(const struct yaml_node *map, const struct setting *table, uint32_t count,
                        struct err *e)
{
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        if (find_row(table, count, key->text))
            continue;
        char known[ERR_MESSAGE_MAX / 2] = "";
        size_t n = 0;
        for (uint32_t r = 0; r < count && n < sizeof known; r++)
            n +=
                (size_t)snprintf(known + n, sizeof known - n, "%s%s", r ? ", " : "", table[r].name);
        return err_set_at(e, key->line, key->column,
                          "unknown setting '" STR_FMT "'; known are %s%s", STR_ARG(key->text),
                          known, n >= sizeof known ? "..." : "");
    }
    return true;
}

bool settings_read(const struct yaml_node *map, const struct setting *table, uint32_t count,
                   struct arena *a, struct settings *ret, struct err *e)
{
    assert(count <= SETTINGS_MAX);
    *ret = (struct settings){.table = table, .count = count};
    if (map->kind != YAML_MAP)
        return err_set_at(e, map->line, map->column, "a map of settings is wanted here");
    if (!check_names(map, table, count, e))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *node = yaml_get(map, str_from(table[i].name));
        if (node && !yaml_is_null(node)) {
            if (!read_value(node, &table[i], a, &ret->values[i], e))
                return false;
        } else if (table[i].required) {
            return err_set_at(e, map->line, map->column, "'%s' is missing: %s", table[i].name,
                              table[i].help);
        } else {
            take_fallback(&table[i], a, &ret->values[i]);
        }
    }
    return true;
}

const struct setting_value *setting(const struct settings *s, const char *name)
{
    const struct setting *row = find_row(s->table, s->count, str_from(name));

    assert(row);
    return &s->values[row - s->table];
}

str setting_text(const struct settings *s, const char *name)
{
    return setting(s, name)->text;
}

uint64_t setting_number(const struct settings *s, const char *name)
{
    return setting(s, name)->number;
}

bool setting_flag(const struct settings *s, const char *name)
{
    return setting(s, name)->number != 0;
}

static bool values_equal(const struct setting *row, const struct setting_value *a,
                         const struct setting_value *b)
{
    if (row->kind == SETTING_MAP || row->kind == SETTING_MAPS)
        return !a->given && !b->given;
    if (a->present != b->present || a->number != b->number || !str_eq(a->text, b->text) ||
        a->list_count != b->list_count)
        return false;
    for (uint32_t i = 0; i < a->list_count; i++)
        if (!str_eq(a->list[i], b->list[i]))
            return false;
    return true;
}

bool settings_equal(const struct settings *a, const struct settings *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (strcmp(a->table[i].name, b->table[i].name) != 0 ||
            !values_equal(&a->table[i], &a->values[i], &b->values[i]))
            return false;
    return true;
}
