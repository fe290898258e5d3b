/* Shapes: the same Windows event in the JSON of each tool has the same names, and the logs of
 * clouds and services get their log source, their time and the names that rules use. */
#include "base/mem.h"
#include "formats/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

extern const struct format format_json;

struct shaped {
    struct arena *arena;
    struct event *event; /* the last one of the record */
    uint32_t problems;
    char *data;
};

static void on_event(void *ctx, struct event *ev)
{
    ((struct shaped *)ctx)->event = ev;
}

static void on_problem(void *ctx, const struct problem *p)
{
    (void)p;
    ((struct shaped *)ctx)->problems++;
}

static void shape(struct shaped *s, str record)
{
    const struct stream stream = {.path = S("x.json"), .format = &format_json};
    const struct decode_sink sink = {.ctx = s, .event = on_event, .problem = on_problem};
    void *decoder = format_json.open(&format_json);

    *s =
        (struct shaped){.arena = arena_new(64 * 1024), .data = mem_alloc(record.n + BATCH_PADDING)};
    memcpy(s->data, record.p, record.n);
    struct batch b = {
        .stream = &stream, .data = s->data, .n = record.n, .last = true, .arena = s->arena};
    format_json.feed(decoder, &b, &sink);
    format_json.close(decoder);
    assert_int_equal(s->problems, 0);
    assert_non_null(s->event);
}

static void unshape(struct shaped *s)
{
    arena_free(s->arena);
    free(s->data);
}

static void assert_field(const struct shaped *s, const char *name, const char *want)
{
    str got = event_get(s->event, str_from(name));

    if (!got.p)
        fail_msg("no field %s", name);
    if (!str_eq(got, str_from(want)))
        fail_msg("%s is '%.*s', not '%s'", name, STR_ARG(got), want);
}

/* One of the values of the name is `want`. */
static void assert_value(const struct shaped *s, const char *name, const char *want)
{
    const struct event *ev = s->event;

    for (uint32_t i = event_find(ev, str_from(name)); i < ev->field_count; i = event_next(ev, i))
        if (str_eq(ev->fields[i].value, str_from(want)))
            return;
    fail_msg("no value of %s is '%s'", name, want);
}

static void assert_source(const struct shaped *s, const char *product, const char *category,
                          const char *service)
{
    for (uint32_t i = 0; i < s->event->logsource_count; i++) {
        const struct logsource *l = &s->event->logsources[i];
        if (str_eq(l->product, str_from(product)) && str_eq(l->category, str_from(category)) &&
            str_eq(l->service, str_from(service)))
            return;
    }
    fail_msg("no log source %s/%s/%s", product, category, service);
}

#define SYSMON "Microsoft-Windows-Sysmon"
#define CHANNEL SYSMON "/Operational"
#define IMAGE "C:\\\\Windows\\\\System32\\\\whoami.exe"
#define VALUES                                                                                     \
    "\"UtcTime\":\"2026-05-04 10:11:12.500\",\"Image\":\"" IMAGE                                   \
    "\",\"CommandLine\":\"whoami /all\""
#define XML                                                                                        \
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"                \
    "<Provider Name='" SYSMON "'/><EventID>1</EventID>"                                            \
    "<TimeCreated SystemTime='2026-05-04T10:11:12.500Z'/><EventRecordID>77</EventRecordID>"        \
    "<Channel>" CHANNEL "</Channel><Computer>ws1</Computer></System><EventData>"                   \
    "<Data Name='UtcTime'>2026-05-04 10:11:12.500</Data>"                                          \
    "<Data Name='Image'>" IMAGE "</Data><Data Name='CommandLine'>whoami /all</Data>"               \
    "</EventData></Event>"

