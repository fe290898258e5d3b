/* rule_story.c - takes the rule through the detector's own stages and prints what comes out. */
#include "cli/rule_story.h"

#include "cli/rule_text.h"
#include "detect/compiled_rules.h"
#include "detect/event_id.h"
#include "detect/rule_fold.h"
#include "detect/rule_program.h"
#include "detect/witness.h"

#include <stdio.h>

enum { CASES_MAX = 4, TEXT_MAX = 64 * 1024, INDENT = 2, LABEL = 16, ID_TEXT_MAX = 32 };

struct story {
    struct page *p;
    const struct ruleset *rs;
    const struct compiled_rules *c;
    struct arena *arena;
    uint32_t values;
};

/* ------------------------------------------------------------ predicates */

static void write_field(struct story *s, const struct predicate *q)
{
    str name =
        q->field == FIELD_KEYWORD ? S("any field") : intern_str(s->c->predicates.names, q->field);

    page_text(s->p, STYLE_STRONG, name);
}

static void write_check(struct story *s, const struct check *c)
{
    struct buf text CLEANUP(buf_done) = buf_make(TEXT_MAX);

    rule_text_test(&text, c->test);
    page_text(s->p, STYLE_PLAIN, buf_str(&text));
}

/* "Image ends with '\x.exe' or 2 more" on one line. */
static void write_predicate(struct story *s, uint32_t place)
{
    const struct predicates *ps = &s->c->predicates;
    const struct predicate *q = &ps->items[place];
    uint32_t count = 0;

    write_field(s, q);
    page_text(s->p, STYLE_PLAIN, S(" "));
    for (uint32_t i = 0; i < q->value_count; i++) {
        const struct check_range *range = &ps->values[q->first_value + i];
        if (count == 0 && range->count)
            write_check(s, &ps->checks[range->first]);
        count += range->count;
    }
    if (count > 1)
        page_printf(s->p, STYLE_FAINT, " %s %u more", q->all ? "and" : "or", count - 1);
}

/* ------------------------------------------------------------ witnesses */

static void write_literal(struct story *s, const struct check *c)
{
    static const char *const kinds[] = {
        [LITERAL_EXACT] = "is",           [LITERAL_NUMBER] = "is the number",
        [LITERAL_PREFIX] = "starts with", [LITERAL_SUFFIX] = "ends with",
        [LITERAL_CONTAINS] = "contains",
    };
    struct literal l;

    if (!witness_literal(c, &l))
        return;
    page_tab(s->p, INDENT + LABEL + INDENT);
    page_printf(s->p, STYLE_PLAIN, "%s '" STR_FMT "'", kinds[l.kind], STR_ARG(l.text));
    page_printf(s->p, STYLE_FAINT, "  in %.3g %% of its values", 100 * (double)c->share);
    page_newline(s->p);
}

static void write_literals(struct story *s, const struct predicate *q, const struct witness *w)
{
    const struct predicates *ps = &s->c->predicates;
    uint32_t from = w->kind == WITNESS_ONE ? w->value : 0, told = 0, total = 0;
    uint32_t to = w->kind == WITNESS_ONE ? w->value + 1 : q->value_count;

    for (uint32_t i = from; i < to; i++) {
        const struct check_range *range = &ps->values[q->first_value + i];
        for (uint32_t k = 0; k < range->count; k++, total++)
            if (told < s->values) {
                told++;
                write_literal(s, &ps->checks[range->first + k]);
            }
    }
    if (told < total) {
        page_tab(s->p, INDENT + LABEL + INDENT);
        page_printf(s->p, STYLE_FAINT, "... and %u more (--all shows them)", total - told);
        page_newline(s->p);
    }
}

static void write_cover(struct story *s, const struct rule_cover *cover)
{
    page_tab(s->p, INDENT);
    page_cell(s->p, STYLE_FAINT, S("woken when"), LABEL);
    if (!cover->exists) {
        page_text(s->p, STYLE_PLAIN, S("nothing can tell: it is looked at for each such event"));
        page_newline(s->p);
        return;
    }
    for (uint32_t i = 0; i < cover->count; i++) {
        const struct predicate *q = &s->c->predicates.items[cover->predicates[i]];
        struct witness w = witness_of(&s->c->predicates, cover->predicates[i]);
        page_tab(s->p, INDENT + LABEL);
        page_text(s->p, STYLE_FAINT, i ? S("or ") : S(""));
        write_field(s, q);
        if (w.kind == WITNESS_PRESENCE)
            page_text(s->p, STYLE_PLAIN, S(" is there"));
        else if (!w.exact)
            page_text(s->p, STYLE_FAINT, S(" holds what its test cannot do without"));
        page_newline(s->p);
        if (w.kind != WITNESS_PRESENCE)
            write_literals(s, q, &w);
    }
}

/* ------------------------------------------------------------ steps */

