/*
 * shape_linux.c - the journal as JSON (journalctl -o json, systemd.journal-fields(7))
 * and the audit log as Auditbeat and Laurel write it. The rules' names for the
 * audit log are the kernel's own: type, exe, comm, key, a0, a1 ...
 */
#include "base/buf.h"
#include "event/column_table.h"
#include "formats/json_kind.h"
#include "formats/shape_row.h"

static const struct column_rule journal_columns[] = {
    TO("MESSAGE_ID", event_code, TEXT),
    TO("__CURSOR", event_id, TEXT),
    TO("SYSLOG_IDENTIFIER", event_provider, TEXT),
    TO("_HOSTNAME", host_name, TEXT),
    TO("USER_ID", user_name, TEXT),
    TO("_UID", user_id, TEXT),
    TO("_COMM", process_name, TEXT),
    TO("SYSLOG_IDENTIFIER", process_name, TEXT),
    TO("_EXE", process_executable, TEXT),
    TO("_CMDLINE", process_command_line, TEXT),
    TO("_PID", process_pid, TEXT),
    TO("SYSLOG_PID", process_pid, TEXT),
    TO("UNIT", service_name, TEXT),
    TO("_SYSTEMD_UNIT", service_name, TEXT),
    TO("CONTAINER_NAME", container_name, TEXT),
    TO("CONTAINER_ID_FULL", container_id, TEXT),
    END,
};

/* syslog's severities. */
static void refine_journal(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str names[] = {S("emergency"), S("alert"),  S("critical"),      S("error"),
                                S("warning"),   S("notice"), S("informational"), S("debug")};
    uint64_t number;

    if (str_u64(event_get(ev, S("PRIORITY")), &number) && number < countof(names))
        columns_put(c, COLUMN_log_level, VIA_TEXT, names[number], a);
}

static const struct kind kind_journal = {
    .format = "journal_json", .columns = journal_columns, .refine = refine_journal};

static const str journal_asked[] = {S("SYSLOG_IDENTIFIER"),
                                    S("_COMM"),
                                    S("_TRANSPORT"),
                                    S("MESSAGE"),
                                    S("_HOSTNAME"),
                                    S("_PID"),
                                    S("")};

/* The same value under a name of syslog's. */
static void add_named(const struct shaping *s, str name, const struct field *of)
{
    if (!of || of->type == VALUE_NULL)
        return;
    struct field f = *of;
    f.name = name;
    f.flags &= (uint16_t)~FIELD_CONTINUES;
    shape_add(s, f);
}

/* What is added is as of a record of syslog, whose names the dialects' columns go by. */
static void journal_extra(const struct shaping *s)
{
    static const struct field audit = {.value = S("audit")};
    const struct field *transport = shape_get(s, S("_TRANSPORT")),
                       *program = shape_get(s, S("SYSLOG_IDENTIFIER")),
                       *message = shape_get(s, S("MESSAGE"));
    const bool is_audit = transport && str_eq(transport->value, audit.value);
    str services[LOGSOURCE_PROGRAM_SERVICES_MAX];

    if (!program)
        program = shape_get(s, S("_COMM"));
    shape_trace_field(s, transport);
    shape_trace_field(s, is_audit ? NULL : program);
    const str name = is_audit ? audit.value : program ? program->value : (str){0};
    const uint32_t count = logsource_program_services(name, services);
    for (uint32_t i = 0; i < count; i++)
        shape_add_source(s, (struct shape_source){S("linux"), S(""), services[i]});
    if (!message || message->type == VALUE_NULL)
        return;
    shape_speak(s, is_audit ? NULL : program, is_audit ? audit.value : (str){0}, message, false);
    add_named(s, S("hostname"), shape_get(s, S("_HOSTNAME")));
    add_named(s, S("program"), is_audit ? &audit : shape_get(s, S("SYSLOG_IDENTIFIER")));
    if (!is_audit && !shape_get(s, S("SYSLOG_IDENTIFIER")))
        add_named(s, S("program"), shape_get(s, S("_COMM")));
    if (!is_audit)
        add_named(s, S("pid"), shape_get(s, S("_PID")));
}

/* What rules for a service call its line. */
static const struct shape_alias journal_names[] = {
    {.from = S("MESSAGE"), .to = S("message")},
    {.from = S("")},
};

