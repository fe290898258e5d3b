/* embed.c - the public library, include/tocsin.h, over the engine. */
#include "tocsin.h"

#include "base/mem.h"
#include "engine/event_text.h"
#include "engine/scan.h"

#include <stdlib.h>

struct tocsin {
    struct ruleset *rules;
    struct detector *detector; /* NULL until it is ready */
    struct detector_scratch *scratch;
    struct entity_finder *entities;
    struct io io;
    char **refused; /* owned texts, made by tocsin_ready() */
};

/* One call of tocsin_match() or tocsin_scan(). */
struct delivery {
    struct tocsin *tocsin;
    struct arena *arena;
    tocsin_finding_fn *on_finding;
    void *context;
    struct scan *scan; /* NULL in tocsin_match() */
    str source;
    uint64_t events;
    bool stopped;
};

struct tocsin *tocsin_new(void)
{
    struct tocsin *t = mem_alloc(sizeof *t);

    t->rules = ruleset_new();
    t->entities = entity_finder_new();
    io_init(&t->io);
    return t;
}

void tocsin_free(struct tocsin *t)
{
    if (!t)
        return;
    for (uint32_t i = 0; t->refused && i < t->rules->refusal_count; i++)
        free(t->refused[i]);
    free(t->refused);
    detector_scratch_free(t->scratch);
    detector_free(t->detector);
    entity_finder_free(t->entities);
    ruleset_free(t->rules);
    free(t);
}

bool tocsin_add_rules(struct tocsin *t, const char *path, struct tocsin_error *why)
{
    struct err e = {0};

    assert(!t->detector);
    if (ruleset_load(t->rules, &t->io, path, &e))
        return true;
    err_format(&e, why->message, sizeof why->message);
    return false;
}

void tocsin_add_rules_text(struct tocsin *t, const char *name, const char *text, size_t length)
{
    assert(!t->detector);
    ruleset_load_text(t->rules, str_from(name), (str){text, length});
}

bool tocsin_ready(struct tocsin *t, struct tocsin_error *why)
{
    struct err e = {0};

    assert(!t->detector);
    ruleset_finish(t->rules);
    t->refused = mem_array(t->rules->refusal_count, sizeof *t->refused);
    for (uint32_t i = 0; i < t->rules->refusal_count; i++) {
        char text[sizeof(struct err)];
        err_format(&t->rules->refusals[i].why, text, sizeof text);
        t->refused[i] = str_dup(str_from(text));
    }
    t->detector = detector_new(t->rules);
    t->scratch = detector_scratch_new(t->detector);
    if (t->rules->count)
        return true;
    err_set(&e, ERR_INPUT, "no rule could be loaded");
    err_format(&e, why->message, sizeof why->message);
    return false;
}

size_t tocsin_rule_count(const struct tocsin *t)
{
    return t->rules->count;
}

const char *tocsin_refused(const struct tocsin *t, size_t at)
{
    return t->refused && at < t->rules->refusal_count ? t->refused[at] : NULL;
}

static struct tocsin_text text_of(str s)
{
    return (struct tocsin_text){s.p, s.n};
}

static struct tocsin_pair *pairs_of_fields(struct arena *a, const struct event *ev)
{
    struct tocsin_pair *pairs = arena_array(a, ev->field_count + 1, sizeof *pairs);

    for (uint32_t i = 0; i < ev->field_count; i++)
        pairs[i] = (struct tocsin_pair){text_of(ev->fields[i].name), text_of(ev->fields[i].value)};
    return pairs;
}

