/*
 * shape_m365.c - Microsoft 365's unified audit log (Office 365 Management
 * Activity API schema). Rules call the workload eventSource and the operation, or
 * an alert's name, eventName.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

static const struct column_constant m365_constants[] = {
    ALWAYS(cloud_provider, "azure"),
    ALWAYS(observer_vendor, "Microsoft"),
    ALWAYS_END,
};

static const struct column_rule m365_columns[] = {
    TO("Operation", event_action, TEXT),
    TO("eventName", event_action, TEXT),
    TO("RecordType", event_code, TEXT),
    TO("Id", event_id, TEXT),
    TO("Workload", event_provider, TEXT),
    TO("eventSource", event_provider, TEXT),
    TO("LogonError", event_reason, TEXT),
    TO("ResultStatusDetail", event_reason, TEXT),
    TO("Severity", log_level, LOWER),
    TO("UserId", user_name, TEXT),
    TO("UserKey", user_id, TEXT),
    TO("ClientIP", source_ip, ADDRESS),
    TO("ClientIPAddress", source_ip, ADDRESS),
    TO("ActorIpAddress", source_ip, ADDRESS),
    TO("SenderIp", source_ip, ADDRESS),
    TO("UserAgent", user_agent, TEXT),
    TO("ClientInfoString", user_agent, TEXT),
    TO("OrganizationId", organization_id, TEXT),
    TO("ObjectId", resource_name, TEXT),
    TO("MailboxOwnerUPN", user_target_name, TEXT),
    TO("TargetUserOrGroupName", user_target_name, TEXT),
    TO("SourceFileName", file_name, TEXT),
    TO("DeviceName", host_name, TEXT),
    TO("P2Sender", email_from, TEXT),
    TO("P1Sender", email_from, TEXT),
    TO("Recipients", email_to, TEXT),
    TO("Subject", email_subject, TEXT),
    TO("InternetMessageId", email_id, TEXT),
    TO("Item.InternetMessageId", email_id, TEXT),
    TO("Item.Subject", email_subject, TEXT),
    TO("AlertId", rule_id, TEXT),
    TO("PolicyId", rule_id, TEXT),
    TO("Name", rule_name, TEXT),
    TO("PolicyDetails.PolicyName", rule_name, TEXT),
    TO("Category", rule_category, TEXT),
    END,
};

static const struct activity_word m365_activities[] = {
    {S("UserLoggedIn"), ACTIVITY_logon},
    {S("UserLoginFailed"), ACTIVITY_logon},
    {S("MailboxLogin"), ACTIVITY_logon},
    {S("TeamsSessionStarted"), ACTIVITY_session_open},
    {S("Add user."), ACTIVITY_account_create},
    {S("Delete user."), ACTIVITY_account_delete},
    {S("Update user."), ACTIVITY_account_change},
    {S("Change user password."), ACTIVITY_account_password},
    {S("Reset user password."), ACTIVITY_account_reset},
    {S("Disable account."), ACTIVITY_account_disable},
    {S("Enable account."), ACTIVITY_account_enable},
    {S("Add member to group."), ACTIVITY_group_add},
    {S("Remove member from group."), ACTIVITY_group_remove},
    {S("MemberAdded"), ACTIVITY_group_add},
    {S("MemberRemoved"), ACTIVITY_group_remove},
    {S("Add member to role."), ACTIVITY_privilege},
    {S("Remove member from role."), ACTIVITY_privilege_revoke},
    {S("Consent to application."), ACTIVITY_privilege},
    {S("Add-MailboxPermission"), ACTIVITY_privilege},
    {S("AlertTriggered"), ACTIVITY_detection},
    {S("AlertEntityGenerated"), ACTIVITY_detection},
    {S("TIMailData"), ACTIVITY_detection},
    {S("TIUrlClickData"), ACTIVITY_detection},
    {S("FileMalwareDetected"), ACTIVITY_malware},
    {S("FileAccessed*"), ACTIVITY_file_read},
    {S("FileDownloaded"), ACTIVITY_file_read},
    {S("FilePreviewed"), ACTIVITY_file_read},
    {S("FileSyncDownloaded*"), ACTIVITY_file_read},
    {S("FileUploaded"), ACTIVITY_file_create},
    {S("FileSyncUploaded*"), ACTIVITY_file_create},
    {S("FileCopied"), ACTIVITY_file_create},
    {S("FileModified*"), ACTIVITY_file_update},
    {S("FileRenamed"), ACTIVITY_file_rename},
    {S("FileMoved"), ACTIVITY_file_rename},
    {S("FileDeleted*"), ACTIVITY_file_delete},
    {S("FileRecycled"), ACTIVITY_file_delete},
    {S("File*"), ACTIVITY_file_read},
    {S("AddedToSecureLink"), ACTIVITY_file_change},
    {S("SecureLink*"), ACTIVITY_file_read},
    {S("AnonymousLink*"), ACTIVITY_file_change},
    {S("SharingSet"), ACTIVITY_file_change},
    {S("Add group."), ACTIVITY_group_change},
    {S("Update group."), ACTIVITY_group_change},
    {S("Delete group."), ACTIVITY_group_change},
    {S("Send*"), ACTIVITY_mail_send},
    {S("SoftDelete"), ACTIVITY_mail},
    {S("HardDelete"), ACTIVITY_mail},
    {S("MoveToDeletedItems"), ACTIVITY_mail},
    {S("UpdateInboxRules"), ACTIVITY_mail},
    {S("New-InboxRule"), ACTIVITY_mail},
    {S("Set-InboxRule"), ACTIVITY_mail},
    {S("AtpDetection"), ACTIVITY_detection},
    {S("MailItemsAccessed"), ACTIVITY_mail},
    {S("Set-*"), ACTIVITY_api_update},
    {S("New-*"), ACTIVITY_api_create},
    {S("Remove-*"), ACTIVITY_api_delete},
    {S(""), ACTIVITY_none},
};

static const struct activity_word m365_workloads[] = {
    {S("AzureActiveDirectory"), ACTIVITY_entity_change},
    {S("Exchange"), ACTIVITY_mail},
    {S(""), ACTIVITY_none},
};

/* Without a status the operation was done, but for what its name says was not; an alert tells of
 * no end. */
