/* opt.h - the command line, read by the tables of options. */
#pragma once

#include "cli/command.h"

/* Reads argv[from..] for a command. The arrays of *ret live in *ret itself and in argv. */
bool opt_parse(const struct command *c, int argc, char **argv, int from, struct arguments *ret,
               struct err *e) MUST_USE;
void opt_done(struct arguments *args);

/* The place of an option in command->options; it is there (asserted). */
uint32_t opt_index(const struct command *c, const char *name);
bool opt_flag(const struct command *c, const struct arguments *a, const char *name);
const char *opt_value(const struct command *c, const struct arguments *a,
                      const char *name); /* or NULL */

/* The command that argv names from argv[1] on ("rule lint" are two words); *ret_words tells how
 * many. NULL when there is none. */
const struct command *command_find(int argc, const char *const *argv, int *ret_words);
const char *command_suggest(const char *word); /* the nearest name, or NULL */
