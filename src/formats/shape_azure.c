/*
 * shape_azure.c - Microsoft Entra ID and Azure: the same logs come through
 * diagnostic settings (camelCase below "properties"), Microsoft Graph (camelCase
 * at the top) and Log Analytics (PascalCase columns). Sigma's rules use the names
 * of all three, and "properties.message" for the activity's display name.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

static const struct column_constant azure_constants[] = {
    ALWAYS(cloud_provider, "azure"),
    ALWAYS(observer_vendor, "Microsoft"),
    ALWAYS_END,
};

/* The three spellings of a field, the best known first. */
#define SPELT(properties, graph, table, column, via)                                               \
    TO("properties." properties, column, via), TO(graph, column, via), TO(table, column, via)

/* ------------------------------------------------------------ sign-ins */

static const struct column_rule signin_columns[] = {
    TO("operationName", event_action, TEXT),
    TO("OperationName", event_action, TEXT),
    TO("resultType", event_code, TEXT),
    TO("ResultType", event_code, TEXT),
    SPELT("status.errorCode", "status.errorCode", "Status.errorCode", event_code, TEXT),
    SPELT("id", "id", "Id", event_id, TEXT),
    TO("loggedByService", event_provider, TEXT),
    TO("resultDescription", event_reason, TEXT),
    TO("ResultDescription", event_reason, TEXT),
    SPELT("status.failureReason", "status.failureReason", "Status.failureReason", event_reason,
          TEXT),
    SPELT("status.additionalDetails", "status.additionalDetails", "Status.additionalDetails",
          event_reason, TEXT),
    TO("level", log_level, LOWER),
    TO("Level", log_level, LOWER),
    SPELT("deviceDetail.displayName", "deviceDetail.displayName", "DeviceDetail.displayName",
          host_name, TEXT),
    SPELT("userPrincipalName", "userPrincipalName", "UserPrincipalName", user_name, TEXT),
    SPELT("userPrincipalName", "userPrincipalName", "UserPrincipalName", user_email, TEXT),
    SPELT("servicePrincipalName", "servicePrincipalName", "ServicePrincipalName", user_name, TEXT),
    TO("identity", user_name, TEXT),
    TO("Identity", user_name, TEXT),
    SPELT("userId", "userId", "UserId", user_id, TEXT),
    SPELT("servicePrincipalId", "servicePrincipalId", "ServicePrincipalId", user_id, TEXT),
    SPELT("ipAddress", "ipAddress", "IPAddress", source_ip, ADDRESS),
    TO("callerIpAddress", source_ip, ADDRESS),
    SPELT("userAgent", "userAgent", "UserAgent", user_agent, TEXT),
    SPELT("resourceDisplayName", "resourceDisplayName", "ResourceDisplayName", resource_name, TEXT),
    SPELT("appDisplayName", "appDisplayName", "AppDisplayName", service_name, TEXT),
    TO("tenantId", organization_id, TEXT),
    TO("TenantId", organization_id, TEXT),
    SPELT("homeTenantId", "homeTenantId", "HomeTenantId", organization_id, TEXT),
    END,
};

/* 0 is a success. What follows are interruptions for a further step that the user may well take:
 * they are no failure, and no success yet. */
static const str interruptions[] = {
    S("50055"),                                     /* the password has expired */
    S("50058"), S("50059"),                         /* silent sign-in: nobody is signed in */
    S("50074"), S("50076"), S("50079"), S("50072"), /* a second factor is asked for or set up */
    S("50097"), S("50125"), S("50127"), S("50129"), S("50140"), S("50143"), S("50144"),  S("51006"),
    S("16000"), S("16001"), S("65001"), S("81010"), S("81012"), S("81014"), S("500133"),
};

static void refine_signin(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str names[] = {S("resultType"), S("ResultType"), S("properties.status.errorCode"),
                                S("status.errorCode")};

    (void)a;
    for (size_t i = 0; i < countof(names) && !c->outcome; i++) {
        str code = event_get(ev, names[i]);
        for (size_t k = 0; k < countof(interruptions); k++)
            if (str_eq(code, interruptions[k]))
                return;
        c->outcome = verdict_of_code(code);
        if (!c->outcome)
            c->outcome = verdict_of_word(code);
    }
}

