/*
 * shape_windows.c - Windows events in the JSON of many tools. Each comes out with
 * the names that EVTX itself gives (Provider_Name, EventID, Channel, Computer,
 * EventRecordID, TimeCreated_SystemTime and EventData's names).
 */
#include "formats/shape_row.h"

#include "event/windows.h"
#include "formats/json_codec.h"
#include "formats/winxml_event.h"

#define WINDOWS_TIMES                                                                              \
    S("TimeCreated_SystemTime"), S("TimeCreated"), S("SystemTime"), S("EventTime"),                \
        S("@timestamp"), S("TimeGenerated"), S("UtcTime")

/* What remains of a name behind its last dot, without a leading mark of an attribute. */
static str last_part(str name)
{
    for (size_t i = name.n; i-- > 0;)
        if (name.p[i] == '.')
            return str_from_at(name, i + 1);
    return name;
}

/* Is this part of a name an XML text or attribute container that converters invent? */
static bool is_text_mark(str part)
{
    return str_eq(part, S("#text")) || str_eq(part, S("Value")) || str_eq(part, S("text")) ||
           str_eq(part, S("_text"));
}

/* Provider.#attributes.Name, Provider_attributes.Name, Provider.@Name, Provider.Name ->
 * Provider_Name; EventID.#text, EventID.Value -> EventID. */
static str system_name(str rest, struct arena *a)
{
    str tail = rest, head = str_cut(&tail, '.'), mark = S("_attributes");

    if (head.n == rest.n)
        return rest;
    str last = last_part(tail);
    if (is_text_mark(last))
        return head;
    if (str_ends(head, mark))
        head.n -= mark.n;
    if (last.n && last.p[0] == '@')
        last = str_from_at(last, 1);
    if (str_starts(last, S("xmlns")) || str_starts(last, S("#")))
        return (str){0};
    return arena_printf(a, STR_FMT "_" STR_FMT, STR_ARG(head), STR_ARG(last));
}

/* A value's name. What is below "Data" is left to data_pairs(). */
static str data_name(str rest, struct arena *a)
{
    str tail = rest, head = str_cut(&tail, '.');

    if (head.n == rest.n)
        return head.n && head.p[0] == '#' ? (str){0} : winxml_name(rest, a);
    if (str_eq(head, S("Data")) || !is_text_mark(last_part(tail)))
        return (str){0};
    return winxml_name(head, a);
}

/* LogFileCleared.SubjectUserName -> SubjectUserName. */
static str user_data_name(str rest, struct arena *a)
{
    str last = last_part(rest);

    (void)a;
    if (last.n == rest.n || last.p == NULL || str_starts(last, S("xmlns")) ||
        str_find(rest, S("#attributes")) || str_find(rest, S("_attributes")) ||
        str_find(rest, S("@")))
        return (str){0};
    if (!is_text_mark(last))
        return last;
    rest.n -= last.n + 1;
    return last_part(rest);
}

/* <Data Name="x">y</Data> as {"@Name":"x","#text":"y"}, or without a name. */
static void data_pairs(const struct shaping *s, str prefix)
{
    uint32_t count = s->event->field_count, unnamed = 0;
    str name = {0};

    for (uint32_t i = 0; i < count; i++) {
        struct field f = s->event->fields[i];
        if (!str_starts(f.name, prefix))
            continue;
        shape_trace_unclear(s); /* the names are values */
        str last = last_part(f.name);
        if (str_eq(last, S("@Name")) || str_eq(last, S("Name")) || str_eq(last, S("_Name"))) {
            name = winxml_name(f.value, s->arena);
            continue;
        }
        if (!is_text_mark(last))
            continue;
        f.flags = name.n || unnamed++ == 0 ? 0 : FIELD_CONTINUES;
        f.name = name.n ? name : S("Data");
        name = (str){0};
        shape_add(s, f);
    }
}

bool shape_is_bare_guid(str value)
{
    static const uint8_t dashes[] = {8, 13, 18, 23};

    if (value.n != 36)
        return false;
    for (size_t i = 0; i < countof(dashes); i++)
        if (value.p[dashes[i]] != '-')
            return false;
    return true;
}

/* evtx_dump leaves the braces of GUIDs out; Windows and the rules write them. */
static void brace_guids(const struct shaping *s)
{
    for (uint32_t i = 0; i < s->event->field_count; i++) {
        struct field *f = &s->event->fields[i];
        bool named = str_ends(f->name, S("Guid")) || str_ends(f->name, S("GUID"));
        if (!named || memchr(f->name.p, '.', f->name.n))
            continue;
        shape_trace_guid(s, i);
        if (!shape_is_bare_guid(f->value))
            continue;
        if (s->trace && (f->flags & FIELD_RAW))
            f->flags |= JSON_CODING_BRACED << FIELD_CODING_SHIFT;
        else
            f->value = arena_printf(s->arena, "{" STR_FMT "}", STR_ARG(f->value));
    }
}

