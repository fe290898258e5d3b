/*
 * socks_proxy.c - proxies for more than HTTP: 3proxy with its default format, and Dante.
 *
 *   24-11-2026 10:00:00 +0100 PROXY.3128 00004 - 192.0.2.7:50022 198.51.100.1:80 0 0 0 GET ...
 *   info: block(1): tcp/accept ]: 192.0.2.7.50022 198.51.100.1.1080: error after ...
 *
 * 3proxy writes no blank within a user's name. The last number of its code tells an error of
 * authentication (1 to 9) or of a connection; 0 is none.
 */
#include "message/dialect.h"

static void refine_code(const struct event *ev, struct columns *c, struct arena *a)
{
    uint64_t code;

    (void)a;
    if (!c->outcome && str_u64(event_get(ev, S("code")), &code))
        c->outcome = code ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
}

static const struct column_rule columns[] = {
    {S("request"), COLUMN_url_original, VIA_TEXT},
    {.field = S("")},
};

static const struct kind kind_3proxy = {
    .format = "3proxy",
    .action = "proxy_connection",
    .activity = ACTIVITY_flow,
    .columns = columns,
    .refine = refine_code,
};

#define THREE_PROXY                                                                                \
    "{:time} {service}.{listen_port:int} {code:int} {user} {src_ip:ip}:{src_port:int} "            \
    "{dst_ip:ip}:{dst_port:int} {src_bytes:int} {dst_bytes:int} {hops:int}"

static const struct template_row rows_3proxy[] = {
    {THREE_PROXY " {request*}", NULL},
    {THREE_PROXY, NULL},
};

/* "24-11-2026 10:00:00 +0100 PROXY." */
static int sniff_3proxy(str text)
{
    enum { SURE = 90, STAMP_BYTES = 26, NAME_MAX = 12 };
    str rest = str_from_at(text, STAMP_BYTES);
    size_t n = 0;

    if (rest.n < 4 || text.p[2] != '-' || text.p[5] != '-' || text.p[10] != ' ')
        return 0;
    while (n < rest.n && n < NAME_MAX && rest.p[n] >= 'A' && rest.p[n] <= 'Z')
        n++;
    return n && n < rest.n && rest.p[n] == '.' ? SURE : 0;
}

const struct dialect dialect_3proxy = {
    .name = "3proxy",
    .summary = "3proxy: connections through its proxies",
    .sample = "24-11-2026 10:00:00 +0100 PROXY.3128 00004 - 192.0.2.7:50022 198.51.100.1:80 0 0 0 "
              "GET http://www.example.com/ HTTP/1.1",
    .kind = &kind_3proxy,
    .sources = {{.product = S(""), .category = S("proxy"), .service = S("")}},
    .not_linux = true,
    .programs = {S("3proxy")},
    .sniff = sniff_3proxy,
    .bare = true,
    .templates = rows_3proxy,
    .template_count = countof(rows_3proxy),
};

static const struct kind kind_dante = {.format = "dante", .action = "notice"};
static const struct kind kind_logon = {
    .base = &kind_dante,
    .action = "proxy_logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_block = {
    .base = &kind_dante,
    .action = "proxy_block",
    .activity = ACTIVITY_flow_refuse,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_pass = {
    .base = &kind_dante,
    .action = "proxy_pass",
    .activity = ACTIVITY_flow,
    .outcome = OUTCOME_SUCCESS,
};

#define DANTE_ENDS                                                                                 \
    "({rule_number:int}): {proto}/{command} {state}: {src_ip:ip}.{src_port:int} "                  \
    "{dst_ip:ip}.{dst_port:int}"

static const struct template_row rows_dante[] = {
    {"{level}: block" DANTE_ENDS ": {:text}password authentication failed for user \"{user*}\"",
     &kind_logon},
    {"{level}: block" DANTE_ENDS ": {:text}uthentication failed{reason*}", &kind_logon},
    {"{level}: block" DANTE_ENDS ": {reason*}", &kind_block},
    {"{level}: block" DANTE_ENDS "{reason*}", &kind_block},
    {"{level}: pass" DANTE_ENDS " -> {target_ip:ip}.{target_port:int}{reason*}", &kind_pass},
    {"{level}: pass" DANTE_ENDS "{reason*}", &kind_pass},
    {"{level}: {reason*}", &kind_dante},
};

const struct dialect dialect_dante = {
    .name = "dante",
    .summary = "Dante: connections through its SOCKS proxy",
    .sample = "Nov 24 10:00:00 gw1 danted[712]: info: block(1): tcp/accept ]: 192.0.2.7.50022 "
              "198.51.100.1.1080: error after reading 1 byte in 1 second: system password "
              "authentication failed for user \"alice\"",
    .kind = &kind_dante,
    .sources = {{.product = S(""), .category = S("proxy"), .service = S("")}},
    .not_linux = true,
    .programs = {S("danted"), S("sockd")},
    .templates = rows_dante,
    .template_count = countof(rows_dante),
};
