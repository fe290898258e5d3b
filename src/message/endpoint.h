/*
 * endpoint.h - one side of a connection as Cisco's firewalls write it: interface, address, port,
 * and perhaps what it is translated to and who is behind it.
 *
 *   outside:192.0.2.7/443            interface, address, port
 *   192.0.2.7/443, fw1.example.com   without an interface, without a port
 *   inside:198.51.100.4/50123 (192.0.2.1/2048)(EXAMPLE\alice, 12)
 *   inside/198.51.100.4(50123)       as access lists write it
 *
 * For the hole {name:endpoint} of templates.
 */
#pragma once

#include "base/str.h"

struct message;

/* Bytes of one at the front; 0: there is none. */
size_t endpoint_length(str s);
/* Adds the parts that there are as fields: of "src" in_interface, src_ip or src_host, src_port or
 * service, nat_src_ip, nat_src_port and src_user; of "dst" out_interface, dst_ip ... */
void endpoint_add(struct message *m, str side, str text);
