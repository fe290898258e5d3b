/* pattern_file.c - loads a pattern file: by tables of settings, each mistake with its place. */
#include "message/pattern_file.h"

#include "base/mem.h"
#include "message/time_format.h"

#include <stdlib.h>

enum { ARENA_BYTES = 16 * 1024 };

const struct setting pattern_file_settings[] = {
    {.name = "name",
     .kind = SETTING_TEXT,
     .help = "what --format takes: lower case letters, digits, _ and -",
     .required = true},
    {.name = "summary",
     .kind = SETTING_TEXT,
     .help = "which product, and which of its logs",
     .required = true},
    {.name = "sample", .kind = SETTING_TEXT, .help = "a line of it; else that of the first test"},
    {.name = "programs",
     .kind = SETTING_LIST,
     .help = "programs in a syslog envelope whose messages these are"},
    {.name = "starts", .kind = SETTING_LIST, .help = "texts begin with one of these"},
    {.name = "bare",
     .kind = SETTING_FLAG,
     .fallback = "false",
     .help = "lines of a file may be of it without an envelope: found by content"},
    {.name = "body",
     .kind = SETTING_WORD,
     .fallback = "text",
     .words = "text json pairs fields",
     .help = "what a text is: free text, a JSON object, name=value pairs, or either of these two"},
    {.name = "logsource",
     .kind = SETTING_MAPS,
     .help = "product, category, service in Sigma's terms, up to three"},
    {.name = "linux",
     .kind = SETTING_FLAG,
     .fallback = "true",
     .help = "false: a device or service whose events are none of Linux"},
    {.name = "time", .kind = SETTING_LIST, .help = "the fields that together are the time"},
    {.name = "time_formats",
     .kind = SETTING_LIST,
     .help = "as strptime's, tried before the usual ways to write a time"},
    {.name = "definitions", .kind = SETTING_MAP, .help = "patterns of its own, by name"},
    {.name = "columns", .kind = SETTING_MAP, .help = "field: common column"},
    {.name = "constants", .kind = SETTING_MAP, .help = "common column: value"},
    {.name = "patterns",
     .kind = SETTING_MAPS,
     .help = "what a text may be, the first that fits wins",
     .required = true},
    {.name = "tests", .kind = SETTING_MAPS, .help = "lines and what they mean"},
};
const uint32_t pattern_file_setting_count = countof(pattern_file_settings);

const struct setting pattern_row_settings[] = {
    {.name = "pattern", .kind = SETTING_TEXT, .help = "the whole text, in grok's language"},
    {.name = "of",
     .kind = SETTING_TEXT,
     .help = "the field whose value the pattern is for, instead of the text"},
    {.name = "when", .kind = SETTING_MAP, .help = "field: value, or values; x* and *x are allowed"},
    {.name = "action", .kind = SETTING_TEXT, .help = "event.action"},
    {.name = "outcome",
     .kind = SETTING_WORD,
     .words = "success failure",
     .help = "how it ended; a denied flow is a failure"},
    {.name = "activity", .kind = SETTING_TEXT, .help = "what happened: logon, http, flow ..."},
    {.name = "columns", .kind = SETTING_MAP, .help = "field: common column, before the file's"},
    {.name = "constants", .kind = SETTING_MAP, .help = "common column: value"},
};
const uint32_t pattern_row_setting_count = countof(pattern_row_settings);

const struct setting pattern_test_settings[] = {
    {.name = "line", .kind = SETTING_TEXT, .help = "a text", .required = true},
    {.name = "program", .kind = SETTING_TEXT, .help = "what the envelope says wrote it"},
    {.name = "match",
     .kind = SETTING_FLAG,
     .fallback = "true",
     .help = "false: no pattern may fit it"},
    {.name = "time", .kind = SETTING_TEXT, .help = "RFC 3339; zone-less times are UTC"},
    {.name = "outcome", .kind = SETTING_WORD, .words = "success failure unknown", .help = ""},
    {.name = "fields", .kind = SETTING_MAP, .help = "native field: value; '' for an absent one"},
    {.name = "common", .kind = SETTING_MAP, .help = "common column: value; '' for an absent one"},
};
const uint32_t pattern_test_setting_count = countof(pattern_test_settings);

