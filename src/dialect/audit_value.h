/* audit_value.h - values of the audit log that are written in hexadecimal. Private to
 * message/audit_*.c. */
#pragma once

#include "base/arena.h"

/* Is the text hexadecimal as the kernel writes it: digits in pairs, letters in upper case? */
bool audit_is_hex(str s);
/* The bytes of it, which is audit_is_hex(); `out` has room for half of its length. */
size_t audit_unhex(str hex, char *out);

/* A socket's address (struct sockaddr of a little-endian machine). `family` is as auditd names it:
 * "inet", "inet6", "local", "netlink"; empty when it is none of these. */
struct audit_socket {
    str family, address, port, path;
};
void audit_socket_read(str hex, struct audit_socket *ret, struct arena *a);
