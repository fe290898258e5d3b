/* column_value.h - native values in the common columns' types. Private to event/. */
#pragma once

#include "base/arena.h"

/* Is it a value at all, and not "-", "N/A", "(null)", "none"? */
bool column_has_value(str s);
/* An address in the text of RFC 5952, an IPv4-mapped one as IPv4; .p is NULL when it is none. */
str column_ip(str s, struct arena *a);
/* A whole number without leading zeros; .p is NULL when it is none that 64 bits hold. */
str column_int(str s, struct arena *a); /* decimal; or hexadecimal with "0x" */
bool column_hex(str s, uint64_t *ret);  /* with or without "0x", of 64 bits */
/* An IP protocol's number as its name ("6": "tcp"), a name in lower case. */
str column_protocol(str s, struct arena *a);
str column_lower(str s, struct arena *a);
