/* cmd_formats.c - the formats that tocsin reads. */
#include "cli/command.h"
#include "formats/format.h"

#include <stdio.h>

extern const struct command command_formats;

static int formats_run(const struct arguments *a)
{
    (void)a;
    for (size_t i = 0; i < format_count; i++) {
        printf("%-10s %s\n", formats[i]->name, formats[i]->summary);
        if (formats[i]->sample)
            printf("%-10s   %s\n", "", formats[i]->sample);
    }
    return EXIT_OK;
}

const struct command command_formats = {
    .name = "formats",
    .usage = "",
    .summary = "Lists the log formats, with a sample line of each",
    .run = formats_run,
};
