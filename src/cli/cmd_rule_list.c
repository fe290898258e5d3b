/* cmd_rule_list.c - the rules that load, a line each. */
#include "cli/opt.h"
#include "cli/rule_options.h"
#include "cli/say.h"
#include "sigma/correlation.h"
#include "text/escape.h"
#include "text/json_write.h"

#include <errno.h>

extern const struct command command_rule_list;

enum { TITLE_COLUMNS = 60, SOURCE_COLUMNS = 38, LINE_MAX = 1 << 20 };

static const struct option list_options[] = {
    RULE_OPTIONS,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table jsonl"},
};

/* `correlation`: its type, or empty for a rule. */
static void print_json(const struct sigma_rule *r, str correlation)
{
    struct buf out CLEANUP(buf_done) = buf_make(LINE_MAX);
    struct json_writer w = json_writer_make(&out, 0);

    json_object(&w);
    json_field_str(&w, S("id"), sigma_rule_identity(r));
    json_field_str(&w, S("title"), r->title);
    json_field_str(&w, S("level"), str_from(sigma_level_name(r->level)));
    json_field_str(&w, S("status"), str_from(sigma_status_name(r->status)));
    json_key(&w, S("logsource"));
    json_object(&w);
    json_field_str(&w, S("product"), r->logsource.product);
    json_field_str(&w, S("category"), r->logsource.category);
    json_field_str(&w, S("service"), r->logsource.service);
    json_object_end(&w);
    if (correlation.n)
        json_field_str(&w, S("correlation"), correlation);
    json_key(&w, S("tags"));
    json_array(&w);
    for (uint32_t i = 0; i < r->tag_count; i++)
        json_str(&w, r->tags[i]);
    json_array_end(&w);
    json_field_str(&w, S("file"), r->file);
    json_field_u64(&w, S("line"), r->line);
    json_object_end(&w);
    puts(buf_cstr(&out));
}

static void print_row(const struct sigma_rule *r, str correlation)
{
    struct buf source CLEANUP(buf_done) = buf_make(LINE_MAX),
                      title CLEANUP(buf_done) = buf_make(LINE_MAX);
    struct buf words CLEANUP(buf_done) = buf_make(LINE_MAX);

    if (correlation.n)
        buf_printf(&words, "correlation " STR_FMT, STR_ARG(correlation));
    else
        buf_printf(&words, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(r->logsource.product),
                   STR_ARG(r->logsource.category), STR_ARG(r->logsource.service));
    escape_terminal_cut(&source, buf_str(&words), SOURCE_COLUMNS);
    escape_terminal_cut(&title, r->title, TITLE_COLUMNS);
    printf("%-13s %-12s %-*s " STR_FMT "  %s\n", sigma_level_name(r->level),
           sigma_status_name(r->status), SOURCE_COLUMNS, buf_cstr(&source),
           STR_ARG(sigma_rule_identity(r)), buf_cstr(&title));
}

static int list_run(const struct arguments *a)
{
    const char *output = opt_value(&command_rule_list, a, "output");
    bool json = output && str_eq(str_from(output), S("jsonl"));
    int code = EXIT_USAGE;
    struct io io;

    if (output && !json && !str_eq(str_from(output), S("table"))) {
        say("unknown output '%s'; there are: table, jsonl", output);
        return code;
    }
    io_init(&io);
    struct ruleset *rs CLEANUP(ruleset_freep) =
        rule_options_load(&command_rule_list, a, OPERANDS_REPLACE, &io, &code);
    if (!rs)
        return code;
    for (uint32_t i = 0; i < rs->count; i++)
        json ? print_json(rs->rules[i], S("")) : print_row(rs->rules[i], S(""));
    for (uint32_t i = 0; i < rs->correlations_kept; i++) {
        const struct sigma_correlation *c = rs->correlations[i];
        str type = str_from(correlation_type_name(c->type));
        json ? print_json(&c->head, type) : print_row(&c->head, type);
    }
    rule_options_say_refusals(rs, false);
    if (fflush(stdout) == 0)
        return EXIT_OK;
    say("cannot write the list: %s", strerror(errno));
    return EXIT_OUTPUT;
}

const struct command command_rule_list = {
    .name = "rule list",
    .usage = "[OPTIONS] [PATH...]",
    .summary = "Lists the rules: level, status, log source, id, title",
    .details =
        "PATH is a rule file or a folder of them; without one the rules that ship with tocsin.",
    .options = list_options,
    .option_count = countof(list_options),
    .operands = COMPLETE_FILE,
    .run = list_run,
};
