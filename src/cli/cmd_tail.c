/* cmd_tail.c - findings of a running serve, as they are made. */
#include "cli/opt.h"
#include "cli/say.h"
#include "cli/serve_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_tail;

static const struct option tail_options[] = {CONFIG_OPTION, SOCKET_OPTION};

/* Copies what comes; JSON has no control bytes, so that a terminal is safe. */
static bool copy(int fd)
{
    char room[64 * 1024];

    for (;;) {
        ssize_t n = read(fd, room, sizeof room);
        if (n == -1 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        if (fwrite(room, 1, (size_t)n, stdout) != (size_t)n || fflush(stdout) != 0)
            return false;
    }
}

static int tail_run(const struct arguments *a)
{
    int fd = serve_ask(&command_tail, a, "tail\n");

    if (fd == -1)
        return EXIT_INPUT;
    bool ok = copy(fd);
    close(fd);
    if (!ok)
        say("cannot write: %s", strerror(errno));
    return ok ? EXIT_OK : EXIT_OUTPUT;
}

const struct command command_tail = {
    .name = "tail",
    .usage = "[OPTIONS]",
    .summary = "Shows findings of a running serve as they are made",
    .details = "A JSON object a line (docs/finding.schema.json). Whoever reads too slowly loses\n"
               "lines, and is told how many: {\"lost\":N}. The ledger has them all.",
    .options = tail_options,
    .option_count = countof(tail_options),
    .operands = COMPLETE_NONE,
    .run = tail_run,
};
