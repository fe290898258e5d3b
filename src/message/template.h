/*
 * template.h - free text with holes: how messages of programs are told in tables.
 *
 *   "Failed {auth_method} for invalid user {user*} from {src_ip:ip} port {src_port:int} ssh2"
 *
 * A template is the whole text. Literals match byte for byte. A hole is {name:type}:
 *   word    (the default) one or more bytes without blanks
 *   ip      an IPv4 or IPv6 address, perhaps in brackets or with a zone, which are not part of it
 *   host    an address or a name: letters, digits, . - _ : (no brackets)
 *   int     decimal digits, perhaps a minus sign
 *   hex     hexadecimal digits, perhaps with 0x
 *   num     digits, one point, digits
 *   text    any bytes, perhaps none, as few as let the rest match
 *   quoted  what stands in double or single quotes, without them; \" stays as it stands
 *   time    a time as message_time_text() reads it: it becomes the record's, and no field
 *   endpoint  {src:endpoint} and {dst:endpoint}: a side of a connection in Cisco's words, which
 *           becomes several fields (endpoint.h)
 * and {name*} is any bytes, as many as let the rest match: for what a remote party writes.
 * A hole without a name ({:int}) is matched and dropped. "{{" is a brace. One part in brackets with
 * a bar, "[[ port {src_port:int}||]]", stands or is absent: "[[a||b]]" is either a or b, tried in
 * that order; they do not nest.
 *
 * Of two templates that match a text the earlier row wins. Matching does no more than
 * TEMPLATE_STEPS_MAX steps a text and row, which bounds hostile input; a row that needs more does
 * not match.
 */
#pragma once

#include "event/kind.h"

enum {
    TEMPLATE_PARTS_MAX = 64,
    TEMPLATE_STEPS_MAX = 4096,
};

struct template_row {
    const char *text;
    const struct kind *kind; /* NULL: the dialect's */
};

struct message;
struct template_set;

/* Compiles rows, which outlive the set. Aborts on a wrong template: they are our own constants. */
struct template_set *template_set_new(const struct template_row *rows, size_t count) MUST_USE;
void template_set_free(struct template_set *s); /* NULL is a no-op */

/* The first row that matches the message's text: its holes become fields of the event, m->layout is
 * its number and its kind is the event's. NULL, and nothing is changed, when none does. */
const struct template_row *template_match(const struct template_set *s, struct message *m);
/* The row of m->layout. */
const char *template_text(const struct template_set *s, uint32_t layout);
/* The same for a part of the text, and without m->layout. */
const struct template_row *template_match_part(const struct template_set *s, struct message *m,
                                               str part);