static const struct kind kind_signin = {
    .format = "entra_signin",
    .own_names = true,
    .action = "sign-in",
    .activity = ACTIVITY_logon,
    .columns = signin_columns,
    .constants = azure_constants,
    .refine = refine_signin,
};

static const struct shape_alias signin_names[] = {
    {.from = S("resultType"), .to = S("ResultType")},
    {.from = S("properties.status.errorCode"), .to = S("ResultType")},
    {.from = S("status.errorCode"), .to = S("ResultType")},
    {.from = S("ResultType"), .to = S("resultType")},
    {.from = S("resultDescription"), .to = S("ResultDescription")},
    {.from = S("properties.status.failureReason"), .to = S("ResultDescription")},
    {.from = S("status.failureReason"), .to = S("ResultDescription")},
    {.from = S("ResultDescription"), .to = S("Resultdescription")},
    {.from = S("properties.authenticationRequirement"), .to = S("AuthenticationRequirement")},
    {.from = S("authenticationRequirement"), .to = S("AuthenticationRequirement")},
    {.from = S("properties.riskState"), .to = S("RiskState")},
    {.from = S("riskState"), .to = S("RiskState")},
    {.from = S("properties.resourceDisplayName"), .to = S("ResourceDisplayName")},
    {.from = S("resourceDisplayName"), .to = S("ResourceDisplayName")},
    {.from = S("authenticationRequirement"), .to = S("properties.authenticationRequirement")},
    {.from = S("AuthenticationRequirement"), .to = S("properties.authenticationRequirement")},
    {.from = S("properties.conditionalAccessStatus"), .to = S("conditionalAccessStatus")},
    {.from = S("ConditionalAccessStatus"), .to = S("conditionalAccessStatus")},
    {.from = S("properties.userAgent"), .to = S("userAgent")},
    {.from = S("UserAgent"), .to = S("userAgent")},
    {.from = S("properties.location.countryOrRegion"), .to = S("location")},
    {.from = S("location.countryOrRegion"), .to = S("location")},
    {.from = S("Location"), .to = S("location")},
    {.from = S("properties.ipAddress"), .to = S("callerIpAddress")},
    {.from = S("ipAddress"), .to = S("callerIpAddress")},
    {.from = S("IPAddress"), .to = S("callerIpAddress")},
    {.from = S("properties.deviceDetail.trustType"), .to = S("DeviceDetail.trusttype")},
    {.from = S("deviceDetail.trustType"), .to = S("DeviceDetail.trusttype")},
    {.from = S("DeviceDetail.trustType"), .to = S("DeviceDetail.trusttype")},
    {.from = S("properties.deviceDetail.deviceId"), .to = S("DeviceDetail.deviceId")},
    {.from = S("deviceDetail.deviceId"), .to = S("DeviceDetail.deviceId")},
    {.from = S("properties.deviceDetail.isCompliant"), .to = S("DeviceDetail.isCompliant")},
    {.from = S("deviceDetail.isCompliant"), .to = S("DeviceDetail.isCompliant")},
    {.from = S("deviceDetail.deviceId"), .to = S("properties.deviceDetail.deviceId")},
    {.from = S("DeviceDetail.deviceId"), .to = S("properties.deviceDetail.deviceId")},
    {.from = S("appId"), .to = S("properties.appId")},
    {.from = S("AppId"), .to = S("properties.appId")},
    {.from = S("properties.homeTenantId"), .to = S("homeTenantId")},
    {.from = S("HomeTenantId"), .to = S("homeTenantId")},
    {.from = S("properties.resourceTenantId"), .to = S("resourceTenantId")},
    {.from = S("ResourceTenantId"), .to = S("resourceTenantId")},
    {.from = S("properties.clientAppUsed"), .to = S("ClientApp")},
    {.from = S("clientAppUsed"), .to = S("ClientApp")},
    {.from = S("ClientAppUsed"), .to = S("ClientApp")},
    {.from = S("properties.userPrincipalName"), .to = S("Username")},
    {.from = S("userPrincipalName"), .to = S("Username")},
    {.from = S("UserPrincipalName"), .to = S("Username")},
    {.from = S("")},
};

static const struct shape_alias signin_texts[] = {
    {.from = S("properties.networkLocationDetails"), .to = S("NetworkLocationDetails")},
    {.from = S("networkLocationDetails"), .to = S("NetworkLocationDetails")},
    {.from = S("")},
};

