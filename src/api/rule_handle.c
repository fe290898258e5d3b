#include "api/rule_handle.h"

#include "base/mem.h"
#include "correlate/correlator.h"

#include <stdlib.h>

/* One that is valid, and beyond what can be evaluated. */
struct idle_correlation {
    const struct sigma_correlation *of;
    const char *why;
};

struct tocsin_rules *tocsin_rules_new(void)
{
    struct tocsin_rules *r = mem_alloc(sizeof *r);

    r->set = ruleset_new();
    io_init(&r->io);
    return r;
}

void tocsin_rules_free(struct tocsin_rules *r)
{
    if (!r)
        return;
    free(r->idle);
    detector_free(r->detector);
    ruleset_free(r->set);
    free(r);
}

/* Can rules be added? */
static bool is_open(const struct tocsin_rules *r, struct tocsin_error *why)
{
    if (!r)
        return failure_say(why, TOCSIN_MISUSE, "the rules are NULL");
    if (r->compiled)
        return failure_say(why, TOCSIN_MISUSE, "the rules are compiled already");
    return true;
}

bool tocsin_rules_add_path(struct tocsin_rules *r, const char *path, struct tocsin_error *why)
{
    struct err e = {0};

    if (!is_open(r, why))
        return false;
    if (!path)
        return failure_say(why, TOCSIN_MISUSE, "the path is NULL");
    return ruleset_load(r->set, &r->io, path, &e) || failure_tell(why, &e);
}

bool tocsin_rules_add_text(struct tocsin_rules *r, const char *name, const char *text,
                           size_t length, struct tocsin_error *why)
{
    if (!is_open(r, why))
        return false;
    if (!name || (!text && length))
        return failure_say(why, TOCSIN_MISUSE, "the %s is NULL", name ? "text" : "name");
    if (length > RULE_BYTES_MAX)
        return failure_say(why, TOCSIN_LIMIT, "'%s' is larger than the limit of %d bytes", name,
                           RULE_BYTES_MAX);
    ruleset_load_text(r->set, str_from(name), (str){text, length});
    return true;
}

static void never_fired(void *ctx, const struct correlation_firing *f)
{
    (void)ctx;
    (void)f;
}

static void find_idle(struct tocsin_rules *r)
{
    const struct correlator_sink sink = {NULL, never_fired};
    struct correlator *c = correlator_new(r->set, &sink);
    struct idle_correlation one;

    r->idle = mem_array(r->set->correlations_kept + 1, sizeof *r->idle);
    while ((one.why = correlator_refusal(c, r->idle_count, &one.of)))
        r->idle[r->idle_count++] = one;
    correlator_free(c);
}

bool tocsin_rules_compile(struct tocsin_rules *r, struct tocsin_error *why)
{
    if (!is_open(r, why))
        return false;
    ruleset_finish(r->set);
    r->compiled = true;
    find_idle(r);
    if (r->set->count == 0) {
        if (!tocsin_rules_refused(r, 0, why))
            return failure_say(why, TOCSIN_INPUT, "there is no rule");
        return false;
    }
    r->detector = detector_new(r->set);
    return true;
}

size_t tocsin_rules_count(const struct tocsin_rules *r)
{
    return r && r->compiled ? (size_t)r->set->count + r->set->correlations_kept : 0;
}

bool tocsin_rules_refused(const struct tocsin_rules *r, size_t at, struct tocsin_error *why)
{
    if (!r || !r->compiled)
        return failure_say(why, TOCSIN_MISUSE, "the rules are %s", r ? "not compiled" : "NULL");
    if (at < r->set->refusal_count) {
        failure_tell(why, &r->set->refusals[at].why);
        return true;
    }
    at -= r->set->refusal_count;
    if (at >= r->idle_count)
        return false;
    const struct sigma_rule *head = &r->idle[at].of->head;
    struct err e = {0};
    err_set_at(&e, head->line, 1, "'" STR_FMT "' is not evaluated: %s", STR_ARG(head->title),
               r->idle[at].why);
    err_in_file(&e, head->file);
    failure_tell(why, &e);
    return true;
}
