/*
 * audit_kind.c - what records of the audit log mean: a kind for each type of record
 * (audit_types.def) and for what system calls do (audit_actions.def).
 */
#include "dialect/audit_kind.h"

/* ------------------------------------------------------------ what stands in values */

static const struct {
    str field, value;
    uint8_t outcome;
} outcomes[] = {
    {S("success"), S("yes"), OUTCOME_SUCCESS},
    {S("success"), S("no"), OUTCOME_FAILURE},
    {S("res"), S("success"), OUTCOME_SUCCESS},
    {S("res"), S("failed"), OUTCOME_FAILURE},
    {S("res"), S("1"), OUTCOME_SUCCESS},
    {S("res"), S("0"), OUTCOME_FAILURE},
    {S("res"), S("yes"), OUTCOME_SUCCESS},
    {S("res"), S("no"), OUTCOME_FAILURE},
    {S("result"), S("Success"), OUTCOME_SUCCESS},
    {S("result"), S("Failed"), OUTCOME_FAILURE},
    {S("apparmor"), S("DENIED"), OUTCOME_FAILURE},
    {S("apparmor"), S("ALLOWED"), OUTCOME_SUCCESS},
    {S("seresult"), S("granted"), OUTCOME_SUCCESS},
};

/* A denial that was only noted, as the policy is permissive, refused nothing. */
static uint8_t outcome_of(const struct event *ev)
{
    str denied = event_get(ev, S("seresult")), permissive = event_get(ev, S("permissive"));

    if (str_eq(denied, S("denied")) && !str_eq(permissive, S("1")))
        return OUTCOME_FAILURE;
    for (size_t i = 0; i < countof(outcomes); i++)
        if (str_eq(event_get(ev, outcomes[i].field), outcomes[i].value))
            return outcomes[i].outcome;
    return OUTCOME_UNTOLD;
}

/* How much a PATH record is what the call was about: a directory that something was made in is
 * less than the thing. */
static int path_rank(str nametype)
{
    static const str types[] = {S("PARENT"), S("UNKNOWN"), S("NORMAL"), S("DELETE"), S("CREATE")};

    for (size_t i = 0; i < countof(types); i++)
        if (str_eq(types[i], nametype))
            return (int)i;
    return 0;
}

/* The path of the file that was acted upon; relative ones are below the working directory. */
static void put_path(const struct event *ev, struct columns *c, struct arena *a)
{
    uint32_t name = event_find(ev, S("name")), type = event_find(ev, S("nametype"));
    const uint32_t none = ev->field_count;
    str best = {0}, cwd = event_get(ev, S("cwd"));
    int rank = -1;

    for (; name < none && type < none; name = event_next(ev, name), type = event_next(ev, type))
        if (path_rank(ev->fields[type].value) > rank &&
            !str_eq(ev->fields[name].value, S("(null)"))) {
            rank = path_rank(ev->fields[type].value);
            best = ev->fields[name].value;
        }
    if (best.n && best.p[0] != '/' && cwd.n)
        best = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(cwd),
                            cwd.p[cwd.n - 1] == '/' ? "" : "/", STR_ARG(best));
    columns_put(c, COLUMN_file_path, VIA_TEXT, best, a);
}

/* The address of a socket is where a connection goes to, or where it came from. */
static void put_socket(const struct event *ev, struct columns *c, struct arena *a)
{
    str call = event_get(ev, S("SYSCALL")), address = event_get(ev, S("laddr")),
        port = event_get(ev, S("lport"));
    bool from = str_starts(call, S("accept")) || str_starts(call, S("recv"));

    columns_put(c, from ? COLUMN_source_ip : COLUMN_destination_ip, VIA_TEXT, address, a);
    columns_put(c, from ? COLUMN_source_port : COLUMN_destination_port, VIA_TEXT, port, a);
}

/* The machine, where an envelope names it: in front of the record's own fields, one of which may be
 * called hostname too and is a remote machine. */
static void put_host(const struct event *ev, struct columns *c, struct arena *a)
{
    for (uint32_t i = 0; i < ev->field_count && !str_eq(ev->fields[i].name, S("type")); i++)
        if (str_eq(ev->fields[i].name, S("hostname")))
            columns_put(c, COLUMN_host_name, VIA_TEXT, ev->fields[i].value, a);
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    if (!c->outcome)
        c->outcome = outcome_of(ev);
    put_host(ev, c, a);
    if (event_get(ev, S("laddr")).p)
        put_socket(ev, c, a);
    if (c->activity != ACTIVITY_process_start)
        put_path(ev, c, a);
    if (str_eq(c->values[COLUMN_user_name], S("unset")))
        c->values[COLUMN_user_name] = (str){0};
}

/* ------------------------------------------------------------ columns */

static const struct column_rule common[] = {
    {S("type"), COLUMN_event_code, VIA_TEXT},   {S("serial"), COLUMN_event_id, VIA_TEXT},
    {S("node"), COLUMN_host_name, VIA_TEXT},    {S("exe"), COLUMN_process_executable, VIA_TEXT},
    {S("comm"), COLUMN_process_name, VIA_TEXT}, {S("exe"), COLUMN_process_name, VIA_BASENAME},
    {S("pid"), COLUMN_process_pid, VIA_TEXT},   {S("ppid"), COLUMN_process_parent_pid, VIA_TEXT},
    {S("unit"), COLUMN_service_name, VIA_TEXT}, {.field = S("")},
};