static const str signin_asked[] = {
    S("resultType"),
    S("ResultType"),
    S("properties.status.errorCode"),
    S("status.errorCode"),
    S("properties.status.additionalDetails"),
    S("status.additionalDetails"),
    S("properties.authenticationProtocol"),
    S("authenticationProtocol"),
    S("AuthenticationProtocol"),
    S("properties.message"),
    S("Status"),
    S("ActivityDetails"),
    S(""),
};

/* The first of the names, from one place in the list to another, that the event has. */
static const struct field *first_of(const struct shaping *s, const str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct field *f = shape_get(s, names[i]);
        if (f)
            return f;
    }
    return NULL;
}

/* What the portal shows and the rules ask for: an outcome in a word, and the kind of flow. */
static void signin_extra(const struct shaping *s)
{
    const struct field *code = first_of(s, signin_asked, 4);
    const struct field *detail = first_of(s, signin_asked + 4, 2);
    const struct field *protocol = first_of(s, signin_asked + 6, 3);
    str said = detail ? detail->value : (str){0};
    str flow = protocol ? protocol->value : (str){0};

    if (code && !shape_get(s, S("Status"))) {
        shape_add(
            s, (struct field){.name = S("Status"),
                              .value = str_eq(code->value, S("0")) ? S("Success") : S("Failure")});
        if (said.n)
            shape_add(s,
                      (struct field){.name = S("Status"), .value = said, .flags = FIELD_CONTINUES});
    }
    if (flow.n && !shape_get(s, S("properties.message")))
        shape_add(s,
                  (struct field){.name = S("properties.message"),
                                 .value = str_eq(flow, S("deviceCode")) ? S("Device Code") : flow});
    shape_add(s, (struct field){.name = S("ActivityDetails"), .value = S("Sign-ins")});
}

const struct shape shape_signin_diagnostic = {
    .kind = &kind_signin,
    .markers = {{S("category"), S("*SignInLogs")}, {S("operationName"), S("")}},
    .extra = signin_extra,
    .names = signin_asked,
    .aliases = {signin_names},
    .texts = signin_texts,
    .sources = {{S("azure"), S(""), S("signinlogs")}},
    .times = {S("properties.createdDateTime"), S("time")},
};

const struct shape shape_signin_graph = {
    .kind = &kind_signin,
    .markers = {{S("createdDateTime"), S("")},
                {S("appDisplayName"), S("")},
                {S("status.errorCode"), S("")}},
    .extra = signin_extra,
    .names = signin_asked,
    .aliases = {signin_names},
    .texts = signin_texts,
    .sources = {{S("azure"), S(""), S("signinlogs")}},
    .times = {S("createdDateTime")},
};

const struct shape shape_signin_table = {
    .kind = &kind_signin,
    .markers = {{S("ResultType"), S("")},
                {S("AppDisplayName"), S("")},
                {S("TimeGenerated"), S("")}},
    .extra = signin_extra,
    .names = signin_asked,
    .aliases = {signin_names},
    .texts = signin_texts,
    .sources = {{S("azure"), S(""), S("signinlogs")}},
    .times = {S("CreatedDateTime"), S("TimeGenerated")},
};

/* ------------------------------------------------------------ audit */

