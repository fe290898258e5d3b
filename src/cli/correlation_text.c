#include "cli/correlation_text.h"

#include "correlate/correlator.h"

enum { LABEL_COLUMNS = 17, TEXT_MAX = 1024 * 1024 };

static void line(struct page *p, const char *label, str text)
{
    page_cell(p, STYLE_FAINT, str_from(label), LABEL_COLUMNS);
    page_paragraph(p, STYLE_PLAIN, LABEL_COLUMNS, text);
}

static void join(struct buf *out, const str *items, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            buf_add(out, S(", "));
        buf_add(out, items[i]);
    }
}

/* What a rule is to a sequence: ", 3 times" */
static void write_step(struct buf *out, const struct correlation_reference *r)
{
    if (r->runs > 1)
        buf_printf(out, ", %u times", r->runs);
    if (r->fork)
        buf_add(out, S(", again and again"));
}

static const char *const labels[] = {
    [CORRELATION_STEP] = "then",
    [CORRELATION_ABSENCE] = "and never",
    [CORRELATION_UNTIL] = "until",
};

/* "its count >= 5 and < 10", "all of them were seen" */
static void write_condition(struct buf *out, const struct sigma_correlation *c)
{
    static const char *const signs[] = {
        [CORRELATION_GT] = ">",   [CORRELATION_GTE] = ">=", [CORRELATION_LT] = "<",
        [CORRELATION_LTE] = "<=", [CORRELATION_EQ] = "=",   [CORRELATION_NEQ] = "is not",
    };

    if (c->condition) {
        buf_add(out, S("the condition in words holds of the rules that were seen"));
        return;
    }
    if (c->type == CORRELATION_SEQUENCE) {
        buf_add(out, c->rules[c->rule_count - 1].role == CORRELATION_ABSENCE
                         ? S("all steps were seen, and the time is over")
                         : S("all steps were seen, one after the other"));
        return;
    }
    if (c->bound_count == 0)
        buf_add(out, c->type == CORRELATION_TEMPORAL_ORDERED
                         ? S("all of them were seen, one after the other")
                         : S("all of them were seen"));
    for (uint32_t i = 0; i < c->bound_count; i++)
        buf_printf(out, "%s %s %.15g", i ? " and" : correlation_type_name(c->type),
                   signs[c->bounds[i].op], c->bounds[i].number);
    if (c->type == CORRELATION_VALUE_PERCENTILE)
        buf_printf(out, ", of the percentile %.15g", c->percentile);
}

void correlation_text(struct page *p, const struct sigma_correlation *c)
{
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);

    page_heading(p, "Correlation", correlation_type_name(c->type));
    for (uint32_t i = 0; i < c->rule_count; i++) {
        const struct correlation_member *m = &c->members[i];
        buf_clear(&text);
        buf_add(&text, m->rule ? m->rule->title : m->child->head.title);
        if (c->group_count) {
            buf_add(&text, S(", by "));
            join(&text, m->group, c->group_count);
        }
        if (c->type == CORRELATION_SEQUENCE)
            write_step(&text, &c->rules[i]);
        const char *label = c->type == CORRELATION_SEQUENCE ? labels[c->rules[i].role] : "";
        line(p, i ? label : "matches of", buf_str(&text));
    }
    if (c->field_count) {
        buf_clear(&text);
        join(&text, c->fields, c->field_count);
        line(p, "values of", buf_str(&text));
    }
    buf_clear(&text);
    write_condition(&text, c);
    line(p, "fires when", buf_str(&text));
    char within[PAGE_NUMBER_MAX];
    line(p, "within", page_duration(c->timespan_ns, within));
    if (c->window == CORRELATION_TUMBLING)
        line(p, "", S("counted anew each time that it is over"));
    if (c->window == CORRELATION_SESSION)
        line(p, "and no pause of", page_duration(c->gap_ns, within));
    line(p, "rules' findings", c->generate ? S("are told as well") : S("are not told"));
}
