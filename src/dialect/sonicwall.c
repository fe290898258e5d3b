/*
 * sonicwall.c - SonicWall's firewalls and SMA gateways ("SonicOS Log Events Reference Guide"):
 *
 *   id=firewall sn=... time="2026-11-24 10:00:00 UTC" fw=198.51.100.1 pri=5 c=32 m=98
 *   msg="Connection Opened" n=1 src=192.0.2.7:50022:X0:host dst=198.51.100.9:443:X1 proto=tcp/https
 *
 * src and dst are address:port:interface:name, of which the last ones may be missing; src_ip,
 * src_port, dst_ip and dst_port are added. Addresses of IPv6 stand in srcV6 and dstV6.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/device_time.h"
#include "message/pair.h"
#include "text/ip.h"

static const struct column_rule columns[] = {
    TO("srcV6", source_ip, TEXT),
    TO("src_ip", source_ip, TEXT),
    TO("srcMac", source_mac, TEXT),
    TO("natSrc", source_nat_ip, ADDRESS),
    TO("sent", source_bytes, TEXT),
    TO("spkt", source_packets, TEXT),
    TO("dstV6", destination_ip, TEXT),
    TO("dst_ip", destination_ip, TEXT),
    TO("dstMac", destination_mac, TEXT),
    TO("natDst", destination_nat_ip, ADDRESS),
    TO("dstname", destination_domain, TEXT),
    TO("rcvd", destination_bytes, TEXT),
    TO("rpkt", destination_packets, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("appName", network_application, LOWER),
    TO("cdur", event_duration, MILLISECONDS),
    TO("src_interface", observer_ingress, TEXT),
    TO("dst_interface", observer_egress, TEXT),
    TO("usr", user_name, ACCOUNT),
    TO("susr", user_name, ACCOUNT),
    TO("user", user_name, ACCOUNT),
    TO("rule", rule_name, TEXT),
    TO("Category", rule_category, TEXT),
    TO("appcat", rule_category, TEXT),
    TO("fw_action", event_action, TEXT),
    TO("msg", event_action, TEXT),
    TO("m", event_code, TEXT),
    TO("note", event_reason, TEXT),
    TO("pri", log_level, TEXT),
    TO("sn", observer_name, TEXT),
    TO("arg", url_original, URL),
    TO("op", http_method, TEXT),
    TO("result", http_status, TEXT),
    TO("agent", user_agent, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "SonicWall"),
    ALWAYS_END,
};

/* What messages say: the product's own words, without what others chose. */
static enum outcome outcome_of(str text)
{
    static const str failures[] = {S("denied"), S("dropped"), S("blocked"),  S("failed"),
                                   S("Failed"), S("failure"), S("rejected"), S("not allowed"),
                                   S("Denied"), S("Dropped"), S("Blocked"),  S("incorrect"),
                                   S("discard")};
    static const str successes[] = {S("Opened"),   S("Closed"),    S("allowed"), S("successful"),
                                    S("accepted"), S("logged in"), S("login")};

    for (size_t i = 0; i < countof(failures); i++)
        if (str_find(text, failures[i]))
            return OUTCOME_FAILURE;
    for (size_t i = 0; i < countof(successes); i++)
        if (str_find(text, successes[i]))
            return OUTCOME_SUCCESS;
    return OUTCOME_UNTOLD;
}

static uint8_t activity_of(const struct event *ev)
{
    const str text = event_get(ev, S("msg"));

    if (str_find(text, S("login")) || str_find(text, S("logged in")))
        return ACTIVITY_logon;
    if (str_find(text, S("logged out")) || str_find(text, S("logout")))
        return ACTIVITY_logoff;
    if (str_find(text, S("Web site")))
        return ACTIVITY_http;
    if (str_find(text, S("VPN")))
        return ACTIVITY_tunnel;
    if (str_find(text, S("attack")) || str_find(text, S("Prevention")) || str_find(text, S("scan")))
        return ACTIVITY_detection;
    return event_get(ev, S("src")).n ? ACTIVITY_flow : ACTIVITY_none;
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    protocol_split(c);
    c->activity = activity_of(ev);
    if (str_eq(c->values[COLUMN_event_action], S("NA")))
        c->values[COLUMN_event_action] = event_get(ev, S("msg"));
    action_settle(c, event_get(ev, S("fw_action")));
    const enum outcome outcome = outcome_of(event_get(ev, S("msg")));
    if (outcome != OUTCOME_UNTOLD)
        action_settle(c, outcome == OUTCOME_SUCCESS ? S("success") : S("failure"));
}

static const struct kind kind_sonicwall = {
    .format = "sonicwall", .columns = columns, .constants = constants, .refine = refine};

/* "192.0.2.7:50022:X0:host.example.com" */
static void add_side(struct message *m, struct pair_names *names, str side, str address, str port,
                     str interface)
{
    const str whole = event_get(m->event, side);
    struct ip ip;
    str rest = whole;

    if (!whole.n)
        return;
    if (ip_parse(whole, &ip)) { /* alone; perhaps of IPv6 */
        pair_add(m, names, address, whole);
        return;
    }
    const str front = str_cut(&rest, ':'), number = str_cut(&rest, ':');
    const str named = str_cut(&rest, ':');
    if (front.n && ip_parse(front, &ip))
        pair_add(m, names, address, front);
    if (number.n)
        pair_add(m, names, port, number);
    if (named.n)
        pair_add(m, names, interface, named);
}

static int sniff(str text)
{
    enum { FRONT_MAX = 240 };
    const str front = {text.p, text.n < FRONT_MAX ? text.n : FRONT_MAX};

    return str_starts(text, S("id=")) && str_find(front, S(" sn=")) && str_find(front, S(" fw=")) &&
                   str_find(front, S(" m="))
               ? 100
               : 0;
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    const struct pairs p = {m->text, ' ', '='};

    (void)state;
    if (sniff(m->text) == 0)
        return false;
    if (pairs_read(m, &names, p, NULL) < 2)
        return false;
    str time = event_get(m->event, S("vp_time"));
    if (!time.n)
        time = event_get(m->event, S("time"));
    device_time_text(m, time);
    add_side(m, &names, S("src"), S("src_ip"), S("src_port"), S("src_interface"));
    add_side(m, &names, S("dst"), S("dst_ip"), S("dst_port"), S("dst_interface"));
    return true;
}

const struct dialect dialect_sonicwall = {
    .name = "sonicwall",
    .summary = "SonicWall firewalls and SMA gateways",
    .sample = "id=firewall sn=0017C5000001 time=\"2026-11-24 10:00:00 UTC\" fw=198.51.100.1 pri=5 "
              "c=64 m=36 msg=\"TCP connection dropped\" n=1 src=192.0.2.7:50022:X1 "
              "dst=198.51.100.9:443:X0 proto=tcp/https",
    .kind = &kind_sonicwall,
    .sources = {{.product = S("sonicwall"), .category = S("firewall"), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .sniff = sniff,
    .read = read,
};
