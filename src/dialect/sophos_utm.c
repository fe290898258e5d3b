/*
 * sophos_utm.c - Sophos UTM (Astaro): what its daemons write, pairs behind a time:
 *
 *   2026:11:24-10:00:00 utm ulogd[4711]: id="2001" severity="info" sys="SecureNet"
 *   sub="packetfilter" name="Packet dropped" action="drop" srcip="192.0.2.7" ...
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"
#include "message/time_text.h"

enum { FRONT_MAX = 120 };

static const struct column_rule columns[] = {
    TO("srcip", source_ip, ADDRESS),
    TO("srcport", source_port, TEXT),
    TO("srcmac", source_mac, TEXT),
    TO("dstip", destination_ip, ADDRESS),
    TO("localip", destination_ip, ADDRESS),
    TO("dstport", destination_port, TEXT),
    TO("port", destination_port, TEXT),
    TO("dstmac", destination_mac, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("initf", observer_ingress, TEXT),
    TO("outitf", observer_egress, TEXT),
    TO("user", user_name, ACCOUNT),
    TO("action", event_action, TEXT),
    TO("id", event_code, TEXT),
    TO("reason", event_reason, TEXT),
    TO("severity", log_level, LOWER),
    TO("fwrule", rule_id, TEXT),
    TO("sid", rule_id, TEXT),
    TO("categoryname", rule_category, TEXT),
    TO("url", url_original, URL),
    TO("method", http_method, TEXT),
    TO("statuscode", http_status, TEXT),
    TO("referer", http_referrer, TEXT),
    TO("ua", user_agent, TEXT),
    TO("server", destination_domain, TEXT),
    TO("size", http_bytes, TEXT),
    TO("from", email_from, TEXT),
    TO("to", email_to, TEXT),
    TO("subject", email_subject, TEXT),
    TO("virus", threat_name, TEXT),
    END,
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    static const struct {
        str sub;
        uint8_t activity;
    } subs[] = {
        {S("packetfilter"), ACTIVITY_flow}, {S("auth"), ACTIVITY_logon},
        {S("ips"), ACTIVITY_detection},     {S("http"), ACTIVITY_http},
        {S("smtp"), ACTIVITY_mail},         {S("vpn"), ACTIVITY_tunnel},
    };
    const str sub = event_get(ev, S("sub")), name = event_get(ev, S("name"));

    for (size_t i = 0; i < countof(subs); i++)
        if (str_eq(sub, subs[i].sub))
            c->activity = subs[i].activity;
    if (!c->activity && c->values[COLUMN_http_method].p)
        c->activity = ACTIVITY_http;
    c->values[COLUMN_dns_question] = (str){0}; /* `query` is that of an address */
    columns_put(c, COLUMN_url_query, VIA_TEXT, event_get(ev, S("query")), a);
    action_settle(c, event_get(ev, S("action")));
    if (str_ends(name, S("failed")) || str_ends(name, S("dropped")))
        action_settle(c, S("failure"));
    if (str_ends(name, S("successful")) || str_ends(name, S("accepted")))
        action_settle(c, S("success"));
}

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "Sophos"),
    ALWAYS(observer_product, "UTM"),
    ALWAYS_END,
};

static const struct kind kind_sophos_utm = {
    .format = "sophos_utm", .columns = columns, .constants = constants, .refine = refine};

/* Where the pairs begin: at the text, or behind a time, a host and a tag. */
static bool find_pairs(str text, str *ret_front, str *ret_pairs)
{
    str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};

    if (str_starts(text, S("id=\""))) {
        *ret_front = (str){0};
        *ret_pairs = text;
        return true;
    }
    const char *at = str_find(front, S(": id=\""));
    if (!at)
        return false;
    *ret_front = (str){text.p, (size_t)(at - text.p)};
    *ret_pairs = str_from_at(text, ret_front->n + 2);
    return true;
}

/* "2026:11:24-10:00:00 utm ulogd[4711]" */
static void read_front(struct message *m, struct pair_names *names, str front)
{
    struct syslog_time time;
    size_t n = front.n ? time_text_take(front, m->time_rule, &time) : 0;

    if (n && time.known)
        message_time(m, time.ns, time.digits, time.guess);
    str rest = str_trim(str_from_at(front, n));
    const char *blank = rest.n ? memrchr(rest.p, ' ', rest.n) : NULL;
    if (!blank)
        return;
    str tag = str_from_at(rest, (size_t)(blank - rest.p) + 1);
    pair_add(m, names, S("hostname"), str_trim((str){rest.p, (size_t)(blank - rest.p)}));
    pair_add(m, names, S("program"), str_cut(&tag, '['));
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    str front, rest;

    (void)state;
    if (!find_pairs(m->text, &front, &rest))
        return false;
    if (front.n)
        read_front(m, &names, front);
    return pairs_read(m, &names, (struct pairs){rest, ' ', '='}, NULL) > 1;
}

static int sniff(str text)
{
    enum { SURE = 90 };
    str front, rest;

    if (text.p[0] != 'i' && (text.p[0] < '0' || text.p[0] > '9'))
        return 0;
    if (!find_pairs(text, &front, &rest))
        return 0;
    const str near = {rest.p, rest.n < FRONT_MAX ? rest.n : FRONT_MAX};
    return str_find(near, S(" sys=\"")) || str_find(near, S(" srcip=\"")) ||
                   str_find(near, S(" sub=\""))
               ? SURE
               : 0;
}

static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "srcip"),
    RENAMED("src_port", "srcport"),
    RENAMED("dst_ip", "dstip"),
    RENAMED("dst_port", "dstport"),
};

const struct dialect dialect_sophos_utm = {
    .name = "sophos_utm",
    .summary = "Sophos UTM: packet filter, web, mail, authentication",
    .sample = "2026:11:24-10:00:00 utm ulogd[4711]: id=\"2001\" severity=\"info\" "
              "sys=\"SecureNet\" sub=\"packetfilter\" name=\"Packet dropped\" action=\"drop\" "
              "fwrule=\"60001\" initf=\"eth0\" srcip=\"192.0.2.7\" dstip=\"198.51.100.9\" "
              "proto=\"6\" srcport=\"50022\" dstport=\"443\"",
    .kind = &kind_sophos_utm,
    .sources = {{.product = S("sophos"),
                 .category = S("firewall"),
                 .service = S("utm"),
                 .renames = firewall_names,
                 .rename_count = countof(firewall_names)}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = read,
};
