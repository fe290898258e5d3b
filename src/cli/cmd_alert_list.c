/* cmd_alert_list.c - the alerts that a ledger keeps, or their groups. */
#include "cli/alert_book.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "cli/suppress_option.h"
#include "cli/time_option.h"
#include "triage/alert_ocsf.h"
#include "triage/group_json.h"

#include <stdio.h>
#include <unistd.h>

extern const struct command command_alert_list;

enum { ID_COLUMNS = 10, SEVERITY_COLUMNS = 13, COUNT_COLUMNS = 8, STATE_COLUMNS = 12 };

static const struct option list_options[] = {
    DATA_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table jsonl ocsf"},
    {"from", '\0', OPTION_VALUE, "TIME", "only alerts told at or after this time or day (UTC)",
     COMPLETE_NONE, NULL},
    {"to", '\0', OPTION_VALUE, "TIME", "only alerts last told at or before this time or day (UTC)",
     COMPLETE_NONE, NULL},
    {"severity", '\0', OPTION_VALUE, "LEVEL", "only of this severity or a higher one",
     COMPLETE_WORDS, "informational low medium high critical"},
    {"state", '\0', OPTION_VALUE, "STATE", "only in this state; without it what is not closed",
     COMPLETE_WORDS, "open acknowledged closed all"},
    {"rule", '\0', OPTION_VALUE, "ID", "only of this rule or behaviour", COMPLETE_NONE, NULL},
    {"assignee", '\0', OPTION_VALUE, "NAME", "only those that NAME looks at", COMPLETE_NONE, NULL},
    {"group", '\0', OPTION_VALUE, "ID", "only of the group with this id, as --groups tells it",
     COMPLETE_NONE, NULL},
    {"groups", '\0', OPTION_FLAG, NULL, "print groups: alerts of one story", COMPLETE_NONE, NULL},
    {"suppressed", '\0', OPTION_FLAG, NULL, "also what a suppression hides, or a snooze",
     COMPLETE_NONE, NULL},
    SUPPRESS_OPTION,
    {"limit", '\0', OPTION_VALUE, "N", "only the newest N", COMPLETE_NONE, NULL},
};

enum list_output { LIST_TABLE, LIST_JSONL, LIST_OCSF };

static bool read_states(const char *word, struct ledger_alert_query *q)
{
    enum alert_state state;

    q->state_max = ALERT_ACKNOWLEDGED;
    if (!word)
        return true;
    if (str_eq(str_from(word), S("all"))) {
        q->state_max = ALERT_CLOSED;
        return true;
    }
    if (!alert_state_parse(str_from(word), &state))
        return false;
    q->state_min = q->state_max = state;
    return true;
}

static bool read_query(const struct arguments *a, struct ledger_alert_query *q, struct err *e)
{
    const struct command *c = &command_alert_list;
    const char *severity = opt_value(c, a, "severity"), *limit = opt_value(c, a, "limit");
    enum severity least = SEVERITY_NONE;
    uint64_t n = 0;

    *q = alert_query_all();
    q->rule_id = str_from(opt_value(c, a, "rule"));
    q->assignee = str_from(opt_value(c, a, "assignee"));
    q->without_suppressed = !opt_flag(c, a, "suppressed");
    if (severity && !severity_parse(str_from(severity), &least))
        return err_set(e, ERR_INPUT, "unknown severity '%s'", severity);
    if (!read_states(opt_value(c, a, "state"), q))
        return err_set(e, ERR_INPUT, "unknown state '%s'", opt_value(c, a, "state"));
    if (limit && (!str_u64(str_from(limit), &n) || n == 0 || n > UINT32_MAX))
        return err_set(e, ERR_INPUT, "option '--limit' takes a number from 1 on, not '%s'", limit);
    q->severity_min = least;
    q->limit = (uint32_t)n;
    return time_option(c, a, "from", TIME_FIRST, &q->from_ns, e) &&
           time_option(c, a, "to", TIME_LAST, &q->to_ns, e);
}

static bool read_output(const struct arguments *a, enum list_output *ret)
{
    static const char *const names[] = {"table", "jsonl", "ocsf"};
    const char *output = opt_value(&command_alert_list, a, "output");

    *ret = LIST_TABLE;
    for (uint32_t i = 0; i < countof(names); i++)
        if (output && str_eq(str_from(output), str_from(names[i]))) {
            *ret = (enum list_output)i;
            return true;
        }
    if (output)
        say("unknown output '%s'; there are: table, jsonl, ocsf", output);
    return !output;
}

static bool is_snoozed(const struct alert *a)
{
    return a->decision && a->decision->snoozed_until_ns;
}

static const char *state_of(const struct alert *a)
{
    return a->suppressed_by.p ? "suppressed"
           : is_snoozed(a)    ? "snoozed"
                              : alert_state_name(a->state);
}

static void print_row(struct page *p, const struct alert *a)
{
    char time[PAGE_NUMBER_MAX], count[PAGE_NUMBER_MAX];

    page_cell(p, STYLE_FAINT, str_from(a->id), ID_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_text(p, STYLE_FAINT,
              a->last_ns == SIGNAL_NO_TIME ? S("no time            ")
                                           : page_time(a->last_ns, time));
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, alert_style(a->severity), str_from(severity_name(a->severity)), SEVERITY_COLUMNS);
    page_cell(p, STYLE_PLAIN, str_from(state_of(a)), STATE_COLUMNS);
    page_cell_right(p, STYLE_STRONG, page_number(a->count, count), COUNT_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_STRONG, a->title);
    for (uint32_t i = 0; i < a->key_count; i++) {
        page_text(p, STYLE_PLAIN, S(" "));
        page_rest(p, STYLE_FAINT, a->key[i].value);
    }
    page_newline(p);
}

