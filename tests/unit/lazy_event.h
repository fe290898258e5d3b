/*
 * lazy_event.h - events written as the fast decoders give them: values as slices
 * of a JSON record, or as UTF-16 and numbers in the body of an EVTX record.
 */
#pragma once

#include "base/mem.h"
#include "event_generator.h"
#include "formats/evtx_value.h"
#include "formats/json_codec.h"
#include "raw_event.h"

#include <stdio.h>
#include <stdlib.h>

enum { LAZY_RECORD_MAX = 256 * 1024, LAZY_SAME_MAX = 64, LAZY_SEED = 20261124 };

struct lazy_writer {
    struct event_generator *g; /* decides how things are written */
    struct raw_layouts *layouts;
    struct buf *record;
    struct arena *arena;
};

/* One character of a JSON string, escaped where it must be and sometimes where it need not. */
static inline void write_json_char(struct lazy_writer *w, char c)
{
    bool must = c == '"' || c == '\\' || (c >= 0 && c < ' ');

    if (must || (c > 0 && generate_below(w->g, 24) == 0))
        buf_printf(w->record, "\\u%04x", (unsigned)c);
    else
        buf_char(w->record, c);
}

/* A JSON string without its quotes. Characters beyond ASCII are escaped now and then. */
static inline void write_json_string(struct lazy_writer *w, str s)
{
    bool valid = utf8_valid(s);

    while (s.n) {
        str rest = s;
        uint32_t c = valid ? utf8_next(&rest) : 0;
        if (c < 0x80 || c > 0xFFFF || generate_below(w->g, 4)) {
            write_json_char(w, s.p[0]);
            s = str_from_at(s, 1);
            for (; c >= 0x80 && s.p != rest.p; s = str_from_at(s, 1))
                buf_char(w->record, s.p[0]);
            continue;
        }
        buf_printf(w->record, generate_below(w->g, 2) ? "\\u%04X" : "\\u%04x", (unsigned)c);
        s = rest;
    }
}

/* The same event with its strings as slices of a record, in *ret; the record moves while it grows,
 * so that slices are cut when it is there. */
static inline struct event lazy_json(struct lazy_writer *w, const struct event *ev)
{
    struct event copy = raw_copy(ev, w->arena);
    size_t *starts = arena_array(w->arena, ev->field_count + 1, sizeof *starts);

    buf_clear(w->record);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        buf_printf(w->record, "%c\"%u\":\"", i ? ',' : '{', i);
        starts[i] = w->record->n;
        if (f->type == VALUE_STRING)
            write_json_string(w, f->value);
        else
            buf_add(w->record, f->value);
        copy.fields[i].value.n = w->record->n - starts[i];
        buf_char(w->record, '"');
    }
    buf_printf(w->record, "}");
    char *record = arena_bytes(w->arena, w->record->n + VALUE_PADDING);
    if (w->record->n)
        memcpy(record, w->record->p, w->record->n);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        if (ev->fields[i].type != VALUE_STRING) {
            copy.fields[i].value = ev->fields[i].value;
            continue;
        }
        copy.fields[i].value.p = record + starts[i];
        copy.fields[i].flags |= FIELD_RAW;
    }
    copy.raw = (str){record, w->record->n};
    copy.codec = &json_codec;
    copy.layout = raw_layout(w->layouts, ev);
    return copy;
}

static inline void write_unit(struct buf *out, uint32_t unit)
{
    buf_char(out, (char)unit);
    buf_char(out, (char)(unit >> 8));
}

static inline void write_utf16(struct buf *out, str s)
{
    while (s.n) {
        uint32_t c = utf8_next(&s);
        if (c > 0xFFFF)
            write_unit(out, 0xD800 | (c - 0x10000) >> 10);
        write_unit(out, c > 0xFFFF ? 0xDC00 | ((c - 0x10000) & 0x3FF) : c);
    }
}

/* Strings that are UTF-8 in the record's body, at any alignment, some as text beside it, of which
 * some are the layout's own; numbers that fit as eight bytes. */
static inline struct event lazy_evtx(struct lazy_writer *w, const struct event *ev)
{
    struct event copy = raw_copy(ev, w->arena);
    size_t *starts = arena_array(w->arena, ev->field_count + 1, sizeof *starts);

    buf_clear(w->record);
    for (uint32_t i = 0; i < ev->field_count; i++) {
        struct field *f = &copy.fields[i];
        char number[32];
        uint64_t value;
        bool beside = generate_below(w->g, 8) == 0;
        starts[i] = w->record->n;
        if (beside && f->type == VALUE_STRING && f->value.n && f->value.n <= LAZY_SAME_MAX)
            f->flags |= FIELD_SAME;
        if (f->type == VALUE_STRING && !beside && utf8_valid(f->value)) {
            write_utf16(w->record, f->value);
            f->flags |= (uint16_t)evtx_kinds[EVTX_STRING].raw_flags;
        } else if (f->type == VALUE_NUMBER && str_u64(f->value, &value) &&
                   snprintf(number, sizeof number, "%llu", (unsigned long long)value) ==
                       (int)f->value.n) {
            buf_add(w->record, (str){(const char *)&value, sizeof value});
            f->flags |= (uint16_t)evtx_kinds[EVTX_UINT64].raw_flags;
        }
        if (f->flags & FIELD_RAW)
            f->value.n = w->record->n - starts[i];
        if (generate_below(w->g, 2))
            buf_char(w->record, (char)generate_below(w->g, 256));
    }
    char *record = arena_bytes(w->arena, w->record->n + VALUE_PADDING);
    if (w->record->n)
        memcpy(record, w->record->p, w->record->n);
    for (uint32_t i = 0; i < ev->field_count; i++)
        if (copy.fields[i].flags & FIELD_RAW)
            copy.fields[i].value.p = record + starts[i];
    copy.body = (str){record, w->record->n};
    copy.codec = &evtx_codec;
    copy.layout = raw_layout(w->layouts, &copy);
    return copy;
}

/* What a look at each value makes of it. */
static inline struct event lazy_settled(const struct lazy_writer *w, const struct event *lazy)
{
    struct event copy = raw_copy(lazy, w->arena);

    event_settle(&copy, w->arena);
    return copy;
}

/* All that a writer writes with. */
struct lazy_fixture {
    struct event_generator generator;
    struct buf record;
    struct arena *arena; /* of one event */
    struct lazy_writer writer;
};

static inline void lazy_fixture_init(struct lazy_fixture *f, const struct ruleset *rs)
{
    struct raw_layouts *layouts = mem_alloc(sizeof *layouts);

    layouts->keys = intern_new();
    f->generator =
        (struct event_generator){.arena = arena_new(1 << 16), .state = LAZY_SEED, .rs = rs};
    f->record = buf_make(LAZY_RECORD_MAX);
    f->arena = arena_new(1 << 16);
    f->writer = (struct lazy_writer){&f->generator, layouts, &f->record, f->arena};
}

static inline void lazy_fixture_done(struct lazy_fixture *f)
{
    intern_free(f->writer.layouts->keys);
    free(f->writer.layouts);
    arena_free(f->generator.arena);
    arena_free(f->arena);
    buf_done(&f->record);
}
