/* web_access.c - lines of access logs that say nothing of which server wrote them; see
 * http_access.h. */
#include "base/mem.h"
#include "dialect/http_access.h"

#include <stdlib.h>

static const struct kind kind_web = {.base = &http_access_kind, .format = "web_access"};

static int sniff(str text)
{
    enum { LIKELY = 70 };

    return http_access_sniff(text) ? LIKELY : 0;
}

static void *open(const struct dialect *self)
{
    (void)self;
    return mem_alloc(sizeof(struct http_access_clock));
}

static bool read(void *state, struct message *m)
{
    return http_access_read(state, m);
}

const struct dialect dialect_web_access = {
    .name = "web_access",
    .summary = "access logs in the Common or the Combined Log Format and its relatives: Apache, "
               "nginx, lighttpd, Traefik, Varnish, Tomcat and others",
    .sample = "192.0.2.7 - alice [24/Nov/2026:10:00:00 +0100] \"GET /a?b=1 HTTP/1.1\" 200 2326 "
              "\"https://www.example.com/\" \"curl/8.5.0\"",
    .kind = &kind_web,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")}},
    .not_linux = true,
    .programs = {S("varnishncsa"), S("gunicorn"), S("tomcat"), S("catalina"), S("caddy"),
                 S("traefik"), S("access_log"), S("access-log")},
    .sniff = sniff,
    .bare = true,
    .read = read,
    .open = open,
    .close = free,
};
