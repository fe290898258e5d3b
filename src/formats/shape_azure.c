/*
 * shape_azure.c - Microsoft Entra ID and Azure: the same logs come through
 * diagnostic settings (camelCase below "properties"), Microsoft Graph (camelCase
 * at the top) and Log Analytics (PascalCase columns). Sigma's rules use the names
 * of all three, and "properties.message" for the activity's display name.
 */
#include "formats/shape_row.h"

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
    .markers = {{S("category"), S("*SignInLogs")}, {S("operationName"), S("")}},
    .extra = signin_extra,
    .names = signin_asked,
    .aliases = {signin_names},
    .texts = signin_texts,
    .sources = {{S("azure"), S(""), S("signinlogs")}},
    .times = {S("properties.createdDateTime"), S("time")},
};

const struct shape shape_signin_graph = {
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
    .markers = {{S("category"), S("AuditLogs")}, {S("operationName"), S("")}},
    .extra = audit_extra,
    .names = category_names,
    .aliases = {audit_names},
    .texts = audit_texts,
    .sources = {{S("azure"), S(""), S("auditlogs")}},
    .times = {S("properties.activityDateTime"), S("time")},
};

const struct shape shape_entra_audit_graph = {
    .markers = {{S("activityDisplayName"), S("")}, {S("loggedByService"), S("")}},
    .extra = audit_extra,
    .names = category_names,
    .aliases = {audit_names},
    .texts = audit_texts,
    .sources = {{S("azure"), S(""), S("auditlogs")}},
    .times = {S("activityDateTime")},
};

const struct shape shape_entra_audit_table = {
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
    .markers = {{S("riskEventType"), S("")},
                {S("properties.riskEventType"), S("")},
                {S("RiskEventType"), S("")}},
    .any_marker = true,
    .aliases = {risk_names},
    .sources = {{S("azure"), S(""), S("riskdetection")}, {S("azure"), S(""), S("pim")}},
    .times = {S("activityDateTime"), S("properties.activityDateTime"), S("detectedDateTime"),
              S("time"), S("TimeGenerated")},
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
    .markers = {{S("operationName.value"), S("")}, {S("eventTimestamp"), S("")}},
    .aliases = {activity_names},
    .sources = {{S("azure"), S(""), S("activitylogs")}},
    .times = {ACTIVITY_TIMES},
};

/* The same from Log Analytics. */
const struct shape shape_azure_activity_table = {
    .markers = {{S("OperationNameValue"), S("")}, {S("CategoryValue"), S("")}},
    .aliases = {activity_names},
    .sources = {{S("azure"), S(""), S("activitylogs")}},
    .times = {ACTIVITY_TIMES},
};

/* The same through diagnostic settings; the resource logs that look alike name operations in the
 * same way. */
const struct shape shape_azure_activity = {
    .markers = {{S("resourceId"), S("/*")}, {S("operationName"), S("")}, {S("time"), S("")}},
    .aliases = {activity_names},
    .sources = {{S("azure"), S(""), S("activitylogs")}},
    .times = {ACTIVITY_TIMES},
};
