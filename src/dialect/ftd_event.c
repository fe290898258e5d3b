/*
 * ftd_event.c - lists of "Name: value, Name: value". Values hold commas and colons of their own, so
 * a list is cut only before a name that Cisco documents for these events. What clients write (URLs,
 * user agents, file names) may hold such a name as well: of two the first counts, addresses stand
 * before all that a client writes, and the record is told to be doubtful.
 */
#include "dialect/ftd_event.h"

#include "dialect/cisco_asa.h"

static const str names[] = {
#define NAME(name) S(name),
#include "dialect/ftd_event.def"
#undef NAME
};

static const struct column_rule columns[] = {
    {S("SrcIP"), COLUMN_source_ip, VIA_ADDRESS},
    {S("SrcPort"), COLUMN_source_port, VIA_TEXT},
    {S("DstIP"), COLUMN_destination_ip, VIA_ADDRESS},
    {S("DstPort"), COLUMN_destination_port, VIA_TEXT},
    {S("NAT_InitiatorIP"), COLUMN_source_nat_ip, VIA_TEXT},
    {S("NAT_InitiatorPort"), COLUMN_source_nat_port, VIA_TEXT},
    {S("NAT_ResponderIP"), COLUMN_destination_nat_ip, VIA_TEXT},
    {S("NAT_ResponderPort"), COLUMN_destination_nat_port, VIA_TEXT},
    {S("Protocol"), COLUMN_network_transport, VIA_PROTOCOL},
    {S("ApplicationProtocol"), COLUMN_network_protocol, VIA_LOWER},
    {S("WebApplication"), COLUMN_network_application, VIA_LOWER},
    {S("Client"), COLUMN_network_application, VIA_LOWER},
    {S("IngressInterface"), COLUMN_observer_ingress, VIA_TEXT},
    {S("EgressInterface"), COLUMN_observer_egress, VIA_TEXT},
    {S("InitiatorBytes"), COLUMN_source_bytes, VIA_TEXT},
    {S("ResponderBytes"), COLUMN_destination_bytes, VIA_TEXT},
    {S("InitiatorPackets"), COLUMN_source_packets, VIA_TEXT},
    {S("ResponderPackets"), COLUMN_destination_packets, VIA_TEXT},
    {S("ConnectionDuration"), COLUMN_event_duration, VIA_SECONDS},
    {S("AccessControlRuleReason"), COLUMN_event_reason, VIA_TEXT},
    {S("AccessControlRuleName"), COLUMN_rule_name, VIA_TEXT},
    {S("Message"), COLUMN_rule_name, VIA_TEXT},
    {S("SID"), COLUMN_rule_id, VIA_TEXT},
    {S("Classification"), COLUMN_rule_category, VIA_TEXT},
    {S("User"), COLUMN_user_name, VIA_ACCOUNT},
    {S("UserName"), COLUMN_user_name, VIA_ACCOUNT},
    {S("UserAgent"), COLUMN_user_agent, VIA_TEXT},
    {S("HTTPReferer"), COLUMN_http_referrer, VIA_TEXT},
    {S("HTTPResponse"), COLUMN_http_status, VIA_TEXT},
    {S("URL"), COLUMN_url_original, VIA_URL},
    {S("URI"), COLUMN_url_original, VIA_URL},
    {S("HTTP_Hostname"), COLUMN_url_domain, VIA_TEXT},
    {S("DNSQuery"), COLUMN_dns_question, VIA_TEXT},
    {S("DNS_Response_Type"), COLUMN_dns_code, VIA_TEXT},
    {S("DNSResponseType"), COLUMN_dns_code, VIA_TEXT},
    {S("FileName"), COLUMN_file_name, VIA_TEXT},
    {S("FileSize"), COLUMN_file_size, VIA_TEXT},
    {S("FileSHA256"), COLUMN_file_sha256, VIA_LOWER},
    {S("ThreatName"), COLUMN_threat_name, VIA_TEXT},
    {.field = S("")},
};

static str value_of(const struct event *ev, str name)
{
    uint32_t at = event_find(ev, name);

    return at < ev->field_count ? ev->fields[at].value : (str){0};
}

/* What the policy did with it: any word of a block is a failure. */
static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str actions[] = {S("AccessControlRuleAction"), S("FileAction"), S("InlineResult")};
    static const str blocks[] = {S("Block"), S("Dropped"), S("Drop"),
                                 S("Reset"), S("Denied"),  S("Would have dropped")};

    (void)a;
    for (size_t i = 0; i < countof(actions); i++) {
        str action = value_of(ev, actions[i]);
        if (action.n == 0)
            continue;
        c->outcome = OUTCOME_SUCCESS;
        for (size_t k = 0; k < countof(blocks); k++)
            if (str_find(action, blocks[k]))
                c->outcome = OUTCOME_FAILURE;
        if (str_starts(action, S("Would")) || str_starts(action, S("Malware Cloud Lookup")))
            c->outcome = OUTCOME_SUCCESS;
        if (c->outcome == OUTCOME_FAILURE)
            c->type = "denied";
        return;
    }
}

#define EVENT(name, what, of)                                                                      \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_cisco_asa,                                                                   \
        .action = what,                                                                            \
        .activity = ACTIVITY_##of,                                                                 \
        .columns = columns,                                                                        \
        .refine = refine,                                                                          \
    };
EVENT(intrusion, "intrusion-detected", detection)
EVENT(started, "connection-started", flow_open)
EVENT(finished, "connection-finished", flow_close)
EVENT(file, "file-detected", flow)
EVENT(malware, "malware-detected", malware)
#undef EVENT

static const struct {
    str code;
    const struct kind *kind;
} sorts[] = {
    {S("430001"), &kind_intrusion}, {S("430002"), &kind_started}, {S("430003"), &kind_finished},
    {S("430004"), &kind_file},      {S("430005"), &kind_malware},
};

/* "Name: " at the front, of a name that is known: its length without the colon. */
static size_t known_name(str s)
{
    for (size_t i = 0; i < countof(names); i++)
        if (str_starts(s, names[i]) && s.n > names[i].n && s.p[names[i].n] == ':')
            return names[i].n;
    return 0;
}

/* The value at the front of *s, to where the next name begins; *s is what is behind. */
static str take_value(str *s)
{
    str all = *s;

    for (size_t at = 0; at < all.n;) {
        const char *comma = memchr(all.p + at, ',', all.n - at);
        if (!comma)
            break;
        at = (size_t)(comma - all.p) + 1;
        str rest = str_from_at(all, at + (at < all.n && all.p[at] == ' '));
        if (!known_name(rest))
            continue;
        *s = rest;
        return str_trim((str){all.p, at - 1});
    }
    *s = str_from_at(all, all.n);
    return str_trim(all);
}

bool ftd_event_read(struct message *m, str code, str text)
{
    const uint32_t from = m->event->field_count;
    size_t sort = 0;

    while (sort < countof(sorts) && !str_eq(sorts[sort].code, code))
        sort++;
    if (sort == countof(sorts))
        return false;
    message_kind(m, sorts[sort].kind);
    for (size_t name = known_name(text); name; name = known_name(text)) {
        str key = {text.p, name};
        text = str_from_at(text, name + 1);
        str value = take_value(&text);
        bool twice = false;
        for (uint32_t i = from; i < m->event->field_count; i++)
            twice |= str_eq(m->event->fields[i].name, key);
        if (twice)
            message_damage(m, "a name that stands twice in a list");
        else
            message_add(m, key, value);
    }
    return true;
}
