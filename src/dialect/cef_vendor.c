#include "dialect/cef_vendor.h"

#include "event/column_table.h"
#include "dialect/action_word.h"
#include "dialect/fortinet.h"

/* ------------------------------------------------------------ CEF's dictionary */

static const struct column_rule cef_columns[] = {
    TO("src", source_ip, ADDRESS),
    TO("c6a2", source_ip, TEXT),
    TO("sourceAddress", source_ip, ADDRESS),
    TO("shost", source_domain, TEXT),
    TO("spt", source_port, TEXT),
    TO("smac", source_mac, TEXT),
    TO("sourceTranslatedAddress", source_nat_ip, TEXT),
    TO("sourceTranslatedPort", source_nat_port, TEXT),
    TO("dst", destination_ip, ADDRESS),
    TO("c6a3", destination_ip, TEXT),
    TO("destinationAddress", destination_ip, ADDRESS),
    TO("dhost", destination_domain, TEXT),
    TO("destinationDnsDomain", destination_domain, TEXT),
    TO("dpt", destination_port, TEXT),
    TO("dmac", destination_mac, TEXT),
    TO("destinationTranslatedAddress", destination_nat_ip, TEXT),
    TO("destinationTranslatedPort", destination_nat_port, TEXT),
    TO("in", source_bytes, TEXT),
    TO("out", destination_bytes, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("app", network_protocol, LOWER),
    TO("deviceInboundInterface", observer_ingress, TEXT),
    TO("deviceOutboundInterface", observer_egress, TEXT),
    TO("suser", user_name, ACCOUNT),
    TO("duser", user_name, ACCOUNT),
    TO("sourceUserName", user_name, ACCOUNT),
    TO("duser", user_target_name, ACCOUNT),
    TO("suid", user_id, TEXT),
    TO("duid", user_target_id, TEXT),
    TO("sntdom", user_domain, TEXT),
    TO("dntdom", user_target_domain, TEXT),
    TO("spriv", user_roles, TEXT),
    TO("act", event_action, TEXT),
    TO("deviceAction", event_action, TEXT),
    TO("deviceEventClassId", event_code, TEXT),
    TO("externalId", event_id, TEXT),
    TO("reason", event_reason, TEXT),
    TO("severity", log_level, LOWER),
    TO("dvchost", observer_name, TEXT),
    TO("deviceVendor", observer_vendor, TEXT),
    TO("deviceProduct", observer_product, TEXT),
    TO("request", url_original, URL),
    TO("requestMethod", http_method, TEXT),
    TO("requestClientApplication", user_agent, TEXT),
    TO("fname", file_name, BASENAME),
    TO("filePath", file_path, TEXT),
    TO("fname", file_path, TEXT),
    TO("fsize", file_size, TEXT),
    TO("sproc", process_name, BASENAME),
    TO("sourceProcessName", process_name, BASENAME),
    TO("dproc", process_name, BASENAME),
    TO("deviceProcessName", process_name, BASENAME),
    TO("spid", process_pid, TEXT),
    TO("dpid", process_pid, TEXT),
    TO("sourceServiceName", service_name, TEXT),
    TO("destinationServiceName", service_name, TEXT),
    END,
};

static void put_hash(struct columns *c, str hash, struct arena *a)
{
    enum { MD5_DIGITS = 32, SHA1_DIGITS = 40, SHA256_DIGITS = 64 };
    enum column column = hash.n == MD5_DIGITS      ? COLUMN_file_md5
                         : hash.n == SHA1_DIGITS   ? COLUMN_file_sha1
                         : hash.n == SHA256_DIGITS ? COLUMN_file_sha256
                                                   : COLUMN_COUNT;

    if (column < COLUMN_COUNT)
        columns_put(c, column, VIA_LOWER, hash, a);
}

static bool has(const struct columns *c, enum column column)
{
    return c->values[column].p != NULL;
}

/* Words of names that tell what a record of an unknown product is about. */
static uint8_t activity_of_name(str name)
{
    static const struct {
        str word;
        uint8_t activity;
    } words[] = {
        {S("logon"), ACTIVITY_logon},          {S("login"), ACTIVITY_logon},
        {S("logged on"), ACTIVITY_logon},      {S("logged in"), ACTIVITY_logon},
        {S("authentication"), ACTIVITY_logon}, {S("logoff"), ACTIVITY_logoff},
        {S("logout"), ACTIVITY_logoff},        {S("malware"), ACTIVITY_malware},
        {S("virus"), ACTIVITY_malware},        {S("spyware"), ACTIVITY_malware},
        {S("ransom"), ACTIVITY_malware},       {S("trojan"), ACTIVITY_malware},
        {S("intrusion"), ACTIVITY_detection},  {S("threat"), ACTIVITY_detection},
        {S("attack"), ACTIVITY_detection},     {S("exploit"), ACTIVITY_detection},
    };

    for (size_t i = 0; i < countof(words); i++)
        for (size_t at = 0; at + words[i].word.n <= name.n; at++)
            if (str_ieq((str){name.p + at, words[i].word.n}, words[i].word))
                return words[i].activity;
    return ACTIVITY_none;
}

/* The name is the product's sentence, and so may tell that a flow was blocked. */
static bool says(str name, str word)
{
    for (size_t at = 0; at + word.n <= name.n; at++)
        if (str_ieq((str){name.p + at, word.n}, word))
            return true;
    return false;
}

static void settle_outcome(const struct event *ev, struct columns *c, str name)
{
    static const str fields[] = {S("outcome"), S("categoryOutcome"), S("act"), S("action"),
                                 S("disp")};
    static const str failures[] = {S("blocked"), S("denied"),   S("dropped"), S("failed"),
                                   S("failure"), S("rejected"), S("deny"),    S("discarded")};

    for (size_t i = 0; i < countof(fields) && !c->outcome; i++) {
        str word = event_get(ev, fields[i]);
        action_settle(c, str_starts(word, S("/")) ? str_from_at(word, 1) : word);
    }
    for (size_t i = 0; i < countof(failures) && !c->outcome; i++)
        if (says(name, failures[i]))
            action_settle(c, S("failure"));
}

static void refine_cef(const struct event *ev, struct columns *c, struct arena *a)
{
    const str direction = event_get(ev, S("deviceDirection")), name = event_get(ev, S("name"));

    if (str_eq(direction, S("0")) || str_eq(direction, S("1")))
        columns_put(c, COLUMN_network_direction, VIA_TEXT,
                    direction.p[0] == '0' ? S("inbound") : S("outbound"), a);
    put_hash(c, event_get(ev, S("fileHash")), a);
    protocol_split(c);
    if (str_ieq(c->values[COLUMN_process_name], S("CEF"))) /* the envelope's tag */
        c->values[COLUMN_process_name] = (str){0};
    settle_outcome(ev, c, name);
    if (!c->activity)
        c->activity = activity_of_name(name);
    if (!c->activity && has(c, COLUMN_url_original))
        c->activity = ACTIVITY_http;
    if (!c->activity && has(c, COLUMN_source_ip) && has(c, COLUMN_destination_ip))
        c->activity = ACTIVITY_flow;
}

const struct kind kind_cef = {.format = "cef", .columns = cef_columns, .refine = refine_cef};

/* ------------------------------------------------------------ LEEF's attributes */

static const struct column_rule leef_columns[] = {
    TO("src", source_ip, ADDRESS),
    TO("identSrc", source_ip, ADDRESS),
    TO("srcPort", source_port, TEXT),
    TO("srcMAC", source_mac, TEXT),
    TO("srcPreNAT", source_nat_ip, TEXT),
    TO("srcPostNAT", source_nat_ip, TEXT),
    TO("srcPostNATPort", source_nat_port, TEXT),
    TO("srcPreNATPort", source_nat_port, TEXT),
    TO("srcBytes", source_bytes, TEXT),
    TO("sent_bytes", source_bytes, TEXT),
    TO("srcPackets", source_packets, TEXT),
    TO("dst", destination_ip, ADDRESS),
    TO("dstPort", destination_port, TEXT),
    TO("dstMAC", destination_mac, TEXT),
    TO("dstPostNAT", destination_nat_ip, TEXT),
    TO("dstPreNAT", destination_nat_ip, TEXT),
    TO("dstPostNATPort", destination_nat_port, TEXT),
    TO("dstPreNATPort", destination_nat_port, TEXT),
    TO("dstBytes", destination_bytes, TEXT),
    TO("rcvd_bytes", destination_bytes, TEXT),
    TO("dstPackets", destination_packets, TEXT),
    TO("totalPackets", network_packets, TEXT),
    TO("dstname", destination_domain, TEXT),
    TO("proto", network_transport, PROTOCOL),
    TO("usrName", user_name, ACCOUNT),
    TO("accountName", user_target_name, ACCOUNT),
    TO("domain", user_domain, TEXT),
    TO("groupID", group_name, TEXT),
    TO("role", user_roles, TEXT),
    TO("identHostName", host_name, TEXT),
    TO("resource", resource_name, TEXT),
    TO("url", url_original, URL),
    TO("policy", rule_name, TEXT),
    TO("action", event_action, TEXT),
    TO("disp", event_action, TEXT),
    TO("eventID", event_code, TEXT),
    TO("cat", rule_category, TEXT),
    TO("sev", log_level, LOWER),
    TO("reason", event_reason, TEXT),
    TO("in_if", observer_ingress, TEXT),
    TO("out_if", observer_egress, TEXT),
    TO("deviceVendor", observer_vendor, TEXT),
    TO("deviceProduct", observer_product, TEXT),
    TO("devName", observer_name, TEXT),
    TO("sender", observer_name, TEXT),
    TO("op", http_method, TEXT),
    TO("arg", url_path, TEXT),
    TO("app_name", network_application, LOWER),
    END,
};

static void refine_leef(const struct event *ev, struct columns *c, struct arena *a)
{
    const str name = event_get(ev, S("eventID"));

    (void)a;
    settle_outcome(ev, c, name);
    if (!c->activity)
        c->activity = activity_of_name(name);
    if (!c->activity && has(c, COLUMN_source_ip) && has(c, COLUMN_destination_ip))
        c->activity = ACTIVITY_flow;
}

const struct kind kind_leef = {.format = "leef", .columns = leef_columns, .refine = refine_leef};

/* ------------------------------------------------------------ products */

/* Fields of FortiGate under the names that it gives them in CEF. */
static const struct column_rule fortinet_columns[] = {
    TO("FTNTFGTlogid", event_code, TEXT),
    TO("FortinetFortiGatelogid", event_code, TEXT),
    TO("FTNTFGTlevel", log_level, LOWER),
    TO("FortinetFortiGatelevel", log_level, LOWER),
    TO("FortinetFortiGateaction", event_action, TEXT),
    TO("suser", user_name, ACCOUNT),
    TO("duser", user_name, ACCOUNT),
    TO("out", source_bytes, TEXT),
    TO("in", destination_bytes, TEXT),
    TO("fname", file_name, BASENAME),
    END,
};

static void put_prefixed(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str prefixes[] = {S("FTNTFGT"), S("FortinetFortiGate")};

    for (uint32_t i = 0; i < ev->field_count; i++)
        for (size_t k = 0; k < countof(prefixes); k++) {
            const struct field *f = &ev->fields[i];
            if (!str_starts(f->name, prefixes[k]))
                continue;
            const str name = str_from_at(f->name, prefixes[k].n);
            for (const struct column_rule *r = fortinet_columns_any; r->field.n; r++)
                if (str_eq(r->field, name))
                    columns_put(c, (enum column)r->column, r->via, f->value, a);
        }
}

static void refine_fortinet(const struct event *ev, struct columns *c, struct arena *a)
{
    const str cat = event_get(ev, S("cat"));

    put_prefixed(ev, c, a);
    if (str_starts(cat, S("traffic")))
        c->activity = ACTIVITY_flow;
    else if (str_starts(cat, S("utm:virus")))
        c->activity = ACTIVITY_malware;
    else if (str_starts(cat, S("utm:ips")) || str_starts(cat, S("utm:anomaly")) ||
             str_starts(cat, S("anomaly")))
        c->activity = ACTIVITY_detection;
    else if (str_starts(cat, S("utm:webfilter")))
        c->activity = ACTIVITY_http;
    else if (str_starts(cat, S("event:vpn")))
        c->activity = ACTIVITY_tunnel;
    else if (str_starts(cat, S("event")) && str_eq(event_get(ev, S("act")), S("login")))
        c->activity = ACTIVITY_logon;
}

static const struct kind kind_fortinet = {
    .base = &kind_cef, .columns = fortinet_columns, .refine = refine_fortinet};

static const struct column_rule pan_columns[] = {
    TO("PanOSSourceUserName", user_name, ACCOUNT),
    TO("PanOSAuthenticatedUserName", user_name, ACCOUNT),
    TO("PanOSAuthenticatedUserDomain", user_domain, TEXT),
    TO("PanOSPublicIPv4", source_ip, TEXT),
    TO("PanOSPublicIPv6", source_ip, TEXT),
    TO("PanOSEndpointDeviceName", host_name, TEXT),
    TO("PanOSSourceDeviceHost", source_domain, TEXT),
    TO("PanOSSourceDeviceMac", source_mac, TEXT),
    TO("PanOSDestinationDeviceMac", destination_mac, TEXT),
    TO("PanOSRuleUUID", rule_id, TEXT),
    TO("PanOSBytes", network_bytes, TEXT),
    TO("PanOSPacketsSent", source_packets, TEXT),
    TO("PanOSPacketsReceived", destination_packets, TEXT),
    TO("PanOSThreatCategory", rule_category, TEXT),
    TO("PanOSThreatID", threat_name, TEXT),
    TO("PanOSURLCategory", rule_category, TEXT),
    TO("PanOSReferer", http_referrer, TEXT),
    TO("PanOSEventIDValue", event_action, TEXT),
    TO("PanOSEventID", event_action, TEXT),
    TO("PanOSEventDescription", event_reason, TEXT),
    TO("PanOSSessionEndReason", event_reason, TEXT),
    TO("out", source_bytes, TEXT),
    TO("in", destination_bytes, TEXT),
    TO("app", network_application, LOWER),
    TO("Rule", rule_name, TEXT),
    END,
};

static void refine_pan(const struct event *ev, struct columns *c, struct arena *a)
{
    const str type = event_get(ev, S("deviceEventClassId"));

    (void)a;
    if (str_eq(type, S("TRAFFIC")))
        c->activity = ACTIVITY_flow;
    else if (str_eq(type, S("GLOBALPROTECT")))
        c->activity = ACTIVITY_tunnel;
    else if (str_eq(type, S("AUTH")) || str_eq(type, S("USERID")))
        c->activity = ACTIVITY_authenticate;
    else if (str_eq(type, S("CONFIG")))
        c->activity = ACTIVITY_config_change;
    else if (str_eq(type, S("THREAT")) && c->values[COLUMN_url_original].p)
        c->activity = ACTIVITY_http;
    action_settle(c, event_get(ev, S("PanOSEventStatus")));
}

static const struct kind kind_pan = {
    .base = &kind_cef, .columns = pan_columns, .refine = refine_pan};

static const struct column_rule checkpoint_columns[] = {
    TO("loguid", event_id, TEXT),
    TO("rule_name", rule_name, TEXT),
    TO("Rule Name", rule_name, TEXT),
    TO("rule_uid", rule_id, TEXT),
    TO("ifname", observer_ingress, TEXT),
    TO("sni", destination_domain, TEXT),
    TO("Threat Prevention Rule Name", rule_name, TEXT),
    TO("protection_name", threat_name, TEXT),
    END,
};
static const struct kind kind_checkpoint_cef = {.base = &kind_cef, .columns = checkpoint_columns};

static const struct column_rule sonicwall_columns[] = {
    TO("susr", user_name, ACCOUNT),
    TO("usr", user_name, ACCOUNT),
    TO("snpt", source_nat_port, TEXT),
    TO("dnpt", destination_nat_port, TEXT),
    TO("appName", network_application, LOWER),
    TO("fw_action", event_action, TEXT),
    TO("msg", event_reason, TEXT),
    TO("arg", url_path, TEXT),
    TO("dstname", destination_domain, TEXT),
    END,
};
static const struct kind kind_sonicwall_cef = {.base = &kind_cef, .columns = sonicwall_columns};

static const struct column_rule trend_columns[] = {
    TO("VirusName", threat_name, TEXT),
    TO("Malware_Name", threat_name, TEXT),
    TO("SLF_MalwareName", threat_name, TEXT),
    TO("NCIE_ThreatName", threat_name, TEXT),
    TO("sha1", file_sha1, LOWER),
    TO("md5", file_md5, LOWER),
    TO("sha256", file_sha256, LOWER),
    TO("dvchost", host_name, TEXT),
    TO("dvc", host_ip, ADDRESS),
    TO("duser", user_name, ACCOUNT),
    TO("TrendMicroDsFileMD5", file_md5, LOWER),
    TO("TrendMicroDsFileSHA1", file_sha1, LOWER),
    TO("TrendMicroDsFileSHA256", file_sha256, LOWER),
    END,
};
static const struct kind kind_trend = {.base = &kind_cef, .columns = trend_columns};

static const struct column_rule ubiquiti_columns[] = {
    TO("UNIFIipsSignature", rule_name, TEXT),   TO("UNIFIipsSignatureId", rule_id, TEXT),
    TO("UNIFIadmin", user_name, ACCOUNT),       TO("UNIFIclientIp", source_ip, TEXT),
    TO("UNIFIclientMac", source_mac, TEXT),     TO("UNIFIclientHostname", source_domain, TEXT),
    TO("UNIFIdeviceName", observer_name, TEXT), END,
};
static const struct kind kind_ubiquiti = {.base = &kind_cef, .columns = ubiquiti_columns};

/* Cisco's Email Security Appliance ("C390 Email Security Appliance"): one record a mail. */
static const struct column_rule esa_columns[] = {
    TO("suser", email_from, TEXT),           TO("duser", email_to, TEXT),
    TO("msg", email_subject, TEXT),          TO("ExternalMsgID", email_id, TEXT),
    TO("sourceAddress", source_ip, ADDRESS), TO("sourceHostName", source_domain, TEXT),
    TO("MailPolicy", rule_name, TEXT),       END,
};

static void refine_esa(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str stops[] = {S("DROPPED"),  S("BOUNCED"),     S("ABORTED"),
                                S("REJECTED"), S("QUARANTINED"), S("BLOCKED")};
    static const enum column accounts[] = {COLUMN_user_name, COLUMN_user_domain,
                                           COLUMN_user_target_name, COLUMN_user_target_domain};
    const str act = event_get(ev, S("act"));

    (void)a;
    if (!str_starts(event_get(ev, S("deviceEventClassId")), S("ESA_")))
        return;
    c->activity = ACTIVITY_mail;
    for (size_t i = 0; i < countof(accounts); i++) /* a sender's address is nobody's account */
        c->values[accounts[i]] = (str){0};
    if (str_starts(act, S("DELIVERED")))
        c->outcome = OUTCOME_SUCCESS;
    for (size_t i = 0; i < countof(stops); i++)
        if (str_starts(act, stops[i]))
            c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_esa = {
    .base = &kind_cef, .columns = esa_columns, .refine = refine_esa};

static const struct column_rule imperva_columns[] = {
    TO("cpt", source_port, TEXT),
    TO("sip", destination_ip, ADDRESS),
    TO("sourceServiceName", destination_domain, TEXT),
    TO("cn1", http_status, TEXT),
    TO("ref", http_referrer, TEXT),
    END,
};

/* "REQ_PASSED", "REQ_CACHED_FRESH", "REQ_BLOCKED_SECURITY", "REQ_BAD_TARGET": what became of it. */
static void refine_imperva(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str passed[] = {S("REQ_PASSED"), S("REQ_CACHED"), S("REQ_CHALLENGE")};
    const str act = event_get(ev, S("act"));

    (void)a;
    c->activity = c->values[COLUMN_url_original].p ? ACTIVITY_http : ACTIVITY_detection;
    for (size_t i = 0; i < countof(passed); i++)
        if (str_starts(act, passed[i]))
            action_settle(c, S("allow"));
    if (str_starts(act, S("REQ_")))
        action_settle(c, S("deny"));
}

static const struct kind kind_imperva = {
    .base = &kind_cef, .columns = imperva_columns, .refine = refine_imperva};

/* What rules for firewalls call the addresses. */
static const struct field_rename firewall_names[] = {
    RENAMED("src_ip", "src"),   {S("src_port"), S("spt")}, {S("dst_ip"), S("dst")},
    RENAMED("dst_port", "dpt"), {S("action"), S("act")},
};
static const struct field_rename fortigate_names[] = {
    RENAMED("src_ip", "src"),
    RENAMED("src_port", "spt"),
    RENAMED("dst_ip", "dst"),
    RENAMED("dst_port", "dpt"),
    RENAMED("action", "act"),
    RENAMED("cfgpath", "FTNTFGTcfgpath"),
    RENAMED("cfgobj", "FTNTFGTcfgobj"),
    RENAMED("cfgattr", "FTNTFGTcfgattr"),
    RENAMED("logdesc", "FTNTFGTlogdesc"),
    RENAMED("user", "duser"),
};
static const struct field_rename leef_firewall_names[] = {
    RENAMED("src_ip", "src"),
    RENAMED("src_port", "srcPort"),
    RENAMED("dst_ip", "dst"),
    RENAMED("dst_port", "dstPort"),
};

#define FIREWALL(name, names)                                                                      \
    {                                                                                              \
        .product = S(name), .category = S("firewall"), .service = S(""), .renames = names,         \
        .rename_count = countof(names)                                                             \
    }

static const struct cef_vendor cef_vendors[] = {
    {S("Fortinet"),
     S("Forti"),
     &kind_fortinet,
     {.product = S("fortigate"),
      .category = S("firewall"),
      .service = S("event"),
      .renames = fortigate_names,
      .rename_count = countof(fortigate_names)},
     {S("FTNTFGTeventtime"), S("FortinetFortiGateeventtime"), S("eventtime")}},
    {S("Palo Alto"), S(""), &kind_pan, FIREWALL("paloalto", firewall_names), {S("")}},
    {S("Check Point"),
     S(""),
     &kind_checkpoint_cef,
     FIREWALL("checkpoint", firewall_names),
     {S("")}},
    {S("SonicWall"), S(""), &kind_sonicwall_cef, FIREWALL("sonicwall", firewall_names), {S("")}},
    {S("FORCEPOINT"), S("Firewall"), NULL, FIREWALL("forcepoint", firewall_names), {S("")}},
    {S("Forcepoint"), S("Firewall"), NULL, FIREWALL("forcepoint", firewall_names), {S("")}},
    {S("Sophos"), S(""), NULL, FIREWALL("sophos", firewall_names), {S("")}},
    {S("Zscaler"), S("NSSF"), NULL, FIREWALL("zscaler", firewall_names), {S("")}},
    {S("WatchGuard"), S(""), NULL, FIREWALL("watchguard", firewall_names), {S("")}},
    {S("Stormshield"), S(""), NULL, FIREWALL("stormshield", firewall_names), {S("")}},
    {S("Barracuda"), S(""), NULL, FIREWALL("barracuda", firewall_names), {S("")}},
    {S("Juniper"), S(""), NULL, FIREWALL("juniper", firewall_names), {S("")}},
    {S("Ubiquiti"), S(""), &kind_ubiquiti, FIREWALL("unifi", firewall_names), {S("UNIFIutcTime")}},
    {S("Trend Micro"), S(""), &kind_trend, {.product = S("trendmicro")}, {S("")}},
    {S("Imperva"), S(""), &kind_imperva, {.product = S("imperva")}, {S("start")}},
    {S("Incapsula"), S(""), &kind_imperva, {.product = S("imperva")}, {S("start")}},
    {S("Cisco"), S("C"), &kind_esa, {.product = S("cisco"), .service = S("esa")}, {S("")}},
    {S("F5"), S(""), NULL, {.product = S("f5")}, {S("")}},
    {S("FireEye"), S(""), NULL, {.product = S("fireeye")}, {S("")}},
    {S("fireeye"), S(""), NULL, {.product = S("fireeye")}, {S("")}},
    {S("CyberArk"), S(""), NULL, {.product = S("cyberark")}, {S("")}},
    {S("McAfee"), S(""), NULL, {.product = S("mcafee")}, {S("")}},
    {S("Symantec"), S(""), NULL, {.product = S("symantec")}, {S("")}},
};

static const struct cef_vendor leef_vendors[] = {
    {S("WatchGuard"), S(""), NULL, FIREWALL("watchguard", leef_firewall_names), {S("")}},
    {S("Forcepoint"), S(""), NULL, FIREWALL("forcepoint", leef_firewall_names), {S("")}},
    {S("Palo Alto"), S(""), NULL, FIREWALL("paloalto", leef_firewall_names), {S("")}},
    {S("Check Point"), S(""), NULL, FIREWALL("checkpoint", leef_firewall_names), {S("")}},
    {S("Trend Micro"), S(""), NULL, {.product = S("trendmicro")}, {S("")}},
};

static const struct cef_vendor *find(const struct cef_vendor *rows, size_t count, str vendor,
                                     str product)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(vendor, rows[i].vendor) && str_starts(product, rows[i].product))
            return &rows[i];
    return NULL;
}

const struct cef_vendor *cef_vendor_find(str vendor, str product)
{
    return find(cef_vendors, countof(cef_vendors), vendor, product);
}

const struct cef_vendor *leef_vendor_find(str vendor, str product)
{
    return find(leef_vendors, countof(leef_vendors), vendor, product);
}
