/* cmd_status.c - how a running serve goes. */
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/serve_options.h"

#include <stdio.h>
#include <unistd.h>

extern const struct command command_status;

enum { ANSWER_MAX = 64 << 20 };

static const struct option status_options[] = {
    CONFIG_OPTION,
    SOCKET_OPTION,
    {"output", 'o', OPTION_VALUE, "FORMAT", "what to print", COMPLETE_WORDS, "table json"},
};

static int status_run(const struct arguments *a)
{
    const char *output = opt_value(&command_status, a, "output");
    struct buf answer CLEANUP(buf_done) = buf_make(ANSWER_MAX);
    const bool json = output && str_eq(str_from(output), S("json"));

    if (output && !json && !str_eq(str_from(output), S("table"))) {
        say("unknown output '%s'; known are table and json", output);
        return EXIT_USAGE;
    }
    int fd = serve_ask(&command_status, a, json ? "status\n" : "status text\n");
    if (fd == -1)
        return EXIT_INPUT;
    bool told = serve_answer(fd, &answer);
    close(fd);
    if (!told)
        return EXIT_INPUT;
    const bool written = fwrite(answer.p, 1, answer.n, stdout) == answer.n && fflush(stdout) == 0;
    return written ? EXIT_OK : EXIT_OUTPUT;
}

const struct command command_status = {
    .name = "status",
    .usage = "[OPTIONS]",
    .summary = "Shows how a running serve goes: sources, lag, failures, memory",
    .details =
        "A line a source: records taken in, their rate since the start, findings, how far it\n"
        "is behind, what waits to be matched, its raw log on disk, and when it was last heard\n"
        "of. Below it, what went wrong, with the last line that did.",
    .options = status_options,
    .option_count = countof(status_options),
    .operands = COMPLETE_NONE,
    .run = status_run,
};
