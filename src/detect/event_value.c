/* event_value.c - see event_value.h; which definition of a name counts is told in event.h. */
#include "detect/event_value.h"

#include "base/mem.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    FOLD_BLOCK_BYTES = 256 * 1024,
    LONG_VALUE =
        2048, /* from here on a value is a script, of which regexes will want the text too */
};

void event_values_init(struct event_values *v, const struct intern *names)
{
    uint32_t count = intern_count(names), slots = count + VALUE_NATIVE_NAMES_MAX;

    *v = (struct event_values){.names = names, .name_count = count};
    v->natives = intern_new();
    v->slots = mem_array(slots, sizeof *v->slots);
    v->last = mem_array(slots, sizeof *v->last);
    v->next = mem_array(EVENT_FIELDS_MAX, sizeof *v->next);
    v->cache = mem_array(EVENT_FIELDS_MAX, sizeof *v->cache);
    v->arena = arena_new(FOLD_BLOCK_BYTES);
    v->seen = mem_array((count + 63) / 64, sizeof *v->seen);
    v->layouts = mem_array(VALUE_LAYOUT_SLOTS, sizeof *v->layouts);
    v->known = mem_array(VALUE_KNOWN_MAX, sizeof *v->known);
}

void event_values_done(struct event_values *v)
{
    for (uint32_t i = 0; i < v->view_count; i++)
        free(v->views[i].names);
    intern_free(v->natives);
    free(v->slots);
    free(v->last);
    free(v->next);
    free(v->cache);
    arena_free(v->arena);
    free(v->seen);
    free(v->layouts);
    free(v->known);
}

static void mark_seen(struct event_values *v, uint32_t name)
{
    if (name < v->name_count)
        v->seen[name / 64] |= (uint64_t)1 << (name % 64);
}

/* ------------------------------------------------------------ reading */

/* The number of a field's name; INTERN_NONE when neither a rule nor a rename has it. */
static uint32_t name_of(const struct event_values *v, str name)
{
    uint32_t id = intern_find(v->names, name);

    if (id != INTERN_NONE || intern_count(v->natives) == 0)
        return id;
    id = intern_find(v->natives, name);
    return id == INTERN_NONE ? id : v->name_count + id;
}

/* Field `place`, which is of that name. The last of two definitions counts. */
static inline void take(struct event_values *v, uint32_t name, uint32_t place, uint32_t flags)
{
    v->next[place] = VALUE_NONE;
    if (!(flags & FIELD_CONTINUES))
        v->slots[name] = (uint64_t)v->generation << 32 | place;
    else if (v->slots[name] >> 32 == v->generation)
        v->next[v->last[name]] = place;
    v->last[name] = place;
}

static void forget_layouts(struct event_values *v)
{
    memset(v->layouts, 0, VALUE_LAYOUT_SLOTS * sizeof *v->layouts);
    v->layout_count = v->known_count = 0;
    v->layout = NULL;
}

static struct known_layout *slot_of(struct event_values *v, uint32_t number)
{
    uint32_t at = number * 0x9E3779B1u >> 19;

    _Static_assert(VALUE_LAYOUT_SLOTS == 1 << 13, "the shift fits the number of slots");
    while (v->layouts[at].number && v->layouts[at].number != number)
        at = (at + 1) % VALUE_LAYOUT_SLOTS;
    return &v->layouts[at];
}

/* Notes where the names that rules use stand in events of this layout. */
static void learn_layout(struct event_values *v, struct known_layout *l, const struct event *ev)
{
    if (v->layout_count == VALUE_LAYOUTS_MAX ||
        v->known_count + ev->field_count > VALUE_KNOWN_MAX) {
        forget_layouts(v);
        l = slot_of(v, ev->layout);
    }
    *l = (struct known_layout){.number = ev->layout, .first = v->known_count};
    v->layout_count++;
    for (uint32_t i = 0; i < ev->field_count; i++) {
        uint32_t name = name_of(v, ev->fields[i].name);
        if (name == INTERN_NONE)
            continue;
        v->known[v->known_count++] = (struct known_value){
            .name = name, .place = (uint16_t)i, .flags = ev->fields[i].flags & FIELD_CONTINUES};
        l->continues = l->continues || (ev->fields[i].flags & FIELD_CONTINUES);
        if (!(ev->fields[i].flags & FIELD_CONTINUES))
            mark_seen(v, name);
    }
    l->count = v->known_count - l->first;
}