#define BY(member) "initiatedBy." member
static const struct column_rule audit_columns[] = {
    SPELT("activityDisplayName", "activityDisplayName", "ActivityDisplayName", event_action, TEXT),
    TO("operationName", event_action, TEXT),
    TO("OperationName", event_action, TEXT),
    SPELT("operationType", "operationType", "OperationType", event_code, TEXT),
    SPELT("id", "id", "Id", event_id, TEXT),
    SPELT("loggedByService", "loggedByService", "LoggedByService", event_provider, TEXT),
    SPELT("resultReason", "resultReason", "ResultReason", event_reason, TEXT),
    TO("level", log_level, LOWER),
    TO("Level", log_level, LOWER),
    SPELT(BY("user.userPrincipalName"), BY("user.userPrincipalName"),
          "InitiatedBy.user.userPrincipalName", user_name, TEXT),
    SPELT(BY("user.displayName"), BY("user.displayName"), "InitiatedBy.user.displayName", user_name,
          TEXT),
    SPELT(BY("app.displayName"), BY("app.displayName"), "InitiatedBy.app.displayName", user_name,
          TEXT),
    TO("identity", user_name, TEXT),
    TO("Identity", user_name, TEXT),
    SPELT(BY("user.userPrincipalName"), BY("user.userPrincipalName"),
          "InitiatedBy.user.userPrincipalName", user_email, TEXT),
    SPELT(BY("user.id"), BY("user.id"), "InitiatedBy.user.id", user_id, TEXT),
    SPELT(BY("app.servicePrincipalId"), BY("app.servicePrincipalId"),
          "InitiatedBy.app.servicePrincipalId", user_id, TEXT),
    SPELT(BY("user.ipAddress"), BY("user.ipAddress"), "InitiatedBy.user.ipAddress", source_ip,
          ADDRESS),
    TO("callerIpAddress", source_ip, ADDRESS),
    SPELT("userAgent", "userAgent", "UserAgent", user_agent, TEXT),
    SPELT("targetResources.userPrincipalName", "targetResources.userPrincipalName",
          "TargetResources.userPrincipalName", user_target_name, TEXT),
    SPELT("targetResources.displayName", "targetResources.displayName",
          "TargetResources.displayName", resource_name, TEXT),
    SPELT("targetResources.id", "targetResources.id", "TargetResources.id", user_target_id, TEXT),
    TO("tenantId", organization_id, TEXT),
    TO("TenantId", organization_id, TEXT),
    TO("AADTenantId", organization_id, TEXT),
    END,
};

static const struct activity_word audit_activities[] = {
    {S("Add user*"), ACTIVITY_account_create},
    {S("Invite external user*"), ACTIVITY_account_create},
    {S("Delete user*"), ACTIVITY_account_delete},
    {S("Hard Delete user*"), ACTIVITY_account_delete},
    {S("Change user password*"), ACTIVITY_account_password},
    {S("Change password*"), ACTIVITY_account_password},
    {S("Reset user password*"), ACTIVITY_account_reset},
    {S("Reset password*"), ACTIVITY_account_reset},
    {S("Recover device local administrator*"), ACTIVITY_account_change},
    {S("Enable account*"), ACTIVITY_account_enable},
    {S("Disable account*"), ACTIVITY_account_disable},
    {S("Update user*"), ACTIVITY_account_change},
    {S("Restore user*"), ACTIVITY_account_enable},
    {S("User registered*"), ACTIVITY_account_change},
    {S("User deleted security info*"), ACTIVITY_account_change},
    {S("Add member to group*"), ACTIVITY_group_add},
    {S("Add owner to group*"), ACTIVITY_group_add},
    {S("Remove member from group*"), ACTIVITY_group_remove},
    {S("Remove owner from group*"), ACTIVITY_group_remove},
    {S("Add group*"), ACTIVITY_group_change},
    {S("Update group*"), ACTIVITY_group_change},
    {S("Delete group*"), ACTIVITY_group_change},
    {S("Add member to role*"), ACTIVITY_privilege},
    {S("Add eligible member to role*"), ACTIVITY_privilege},
    {S("Remove member from role*"), ACTIVITY_privilege_revoke},
    {S("Remove eligible member from role*"), ACTIVITY_privilege_revoke},
    {S("Add app role assignment*"), ACTIVITY_privilege},
    {S("Add delegated permission grant*"), ACTIVITY_privilege},
    {S("Consent to application*"), ACTIVITY_privilege},
    {S(""), ACTIVITY_none},
};

static void refine_audit(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str names[] = {S("properties.result"), S("result"), S("Result"),
                                S("resultSignature")};

    (void)a;
    for (size_t i = 0; i < countof(names) && !c->outcome; i++)
        c->outcome = verdict_of_word(event_get(ev, names[i]));
    c->activity = activity_of_word(audit_activities, c->values[COLUMN_event_action]);
    if (!c->activity)
        c->activity = ACTIVITY_entity_change;
}

static const struct kind kind_entra_audit = {
    .format = "entra_audit",
    .own_names = true,
    .columns = audit_columns,
    .constants = azure_constants,
    .refine = refine_audit,
};

