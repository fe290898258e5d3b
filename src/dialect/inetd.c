/* inetd.c - xinetd and inetd, TCP wrappers, and the remote shells behind them. */
#include "message/dialect.h"

static const struct kind kind_inetd = {.format = "inetd"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_inetd, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(refused, "connection_refused", flow_refuse, FAILURE);
KIND(start, "service_started", flow_open, SUCCESS);
KIND(end, "service_ended", flow_close, UNTOLD);
KIND(session, "remote_shell", process_start, SUCCESS);
KIND(accepted, "login", logon, SUCCESS);
KIND(failed, "remote_shell", logon, FAILURE);
#undef KIND

static const struct template_row templates[] = {
    {"connection from {src_ip:ip} ({src_host:text}) at {:text}", &kind_start},
    {"connection from {src_ip:ip} ({src_host:text})", &kind_start},
    {"connection from {src_host:host} [{src_ip:ip}]", &kind_start},
    {"connection refused from {src_host:host} [{src_ip:ip}]", &kind_refused},
    {"FTP LOGIN REFUSED FROM {src_host:host} [{src_ip:ip}], {user*}", &kind_failed},
    {"FTP LOGIN FROM {src_host:host} [{src_ip:ip}], {user*}", &kind_accepted},
    {"FTP LOGIN FAILED FROM {src_host:host} [{src_ip:ip}], {user*}", &kind_failed},
    {"FTP LOGIN FROM {src_ip:host} as {user*}", &kind_accepted},
    {"ANONYMOUS FTP LOGIN FROM {src_host:host} [{src_ip:ip}], {user*}", &kind_accepted},
    {"ANONYMOUS FTP LOGIN FROM {src_ip:host}, {user*}", &kind_accepted},
    {"Kerberos authentication failed", &kind_failed},
    {"Authentication failed from {src_ip:ip} ({src_host:text}): {reason:text}", &kind_failed},
    {"Authentication failed from {src_ip:ip}[[: {reason:text}||]]", &kind_failed},
    {"FAIL: {service} {reason} from={src_ip:ip}", &kind_refused},
    {"FAIL: {service} {reason} from=<no address>", &kind_refused},
    {"START: {service}[[ pid={child_pid:int}||]] from={src_ip:ip}", &kind_start},
    {"START: {service}[[ pid={child_pid:int}||]] from=<no address>", &kind_start},
    {"EXIT: {service} status={exit_status:int}[[ pid={child_pid:int}||]] "
     "duration={seconds:int}(sec)",
     &kind_end},
    {"EXIT: {service} signal={signal:int}[[ pid={child_pid:int}||]] duration={seconds:int}(sec)",
     &kind_end},
    {"libwrap refused connection to {service} (libwrap={wrap_name}) from {src_ip:ip}",
     &kind_refused},
    {"refused connect from {client*} ({src_ip:ip})", &kind_refused},
    {"refused connect from {src_ip:host}", &kind_refused},
    {"connect from {client*} ({src_ip:ip})", &kind_start},
    {"connect from {src_ip:host}", &kind_start},
    {"Connection from {src_ip:ip} on illegal port", &kind_refused},
    {"Connection from {src_ip:host} on illegal port", &kind_refused},
    {"{user*}@{src_host:host} as {target_user}: cmd='{command*}'", &kind_session},
    {"{user*}@{src_host:host} as {target_user}: permission denied ({reason:text}). "
     "cmd='{command*}'",
     &kind_failed},
    {"Deactivating service {service} due to excessive incoming connections.{reason*}",
     &kind_refused},
};

const struct dialect dialect_inetd = {
    .name = "inetd",
    .summary = "xinetd, TCP wrappers, rshd, ftpd: connections that were taken and refused",
    .sample = "Nov 24 10:00:00 web1 xinetd[712]: FAIL: telnet address from=192.0.2.7",
    .kind = &kind_inetd,
    .programs = {S("xinetd"), S("inetd"), S("tcpd"), S("rshd"), S("rlogind"), S("rexecd"),
                 S("in.rshd"), S("in.rlogind"), S("in.telnetd"), S("telnetd"), S("in.tftpd"),
                 S("fingerd"), S("ftpd"), S("in.ftpd"), S("klogind"), S("kshd")},
    .templates = templates,
    .template_count = countof(templates),
};
