#include "dialect/web_error.h"

static const struct column_rule columns[] = {
    {S("cs-host"), COLUMN_url_domain, VIA_TEXT},
    {S("c-uri"), COLUMN_url_original, VIA_URL},
    {S("cs-method"), COLUMN_http_method, VIA_TEXT},
    {S("cs-referer"), COLUMN_http_referrer, VIA_TEXT},
    {S("uri"), COLUMN_url_original, VIA_URL},
    {S("error"), COLUMN_event_reason, VIA_TEXT},
    {S("module"), COLUMN_event_provider, VIA_TEXT},
    {S("server"), COLUMN_destination_domain, VIA_TEXT},
    {.field = S("")},
};

static bool is_mild(str level)
{
    return str_ieq(level, S("notice")) || str_ieq(level, S("info")) || str_ieq(level, S("debug")) ||
           str_starts(level, S("trace"));
}

static void refine(const struct event *ev, struct columns *c, struct arena *a)
{
    str version = event_get(ev, S("cs-version"));

    str level = event_get(ev, S("level"));

    if (str_starts(version, S("HTTP/")))
        columns_put(c, COLUMN_http_version, VIA_TEXT, str_from_at(version, S("HTTP/").n), a);
    if (!c->type)
        c->type = is_mild(level) ? "info" : "error";
}

const struct kind web_error_kind = {
    .activity = ACTIVITY_http,
    .columns = columns,
    .refine = refine,
};

const struct kind web_error_request = {
    .base = &web_error_kind,
    .action = "http_request_error",
    .outcome = OUTCOME_FAILURE,
};

const struct kind web_error_server = {
    .base = &web_error_kind,
    .action = "http_server_error",
};

const struct kind web_error_notice = {.base = &web_error_kind, .action = "http_server_notice"};

const struct kind web_error_logon = {
    .base = &web_error_kind,
    .action = "http_logon",
    .activity = ACTIVITY_logon,
    .outcome = OUTCOME_FAILURE,
};

const struct kind web_error_denied = {
    .base = &web_error_kind,
    .action = "http_access_denied",
    .outcome = OUTCOME_FAILURE,
};

const struct kind web_error_absent = {
    .base = &web_error_kind,
    .action = "http_not_found",
    .outcome = OUTCOME_FAILURE,
};

const struct kind web_error_malformed = {
    .base = &web_error_kind,
    .action = "http_malformed_request",
    .outcome = OUTCOME_FAILURE,
};

const struct kind web_error_limited = {
    .base = &web_error_kind,
    .action = "http_limit",
    .outcome = OUTCOME_FAILURE,
};

const struct kind web_error_tls = {
    .base = &web_error_kind,
    .action = "tls_handshake",
    .activity = ACTIVITY_tls,
    .outcome = OUTCOME_FAILURE,
};

const struct kind web_error_attack = {
    .base = &web_error_kind,
    .action = "http_attack",
    .activity = ACTIVITY_detection,
    .outcome = OUTCOME_FAILURE,
};
