/*
 * syslog_header.h - the envelope of a syslog record: RFC 5424 section 6, RFC 3164
 * section 4, and what devices and daemons send in place of them. Private to
 * formats/.
 *
 * Everything is a slice of the record. A part that is not there, or is the
 * NILVALUE "-", is empty.
 */
#pragma once

#include "base/arena.h"
#include "message/syslog_time.h"

enum {
    SYSLOG_PRIORITY_MAX = 191, /* facility 23, severity 7 */
    SYSLOG_HOSTNAME_MAX = 255, /* bytes, as RFC 5424 has it */
    SYSLOG_PROGRAM_MAX = 128,  /* bytes of a tag; RFC 3164 has 32, RFC 5424 48, senders more */
    SYSLOG_PID_MAX = 128,      /* bytes, as RFC 5424 has it */
    SYSLOG_PREFIXES_MAX = 3,   /* sequence numbers and names before a Cisco device's time */
};

struct syslog_header {
    int32_t priority;  /* -1: none, or none that is valid */
    str priority_text; /* empty: it was written as facility and severity */
    bool has_time, is_5424;
    struct syslog_time time;
    str hostname, program, pid, msgid;
    str structured; /* RFC 5424: all elements, with their brackets */
    str message;
    bool broken; /* the message is the whole record */
    bool sure;   /* its front is that of no other kind of text: see the format's sniff */
};

/*
 * NULL, or what is wrong. Of a record with a wrong priority all else is read; otherwise the whole
 * record is the message of one that is wrong, and only the priority stands.
 */
const char *syslog_header_read(str record, struct syslog_clock *c, struct syslog_header *ret);

/* One parameter of STRUCTURED-DATA, taken off the front of `elements`. *id is the element's name,
 * which is kept between calls and begins empty. A name without a value is an element that has no
 * parameters. `raw` may hold escapes. False at the end. */
bool syslog_param_next(str *elements, str *id, str *ret_name, str *ret_raw);
/* The value of a parameter: the slice itself, or a copy in a without backslashes. */
str syslog_param_value(str raw, struct arena *a);
