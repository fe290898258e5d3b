/*
 * monitoring.c - what watches machines and what manages them by a web page of its own: monit,
 * NRPE, Monitorix, Webmin, ZoneMinder, and Wazuh's API.
 */
#include "dialect/http_access.h"
#include "message/time_text.h"

/* ------------------------------------------------------------ monit */

static const struct kind kind_monit = {.format = "monit", .action = "notice"};
static const struct kind kind_monit_failed = {
    .base = &kind_monit,
    .action = "web_logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};

#define MONIT_DENIED "HttpRequest: access denied -- client {src_ip:ip}: "

static const struct template_row monit_rows[] = {
    {MONIT_DENIED "{reason} password for user '{user*}'", &kind_monit_failed},
    {MONIT_DENIED "unknown user '{user*}'", &kind_monit_failed},
    {MONIT_DENIED "{reason*}", &kind_monit_failed},
    {"Warning: Client '{src_ip:ip}' supplied wrong password for user '{user*}' accessing monit "
     "httpd",
     &kind_monit_failed},
    {"Warning: Client '{src_ip:ip}' supplied unknown user '{user*}' accessing monit httpd",
     &kind_monit_failed},
    {"Denied connection from non-authorized client [{src_ip:ip}]", &kind_monit_failed},
    {"Denied connection from non-authorized client {src_ip:ip}", &kind_monit_failed},
    {"{reason*}", &kind_monit},
};

static void *monit_open(const struct dialect *self)
{
    (void)self;
    return template_set_new(monit_rows, countof(monit_rows));
}

static void close_templates(void *state)
{
    template_set_free(state);
}

/* "[CET Nov 24 10:00:00] error    : " */
static bool monit_front(struct message *m, str *s)
{
    struct syslog_time time;
    const char *close = str_starts(*s, S("[")) ? memchr(s->p, ']', s->n) : NULL;

    if (!close)
        return false;
    str stamp = {s->p + 1, (size_t)(close - s->p) - 1}, rest = str_from_at(*s, stamp.n + 2);
    str level = str_trim(str_cut(&rest, ':'));
    if (!rest.n || time_text_take(stamp, m->time_rule, &time) != stamp.n)
        return false;
    if (time.known)
        message_time(m, time.ns, time.digits, time.guess);
    message_add(m, S("level"), level);
    *s = str_trim(rest);
    return true;
}

static bool monit_read(void *state, struct message *m)
{
    str text = m->text;

    /* A line of its file has a front; within syslog there is none. */
    if (!monit_front(m, &text) && !m->program.n)
        return false;
    return template_match_part(state, m, text) != NULL;
}

/* "[CEST Aug  6 10:14:52] ", "[2026-11-24T10:00:00+0100] " before a level. */
static int monit_sniff(str text)
{
    enum { SURE = 85, FRONT_MAX = 48 };
    static const str levels[] = {S("error "),    S("warning "), S("info "),
                                 S("critical "), S("notice "),  S("debug ")};
    str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};
    const char *end = str_starts(text, S("[")) ? str_find(front, S("] ")) : NULL;

    if (!end || !time_text_length((str){text.p + 1, (size_t)(end - text.p) - 1}))
        return 0;
    for (size_t i = 0; i < countof(levels); i++)
        if (str_starts(str_from_at(text, (size_t)(end - text.p) + 2), levels[i]))
            return SURE;
    return 0;
}

const struct dialect dialect_monit = {
    .name = "monit",
    .summary = "monit: failed logons at its web page, alerts",
    .sample = "Nov 24 10:00:00 web1 monit[712]: HttpRequest: access denied -- client 192.0.2.7: "
              "wrong password for user 'alice'",
    .kind = &kind_monit,
    .programs = {S("monit")},
    .sniff = monit_sniff,
    .bare = true,
    .read = monit_read,
    .open = monit_open,
    .close = close_templates,
};

/* ------------------------------------------------------------ NRPE */