/* A process creation of Sysmon, as each tool writes it. */
static const struct {
    const char *tool, *record;
} windows[] = {
    {"flat", "{\"Channel\":\"" CHANNEL "\",\"EventID\":1,\"Provider_Name\":\"" SYSMON
             "\",\"Computer\":\"ws1\",\"EventRecordID\":77,"
             "\"TimeCreated_SystemTime\":\"2026-05-04T10:11:12.500Z\"," VALUES "}"},
    {"NXLog",
     "{\"EventTime\":\"2026-05-04T12:11:12.500+02:00\",\"Hostname\":\"ws1\",\"EventID\":1,"
     "\"SourceName\":\"" SYSMON "\",\"RecordNumber\":77,\"Channel\":\"" CHANNEL "\"," VALUES "}"},
    {"evtx_dump", "{\"Event\":{\"#attributes\":{\"xmlns\":\"x\"},\"System\":{\"Provider\":{"
                  "\"#attributes\":{\"Name\":\"" SYSMON "\"}},\"EventID\":{\"#attributes\":{"
                  "\"Qualifiers\":0},\"#text\":1},\"TimeCreated\":{\"#attributes\":{"
                  "\"SystemTime\":\"2026-05-04T10:11:12.500Z\"}},\"EventRecordID\":77,"
                  "\"Correlation\":null,\"Channel\":\"" CHANNEL
                  "\",\"Computer\":\"ws1\"},\"EventData\":{" VALUES "}}}"},
    {"evtx_dump with separate attributes",
     "{\"Event\":{\"System\":{\"Provider_attributes\":{\"Name\":\"" SYSMON
     "\"},\"EventID\":1,\"TimeCreated_attributes\":{\"SystemTime\":\"2026-05-04T10:11:12.500Z\"},"
     "\"EventRecordID\":77,\"Channel\":\"" CHANNEL "\",\"Computer\":\"ws1\"},\"EventData\":{" VALUES
     "}}}"},
    {"xmltodict",
     "{\"Event\":{\"System\":{\"Provider\":{\"@Name\":\"" SYSMON
     "\"},\"EventID\":\"1\",\"TimeCreated\":{\"@SystemTime\":\"2026-05-04T10:11:12.500Z\"},"
     "\"EventRecordID\":\"77\",\"Channel\":\"" CHANNEL "\",\"Computer\":\"ws1\"},"
     "\"EventData\":{\"Data\":[{\"@Name\":\"UtcTime\",\"#text\":\"2026-05-04 10:11:12.500\"},"
     "{\"@Name\":\"Image\",\"#text\":\"" IMAGE "\"},{\"@Name\":\"RuleName\"},"
     "{\"@Name\":\"CommandLine\",\"#text\":\"whoami /all\"}]}}}"},
    {"Velociraptor", "{\"System\":{\"Provider\":{\"Name\":\"" SYSMON
                     "\",\"Guid\":\"x\"},\"EventID\":{\"Value\":1},\"TimeCreated\":{"
                     "\"SystemTime\":1777889472.5},\"EventRecordID\":77,\"Channel\":\"" CHANNEL
                     "\",\"Computer\":\"ws1\"},\"EventData\":{" VALUES "}}"},
    {"Chainsaw",
     "{\"group\":\"g\",\"document\":{\"kind\":\"evtx\",\"data\":{\"Event\":{\"System\":{"
     "\"Provider_attributes\":{\"Name\":\"" SYSMON
     "\"},\"EventID\":1,\"TimeCreated_attributes\":{\"SystemTime\":"
     "\"2026-05-04T10:11:12.500Z\"},\"EventRecordID\":77,\"Channel\":\"" CHANNEL
     "\",\"Computer\":\"ws1\"},\"EventData\":{" VALUES "}}}}}"},
    {"winlogbeat", "{\"@timestamp\":\"2026-05-04T10:11:12.500Z\",\"event\":{\"code\":\"1\"},"
                   "\"winlog\":{\"channel\":\"" CHANNEL "\",\"provider_name\":\"" SYSMON
                   "\",\"event_id\":\"1\",\"computer_name\":\"ws1\",\"record_id\":77,"
                   "\"event_data\":{" VALUES "}}}"},
    {"winlogbeat 6", "{\"@timestamp\":\"2026-05-04T10:11:12.500Z\",\"log_name\":\"" CHANNEL
                     "\",\"source_name\":\"" SYSMON
                     "\",\"event_id\":1,\"computer_name\":\"ws1\",\"record_number\":\"77\","
                     "\"event_data\":{" VALUES "}}"},
    {"Elastic's pipeline",
     "{\"@timestamp\":\"2026-05-04T10:11:12.500Z\",\"event\":{\"code\":\"1\",\"provider\":\"" SYSMON
     "\"},\"process\":{\"executable\":\"" IMAGE "\",\"command_line\":\"whoami /all\"},"
     "\"winlog\":{\"channel\":\"" CHANNEL "\",\"provider_name\":\"" SYSMON
     "\",\"event_id\":\"1\",\"computer_name\":\"ws1\",\"record_id\":\"77\",\"event_data\":{"
     "\"UtcTime\":\"2026-05-04 10:11:12.500\"}}}"},
    {"a hit of Elasticsearch",
     "{\"_index\":\"w\",\"_id\":\"1\",\"_source\":{\"@timestamp\":\"2026-05-04T10:11:12.500Z\","
     "\"winlog\":{\"channel\":\"" CHANNEL "\",\"provider_name\":\"" SYSMON
     "\",\"event_id\":\"1\",\"computer_name\":\"ws1\",\"record_id\":77,"
     "\"event_data\":{" VALUES "}}}}"},
    {"Graylog",
     "{\"timestamp\":\"2026-05-04T10:11:12.500Z\",\"winlogbeat_winlog_channel\":\"" CHANNEL
     "\",\"winlogbeat_winlog_provider_name\":\"" SYSMON
     "\",\"winlogbeat_winlog_event_id\":\"1\",\"winlogbeat_winlog_computer_name\":\"ws1\","
     "\"winlogbeat_winlog_record_id\":77,"
     "\"winlogbeat_winlog_event_data_UtcTime\":\"2026-05-04 10:11:12.500\","
     "\"winlogbeat_winlog_event_data_Image\":\"" IMAGE
     "\",\"winlogbeat_winlog_event_data_CommandLine\":\"whoami /all\"}"},
    {"GELF", "{\"version\":\"1.1\",\"short_message\":\"x\",\"host\":\"collector\","
             "\"timestamp\":1777889472.5,\"_Channel\":\"" CHANNEL "\",\"_EventID\":1,"
             "\"_SourceName\":\"" SYSMON "\",\"_Hostname\":\"ws1\",\"_RecordNumber\":77,"
             "\"_UtcTime\":\"2026-05-04 10:11:12.500\",\"_Image\":\"" IMAGE
             "\",\"_CommandLine\":\"whoami /all\"}"},
    {"Wazuh", "{\"timestamp\":\"2026-05-04T10:11:12.500+0000\",\"data\":{\"win\":{\"system\":{"
              "\"providerName\":\"" SYSMON "\",\"eventID\":\"1\",\"channel\":\"" CHANNEL
              "\",\"computer\":\"ws1\",\"eventRecordID\":\"77\","
              "\"systemTime\":\"2026-05-04T10:11:12.500Z\"},\"eventdata\":{"
              "\"utcTime\":\"2026-05-04 10:11:12.500\",\"image\":\"" IMAGE
              "\",\"commandLine\":\"whoami /all\"}}}}"},
    {"Splunk's renderXml", "{\"preview\":false,\"result\":{\"_time\":\"2026-05-04T10:11:12.500Z\","
                           "\"host\":\"ws1\",\"_raw\":\"" XML "\"}}"},
    {"Splunk's collector",
     "{\"time\":1777889472.5,\"sourcetype\":\"s\",\"event\":{\"Channel\":\"" CHANNEL
     "\",\"EventID\":1,\"Provider_Name\":\"" SYSMON
     "\",\"Computer\":\"ws1\",\"EventRecordID\":77," VALUES "}}"},
    {"XML in a message", "{\"message\":\"" XML "\"}"},
    {"Azure diagnostics",
     "{\"time\":\"2026-05-04T10:11:12.500Z\",\"properties\":{\"RawXml\":\"" XML "\"}}"},
    {"Sentinel's table Event",
     "{\"TimeGenerated\":\"2026-05-04T10:11:12.500Z\",\"Source\":\"" SYSMON
     "\",\"EventLog\":\"" CHANNEL "\",\"Computer\":\"ws1\",\"EventID\":1,\"EventRecordId\":77,"
     "\"EventData\":\"<DataItem type='System.XmlData'><EventData>"
     "<Data Name='UtcTime'>2026-05-04 10:11:12.500</Data><Data Name='Image'>" IMAGE
     "</Data><Data Name='CommandLine'>whoami /all</Data></EventData></DataItem>\"}"},
    {"Sentinel's table WindowsEvent",
     "{\"TimeGenerated\":\"2026-05-04T10:11:12.500Z\",\"Provider\":\"" SYSMON
     "\",\"Channel\":\"" CHANNEL "\",\"Computer\":\"ws1\",\"EventID\":1,\"EventRecordId\":\"77\","
     "\"EventData\":{" VALUES "}}"},
    {"PowerShell",
     "{\"Id\":1,\"LogName\":\"" CHANNEL "\",\"ProviderName\":\"" SYSMON
     "\",\"MachineName\":\"ws1\",\"RecordId\":77,"
     "\"TimeCreated\":\"\\/Date(1777889472500)\\/\",\"Message\":\"Process Create:\\r\\n"
     "UtcTime: 2026-05-04 10:11:12.500\\r\\nImage: " IMAGE "\\r\\nCommandLine: whoami /all\"}"},
};

