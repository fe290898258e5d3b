/* pattern_test.c - runs the test lines of a pattern file. */
#include "event/event.h"
#include "message/pattern_file.h"
#include "text/time.h"

enum { TEST_ARENA_BYTES = 16 * 1024, TEST_FIELDS = 32 };

/* What is "now" for times without a year: 2026-12-01. */
#define TEST_NOW_NS (INT64_C(1796083200) * NS_PER_S)

static bool differs(const struct yaml_node *n, struct err *e, const char *what, str name, str want,
                    str got)
{
    if (!got.p)
        return err_set_at(e, n->line, n->column, "%s '" STR_FMT "' is absent, not '" STR_FMT "'",
                          what, STR_ARG(name), STR_ARG(want));
    return err_set_at(e, n->line, n->column, "%s '" STR_FMT "' is '" STR_FMT "', not '" STR_FMT "'",
                      what, STR_ARG(name), STR_ARG(got), STR_ARG(want));
}

/* Does the field have the value, or one of its values? '' is none. */
static bool has_value(const struct event *ev, str name, str want)
{
    uint32_t at = event_find(ev, name);

    if (at == ev->field_count)
        return want.n == 0;
    for (; at < ev->field_count; at = event_next(ev, at))
        if (str_eq(ev->fields[at].value, want))
            return true;
    return false;
}

static bool fields_right(const struct pattern_test *t, const struct event *ev, struct err *e)
{
    for (uint32_t i = 0; t->fields && i < t->fields->count; i++) {
        const struct yaml_pair *pair = &t->fields->pairs[i];
        if (!has_value(ev, pair->key->text, pair->value->text))
            return differs(pair->key, e, "field", pair->key->text, pair->value->text,
                           event_get(ev, pair->key->text));
    }
    return true;
}

static bool columns_right(const struct pattern_test *t, const struct columns *c, struct err *e)
{
    for (uint32_t i = 0; t->common && i < t->common->count; i++) {
        const struct yaml_pair *pair = &t->common->pairs[i];
        enum column column = column_find(pair->key->text);
        if (column == COLUMN_COUNT)
            return err_set_at(e, pair->key->line, pair->key->column,
                              "there is no common column '" STR_FMT "'", STR_ARG(pair->key->text));
        if (!str_eq(c->values[column], pair->value->text))
            return differs(pair->key, e, "column", pair->key->text, pair->value->text,
                           c->values[column]);
    }
    return true;
}

static bool time_right(const struct pattern_test *t, const struct event *ev, struct err *e)
{
    const struct yaml_node *n = yaml_get(t->node, S("time"));
    char text[TIME_TEXT_MAX];
    uint8_t digits;
    int64_t want;

    if (!t->time.n)
        return true;
    if (!time_parse_rfc3339(t->time, &want, &digits))
        return err_set_at(e, n->line, n->column, "'" STR_FMT "' is no time of RFC 3339",
                          STR_ARG(t->time));
    if (ev->has_time && ev->time_ns == want)
        return true;
    size_t length = ev->has_time ? time_format(ev->time_ns, ev->time_digits, text) : 0;
    return differs(n, e, "the", S("time"), t->time, length ? (str){text, length} : (str){0});
}

static bool outcome_right(const struct pattern_test *t, const struct columns *c, struct err *e)
{
    static const str names[] = {
        [OUTCOME_UNTOLD] = S("unknown"),
        [OUTCOME_SUCCESS] = S("success"),
        [OUTCOME_FAILURE] = S("failure"),
    };

    if (!t->outcome.n || str_eq(names[c->outcome], t->outcome))
        return true;
    return differs(yaml_get(t->node, S("outcome")), e, "the", S("outcome"), t->outcome,
                   names[c->outcome]);
}

static bool run(const struct pattern_file *f, const struct pattern_test *t, struct arena *a,
                struct err *e)
{
    static const struct time_rule rule = {.reference_ns = TEST_NOW_NS};
    struct event *ev = arena_alloc(a, sizeof *ev);
    struct columns *columns = arena_alloc(a, sizeof *columns);
    struct message m = {.text = str_trim(t->line),
                        .program = t->program,
                        .event = ev,
                        .arena = a,
                        .time_rule = &rule};
    struct dialect_reader *r = dialect_reader_new(NULL, &f->dialect);

    ev->fields = arena_array(a, TEST_FIELDS, sizeof *ev->fields);
    ev->field_capacity = TEST_FIELDS;
    bool read = dialect_read(r, &m, false) != NULL;
    dialect_reader_free(r);
    if (read != t->matches)
        return err_set_at(e, t->node ? t->node->line : 0, t->node ? t->node->column : 0,
                          read ? "a pattern fits the line" : "no pattern fits the line");
    if (!read)
        return true;
    columns_fill(ev, columns, a);
    return fields_right(t, ev, e) && columns_right(t, columns, e) && time_right(t, ev, e) &&
           outcome_right(t, columns, e);
}

bool pattern_file_test(const struct pattern_file *f, const struct pattern_test *t, struct err *e)
{
    struct arena *a = arena_new(TEST_ARENA_BYTES);
    bool right = run(f, t, a, e);

    arena_free(a);
    return right;
}
