/*
 * litespeed.c - the error logs of LiteSpeed and OpenLiteSpeed; their access logs are of web_access:
 *
 *   2026-11-24 10:00:00.123456 [INFO] [712] [192.0.2.7:50022-5#vhost] User 'alice' failed to
 *   authenticate.
 */
#include "dialect/web_error.h"

static const struct column_constant error_log[] = {{S("litespeed.error"), COLUMN_event_dataset},
                                                   {S(""), 0}};

static const struct kind kind_notice = WEB_ERROR_KIND(notice, "litespeed", error_log);
static const struct kind kind_logon = WEB_ERROR_KIND(logon, "litespeed", error_log);
static const struct kind kind_request = WEB_ERROR_KIND(request, "litespeed", error_log);
static const struct kind kind_waf = WEB_ERROR_KIND(denied, "litespeed", error_log);

#define FRONT "{:time} [{level}] [{pid:int}] "
#define CLIENT FRONT "[{src_ip:ip}:{src_port:int}-{connection:int}[[#{vhost}||]]] "

static const struct template_row rows[] = {
    {CLIENT "User '{user*}' failed to authenticate.", &kind_logon},
    {FRONT "[{connection}] [STDERR] [WebAdmin Console] Failed Login Attempt - username:{user*} ip:"
           "{src_ip:ip} url:[[{url*}||]]",
     &kind_logon},
    {CLIENT "[ACL] {error*}", &kind_waf},
    {CLIENT "mod_security rule {error*}", &kind_waf},
    {CLIENT "[ERROR] {error*}", &kind_request},
    {CLIENT "{error*}", &kind_notice},
    {FRONT "[{connection}] {error*}", &kind_notice},
    {FRONT "{error*}", &kind_notice},
};

/* "2026-11-24 10:00:00.123456 [INFO] [" */
static int sniff(str text)
{
    enum { LIKELY = 75, STAMP_BYTES = 26 };
    str rest = str_from_at(text, STAMP_BYTES);
    const char *end = rest.n > 2 && text.p[4] == '-' && text.p[STAMP_BYTES - 7] == '.' &&
                              rest.p[0] == ' ' && rest.p[1] == '['
                          ? memchr(rest.p, ']', rest.n)
                          : NULL;

    return end && str_starts(str_from_at(rest, (size_t)(end - rest.p)), S("] [")) ? LIKELY : 0;
}

const struct dialect dialect_litespeed = {
    .name = "litespeed",
    .summary = "LiteSpeed and OpenLiteSpeed: their error logs",
    .sample = "2026-11-24 10:00:00.123456 [INFO] [712] [192.0.2.7:50022-5#Example] User 'alice' "
              "failed to authenticate.",
    .kind = &kind_notice,
    .sources = {{.product = S(""), .category = S("webserver"), .service = S("")}},
    .not_linux = true,
    .programs = {S("litespeed"), S("openlitespeed"), S("lshttpd")},
    .sniff = sniff,
    .bare = true,
    .templates = rows,
    .template_count = countof(rows),
};
