/*
 * report_table.c - the default: what happened, for a person at a terminal. All
 * of it is written at the end; until then memory is bounded by the number of
 * rules that matched (rule_digest.h) and PLACES_MAX places for each kind of
 * problem.
 */
#include "cli/page.h"
#include "engine/finding_field.h"
#include "cli/report.h"
#include "cli/rule_digest.h"
#include "cli/sink.h"
#include "cli/summary_text.h"

#include "base/mem.h"
#include "text/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ROWS_MAX = 12,     /* of a section, without --stats */
    DETAILED_MAX = 40, /* rules told with hosts and values; the others get a line */
    LISTED_MAX = 120,  /* rules told at all */
    PLACES_MAX = 3,    /* of a kind of problem */
    PLACES_BLOCK_BYTES = 16 * 1024,
    LEVEL_COLUMNS = 13,
    COUNT_COLUMNS = 7,
    DETAIL_COLUMN = 4,
    FIELD_COLUMNS_MAX = 20,
};

struct place {
    str file;
    struct problem problem;
};

struct table {
    const struct report_context *context;
    struct sink sink;
    struct digest_book *book;
    struct arena *arena;
    struct place places[PROBLEM_KIND_COUNT][PLACES_MAX];
    uint64_t problem_counts[PROBLEM_KIND_COUNT];
};

static void *table_open(const struct report_context *c)
{
    struct table *t = mem_alloc(sizeof *t);

    t->context = c;
    t->sink = sink_make(c->io, c->fd);
    t->book = digest_book_new();
    t->arena = arena_new(PLACES_BLOCK_BYTES);
    return t;
}

static bool table_finding(void *state, const struct finding *f, struct err *e)
{
    struct table *t = state;

    (void)e;
    digest_book_add(t->book, f);
    return true;
}

static bool table_problem(void *state, str file, const struct problem *p, struct err *e)
{
    struct table *t = state;
    uint64_t n = t->problem_counts[p->kind]++;

    (void)e;
    if (n < PLACES_MAX)
        t->places[p->kind][n] = (struct place){arena_str(t->arena, file), *p};
    return true;
}

/* A rule that matched. */
struct rule_row {
    const struct tally *tally;
    const struct rule_digest *digest; /* NULL when --limit left out all its findings */
};

/* By level, highest first, then count, then title. */
static int compare(const void *a, const void *b)
{
    const struct tally *x = ((const struct rule_row *)a)->tally;
    const struct tally *y = ((const struct rule_row *)b)->tally;

    if (x->level != y->level)
        return x->level > y->level ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    int order = str_cmp(x->rule->title, y->rule->title);
    return order ? order : str_cmp(x->key, y->key);
}

/* Goes to the next line of the details when `width` columns more do not fit on this one. */
static void begin_piece(struct page *p, size_t width)
{
    page_fit(p, DETAIL_COLUMN, width + 2);
    if (p->at > DETAIL_COLUMN)
        page_text(p, STYLE_PLAIN, S("  "));
}

/* Hosts, times and techniques of a rule. */
static void write_where(struct page *p, const struct tally *t, const struct rule_digest *d)
{
    struct buf techniques CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    char first[PAGE_NUMBER_MAX], last[PAGE_NUMBER_MAX];

    page_tab(p, DETAIL_COLUMN);
    for (uint32_t i = 0; i < d->host_count; i++) {
        if (i)
            page_text(p, STYLE_PLAIN, S(", "));
        page_rest(p, STYLE_STRONG, d->hosts[i]);
    }
    if (d->more_hosts)
        page_text(p, STYLE_PLAIN, S(" and others"));
    if (t->has_time) {
        str a = page_time(t->first_ns, first), b = page_time(t->last_ns, last);
        bool same_day = str_eq((str){a.p, 11}, (str){b.p, 11});
        begin_piece(p, a.n + 4 + b.n);
        page_text(p, STYLE_FAINT, a);
        if (!str_eq(a, b)) {
            page_text(p, STYLE_FAINT, S(" to "));
            page_text(p, STYLE_FAINT, same_day ? str_from_at(b, 11) : b);
        }
    }
    rule_techniques_text(&techniques, d->rule, " ");
    if (techniques.n) {
        begin_piece(p, techniques.n);
        page_rest(p, STYLE_FAINT, buf_str(&techniques));
    }
    if (p->at > DETAIL_COLUMN)
        page_newline(p);
}

static void write_place(struct page *p, const struct rule_digest *d, uint64_t count, uint32_t width)
{
    char record[PAGE_NUMBER_MAX];
    int n = snprintf(record, sizeof record, ":%" PRIu64, d->record);

    page_tab(p, DETAIL_COLUMN);
    page_cell(p, STYLE_FAINT, count > 1 ? S("first at") : S("at"), width);
    page_text(p, STYLE_PLAIN, S("  "));
    page_path(p, STYLE_FAINT, d->file, (uint32_t)n);
    page_text(p, STYLE_FAINT, (str){record, (size_t)n});
    page_newline(p);
}