static void read_layout(struct event_values *v, const struct event *ev)
{
    struct known_layout *l = slot_of(v, ev->layout);

    if (l->number == 0) {
        learn_layout(v, l, ev);
        l = slot_of(v, ev->layout);
    }
    v->layout = l;
    v->continues = l->continues;
    const struct known_value *known = v->known + l->first;
    const uint64_t stamp = (uint64_t)v->generation << 32;
    if (l->continues) {
        for (uint32_t i = 0; i < l->count; i++)
            take(v, known[i].name, known[i].place, known[i].flags);
        return;
    }
    for (uint32_t i = 0; i < l->count; i++)
        v->slots[known[i].name] = stamp | known[i].place;
}

static void read_fields(struct event_values *v, const struct event *ev)
{
    v->continues = true;
    v->layout = NULL;
    for (uint32_t i = 0; i < ev->field_count; i++) {
        uint32_t name = name_of(v, ev->fields[i].name);
        if (name == INTERN_NONE)
            continue;
        take(v, name, i, ev->fields[i].flags);
        if (!(ev->fields[i].flags & FIELD_CONTINUES))
            mark_seen(v, name);
    }
}

void event_values_read(struct event_values *v, const struct event *ev)
{
    assert(ev->field_count <= EVENT_FIELDS_MAX);
    v->ev = ev;
    v->view = NULL;
    arena_reset(v->arena);
    if (++v->generation == 0) { /* the numbers have been used up: old stamps would look new */
        memset(v->slots, 0, (v->name_count + VALUE_NATIVE_NAMES_MAX) * sizeof *v->slots);
        memset(v->cache, 0, EVENT_FIELDS_MAX * sizeof *v->cache);
        v->generation = 1;
    }
    if (ev->layout)
        read_layout(v, ev);
    else
        read_fields(v, ev);
}

/* ------------------------------------------------------------ renames */

/* The number of a native name, a new one if need be. */
static uint32_t native_name(struct event_values *v, str name)
{
    uint32_t id = intern_find(v->names, name);

    if (id != INTERN_NONE)
        return id;
    assert(intern_count(v->natives) < VALUE_NATIVE_NAMES_MAX); /* tables are const and small */
    return v->name_count + intern_add(v->natives, name);
}

static struct value_view *view_of(struct event_values *v, const struct logsource *source)
{
    for (uint32_t i = 0; i < v->view_count; i++)
        if (v->views[i].renames == source->renames)
            return &v->views[i];

    assert(v->view_count < VALUE_VIEWS_MAX);
    struct value_view *view = &v->views[v->view_count++];
    view->renames = source->renames;
    view->names = mem_array(v->name_count, sizeof *view->names);
    for (uint32_t i = 0; i < v->name_count; i++)
        view->names[i] = i;
    for (uint32_t i = source->rename_count; i-- > 0;) { /* the first of two for a name counts */
        uint32_t name = intern_find(v->names, source->renames[i].rule_name);
        uint32_t native = native_name(v, source->renames[i].native_name);
        if (name != INTERN_NONE)
            view->names[name] = native;
    }
    forget_layouts(v); /* they may hold names that have only now got a number */
    event_values_read(v, v->ev);
    return view;
}

/* Rule names whose fields are there under another name count as seen. */
static void mark_renamed(struct event_values *v, const struct value_view *view)
{
    uint64_t bit = 1ull << (view - v->views);

    if (v->layout && (v->layout->seen & bit))
        return;
    if (v->layout)
        v->layout->seen |= bit;
    for (uint32_t i = 0; i < v->name_count; i++)
        if (view->names[i] != i && event_values_first(v, i) != VALUE_NONE)
            mark_seen(v, i);
}

void event_values_rename(struct event_values *v, const struct logsource *source)
{
    v->view = NULL;
    if (source->rename_count == 0)
        return;
    const struct value_view *view = view_of(v, source);
    v->view = view->names;
    mark_renamed(v, view);
}

/* ------------------------------------------------------------ values */

str event_values_fold(struct event_values *v, uint32_t at)
{
    const struct field *f = &v->ev->fields[at];
    bool raw = f->flags & FIELD_RAW && f->value.n < LONG_VALUE;
    str text = raw ? (str){0} : event_values_text(v, at);
    size_t room = raw ? v->ev->codec->room(f) : UTF8_FOLD_GROWTH * text.n;
    char *out = arena_bytes(v->arena, room + VALUE_PADDING);
    size_t n = raw ? v->ev->codec->folded(f, out) : utf8_fold_str(text, out);

    v->cache[at].folded = (str){out, n};
    v->cache[at].folded_stamp = v->generation;
    return v->cache[at].folded;
}

str event_values_decode(struct event_values *v, uint32_t at)
{
    v->cache[at].text = event_value_text(v->ev, &v->ev->fields[at], v->arena);
    v->cache[at].text_stamp = v->generation;
    return v->cache[at].text;
}
