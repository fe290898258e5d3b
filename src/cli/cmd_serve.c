/* cmd_serve.c - takes in events live, keeps them, and tells what they are. */
#include "cli/fault_option.h"
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/serve_options.h"

extern const struct command command_serve;

static const struct option serve_options[] = {CONFIG_OPTION};

static int serve_command_run(const struct arguments *a)
{
    const struct clock clock = clock_system();
    struct serve_options o;
    struct serve_paths rooms;
    struct err e = {0};
    struct io io;

    if (a->operand_count) {
        say("serve takes no operands; its sources are in the configuration");
        return EXIT_USAGE;
    }
    io_init(&io);
    if (!fault_option(&io, &e)) {
        say_err(&e);
        return EXIT_USAGE;
    }
    serve_options_make(&command_serve, a, &io, &clock, &rooms, &o);
    bool ok = serve_run(&o, &e);
    if (!ok)
        say_err(&e);
    serve_paths_done(&rooms);
    io_done(&io);
    return ok ? EXIT_OK : e.code == ERR_INPUT ? EXIT_USAGE : EXIT_OUTPUT;
}

const struct command command_serve = {
    .name = "serve",
    .usage = "[OPTIONS]",
    .summary = "Takes in events live, keeps them, and matches them",
    .details = "Sources, rules and where findings go are in the configuration (docs/serve.md). "
               "SIGTERM and\n"
               "SIGINT end it once all that was taken in is matched and on disk. SIGHUP takes the\n"
               "configuration and the rules anew; what did not change goes on, and when something "
               "in it is\n"
               "wrong the old one stays. 'tocsin status' and 'tocsin tail' talk to it.",
    .options = serve_options,
    .option_count = countof(serve_options),
    .operands = COMPLETE_NONE,
    .run = serve_command_run,
};
