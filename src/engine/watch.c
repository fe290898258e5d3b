/*
 * watch.c - names are found by a small table over their length, first and last
 * letter; the 34 names share hardly a place, so that most fields of an event
 * cost one load. Layout numbers are given out one after the other, so their
 * lower bits spread them over the table of places.
 *
 * What is dull is compared as the record holds it, with type and flags: equal
 * raw values have equal text.
 */
#include "engine/watch.h"

#include "base/mem.h"

#include <stdlib.h>

static const struct {
    enum watched_field what;
    str name;
} names[] = {
#define WATCHED(what)
#define MARKER(what)
#define WATCH(what, name) {WATCHED_##what, S(name)},
#include "engine/watched.def"
#undef WATCHED
#undef MARKER
#undef WATCH
};

static const enum watched_field markers[] = {
#define WATCHED(what)
#define MARKER(what) WATCHED_##what,
#define WATCH(what, name)
#include "engine/watched.def"
#undef WATCHED
#undef MARKER
#undef WATCH
};

enum {
    NAME_SLOTS = 256,
    DULL_BYTES = 80, /* of all marker values together that are remembered */
    NOWHERE = UINT16_MAX,
    TEXT_BLOCK_BYTES = 4096,
    NUMBER_BYTES = 64, /* of what may be a number and needs no memory of the watch */
};
_Static_assert((int)EVENT_FIELDS_MAX < (int)NOWHERE, "a field's place fits");
_Static_assert(countof(names) < UINT8_MAX, "a row's number fits in a rank");
_Static_assert(WATCHED_COUNT <= 32, "a bit for each field");

struct dull {
    bool set;
    const struct value_codec *codec;
    uint32_t heads[countof(markers)]; /* length, flags and type of each that the layout has */
    char bytes[DULL_BYTES];
};

struct watch_places {
    uint32_t layout; /* 0: free */
    uint16_t at[WATCHED_COUNT];
    uint16_t last_channel;
    uint16_t marker_count, markers[countof(markers)]; /* places of those that are there */
    struct dull dull;
};

struct watch {
    uint8_t first[NAME_SLOTS];    /* a row of names, from 1; 0: none */
    uint8_t next[countof(names)]; /* of the same slot */
    struct arena *arena;          /* texts of one event */
    bool arena_used;
    struct watch_places *layouts;
    struct watch_places unknown; /* of an event without a layout */
};

static uint8_t slot_of(str name)
{
    return (uint8_t)(name.n * 37 + (uint8_t)name.p[0] + (uint8_t)name.p[name.n - 1] * 5u);
}

struct watch *watch_new(void)
{
    struct watch *w = mem_alloc(sizeof *w);

    for (size_t i = countof(names); i-- > 0;) {
        uint8_t slot = slot_of(names[i].name);
        w->next[i] = w->first[slot];
        w->first[slot] = (uint8_t)(i + 1);
    }
    w->arena = arena_new(TEXT_BLOCK_BYTES);
    w->layouts = mem_array(WATCH_LAYOUTS_MAX, sizeof *w->layouts);
    return w;
}

void watch_free(struct watch *w)
{
    if (!w)
        return;
    arena_free(w->arena);
    free(w->layouts);
    free(w);
}

/* The row of that name, from 1; 0 when there is none. */
static uint8_t row_of(const struct watch *w, str name)
{
    uint8_t row = name.n ? w->first[slot_of(name)] : 0;

    while (row && !str_eq(names[row - 1].name, name))
        row = w->next[row - 1];
    return row;
}

static void find_places(const struct watch *w, const struct event *ev, struct watch_places *ret)
{
    uint8_t rank[WATCHED_COUNT] = {0}; /* row of the name that was found */

    ret->last_channel = NOWHERE;
    for (size_t i = 0; i < WATCHED_COUNT; i++)
        ret->at[i] = NOWHERE;
    for (uint32_t i = 0; i < ev->field_count; i++) {
        const struct field *f = &ev->fields[i];
        uint8_t row = row_of(w, f->name);
        if (!row)
            continue;
        enum watched_field what = names[row - 1].what;
        if (what == WATCHED_CHANNEL)
            ret->last_channel = (uint16_t)i;
        if (!(f->flags & FIELD_CONTINUES) && (!rank[what] || row < rank[what])) {
            rank[what] = row;
            ret->at[what] = (uint16_t)i;
        }
    }
    ret->marker_count = 0;
    for (size_t i = 0; i < countof(markers); i++)
        if (ret->at[markers[i]] != NOWHERE)
            ret->markers[ret->marker_count++] = ret->at[markers[i]];
}

