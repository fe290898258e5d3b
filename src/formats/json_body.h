/*
 * json_body.h - a JSON object that another format's record carries, by the same
 * shapes as records of the JSON format. Private to formats/.
 */
#pragma once

#include "event/event.h"

struct json_body; /* what was learned of such objects; for one thread */

struct json_body *json_body_new(void) MUST_USE;
void json_body_free(struct json_body *b); /* NULL is a no-op */

/*
 * The object that is all of `text`, as an event: fields, codec, and where its shape tells
 * them, the time and the log sources. False when it is not one object; ev then means
 * nothing. With `lazy` values may be raw and fields the body's own until the next call;
 * those of a layout other than 0 are no more than JSON_SHAPE_FIELDS_MAX. SIMD_PADDING bytes behind
 * text are then readable.
 */
bool json_body_read(struct json_body *b, str text, bool lazy, struct event *ev, struct arena *a);
