/* say.h - words for the person at the terminal: messages, and help from the tables. */
#pragma once

#include "cli/command.h"

#include <stdio.h>

void say(const char *fmt, ...)
    PRINTF_LIKE(1, 2); /* "tocsin: ..." on stderr, escaped for a terminal */
void say_err(const struct err *e);

void print_help(FILE *out);
void print_command_help(const struct command *c);
