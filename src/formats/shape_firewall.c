/* shape_firewall.c - records of security products as JSON: Palo Alto Networks' Strata Logging
 * Service (Cortex Data Lake), with which Prisma Access and NGFWs log; ESET PROTECT. */
#include "event/column_table.h"
#include "formats/shape_row.h"
#include "dialect/action_word.h"
#include "dialect/pan_os.h"

static const struct column_rule pan_columns[] = {
    TO("SourceAddress", source_ip, ADDRESS),
    TO("SourceIP", source_ip, ADDRESS),
    TO("SourceIPv6", source_ip, ADDRESS),
    TO("PublicIPv4", source_ip, ADDRESS),
    TO("PublicIPv6", source_ip, ADDRESS),
    TO("UserIP", source_ip, ADDRESS),
    TO("SourcePort", source_port, TEXT),
    TO("SourceDeviceMac", source_mac, TEXT),
    TO("NATSource", source_nat_ip, TEXT),
    TO("NATSourcePort", source_nat_port, TEXT),
    TO("BytesSent", source_bytes, TEXT),
    TO("PacketsSent", source_packets, TEXT),
    TO("DestinationAddress", destination_ip, ADDRESS),
    TO("DNSResolverIP", destination_ip, ADDRESS),
    TO("DestinationPort", destination_port, TEXT),
    TO("DestinationDeviceMac", destination_mac, TEXT),
    TO("NATDestination", destination_nat_ip, TEXT),
    TO("NATDestinationPort", destination_nat_port, TEXT),
    TO("BytesReceived", destination_bytes, TEXT),
    TO("PacketsReceived", destination_packets, TEXT),
    TO("Bytes", network_bytes, TEXT),
    TO("PacketsTotal", network_packets, TEXT),
    TO("SessionDuration", event_duration, SECONDS),
    TO("TotalTimeElapsed", event_duration, SECONDS),
    TO("Protocol", network_transport, PROTOCOL),
    TO("Application", network_application, LOWER),
    TO("SourceUser", user_name, ACCOUNT),
    TO("SourceUserName", user_name, ACCOUNT),
    TO("User", user_name, ACCOUNT),
    TO("AuthenticatedUserName", user_name, ACCOUNT),
    TO("Admin", user_name, ACCOUNT),
    TO("DestinationUser", user_target_name, ACCOUNT),
    TO("Rule", rule_name, TEXT),
    TO("HipMatchName", rule_name, TEXT),
    TO("RuleUUID", rule_id, TEXT),
    TO("ThreatCategory", rule_category, TEXT),
    TO("URLCategory", rule_category, TEXT),
    TO("ThreatName", threat_name, TEXT),
    TO("ThreatID", threat_name, TEXT),
    TO("Action", event_action, TEXT),
    TO("EventName", event_action, TEXT),
    TO("EventIDValue", event_action, TEXT),
    TO("SequenceNo", event_id, TEXT),
    TO("EventDescription", event_reason, TEXT),
    TO("SessionEndReason", event_reason, TEXT),
    TO("ConnectionError", event_reason, TEXT),
    TO("AuthenticationDescription", event_reason, TEXT),
    TO("Severity", log_level, LOWER),
    TO("VendorSeverity", log_level, LOWER),
    TO("DeviceName", observer_name, TEXT),
    TO("LogSourceName", observer_name, TEXT),
    TO("InboundInterface", observer_ingress, TEXT),
    TO("OutboundInterface", observer_egress, TEXT),
    TO("EndpointDeviceName", host_name, TEXT),
    TO("UserAgent", user_agent, TEXT),
    TO("HTTPMethod", http_method, TEXT),
    TO("Referer", http_referrer, TEXT),
    TO("FileName", file_name, BASENAME),
    TO("FileHash", file_sha256, LOWER),
    TO("FileSHA256", file_sha256, LOWER),
    TO("DNSRequest", dns_question, TEXT),
    TO("RecordType", dns_type, TEXT),
    END,
};

static const struct column_constant pan_constants[] = {
    ALWAYS(observer_vendor, "Palo Alto Networks"),
    ALWAYS(observer_product, "PAN-OS"),
    ALWAYS_END,
};

