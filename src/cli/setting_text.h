/* setting_text.h - a table of settings, as a list for people or as objects of JSON. */
#pragma once

#include "base/buf.h"
#include "text/json_write.h"
#include "text/setting.h"

/* `w` may be NULL: as text, a row a line; else one object each, into the array that is open. */
void setting_rows_add(struct buf *out, struct json_writer *w, const struct setting *rows,
                      uint32_t count);
