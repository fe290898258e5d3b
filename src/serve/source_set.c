#include "serve/source_set.h"

#include "base/mem.h"
#include "formats/format_set.h"

#include <stdio.h>

enum { NOTICE_TEXT_MAX = 1024 };

struct open_source {
    struct open_source *next;
    const struct config_source *config;
    struct config *owner;      /* of it, held */
    struct redactor *redactor; /* NULL: none */
    struct inlet *inlet;
    void *state;
};

struct source_set {
    struct source_set_options options;
    pthread_mutex_t lock; /* guards the list against source_set_each() */
    struct open_source *first;
};

struct source_set *source_set_new(const struct source_set_options *o)
{
    struct source_set *s = mem_alloc(sizeof *s);

    s->options = *o;
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static void say(const struct source_set *s, str source, const char *text)
{
    s->options.notice(s->options.ctx, source, text);
}

/* ------------------------------------------------------------ one source */

static bool make_inlet(struct source_set *s, struct open_source *o, struct err *e)
{
    const struct config_source *c = o->config;
    const struct setting_value *redact = setting(&c->settings, "redact");

    if (redact->list_count)
        o->redactor = redactor_new(redact->list, redact->list_count);
    const struct pipeline_inlet inlet = {
        .name = c->name,
        .format = c->format,
        .formats = o->owner->formats,
        .trust = c->trust,
        .redactor = o->redactor,
        .zone = c->zone,
        .logsource = setting(&c->settings, "logsource")->given ? &c->logsource : NULL,
        .keeps_place = c->type->keeps_place,
        .lateness_ns = (int64_t)setting_number(&c->settings, "lateness"),
        .share = (uint32_t)setting_number(&c->settings, "share"),
    };
    o->inlet = pipeline_inlet(s->options.pipeline, &inlet, e);
    return o->inlet != NULL;
}

/* What the last run took in and did not match. */
static bool catch_up(struct source_set *s, struct open_source *o, struct err *e)
{
    char text[NOTICE_TEXT_MAX];
    uint64_t records;

    if (!pipeline_catch_up(s->options.pipeline, o->inlet, &records, e))
        return false;
    if (records) {
        snprintf(text, sizeof text, "%llu records of the raw log are matched that were not yet",
                 (unsigned long long)records);
        say(s, o->config->name, text);
    }
    return true;
}

static bool open_state(struct source_set *s, struct open_source *o, struct err *e)
{
    const struct source_type *type = o->config->type;
    const struct source_context context = {
        .inlet = o->inlet,
        .loop = s->options.loop,
        .io = s->options.io,
        .settings = &o->config->settings,
        .listeners = s->options.listeners,
    };

    o->state = type->open(&context, e);
    if (!o->state)
        return false;
    if (type->recall && !pipeline_recall(s->options.pipeline, o->inlet, o->state, type->recall, e))
        return false;
    return !type->start || type->start(o->state, e);
}

static void close_source(struct source_set *s, struct open_source *o)
{
    if (o->state)
        o->config->type->close(o->state);
    if (o->inlet)
        pipeline_close_inlet(s->options.pipeline, o->inlet);
    redactor_free(o->redactor);
    config_drop(o->owner);
    free(o);
}

static bool open_source(struct source_set *s, struct config *owner, const struct config_source *c)
{
    struct open_source *o = mem_alloc(sizeof *o);
    struct err e = {0};
    char text[NOTICE_TEXT_MAX];

    o->config = c;
    o->owner = config_hold(owner);
    if (make_inlet(s, o, &e) && catch_up(s, o, &e) && open_state(s, o, &e)) {
        pthread_mutex_lock(&s->lock);
        o->next = s->first;
        s->first = o;
        pthread_mutex_unlock(&s->lock);
        return true;
    }
    snprintf(text, sizeof text, "cannot be opened: %s", e.message);
    say(s, c->name, text);
    close_source(s, o);
    return false;
}

static void take_out(struct source_set *s, struct open_source **at)
{
    struct open_source *o = *at;

    pthread_mutex_lock(&s->lock);
    *at = o->next;
    pthread_mutex_unlock(&s->lock);
    close_source(s, o);
}

void source_set_free(struct source_set *s)
{
    if (!s)
        return;
    while (s->first)
        take_out(s, &s->first);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* ------------------------------------------------------------ all of them */

static bool stays(const struct open_source *o, const struct config *all,
                  const struct config_source *c)
{
    return c && c->type == o->config->type && settings_equal(&c->settings, &o->config->settings) &&
           format_set_equal(o->owner->formats, all->formats);
}

static bool is_open(const struct source_set *s, str name)
{
    for (const struct open_source *o = s->first; o; o = o->next)
        if (str_eq(o->config->name, name))
            return true;
    return false;
}

bool source_set_follow(struct source_set *s, struct config *c)
{
    bool all = true;

    for (struct open_source **at = &s->first; *at;) {
        const struct config_source *now = config_find(c, (*at)->config->name);
        if (stays(*at, c, now))
            at = &(*at)->next;
        else
            take_out(s, at);
    }
    pipeline_hold(s->options.pipeline);
    for (uint32_t i = 0; i < c->source_count; i++)
        if (!is_open(s, c->sources[i].name))
            all = open_source(s, c, &c->sources[i]) && all;
    pipeline_release(s->options.pipeline);
    return all;
}

bool source_set_tend(struct source_set *s)
{
    bool waits = false;

    for (struct open_source *o = s->first; o; o = o->next) {
        inlet_push(o->inlet);
        if (inlet_may_resume(o->inlet)) {
            o->config->type->resume(o->state);
            inlet_push(o->inlet);
        }
        waits = waits || o->inlet->waiting;
    }
    return waits;
}

void source_set_each(struct source_set *s, void *ctx,
                     void (*each)(void *ctx, const struct config_source *c, struct inlet *in))
{
    pthread_mutex_lock(&s->lock);
    for (struct open_source *o = s->first; o; o = o->next)
        each(ctx, o->config, o->inlet);
    pthread_mutex_unlock(&s->lock);
}
