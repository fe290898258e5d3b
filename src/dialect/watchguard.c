/*
 * watchguard.c - WatchGuard Firebox ("Fireware Log Catalog"), as it sends them by syslog; its LEEF
 * is read by that.
 *
 *   msg_id="3000-0148" Deny 0-External Firebox 52 tcp 20 127 192.0.2.7 198.51.100.9 50022 443
 *   offset 8 S 1829 win 61690 (Unhandled External Packet-00)
 *   msg_id="1AFF-0024" Allow 1-Trusted 0-External tcp 192.0.2.7 198.51.100.9 50022 80
 *   msg="HTTP Request" proxy_act="HTTP-Client.1" op="GET" dstname="example.com" arg="/" (HTTP-00)
 *
 * Words before the pairs have no names there; they are the event's disposition, in_interface,
 * out_interface, proto, src_ip, dst_ip, src_port, dst_port and policy.
 */
#include "event/column_table.h"
#include "dialect/action_word.h"
#include "message/pair.h"
#include "text/ip.h"

enum { WORDS_MAX = 16 };

static const struct kind kind_watchguard;
static const struct kind kind_logon = {
    .base = &kind_watchguard, .activity = ACTIVITY_logon, .outcome = OUTCOME_SUCCESS};
static const struct kind kind_logon_failed = {
    .base = &kind_watchguard, .activity = ACTIVITY_logon, .outcome = OUTCOME_FAILURE};
static const struct kind kind_logoff = {
    .base = &kind_watchguard, .activity = ACTIVITY_logoff, .outcome = OUTCOME_SUCCESS};

/* What stands in the place of the words, or is the value of msg. */
static const struct template_row rows[] = {
    {"SSL VPN user {user*} from {src_ip:ip} logged in assigned virtual IP is {virtual_ip:ip}",
     &kind_logon},
    {"{:word} VPN user {user*} from {src_ip:ip} logged out assigned virtual IP is {virtual_ip:ip}",
     &kind_logoff},
    {"{:word} VPN user {user*} from {src_ip:ip} logged in{:text}", &kind_logon},
    {"Management user {user*} from {src_ip:ip} logged in", &kind_logon},
    {"Management user {user*} from {src_ip:ip} logged out", &kind_logoff},
    {"Authentication of {auth_type:text} user [{user*}] from {src_ip:ip} was rejected[[, "
     "{reason:text}||]]",
     &kind_logon_failed},
    {"Authentication of {auth_type:text} user [{user*}] from {src_ip:ip} was accepted",
     &kind_logon},
};

static void *open(const struct dialect *self)
{
    (void)self;
    return template_set_new(rows, countof(rows));
}

static void close(void *state)
{
    template_set_free(state);
}

static const struct column_rule columns[] = {
    TO("src_user", user_name, ACCOUNT),
    TO("proto", network_transport, PROTOCOL),
    TO("dstname", destination_domain, TEXT),
    TO("sni", destination_domain, TEXT),
    TO("sent_bytes", source_bytes, TEXT),
    TO("rcvd_bytes", destination_bytes, TEXT),
    TO("app_name", network_application, LOWER),
    TO("disposition", event_action, TEXT),
    TO("msg_id", event_code, TEXT),
    TO("policy", rule_name, TEXT),
    TO("signature_name", rule_name, TEXT),
    TO("cats", rule_category, TEXT),
    TO("virus", threat_name, TEXT),
    TO("op", http_method, TEXT),
    TO("arg", url_original, URL),
    TO("msg", event_reason, TEXT),
    END,
};

static const struct column_constant constants[] = {
    ALWAYS(observer_vendor, "WatchGuard"),
    ALWAYS_END,
};

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    if (!c->activity && event_get(ev, S("src_ip")).n)
        c->activity = c->values[COLUMN_http_method].p ? ACTIVITY_http : ACTIVITY_flow;
    action_settle(c, event_get(ev, S("disposition")));
}

static const struct kind kind_watchguard = {
    .format = "watchguard", .columns = columns, .constants = constants, .refine = refine};

static bool is_ip(str s)
{
    struct ip ip;

    return s.n && ip_parse(s, &ip);
}

static bool is_number(str s)
{
    uint64_t number;

    return str_u64(s, &number);
}

/* The words between the number and the first pair. */
static void add_words(struct message *m, struct pair_names *names, const str *words, size_t count)
{
    static const str dispositions[] = {S("Allow"), S("Deny"), S("Drop"), S("Block"), S("Reset")};
    size_t at = 0, letters = 0;
    bool decided = false;

    for (size_t i = 0; i < countof(dispositions); i++)
        decided |= count && str_eq(words[0], dispositions[i]);
    while (at + 1 < count && !(is_ip(words[at]) && is_ip(words[at + 1])))
        at++;
    if (!decided || at + 1 >= count)
        return;
    pair_add(m, names, S("disposition"), words[0]);
    for (size_t i = at; i-- > 1;) /* the protocol is the last word that is no number */
        if (!is_number(words[i])) {
            letters = i;
            break;
        }
    if (letters >= 2)
        pair_add(m, names, S("in_interface"), words[1]);
    if (letters >= 3)
        pair_add(m, names, S("out_interface"), words[2]);
    if (letters)
        pair_add(m, names, S("proto"), words[letters]);
    pair_add(m, names, S("src_ip"), words[at]);
    pair_add(m, names, S("dst_ip"), words[at + 1]);
    if (at + 3 < count && is_number(words[at + 2]) && is_number(words[at + 3])) {
        pair_add(m, names, S("src_port"), words[at + 2]);
        pair_add(m, names, S("dst_port"), words[at + 3]);
    }
}

static bool read(void *state, struct message *m)
{
    struct pair_names names = pair_names_of(m);
    struct pairs p = {m->text, ' ', '='};
    str words[WORDS_MAX], name, value;
    size_t count = 0;
    bool escaped;

    if (!str_starts(m->text, S("msg_id=\"")))
        return false;
    while (pair_next(&p, &name, &value, &escaped)) {
        if (name.n)
            pair_add(m, &names, name, pair_value(value, escaped, m->arena));
        else if (count < WORDS_MAX)
            words[count++] = value;
    }
    add_words(m, &names, words, count);
    const char *policy = memrchr(m->text.p, '(', m->text.n);
    if (policy && m->text.p[m->text.n - 1] == ')')
        pair_add(m, &names, S("policy"),
                 (str){policy + 1, (size_t)(m->text.p + m->text.n - policy) - 2});
    str sentence = m->text;
    str_cut(&sentence, ' ');
    if (count)
        template_match_part(state, m, str_trim(sentence));
    return true;
}

const struct dialect dialect_watchguard = {
    .name = "watchguard",
    .summary = "WatchGuard Firebox: packet filter and proxies",
    .sample =
        "Nov 24 10:00:00 fb1 firewall: msg_id=\"3000-0148\" Deny 0-External Firebox 52 tcp 20 "
        "127 192.0.2.7 198.51.100.9 50022 443 offset 8 S 1829 win 61690 (Unhandled External "
        "Packet-00)",
    .kind = &kind_watchguard,
    .sources = {{.product = S("watchguard"), .category = S("firewall"), .service = S("")}},
    .not_linux = true,
    .bare = true,
    .starts = {S("msg_id=\"")},
    .read = read,
    .open = open,
    .close = close,
};
