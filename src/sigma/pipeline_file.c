/*
 * pipeline_file.c - the values of file_placeholders (pySigma's
 * FilePlaceholderTransformation): a file of lines, CSV (RFC 4180), JSON or YAML.
 *
 * A relative path starts at the folder of the pipeline. Of jq's language there
 * is what selects scalars: names and `[]`, such as ".users[].name". JSON is read
 * as YAML, of which it is a part. At most PLACEHOLDER_VALUES_MAX values.
 */
#include "sigma/pipeline_step.h"

#include "base/buf.h"
#include "sigma/placeholder.h"

enum { VALUES_FILE_BYTES_MAX = 10 * 1024 * 1024, READ_AHEAD_BYTES = 64 * 1024, JQ_STEPS_MAX = 16 };
enum { PATH, FORMAT, FILTER, CSV_COLUMN, CSV_HAS_HEADER, JQ };

struct values {
    struct preparing *p;
    const struct call *call;
    struct regex *filter;
    struct regex_state *state;
    struct sigma_string *items;
    uint32_t count, capacity;
};

static bool value_add(struct values *v, str text)
{
    struct arena *a = v->p->arena;

    if (v->filter && regex_search(v->filter, v->state, text) != REGEX_YES)
        return true;
    if (v->count == PLACEHOLDER_VALUES_MAX)
        return err_set_at(v->p->e, v->call->node->line, v->call->node->column,
                          "the file has more than %d values", PLACEHOLDER_VALUES_MAX);
    struct sigma_string *room =
        arena_push(a, (void **)&v->items, &v->count, &v->capacity, sizeof *room);
    sigma_string_parse(arena_str(a, text), a, room);
    return true;
}

static bool fail(const struct values *v, uint32_t parameter, const char *what)
{
    const struct yaml_node *n =
        v->call->values[parameter] ? v->call->values[parameter] : v->call->node;

    return err_set_at(v->p->e, n->line, n->column, "%s", what);
}

