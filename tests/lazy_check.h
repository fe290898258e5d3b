/*
 * lazy_check.h - reads bytes twice through a format, once with text for every value
 * and once lazily, and compares: after event_settle() both are the same, to the
 * byte and in order. Events with the same layout have the same names.
 */
#pragma once

#include "format_drive.h"

#include "text/utf8.h"

enum { LAZY_LAYOUT_SLOTS = 16384 }; /* more layouts are not looked at */

struct lazy_layout {
    uint32_t number, field_count;
    struct field *fields; /* name and FIELD_CONTINUES count */
};

struct lazy_check {
    struct arena *arena, *layout_arena;
    struct event *events; /* of the first reading */
    uint32_t event_count, event_capacity;
    uint64_t problems[2]; /* of each reading */
    bool is_second;
    uint32_t at; /* of the second reading: the event that is next */
    uint32_t layout_count;
    struct lazy_layout *layouts;

    uint64_t read, equal, raw, with_layout; /* of the second reading */
    uint64_t broken_layouts;                /* events whose names are not those of their layout */
};

static inline void lazy_check_init(struct lazy_check *c)
{
    *c = (struct lazy_check){.arena = arena_new(1 << 16), .layout_arena = arena_new(1 << 16)};
    c->layouts = arena_array(c->layout_arena, LAZY_LAYOUT_SLOTS, sizeof *c->layouts);
}

static inline void lazy_check_done(struct lazy_check *c)
{
    arena_free(c->arena);
    arena_free(c->layout_arena);
}

static inline struct field *lazy_copy_fields(const struct event *ev, struct arena *a)
{
    struct field *copy = arena_array(a, ev->field_count, sizeof *copy);

    for (uint32_t i = 0; i < ev->field_count; i++) {
        copy[i] = ev->fields[i];
        copy[i].name = arena_str(a, ev->fields[i].name);
        copy[i].value = arena_str(a, ev->fields[i].value);
    }
    return copy;
}

static inline void lazy_keep(void *ctx, struct event *ev)
{
    struct lazy_check *c = ctx;
    struct event *copy = arena_push(c->arena, (void **)&c->events, &c->event_count,
                                    &c->event_capacity, sizeof *copy);

    *copy = *ev;
    copy->fields = lazy_copy_fields(ev, c->arena);
    copy->raw = arena_str(c->arena, ev->raw);
    for (uint32_t i = 0; i < ev->logsource_count; i++) {
        struct logsource *l = &copy->logsources[i];
        l->product = arena_str(c->arena, l->product);
        l->category = arena_str(c->arena, l->category);
        l->service = arena_str(c->arena, l->service);
    }
}

static inline bool lazy_same_field(const struct field *a, const struct field *b)
{
    return str_eq(a->name, b->name) && str_eq(a->value, b->value) && a->type == b->type &&
           a->flags == b->flags;
}

static inline bool lazy_same_source(const struct logsource *a, const struct logsource *b)
{
    return str_eq(a->product, b->product) && str_eq(a->category, b->category) &&
           str_eq(a->service, b->service) && a->renames == b->renames;
}

static inline bool lazy_same_event(const struct event *a, const struct event *b)
{
    if (a->field_count != b->field_count || a->fields_dropped != b->fields_dropped ||
        a->has_time != b->has_time || (a->has_time && a->time_ns != b->time_ns) ||
        a->time_digits != b->time_digits || a->from.record != b->from.record ||
        a->from.offset != b->from.offset || a->from.recovered != b->from.recovered ||
        a->logsource_count != b->logsource_count || !str_eq(a->raw, b->raw))
        return false;
    for (uint32_t i = 0; i < a->field_count; i++)
        if (!lazy_same_field(&a->fields[i], &b->fields[i]))
            return false;
    for (uint32_t i = 0; i < a->logsource_count; i++)
        if (!lazy_same_source(&a->logsources[i], &b->logsources[i]))
            return false;
    return true;
}

/* Has the layout that number of names, and are they these? The first event of it says. */
static inline bool lazy_fits_layout(struct lazy_check *c, const struct event *ev)
{
    uint32_t at = ev->layout % LAZY_LAYOUT_SLOTS;

    while (c->layouts[at].number && c->layouts[at].number != ev->layout)
        at = (at + 1) % LAZY_LAYOUT_SLOTS;
    struct lazy_layout *l = &c->layouts[at];
    if (!l->number) {
        if (c->layout_count == LAZY_LAYOUT_SLOTS / 2)
            return true;
        c->layout_count++;
        *l = (struct lazy_layout){ev->layout, ev->field_count,
                                  lazy_copy_fields(ev, c->layout_arena)};
    }
    if (l->field_count != ev->field_count)
        return false;
    for (uint32_t i = 0; i < ev->field_count; i++)
        if (!str_eq(l->fields[i].name, ev->fields[i].name) ||
            ((l->fields[i].flags ^ ev->fields[i].flags) & FIELD_CONTINUES))
            return false;
    return true;
}

static inline bool lazy_is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The codec's promises: text within its room, folded as text is, and where it begins with a letter,
 * so does the raw value. */
static inline bool lazy_codec_holds(const struct event *ev, const struct field *f, struct arena *a)
{
    size_t room = ev->codec->room(f);
    char *folded = arena_bytes(a, room + VALUE_PADDING);
    str text = event_value_text(ev, f, a);
    char *want = arena_bytes(a, UTF8_FOLD_GROWTH * text.n + 1);
    size_t n = ev->codec->folded(f, folded), want_n = utf8_fold_str(text, want);

    if (text.n > room || n != want_n || memcmp(folded, want, n) != 0)
        return false;
    return text.n == 0 || !lazy_is_letter(text.p[0]) ||
           (f->value.n && (f->value.p[0] == text.p[0] || f->value.p[0] == '\\'));
}

static inline void lazy_compare(void *ctx, struct event *ev)
{
    struct lazy_check *c = ctx;
    bool ok = c->at < c->event_count;

    c->read++;
    c->with_layout += ev->layout != 0;
    if (ev->layout && !lazy_fits_layout(c, ev))
        c->broken_layouts++;
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        if (!(f->flags & FIELD_RAW))
            continue;
        c->raw++;
        ok = ok && ev->codec && lazy_codec_holds(ev, f, c->arena);
    }
    event_settle(ev, c->arena);
    c->equal += ok && lazy_same_event(&c->events[c->at], ev);
    c->at++;
}

static inline void lazy_count_problem(void *ctx, const struct problem *p)
{
    struct lazy_check *c = ctx;

    (void)p;
    c->problems[c->is_second]++;
}

/* True when every event was equal. Figures add up from call to call. */
static inline bool lazy_check_bytes(struct lazy_check *c, const struct format *f, str bytes,
                                    size_t step)
{
    struct decode_sink sink = {.ctx = c, .event = lazy_keep, .problem = lazy_count_problem};
    uint64_t read = c->read, equal = c->equal, broken = c->broken_layouts;

    arena_reset(c->arena);
    c->events = NULL;
    c->event_count = c->event_capacity = c->at = 0;
    c->problems[0] = c->problems[1] = 0;
    c->is_second = false;
    format_drive(f, bytes, step, &sink, NULL);
    c->is_second = true;
    sink.lazy = true;
    sink.event = lazy_compare;
    format_drive(f, bytes, step, &sink, NULL);
    return c->at == c->event_count && c->problems[0] == c->problems[1] &&
           c->read - read == c->equal - equal && broken == c->broken_layouts;
}
