/* cmd_formats.c - the formats that tocsin reads. */
#include "cli/command.h"
#include "formats/format.h"

#include <stdio.h>

extern const struct command command_formats;

static int formats_run(const struct arguments *a)
{
    (void)a;
    for (size_t i = 0; i < formats_builtin.count; i++) {
        const struct format *f = formats_builtin.items[i];
        printf("%-16s %s\n", f->name, format_summary(f));
        if (format_sample(f))
            printf("%-16s   %s\n", "", format_sample(f));
    }
    return EXIT_OK;
}

const struct command command_formats = {
    .name = "formats",
    .usage = "",
    .summary = "Lists the log formats, with a sample line of each",
    .run = formats_run,
};
