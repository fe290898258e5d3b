/* cmd_alert_snooze.c - leaves alerts alone for a while. */
#include "cli/alert_book.h"
#include "cli/say.h"
#include "cli/time_option.h"
#include "text/setting.h"

extern const struct command command_alert_snooze;

static const struct option snooze_options[] = {
    DATA_OPTION,
    DECIDE_SOCKET_OPTION,
    {"for", '\0', OPTION_VALUE, "TIME", "how long: 30m, 4h, 2d", COMPLETE_NONE, NULL},
    {"until", '\0', OPTION_VALUE, "TIME", "a time or day (UTC)", COMPLETE_NONE, NULL},
};

static int snooze_run(const struct arguments *a)
{
    const struct command *c = &command_alert_snooze;
    struct arena *arena CLEANUP(arena_freep) = arena_new(4096);
    const struct clock clock = clock_system();
    const char *span = opt_value(c, a, "for");
    struct err e = {0};
    uint64_t span_ns = 0;
    int64_t until_ns = 0;

    if ((span == NULL) == (opt_value(c, a, "until") == NULL)) {
        say("until when? give one of '--for' and '--until'");
        return EXIT_USAGE;
    }
    if (span && !setting_parse_duration(str_from(span), &span_ns)) {
        say("option '--for' takes a time such as 30m, 4h or 2d, not '%s'", span);
        return EXIT_USAGE;
    }
    if (!time_option(c, a, "until", TIME_FIRST, &until_ns, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    if (span_ns)
        until_ns = clock_now_ns(&clock) + (int64_t)span_ns;
    return alert_decide_each(c, a, "snooze", arena_printf(arena, "%lld", (long long)until_ns));
}

const struct command command_alert_snooze = {
    .name = "alert snooze",
    .usage = "-d FOLDER [OPTIONS] ID...",
    .summary = "Leaves alerts alone for a while",
    .details =
        "A snoozed alert is not listed until the time has come, unless its severity rises or it "
        "brings a new tactic. Give --for or --until; --for 0s ends a snooze. Who did it is in the "
        "audit. Where 'tocsin serve' runs on the folder, it writes; otherwise the command does.",
    .options = snooze_options,
    .option_count = countof(snooze_options),
    .operands = COMPLETE_NONE,
    .run = snooze_run,
};
