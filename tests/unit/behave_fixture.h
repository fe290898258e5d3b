/* behave_fixture.h - one behaviour with settings as a file would have them, fed with observations
 * of traffic; what it tells is kept. */
#pragma once

#include "behave/behavior.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { BEHAVE_SIGNALS = 256, BEHAVE_TEXT = 512 };

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define START (1700000000 * SECOND / DAY * DAY) /* a midnight */

struct told { /* a signal, its texts copied */
    char title[BEHAVE_TEXT], explanation[BEHAVE_TEXT], keys[BEHAVE_TEXT];
    enum severity severity;
    uint64_t count;
    int64_t first_ns, last_ns;
    struct signal_measure measure;
    uint32_t event_count, tag_count;
    uint64_t newest_event;
};

struct behave_fixture {
    const struct behavior_type *type;
    struct arena *arena, *settings_arena;
    struct settings settings;
    void *self;
    struct told told[BEHAVE_SIGNALS]; /* the first of them */
    uint32_t count;                   /* of all */
    struct columns columns;
    struct observation o; /* what is fed next */
    uint64_t fed;
};

static inline void behave_keep(void *ctx, const struct signal *s)
{
    struct behave_fixture *f = ctx;
    struct told *t = &f->told[f->count < BEHAVE_SIGNALS ? f->count : BEHAVE_SIGNALS - 1];
    size_t at = 0;

    f->count++;
    *t = (struct told){.severity = s->severity,
                       .count = s->count,
                       .first_ns = s->first_ns,
                       .last_ns = s->last_ns,
                       .measure = s->measure,
                       .event_count = s->event_count,
                       .tag_count = s->tag_count};
    assert_true(s->first_ns <= s->last_ns);
    assert_true(s->count > 0 && s->event_count > 0 && s->entity_count > 0 && s->key_count > 0);
    t->newest_event = s->events[s->event_count - 1];
    snprintf(t->title, BEHAVE_TEXT, STR_FMT, STR_ARG(s->title));
    snprintf(t->explanation, BEHAVE_TEXT, STR_FMT, STR_ARG(s->explanation));
    for (uint32_t i = 0; i < s->key_count && at < BEHAVE_TEXT - 1; i++)
        at += (size_t)snprintf(t->keys + at, BEHAVE_TEXT - at, "%s" STR_FMT "=" STR_FMT,
                               i ? " " : "", STR_ARG(s->key[i].name), STR_ARG(s->key[i].value));
}

/* `yaml`: the behaviour's map of settings, or "". */
static inline void behave_open(struct behave_fixture *f, const char *name, const char *yaml)
{
    static const struct yaml_node none = {.kind = YAML_MAP};
    struct yaml_document *documents;
    uint32_t count;
    struct err e = {0};

    *f = (struct behave_fixture){.type = behavior_type_find(str_from(name))};
    assert_non_null(f->type);
    f->arena = arena_new(16 * 1024);
    f->settings_arena = arena_new(16 * 1024);
    assert_true(yaml_parse(str_from(yaml), f->settings_arena, &documents, &count, &e));
    assert_true(settings_read(count ? documents[0].root : &none, f->type->settings,
                              f->type->setting_count, f->settings_arena, &f->settings, &e));
    f->self = f->type->open(&f->settings, &e);
    assert_non_null(f->self);
    f->o.columns = &f->columns;
    f->columns.activity = ACTIVITY_flow;
}

static inline void behave_close(struct behave_fixture *f)
{
    f->type->close(f->self);
    arena_free(f->arena);
    arena_free(f->settings_arena);
}

static inline struct behavior_port behave_port(struct behave_fixture *f)
{
    return (struct behavior_port){
        .ctx = f, .signal = behave_keep, .arena = f->arena, .severity = f->type->severity};
}

static inline void behave_feed(struct behave_fixture *f, int64_t time_ns)
{
    struct behavior_port port = behave_port(f);

    f->o.time_ns = time_ns;
    f->o.ref = ++f->fed;
    f->type->observe(f->self, &f->o, &port);
    arena_reset(f->arena);
}

static inline void behave_advance(struct behave_fixture *f, int64_t now_ns)
{
    struct behavior_port port = behave_port(f);

    if (f->type->advance)
        f->type->advance(f->self, now_ns, &port);
    arena_reset(f->arena);
}

static inline struct behavior_stats behave_stats(const struct behave_fixture *f)
{
    struct behavior_stats s = {0};

    f->type->stats(f->self, &s);
    return s;
}

#define assert_near(a, b, within) assert_true((a) - (b) <= (within) && (b) - (a) <= (within))

/* ------------------------------------------------------------ what is fed */

/* Addresses are their own keys; 10/8 and fd00::/8 are inside, as the list of assets would say. */
static inline void behave_between(struct behave_fixture *f, const char *from, const char *to)
{
    f->o.source = f->columns.values[COLUMN_source_ip] = str_from(from);
    f->o.target = f->columns.values[COLUMN_destination_ip] = str_from(to);
    f->o.source_asset.roles = str_starts(f->o.source, S("10.")) ? ROLE_INTERNAL : 0;
    f->o.target_asset.roles = str_starts(f->o.target, S("10.")) ? ROLE_INTERNAL : 0;
}

static inline void behave_set(struct behave_fixture *f, enum column column, const char *value)
{
    f->columns.values[column] = str_from(value);
}
