/* behavior_options.h - the options by which commands name the files of behaviours and assets. */
#pragma once

#include "base/io.h"
#include "behave/behavior_set.h"
#include "cli/command.h"

enum { BEHAVIOR_FILE_MAX = 16 << 20 }; /* bytes of such a file */

/* Rows for a command's own table of options. */
/* clang-format off */
#define BEHAVIOR_OPTIONS \
    {"behaviors", '\0', OPTION_VALUE, "FILE", \
     "settings of behaviours that differ from those that ship", COMPLETE_FILE, NULL}, \
    {"assets", '\0', OPTION_VALUE, "FILE", \
     "what is known of one's own networks, hosts and accounts", COMPLETE_FILE, NULL}
/* clang-format on */

/* False: a file cannot be read or is wrong; it has been said. */
bool behavior_options_load(const struct command *c, const struct arguments *a, struct io *io,
                           struct behavior_set **ret, struct asset_list **ret_assets);
void behavior_options_done(struct behavior_set **behaviors, struct asset_list **assets);
