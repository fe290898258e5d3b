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
};

void checkpoint_table_init(struct checkpoint_table *t);
void checkpoint_table_done(struct checkpoint_table *t);
void checkpoint_table_set(struct checkpoint_table *t, str key, str value); /* empty: forgets */
void checkpoint_table_add(struct checkpoint_table *t, const struct record_block *b);
str checkpoint_table_get(const struct checkpoint_table *t, str key); /* .p is NULL when absent */
void checkpoint_table_each(const struct checkpoint_table *t, void *ctx,
                           void (*each)(void *ctx, str key, str value));
