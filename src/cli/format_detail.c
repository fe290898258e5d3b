#include "cli/format_detail.h"

#include "event/column.h"
#include "event/kind.h"
#include "message/dialect.h"

enum { LABEL_COLUMNS = 16, NAME_COLUMNS = 34, CHAIN_MAX = 8 };

static void label(struct page *p, const char *text)
{
    page_cell(p, STYLE_FAINT, str_from(text), LABEL_COLUMNS);
}

static void tell(struct page *p, const char *name, str text)
{
    if (!text.n)
        return;
    label(p, name);
    page_paragraph(p, STYLE_PLAIN, LABEL_COLUMNS, text);
}

/* ------------------------------------------------------------ tables of a dialect */

/* The columns that a dialect's own tables name: of its kind and of its templates' kinds. */
struct rule_walk {
    const struct dialect *dialect;
    const struct kind *kind;
    const struct column_rule *rule;
    size_t next_template;
};

static const struct column_rule *rule_next(struct rule_walk *w)
{
    for (;;) {
        if (w->rule && w->rule->field.n)
            return w->rule++;
        w->rule = NULL;
        if (w->kind) {
            w->rule = w->kind->columns;
            w->kind = w->kind->base == w->dialect->kind ? NULL : w->kind->base;
        } else if (w->next_template < w->dialect->template_count) {
            w->kind = w->dialect->templates[w->next_template++].kind;
        } else {
            return NULL;
        }
    }
}

static bool is_first(const struct dialect *d, const struct column_rule *rule)
{
    struct rule_walk w = {.dialect = d, .kind = d->kind};

    for (const struct column_rule *r; (r = rule_next(&w));)
        if (str_eq(r->field, rule->field) && r->column == rule->column)
            return r == rule;
    return true;
}

/* ------------------------------------------------------------ for people */

static void join(struct buf *out, const str *items, size_t most)
{
    for (size_t i = 0; i < most && items[i].n; i++) {
        if (i)
            buf_add(out, S(", "));
        buf_add(out, items[i]);
    }
}

static void tell_list(struct page *p, const char *name, const str *items, size_t most)
{
    struct buf text CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);

    join(&text, items, most);
    tell(p, name, buf_str(&text));
}

static void tell_dialect(struct page *p, const struct dialect *d)
{
    struct rule_walk w = {.dialect = d, .kind = d->kind};
    bool headed = false;

    tell_list(p, "programs", d->programs, DIALECT_PROGRAMS_MAX);
    tell_list(p, "begins with", d->starts, DIALECT_STARTS_MAX);
    for (size_t i = 0; i < DIALECT_SOURCES_MAX; i++) {
        const struct logsource *l = &d->sources[i];
        if (!l->product.n && !l->category.n && !l->service.n)
            continue;
        label(p, "log source");
        page_printf(p, STYLE_PLAIN, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(l->product),
                    STR_ARG(l->category), STR_ARG(l->service));
        page_newline(p);
    }
    for (const struct column_rule *r; (r = rule_next(&w));) {
        if (!is_first(d, r))
            continue;
        if (!headed)
            page_heading(p, "Fields", "and their common columns");
        headed = true;
        page_cell(p, STYLE_PLAIN, r->field, NAME_COLUMNS);
        page_text(p, STYLE_PLAIN, S("  "));
        page_text(p, STYLE_PLAIN, str_from(column_name((enum column)r->column)));
        page_newline(p);
    }
    if (d->template_count)
        page_heading(p, "Templates", "in the order in which they are tried");
    for (size_t i = 0; i < d->template_count; i++) {
        page_text(p, STYLE_PLAIN, str_from(d->templates[i].text));
        page_newline(p);
    }
}

void format_detail_text(struct page *p, const struct format *f)
{
    page_text(p, STYLE_STRONG, str_from(f->name));
    page_newline(p);
    tell(p, "what it is", str_from(format_summary(f)));
    label(p, "recognised");
    page_text(p, STYLE_PLAIN,
              f->dialect && !f->dialect->bare ? S("within an envelope, such as syslog's")
              : f->dialect || f->sniff        ? S("by its content")
                                              : S("only when asked for"));
    page_newline(p);
    if (f->dialect)
        tell_dialect(p, f->dialect);
    if (format_sample(f)) {
        page_heading(p, "Sample", NULL);
        page_text(p, STYLE_PLAIN, str_from(format_sample(f)));
        page_newline(p);
    }
}

/* ------------------------------------------------------------ as JSON */

static void write_list(struct json_writer *w, str key, const str *items, size_t most)
{
    json_key(w, key);
    json_array(w);
    for (size_t i = 0; i < most && items[i].n; i++)
        json_str(w, items[i]);
    json_array_end(w);
}

static void write_fields(struct json_writer *w, const struct dialect *d)
{
    struct rule_walk walk = {.dialect = d, .kind = d->kind};

    json_key(w, S("columns"));
    json_array(w);
    for (const struct column_rule *r; (r = rule_next(&walk));) {
        if (!is_first(d, r))
            continue;
        json_object(w);
        json_field_str(w, S("field"), r->field);
        json_field_str(w, S("column"), str_from(column_name((enum column)r->column)));
        json_object_end(w);
    }
    json_array_end(w);
    json_key(w, S("templates"));
    json_array(w);
    for (size_t i = 0; i < d->template_count; i++)
        json_str(w, str_from(d->templates[i].text));
    json_array_end(w);
}

static void write_sources(struct json_writer *w, const struct dialect *d)
{
    json_key(w, S("logsource"));
    json_array(w);
    for (size_t i = 0; i < DIALECT_SOURCES_MAX; i++) {
        const struct logsource *l = &d->sources[i];
        if (!l->product.n && !l->category.n && !l->service.n)
            continue;
        json_object(w);
        json_field_str(w, S("product"), l->product);
        json_field_str(w, S("category"), l->category);
        json_field_str(w, S("service"), l->service);
        json_object_end(w);
    }
    json_array_end(w);
}

void format_detail_json(struct json_writer *w, const struct format *f)
{
    const struct dialect *d = f->dialect;

    json_object(w);
    json_field_str(w, S("name"), str_from(f->name));
    json_field_str(w, S("summary"), str_from(format_summary(f)));
    json_field_str(w, S("sample"), str_from(format_sample(f)));
    json_field_str(w, S("part"), d ? S("dialect") : S("format"));
    if (d) {
        write_list(w, S("programs"), d->programs, DIALECT_PROGRAMS_MAX);
        write_list(w, S("starts"), d->starts, DIALECT_STARTS_MAX);
        json_key(w, S("bare"));
        json_bool(w, d->bare);
        write_sources(w, d);
        write_fields(w, d);
    }
    json_object_end(w);
}
