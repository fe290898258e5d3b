#include "cli/rule_options.h"

#include "cli/content.h"
#include "cli/opt.h"
#include "cli/say.h"

#include <limits.h>

typedef bool load_fn(struct ruleset *rs, struct io *io, const char *path, struct err *e);

static bool load_each(load_fn *load, struct ruleset *rs, struct io *io, const char *const *paths,
                      uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct err e = {0};
        if (!load(rs, io, paths[i], &e)) {
            say_err(&e);
            return false;
        }
    }
    return true;
}

static bool load_option(load_fn *load, struct ruleset *rs, struct io *io, const struct command *c,
                        const struct arguments *a, const char *name)
{
    const struct option_values *v = &a->options[opt_index(c, name)];

    return load_each(load, rs, io, v->values, v->count);
}

bool rule_options_shipped(struct buf *ret)
{
    return content_find("rules", ret);
}

static bool load_shipped(struct ruleset *rs, struct io *io)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX * 2);
    struct err e = {0};

    if (!rule_options_shipped(&path)) {
        say("cannot find the rules that ship with tocsin; set TOCSIN_CONTENT, or use --only");
        return false;
    }
    if (ruleset_load(rs, io, buf_cstr(&path), &e))
        return true;
    say_err(&e);
    return false;
}

void rule_options_say_notes(const struct ruleset *rs)
{
    for (uint32_t i = 0; i < rs->note_count; i++)
        say_err(&rs->notes[i]);
}

struct ruleset *rule_options_load(const struct command *c, const struct arguments *a,
                                  enum rule_operands operands, struct io *io, int *ret_exit)
{
    struct ruleset *rs = ruleset_new();
    uint32_t paths = operands == OPERANDS_NONE ? 0 : a->operand_count;
    bool shipped = !opt_flag(c, a, "only") && !(operands == OPERANDS_REPLACE && paths);
    bool ok = load_option(ruleset_placeholders, rs, io, c, a, "placeholders") &&
              load_option(ruleset_pipeline, rs, io, c, a, "pipeline") &&
              (!shipped || load_shipped(rs, io)) &&
              load_option(ruleset_load, rs, io, c, a, "rules") &&
              load_each(ruleset_load, rs, io, a->operands, paths);

    ruleset_finish(rs);
    if (!ok) {
        ruleset_free(rs);
        *ret_exit = EXIT_RULES;
        return NULL;
    }
    rule_options_say_notes(rs);
    return rs;
}

void rule_options_say_refusals(const struct ruleset *rs, bool brief)
{
    for (uint32_t i = 0; i < rs->refusal_count && !brief; i++)
        say_err(&rs->refusals[i].why);
    if (rs->refusal_count)
        say("%u rule%s not loaded%s", rs->refusal_count, rs->refusal_count == 1 ? "" : "s",
            brief ? "; 'tocsin rule lint' names each with the reason" : "");
}
