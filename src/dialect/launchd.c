/* launchd.c - macOS: what launchd and the sandbox tell of others, whose name or number stands in
 * parentheses: "(com.example.agent[712]): Service exited with abnormal code: 1". */
#include "message/dialect.h"

static const struct kind kind_launchd = {.format = "launchd"};

static const struct template_row templates[] = {
    {"({address}): {report*}", NULL},
};

const struct dialect dialect_launchd = {
    .name = "launchd",
    .summary = "macOS: launchd and the sandbox about other programs",
    .sample = "Nov 24 10:00:00 mac1 com.apple.xpc.launchd[1]: (com.example.agent[712]): Service "
              "exited with abnormal code: 1",
    .kind = &kind_launchd,
    .sources = {{.product = S("macos"), .category = S(""), .service = S("")}},
    .not_linux = true,
    .programs = {S("com.apple.xpc.launchd"), S("com.apple.launchd"), S("sandboxd"), S("launchd")},
    .templates = templates,
    .template_count = countof(templates),
};