static void pan_refine(const struct event *ev, struct columns *c, struct arena *a)
{
    const str type = event_get(ev, S("LogType")), url = event_get(ev, S("URL"));
    str subtype = event_get(ev, S("Subtype"));

    if (!subtype.n)
        subtype = event_get(ev, S("SubType"));
    c->activity = pan_activity(type, subtype);
    pan_put_url(c, url, a);
    pan_split_threat(c, a);
    pan_settle(c, event_get(ev, S("Action")));
    if (str_ends(event_get(ev, S("EventName")), S("auth-fail")))
        action_settle(c, S("failure"));
    if (str_ends(event_get(ev, S("EventName")), S("auth-success")))
        action_settle(c, S("success"));
    action_settle(c, event_get(ev, S("EventStatus")));
    action_settle(c, event_get(ev, S("EventResult")));
    action_settle(c, event_get(ev, S("Result")));
}

static const struct kind kind_pan = {
    .format = "paloalto_json",
    .columns = pan_columns,
    .constants = pan_constants,
    .refine = pan_refine,
};

#define PAN_SHAPE                                                                                  \
    .kind = &kind_pan, .sources = {{S("paloalto"), S("firewall"), S("")}},                         \
    .times = {                                                                                     \
        S("TimeGeneratedHighResolution"),                                                          \
        S("TimeGenerated"),                                                                        \
        S("EventTime"),                                                                            \
        S("TimeReceived"),                                                                         \
        S("LogTime"),                                                                              \
    }

const struct shape shape_paloalto_json = {
    .markers = {{S("LogType"), S("")}, {S("DeviceSN"), S("")}},
    PAN_SHAPE,
};

/* The same with the names that it had before. */
const struct shape shape_paloalto_old = {
    .markers = {{S("LogType"), S("")}, {S("LogSourceID"), S("")}},
    PAN_SHAPE,
};

/* ------------------------------------------------------------ ESET PROTECT */

static const struct column_rule eset_columns[] = {
    TO("source_address", source_ip, ADDRESS),
    TO("source_port", source_port, TEXT),
    TO("target_address", destination_ip, ADDRESS),
    TO("target_port", destination_port, TEXT),
    TO("protocol", network_transport, PROTOCOL),
    TO("hostname", host_name, TEXT),
    TO("ipv4", host_ip, TEXT),
    TO("ipv6", host_ip, TEXT),
    TO("username", user_name, ACCOUNT),
    TO("user", user_name, ACCOUNT),
    TO("process_name", process_executable, TEXT),
    TO("processname", process_executable, TEXT),
    TO("threat_name", threat_name, TEXT),
    TO("threat_type", rule_category, TEXT),
    TO("rule_name", rule_name, TEXT),
    TO("hash", file_sha1, LOWER),
    TO("object_uri", file_path, TEXT),
    TO("action_taken", event_action, TEXT),
    TO("action", event_action, TEXT),
    TO("detail", event_reason, TEXT),
    TO("event_type", event_code, TEXT),
    TO("source_uuid", event_id, TEXT),
    TO("severity", log_level, LOWER),
    END,
};

static const struct column_constant eset_constants[] = {
    ALWAYS(observer_vendor, "ESET"),
    ALWAYS(observer_product, "PROTECT"),
    ALWAYS_END,
};

static void eset_refine(const struct event *ev, struct columns *c, struct arena *a)
{
    const str type = event_get(ev, S("event_type")), action = event_get(ev, S("action"));

    (void)a;
    c->values[COLUMN_user_domain] = (str){0}; /* `domain` is what was administered */
    if (str_starts(type, S("Threat")))
        c->activity = ACTIVITY_malware;
    else if (str_starts(type, S("Firewall")) || str_starts(type, S("Hips")))
        c->activity = ACTIVITY_detection;
    else if (str_ieq(action, S("Login attempt")))
        c->activity = ACTIVITY_logon;
    action_settle(c, event_get(ev, S("result")));
    action_settle(c, action);
}

static const struct kind kind_eset = {
    .format = "eset", .columns = eset_columns, .constants = eset_constants, .refine = eset_refine};

/* Its time, "06-May-2026 09:59:37", is spelled so: "occured". */
const struct shape shape_eset = {
    .kind = &kind_eset,
    .markers = {{S("event_type"), S("*_Event")}, {S("source_uuid"), S("")}, {S("occured"), S("")}},
    .sources = {{S("eset"), S("antivirus"), S("")}},
    .times = {S("occured")},
};
