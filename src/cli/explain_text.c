#include "cli/explain_text.h"

#include "cli/rule_text.h"
#include "event/column.h"
#include "event/kind.h"
#include "message/dialect.h"
#include "text/time.h"

enum {
    LABEL_COLUMNS = 16,
    NAME_COLUMNS = 34,
    INDENT = 2,
    VALUES_TOLD = 3, /* of one item of a rule */
    TEXT_MAX = 64 * 1024,
    SURE = 100,
};

static void label(struct page *p, const char *text)
{
    page_cell(p, STYLE_FAINT, str_from(text), LABEL_COLUMNS);
}

static void end(struct page *p, enum page_style style, str text)
{
    page_value(p, style, text);
    page_newline(p);
}

/* ------------------------------------------------------------ format */

void explain_format(struct page *p, const struct format_set *set, const struct format *chosen,
                    bool asked, str head)
{
    page_heading(p, "Format", NULL);
    label(p, "chosen");
    page_text(p, STYLE_STRONG, str_from(chosen->name));
    page_text(p, STYLE_FAINT, asked ? S("  as asked for") : S("  by its content"));
    page_newline(p);
    for (size_t i = 0; i < set->count; i++) {
        const struct format *f = set->items[i];
        int sure = f->sniff ? f->sniff(f, head) : 0;
        if (sure == 0)
            continue;
        label(p, f == set->items[0] ? "how sure" : "");
        page_cell(p, STYLE_PLAIN, str_from(f->name), LABEL_COLUMNS);
        page_printf(p, STYLE_PLAIN, "%3d of %d", sure, SURE);
        page_newline(p);
    }
}

/* Which dialects were asked for the text, and what they said. */
static void tell_trial(struct page *p, const struct dialect_trial *t)
{
    label(p, "");
    page_cell(p, t->took ? STYLE_STRONG : STYLE_PLAIN, str_from(t->dialect->name), LABEL_COLUMNS);
    page_text(p, STYLE_FAINT, t->by_program ? S("named by the program; ") : S("by content; "));
    page_text(p, STYLE_PLAIN, t->took ? S("takes it") : S("does not take it"));
    page_newline(p);
    if (t->template) {
        page_tab(p, LABEL_COLUMNS + INDENT);
        page_paragraph(p, STYLE_PLAIN, LABEL_COLUMNS + INDENT, str_from(t->template));
    }
}

static void tell_dialects(struct page *p, const struct explanation *x)
{
    const struct format *f = x->stream->format;
    str text = event_get(x->event, S("message")), program = event_get(x->event, S("program"));
    struct dialect_trial trials[DIALECT_TRIALS_MAX];

    if (!text.p)
        return;
    bool bare = str_eq(str_trim(text), str_trim(x->event->raw));
    struct dialect_reader *r = dialect_reader_new(format_dialects(f), f->dialect);
    struct event scratch = {.fields = arena_array(x->arena, 1, sizeof(struct field)),
                            .field_capacity = 1};
    struct message m = {.text = str_trim(text),
                        .program = program,
                        .event = &scratch,
                        .arena = x->arena,
                        .time_rule = &x->stream->time};
    uint32_t n = dialect_try(r, &m, bare, trials);
    label(p, "message");
    if (program.n)
        page_printf(p, STYLE_PLAIN, "of the program '" STR_FMT "'", STR_ARG(program));
    else
        page_text(p, STYLE_PLAIN, bare ? S("the whole line") : S("of no program"));
    page_text(p, STYLE_FAINT,
              n ? S("; dialects, as they were asked:") : S("; no dialect knows it"));
    page_newline(p);
    for (uint32_t i = 0; i < n; i++)
        tell_trial(p, &trials[i]);
    dialect_reader_free(r);
}

/* ------------------------------------------------------------ the event */