static void write_values(struct page *p, uint64_t count, const struct rule_digest *d)
{
    uint32_t width = sizeof "first at" - 1;

    for (uint32_t i = 0; i < d->field_count; i++) {
        size_t n = terminal_width(d->fields[i].name);
        width = n > width ? (uint32_t)n : width;
    }
    width = width < FIELD_COLUMNS_MAX ? width : FIELD_COLUMNS_MAX;
    for (uint32_t i = 0; i < d->field_count; i++) {
        const struct digest_field *field = &d->fields[i];
        for (uint32_t k = 0; k < field->value_count; k++) {
            page_tab(p, DETAIL_COLUMN);
            page_cell(p, STYLE_FAINT, k ? S("") : field->name, width);
            page_text(p, STYLE_PLAIN, S("  "));
            page_value(p, STYLE_PLAIN, field->values[k]);
            page_newline(p);
        }
        if (field->more) {
            page_tab(p, DETAIL_COLUMN + width + 2);
            page_text(p, STYLE_FAINT, S("... and other values"));
            page_newline(p);
        }
    }
    write_place(p, d, count, width);
}

static void write_rule(struct page *p, const struct rule_row *row, bool detailed)
{
    const struct tally *t = row->tally;
    char n[PAGE_NUMBER_MAX];

    page_text(p, page_level_style(t->level), page_level_name(t->level));
    page_tab(p, LEVEL_COLUMNS);
    page_cell_right(p, STYLE_STRONG, page_number(t->count, n), COUNT_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_STRONG, t->rule->title);
    page_newline(p);
    if (!detailed || !row->digest)
        return;
    write_where(p, t, row->digest);
    write_values(p, t->count, row->digest);
}

static void write_rules(struct table *t, struct page *p, const struct tally_table *rules)
{
    if (rules->count == 0)
        return;
    struct rule_row *rows = mem_array(rules->count, sizeof *rows);

    for (uint32_t i = 0; i < rules->count; i++)
        rows[i] = (struct rule_row){.tally = &rules->rows[i],
                                    .digest = digest_book_find(t->book, rules->rows[i].rule)};
    qsort(rows, rules->count, sizeof *rows, compare);

    page_heading(p, "Findings", "times are UTC");
    uint32_t listed = t->context->stats || rules->count < LISTED_MAX ? rules->count : LISTED_MAX;
    for (uint32_t i = 0; i < listed; i++)
        write_rule(p, &rows[i], i < DETAILED_MAX || t->context->stats);
    text_more(p, rules->count - listed, "rules of the same or a lower level; '--stats' shows all");
    text_more(p, rules->other, "findings of rules beyond the limit of the table");
    free(rows);
}

static void write_problem(struct page *p, const struct place *place)
{
    char where[PAGE_NUMBER_MAX * 2];
    int n = 0;

    if (place->problem.has_record)
        n = snprintf(where, sizeof where, ":%" PRIu64, place->problem.record);
    else if (place->problem.offset)
        n = snprintf(where, sizeof where, ", byte %" PRIu64, place->problem.offset);
    page_tab(p, COUNT_COLUMNS + 2);
    page_path(p, STYLE_FAINT, place->file, (uint32_t)n);
    page_text(p, STYLE_FAINT, (str){where, (size_t)n});
    page_newline(p);
    page_tab(p, COUNT_COLUMNS + 4);
    page_rest(p, STYLE_FAINT, str_from(place->problem.text));
    page_newline(p);
}

static void write_problems(struct table *t, struct page *p, const struct summary *s)
{
    bool heading = false;

    for (uint32_t kind = 0; kind < PROBLEM_KIND_COUNT; kind++) {
        char n[PAGE_NUMBER_MAX];
        if (s->problems[kind] == 0)
            continue;
        if (!heading)
            page_heading(p, "Problems in the evidence", NULL);
        heading = true;
        page_cell_right(p, STYLE_BAD, page_number(s->problems[kind], n), COUNT_COLUMNS);
        page_text(p, STYLE_PLAIN, S("  "));
        page_rest(p, STYLE_PLAIN, str_from(problem_what((enum problem_kind)kind)));
        page_newline(p);
        for (uint32_t i = 0; i < PLACES_MAX && i < t->problem_counts[kind]; i++)
            write_problem(p, &t->places[kind][i]);
    }
}

static bool table_finish(void *state, const struct scan *scan, const struct summary *s,
                         struct err *e)
{
    struct table *t = state;
    const struct report_context *c = t->context;
    uint32_t rows = c->stats ? UINT32_MAX : ROWS_MAX;
    struct page p = page_make(&t->sink.text, c->terminal, c->columns);

    text_headline(&p, s, scan);
    write_rules(t, &p, &s->rules);
    text_techniques(&p, s, rows);
    text_hosts(&p, s, rows);
    text_hours(&p, s);
    text_logons(&p, s, rows);
    text_gaps(&p, s, rows);
    write_problems(t, &p, s);
    text_evidence(&p, scan, rows);
    text_ruleset(&p, c->rules, c->stats ? UINT32_MAX : PLACES_MAX);
    if (c->stats)
        text_health(&p, scan);
    return sink_flush(&t->sink, e);
}

static void table_close(void *state)
{
    struct table *t = state;

    digest_book_free(t->book);
    arena_free(t->arena);
    sink_done(&t->sink);
    free(t);
}

const struct report report_table = {
    .name = "table",
    .summary = "what happened, by rule, technique, host and time (the default)",
    .shows_problems = true,
    .open = table_open,
    .finding = table_finding,
    .problem = table_problem,
    .finish = table_finish,
    .close = table_close,
};
