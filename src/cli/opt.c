#include "cli/opt.h"

#include "base/mem.h"

#include <stdlib.h>

uint32_t opt_index(const struct command *c, const char *name)
{
    uint32_t i = 0;

    while (i < c->option_count && !str_eq(str_from(c->options[i].name), str_from(name)))
        i++;
    assert(i < c->option_count);
    return i;
}

bool opt_flag(const struct command *c, const struct arguments *a, const char *name)
{
    return a->options[opt_index(c, name)].count > 0;
}

const char *opt_value(const struct command *c, const struct arguments *a, const char *name)
{
    const struct option_values *v = &a->options[opt_index(c, name)];

    return v->count ? v->values[v->count - 1] : NULL;
}

static bool take(const struct command *c, uint32_t at, const char *value, struct arguments *ret,
                 struct err *e)
{
    struct option_values *v = &ret->options[at];

    if (v->count == OPTION_REPEAT_MAX)
        return err_set(e, ERR_LIMIT, "option '--%s' is given more than %d times",
                       c->options[at].name, OPTION_REPEAT_MAX);
    if (v->count && c->options[at].kind == OPTION_VALUE)
        return err_set(e, ERR_INPUT, "option '--%s' is given twice", c->options[at].name);
    v->values[v->count++] = value;
    return true;
}

/* "--name", "--name=value" or "--name value"; *at is the place in argv and is moved on. */
static bool long_option(const struct command *c, int argc, char **argv, int *at,
                        struct arguments *ret, struct err *e)
{
    str rest = str_from(argv[*at] + 2), name = str_cut(&rest, '=');
    bool has_value = argv[*at][2 + name.n] == '=';

    for (uint32_t i = 0; i < c->option_count; i++) {
        const struct option *o = &c->options[i];
        if (!str_eq(name, str_from(o->name)))
            continue;
        if (o->kind == OPTION_FLAG) {
            if (has_value)
                return err_set(e, ERR_INPUT, "option '--%s' takes no value", o->name);
            return take(c, i, "", ret, e);
        }
        if (has_value)
            return take(c, i, rest.p, ret, e);
        if (*at + 1 == argc)
            return err_set(e, ERR_INPUT, "option '--%s' needs a value: %s", o->name, o->value_name);
        return take(c, i, argv[++*at], ret, e);
    }
    return err_set(e, ERR_INPUT, "unknown option '--" STR_FMT "'", STR_ARG(name));
}

/* "-o value", "-ovalue", or flags together "-ab". */
static bool short_options(const struct command *c, int argc, char **argv, int *at,
                          struct arguments *ret, struct err *e)
{
    for (const char *p = argv[*at] + 1; *p; p++) {
        uint32_t i = 0;
        while (i < c->option_count && c->options[i].letter != *p)
            i++;
        if (i == c->option_count)
            return err_set(e, ERR_INPUT, "unknown option '-%c'", *p);
        if (c->options[i].kind == OPTION_FLAG) {
            if (!take(c, i, "", ret, e))
                return false;
            continue;
        }
        if (p[1])
            return take(c, i, p + 1, ret, e);
        if (*at + 1 == argc)
            return err_set(e, ERR_INPUT, "option '-%c' needs a value: %s", *p,
                           c->options[i].value_name);
        return take(c, i, argv[++*at], ret, e);
    }
    return true;
}

bool opt_parse(const struct command *c, int argc, char **argv, int from, struct arguments *ret,
               struct err *e)
{
    bool only_operands = false;

    assert(c->option_count <= COMMAND_OPTIONS_MAX);
    memset(ret, 0, sizeof *ret);
    ret->operands = mem_array((size_t)argc, sizeof *ret->operands);
    for (int at = from; at < argc; at++) {
        const char *arg = argv[at];
        bool ok = true;
        if (only_operands || arg[0] != '-' || arg[1] == '\0')
            ret->operands[ret->operand_count++] = arg;
        else if (str_eq(str_from(arg), S("--")))
            only_operands = true;
        else if (arg[1] == '-')
            ok = long_option(c, argc, argv, &at, ret, e);
        else
            ok = short_options(c, argc, argv, &at, ret, e);
        if (!ok)
            return false;
    }
    return true;
}

void opt_done(struct arguments *args)
{
    free(args->operands);
}

const struct command *command_find(int argc, const char *const *argv, int *ret_words)
{
    const struct command *found = NULL;

    for (size_t i = 0; i < command_count; i++) {
        str rest = str_from(commands[i]->name);
        int words = 0;
        bool same = true;
        while (rest.n && same) {
            str word = str_cut(&rest, ' ');
            words++;
            same = words < argc && str_eq(word, str_from(argv[words]));
        }
        if (same) {
            found = commands[i];
            *ret_words = words;
        }
    }
    return found;
}

/* Edit distance (Levenshtein), for names of up to WORD_MAX letters. */
static size_t distance(str a, str b)
{
    enum { WORD_MAX = 32 };
    size_t row[WORD_MAX + 1];

    if (a.n > WORD_MAX || b.n > WORD_MAX)
        return WORD_MAX;
    for (size_t k = 0; k <= b.n; k++)
        row[k] = k;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b.n; k++) {
            size_t replace = diagonal + (a.p[i - 1] != b.p[k - 1]);
            diagonal = row[k];
            size_t other = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
            row[k] = replace < other ? replace : other;
        }
    }
    return row[b.n];
}

const char *command_suggest(const char *word)
{
    const char *best = NULL;
    size_t best_distance = 3; /* more letters than that apart is no typing error */

    for (size_t i = 0; i < command_count; i++) {
        size_t d = distance(str_from(word), str_from(commands[i]->name));
        if (d < best_distance) {
            best = commands[i]->name;
            best_distance = d;
        }
    }
    return best;
}
