/*
 * freeswitch.c - FreeSWITCH's log: SIP registrations and calls that failed.
 *
 *   2026-11-24 10:00:00.123456 96.03% [WARNING] sofia_reg.c:1720 SIP auth failure (INVITE) on sofia
 *       profile 'internal' for [100@198.51.100.1] from ip 192.0.2.7
 *
 * The address is last, behind what the caller calls itself.
 */
#include "message/hole.h"
#include "message/stamped.h"

#include <string.h>

static const struct kind kind_freeswitch = {.format = "freeswitch"};
static const struct kind kind_login_failed = {.base = &kind_freeswitch,
                                              .action = "sip_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_refused = {.base = &kind_freeswitch,
                                         .action = "call",
                                         .activity = ACTIVITY_flow_refuse,
                                         .outcome = OUTCOME_FAILURE};

static const struct template_row templates[] = {
    {"SIP auth failure ({sip_method}) on sofia profile '{profile:text}' for [{user*}] from ip "
     "{src_ip:ip}",
     &kind_login_failed},
    {"SIP auth challenge ({sip_method}) on sofia profile '{profile:text}' for [{user*}] from ip "
     "{src_ip:ip}",
     &kind_login_failed},
    {"Can't find user [{user*}] from {src_ip:ip}", &kind_login_failed},
    {"Can't find user [{user*}]", &kind_login_failed},
    {"IP {src_ip:ip} Rejected by acl \"{acl:text}\"[[.{detail*}||]]", &kind_refused},
    {"IP {src_ip:ip} Rejected by {acl} acl", &kind_refused},
    {"Rejected by acl \"{acl:text}\" from ip {src_ip:ip}", &kind_refused},
    {"{text*}", NULL},
};

/* "96.03% ", "[WARNING] ", "[SOFIA] ", "[sofia_reg.c:4130] " or "sofia_reg.c:1720 " */
static bool take_front(struct message *m, str *s)
{
    enum { TAGS_MAX = 4 };
    str level = {0}, file = {0}, percent;
    size_t n = hole_take(HOLE_NUM, *s, &percent);

    if (n && n + 1 < s->n && s->p[n] == '%' && s->p[n + 1] == ' ')
        *s = str_from_at(*s, n + 2);
    for (int i = 0; i < TAGS_MAX && s->n && s->p[0] == '['; i++) {
        const char *end = str_find(*s, S("] "));
        if (!end)
            return false;
        str tag = {s->p + 1, (size_t)(end - s->p) - 1};
        level = i == 0 ? tag : level;
        file = str_find(tag, S(".c")) ? tag : file;
        *s = str_trim(str_from_at(*s, tag.n + 3));
    }
    if (!level.n)
        return false;
    const char *blank = memchr(s->p, ' ', s->n);
    str word = {s->p, blank ? (size_t)(blank - s->p) : 0};
    if (!file.n && str_find(word, S(".c"))) {
        file = word;
        *s = str_from_at(*s, word.n + 1);
    }
    if (!file.n)
        return false;
    message_add(m, S("level"), level);
    message_add(m, S("source_file"), file);
    return true;
}

static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s);

    if (!take_front(m, &s) || !stamped_match(state, m, time, s))
        return false;
    m->layout = 0;
    return true;
}

static int sniff(str text)
{
    str s = text;

    if (!s.n || s.p[0] < '0' || s.p[0] > '9' || !str_find(stamped_front(s), S(".c:")))
        return 0;
    return stamped_take(&s).n && memchr(s.p, '[', s.n) ? 50 : 0;
}

const struct dialect dialect_freeswitch = {
    .name = "freeswitch",
    .summary = "FreeSWITCH: SIP registrations and calls that failed",
    .sample =
        "2026-11-24 10:00:00.123456 [WARNING] sofia_reg.c:1720 SIP auth failure (REGISTER) on "
        "sofia profile 'internal' for [100@198.51.100.1] from ip 192.0.2.7",
    .kind = &kind_freeswitch,
    .programs = {S("freeswitch")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