static const struct column_rule risk_columns[] = {
    TO("operationName", event_action, TEXT),
    SPELT("riskEventType", "riskEventType", "RiskEventType", event_reason, TEXT),
    SPELT("id", "id", "Id", event_id, TEXT),
    SPELT("source", "source", "Source", event_provider, TEXT),
    SPELT("riskLevel", "riskLevel", "RiskLevel", log_level, LOWER),
    SPELT("userPrincipalName", "userPrincipalName", "UserPrincipalName", user_name, TEXT),
    SPELT("userPrincipalName", "userPrincipalName", "UserPrincipalName", user_email, TEXT),
    SPELT("userDisplayName", "userDisplayName", "UserDisplayName", user_name, TEXT),
    SPELT("userId", "userId", "UserId", user_id, TEXT),
    SPELT("ipAddress", "ipAddress", "IpAddress", source_ip, ADDRESS),
    SPELT("riskEventType", "riskEventType", "RiskEventType", rule_name, TEXT),
    TO("tenantId", organization_id, TEXT),
    TO("TenantId", organization_id, TEXT),
    END,
};

static const struct kind kind_entra_risk = {
    .format = "entra_risk",
    .own_names = true,
    .action = "risk-detected",
    .activity = ACTIVITY_detection,
    .columns = risk_columns,
    .constants = azure_constants,
};

static const struct shape_alias audit_names[] = {
    {.from = S("properties.activityDisplayName"), .to = S("properties.message")},
    {.from = S("activityDisplayName"), .to = S("properties.message")},
    {.from = S("ActivityDisplayName"), .to = S("properties.message")},
    {.from = S("operationName"), .to = S("properties.message")},
    {.from = S("OperationName"), .to = S("properties.message")},
    {.from = S("properties.activityDisplayName"), .to = S("OperationName")},
    {.from = S("activityDisplayName"), .to = S("OperationName")},
    {.from = S("ActivityDisplayName"), .to = S("OperationName")},
    {.from = S("operationName"), .to = S("OperationName")},
    {.from = S("properties.activityDisplayName"), .to = S("operationName")},
    {.from = S("activityDisplayName"), .to = S("operationName")},
    {.from = S("ActivityDisplayName"), .to = S("operationName")},
    {.from = S("OperationName"), .to = S("operationName")},
    {.from = S("properties.activityDisplayName"), .to = S("ActivityDisplayName")},
    {.from = S("activityDisplayName"), .to = S("ActivityDisplayName")},
    {.from = S("operationName"), .to = S("ActivityDisplayName")},
    {.from = S("OperationName"), .to = S("ActivityDisplayName")},
    {.from = S("properties.activityDisplayName"), .to = S("ActivityType")},
    {.from = S("activityDisplayName"), .to = S("ActivityType")},
    {.from = S("ActivityDisplayName"), .to = S("ActivityType")},
    {.from = S("operationName"), .to = S("ActivityType")},
    {.from = S("OperationName"), .to = S("ActivityType")},
    {.from = S("properties.activityDisplayName"), .to = S("activityType")},
    {.from = S("activityDisplayName"), .to = S("activityType")},
    {.from = S("ActivityDisplayName"), .to = S("activityType")},
    {.from = S("operationName"), .to = S("activityType")},
    {.from = S("OperationName"), .to = S("activityType")},
    {.from = S("properties.result"), .to = S("Status")},
    {.from = S("result"), .to = S("Status")},
    {.from = S("Result"), .to = S("Status")},
    {.from = S("result"), .to = S("properties.result")},
    {.from = S("Result"), .to = S("properties.result")},
    {.from = S("properties.resultReason"), .to = S("failure_status_reason")},
    {.from = S("resultReason"), .to = S("failure_status_reason")},
    {.from = S("ResultReason"), .to = S("failure_status_reason")},
    {.from = S("properties.loggedByService"), .to = S("LoggedByService")},
    {.from = S("loggedByService"), .to = S("LoggedByService")},
    {.from = S("properties.initiatedBy.user.userPrincipalName"), .to = S("Initiatedby")},
    {.from = S("initiatedBy.user.userPrincipalName"), .to = S("Initiatedby")},
    {.from = S("InitiatedBy.user.userPrincipalName"), .to = S("Initiatedby")},
    {.from = S("Initiatedby"), .to = S("Initiatied.By")},
    {.from = S("properties.targetResources.userPrincipalName"), .to = S("Target")},
    {.from = S("targetResources.userPrincipalName"), .to = S("Target")},
    {.from = S("properties.targetResources.displayName"), .to = S("Target")},
    {.from = S("targetResources.displayName"), .to = S("Target")},
    {.from = S("properties.targetResources.type"), .to = S("targetResources.type")},
    {.from = S("targetResources.Type"), .to = S("targetResources.type")},
    {.from = S("TargetResources.type"), .to = S("targetResources.type")},
    {.from = S("properties.targetResources.modifiedProperties.displayName"),
     .to = S("TargetResources.ModifiedProperties.DisplayName")},
    {.from = S("properties.targetResources.modifiedProperties.newValue"),
     .to = S("TargetResources.ModifiedProperties.NewValue")},
    {.from = S("properties.targetResources.modifiedProperties.newValue"),
     .to = S("TargetResources.modifiedProperties.newValue")},
    {.from = S("targetResources.modifiedProperties.displayName"),
     .to = S("TargetResources.ModifiedProperties.DisplayName")},
    {.from = S("targetResources.modifiedProperties.newValue"),
     .to = S("TargetResources.ModifiedProperties.NewValue")},
    {.from = S("targetResources.modifiedProperties.newValue"),
     .to = S("TargetResources.modifiedProperties.newValue")},
    {.from = S("TargetResources.modifiedProperties.displayName"),
     .to = S("TargetResources.ModifiedProperties.DisplayName")},
    {.from = S("TargetResources.modifiedProperties.newValue"),
     .to = S("TargetResources.ModifiedProperties.NewValue")},
    {.from = S("")},
};