static void every_tool_gives_windows_own_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(windows); i++) {
        struct shaped s;
        print_message("%s\n", windows[i].tool);
        shape(&s, str_from(windows[i].record));
        assert_field(&s, "Channel", CHANNEL);
        assert_field(&s, "EventID", "1");
        assert_field(&s, "Provider_Name", SYSMON);
        assert_field(&s, "Computer", "ws1");
        assert_field(&s, "EventRecordID", "77");
        assert_field(&s, "UtcTime", "2026-05-04 10:11:12.500");
        assert_field(&s, "Image", "C:\\Windows\\System32\\whoami.exe");
        assert_field(&s, "CommandLine", "whoami /all");
        assert_true(s.event->has_time);
        assert_int_equal(s.event->time_ns, 1777889472500000000);
        assert_int_equal(s.event->logsource_count, 0); /* Windows: event/logsource.c */
        unshape(&s);
    }
}

static void the_records_own_fields_stay_and_come_first(void **state)
{
    struct shaped s;

    (void)state;
    shape(&s, S("{\"winlog\":{\"channel\":\"System\",\"event_id\":7045,\"event_data\":{"
                "\"ServiceName\":\"x\"}}}"));
    assert_true(str_eq(s.event->fields[0].name, S("winlog.channel")));
    assert_field(&s, "winlog.event_data.ServiceName", "x");
    assert_field(&s, "ServiceName", "x");
    unshape(&s);
}

