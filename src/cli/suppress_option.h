/* suppress_option.h - the option by which commands name a file of suppressions. */
#pragma once

#include "base/io.h"
#include "cli/command.h"
#include "triage/suppress.h"

enum { SUPPRESS_FILE_MAX = 16 << 20 }; /* bytes of such a file */

/* A row for a command's own table of options. */
/* clang-format off */
#define SUPPRESS_OPTION \
    {"suppressions", '\0', OPTION_VALUE, "FILE", \
     "what hides alerts: Sigma filters with owner, reason and expiry", COMPLETE_FILE, NULL}
/* clang-format on */

/* NULL: said. */
struct suppress_set *suppress_file_read(struct io *io, const char *path) MUST_USE;
