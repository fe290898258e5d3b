/* cmd_alert_assign.c - says who looks at alerts. */
#include "cli/alert_book.h"

extern const struct command command_alert_assign;

static const struct option assign_options[] = {
    DATA_OPTION,
    DECIDE_SOCKET_OPTION,
    {"to", '\0', OPTION_VALUE, "NAME", "who", COMPLETE_NONE, NULL},
};

static int assign_run(const struct arguments *a)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new(4096);
    const str to = alert_option_text(&command_alert_assign, a, "to", arena);

    return alert_decide_each(&command_alert_assign, a, "assign", to);
}

const struct command command_alert_assign = {
    .name = "alert assign",
    .usage = "-d FOLDER [OPTIONS] ID...",
    .summary = "Says who looks at alerts",
    .details = "Without --to nobody does. Who did it is in the audit. Where 'tocsin serve' runs on "
               "the folder, it writes; otherwise the command does.",
    .options = assign_options,
    .option_count = countof(assign_options),
    .operands = COMPLETE_NONE,
    .run = assign_run,
};
