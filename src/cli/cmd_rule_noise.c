/* cmd_rule_noise.c - which detections make the most alerts, and what an exception would save. */
#include "cli/alert_book.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "text/time.h"
#include "triage/rule_noise.h"

#include <unistd.h>

extern const struct command command_rule_noise;

enum { DAYS_DEFAULT = 7, DAYS_MAX = 3650, TITLE_COLUMNS = 44, NOTE_COLUMN = 4 };

static const struct option noise_options[] = {
    DATA_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table jsonl"},
    {"days", '\0', OPTION_VALUE, "N", "of the last N days (7)", COMPLETE_NONE, NULL},
};

static uint64_t percent(uint64_t part, uint64_t whole)
{
    return whole ? part * 100 / whole : 0;
}

static void print_json(struct buf *out, const struct rule_noise *n)
{
    struct json_writer w = json_writer_make(out, 0);

    json_object(&w);
    json_field_str(&w, S("rule_id"), n->rule_id);
    json_field_str(&w, S("title"), n->title);
    json_field_str(&w, S("origin"), str_from(signal_origin_name(n->origin)));
    json_field_u64(&w, S("alerts"), n->alerts);
    json_key(&w, S("alerts_a_day"));
    json_double(&w, n->alerts_a_day);
    json_field_u64(&w, S("events"), n->events);
    json_field_u64(&w, S("entities"), n->entities);
    json_field_u64(&w, S("closed"), n->closed);
    json_field_u64(&w, S("false_positives"), n->false_positives);
    json_field_u64(&w, S("benign_positives"), n->benign);
    json_field_u64(&w, S("suppressed"), n->suppressed);
    json_key(&w, S("suggested"));
    if (n->common_alerts) {
        json_object(&w);
        json_field_str(&w, S("field"), str_from(entity_type_name(n->common.type)));
        json_field_str(&w, S("value"), n->common.value);
        json_field_u64(&w, S("alerts"), n->common_alerts);
        json_object_end(&w);
    } else {
        json_null(&w);
    }
    json_object_end(&w);
    buf_char(out, '\n');
}

static void print_row(struct page *p, const struct rule_noise *n)
{
    page_cell(p, STYLE_STRONG, n->title.n ? n->title : n->rule_id, TITLE_COLUMNS);
    page_printf(p, STYLE_PLAIN, "  %6llu alerts  %7.1f a day  %3llu %% false",
                (unsigned long long)n->alerts, n->alerts_a_day,
                (unsigned long long)percent(n->false_positives, n->closed));
    page_newline(p);
    page_tab(p, NOTE_COLUMN);
    page_value(p, STYLE_FAINT, n->rule_id);
    page_newline(p);
    if (!n->common_alerts)
        return;
    page_tab(p, NOTE_COLUMN);
    page_printf(p, STYLE_FAINT, "an exception of %s '", entity_type_name(n->common.type));
    page_value(p, STYLE_FAINT, n->common.value);
    page_printf(p, STYLE_FAINT, "' would hide %llu %%",
                (unsigned long long)percent(n->common_alerts, n->alerts));
    page_newline(p);
}

static int print(struct ledger_reading *r, struct alert_book *b, double days, bool json)
{
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct rule_noise *rules;
    struct err e = {0};
    const uint32_t count =
        rule_noise_sum((const struct alert *const *)b->alerts, b->count, days, b->arena, &rules);

    for (uint32_t i = 0; i < count; i++)
        if (json)
            print_json(&sink.text, &rules[i]);
        else
            print_row(&page, &rules[i]);
    const bool ok = sink_flush(&sink, &e);
    if (!ok)
        say_err(&e);
    sink_done(&sink);
    return ok ? EXIT_OK : EXIT_OUTPUT;
}

static int noise_run(const struct arguments *a)
{
    const char *given = opt_value(&command_rule_noise, a, "days");
    struct ledger_reading r;
    struct ledger_alert_query q = alert_query_all();
    struct alert_book book = {0};
    uint64_t days = DAYS_DEFAULT;
    int code = EXIT_OK;
    const bool json = ledger_output_is(&command_rule_noise, a, "table", "jsonl", &code);

    if (code != EXIT_OK)
        return code;
    if (given && (!str_u64(str_from(given), &days) || days == 0 || days > DAYS_MAX)) {
        say("option '--days' takes a number from 1 to %d, not '%s'", DAYS_MAX, given);
        return EXIT_USAGE;
    }
    if (ledger_reading_open(&command_rule_noise, a, &r, &code)) {
        q.from_ns = clock_now_ns(&r.clock) - (int64_t)days * 86400 * NS_PER_S;
        code = alert_book_read(&book, r.ledger, &r.clock, &q) ? print(&r, &book, (double)days, json)
                                                              : EXIT_INPUT;
    }
    alert_book_done(&book);
    ledger_reading_done(&r);
    return code;
}

const struct command command_rule_noise = {
    .name = "rule noise",
    .usage = "-d FOLDER [OPTIONS]",
    .summary = "Ranks detections by the alerts they make, with what was closed as false",
    .details =
        "Of the alerts that 'tocsin serve' keeps. Where most alerts of a detection are of one "
        "host, user or address, an exception of it is suggested: 'tocsin alert suppress' "
        "drafts one.",
    .options = noise_options,
    .option_count = countof(noise_options),
    .run = noise_run,
};