const struct shape shape_journal = {
    .kind = &kind_journal,
    .markers = {{S("__REALTIME_TIMESTAMP"), S("")}, {S("MESSAGE"), S("")}},
    .extra = journal_extra,
    .traced = true,
    .names = journal_asked,
    .aliases = {journal_names},
    .sources = {{S("linux"), S(""), S("syslog")}},
    .times = {S("_SOURCE_REALTIME_TIMESTAMP"), S("__REALTIME_TIMESTAMP")},
};

/* The values of one field as a0, a1 ..., and joined by blanks as the command line. */
static void add_arguments(const struct shaping *s, str name)
{
    enum { ARGUMENTS_MAX = 256, COMMAND_LINE_MAX = 64 * 1024 };
    uint32_t count = s->event->field_count, at = event_find(s->event, name), n = 0;
    struct buf line = buf_make(COMMAND_LINE_MAX);

    for (; at < count && n < ARGUMENTS_MAX; at = event_next(s->event, at), n++) {
        struct field f = s->event->fields[at];
        f.name = arena_printf(s->arena, "a%u", n);
        f.flags = 0;
        if (n)
            buf_char(&line, ' ');
        buf_add(&line, f.value);
        shape_add(s, f);
    }
    if (n)
        shape_add(s, (struct field){.name = S("CommandLine"),
                                    .value = arena_str(s->arena, buf_str(&line))});
    buf_done(&line);
}

static void add_type(const struct shaping *s, str type)
{
    bool first = !shape_get(s, S("type"));

    shape_add(
        s, (struct field){.name = S("type"), .value = type, .flags = first ? 0 : FIELD_CONTINUES});
}

static const struct column_rule laurel_columns[] = {
    TO("SYSCALL.key", event_action, TEXT),
    TO("ID", event_id, TEXT),
    TO("NODE", host_name, TEXT),
    TO("node", host_name, TEXT),
    TO("SYSCALL.AUID", user_name, TEXT),
    TO("SYSCALL.auid", user_id, TEXT),
    TO("SYSCALL.UID", user_name, TEXT),
    TO("SYSCALL.EUID", user_target_name, TEXT),
    TO("SYSCALL.euid", user_target_id, TEXT),
    TO("SYSCALL.comm", process_name, TEXT),
    TO("SYSCALL.exe", process_executable, TEXT),
    TO("SYSCALL.pid", process_pid, TEXT),
    TO("SYSCALL.ppid", process_parent_pid, TEXT),
    TO("PARENT_INFO.exe", process_parent_executable, TEXT),
    TO("SYSCALL.PPID.EXE", process_parent_executable, TEXT),
    TO("CommandLine", process_command_line, TEXT),
    TO("CWD.cwd", process_directory, TEXT),
    TO("PATH.name", file_path, TEXT),
    TO("PATH.name", file_name, BASENAME),
    TO("SYSCALL.SYSCALL", event_code, TEXT),
    END,
};

static void refine_laurel(const struct event *ev, struct columns *c, struct arena *a)
{
    str success = event_get(ev, S("SYSCALL.success"));

    (void)a;
    c->outcome = str_eq(success, S("yes"))  ? OUTCOME_SUCCESS
                 : str_eq(success, S("no")) ? OUTCOME_FAILURE
                                            : OUTCOME_UNTOLD;
    if (event_get(ev, S("EXECVE.ARGV")).n)
        c->activity = ACTIVITY_process_start;
}

static const struct kind kind_laurel = {
    .format = "laurel", .own_names = true, .columns = laurel_columns, .refine = refine_laurel};

static const struct shape_alias laurel_names[] = {
    {.from = S("SYSCALL.SYSCALL"), .to = S("SYSCALL")},
    {.from = S("SYSCALL.syscall"), .to = S("SYSCALL")},
    {.from = S("SYSCALL.exe"), .to = S("exe")},
    {.from = S("SYSCALL.comm"), .to = S("comm")},
    {.from = S("SYSCALL.key"), .to = S("key")},
    {.from = S("SYSCALL.euid"), .to = S("euid")},
    {.from = S("SYSCALL.uid"), .to = S("uid")},
    {.from = S("SYSCALL.auid"), .to = S("auid")},
    {.from = S("PATH.name"), .to = S("name")},
    {.from = S("PATH.nametype"), .to = S("nametype")},
    {.from = S("SYSCALL.exe"), .to = S("Image")},
    {.from = S("CWD.cwd"), .to = S("CurrentDirectory")},
    {.from = S("PARENT_INFO.exe"), .to = S("ParentImage")},
    {.from = S("SYSCALL.PPID.EXE"), .to = S("ParentImage")},
    {.from = S("SERVICE_START.unit"), .to = S("unit")},
    {.from = S("SERVICE_STOP.unit"), .to = S("unit")},
    {.from = S("")},
};

