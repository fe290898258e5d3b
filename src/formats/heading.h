/*
 * heading.h - the names of columns that a line of a log gives for the lines behind it, and the
 * events of such lines. Private to formats/.
 */
#pragma once

#include "base/buf.h"
#include "formats/line_cursor.h"

enum { HEADING_COLUMNS_MAX = 512, HEADING_BYTES_MAX = 64 * 1024 };

struct heading {
    struct buf text; /* what the names are slices of */
    str names[HEADING_COLUMNS_MAX];
    uint32_t count;
    bool given; /* a line has named columns */
};

void heading_init(struct heading *h);
void heading_done(struct heading *h);
/* Takes the names that `separator` parts in `line`, which may go away afterwards. A separator of a
 * blank stands for any number of them. Empty names, and those beyond the limit, get numbers. */
void heading_set(struct heading *h, str line, str separator);
/* str_cut() by a text, which is not empty: what stands before its first place, *rest what follows;
 * *ret_more is whether it was there. */
str heading_cut(str *rest, str separator, bool *ret_more);
/* What a column without a name is called: "column_7", counted from 1. */
str heading_name(const struct heading *h, uint32_t column, struct arena *a);

/* An event of the line with room for `fields`, all else empty; text that is no UTF-8 is mended. */
struct event *heading_event(const struct batch *b, const struct line_record *line,
                            uint32_t fields) MUST_USE;
/* Tells what is wrong with a line. */
void heading_report(const struct batch *b, const struct line_record *line,
                    const struct decode_sink *out, const char *why);
