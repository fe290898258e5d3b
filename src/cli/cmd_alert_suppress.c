/*
 * cmd_alert_suppress.c - a suppression for an alert, as a file to look through and keep; and what
 * the suppressions of a file would have hidden.
 */
#include "cli/alert_book.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "cli/suppress_option.h"
#include "text/time.h"

#include <stdio.h>
#include <unistd.h>

extern const struct command command_alert_suppress;

enum { DAYS_DEFAULT = 7, DAYS_MAX = 3650, ID_COLUMNS = 10 };

static const struct option suppress_options[] = {
    DATA_OPTION,
    {"file", 'f', OPTION_VALUE, "FILE", "tell what its suppressions would have hidden",
     COMPLETE_FILE, NULL},
    {"days", '\0', OPTION_VALUE, "N", "of the last N days (7)", COMPLETE_NONE, NULL},
    {"output", 'o', OPTION_VALUE, "FORMAT", "of what would be hidden", COMPLETE_WORDS,
     "table jsonl"},
    {"owner", '\0', OPTION_VALUE, "NAME", "who answers for it", COMPLETE_NONE, NULL},
    {"reason", '\0', OPTION_VALUE, "TEXT", "why it is right", COMPLETE_NONE, NULL},
    {"expires", '\0', OPTION_VALUE, "DAY", "until when: 2027-01-01, or never", COMPLETE_NONE, NULL},
    {"monitor", '\0', OPTION_FLAG, NULL, "count what it would hide, and hide nothing",
     COMPLETE_NONE, NULL},
};

/* ------------------------------------------------------------ a draft */

/* A text as YAML that holds it on one line: JSON's string is one. Wildcards of Sigma are escaped
 * where the text is a value. */
static void put_text(struct buf *out, str text, bool value)
{
    struct buf escaped CLEANUP(buf_done) = buf_make(BUF_MAX_OUTPUT);
    struct json_writer w = json_writer_make(out, 0);

    for (size_t i = 0; i < text.n; i++) {
        if (value && (text.p[i] == '*' || text.p[i] == '?' || text.p[i] == '\\'))
            buf_char(&escaped, '\\');
        buf_char(&escaped, text.p[i]);
    }
    json_str(&w, buf_str(&escaped));
    buf_char(out, '\n');
}

static void put_line(struct buf *out, const char *name, str text, bool value)
{
    buf_printf(out, "%s: ", name);
    put_text(out, text, value);
}

static void draft(struct buf *out, const struct alert *alert, const struct arguments *a)
{
    const struct command *c = &command_alert_suppress;

    put_line(out, "title", alert->title, false);
    put_line(out, "id", str_from(alert->id), false);
    buf_add(out, S("logsource: {product: tocsin, category: alert}\nfilter:\n  rules:\n    - "));
    put_text(out, alert->rule_id, false);
    buf_add(out, S("  known:\n"));
    for (uint32_t i = 0; i < alert->key_count; i++) {
        buf_printf(out, "    key." STR_FMT ": ", STR_ARG(alert->key[i].name));
        put_text(out, alert->key[i].value, true);
    }
    if (alert->key_count == 0)
        put_line(out, "    rule_id", alert->rule_id, true);
    buf_add(out, S("  condition: not known\n"));
    put_line(out, "owner", str_from(opt_value(c, a, "owner")), false);
    put_line(out, "reason", str_from(opt_value(c, a, "reason")), false);
    put_line(out, "expires", str_from(opt_value(c, a, "expires")), false);
    buf_printf(out, "mode: %s\n", opt_flag(c, a, "monitor") ? "monitor" : "hide");
}

/* What was drafted is read before it is given out: a wrong date is said here. */
static int print_draft(struct ledger_reading *r, const struct alert *alert,
                       const struct arguments *a)
{
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct err e = {0};
    int code = EXIT_OK;

    draft(&sink.text, alert, a);
    struct suppress_set *set = suppress_set_read(buf_str(&sink.text), S("draft"), &e);
    if (!set) {
        say("%s", e.message);
        code = EXIT_USAGE;
    } else if (!sink_flush(&sink, &e)) {
        say_err(&e);
        code = EXIT_OUTPUT;
    }
    suppress_set_free(set);
    sink_done(&sink);
    return code;
}

static int draft_run(struct ledger_reading *r, const struct arguments *a)
{
    const struct command *c = &command_alert_suppress;
    struct alert_book book = {0};
    const struct alert *alert;
    int code = EXIT_USAGE;

    if (a->operand_count != 1 || !opt_value(c, a, "owner") || !opt_value(c, a, "reason") ||
        !opt_value(c, a, "expires")) {
        say("name an alert, and give '--owner', '--reason' and '--expires'; or a '--file'");
        return EXIT_USAGE;
    }
    if (alert_book_find(&book, r->ledger, &r->clock, a->operands[0], &alert, &code))
        code = print_draft(r, alert, a);
    alert_book_done(&book);
    return code;
}

