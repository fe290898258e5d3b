/*
 * line_cursor.h - the records of a batch of text, for formats whose record is a
 * line: the batch's spans where there are any, otherwise its lines. Private to
 * formats/.
 */
#pragma once

#include "formats/format.h"

struct line_cursor {
    const struct batch *batch;
    uint64_t next; /* the next record's number, counted from 0 in the batch */
    size_t at;     /* of lines: where it begins */
};

struct line_record {
    str text;        /* without the line's end: one newline, and one carriage return before it */
    size_t at;       /* of text.p in the batch's data */
    uint64_t number; /* local to the batch, from 0 */
};

void line_cursor_init(struct line_cursor *c, const struct batch *b);

/* The next record that is not empty; empty ones are counted and passed over. False at the end: then
 * c->next is the number of records, the batch's units. */
bool line_cursor_next(struct line_cursor *c, struct line_record *ret);

/* What event.from and a problem say of a record. */
struct provenance line_provenance(const struct batch *b, const struct line_record *line);
struct problem line_problem(const struct batch *b, const struct line_record *line,
                            enum problem_kind kind, const char *why);

/* The cutter of such formats: whole lines. It has no state. */
void *line_cutter_new(void);
void line_cutter_free(void *cutter);
void line_cut(void *cutter, str pending, size_t seen, enum cut_mode mode, struct cut *ret);
