/* systemd.c - the service manager: units that start, stop and fail. */
#include "message/dialect.h"

static const struct kind kind_systemd = {.format = "systemd"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_systemd,                                 \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(started, "unit_started", app_start, SUCCESS);
KIND(starting, "unit_starting", app_start, UNTOLD);
KIND(stopped, "unit_stopped", app_stop, SUCCESS);
KIND(failed, "unit_failed", app_fail, FAILURE);
KIND(told, NULL, none, UNTOLD);
KIND(reload, "manager_reload", config_change, SUCCESS);
KIND(session, "session_opened", session_open, SUCCESS);
#undef KIND

static const struct template_row templates[] = {
    {"Started Session {session} of user {user*}.", &kind_session},
    {"Started {service} - {description*}.", &kind_started},
    {"Started {service*}.", &kind_started},
    {"Started {service*}", &kind_started},
    {"Starting {service} - {description*}...", &kind_starting},
    {"Starting {service*}...", &kind_starting},
    {"Stopped {service} - {description*}.", &kind_stopped},
    {"Stopped {service*}.", &kind_stopped},
    {"Stopped {service*}", &kind_stopped},
    {"Stopping {service*}...", &kind_told},
    {"Finished {service} - {description*}.", &kind_stopped},
    {"Finished {service*}.", &kind_stopped},
    {"Finished {service*}", &kind_stopped},
    {"Failed to start {service} - {description*}.", &kind_failed},
    {"Failed to start {service*}.", &kind_failed},
    {"Failed to start {service}: {reason*}", &kind_failed},
    {"Failed to start {service*}", &kind_failed},
    {"Failed unmounting {service*}.", &kind_failed},
    {"Failed to mount {service*}.", &kind_failed},
    {"Dependency failed for {service*}.", &kind_failed},
    {"Timed out {reason*}", &kind_failed},
    {"Condition check resulted in {service*} being skipped.", &kind_told},
    {"{service}: Main process exited, code={code_type}, status={exit_status*}", &kind_failed},
    {"{service}: Control process exited, code={code_type}, status={exit_status*}", &kind_failed},
    {"{service}: main process exited, code={code_type}, status={exit_status*}", &kind_failed},
    {"{service}: control process exited, code={code_type}[[,|| ]]status={exit_status*}",
     &kind_failed},
    {"{service}: Failed with result '{reason:text}'.", &kind_failed},
    {"{service}: Succeeded.", &kind_stopped},
    {"{service}: Deactivated successfully.", &kind_stopped},
    {"{service}: Consumed {reason*}", &kind_told},
    {"{service}: Scheduled restart job, restart counter is at {restarts:int}.", &kind_told},
    {"{service}: Start request repeated too quickly.", &kind_failed},
    {"{service}: Killing process {target_pid:int} ({target_program:text}) with signal {signal}.",
     &kind_told},
    {"{service}: Unit entered failed state.", &kind_failed},
    {"Unit {service} entered failed state.", &kind_failed},
    {"{service} failed.", &kind_failed},
    {"{service} holdoff time over, scheduling restart.", &kind_told},
    {"{service}: A process of this unit has been killed by the OOM killer.", &kind_failed},
    {"{service}: Failed {reason*}", &kind_failed},
    {"Reloading.", &kind_reload},
    {"Reloading{:text}", &kind_reload},
    {"Reexecuting.", &kind_reload},
    {"Reached target {service*}.", &kind_told},
    {"Stopped target {service*}.", &kind_told},
    {"Reached target {service*}", &kind_told},
    {"Created slice {service*}.", &kind_told},
    {"Removed slice {service*}.", &kind_told},
    {"Listening on {service*}.", &kind_told},
    {"Closed {service*}.", &kind_told},
    {"Mounted {service*}.", &kind_told},
    {"Mounting {service*}...", &kind_told},
    {"Unmounted {service*}.", &kind_told},
    {"Unmounting {service*}...", &kind_told},
    {"Startup finished in {reason*}", &kind_told},
    {"Shutting down.", &kind_told},
    {"Current command vanished from the unit file, execution of the command list won't be resumed.",
     &kind_told},
};

const struct dialect dialect_systemd = {
    .name = "systemd",
    .summary = "systemd: units that started, stopped and failed",
    .sample = "Nov 24 10:00:00 web1 systemd[1]: nginx.service: Failed with result 'exit-code'.",
    .kind = &kind_systemd,
    .programs = {S("systemd"), S("init")},
    .templates = templates,
    .template_count = countof(templates),
};