struct loading {
    struct pattern_file *file;
    struct grok_definition *definitions;
    uint32_t definition_count;
    struct err *e;
};

static bool wrong(struct loading *l, const struct yaml_node *n, const char *what, str subject)
{
    return err_set_at(l->e, n->line, n->column, "%s '" STR_FMT "'", what, STR_ARG(subject));
}

/* ------------------------------------------------------------ columns */

static const struct {
    str name;
    uint8_t via;
} vias[] = {
    {S("text"), VIA_TEXT},         {S("lower"), VIA_LOWER},
    {S("account"), VIA_ACCOUNT},   {S("address"), VIA_ADDRESS},
    {S("basename"), VIA_BASENAME}, {S("url"), VIA_URL},
    {S("hex"), VIA_HEX},           {S("protocol"), VIA_PROTOCOL},
    {S("seconds"), VIA_SECONDS},   {S("milliseconds"), VIA_MILLISECONDS},
    {S("hashes"), VIA_HASHES},
};

/* How a value becomes that column's when nothing is said. */
static uint8_t usual_via(enum column column)
{
    switch (column) {
    case COLUMN_source_ip:
    case COLUMN_destination_ip:
        return VIA_ADDRESS;
    case COLUMN_user_name:
    case COLUMN_user_target_name:
        return VIA_ACCOUNT;
    case COLUMN_url_original:
        return VIA_URL;
    case COLUMN_network_transport:
        return VIA_PROTOCOL;
    default:
        return VIA_TEXT;
    }
}

static bool find_via(str name, uint8_t *ret)
{
    for (size_t i = 0; i < countof(vias); i++)
        if (str_eq(vias[i].name, name)) {
            *ret = vias[i].via;
            return true;
        }
    return false;
}

/* field: source.ip, or field: {column: source.ip, as: text}. */
static bool read_column(struct loading *l, const struct yaml_pair *pair, struct column_rule *ret)
{
    const struct yaml_node *column = pair->value, *as = NULL;

    if (column->kind == YAML_MAP) {
        as = yaml_get(pair->value, S("as"));
        column = yaml_get(pair->value, S("column"));
        if (!column || pair->value->count != 1 + (as != NULL))
            return wrong(l, pair->value, "a column is a name, or a map of 'column' and 'as', for",
                         pair->key->text);
    }
    if (column->kind != YAML_SCALAR || (as && as->kind != YAML_SCALAR))
        return wrong(l, column, "a column is a name, for", pair->key->text);
    enum column found = column_find(column->text);
    if (found == COLUMN_COUNT)
        return wrong(l, column, "there is no common column", column->text);
    *ret = (struct column_rule){.field = pair->key->text, .column = found, .via = usual_via(found)};
    if (as && !find_via(as->text, &ret->via))
        return wrong(l, as, "unknown way to read a value", as->text);
    return true;
}

static bool read_columns(struct loading *l, const struct settings *s, uint32_t room,
                         struct column_rule *ret, uint32_t *ret_count)
{
    const struct yaml_node *map = setting(s, "columns")->node;

    for (uint32_t i = 0; map && i < map->count; i++) {
        if (*ret_count == room)
            return err_set_at(l->e, map->line, map->column, "more than %u columns", room);
        if (!read_column(l, &map->pairs[i], &ret[*ret_count]))
            return false;
        ++*ret_count;
    }
    return true;
}

static bool read_constants(struct loading *l, const struct settings *s,
                           const struct column_constant **ret)
{
    const struct yaml_node *map = setting(s, "constants")->node;

    *ret = NULL;
    if (!map)
        return true;
    struct column_constant *list = arena_array(l->file->arena, map->count + 1, sizeof *list);
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_pair *pair = &map->pairs[i];
        enum column column = column_find(pair->key->text);
        if (column == COLUMN_COUNT)
            return wrong(l, pair->key, "there is no common column", pair->key->text);
        if (pair->value->kind != YAML_SCALAR || pair->value->text.n == 0)
            return wrong(l, pair->value, "a constant is a text, for", pair->key->text);
        list[i] = (struct column_constant){.value = pair->value->text, .column = column};
    }
    *ret = list;
    return true;
}

