/* cmd_help.c - help from the tables of commands and options. */
#include "cli/opt.h"
#include "cli/say.h"

extern const struct command command_help;

static int help_run(const struct arguments *a)
{
    const char *words[4] = {"tocsin"}; /* as command_find() wants them: argv[0] first */
    int count = 1, used;

    if (a->operand_count == 0) {
        print_help(stdout);
        return EXIT_OK;
    }
    for (uint32_t i = 0; i < a->operand_count && count < (int)countof(words); i++)
        words[count++] = a->operands[i];
    const struct command *c = command_find(count, words, &used);
    if (!c) {
        say("unknown command '%s'; see 'tocsin help'", words[1]);
        return EXIT_USAGE;
    }
    print_command_help(c);
    return EXIT_OK;
}

const struct command command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .summary = "Explains a command",
    .run = help_run,
};
