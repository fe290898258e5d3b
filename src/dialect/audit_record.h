/*
 * audit_record.h - the front of a record of Linux's audit log:
 *
 *   node=web1 type=SYSCALL msg=audit(1795514400.123:4711): arch=c000003e syscall=59 ...
 *   audit: type=1400 audit(1795514400.123:4711): apparmor="DENIED" ...    in the kernel's log
 */
#pragma once

#include "dialect/audit_book.h"

struct audit_record {
    str node;  /* empty: the record names none */
    str type;  /* as it stands: "SYSCALL", "1400" */
    str stamp; /* "1795514400.123:4711": records of one event have the same; empty: there is none */
    str serial;
    int64_t time_ns;
    uint8_t time_digits;
    str body;                      /* behind the colon */
    const struct audit_type *kind; /* what is known of the type; NULL: nothing */
};

/* False when the text does not begin so. Everything is a slice of it. Without a book (NULL) nothing
 * is known of the type. */
bool audit_record_read(const struct audit_book *b, str text, struct audit_record *ret);