/* ------------------------------------------------------------ patterns */

/* Where in the file byte `column` of a scalar stands, as well as can be told. */
static bool pattern_wrong(struct loading *l, const struct yaml_node *n, uint32_t column)
{
    const struct err why = *l->e;
    uint32_t at = n->column;

    *l->e = (struct err){0}; /* it is told again, with the place in the file */

    if (column && !n->block)
        at += column - 1 + n->quoted;
    return err_set_at(l->e, n->line + n->block, n->block ? 1 : at, "%s", why.message);
}

static const struct yaml_node *scalar_of(const struct settings *s, const char *name)
{
    return setting(s, name)->node;
}

/* What each group gives: a field of a name in the pattern, or of its own name. */
static void name_groups(struct pattern_row *row, const struct grok *g, struct arena *a)
{
    const uint32_t count = pattern_regex_groups(row->regex);

    row->groups = arena_array(a, count, sizeof *row->groups);
    for (uint32_t i = 1; i < count; i++) {
        str name = pattern_regex_group_name(row->regex, i);
        uint64_t place;
        if (str_starts(name, S(GROK_GROUP)) &&
            str_u64(str_from_at(name, S(GROK_GROUP).n), &place) && place < g->field_count)
            row->groups[i] = g->fields[place];
        else
            row->groups[i] = (struct grok_field){.name = arena_str(a, name)};
    }
}

static bool read_pattern(struct loading *l, const struct settings *s, struct pattern_row *row)
{
    const struct yaml_node *n = scalar_of(s, "pattern");
    struct grok g;

    row->of = setting_text(s, "of");
    if (!n)
        return !row->of.n || wrong(l, scalar_of(s, "of"), "there is no 'pattern' for", row->of);
    l->e->column = 0;
    if (!grok_expand(n->text, l->definitions, l->definition_count, l->file->arena, &g, l->e))
        return pattern_wrong(l, n, l->e->column);
    row->regex = pattern_regex_new(g.regex, l->e);
    if (!row->regex)
        return pattern_wrong(l, n, 0);
    name_groups(row, &g, l->file->arena);
    if (!row->of.n)
        row->literal = pattern_regex_literal(row->regex);
    return true;
}

static bool read_values(struct loading *l, const struct yaml_pair *pair,
                        struct pattern_condition *ret)
{
    const struct yaml_node *n = pair->value;
    const uint32_t count = n->kind == YAML_LIST ? n->count : 1;
    str *values = arena_array(l->file->arena, count + 1, sizeof *values);

    for (uint32_t i = 0; i < count; i++) {
        const struct yaml_node *value = n->kind == YAML_LIST ? n->items[i] : n;
        if (value->kind != YAML_SCALAR)
            return wrong(l, value, "a condition has a value, or a list of values, for",
                         pair->key->text);
        values[i] = value->text;
    }
    *ret = (struct pattern_condition){.field = pair->key->text, .values = values, .count = count};
    return true;
}

static bool read_conditions(struct loading *l, const struct settings *s, struct pattern_row *row)
{
    const struct yaml_node *map = setting(s, "when")->node;

    if (!map)
        return true;
    if (map->count > PATTERN_CONDITIONS_MAX)
        return err_set_at(l->e, map->line, map->column, "more than %d conditions",
                          PATTERN_CONDITIONS_MAX);
    struct pattern_condition *list = arena_array(l->file->arena, map->count + 1, sizeof *list);
    for (uint32_t i = 0; i < map->count; i++)
        if (!read_values(l, &map->pairs[i], &list[i]))
            return false;
    row->conditions = list;
    row->condition_count = map->count;
    return true;
}

/* What texts of the body hold where the conditions are true: the longest name of a field, of a
 * nested member the last part. */
