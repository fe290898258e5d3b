/*
 * exim.c - Exim's main and reject logs ("Log files" of its specification, 4.97), in files and in
 * syslog.
 *
 *   2026-11-24 10:00:00 [712] 1abcde-000001-AB <= a@example.com H=host (helo) [192.0.2.7]:5 P=esmtp
 *   2026-11-24 10:00:00 H=(helo) [192.0.2.7] F=<a@example.com> rejected RCPT <b@example.net>: text
 *   2026-11-24 10:00:00 plain authenticator failed for (helo) [192.0.2.7]:5: 535 text (set_id=u)
 *
 * After a time, a process and a message the front of a line says what it is; then comes the other
 * host, with the name that it gave in HELO in parentheses, fields of one or more letters, and text.
 * Host, HELO and address are read in that order by their own grammar: HELO has no blanks, and what
 * else the client writes stands behind the address. Of a command that is quoted before the host all
 * is the client's up to the last quote.
 */
#include "dialect/exim_line.h"
#include "message/stamped.h"

#include <string.h>

static const struct column_rule columns[] = {
    {S("F"), COLUMN_email_from, VIA_TEXT},
    {S("id"), COLUMN_email_id, VIA_TEXT},
    {S("subject"), COLUMN_email_subject, VIA_TEXT},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("smtp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_exim = {
    .format = "exim", .activity = ACTIVITY_mail, .columns = columns, .constants = constants};
static const struct kind kind_login_failed = {.base = &kind_exim,
                                              .action = "smtp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_refused = {.base = &kind_exim,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_received = {.base = &kind_exim,
                                          .action = "receive",
                                          .activity = ACTIVITY_mail_receive,
                                          .outcome = OUTCOME_SUCCESS};
static const struct kind kind_sent = {.base = &kind_exim,
                                      .action = "deliver",
                                      .activity = ACTIVITY_mail_send,
                                      .outcome = OUTCOME_SUCCESS};
static const struct kind kind_bounced = {.base = &kind_exim,
                                         .action = "bounce",
                                         .activity = ACTIVITY_mail_send,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_deferred = {.base = &kind_exim,
                                          .action = "defer",
                                          .activity = ACTIVITY_mail_send,
                                          .outcome = OUTCOME_FAILURE};
static const struct kind kind_opened = {.base = &kind_exim,
                                        .action = "connect",
                                        .activity = ACTIVITY_flow_open,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_closed = {.base = &kind_exim,
                                        .action = "disconnect",
                                        .activity = ACTIVITY_flow_close,
                                        .outcome = OUTCOME_SUCCESS};
static const struct kind kind_lost = {.base = &kind_exim,
                                      .action = "lost connection",
                                      .activity = ACTIVITY_flow_fail,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_unnamed = {
    .base = &kind_exim, .activity = ACTIVITY_dns_query, .outcome = OUTCOME_FAILURE};
static const struct kind kind_spam = {.base = &kind_exim,
                                      .action = "spam",
                                      .activity = ACTIVITY_detection,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_start = {
    .base = &kind_exim, .activity = ACTIVITY_app_start, .outcome = OUTCOME_SUCCESS};

/* ------------------------------------------------------------ sentences without a host in front */

static const struct template_row templates[] = {
    {"Completed[[ QT={QT}||]]", NULL},
    {"Frozen[[ {reason*}||]]", NULL},
    {"no host name found for IP address {src_ip:ip}", &kind_unnamed},
    {"no IP address found for host {src_host:host}[[ (during SMTP connection from "
     "[{src_ip:ip}]{peer*})||]]",
     &kind_unnamed},
    {"[[SA: ||]]Action: {action:text}: score={score:num} required={required:num} (scanned in "
     "{duration:text} | Message-Id: {message_id:text}). From <{from*}> (host={src_host} "
     "[{src_ip:ip}]) for {to*}",
     &kind_spam},
    {"Start queue run: pid={queue_pid:int}{detail*}", NULL},
    {"End queue run: pid={queue_pid:int}{detail*}", NULL},
    {"exim {version} daemon started: pid={daemon_pid:int}, {detail*}", &kind_start},
};

/* ------------------------------------------------------------ sentences with a host */

/* What stands before the host, and what it means unless the text behind the host says more. */
static const struct {
    str front;
    const struct kind *kind;
} fronts[] = {
    {S("H="), &kind_exim},
    {S("SMTP call from "), &kind_refused},
    {S("no MAIL in SMTP connection from "), &kind_lost},
    {S("SMTP connection from "), &kind_opened},
    {S("SMTP connection identification H="), &kind_opened},
    {S("unexpected disconnection while reading SMTP command from "), &kind_lost},
    {S("SMTP command timeout on connection from "), &kind_lost},
    {S("SMTP command timeout on TLS connection from "), &kind_lost},
    {S("SMTP data timeout (message abandoned) on connection from "), &kind_lost},
    {S("TLS error on connection from "), &kind_lost},
    {S("TLS client disconnected cleanly (rejected our certificate?) from "), &kind_lost},
    {S("refused connection from "), &kind_refused},
    {S("rejected connection from "), &kind_refused},
    {S("rejected HELO from "), &kind_refused},
    {S("rejected EHLO from "), &kind_refused},
    {S("Connection from "), &kind_opened},
    {S("rejected VRFY from "), &kind_refused},
    {S("rejected EXPN from "), &kind_refused},
};

static const struct {
    str words;
    const struct kind *kind;
} verdicts[] = {
    {S("Warning: "), &kind_exim},
    {S("rejected "), &kind_refused},
    {S("temporarily rejected "), &kind_refused},
    {S("sender verify fail"), &kind_refused},
    {S("sender verify defer"), &kind_refused},
    {S("closed by DROP"), &kind_refused},
    {S("closed by "), &kind_closed},
    {S("lost"), &kind_lost},
    {S("refused"), &kind_refused},
    {S("dropped"), &kind_refused},
    {S("(TCP/IP connection count"), &kind_opened},
    {S("incomplete transaction"), &kind_lost},
};

/* "rejected RCPT <to>: reason", "rejected after DATA: reason", "sender verify fail for <from>: ..."
 */
static void read_verdict(struct message *m, str s)
{
    const str rejected = S("rejected "), sender = S("sender verify ");
    str path;

    for (size_t i = 0; i < countof(verdicts); i++)
        if (str_starts(s, verdicts[i].words)) {
            message_kind(m, verdicts[i].kind);
            break;
        }
    if (str_starts(s, S("temporarily ")))
        s = str_from_at(s, S("temporarily ").n);
    bool refused = str_starts(s, rejected), unverified = str_starts(s, sender);
    const char *open = memchr(s.p, '<', s.n), *colon = str_find(s, S(": "));
    if (refused && open && (!colon || open < colon)) {
        message_add(m, S("smtp_command"),
                    str_trim((str){s.p + rejected.n, (size_t)(open - s.p) - rejected.n}));
        s = str_from_at(s, (size_t)(open - s.p));
        if (mail_take_path(&s, &path))
            message_add(m, S("to"), path);
    } else if (refused && colon) {
        message_add(m, S("smtp_command"),
                    (str){s.p + rejected.n, (size_t)(colon - s.p) - rejected.n});
        s = str_from_at(s, (size_t)(colon - s.p));
    } else if (unverified && open) {
        s = str_from_at(s, (size_t)(open - s.p));
        if (mail_take_path(&s, &path))
            message_add(m, S("from"), path);
    }
    while (s.n && (s.p[0] == ':' || s.p[0] == ' '))
        s = str_from_at(s, 1);
    if (s.n)
        message_add(m, S("reason"), s);
}

static bool read_host(struct message *m, str s)
{
    if (!exim_take_host(m, &s))
        return false;
    exim_take_fields(m, &s);
    read_verdict(m, s);
    return true;
}

static bool read_front(struct message *m, str s)
{
    for (size_t i = 0; i < countof(fronts); i++)
        if (str_starts(s, fronts[i].front)) {
            message_kind(m, fronts[i].kind);
            return read_host(m, str_from_at(s, fronts[i].front.n));
        }
    return false;
}

/* ------------------------------------------------------------ others */

/* "login authenticator failed for host (helo) [ip]:port: 535 text (set_id=user)" */
static bool read_authenticator(struct message *m, str s)
{
    const str words = S(" authenticator failed for "), set_id = S(" (set_id=");
    str method = {s.p, 0};

    while (method.n < s.n && s.p[method.n] != ' ')
        method.n++;
    s = str_from_at(s, method.n);
    if (!method.n || !str_starts(s, words))
        return false;
    s = str_from_at(s, words.n);
    s = str_from_at(s, str_starts(s, S("H=")) ? 2 : 0);
    if (!exim_take_host(m, &s))
        return false;
    exim_take_fields(m, &s);
    message_add(m, S("auth_method"), method);
    message_kind(m, &kind_login_failed);
    s = str_starts(s, S(": ")) ? str_from_at(s, 2) : s;
    const char *id = str_find(s, set_id);
    str reason = id ? (str){s.p, (size_t)(id - s.p)} : s;
    message_add(m, S("reason"), reason);
    s = id ? str_from_at(s, reason.n + set_id.n) : (str){0};
    if (s.n && s.p[s.n - 1] == ')')
        message_add(m, S("user"), (str){s.p, s.n - 1});
    return true;
}

/* SMTP protocol error in "AUTH LOGIN" H=(helo) [ip] text: the command ends at the last place. */
static bool read_protocol_error(struct message *m, str s)
{
    static const str words[] = {S("SMTP protocol error in \""), S("SMTP syntax error in \"")};

    for (size_t i = 0; i < countof(words); i++) {
        if (!str_starts(s, words[i]))
            continue;
        s = str_from_at(s, words[i].n);
        const char *end = hole_find_last(s, S("\" H="));
        if (!end)
            return false;
        str command = {s.p, (size_t)(end - s.p)};
        s = str_from_at(s, command.n + S("\" H=").n);
        if (!exim_take_host(m, &s))
            return false;
        exim_take_fields(m, &s);
        message_add(m, S("smtp_command"), command);
        message_add(m, S("reason"), s);
        message_kind(m, str_starts(command, S("AUTH")) ? &kind_login_failed : &kind_refused);
        return true;
    }
    return false;
}

/* SMTP protocol synchronization error (text): rejected "RSET" H=host [ip] next input="QUIT": the
 * client wrote what is before the host and behind it, so that there must be one host only. */
static bool read_synchronization(struct message *m, str s)
{
    const str host = S(" H="), older = S("SMTP protocol violation: synchronization error (");
    str words = S("SMTP protocol synchronization error (");

    words = str_starts(s, older) ? older : words;
    if (!str_starts(s, words))
        return false;
    const char *end = str_find(s, S("): ")), *at = str_find(s, host);
    message_kind(m, &kind_refused);
    if (end && end < (at ? at : s.p + s.n))
        message_add(m, S("reason"), (str){s.p + words.n, (size_t)(end - s.p) - words.n});
    if (!at || hole_find_last(s, host) != at)
        return true;
    s = str_from_at(s, (size_t)(at - s.p) + host.n);
    if (exim_take_host(m, &s))
        exim_take_fields(m, &s);
    return true;
}

static const struct {
    str arrow;
    const struct kind *kind;
} arrows[] = {
    {S("<= "), &kind_received}, {S("(= "), &kind_received}, {S("=> "), &kind_sent},
    {S("-> "), &kind_sent},     {S(">> "), &kind_sent},     {S("*> "), &kind_sent},
    {S("** "), &kind_bounced},  {S("== "), &kind_deferred},
};

/* "<= a@example.com H=host [ip] P=esmtp", "** b@example.net R=x T=y H=z [ip]: text" */
static bool read_arrow(struct message *m, str s)
{
    for (size_t i = 0; i < countof(arrows); i++) {
        if (!str_starts(s, arrows[i].arrow))
            continue;
        const bool in = arrows[i].kind == &kind_received;
        s = str_from_at(s, arrows[i].arrow.n);
        str address = str_cut(&s, ' '), path;
        message_kind(m, arrows[i].kind);
        message_add(m, in ? S("from") : S("to"), address);
        if (!in && mail_take_path(&s, &path))
            message_add(m, S("orig_to"), path);
        exim_take_all(m, &s, in);
        while (s.n && (s.p[0] == ':' || s.p[0] == ' '))
            s = str_from_at(s, 1);
        if (s.n)
            message_add(m, S("reason"), s);
        return true;
    }
    return false;
}

/* "info exim[712]: ", as loggers file it behind a time of their own. */
static void skip_program(str *s)
{
    enum { FRONT_MAX = 16 };
    const char *at = str_find((str){s->p, s->n < FRONT_MAX ? s->n : FRONT_MAX}, S("exim["));
    const char *end = at ? str_find(*s, S("]: ")) : NULL;

    if (end)
        *s = str_from_at(*s, (size_t)(end - s->p) + 3);
}

static bool read(void *state, struct message *m)
{
    str s = m->text, time = stamped_take(&s);

    skip_program(&s);
    exim_take_ids(m, &s);
    bool known = read_arrow(m, s) || read_front(m, s) || read_protocol_error(m, s) ||
                 read_synchronization(m, s) || read_authenticator(m, s);
    if (!known && !template_match_part(state, m, s))
        return false;
    if (time.n)
        (void)message_time_text(m, time);
    return true;
}

/* Lines of a file that Exim's own words stand in. */
static int sniff(str text)
{
    static const str words[] = {S("SMTP "),
                                S("no MAIL in SMTP "),
                                S("no host name found "),
                                S("no IP address found "),
                                S("unexpected disconnection while "),
                                S("TLS error on connection from "),
                                S("Start queue run: "),
                                S("End queue run: "),
                                S("refused connection from ")};
    enum { STAMP_BYTES = 19 }; /* "2026-11-24 10:00:00" */
    str s = text;

    if (text.n <= STAMP_BYTES || text.p[0] < '0' || text.p[0] > '9' || text.p[4] != '-' ||
        text.p[10] != ' ' || text.p[13] != ':')
        return 0;
    s = str_from_at(s, text.p[STAMP_BYTES] == ' ' ? STAMP_BYTES + 1 : 0);
    if (text.p[STAMP_BYTES] != ' ' || (s.n && (s.p[0] == '+' || s.p[0] == '-'))) {
        s = text; /* with a fraction or a zone */
        if (!stamped_take(&s).n)
            return 0;
    }
    skip_program(&s);
    const bool host =
        str_starts(s, S("H=")) || (s.n && s.p[0] == '[' && str_find(stamped_front(s), S("] H=")));
    if (exim_has_id(s) || (host && str_find(s, S(" ["))))
        return 80;
    for (size_t i = 0; i < countof(words); i++)
        if (str_find((str){s.p, s.n < 80 ? s.n : 80}, words[i]))
            return 60;
    return str_find(s, S(" authenticator failed for ")) ? 70 : 0;
}

const struct dialect dialect_exim = {
    .name = "exim",
    .summary = "Exim: mail that it took, delivered and refused, failed logons",
    .sample = "2026-11-24 10:00:00 login authenticator failed for (pc) [192.0.2.7]:50022: 535 "
              "Incorrect authentication data (set_id=alice)",
    .kind = &kind_exim,
    .programs = {S("exim"), S("exim4"), S("sa-exim"), S("SA")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
