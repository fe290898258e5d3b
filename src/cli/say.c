#include "cli/say.h"

#include "text/escape.h"

#include <stdarg.h>

enum { SAY_MAX = 4096, OPTION_COLUMN = 28 };

void say(const char *fmt, ...)
{
    struct buf safe CLEANUP(buf_done) = buf_make(8 * SAY_MAX);
    char text[SAY_MAX];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    escape_terminal(&safe, str_from(text));
    fprintf(stderr, "tocsin: %s\n", buf_cstr(&safe));
}

void say_err(const struct err *e)
{
    char text[sizeof *e];

    err_format(e, text, sizeof text);
    say("%s", text);
}

void print_help(FILE *out)
{
    fputs("usage: tocsin COMMAND [OPTIONS] [ARGUMENTS]\n\n"
          "A security operations centre in one program. Commands:\n\n",
          out);
    for (size_t i = 0; i < command_count; i++)
        fprintf(out, "  %-16s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n'tocsin COMMAND --help' tells more; 'tocsin man' prints the manual page.\n", out);
}

/* One option: its forms, then its help from a fixed column on. */
static void print_option(const struct option *o)
{
    int n = o->letter ? printf("  -%c, --%s", o->letter, o->name) : printf("      --%s", o->name);

    if (o->kind != OPTION_FLAG)
        n += printf(" %s", o->value_name);
    if (n >= OPTION_COLUMN)
        printf("\n%*s", OPTION_COLUMN, "");
    else
        printf("%*s", OPTION_COLUMN - n, "");
    for (const char *p = o->help; *p; p++) {
        putchar(*p);
        if (*p == '\n')
            printf("%*s", OPTION_COLUMN, "");
    }
    if (o->complete == COMPLETE_WORDS)
        printf(": %s", o->words);
    if (o->kind == OPTION_REPEATED)
        fputs(" (repeatable)", stdout);
    putchar('\n');
}

void print_command_help(const struct command *c)
{
    printf("usage: tocsin %s%s%s\n\n%s.\n", c->name, c->usage[0] ? " " : "", c->usage, c->summary);
    if (c->details)
        printf("\n%s\n", c->details);
    if (c->option_count)
        fputs("\noptions:\n", stdout);
    for (uint32_t i = 0; i < c->option_count; i++)
        print_option(&c->options[i]);
}