static str literal_of_conditions(const struct pattern_file *f, const struct pattern_row *row)
{
    str best = {0};

    for (uint32_t i = 0; i < row->condition_count; i++) {
        str name = row->conditions[i].field;
        const char *dot = memrchr(name.p, '.', name.n);
        if (f->body != PATTERN_BODY_PAIRS && dot)
            name = str_from_at(name, (size_t)(dot - name.p) + 1);
        best = name.n > best.n ? name : best;
    }
    if (best.n == 0 || f->body == PATTERN_BODY_FIELDS)
        return best;
    return f->body == PATTERN_BODY_PAIRS ? arena_printf(f->arena, STR_FMT "=", STR_ARG(best))
                                         : arena_printf(f->arena, "\"" STR_FMT "\"", STR_ARG(best));
}

static bool read_activity(struct loading *l, const struct settings *s, struct kind *kind)
{
    str name = setting_text(s, "activity"), outcome = setting_text(s, "outcome");

    kind->outcome = str_eq(outcome, S("success"))   ? OUTCOME_SUCCESS
                    : str_eq(outcome, S("failure")) ? OUTCOME_FAILURE
                                                    : OUTCOME_UNTOLD;
    for (uint8_t i = 0; name.n && i < ACTIVITY_COUNT; i++)
        if (str_eq(str_from(activity_row(i)->name), name)) {
            kind->activity = i;
            return true;
        }
    return !name.n || wrong(l, scalar_of(s, "activity"), "there is no activity", name);
}

/* The columns that the file or row names, and fields that are called like a column. */
static bool read_row_columns(struct loading *l, const struct settings *s, struct pattern_row *row)
{
    struct arena *a = l->file->arena;
    struct column_rule *rules = arena_array(a, PATTERN_COLUMNS_MAX + 1, sizeof *rules);
    uint32_t count = 0;

    if (!read_columns(l, s, PATTERN_COLUMNS_MAX, rules, &count))
        return false;
    for (uint32_t i = 1; row->regex && i < pattern_regex_groups(row->regex); i++) {
        enum column column = column_find(row->groups[i].name);
        if (column != COLUMN_COUNT && count < PATTERN_COLUMNS_MAX)
            rules[count++] = (struct column_rule){
                .field = row->groups[i].name, .column = column, .via = usual_via(column)};
    }
    row->kind.columns = count ? rules : NULL;
    return true;
}

static bool read_row(struct loading *l, const struct yaml_node *map, struct pattern_row *row)
{
    struct pattern_file *f = l->file;
    struct settings s;

    if (!settings_read(map, pattern_row_settings, pattern_row_setting_count, f->arena, &s, l->e) ||
        !read_pattern(l, &s, row) || !read_conditions(l, &s, row))
        return false;
    if (f->body == PATTERN_BODY_TEXT && !row->regex)
        return err_set_at(l->e, map->line, map->column, "a text needs a 'pattern'");
    if (f->body != PATTERN_BODY_TEXT && (row->of.n || row->condition_count))
        row->literal = literal_of_conditions(f, row);
    row->kind.base = &f->kind;
    str action = setting_text(&s, "action");
    row->kind.action = action.n ? arena_str(f->arena, action).p : NULL;
    return read_activity(l, &s, &row->kind) && read_row_columns(l, &s, row) &&
           read_constants(l, &s, &row->kind.constants);
}

static bool read_rows(struct loading *l, const struct settings *s)
{
    struct pattern_file *f = l->file;
    const struct yaml_node *list = setting(s, "patterns")->node;

    if (list->count == 0 || list->count > PATTERN_ROWS_MAX)
        return err_set_at(l->e, list->line, list->column, "1 to %d patterns", PATTERN_ROWS_MAX);
    f->rows = arena_array(f->arena, list->count, sizeof *f->rows);
    for (uint32_t i = 0; i < list->count; i++) {
        f->row_count = i + 1; /* a regex that is there is freed with the file */
        if (!read_row(l, list->items[i], &f->rows[i]))
            return false;
    }
    return true;
}

