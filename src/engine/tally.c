#include "engine/tally.h"

#include "base/mem.h"

#include <stdlib.h>

void tally_init(struct tally_index *t, uint32_t keys_max)
{
    *t = (struct tally_index){.keys = intern_new(), .keys_max = keys_max};
}

void tally_done(struct tally_index *t)
{
    intern_free(t->keys);
    free(t->rows);
    *t = (struct tally_index){0};
}

void tally_clear(struct tally_index *t)
{
    intern_clear(t->keys);
    t->other = 0;
}

uint32_t intern_within(struct intern *keys, str key, uint32_t keys_max)
{
    if (intern_count(keys) < keys_max)
        return intern_add(keys, key);
    return intern_find(keys, key);
}

void time_range_add(int64_t *first_ns, int64_t *last_ns, bool *has_time, int64_t from, int64_t to)
{
    if (!*has_time || from < *first_ns)
        *first_ns = from;
    if (!*has_time || to > *last_ns)
        *last_ns = to;
    *has_time = true;
}

str str_clip(str s, size_t max)
{
    if (s.n <= max)
        return s;
    while (max > 0 && ((unsigned char)s.p[max] & 0xC0) == 0x80)
        max--;
    return (str){s.p, max};
}

void tally_add(struct tally_index *t, const struct tally *add)
{
    uint32_t known = intern_count(t->keys), id = t->last;

    if (id >= known || !str_eq(t->rows[id].key, add->key))
        id = intern_within(t->keys, add->key, t->keys_max);
    if (id == INTERN_NONE) {
        t->other += add->count;
        return;
    }
    t->last = id;
    if (id == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 64;
        t->rows = mem_resize(t->rows, t->capacity, sizeof *t->rows);
    }
    struct tally *row = &t->rows[id];
    if (id == known) {
        *row = *add;
        row->key = intern_str(t->keys, id);
        return;
    }
    row->count += add->count;
    if (add->level > row->level)
        row->level = add->level;
    if (add->has_time)
        time_range_add(&row->first_ns, &row->last_ns, &row->has_time, add->first_ns, add->last_ns);
}

void tally_merge(struct tally_index *into, const struct tally_index *from)
{
    for (uint32_t i = 0; i < intern_count(from->keys); i++)
        tally_add(into, &from->rows[i]);
    into->other += from->other;
}

static int by_count(const void *left, const void *right)
{
    const struct tally *a = left, *b = right;

    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return str_cmp(a->key, b->key);
}

struct tally_table tally_table_of(const struct tally_index *t, struct arena *a)
{
    uint32_t count = intern_count(t->keys);
    struct tally_table table = {.count = count, .other = t->other};

    table.rows = arena_array(a, count ? count : 1, sizeof *table.rows);
    if (count) {
        memcpy(table.rows, t->rows, count * sizeof *table.rows);
        qsort(table.rows, count, sizeof *table.rows, by_count);
    }
    return table;
}