static const struct shape_alias audit_texts[] = {
    {.from = S("properties.targetResources"), .to = S("properties.targetResources")},
    {.from = S("targetResources"), .to = S("properties.targetResources")},
    {.from = S("TargetResources"), .to = S("properties.targetResources")},
    {.from = S("properties.targetResources"), .to = S("TargetResources")},
    {.from = S("targetResources"), .to = S("TargetResources")},
    {.from = S("TargetResources"), .to = S("TargetResources")},
    {.from = S("properties.targetResources"), .to = S("TargetResources.modifiedProperties")},
    {.from = S("targetResources"), .to = S("TargetResources.modifiedProperties")},
    {.from = S("TargetResources"), .to = S("TargetResources.modifiedProperties")},
    {.from = S("properties.initiatedBy"), .to = S("properties.initiatedBy")},
    {.from = S("initiatedBy"), .to = S("properties.initiatedBy")},
    {.from = S("InitiatedBy"), .to = S("properties.initiatedBy")},
    {.from = S("")},
};

static const str category_names[] = {S("properties.category"), S("category"), S("Category"), S("")};

/* Rules call an event's own category both "category" and "Category"; the export's, which says only
 * that this is an audit log, stays beside it. */
static void audit_category(const struct shaping *s)
{
    const struct field *own = first_of(s, category_names, 3);

    if (!own)
        return;
    str value = own->value;
    if (!shape_get(s, S("Category")))
        shape_add(s, (struct field){.name = S("Category"), .value = value});
    const struct field *outer = shape_get(s, S("category"));
    if (!outer || !str_eq(outer->value, value))
        shape_add(s, (struct field){.name = S("category"),
                                    .value = value,
                                    .flags = outer ? FIELD_CONTINUES : 0});
}

/* {"key":"AdditionalInfo","value":...} and {"displayName":"X","newValue":...} as fields of those
 * names. */
static void audit_extra(const struct shaping *s)
{
    static const struct {
        str key, value, display_name, new_value;
    } layouts[] = {
        {S("properties.additionalDetails.key"), S("properties.additionalDetails.value"),
         S("properties.targetResources.modifiedProperties.displayName"),
         S("properties.targetResources.modifiedProperties.newValue")},
        {S("additionalDetails.key"), S("additionalDetails.value"),
         S("targetResources.modifiedProperties.displayName"),
         S("targetResources.modifiedProperties.newValue")},
        {S("AdditionalDetails.key"), S("AdditionalDetails.value"),
         S("TargetResources.modifiedProperties.displayName"),
         S("TargetResources.modifiedProperties.newValue")},
    };

    for (size_t i = 0; i < countof(layouts); i++) {
        shape_pairs(s, layouts[i].key, layouts[i].value, S("additionalDetails."), CASE_FIRST_LOWER);
        shape_pairs(s, layouts[i].display_name, layouts[i].new_value, S(""), CASE_KEPT);
    }
    audit_category(s);
}