static bool read_definitions(struct loading *l, const struct settings *s)
{
    const struct yaml_node *map = setting(s, "definitions")->node;

    if (!map)
        return true;
    if (map->count > GROK_DEFINITIONS_MAX)
        return err_set_at(l->e, map->line, map->column, "more than %d definitions",
                          GROK_DEFINITIONS_MAX);
    l->definitions = arena_array(l->file->arena, map->count + 1, sizeof *l->definitions);
    for (uint32_t i = 0; i < map->count; i++) {
        const struct yaml_pair *pair = &map->pairs[i];
        if (pair->value->kind != YAML_SCALAR)
            return wrong(l, pair->value, "a definition is a text, for", pair->key->text);
        l->definitions[l->definition_count++] =
            (struct grok_definition){pair->key->text, pair->value->text};
    }
    return true;
}

/* ------------------------------------------------------------ the file */

static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '_' || s.p[i] == '-'))
            return false;
    return s.n > 0 && s.n <= PATTERN_NAME_MAX;
}

static bool read_list(struct loading *l, const struct settings *s, const char *name, uint32_t most,
                      str *ret)
{
    const struct setting_value *v = setting(s, name);

    for (uint32_t i = 0; i < v->list_count; i++) {
        if (i == most)
            return err_set_at(l->e, v->node->line, v->node->column, "more than %u of '%s'", most,
                              name);
        if (v->list[i].n == 0)
            return err_set_at(l->e, v->node->line, v->node->column, "an empty text in '%s'", name);
        ret[i] = v->list[i];
    }
    return true;
}

static bool read_sources(struct loading *l, const struct settings *s)
{
    static const struct setting table[] = {
        {.name = "product", .kind = SETTING_TEXT},
        {.name = "category", .kind = SETTING_TEXT},
        {.name = "service", .kind = SETTING_TEXT},
    };
    const struct yaml_node *list = setting(s, "logsource")->node;
    struct settings row;

    for (uint32_t i = 0; list && i < list->count; i++) {
        if (i == DIALECT_SOURCES_MAX)
            return err_set_at(l->e, list->line, list->column, "more than %d log sources",
                              DIALECT_SOURCES_MAX);
        if (!settings_read(list->items[i], table, countof(table), l->file->arena, &row, l->e))
            return false;
        l->file->dialect.sources[i] = (struct logsource){
            .product = setting_text(&row, "product"),
            .category = setting_text(&row, "category"),
            .service = setting_text(&row, "service"),
        };
    }
    return true;
}

static bool read_times(struct loading *l, const struct settings *s)
{
    struct pattern_file *f = l->file;
    const struct setting_value *fields = setting(s, "time"), *formats = setting(s, "time_formats");

    if (fields->list_count > PATTERN_TIME_FIELDS_MAX)
        return err_set_at(l->e, fields->node->line, fields->node->column, "more than %d fields",
                          PATTERN_TIME_FIELDS_MAX);
    for (uint32_t i = 0; i < formats->list_count; i++)
        if (!time_format_check(formats->list[i], l->e)) {
            const struct err why = *l->e;
            *l->e = (struct err){0};
            return err_set_at(l->e, formats->node->line, formats->node->column, "'" STR_FMT "': %s",
                              STR_ARG(formats->list[i]), why.message);
        }
    f->time_fields = fields->list;
    f->time_field_count = fields->list_count;
    f->time_formats = formats->list;
    f->time_format_count = formats->list_count;
    return true;
}

static bool read_tests(struct loading *l, const struct settings *s)
{
    struct pattern_file *f = l->file;
    const struct yaml_node *list = setting(s, "tests")->node;
    struct settings row;

    if (!list)
        return true;
    if (list->count > PATTERN_TESTS_MAX)
        return err_set_at(l->e, list->line, list->column, "more than %d tests", PATTERN_TESTS_MAX);
    f->tests = arena_array(f->arena, list->count + 1, sizeof *f->tests);
    for (uint32_t i = 0; i < list->count; i++) {
        if (!settings_read(list->items[i], pattern_test_settings, pattern_test_setting_count,
                           f->arena, &row, l->e))
            return false;
        f->tests[f->test_count++] = (struct pattern_test){
            .node = list->items[i],
            .line = setting_text(&row, "line"),
            .program = setting_text(&row, "program"),
            .time = setting_text(&row, "time"),
            .outcome = setting_text(&row, "outcome"),
            .matches = setting_flag(&row, "match"),
            .fields = setting(&row, "fields")->node,
            .common = setting(&row, "common")->node,
        };
    }
    return true;
}

