/*
 * vmware.c - VMware ESXi and vCenter:
 *
 *   info hostd[712] [Originator@6876 sub=Vimsvc opID=ab12 user=root] Event 9 : User root@...
 *   Event [4711] [1-1] [2026-11-24T10:00:00.1Z] [vim.event.UserLoginSessionEvent] [info]
 * [EXAMPLE\a] [Datacenter] [4711] [User EXAMPLE\a@192.0.2.7 logged in as ...] [root]: esxcli
 * network firewall set --enabled false       of the shell
 *
 * The first stands with a time before it in hostd.log and vpxd.log, and without one in syslog.
 */
#include "event/column_table.h"
#include "message/dialect.h"

static const struct column_rule columns[] = {
    TO("user", user_name, ACCOUNT),     TO("event_user", user_name, ACCOUNT),
    TO("op_user", user_name, TEXT),     TO("op_domain", user_domain, TEXT),
    TO("user_agent", user_agent, TEXT), TO("sub", event_provider, TEXT),
    TO("event_type", event_code, TEXT), TO("event_host", host_name, TEXT),
    TO("process", process_name, TEXT),  TO("process_pid", process_pid, TEXT),
    TO("file_path", file_path, TEXT),   END,
};
static const struct column_constant vendor[] = {
    {S("VMware"), COLUMN_observer_vendor},
    {.value = S("")},
};

static const struct kind kind_vmware = {
    .format = "vmware",
    .activity = ACTIVITY_device_state,
    .columns = columns,
    .constants = vendor,
};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_vmware,                                                                      \
        .action = what,                                                                            \
        .activity = ACTIVITY_##of,                                                                 \
        .outcome = OUTCOME_##how,                                                                  \
    };
KIND(task, NULL, device_state, UNTOLD)
KIND(logon, "logged-in", logon, SUCCESS)
KIND(failed_logon, "logon-failed", logon, FAILURE)
KIND(locked, "account-locked", account_lock, FAILURE)
KIND(logoff, "logged-out", logoff, SUCCESS)
KIND(session_open, "session-opened", session_open, SUCCESS)
KIND(session_close, "session-closed", session_close, SUCCESS)
KIND(command, "command-executed", process_start, SUCCESS)
KIND(config, "configuration-changed", config_change, SUCCESS)
KIND(account, "account-created", account_create, SUCCESS)
KIND(password, "password-changed", account_password, SUCCESS)
KIND(failed_flow, "connection-failed", flow_fail, FAILURE)
KIND(flow, "connection", flow, UNTOLD)
#undef KIND

static const struct template_row rows[] = {
    {"User {user*}@{src_ip:ip} logged in as {user_agent*}", &kind_logon},
    {"User {user*}@{src_ip:ip} logged out (login time: {:text}, number of API invocations: "
     "{api_calls:int}, user agent: {user_agent*})",
     &kind_logoff},
    {"User {user*}@{src_ip:ip} logged out{:text}", &kind_logoff},
    {"Cannot login {user*}@{src_ip:ip}[[: {reason:text}||]]", &kind_failed_logon},
    {"Cannot login user {user*}@{src_ip:ip}[[: {reason:text}||]]", &kind_failed_logon},
    {"User cannot logon since the user is already logged on", &kind_failed_logon},
    {"Accepted password for user {user*} from {src_ip:ip}[[ - session={session}||]]", &kind_logon},
    {"Rejected password for user {user*} from {src_ip:ip}{:text}", &kind_failed_logon},
    {"Failed login attempt for user {user*} from {src_ip:ip}{:text}", &kind_failed_logon},
    {"SSH session was opened for '{user*}@{src_ip:ip}'.", &kind_session_open},
    {"SSH session was closed for '{user*}@{src_ip:ip}'.", &kind_session_close},
    {"SSH session was closed for {user*}@{src_ip:ip}.", &kind_session_close},
    {"SSH login has failed for '{user*}@{src_ip:ip}'.", &kind_failed_logon},
    {"Remote access for ESXi local user account '{user*}' has been locked for {seconds:int} "
     "seconds "
     "after {attempts:int} failed login attempts.",
     &kind_locked},
    {"Account {target_user*} was created on host {event_host}", &kind_account},
    {"Password was changed for account {target_user*} on host {event_host}", &kind_password},
    {"Firewall configuration has changed. {detail:text}", &kind_config},
    {"[{user}]: {command*}", &kind_command},
    {"Attempting connection; {detail:text}, last e: {reason:text}", &kind_flow},
    {"Failed to {operation:text}; {:text}<TCP '{src_ip:ip} : {src_port:int}'>, <TCP '{dst_ip:ip} : "
     "{dst_port:int}'>>{:text} e: {reason:text}",
     &kind_failed_flow},
    {"New proxy client <{:text}<TCP '{src_ip:ip} : {src_port:int}'>, <TCP '{dst_ip:ip} : "
     "{dst_port:int}'>>{:text}",
     &kind_flow},
};

