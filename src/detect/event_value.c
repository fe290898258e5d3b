/* event_value.c - see event_value.h; which definition of a name counts is told in event.h. */
#include "detect/event_value.h"

#include "base/mem.h"
#include "text/utf8.h"

#include <stdlib.h>

enum { FOLD_BLOCK_BYTES = 256 * 1024 };

void event_values_init(struct event_values *v, const struct intern *names)
{
    uint32_t count = intern_count(names);

    *v = (struct event_values){.names = names};
    v->first = mem_array(count, sizeof *v->first);
    v->first_stamp = mem_array(count, sizeof *v->first_stamp);
    v->last = mem_array(count, sizeof *v->last);
    v->next = mem_array(EVENT_FIELDS_MAX, sizeof *v->next);
    v->folded = mem_array(EVENT_FIELDS_MAX, sizeof *v->folded);
    v->folded_stamp = mem_array(EVENT_FIELDS_MAX, sizeof *v->folded_stamp);
    v->text = mem_array(EVENT_FIELDS_MAX, sizeof *v->text);
    v->text_stamp = mem_array(EVENT_FIELDS_MAX, sizeof *v->text_stamp);
    v->arena = arena_new(FOLD_BLOCK_BYTES);
    v->seen = mem_array((count + 63) / 64, sizeof *v->seen);
}

void event_values_done(struct event_values *v)
{
    free(v->first);
    free(v->first_stamp);
    free(v->last);
    free(v->next);
    free(v->folded);
    free(v->folded_stamp);
    free(v->text);
    free(v->text_stamp);
    arena_free(v->arena);
    free(v->seen);
}

static void forget_all(struct event_values *v)
{
    memset(v->first_stamp, 0, intern_count(v->names) * sizeof *v->first_stamp);
    memset(v->folded_stamp, 0, EVENT_FIELDS_MAX * sizeof *v->folded_stamp);
    memset(v->text_stamp, 0, EVENT_FIELDS_MAX * sizeof *v->text_stamp);
}

static void mark_seen(struct event_values *v, uint32_t name)
{
    v->seen[name / 64] |= (uint64_t)1 << (name % 64);
}

void event_values_read(struct event_values *v, const struct event *ev)
{
    assert(ev->field_count <= EVENT_FIELDS_MAX);
    v->ev = ev;
    v->renamed_count = 0;
    arena_reset(v->arena);
    if (++v->generation == 0) { /* the numbers have been used up: old stamps would look new */
        forget_all(v);
        v->generation = 1;
    }
    for (uint32_t i = 0; i < ev->field_count; i++) {
        uint32_t name = intern_find(v->names, ev->fields[i].name);
        v->next[i] = VALUE_NONE;
        if (name == INTERN_NONE)
            continue;
        if (!(ev->fields[i].flags & FIELD_CONTINUES)) {
            v->first[name] = i; /* the last of two definitions counts */
            v->first_stamp[name] = v->generation;
            mark_seen(v, name);
        } else if (v->first_stamp[name] == v->generation) {
            v->next[v->last[name]] = i;
        }
        v->last[name] = i;
    }
}

/* The chain of a field whose name no rule may use. */
static uint32_t read_chain(struct event_values *v, str name)
{
    uint32_t first = event_find(v->ev, name), at = first;

    if (first == v->ev->field_count)
        return VALUE_NONE;
    for (;;) {
        uint32_t next = event_next(v->ev, at);
        if (next == v->ev->field_count)
            break;
        v->next[at] = next;
        at = next;
    }
    v->next[at] = VALUE_NONE;
    return first;
}

void event_values_rename(struct event_values *v, const struct logsource *source)
{
    uint32_t known[RENAMES_MAX], found[RENAMES_MAX], count = 0;

    while (v->renamed_count) {
        v->renamed_count--;
        uint32_t name = v->renamed[v->renamed_count].name;
        v->first[name] = v->renamed[v->renamed_count].first;
        v->first_stamp[name] = v->renamed[v->renamed_count].stamp;
    }
    for (uint32_t i = 0; i < source->rename_count && count < RENAMES_MAX; i++) {
        known[count] = intern_find(v->names, source->renames[i].rule_name);
        if (known[count] != INTERN_NONE)
            found[count++] = read_chain(v, source->renames[i].native_name);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t name = known[i];
        v->renamed[i].name = name;
        v->renamed[i].first = v->first[name];
        v->renamed[i].stamp = v->first_stamp[name];
        v->first[name] = found[i];
        v->first_stamp[name] = v->generation;
        if (found[i] != VALUE_NONE)
            mark_seen(v, name);
    }
    v->renamed_count = count;
}

str event_values_fold(struct event_values *v, uint32_t at)
{
    const struct field *f = &v->ev->fields[at];
    bool raw = f->flags & FIELD_RAW;
    size_t room = raw ? v->ev->codec->room(f) + VALUE_PADDING : UTF8_FOLD_GROWTH * f->value.n + 1;
    char *out = arena_bytes(v->arena, room);
    size_t n = raw ? v->ev->codec->folded(f, out) : utf8_fold_str(f->value, out);

    v->folded[at] = (str){out, n};
    v->folded_stamp[at] = v->generation;
    return v->folded[at];
}

str event_values_decode(struct event_values *v, uint32_t at)
{
    v->text[at] = event_value_text(v->ev, &v->ev->fields[at], v->arena);
    v->text_stamp[at] = v->generation;
    return v->text[at];
}
