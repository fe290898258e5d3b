/*
 * code_template.h - templates of devices whose messages carry the name of their sort: "302013",
 * "SEC_LOGIN-LOGIN_SUCCESS", "RT_FLOW_SESSION_DENY". A text is tried with those of its code alone,
 * so that a catalogue of hundreds costs no more than one of three.
 */
#pragma once

#include "message/template.h"

struct code_row {
    const char *code; /* rows of one code stand beside each other */
    struct template_row row;
};

struct code_template;

/* Rows outlive it. Those of a code are compiled when its first message comes. */
struct code_template *code_template_new(const struct code_row *rows, size_t count) MUST_USE;
void code_template_free(struct code_template *t); /* NULL is a no-op */

/* As template_match_part(), with the rows of the code. Rows are written without the full stop that
 * many messages end in; it belongs to the value only where a row ends in {name*}. An empty code is
 * any. */
const struct template_row *code_template_match(struct code_template *t, struct message *m, str code,
                                               str text);
