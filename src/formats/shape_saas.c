/*
 * shape_saas.c - audit logs of services and of Kubernetes whose own names the
 * rules use as they are.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

/* Services without a word on how a call ended log what was done. */
static void refine_operation(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev, (void)a;
    if (!c->activity)
        c->activity = activity_of_operation(c->values[COLUMN_event_action]);
}

/* ------------------------------------------------------------ Okta */

static const struct column_rule okta_columns[] = {
    TO("eventType", event_action, TEXT),
    TO("eventType", event_code, TEXT),
    TO("uuid", event_id, TEXT),
    TO("outcome.reason", event_reason, TEXT),
    TO("severity", log_level, LOWER),
    TO("actor.alternateId", user_name, TEXT),
    TO("actor.alternateId", user_email, TEXT),
    TO("actor.id", user_id, TEXT),
    TO("actor.type", user_roles, TEXT),
    TO("target.alternateId", user_target_name, TEXT),
    TO("target.id", user_target_id, TEXT),
    TO("target.displayName", resource_name, TEXT),
    TO("client.ipAddress", source_ip, ADDRESS),
    TO("request.ipChain.ip", source_ip, ADDRESS),
    TO("securityContext.domain", source_domain, TEXT),
    TO("client.userAgent.rawUserAgent", user_agent, TEXT),
    TO("debugContext.debugData.requestUri", url_original, URL),
    TO("client.device", host_name, TEXT),
    END,
};

static const struct activity_word okta_activities[] = {
    {S("user.session.start"), ACTIVITY_logon},
    {S("user.session.end"), ACTIVITY_logoff},
    {S("user.authentication.sso"), ACTIVITY_logon},
    {S("user.authentication*"), ACTIVITY_authenticate},
    {S("policy.evaluate_sign_on"), ACTIVITY_authenticate},
    {S("user.lifecycle.create"), ACTIVITY_account_create},
    {S("user.lifecycle.delete*"), ACTIVITY_account_delete},
    {S("user.lifecycle.deactivate"), ACTIVITY_account_disable},
    {S("user.lifecycle.suspend"), ACTIVITY_account_disable},
    {S("user.lifecycle.activate"), ACTIVITY_account_enable},
    {S("user.lifecycle.reactivate"), ACTIVITY_account_enable},
    {S("user.lifecycle.unsuspend"), ACTIVITY_account_enable},
    {S("user.account.lock"), ACTIVITY_account_lock},
    {S("user.account.unlock*"), ACTIVITY_account_enable},
    {S("user.account.update_password"), ACTIVITY_account_password},
    {S("user.account.reset_password"), ACTIVITY_account_reset},
    {S("user.account.privilege.grant"), ACTIVITY_privilege},
    {S("user.account.privilege.revoke"), ACTIVITY_privilege_revoke},
    {S("user.account.*"), ACTIVITY_account_change},
    {S("user.mfa.*"), ACTIVITY_account_change},
    {S("group.privilege.grant"), ACTIVITY_privilege},
    {S("group.user_membership.add"), ACTIVITY_group_add},
    {S("group.user_membership.remove"), ACTIVITY_group_remove},
    {S("application.user_membership.add"), ACTIVITY_privilege},
    {S("application.user_membership.remove"), ACTIVITY_privilege_revoke},
    {S("app.oauth2.*"), ACTIVITY_authenticate},
    {S("security.threat.detected"), ACTIVITY_detection},
    {S("security.*"), ACTIVITY_detection},
    {S(""), ACTIVITY_none},
};

/* SUCCESS, ALLOW, FAILURE, DENY; CHALLENGE, SKIPPED and UNKNOWN say nothing yet. */
static void refine_okta(const struct event *ev, struct columns *c, struct arena *a)
{
    c->outcome = verdict_of_word(event_get(ev, S("outcome.result")));
    c->activity = activity_of_word(okta_activities, c->values[COLUMN_event_action]);
    refine_operation(ev, c, a);
}

static const struct kind kind_okta = {
    .format = "okta", .own_names = true, .columns = okta_columns, .refine = refine_okta};

/* Okta's System Log. */
const struct shape shape_okta = {
    .kind = &kind_okta,
    .markers = {{S("eventType"), S("")},
                {S("actor.alternateId"), S("")},
                {S("displayMessage"), S("")}},
    .sources = {{S("okta"), S(""), S("okta")}},
    .times = {S("published")},
};

/* ------------------------------------------------------------ OneLogin */