static void nested_extra(const struct shaping *s)
{
    data_pairs(s, S("Event.EventData.Data."));
    brace_guids(s);
}

/* {"Event":{"System":{...},"EventData":{...}}}: evtx_dump, Chainsaw, python-evtx, xmltodict. */
const struct shape shape_windows_nested = {
    .kind = &kind_windows,
    .markers = {{S("Event.System.Channel"), S("")}, {S("Event.System.Computer"), S("")}},
    .any_marker = true,
    .prefixes = {{.prefix = S("Event.System."), .rename = system_name, .nulls = NULLS_DROPPED},
                 {.prefix = S("Event.EventData."), .rename = data_name, .nulls = NULLS_EMPTY},
                 {.prefix = S("Event.UserData."), .rename = user_data_name, .nulls = NULLS_EMPTY}},
    .extra = nested_extra,
    .traced = true,
    .times = {WINDOWS_TIMES},
};

static void system_extra(const struct shaping *s)
{
    data_pairs(s, S("EventData.Data."));
    brace_guids(s);
}

/* The same without the outermost object: Velociraptor's parse_evtx(). */
const struct shape shape_windows_system = {
    .kind = &kind_windows,
    .markers = {{S("System.Channel"), S("")}, {S("System.Computer"), S("")}},
    .prefixes = {{.prefix = S("System."), .rename = system_name, .nulls = NULLS_DROPPED},
                 {.prefix = S("EventData."), .rename = data_name, .nulls = NULLS_EMPTY},
                 {.prefix = S("UserData."), .rename = user_data_name, .nulls = NULLS_EMPTY}},
    .extra = system_extra,
    .traced = true,
    .times = {WINDOWS_TIMES},
};

/* Names with blanks ("Threat Name") as the rules write them. */
static void flat_extra(const struct shaping *s)
{
    uint32_t count = s->event->field_count;

    for (uint32_t i = 0; i < count; i++) {
        struct field f = s->event->fields[i];
        if (!memchr(f.name.p, ' ', f.name.n) || memchr(f.name.p, '.', f.name.n))
            continue;
        f.name = winxml_name(f.name, s->arena);
        shape_add(s, f);
    }
}

static const struct shape_alias flat_names[] = {
    {.from = S("SourceName"), .to = S("Provider_Name")},
    {.from = S("ProviderName"), .to = S("Provider_Name")},
    {.from = S("Provider"), .to = S("Provider_Name")},
    {.from = S("ProviderGuid"), .to = S("Provider_Guid")},
    {.from = S("Hostname"), .to = S("Computer")},
    {.from = S("ComputerName"), .to = S("Computer")},
    {.from = S("MachineName"), .to = S("Computer")},
    {.from = S("RecordNumber"), .to = S("EventRecordID")},
    {.from = S("RecordID"), .to = S("EventRecordID")},
    {.from = S("EventRecordId"), .to = S("EventRecordID")},
    {.from = S("ExecutionProcessID"), .to = S("Execution_ProcessID")},
    {.from = S("ThreadID"), .to = S("Execution_ThreadID")},
    {.from = S("UserID"), .to = S("Security_UserID")},
    {.from = S("TimeCreated"), .to = S("TimeCreated_SystemTime")},
    {.from = S("")},
};

/* NXLog, OTRF's recordings, Fluent Bit, Splunk's XML extraction, and whoever keeps the native
 * names. */
const struct shape shape_windows_flat = {
    .kind = &kind_windows,
    .markers = {{S("Channel"), S("")}, {S("EventID"), S("")}},
    .extra = flat_extra,
    .traced = true,
    .aliases = {flat_names},
    .times = {WINDOWS_TIMES},
};

/* The same without a channel. */
const struct shape shape_windows_provider = {
    .kind = &kind_windows,
    .markers = {{S("SourceName"), S("")}, {S("EventID"), S("")}},
    .extra = flat_extra,
    .traced = true,
    .aliases = {flat_names},
    .times = {WINDOWS_TIMES},
};

static const struct shape_alias powershell_names[] = {
    {.from = S("Id"), .to = S("EventID")},
    {.from = S("LogName"), .to = S("Channel")},
    {.from = S("ProviderName"), .to = S("Provider_Name")},
    {.from = S("MachineName"), .to = S("Computer")},
    {.from = S("RecordId"), .to = S("EventRecordID")},
    {.from = S("ProcessId"), .to = S("Execution_ProcessID")},
    {.from = S("ThreadId"), .to = S("Execution_ThreadID")},
    {.from = S("Properties.Value"), .to = S("Data")},
    {.from = S("")},
};

static const str message_names[] = {S("Message"), S("ProviderName"), S("")};

