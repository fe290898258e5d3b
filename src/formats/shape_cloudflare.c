/*
 * shape_cloudflare.c - Cloudflare's Logpush datasets: HTTP requests, firewall events, audit logs,
 * Gateway (HTTP, DNS, network), DNS logs, Access requests, Spectrum.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

static const struct column_constant cloudflare_constants[] = {ALWAYS(observer_vendor, "Cloudflare"),
                                                              ALWAYS_END};

/* Names of the datasets: one meaning each, wherever they stand. */
static const struct column_rule cloudflare_columns[] = {
    TO("Action", event_action, TEXT),
    TO("ActionType", event_action, TEXT),
    TO("SecurityAction", event_action, TEXT),
    TO("FirewallMatchesActions", event_action, TEXT),
    TO("ResolverDecision", event_action, TEXT),
    TO("ID", event_id, TEXT),
    TO("RayID", event_id, TEXT),
    TO("SessionID", event_id, TEXT),
    TO("RequestID", event_id, TEXT),
    TO("Interface", event_provider, TEXT),
    TO("BlockedFileReason", event_reason, TEXT),
    TO("DeviceName", host_name, TEXT),
    TO("ActorEmail", user_name, TEXT),
    TO("ActorEmail", user_email, TEXT),
    TO("Email", user_name, TEXT),
    TO("Email", user_email, TEXT),
    TO("ActorID", user_id, TEXT),
    TO("UserID", user_id, TEXT),
    TO("UserUID", user_id, TEXT),
    TO("ActorType", user_roles, TEXT),
    TO("ClientIP", source_ip, ADDRESS),
    TO("ActorIP", source_ip, ADDRESS),
    TO("SourceIP", source_ip, ADDRESS),
    TO("SrcIP", source_ip, ADDRESS),
    TO("IPAddress", source_ip, ADDRESS),
    TO("ClientSrcPort", source_port, TEXT),
    TO("ClientPort", source_port, TEXT),
    TO("SourcePort", source_port, TEXT),
    TO("SrcPort", source_port, TEXT),
    TO("DestinationIP", destination_ip, ADDRESS),
    TO("DstIP", destination_ip, ADDRESS),
    TO("OriginIP", destination_ip, ADDRESS),
    TO("DestinationPort", destination_port, TEXT),
    TO("DstPort", destination_port, TEXT),
    TO("OriginPort", destination_port, TEXT),
    TO("SNI", destination_domain, TEXT),
    TO("AppDomain", destination_domain, TEXT),
    TO("ClientRequestHost", destination_domain, TEXT),
    TO("HTTPHost", destination_domain, TEXT),
    TO("Transport", network_transport, PROTOCOL),
    TO("Protocol", network_transport, PROTOCOL),
    TO("ClientRequestBytes", source_bytes, TEXT),
    TO("EdgeResponseBytes", destination_bytes, TEXT),
    TO("QueryTypeName", dns_type, TEXT),
    TO("ResolvedIPs", dns_answer, TEXT),
    TO("ClientRequestURI", url_original, URL),
    TO("URL", url_original, URL),
    TO("ClientRequestHost", url_domain, TEXT),
    TO("HTTPHost", url_domain, TEXT),
    TO("ClientRequestPath", url_path, TEXT),
    TO("ClientRequestQuery", url_query, TEXT),
    TO("ClientRequestMethod", http_method, TEXT),
    TO("HTTPMethod", http_method, TEXT),
    TO("EdgeResponseStatus", http_status, TEXT),
    TO("HTTPStatusCode", http_status, TEXT),
    TO("EdgeResponseBytes", http_bytes, TEXT),
    TO("ClientRequestReferer", http_referrer, TEXT),
    TO("Referer", http_referrer, TEXT),
    TO("ClientRequestUserAgent", user_agent, TEXT),
    TO("UserAgent", user_agent, TEXT),
    TO("RuleID", rule_id, TEXT),
    TO("PolicyID", rule_id, TEXT),
    TO("WAFRuleID", rule_id, TEXT),
    TO("SecurityRuleID", rule_id, TEXT),
    TO("PolicyName", rule_name, TEXT),
    TO("Policy", rule_name, TEXT),
    TO("Description", rule_name, TEXT),
    TO("SecurityRuleDescription", rule_name, TEXT),
    TO("WAFRuleMessage", rule_name, TEXT),
    TO("Source", rule_category, TEXT),
    TO("ResourceType", rule_category, TEXT),
    TO("ResourceID", resource_name, TEXT),
    TO("AppUUID", resource_name, TEXT),
    TO("BlockedFileName", file_name, TEXT),
    TO("BlockedFileHash", file_sha256, LOWER),
    TO("BlockedFileSize", file_size, TEXT),
    TO("ZoneName", organization_id, TEXT),
    TO("OwnerID", organization_id, TEXT),
    TO("AccountID", organization_id, TEXT),
    END,
};

