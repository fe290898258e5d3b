/* polkit.c - polkitd and pkexec. */
#include "message/dialect.h"

static const struct column_rule columns[] = {
    {S("action_id"), COLUMN_resource_name, VIA_TEXT},
    {{0}, 0, 0},
};
static const struct kind kind_polkit = {.format = "polkit", .columns = columns};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {                                                       \
        .base = &kind_polkit, .action = what, .activity = ACTIVITY_##of, .outcome = OUTCOME_##how}
KIND(run, "pkexec_command", process_start, SUCCESS);
KIND(refused, "pkexec_refused", process_start, FAILURE);
KIND(granted, "authorization_granted", privilege, SUCCESS);
KIND(failed, "authentication_failed", logon, FAILURE);
KIND(agent, "agent_registered", none, UNTOLD);
KIND(told, NULL, none, UNTOLD);
#undef KIND

static const struct template_row templates[] = {
    {"{user}: Executing command [USER={target_user}] [TTY={tty}] [CWD={cwd:text}] "
     "[COMMAND={command*}]",
     &kind_run},
    {"{user}: Error executing command as another user: {reason:text} [USER={target_user}] "
     "[TTY={tty}] [CWD={cwd:text}] [COMMAND={command*}]",
     &kind_refused},
    {"{user}: {reason:text} [USER={target_user}] [TTY={tty}] [CWD={cwd:text}] [COMMAND={command*}]",
     &kind_refused},
    {"Operator of {session} successfully authenticated as unix-user:{target_user} to gain "
     "{lifetime} authorization for action {action_id} for {subject:text} [{command*}] (owned by "
     "unix-user:{user})",
     &kind_granted},
    {"Operator of {session} FAILED to authenticate to gain authorization for action {action_id} "
     "for {subject:text} [{command*}] (owned by unix-user:{user})",
     &kind_failed},
    {"Registered Authentication Agent for {subject:text} (system bus name {bus_name} [{command*}], "
     "object path {object_path}, locale {locale})",
     &kind_agent},
    {"Unregistered Authentication Agent for {subject:text} (system bus name {bus_name}, object "
     "path {object_path}, locale {locale})[[ (disconnected from bus)||]]",
     &kind_agent},
    {"Acquired the name {bus_name} on the system bus", &kind_told},
    {"Loading rules from directory {file*}", &kind_told},
    {"Finished loading, compiling and executing {rules:int} rules", &kind_told},
};

const struct dialect dialect_polkit = {
    .name = "polkit",
    .summary = "polkit: authorizations, and commands run by pkexec",
    .sample = "Nov 24 10:00:00 web1 pkexec[712]: alice: Executing command [USER=root] "
              "[TTY=/dev/pts/0] [CWD=/home/alice] [COMMAND=/bin/sh]",
    .kind = &kind_polkit,
    .programs = {S("polkitd"), S("pkexec"), S("polkit-agent-helper-1")},
    .templates = templates,
    .template_count = countof(templates),
};
