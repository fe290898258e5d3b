/* cmd_completion.c - shell completions, from the tables of commands and options. */
#include "cli/command.h"

#include "base/str.h"
#include "cli/say.h"

extern const struct command command_completion;

/* The first words of commands, and for those of two words the second. */
static void first_words(const char *separator)
{
    str before = {0};

    for (size_t i = 0; i < command_count; i++) {
        str rest = str_from(commands[i]->name), first = str_cut(&rest, ' ');
        if (!str_eq(first, before))
            printf(STR_FMT "%s", STR_ARG(first), separator);
        before = first;
    }
}

static void second_words(const char *group)
{
    for (size_t i = 0; i < command_count; i++) {
        str rest = str_from(commands[i]->name), first = str_cut(&rest, ' ');
        if (str_eq(first, str_from(group)) && rest.n)
            printf(STR_FMT " ", STR_ARG(rest));
    }
}

static void bash_command(const struct command *c)
{
    printf("    '%s')\n        case \"$prev\" in\n", c->name);
    for (uint32_t i = 0; i < c->option_count; i++) {
        const struct option *o = &c->options[i];
        if (o->kind == OPTION_FLAG)
            continue;
        printf("        --%s", o->name);
        if (o->letter)
            printf("|-%c", o->letter);
        if (o->complete == COMPLETE_WORDS)
            printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", o->words);
        else if (o->complete == COMPLETE_NONE)
            puts(") return ;;");
        else
            puts(") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;");
    }
    fputs("        esac\n        words='", stdout);
    for (uint32_t i = 0; i < c->option_count; i++)
        printf("--%s ", c->options[i].name);
    puts("--help' ;;");
}

static void bash(void)
{
    puts("# bash completion for tocsin; made by 'tocsin completion bash'\n"
         "_tocsin() {\n"
         "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\" "
         "words=''\n"
         "    local command=\"${COMP_WORDS[1]}\"\n"
         "    if [ \"$COMP_CWORD\" -eq 1 ]; then");
    fputs("        COMPREPLY=($(compgen -W '", stdout);
    first_words(" ");
    puts("' -- \"$cur\")); return\n    fi\n    if [ \"$command\" = rule ]; then\n"
         "        if [ \"$COMP_CWORD\" -eq 2 ]; then");
    fputs("            COMPREPLY=($(compgen -W '", stdout);
    second_words("rule");
    puts("' -- \"$cur\")); return\n        fi\n        command=\"rule ${COMP_WORDS[2]}\"\n    fi\n"
         "    case \"$command\" in");
    for (size_t i = 0; i < command_count; i++)
        bash_command(commands[i]);
    puts("    esac\n"
         "    case \"$cur\" in\n"
         "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
         "    *) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
         "    esac\n}\n"
         "complete -o filenames -F _tocsin tocsin");
}

/* zsh quotes: ' ends the string, [ ] and : are _arguments' own. */
static void zsh_text(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\'')
            fputs("'\\''", stdout);
        else if (*p == '[' || *p == ']' || *p == ':')
            printf("\\%c", *p);
        else
            putchar(*p == '\n' ? ' ' : *p);
    }
}

static void zsh_command(const struct command *c)
{
    printf("    '%s') _arguments -s", c->name);
    for (uint32_t i = 0; i < c->option_count; i++) {
        const struct option *o = &c->options[i];
        printf(" \\\n        '%s--%s%s[", o->kind == OPTION_REPEATED ? "*" : "", o->name,
               o->kind == OPTION_FLAG ? "" : "=");
        zsh_text(o->help);
        putchar(']');
        if (o->complete == COMPLETE_WORDS)
            printf(":%s:(%s)", o->value_name, o->words);
        else if (o->kind != OPTION_FLAG)
            printf(":%s:%s", o->value_name, o->complete == COMPLETE_NONE ? "" : "_files");
        putchar('\'');
    }
    puts(" \\\n        '*:path:_files' ;;");
}

static void zsh(void)
{
    fputs("#compdef tocsin\n# zsh completion for tocsin; made by 'tocsin completion zsh'\n"
          "_tocsin() {\n"
          "    if (( CURRENT == 2 )); then\n        compadd ",
          stdout);
    first_words(" ");
    fputs(
        "\n        return\n    fi\n    local command=$words[2]\n    shift words; (( CURRENT-- ))\n"
        "    if [[ $command == rule ]]; then\n"
        "        if (( CURRENT == 2 )); then\n            compadd ",
        stdout);
    second_words("rule");
    puts("\n            return\n        fi\n        command=\"rule $words[2]\"\n"
         "        shift words; (( CURRENT-- ))\n    fi\n    case $command in");
    for (size_t i = 0; i < command_count; i++)
        zsh_command(commands[i]);
    puts("    esac\n}\ncompdef _tocsin tocsin");
}

static int completion_run(const struct arguments *a)
{
    str shell = a->operand_count == 1 ? str_from(a->operands[0]) : (str){0};

    if (str_eq(shell, S("bash")))
        bash();
    else if (str_eq(shell, S("zsh")))
        zsh();
    else {
        say("name a shell: bash or zsh");
        return EXIT_USAGE;
    }
    return EXIT_OK;
}

const struct command command_completion = {
    .name = "completion",
    .usage = "bash|zsh",
    .summary = "Prints the completions for a shell: source <(tocsin completion bash)",
    .run = completion_run,
};