static void user_data_and_values_without_names(void **state)
{
    struct shaped s;

    (void)state;
    shape(&s,
          S("{\"Event\":{\"System\":{\"Channel\":\"Security\",\"EventID\":1102,\"Computer\":\"c\"},"
            "\"UserData\":{\"LogFileCleared\":{\"#attributes\":{\"xmlns\":\"x\"},"
            "\"SubjectUserName\":\"eve\"}}}}"));
    assert_field(&s, "SubjectUserName", "eve");
    unshape(&s);

    shape(&s,
          S("{\"Event\":{\"System\":{\"Channel\":\"Application\",\"EventID\":1,\"Computer\":\"c\"},"
            "\"EventData\":{\"Data\":{\"#text\":[\"a\",\"b\"]},\"Threat Name\":\"t\","
            "\"ProcessGuid\":\"5AA13A44-D441-68FC-E330-000000004002\",\"RuleName\":null}}}"));
    assert_field(&s, "Data", "a");
    assert_value(&s, "Data", "b");
    assert_field(&s, "ThreatName", "t");
    assert_field(&s, "ProcessGuid", "{5AA13A44-D441-68FC-E330-000000004002}");
    assert_field(&s, "RuleName", "");
    unshape(&s);

    shape(&s, S("{\"winlog\":{\"channel\":\"Windows PowerShell\",\"event_data\":{\"param1\":\"a\","
                "\"param2\":\"b\"}}}"));
    assert_field(&s, "Data", "a");
    assert_value(&s, "Data", "b");
    unshape(&s);
}