static const str laurel_asked[] = {S("type"),      S("SYSCALL.exe"), S("EXECVE.ARGV"),
                                   S("PATH.name"), S("CommandLine"), S("")};

static void laurel_extra(const struct shaping *s)
{
    add_type(s, S("SYSCALL"));
    if (shape_get(s, S("PATH.name")))
        add_type(s, S("PATH"));
    if (!shape_get(s, S("EXECVE.ARGV")))
        return;
    add_type(s, S("EXECVE"));
    add_arguments(s, S("EXECVE.ARGV"));
    shape_add_source(s, (struct shape_source){S("linux"), S("process_creation"), S("auditd")});
}

/* Laurel: all records of one audit event in one object. */
const struct shape shape_laurel = {
    .kind = &kind_laurel,
    .markers = {{S("ID"), S("")}, {S("SYSCALL.exe"), S("")}},
    .extra = laurel_extra,
    .names = laurel_asked,
    .aliases = {laurel_names},
    .sources = {{S("linux"), S(""), S("auditd")}},
    .times = {S("ID")},
};

static const struct column_rule auditbeat_columns[] = {
    TO("auditd.message_type", event_code, TEXT),
    TO("auditd.sequence", event_id, TEXT),
    TO("user.name", user_name, TEXT),
    TO("user.audit.name", user_name, TEXT),
    TO("auditd.data.acct", user_name, TEXT),
    TO("user.effective.name", user_name, TEXT),
    TO("user.id", user_id, TEXT),
    TO("user.audit.id", user_id, TEXT),
    TO("user.effective.id", user_id, TEXT),
    TO("CommandLine", process_command_line, TEXT),
    TO("process.title", process_command_line, TEXT),
    TO("auditd.data.addr", source_ip, ADDRESS),
    TO("service.name", service_name, TEXT),
    TO("auditd.data.unit", service_name, TEXT),
    END,
};

static const struct kind kind_auditbeat = {
    .base = &kind_ecs, .format = "auditbeat", .columns = auditbeat_columns};

static const struct shape_alias auditbeat_names[] = {
    {.from = S("process.executable"), .to = S("exe")},
    {.from = S("process.name"), .to = S("comm")},
    {.from = S("auditd.data.syscall"), .to = S("SYSCALL")},
    {.from = S("file.path"), .to = S("name")},
    {.from = S("auditd.data.nametype"), .to = S("nametype")},
    {.from = S("auditd.paths.name"), .to = S("name")},
    {.from = S("auditd.paths.nametype"), .to = S("nametype")},
    {.from = S("tags"), .to = S("key")},
    {.from = S("user.effective.id"), .to = S("euid")},
    {.from = S("user.id"), .to = S("uid")},
    {.from = S("auditd.data.unit"), .to = S("unit")},
    {.from = S("process.executable"), .to = S("Image")},
    {.from = S("process.working_directory"), .to = S("CurrentDirectory")},
    {.from = S("process.parent.executable"), .to = S("ParentImage")},
    {.from = S("")},
};

static const str auditbeat_asked[] = {S("type"),      S("auditd.message_type"), S("process.args"),
                                      S("file.path"), S("auditd.paths.name"),   S("CommandLine"),
                                      S("")};

/* Auditbeat writes types small and joins a system call with its arguments and paths. */
static void auditbeat_extra(const struct shaping *s)
{
    const struct field *type = shape_get(s, S("auditd.message_type"));

    if (type) {
        str name = arena_str(s->arena, type->value);
        char *upper = arena_bytes(s->arena, name.n);
        for (size_t i = 0; i < name.n; i++)
            upper[i] =
                name.p[i] >= 'a' && name.p[i] <= 'z' ? (char)(name.p[i] - 'a' + 'A') : name.p[i];
        add_type(s, (str){upper, name.n});
    }
    if (shape_get(s, S("file.path")) || shape_get(s, S("auditd.paths.name")))
        add_type(s, S("PATH"));
    if (!shape_get(s, S("process.args")))
        return;
    add_type(s, S("EXECVE"));
    add_arguments(s, S("process.args"));
}

const struct shape shape_auditbeat = {
    .kind = &kind_auditbeat,
    .markers = {{S("event.module"), S("auditd")}, {S("auditd.message_type"), S("")}},
    .extra = auditbeat_extra,
    .names = auditbeat_asked,
    .aliases = {auditbeat_names},
    .sources = {{S("linux"), S(""), S("auditd")}},
    .times = {S("@timestamp")},
};