static struct watch_places *places_of(struct watch *w, const struct event *ev)
{
    struct watch_places *p = &w->layouts[ev->layout % WATCH_LAYOUTS_MAX];

    if (ev->layout && p->layout == ev->layout)
        return p;
    if (!ev->layout)
        p = &w->unknown;
    p->layout = ev->layout;
    p->dull.set = false;
    find_places(w, ev, p);
    return p;
}

static uint32_t head_of(const struct field *f)
{
    return (uint32_t)f->value.n << 24 | (uint32_t)f->flags << 8 | f->type;
}

/* Are the event's markers the ones that told nothing before? */
static bool is_dull(const struct watched *w)
{
    const struct watch_places *p = w->places;
    const struct dull *d = &p->dull;
    const char *known = d->bytes;

    if (!d->set || d->codec != w->event->codec)
        return false;
    for (size_t i = 0; i < p->marker_count; i++) {
        const struct field *f = &w->event->fields[p->markers[i]];
        if (f->value.n > DULL_BYTES || head_of(f) != d->heads[i] ||
            (f->value.n && memcmp(known, f->value.p, f->value.n) != 0))
            return false;
        known += f->value.n;
    }
    return true;
}

void watched_note_dull(const struct watched *w)
{
    const struct watch_places *p = w->places;
    struct dull *d = &w->places->dull;
    size_t from = 0;

    d->set = false;
    for (size_t i = 0; i < p->marker_count; i++) {
        const struct field *f = &w->event->fields[p->markers[i]];
        d->heads[i] = head_of(f);
        if (f->value.n > DULL_BYTES - from)
            return;
        if (f->value.n)
            memcpy(d->bytes + from, f->value.p, f->value.n);
        from += f->value.n;
    }
    d->codec = w->event->codec;
    d->set = p->layout != 0;
}

void watch_event(struct watch *w, const struct event *ev, struct watched *ret)
{
    if (w->arena_used)
        arena_reset(w->arena);
    w->arena_used = false;
    ret->watch = w;
    ret->event = ev;
    ret->places = places_of(w, ev);
    ret->known = 0;
    ret->dull = is_dull(ret);
}

const struct field *watched_field(const struct watched *w, enum watched_field what)
{
    uint16_t at = w->places->at[what];

    return at == NOWHERE ? NULL : &w->event->fields[at];
}

static str text_of(const struct watched *w, const struct field *f)
{
    if (!f)
        return (str){0};
    w->watch->arena_used |= (f->flags & FIELD_RAW) != 0;
    return event_value_text(w->event, f, w->watch->arena);
}

str watched_text(struct watched *w, enum watched_field what)
{
    if (!(w->known >> what & 1))
        w->texts[what] = text_of(w, watched_field(w, what));
    w->known |= 1u << what;
    return w->texts[what];
}

bool watched_u64(struct watched *w, enum watched_field what, uint64_t *ret)
{
    const struct field *f = watched_field(w, what);
    char text[NUMBER_BYTES + VALUE_PADDING];

    if (!f)
        return false;
    if (!(f->flags & FIELD_RAW) || w->event->codec->room(f) > NUMBER_BYTES)
        return str_u64(watched_text(w, what), ret);
    return str_u64((str){text, w->event->codec->text(f, text)}, ret);
}

bool watched_is(struct watched *w, enum watched_field what, str text)
{
    return str_eq(watched_text(w, what), text);
}

str watched_last_channel(const struct watched *w)
{
    uint16_t at = w->places->last_channel;

    return text_of(w, at == NOWHERE ? NULL : &w->event->fields[at]);
}

const struct event *watched_settled(const struct watched *w)
{
    struct arena *a = w->watch->arena;

    if (!w->event->codec)
        return w->event;
    w->watch->arena_used = true;
    struct event *copy = arena_alloc(a, sizeof *copy);
    *copy = *w->event;
    copy->fields = arena_array(a, copy->field_count, sizeof *copy->fields);
    memcpy(copy->fields, w->event->fields, copy->field_count * sizeof *copy->fields);
    event_settle(copy, a);
    return copy;
}
