/*
 * intern.h - every distinct string once, with a small number.
 *
 * Ids count from 0 in the order of first sight, so that arrays can be indexed
 * by them. Strings are copied and live as long as the table. A table is built
 * by one thread; afterwards any number may call intern_find().
 */
#pragma once

#include "base/str.h"

enum { INTERN_NONE = UINT32_MAX };

struct intern;

struct intern *intern_new(void) MUST_USE;
void intern_free(struct intern *t);  /* NULL is a no-op */
void intern_clear(struct intern *t); /* empty, ids count from 0 again; keeps the room */

uint32_t intern_add(struct intern *t, str s);        /* the id, new or known */
uint32_t intern_find(const struct intern *t, str s); /* INTERN_NONE when it is not there */
str intern_str(const struct intern *t, uint32_t id); /* NUL-terminated */
uint32_t intern_count(const struct intern *t);

static inline void intern_freep(struct intern **t)
{
    intern_free(*t);
}
