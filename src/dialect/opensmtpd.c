/*
 * opensmtpd.c - OpenSMTPD, as it wrote up to version 5 ("smtp-in: Failed command on session ...")
 * and since ("4296f49008d856b1 smtp connected address=192.0.2.7 host=pc.example.com").
 *
 * The address is the first pair of a line, before all that a client writes.
 */
#include "dialect/mail_text.h"

static const struct column_constant constants[] = {
    {S("smtp"), COLUMN_network_protocol},
    {.value = S("")},
};
static const struct column_rule columns[] = {
    {S("rcpt"), COLUMN_email_to, VIA_TEXT},
    {S("result"), COLUMN_event_reason, VIA_TEXT},
    {S("stat"), COLUMN_event_reason, VIA_TEXT},
    {.field = S("")},
};
static const struct kind kind_opensmtpd = {.format = "opensmtpd",
                                           .activity = ACTIVITY_mail,
                                           .columns = columns,
                                           .constants = constants,
                                           .refine = mail_refine};
static const struct kind kind_connect = {.base = &kind_opensmtpd,
                                         .action = "connect",
                                         .activity = ACTIVITY_flow_open,
                                         .outcome = OUTCOME_SUCCESS};
static const struct kind kind_closed = {
    .base = &kind_opensmtpd, .action = "disconnect", .activity = ACTIVITY_flow_close};
static const struct kind kind_lost = {.base = &kind_opensmtpd,
                                      .action = "lost connection",
                                      .activity = ACTIVITY_flow_fail,
                                      .outcome = OUTCOME_FAILURE};
static const struct kind kind_login = {.base = &kind_opensmtpd,
                                       .action = "smtp_login",
                                       .activity = ACTIVITY_logon,
                                       .outcome = OUTCOME_SUCCESS};
static const struct kind kind_login_failed = {.base = &kind_opensmtpd,
                                              .action = "smtp_login",
                                              .activity = ACTIVITY_logon,
                                              .outcome = OUTCOME_FAILURE};
static const struct kind kind_received = {.base = &kind_opensmtpd,
                                          .action = "receive",
                                          .activity = ACTIVITY_mail_receive,
                                          .outcome = OUTCOME_SUCCESS};
static const struct kind kind_refused = {.base = &kind_opensmtpd,
                                         .action = "reject",
                                         .activity = ACTIVITY_mail_receive,
                                         .outcome = OUTCOME_FAILURE};
static const struct kind kind_sent = {.base = &kind_opensmtpd,
                                      .action = "deliver",
                                      .activity = ACTIVITY_mail_send,
                                      .outcome = OUTCOME_SUCCESS};
static const struct kind kind_unsent = {.base = &kind_opensmtpd,
                                        .action = "deliver",
                                        .activity = ACTIVITY_mail_send,
                                        .outcome = OUTCOME_FAILURE};
static const struct kind kind_tls = {
    .base = &kind_opensmtpd, .activity = ACTIVITY_tls, .outcome = OUTCOME_SUCCESS};

#define CLIENT "address={src_ip:ip} host={src_host}"