/* "Key: value" lines: how Sysmon's messages look in every language of Windows. */
static void message_lines(const struct shaping *s)
{
    const struct field *message = shape_get(s, S("Message"));
    const struct field *provider = shape_get(s, S("ProviderName"));
    str rest = message ? message->value : (str){0};

    if (!provider || !str_ends(provider->value, S("-Sysmon")))
        return;
    while (rest.n) {
        str value = str_cut(&rest, '\n'), name = str_cut(&value, ':');
        name = str_trim(name);
        if (value.n && name.n && !memchr(name.p, ' ', name.n))
            shape_add(s, (struct field){.name = name, .value = str_trim(value)});
    }
}

/* Get-WinEvent | ConvertTo-Json: values have no names there but in the message. */
const struct shape shape_powershell_event = {
    .kind = &kind_windows,
    .markers = {{S("LogName"), S("")},
                {S("ProviderName"), S("")},
                {S("Id"), S("")},
                {S("MachineName"), S("")}},
    .extra = message_lines,
    .names = message_names,
    .aliases = {powershell_names},
    .times = {WINDOWS_TIMES},
};

static const struct shape_alias splunk_names[] = {
    {.from = S("EventCode"), .to = S("EventID")},
    {.from = S("LogName"), .to = S("Channel")},
    {.from = S("SourceName"), .to = S("Provider_Name")},
    {.from = S("ComputerName"), .to = S("Computer")},
    {.from = S("host"), .to = S("Computer")},
    {.from = S("RecordNumber"), .to = S("EventRecordID")},
    {.from = S("New_Process_Name"), .to = S("NewProcessName")},
    {.from = S("Process_Command_Line"), .to = S("CommandLine")},
    {.from = S("Creator_Process_Name"), .to = S("ParentProcessName")},
    {.from = S("Process_Name"), .to = S("ProcessName")},
    {.from = S("Logon_Type"), .to = S("LogonType")},
    {.from = S("Logon_Process"), .to = S("LogonProcessName")},
    {.from = S("Authentication_Package"), .to = S("AuthenticationPackageName")},
    {.from = S("Key_Length"), .to = S("KeyLength")},
    {.from = S("Source_Network_Address"), .to = S("IpAddress")},
    {.from = S("Client_Address"), .to = S("IpAddress")},
    {.from = S("Workstation_Name"), .to = S("WorkstationName")},
    {.from = S("Service_Name"), .to = S("ServiceName")},
    {.from = S("Service_File_Name"), .to = S("ImagePath")},
    {.from = S("Service_File_Name"), .to = S("ServiceFileName")},
    {.from = S("Service_Type"), .to = S("ServiceType")},
    {.from = S("Service_Start_Type"), .to = S("StartType")},
    {.from = S("Service_Account"), .to = S("AccountName")},
    {.from = S("Share_Name"), .to = S("ShareName")},
    {.from = S("Relative_Target_Name"), .to = S("RelativeTargetName")},
    {.from = S("Access_Mask"), .to = S("AccessMask")},
    {.from = S("Object_Name"), .to = S("ObjectName")},
    {.from = S("Object_Type"), .to = S("ObjectType")},
    {.from = S("Object_Server"), .to = S("ObjectServer")},
    {.from = S("Task_Name"), .to = S("TaskName")},
    {.from = S("Ticket_Options"), .to = S("TicketOptions")},
    {.from = S("Ticket_Encryption_Type"), .to = S("TicketEncryptionType")},
    {.from = S("Target_Server_Name"), .to = S("TargetServerName")},
    {.from = S("")},
};

/* Splunk's extraction from the classic, rendered text of an event. */
const struct shape shape_splunk_windows = {
    .kind = &kind_windows,
    .markers = {{S("EventCode"), S("")}, {S("LogName"), S("")}},
    .aliases = {splunk_names},
    .times = {S("_time"), S("TimeGenerated"), S("UtcTime")},
};

/* image -> Image: Wazuh writes the first letter small. "param1" is Windows' own. */
static str wazuh_name(str rest, struct arena *a)
{
    bool small = rest.n > 0 && rest.p[0] >= 'a' && rest.p[0] <= 'z';

    if (!small || str_starts(rest, S("param")))
        return rest;
    str name = arena_str(a, rest);
    char first = (char)(rest.p[0] - 'a' + 'A');
    return arena_printf(a, "%c" STR_FMT, first, STR_ARG(str_from_at(name, 1)));
}

static str wazuh_system_name(str rest, struct arena *a)
{
    static const struct {
        str theirs, ours;
    } names[] = {
        {S("providerName"), S("Provider_Name")},
        {S("providerGuid"), S("Provider_Guid")},
        {S("eventSourceName"), S("Provider_EventSourceName")},
        {S("systemTime"), S("TimeCreated_SystemTime")},
        {S("processID"), S("Execution_ProcessID")},
        {S("threadID"), S("Execution_ThreadID")},
        {S("message"), S("Message")},
        {S("severityValue"), S("")},
    };

    for (size_t i = 0; i < countof(names); i++)
        if (str_eq(rest, names[i].theirs))
            return names[i].ours;
    return wazuh_name(rest, a);
}

