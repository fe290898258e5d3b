#include "formats/heading.h"

#include "text/utf8.h"

void heading_init(struct heading *h)
{
    h->text = buf_make(HEADING_BYTES_MAX);
    h->count = 0;
    h->given = false;
}

void heading_done(struct heading *h)
{
    buf_done(&h->text);
}

str heading_cut(str *rest, str separator, bool *ret_more)
{
    assert(separator.n);
    const char *at = separator.n == 1 ? (rest->n ? memchr(rest->p, separator.p[0], rest->n) : NULL)
                                      : str_find(*rest, separator);
    str before = {rest->p, at ? (size_t)(at - rest->p) : rest->n};

    *ret_more = at != NULL;
    *rest = str_from_at(*rest, before.n + (at ? separator.n : 0));
    return before;
}

void heading_set(struct heading *h, str line, str separator)
{
    buf_clear(&h->text);
    line.n = line.n > HEADING_BYTES_MAX ? HEADING_BYTES_MAX : line.n;
    buf_add(&h->text, line);
    h->count = 0;
    h->given = true;
    str rest = buf_str(&h->text);
    const bool blank = str_eq(separator, S(" "));
    if (blank)
        rest = str_trim(rest);
    for (bool more = rest.n > 0; more && h->count < HEADING_COLUMNS_MAX;) {
        str name = str_trim(heading_cut(&rest, separator, &more));
        if (blank && name.n == 0)
            continue;
        name.n = name.n > EVENT_NAME_MAX || !utf8_valid(name) ? 0 : name.n;
        h->names[h->count++] = name;
    }
}

str heading_name(const struct heading *h, uint32_t column, struct arena *a)
{
    if (column < h->count && h->names[column].n)
        return arena_str(a, h->names[column]);
    return arena_printf(a, "column_%u", column + 1);
}

struct event *heading_event(const struct batch *b, const struct line_record *line, uint32_t fields)
{
    struct event *ev = arena_alloc(b->arena, sizeof *ev);

    ev->fields = arena_array(b->arena, fields ? fields : 1, sizeof *ev->fields);
    ev->field_capacity = fields ? fields : 1;
    ev->from = line_provenance(b, line);
    ev->raw = line->text;
    return ev;
}

void heading_report(const struct batch *b, const struct line_record *line,
                    const struct decode_sink *out, const char *why)
{
    struct problem p = line_problem(b, line, PROBLEM_bad_record, why);

    out->problem(out->ctx, &p);
}