static const struct template_row templates[] = {
    {"smtp-in: New session {session} from host {src_host} [{src_ip:ip}]", &kind_connect},
    {"smtp-in: New session {session} from host {src_host} [local]", &kind_connect},
    {"smtp-in: Accepted message {queue_id} on session {session}: from=<{from:text}>, "
     "to=<{to:text}>, size={size:int}, ndest={ndest:int}, proto={proto*}",
     &kind_received},
    {"smtp-in: Failed command on session {session}: \"{smtp_command*}\" => {reply:int} {reason*}",
     &kind_refused},
    {"smtp-in: Authentication successful on session {session}", &kind_login},
    {"smtp-in: Authentication failed on session {session}", &kind_login_failed},
    {"smtp-in: Started TLS on session {session}: version={tls_version}, cipher={tls_cipher}, "
     "bits={:int}",
     &kind_tls},
    {"smtp-in: Closing session {session}[[: {reason*}||]]", &kind_closed},
    {"smtp-in: Disconnecting session {session}: {reason*}", &kind_lost},
    {"smtp-in: Received disconnect from session {session}", &kind_lost},
    {"smtp-out: {text*}", NULL},
    {"relay: Ok for {queue_id}: session={session}, from=<{from:text}>, to=<{to:text}>, "
     "rcpt={:text}, "
     "source={source}, relay={relay:text}, delay={delay}, stat={stat*}",
     &kind_sent},
    {"relay: {:word} for {queue_id}: session={session}, from=<{from:text}>, to=<{to:text}>, "
     "rcpt={:text}, source={source}, relay={relay:text}, delay={delay}, stat={stat*}",
     &kind_unsent},
    {"delivery: Ok for {queue_id}: from=<{from:text}>, to=<{to:text}>, user={user}, "
     "method={delivery_method}, delay={delay}, stat={stat*}",
     &kind_sent},
    {"delivery: {:word} for {queue_id}: from=<{from:text}>, to=<{to:text}>, user={user}, "
     "method={delivery_method}, delay={delay}, stat={stat*}",
     &kind_unsent},
    {"{session} smtp connected " CLIENT, &kind_connect},
    {"{session} smtp authentication " CLIENT " user={user*} result=ok", &kind_login},
    {"{session} smtp authentication " CLIENT " user={user*} result={result}", &kind_login_failed},
    {"{session} smtp authentication user={user} " CLIENT " result=ok", &kind_login},
    {"{session} smtp authentication user={user} " CLIENT " result={result}", &kind_login_failed},
    {"{session} smtp failed-command " CLIENT " command=\"{smtp_command*}\" result=\"{result*}\"",
     &kind_refused},
    {"{session} smtp failed-command command=\"{smtp_command*}\" result=\"{result*}\"",
     &kind_refused},
    {"{session} smtp message " CLIENT " msgid={queue_id} from=<{from:text}> to=<{to:text}> "
     "size={size:int} ndest={ndest:int} proto={proto*}",
     &kind_received},
    {"{session} smtp message msgid={queue_id} size={size:int} nrcpt={nrcpt:int} proto={proto*}",
     &kind_received},
    {"{session} smtp envelope evpid={envelope} from=<{from:text}> to=<{to*}>", NULL},
    {"{session} smtp tls[[ " CLIENT "||]] ciphers={tls_cipher*}", &kind_tls},
    {"{session} smtp starttls[[ " CLIENT "||]] ciphers={tls_cipher*}", &kind_tls},
    {"{session} smtp disconnected[[ " CLIENT "||]] reason={reason*}", &kind_closed},
    {"{session} mta delivery evpid={envelope} from=<{from:text}> to=<{to:text}> rcpt=<{rcpt:text}> "
     "source=\"{source:text}\" relay=\"{relay:text}\" delay={delay} result=\"Ok\" stat=\"{stat*}\"",
     &kind_sent},
    {"{session} mta delivery evpid={envelope} from=<{from:text}> to=<{to:text}> rcpt=<{rcpt:text}> "
     "source=\"{source:text}\" relay=\"{relay:text}\" delay={delay} result=\"{result:text}\" "
     "stat=\"{stat*}\"",
     &kind_unsent},
    {"{session} mda delivery evpid={envelope} from=<{from:text}> to=<{to:text}> rcpt=<{rcpt:text}> "
     "user={user} delay={delay} result=Ok stat={stat*}",
     &kind_sent},
    {"{session} mda delivery evpid={envelope} from=<{from:text}> to=<{to:text}> rcpt=<{rcpt:text}> "
     "user={user} delay={delay} result={result} stat={stat*}",
     &kind_unsent},
    {"{session} mta {text*}", NULL},
};

const struct dialect dialect_opensmtpd = {
    .name = "opensmtpd",
    .summary = "OpenSMTPD: connections, logons, mail and refusals",
    .sample = "Nov 24 10:00:00 mail1 smtpd[712]: 4296f49008d856b1 smtp failed-command "
              "address=192.0.2.7 host=pc.example.com command=\"RCPT TO:<a@example.com>\" "
              "result=\"550 Invalid recipient\"",
    .kind = &kind_opensmtpd,
    .programs = {S("smtpd"), S("opensmtpd")},
    .templates = templates,
    .template_count = countof(templates),
};
