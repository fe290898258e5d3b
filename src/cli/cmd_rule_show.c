/* cmd_rule_show.c - one rule: what it says, how it is written, and what it comes to. */
#include "cli/correlation_text.h"
#include "cli/opt.h"
#include "cli/profile_option.h"
#include "cli/rule_options.h"
#include "cli/rule_story.h"
#include "cli/rule_text.h"
#include "cli/say.h"
#include "cli/sink.h"

#include <unistd.h>

extern const struct command command_rule_show;

enum { VALUES_SHOWN = 20, CHOICES_SAID = 20 };

static const struct option show_options[] = {
    RULE_OPTIONS,
    {"all", 'a', OPTION_FLAG, NULL, "show all values, however many", COMPLETE_NONE, NULL},
    PROFILE_OPTION,
};

static bool contains_word(str text, str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (str_ieq((str){text.p + i, word.n}, word))
            return true;
    return false;
}

/* How well `word` names a rule: by id or name, by file, by a part of the title; 0: not at all. */
static int fit(const struct sigma_rule *rule, str word)
{
    bool file = str_ends(rule->file, word) &&
                (rule->file.n == word.n || rule->file.p[rule->file.n - word.n - 1] == '/');

    if (str_ieq(sigma_rule_identity(rule), word) || str_eq(rule->name, word) ||
        str_ieq(rule->title, word))
        return 3;
    return file ? 2 : contains_word(rule->title, word);
}

/* Rules, and behind them correlations. */
static uint32_t rule_count(const struct ruleset *rs)
{
    return rs->count + rs->correlations_kept;
}

static const struct sigma_rule *rule_at(const struct ruleset *rs, uint32_t i)
{
    return i < rs->count ? rs->rules[i] : &rs->correlations[i - rs->count]->head;
}

/* The rules that fit best; *ret_rule is the first of them. */
static uint32_t find_rules(const struct ruleset *rs, str word, const struct sigma_rule **ret_rule,
                           int *ret_fit)
{
    uint32_t count = 0;

    *ret_fit = 1;
    for (uint32_t i = 0; i < rule_count(rs); i++) {
        const struct sigma_rule *rule = rule_at(rs, i);
        int score = fit(rule, word);
        if (score < *ret_fit)
            continue;
        if (score > *ret_fit)
            count = 0;
        if (count++ == 0)
            *ret_rule = rule;
        *ret_fit = score;
    }
    return count;
}

/* A file may hold several rules: then each is shown. Otherwise they are a choice. */
static void say_choices(const struct ruleset *rs, str word, uint32_t count)
{
    uint32_t said = 0;

    say("%u rules have '" STR_FMT "' in their titles; give an id:", count, STR_ARG(word));
    for (uint32_t i = 0; i < rule_count(rs) && said < CHOICES_SAID; i++)
        if (fit(rule_at(rs, i), word) == 1) {
            say("  " STR_FMT "  " STR_FMT, STR_ARG(sigma_rule_identity(rule_at(rs, i))),
                STR_ARG(rule_at(rs, i)->title));
            said++;
        }
    if (said < count)
        say("  ... and %u more", count - said);
}

static bool show(struct io *io, const struct ruleset *rs, const struct profile *profile, str word,
                 int score, uint32_t values, struct err *e)
{
    struct sink sink = sink_make(io, STDOUT_FILENO);
    bool ok = true;

    for (uint32_t i = 0; i < rule_count(rs) && ok; i++) {
        struct page p = page_make(&sink.text, isatty(STDOUT_FILENO) == 1, PAGE_COLUMNS_PLAIN);
        if (fit(rule_at(rs, i), word) != score)
            continue;
        if (i >= rs->count) {
            rule_text_head(&p, rule_at(rs, i));
            correlation_text(&p, rs->correlations[i - rs->count]);
            ok = sink_settle(&sink, e);
            continue;
        }
        rule_text_head(&p, rs->rules[i]);
        rule_text_detection(&p, rs->rules[i]);
        rule_text_tree(&p, rs->rules[i], values);
        rule_story(&p, rs, i, profile, values);
        ok = sink_settle(&sink, e);
    }
    ok = ok && sink_flush(&sink, e);
    sink_done(&sink);
    return ok;
}

static int show_word(struct io *io, const struct ruleset *rs, const struct profile *profile,
                     str word, uint32_t values)
{
    const struct sigma_rule *rule = NULL;
    struct err e = {0};
    int score;
    uint32_t count = find_rules(rs, word, &rule, &score);

    if (count == 0) {
        say("no rule that loads has the id or file '" STR_FMT "', or it in its title",
            STR_ARG(word));
        return EXIT_INPUT;
    }
    if (count > 1 && score == 1) {
        say_choices(rs, word, count);
        return EXIT_USAGE;
    }
    if (show(io, rs, profile, word, score, values, &e))
        return EXIT_OK;
    say_err(&e);
    return EXIT_OUTPUT;
}

static int show_run(const struct arguments *a)
{
    uint32_t values = opt_flag(&command_rule_show, a, "all") ? UINT32_MAX : VALUES_SHOWN;
    struct io io;
    int code = EXIT_USAGE;

    if (a->operand_count != 1 || !a->operands[0][0]) {
        say("name one rule: its id, its file, or a part of its title");
        return EXIT_USAGE;
    }
    io_init(&io);
    struct ruleset *rs CLEANUP(ruleset_freep) =
        rule_options_load(&command_rule_show, a, OPERANDS_NONE, &io, &code);
    if (!rs)
        return code;
    rule_options_say_refusals(rs, true);
    struct profile *profile;
    if (!profile_option_load(&command_rule_show, a, &io, &profile))
        return EXIT_RULES;
    code = show_word(&io, rs, profile, str_from(a->operands[0]), values);
    profile_free(profile);
    return code;
}

const struct command command_rule_show = {
    .name = "rule show",
    .usage = "[OPTIONS] RULE",
    .summary = "Shows one rule: its texts, how it is written and the tests it comes to",
    .details =
        "RULE is an id, a name, a file or a part of a title. Shown are its texts; how it is\n"
        "written; what is matched: modifiers applied, selections in the place of their names,\n"
        "and what filters, pipelines and placeholders have changed; and how it is found: what\n"
        "is left to ask of events with one EventID, the text that wakes the rule, and the order\n"
        "of its questions.",
    .options = show_options,
    .option_count = countof(show_options),
    .operands = COMPLETE_NONE,
    .run = show_run,
};