static enum outcome outcome_of_operation(str operation, uint8_t activity)
{
    static const str refused[] = {S("Fail"), S("Denied"), S("Block"), S("Reject")};

    for (size_t i = 0; i < countof(refused); i++)
        if (str_find(operation, refused[i]))
            return OUTCOME_FAILURE;
    return activity == ACTIVITY_detection || activity == ACTIVITY_malware ? OUTCOME_UNTOLD
                                                                          : OUTCOME_SUCCESS;
}

/* ResultStatus is "True", "Succeeded", "Success", "PartiallySucceeded" or "False", "Failed"; of
 * sign-ins the operation itself says it, as ResultStatus does not. */
static void refine_m365(const struct event *ev, struct columns *c, struct arena *a)
{
    str operation = c->values[COLUMN_event_action], result = event_get(ev, S("ResultStatus"));

    c->outcome = verdict_of_word(result);
    if (str_ieq(result, S("PartiallySucceeded")))
        c->outcome = OUTCOME_SUCCESS;
    if (str_eq(operation, S("UserLoginFailed")))
        c->outcome = OUTCOME_FAILURE;
    if (!c->outcome && result.n && verdict_of_code(result))
        c->outcome = verdict_of_code(result);
    c->activity = activity_of_word(m365_activities, operation);
    if (!c->activity)
        c->activity = activity_of_word(m365_workloads, event_get(ev, S("Workload")));
    if (!c->activity)
        c->activity = activity_of_operation(operation);
    if (!result.n && !c->outcome && operation.n)
        c->outcome = outcome_of_operation(operation, c->activity);
    str object = event_get(ev, S("ObjectId"));
    bool is_url = str_starts(object, S("https://")) || str_starts(object, S("http://"));
    columns_put(c, COLUMN_url_original, VIA_URL, is_url ? object : event_get(ev, S("SiteUrl")), a);
    str user = c->values[COLUMN_user_name];
    if (user.n && memchr(user.p, '@', user.n))
        columns_put(c, COLUMN_user_email, VIA_TEXT, user, a);
}

