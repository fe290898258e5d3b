/*
 * pam.c - what PAM's modules write through whatever program calls them:
 * "pam_unix(sshd:auth): authentication failure; logname= uid=0 ... rhost=192.0.2.7  user=root".
 *
 * Module, service and type come off the front, and the rest is told by templates. Of a failure
 * only tty, rhost and, to a module that knows the account, user are the program's; ruser is what
 * the client says, and so are names that do not exist: rhost is the last one that a user or the
 * end follows.
 */
#include "dialect/pam.h"

enum { MODULE = 1, SERVICE = 2, TYPE = 4, EARLY = 8, LAYOUT_FLAGS = 16 };

/* uid and euid are those of the program that asks, not of the user. */
static void leave_uid_out(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev;
    (void)a;
    c->values[COLUMN_user_id] = (str){0};
}

static const struct column_rule columns[] = {
    {S("rhost"), COLUMN_source_ip, VIA_ADDRESS},
    {S("pam_service"), COLUMN_service_name, VIA_TEXT},
    {S("user_uid"), COLUMN_user_id, VIA_TEXT},
    {{0}, 0, 0},
};
/* Of the program that asks PAM, which may know where it came from. */
static const struct connection_rule of_connection = {.steps = CONNECTION_ASKS};
static const struct kind kind_pam = {
    .format = "pam", .columns = columns, .connection = &of_connection};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_pam, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
static const struct kind kind_failed = {
    .base = &kind_pam,
    .action = "authentication_failed",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
    .refine = leave_uid_out,
};
KIND(granted, "authentication_succeeded", logon, SUCCESS);
KIND(unknown, "user_unknown", logon, FAILURE);
KIND(opened, "session_opened", session_open, SUCCESS);
KIND(closed, "session_closed", session_close, SUCCESS);
KIND(session_failed, "session_failed", session_open, FAILURE);
KIND(password, "password_changed", account_password, SUCCESS);
KIND(password_failed, "password_change_failed", account_password, FAILURE);
KIND(expired, "account_expired", logon, FAILURE);
KIND(locked, "account_locked", account_lock, SUCCESS);
KIND(fault, "module_fault", app_fail, FAILURE);
KIND(told, NULL, authenticate, UNTOLD);
#undef KIND

#define WHO "logname={logname:text} uid={uid:int} euid={euid:int} tty={tty:text} "
static const struct template_row templates[] = {
    {"authentication failure; " WHO "ruser={ruser:text} rhost={rhost:host} [[ ||]]user={user*}",
     &kind_failed},
    {"authentication failure; " WHO "ruser={ruser*} rhost={rhost:host}", &kind_failed},
    {"authentication failure; " WHO "ruser={ruser:text} rhost= [[ ||]]user={user*}", &kind_failed},
    {"authentication failure; " WHO "ruser={ruser*} rhost=", &kind_failed},
    {"{failures:int} more authentication failure[[s||]]; " WHO
     "ruser={ruser:text} rhost={rhost:host} [[ ||]]user={user*}",
     &kind_failed},
    {"{failures:int} more authentication failure[[s||]]; " WHO "ruser={ruser*} rhost={rhost:host}",
     &kind_failed},
    {"{failures:int} more authentication failure[[s||]]; " WHO
     "ruser={ruser:text} rhost= [[ ||]]user={user*}",
     &kind_failed},
    {"{failures:int} more authentication failure[[s||]]; " WHO "ruser={ruser*} rhost=",
     &kind_failed},
    {"authentication success; " WHO "ruser={ruser:text} rhost={rhost:host} [[ ||]]user={user*}",
     &kind_granted},
    {"authentication success; " WHO "ruser={ruser:text} rhost= [[ ||]]user={user*}", &kind_granted},
    {"authentication failure{:text}", &kind_failed},
    {"received for user {user*}: {code:int} ({reason:text})", &kind_failed},
    {"check pass; user unknown", &kind_unknown},
    {"check pass; user ({user*}) unknown", &kind_unknown},
    {"bad username [{user*}]", &kind_unknown},
    {"could not identify user (from getpwnam({user*}))", &kind_unknown},
    {"could not identify user", &kind_unknown},
    {"user unknown", &kind_unknown},
    {"[[auth ||]]could not identify password for [{user*}]", &kind_failed},
    {"conversation failed", &kind_failed},
    {"password check failed for user ({user*})", &kind_failed},
    {"session opened for user {user}(uid={user_uid:int}) by {by_user:text}(uid={by_uid:int})",
     &kind_opened},
    {"session opened for user {user} by {by_user:text}(uid={by_uid:int})", &kind_opened},
    {"session opened for user {user*} by {by_user:text}", &kind_opened},
    {"session opened for user {user}", &kind_opened},
    {"session closed for user {user*}", &kind_closed},
    {"Failed to create session: {reason:text}", &kind_session_failed},
    {"Failed to release session: {reason:text}", &kind_session_failed},
    {"password changed for {user*}", &kind_password},
    {"username [{user*}] obtained", &kind_told},
    {"user {user*} has already[[ ||]]changed password today", &kind_password_failed},
    {"account {user*} has expired (account expired)", &kind_expired},
    {"account {user*} has expired (failed to change password)", &kind_expired},
    {"expired password for user {user*} (root enforced)", &kind_expired},
    {"expired password for user {user*} (password aged)", &kind_expired},
    {"expired password for user {user*}", &kind_expired},
    {"password for user {user*} will expire in {days:int} days", &kind_told},
    {"Consecutive login failures for user {user*} account temporarily locked", &kind_locked},
    {"user {user*} has time limit [{reason:text}] to unlock", &kind_locked},
    {"user {user*} ({uid:int}) tally {failures:int}, deny {limit:int}", &kind_locked},
    {"Authentication failure: {reason:text}", &kind_failed},
    {"Access denied for this host[[.||]]", &kind_failed},
    {"access denied for user `{user*}' from `{origin:text}'", &kind_failed},
    {"access denied for user '{user*}' from '{origin:text}'", &kind_failed},
    {"access denied: {reason:text}", &kind_failed},
    {"Access denied: {reason:text}", &kind_failed},
    {"requirement \"{reason:text}\" was met by user \"{user*}\"", &kind_told},
    {"requirement \"{reason:text}\" not met by user \"{user*}\"", &kind_failed},
    {"Refused user {user*} for service {:word}", &kind_failed},
    {"Too many logins (max {limit:int}) for {user*}", &kind_session_failed},
    {"pam_succeed_if: requirement \"{reason:text}\" not met by user \"{user*}\"", &kind_failed},
    {"User {user*} has no pin: {reason:text}", &kind_failed},
    {"Invalid verification code[[ for {user*}||]]", &kind_failed},
    {"Accepted google_authenticator for {user*}", &kind_granted},
    {"user [{user*}] authenticated", &kind_granted},
    {"adding faulty module: {file*}", &kind_fault},
    {"unable to dlopen({file*}): {reason:text}", &kind_fault},
    {"module is unknown", &kind_fault},
    {"service({pam_service}) ignoring max retries; {attempts:int} > {limit:int}", &kind_failed},
    {"user {user*} logged out.", &kind_closed},
    {"unrecognized option [{option*}]", &kind_fault},
};

