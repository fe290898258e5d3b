#include "cli/scan_filter.h"

#include "cli/formats_option.h"
#include "cli/opt.h"
#include "cli/time_option.h"
#include "formats/format.h"
#include "sigma/ruleset_choose.h"
#include "text/zone.h"

bool scan_filter_formats(const struct command *c, const struct arguments *a, struct scan_options *o,
                         struct err *e)
{
    const char *name = opt_value(c, a, "format");

    o->formats = formats_option_load(c, a, o->io, e);
    if (!o->formats)
        return false;
    if (!name)
        return true;
    o->format = format_find(o->formats, str_from(name));
    return o->format || err_set(e, ERR_INPUT, "unknown format '%s'; see 'tocsin formats'", name);
}

static bool zone_option(const struct command *c, const struct arguments *a, struct scan_options *o,
                        struct err *e)
{
    const char *name = opt_value(c, a, "zone");

    if (!name)
        return true;
    o->time.zone = zone_new(o->io, str_from(name), e);
    return o->time.zone != NULL;
}

bool scan_filter_input(const struct command *c, const struct arguments *a, struct scan_options *o,
                       struct logsource *force, struct err *e)
{
    const char *logsource = opt_value(c, a, "logsource");

    if (logsource) {
        str rest = str_from(logsource);
        force->product = str_cut(&rest, '/');
        force->category = str_cut(&rest, '/');
        force->service = rest;
        o->force = force;
    }
    return time_option(c, a, "from", TIME_FIRST, &o->from_ns, e) &&
           time_option(c, a, "to", TIME_LAST, &o->to_ns, e) && scan_filter_format(c, a, o, e);
}

bool scan_filter_format(const struct command *c, const struct arguments *a, struct scan_options *o,
                        struct err *e)
{
    return scan_filter_formats(c, a, o, e) && zone_option(c, a, o, e);
}

void scan_filter_done(struct scan_options *o)
{
    zone_free((struct zone *)(uintptr_t)o->time.zone);
    format_set_free(o->formats);
    o->time.zone = NULL;
    o->formats = NULL;
}

/* "attack.t1059" is in "attack.t1059.001" too. */
static bool tag_covers(str wanted, str tag)
{
    return tag.n >= wanted.n && str_ieq((str){tag.p, wanted.n}, wanted) &&
           (tag.n == wanted.n || tag.p[wanted.n] == '.');
}

static bool has_tag(const struct sigma_rule *rule, const struct option_values *wanted)
{
    for (uint32_t i = 0; i < wanted->count; i++)
        for (uint32_t k = 0; k < rule->tag_count; k++)
            if (tag_covers(str_from(wanted->values[i]), rule->tags[k]))
                return true;
    return wanted->count == 0;
}

static bool has_status(const struct sigma_rule *rule, const struct option_values *wanted)
{
    for (uint32_t i = 0; i < wanted->count; i++)
        if (str_ieq(str_from(wanted->values[i]), str_from(sigma_status_name(rule->status))))
            return true;
    return wanted->count == 0;
}

struct choice {
    enum sigma_level min_level;
    const struct option_values *tags, *statuses;
};

static bool is_chosen(const void *ctx, const struct sigma_rule *rule)
{
    const struct choice *c = ctx;

    return rule->level >= c->min_level && has_tag(rule, c->tags) && has_status(rule, c->statuses);
}

bool scan_filter_rules(const struct command *c, const struct arguments *a, struct ruleset *rs,
                       struct err *e)
{
    struct choice choice = {.min_level = LEVEL_NONE,
                            .tags = &a->options[opt_index(c, "tag")],
                            .statuses = &a->options[opt_index(c, "status")]};
    const char *level_name = opt_value(c, a, "min-level");
    enum sigma_status known;

    if (level_name && !sigma_level_parse(str_from(level_name), &choice.min_level))
        return err_set(e, ERR_INPUT, "unknown level '%s'", level_name);
    for (uint32_t i = 0; i < choice.statuses->count; i++)
        if (!sigma_status_parse(str_from(choice.statuses->values[i]), &known))
            return err_set(e, ERR_INPUT, "unknown status '%s'", choice.statuses->values[i]);
    ruleset_choose(rs, &choice, is_chosen);
    return true;
}