static void tell_time(struct page *p, const struct event *ev)
{
    char text[TIME_TEXT_MAX];

    label(p, "time");
    if (!ev->has_time) {
        end(p, STYLE_BAD, S("none: the record has none, or no year of it can be told"));
        return;
    }
    page_text(p, STYLE_PLAIN, (str){text, time_format(ev->time_ns, ev->time_digits, text)});
    if (ev->time_guess & TIME_GUESS_YEAR)
        page_text(p, STYLE_FAINT, S("  its year is a guess: by the time of the file"));
    if (ev->time_guess & TIME_GUESS_ZONE)
        page_text(p, STYLE_FAINT, S("  it names no zone: UTC, or what --zone says"));
    page_newline(p);
}

static void write_source(struct buf *out, const struct logsource *l)
{
    buf_add(out, l->product.n ? l->product : S("-"));
    buf_char(out, '/');
    buf_add(out, l->category.n ? l->category : S("-"));
    buf_char(out, '/');
    buf_add(out, l->service.n ? l->service : S("-"));
}

static void tell_sources(struct page *p, const struct event *ev)
{
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);

    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        if (i)
            buf_add(&text, S("  "));
        write_source(&text, &ev->logsources[i]);
    }
    label(p, "log source");
    end(p, STYLE_PLAIN, ev->logsource_count ? buf_str(&text) : S("none that rules ask for"));
}

static const str by_others = S("  told by earlier records of the connection");

static void tell_meaning(struct page *p, const struct event *ev, const struct columns *c)
{
    static const char *const outcomes[] = {"not told", "success", "failure"};
    const struct activity_row *activity = activity_row(c->activity);

    label(p, "read as");
    end(p, STYLE_STRONG, str_from(kind_format(ev->kind)));
    label(p, "meaning");
    page_text(p, STYLE_PLAIN, str_from(activity->what));
    if (activity->class_uid)
        page_printf(p, STYLE_FAINT, "  (OCSF class %u, activity %u)", activity->class_uid,
                    activity->activity_id);
    page_newline(p);
    label(p, "outcome");
    page_text(p, STYLE_PLAIN, str_from(outcomes[c->outcome]));
    page_text(p, STYLE_FAINT, c->derived & DERIVED_OUTCOME ? by_others : S(""));
    page_newline(p);
}

static void tell_fields(struct page *p, const struct event *ev)
{
    page_heading(p, "Native fields", "what rules see");
    for (uint32_t i = 0; i < ev->field_count; i++) {
        page_cell(p, STYLE_PLAIN, ev->fields[i].name, NAME_COLUMNS);
        page_tab(p, NAME_COLUMNS + INDENT);
        end(p, STYLE_PLAIN, ev->fields[i].value);
    }
}

static bool is_derived(const struct columns *c, uint32_t column)
{
    return (column == COLUMN_source_ip && (c->derived & DERIVED_SOURCE_IP)) ||
           (column == COLUMN_source_port && (c->derived & DERIVED_SOURCE_PORT));
}

static void tell_columns(struct page *p, const struct columns *c)
{
    page_heading(p, "Common columns", "what searches and reports see");
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        if (!c->values[i].p)
            continue;
        page_cell(p, STYLE_PLAIN, str_from(column_name((enum column)i)), NAME_COLUMNS);
        page_tab(p, NAME_COLUMNS + INDENT);
        page_value(p, STYLE_PLAIN, c->values[i]);
        page_text(p, STYLE_FAINT, is_derived(c, i) ? by_others : S(""));
        page_newline(p);
    }
}

/* ------------------------------------------------------------ rules */

static void tell_title(struct page *p, const struct sigma_rule *rule)
{
    page_cell(p, page_level_style(rule->level), page_level_name(rule->level), LABEL_COLUMNS);
    page_text(p, STYLE_STRONG, rule->title);
    page_newline(p);
}

static void tell_match(struct page *p, const struct explanation *x, uint32_t rule)
{
    struct matched_field *fields;
    uint32_t n = naive_explain(x->naive, rule, x->event, x->arena, &fields);

    tell_title(p, x->rules->rules[rule]);
    for (uint32_t i = 0; i < n; i++) {
        label(p, i == 0 ? "  because" : "");
        page_text(p, STYLE_PLAIN, fields[i].field);
        page_text(p, STYLE_FAINT, S(" = "));
        end(p, STYLE_PLAIN, fields[i].value);
    }
}