static const struct column_rule onelogin_columns[] = {
    TO("event_type_id", event_code, TEXT),
    TO("event_type_name", event_action, TEXT),
    TO("id", event_id, TEXT),
    TO("uuid", event_id, TEXT),
    TO("error_description", event_reason, TEXT),
    TO("actor_user_name", user_name, TEXT),
    TO("user_name", user_name, TEXT),
    TO("actor_user_id", user_id, TEXT),
    TO("user_id", user_id, TEXT),
    TO("user_name", user_target_name, TEXT),
    TO("user_id", user_target_id, TEXT),
    TO("role_name", user_roles, TEXT),
    TO("ipaddr", source_ip, ADDRESS),
    TO("app_name", service_name, TEXT),
    TO("group_name", group_name, TEXT),
    TO("account_id", organization_id, TEXT),
    TO("user_agent", user_agent, TEXT),
    END,
};

/* Numbers of OneLogin's "Event types": those that tell of logons. */
static const struct {
    str number;
    uint8_t activity, outcome;
    const char *action;
} onelogin_events[] = {
    {S("5"), ACTIVITY_logon, OUTCOME_SUCCESS, "user-logged-in"},
    {S("6"), ACTIVITY_logon, OUTCOME_FAILURE, "user-login-failed"},
    {S("7"), ACTIVITY_logoff, OUTCOME_SUCCESS, "user-logged-out"},
    {S("8"), ACTIVITY_logon, OUTCOME_SUCCESS, "user-logged-in-to-app"},
    {S("9"), ACTIVITY_logon, OUTCOME_FAILURE, "user-refused-by-app"},
    {S("11"), ACTIVITY_account_password, OUTCOME_SUCCESS, "password-changed"},
    {S("13"), ACTIVITY_account_create, OUTCOME_SUCCESS, "user-created"},
    {S("14"), ACTIVITY_account_change, OUTCOME_SUCCESS, "user-updated"},
    {S("15"), ACTIVITY_account_disable, OUTCOME_SUCCESS, "user-deactivated"},
    {S("16"), ACTIVITY_account_enable, OUTCOME_SUCCESS, "user-activated"},
    {S("17"), ACTIVITY_account_delete, OUTCOME_SUCCESS, "user-deleted"},
    {S("19"), ACTIVITY_account_lock, OUTCOME_SUCCESS, "user-locked"},
    {S("21"), ACTIVITY_account_disable, OUTCOME_SUCCESS, "user-suspended"},
    {S("154"), ACTIVITY_authenticate, OUTCOME_FAILURE, "otp-failed"},
};

