/* cmd_alert_show.c - one alert, with all that is known of it. */
#include "cli/alert_book.h"
#include "cli/alert_text.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "triage/alert_ocsf.h"

#include <unistd.h>

extern const struct command command_alert_show;

static const struct option show_options[] = {
    DATA_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "text json ocsf"},
};

static int print(struct ledger_reading *r, const struct alert_book *b, const char *output)
{
    enum { INDENT = 2 };
    const struct alert_namer namer = alert_book_namer(b, 0);
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct json_writer w = json_writer_make(&sink.text, INDENT);
    struct err e = {0};

    if (str_eq(str_from(output), S("json")))
        alert_json(&w, b->alerts[0], &namer);
    else if (str_eq(str_from(output), S("ocsf")))
        alert_ocsf(&w, b->alerts[0], &namer);
    else
        alert_text(&page, b->alerts[0], &namer);
    if (output && !str_eq(str_from(output), S("text")))
        buf_char(&sink.text, '\n');
    const bool ok = sink_flush(&sink, &e);
    if (!ok)
        say_err(&e);
    sink_done(&sink);
    return ok ? EXIT_OK : EXIT_OUTPUT;
}

static int show_run(const struct arguments *a)
{
    const char *output = opt_value(&command_alert_show, a, "output");
    const str name = str_from(output);
    struct ledger_reading r;
    struct alert_book book = {0};
    const struct alert *alert;
    int code = EXIT_USAGE;

    if (output && !str_eq(name, S("text")) && !str_eq(name, S("json")) &&
        !str_eq(name, S("ocsf"))) {
        say("unknown output '%s'; there are: text, json, ocsf", output);
        return EXIT_USAGE;
    }
    if (a->operand_count != 1) {
        say("which alert? name one by its id");
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_alert_show, a, &r, &code) &&
        alert_book_find(&book, r.ledger, &r.clock, a->operands[0], &alert, &code))
        code = print(&r, &book, output);
    alert_book_done(&book);
    ledger_reading_done(&r);
    return code;
}

const struct command command_alert_show = {
    .name = "alert show",
    .usage = "-d FOLDER [OPTIONS] ID",
    .summary = "Shows one alert: what was told, of whom, where the events are, what was decided",
    .details = "The id may be cut to some of its first digits. 'ocsf' prints a Detection Finding.",
    .options = show_options,
    .option_count = countof(show_options),
    .operands = COMPLETE_NONE,
    .run = show_run,
};