/* {"win":{"system":{...},"eventdata":{...}}}: Wazuh, in its alerts below "data". */
const struct shape shape_wazuh_windows = {
    .kind = &kind_windows,
    .markers = {{S("win.system.channel"), S("")}, {S("data.win.system.channel"), S("")}},
    .any_marker = true,
    .prefixes = {{.prefix = S("win.system."), .rename = wazuh_system_name},
                 {.prefix = S("win.eventdata."), .rename = wazuh_name},
                 {.prefix = S("data.win.system."), .rename = wazuh_system_name},
                 {.prefix = S("data.win.eventdata."), .rename = wazuh_name}},
    .times = {WINDOWS_TIMES},
};

static const struct shape_alias sentinel_names[] = {
    {.from = S("EventLog"), .to = S("Channel")},
    {.from = S("Source"), .to = S("Provider_Name")},
    {.from = S("EventSourceName"), .to = S("Provider_Name")},
    {.from = S("Provider"), .to = S("Provider_Name")},
    {.from = S("EventRecordId"), .to = S("EventRecordID")},
    {.from = S("RenderedDescription"), .to = S("Message")},
    {.from = S("")},
};

static void add_xml_field(const void *ctx, struct field f)
{
    shape_add(ctx, f);
}

static void read_xml(const struct shaping *s, str text)
{
    const struct winxml_sink sink = {.ctx = s, .add = add_xml_field};
    const char *why;
    size_t at;

    /* Broken XML inside of sound JSON: what was read counts, the text itself is still a field. */
    if (!winxml_event_read(str_trim(text), s->arena, &sink, &why, &at))
        return;
}

static const str data_names[] = {S("EventData"), S("")};

static void sentinel_extra(const struct shaping *s)
{
    const struct field *data = shape_get(s, S("EventData"));

    if (data && str_starts(data->value, S("<")))
        read_xml(s, data->value);
}

/* Azure's table Event: the values as XML in a column. */
const struct shape shape_sentinel_event = {
    .kind = &kind_windows,
    .markers = {{S("EventLog"), S("")},
                {S("Source"), S("")},
                {S("EventID"), S("")},
                {S("Computer"), S("")}},
    .extra = sentinel_extra,
    .names = data_names,
    .aliases = {sentinel_names},
    .times = {S("TimeGenerated")},
};

/* Sentinel's table SecurityEvent: a column for each value. */
const struct shape shape_sentinel_security = {
    .kind = &kind_windows,
    .markers = {{S("EventSourceName"), S("")}, {S("EventID"), S("")}, {S("Computer"), S("")}},
    .extra = sentinel_extra,
    .names = data_names,
    .aliases = {sentinel_names},
    .times = {S("TimeCreated"), S("TimeGenerated")},
};

/* Sentinel's table WindowsEvent: the values as an object. */
const struct shape shape_sentinel_windows = {
    .kind = &kind_windows,
    .markers = {{S("Provider"), S("")}, {S("EventID"), S("")}, {S("Channel"), S("")}},
    .prefixes = {{.prefix = S("EventData."), .rename = data_name, .nulls = NULLS_EMPTY}},
    .aliases = {sentinel_names},
    .times = {S("TimeCreated"), S("TimeGenerated")},
};

/* The names under which a record holds the whole event as XML. */
static const str xml_names[] = {
    S("message"),           S("MESSAGE"),        S("_raw"),
    S("properties.RawXml"), S("event.original"), S("RawXml"),
    S("EventXml"),          S("EventXML"),       S(""),
};

static void xml_extra(const struct shaping *s)
{
    for (const str *name = xml_names; name->n; name++) {
        const struct field *f = shape_get(s, *name);
        if (f && str_starts(f->value, S("<Event"))) {
            read_xml(s, f->value);
            return;
        }
    }
}

/* Splunk's renderXml, Sysmon for Linux in syslog or the journal, Azure diagnostics, Logstash. */
const struct shape shape_windows_xml = {
    .kind = &kind_windows,
    .markers = {{S("message"), S("<Event*")},
                {S("MESSAGE"), S("<Event*")},
                {S("_raw"), S("<Event*")},
                {S("properties.RawXml"), S("<Event*")},
                {S("event.original"), S("<Event*")},
                {S("RawXml"), S("<Event*")},
                {S("EventXml"), S("<Event*")},
                {S("EventXML"), S("<Event*")}},
    .any_marker = true,
    .extra = xml_extra,
    .names = xml_names,
    .times = {WINDOWS_TIMES},
};
