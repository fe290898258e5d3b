/*
 * postfix.c - Postfix's daemons, as their manual pages and the source of postfix-3.x write them.
 *
 * A message is "QUEUEID: what", or what alone. What is one of
 *   a decision        reject: RCPT from name[ip]: 554 5.7.1 <to>: text; from=<> to=<> proto= helo=
 *   a delivery        to=<>, relay=name[ip]:25, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent
 * (text) other words of a mail's way: from=<>, size=, nrcpt=; client=; message-id=; uid= and
 * sentences, which are templates.
 *
 * Clients choose senders, recipients, HELO names and headers; name and address of the client are
 * Postfix's own. They are taken where nothing that the client chose stands before them; for a
 * header check, where the header does, only when there is one place that they can be.
 */
#include "dialect/mail_text.h"

#include <string.h>

enum {
    QUEUE_ID_MIN = 6,
    QUEUE_ID_MAX = 24,
    PAIRS_MAX = 32, /* name=value words of a message */
};

/* ------------------------------------------------------------ kinds */

static const struct column_rule columns[] = {
    {S("sasl_username"), COLUMN_user_name, VIA_ACCOUNT},
    {S("message-id"), COLUMN_email_id, VIA_TEXT},
    {S("status"), COLUMN_event_action, VIA_TEXT},
    {S("action"), COLUMN_event_action, VIA_TEXT},
    {.field = S("")},
};
static const struct column_constant constants[] = {
    {S("smtp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct kind kind_postfix = {
    .format = "postfix",
    .activity = ACTIVITY_mail,
    .columns = columns,
    .constants = constants,
    .refine = mail_refine,
};
static const struct kind kind_refused = {
    .base = &kind_postfix, .activity = ACTIVITY_mail_receive, .outcome = OUTCOME_FAILURE};
static const struct kind kind_received = {
    .base = &kind_postfix, .activity = ACTIVITY_mail_receive, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_sent = {
    .base = &kind_postfix, .activity = ACTIVITY_mail_send, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_unsent = {
    .base = &kind_postfix, .activity = ACTIVITY_mail_send, .outcome = OUTCOME_FAILURE};
static const struct kind kind_login_failed = {.base = &kind_postfix,
                                              .action = "smtp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
/* Nobody's password was tried: the client asked for what is not offered, or there was nobody to
 * ask. */
static const struct kind kind_no_mechanism = {
    .base = &kind_postfix, .action = "smtp_login", .activity = ACTIVITY_authenticate};
static const struct kind kind_login = {.base = &kind_postfix,
                                       .action = "smtp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_connect = {.base = &kind_postfix,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_disconnect = {.base = &kind_postfix,
                                            .action = "disconnect",
                                            .activity = ACTIVITY_flow_close,
                                            .outcome = OUTCOME_SUCCESS};
static const struct kind kind_lost = {.base = &kind_postfix,
                                      .action = "lost connection",
                                      .activity = ACTIVITY_flow_fail,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_blocked = {.base = &kind_postfix,
                                         .action = "refuse",
                                         .activity = ACTIVITY_flow_refuse,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_passed = {.base = &kind_received, .action = "pass"};
static const struct kind kind_greylisted = {.base = &kind_refused, .action = "greylist"};
static const struct kind kind_tls = {
    .base = &kind_postfix, .activity = ACTIVITY_tls, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_tls_failed = {
    .base = &kind_postfix, .activity = ACTIVITY_tls, .outcome = OUTCOME_FAILURE};
static const struct kind kind_failed = {
    .base = &kind_postfix, .activity = ACTIVITY_app_fail, .outcome = OUTCOME_FAILURE};

/* ------------------------------------------------------------ sentences */

#define CLIENT "{src_host:host}[{src_ip:ip}][[:{src_port:int}||]]"
#define BARE_CLIENT "[{src_ip:ip}]:{src_port:int}"
#define SERVER "{dst_host:host}[{dst_ip:ip}][[:{dst_port:int}||]]"

static const struct template_row templates[] = {
    {"connect from " CLIENT, &kind_connect},
    {"lost connection after {smtp_command*} from " CLIENT, &kind_lost},
    {"timeout after {smtp_command*} from " CLIENT, &kind_lost},
    {"too many errors after {smtp_command*} from " CLIENT, &kind_lost},
    {"improper command pipelining after {smtp_command} from " CLIENT ":[[ {data*}||]]",
     &kind_refused},
    {"improper command pipelining after {smtp_command} from " CLIENT, &kind_refused},
    {"warning: " CLIENT ": SASL {auth_method} authentication failed: Invalid authentication "
     "mechanism",
     &kind_no_mechanism},
    {"warning: " CLIENT ": SASL {auth_method} authentication failed: Connection lost to "
     "authentication server{reason*}",
     &kind_no_mechanism},
    {"warning: " CLIENT ": SASL {auth_method} authentication failed: {reason:text}, "
     "sasl_username={sasl_username*}",
     &kind_login_failed},
    {"warning: " CLIENT ": SASL {auth_method} authentication failed:[[ {reason*}||]]",
     &kind_login_failed},
    {"warning: " CLIENT ": SASL {auth_method} authentication aborted[[: {reason*}||]]",
     &kind_login_failed},
    {"warning: hostname {src_host:host} does not resolve to address {src_ip:ip}[[: {reason*}||]]",
     NULL},
    {"warning: {limit:text} rate limit exceeded: {count:int} from " CLIENT
     " for service {service*}",
     &kind_blocked},
    {"warning: {limit:text} concurrency limit exceeded: {count:int} from " CLIENT
     " for service {service*}",
     &kind_blocked},
    {"warning: non-SMTP command from " CLIENT ": {smtp_command*}", &kind_refused},
    {"warning: non-E/SMTP command from " CLIENT ": {smtp_command*}", &kind_refused},
    {"warning: Illegal address syntax from " CLIENT " in {smtp_command} command: {address*}",
     &kind_refused},
    {"warning: {problem} from " CLIENT ": {reason*}", NULL},
    {"warning: {src_ip:ip}: hostname {src_host:host} verification failed: {reason*}", NULL},
    {"warning: {src_ip:ip}: address not listed for hostname {src_host:host}", NULL},
    {"warning: numeric hostname in resource data in MX record for {domain}: {value*}", NULL},
    {"warning: read TCP map reply from {dst_ip:ip}:{dst_port:int}: {reason*}", NULL},
    {"warning: TLS library problem: {reason*}", NULL},
    {"{tls_trust} TLS connection established from " CLIENT
     ": {tls_version} with cipher {tls_cipher} {tls_detail*}",
     &kind_tls},
    {"{tls_trust} TLS connection established to " SERVER
     ": {tls_version} with cipher {tls_cipher} {tls_detail*}",
     &kind_tls},
    {"{tls_trust} TLS connection reused to " SERVER
     ": {tls_version} with cipher {tls_cipher} {tls_detail*}",
     &kind_tls},
    {"Used TLS for " SERVER, &kind_tls},
    {"SSL_accept error from " CLIENT ": {reason*}", &kind_tls_failed},
    {"SSL_connect error to " SERVER ": {reason*}", &kind_tls_failed},
    {"SSL_connect error to {dst_ip:ip}:{dst_port:int}: {reason*}", &kind_tls_failed},
    {"Cannot start TLS: {reason*}", &kind_tls_failed},
    {"connect to " SERVER ": {reason*}", &kind_unsent},
    {"connect to {dst_host:host}[{path}]: {reason*}", &kind_unsent},
    {"host " SERVER " said: {reply:int} {reason*}", &kind_unsent},
    {"host " SERVER " refused to talk to me: {reason*}", &kind_unsent},
    {"lost connection with " SERVER " while {phase*}", &kind_unsent},
    {"conversation with " SERVER " timed out while {phase*}", &kind_unsent},
    {"enabling PIX workarounds: {workarounds:text} for " SERVER, NULL},
    {"warning: {reason*}", NULL},
    {"error: {reason*}", NULL},
    {"fatal: {reason*}", &kind_failed},
    {"panic: {reason*}", &kind_failed},
    {"removed", NULL},
    {"skipped, still being delivered", NULL},
    {"sender non-delivery notification: {notice_id}", NULL},
    {"sender delivery status notification: {notice_id}", NULL},
    {"postmaster non-delivery notification: {notice_id}", NULL},
    {"statistics: max {limit:text} {count} for ({service}:{src_ip:ip}) at {at*}", NULL},
    {"statistics: {text*}", NULL},
    {"daemon started -- version {version}, configuration {config*}", NULL},
    {"refreshing the Postfix mail system", NULL},
    {"reload -- version {version}, configuration {config*}", NULL},
    {"terminating on signal {signal:int}", NULL},
    /* postscreen and dnsblog */
    {"CONNECT from " BARE_CLIENT " to [{dst_ip:ip}]:{dst_port:int}", &kind_connect},
    {"PASS {pass} " BARE_CLIENT, &kind_connect},
    {"WHITELISTED " BARE_CLIENT, &kind_connect},
    {"ALLOWLISTED " BARE_CLIENT, &kind_connect},
    {"WHITELIST VETO " BARE_CLIENT, &kind_blocked},
    {"ALLOWLIST VETO " BARE_CLIENT, &kind_blocked},
    {"BLACKLISTED " BARE_CLIENT, &kind_blocked},
    {"DENYLISTED " BARE_CLIENT, &kind_blocked},
    {"DISCONNECT " BARE_CLIENT, &kind_disconnect},
    {"HANGUP after {after:num} from " BARE_CLIENT " in {phase*}", &kind_lost},
    {"PREGREET {count:int} after {after:num} from " BARE_CLIENT ": {data*}", &kind_refused},
    {"DNSBL rank {rank:int} for " BARE_CLIENT, &kind_blocked},
    {"COMMAND TIME LIMIT from " BARE_CLIENT " after {smtp_command*}", &kind_lost},
    {"COMMAND COUNT LIMIT from " BARE_CLIENT " after {smtp_command*}", &kind_refused},
    {"COMMAND LENGTH LIMIT from " BARE_CLIENT " after {smtp_command*}", &kind_refused},
    {"COMMAND PIPELINING from " BARE_CLIENT " after {smtp_command}: {data*}", &kind_refused},
    {"NON-SMTP COMMAND from " BARE_CLIENT " after {smtp_command}: {data*}", &kind_refused},
    {"BARE NEWLINE from " BARE_CLIENT " after {smtp_command*}", &kind_refused},
    {"addr {src_ip:ip} listed by domain {rbl} as {answer*}", NULL},
    /* postgrey and policyd-spf, which smtpd asks */
    {"whitelisted: {src_host:host}[{src_ip:ip}[[/{:int}||]]]", &kind_received},
    {"action=pass, reason={reason:text}, client_name={src_host:host}, "
     "client_address={src_ip:ip}[[/{:int}||]], [[sender={from*}, ||]]recipient={to*}",
     &kind_passed},
    {"action=greylist, reason={reason:text}, client_name={src_host:host}, "
     "client_address={src_ip:ip}[[/{:int}||]], [[sender={from*}, ||]]recipient={to*}",
     &kind_greylisted},
    {"prepend Received-SPF: {spf} ({spf_reason:text}) identity={identity}; client-ip={src_ip:ip}; "
     "helo={helo:text}; envelope-from={from:text}; receiver={receiver*}",
     &kind_received},
    {"Action: prepend Received-SPF: {spf} ({spf_reason:text}) identity={identity}; "
     "client-ip={src_ip:ip}; helo={helo:text}; envelope-from={from:text}; receiver={receiver*}",
     &kind_received},
    {"Action: prepend: Text: Received-SPF: {spf} ({spf_reason:text}) identity={identity}; "
     "client-ip={src_ip:ip}; helo={helo:text}; envelope-from={from:text}; receiver={receiver}  "
     "Reject action: {reject_action*}",
     &kind_received},
    {"Fail; identity={identity}; client-ip={src_ip:ip}; helo={helo:text}; "
     "envelope-from={from:text}; receiver={receiver*}",
     &kind_refused},
    {"{spf}; identity={identity}; client-ip={src_ip:ip}; helo={helo:text}; "
     "envelope-from={from:text}; receiver={receiver*}",
     &kind_received},
    {"[{src_ip:ip}] {spf}; identity={identity}; client-ip={:ip}; helo={helo:text}; "
     "envelope-from={from:text}; receiver={receiver*}",
     &kind_received},
};

/* ------------------------------------------------------------ name=value */

static size_t name_length(str s)
{
    size_t n = 0;

    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || s.p[n] == '_' || s.p[n] == '-'))
        n++;
    return n < s.n && s.p[n] == '=' ? n : 0;
}

static size_t value_length(str s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] != ' ' && !(s.p[n] == ',' && n + 1 < s.n && s.p[n + 1] == ' '))
        n++;
    return n;
}

/* "sent (250 2.0.0 Ok: queued as 1234)" */
static void read_status(struct message *m, str s)
{
    str status = str_cut(&s, ' ');
    const bool delivered = str_eq(status, S("sent")) || str_eq(status, S("deliverable"));

    message_add(m, S("status"), status);
    const char *end = s.n && s.p[0] == '(' ? memrchr(s.p, ')', s.n) : NULL;
    if (end) {
        const str queued_as = S("queued as ");
        str reason = {s.p + 1, (size_t)(end - s.p) - 1};
        const char *queued = str_find(reason, queued_as);
        message_add(m, S("reason"), reason);
        if (queued)
            message_add(m, S("remote_queue_id"),
                        str_from_at(reason, (size_t)(queued - reason.p) + queued_as.n));
    }
    message_kind(m, delivered ? &kind_sent : &kind_unsent);
}

static void read_peer_pair(struct message *m, str name, str value)
{
    struct mail_peer peer;

    message_add(m, name, value);
    if (!mail_take_peer(&value, &peer))
        return;
    if (str_eq(name, S("client")))
        mail_put_source(m, &peer);
    else if (str_eq(name, S("relay")))
        mail_put_destination(m, &peer);
}

/* helo= is the last, and what is in it is the client's: up to the last bracket. */
static void read_helo(struct message *m, str s)
{
    const char *end = s.n && s.p[0] == '<' ? memrchr(s.p, '>', s.n) : NULL;

    message_add(m, S("helo"), end ? (str){s.p + 1, (size_t)(end - s.p) - 1} : s);
}

static void skip_separator(str *s)
{
    while (s->n && (s->p[0] == ',' || s->p[0] == ' ' || s->p[0] == ';'))
        *s = str_from_at(*s, 1);
}

/* Pairs up to the end of the text. False: it does not begin with one. */
static bool read_pairs(struct message *m, str s)
{
    uint32_t pairs = 0;
    str value;

    for (; pairs < PAIRS_MAX; pairs++, skip_separator(&s)) {
        size_t n = name_length(s);
        if (n == 0)
            break;
        str name = {s.p, n};
        s = str_from_at(s, n + 1);
        if (str_eq(name, S("status")) || str_eq(name, S("helo"))) {
            str_eq(name, S("helo")) ? read_helo(m, s) : read_status(m, s);
            return true;
        }
        if (mail_take_path(&s, &value)) {
            message_add(m, name, value);
            continue;
        }
        value = (str){s.p, value_length(s)};
        s = str_from_at(s, value.n);
        read_peer_pair(m, name, value);
    }
    return pairs > 0;
}

/* ------------------------------------------------------------ decisions */

static const struct {
    str name;
    const struct kind *kind;
} decisions[] = {
    {S("reject"), &kind_refused},       {S("milter-reject"), &kind_refused},
    {S("discard"), &kind_refused},      {S("milter-discard"), &kind_refused},
    {S("hold"), &kind_refused},         {S("milter-hold"), &kind_refused},
    {S("proxy-reject"), &kind_refused}, {S("reject_warning"), &kind_postfix},
    {S("warn"), &kind_postfix},         {S("warning"), &kind_postfix},
    {S("info"), &kind_postfix},         {S("filter"), &kind_received},
    {S("redirect"), &kind_received},    {S("prepend"), &kind_received},
    {S("replace"), &kind_received},     {S("strip"), &kind_received},
    {S("bcc"), &kind_received},         {S("permit"), &kind_received},
    {S("delay"), &kind_postfix},        {S("proxy-accept"), &kind_received},
};

/* "554 5.7.1 " and "<what>: " in front of the reason. */
static void read_reply(struct message *m, str *s)
{
    size_t n = 0;
    str about;

    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (n == 3 && n < s->n && s->p[n] == ' ') {
        message_add_number(m, S("reply"), (str){s->p, n});
        *s = str_from_at(*s, n + 1);
        for (n = 0; n < s->n && ((s->p[n] >= '0' && s->p[n] <= '9') || s->p[n] == '.');)
            n++;
        if (n >= 5 && n < s->n && s->p[n] == ' ') {
            message_add(m, S("dsn"), (str){s->p, n});
            *s = str_from_at(*s, n + 1);
        }
    }
    str rest = *s;
    if (mail_take_path(&rest, &about) && str_starts(rest, S(": "))) {
        message_add(m, S("about"), about);
        *s = str_from_at(rest, 2);
    }
}

/* Where "; from=<" or another first pair begins; NULL: there is none. */
static const char *find_tail(str s)
{
    const char *at = str_find(s, S("; from=<"));

    at = at ? at : str_find(s, S("; to=<"));
    return at ? at : str_find(s, S("; proto="));
}

/* "RCPT from name[ip]: 554 5.7.1 <to>: text; from=<> ...", behind the decision. */
static bool read_stage(struct message *m, str s)
{
    struct mail_peer peer;
    str stage = str_cut(&s, ' ');

    if (!stage.n || !str_starts(s, S("from ")))
        return false;
    s = str_from_at(s, 5);
    if (!mail_take_peer(&s, &peer) || !str_starts(s, S(":")))
        return false;
    s = str_trim(str_from_at(s, 1));
    message_add(m, S("smtp_command"), stage);
    mail_put_source(m, &peer);
    read_reply(m, &s);
    const char *tail = find_tail(s);
    message_add(m, S("reason"), tail ? (str){s.p, (size_t)(tail - s.p)} : s);
    if (tail)
        (void)read_pairs(m, str_from_at(s, (size_t)(tail - s.p) + 2));
    return true;
}

/* " from name[ip];", or " from local;", at or behind `from`: where it begins, or NULL. */
static const char *find_client(str s, size_t from, struct mail_peer *peer, str *ret_rest)
{
    const str word = S(" from ");
    const char *at = s.p + from;

    for (;;) {
        at = str_find(str_from_at(s, (size_t)(at - s.p)), word);
        if (!at)
            return NULL;
        str rest = str_from_at(s, (size_t)(at - s.p) + word.n);
        if (mail_take_peer(&rest, peer) && str_starts(rest, S(";"))) {
            *ret_rest = str_from_at(rest, 1);
            return at;
        }
        if (str_starts(rest, S("local;"))) {
            *peer = (struct mail_peer){0};
            *ret_rest = str_from_at(rest, 6);
            return at;
        }
        at += word.n;
    }
}

/* "header Subject: text from name[ip]; from=<> ...", behind the decision. */
static bool read_content(struct message *m, str s)
{
    struct mail_peer peer, other;
    str part = str_cut(&s, ' '), rest, unused;

    if (!str_eq(part, S("header")) && !str_eq(part, S("body")) && !str_eq(part, S("mime")))
        return false;
    message_add(m, S("part"), part);
    const char *at = find_client(s, 0, &peer, &rest);
    if (!at || find_client(s, (size_t)(at - s.p) + 1, &other, &unused)) {
        message_add(m, S("content"), s);
        return true;
    }
    message_add(m, S("content"), (str){s.p, (size_t)(at - s.p)});
    if (peer.ip.n)
        mail_put_source(m, &peer);
    skip_separator(&rest);
    (void)read_pairs(m, rest);
    return true;
}

static bool read_decision(struct message *m, str s)
{
    const char *colon = memchr(s.p, ':', s.n);
    str name = colon ? (str){s.p, (size_t)(colon - s.p)} : (str){0};
    str rest = str_trim(str_from_at(s, name.n + 1));

    for (size_t i = 0; i < countof(decisions); i++)
        if (str_eq(decisions[i].name, name)) {
            if (!read_stage(m, rest) && !read_content(m, rest))
                return false;
            message_add(m, S("action"), name);
            message_kind(m, decisions[i].kind);
            return true;
        }
    return false;
}

/* ------------------------------------------------------------ messages */

/* "auth=0/2" of "disconnect from name[ip] ehlo=1 auth=0/2 quit=1 commands=2/4": a client that tried
 * to log on, and never could. */
static bool read_disconnect(struct message *m, str s)
{
    const str front = S("disconnect from ");
    struct mail_peer peer;
    str name, value;

    if (!str_starts(s, front))
        return false;
    s = str_from_at(s, front.n);
    if (!mail_take_peer(&s, &peer))
        return false;
    mail_put_source(m, &peer);
    message_kind(m, &kind_disconnect);
    for (uint32_t i = 0; i < PAIRS_MAX; i++) {
        s = str_trim(s);
        value = str_cut(&s, ' ');
        name = str_cut(&value, '=');
        if (!name.n)
            break;
        message_add(m, name, value);
        if (str_eq(name, S("auth")) && value.n)
            message_kind(m, str_starts(value, S("0/")) ? &kind_login_failed : &kind_login);
    }
    return true;
}

static bool is_queue_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "4BxYz12345zQ: ", "83B741009C: ", "NOQUEUE: ". */
static bool take_queue_id(str *s, str *ret)
{
    size_t n = 0;
    bool digit = false;

    while (n < s->n && n <= QUEUE_ID_MAX && is_queue_byte(s->p[n]))
        digit |= s->p[n++] <= '9';
    *ret = (str){s->p, n};
    if (n < QUEUE_ID_MIN || n > QUEUE_ID_MAX || n + 1 >= s->n || s->p[n] != ':' ||
        s->p[n + 1] != ' ' || !(digit || str_eq(*ret, S("NOQUEUE"))))
        return false;
    *s = str_from_at(*s, n + 2);
    return true;
}

/* Kinds of what read_pairs() took, by the first of its names. */
static void kind_of_pairs(struct message *m, str s)
{
    if (str_starts(s, S("client=")))
        message_kind(m, str_find(s, S("sasl_username=")) ? &kind_login : &kind_received);
}

static bool read(void *state, struct message *m)
{
    str s = m->text, id;
    bool queued = take_queue_id(&s, &id);

    if (queued)
        message_add(m, S("queue_id"), id);
    if (read_decision(m, s) || template_match_part(state, m, s) || read_disconnect(m, s))
        return true;
    if (!read_pairs(m, s))
        return queued;
    kind_of_pairs(m, s);
    return true;
}

/* Messages that a collector took out of their envelope. */
static int sniff(str text)
{
    static const str fronts[] = {
        S("connect from "),
        S("disconnect from "),
        S("lost connection "),
        S("warning: "),
        S("action="),
        S("whitelisted: "),
        S("Action: prepend"),
        S("prepend Received-"),
        S("statistics: max "),
        S("Anonymous TLS "),
        S("Trusted TLS "),
        S("Untrusted TLS "),
        S("Verified TLS "),
        S("connect to "),
        S("host "),
        S("PREGREET "),
        S("PASS NEW ["),
        S("PASS OLD ["),
        S("timeout after "),
        S("improper command "),
        S("too many errors "),
        S("Pass; identity="),
        S("Fail; identity="),
        S("None; identity="),
        S("Softfail; iden"),
        S("Neutral; identity="),
        S("Permerror; identity="),
        S("HANGUP after "),
    };
    str id;

    if (take_queue_id(&text, &id))
        return 60;
    for (size_t i = 0; i < countof(fronts); i++)
        if (str_starts(text, fronts[i]))
            return 40;
    return 0;
}

static void *open(const struct dialect *self)
{
    return template_set_new(self->templates, self->template_count);
}

static void close(void *state)
{
    template_set_free(state);
}

const struct dialect dialect_postfix = {
    .name = "postfix",
    .summary =
        "Postfix, postscreen, postgrey and policyd-spf: connections, logons, mail and refusals",
    .sample = "Nov 24 10:00:00 mail1 postfix/smtpd[712]: NOQUEUE: reject: RCPT from "
              "unknown[192.0.2.7]: 554 5.7.1 <a@example.com>: Relay access denied; "
              "from=<b@example.net> to=<a@example.com> proto=ESMTP helo=<x>",
    .kind = &kind_postfix,
    .programs = {S("postfix/"), S("postfix-script"), S("postgrey"), S("policyd-spf"),
                 S("postscreen"), S("policy-spf"), S("cleanup"), S("qmgr"), S("pickup"),
                 S("dnsblog"), S("tlsproxy"), S("trivial-rewrite"), S("anvil"), S("scache"),
                 S("postlogd")},
    .sniff = sniff,
    .bare = true,
    .templates = templates,
    .template_count = countof(templates),
    .read = read,
    .open = open,
    .close = close,
};