static bool is_name_byte(char c)
{
    char lower = ascii_lower(c);

    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

static str take_name(str *s)
{
    size_t n = 0;

    while (n < s->n && is_name_byte(s->p[n]))
        n++;
    str name = {s->p, n};
    *s = str_from_at(*s, n);
    return name;
}

static bool take_text(str *s, str text)
{
    bool there = str_starts(*s, text);

    if (there)
        *s = str_from_at(*s, text.n);
    return there;
}

struct origin {
    str module, service, type;
};

/* "pam_unix(sshd:auth): ", "pam_unix(auth): ", "pam_unix[12]: ", "pam_unix: ", "(pam_unix) ",
 * "PAM-listfile: ", "PAM ": false and s as it was when there is none. */
static bool take_origin(str *s, struct origin *ret)
{
    str rest = *s;
    bool wrapped = take_text(&rest, S("("));

    *ret = (struct origin){0};
    if (!str_starts(rest, S("pam_")) && !str_starts(rest, S("PAM"))) {
        return false;
    }
    ret->module = take_name(&rest);
    if (wrapped) {
        if (!take_text(&rest, S(") ")))
            return false;
    } else if (take_text(&rest, S("("))) {
        ret->service = take_name(&rest);
        if (take_text(&rest, S(":")))
            ret->type = take_name(&rest);
        if (!take_text(&rest, S(")")) || !take_text(&rest, S(":")))
            return false;
    } else if (take_text(&rest, S("["))) {
        take_name(&rest);
        if (!take_text(&rest, S("]: ")))
            return false;
    } else if (!take_text(&rest, S(":")) && !str_eq(ret->module, S("PAM"))) {
        return false;
    }
    *s = str_trim(rest);
    return true;
}

struct template_set *pam_templates_new(void)
{
    return template_set_new(templates, countof(templates));
}

bool pam_read(struct template_set *set, struct message *m)
{
    const str whole = m->text;
    struct origin from;
    bool told = take_origin(&m->text, &from);
    bool early = str_ends(m->text, S(" [preauth]"));

    if (early)
        m->text.n -= sizeof " [preauth]" - 1;
    bool read = m->text.n && template_match(set, m);
    const uint32_t flags = (from.module.n ? MODULE : 0) | (from.service.n ? SERVICE : 0) |
                           (from.type.n ? TYPE : 0) | (early ? EARLY : 0);
    m->text = whole;
    if (!read && !(told && from.service.n))
        return false;
    m->layout = m->layout * LAYOUT_FLAGS + flags;
    if (from.module.n)
        message_add(m, S("pam_module"), from.module);
    if (from.service.n)
        message_add(m, S("pam_service"), from.service);
    if (from.type.n)
        message_add(m, S("pam_type"), from.type);
    if (early)
        message_add(m, S("phase"), S("preauth"));
    return true;
}

static bool read(void *state, struct message *m)
{
    return pam_read(state, m);
}

/* "2 more authentication failures; ...", which old programs write as sshd(pam_unix). */
static int sniff(str text)
{
    return text.p[0] >= '1' && text.p[0] <= '9' && str_find(text, S(" more authentication failure"))
               ? 80
               : 0;
}

const struct dialect dialect_pam = {
    .name = "pam",
    .summary = "PAM's modules, whatever program calls them: failures, sessions, passwords",
    .sample = "Nov 24 10:00:00 web1 login[712]: pam_unix(login:auth): authentication failure; "
              "logname=LOGIN uid=0 euid=0 tty=/dev/tty1 ruser= rhost=  user=root",
    .kind = &kind_pam,
    .programs = {S("pam"), S("unix_chkpwd"), S("PAM_pwdb")},
    .starts = {S("pam_"), S("(pam_"), S("PAM"), S("authentication failure; "),
               S("session opened for user "), S("session closed for user "),
               S("check pass; user ")},
    .sniff = sniff,
    .templates = templates,
    .template_count = countof(templates),
    .open = dialect_open_templates,
    .close = dialect_close_templates,
    .read = read,
};
