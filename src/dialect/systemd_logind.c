/* systemd_logind.c - systemd-logind: sessions and what ends the machine. */
#include "message/dialect.h"

static const struct kind kind_systemd_logind = {.format = "systemd_logind"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_systemd_logind,                          \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(opened, "session_opened", session_open, SUCCESS);
KIND(closed, "session_closed", session_close, SUCCESS);
KIND(told, NULL, none, UNTOLD);
KIND(power, "system_power", app_stop, SUCCESS);
#undef KIND

static const struct template_row templates[] = {
    {"New session '{session}' of user '{user*}' with class '{class}' and type '{type}'.",
     &kind_opened},
    {"New session {session} of user {user*}.", &kind_opened},
    {"Session {session} logged out. Waiting for processes to exit.", &kind_closed},
    {"Removed session {session}.", &kind_closed},
    {"New seat {seat}.", &kind_told},
    {"Watching system buttons on {file} ({reason*})", &kind_told},
    {"Lid closed.", &kind_told},
    {"Lid opened.", &kind_told},
    {"Power key pressed[[ short||]].", &kind_power},
    {"System is powering down[[ ({reason:text})||]].", &kind_power},
    {"System is rebooting[[ ({reason:text})||]].", &kind_power},
    {"System is halting[[ ({reason:text})||]].", &kind_power},
    {"Powering Off...", &kind_power},
    {"Rebooting...", &kind_power},
    {"Suspending...", &kind_power},
    {"Hibernating...", &kind_power},
    {"The system will {reason*}", &kind_power},
    {"Failed to {reason*}", &kind_told},
};

const struct dialect dialect_systemd_logind = {
    .name = "systemd_logind",
    .summary = "systemd-logind: sessions, seats, power",
    .sample = "Nov 24 10:00:00 web1 systemd-logind[712]: New session 3 of user alice.",
    .kind = &kind_systemd_logind,
    .programs = {S("systemd-logind"), S("elogind")},
    .templates = templates,
    .template_count = countof(templates),
};
