/*
 * mail_filter.c - what amavis, MailScanner and rspamd say of mail that they hold back.
 *
 *   (712-09) Blocked INFECTED (Eicar) {DiscardedInbound,Quarantined}, [192.0.2.7]:25 [192.0.2.8]
 *       <a@example.org> -> <b@example.com>, quarantine: 2/virus, ...
 */
#include "dialect/mail_text.h"
#include "message/stamped.h"

#include <string.h>

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

#define MAIL " {{{actions}}, {route:text} <{from:text}> -> <{to:text}>, {detail*}"

static const struct template_row templates[] = {
    {"({amavis_id}) {action} {category} ({match:text})" MAIL, &kind_blocked},
    {"({amavis_id}) Passed {category}" MAIL, &kind_passed},
    {"({amavis_id}) {action} {category}" MAIL, &kind_blocked},
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

/* "LOCAL [192.0.2.7]:1434 [192.0.2.8]": who connected, and where the mail began. */
static void read_route(struct message *m, str s)
{
    struct mail_peer peer;
    const char *open = s.n ? memchr(s.p, '[', s.n) : NULL;

    if (!open)
        return;
    s = str_from_at(s, (size_t)(open - s.p));
    if (!mail_take_peer(&s, &peer))
        return;
    mail_put_source(m, &peer);
    s = str_trim(s);
    if (mail_take_peer(&s, &peer))
        message_add(m, S("origin_ip"), peer.ip);
}

/* "quarantine: x, Queue-ID: y, Message-ID: <z>, mail_id: a, Hits: -, size: 1, 104 ms": the first of
 * a name counts, as what a Message-ID holds is the mail's. */
static void read_detail(struct message *m, str s)
{
    static const struct {
        str front, name;
    } names[] = {
        {S("quarantine: "), S("quarantine")},
        {S("Queue-ID: "), S("queue_id")},
        {S("Message-ID: "), S("message_id")},
        {S("mail_id: "), S("mail_id")},
        {S("Hits: "), S("hits")},
        {S("size: "), S("size")},
    };
    enum { PARTS_MAX = 32 };

    for (uint32_t part = 0; part < PARTS_MAX && s.n; part++) {
        const char *comma = str_find(s, S(", "));
        str text = {s.p, comma ? (size_t)(comma - s.p) : s.n}, path;
        s = str_from_at(s, text.n + 2);
        for (size_t i = 0; i < countof(names); i++) {
            if (!str_starts(text, names[i].front) || event_get(m->event, names[i].name).p)
                continue;
            str value = str_from_at(text, names[i].front.n);
            if (mail_take_path(&value, &path))
                value = path;
            message_add(m, names[i].name, value);
        }
    }
}

static bool read(void *state, struct message *m)
{
    if (!template_match(state, m))
        return false;
    str route = event_get(m->event, S("route")), detail = event_get(m->event, S("detail"));
    if (route.n) {
        m->layout = 0;
        read_route(m, route);
        read_detail(m, detail);
    }
    return true;
}

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
    .read = read,
    .open = stamped_open,
    .close = stamped_close,
};
