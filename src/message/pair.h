/*
 * pair.h - texts of names and values: "name=value name="a value" ...", as firewalls and logfmt
 * write them. Private to message/.
 *
 * A name is what stands before the first '=' (or another mark), without blanks. A value ends at the
 * separator, or, in double quotes, at the next quote that no backslash stands before; \" and \\ in
 * it are what they stand for. What has no mark is a word without a name.
 *
 * A name that comes twice: the first value is the field's, the later ones are further elements of
 * it, as somebody who writes into a value can put "name=value" behind a product's own.
 */
#pragma once

#include "message/dialect.h"

struct pairs {
    str rest;
    char separator; /* ' ' is any run of blanks; of others blanks around are left out */
    char mark;      /* '=' or ':' */
};

/* The next pair. *ret_name is empty for a word without a name. *ret_escaped: the value has
 * backslashes that pair_value() resolves. False at the end. */
bool pair_next(struct pairs *p, str *ret_name, str *ret_value, bool *ret_escaped);
/* A value without backslashes before quotes and backslashes. */
str pair_value(str raw, bool escaped, struct arena *a);

/* Names that were added, as far as a few bits tell. */
enum { PAIR_NAME_WORDS = 8 }; /* a power of two */
struct pair_names {
    uint64_t bits[PAIR_NAME_WORDS];
    uint32_t from; /* the first field of the record's own */
};

/* Begins with the fields that the event has. */
struct pair_names pair_names_of(const struct message *m);
/* Adds a field, or a further element of one that is there. */
void pair_add(struct message *m, struct pair_names *names, str name, str value);

enum { PAIRS_MAX = 1024 }; /* of one record */
/* Adds all pairs of a text. Returns how many; *ret_words (may be NULL) is the first run of words
 * without names up to the end of the text. */
uint32_t pairs_read(struct message *m, struct pair_names *names, struct pairs p, str *ret_words);
/* The value of a name in a text of pairs, as it stands; .p is NULL when it is not among the first
 * pairs that PAIRS_NEAR counts. */
enum { PAIRS_NEAR = 24 };
str pairs_find(struct pairs p, str name);
/* Does a text begin with NAME=, a name of letters, digits and few signs? Its length; else 0. */
size_t pair_begins(str text);