/* ------------------------------------------------------------ what it would have hidden */

static void print_hidden(struct sink *s, struct page *p, const struct alert_book *b, uint32_t i,
                         bool json)
{
    const struct alert *a = b->alerts[i];
    const struct alert_namer namer = alert_book_namer(b, i);
    struct json_writer w = json_writer_make(&s->text, 0);

    if (json) {
        alert_json(&w, a, &namer);
        buf_char(&s->text, '\n');
        return;
    }
    page_cell(p, STYLE_FAINT, str_from(a->id), ID_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_cell(p, STYLE_FAINT, a->suppressed_by, 2 * ID_COLUMNS);
    page_text(p, STYLE_PLAIN, S("  "));
    page_rest(p, STYLE_STRONG, a->title);
    page_newline(p);
}

static void print_sums(struct page *p, const struct suppress_set *set)
{
    for (uint32_t i = 0; i < suppress_set_count(set); i++) {
        const struct suppression *s = suppress_set_at(set, i);
        page_rest(p, STYLE_STRONG, s->title);
        page_printf(p, STYLE_PLAIN, ": %llu match, %llu are hidden, %llu break through",
                    (unsigned long long)s->matched, (unsigned long long)s->hidden,
                    (unsigned long long)s->broke_through);
        page_newline(p);
    }
}

static int preview(struct ledger_reading *r, struct alert_book *b, struct suppress_set *set,
                   bool json)
{
    const struct group_options o = {.suppressions = set};
    struct sink sink = sink_make(&r->io, STDOUT_FILENO);
    struct page page = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    struct alert_groups groups;
    struct err e = {0};

    alert_groups_make(&groups, b->alerts, b->count, &o, b->arena);
    for (uint32_t i = 0; i < b->count; i++)
        if (b->alerts[i]->suppressed_by.p)
            print_hidden(&sink, &page, b, i, json);
    if (!json)
        print_sums(&page, set);
    const bool ok = sink_flush(&sink, &e);
    if (!ok)
        say_err(&e);
    sink_done(&sink);
    return ok ? EXIT_OK : EXIT_OUTPUT;
}

static int preview_run(struct ledger_reading *r, const struct arguments *a, const char *file)
{
    const char *given = opt_value(&command_alert_suppress, a, "days");
    struct ledger_alert_query q = alert_query_all();
    struct alert_book book = {0};
    uint64_t days = DAYS_DEFAULT;
    int code = EXIT_OK;
    const bool json = ledger_output_is(&command_alert_suppress, a, "table", "jsonl", &code);

    if (code != EXIT_OK)
        return code;
    if (given && (!str_u64(str_from(given), &days) || days == 0 || days > DAYS_MAX)) {
        say("option '--days' takes a number from 1 to %d, not '%s'", DAYS_MAX, given);
        return EXIT_USAGE;
    }
    struct suppress_set *set = suppress_file_read(&r->io, file);
    if (!set)
        return EXIT_INPUT;
    q.from_ns = clock_now_ns(&r->clock) - (int64_t)days * 86400 * NS_PER_S;
    code = alert_book_read(&book, r->ledger, &r->clock, &q) ? preview(r, &book, set, json)
                                                            : EXIT_INPUT;
    alert_book_done(&book);
    suppress_set_free(set);
    return code;
}

static int suppress_run(const struct arguments *a)
{
    const char *file = opt_value(&command_alert_suppress, a, "file");
    struct ledger_reading r;
    int code = EXIT_OK;

    if (ledger_reading_open(&command_alert_suppress, a, &r, &code))
        code = file ? preview_run(&r, a, file) : draft_run(&r, a);
    ledger_reading_done(&r);
    return code;
}

const struct command command_alert_suppress = {
    .name = "alert suppress",
    .usage = "-d FOLDER ID --owner NAME --reason TEXT --expires DAY | -d FOLDER --file FILE",
    .summary = "Drafts a suppression of an alert, or tells what suppressions would have hidden",
    .details = "A suppression is a Sigma filter over alerts with an owner, a reason and an expiry "
               "(docs/alerts.md). The draft is of the alert's rule and key: widen it as needed, "
               "preview it with --file, and keep it with the other suppressions. Hidden alerts are "
               "kept and counted; a higher severity or a new tactic in the group breaks through.",
    .options = suppress_options,
    .option_count = countof(suppress_options),
    .operands = COMPLETE_NONE,
    .run = suppress_run,
};
