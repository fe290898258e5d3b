/* mail_text.h - what mail servers write alike: addresses in angle brackets, and the other side of a
 * connection as "name[192.0.2.1]:25". Private to dialect/. */
#pragma once

#include "message/dialect.h"

struct mail_peer {
    str name; /* empty, or "unknown", when it has none */
    str ip, port;
};

/* "<address>" at the front of *s, taken off: true, and the address. What stands in double quotes in
 * it may hold a bracket. */
bool mail_take_path(str *s, str *ret);
/* "name[ip]", "name [ip]", "[ip]", "ip", and ":port" behind it, taken off the front of *s. */
bool mail_take_peer(str *s, struct mail_peer *ret);
/* It becomes src_host, src_ip and src_port; or those of the destination. */
void mail_put_source(struct message *m, const struct mail_peer *peer);
void mail_put_destination(struct message *m, const struct mail_peer *peer);

/* For kind.refine: "unknown" is no name of a host; what is a protocol of mail is none of
 * transport. */
void mail_refine(const struct event *ev, struct columns *c, struct arena *a);
