/*
 * mail_filter.c - what amavis, MailScanner and rspamd say of mail that they hold back.
 *
 *   (712-09) Blocked INFECTED (Eicar) {DiscardedInbound,Quarantined}, [192.0.2.7]:25 [192.0.2.8]
 *       <a@example.org> -> <b@example.com>, quarantine: 2/virus, ...
 */
#include "message/dialect.h"

static const struct column_rule columns[] = {
    {S("match"), COLUMN_threat_name, VIA_TEXT},
    {S("category"), COLUMN_rule_category, VIA_TEXT},
    {S("action"), COLUMN_event_action, VIA_LOWER},
    {.field = S("")},
};
static const struct kind kind_mail_filter = {
    .format = "mail_filter", .activity = ACTIVITY_mail, .columns = columns};
static const struct kind kind_blocked = {
    .base = &kind_mail_filter, .activity = ACTIVITY_malware, .outcome = OUTCOME_FAILURE};
static const struct kind kind_passed = {
    .base = &kind_mail_filter, .activity = ACTIVITY_mail_receive, .outcome = OUTCOME_SUCCESS};

#define WHERE                                                                                      \
    " {{{actions}}, [[{direction:text} ||]][{src_ip:ip}][[:{src_port:int}||]] [[[{origin_ip:ip}] " \
    "||]]<{from:text}> -> <{to:text}>, "
#define REST                                                                                       \
    "[[quarantine: {quarantine:text}, ||]][[Queue-ID: {queue_id}, ||]][[Message-ID: "              \
    "<{message_id:text}>, ||]]mail_id: {mail_id}, Hits: {hits}, size: {size:int}, {detail*}"

static const struct template_row templates[] = {
    {"({amavis_id}) {action} {category} ({match:text})" WHERE REST, &kind_blocked},
    {"({amavis_id}) Passed {category}" WHERE REST, &kind_passed},
    {"({amavis_id}) {action} {category}" WHERE REST, &kind_blocked},
    {"({amavis_id}) {text*}", NULL},
    {"Message {queue_id} from {src_ip:ip} ({from:text}) to {recipient_domain} is spam, {reason*}",
     &kind_blocked},
    {"Message {queue_id} from {src_ip:ip} ({from:text}) to {recipient_domain} is not spam, "
     "{reason*}",
     &kind_passed},
    {"Message {queue_id} from {src_ip:ip} ({from:text}) is spam, {reason*}", &kind_blocked},
    {"Virus Scanning: {scanner} found {count:int} infections", &kind_blocked},
    {"Infected message {queue_id} came from {src_ip:ip}", &kind_blocked},
    {"Spam Checks: Found {count:int} spam messages", &kind_blocked},
    {"Phishing bad sites list updated", NULL},
    {"New Batch: {text*}", NULL},
    {"Uninfected: {text*}", NULL},
};

const struct dialect dialect_mail_filter = {
    .name = "mail_filter",
    .summary = "amavis and MailScanner: mail that they let pass and held back",
    .sample = "Nov 24 10:00:00 mail1 amavis[712]: (712-09) Blocked INFECTED (Eicar) "
              "{DiscardedInbound,Quarantined}, [192.0.2.7]:25 [192.0.2.7] <a@example.org> -> "
              "<b@example.com>, Queue-ID: 83B741009C, Message-ID: <m1@example.org>, mail_id: 26W2, "
              "Hits: -, size: 1234, 104 ms",
    .kind = &kind_mail_filter,
    .programs = {S("amavis"), S("amavisd"), S("MailScanner"), S("update.bad.phishing.sites")},
    .templates = templates,
    .template_count = countof(templates),
};
