/* cmd_alert_close.c - closes alerts with a verdict and a reason. */
#include "cli/alert_book.h"
#include "cli/say.h"
#include "triage/alert_verdict.h"

extern const struct command command_alert_close;

static const struct option close_options[] = {
    DATA_OPTION,
    DECIDE_SOCKET_OPTION,
    {"verdict", '\0', OPTION_VALUE, "WORD", "what it turned out to be", COMPLETE_WORDS,
     "true_positive benign_positive false_positive undetermined"},
    {"reason", '\0', OPTION_VALUE, "WORD", "why; needed where a verdict has several",
     COMPLETE_WORDS,
     "suspicious_activity suspicious_but_expected incorrect_alert_logic incorrect_data"},
    {"note", '\0', OPTION_VALUE, "TEXT", "what others should know", COMPLETE_NONE, NULL},
};

static int close_run(const struct arguments *a)
{
    const struct command *c = &command_alert_close;
    struct arena *arena CLEANUP(arena_freep) = arena_new(4096);
    const str verdict = alert_option_text(c, a, "verdict", arena);
    str reason = alert_option_text(c, a, "reason", arena);
    struct err e = {0};

    if (!alert_verdict_check(verdict, &reason, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    const str rest = arena_printf(arena, STR_FMT "\t" STR_FMT "\t" STR_FMT, STR_ARG(verdict),
                                  STR_ARG(reason), STR_ARG(alert_option_text(c, a, "note", arena)));
    return alert_decide_each(c, a, "close", rest);
}

const struct command command_alert_close = {
    .name = "alert close",
    .usage = "-d FOLDER [OPTIONS] ID...",
    .summary = "Closes alerts with a verdict and a reason",
    .details = "The verdicts and reasons are Microsoft Sentinel's: true_positive "
               "(suspicious_activity), benign_positive (suspicious_but_expected), false_positive "
               "(incorrect_alert_logic or incorrect_data), undetermined. A closed alert that is "
               "told again with a higher severity is open again. Who did it is in the audit. Where "
               "'tocsin serve' runs on the folder, it writes; otherwise the command does.",
    .options = close_options,
    .option_count = countof(close_options),
    .operands = COMPLETE_NONE,
    .run = close_run,
};
