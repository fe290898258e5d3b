/* cmd_rule_lint.c - what is wrong, doubtful or unusual in rules, each with its place. */
#include "cli/content.h"
#include "cli/opt.h"
#include "cli/page.h"
#include "cli/rule_options.h"
#include "cli/say.h"
#include "cli/sink.h"
#include "sigma/lint.h"
#include "text/json_write.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

extern const struct command command_rule_lint;

static const struct option lint_options[] = {
    RULE_OPTIONS,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "text jsonl"},
    {"severity", 's', OPTION_VALUE, "SEVERITY", "only issues of this severity and above",
     COMPLETE_WORDS, "note warning error"},
    {"checks", '\0', OPTION_FLAG, NULL, "list the checks and end", COMPLETE_NONE, NULL},
};

struct printing {
    struct sink sink;
    struct page page;
    bool json;
    enum lint_severity severity;
    str shipped; /* rules below it are not told; empty: all are */
    uint64_t counts[LINT_SEVERITY_COUNT];
};

static enum page_style style_of(enum lint_severity severity)
{
    static const enum page_style styles[] = {
        [LINT_NOTE] = STYLE_FAINT,
        [LINT_WARNING] = STYLE_MEDIUM,
        [LINT_ERROR] = STYLE_BAD,
    };
    return styles[severity];
}

static void print_json(struct printing *p, const struct lint_issue *issue)
{
    struct json_writer w = json_writer_make(&p->sink.text, 0);

    json_object(&w);
    json_field_str(&w, S("file"), issue->file);
    json_field_u64(&w, S("line"), issue->line);
    json_field_u64(&w, S("column"), issue->column);
    json_field_str(&w, S("severity"), str_from(lint_severity_name(lint_severity(issue->check))));
    json_field_str(&w, S("check"), str_from(lint_name(issue->check)));
    json_field_str(&w, S("text"), issue->text);
    json_object_end(&w);
    buf_char(&p->sink.text, '\n');
}

static void print_text(struct printing *p, const struct lint_issue *issue)
{
    enum lint_severity severity = lint_severity(issue->check);

    page_text(&p->page, STYLE_PLAIN, issue->file);
    if (issue->line)
        page_printf(&p->page, STYLE_PLAIN, ":%u:%u", issue->line, issue->column);
    page_printf(&p->page, STYLE_PLAIN, ": ");
    page_printf(&p->page, style_of(severity), "%s", lint_severity_name(severity));
    page_printf(&p->page, STYLE_PLAIN, ": ");
    page_text(&p->page, STYLE_PLAIN, issue->text);
    page_printf(&p->page, STYLE_FAINT, " [%s]", lint_name(issue->check));
    page_newline(&p->page);
}

static bool is_shipped(const struct printing *p, str file)
{
    return p->shipped.n && str_starts(file, p->shipped) &&
           str_starts(str_from_at(file, p->shipped.n), S("/"));
}

static bool print_issues(struct printing *p, const struct lint_issue *issues, uint32_t count,
                         struct err *e)
{
    for (uint32_t i = 0; i < count; i++) {
        enum lint_severity severity = lint_severity(issues[i].check);
        if (severity < p->severity || is_shipped(p, issues[i].file))
            continue;
        p->counts[severity]++;
        if (p->json)
            print_json(p, &issues[i]);
        else
            print_text(p, &issues[i]);
        if (!sink_settle(&p->sink, e))
            return false;
    }
    return true;
}

static void print_counts(struct printing *p, const struct ruleset *rs, uint64_t left_out)
{
    uint32_t rules = 0;

    for (uint32_t i = 0; i < rs->count; i++)
        rules += !is_shipped(p, rs->rules[i]->file);
    if (left_out) {
        page_printf(&p->page, STYLE_PLAIN, "%llu more issues are not shown",
                    (unsigned long long)left_out);
        page_newline(&p->page);
    }
    page_printf(&p->page, STYLE_PLAIN, "%u rules loaded: %llu errors, %llu warnings, %llu notes",
                rules, (unsigned long long)p->counts[LINT_ERROR],
                (unsigned long long)p->counts[LINT_WARNING],
                (unsigned long long)p->counts[LINT_NOTE]);
    page_newline(&p->page);
}

