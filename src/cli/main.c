/* main.c - finds the command in the table and runs it. */
#include "cli/opt.h"
#include "cli/say.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>

extern const struct command command_version;

static bool is_help(const char *word)
{
    return str_eq(str_from(word), S("--help")) || str_eq(str_from(word), S("-h"));
}

static int unknown(const char *word)
{
    const char *near = command_suggest(word);

    if (near)
        say("unknown command '%s'; did you mean '%s'?", word, near);
    else
        say("unknown command '%s'; see 'tocsin help'", word);
    return EXIT_USAGE;
}

static int run(const struct command *c, int argc, char **argv, int words)
{
    struct arguments args;
    struct err e = {0};
    int code = EXIT_USAGE;

    for (int i = words + 1; i < argc && !str_eq(str_from(argv[i]), S("--")); i++)
        if (is_help(argv[i])) {
            print_command_help(c);
            return EXIT_OK;
        }
    if (opt_parse(c, argc, argv, words + 1, &args, &e))
        code = c->run(&args);
    else
        say("%s; see 'tocsin %s --help'", e.message, c->name);
    opt_done(&args);
    return code;
}

int main(int argc, char **argv)
{
    int words = 0;

    setlocale(LC_CTYPE, "C.UTF-8"); /* names in archives are UTF-8 whatever the user's locale */
    signal(SIGPIPE, SIG_IGN);       /* a closed pipe is an output that cannot be written */
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (is_help(argv[1])) {
        print_help(stdout);
        return EXIT_OK;
    }
    if (str_eq(str_from(argv[1]), S("--version")))
        return command_version.run(NULL);
    const struct command *c = command_find(argc, (const char *const *)argv, &words);
    return c ? run(c, argc, argv, words) : unknown(argv[1]);
}
