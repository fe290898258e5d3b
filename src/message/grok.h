/*
 * grok.h - "%{IP:src_ip} %{NUMBER:bytes:int}": grok's patterns as PCRE2's.
 *
 *   %{NAME}              what NAME stands for: of the definitions given, else of grok_names.def
 *   %{NAME:field}        the same, and what it matches is the value of a field; "[a][b]" is a.b
 *   %{NAME:field:type}   type: text (the default), int, float
 *   (?<field>...)        PCRE2's own
 *
 * All else is PCRE2's language; its unnamed groups take nothing. Names of fields are as they stand,
 * dots and blanks among them.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum {
    GROK_DEPTH_MAX = 16,        /* of names within names */
    GROK_TEXT_MAX = 32 * 1024,  /* bytes of a pattern, spread out */
    GROK_FIELDS_MAX = 48,       /* of a pattern */
    GROK_FIELD_NAME_MAX = 128,  /* bytes */
    GROK_DEFINITIONS_MAX = 256, /* of a file */
};

enum grok_type { GROK_TEXT, GROK_NUMBER };

struct grok_definition {
    str name, text;
};

struct grok_field {
    str name;
    uint8_t type; /* enum grok_type */
};

struct grok {
    str regex;                 /* PCRE2's; the field f is the group GROK_GROUP f */
    struct grok_field *fields; /* in the order of their groups */
    uint32_t field_count;
};

#define GROK_GROUP "grok_" /* what a field's group is called, before its place */

/* Everything lives in a. err: the column is the place in `pattern`, from 1. */
bool grok_expand(str pattern, const struct grok_definition *definitions, uint32_t count,
                 struct arena *a, struct grok *ret, struct err *e) MUST_USE;

/* The rows of grok_names.def, for a list of them; .name is empty behind the last. */
struct grok_definition grok_name(uint32_t row);
