/*
 * audit_book.h - what is known of Linux's audit log: types of records, names of fields and numbers
 * of system calls, as tables that are looked up in. Private to dialect/audit_*.c and its users.
 */
#pragma once

#include "base/str.h"
#include "event/kind.h"

enum audit_field_how {
    AUDIT_PLAIN,
    AUDIT_ENCODED, /* quoted, or hexadecimal where the text has blanks, quotes or controls */
    AUDIT_NUMBER,
};

/* Where a record stands among those of its event: all have its node, time and serial. */
enum audit_role {
    AUDIT_ONE_OF, /* more may follow */
    AUDIT_LAST,   /* PROCTITLE: none follows */
    AUDIT_SINGLE, /* an event of its own: what programs and the audit daemon tell */
    AUDIT_END,    /* EOE: tells nothing else */
};

struct audit_type {
    str name; /* "SYSCALL" */
    uint32_t number;
    const struct kind *kind;
};

enum { AUDIT_FIELDS_MAX = 192 };

struct audit_field {
    str name;
    uint8_t how, id; /* enum audit_field_how; below AUDIT_FIELDS_MAX */
};

struct audit_call {
    str name;                /* "execve" */
    const struct kind *kind; /* NULL: nothing that is told apart */
};

struct audit_book;
struct audit_book *audit_book_new(void) MUST_USE;
void audit_book_free(struct audit_book *b); /* NULL is a no-op */

/* By its name, or by "1400" and "UNKNOWN[1400]"; NULL: not known. */
const struct audit_type *audit_type_of(const struct audit_book *b, str name);
enum audit_role audit_role_of(const struct audit_type *type); /* NULL: AUDIT_ONE_OF */
const struct audit_field *audit_field_of(const struct audit_book *b,
                                         str name); /* NULL: not known */
/* `arch` as the log has it: "c000003e"; the name of it in *ret_arch. NULL: not known. */
const struct audit_call *audit_call_of(const struct audit_book *b, str arch, str number,
                                       str *ret_arch);
