/* cmd_alert_explain.c - why there is an alert: what was measured, why it is in its group, what
 * speaks against its entities, and what a suppression would do. */
#include "cli/alert_book.h"
#include "cli/alert_text.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "triage/entity_risk.h"

#include <unistd.h>

extern const struct command command_alert_explain;

static const struct option explain_options[] = {DATA_OPTION};

static void explain_links(struct page *p, const struct alert_group *g, const char *id,
                          struct arena *a)
{
    page_printf(p, STYLE_PLAIN, "It is one of %u alerts of group %s", g->count, g->id);
    page_newline(p);
    for (uint32_t i = 0; i < g->link_count; i++) {
        const struct alert_link *l = &g->links[i];
        if (strcmp(l->later->id, id) == 0)
            alert_text_row(p, "joined by", alert_link_text(l, a));
        else if (strcmp(l->earlier->id, id) == 0)
            alert_text_row(p, "brought in",
                           arena_printf(a, STR_FMT " (%s): same %s " STR_FMT,
                                        STR_ARG(l->later->title), l->later->id,
                                        entity_type_name(l->entity.type),
                                        STR_ARG(l->entity.value)));
    }
}

static bool names(const struct alert *a, const struct entity *e)
{
    for (uint32_t i = 0; i < a->entity_count; i++)
        if (a->entities[i].type == e->type && str_eq(a->entities[i].value, e->value))
            return true;
    return false;
}

static void explain_refusals(struct page *p, const struct link_entities *l, const struct alert *a,
                             struct arena *arena)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->items[i].refusal != LINK_GOOD && names(a, &l->items[i].entity))
            alert_text_row(p, "not linked", link_refusal_text(l, &l->items[i], arena));
}

static void explain_risk(struct page *p, const struct alert_book *b, const struct alert *a)
{
    const struct risk_options o = {0};
    struct entity_risk *risks;
    const uint32_t count =
        entity_risks((const struct alert *const *)b->alerts, b->count, &o, b->arena, &risks);

    for (uint32_t i = 0; i < count; i++)
        if (names(a, &risks[i].entity))
            alert_text_row(p, "risk",
                           arena_printf(b->arena, "%s " STR_FMT ": %.0f (%s), of %u alerts",
                                        entity_type_name(risks[i].entity.type),
                                        STR_ARG(risks[i].entity.value), risks[i].score,
                                        risk_level(risks[i].score), risks[i].alerts));
}

static void explain(struct page *p, struct alert_book *b, uint32_t at)
{
    const struct alert_namer namer = alert_book_namer(b, at);
    struct alert_groups groups;

    alert_text(p, b->alerts[at], &namer);
    page_newline(p);
    alert_groups_make(&groups, b->alerts, b->count, &(struct group_options){0}, b->arena);
    explain_links(p, &groups.items[groups.of_alert[at]], b->alerts[at]->id, b->arena);
    explain_refusals(p, &groups.entities, b->alerts[at], b->arena);
    explain_risk(p, b, b->alerts[at]);
}

static int print(struct ledger_reading *r, struct alert_book *b, const char *id)
{
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct err e = {0};

    for (uint32_t i = 0; i < b->count; i++)
        if (strcmp(b->alerts[i]->id, id) == 0)
            explain(&page, b, i);
    const bool ok = sink_flush(&sink, &e);
    if (!ok)
        say_err(&e);
    sink_done(&sink);
    return ok ? EXIT_OK : EXIT_OUTPUT;
}

static int explain_run(const struct arguments *a)
{
    struct ledger_reading r;
    struct alert_book one = {0}, all = {0};
    const struct ledger_alert_query everything = alert_query_all();
    const struct alert *alert;
    int code = EXIT_USAGE;

    if (a->operand_count != 1) {
        say("which alert? name one by its id");
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_alert_explain, a, &r, &code) &&
        alert_book_find(&one, r.ledger, &r.clock, a->operands[0], &alert, &code))
        code = alert_book_read(&all, r.ledger, &r.clock, &everything) ? print(&r, &all, alert->id)
                                                                      : EXIT_INPUT;
    alert_book_done(&one);
    alert_book_done(&all);
    ledger_reading_done(&r);
    return code;
}

const struct command command_alert_explain = {
    .name = "alert explain",
    .usage = "-d FOLDER ID",
    .summary = "Tells why there is an alert, and why it is in its group",
    .details =
        "After the alert itself: by which entity it joined its group and which alerts it "
        "brought in, which of its entities link nothing and why, and how much speaks against "
        "each of them.",
    .options = explain_options,
    .option_count = countof(explain_options),
    .operands = COMPLETE_NONE,
    .run = explain_run,
};
