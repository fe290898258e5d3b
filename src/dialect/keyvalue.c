/*
 * keyvalue.c - lines of names and values of no product that is known: logfmt (https://brandur.org/
 * logfmt) and what firewalls and appliances write like it.
 *
 *   time=2026-11-24T10:00:00Z level=info msg="request handled" src_ip=192.0.2.7
 *   Timestamp="2026-11-24 10:00:00",NodeId="192.0.2.1",Result="Success"
 *
 * Between pairs stand blanks, or one of , ; | and tab, as behind the first value. A value without
 * quotes goes on over words that are no pairs. The names are the event's.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"

enum { PAIRS_AT_LEAST = 3, FRONT_MAX = 512 };

static const struct column_rule columns[] = {
    TO("src", source_ip, ADDRESS),
    TO("srcip", source_ip, ADDRESS),
    TO("source_ip", source_ip, ADDRESS),
    TO("client_ip", source_ip, ADDRESS),
    TO("clientip", source_ip, ADDRESS),
    TO("ClientIpAddress", source_ip, ADDRESS),
    TO("remote_ip", source_ip, ADDRESS),
    TO("remote_addr", source_ip, ADDRESS),
    TO("remoteAddr", source_ip, ADDRESS),
    TO("sip", source_ip, ADDRESS),
    TO("SRC", source_ip, ADDRESS),
    TO("srcport", source_port, TEXT),
    TO("spt", source_port, TEXT),
    TO("sport", source_port, TEXT),
    TO("SPT", source_port, TEXT),
    TO("srcmac", source_mac, TEXT),
    TO("dst", destination_ip, ADDRESS),
    TO("dstip", destination_ip, ADDRESS),
    TO("destination_ip", destination_ip, ADDRESS),
    TO("server_ip", destination_ip, ADDRESS),
    TO("dip", destination_ip, ADDRESS),
    TO("DST", destination_ip, ADDRESS),
    TO("dstport", destination_port, TEXT),
    TO("dpt", destination_port, TEXT),
    TO("dport", destination_port, TEXT),
    TO("DPT", destination_port, TEXT),
    TO("destination_host", destination_domain, TEXT),
    TO("requested_host", destination_domain, TEXT),
    TO("source_bytes", source_bytes, TEXT),
    TO("client_to_server_bytes", source_bytes, TEXT),
    TO("destination_bytes", destination_bytes, TEXT),
    TO("server_to_client_bytes", destination_bytes, TEXT),
    TO("PROTO", network_transport, PROTOCOL),
    TO("user", user_name, ACCOUNT),
    TO("username", user_name, ACCOUNT),
    TO("user_name", user_name, ACCOUNT),
    TO("usr", user_name, ACCOUNT),
    TO("UserOriginator", user_name, ACCOUNT),
    TO("action", event_action, TEXT),
    TO("act", event_action, TEXT),
    TO("event", event_action, TEXT),
    TO("TypeDescription", event_action, TEXT),
    TO("error", event_reason, TEXT),
    TO("err", event_reason, TEXT),
    TO("http_method", http_method, TEXT),
    TO("http_action", http_method, TEXT),
    TO("http_status_code", http_status, TEXT),
    TO("http_user_agent", user_agent, TEXT),
    TO("path", url_original, URL),
    TO("requested_path", url_original, URL),
    TO("uri", url_original, URL),
    TO("url_categories", rule_category, TEXT),
    END,
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str fields[] = {S("outcome"), S("result"), S("Result"),
                                 S("action"),  S("act"),    S("status")};

    (void)a;
    for (size_t i = 0; i < countof(fields) && !c->outcome; i++)
        action_settle(c, event_get(ev, fields[i]));
    if (c->values[COLUMN_http_method].p)
        c->activity = ACTIVITY_http;
    else if (c->values[COLUMN_source_ip].p && c->values[COLUMN_destination_ip].p)
        c->activity = ACTIVITY_flow;
}

static const struct kind kind_keyvalue = {
    .format = "keyvalue", .columns = columns, .refine = refine};

/* What stands behind the first value; a blank when nothing else that divides does. */
static char separator_of(str text)
{
    size_t at = pair_begins(text) + 1;

    if (at < text.n && text.p[at] == '"')
        for (at++; at < text.n && text.p[at] != '"'; at++)
            at += text.p[at] == '\\';
    for (; at < text.n && text.p[at] != ' '; at++) {
        const char c = text.p[at];
        str behind = str_trim(str_from_at(text, at + 1));
        if ((c == ',' || c == ';' || c == '|' || c == '\t') && pair_begins(behind))
            return c;
    }
    return ' ';
}

static void set_time(struct message *m)
{
    static const str names[] = {S("time"),       S("ts"),
                                S("timestamp"),  S("Timestamp"),
                                S("eventtime"),  S("datetime"),
                                S("@timestamp"), S("t"),
                                S("date"),       S("request_timestamp_epoch")};
    const str date = event_get(m->event, S("date")), time = event_get(m->event, S("time"));

    if (date.n && time.n && device_time_parts(m, date, time, event_get(m->event, S("tz"))))
        return;
    for (size_t i = 0; i < countof(names); i++) {
        const str value = event_get(m->event, names[i]);
        if (value.n && (device_time_epoch(m, value) || device_time_text(m, value)))
            return;
    }
}

/* Pairs of the kernel's firewall and of the audit log have dialects of their own. */
static bool is_taken(str text)
{
    static const str fronts[] = {S("type="), S("node="), S("IN="), S("DESCR="), S("audit")};

    for (size_t i = 0; i < countof(fronts); i++)
        if (str_starts(text, fronts[i]))
            return true;
    return false;
}

static int sniff(str text)
{
    enum { LIKELY = 20 };
    const str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};
    struct pairs p = {front, ' ', '='};
    str name, value;
    bool escaped;
    uint32_t pairs = 0, words = 0;

    if (!pair_begins(text) || is_taken(text))
        return 0;
    p.separator = separator_of(front);
    while (pairs < PAIRS_AT_LEAST && words <= pairs && pair_next(&p, &name, &value, &escaped)) {
        pairs += name.n && pair_begins((str){name.p, name.n + 1}) == name.n;
        words += !name.n;
    }
    return pairs >= PAIRS_AT_LEAST ? LIKELY : 0;
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    struct pairs p = {m->text, separator_of(m->text), '='};
    struct event *ev = m->event;
    str name, value;
    bool escaped, open = false; /* the value before may go on */

    (void)state;
    if (sniff(m->text) == 0)
        return false;
    for (uint32_t n = 0; n < PAIRS_MAX && pair_next(&p, &name, &value, &escaped); n++) {
        if (name.n) {
            pair_add(m, &names, name, pair_value(value, escaped, m->arena));
            open = p.separator == ' ' && value.n && value.p[-1] != '"';
        } else if (open && ev->field_count > names.from) {
            str *last = &ev->fields[ev->field_count - 1].value;
            last->n = (size_t)(value.p + value.n - last->p);
        }
    }
    if (ev->field_count - names.from < PAIRS_AT_LEAST)
        return false;
    set_time(m);
    return true;
}

const struct dialect dialect_keyvalue = {
    .name = "keyvalue",
    .summary = "names and values: logfmt and what is like it",
    .sample = "time=2026-11-24T10:00:00Z level=info msg=\"request handled\" method=GET path=/a "
              "status=200 src_ip=192.0.2.7",
    .kind = &kind_keyvalue,
    .bare = true,
    .generic = true,
    .sniff = sniff,
    .read = read,
};
