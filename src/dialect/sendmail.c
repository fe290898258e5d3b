/*
 * sendmail.c - Sendmail's messages (doc/op/op.me, "The System Log", and the source of 8.17).
 *
 *   x2TMpAlI024202: from=<a>, size=1, nrcpts=1, msgid=<m>, proto=ESMTP, daemon=MTA, relay=h [ip]
 *   x2TMpAlI024202: to=<b>, delay=00:00:01, mailer=esmtp, relay=h [ip], dsn=2.0.0, stat=Sent (text)
 *   x2TMpAlI024202: ruleset=check_rcpt, arg1=<b>, relay=h [ip], reject=550 5.7.1 <b>... text
 *   AUTH=server, relay=h [ip], authid=u, mech=LOGIN, bits=0
 *
 * and sentences. What a client chose (addresses, a Message-ID, a user) stands before its relay,
 * which is why the last relay counts; texts of replies are last of all, and end the pairs.
 */
#include "dialect/mail_text.h"
#include "message/stamped.h"

#include <string.h>

enum { PAIRS_MAX = 48 };

static const struct column_rule columns[] = {
    {S("authid"), COLUMN_user_name, VIA_ACCOUNT},
    {S("msgid"), COLUMN_email_id, VIA_TEXT},
    {S("reject"), COLUMN_event_reason, VIA_TEXT},
    {S("stat"), COLUMN_event_reason, VIA_TEXT},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("smtp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_sendmail = {
    .format = "sendmail",
    .activity = ACTIVITY_mail,
    .columns = columns,
    .constants = constants,
    .refine = mail_refine,
};
static const struct kind kind_refused = {.base = &kind_sendmail,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_received = {.base = &kind_sendmail,
                                          .action = "receive",
                                          .activity = ACTIVITY_mail_receive,
                                          .outcome = OUTCOME_SUCCESS};
static const struct kind kind_sent = {.base = &kind_sendmail,
                                      .action = "deliver",
                                      .activity = ACTIVITY_mail_send,
                                      .outcome = OUTCOME_SUCCESS};
static const struct kind kind_unsent = {.base = &kind_sendmail,
                                        .action = "deliver",
                                        .activity = ACTIVITY_mail_send,
                                        .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {.base = &kind_sendmail,
                                       .action = "smtp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_sendmail,
                                              .action = "smtp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_connect = {.base = &kind_sendmail,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_lost = {.base = &kind_sendmail,
                                      .action = "lost connection",
                                      .activity = ACTIVITY_flow_fail,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_tls = {
    .base = &kind_sendmail, .activity = ACTIVITY_tls, .outcome = OUTCOME_SUCCESS};

#define CLIENT "[[{src_host:host} ||]][{src_ip:ip}][[ (may be forged)||]]"

static const struct template_row templates[] = {
    {CLIENT ": possible SMTP attack: command={smtp_command}, count={count:int}",
     &kind_login_failed},
    {CLIENT ": {smtp_command} {argument*} [rejected]", &kind_refused},
    {CLIENT ": {smtp_command} {argument*} [denied]", &kind_refused},
    {CLIENT " did not issue MAIL/EXPN/VRFY/ETRN during connection to {daemon*}", &kind_lost},
    {"rejecting commands from [[ ||]]" CLIENT " due to {reason*}", &kind_refused},
    {"lost input channel from " CLIENT " to {daemon} after {phase*}", &kind_lost},
    {"timeout waiting for input from " CLIENT " during {phase*}", &kind_lost},
    {"connect from " CLIENT, &kind_connect},
    {"NOQUEUE: connect from " CLIENT, &kind_connect},
    {"collect: premature EOM: {reason*}", &kind_lost},
    {"<{to*}>... {reason*}", &kind_refused},
    {"rejecting connections on daemon {daemon}: {reason*}", &kind_refused},
    {"starting daemon ({version:text}): {options*}", NULL},
    {"{id}: clone: owner={owner*}", NULL},
    {"{id}: DSN: {reason*}", NULL},
};

/* ------------------------------------------------------------ pairs */

/* Lines by their first name. */
static const struct {
    str first;
    str last; /* the pair whose value is the rest of the text; empty: none */
    bool to;  /* the relay is where it went */
    const struct kind *kind;
} lines[] = {
    {S("from="), S(""), false, &kind_received},
    {S("to="), S("stat"), true, &kind_unsent},
    {S("ruleset="), S("reject"), false, &kind_refused},
    {S("Milter: "), S("reject"), false, &kind_refused},
    {S("AUTH="), S(""), false, &kind_login},
    {S("STARTTLS="), S(""), false, &kind_tls},
    {S("STARTTLS: "), S(""), false, &kind_sendmail},
    {S("AUTH failure ("), S(""), false, &kind_login_failed},
};

static size_t name_length(str s)
{
    size_t n = 0;

    while (n < s.n && (ascii_lower(s.p[n]) != s.p[n] || (s.p[n] >= 'a' && s.p[n] <= 'z') ||
                       (s.p[n] >= '0' && s.p[n] <= '9')))
        n++;
    return n < s.n && s.p[n] == '=' ? n : 0;
}

/* "<a>" without its brackets; "<a>,<b>" as it stands; or up to the next comma and blank. */
static str take_value(str *s)
{
    str path = {0}, rest = *s;
    uint32_t paths = 0;

    for (; paths < PAIRS_MAX && mail_take_path(&rest, &path); paths++) {
        if (!str_starts(rest, S(",<")))
            break;
        rest = str_from_at(rest, 1);
    }
    const char *end = str_find(rest, S(", "));
    str value = {s->p, end ? (size_t)(end - s->p) : s->n};
    const bool alone = path.p && paths == 0 && value.n == path.n + 2;
    *s = str_from_at(*s, value.n);
    return alone ? path : value;
}

static void put_relay(struct message *m, str relay, bool to)
{
    struct mail_peer peer;
    const char *at = memchr(relay.p, '@', relay.n), *blank = memchr(relay.p, ' ', relay.n);

    if (at && (!blank || at < blank)) /* "ident@host [ip]" */
        relay = str_from_at(relay, (size_t)(at - relay.p) + 1);
    if (!relay.n || !mail_take_peer(&relay, &peer))
        return;
    if (peer.name.n && peer.name.p[peer.name.n - 1] == '.')
        peer.name.n--;
    if (to)
        mail_put_destination(m, &peer);
    else
        mail_put_source(m, &peer);
}

static void read_pairs(struct message *m, str s, str last, bool to)
{
    str relay = {0};

    for (uint32_t i = 0; i < PAIRS_MAX && s.n; i++) {
        size_t n = name_length(s);
        if (n == 0) { /* words between pairs */
            const char *next = str_find(s, S(", "));
            if (!next)
                break;
            s = str_from_at(s, (size_t)(next - s.p) + 2);
            continue;
        }
        str name = {s.p, n};
        s = str_from_at(s, n + 1);
        if (last.n && str_eq(name, last)) {
            message_add(m, name, s);
            if (str_starts(s, S("Sent")) && to)
                message_kind(m, &kind_sent);
            break;
        }
        str value = take_value(&s);
        message_add(m, name, value);
        relay = str_eq(name, S("relay")) ? value : relay;
        if (str_eq(name, S("nrcpts")) && str_eq(value, S("0")))
            message_kind(m, &kind_sendmail); /* nobody was to have it: nothing was received */
        while (s.n && (s.p[0] == ',' || s.p[0] == ' '))
            s = str_from_at(s, 1);
    }
    if (relay.n)
        put_relay(m, relay, to);
}

static bool read_line(struct message *m, str s)
{
    for (size_t i = 0; i < countof(lines); i++) {
        if (!str_starts(s, lines[i].first))
            continue;
        message_kind(m, lines[i].kind);
        if (lines[i].kind == &kind_login_failed) {
            const str first = lines[i].first;
            const char *end = memchr(s.p + first.n, ')', s.n - first.n);
            const char *comma = str_find(s, S(", "));
            if (end)
                message_add(m, S("auth_method"),
                            (str){s.p + first.n, (size_t)(end - s.p) - first.n});
            if (end && comma && comma > end + 2)
                message_add(m, S("reason"), (str){end + 3, (size_t)(comma - end) - 3});
        }
        if (s.p[lines[i].first.n - 1] == ' ')
            s = str_from_at(s, lines[i].first.n);
        read_pairs(m, s, lines[i].last, lines[i].to);
        return true;
    }
    return false;
}

/* ------------------------------------------------------------ messages */

/* "x2TMpAlI024202: ": letters and digits, of which one at least is a digit. */
static void take_id(struct message *m, str *s)
{
    enum { ID_MIN = 8, ID_MAX = 24 };
    size_t n = 0;
    bool digit = false;

    while (n < s->n && n <= ID_MAX &&
           ((s->p[n] >= '0' && s->p[n] <= '9') ||
            (ascii_lower(s->p[n]) >= 'a' && ascii_lower(s->p[n]) <= 'z')))
        digit |= s->p[n++] <= '9';
    if (!digit || n < ID_MIN || n > ID_MAX || n + 1 >= s->n || s->p[n] != ':' || s->p[n + 1] != ' ')
        return;
    message_add(m, S("queue_id"), (str){s->p, n});
    *s = str_from_at(*s, n + 2);
}

static bool read(void *state, struct message *m)
{
    str s = m->text;

    take_id(m, &s);
    return read_line(m, s) || template_match_part(state, m, s);
}

const struct dialect dialect_sendmail = {
    .name = "sendmail",
    .summary = "Sendmail: mail on its way, refusals, logons",
    .sample = "Nov 24 10:00:00 mail1 sm-mta[712]: x2TMpAlI024202: ruleset=check_rcpt, "
              "arg1=<a@example.com>, relay=[192.0.2.7], reject=550 5.7.1 <a@example.com>... "
              "Relaying denied",
    .kind = &kind_sendmail,
    .programs = {S("sendmail"), S("sm-mta"), S("sm-acceptingconnections"), S("sm-msp-queue"),
                 S("sm-que"), S("sm-client")},
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
