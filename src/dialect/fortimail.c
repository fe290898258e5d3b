/* fortimail.c - FortiMail's records. See fortinet.h. */
#include "dialect/fortinet.h"

/* What sendmail says of a delivery, in the message of event/smtp: "to=<b@example.com>,
 * delay=00:00:02, mailer=esmtp, relay=mx.example.com. [192.0.2.25], dsn=2.0.0, stat=Sent (Ok)". */
static void read_delivery(struct message *m, str text)
{
    static const str names[] = {S("to"),    S("from"), S("delay"), S("xdelay"), S("mailer"),
                                S("relay"), S("dsn"),  S("stat"),  S("size"),   S("nrcpts")};

    while (text.n) {
        const bool last = str_starts(text, S("stat=")); /* has commas of its own */
        str value = last ? text : str_cut(&text, ',');
        const str name = str_cut(&value, '=');
        if (value.n > 2 && value.p[0] == '<' && value.p[value.n - 1] == '>')
            value = (str){value.p + 1, value.n - 2};
        for (size_t i = 0; i < countof(names); i++)
            if (str_eq(name, names[i]) && event_find(m->event, name) == m->event->field_count)
                message_add(m, name, value);
        if (last)
            return;
        text = str_trim(text);
    }
}

static bool read(void *state, struct message *m)
{
    if (!fortinet_read(state, m))
        return false;
    const str text = event_get(m->event, S("msg"));
    if (str_eq(event_get(m->event, S("subtype")), S("smtp")) && str_find(text, S("stat=")))
        read_delivery(m, text);
    return true;
}

/* "mx.example.com. [192.0.2.25]": where it went. */
static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str rest = event_get(ev, S("relay"));
    const str stat = event_get(ev, S("stat"));

    if (rest.n) {
        columns_put(c, COLUMN_destination_domain, VIA_TEXT, str_trim(str_cut(&rest, '[')), a);
        columns_put(c, COLUMN_destination_ip, VIA_TEXT, str_cut(&rest, ']'), a);
    }
    if (stat.n && !c->outcome)
        c->outcome = str_starts(stat, S("Sent")) ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
}

static const struct kind kind_fortimail = {
    .base = &kind_fortinet_any, .format = "fortimail", .refine = refine};

static int sniff(str text)
{
    return fortinet_product_of(text) == FORTINET_MAIL ? 100 : 0;
}

const struct dialect dialect_fortimail = {
    .name = "fortimail",
    .summary = "Fortinet FortiMail: mail, antivirus and antispam, administration",
    .sample = "date=2026-11-24 time=10:00:00.123 device_id=FE100C0000000001 log_id=0200000001 "
              "type=statistics pri=information session_id=\"x1\" client_ip=\"192.0.2.7\" "
              "dst_ip=\"198.51.100.9\" from=\"a@example.com\" to=\"b@example.com\" "
              "disposition=\"Reject\"",
    .kind = &kind_fortimail,
    .sources = {{.product = S("fortimail"), .category = S(""), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = read,
};