static void sysmon_for_linux_comes_in_the_journals_message(void **state)
{
    struct shaped s;

    (void)state;
    shape(&s, S("{\"MESSAGE\":\"<Event><System><Provider Name=\\\"Linux-Sysmon\\\"/><EventID>1"
                "</EventID><Channel>Linux-Sysmon/Operational</Channel></System><EventData>"
                "<Data Name=\\\"Image\\\">/usr/bin/curl</Data><Data Name=\\\"CommandLine\\\">"
                "curl &quot;x&quot; &amp;&amp; y</Data></EventData></Event>\"}"));
    assert_field(&s, "Channel", "Linux-Sysmon/Operational");
    assert_field(&s, "Image", "/usr/bin/curl");
    assert_field(&s, "CommandLine", "curl \"x\" && y");
    unshape(&s);
}

static void broken_xml_in_a_message_leaves_the_record_whole(void **state)
{
    struct shaped s;

    (void)state;
    shape(&s, S("{\"message\":\"<Event><System><Channel>System</Channel><EventID>\",\"a\":1}"));
    assert_field(&s, "Channel", "System");
    assert_field(&s, "a", "1");
    unshape(&s);
}

static const struct {
    const char *what, *record, *product, *category, *service, *field, *value;
} logs[] = {
    {"CloudTrail",
     "{\"eventVersion\":\"1.08\",\"userIdentity\":{\"type\":\"Root\"},\"eventTime\":"
     "\"2026-05-04T10:11:12.500Z\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":"
     "\"PutObject\","
     "\"awsRegion\":\"eu-1\",\"requestParameters\":{\"policy\":{\"Effect\":\"Allow\"}}}",
     "aws", "", "cloudtrail", "requestParameters", "{\"policy\":{\"Effect\":\"Allow\"}}"},
    {"EventBridge",
     "{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":{\"eventTime\":"
     "\"2026-05-04T10:11:12.500Z\",\"eventSource\":\"iam.amazonaws.com\",\"eventName\":"
     "\"CreateUser\","
     "\"awsRegion\":\"eu-1\"}}",
     "aws", "", "cloudtrail", "eventName", "CreateUser"},
    {"Entra sign-in by diagnostic settings",
     "{\"time\":\"2026-05-04T10:11:12.500Z\",\"category\":\"SignInLogs\",\"operationName\":"
     "\"Sign-in activity\",\"resultType\":\"0\",\"properties\":{\"status\":{\"errorCode\":0},"
     "\"authenticationRequirement\":\"singleFactorAuthentication\",\"userAgent\":\"axios\","
     "\"networkLocationDetails\":[]}}",
     "azure", "", "signinlogs", "NetworkLocationDetails", "[]"},
    {"Entra sign-in by Graph",
     "{\"createdDateTime\":\"2026-05-04T10:11:12.500Z\",\"appDisplayName\":\"a\",\"status\":{"
     "\"errorCode\":50126,\"failureReason\":\"bad password\"},\"userAgent\":\"axios\"}",
     "azure", "", "signinlogs", "ResultType", "50126"},
    {"Entra sign-in by Log Analytics",
     "{\"TimeGenerated\":\"2026-05-04T10:11:12.500Z\",\"ResultType\":\"0\",\"AppDisplayName\":"
     "\"a\","
     "\"UserAgent\":\"axios\"}",
     "azure", "", "signinlogs", "resultType", "0"},
    {"Entra audit by diagnostic settings",
     "{\"time\":\"2026-05-04T10:11:12.500Z\",\"category\":\"AuditLogs\",\"operationName\":"
     "\"Update user\",\"properties\":{\"category\":\"UserManagement\",\"result\":\"success\","
     "\"activityDisplayName\":\"Update user\",\"targetResources\":[{\"modifiedProperties\":[{"
     "\"displayName\":\"ConsentContext.IsAdminConsent\",\"newValue\":\"\\\"False\\\"\"}]}]}}",
     "azure", "", "auditlogs", "ConsentContext.IsAdminConsent", "False"},
    {"Entra audit by Graph",
     "{\"activityDateTime\":\"2026-05-04T10:11:12.500Z\",\"activityDisplayName\":\"Add user\","
     "\"loggedByService\":\"Core "
     "Directory\",\"category\":\"UserManagement\",\"additionalDetails\":[{"
     "\"key\":\"AdditionalInfo\",\"value\":\"v\"}]}",
     "azure", "", "auditlogs", "additionalDetails.additionalInfo", "v"},
    {"Identity Protection",
     "{\"riskEventType\":\"unlikelyTravel\",\"detectedDateTime\":\"2026-05-04T10:11:12.500Z\"}",
     "azure", "", "riskdetection", "riskEventType", "unlikelyTravel"},
    {"Azure activity",
     "{\"time\":\"2026-05-04T10:11:12.500Z\",\"resourceId\":\"/SUBSCRIPTIONS/x\",\"operationName\":"
     "\"MICROSOFT.PORTAL/CONSOLES/WRITE\",\"category\":\"Administrative\"}",
     "azure", "", "activitylogs", "OperationNameValue", "MICROSOFT.PORTAL/CONSOLES/WRITE"},
    {"Azure activity by REST",
     "{\"eventTimestamp\":\"2026-05-04T10:11:12.500Z\",\"operationName\":{\"value\":\"a/write\","
     "\"localizedValue\":\"Write a\"},\"category\":{\"value\":\"Administrative\"}}",
     "azure", "", "activitylogs", "operationName", "a/write"},
    {"Microsoft 365",
     "{\"CreationTime\":\"2026-05-04T10:11:12.500\",\"Workload\":\"Exchange\",\"RecordType\":1,"
     "\"Operation\":\"New-InboxRule\",\"ResultStatus\":\"True\",\"Parameters\":[{\"Name\":"
     "\"ForwardTo\",\"Value\":\"x\"}]}",
     "m365", "", "exchange", "Parameters", "[{\"Name\":\"ForwardTo\",\"Value\":\"x\"}]"},
    {"alert of Microsoft 365",
     "{\"CreationTime\":\"2026-05-04T10:11:12.500\",\"Workload\":\"SecurityComplianceCenter\","
     "\"RecordType\":40,\"Operation\":\"AlertTriggered\",\"Name\":\"Impossible travel activity\"}",
     "m365", "", "threat_management", "eventName", "Impossible travel activity"},
    {"Google Cloud",
     "{\"timestamp\":\"2026-05-04T10:11:12.500Z\",\"protoPayload\":{\"serviceName\":"
     "\"storage.googleapis.com\",\"methodName\":\"storage.buckets.list\"},\"logName\":\"l\"}",
     "gcp", "", "gcp.audit", "gcp.audit.method_name", "storage.buckets.list"},
    {"Google Cloud by Pub/Sub",
     "{\"data\":{\"timestamp\":\"2026-05-04T10:11:12.500Z\",\"protoPayload\":{\"serviceName\":"
     "\"s\","
     "\"methodName\":\"storage.buckets.list\"}}}",
     "gcp", "", "gcp.audit", "gcp.audit.method_name", "storage.buckets.list"},
    {"Google Workspace in Google Cloud",
     "{\"timestamp\":\"2026-05-04T10:11:12.500Z\",\"protoPayload\":{\"serviceName\":"
     "\"admin.googleapis.com\",\"methodName\":\"m\",\"metadata\":{\"event\":[{\"eventName\":"
     "\"CHANGE_APPLICATION_SETTING\",\"parameter\":[{\"value\":\"ContextAwareAccess\",\"name\":"
     "\"SETTING_NAME\"}]}]}}}",
     "gcp", "", "google_workspace.admin", "setting_name", "ContextAwareAccess"},
    {"Google Workspace by the Reports API",
     "{\"id\":{\"time\":\"2026-05-04T10:11:12.500Z\",\"applicationName\":\"admin\"},\"actor\":{"
     "\"email\":\"a@b\"},\"events\":[{\"name\":\"DELETE_ROLE\",\"parameters\":[]}]}",
     "gcp", "", "google_workspace.admin", "eventName", "DELETE_ROLE"},
    {"Okta",
     "{\"published\":\"2026-05-04T10:11:12.500Z\",\"eventType\":\"user.lifecycle.create\","
     "\"displayMessage\":\"d\",\"actor\":{\"alternateId\":\"a\"}}",
     "okta", "", "okta", "eventType", "user.lifecycle.create"},
    {"OneLogin", "{\"event_type_id\":3,\"user_id\":1,\"created_at\":\"2026-05-04T10:11:12.500Z\"}",
     "onelogin", "", "onelogin.events", "event_type_id", "3"},
    {"GitHub", "{\"action\":\"repo.create\",\"actor\":\"a\",\"created_at\":1777889472500}",
     "github", "", "audit", "action", "repo.create"},
    {"Bitbucket",
     "{\"auditType\":{\"category\":\"Security\",\"action\":\"a\"},\"timestamp\":"
     "\"2026-05-04T10:11:12.500Z\"}",
     "bitbucket", "", "audit", "auditType.category", "Security"},
    {"GitLab",
     "{\"author_id\":1,\"entity_type\":\"Group\",\"entity_id\":2,\"created_at\":"
     "\"2026-05-04T10:11:12.500Z\"}",
     "gitlab", "", "audit", "entity_type", "Group"},
    {"Kubernetes",
     "{\"kind\":\"Event\",\"apiVersion\":\"audit.k8s.io/v1\",\"verb\":\"create\",\"objectRef\":{"
     "\"resource\":\"pods\",\"apiGroup\":\"apps\"},\"requestObject\":{\"spec\":{\"volumes\":[{"
     "\"hostPath\":{\"path\":\"/\"}}]}},\"requestReceivedTimestamp\":\"2026-05-04T10:11:12.500Z\"}",
     "kubernetes", "application", "audit", "hostPath", "/"},
    {"Duo",
     "{\"access_device\":{\"ip\":\"1.2.3.4\"},\"factor\":\"push\",\"isotimestamp\":"
     "\"2026-05-04T10:11:12.500+00:00\"}",
     "cisco", "", "duo", "factor", "push"},
    {"OpenCanary",
     "{\"logtype\":5005,\"node_id\":\"n\",\"src_host\":\"1.2.3.4\",\"utc_time\":"
     "\"2026-05-04 10:11:12.500\"}",
     "opencanary", "application", "", "logtype", "5005"},
    {"MongoDB",
     "{\"t\":{\"$date\":\"2026-05-04T12:11:12.500+02:00\"},\"s\":\"I\",\"c\":\"ACCESS\",\"id\":"
     "20249,"
     "\"ctx\":\"conn1\",\"msg\":\"m\",\"attr\":{\"principalName\":\"app\"}}",
     "mongodb", "database", "mongod", "attr.principalName", "app"},
    {"Zeek", "{\"_path\":\"dns\",\"ts\":1777889472.5,\"query\":\"q\",\"qtype_name\":\"TXT\"}",
     "zeek", "dns", "dns", "record_type", "TXT"},
    {"Suricata",
     "{\"timestamp\":\"2026-05-04T10:11:12.500+0000\",\"flow_id\":1,\"event_type\":\"dns\","
     "\"src_ip\":\"1.2.3.4\",\"dns\":{\"rrname\":\"q\"}}",
     "suricata", "dns", "dns", "query", "q"},
    {"the journal",
     "{\"__REALTIME_TIMESTAMP\":\"1777889472500000\",\"SYSLOG_IDENTIFIER\":\"sudo\",\"MESSAGE\":"
     "\"eve : TTY=pts/0 ; PWD=/ ; USER=#-1 ; COMMAND=/bin/ls -l\"}",
     "linux", "", "sudo", "USER", "#-1"},
    {"the journal's audit transport",
     "{\"__REALTIME_TIMESTAMP\":\"1777889472500000\",\"_TRANSPORT\":\"audit\",\"MESSAGE\":"
     "\"EXECVE argc=2 a0=\\\"curl\\\" a1=\\\"-x\\\"\"}",
     "linux", "", "auditd", "a1", "-x"},
    {"Laurel",
     "{\"ID\":\"1777889472.500:77\",\"SYSCALL\":{\"exe\":\"/bin/curl\",\"SYSCALL\":\"execve\"},"
     "\"EXECVE\":{\"ARGV\":[\"curl\",\"-x\"]}}",
     "linux", "process_creation", "auditd", "CommandLine", "curl -x"},
    {"Auditbeat",
     "{\"@timestamp\":\"2026-05-04T10:11:12.500Z\",\"event\":{\"module\":\"auditd\"},\"auditd\":{"
     "\"message_type\":\"syscall\"},\"process\":{\"args\":[\"curl\",\"-x\"]}}",
     "linux", "", "auditd", "a1", "-x"},
    {"Elastic Defend",
     "{\"@timestamp\":\"2026-05-04T10:11:12.500Z\",\"agent\":{\"type\":\"endpoint\"},\"host\":{"
     "\"os\":{\"type\":\"macos\"}},\"event\":{\"category\":[\"process\"],\"type\":[\"start\"]},"
     "\"process\":{\"executable\":\"/bin/ls\"}}",
     "macos", "process_creation", "", "Image", "/bin/ls"},
    {"Defender's stream",
     "{\"category\":\"AdvancedHunting-DeviceProcessEvents\",\"properties\":{\"Timestamp\":"
     "\"2026-05-04T10:11:12.500Z\",\"ActionType\":\"ProcessCreated\",\"DeviceId\":\"d\","
     "\"ProcessCommandLine\":\"whoami /all\"}}",
     "windows", "process_creation", "", "CommandLine", "whoami /all"},
    {"its own word",
     "{\"logsource\":{\"product\":\"acme\",\"service\":\"audit\"},\"time\":"
     "\"2026-05-04T10:11:12.500Z\",\"a\":1}",
     "acme", "", "audit", "a", "1"},
};

static void every_log_gets_its_source_time_and_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < countof(logs); i++) {
        struct shaped s;
        print_message("%s\n", logs[i].what);
        shape(&s, str_from(logs[i].record));
        assert_source(&s, logs[i].product, logs[i].category, logs[i].service);
        assert_value(&s, logs[i].field, logs[i].value);
        assert_true(s.event->has_time);
        assert_int_equal(s.event->time_ns, 1777889472500000000);
        unshape(&s);
    }
}

