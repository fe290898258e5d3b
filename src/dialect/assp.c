/*
 * assp.c - ASSP, the anti-spam SMTP proxy: "Nov-24-26 10:00:00 [Worker_1] [TLS-out] 192.0.2.7
 * text".
 */
#include "message/stamped.h"

#include <string.h>

static const struct kind kind_assp = {.format = "assp", .activity = ACTIVITY_mail};
static const struct kind kind_login_failed = {.base = &kind_assp,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_tls_failed = {
    .base = &kind_assp, .activity = ACTIVITY_tls, .outcome = OUTCOME_FAILURE};
static const struct kind kind_refused = {.base = &kind_assp,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};

static const struct template_row templates[] = {
    {"Blocking {src_ip:ip} - {reason*}", &kind_refused},
    {"{src_ip:ip} SSL negotiation with client failed: {reason*}", &kind_tls_failed},
    {"{src_ip:ip} max sender authentication errors ({count:int}) exceeded{reason*}",
     &kind_login_failed},
    {"{src_ip:ip} [SMTP Error] 535 {reason*}", &kind_login_failed},
    {"{src_ip:ip} [SMTP Error] {reply:int} {reason*}", &kind_refused},
    {"{src_ip:ip} <{from:text}> to: {to} [spam found]{reason*}", &kind_refused},
    {"{src_ip:ip} <{from:text}> to: {to} relay attempt blocked{reason*}", &kind_refused},
    {"{src_ip:ip} <{from:text}> to: {to} {reason*}", NULL},
    {"{src_ip:ip} {reason*}", NULL},
};

/* "[Worker_1] [TLS-out] " and a message's name, in front. */
static str skip_tags(str s)
{
    enum { TAGS_MAX = 4, ID_MAX = 24 };
    const char *first = s.n ? memchr(s.p, ' ', s.n < ID_MAX ? s.n : ID_MAX) : NULL;
    str id = {s.p, first ? (size_t)(first - s.p) : 0};

    if (id.n && s.p[0] != '[' && memchr(id.p, '-', id.n)) /* "m1-25391-06124" */
        s = str_from_at(s, id.n + 1);

    for (int i = 0; i < TAGS_MAX && s.n && s.p[0] == '['; i++) {
        const char *end = str_find(s, S("] "));
        if (!end)
            break;
        s = str_from_at(s, (size_t)(end - s.p) + 2);
    }
    return s;
}

static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s);

    return stamped_match(state, m, time, skip_tags(s));
}

/* "Nov-24-26 10:00:00", which is ASSP's alone. */
static int sniff(str text)
{
    str s = text;

    return s.n > 9 && s.p[3] == '-' && s.p[6] == '-' && s.p[9] == ' ' && stamped_take(&s).n ? 80
                                                                                            : 0;
}

const struct dialect dialect_assp = {
    .name = "assp",
    .summary = "ASSP: failed logons, refused mail",
    .sample = "Nov-24-26 10:00:00 [Worker_1] [TLS-out] 192.0.2.7 [SMTP Error] 535 5.7.8 Error: "
              "authentication failed",
    .kind = &kind_assp,
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