const struct shape shape_entra_audit_diagnostic = {
    .kind = &kind_entra_audit,
    .markers = {{S("category"), S("AuditLogs")}, {S("operationName"), S("")}},
    .extra = audit_extra,
    .names = category_names,
    .aliases = {audit_names},
    .texts = audit_texts,
    .sources = {{S("azure"), S(""), S("auditlogs")}},
    .times = {S("properties.activityDateTime"), S("time")},
};

const struct shape shape_entra_audit_graph = {
    .kind = &kind_entra_audit,
    .markers = {{S("activityDisplayName"), S("")}, {S("loggedByService"), S("")}},
    .extra = audit_extra,
    .names = category_names,
    .aliases = {audit_names},
    .texts = audit_texts,
    .sources = {{S("azure"), S(""), S("auditlogs")}},
    .times = {S("activityDateTime")},
};

const struct shape shape_entra_audit_table = {
    .kind = &kind_entra_audit,
    .markers = {{S("ActivityDisplayName"), S("")}, {S("LoggedByService"), S("")}},
    .extra = audit_extra,
    .names = category_names,
    .aliases = {audit_names},
    .texts = audit_texts,
    .sources = {{S("azure"), S(""), S("auditlogs")}},
    .times = {S("ActivityDateTime"), S("TimeGenerated")},
};

static const struct shape_alias risk_names[] = {
    {.from = S("properties.riskEventType"), .to = S("riskEventType")},
    {.from = S("RiskEventType"), .to = S("riskEventType")},
    {.from = S("")},
};

/* Risk detections of Identity Protection; alerts of Privileged Identity Management name their kind
 * in the same member. */
const struct shape shape_risk_detection = {
    .kind = &kind_entra_risk,
    .markers = {{S("riskEventType"), S("")},
                {S("properties.riskEventType"), S("")},
                {S("RiskEventType"), S("")}},
    .any_marker = true,
    .aliases = {risk_names},
    .sources = {{S("azure"), S(""), S("riskdetection")}, {S("azure"), S(""), S("pim")}},
    .times = {S("activityDateTime"), S("properties.activityDateTime"), S("detectedDateTime"),
              S("time"), S("TimeGenerated")},
};

/* ------------------------------------------------------------ Azure's activity log */

static const struct column_rule activity_columns[] = {
    TO("operationName", event_action, TEXT),
    TO("OperationNameValue", event_action, TEXT),
    TO("OperationName", event_action, TEXT),
    TO("eventDataId", event_id, TEXT),
    TO("EventDataId", event_id, TEXT),
    TO("ResourceProviderValue", event_provider, TEXT),
    TO("properties.statusMessage", event_reason, TEXT),
    TO("subStatus.value", event_reason, TEXT),
    TO("ActivitySubstatusValue", event_reason, TEXT),
    TO("resultDescription", event_reason, TEXT),
    TO("ResultDescription", event_reason, TEXT),
    TO("durationMs", event_duration, MILLISECONDS),
    TO("DurationMs", event_duration, MILLISECONDS),
    TO("level", log_level, LOWER),
    TO("Level", log_level, LOWER),
    TO("caller", user_name, TEXT),
    TO("Caller", user_name, TEXT),
    TO("identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", user_name,
       TEXT),
    TO("identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", user_name,
       TEXT),
    TO("identity.claim.upn", user_name, TEXT),
    TO("identity.claim.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn", user_name, TEXT),
    TO("identity.claim.http://schemas.microsoft.com/identity/claims/objectidentifier", user_id,
       TEXT),
    TO("identity.claims.http://schemas.microsoft.com/identity/claims/objectidentifier", user_id,
       TEXT),
    TO("identity.claim.oid", user_id, TEXT),
    TO("identity.claim.appid", user_id, TEXT),
    TO("identity.authorization.evidence.role", user_roles, TEXT),
    TO("callerIpAddress", source_ip, ADDRESS),
    TO("CallerIPAddress", source_ip, ADDRESS),
    TO("properties.clientIP", source_ip, ADDRESS),
    TO("properties.clientIp", source_ip, ADDRESS),
    TO("properties.clientInfo", user_agent, TEXT),
    TO("properties.userAgent", user_agent, TEXT),
    TO("properties.requestUri", url_original, URL),
    TO("uri", url_original, URL),
    TO("properties.httpMethod", http_method, TEXT),
    TO("properties.httpStatusCode", http_status, TEXT),
    TO("httpStatusCode", http_status, TEXT),
    TO("resourceId", resource_name, TEXT),
    TO("ResourceId", resource_name, TEXT),
    TO("subscriptionId", cloud_account, TEXT),
    TO("SubscriptionId", cloud_account, TEXT),
    TO("location", cloud_region, TEXT),
    TO("resourceLocation", cloud_region, TEXT),
    TO("tenantId", organization_id, TEXT),
    TO("TenantId", organization_id, TEXT),
    END,
};

