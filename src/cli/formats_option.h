/* formats_option.h - the pattern files that a command's --formats names, and the formats of its
 * run.
 */
#pragma once

#include "base/io.h"
#include "cli/command.h"
#include "formats/format_set.h"

/* A row for a command's own table of options. */
/* clang-format off */
#define FORMATS_OPTION \
    {"formats", '\0', OPTION_REPEATED, "PATH", \
     "add the formats of a pattern file, or of a folder of them", COMPLETE_FILE, NULL}
/* clang-format on */

/* NULL with *e set when a file cannot be read or is wrong. */
struct format_set *formats_option_load(const struct command *c, const struct arguments *a,
                                       struct io *io, struct err *e) MUST_USE;
