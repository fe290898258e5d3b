#include "serve/live_rules.h"

#include "base/mem.h"
#include "sigma/ruleset_choose.h"

#include <limits.h>
#include <stdlib.h>

typedef bool load_fn(struct ruleset *rs, struct io *io, const char *path, struct err *e);

static bool load_each(load_fn *load, struct ruleset *rs, struct io *io, const str *paths,
                      uint32_t count, struct err *e)
{
    for (uint32_t i = 0; i < count; i++) {
        char *path = str_dup(paths[i]);
        bool ok = load(rs, io, path, e);
        free(path);
        if (!ok)
            return false;
    }
    return true;
}

static bool is_high_enough(const void *level_min, const struct sigma_rule *rule)
{
    return (uint8_t)rule->level >= *(const uint8_t *)level_min;
}

static bool load(const struct live_rules_options *o, struct ruleset *rs, struct err *e)
{
    bool ok =
        load_each(ruleset_placeholders, rs, o->io, o->placeholders, o->placeholder_count, e) &&
        load_each(ruleset_pipeline, rs, o->io, o->pipelines, o->pipeline_count, e) &&
        (!o->shipped || ruleset_load(rs, o->io, o->shipped, e)) &&
        load_each(ruleset_load, rs, o->io, o->paths, o->path_count, e);

    ruleset_finish(rs);
    if (!ok)
        return false;
    if (o->strict && rs->refusal_count) {
        *e = rs->refusals[0].why;
        return err_wrap(e, "%u rules cannot be loaded, the first", rs->refusal_count);
    }
    ruleset_choose(rs, &o->level_min, is_high_enough);
    if (rs->count)
        return true;
    if (rs->refusal_count == 0)
        return err_set(e, ERR_INPUT, "no rule is left to match; name some by 'rules'");
    *e = rs->refusals[0].why;
    return err_wrap(e, "no rule is left to match; the first that cannot be loaded");
}

struct live_rules *live_rules_load(const struct live_rules_options *o, struct err *e)
{
    struct live_rules *r = mem_alloc(sizeof *r);

    atomic_init(&r->holders, 1);
    r->ready.rules = ruleset_new();
    if (!load(o, r->ready.rules, e) ||
        (o->profile && !profile_load(o->io, o->profile, &r->ready.profile, e))) {
        live_rules_drop(r);
        return NULL;
    }
    r->ready.compiled = compiled_rules_new(r->ready.rules, r->ready.profile);
    const struct detector_options options = {r->ready.rules, r->ready.profile, r->ready.compiled};
    r->detector = detector_new_with(&options);
    r->entities = entity_finder_new();
    r->correlator = correlator_new(r->ready.rules, &(struct correlator_sink){0});
    return r;
}

struct live_rules *live_rules_hold(struct live_rules *r)
{
    atomic_fetch_add(&r->holders, 1);
    return r;
}

void live_rules_drop(struct live_rules *r)
{
    if (!r || atomic_fetch_sub(&r->holders, 1) != 1)
        return;
    correlator_free(r->correlator);
    detector_free(r->detector);
    entity_finder_free(r->entities);
    ready_rules_done(&r->ready);
    free(r);
}