static void deliver(struct delivery *d, const struct finding *f)
{
    struct arena *a = d->arena;
    struct tocsin_pair *matched = arena_array(a, f->matched_count + 1, sizeof *matched);
    struct tocsin_pair *entities = arena_array(a, f->entity_count + 1, sizeof *entities);

    for (uint32_t i = 0; i < f->matched_count; i++)
        matched[i] =
            (struct tocsin_pair){text_of(f->matched[i].field), text_of(f->matched[i].value)};
    for (uint32_t i = 0; i < f->entity_count; i++)
        entities[i] = (struct tocsin_pair){text_of(str_from(entity_type_name(f->entities[i].type))),
                                           text_of(f->entities[i].value)};

    const struct tocsin_finding out = {
        .rule_id = text_of(sigma_rule_identity(f->rule)),
        .rule = text_of(f->rule->title),
        .level = sigma_level_name(f->rule->level),
        .source = text_of(f->file),
        .record = f->record,
        .time_ns = f->event->time_ns,
        .has_time = f->event->has_time,
        .host = text_of(f->host),
        .user = text_of(f->user),
        .matched = matched,
        .matched_count = f->matched_count,
        .entities = entities,
        .entity_count = f->entity_count,
        .fields = pairs_of_fields(a, f->event),
        .field_count = f->event->field_count,
    };
    d->stopped = d->stopped || !d->on_finding(d->context, &out);
}

static void match_event(void *ctx, struct event *ev)
{
    struct delivery *d = ctx;
    const uint32_t *rules;

    d->events++;
    uint32_t hits = detector_match(d->tocsin->detector, d->tocsin->scratch, ev, &rules);
    for (uint32_t i = 0; i < hits && !d->stopped; i++) {
        const struct entities about = entity_find(d->tocsin->entities, ev, d->arena);
        struct matched_field *matched = NULL;
        struct finding f = {
            .rule = d->tocsin->rules->rules[rules[i]],
            .event = ev,
            .file = d->source,
            .record = ev->from.record,
            .host = about.host,
            .user = about.user,
            .entities = about.items,
            .entity_count = about.count,
        };
        f.matched_count = detector_explain(d->tocsin->detector, d->tocsin->scratch, rules[i], ev,
                                           d->arena, &matched);
        f.matched = matched;
        deliver(d, &f);
    }
}

static void match_problem(void *ctx, const struct problem *p)
{
    (void)ctx; /* a broken event matches nothing */
    (void)p;
}

uint64_t tocsin_match(struct tocsin *t, const char *source, const char *json, size_t length,
                      tocsin_finding_fn *on_finding, void *context)
{
    struct delivery d = {.tocsin = t, .on_finding = on_finding, .context = context};
    const struct event_text_handler handler = {&d, match_event, match_problem};

    assert(t->detector);
    d.source = str_from(source);
    d.arena = arena_new(1 << 16);
    event_text_read(d.source, (str){json, length}, d.arena, &handler);
    arena_free(d.arena);
    return d.events;
}

static void scan_finding(void *ctx, const struct finding *f)
{
    struct delivery *d = ctx;

    if (d->stopped)
        return;
    arena_reset(d->arena);
    deliver(d, f);
    if (d->stopped)
        scan_stop(d->scan);
}

static void scan_problem(void *ctx, str file, const struct problem *p)
{
    (void)ctx;
    (void)file;
    (void)p;
}

bool tocsin_scan(struct tocsin *t, const char *path, unsigned workers,
                 tocsin_finding_fn *on_finding, void *context, struct tocsin_error *why)
{
    struct delivery d = {.tocsin = t, .on_finding = on_finding, .context = context};
    const struct scan_handlers handlers = {
        .ctx = &d, .finding = scan_finding, .problem = scan_problem};
    const struct clock clock = clock_system();
    const struct scan_options options = {
        .rules = t->rules,
        .io = &t->io,
        .workers = workers == 0                 ? 1
                   : workers > SCAN_WORKERS_MAX ? SCAN_WORKERS_MAX
                                                : workers,
        .time = {.reference_ns = clock_now_ns(&clock)},
        .from_ns = INT64_MIN,
        .to_ns = INT64_MAX,
    };
    struct err e = {0};

    assert(t->detector);
    d.arena = arena_new(1 << 16);
    d.scan = scan_new(&options, &handlers);
    bool ok = scan_path(d.scan, path, &e);
    scan_finish(d.scan);
    scan_free(d.scan);
    arena_free(d.arena);
    if (!ok)
        err_format(&e, why->message, sizeof why->message);
    return ok;
}