static void refine_onelogin(const struct event *ev, struct columns *c, struct arena *a)
{
    for (size_t i = 0; i < countof(onelogin_events); i++) {
        if (!str_eq(c->values[COLUMN_event_code], onelogin_events[i].number))
            continue;
        c->activity = onelogin_events[i].activity;
        c->outcome = onelogin_events[i].outcome;
        columns_put(c, COLUMN_event_action, VIA_TEXT, str_from(onelogin_events[i].action), a);
    }
    if (event_get(ev, S("error_description")).n)
        c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_onelogin = {.format = "onelogin",
                                          .own_names = true,
                                          .columns = onelogin_columns,
                                          .refine = refine_onelogin};

const struct shape shape_onelogin = {
    .kind = &kind_onelogin,
    .markers = {{S("event_type_id"), S("")}, {S("user_id"), S("")}},
    .sources = {{S("onelogin"), S(""), S("onelogin.events")}},
    .times = {S("created_at"), S("event_timestamp")},
};

/* ------------------------------------------------------------ GitHub */

static const struct column_rule github_columns[] = {
    TO("action", event_action, TEXT),
    TO("_document_id", event_id, TEXT),
    TO("actor", user_name, TEXT),
    TO("actor_id", user_id, TEXT),
    TO("user", user_target_name, TEXT),
    TO("user_id", user_target_id, TEXT),
    TO("team", group_name, TEXT),
    TO("actor_ip", source_ip, ADDRESS),
    TO("user_agent", user_agent, TEXT),
    TO("org", organization_id, TEXT),
    TO("business", organization_id, TEXT),
    TO("repo", resource_name, TEXT),
    TO("repository", resource_name, TEXT),
    TO("name", resource_name, TEXT),
    TO("message", event_reason, TEXT),
    TO("explanation", event_reason, TEXT),
    END,
};

static const struct activity_word github_activities[] = {
    {S("user.login"), ACTIVITY_logon},
    {S("user.failed_login"), ACTIVITY_logon},
    {S("user.logout"), ACTIVITY_logoff},
    {S("org.sso_response"), ACTIVITY_authenticate},
    {S("business.sso_response"), ACTIVITY_authenticate},
    {S("external_identity.*"), ACTIVITY_account_change},
    {S("org.add_member"), ACTIVITY_group_add},
    {S("org.remove_member"), ACTIVITY_group_remove},
    {S("team.add_member"), ACTIVITY_group_add},
    {S("team.remove_member"), ACTIVITY_group_remove},
    {S("repo.add_member"), ACTIVITY_group_add},
    {S("repo.remove_member"), ACTIVITY_group_remove},
    {S("business.add_admin"), ACTIVITY_privilege},
    {S("business.remove_admin"), ACTIVITY_privilege_revoke},
    {S("business.add_organization"), ACTIVITY_api_create},
    {S("org.update_member"), ACTIVITY_privilege},
    {S("repository_vulnerability_alert.*"), ACTIVITY_vulnerability},
    {S("secret_scanning_alert.*"), ACTIVITY_detection},
    {S("git.clone"), ACTIVITY_api_read},
    {S("git.fetch"), ACTIVITY_api_read},
    {S("git.push"), ACTIVITY_api_update},
    {S(""), ACTIVITY_none},
};

/* What stands in the log was done, but for what its name says was not. */
static void refine_github(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = c->values[COLUMN_event_action];
    bool failed = str_find(action, S("fail")) || str_find(action, S("reject")) ||
                  str_find(action, S("denied"));

    c->outcome = failed ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    c->activity = activity_of_word(github_activities, action);
    refine_operation(ev, c, a);
}

static const struct kind kind_github = {
    .format = "github", .own_names = true, .columns = github_columns, .refine = refine_github};

const struct shape shape_github_stream = {
    .kind = &kind_github,
    .markers = {{S("action"), S("")}, {S("_document_id"), S("")}},
    .sources = {{S("github"), S(""), S("audit")}},
    .times = {S("@timestamp"), S("created_at")},
};

const struct shape shape_github_audit = {
    .kind = &kind_github,
    .markers = {{S("action"), S("")}, {S("actor"), S("")}, {S("created_at"), S("")}},
    .sources = {{S("github"), S(""), S("audit")}},
    .times = {S("@timestamp"), S("created_at")},
};

/* ------------------------------------------------------------ Bitbucket, GitLab, Duo */

static const struct column_rule bitbucket_columns[] = {
    TO("auditType.action", event_action, TEXT),
    TO("auditType.category", event_provider, TEXT),
    TO("auditType.level", log_level, LOWER),
    TO("author.name", user_name, TEXT),
    TO("author.id", user_id, TEXT),
    TO("source", source_ip, ADDRESS),
    TO("node", host_name, TEXT),
    TO("affectedObjects.name", resource_name, TEXT),
    END,
};

static void refine_bitbucket(const struct event *ev, struct columns *c, struct arena *a)
{
    str action = c->values[COLUMN_event_action];

    if (str_find(action, S("login")))
        c->activity = ACTIVITY_logon;
    c->outcome = str_find(action, S("fail")) || str_find(action, S("denied")) ? OUTCOME_FAILURE
                                                                              : OUTCOME_SUCCESS;
    refine_operation(ev, c, a);
}

static const struct kind kind_bitbucket = {.format = "bitbucket",
                                           .own_names = true,
                                           .columns = bitbucket_columns,
                                           .refine = refine_bitbucket};

const struct shape shape_bitbucket = {
    .kind = &kind_bitbucket,
    .markers = {{S("auditType.category"), S("")}, {S("auditType.action"), S("")}},
    .sources = {{S("bitbucket"), S(""), S("audit")}},
    .times = {S("timestamp.epochSecond"), S("timestamp"), S("createdDate")},
};

static const struct column_rule gitlab_columns[] = {
    TO("details.custom_message", event_action, TEXT),
    TO("custom_message", event_action, TEXT),
    TO("event_name", event_action, TEXT),
    TO("event_type", event_action, TEXT),
    TO("details.failed_login", event_reason, TEXT),
    TO("failed_login", event_reason, TEXT),
    TO("id", event_id, TEXT),
    TO("details.author_name", user_name, TEXT),
    TO("author_name", user_name, TEXT),
    TO("author_id", user_id, TEXT),
    TO("details.ip_address", source_ip, ADDRESS),
    TO("ip_address", source_ip, ADDRESS),
    TO("details.target_details", user_target_name, TEXT),
    TO("target_details", user_target_name, TEXT),
    TO("details.entity_path", resource_name, TEXT),
    TO("entity_path", resource_name, TEXT),
    END,
};

static void refine_gitlab(const struct event *ev, struct columns *c, struct arena *a)
{
    bool failed = event_get(ev, S("details.failed_login")).n || event_get(ev, S("failed_login")).n;
    bool in = event_get(ev, S("details.with")).n || event_get(ev, S("with")).n || failed;

    c->outcome = failed ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    c->activity = in                                     ? ACTIVITY_logon
                  : event_get(ev, S("details.add")).n    ? ACTIVITY_api_create
                  : event_get(ev, S("details.remove")).n ? ACTIVITY_api_delete
                  : event_get(ev, S("details.change")).n ? ACTIVITY_api_update
                                                         : ACTIVITY_none;
    refine_operation(ev, c, a);
}

static const struct kind kind_gitlab = {
    .format = "gitlab", .own_names = true, .columns = gitlab_columns, .refine = refine_gitlab};

/* GitLab's audit events, from its API and from audit_json.log. */
const struct shape shape_gitlab = {
    .kind = &kind_gitlab,
    .markers = {{S("author_id"), S("")}, {S("entity_type"), S("")}, {S("entity_id"), S("")}},
    .sources = {{S("gitlab"), S(""), S("audit")}},
    .times = {S("created_at"), S("time")},
};

static const struct column_rule gitlab_request_columns[] = {
    TO("action", event_action, TEXT),     TO("controller", event_provider, TEXT),
    TO("correlation_id", event_id, TEXT), TO("exception.message", event_reason, TEXT),
    TO("severity", log_level, LOWER),     TO("username", user_name, TEXT),
    TO("meta.user", user_name, TEXT),     TO("user_id", user_id, TEXT),
    TO("remote_ip", source_ip, ADDRESS),  TO("path", url_original, URL),
    TO("method", http_method, TEXT),      TO("status", http_status, TEXT),
    TO("ua", user_agent, TEXT),           END,
};

/* A refused password is answered as 200 or 422 by the page of the form; the exception tells. */
static void refine_gitlab_request(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome = verdict_of_http(c->values[COLUMN_http_status]);
    if (event_get(ev, S("exception.class")).n || event_get(ev, S("exception.message")).n)
        c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_gitlab_request = {
    .format = "gitlab",
    .own_names = true,
    .activity = ACTIVITY_http,
    .columns = gitlab_request_columns,
    .refine = refine_gitlab_request,
};

/* production_json.log and api_json.log. */
const struct shape shape_gitlab_request = {
    .kind = &kind_gitlab_request,
    .markers = {{S("method"), S("")},
                {S("path"), S("")},
                {S("status"), S("")},
                {S("remote_ip"), S("")},
                {S("params.key"), S("")}},
    .sources = {{S("gitlab"), S("webserver"), S("")}},
    .times = {S("time")},
};

static const struct column_rule duo_columns[] = {
    TO("action", event_action, TEXT),
    TO("event_type", event_action, TEXT),
    TO("eventtype", event_action, TEXT),
    TO("txid", event_id, TEXT),
    TO("factor", event_code, TEXT),
    TO("reason", event_reason, TEXT),
    TO("user.name", user_name, TEXT),
    TO("username", user_name, TEXT),
    TO("user.key", user_id, TEXT),
    TO("email", user_email, TEXT),
    TO("user.groups", group_name, TEXT),
    TO("access_device.ip", source_ip, ADDRESS),
    TO("access_device.hostname", source_domain, TEXT),
    TO("application.name", service_name, TEXT),
    TO("object", resource_name, TEXT),
    END,
};

static const struct activity_word duo_activities[] = {
    {S("admin_log"), ACTIVITY_entity_change},
    {S("telephony_log"), ACTIVITY_authenticate},
    {S("offline_log"), ACTIVITY_authenticate},
    {S("auth*"), ACTIVITY_logon},
    {S(""), ACTIVITY_none},
};

static void refine_duo(const struct event *ev, struct columns *c, struct arena *a)
{
    str result = event_get(ev, S("result")), action = event_get(ev, S("action"));

    c->outcome = verdict_of_word(result);
    if (event_get(ev, S("factor")).n || event_get(ev, S("access_device.ip")).n ||
        str_eq(action, S("admin_login")) || str_eq(action, S("admin_login_error")))
        c->activity = ACTIVITY_logon;
    if (str_ends(action, S("_error")))
        c->outcome = OUTCOME_FAILURE;
    if (!c->activity)
        c->activity = activity_of_word(duo_activities, event_get(ev, S("eventtype")));
    refine_operation(ev, c, a);
}

static const struct kind kind_duo = {
    .format = "duo", .own_names = true, .columns = duo_columns, .refine = refine_duo};

/* Logs of the Admin API, as collectors mark them: of administrators, telephony, offline access. */
const struct shape shape_duo_log = {
    .kind = &kind_duo,
    .markers = {{S("eventtype"), S("*_log")}},
    .sources = {{S("cisco"), S(""), S("duo")}},
    .times = {S("isotimestamp"), S("ts"), S("timestamp")},
};

const struct shape shape_duo = {
    .kind = &kind_duo,
    .markers = {{S("access_device.ip"), S("")}, {S("factor"), S("")}},
    .sources = {{S("cisco"), S(""), S("duo")}},
    .times = {S("isotimestamp"), S("timestamp")},
};

/* ------------------------------------------------------------ OpenCanary */

static const struct column_rule opencanary_columns[] = {
    TO("logtype", event_code, TEXT),
    TO("logdata.USERNAME", user_name, TEXT),
    TO("logdata.msg.logdata", event_reason, TEXT),
    TO("src_host", source_ip, ADDRESS),
    TO("src_port", source_port, TEXT),
    TO("dst_host", destination_ip, ADDRESS),
    TO("dst_port", destination_port, TEXT),
    TO("node_id", host_name, TEXT),
    TO("logdata.PATH", url_original, URL),
    TO("logdata.USERAGENT", user_agent, TEXT),
    END,
};

/* Nothing that a honeypot offers is to be had. */
static const struct kind kind_opencanary = {
    .format = "opencanary",
    .own_names = true,
    .action = "honeypot-touched",
    .activity = ACTIVITY_detection,
    .outcome = OUTCOME_FAILURE,
    .columns = opencanary_columns,
};

const struct shape shape_opencanary = {
    .kind = &kind_opencanary,
    .markers = {{S("logtype"), S("")}, {S("node_id"), S("")}, {S("src_host"), S("")}},
    .sources = {{S("opencanary"), S("application"), S("")}},
    .times = {S("utc_time"), S("local_time_adjusted"), S("local_time")},
};

/* ------------------------------------------------------------ Nextcloud */

static const struct column_rule nextcloud_columns[] = {
    TO("app", event_provider, TEXT),
    TO("reqId", event_id, TEXT),
    TO("level", log_level, TEXT),
    TO("message", event_reason, TEXT),
    TO("user", user_name, TEXT),
    TO("url", url_original, URL),
    TO("method", http_method, TEXT),
    TO("userAgent", user_agent, TEXT),
    END,
};

/* "Login failed: 'alice' (Remote IP: '192.0.2.7')": whoever logs on chooses the name, and may write
 * such an end into it; the address is the last, and the name all that stands before. */
static void refine_nextcloud(const struct event *ev, struct columns *c, struct arena *a)
{
    str text = event_get(ev, S("message")), failed = S("Login failed: "),
        between = S(" (Remote IP: ");
    bool refused = str_starts(text, failed);

    if (refused && str_ends(text, S("')"))) {
        size_t at = text.n;
        while (at > failed.n && !str_starts(str_from_at(text, at), between))
            at--;
        str name = {text.p + failed.n, at - failed.n}, ip = str_from_at(text, at);
        if (name.n > 2 && ip.n > between.n + 3) {
            columns_put(c, COLUMN_user_name, VIA_TEXT, (str){name.p + 1, name.n - 2}, a);
            columns_put(c, COLUMN_source_ip, VIA_ADDRESS,
                        (str){ip.p + between.n + 1, ip.n - between.n - 3}, a);
        }
    }
    columns_put(c, COLUMN_source_ip, VIA_ADDRESS, event_get(ev, S("remoteAddr")), a);
    bool logon = refused || str_starts(text, S("Login successful: ")) ||
                 str_starts(text, S("Login attempt: "));
    c->activity = logon ? ACTIVITY_logon : ACTIVITY_web_resource;
    columns_put(c, COLUMN_event_action, VIA_TEXT, logon ? S("login") : S(""), a);
    if (refused || str_starts(text, S("Login successful: ")))
        c->outcome = refused ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
}

static const struct kind kind_nextcloud = {.format = "nextcloud",
                                           .own_names = true,
                                           .columns = nextcloud_columns,
                                           .refine = refine_nextcloud};

/* nextcloud.log and audit.log. */
const struct shape shape_nextcloud = {
    .kind = &kind_nextcloud,
    .markers = {{S("reqId"), S("")}, {S("remoteAddr"), S("")}, {S("app"), S("")}},
    .sources = {{S("nextcloud"), S(""), S("")}},
    .times = {S("time")},
};
