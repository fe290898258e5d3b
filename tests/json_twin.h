/*
 * json_twin.h - JSON read twice, by the walker and by replay, must give the same: events with all
 * that they say, and problems, in their order.
 */
#pragma once

#include "base/buf.h"
#include "base/mem.h"
#include "format_drive.h"

#include <stdio.h>

extern const struct format format_json;

enum { TWIN_BYTES_MAX = 1 << 30 };

struct json_twin {
    struct buf told;
    struct arena *arena; /* of settled values */
    uint64_t events, replayed;
};

static inline void twin_str(struct buf *out, str s)
{
    buf_printf(out, "%zu:", s.n);
    buf_add(out, s);
    buf_char(out, ' ');
}

static inline void twin_event(void *ctx, struct event *ev)
{
    struct json_twin *t = ctx;

    t->events++;
    t->replayed += ev->layout != 0;
    event_settle(ev, t->arena);
    buf_printf(&t->told, "event %llu at %llu, time %d %lld.%d, ",
               (unsigned long long)ev->from.record, (unsigned long long)ev->from.offset,
               ev->has_time, ev->has_time ? (long long)ev->time_ns : 0,
               ev->has_time ? ev->time_digits : 0);
    buf_printf(&t->told, "kind %p ", (const void *)ev->kind);
    twin_str(&t->told, ev->raw);
    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        twin_str(&t->told, ev->logsources[i].product);
        twin_str(&t->told, ev->logsources[i].category);
        twin_str(&t->told, ev->logsources[i].service);
    }
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        buf_printf(&t->told, "\n %d %d ", f->type, f->flags);
        twin_str(&t->told, f->name);
        twin_str(&t->told, f->value);
    }
    buf_char(&t->told, '\n');
    arena_reset(t->arena);
}

static inline void twin_problem(void *ctx, const struct problem *p)
{
    struct json_twin *t = ctx;

    buf_printf(&t->told, "problem %d at %llu+%llu, record %llu: %s\n", p->kind,
               (unsigned long long)p->offset, (unsigned long long)p->length,
               (unsigned long long)p->record, p->text);
}

static inline void json_twin_read(struct json_twin *t, str text, size_t step, bool lazy)
{
    const struct decode_sink sink = {
        .ctx = t, .lazy = lazy, .event = twin_event, .problem = twin_problem};

    *t = (struct json_twin){.told = buf_make(TWIN_BYTES_MAX), .arena = arena_new(1 << 16)};
    format_drive(&format_json, text, step, &sink, NULL);
}

static inline void json_twin_done(struct json_twin *t)
{
    buf_done(&t->told);
    arena_free(t->arena);
}

/* Are both the same? Says on stderr where they part; *ret_replayed grows by the events that were
 * replayed. */
static inline bool json_twin_equal(str text, size_t step, uint64_t *ret_replayed)
{
    struct json_twin walked, replayed;
    size_t at = 0;

    json_twin_read(&walked, text, step, false);
    json_twin_read(&replayed, text, step, true);
    str a = buf_str(&walked.told), b = buf_str(&replayed.told);
    bool equal = str_eq(a, b);
    while (!equal && at < a.n && at < b.n && a.p[at] == b.p[at])
        at++;
    if (!equal) {
        size_t from = at > 200 ? at - 200 : 0;
        str x = str_from_at(a, from), y = str_from_at(b, from);
        fprintf(stderr, "walked:   ..." STR_FMT "\nreplayed: ..." STR_FMT "\n",
                (int)(x.n < 400 ? x.n : 400), x.p, (int)(y.n < 400 ? y.n : 400), y.p);
    }
    *ret_replayed += replayed.replayed;
    json_twin_done(&walked);
    json_twin_done(&replayed);
    return equal;
}
