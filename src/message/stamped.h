/*
 * stamped.h - what dialects share whose files hold lines "TIME MESSAGE", and which syslog carries
 * without that time: the time is taken off the front and templates tell the rest. Private to
 * message/.
 *
 * A dialect of this kind sets .templates, .read = stamped_read, .open = stamped_open and .close =
 * stamped_close; one whose lines have more than a time in front has a read of its own, which calls
 * stamped_take() and stamped_match().
 */
#pragma once

#include "message/dialect.h"

/* The state is the set of the dialect's templates. */
void *stamped_open(const struct dialect *self);
void stamped_close(void *state);

/* The time at the front of *text, perhaps in brackets, is taken off with the blanks behind it;
 * empty when there is none. */
str stamped_take(str *text);
/* What stands behind such a time; the text itself when it begins with none. */
str stamped_rest(str text);
/* The first bytes of a text: where a sniff looks for a word before it reads a time. */
str stamped_front(str text);
/* Has the templates tell `rest`, as if it were the text: m->layout is set; and the time, unless it
 * is empty, becomes the record's. */
bool stamped_match(const struct template_set *set, struct message *m, str time, str rest);
/* A time, if there is one, and the templates for the rest. */
bool stamped_read(void *state, struct message *m);
