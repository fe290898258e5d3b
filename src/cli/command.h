/*
 * command.h - how a command plugs in. To add one: write cli/cmd_NAME.c, which
 * ends in `const struct command command_NAME`, and a row in commands.def. Help,
 * the man page and the shell completions are made from the table.
 */
#pragma once

#include "base/err.h"

enum { COMMAND_OPTIONS_MAX = 32, OPTION_REPEAT_MAX = 256 };

enum option_kind { OPTION_FLAG, OPTION_VALUE, OPTION_REPEATED };
enum complete_kind { COMPLETE_NONE, COMPLETE_FILE, COMPLETE_FOLDER, COMPLETE_WORDS };

struct option {
    const char *name; /* long name without dashes */
    char letter;      /* short name; '\0' when there is none */
    enum option_kind kind;
    const char *value_name; /* "FILE"; NULL for a flag */
    const char *help;       /* one or two lines, no full stop */
    enum complete_kind complete;
    const char *words; /* COMPLETE_WORDS: the values, space separated */
};

/* What the user gave; values are slices of argv. */
struct option_values {
    uint32_t count;
    const char *values[OPTION_REPEAT_MAX];
};
struct arguments {
    struct option_values options[COMMAND_OPTIONS_MAX]; /* in the order of command->options */
    const char **operands;
    uint32_t operand_count;
};

/* Exit codes, documented in the man page. */
enum exit_code {
    EXIT_OK = 0,       /* done; scan: whether there were findings or not */
    EXIT_FINDINGS = 1, /* rule lint and test: something is wrong with the rules */
    EXIT_USAGE = 2,    /* the command line is wrong */
    EXIT_INPUT =
        3, /* nothing of what was named could be read, or --strict and something could not */
    EXIT_RULES = 4,  /* no rule could be loaded, or --strict and one could not */
    EXIT_OUTPUT = 5, /* the output could not be written */
};

struct command {
    const char *name;    /* "scan", "rule lint" */
    const char *usage;   /* "[OPTIONS] PATH..." */
    const char *summary; /* one line */
    const char *details; /* paragraphs for --help and the man page */
    const struct option *options;
    uint32_t option_count;
    enum complete_kind operands;
    int (*run)(const struct arguments *args);
};

extern const struct command *const commands[];
extern const size_t command_count;
