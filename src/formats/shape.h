/*
 * shape.h - the ways in which products write their events as JSON, and the names
 * that rules use for what is in them.
 *
 * shape_apply() recognises a flat record by the names in it and adds: the native
 * names (winlog.event_data.Image becomes Image as well), the time, and for
 * products other than Windows the log source. The record's own fields stay and
 * come first. Shapes are rows of shapes.def.
 */
#pragma once

#include "event/event.h"

/* The names that shapes look for, as one hash table, with room for one event's answers. A decoder
 * has one; it is for one thread. */
struct shape_book;

struct shape_book *shape_book_new(void) MUST_USE;
void shape_book_free(struct shape_book *book); /* NULL is a no-op */
void shape_apply(struct shape_book *book, struct event *ev, struct arena *a);