static bool read_body(struct loading *l, const struct settings *s)
{
    struct pattern_file *f = l->file;
    struct arena *a = f->arena;
    str body = setting_text(s, "body"), name = setting_text(s, "name");
    struct dialect *d = &f->dialect;

    if (!is_name(name))
        return wrong(l, scalar_of(s, "name"), "no name for a format:", name);
    f->body = str_eq(body, S("json"))     ? PATTERN_BODY_JSON
              : str_eq(body, S("pairs"))  ? PATTERN_BODY_PAIRS
              : str_eq(body, S("fields")) ? PATTERN_BODY_FIELDS
                                          : PATTERN_BODY_TEXT;
    d->name = arena_str(a, name).p;
    d->summary = arena_str(a, setting_text(s, "summary")).p;
    d->kind = &f->kind;
    d->bare = setting_flag(s, "bare");
    d->not_linux = !setting_flag(s, "linux");
    d->objects = f->body == PATTERN_BODY_JSON || f->body == PATTERN_BODY_FIELDS;
    d->detail = f;
    d->read = pattern_read;
    d->open = pattern_open;
    d->close = pattern_close;
    f->kind.format = d->name;
    struct column_rule *rules = arena_array(a, PATTERN_COLUMNS_MAX + 1, sizeof *rules);
    uint32_t count = 0;
    f->kind.columns = rules;
    return read_columns(l, s, PATTERN_COLUMNS_MAX, rules, &count) &&
           read_constants(l, s, &f->kind.constants) &&
           read_list(l, s, "programs", DIALECT_PROGRAMS_MAX, d->programs) &&
           read_list(l, s, "starts", DIALECT_STARTS_MAX, d->starts) && read_sources(l, s);
}

static void set_sample(struct pattern_file *f, const struct settings *s)
{
    str sample = setting_text(s, "sample");

    for (uint32_t i = 0; !sample.n && i < f->test_count; i++)
        if (f->tests[i].matches)
            sample = f->tests[i].line;
    f->dialect.sample = sample.n ? arena_str(f->arena, sample).p : NULL;
}

static bool load(struct loading *l, str text)
{
    struct pattern_file *f = l->file;
    struct yaml_document *documents;
    struct settings s;
    uint32_t count;

    if (text.n > PATTERN_FILE_BYTES_MAX)
        return err_set(l->e, ERR_LIMIT, "the file has %zu bytes, more than %d", text.n,
                       PATTERN_FILE_BYTES_MAX);
    f->text = arena_str(f->arena, text);
    if (!yaml_parse(f->text, f->arena, &documents, &count, l->e))
        return false;
    if (count != 1 || !documents[0].root)
        return err_set_at(l->e, 1, 1, "a pattern file is one document");
    if (!settings_read(documents[0].root, pattern_file_settings, pattern_file_setting_count,
                       f->arena, &s, l->e))
        return false;
    if (!read_body(l, &s) || !read_times(l, &s) || !read_definitions(l, &s) || !read_rows(l, &s) ||
        !read_tests(l, &s))
        return false;
    set_sample(f, &s);
    return true;
}

struct pattern_file *pattern_file_new(str text, str path, struct err *e)
{
    struct pattern_file *f = mem_alloc(sizeof *f);
    struct loading l = {.file = f, .e = e};

    f->arena = arena_new(ARENA_BYTES);
    if (load(&l, text))
        return f;
    err_in_file(e, path);
    pattern_file_free(f);
    return NULL;
}

void pattern_file_free(struct pattern_file *f)
{
    if (!f)
        return;
    for (uint32_t i = 0; i < f->row_count; i++)
        pattern_regex_free(f->rows[i].regex);
    arena_free(f->arena);
    free(f);
}
