/*
 * windows.c - which row of windows_events.def an event is, the columns of its fields, and how it
 * ended. The Security log says the latter itself: bits 52 and 53 of Keywords are Audit Failure and
 * Audit Success (winmeta.xml of the Windows SDK). Elsewhere a status does, or the number alone.
 */
#include "event/windows.h"

#include "event/column_table.h"
#include "event/column_value.h"
#include "event/verdict.h"

/* ------------------------------------------------------------ columns */

/* Names that mean one thing, whatever the log. */
static const struct column_rule windows_columns[] = {
    TO("EventID", event_code, TEXT),
    TO("Provider_Name", event_provider, TEXT),
    TO("EventRecordID", event_id, TEXT),
    TO("Computer", host_name, TEXT),
    TO("SubjectUserName", user_name, TEXT),
    TO("SubjectDomainName", user_domain, TEXT),
    TO("SubjectUserSid", user_id, TEXT),
    TO("User", user_name, ACCOUNT),
    TO("UserName", user_name, ACCOUNT),
    TO("UserID", user_id, TEXT),
    TO("Security_UserID", user_id, TEXT),
    TO("IpAddress", source_ip, ADDRESS),
    TO("IpPort", source_port, TEXT),
    TO("ClientAddress", source_ip, ADDRESS),
    TO("SourceIp", source_ip, ADDRESS),
    TO("SourceAddress", source_ip, ADDRESS),
    TO("SourcePort", source_port, TEXT),
    TO("SourceHostname", source_domain, TEXT),
    TO("WorkstationName", source_domain, TEXT),
    TO("Workstation", source_domain, TEXT),
    TO("ClientName", source_domain, TEXT),
    TO("DestinationIp", destination_ip, ADDRESS),
    TO("DestAddress", destination_ip, ADDRESS),
    TO("DestinationPort", destination_port, TEXT),
    TO("DestPort", destination_port, TEXT),
    TO("DestinationHostname", destination_domain, TEXT),
    TO("TargetServerName", destination_domain, TEXT),
    TO("Protocol", network_transport, PROTOCOL),
    TO("DestinationPortName", network_protocol, LOWER),
    TO("Image", process_executable, TEXT),
    TO("Image", process_name, BASENAME),
    TO("ProcessName", process_executable, TEXT),
    TO("ProcessName", process_name, BASENAME),
    TO("CommandLine", process_command_line, TEXT),
    TO("CurrentDirectory", process_directory, TEXT),
    TO("ProcessId", process_pid, TEXT),
    TO("ProcessGuid", process_entity_id, TEXT),
    TO("ParentImage", process_parent_executable, TEXT),
    TO("ParentImage", process_parent_name, BASENAME),
    TO("ParentCommandLine", process_parent_command_line, TEXT),
    TO("ParentProcessId", process_parent_pid, TEXT),
    TO("Hashes", file_sha256, HASHES),
    TO("Hash", file_sha256, HASHES),
    TO("TargetFilename", file_path, TEXT),
    TO("TargetFilename", file_name, BASENAME),
    TO("ImageLoaded", file_path, TEXT),
    TO("ImageLoaded", file_name, BASENAME),
    TO("TargetObject", registry_path, TEXT),
    TO("Details", registry_data, TEXT),
    TO("QueryName", dns_question, TEXT),
    TO("QueryResults", dns_answer, TEXT),
    TO("ServiceName", service_name, TEXT),
    TO("RuleName", rule_name, TEXT),
    TO("Status", event_reason, TEXT),
    END,
};

/* Whom it was done to. */
static const struct column_rule subject_columns[] = {
    TO("TargetUserName", user_target_name, TEXT),
    TO("TargetDomainName", user_target_domain, TEXT),
    TO("TargetUserSid", user_target_id, TEXT),
    TO("TargetSid", user_target_id, TEXT),
    END,
};