static int list_checks(void)
{
    for (int i = 0; i < LINT_CHECK_COUNT; i++)
        printf("%-8s %-23s %s\n", lint_severity_name(lint_severity((enum lint_check)i)),
               lint_name((enum lint_check)i), lint_what((enum lint_check)i));
    return fflush(stdout) == 0 ? EXIT_OK : EXIT_OUTPUT;
}

/* The severity and the output that are asked for. */
static bool read_choices(const struct arguments *a, struct printing *p)
{
    const char *severity = opt_value(&command_rule_lint, a, "severity");
    const char *output = opt_value(&command_rule_lint, a, "output");
    bool known = !severity;

    for (int i = 0; i < LINT_SEVERITY_COUNT && severity; i++)
        if (str_eq(str_from(severity), str_from(lint_severity_name((enum lint_severity)i)))) {
            p->severity = (enum lint_severity)i;
            known = true;
        }
    if (!known) {
        say("unknown severity '%s'; there are: note, warning, error", severity);
        return false;
    }
    p->json = output && str_eq(str_from(output), S("jsonl"));
    if (output && !p->json && !str_eq(str_from(output), S("text"))) {
        say("unknown output '%s'; there are: text, jsonl", output);
        return false;
    }
    return true;
}

static int lint_and_print(struct printing *p, const struct ruleset *rs)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new(1 << 16);
    struct lint_issue *issues;
    uint64_t left_out;
    struct err e = {0};

    uint32_t count = lint_ruleset(rs, arena, &issues, &left_out);
    bool written = print_issues(p, issues, count, &e);
    if (written && !p->json)
        print_counts(p, rs, left_out);
    if (!written || !sink_flush(&p->sink, &e)) {
        say_err(&e);
        return EXIT_OUTPUT;
    }
    return p->counts[LINT_ERROR] ? EXIT_FINDINGS : EXIT_OK;
}

/* Are the rules that ship with tocsin themselves among what is to be checked? */
static bool asks_for_shipped(const struct arguments *a, const char *shipped)
{
    char root[PATH_MAX], path[PATH_MAX];

    if (!realpath(shipped, root))
        return false;
    for (uint32_t i = 0; i < a->operand_count; i++)
        if (realpath(a->operands[i], path) && str_starts(str_from(path), str_from(root)))
            return true;
    return false;
}

static int lint_run(const struct arguments *a)
{
    struct buf shipped CLEANUP(buf_done) = buf_make(PATH_MAX * 2);
    bool compare = !opt_flag(&command_rule_lint, a, "only") && content_find("rules", &shipped) &&
                   !asks_for_shipped(a, buf_cstr(&shipped));
    struct printing p = {0};
    struct io io;
    int code = EXIT_USAGE;

    if (opt_flag(&command_rule_lint, a, "checks"))
        return list_checks();
    if (!read_choices(a, &p))
        return EXIT_USAGE;
    io_init(&io);
    struct ruleset *rs CLEANUP(ruleset_freep) = rule_options_load(
        &command_rule_lint, a, compare ? OPERANDS_ADD : OPERANDS_REPLACE, &io, &code);
    if (!rs)
        return code;
    if (compare && (a->operand_count || opt_flag(&command_rule_lint, a, "rules")))
        p.shipped = buf_str(&shipped);
    p.sink = sink_make(&io, STDOUT_FILENO);
    p.page = page_make(&p.sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
    code = lint_and_print(&p, rs);
    sink_done(&p.sink);
    return code;
}

const struct command command_rule_lint = {
    .name = "rule lint",
    .usage = "[OPTIONS] [PATH...]",
    .summary = "Says what is wrong, doubtful or unusual in rules, with file, line and column",
    .details =
        "PATH is a rule file or a folder of them. Without one the rules that ship with tocsin\n"
        "are checked; with one these are only compared with, for ids and titles that stand\n"
        "twice. An error is a rule that is not loaded or does not do what it says, a warning\n"
        "likely a mistake, a note against the conventions of SigmaHQ. --checks lists them all.\n"
        "Exit code 1 when there are errors.",
    .options = lint_options,
    .option_count = countof(lint_options),
    .operands = COMPLETE_FILE,
    .run = lint_run,
};
