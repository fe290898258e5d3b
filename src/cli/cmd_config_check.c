/* cmd_config_check.c - would serve take this configuration? */
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/serve_options.h"

#include <stdio.h>

extern const struct command command_config_check;

static const struct option check_options[] = {CONFIG_OPTION};

static int check_run(const struct arguments *a)
{
    const struct clock clock = clock_system();
    struct serve_options o;
    struct serve_paths rooms;
    uint32_t rules = 0, refused = 0;
    struct err e = {0};
    struct io io;

    io_init(&io);
    serve_options_make(&command_config_check, a, &io, &clock, &rooms, &o);
    if (a->operand_count)
        o.config = a->operands[0];
    bool ok = serve_check(&o, &rules, &refused, &e);
    if (ok)
        printf("%s: good; %u rules, %u documents that are no rules\n", o.config, rules, refused);
    else
        say_err(&e);
    serve_paths_done(&rooms);
    return ok ? EXIT_OK : EXIT_USAGE;
}

const struct command command_config_check = {
    .name = "config check",
    .usage = "[OPTIONS] [FILE]",
    .summary = "Tells whether serve would take a configuration",
    .details = "Reads the configuration, each source's settings and the rules, as serve does, and\n"
               "opens nothing. What is wrong is named with file, line and column.",
    .options = check_options,
    .option_count = countof(check_options),
    .operands = COMPLETE_FILE,
    .run = check_run,
};
