/* cmd_alert_ack.c - says that alerts are being looked at. */
#include "cli/alert_book.h"

extern const struct command command_alert_ack;

static const struct option ack_options[] = {
    DATA_OPTION,
    DECIDE_SOCKET_OPTION,
    {"note", '\0', OPTION_VALUE, "TEXT", "what others should know", COMPLETE_NONE, NULL},
};

static int ack_run(const struct arguments *a)
{
    struct arena *arena CLEANUP(arena_freep) = arena_new(4096);
    const str note = alert_option_text(&command_alert_ack, a, "note", arena);

    return alert_decide_each(&command_alert_ack, a, "ack", note);
}

const struct command command_alert_ack = {
    .name = "alert ack",
    .usage = "-d FOLDER [OPTIONS] ID...",
    .summary = "Says that alerts are being looked at",
    .details = "The alerts become acknowledged. Who did it is in the audit. Where 'tocsin serve' "
               "runs on the folder, it writes; otherwise the command does.",
    .options = ack_options,
    .option_count = countof(ack_options),
    .operands = COMPLETE_NONE,
    .run = ack_run,
};
