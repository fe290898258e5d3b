/*
 * proftpd.c - ProFTPD's log: "server (client.example.com[192.0.2.7]) - text", in syslog and in its
 * SystemLog.
 *
 * The client's name and address are in front of all that it writes. A user that it asks for ends
 * at the last place where the rest fits.
 */
#include "dialect/mail_text.h"
#include "dialect/pam_text.h"
#include "message/stamped.h"

#include <string.h>

static const struct column_rule columns[] = {PAM_COLUMN, {.field = S("")}};
static const struct column_constant constants[] = {
    {S("ftp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_proftpd = {
    .format = "proftpd", .activity = ACTIVITY_ftp, .columns = columns, .constants = constants};
static const struct kind kind_connect = {.base = &kind_proftpd,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_disconnect = {.base = &kind_proftpd,
                                            .action = "disconnect",
                                            .activity = ACTIVITY_flow_close,
                                            .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login = {.base = &kind_proftpd,
                                       .action = "ftp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_proftpd,
                                              .action = "ftp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_refused = {.base = &kind_proftpd,
                                         .action = "refuse",
                                         .activity = ACTIVITY_flow_refuse,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_timeout = {.base = &kind_proftpd,
                                         .action = "timeout",
                                         .activity = ACTIVITY_flow_fail,
                                         .outcome = OUTCOME_FAILURE};

static const struct template_row templates[] = {
    PAM_FAILURE_ROWS("proftpd", &kind_login_failed),
    {"USER {user*} (Login failed): {reason*}", &kind_login_failed},
    {"USER {user*}: no such user found from {:text}[{:ip}] to {dst_ip:ip}:{dst_port:int}",
     &kind_login_failed},
    {"USER {user*}: Login successful[[.||]]", &kind_login},
    {"ANONYMOUS {user*}: Login successful[[.||]]", &kind_login},
    {"ANON {user*}: Login successful[[.||]]", &kind_login},
    {"SECURITY VIOLATION: {user*} login attempted[[.||]]", &kind_login_failed},
    {"Maximum login attempts ({count:int}) exceeded[[, {reason*}||]]", &kind_login_failed},
    {"Connection from {:text}[{:ip}] denied[[.||]]", &kind_refused},
    {"Connection refused ({reason*})[[.||]]", &kind_refused},
    {"FTP session opened[[.||]]", &kind_connect},
    {"FTP session closed[[.||]]", &kind_disconnect},
    {"SSH2 session opened[[.||]]", &kind_connect},
    {"SSH2 session closed[[.||]]", &kind_disconnect},
    {"FTP login timed out, disconnected", &kind_timeout},
    {"FTP no transfer timeout, disconnected", &kind_timeout},
    {"FTP session idle timeout, disconnected[[.||]]", &kind_timeout},
    {"ProFTPD {version} {reason*}", NULL},
    {"{reason*}", NULL},
};

/* "server (name[ip]) - " or "server (name[ip]): " in front. */
static bool take_front(struct message *m, str *s)
{
    const char *open = str_find(*s, S(" ("));
    struct mail_peer peer;

    if (!open || memchr(s->p, ' ', (size_t)(open - s->p)))
        return false;
    str rest = str_from_at(*s, (size_t)(open - s->p) + 2);
    if (!mail_take_peer(&rest, &peer)) { /* a name that could not be resolved */
        const char *end = memchr(rest.p, ')', rest.n);
        if (!end)
            return false;
        rest = str_from_at(rest, (size_t)(end - rest.p));
        peer = (struct mail_peer){0};
    }
    if (str_starts(rest, S(") - ")))
        rest = str_from_at(rest, 4);
    else if (str_starts(rest, S("): ")))
        rest = str_from_at(rest, 3);
    else
        return false;
    message_add(m, S("server"), (str){s->p, (size_t)(open - s->p)});
    if (peer.ip.n)
        mail_put_source(m, &peer);
    *s = rest;
    return true;
}

static bool read(void *state, struct message *m)
{
    str s = m->text;

    (void)take_front(m, &s);
    return template_match_part(state, m, s) != NULL;
}

const struct dialect dialect_proftpd = {
    .name = "proftpd",
    .summary = "ProFTPD: FTP logons, their failures, sessions",
    .sample = "Nov 24 10:00:00 ftp1 proftpd[712]: ftp1 (pc.example.com[192.0.2.7]) - USER alice "
              "(Login failed): Incorrect password",
    .kind = &kind_proftpd,
    .programs = {S("proftpd")},
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