static void print_alert(struct buf *out, struct page *p, const struct alert_book *b, uint32_t i,
                        enum list_output output)
{
    struct json_writer w = json_writer_make(out, 0);
    const struct alert_namer namer = alert_book_namer(b, i);

    if (output == LIST_TABLE) {
        print_row(p, b->alerts[i]);
        return;
    }
    if (output == LIST_OCSF)
        alert_ocsf(&w, b->alerts[i], &namer);
    else
        alert_json(&w, b->alerts[i], &namer);
    buf_char(out, '\n');
}

/* ------------------------------------------------------------ groups */

static void print_group_json(struct buf *out, const struct alert_group *g, struct arena *a)
{
    struct json_writer w = json_writer_make(out, 0);

    alert_group_json(&w, g, a);
    buf_char(out, '\n');
}

static void group_table(struct page *p, const struct alert_group *g, struct arena *a)
{
    char time[PAGE_NUMBER_MAX], score[PAGE_NUMBER_MAX];

    page_cell(p, STYLE_FAINT, str_from(g->id), ID_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_text(p, STYLE_FAINT,
              g->first_ns == SIGNAL_NO_TIME ? S("no time            ")
                                            : page_time(g->first_ns, time));
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, alert_style(g->severity), str_from(severity_name(g->severity)), SEVERITY_COLUMNS);
    page_text(p, STYLE_PLAIN, S("score "));
    page_cell_right(p, STYLE_STRONG, page_number((uint64_t)g->score, score), 3);
    page_printf(p, STYLE_PLAIN, "  %u alerts  ", g->count);
    page_rest(p, STYLE_STRONG, g->top->title);
    page_newline(p);
    for (uint32_t i = 0; i < g->link_count; i++) {
        page_tab(p, ID_COLUMNS + 2);
        page_cell(p, STYLE_FAINT, str_from(g->links[i].later->id), ID_COLUMNS);
        page_text(p, STYLE_PLAIN, S("  "));
        page_rest(p, STYLE_FAINT, alert_link_text(&g->links[i], a));
        page_newline(p);
    }
}

static void print_groups(struct sink *s, struct page *p, struct alert_book *b,
                         const struct alert_groups *groups, bool json)
{
    for (uint32_t g = 0; g < groups->count; g++)
        if (json)
            print_group_json(&s->text, &groups->items[g], b->arena);
        else
            group_table(p, &groups->items[g], b->arena);
}

/* What a person asked for beyond the query. */
static bool is_wanted(const struct arguments *a, const struct alert *alert)
{
    const struct command *c = &command_alert_list;

    return str_starts(str_from(alert->group), str_from(opt_value(c, a, "group"))) &&
           (opt_flag(c, a, "suppressed") || !(is_snoozed(alert) || alert->suppressed_by.p));
}

static int print_book(struct ledger_reading *r, struct alert_book *b, const struct arguments *a,
                      enum list_output output, struct suppress_set *suppressions)
{
    const struct group_options o = {.suppressions = suppressions};
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct alert_groups groups;
    struct err e = {0};
    const bool by_group = opt_flag(&command_alert_list, a, "groups");

    if (by_group || suppressions || opt_value(&command_alert_list, a, "group"))
        alert_groups_make(&groups, b->alerts, b->count, &o, b->arena);
    if (by_group)
        print_groups(&sink, &page, b, &groups, output != LIST_TABLE);
    for (uint32_t i = 0; i < b->count && !by_group; i++)
        if (is_wanted(a, b->alerts[i]))
            print_alert(&sink.text, &page, b, i, output);
    const bool ok = sink_flush(&sink, &e);
    if (!ok)
        say_err(&e);
    sink_done(&sink);
    return ok ? EXIT_OK : EXIT_OUTPUT;
}

static int list_run(const struct arguments *a)
{
    struct ledger_reading r;
    struct ledger_alert_query q;
    const char *file = opt_value(&command_alert_list, a, "suppressions");
    struct suppress_set *suppressions = NULL;
    struct alert_book book = {0};
    enum list_output output;
    struct err e = {0};
    int code = EXIT_USAGE;

    if (!read_output(a, &output))
        return EXIT_USAGE;
    if (!read_query(a, &q, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_alert_list, a, &r, &code)) {
        suppressions = file ? suppress_file_read(&r.io, file) : NULL;
        code = EXIT_INPUT;
        if ((!file || suppressions) && alert_book_read(&book, r.ledger, &r.clock, &q))
            code = print_book(&r, &book, a, output, suppressions);
    }
    alert_book_done(&book);
    suppress_set_free(suppressions);
    ledger_reading_done(&r);
    return code;
}

const struct command command_alert_list = {
    .name = "alert list",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Lists the alerts that 'tocsin serve' keeps, or their groups",
    .details =
        "An alert is what one detection keeps telling of one key. Alerts that share a user, a "
        "host or an address within a time are one group; --groups says why. 'jsonl' prints "
        "each as docs/alert.schema.json has it, 'ocsf' as OCSF's Detection Finding.",
    .options = list_options,
    .option_count = countof(list_options),
    .run = list_run,
};
