/* json_format.h - the parts of the JSON format. Private to formats/json_*.c. */
#pragma once

#include "event/event.h"
#include "formats/format.h"
#include "formats/json_replay.h"
#include "text/json.h"

/* The cutter: see json_split.h for where it cuts. */
void *json_cutter_new(void);
void json_cutter_free(void *cutter);
void json_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret);

/* The members of the object that was just opened, as fields of ev (see event.h), up to and with
 * its end. False at an error: j says which. `seed` is for a hash table of names. With `raw` strings
 * stay as they stand in the text, with FIELD_RAW. */
bool json_flatten(struct json *j, struct event *ev, uint64_t seed, bool raw, struct arena *a);

/* Learns the shape of an object whose event is `settled`: makes the event once more, as replay
 * would, and has both compared. */
void json_learn(struct shape_book *shapes, struct json_book *book, uint64_t seed,
                const struct event *settled, struct arena *a);

/* The decoder: see json_format.c. */
void *json_open(const struct format *self);
void json_feed(void *decoder, struct batch *b, const struct decode_sink *out);
void json_close(void *decoder);

/* What JSON has in common, whichever product it is listed for. */
#define JSON_PARTS                                                                                 \
    .cutter_new = json_cutter_new, .cutter_free = json_cutter_free, .cut = json_cut,               \
    .open = json_open, .feed = json_feed, .close = json_close
