/* text_format.h - formats whose records are lines of text: see text_decoder.c. Private to formats/.
 */
#pragma once

#include "formats/line_cursor.h"
#include "message/dialect.h"

void *text_open(const struct format *self);
void text_feed(void *decoder, struct batch *b, const struct decode_sink *out);
void text_close(void *decoder);

/* What they have in common; `dialect_row` is the one that all of their texts are of, or NULL. */
#define TEXT_FORMAT(format_name, dialect_row)                                                      \
    .name = format_name, .cutter_new = line_cutter_new, .cutter_free = line_cutter_free,           \
    .cut = line_cut, .open = text_open, .feed = text_feed, .close = text_close,                    \
    .dialect = dialect_row

extern const struct format format_syslog;
