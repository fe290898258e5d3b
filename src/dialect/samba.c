/*
 * samba.c - Samba: smbd's refusals, its authentication audit (auth_audit), and vfs_full_audit.
 *
 *   Auth: [SMB2,(null)] user [D]\[u] at [time] with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD]
 *       workstation [PC] remote host [ipv4:192.0.2.7:44890] mapped to [D]\[u]. local host [ipv4:..]
 *
 * Domain, user and workstation are the client's, and stand on both sides of its address, which
 * therefore counts only when there is one.
 */
#include "message/hole.h"
#include "message/stamped.h"

#include <string.h>

static const struct column_rule columns[] = {
    {S("status"), COLUMN_event_reason, VIA_TEXT},
    {S("operation"), COLUMN_event_action, VIA_TEXT},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("smb"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_samba = {
    .format = "samba", .activity = ACTIVITY_smb, .columns = columns, .constants = constants};
static const struct kind kind_login = {.base = &kind_samba,
                                       .action = "smb_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_samba,
                                              .action = "smb_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_refused = {.base = &kind_samba,
                                         .action = "refuse",
                                         .activity = ACTIVITY_flow_refuse,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_denied = {.base = &kind_samba, .outcome = OUTCOME_FAILURE};
static const struct kind kind_connect = {
    .base = &kind_samba, .action = "tree_connect", .outcome = OUTCOME_SUCCESS};
static const struct kind kind_done = {.base = &kind_samba, .outcome = OUTCOME_SUCCESS};

#define WHO "[{service:text},{description:text}] user [{domain*}]\\[{user*}] at [{:time}] "

static const struct template_row templates[] = {
    {"Auth: " WHO "with [{auth_method:text}] status [NT_STATUS_OK] workstation [{workstation*}] "
     "remote host [{remote:text}] became [{:text}]\\[{:text}] [{sid:text}]. local host "
     "[{local:text}]{detail*}",
     &kind_login},
    {"Auth: " WHO "with [{auth_method:text}] status [{status:text}] workstation [{workstation*}] "
     "remote host [{remote:text}] mapped to [{:text}]\\[{:text}]. local host "
     "[{local:text}]{detail*}",
     &kind_login_failed},
    {"Successful AuthZ: [{service:text},{description:text}] user [{domain*}]\\[{user*}] "
     "[{sid:text}] at [{:time}] Remote host [{remote:text}] local host [{local:text}]{detail*}",
     &kind_login},
    {"Denied connection from [[{src_host:host} ||]]({src_ip:ip})", &kind_refused},
    {"Denied connection from {src_host:host} [{src_ip:ip}]", &kind_refused},
    {"Permission denied{:text} user not allowed to delete,  pause, or resume print job. User name: "
     "{user*}. Printer name: {printer*}.",
     &kind_denied},
    {"{machine} ({remote:text}) connect to service {share} initially as user {user} "
     "(uid={uid:int}, "
     "gid={:int}) (pid {:int})",
     &kind_connect},
    {"{machine} ({remote:text}) closed connection to service {share}", NULL},
    {"{user}|{src_ip:ip}|{operation}|ok|{file*}", &kind_done},
    {"{user}|{src_ip:ip}|{operation}|fail ({reason:text})|{file*}", &kind_denied},
    {"{user}|{src_ip:ip}|{machine}|{share}|{operation}|ok|{file*}", &kind_done},
    {"{user}|{src_ip:ip}|{machine}|{share}|{operation}|fail ({reason:text})|{file*}", &kind_denied},
};

/* "ipv4:192.0.2.7:44890", "ipv6:2001:db8::7:44890" */
static void read_endpoint(struct message *m, str from, str ip_name, str port_name)
{
    str value = event_get(m->event, from);
    const char *colon;

    if (!value.n)
        return;
    (void)str_cut(&value, ':');
    colon = value.n ? memrchr(value.p, ':', value.n) : NULL;
    if (!colon)
        return;
    message_add(m, ip_name, (str){value.p, (size_t)(colon - value.p)});
    message_add(m, port_name, str_from_at(value, (size_t)(colon - value.p) + 1));
}

/* "[2026/11/24 10:00:00.123456,  0] ../lib/access.c:338(allow_access) " in front. */
static void skip_header(str *s)
{
    const char *end = s->n && s->p[0] == '[' ? str_find(stamped_front(*s), S("] ")) : NULL;

    if (!end)
        return;
    str rest = str_trim(str_from_at(*s, (size_t)(end - s->p) + 2)), behind = rest;
    if (str_find(str_cut(&behind, ' '), S(".c:")))
        *s = str_trim(behind);
}

static bool read(void *state, struct message *m)
{
    const str words = S("emote host ["); /* behind r or R */
    str s = m->text, time = stamped_take(&s);
    skip_header(&s);
    const char *first = str_find(s, words);

    if (first && hole_find_last(s, words) != first) {
        message_damage(m, "more than one remote host");
        return true;
    }
    if (!stamped_match(state, m, time, s))
        return false;
    m->layout = 0; /* ports come and go */
    read_endpoint(m, S("remote"), S("src_ip"), S("src_port"));
    read_endpoint(m, S("local"), S("dst_ip"), S("dst_port"));
    return true;
}

const struct dialect dialect_samba = {
    .name = "samba",
    .summary = "Samba: logons and their failures, refused connections, the audit of files",
    .sample = "Auth: [SMB2,(null)] user [WORKGROUP]\\[alice] at [Tue, 24 Nov 2026 10:00:00.1 UTC] "
              "with [NTLMv2] status [NT_STATUS_WRONG_PASSWORD] workstation [PC] remote host "
              "[ipv4:192.0.2.7:44890] mapped to [WORKGROUP]\\[alice]. local host "
              "[ipv4:198.51.100.1:445]",
    .kind = &kind_samba,
    .programs = {S("smbd"), S("nmbd"), S("winbindd"), S("samba"), S("smbd_audit")},
    .starts = {S("Auth: ["), S("Successful AuthZ: [")},
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
