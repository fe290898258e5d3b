/* cmd_alert_risk.c - users, hosts and addresses by how much speaks against them. */
#include "cli/alert_book.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "cli/time_option.h"
#include "triage/entity_risk.h"

#include <unistd.h>

extern const struct command command_alert_risk;

enum { TYPE_COLUMNS = 6, VALUE_COLUMNS = 28, LEVEL_COLUMNS = 10, TOP_COLUMN = 10 };

static const struct option risk_options_table[] = {
    DATA_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table jsonl"},
    {"from", '\0', OPTION_VALUE, "TIME", "only alerts told at or after this time or day (UTC)",
     COMPLETE_NONE, NULL},
};

static void print_json(struct buf *out, const struct entity_risk *r)
{
    struct json_writer w = json_writer_make(out, 0);

    json_object(&w);
    json_field_str(&w, S("type"), str_from(entity_type_name(r->entity.type)));
    json_field_str(&w, S("value"), r->entity.value);
    json_key(&w, S("score"));
    json_double(&w, r->score);
    json_field_str(&w, S("level"), str_from(risk_level(r->score)));
    json_field_u64(&w, S("alerts"), r->alerts);
    json_field_u64(&w, S("detections"), r->detections);
    json_field_u64(&w, S("techniques"), r->techniques);
    json_key(&w, S("rolled_up"));
    json_bool(&w, r->rolled_up);
    json_key(&w, S("top"));
    json_array(&w);
    for (uint32_t i = 0; i < r->top_count; i++)
        json_str(&w, str_from(r->top[i]->id));
    json_array_end(&w);
    json_object_end(&w);
    buf_char(out, '\n');
}

static void print_row(struct page *p, const struct entity_risk *r)
{
    page_printf(p, r->rolled_up ? STYLE_BAD : STYLE_STRONG, "%5.1f  ", r->score);
    page_cell(p, STYLE_PLAIN, str_from(risk_level(r->score)), LEVEL_COLUMNS);
    page_cell(p, STYLE_FAINT, str_from(entity_type_name(r->entity.type)), TYPE_COLUMNS);
    page_cell(p, STYLE_STRONG, r->entity.value, VALUE_COLUMNS);
    page_printf(p, STYLE_PLAIN, "  %u alerts of %u detections by %u techniques", r->alerts,
                r->detections, r->techniques);
    page_newline(p);
    for (uint32_t i = 0; i < r->top_count && i < 3; i++) {
        page_tab(p, TOP_COLUMN);
        page_cell(p, STYLE_FAINT, str_from(r->top[i]->id), TOP_COLUMN);
        page_text(p, STYLE_PLAIN, S("  "));
        page_rest(p, STYLE_FAINT, r->top[i]->title);
        page_newline(p);
    }
}

static int print(struct ledger_reading *r, struct alert_book *b, bool json)
{
    const struct risk_options o = {0};
    struct alert_groups groups;
    struct entity_risk *risks;
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct err e = {0};

    /* What a severe group tells already is not rolled up. */
    alert_groups_make(&groups, b->alerts, b->count, &(struct group_options){0}, b->arena);
    const uint32_t count =
        entity_risks((const struct alert *const *)b->alerts, b->count, &o, b->arena, &risks);

    for (uint32_t i = 0; i < count; i++)
        if (json)
            print_json(&sink.text, &risks[i]);
        else
            print_row(&page, &risks[i]);
    const bool ok = sink_flush(&sink, &e);
    if (!ok)
        say_err(&e);
    sink_done(&sink);
    return ok ? EXIT_OK : EXIT_OUTPUT;
}

static int risk_run(const struct arguments *a)
{
    struct ledger_reading r;
    struct ledger_alert_query q = alert_query_all();
    struct alert_book book = {0};
    struct err e = {0};
    int code = EXIT_OK;
    const bool json = ledger_output_is(&command_alert_risk, a, "table", "jsonl", &code);

    if (code != EXIT_OK)
        return code;
    if (!time_option(&command_alert_risk, a, "from", TIME_FIRST, &q.from_ns, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_alert_risk, a, &r, &code))
        code = alert_book_read(&book, r.ledger, &r.clock, &q) ? print(&r, &book, json) : EXIT_INPUT;
    alert_book_done(&book);
    ledger_reading_done(&r);
    return code;
}

const struct command command_alert_risk = {
    .name = "alert risk",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Ranks users, hosts and addresses by how much speaks against them",
    .details =
        "The number goes from 0 to 100: alerts that are neither closed nor suppressed count, "
        "the severest most, by Elastic's formula (docs/alerts.md). An entity that four or "
        "more detections tell of by three or more techniques stands out.",
    .options = risk_options_table,
    .option_count = countof(risk_options_table),
    .run = risk_run,
};