static bool read_lines(struct values *v, str text)
{
    while (text.n) {
        str line = str_trim(str_cut(&text, '\n'));
        if (line.n && !value_add(v, line))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------ CSV */

/* Takes one cell off *text into out, which has room for all of it; *ret_last: the row is over. */
static str take_cell(str *text, char *out, bool *ret_last)
{
    size_t n = 0, i = 0;
    bool quoted = text->n && text->p[0] == '"';

    for (i = quoted; i < text->n; i++) {
        char c = text->p[i];
        if (quoted && c == '"') {
            if (i + 1 < text->n && text->p[i + 1] == '"') {
                out[n++] = text->p[++i];
                continue;
            }
            quoted = false;
            continue;
        }
        if (!quoted && (c == ',' || c == '\n'))
            break;
        out[n++] = c;
    }
    *ret_last = i >= text->n || text->p[i] == '\n';
    *text = str_from_at(*text, i + 1);
    if (*ret_last && n && out[n - 1] == '\r')
        n--;
    return (str){out, n};
}

/* The place of the column that csv_column names, by number or in the header. */
static bool find_column(struct values *v, str *text, char *room, uint64_t *ret)
{
    str wanted = call_text(v->call, CSV_COLUMN, S(""));
    bool header = !v->call->values[CSV_HAS_HEADER] || call_bool(v->call, CSV_HAS_HEADER);
    bool number = str_u64(wanted, ret) && !v->call->values[CSV_COLUMN]->quoted, found = number;
    bool last = !header;

    if (!wanted.n)
        return fail(v, CSV_COLUMN, "a CSV file needs 'csv_column'");
    if (!number && !header)
        return fail(v, CSV_COLUMN, "a column is named in a header, which the file does not have");
    for (uint64_t i = 0; !last; i++) {
        str name = take_cell(text, room, &last);
        if (!found && str_eq(name, wanted)) {
            *ret = i;
            found = true;
        }
    }
    return found || fail(v, CSV_COLUMN, "the file has no such column");
}

static bool read_csv(struct values *v, str text)
{
    char *room = arena_bytes(v->p->arena, text.n + 1); /* for one cell at a time */
    uint64_t column;

    if (!find_column(v, &text, room, &column))
        return false;
    while (text.n) {
        bool last = false;
        for (uint64_t i = 0; !last; i++) {
            str cell = take_cell(&text, room, &last);
            if (i == column && !value_add(v, cell))
                return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------ JSON and YAML */

/* Splits ".a.b[]" into names; "[]" is an empty name. */
static bool read_path(struct values *v, str path, str steps[JQ_STEPS_MAX], uint32_t *ret_count)
{
    *ret_count = 0;
    if (!path.n)
        return fail(v, JQ, "a JSON or YAML file needs 'jq_expression'");
    while (path.n && !str_eq(path, S("."))) {
        size_t n = 0;
        if (*ret_count == JQ_STEPS_MAX)
            return fail(v, JQ, "'jq_expression' is too long");
        if (str_starts(path, S(".[]")) || str_starts(path, S("[]"))) {
            steps[(*ret_count)++] = S("");
            path = str_from_at(path, path.p[0] == '.' ? 3 : 2);
            continue;
        }
        if (path.p[0] == '.')
            path = str_from_at(path, 1);
        while (n < path.n && path.p[n] != '.' && path.p[n] != '[' && path.p[n] != ' ' &&
               path.p[n] != '|')
            n++;
        if (n == 0)
            return fail(v, JQ, "only names and [] can be used in 'jq_expression': .users[].name");
        steps[(*ret_count)++] = (str){path.p, n};
        path = str_from_at(path, n);
    }
    return true;
}

/* What a path selects, by one list of nodes a step. */
static bool read_tree(struct values *v, str text)
{
    struct arena *a = v->p->arena;
    struct yaml_document *documents;
    uint32_t document_count, step_count, count = 1, capacity = 0;
    str steps[JQ_STEPS_MAX];
    struct err why = {0};

    if (!read_path(v, call_text(v->call, JQ, S("")), steps, &step_count))
        return false;
    if (!yaml_parse(text, a, &documents, &document_count, &why) || document_count == 0 ||
        !documents[0].root)
        return fail(v, PATH, why.code ? why.message : "the file is empty");
    const struct yaml_node *root = documents[0].root, **nodes = &root;
    for (uint32_t s = 0; s < step_count; s++) {
        const struct yaml_node **next = NULL;
        uint32_t next_count = 0;
        capacity = 0;
        for (uint32_t i = 0; i < count; i++) {
            const struct yaml_node *n = nodes[i];
            const struct yaml_node *member =
                steps[s].n && n->kind == YAML_MAP ? yaml_get(n, steps[s]) : NULL;
            uint32_t elements = !steps[s].n && n->kind == YAML_LIST ? n->count : member ? 1 : 0;
            for (uint32_t k = 0; k < elements; k++)
                *(const struct yaml_node **)arena_push(a, (void **)&next, &next_count, &capacity,
                                                       sizeof(struct yaml_node *)) =
                    member ? member : n->items[k];
        }
        nodes = next;
        count = next_count;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i]->kind != YAML_SCALAR)
            return fail(v, JQ, "'jq_expression' must select plain values; put [] behind a list");
        if (!yaml_is_null(nodes[i]) && !value_add(v, nodes[i]->text))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------ files */

static str path_of(struct preparing *p, str path)
{
    size_t folder = p->file.n;

    while (folder > 0 && p->file.p[folder - 1] != '/')
        folder--;
    if (str_starts(path, S("/")) || folder == 0)
        return arena_str(p->arena, path);
    return arena_printf(p->arena, STR_FMT STR_FMT, (int)folder, p->file.p, STR_ARG(path));
}

static bool read_values(struct values *v, str text)
{
    static const struct {
        str format;
        bool (*read)(struct values *, str);
    } readers[] = {
        {S("plaintext"), read_lines},
        {S("csv"), read_csv},
        {S("json"), read_tree},
        {S("yaml"), read_tree},
    };
    str format = call_text(v->call, FORMAT, S("plaintext"));

    for (size_t i = 0; i < countof(readers); i++)
        if (str_eq(readers[i].format, format))
            return readers[i].read(v, text);
    return fail(v, FORMAT, "there is no such format");
}

bool pipeline_file_values(struct preparing *p, const struct call *c, struct sigma_string **ret,
                          uint32_t *ret_count)
{
    struct buf file CLEANUP(buf_done) = buf_make(VALUES_FILE_BYTES_MAX + READ_AHEAD_BYTES);
    struct values v = {.p = p, .call = c};
    struct err why = {0};
    str path = path_of(p, c->values[PATH]->text);
    bool ok;

    if (c->values[FILTER] && !(v.filter = preparing_regex(p, c->values[FILTER], false)))
        return false;
    if (memchr(path.p, '\0', path.n))
        return fail(&v, PATH, "the path holds a NUL");
    pipelines_own_file(p->owner);
    if (!io_read_file(p->io, path.p, &file, &why))
        return fail(&v, PATH, why.message);
    v.state = regex_state_new();
    ok = read_values(&v, arena_str(p->arena, buf_str(&file)));
    regex_state_free(v.state);
    if (ok && v.count == 0)
        return fail(&v, PATH, "the file gives no values");
    *ret = v.items;
    *ret_count = v.count;
    return ok;
}
