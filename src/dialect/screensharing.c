/* screensharing.c - macOS's screen sharing. */
#include "message/dialect.h"

static const struct kind kind_screensharing = {.format = "screensharing"};

#define KIND(name, what, of, how)                                                                  \
    static const struct kind kind_##name = {.base = &kind_screensharing,                           \
                                            .action = what,                                        \
                                            .activity = ACTIVITY_##of,                             \
                                            .outcome = OUTCOME_##how}
KIND(failed, "screen_login", logon, FAILURE);
KIND(accepted, "screen_login", logon, SUCCESS);
#undef KIND

static const struct template_row templates[] = {
    {"Authentication: FAILED :: User Name: {user*} :: Viewer Address: {src_ip:ip} :: Type: "
     "{auth_method:text}",
     &kind_failed},
    {"Authentication: SUCCEEDED :: User Name: {user*} :: Viewer Address: {src_ip:ip} :: Type: "
     "{auth_method:text}",
     &kind_accepted},
};

const struct dialect dialect_screensharing = {
    .name = "screensharing",
    .summary = "macOS screensharingd: logons",
    .sample = "Nov 24 10:00:00 mac1 screensharingd[712]: Authentication: FAILED :: User Name: "
              "alice :: Viewer Address: 192.0.2.7 :: Type: DH",
    .kind = &kind_screensharing,
    .programs = {S("screensharingd")},
    .templates = templates,
    .template_count = countof(templates),
};