static const struct column_rule logon_columns[] = {
    TO("TargetUserName", user_name, TEXT),
    TO("TargetDomainName", user_domain, TEXT),
    TO("TargetUserSid", user_id, TEXT),
    TO("TargetSid", user_id, TEXT),
    TO("SubStatus", event_reason, TEXT),
    TO("FailureReason", event_reason, TEXT),
    TO("UserName", user_name, TEXT),
    TO("DomainName", user_domain, TEXT),
    TO("SubjectUserName", user_name, TEXT),
    TO("IpAddress", source_ip, ADDRESS),
    TO("TicketEncryptionType", kerberos_cipher, TEXT),
    END,
};

static const struct column_rule session_columns[] = {
    TO("AccountName", user_name, TEXT),
    TO("AccountDomain", user_domain, TEXT),
    TO("ClientAddress", source_ip, ADDRESS),
    TO("ClientName", source_domain, TEXT),
    END,
};

static const struct column_rule network_policy_columns[] = {
    TO("SubjectUserName", user_name, ACCOUNT),
    TO("SubjectDomainName", user_domain, TEXT),
    TO("CallingStationID", source_ip, ADDRESS),
    TO("ClientIPAddress", source_ip, ADDRESS),
    TO("NASIPv4Address", observer_name, TEXT),
    TO("Reason", event_reason, TEXT),
    TO("ReasonCode", event_reason, TEXT),
    TO("NetworkPolicyName", rule_name, TEXT),
    END,
};

/* The target is the group, whose member the account is that was acted upon. */
static const struct column_rule group_columns[] = {
    TO("TargetUserName", group_name, TEXT),
    TO("MemberName", user_target_name, TEXT),
    TO("MemberSid", user_target_id, TEXT),
    END,
};

static const struct column_rule object_columns[] = {
    TO("ObjectName", file_path, TEXT),
    TO("ObjectName", file_name, BASENAME),
    TO("FileName", file_path, TEXT),
    TO("param1", file_path, TEXT),
    END,
};

static const struct column_rule registry_columns[] = {
    TO("ObjectName", registry_path, TEXT),
    TO("NewValue", registry_data, TEXT),
    END,
};

/* ProcessId is the creator's there. */
static const struct column_rule process_columns[] = {
    TO("NewProcessName", process_executable, TEXT),
    TO("NewProcessName", process_name, BASENAME),
    TO("NewProcessId", process_pid, TEXT),
    TO("ProcessId", process_parent_pid, TEXT),
    TO("ParentProcessName", process_parent_executable, TEXT),
    TO("ParentProcessName", process_parent_name, BASENAME),
    END,
};

static const struct column_rule directory_columns[] = {
    TO("ObjectDN", resource_name, TEXT),
    TO("AttributeValue", registry_data, TEXT),
    END,
};

static const struct column_rule share_columns[] = {
    TO("RelativeTargetName", file_path, TEXT),
    TO("RelativeTargetName", file_name, BASENAME),
    TO("ShareName", resource_name, TEXT),
    END,
};

static const struct column_rule requester_columns[] = {
    TO("Requester", user_name, ACCOUNT),
    TO("Subject", resource_name, TEXT),
    END,
};

static const struct column_rule flow_columns[] = {
    TO("Application", process_executable, TEXT),
    TO("Application", process_name, BASENAME),
    TO("ProcessID", process_pid, TEXT),
    END,
};

static const struct column_rule firewall_rule_columns[] = {
    TO("RuleId", rule_id, TEXT),
    TO("ModifyingUser", user_id, TEXT),
    TO("ModifyingApplication", process_executable, TEXT),
    TO("ModifyingApplication", process_name, BASENAME),
    TO("ApplicationPath", file_path, TEXT),
    END,
};

static const struct column_rule sysmon_columns[] = {
    TO("User", user_name, ACCOUNT),
    TO("PipeName", file_path, TEXT),
    TO("Device", file_path, TEXT),
    TO("QueryStatus", event_reason, TEXT),
    END,
};

static const struct column_rule sysmon_pair_columns[] = {
    TO("SourceUser", user_name, ACCOUNT),
    TO("SourceImage", process_executable, TEXT),
    TO("SourceImage", process_name, BASENAME),
    TO("SourceProcessId", process_pid, TEXT),
    TO("SourceProcessGuid", process_entity_id, TEXT),
    TO("SourceProcessGUID", process_entity_id, TEXT),
    TO("TargetImage", file_path, TEXT),
    TO("TargetImage", file_name, BASENAME),
    TO("TargetUser", user_target_name, ACCOUNT),
    END,
};

