/*
 * source_fixture.h - a source with a fake inlet, a loop whose clock the test turns, and a folder of
 * its own; to be crashed and started again.
 */
#pragma once

#include "collect/source_type.h"
#include "fake_inlet.h"
#include "test_folder.h"

struct source_fixture {
    struct test_folder folder;
    struct inlet *inlet;
    struct io io;
    struct clock clock;
    struct loop *loop;
    struct arena *arena;
    struct settings settings;
    const struct source_type *type;
    void *source; /* NULL: it is not running */
    struct err err;
};

static inline void fixture_begin(struct source_fixture *x, const struct source_type *type,
                                 uint32_t block_max)
{
    bool ok = test_folder_enter(&x->folder);
    assert(ok);
    (void)ok;
    x->type = type;
    x->inlet = fake_inlet_new(block_max);
    x->inlet->keeps_place = type->keeps_place;
    x->clock = clock_fixed(x->inlet->steady_ns);
    x->arena = arena_new(4096);
    io_init(&x->io);
}

static inline void fixture_start(struct source_fixture *x, const char *yaml)
{
    struct yaml_document *docs;
    uint32_t count;

    x->err = (struct err){0};
    bool ok = yaml_parse(str_from(yaml), x->arena, &docs, &count, &x->err) &&
              settings_read(docs[0].root, x->type->settings, x->type->setting_count, x->arena,
                            &x->settings, &x->err) &&
              (!x->type->check || x->type->check(&x->settings, &x->err));
    x->loop = loop_new(&x->clock, &x->err);
    assert(x->loop);
    const struct source_context c = {
        .inlet = x->inlet, .loop = x->loop, .io = &x->io, .settings = &x->settings};
    x->source = ok ? x->type->open(&c, &x->err) : NULL;
}

static inline void fixture_turn_clock(struct source_fixture *x, int64_t ns)
{
    x->inlet->steady_ns += ns;
    x->inlet->now_ns += ns;
    x->clock.fixed_steady_ns += ns;
    x->clock.fixed_ns += ns;
}

static inline void fixture_steps(struct source_fixture *x, uint32_t steps, int64_t ns)
{
    for (uint32_t i = 0; i < steps; i++) {
        fixture_turn_clock(x, ns);
        loop_step(x->loop, 0);
    }
}

/* All that is to be read now is read: some seconds pass. */
static inline void fixture_settle(struct source_fixture *x)
{
    fixture_steps(x, 12, 300000000);
}

static inline void fixture_stop(struct source_fixture *x)
{
    if (x->source)
        x->type->close(x->source);
    x->source = NULL;
    loop_free(x->loop);
    x->loop = NULL;
}

/* The process dies: what was not handed over is lost, the rest is on disk. */
static inline void fixture_crash(struct source_fixture *x)
{
    x->inlet->blocks_max = x->inlet->blocks ? x->inlet->blocks : 1; /* closing hands nothing over */
    if (x->inlet->blocks == 0)
        x->inlet->blocks = 1;
    fixture_stop(x);
    fake_crash(x->inlet);
}

static inline void fixture_end(struct source_fixture *x)
{
    if (x->loop)
        fixture_stop(x);
    fake_inlet_free(x->inlet);
    arena_free(x->arena);
    bool ok = test_folder_leave(&x->folder);
    assert(ok);
    (void)ok;
}

/* The records on disk, a line each. */
static inline const char *fixture_records(struct source_fixture *x)
{
    struct buf b = buf_make(64 * 1024 * 1024);

    for (uint32_t i = 0; i < x->inlet->disk.record_count; i++)
        buf_printf(&b, "%s\n", x->inlet->disk.records[i]);
    const char *text = arena_str(x->arena, buf_str(&b)).p;
    buf_done(&b);
    return text ? text : "";
}
