/* cmd_audit_list.c - who did what, when: the rows of the audit. */
#include "cli/ledger_option.h"
#include "cli/page.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "ledger/audit.h"
#include "text/json_write.h"
#include "text/time.h"

#include <unistd.h>

extern const struct command command_audit_list;

enum { NUMBER_COLUMNS = 7, ACTOR_COLUMNS = 20, ACTION_COLUMNS = 16, TIME_DIGITS = 9 };

static const struct option list_options[] = {
    DATA_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table jsonl"},
    {"from-number", '\0', OPTION_VALUE, "N", "begin at this row", COMPLETE_NONE, NULL},
};

struct printer {
    struct sink sink;
    struct page page;
    bool json;
    struct err e;
};

static void print_json(struct buf *out, const struct audit_row *r)
{
    struct json_writer w = json_writer_make(out, 0);
    char time[TIME_TEXT_MAX];

    json_object(&w);
    json_field_u64(&w, S("number"), r->number);
    json_field_str(&w, S("time"), (str){time, time_format(r->time_ns, TIME_DIGITS, time)});
    json_field_str(&w, S("actor"), r->actor);
    json_field_str(&w, S("action"), r->action);
    json_field_str(&w, S("subject"), r->subject);
    json_field_str(&w, S("detail"), r->detail);
    json_field_str(&w, S("hash"), r->hash);
    json_object_end(&w);
    buf_char(out, '\n');
}

static void print_row(struct page *p, const struct audit_row *r)
{
    char number[PAGE_NUMBER_MAX], time[PAGE_NUMBER_MAX];

    page_cell_right(p, STYLE_FAINT, page_number(r->number, number), NUMBER_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_text(p, STYLE_FAINT, page_time(r->time_ns, time));
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, STYLE_PLAIN, r->actor, ACTOR_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, STYLE_STRONG, r->action, ACTION_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_PLAIN, r->subject);
    page_newline(p);
    if (r->detail.n == 0)
        return;
    page_tab(p, NUMBER_COLUMNS + 2);
    page_rest(p, STYLE_FAINT, r->detail);
    page_newline(p);
}

static bool print(void *ctx, const struct audit_row *r)
{
    struct printer *p = ctx;

    if (p->json)
        print_json(&p->sink.text, r);
    else
        print_row(&p->page, r);
    return sink_settle(&p->sink, &p->e);
}

static int print_all(struct ledger_reading *r, uint64_t from, bool json)
{
    struct printer p = {.sink = sink_make(&r->io, STDOUT_FILENO), .json = json};
    struct err e = {0};
    int code = EXIT_OK;

    p.page = page_make(&p.sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    if (!audit_rows(r->ledger, from, &p, print, &e)) {
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

static int list_run(const struct arguments *a)
{
    const char *number = opt_value(&command_audit_list, a, "from-number");
    struct ledger_reading r;
    uint64_t from = 1;
    int code = EXIT_OK;
    bool json = ledger_output_is(&command_audit_list, a, "table", "jsonl", &code);

    if (code != EXIT_OK)
        return code;
    if (number && !str_u64(str_from(number), &from)) {
        say("option '--from-number' takes a number, not '%s'", number);
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_audit_list, a, &r, &code))
        code = print_all(&r, from, json);
    ledger_reading_done(&r);
    return code;
}

const struct command command_audit_list = {
    .name = "audit list",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Lists who did what, and when",
    .details = "Reads the audit in the ledger of the data folder, also while 'tocsin serve' runs. "
               "'tocsin audit verify' says whether it is as it was written.",
    .options = list_options,
    .option_count = countof(list_options),
    .run = list_run,
};