/* IANA's numbers of the types that are asked for most. */
static const struct {
    str number, name;
} dns_types[] = {
    {S("1"), S("A")},     {S("2"), S("NS")},     {S("5"), S("CNAME")}, {S("6"), S("SOA")},
    {S("12"), S("PTR")},  {S("15"), S("MX")},    {S("16"), S("TXT")},  {S("28"), S("AAAA")},
    {S("33"), S("SRV")},  {S("35"), S("NAPTR")}, {S("43"), S("DS")},   {S("48"), S("DNSKEY")},
    {S("64"), S("SVCB")}, {S("65"), S("HTTPS")}, {S("255"), S("ANY")}, {S("257"), S("CAA")},
};

static const str dns_codes[] = {S("NOERROR"),  S("FORMERR"), S("SERVFAIL"),
                                S("NXDOMAIN"), S("NOTIMP"),  S("REFUSED")};

static void put_dns(const struct event *ev, struct columns *c, struct arena *a)
{
    str type = event_get(ev, S("QueryType")), code = event_get(ev, S("RCode"));
    str name = event_get(ev, S("QueryName"));
    uint64_t number;

    if (name.n > 1 && name.p[name.n - 1] == '.') /* the root */
        name.n--;
    columns_put(c, COLUMN_dns_question, VIA_TEXT, name, a);
    if (!code.n)
        code = event_get(ev, S("ResponseCode"));
    for (size_t i = 0; i < countof(dns_types); i++)
        if (str_eq(type, dns_types[i].number))
            columns_put(c, COLUMN_dns_type, VIA_TEXT, dns_types[i].name, a);
    columns_put(c, COLUMN_dns_type, VIA_TEXT, type, a);
    if (str_u64(code, &number) && number < countof(dns_codes))
        columns_put(c, COLUMN_dns_code, VIA_TEXT, dns_codes[number], a);
    columns_put(c, COLUMN_dns_code, VIA_TEXT, code, a);
}

/* "allowedOnNoRuleMatch", "blockedRule", "managedChallenge", "jschallenge": by how they begin. A
 * challenge that was put in the way has let nothing through. */
static enum outcome outcome_of_action(str action)
{
    static const struct {
        str start;
        enum outcome outcome;
    } starts[] = {
        {S("allow"), OUTCOME_SUCCESS},
        {S("block"), OUTCOME_FAILURE},
        {S("drop"), OUTCOME_FAILURE},
        {S("deny"), OUTCOME_FAILURE},
        {S("challenge"), OUTCOME_FAILURE},
        {S("jschallenge"), OUTCOME_FAILURE},
        {S("managedchallenge"), OUTCOME_FAILURE},
        {S("managed_challenge"), OUTCOME_FAILURE},
        {S("js_challenge"), OUTCOME_FAILURE},
        {S("connectionclose"), OUTCOME_FAILURE},
        {S("override"), OUTCOME_SUCCESS},
        {S("isolate"), OUTCOME_SUCCESS},
        {S("noisolate"), OUTCOME_SUCCESS},
    };

    if (str_find(action, S("Solved")) || str_find(action, S("Bypassed")) ||
        str_find(action, S("solved")) || str_find(action, S("bypassed")))
        return OUTCOME_SUCCESS;
    for (size_t i = 0; i < countof(starts); i++)
        if (action.n >= starts[i].start.n &&
            str_ieq((str){action.p, starts[i].start.n}, starts[i].start))
            return starts[i].outcome;
    return OUTCOME_UNTOLD;
}

