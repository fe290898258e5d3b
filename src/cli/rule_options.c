#include "cli/rule_options.h"

#include "cli/content.h"
#include "cli/opt.h"
#include "cli/say.h"

#include <limits.h>

static const struct option_values *values_of(const struct command *c, const struct arguments *a,
                                             const char *name)
{
    return &a->options[opt_index(c, name)];
}

typedef bool load_fn(struct ruleset *rs, struct io *io, const char *path, struct err *e);

static bool load_each(load_fn *load, struct ruleset *rs, struct io *io,
                      const struct option_values *paths)
{
    for (uint32_t i = 0; i < paths->count; i++) {
        struct err e = {0};
        if (!load(rs, io, paths->values[i], &e)) {
            say_err(&e);
            return false;
        }
    }
    return true;
}

static bool load_shipped(struct ruleset *rs, struct io *io)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX * 2);
    struct err e = {0};

    if (!content_find("rules", &path)) {
        say("cannot find the rules that ship with tocsin; set TOCSIN_CONTENT, or use --only");
        return false;
    }
    if (ruleset_load(rs, io, buf_cstr(&path), &e))
        return true;
    say_err(&e);
    return false;
}

struct ruleset *rule_options_load(const struct command *c, const struct arguments *a,
                                  const char *const *operands, uint32_t operand_count,
                                  struct io *io, int *ret_exit)
{
    struct ruleset *rs = ruleset_new();
    struct option_values named = {.count = operand_count};

    assert(operand_count <= OPTION_REPEAT_MAX);
    for (uint32_t i = 0; i < operand_count; i++)
        named.values[i] = operands[i];
    bool ok = load_each(ruleset_placeholders, rs, io, values_of(c, a, "placeholders")) &&
              load_each(ruleset_pipeline, rs, io, values_of(c, a, "pipeline")) &&
              (opt_flag(c, a, "only") || load_shipped(rs, io)) &&
              load_each(ruleset_load, rs, io, values_of(c, a, "rules")) &&
              load_each(ruleset_load, rs, io, &named);
    ruleset_finish(rs);
    if (ok)
        return rs;
    ruleset_free(rs);
    *ret_exit = EXIT_RULES;
    return NULL;
}

void rule_options_say_refusals(const struct ruleset *rs, bool brief)
{
    for (uint32_t i = 0; i < rs->refusal_count && !brief; i++)
        say_err(&rs->refusals[i].why);
    if (rs->refusal_count)
        say("%u rule%s not loaded%s", rs->refusal_count, rs->refusal_count == 1 ? "" : "s",
            brief ? "; 'tocsin rule lint' names each with the reason" : "");
}
