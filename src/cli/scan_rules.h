/*
 * scan_rules.h - the rules of a scan, ready to match: from the cache, or loaded,
 * chosen by level, status and tag, compiled, and put into the cache for the next
 * time. The one cannot be told from the other but by the time it takes.
 */
#pragma once

#include "cli/command.h"
#include "engine/rule_block.h"

/* A row for a command's own table of options. */
/* clang-format off */
#define CACHE_OPTION \
    {"no-cache", '\0', OPTION_FLAG, NULL, \
     "load and compile the rules anew, and do not keep them for the next time", COMPLETE_NONE, NULL}
/* clang-format on */

/* The command has RULE_OPTIONS, PROFILE_OPTION, CACHE_OPTION, min-level, status, tag and quiet.
 * What is wrong with rules is said; false: nothing can be matched with, *ret_exit is the code. */
bool scan_rules_load(const struct command *c, const struct arguments *a, struct io *io,
                     struct ready_rules *ret, int *ret_exit) MUST_USE;
