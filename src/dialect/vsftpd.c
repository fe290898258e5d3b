/*
 * vsftpd.c - vsftpd's own log, in its file and in syslog (vsftpd.conf(5), log_ftp_protocol and
 * xferlog_std_format=NO).
 *
 *   Tue Nov 24 10:00:00 2026 [pid 712] [alice] FAIL LOGIN: Client "192.0.2.7"
 *
 * A user that fails to log on is whatever the client sends, and ends at the last place where the
 * rest fits. Of one that did log on, and whose paths stand behind the address, the name is the
 * system's, without brackets.
 */
#include "dialect/pam_text.h"
#include "message/stamped.h"

static const struct column_rule columns[] = {
    PAM_COLUMN,
    {S("Client"), COLUMN_source_ip, VIA_ADDRESS},
    {S("operation"), COLUMN_event_action, VIA_LOWER},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("ftp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_vsftpd = {
    .format = "vsftpd", .activity = ACTIVITY_ftp, .columns = columns, .constants = constants};
static const struct kind kind_connect = {.base = &kind_vsftpd,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login = {.base = &kind_vsftpd,
                                       .action = "ftp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_vsftpd,
                                              .action = "ftp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_done = {.base = &kind_vsftpd, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_failed = {.base = &kind_vsftpd, .outcome = OUTCOME_FAILURE};
static const struct kind kind_refused = {
    .base = &kind_vsftpd, .action = "refuse", .outcome = OUTCOME_FAILURE};

#define USER "[[[{user:text}] ||]]"

static const struct template_row templates[] = {
    PAM_FAILURE_ROWS("vsftpd", &kind_login_failed),
    {"CONNECT: Client \"{Client:ip}\"[[, {reason*}||]]", &kind_connect},
    {"[{user*}] FAIL LOGIN: Client \"{Client:ip}\"", &kind_login_failed},
    {"[{user*}] FAIL LOGIN: Client \"{Client:ip}\", anon password \"{password*}\"",
     &kind_login_failed},
    {"[{user*}] OK LOGIN: Client \"{Client:ip}\"", &kind_login},
    {"[{user*}] OK LOGIN: Client \"{Client:ip}\", anon password \"{password*}\"", &kind_login},
    {USER "FTP response: Client \"{Client:ip}\", \"530 {reason*}\"", &kind_login_failed},
    {USER "FTP response: Client \"{Client:ip}\", \"{reply:int}{reason*}\"", NULL},
    {USER "FTP command: Client \"{Client:ip}\", \"USER {name*}\"", NULL},
    {USER "FTP command: Client \"{Client:ip}\", \"{ftp_command*}\"", NULL},
    {USER "OK {operation}: Client \"{Client:ip}\", \"{file*}\", {size:int} bytes, {rate*}",
     &kind_done},
    {USER "OK {operation}: Client \"{Client:ip}\", \"{file*}\", {rate:num}Kbyte/sec", &kind_done},
    {USER "OK {operation}: Client \"{Client:ip}\", \"{file*}\"", &kind_done},
    {USER "FAIL {operation}: Client \"{Client:ip}\", \"{file*}\", {size:num} bytes, {rate*}",
     &kind_failed},
    {USER "FAIL {operation}: Client \"{Client:ip}\", \"{file*}\", {rate:num}Kbyte/sec",
     &kind_failed},
    {USER "FAIL {operation}: Client \"{Client:ip}\", \"{file*}\"", &kind_failed},
    {USER "DEBUG: Client \"{Client:ip}\", \"{reason*}\"", NULL},
    {"refused connection from {Client:ip}", &kind_refused},
};

/* A time and "[pid 712] ", which syslog's messages do not have. */
static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s), pid = {0};

    if (str_starts(s, S("[pid "))) {
        const char *end = str_find(s, S("] "));
        if (!end)
            return false;
        pid = (str){s.p + 5, (size_t)(end - s.p) - 5};
        s = str_from_at(s, pid.n + 7);
    }
    if (!stamped_match(state, m, time, s))
        return false;
    m->layout = 0; /* the number comes and goes */
    if (pid.n)
        message_add(m, S("pid"), pid);
    return true;
}

static int sniff(str text)
{
    if (!str_find(stamped_front(text), S("[pid ")))
        return 0;
    str s = stamped_rest(text);
    return str_starts(s, S("[pid ")) && str_find(s, S(": Client \"")) ? 90 : 0;
}

const struct dialect dialect_vsftpd = {
    .name = "vsftpd",
    .summary = "vsftpd: FTP logons, their failures, transfers",
    .sample = "Tue Nov 24 10:00:00 2026 [pid 712] [alice] FAIL LOGIN: Client \"192.0.2.7\"",
    .kind = &kind_vsftpd,
    .sources = {{.product = S("linux"), .service = S("vsftpd")}},
    .programs = {S("vsftpd")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
