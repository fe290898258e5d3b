/* scan_rules.c - see scan_rules.h. */
#include "cli/scan_rules.h"

#include "base/clock.h"
#include "cli/content.h"
#include "cli/opt.h"
#include "cli/profile_option.h"
#include "cli/rule_options.h"
#include "cli/say.h"
#include "cli/scan_filter.h"
#include "engine/rule_cache.h"
#include "simd/simd.h"

#include <limits.h>
#include <stdlib.h>

/* ------------------------------------------------------------ where the cache is */

/* TOCSIN_CACHE names the folder, or is empty: then there is none. Else it is where the XDG Base
 * Directory Specification says, which wants absolute paths. */
static bool find_folder(struct buf *ret)
{
    const char *own = getenv("TOCSIN_CACHE"), *caches = getenv("XDG_CACHE_HOME"),
               *home = getenv("HOME");

    if (own)
        buf_add(ret, str_from(own));
    else if (caches && caches[0] == '/')
        buf_printf(ret, "%s/tocsin", caches);
    else if (home && home[0] == '/')
        buf_printf(ret, "%s/.cache/tocsin", home);
    return ret->n > 0 && !ret->overflow;
}

static void open_cache(const struct command *c, const struct arguments *a, struct io *io,
                       struct rule_cache *ret)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX);

    *ret = (struct rule_cache){io, -1};
    if (!opt_flag(c, a, "no-cache") && find_folder(&path))
        rule_cache_open(ret, io, buf_cstr(&path));
}

/* ------------------------------------------------------------ what its files stand for */

static void add_values(struct rule_key *k, const struct command *c, const struct arguments *a,
                       const char *option, void (*add)(struct rule_key *, const char *))
{
    const struct option_values *v = &a->options[opt_index(c, option)];

    rule_key_text(k, str_from(option));
    for (uint32_t i = 0; i < v->count; i++)
        add(k, v->values[i]);
}

static void add_word(struct rule_key *k, const char *word)
{
    rule_key_text(k, str_from(word));
}

static void make_key(struct rule_key *k, const struct command *c, const struct arguments *a,
                     struct io *io)
{
    struct buf path CLEANUP(buf_done) = buf_make(PATH_MAX * 2);
    const struct clock clock = clock_system();

    rule_key_init(k, io, clock_now_ns(&clock));
    rule_key_text(k, S(TOCSIN_VERSION));
    rule_key_text(k, str_from(simd_best()->name));
    add_values(k, c, a, "placeholders", rule_key_path);
    add_values(k, c, a, "pipeline", rule_key_path);
    if (!opt_flag(c, a, "only") && rule_options_shipped(&path))
        rule_key_path(k, buf_cstr(&path));
    add_values(k, c, a, "rules", rule_key_path);
    add_values(k, c, a, "min-level", add_word);
    add_values(k, c, a, "status", add_word);
    add_values(k, c, a, "tag", add_word);
    rule_key_text(k, S("profile"));
    const char *profile = profile_option_path(c, a, &path);
    if (profile)
        rule_key_path(k, profile);
    rule_key_finish(k);
}

/* ------------------------------------------------------------ loading */

static bool load(const struct command *c, const struct arguments *a, struct io *io,
                 struct ready_rules *ret, int *ret_exit)
{
    struct err e = {0};

    ret->rules = rule_options_load(c, a, OPERANDS_NONE, io, ret_exit);
    if (!ret->rules)
        return false;
    rule_options_say_refusals(ret->rules, opt_flag(c, a, "quiet"));
    if (!scan_filter_rules(c, a, ret->rules, &e)) {
        say_err(&e);
        *ret_exit = EXIT_USAGE;
        return false;
    }
    *ret_exit = EXIT_RULES;
    if (ret->rules->count == 0) {
        say("no rule is left to match");
        return false;
    }
    if (!profile_option_load(c, a, io, &ret->profile))
        return false;
    ret->compiled = compiled_rules_new(ret->rules, ret->profile);
    return true;
}

/* Does the key say all that the rules depend on? A file that could not be read may be readable the
 * next time, and a pipeline may have read files that nobody named. */
static bool is_keepable(const struct ruleset *rs)
{
    for (uint32_t i = 0; i < rs->refusal_count; i++)
        if (rs->refusals[i].why.code == ERR_IO)
            return false;
    return !rs->has_hidden_files;
}

bool scan_rules_load(const struct command *c, const struct arguments *a, struct io *io,
                     struct ready_rules *ret, int *ret_exit)
{
    struct rule_cache cache;
    struct rule_key key;

    *ret = (struct ready_rules){0};
    open_cache(c, a, io, &cache);
    if (cache.folder == -1) {
        bool ok = load(c, a, io, ret, ret_exit);
        if (!ok)
            ready_rules_done(ret);
        return ok;
    }
    make_key(&key, c, a, io);
    bool cached = rule_cache_read(&cache, &key, ret);
    bool ok = cached || load(c, a, io, ret, ret_exit);
    if (cached) { /* the same words as when they were loaded */
        rule_options_say_notes(ret->rules);
        rule_options_say_refusals(ret->rules, opt_flag(c, a, "quiet"));
    } else if (ok && is_keepable(ret->rules)) {
        rule_cache_write(&cache, &key, ret);
    }
    rule_key_done(&key);
    rule_cache_close(&cache);
    if (!ok)
        ready_rules_done(ret);
    return ok;
}