static const struct column_rule powershell_columns[] = {
    TO("Path", file_path, TEXT),
    TO("Path", file_name, BASENAME),
    TO("ScriptName", file_path, TEXT),
    TO("HostApplication", process_command_line, TEXT),
    END,
};

static const struct column_rule service_columns[] = {
    TO("ImagePath", process_command_line, TEXT),
    TO("AccountName", user_target_name, ACCOUNT),
    TO("param1", service_name, TEXT),
    TO("param2", event_reason, TEXT),
    END,
};

static const struct column_rule defender_columns[] = {
    TO("ThreatName", threat_name, TEXT),
    TO("Threat Name", threat_name, TEXT),
    TO("ThreatID", rule_id, TEXT),
    TO("Threat ID", rule_id, TEXT),
    TO("CategoryName", rule_category, TEXT),
    TO("Category Name", rule_category, TEXT),
    TO("DetectionUser", user_name, ACCOUNT),
    TO("Detection User", user_name, ACCOUNT),
    TO("Path", file_path, TEXT),
    TO("ID", rule_id, TEXT),
    TO("SeverityName", log_level, LOWER),
    TO("Severity Name", log_level, LOWER),
    TO("NewValue", registry_data, TEXT),
    TO("New Value", registry_data, TEXT),
    END,
};

static const struct column_rule task_columns[] = {
    TO("UserContext", user_name, ACCOUNT),
    TO("UserName", user_name, ACCOUNT),
    TO("TaskName", resource_name, TEXT),
    TO("Path", process_executable, TEXT),
    TO("Path", process_name, BASENAME),
    TO("ActionName", process_executable, TEXT),
    TO("ActionName", process_name, BASENAME),
    TO("ProcessID", process_pid, TEXT),
    TO("EnginePID", process_parent_pid, TEXT),
    TO("ResultCode", event_reason, TEXT),
    END,
};

static const struct column_rule rdp_columns[] = {
    TO("Address", source_ip, ADDRESS),
    TO("ClientIP", source_ip, ADDRESS),
    TO("IPString", source_ip, ADDRESS),
    TO("Username", user_name, ACCOUNT),
    TO("Param1", user_name, TEXT),
    TO("Param2", user_domain, TEXT),
    TO("Param3", source_ip, ADDRESS),
    TO("Resource", destination_ip, ADDRESS),
    END,
};

/* The client's own log: where it goes. */
static const struct column_rule dns_columns[] = {
    TO("QNAME", dns_question, TEXT),
    TO("QTYPE", dns_type, TEXT),
    TO("QueryType", dns_type, TEXT),
    TO("Source", source_ip, ADDRESS),
    TO("Destination", destination_ip, ADDRESS),
    TO("Port", source_port, TEXT),
    TO("RCODE", dns_code, TEXT),
    END,
};

static const struct column_rule bits_columns[] = {
    TO("url", url_original, URL),
    TO("RemoteName", url_original, URL),
    TO("LocalName", file_path, TEXT),
    TO("LocalName", file_name, BASENAME),
    TO("jobOwner", user_name, ACCOUNT),
    TO("processPath", process_executable, TEXT),
    TO("processPath", process_name, BASENAME),
    TO("processId", process_pid, TEXT),
    TO("fileLength", file_size, TEXT),
    END,
};

static const struct column_rule applocker_columns[] = {
    TO("TargetUser", user_id, TEXT),
    TO("FilePath", file_path, TEXT),
    TO("FilePath", file_name, BASENAME),
    TO("File Name", file_path, TEXT),
    TO("Process Name", process_executable, TEXT),
    TO("Process Name", process_name, BASENAME),
    TO("TargetProcessId", process_pid, TEXT),
    TO("PolicyName", rule_category, TEXT),
    END,
};

