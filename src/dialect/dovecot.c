/*
 * dovecot.c - Dovecot's login, auth and mail processes, as versions 1.0 to 2.4 write them.
 *
 *   imap-login: Disconnected (auth failed, 1 attempts): user=<u>, method=PLAIN, rip=, lip=, TLS
 *   auth-worker(12): pam(u,192.0.2.7,<session>): unknown user
 *   auth(u,192.0.2.7,sasl:plain)<session>: Info: sql: Password mismatch
 *   imap(u)<12><session>: Disconnected: Logged out in=1 out=2
 *
 * The process is the text's first word; where a file has no program before it, syslog's tag. User
 * names of the login processes are the client's, whatever it sends, and end at the last place where
 * the rest fits; those of the auth processes have no commas (auth_username_chars).
 */
#include "dialect/pam_text.h"
#include "message/stamped.h"

static const struct column_rule columns[] = {
    {S("ruser"), COLUMN_user_name, VIA_ACCOUNT},
    PAM_COLUMN,
    {.field = S("")},
};
static const struct kind kind_dovecot = {.format = "dovecot", .columns = columns};
static const struct kind kind_login = {.base = &kind_dovecot,
                                       .action = "mail_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_dovecot,
                                              .action = "mail_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_lost = {.base = &kind_dovecot,
                                      .action = "disconnect",
                                      .activity = ACTIVITY_flow_fail,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_closed = {
    .base = &kind_dovecot, .action = "disconnect", .activity = ACTIVITY_flow_close};
static const struct kind kind_logout = {.base = &kind_dovecot,
                                        .action = "mail_logout",
                                        .activity = ACTIVITY_session_close,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_stored = {.base = &kind_dovecot,
                                        .action = "store",
                                        .activity = ACTIVITY_mail_receive,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_unstored = {.base = &kind_dovecot,
                                          .action = "store",
                                          .activity = ACTIVITY_mail_receive,
                                          .outcome = OUTCOME_FAILURE};
static const struct kind kind_start = {
    .base = &kind_dovecot, .activity = ACTIVITY_app_start, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_stop = {.base = &kind_dovecot, .activity = ACTIVITY_app_stop};
/* The reason says how it ended. */
static const struct kind kind_by_reason = {.base = &kind_dovecot};

#define ENDS "rip={src_ip:ip}[[, lip={dst_ip:ip}||]]"
#define MAIL "{process}({user:text})[[<{:int}><{session:text}>||]]: "

static const struct template_row templates[] = {
    PAM_FAILURE_ROWS("dovecot", &kind_login_failed),
    {"Login: user=<{user*}>, [[method={auth_method}, ||]]" ENDS "{detail*}", &kind_login},
    {"{reason:text}: user=<{user*}>, [[method={auth_method}, ||]]" ENDS "{detail*}",
     &kind_by_reason},
    {"{reason:text}: [[method={auth_method}, ||]]" ENDS "{detail*}", &kind_by_reason},
    {"{reason:text} [" ENDS "{detail*}]", &kind_by_reason},
    {"auth({user:text},{src_ip:ip}[[,{session:text}||]])<{:text}>: [[{level}: ||]]{backend}: "
     "{reason*}",
     &kind_by_reason},
    {"{backend}({user:text},{src_ip:ip}[[,{session:text}||]]): {auth_function} failed: {reason*}",
     &kind_login_failed},
    {"{backend}({user:text},{src_ip:ip}[[,{session:text}||]]): {reason*}", &kind_by_reason},
    {MAIL "[[sieve: ||]]msgid=<{message_id*}>: stored mail into mailbox '{mailbox*}'",
     &kind_stored},
    {MAIL "[[sieve: ||]]msgid=<{message_id*}>: saved mail to {mailbox*}", &kind_stored},
    {MAIL "[[sieve: ||]]msgid=<{message_id*}>: save failed to {mailbox*}", &kind_unstored},
    {MAIL "[[sieve: ||]]msgid=<{message_id*}>: {reason*}", NULL},
    {MAIL "Logged out[[ {reason*}||]]", &kind_logout},
    {MAIL "Disconnected[[: {reason*}||]]", &kind_logout},
    {MAIL "Connection closed[[: {reason*}||]]", &kind_logout},
    {MAIL "{reason*}", NULL},
    {"Dovecot v{version:text} starting up{detail*}", &kind_start},
    {"Killed with signal {signal:int}{detail*}", &kind_stop},
    {"Fatal: {reason*}", NULL},
};

/* Words of a reason, the first that is in it counts. */
static const struct {
    str words;
    const struct kind *kind;
} reasons[] = {
    {S("auth failed"), &kind_login_failed},
    {S("auth_failed"), &kind_login_failed},
    {S("didn't finish "), &kind_login_failed},
    {S("tried to use dis"), &kind_login_failed},
    {S("disconnected before auth"), &kind_lost},
    {S("disconnected while auth"), &kind_lost},
    {S("Aborted login"), &kind_login_failed},
    {S("failed: Connection reset by peer"), &kind_lost},
    {S("no auth attempts"), &kind_closed},
    {S("Disconnected"), &kind_closed},
    {S("unknown user"), &kind_login_failed},
    {S("ismatch"), &kind_login_failed},
    {S("invalid credentials"), &kind_login_failed},
    {S("Password "), &kind_login_failed},
    {S("User not known"), &kind_login_failed},
    {S("isallowed"), &kind_login_failed},
    {S("ccount is disabled"), &kind_login_failed},
    {S("expired"), &kind_login_failed},
    {S(" failed"), &kind_login_failed},
};

static const str levels[] = {S("Info: "),  S("Warning: "), S("Error: "), S("Debug: "),
                             S("Fatal: "), S("Panic: "),   S("Warn: ")};

static void find_kind(struct message *m)
{
    uint32_t at = event_find(m->event, S("reason"));

    if (m->event->kind != &kind_by_reason || at >= m->event->field_count)
        return;
    message_kind(m, &kind_dovecot);
    for (size_t i = 0; i < countof(reasons); i++)
        if (str_find(m->event->fields[at].value, reasons[i].words)) {
            message_kind(m, reasons[i].kind);
            return;
        }
}

/* "imap-login" of "imap-login: ", "auth-worker" of "auth-worker(12): ": how many bytes up to the
 * text behind it; 0: it begins otherwise. A name of a user in the brackets is not left out. */
static size_t process_length(str s)
{
    size_t n = 0;

    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || s.p[n] == '-' || s.p[n] == '3'))
        n++;
    if (n && n < s.n && s.p[n] == '(') {
        size_t from = ++n;
        while (n < s.n && ((s.p[n] >= '0' && s.p[n] <= '9')))
            n++;
        n = n == from && str_starts(str_from_at(s, n), S("default)")) ? n + S("default").n : n;
        if (n == from || n >= s.n || s.p[n++] != ')')
            return 0;
    }
    return n && n + 1 < s.n && s.p[n] == ':' && s.p[n + 1] == ' ' ? n + 2 : 0;
}

static bool take_process(struct message *m, str *s)
{
    size_t n = process_length(*s), name = 0;

    if (n == 0)
        return false;
    while (s->p[name] != '(' && s->p[name] != ':')
        name++;
    message_add(m, S("process"), (str){s->p, name});
    *s = str_from_at(*s, n);
    return true;
}

static bool take_level(struct message *m, str *s)
{
    for (size_t i = 0; i < countof(levels); i++)
        if (str_starts(*s, levels[i])) {
            message_add(m, S("level"), (str){s->p, levels[i].n - 2});
            *s = str_from_at(*s, levels[i].n);
            return true;
        }
    return false;
}

/* "conn unix:auth-worker (pid=1,uid=2): auth-worker<3>: " */
static void skip_connection(str *s)
{
    const char *end = str_starts(*s, S("conn ")) ? str_find(*s, S(">: ")) : NULL;

    if (end)
        *s = str_from_at(*s, (size_t)(end - s->p) + 3);
}

static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s);

    const bool pam = str_starts(m->text, S("pam_")) || str_find(s, S("-auth: pam_"));
    if (str_starts(s, S("dovecot: ")))
        s = str_from_at(s, S("dovecot: ").n);
    bool known = take_level(m, &s);
    known |= take_process(m, &s);
    known |= take_level(m, &s);
    if (!known && !m->program.n && !str_starts(s, S("auth(")))
        return false; /* a line of a file begins with one of them */
    skip_connection(&s);
    if (!stamped_match(state, m, time, s))
        return false;
    if (pam && m->event->kind != &kind_login_failed)
        return false;
    m->layout = 0; /* level and process come and go */
    find_kind(m);
    return true;
}

