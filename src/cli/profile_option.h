/* profile_option.h - the profile that a command's --profile names, or the one that ships. */
#pragma once

#include "cli/command.h"
#include "detect/profile.h"

/* A row for a command's own table of options. */
/* clang-format off */
#define PROFILE_OPTION \
    {"profile", '\0', OPTION_VALUE, "FILE", \
     "how often text stands in such logs: what is looked for first goes by it, and no finding", \
     COMPLETE_FILE, NULL}
/* clang-format on */

/* Its path, which may lie in `room`; NULL when none is named and none ships. */
const char *profile_option_path(const struct command *c, const struct arguments *a,
                                struct buf *room);

/* *ret is NULL when none is named and none ships. False: it has been said why. */
bool profile_option_load(const struct command *c, const struct arguments *a, struct io *io,
                         struct profile **ret) MUST_USE;