static void refine_cloudflare(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str actions[] = {S("Action"), S("SecurityAction"), S("WAFAction"),
                                  S("ResolverDecision"), S("FirewallMatchesActions")};
    str result = event_get(ev, S("ActionResult")), allowed = event_get(ev, S("Allowed"));

    put_dns(ev, c, a);
    if (result.n || allowed.n)
        c->outcome = verdict_of_word(result.n ? result : allowed);
    for (size_t i = 0; i < countof(actions) && !c->outcome; i++) {
        c->outcome = outcome_of_action(event_get(ev, actions[i]));
        if (c->outcome)
            c->type = c->outcome == OUTCOME_FAILURE ? "denied" : "allowed";
    }
    if (!c->outcome && c->values[COLUMN_dns_code].p)
        c->outcome =
            str_eq(c->values[COLUMN_dns_code], S("NOERROR")) ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
    if (!c->outcome)
        c->outcome = verdict_of_http(c->values[COLUMN_http_status]);
    if (!c->activity)
        c->activity = activity_of_operation(c->values[COLUMN_event_action]);
}

static const struct kind kind_cloudflare = {
    .format = "cloudflare",
    .own_names = true,
    .columns = cloudflare_columns,
    .constants = cloudflare_constants,
    .refine = refine_cloudflare,
};
static const struct column_constant http_constants[] = {ALWAYS(network_protocol, "http"),
                                                        ALWAYS_END};
static const struct kind kind_http = {
    .base = &kind_cloudflare, .activity = ACTIVITY_http, .constants = http_constants};
static const struct column_constant dns_constants[] = {ALWAYS(network_protocol, "dns"), ALWAYS_END};
static const struct kind kind_dns = {
    .base = &kind_cloudflare, .activity = ACTIVITY_dns, .constants = dns_constants};
static const struct kind kind_flow = {.base = &kind_cloudflare, .activity = ACTIVITY_flow};
static const struct kind kind_access = {.base = &kind_cloudflare, .activity = ACTIVITY_logon};

/* HTTP requests and firewall events. */
const struct shape shape_cloudflare_http = {
    .kind = &kind_http,
    .markers = {{S("RayID"), S("")}, {S("ClientIP"), S("")}, {S("ClientRequestMethod"), S("")}},
    .sources = {{S("cloudflare"), S("webserver"), S("http")}},
    .times = {S("EdgeStartTimestamp"), S("Datetime"), S("EdgeEndTimestamp")},
};

const struct shape shape_cloudflare_audit = {
    .kind = &kind_cloudflare,
    .markers = {{S("ActionType"), S("")}, {S("ActorIP"), S("")}, {S("When"), S("")}},
    .sources = {{S("cloudflare"), S(""), S("audit")}},
    .times = {S("When")},
};

const struct shape shape_cloudflare_dns = {
    .kind = &kind_dns,
    .markers = {{S("QueryName"), S("")}, {S("QueryType"), S("")}},
    .sources = {{S("cloudflare"), S("dns"), S("dns")}},
    .times = {S("Timestamp"), S("Datetime")},
};

const struct shape shape_cloudflare_gateway = {
    .kind = &kind_http,
    .markers = {{S("HTTPHost"), S("")}, {S("HTTPMethod"), S("")}, {S("RequestID"), S("")}},
    .sources = {{S("cloudflare"), S("proxy"), S("gateway")}},
    .times = {S("Datetime")},
};

const struct shape shape_cloudflare_access = {
    .kind = &kind_access,
    .markers = {{S("AppUUID"), S("")}, {S("IPAddress"), S("")}, {S("CreatedAt"), S("")}},
    .sources = {{S("cloudflare"), S(""), S("access")}},
    .times = {S("CreatedAt")},
};

const struct shape shape_cloudflare_network = {
    .kind = &kind_flow,
    .markers = {{S("SourceIP"), S("")},
                {S("DestinationIP"), S("")},
                {S("Transport"), S("")},
                {S("Datetime"), S("")}},
    .sources = {{S("cloudflare"), S("firewall"), S("gateway")}},
    .times = {S("Datetime")},
};
