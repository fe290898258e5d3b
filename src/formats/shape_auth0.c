/*
 * shape_auth0.c - Auth0's tenant logs, from the API, the log stream ({"log_id", "data": {...}}) and
 * collectors that keep that below "json". What happened is a code of one to a few letters: "Log
 * Event Type Codes" of Auth0's manual.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

static const struct {
    str code;
    const char *action;
    uint8_t activity, outcome;
} codes[] = {
    {S("s"), "successful-login", ACTIVITY_logon, OUTCOME_SUCCESS},
    {S("ssa"), "successful-silent-authentication", ACTIVITY_logon, OUTCOME_SUCCESS},
    {S("f"), "failed-login", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("fp"), "incorrect-password", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("fu"), "invalid-username-or-email", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("fsa"), "failed-silent-authentication", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("fc"), "failed-by-connector", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("fco"), "failed-by-cors", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("fcoa"), "failed-cross-origin-authentication", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("scoa"), "successful-cross-origin-authentication", ACTIVITY_logon, OUTCOME_SUCCESS},
    {S("fn"), "failed-notification", ACTIVITY_mail_send, OUTCOME_FAILURE},
    {S("fens"), "failed-native-social-login", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("sens"), "successful-native-social-login", ACTIVITY_logon, OUTCOME_SUCCESS},
    {S("w"), "warnings-during-login", ACTIVITY_authenticate, OUTCOME_UNTOLD},
    {S("slo"), "user-successfully-logged-out", ACTIVITY_logoff, OUTCOME_SUCCESS},
    {S("flo"), "user-logout-failed", ACTIVITY_logoff, OUTCOME_FAILURE},
    {S("limit_wc"), "blocked-account", ACTIVITY_account_lock, OUTCOME_FAILURE},
    {S("limit_mu"), "blocked-ip-address", ACTIVITY_detection, OUTCOME_FAILURE},
    {S("limit_sul"), "user-login-too-often", ACTIVITY_logon, OUTCOME_FAILURE},
    {S("limit_ui"), "too-many-calls-to-userinfo", ACTIVITY_authenticate, OUTCOME_FAILURE},
    {S("limit_delegation"), "too-many-calls-to-delegation", ACTIVITY_authenticate, OUTCOME_FAILURE},
    {S("pwd_leak"), "breached-password", ACTIVITY_detection, OUTCOME_FAILURE},
    {S("signup_pwd_leak"), "breached-password-on-signup", ACTIVITY_detection, OUTCOME_FAILURE},
    {S("reset_pwd_leak"), "breached-password-on-reset", ACTIVITY_detection, OUTCOME_FAILURE},
    {S("ss"), "successful-signup", ACTIVITY_account_create, OUTCOME_SUCCESS},
    {S("fs"), "failed-signup", ACTIVITY_account_create, OUTCOME_FAILURE},
    {S("sv"), "successful-verification-email", ACTIVITY_account_change, OUTCOME_SUCCESS},
    {S("fv"), "failed-verification-email", ACTIVITY_account_change, OUTCOME_FAILURE},
    {S("svr"), "successful-verification-request", ACTIVITY_account_change, OUTCOME_SUCCESS},
    {S("fvr"), "failed-verification-request", ACTIVITY_account_change, OUTCOME_FAILURE},
    {S("sui"), "successful-user-import", ACTIVITY_account_create, OUTCOME_SUCCESS},
    {S("fui"), "failed-user-import", ACTIVITY_account_create, OUTCOME_FAILURE},
    {S("scp"), "successful-change-password", ACTIVITY_account_password, OUTCOME_SUCCESS},
    {S("fcp"), "failed-change-password", ACTIVITY_account_password, OUTCOME_FAILURE},
    {S("scpr"), "successful-change-password-request", ACTIVITY_account_reset, OUTCOME_SUCCESS},
    {S("fcpr"), "failed-change-password-request", ACTIVITY_account_reset, OUTCOME_FAILURE},
    {S("sce"), "successful-change-email", ACTIVITY_account_change, OUTCOME_SUCCESS},
    {S("fce"), "failed-change-email", ACTIVITY_account_change, OUTCOME_FAILURE},
    {S("scu"), "successful-change-username", ACTIVITY_account_change, OUTCOME_SUCCESS},
    {S("fcu"), "failed-change-username", ACTIVITY_account_change, OUTCOME_FAILURE},
    {S("scpn"), "successful-change-phone-number", ACTIVITY_account_change, OUTCOME_SUCCESS},
    {S("fcpn"), "failed-change-phone-number", ACTIVITY_account_change, OUTCOME_FAILURE},
    {S("sdu"), "successful-user-deletion", ACTIVITY_account_delete, OUTCOME_SUCCESS},
    {S("fdu"), "failed-user-deletion", ACTIVITY_account_delete, OUTCOME_FAILURE},
    {S("du"), "deleted-user", ACTIVITY_account_delete, OUTCOME_SUCCESS},
    {S("ublkdu"), "user-block-removed", ACTIVITY_account_enable, OUTCOME_SUCCESS},
    {S("mfar"), "mfa-required", ACTIVITY_authenticate, OUTCOME_UNTOLD},
    {S("gd_auth_succeed"), "mfa-succeeded", ACTIVITY_authenticate, OUTCOME_SUCCESS},
    {S("gd_auth_failed"), "mfa-failed", ACTIVITY_authenticate, OUTCOME_FAILURE},
    {S("gd_auth_rejected"), "mfa-rejected", ACTIVITY_authenticate, OUTCOME_FAILURE},
    {S("gd_otp_rate_limit_exceed"), "too-many-mfa-failures", ACTIVITY_authenticate,
     OUTCOME_FAILURE},
    {S("gd_recovery_failed"), "mfa-recovery-failed", ACTIVITY_authenticate, OUTCOME_FAILURE},
    {S("gd_recovery_succeed"), "mfa-recovery-succeeded", ACTIVITY_authenticate, OUTCOME_SUCCESS},
    {S("gd_enrollment_complete"), "mfa-enrolment-complete", ACTIVITY_account_change,
     OUTCOME_SUCCESS},
    {S("gd_unenroll"), "mfa-device-removed", ACTIVITY_account_change, OUTCOME_SUCCESS},
    {S("gd_user_delete"), "mfa-account-deleted", ACTIVITY_account_change, OUTCOME_SUCCESS},
    {S("seacft"), "successful-exchange", ACTIVITY_ticket, OUTCOME_SUCCESS},
    {S("feacft"), "failed-exchange", ACTIVITY_ticket, OUTCOME_FAILURE},
    {S("seccft"), "successful-exchange", ACTIVITY_ticket, OUTCOME_SUCCESS},
    {S("feccft"), "failed-exchange", ACTIVITY_ticket, OUTCOME_FAILURE},
    {S("sepft"), "successful-exchange", ACTIVITY_ticket, OUTCOME_SUCCESS},
    {S("fepft"), "failed-exchange", ACTIVITY_ticket, OUTCOME_FAILURE},
    {S("sertft"), "successful-exchange", ACTIVITY_ticket, OUTCOME_SUCCESS},
    {S("fertft"), "failed-exchange", ACTIVITY_ticket, OUTCOME_FAILURE},
    {S("ferrt"), "failed-exchange-of-rotated-token", ACTIVITY_ticket, OUTCOME_FAILURE},
    {S("sapi"), "successful-api-operation", ACTIVITY_api, OUTCOME_SUCCESS},
    {S("fapi"), "failed-api-operation", ACTIVITY_api, OUTCOME_FAILURE},
    {S("mgmt_api_read"), "management-api-read", ACTIVITY_api_read, OUTCOME_SUCCESS},
    {S("admin_update_launch"), "authentication-launched", ACTIVITY_config_change, OUTCOME_SUCCESS},
    {S("sys_os_update_start"), "system-update-started", ACTIVITY_config_change, OUTCOME_UNTOLD},
    {S("sys_update_start"), "system-update-started", ACTIVITY_config_change, OUTCOME_UNTOLD},
    {S("depnote"), "deprecation-notice", ACTIVITY_none, OUTCOME_UNTOLD},
};

/* Below one of the two names that the object has. */
#define OF(name, column, via) TO("data." name, column, via), TO(name, column, via)