/* "Start" and "Accepted" say that it goes on: no end yet. */
static void refine_activity(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str names[] = {S("resultType"),     S("status.value"), S("ActivityStatusValue"),
                                S("ActivityStatus"), S("ResultType"),   S("resultSignature")};

    (void)a;
    for (size_t i = 0; i < countof(names) && !c->outcome; i++) {
        str said = event_get(ev, names[i]);
        said = str_cut(&said, '.');
        if (!str_ieq(said, S("Accept")) && !str_ieq(said, S("Accepted")))
            c->outcome = verdict_of_word(said);
        if (!c->outcome)
            c->outcome = verdict_of_http(said);
    }
    c->activity = activity_of_operation(c->values[COLUMN_event_action]);
}

static const struct kind kind_azure_activity = {
    .format = "azure_activity",
    .own_names = true,
    .columns = activity_columns,
    .constants = azure_constants,
    .refine = refine_activity,
};

static const struct shape_alias activity_names[] = {
    {.from = S("operationName.value"), .to = S("operationName")},
    {.from = S("OperationNameValue"), .to = S("operationName")},
    {.from = S("operationName"), .to = S("OperationNameValue")},
    {.from = S("operationName.value"), .to = S("OperationNameValue")},
    {.from = S("category.value"), .to = S("CategoryValue")},
    {.from = S("category"), .to = S("CategoryValue")},
    {.from = S("Category"), .to = S("CategoryValue")},
    {.from = S("resourceProviderName.value"), .to = S("ResourceProviderValue")},
    {.from = S("ResourceProvider"), .to = S("ResourceProviderValue")},
    {.from = S("resourceId"), .to = S("ResourceId")},
    {.from = S("_ResourceId"), .to = S("ResourceId")},
    {.from = S("CallerIpAddress"), .to = S("callerIpAddress")},
    {.from = S("httpRequest.clientIpAddress"), .to = S("callerIpAddress")},
    {.from = S("operationName.localizedValue"), .to = S("properties.message")},
    {.from = S("OperationName"), .to = S("properties.message")},
    {.from = S("")},
};

#define ACTIVITY_TIMES S("eventTimestamp"), S("time"), S("TimeGenerated")

/* Azure's activity log from the REST API and the command line, which give {value, localizedValue}.
 */
const struct shape shape_azure_activity_rest = {
    .kind = &kind_azure_activity,
    .markers = {{S("operationName.value"), S("")}, {S("eventTimestamp"), S("")}},
    .aliases = {activity_names},
    .sources = {{S("azure"), S(""), S("activitylogs")}},
    .times = {ACTIVITY_TIMES},
};

/* The same from Log Analytics. */
const struct shape shape_azure_activity_table = {
    .kind = &kind_azure_activity,
    .markers = {{S("OperationNameValue"), S("")}, {S("CategoryValue"), S("")}},
    .aliases = {activity_names},
    .sources = {{S("azure"), S(""), S("activitylogs")}},
    .times = {ACTIVITY_TIMES},
};

/* The same through diagnostic settings; the resource logs that look alike name operations in the
 * same way. */
const struct shape shape_azure_activity = {
    .kind = &kind_azure_activity,
    .markers = {{S("resourceId"), S("/*")}, {S("operationName"), S("")}, {S("time"), S("")}},
    .aliases = {activity_names},
    .sources = {{S("azure"), S(""), S("activitylogs")}},
    .times = {ACTIVITY_TIMES},
};
