/* exim_line.h - the parts of Exim's log lines. Private to dialect/. */
#pragma once

#include "message/hole.h"
#include "dialect/mail_text.h"

/* "[712] " and "1abcde-000001-AB " in front: exim_pid and queue_id. */
void exim_take_ids(struct message *m, str *s);
bool exim_has_id(str s);
/* "host (helo) [ip]:port", each but the address left out at will: src_host, helo, src_ip, src_port.
 * False: it is none, and nothing is taken. */
bool exim_take_host(struct message *m, str *s);
/* " I=[ip]:port P=esmtp X=.. F=<a> T="text"" up to the first word that is none; with the names that
 * Exim gives them; and dst_ip, dst_port (I), user (A, U), subject (T). */
void exim_take_fields(struct message *m, str *s);
/* The same with a host (H=) among them, which is the source or the destination. */
void exim_take_all(struct message *m, str *s, bool source);