static const struct column_rule auth0_columns[] = {
    OF("type", event_code, TEXT),
    TO("log_id", event_id, TEXT),
    OF("description", event_reason, TEXT),
    OF("user_name", user_name, TEXT),
    OF("user_id", user_id, TEXT),
    OF("ip", source_ip, ADDRESS),
    OF("user_agent", user_agent, TEXT),
    OF("hostname", destination_domain, TEXT),
    OF("client_name", service_name, TEXT),
    OF("connection", rule_category, TEXT),
    END,
};

static void refine_auth0(const struct event *ev, struct columns *c, struct arena *a)
{
    str code = c->values[COLUMN_event_code], user = c->values[COLUMN_user_name];

    (void)ev;
    for (size_t i = 0; i < countof(codes); i++) {
        if (!str_eq(codes[i].code, code))
            continue;
        columns_put(c, COLUMN_event_action, VIA_TEXT, str_from(codes[i].action), a);
        c->activity = codes[i].activity;
        c->outcome = codes[i].outcome;
    }
    if (user.n && memchr(user.p, '@', user.n))
        columns_put(c, COLUMN_user_email, VIA_TEXT, user, a);
}

static const struct kind kind_auth0 = {
    .format = "auth0", .own_names = true, .columns = auth0_columns, .refine = refine_auth0};

const struct shape shape_auth0_stream = {
    .kind = &kind_auth0,
    .markers = {{S("log_id"), S("")}, {S("data.type"), S("")}, {S("data.date"), S("")}},
    .sources = {{S("auth0"), S(""), S("")}},
    .times = {S("data.date")},
};

const struct shape shape_auth0 = {
    .kind = &kind_auth0,
    .markers = {{S("log_id"), S("")},
                {S("type"), S("")},
                {S("date"), S("")},
                {S("client_id"), S("")}},
    .sources = {{S("auth0"), S(""), S("")}},
    .times = {S("date")},
};

const struct shape shape_auth0_wrapped = {
    .markers = {{S("json.log_id"), S("")}, {S("json.data.type"), S("")}},
    .wrapper = true,
    .prefixes = {{.prefix = S("json.")}},
};