/* "Image ends with '\x.exe' or ends with '\y.exe' or 7 more" */
static void write_item(struct buf *out, const struct sigma_item *item)
{
    uint32_t told = 0, count = 0;

    buf_add(out, item->field.n ? item->field : S("any field"));
    for (uint32_t i = 0; i < item->value_count; i++)
        for (uint32_t k = 0; k < item->values[i].count; k++, count++) {
            if (told == VALUES_TOLD)
                continue;
            buf_add(out, told ? item->all ? S(" and ") : S(" or ") : S(" "));
            rule_text_test(out, &item->values[i].tests[k]);
            told++;
        }
    if (count > told)
        buf_printf(out, " %s %u more", item->all ? "and" : "or", count - told);
}

static void tell_missed(struct page *p, const struct missed_test *missed)
{
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);

    buf_add(&text, missed->unwanted != missed->item->negated ? S("not: ") : S(""));
    write_item(&text, missed->item);
    label(p, missed->unwanted ? "  ruled out by" : "  it lacks");
    page_paragraph(p, STYLE_PLAIN, LABEL_COLUMNS, buf_str(&text));
    if (!missed->item->field.n)
        return;
    label(p, "");
    page_text(p, STYLE_FAINT, S("the event has "));
    end(p, STYLE_FAINT, missed->value.p ? missed->value : S("no such field"));
}

static void tell_near(struct page *p, const struct explanation *x, const struct near_miss *m)
{
    const struct sigma_rule *rule = x->rules->rules[m->rule];
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);

    tell_title(p, rule);
    if (m->other_source) {
        write_source(&text, &rule->logsource);
        label(p, "  it is for");
        end(p, STYLE_PLAIN, buf_str(&text));
        return;
    }
    label(p, "  held");
    page_printf(p, STYLE_PLAIN, "%u of %u tests that it needs", m->held, m->held + m->distance);
    page_newline(p);
    for (uint32_t i = 0; i < m->missed_count; i++)
        tell_missed(p, &m->missed[i]);
}

static bool applies(const struct sigma_rule *rule, const struct event *ev)
{
    static const struct logsource none;
    bool any = ev->logsource_count == 0 && logsource_applies(&rule->logsource, &none);

    for (uint32_t i = 0; i < ev->logsource_count && !any; i++)
        any = logsource_applies(&rule->logsource, &ev->logsources[i]);
    return any;
}

static void tell_rules(struct page *p, const struct explanation *x)
{
    uint32_t asked = 0, matched = 0;
    struct near_miss *near;

    for (uint32_t i = 0; i < x->rules->count; i++)
        asked += applies(x->rules->rules[i], x->event);
    page_heading(p, "Rules", NULL);
    label(p, "asked");
    page_printf(p, STYLE_PLAIN, "%u of %u: those for its log source", asked, x->rules->count);
    page_newline(p);
    for (uint32_t i = 0; i < x->rules->count; i++) {
        if (!naive_matches(x->naive, i, x->event))
            continue;
        if (matched++ == 0)
            page_heading(p, "Matches", NULL);
        tell_match(p, x, i);
    }
    uint32_t n = near_miss_find(x->naive, x->event, x->near, x->arena, &near);
    if (n)
        page_heading(p, matched ? "Others that came near" : "No rule matches; these came near",
                     "and what stood in the way");
    for (uint32_t i = 0; i < n; i++)
        tell_near(p, x, &near[i]);
}

void explain_text(struct page *p, const struct explanation *x)
{
    char number[PAGE_NUMBER_MAX];

    page_heading(p, "Record", NULL);
    label(p, "number");
    end(p, STYLE_PLAIN, page_number(x->event->from.record, number));
    if (x->problem) {
        label(p, "wrong");
        end(p, STYLE_BAD, str_from(x->problem));
    }
    tell_dialects(p, x);
    tell_meaning(p, x->event, &x->columns);
    tell_time(p, x->event);
    tell_sources(p, x->event);
    tell_fields(p, x->event);
    tell_columns(p, &x->columns);
    tell_rules(p, x);
}