static const struct kind kind_m365 = {
    .format = "m365_audit",
    .own_names = true,
    .columns = m365_columns,
    .constants = m365_constants,
    .refine = refine_m365,
};

static const struct shape_alias m365_names[] = {
    {.from = S("Workload"), .to = S("eventSource")},
    {.from = S("Name"),
     .to = S("eventName"),
     .name = S("Workload"),
     .value = S("SecurityComplianceCenter")},
    {.from = S("Operation"), .to = S("eventName")},
    {.from = S("Data"), .to = S("Payload")},
    {.from = S("")},
};

static const struct shape_alias m365_texts[] = {
    {.from = S("Parameters"), .to = S("Parameters")},
    {.from = S("OperationProperties"), .to = S("OperationProperties")},
    {.from = S("")},
};

static const str m365_asked[] = {S("ResultStatus"), S("status"), S("Workload"), S("")};

/* "True", "Success", "Succeeded" and, of alerts, nothing at all: what the rules call success. */
static void m365_extra(const struct shaping *s)
{
    const struct field *result = shape_get(s, S("ResultStatus"));
    const struct field *workload = shape_get(s, S("Workload"));
    bool success =
        !result || str_eq(result->value, S("True")) || str_starts(result->value, S("Succe"));

    if (workload && str_eq(workload->value, S("SecurityComplianceCenter"))) {
        shape_add_source(s, (struct shape_source){S("m365"), S(""), S("threat_management")});
        shape_add_source(s, (struct shape_source){S("m365"), S(""), S("threat_detection")});
    } else if (workload && str_eq(workload->value, S("Exchange"))) {
        shape_add_source(s, (struct shape_source){S("m365"), S(""), S("exchange")});
    }
    if (!shape_get(s, S("status")))
        shape_add(
            s, (struct field){.name = S("status"), .value = success ? S("success") : S("failure")});
    shape_pairs(s, S("ExtendedProperties.Name"), S("ExtendedProperties.Value"), S(""), CASE_KEPT);
}

const struct shape shape_m365_audit = {
    .kind = &kind_m365,
    .markers = {{S("Workload"), S("")}, {S("Operation"), S("")}, {S("RecordType"), S("")}},
    .extra = m365_extra,
    .names = m365_asked,
    .aliases = {m365_names},
    .texts = m365_texts,
    .sources = {{S("m365"), S(""), S("audit")}},
    .times = {S("CreationTime")},
};

/* Records that lost their operation on the way. */
const struct shape shape_m365_record = {
    .kind = &kind_m365,
    .markers = {{S("Workload"), S("")},
                {S("RecordType"), S("")},
                {S("CreationTime"), S("")},
                {S("OrganizationId"), S("")}},
    .extra = m365_extra,
    .names = m365_asked,
    .aliases = {m365_names},
    .texts = m365_texts,
    .sources = {{S("m365"), S(""), S("audit")}},
    .times = {S("CreationTime")},
};

/* Alerts that were given the rules' names on the way. */
const struct shape shape_m365_alert = {
    .kind = &kind_m365,
    .markers = {{S("eventSource"), S("SecurityComplianceCenter")}, {S("eventName"), S("")}},
    .sources = {{S("m365"), S(""), S("threat_management")},
                {S("m365"), S(""), S("threat_detection")}},
    .times = {S("CreationTime"), S("eventTime")},
};

const struct shape shape_m365_exchange = {
    .kind = &kind_m365,
    .markers = {{S("eventSource"), S("Exchange")}, {S("eventName"), S("")}},
    .sources = {{S("m365"), S(""), S("exchange")}},
    .times = {S("CreationTime"), S("eventTime")},
};