static const struct column_rule application_columns[] = {
    TO("AppName", process_name, TEXT),
    TO("AppPath", process_executable, TEXT),
    TO("ModuleName", file_name, TEXT),
    TO("ExceptionCode", event_reason, TEXT),
    END,
};

static const struct column_rule smb_columns[] = {
    TO("ClientAddress", source_ip, ADDRESS),
    TO("UserName", user_name, ACCOUNT),
    TO("ShareName", resource_name, TEXT),
    END,
};

/* ------------------------------------------------------------ kinds */

static const struct kind *choose(const struct event *ev);
static void refine(const struct event *ev, struct columns *c, struct arena *a);

static const struct column_constant windows_constants[] = {
    ALWAYS(observer_vendor, "Microsoft"),
    ALWAYS(observer_product, "Windows"),
    ALWAYS_END,
};

const struct kind kind_windows = {
    .format = "windows",
    .own_names = true,
    .own_activity = true,
    .choose = choose,
    .columns = windows_columns,
    .constants = windows_constants,
    .refine = refine,
};

/* A role: whose table goes before the common one. In all but groups the target is an account. */
static const struct kind role_subject = {.base = &kind_windows, .columns = subject_columns};
static const struct kind role_group = {.base = &kind_windows, .columns = group_columns};
#define ROLE(name)                                                                                 \
    static const struct kind role_##name = {.base = &role_subject, .columns = name##_columns};
static const struct kind role_other = {.base = &role_subject};
ROLE(logon)
ROLE(session)
ROLE(network_policy)
ROLE(object)
ROLE(registry)
ROLE(process)
ROLE(directory)
ROLE(share)
ROLE(requester)
ROLE(flow)
ROLE(firewall_rule)
ROLE(sysmon)
ROLE(sysmon_pair)
ROLE(powershell)
ROLE(service)
ROLE(defender)
ROLE(task)
ROLE(rdp)
ROLE(dns)
ROLE(bits)
ROLE(applocker)
ROLE(application)
ROLE(smb)

enum windows_log {
    LOG_security,
    LOG_sysmon,
    LOG_powershell,
    LOG_powershell_classic,
    LOG_system,
    LOG_defender,
    LOG_task,
    LOG_rdp_local,
    LOG_rdp_remote,
    LOG_rdp_core,
    LOG_rdp_client,
    LOG_rdp_gateway,
    LOG_dns_client,
    LOG_dns_server,
    LOG_wmi,
    LOG_firewall,
    LOG_bits,
    LOG_applocker,
    LOG_code_integrity,
    LOG_application,
    LOG_openssh,
    LOG_winrm,
    LOG_ntlm,
    LOG_print,
    LOG_smb_server,
    LOG_COUNT
};

