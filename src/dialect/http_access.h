/*
 * http_access.h - lines of access logs in the Common Log Format and its relatives, as Apache, nginx
 * and many others write them:
 *
 *   [VHOST[:PORT]] CLIENT IDENT USER [TIME] "REQUEST" STATUS BYTES ["REFERER" "AGENT" [MORE]]
 *
 * CLIENT may be a list of addresses, as X-Forwarded-For has it; BYTES, IDENT or USER may be absent.
 *
 * Native names are those of W3C's extended log format, as Sigma's rules for web servers use them:
 *   c-ip, ident, cs-username, request, cs-method, cs-version, sc-status, sc-bytes, cs-referer,
 *   cs-user-agent, cs-host, s-port
 *   c-uri, cs-uri-query   the target as it was asked for, path and query
 *   cs-uri-stem           the target without its query
 * and time_local, x-forwarded-for, request_id, and more: what stands behind the agent; of Traefik
 * and ingress-nginx its parts by the names of their manuals. A request that is none of HTTP has no
 * cs-method and no cs-version.
 *
 * A client chooses user, request, referer and agent; servers escape double quotes in them, so the
 * first double quote begins the request, and the brackets before it are the time's.
 */
#pragma once

#include "message/dialect.h"
#include "message/syslog_time.h"

enum { HTTP_STAMP_BYTES = 26 }; /* "24/Nov/2026:10:00:00 +0100" */

/* The last time that was read, which many lines in a row have. All zero at first. */
struct http_access_clock {
    char stamp[HTTP_STAMP_BYTES];
    struct syslog_time time;
};

/* The base of kinds of access lines: columns, activity, and the outcome by the status. */
extern const struct kind http_access_kind;

/* May the text be such a line? Looks at some bytes. */
bool http_access_sniff(str text);
/* Reads the message's text; the kind is the caller's. False: it is none, and nothing was added. */
bool http_access_read(struct http_access_clock *c, struct message *m);

/* For other access logs: the parts of "GET /a?b HTTP/1.1", with the request itself. True when it is
 * one of HTTP; else the target is all of it. */
bool http_request_add(struct message *m, str request);
/* The parts of a request whose method and target are known; version may be empty. */
void http_target_add(struct message *m, str target);
/* What rules for proxies ask for beyond: cs-uri, c-uri-query, c-uri-extension. Returns a number of
 * which of the last two there are, below HTTP_PROXY_KINDS. */
enum { HTTP_PROXY_KINDS = 4 };
uint32_t http_proxy_add(struct message *m, str uri);
/* Matches the whole text by templates whose holes have the names above, and adds the parts of the
 * `request` or, where there is none, of the c-uri that they found. */
bool http_template_match(const struct template_set *s, struct message *m);
/* Of several addresses that proxies passed on, the last that is public, as a client can put any
 * before it; the last when none is. */
str http_forwarded_client(str list);
