/* host_daemon.c - what daemons of the host itself tell: time keeping, networking, logging,
 * firewalld. */
#include "message/dialect.h"

static const struct kind kind_host_daemon = {.format = "host_daemon"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_host_daemon,                             \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(time, "time_synchronised", ntp, SUCCESS);
KIND(step, "time_stepped", ntp, SUCCESS);
KIND(time_failed, "time_source_lost", ntp, FAILURE);
KIND(start, "daemon_started", app_start, SUCCESS);
KIND(stop, "daemon_stopped", app_stop, SUCCESS);
KIND(lost, "messages_lost", event_log, FAILURE);
KIND(failed, "daemon_failed", app_fail, FAILURE);
KIND(blocked, "host_blocked", remediation, SUCCESS);
KIND(attack, "attack", detection, FAILURE);
KIND(power, "system_power", app_stop, SUCCESS);
KIND(told, NULL, none, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"ALERT exited abnormally with [{exit_status:int}]", &kind_failed},
    {"Selected source {src_ip:ip}[[ ({src_host:host})||]]", &kind_time},
    {"Can't synchronise: {reason*}", &kind_time_failed},
    {"System clock was stepped by {seconds} seconds", &kind_step},
    {"System clock wrong by {seconds} seconds{:text}", &kind_step},
    {"Source {src_ip:ip} offline", &kind_time_failed},
    {"Source {src_ip:ip} online", &kind_told},
    {"time reset {seconds} s", &kind_step},
    {"synchronized to {src_ip:ip}, stratum {stratum:int}", &kind_time},
    {"Synchronized to time server {src_ip:ip}:{src_port:int} ({src_host:host}).", &kind_time},
    {"Initial synchronization to time server {src_ip:ip}:{src_port:int} ({src_host:host}).",
     &kind_time},
    {"Timed out waiting for reply from {src_ip:ip}:{src_port:int} ({src_host:host}).",
     &kind_time_failed},
    {"[[imuxsock begins||begins]] to drop messages from pid {target_pid:int} due to rate-limiting",
     &kind_lost},
    {"imuxsock lost {lost:int} messages from pid {target_pid:int} due to rate-limiting",
     &kind_lost},
    {"Suppressed {lost:int} messages from {service}", &kind_lost},
    {"[origin software=\"rsyslogd\" {:text}] start", &kind_start},
    {"[origin software=\"rsyslogd\" {:text}] exiting on signal {signal:int}.", &kind_stop},
    {"[origin software=\"rsyslogd\" {:text}] rsyslogd was HUPed", &kind_told},
    {"Init complete, auditd {version} listening for events {:text}", &kind_start},
    {"The audit daemon is exiting.", &kind_stop},
    {"Audit daemon rotating log files", &kind_told},
    {"Audit daemon is low on disk space for logging", &kind_failed},
    {"Audit daemon has no space left on logging partition", &kind_failed},
    {"Audit daemon is suspending logging due to {reason*}", &kind_failed},
    {"{:time} ERROR: {reason*}", &kind_failed},
    {"{:time} WARNING: {reason*}", &kind_told},
    {"ERROR: {reason*}", &kind_failed},
    {"WARNING: {reason*}", &kind_told},
    {"Attack from \"{src_ip:ip}\" on service {service:text} with danger {danger:int}.",
     &kind_attack},
    {"Blocking \"{src_ip:ip}/{prefix:int}\" for {seconds:int} secs {reason*}", &kind_blocked},
    {"Blocking {src_ip:ip}:{:int} for >{seconds:int}secs: {reason*}", &kind_blocked},
    {"<{level}> [{:num}] {detail*}", &kind_told},
    {"<{level}>  [{:num}] {detail*}", &kind_told},
    {"shutting down for {reason*}", &kind_power},
    {"Shutting down.", &kind_power},
    {"Rebooting.", &kind_power},
    {"Powering off.", &kind_power},
    {"Using degraded feature set {reason*}", &kind_told},
    {"DNSSEC validation failed for question {query} {:word} {record_type}: {reason*}", &kind_told},
    {"Activated service '{service:text}' failed: {reason*}", &kind_failed},
    {"Successfully activated service '{service:text}'", &kind_told},
    {"[{:word}] {detail*}", &kind_told},
};

const struct dialect dialect_host_daemon = {
    .name = "host_daemon",
    .summary =
        "NetworkManager, ntpd, chronyd, rsyslogd, auditd, firewalld and others: state of the host",
    .sample = "Nov 24 10:00:00 web1 chronyd[712]: Selected source 192.0.2.1",
    .kind = &kind_host_daemon,
    .programs = {S("logrotate"),
                 S("NetworkManager"),
                 S("ntpd"),
                 S("chronyd"),
                 S("systemd-timesyncd"),
                 S("rsyslogd"),
                 S("syslog-ng"),
                 S("auditd"),
                 S("firewalld"),
                 S("systemd-resolved"),
                 S("systemd-networkd"),
                 S("avahi-daemon"),
                 S("dbus-daemon"),
                 S("sshguard"),
                 S("systemd-journald"),
                 S("journal"),
                 S("journald"),
                 S("systemd-shutdown"),
                 S("shutdown"),
                 S("systemd-udevd"),
                 S("dbus")},
    .templates = templates,
    .template_count = countof(templates),
};