static void write_target(struct story *s, const char *when, uint32_t to, uint32_t count)
{
    if (to == STEP_ACCEPT)
        page_printf(s->p, STYLE_FAINT, "  %s: a match", when);
    else if (to == STEP_REJECT)
        page_printf(s->p, STYLE_FAINT, "  %s: none", when);
    else
        page_printf(s->p, STYLE_FAINT, "  %s: %u", when, count - to);
}

/* Steps were made from the last to the first. */
static void write_steps(struct story *s, const struct rule_programs *programs,
                        const struct predicate_numbers *numbers)
{
    for (uint32_t i = programs->count; i-- > 0;) {
        const struct step *step = &programs->steps[i];
        page_tab(s->p, INDENT);
        page_cell(s->p, STYLE_FAINT, i + 1 == programs->count ? S("steps") : S(""), LABEL);
        page_printf(s->p, STYLE_FAINT, "%2u  ", programs->count - i);
        write_predicate(s, numbers->places[step->predicate]);
        write_target(s, "yes", step->on_true, programs->count);
        write_target(s, "no", step->on_false, programs->count);
        page_newline(s->p);
    }
}

static void write_open(struct story *s, struct open_tree *tree)
{
    const struct predicates *ps = &s->c->predicates;
    uint8_t *indexed = arena_array(s->arena, ps->count, sizeof *indexed);
    struct predicate_numbers numbers = {
        .of = arena_array(s->arena, ps->count, sizeof *numbers.of),
        .places = arena_array(s->arena, ps->count, sizeof *numbers.places),
        .indexed = indexed};
    struct rule_programs programs = {0};
    struct rule_cover cover;

    rule_cover_pick(tree, ps, s->arena, &cover);
    write_cover(s, &cover);
    for (uint32_t i = 0; cover.exists && i < cover.count; i++)
        indexed[cover.predicates[i]] = true;
    uint32_t entry = rule_program_emit(&programs, tree, ps, &numbers, s->arena, s->arena);
    assert(entry == programs.count - 1); /* the first step is made last */
    (void)entry;
    write_steps(s, &programs, &numbers);
}

/* ------------------------------------------------------------ cases */

/* What is known of the EventID in one kind of event. */
static bool write_case(struct story *s, uint32_t rule, const struct known_field *known,
                       const char *what)
{
    struct open_tree tree;
    enum rule_fate fate = rule_fold(&s->c->trees, rule, &s->c->predicates, known, s->arena, &tree);

    if (fate == RULE_NEVER)
        return false;
    page_tab(s->p, INDENT);
    page_cell(s->p, STYLE_FAINT, S("events"), LABEL);
    page_text(s->p, STYLE_PLAIN, str_from(what));
    page_newline(s->p);
    if (fate == RULE_OPEN) {
        write_open(s, &tree);
    } else {
        page_tab(s->p, INDENT + LABEL);
        page_text(s->p, STYLE_PLAIN, S("nothing is left to ask: it matches each of them"));
        page_newline(s->p);
    }
    return true;
}

/* The EventIDs that the rule's checks name, each once. */
struct named_ids {
    str items[CASES_MAX];
    uint32_t count;
};

static void take_id(void *ctx, str text)
{
    struct named_ids *ids = ctx;

    for (uint32_t i = 0; i < ids->count; i++)
        if (str_eq(ids->items[i], text))
            return;
    if (ids->count < CASES_MAX)
        ids->items[ids->count++] = text;
}

static void write_cases(struct story *s, uint32_t rule)
{
    uint32_t field = intern_find(s->c->predicates.names, event_id_name);
    struct named_ids ids = {.count = 0};
    struct known_field unknown = {.name = INTERN_NONE};
    struct known_field other = {field, event_id_other};

    if (field != INTERN_NONE)
        event_id_each(&s->c->trees, rule, &s->c->predicates, field, take_id, &ids);
    if (ids.count == 0) {
        write_case(s, rule, &unknown, "of its log source");
        return;
    }
    for (uint32_t i = 0; i < ids.count; i++) {
        str id = ids.items[i];
        struct known_field known = {field, id};
        char what[ID_TEXT_MAX + 64];
        snprintf(what, sizeof what, "of its log source with EventID " STR_FMT,
                 (int)(id.n < ID_TEXT_MAX ? id.n : ID_TEXT_MAX), id.p);
        write_case(s, rule, &known, what);
    }
    if (ids.count == CASES_MAX) {
        page_tab(s->p, INDENT + LABEL);
        page_text(s->p, STYLE_FAINT, S("... and so on for its other EventIDs"));
        page_newline(s->p);
    }
    write_case(s, rule, &other, "of its log source with any other EventID");
}

void rule_story(struct page *p, const struct ruleset *rs, uint32_t rule,
                const struct profile *profile, uint32_t values)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new(1 << 16);
    struct compiled_rules *c = compiled_rules_new(rs, profile);
    struct story s = {p, rs, c, arena, values};

    page_heading(p, "As it is found", profile ? "shares by the profile" : "shares are guesses");
    write_cases(&s, rule);
    compiled_rules_free(c);
}