static void *open(const struct dialect *self)
{
    (void)self;
    return template_set_new(rows, countof(rows));
}

static void close(void *state)
{
    template_set_free(state);
}

/* ------------------------------------------------------------ reading */

static const char *find_near(str s, str part)
{
    enum { NEAR = 128 };

    return str_find((str){s.p, s.n < NEAR ? s.n : NEAR}, part);
}

/* "[user]" taken off the front, without brackets; the last is up to the end. */
static bool take_cell(str *s, bool last, str *ret)
{
    *s = str_trim(*s);
    if (!s->n || s->p[0] != '[')
        return false;
    const char *end =
        last ? (s->p[s->n - 1] == ']' ? s->p + s->n - 1 : NULL) : str_find(*s, S("] "));
    size_t n = end ? (size_t)(end - s->p) : s->n;
    if (!end && !last)
        return false;
    *ret = (str){s->p + 1, n - 1};
    *s = str_from_at(*s, n + 1);
    return true;
}

/* "Event [4711] [1-1] [time] [type] [level] [user] [place] [4711] [text]". */
static bool read_event(void *state, struct message *m, str rest)
{
    static const str names[] = {S("event_number"), S("part"),       S("time"),
                                S("event_type"),   S("level"),      S("event_user"),
                                S("event_host"),   S("event_chain")};
    str value;

    for (size_t i = 0; i < countof(names); i++) {
        if (!take_cell(&rest, false, &value))
            return i > 0;
        if (str_eq(names[i], S("time")))
            message_time_text(m, value);
        else if (value.n)
            message_add(m, names[i], value);
    }
    if (!take_cell(&rest, true, &value))
        return true;
    message_add(m, S("text"), value);
    (void)template_match_part(state, m, value);
    return true;
}

/* "level process[pid]", perhaps behind a time. */
static void read_front(struct message *m, str front)
{
    str word;

    front = str_trim(front);
    if (front.n && front.p[0] >= '0' && front.p[0] <= '9' &&
        message_time_text(m, str_cut(&front, ' ')))
        front = str_trim(front);
    word = str_cut(&front, ' ');
    if (front.n) {
        message_add(m, S("level"), word);
        word = str_trim(front);
    }
    str pid = word, name = str_cut(&pid, '[');
    if (pid.n > 1 && pid.p[pid.n - 1] == ']') {
        message_add(m, S("process"), name);
        message_add_number(m, S("process_pid"), (str){pid.p, pid.n - 1});
    } else if (word.n) {
        message_add(m, S("level"), word);
    }
}

