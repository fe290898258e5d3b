/* cmd_findings.c - the findings that a ledger keeps, beside the program that writes them. */
#include "cli/ledger_option.h"
#include "cli/page.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "cli/time_option.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

extern const struct command command_findings;

enum { TIME_COLUMNS = 19, LEVEL_COLUMNS = 13, HOST_COLUMNS = 22, GAP = 2 };

static const struct option findings_options[] = {
    DATA_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table jsonl"},
    {"from", '\0', OPTION_VALUE, "TIME", "only events at or after this time or day (UTC)",
     COMPLETE_NONE, NULL},
    {"to", '\0', OPTION_VALUE, "TIME", "only events at or before this time or day (UTC)",
     COMPLETE_NONE, NULL},
    {"level", '\0', OPTION_VALUE, "LEVEL", "only of this level or a higher one", COMPLETE_WORDS,
     "informational low medium high critical"},
    {"id", '\0', OPTION_VALUE, "ID", "only the finding of this id, or the one that took its place",
     COMPLETE_NONE, NULL},
    {"withdrawn", '\0', OPTION_FLAG, NULL,
     "also correlations that were told on arrival and did not hold", COMPLETE_NONE, NULL},
    {"rule", '\0', OPTION_VALUE, "ID", "only of the rule with this id", COMPLETE_NONE, NULL},
    {"source", '\0', OPTION_VALUE, "NAME", "only of this source", COMPLETE_NONE, NULL},
    {"host", '\0', OPTION_VALUE, "NAME", "only of this host", COMPLETE_NONE, NULL},
    {"limit", '\0', OPTION_VALUE, "N", "only the newest N", COMPLETE_NONE, NULL},
};

struct printer {
    struct sink sink;
    struct page page;
    bool json;
    struct err e;
};

static const char *const state_texts[] = {
    [LEDGER_FINAL] = "",
    [LEDGER_PROVISIONAL] = "  provisional",
    [LEDGER_WITHDRAWN] = "  withdrawn",
};

static void print_row(struct page *p, const struct ledger_finding *f)
{
    char time[PAGE_NUMBER_MAX], record[PAGE_NUMBER_MAX];
    enum sigma_level level = LEVEL_NONE;
    int n = snprintf(record, sizeof record, "#%" PRIu64, f->record);

    if (!sigma_level_parse(f->level, &level))
        level = LEVEL_NONE;
    page_text(p, STYLE_FAINT, page_time(f->time_ns, time));
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, page_level_style(level), page_level_name(level), LEVEL_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, STYLE_STRONG, f->host, HOST_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_STRONG, f->rule_title);
    page_newline(p);
    page_tab(p, TIME_COLUMNS + GAP);
    page_cell(p, STYLE_FAINT, f->user, LEVEL_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_FAINT, f->source);
    page_text(p, STYLE_FAINT, (str){record, (size_t)n});
    page_text(p, STYLE_FAINT, str_from(state_texts[f->state]));
    page_newline(p);
}

static bool print(void *ctx, const struct ledger_finding *f)
{
    struct printer *p = ctx;

    if (p->json) {
        buf_add(&p->sink.text, f->json);
        buf_char(&p->sink.text, '\n');
    } else {
        print_row(&p->page, f);
    }
    return sink_settle(&p->sink, &p->e);
}

static bool read_query(const struct arguments *a, struct ledger_query *q, struct err *e)
{
    const struct command *c = &command_findings;
    const char *level = opt_value(c, a, "level"), *limit = opt_value(c, a, "limit");
    enum sigma_level known;
    uint64_t n = 0;

    *q = (struct ledger_query){.from_ns = INT64_MIN,
                               .to_ns = INT64_MAX,
                               .level_min = str_from(level),
                               .id = str_from(opt_value(c, a, "id")),
                               .withdrawn = opt_flag(c, a, "withdrawn"),
                               .rule_id = str_from(opt_value(c, a, "rule")),
                               .source = str_from(opt_value(c, a, "source")),
                               .host = str_from(opt_value(c, a, "host"))};
    if (level && !sigma_level_parse(q->level_min, &known))
        return err_set(e, ERR_INPUT, "unknown level '%s'", level);
    if (level)
        q->level_min = str_from(sigma_level_name(known));
    if (limit && (!str_u64(str_from(limit), &n) || n == 0 || n > UINT32_MAX))
        return err_set(e, ERR_INPUT, "option '--limit' takes a number from 1 on, not '%s'", limit);
    q->limit = (uint32_t)n;
    return time_option(c, a, "from", TIME_FIRST, &q->from_ns, e) &&
           time_option(c, a, "to", TIME_LAST, &q->to_ns, e);
}

/* A provisional one's id stays a name of the final one. */
static bool follow_alias(struct ledger_reading *r, struct ledger_query *q,
                         char id[LEDGER_ID_MAX + 1], struct err *e)
{
    if (q->id.n == 0)
        return true;
    if (!ledger_alias(r->ledger, q->id, id, e))
        return false;
    if (id[0])
        q->id = str_from(id);
    return true;
}

static int print_all(struct ledger_reading *r, struct ledger_query *q, bool json)
{
    struct printer p = {.sink = sink_make(&r->io, STDOUT_FILENO), .json = json};
    char id[LEDGER_ID_MAX + 1];
    struct err e = {0};
    int code = EXIT_OK;

    p.page = page_make(&p.sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    if (!follow_alias(r, q, id, &e) || !ledger_findings(r->ledger, q, &p, print, &e)) {
        say_err(&e);
        code = EXIT_INPUT;
    }
    if (p.e.code != ERR_NONE || !sink_flush(&p.sink, &p.e)) {
        say_err(&p.e);
        code = EXIT_OUTPUT;
    }
    sink_done(&p.sink);
    return code;
}

static int findings_run(const struct arguments *a)
{
    struct ledger_reading r;
    struct ledger_query q;
    struct err e = {0};
    int code = EXIT_OK;
    bool json = ledger_output_is(&command_findings, a, "table", "jsonl", &code);

    if (code != EXIT_OK)
        return code;
    if (!read_query(a, &q, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_findings, a, &r, &code))
        code = print_all(&r, &q, json);
    ledger_reading_done(&r);
    return code;
}

const struct command command_findings = {
    .name = "findings",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Lists the findings that 'tocsin serve' keeps",
    .details = "Reads the ledger in the data folder, also while 'tocsin serve' writes it. Findings "
               "come in the order of their events' times, which are UTC. 'jsonl' prints them as "
               "they were found, as 'tocsin scan -o jsonl' does.",
    .options = findings_options,
    .option_count = countof(findings_options),
    .run = findings_run,
};