static const struct kind kind_nrpe = {.format = "nrpe", .action = "notice"};
static const struct kind kind_nrpe_refused = {
    .base = &kind_nrpe,
    .action = "connection_refused",
    .activity = ACTIVITY_flow_refuse,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_nrpe_failed = {
    .base = &kind_nrpe,
    .action = "tls_handshake",
    .activity = ACTIVITY_tls,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_nrpe_open = {
    .base = &kind_nrpe,
    .action = "connection",
    .activity = ACTIVITY_flow_open,
};

static const struct template_row nrpe_rows[] = {
    {"Host {src_ip:ip} is not allowed to talk to us!", &kind_nrpe_refused},
    {"Error: Could not complete SSL handshake with {src_ip:ip}: {reason*}", &kind_nrpe_failed},
    {"Error: (use_ssl == true): {reason*} (remote host {src_ip:ip})", &kind_nrpe_failed},
    {"Connection from {src_ip:ip} port {src_port:int}", &kind_nrpe_open},
    {"Connection from {src_ip:ip} closed.", &kind_nrpe},
    {"Error: {reason*}", &kind_nrpe},
};

const struct dialect dialect_nrpe = {
    .name = "nrpe",
    .summary = "NRPE, Nagios's agent: refused and failed connections",
    .sample = "Nov 24 10:00:00 web1 nrpe[712]: Host 192.0.2.7 is not allowed to talk to us!",
    .kind = &kind_nrpe,
    .programs = {S("nrpe")},
    .templates = nrpe_rows,
    .template_count = countof(nrpe_rows),
};

/* ------------------------------------------------------------ Monitorix */

static const struct kind kind_monitorix = {.format = "monitorix", .action = "http_error"};
static const struct kind kind_monitorix_failed = {
    .base = &kind_monitorix,
    .action = "web_logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_monitorix_denied = {
    .base = &kind_monitorix,
    .activity = ACTIVITY_http,
    .outcome = OUTCOME_FAILURE,
};

static const struct template_row monitorix_rows[] = {
    {"{:time} - AUTHERR - [{src_ip:ip}] Authentication error: {url*}", &kind_monitorix_failed},
    {"{:time} - NOTEXIST - [{src_ip:ip}] File does not exist: {url*}", &kind_monitorix_denied},
    {"{:time} - NOTALLOWED - [{src_ip:ip}] Access not allowed: {url*}", &kind_monitorix_denied},
};

static int monitorix_sniff(str text)
{
    enum { SURE = 95, FRONT_MAX = 48 };
    str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};

    return str_find(front, S(" - AUTHERR - [")) || str_find(front, S(" - NOTEXIST - [")) ||
                   str_find(front, S(" - NOTALLOWED - ["))
               ? SURE
               : 0;
}

const struct dialect dialect_monitorix = {
    .name = "monitorix",
    .summary = "Monitorix: what its web server refused",
    .sample = "Tue Nov 24 10:00:00 2026 - AUTHERR - [192.0.2.7] Authentication error: /monitorix/",
    .kind = &kind_monitorix,
    .sniff = monitorix_sniff,
    .bare = true,
    .templates = monitorix_rows,
    .template_count = countof(monitorix_rows),
};

/* ------------------------------------------------------------ Webmin */

static const struct kind kind_webmin = {.format = "webmin", .action = "web_action"};
static const struct kind kind_webmin_failed = {
    .base = &kind_webmin,
    .action = "web_logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};
static const struct kind kind_webmin_logon = {
    .base = &kind_webmin,
    .action = "web_logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_SUCCESS,
};
static const struct kind kind_webmin_logoff = {
    .base = &kind_webmin,
    .action = "web_logoff",
    .activity = ACTIVITY_logoff,
};

/* Of webmin.log; a user's name has no blank there. */
#define WEBMIN "{epoch} [{:time}] {user} {session} {src_ip:ip} {module} {script} "

static const struct template_row webmin_rows[] = {
    {WEBMIN "\"failed\" \"{object*}\" \"{reason*}\"{:text}", &kind_webmin_failed},
    {WEBMIN "\"login\" \"{object*}\" \"{reason*}\"{:text}", &kind_webmin_logon},
    {WEBMIN "\"logout\" \"{object*}\" \"{reason*}\"{:text}", &kind_webmin_logoff},
    {WEBMIN "\"{webmin_action}\" \"{object*}\" \"{target*}\"{:text}", &kind_webmin},
    {"Invalid login as {user*} from {src_ip:ip}", &kind_webmin_failed},
    {"Non-existent login as {user*} from {src_ip:ip}", &kind_webmin_failed},
    {"Security alert: {reason*} {src_ip:ip} {:text}", &kind_webmin_failed},
    {"Successful login as {user*} from {src_ip:ip}", &kind_webmin_logon},
    {"Logout by {user*} from {src_ip:ip}", &kind_webmin_logoff},
    {"Timeout of session for {user*}", &kind_webmin_logoff},
};

/* "1795514400.2161960.0 [24/Nov/2026 10:00:00] " */
static int webmin_sniff(str text)
{
    enum { SURE = 90, SECONDS = 10, FRONT_MAX = 32 };
    str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};
    const char *open = str_find(front, S(" ["));

    if (!open || text.p[0] != '1' || text.p[SECONDS] != '.')
        return 0;
    for (const char *p = text.p; p < open; p++)
        if ((*p < '0' || *p > '9') && *p != '.')
            return 0;
    return SURE;
}

const struct dialect dialect_webmin = {
    .name = "webmin",
    .summary = "Webmin and Usermin: logons and actions",
    .sample = "1795514400.2161960.0 [24/Nov/2026 10:00:00] alice - 192.0.2.7 global miniserv.pl "
              "\"failed\" \"-\" \"wrongpass\"",
    .kind = &kind_webmin,
    .programs = {S("webmin"), S("usermin")},
    .sniff = webmin_sniff,
    .bare = true,
    .templates = webmin_rows,
    .template_count = countof(webmin_rows),
};

/* ------------------------------------------------------------ ZoneMinder */

static const struct kind kind_zoneminder = {.format = "zoneminder", .action = "notice"};
static const struct kind kind_zoneminder_failed = {
    .base = &kind_zoneminder,
    .action = "web_logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};

#define ZONEMINDER "{program}[{pid:int}].{level} [{src_ip:ip}] "

static const struct template_row zoneminder_rows[] = {
    {ZONEMINDER "[Could not retrieve user {user*} details] at {file*} line {line:int}",
     &kind_zoneminder_failed},
    {ZONEMINDER "[Login denied for user \"{user*}\"] at {file*} line {line:int}",
     &kind_zoneminder_failed},
    {ZONEMINDER "[{reason*}] at {file*} line {line:int}", &kind_zoneminder},
};

static void *zoneminder_open(const struct dialect *self)
{
    (void)self;
    return template_set_new(zoneminder_rows, countof(zoneminder_rows));
}

/* "11/24/26 10:00:00.123456 ", the month first. */
static size_t zoneminder_time(str text, const struct time_rule *rule, struct syslog_time *ret)
{
    size_t n = time_text_take_as(text, "m/d/y H:M:Sf", rule, ret);

    return n && str_starts(str_from_at(text, n), S(" ")) ? n + 1 : 0;
}

static bool zoneminder_read(void *state, struct message *m)
{
    struct syslog_time time;
    size_t n = zoneminder_time(m->text, m->time_rule, &time);

    if (!template_match_part(state, m, str_from_at(m->text, n)))
        return false;
    if (n && time.known)
        message_time(m, time.ns, time.digits, time.guess);
    return true;
}

static int zoneminder_sniff(str text)
{
    enum { SURE = 85, FRONT_MAX = 64 };
    static const struct time_rule rule;
    struct syslog_time time;

    if (text.n < 8 || text.p[2] != '/' || text.p[5] != '/')
        return 0;
    size_t n = zoneminder_time(text, &rule, &time);
    str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};
    return n && str_find(front, S("].")) ? SURE : 0;
}

const struct dialect dialect_zoneminder = {
    .name = "zoneminder",
    .summary = "ZoneMinder: failed logons at its web page",
    .sample =
        "11/24/26 10:00:00.393003 web_php[712].ERR [192.0.2.7] [Could not retrieve user alice "
        "details] at /usr/share/zoneminder/www/includes/auth.php line 313",
    .kind = &kind_zoneminder,
    .sniff = zoneminder_sniff,
    .bare = true,
    .read = zoneminder_read,
    .open = zoneminder_open,
    .close = close_templates,
};

/* ------------------------------------------------------------ Wazuh's API */

static const struct kind kind_wazuh_api = {.format = "wazuh_api", .action = "notice"};
static const struct kind kind_wazuh_request = {
    .base = &http_access_kind, .format = "wazuh_api", .activity = ACTIVITY_api};
static const struct kind kind_wazuh_blocked = {
    .base = &kind_wazuh_api,
    .action = "address_blocked",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};

/* Users have no blanks; parameters and body are the client's. */
#define WAZUH_BEHIND                                                                               \
    "{c-ip:ip} \"{cs-method} {c-uri}\" with parameters {parameters*} and body {body*} done in "    \
    "{duration_s:num}s: {sc-status:int}"

static const struct template_row wazuh_rows[] = {
    {"{:time} {level}: {cs-username} " WAZUH_BEHIND, &kind_wazuh_request},
    {"{:time} {level}: {cs-username} ({hash}) " WAZUH_BEHIND, &kind_wazuh_request},
    {"{:time} {level}: IP blocked due to exceeded number of logins attempts: {src_ip:ip}",
     &kind_wazuh_blocked},
    {"{:time} {level}: {reason*}", &kind_wazuh_api},
};

static void *wazuh_open(const struct dialect *self)
{
    (void)self;
    return template_set_new(wazuh_rows, countof(wazuh_rows));
}

static bool wazuh_read(void *state, struct message *m)
{
    return http_template_match(state, m);
}

/* "2026/11/24 10:00:00 INFO: " */
static int wazuh_sniff(str text)
{
    enum { LIKELY = 60, STAMP_BYTES = 19 };
    static const str levels[] = {S(" INFO: "),     S(" WARNING: "), S(" ERROR: "),
                                 S(" CRITICAL: "), S(" DEBUG: "),   S(" DEBUG2: ")};

    if (text.n < STAMP_BYTES || text.p[4] != '/' || text.p[7] != '/' || text.p[13] != ':')
        return 0;
    for (size_t i = 0; i < countof(levels); i++)
        if (str_starts(str_from_at(text, STAMP_BYTES), levels[i]))
            return LIKELY;
    return 0;
}

const struct dialect dialect_wazuh_api = {
    .name = "wazuh_api",
    .summary = "Wazuh: the log of its API",
    .sample = "2026/11/24 10:00:00 INFO: wazuh 192.0.2.7 \"GET /agents\" with parameters {} and "
              "body {} done in 0.009s: 200",
    .kind = &kind_wazuh_api,
    .sniff = wazuh_sniff,
    .bare = true,
    .read = wazuh_read,
    .open = wazuh_open,
    .close = close_templates,
};
