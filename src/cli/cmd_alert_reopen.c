/* cmd_alert_reopen.c - opens alerts again that were acknowledged or closed. */
#include "cli/alert_book.h"

extern const struct command command_alert_reopen;

static const struct option reopen_options[] = {
    DATA_OPTION,
    DECIDE_SOCKET_OPTION,
    {"note", '\0', OPTION_VALUE, "TEXT", "what others should know", COMPLETE_NONE, NULL},
};

static int reopen_run(const struct arguments *a)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new(4096);
    const str note = alert_option_text(&command_alert_reopen, a, "note", arena);

    return alert_decide_each(&command_alert_reopen, a, "reopen", note);
}

const struct command command_alert_reopen = {
    .name = "alert reopen",
    .usage = "-d FOLDER [OPTIONS] ID...",
    .summary = "Opens alerts again that were acknowledged or closed",
    .details = "The alerts become open, without a verdict. Who did it is in the audit. Where "
               "'tocsin serve' runs on the folder, it writes; otherwise the command does.",
    .options = reopen_options,
    .option_count = countof(reopen_options),
    .operands = COMPLETE_NONE,
    .run = reopen_run,
};