const struct kind kind_audit = {
    .format = "auditd", .columns = common, .own_names = true, .refine = refine};

static const struct column_rule kernel_columns[] = {
    {S("UID"), COLUMN_user_name, VIA_TEXT},
    {S("uid"), COLUMN_user_id, VIA_TEXT},
    {S("CommandLine"), COLUMN_process_command_line, VIA_TEXT},
    {S("proctitle"), COLUMN_process_command_line, VIA_TEXT},
    {S("cwd"), COLUMN_process_directory, VIA_TEXT},
    {S("key"), COLUMN_rule_name, VIA_TEXT},
    {.field = S("")},
};

/* acct is who logs on; uid is of the program that tells it, so is not. */
static const struct column_rule user_columns[] = {
    {S("acct"), COLUMN_user_name, VIA_ACCOUNT},      {S("id"), COLUMN_user_id, VIA_TEXT},
    {S("addr"), COLUMN_source_ip, VIA_ADDRESS},      {S("laddr"), COLUMN_destination_ip, VIA_TEXT},
    {S("lport"), COLUMN_destination_port, VIA_TEXT}, {S("rport"), COLUMN_source_port, VIA_TEXT},
    {S("hostname"), COLUMN_source_ip, VIA_ADDRESS},  {.field = S("")},
};

static const struct column_rule account_columns[] = {
    {S("AUID"), COLUMN_user_name, VIA_TEXT},
    {S("auid"), COLUMN_user_id, VIA_TEXT},
    {S("acct"), COLUMN_user_target_name, VIA_ACCOUNT},
    {S("id"), COLUMN_user_target_id, VIA_TEXT},
    {S("grp"), COLUMN_group_name, VIA_TEXT},
    {S("addr"), COLUMN_source_ip, VIA_ADDRESS},
    {.field = S("")},
};

static const struct column_rule command_columns[] = {
    {S("AUID"), COLUMN_user_name, VIA_TEXT},
    {S("UID"), COLUMN_user_name, VIA_TEXT},
    {S("uid"), COLUMN_user_id, VIA_TEXT},
    {S("acct"), COLUMN_user_target_name, VIA_ACCOUNT},
    {S("cmd"), COLUMN_process_command_line, VIA_TEXT},
    {S("cwd"), COLUMN_process_directory, VIA_TEXT},
    {.field = S("")},
};

static const struct column_rule system_columns[] = {
    {S("UID"), COLUMN_user_name, VIA_TEXT},
    {S("uid"), COLUMN_user_id, VIA_TEXT},
    {S("acct"), COLUMN_user_target_name, VIA_ACCOUNT},
    {S("addr"), COLUMN_source_ip, VIA_ADDRESS},
    {S("sw"), COLUMN_resource_name, VIA_TEXT},
    {S("vm"), COLUMN_resource_name, VIA_TEXT},
    {.field = S("")},
};

static const struct column_rule daemon_columns[] = {
    {S("AUID"), COLUMN_user_name, VIA_TEXT},
    {S("addr"), COLUMN_source_ip, VIA_ADDRESS},
    {S("port"), COLUMN_source_port, VIA_TEXT},
    {.field = S("")},
};

static const struct kind kind_kernel = {.base = &kind_audit, .columns = kernel_columns};
static const struct kind kind_user = {.base = &kind_audit, .columns = user_columns};
static const struct kind kind_account = {.base = &kind_audit, .columns = account_columns};
static const struct kind kind_command = {.base = &kind_audit, .columns = command_columns};
static const struct kind kind_system = {.base = &kind_audit, .columns = system_columns};
static const struct kind kind_daemon = {.base = &kind_audit, .columns = daemon_columns};

/* ------------------------------------------------------------ tables */

#define TYPE(number, name, base_kind, activity_name, action_name)                                  \
    {.base = &kind_##base_kind, .activity = ACTIVITY_##activity_name, .action = action_name},
static const struct kind type_kinds[] = {
#include "dialect/audit_types.def"
};
#undef TYPE

enum type_place {
#define TYPE(number, name, base_kind, activity_name, action_name) TYPE_AT_##number,
#include "dialect/audit_types.def"
#undef TYPE
};

static const struct audit_type types[] = {
#define TYPE(number, name, base_kind, activity_name, action_name)                                  \
    {S(name), number, &type_kinds[TYPE_AT_##number]},
#include "dialect/audit_types.def"
#undef TYPE
};

#define CALL(name, activity_name, action_name)                                                     \
    {.base = &kind_kernel, .activity = ACTIVITY_##activity_name, .action = action_name},
static const struct kind call_kinds[] = {
#include "dialect/audit_actions.def"
};
#undef CALL

static const str call_names[] = {
#define CALL(name, activity_name, action_name) S(name),
#include "dialect/audit_actions.def"
#undef CALL
};

const struct audit_type *audit_types(size_t *ret_count)
{
    *ret_count = countof(types);
    return types;
}

const struct kind *audit_action_kind(str call)
{
    for (size_t i = 0; i < countof(call_names); i++)
        if (str_eq(call_names[i], call))
            return &call_kinds[i];
    return NULL;
}