/* Processes that say of their own that a line is Dovecot's. */
static int sniff(str text)
{
    static const str fronts[] = {S("imap-login: "),        S("pop3-login: "), S("auth-worker("),
                                 S("submission-login: "),  S("auth: "),       S("auth("),
                                 S("managesieve-login: "), S("Info: "),       S("dovecot: "),
                                 S("dovecot-auth: ")};
    const str front = stamped_front(text);

    if (!str_find(front, S("-login: ")) && !str_find(front, S("auth")) &&
        !str_starts(text, S("Info: ")) && !str_starts(text, S("dovecot: ")))
        return 0;
    str s = stamped_rest(text);
    for (size_t i = 0; i < countof(fronts); i++)
        if (str_starts(s, fronts[i]))
            return 60;
    return 0;
}

const struct dialect dialect_dovecot = {
    .name = "dovecot",
    .summary = "Dovecot: logons by IMAP, POP3, submission and sieve, their failures, stored mail",
    .sample = "Nov 24 10:00:00 mail1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in "
              "2 secs): user=<alice>, method=PLAIN, rip=192.0.2.7, lip=198.51.100.1, TLS",
    .kind = &kind_dovecot,
    .programs = {S("dovecot"), S("dovecot-auth"), S("imap-login"), S("pop3-login"),
                 S("submission-login"), S("managesieve-login"), S("auth"), S("auth-worker"),
                 S("dovecot-lda"), S("lmtp")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
