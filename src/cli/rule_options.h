/*
 * rule_options.h - the options by which every command that uses rules names
 * them, and the loading that follows from them.
 */
#pragma once

#include "cli/command.h"
#include "sigma/ruleset.h"

/* Rows for a command's own table of options. */
/* clang-format off */
#define RULE_OPTIONS \
    {"rules", 'r', OPTION_REPEATED, "PATH", \
     "add the rules of a file or folder", COMPLETE_FILE, NULL}, \
    {"only", '\0', OPTION_FLAG, NULL, \
     "leave out the rules that ship with tocsin", COMPLETE_NONE, NULL}, \
    {"placeholders", '\0', OPTION_REPEATED, "FILE", \
     "values for placeholders such as %Servers%", COMPLETE_FILE, NULL}, \
    {"pipeline", 'p', OPTION_REPEATED, "FILE", \
     "a processing pipeline that rules go through (pySigma's YAML)", COMPLETE_FILE, NULL}
/* clang-format on */

/* What a command does with the paths it is given as operands. */
enum rule_operands {
    OPERANDS_NONE,    /* they are no rules */
    OPERANDS_ADD,     /* they are loaded besides those that ship with tocsin */
    OPERANDS_REPLACE, /* they are loaded instead, when there are any */
};

/*
 * Loads what the options and operands ask for. Documents that are refused are
 * in the set; what a pipeline asks for in vain is said. NULL when a path cannot be opened or a
 * pipeline or placeholder file is wrong: it has been said, *ret_exit is the exit code.
 */
struct ruleset *rule_options_load(const struct command *c, const struct arguments *a,
                                  enum rule_operands operands, struct io *io,
                                  int *ret_exit) MUST_USE;

/* Where the rules are that ship with tocsin. False: there are none. */
bool rule_options_shipped(struct buf *ret) MUST_USE;

/* Says what pipelines ask for in vain, of a set that was not loaded now. */
void rule_options_say_notes(const struct ruleset *rs);

/* Names each document that was refused on stderr; with `brief` only how many. */
void rule_options_say_refusals(const struct ruleset *rs, bool brief);