/* Logs by what their channel begins with, or the provider where the channel is not told. */
static const struct {
    str channel, provider;
    enum windows_log log;
} logs[] = {
    {S("Security"), S("Microsoft-Windows-Security-Auditing"), LOG_security},
    {S("Security"), S("Microsoft-Windows-Eventlog"), LOG_security},
    {S("Microsoft-Windows-Sysmon/"), S("Microsoft-Windows-Sysmon"), LOG_sysmon},
    {S("Linux-Sysmon/"), S("Linux-Sysmon"), LOG_sysmon},
    {S("Microsoft-Windows-PowerShell/"), S("Microsoft-Windows-PowerShell"), LOG_powershell},
    {S("PowerShellCore/"), S("PowerShellCore"), LOG_powershell},
    {S("Windows PowerShell"), S("PowerShell"), LOG_powershell_classic},
    {S("System"), S("Service Control Manager"), LOG_system},
    {S("Microsoft-Windows-Windows Defender/"), S("Microsoft-Windows-Windows Defender"),
     LOG_defender},
    {S("Microsoft-Windows-TaskScheduler/"), S("Microsoft-Windows-TaskScheduler"), LOG_task},
    {S("Microsoft-Windows-TerminalServices-LocalSessionManager/"),
     S("Microsoft-Windows-TerminalServices-LocalSessionManager"), LOG_rdp_local},
    {S("Microsoft-Windows-TerminalServices-RemoteConnectionManager/"),
     S("Microsoft-Windows-TerminalServices-RemoteConnectionManager"), LOG_rdp_remote},
    {S("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/"),
     S("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS"), LOG_rdp_core},
    {S("Microsoft-Windows-TerminalServices-RDPClient/"),
     S("Microsoft-Windows-TerminalServices-ClientActiveXCore"), LOG_rdp_client},
    {S("Microsoft-Windows-TerminalServices-Gateway/"),
     S("Microsoft-Windows-TerminalServices-Gateway"), LOG_rdp_gateway},
    {S("Microsoft-Windows-DNS-Client/"), S("Microsoft-Windows-DNS-Client"), LOG_dns_client},
    {S("Microsoft-Windows-DNS Client Events/"), S("Microsoft-Windows-DNS-Client"), LOG_dns_client},
    {S("Microsoft-Windows-DNSServer/"), S("Microsoft-Windows-DNSServer"), LOG_dns_server},
    {S("Microsoft-Windows-DNS-Server/"), S("Microsoft-Windows-DNS-Server"), LOG_dns_server},
    {S("Microsoft-Windows-WMI-Activity/"), S("Microsoft-Windows-WMI-Activity"), LOG_wmi},
    {S("Microsoft-Windows-Windows Firewall With Advanced Security/"),
     S("Microsoft-Windows-Windows Firewall With Advanced Security"), LOG_firewall},
    {S("Microsoft-Windows-Bits-Client/"), S("Microsoft-Windows-Bits-Client"), LOG_bits},
    {S("Microsoft-Windows-AppLocker/"), S("Microsoft-Windows-AppLocker"), LOG_applocker},
    {S("Microsoft-Windows-CodeIntegrity/"), S("Microsoft-Windows-CodeIntegrity"),
     LOG_code_integrity},
    {S("OpenSSH/"), S("OpenSSH"), LOG_openssh},
    {S("Microsoft-Windows-WinRM/"), S("Microsoft-Windows-WinRM"), LOG_winrm},
    {S("Microsoft-Windows-NTLM/"), S("Microsoft-Windows-NTLM"), LOG_ntlm},
    {S("Microsoft-Windows-PrintService/"), S("Microsoft-Windows-PrintService"), LOG_print},
    {S("Microsoft-Windows-SmbServer/"), S("Microsoft-Windows-SMBServer"), LOG_smb_server},
    {S("Application"), S("MsiInstaller"), LOG_application},
};