/* "sub=X opID=Y sid=Z user=u:d": each up to the next of these names. */
static void read_originator(struct message *m, str s)
{
    static const str keys[] = {S("sub="), S("opID="), S("sid="), S("user=")};
    static const str names[] = {S("sub"), S("opID"), S("sid"), S("op_user")};

    for (size_t i = 0; i < countof(keys); i++) {
        const char *at = str_find(s, keys[i]);
        if (!at)
            continue;
        str value = str_from_at(s, (size_t)(at - s.p) + keys[i].n);
        for (size_t k = i + 1; k < countof(keys); k++) {
            const char *end = str_find(value, keys[k]);
            if (end && end > value.p && end[-1] == ' ')
                value.n = (size_t)(end - value.p) - 1;
        }
        str domain = value;
        if (i == countof(keys) - 1) {
            value = str_cut(&domain, ':');
            if (domain.n && domain.p[0] != '<')
                message_add(m, S("op_domain"), domain);
        }
        if (value.n)
            message_add(m, names[i], value);
    }
}

/* What is said: behind "Event 9 : ", "[vob.user.x] " and the like. */
static void read_text(void *state, struct message *m, str text)
{
    str rest = text, category;

    message_kind(m, &kind_task);
    message_add(m, S("text"), text);
    if (str_starts(rest, S("Event "))) {
        const char *colon = find_near(rest, S(" : "));
        if (colon) {
            str number = {rest.p + 6, (size_t)(colon - rest.p) - 6};
            message_add(m, S("event_number"), number);
            rest = str_trim(str_from_at(rest, (size_t)(colon - rest.p) + 3));
        }
    }
    if (!template_match_part(state, m, rest) && rest.n && rest.p[0] == '[' &&
        take_cell(&rest, false, &category)) {
        message_add(m, S("category"), category);
        (void)template_match_part(state, m, str_trim(rest));
    }
}

static bool read(void *state, struct message *m)
{
    const str mark = S("[Originator@"), event = S("Event ["), vob = S(": [vob.");
    const char *at = find_near(m->text, mark), *end;

    if (str_starts(m->text, event))
        return read_event(state, m, str_from_at(m->text, event.n - 1));
    if (at) {
        str inner = str_from_at(m->text, (size_t)(at - m->text.p) + mark.n);
        end = str_find(inner, S("] "));
        if (!end)
            return false;
        read_front(m, (str){m->text.p, (size_t)(at - m->text.p)});
        read_originator(m, (str){inner.p, (size_t)(end - inner.p)});
        read_text(state, m, str_trim(str_from_at(inner, (size_t)(end - inner.p) + 2)));
        return true;
    }
    at = find_near(m->text, vob);
    if (at) {
        str rest = str_from_at(m->text, (size_t)(at - m->text.p) + 2), name;
        if (!take_cell(&rest, false, &name))
            return false;
        message_add(m, S("event_type"), name);
        read_text(state, m, str_trim(rest));
        return true;
    }
    if (!str_ieq(m->program, S("shell")) && !str_ieq(m->program, S("ESXShell")))
        return false;
    return template_match_part(state, m, m->text) != NULL;
}

static int sniff(str text)
{
    if (str_starts(text, S("[Originator@"))) /* a level may stand before it that is no host */
        return 50;
    if (str_starts(text, S("Event [")) || find_near(text, S("[Originator@")))
        return 80;
    return find_near(text, S(": [vob.")) ? 70 : 0;
}

const struct dialect dialect_vmware = {
    .name = "vmware",
    .summary = "VMware ESXi and vCenter: sessions, logons, tasks, the shell",
    .sample = "<166>2026-11-24T10:00:00.123Z esx1 Hostd: info hostd[712] [Originator@6876 "
              "sub=Vimsvc.ha-eventmgr opID=ab12] Event 9 : User root@192.0.2.7 logged in as x",
    .kind = &kind_vmware,
    .sources = {{.product = S("vmware")}},
    .not_linux = true,
    .programs = {S("shell"), S("ESXShell")},
    .sniff = sniff,
    .bare = true,
    .open = open,
    .close = close,
    .read = read,
};
