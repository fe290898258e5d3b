/* cmd_version.c - which tocsin this is. */
#include "cli/command.h"

#include <stdio.h>

extern const struct command command_version;

static int version_run(const struct arguments *a)
{
    (void)a;
    printf("tocsin %s\n", TOCSIN_VERSION);
    return EXIT_OK;
}

const struct command command_version = {
    .name = "version",
    .usage = "",
    .summary = "Prints the version",
    .run = version_run,
};