static const struct {
    uint8_t log;
    uint16_t id;
    struct kind kind;
} rows[] = {
#define WINDOWS(log_name, number, role, what, activity_name, ended)                                \
    {LOG_##log_name,                                                                               \
     number,                                                                                       \
     {.base = &role_##role,                                                                        \
      .action = what,                                                                              \
      .activity = ACTIVITY_##activity_name,                                                        \
      .outcome = OUTCOME_##ended}},
#include "event/windows_events.def"
#undef WINDOWS
};

static bool starts_without_case(str s, str with)
{
    return s.n >= with.n && str_ieq((str){s.p, with.n}, with);
}

static enum windows_log log_of(const struct event *ev)
{
    str channel = event_get(ev, S("Channel")), provider = event_get(ev, S("Provider_Name"));

    for (size_t i = 0; i < countof(logs); i++) {
        bool whole = logs[i].channel.p[logs[i].channel.n - 1] != '/';
        bool is_it = !channel.n ? str_ieq(provider, logs[i].provider)
                     : whole    ? str_ieq(channel, logs[i].channel)
                                : starts_without_case(channel, logs[i].channel);
        if (is_it)
            return logs[i].log;
    }
    return LOG_COUNT;
}

static const struct kind *choose(const struct event *ev)
{
    uint64_t id;

    if (!str_u64(event_get(ev, S("EventID")), &id))
        return &role_other;
    enum windows_log log = log_of(ev);
    for (size_t i = 0; log < LOG_COUNT && i < countof(rows); i++)
        if (rows[i].log == log && rows[i].id == id)
            return &rows[i].kind;
    return &role_other;
}

/* ------------------------------------------------------------ how it ended */

/* Hexadecimal, or decimal as a signed or unsigned number of 64 bits. */
static bool read_bits(str text, uint64_t *ret)
{
    int64_t number;

    if (str_starts(text, S("0x")))
        return column_hex(text, ret);
    if (str_u64(text, ret))
        return true;
    if (!str_i64(text, &number))
        return false;
    *ret = (uint64_t)number;
    return true;
}

static enum outcome outcome_of_keywords(str keywords)
{
    enum { FAILURE_BIT = 52, SUCCESS_BIT = 53 };
    uint64_t bits;

    if (!read_bits(keywords, &bits))
        return verdict_of_word(keywords);
    return bits >> FAILURE_BIT & 1   ? OUTCOME_FAILURE
           : bits >> SUCCESS_BIT & 1 ? OUTCOME_SUCCESS
                                     : OUTCOME_UNTOLD;
}

/* What an auditing log says of itself. */
static enum outcome audited(const struct event *ev)
{
    static const str names[] = {
        S("Keywords"),     S("winlog.keywords"), S("keywords"),
        S("EventType"),    S("winlog.outcome"),  S("event.outcome"),
        S("KeywordsName"), S("severityValue"),   S("win.system.severityValue")};

    for (size_t i = 0; i < countof(names); i++)
        for (uint32_t at = event_find(ev, names[i]); at < ev->field_count;
             at = event_next(ev, at)) {
            enum outcome outcome = outcome_of_keywords(ev->fields[at].value);
            if (outcome)
                return outcome;
        }
    return OUTCOME_UNTOLD;
}

static str level_name(str level)
{
    static const str names[] = {S("information"), S("critical"),    S("error"),
                                S("warning"),     S("information"), S("verbose")};
    uint64_t number;

    if (!str_u64(level, &number))
        return level;
    return number < countof(names) ? names[number] : (str){0};
}

/* "%%14592" and "%%14593" of message tables; "true" and "false" of Sysmon's Initiated. */
static str direction_name(const struct event *ev)
{
    str direction = event_get(ev, S("Direction")), initiated = event_get(ev, S("Initiated"));

    if (str_eq(direction, S("%%14592")) || str_ieq(direction, S("Inbound")))
        return S("inbound");
    if (str_eq(direction, S("%%14593")) || str_ieq(direction, S("Outbound")))
        return S("outbound");
    return str_ieq(initiated, S("true"))    ? S("outbound")
           : str_ieq(initiated, S("false")) ? S("inbound")
                                            : (str){0};
}

/* The rights that copy a directory, secrets among it, as 4662 names them ([MS-ADTS] 5.1.3.2.1). */
static bool asks_for_replication(str properties)
{
    static const str rights[] = {S("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2"),
                                 S("1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"),
                                 S("89e95b76-444d-4c62-991a-0facbeda640c")};

    for (size_t at = 0; at < properties.n; at++)
        for (size_t i = 0; i < countof(rights); i++)
            if (starts_without_case(str_from_at(properties, at), rights[i]))
                return true;
    return false;
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    enum windows_log log = log_of(ev);
    enum outcome said = log == LOG_security ? audited(ev) : OUTCOME_UNTOLD;
    str status = event_get(ev, S("Status"));

    if (log == LOG_security && str_eq(c->values[COLUMN_event_code], S("4662")) &&
        asks_for_replication(event_get(ev, S("Properties"))))
        c->values[COLUMN_event_action] = S("directory-replication-requested");
    if (said)
        c->outcome = said;
    else if (log == LOG_security && !c->outcome && status.n)
        c->outcome = verdict_of_code(status);
    str level = event_get(ev, S("Level"));
    columns_put(c, COLUMN_log_level, VIA_LOWER,
                level_name(level.n ? level : event_get(ev, S("Severity"))), a);
    if (verdict_of_code(c->values[COLUMN_event_reason]) == OUTCOME_SUCCESS)
        c->values[COLUMN_event_reason] = (str){0}; /* a status of nothing wrong is no reason */
    columns_put(c, COLUMN_network_direction, VIA_TEXT, direction_name(ev), a);
    columns_put_own(ev, c, a); /* of shippers that add ECS's */
}