static void what_no_shape_fits_keeps_its_fields_alone(void **state)
{
    struct shaped s;

    (void)state;
    shape(&s, S("{\"a\":1,\"b\":{\"c\":2}}"));
    assert_int_equal(s.event->field_count, 2);
    assert_int_equal(s.event->logsource_count, 0);
    assert_false(s.event->has_time);
    unshape(&s);
}

static void a_category_of_the_event_stands_beside_the_exports(void **state)
{
    struct shaped s;

    (void)state;
    shape(&s, S("{\"category\":\"AuditLogs\",\"operationName\":\"o\",\"properties\":{\"category\":"
                "\"UserManagement\"}}"));
    assert_value(&s, "category", "AuditLogs");
    assert_value(&s, "category", "UserManagement");
    assert_field(&s, "Category", "UserManagement");
    unshape(&s);
}

static void a_time_with_a_zone_goes_before_one_without(void **state)
{
    struct shaped s;

    (void)state;
    shape(&s, S("{\"Channel\":\"System\",\"EventID\":1,\"EventTime\":\"2026-05-04 06:11:12\","
                "\"@timestamp\":\"2026-05-04T10:11:12.5Z\"}"));
    assert_int_equal(s.event->time_ns, 1777889472500000000);
    assert_int_equal(s.event->time_digits, 1);
    unshape(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tool_gives_windows_own_names),
        cmocka_unit_test(the_records_own_fields_stay_and_come_first),
        cmocka_unit_test(user_data_and_values_without_names),
        cmocka_unit_test(sysmon_for_linux_comes_in_the_journals_message),
        cmocka_unit_test(broken_xml_in_a_message_leaves_the_record_whole),
        cmocka_unit_test(every_log_gets_its_source_time_and_names),
        cmocka_unit_test(what_no_shape_fits_keeps_its_fields_alone),
        cmocka_unit_test(a_category_of_the_event_stands_beside_the_exports),
        cmocka_unit_test(a_time_with_a_zone_goes_before_one_without),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
