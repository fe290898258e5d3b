/* cmd_man.c - the manual page in man(7), from the tables of commands and options. */
#include "cli/command.h"

#include "base/str.h"

#include <stdio.h>

extern const struct command command_man;

/* Text for roff: a backslash and a leading dot or quote would be taken for requests. */
static void roff(const char *text)
{
    bool line_start = true;

    for (const char *p = text; *p; p++) {
        if (line_start && (*p == '.' || *p == '\''))
            fputs("\\&", stdout);
        if (*p == '\\')
            fputs("\\e", stdout);
        else if (*p == '-')
            fputs("\\-", stdout);
        else
            putchar(*p);
        line_start = *p == '\n';
    }
}

static void man_option(const struct option *o)
{
    fputs(".TP\n.B ", stdout);
    if (o->letter)
        printf("\\-%c, ", o->letter);
    fputs("\\-\\-", stdout);
    roff(o->name);
    if (o->kind != OPTION_FLAG)
        printf(" \\fI%s\\fR", o->value_name);
    putchar('\n');
    roff(o->help);
    if (o->complete == COMPLETE_WORDS) {
        fputs(": ", stdout);
        roff(o->words);
    }
    puts(o->kind == OPTION_REPEATED ? " (repeatable)." : ".");
}

static void man_command(const struct command *c)
{
    printf(".SS tocsin %s ", c->name);
    roff(c->usage);
    putchar('\n');
    roff(c->summary);
    puts(".");
    if (c->details) {
        puts(".PP\n.nf");
        roff(c->details);
        puts("\n.fi");
    }
    for (uint32_t i = 0; i < c->option_count; i++)
        man_option(&c->options[i]);
}

static int man_run(const struct arguments *a)
{
    (void)a;
    printf(".TH TOCSIN 1 \"\" \"tocsin %s\" \"User Commands\"\n", TOCSIN_VERSION);
    puts(".SH NAME\ntocsin \\- a security operations centre in one program\n"
         ".SH SYNOPSIS\n.B tocsin\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n"
         ".SH COMMANDS");
    for (size_t i = 0; i < command_count; i++)
        man_command(commands[i]);
    puts(".SH EXIT STATUS\n.TP\n.B 0\ndone; a scan may have found something or nothing\n"
         ".TP\n.B 1\nrule lint, rule test: something is wrong with the rules\n"
         ".TP\n.B 2\nthe command line is wrong\n"
         ".TP\n.B 3\na path cannot be opened; with \\-\\-strict, evidence was broken\n"
         ".TP\n.B 4\nno rule could be loaded; with \\-\\-strict, one could not\n"
         ".TP\n.B 5\nthe output cannot be written\n"
         ".SH ENVIRONMENT\n.TP\n.B TOCSIN_CONTENT\nthe folder with the shipped rules\n"
         ".TP\n.B TOCSIN_CACHE\nthe folder in which scan keeps compiled rules; empty: none\n"
         ".TP\n.B TMPDIR\nwhere large reports keep what does not fit into memory");
    return EXIT_OK;
}

const struct command command_man = {
    .name = "man",
    .usage = "",
    .summary = "Prints the manual page: tocsin man | man -l -",
    .run = man_run,
};
