/*
 * checkpoint_table.h - the last value of each key that a source has kept.
 */
#pragma once

#include "base/intern.h"
#include "rawlog/record_block.h"

struct checkpoint_table {
    struct intern *keys; /* its ids are places in: */
    char **values;       /* owned; NULL: forgotten */
    uint32_t *lengths;
    uint32_t count, capacity;
    char **retired; /* owned: values that were replaced, which a reader may still hold */
    uint32_t retired_count, retired_capacity;
};

void checkpoint_table_init(struct checkpoint_table *t);
void checkpoint_table_done(struct checkpoint_table *t);
void checkpoint_table_set(struct checkpoint_table *t, str key, str value); /* empty: forgets */
void checkpoint_table_add(struct checkpoint_table *t, const struct record_block *b);
/* What only the older table knows; a key that was forgotten here stays so. */
void checkpoint_table_add_older(struct checkpoint_table *t, const struct checkpoint_table *older);
void checkpoint_table_sweep(struct checkpoint_table *t); /* frees what was replaced until now */
str checkpoint_table_get(const struct checkpoint_table *t, str key); /* .p is NULL when absent */
void checkpoint_table_each(const struct checkpoint_table *t, void *ctx,
                           void (*each)(void *ctx, str key, str value));
