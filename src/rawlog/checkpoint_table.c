#include "rawlog/checkpoint_table.h"

#include "base/mem.h"
#include "rawlog/rawlog.h"

#include <stdlib.h>

void checkpoint_table_init(struct checkpoint_table *t)
{
    *t = (struct checkpoint_table){.keys = intern_new()};
}

void checkpoint_table_done(struct checkpoint_table *t)
{
    for (uint32_t i = 0; i < t->count; i++)
        free(t->values[i]);
    checkpoint_table_sweep(t);
    free(t->retired);
    free(t->values);
    free(t->lengths);
    intern_free(t->keys);
    *t = (struct checkpoint_table){0};
}

void checkpoint_table_sweep(struct checkpoint_table *t)
{
    for (uint32_t i = 0; i < t->retired_count; i++)
        free(t->retired[i]);
    t->retired_count = 0;
}

static void retire(struct checkpoint_table *t, char *value)
{
    if (!value)
        return;
    if (t->retired_count == t->retired_capacity) {
        t->retired_capacity = t->retired_capacity ? t->retired_capacity * 2 : 16;
        t->retired = mem_resize(t->retired, t->retired_capacity, sizeof *t->retired);
    }
    t->retired[t->retired_count++] = value;
}

void checkpoint_table_set(struct checkpoint_table *t, str key, str value)
{
    const uint32_t id = intern_add(t->keys, key);

    if (id >= RAWLOG_CHECKPOINTS_MAX) /* a source has few files; a damaged log may say otherwise */
        return;
    while (id >= t->count) {
        if (t->count == t->capacity) {
            t->capacity = t->capacity ? t->capacity * 2 : 16;
            t->values = mem_resize(t->values, t->capacity, sizeof *t->values);
            t->lengths = mem_resize(t->lengths, t->capacity, sizeof *t->lengths);
        }
        t->values[t->count] = NULL;
        t->lengths[t->count++] = 0;
    }
    retire(t, t->values[id]);
    t->values[id] = value.n ? str_dup(value) : NULL;
    t->lengths[id] = (uint32_t)value.n;
}

void checkpoint_table_add(struct checkpoint_table *t, const struct record_block *b)
{
    for (uint32_t i = 0; i < b->checkpoint_count; i++)
        checkpoint_table_set(t, block_str(b, b->checkpoints[i].key),
                             block_str(b, b->checkpoints[i].value));
}

void checkpoint_table_add_older(struct checkpoint_table *t, const struct checkpoint_table *older)
{
    for (uint32_t i = 0; i < older->count; i++) {
        const str key = intern_str(older->keys, i);
        if (older->values[i] && intern_find(t->keys, key) == INTERN_NONE)
            checkpoint_table_set(t, key, (str){older->values[i], older->lengths[i]});
    }
}

str checkpoint_table_get(const struct checkpoint_table *t, str key)
{
    const uint32_t id = intern_find(t->keys, key);

    if (id >= t->count || !t->values[id])
        return (str){0};
    return (str){t->values[id], t->lengths[id]};
}

void checkpoint_table_each(const struct checkpoint_table *t, void *ctx,
                           void (*each)(void *ctx, str key, str value))
{
    for (uint32_t i = 0; i < t->count; i++)
        if (t->values[i])
            each(ctx, intern_str(t->keys, i), (str){t->values[i], t->lengths[i]});
}
