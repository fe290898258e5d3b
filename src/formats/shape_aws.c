/*
 * shape_aws.c - Amazon Web Services: CloudTrail (record contents, version 1.x), GuardDuty and
 * Security Hub findings, WAF logs, and VPC flow logs and S3 access as JSON.
 */
#include "event/column_table.h"
#include "event/verdict.h"
#include "formats/shape_row.h"

static const struct column_constant aws_constants[] = {
    ALWAYS(cloud_provider, "aws"),
    ALWAYS(observer_vendor, "AWS"),
    ALWAYS_END,
};

/* ------------------------------------------------------------ CloudTrail */

static const struct column_rule cloudtrail_columns[] = {
    TO("eventName", event_action, TEXT),
    TO("eventName", event_code, TEXT),
    TO("eventID", event_id, TEXT),
    TO("eventSource", event_provider, TEXT),
    TO("errorMessage", event_reason, TEXT),
    TO("errorCode", event_reason, TEXT),
    TO("userIdentity.userName", user_name, TEXT),
    TO("userIdentity.sessionContext.sessionIssuer.userName", user_name, TEXT),
    TO("userIdentity.invokedBy", user_name, TEXT),
    TO("userIdentity.arn", user_id, TEXT),
    TO("userIdentity.principalId", user_id, TEXT),
    TO("userIdentity.sessionContext.sessionIssuer.arn", user_roles, TEXT),
    TO("requestParameters.userName", user_target_name, TEXT),
    TO("requestParameters.groupName", group_name, TEXT),
    TO("sourceIPAddress", source_ip, ADDRESS),
    TO("userAgent", user_agent, TEXT),
    TO("tlsDetails.clientProvidedHostHeader", destination_domain, TEXT),
    TO("recipientAccountId", cloud_account, TEXT),
    TO("userIdentity.accountId", cloud_account, TEXT),
    TO("awsRegion", cloud_region, TEXT),
    TO("resources.ARN", resource_name, TEXT),
    TO("requestParameters.bucketName", resource_name, TEXT),
    TO("requestParameters.roleArn", resource_name, TEXT),
    TO("requestParameters.instanceId", resource_name, TEXT),
    TO("requestParameters.functionName", resource_name, TEXT),
    END,
};

static const struct activity_word cloudtrail_activities[] = {
    {S("ConsoleLogin"), ACTIVITY_logon},
    {S("CheckMfa"), ACTIVITY_authenticate},
    {S("AssumeRole*"), ACTIVITY_authenticate},
    {S("GetSessionToken"), ACTIVITY_authenticate},
    {S("GetFederationToken"), ACTIVITY_authenticate},
    {S("SwitchRole"), ACTIVITY_authenticate},
    {S("UserAuthentication"), ACTIVITY_logon},
    {S("CreateUser"), ACTIVITY_account_create},
    {S("DeleteUser"), ACTIVITY_account_delete},
    {S("ChangePassword"), ACTIVITY_account_password},
    {S("UpdateLoginProfile"), ACTIVITY_account_reset},
    {S("CreateLoginProfile"), ACTIVITY_account_enable},
    {S("DeleteLoginProfile"), ACTIVITY_account_disable},
    {S("AttachUserPolicy"), ACTIVITY_privilege},
    {S("AttachRolePolicy"), ACTIVITY_privilege},
    {S("AttachGroupPolicy"), ACTIVITY_privilege},
    {S("PutUserPolicy"), ACTIVITY_privilege},
    {S("PutRolePolicy"), ACTIVITY_privilege},
    {S("PutGroupPolicy"), ACTIVITY_privilege},
    {S("DetachUserPolicy"), ACTIVITY_privilege_revoke},
    {S("DetachRolePolicy"), ACTIVITY_privilege_revoke},
    {S("AddUserToGroup"), ACTIVITY_group_add},
    {S("RemoveUserFromGroup"), ACTIVITY_group_remove},
    {S("CreateGroup"), ACTIVITY_group_change},
    {S("DeleteGroup"), ACTIVITY_group_change},
    {S("StopLogging"), ACTIVITY_event_log},
    {S("StartLogging"), ACTIVITY_event_log},
    {S("DeleteTrail"), ACTIVITY_event_log},
    {S(""), ACTIVITY_none},
};

/* An answer of the sign-in service stands in responseElements; of all others an error code does. */
static void refine_cloudtrail(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str login_answers[] = {
        S("responseElements.ConsoleLogin"), S("responseElements.SwitchRole"),
        S("responseElements.CheckMfa"), S("responseElements.UserAuthentication"),
        S("serviceEventDetails.UserAuthentication")};
    str name = event_get(ev, S("eventName")), error = event_get(ev, S("errorCode")),
        message = event_get(ev, S("errorMessage"));

    (void)a;
    c->outcome = error.n || message.n ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    for (size_t i = 0; i < countof(login_answers); i++)
        if (verdict_of_word(event_get(ev, login_answers[i])) == OUTCOME_FAILURE)
            c->outcome = OUTCOME_FAILURE;
    c->activity = activity_of_word(cloudtrail_activities, name);
    if (!c->activity)
        c->activity = activity_of_operation(name);
}

static const struct kind kind_cloudtrail = {
    .format = "cloudtrail",
    .own_names = true,
    .columns = cloudtrail_columns,
    .constants = aws_constants,
    .refine = refine_cloudtrail,
};

static const struct shape_alias cloudtrail_names[] = {
    {.from = S("sourceIPAddress"), .to = S("src_ip")},
    {.from = S("")},
};

/* Rules search these whole, as their members differ from call to call. */
static const struct shape_alias cloudtrail_texts[] = {
    {.from = S("requestParameters"), .to = S("requestParameters")},
    {.from = S("responseElements"), .to = S("responseElements")},
    {.from = S("")},
};

const struct shape shape_cloudtrail = {
    .kind = &kind_cloudtrail,
    .markers = {{S("eventSource"), S("*.amazonaws.com")},
                {S("eventName"), S("")},
                {S("awsRegion"), S("")}},
    .aliases = {cloudtrail_names},
    .texts = cloudtrail_texts,
    .sources = {{S("aws"), S(""), S("cloudtrail")}},
    .times = {S("eventTime")},
};

/* Events of the service itself: sign-in to the console, Insights. */
const struct shape shape_cloudtrail_service = {
    .kind = &kind_cloudtrail,
    .markers = {{S("eventVersion"), S("")},
                {S("eventSource"), S("")},
                {S("recipientAccountId"), S("")}},
    .aliases = {cloudtrail_names},
    .texts = cloudtrail_texts,
    .sources = {{S("aws"), S(""), S("cloudtrail")}},
    .times = {S("eventTime")},
};

/* Insights: a rate of calls or errors that is out of the ordinary. */
static const struct column_rule insight_columns[] = {
    TO("insightDetails.insightType", event_code, TEXT),
    TO("insightDetails.eventName", event_action, TEXT),
    TO("insightDetails.eventSource", event_provider, TEXT),
    TO("insightDetails.errorCode", event_reason, TEXT),
    TO("insightDetails.insightType", rule_name, TEXT),
    END,
};

static const struct kind kind_insight = {
    .format = "cloudtrail",
    .own_names = true,
    .activity = ACTIVITY_detection,
    .columns = insight_columns,
    .constants = aws_constants,
};

static const struct kind kind_insight_record = {
    .base = &kind_insight,
    .columns = cloudtrail_columns,
};

const struct shape shape_cloudtrail_insight = {
    .kind = &kind_insight_record,
    .markers = {{S("eventVersion"), S("")}, {S("insightDetails.eventName"), S("")}},
    .sources = {{S("aws"), S(""), S("cloudtrail")}},
    .times = {S("eventTime")},
};

/* ------------------------------------------------------------ findings */

#define ACTION(name) "service.action." name
static const struct column_rule guardduty_columns[] = {
    TO("service.action.actionType", event_code, TEXT),
    TO("id", event_id, TEXT),
    TO("service.serviceName", event_provider, TEXT),
    TO("description", event_reason, TEXT),
    TO("severity", log_level, TEXT),
    TO("resource.accessKeyDetails.userName", user_name, TEXT),
    TO("resource.accessKeyDetails.principalId", user_id, TEXT),
    TO("resource.accessKeyDetails.userType", user_roles, TEXT),
    TO("resource.kubernetesDetails.kubernetesUserDetails.username", user_name, TEXT),
    TO(ACTION("networkConnectionAction.remoteIpDetails.ipAddressV4"), source_ip, ADDRESS),
    TO(ACTION("awsApiCallAction.remoteIpDetails.ipAddressV4"), source_ip, ADDRESS),
    TO(ACTION("portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4"), source_ip, ADDRESS),
    TO(ACTION("kubernetesApiCallAction.remoteIpDetails.ipAddressV4"), source_ip, ADDRESS),
    TO(ACTION("rdsLoginAttemptAction.remoteIpDetails.ipAddressV4"), source_ip, ADDRESS),
    TO(ACTION("networkConnectionAction.remotePortDetails.port"), source_port, TEXT),
    TO(ACTION("networkConnectionAction.localIpDetails.ipAddressV4"), destination_ip, ADDRESS),
    TO("resource.instanceDetails.networkInterfaces.privateIpAddress", destination_ip, ADDRESS),
    TO(ACTION("networkConnectionAction.localPortDetails.port"), destination_port, TEXT),
    TO(ACTION("portProbeAction.portProbeDetails.localPortDetails.port"), destination_port, TEXT),
    TO(ACTION("networkConnectionAction.protocol"), network_transport, PROTOCOL),
    TO(ACTION("networkConnectionAction.connectionDirection"), network_direction, LOWER),
    TO(ACTION("dnsRequestAction.domain"), dns_question, TEXT),
    TO(ACTION("dnsRequestAction.protocol"), network_transport, PROTOCOL),
    TO(ACTION("awsApiCallAction.userAgent"), user_agent, TEXT),
    TO("accountId", cloud_account, TEXT),
    TO("region", cloud_region, TEXT),
    TO("resource.instanceDetails.instanceId", resource_name, TEXT),
    TO("resource.s3BucketDetails.name", resource_name, TEXT),
    TO("resource.eksClusterDetails.name", resource_name, TEXT),
    TO("arn", rule_id, TEXT),
    TO("title", rule_name, TEXT),
    TO("type", rule_category, TEXT),
    TO("service.additionalInfo.threatName", threat_name, TEXT),
    END,
};

/* What was blocked of it. A finding says nothing else of how it ended. */
static void refine_guardduty(const struct event *ev, struct columns *c, struct arena *a)
{
    static const str names[] = {S("service.action.networkConnectionAction.blocked"),
                                S("service.action.dnsRequestAction.blocked"),
                                S("service.action.portProbeAction.blocked")};
    /* "Recon:EC2/PortProbeUnprotectedPort": what it is for, on what, and of which family. */
    str rest = event_get(ev, S("type")), purpose = str_cut(&rest, ':');

    columns_put(c, COLUMN_event_action, VIA_TEXT, purpose, a);
    (void)str_cut(&rest, '/');
    str family = str_cut(&rest, '.');
    columns_put(c, COLUMN_threat_name, VIA_TEXT, str_cut(&family, '!'), a);
    for (size_t i = 0; i < countof(names); i++)
        if (str_eq(event_get(ev, names[i]), S("true")))
            c->outcome = OUTCOME_FAILURE;
}

static const struct kind kind_guardduty = {
    .format = "guardduty",
    .own_names = true,
    .activity = ACTIVITY_detection,
    .columns = guardduty_columns,
    .constants = aws_constants,
    .refine = refine_guardduty,
};

const struct shape shape_guardduty = {
    .kind = &kind_guardduty,
    .markers = {{S("schemaVersion"), S("")},
                {S("service.detectorId"), S("")},
                {S("type"), S("")},
                {S("accountId"), S("")}},
    .sources = {{S("aws"), S(""), S("guardduty")}},
    .times = {S("updatedAt"), S("service.eventLastSeen"), S("createdAt")},
};

static const struct column_rule security_hub_columns[] = {
    TO("GeneratorId", event_code, TEXT),
    TO("Id", event_id, TEXT),
    TO("ProductName", event_provider, TEXT),
    TO("Description", event_reason, TEXT),
    TO("Severity.Label", log_level, LOWER),
    TO("FindingProviderFields.Severity.Label", log_level, LOWER),
    TO("Network.SourceIpV4", source_ip, ADDRESS),
    TO("Network.SourceIpV6", source_ip, ADDRESS),
    TO("Network.SourcePort", source_port, TEXT),
    TO("Network.SourceDomain", source_domain, TEXT),
    TO("Network.DestinationIpV4", destination_ip, ADDRESS),
    TO("Network.DestinationIpV6", destination_ip, ADDRESS),
    TO("Network.DestinationPort", destination_port, TEXT),
    TO("Network.Protocol", network_transport, PROTOCOL),
    TO("Network.Direction", network_direction, LOWER),
    TO("Process.Name", process_name, TEXT),
    TO("Process.Path", process_executable, TEXT),
    TO("Process.Pid", process_pid, TEXT),
    TO("AwsAccountId", cloud_account, TEXT),
    TO("Region", cloud_region, TEXT),
    TO("Resources.Region", cloud_region, TEXT),
    TO("Resources.Id", resource_name, TEXT),
    TO("Compliance.SecurityControlId", rule_id, TEXT),
    TO("GeneratorId", rule_id, TEXT),
    TO("Title", rule_name, TEXT),
    TO("Types", rule_category, TEXT),
    TO("Malware.Name", threat_name, TEXT),
    END,
};

static void refine_security_hub(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome = verdict_of_word(event_get(ev, S("Compliance.Status")));
    if (event_get(ev, S("Vulnerabilities.Id")).p)
        c->activity = ACTIVITY_vulnerability;
}

static const struct kind kind_security_hub = {
    .format = "security_hub",
    .own_names = true,
    .activity = ACTIVITY_detection,
    .columns = security_hub_columns,
    .constants = aws_constants,
    .refine = refine_security_hub,
};

/* The AWS Security Finding Format. */
const struct shape shape_security_hub = {
    .kind = &kind_security_hub,
    .markers = {{S("AwsAccountId"), S("")}, {S("GeneratorId"), S("")}, {S("ProductArn"), S("")}},
    .sources = {{S("aws"), S(""), S("security_hub")}},
    .times = {S("UpdatedAt"), S("CreatedAt")},
};

/* ------------------------------------------------------------ WAF */

static const struct column_rule waf_columns[] = {
    TO("action", event_action, LOWER),
    TO("httpRequest.requestId", event_id, TEXT),
    TO("httpSourceName", event_provider, TEXT),
    TO("httpRequest.clientIp", source_ip, ADDRESS),
    TO("httpRequest.uri", url_original, TEXT),
    TO("httpRequest.uri", url_path, TEXT),
    TO("httpRequest.args", url_query, TEXT),
    TO("httpRequest.host", url_domain, TEXT),
    TO("httpRequest.httpMethod", http_method, TEXT),
    TO("httpRequest.httpVersion", http_version, TEXT),
    TO("responseCodeSent", http_status, TEXT),
    TO("webaclId", resource_name, TEXT),
    TO("terminatingRuleId", rule_id, TEXT),
    TO("terminatingRuleId", rule_name, TEXT),
    TO("terminatingRuleType", rule_category, TEXT),
    END,
};

/* Headers are pairs of name and value. */
static void refine_waf(const struct event *ev, struct columns *c, struct arena *a)
{
    uint32_t name = event_find(ev, S("httpRequest.headers.name")),
             value = event_find(ev, S("httpRequest.headers.value"));

    for (; name < ev->field_count && value < ev->field_count;
         name = event_next(ev, name), value = event_next(ev, value)) {
        str header = ev->fields[name].value, text = ev->fields[value].value;
        if (str_ieq(header, S("host")))
            columns_put(c, COLUMN_url_domain, VIA_TEXT, text, a);
        else if (str_ieq(header, S("user-agent")))
            columns_put(c, COLUMN_user_agent, VIA_TEXT, text, a);
        else if (str_ieq(header, S("referer")))
            columns_put(c, COLUMN_http_referrer, VIA_TEXT, text, a);
    }
    str action = event_get(ev, S("action"));
    bool asked = str_ieq(action, S("CAPTCHA")) || str_ieq(action, S("CHALLENGE"));
    c->outcome = verdict_of_word(action);
    if (asked) /* nothing passed yet */
        c->outcome = OUTCOME_FAILURE;
    c->type = c->outcome == OUTCOME_FAILURE ? "denied" : "allowed";
}

static const struct kind kind_waf = {
    .format = "aws_waf",
    .own_names = true,
    .activity = ACTIVITY_http,
    .columns = waf_columns,
    .constants = aws_constants,
    .refine = refine_waf,
};

const struct shape shape_aws_waf = {
    .kind = &kind_waf,
    .markers = {{S("webaclId"), S("")}, {S("httpRequest.clientIp"), S("")}, {S("action"), S("")}},
    .sources = {{S("aws"), S(""), S("waf")}},
    .times = {S("timestamp")},
};

/* ------------------------------------------------------------ VPC flows, S3 access */

static const struct column_rule vpc_flow_columns[] = {
    TO("action", event_action, LOWER),
    TO("log_status", event_reason, TEXT),
    TO("srcaddr", source_ip, ADDRESS),
    TO("srcport", source_port, TEXT),
    TO("dstaddr", destination_ip, ADDRESS),
    TO("dstport", destination_port, TEXT),
    TO("protocol", network_transport, PROTOCOL),
    TO("bytes", network_bytes, TEXT),
    TO("packets", network_packets, TEXT),
    TO("flow_direction", network_direction, LOWER),
    TO("account_id", cloud_account, TEXT),
    TO("region", cloud_region, TEXT),
    TO("interface_id", observer_ingress, TEXT),
    TO("instance_id", resource_name, TEXT),
    END,
};

static void refine_vpc_flow(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)a;
    c->outcome = verdict_of_word(event_get(ev, S("action")));
    c->type = c->outcome == OUTCOME_SUCCESS   ? "allowed"
              : c->outcome == OUTCOME_FAILURE ? "denied"
                                              : NULL;
}

static const struct kind kind_vpc_flow = {
    .format = "aws_vpc_flow_json",
    .own_names = true,
    .activity = ACTIVITY_flow,
    .columns = vpc_flow_columns,
    .constants = aws_constants,
    .refine = refine_vpc_flow,
};

static const struct shape_alias vpc_flow_names[] = {
    {.from = S("srcaddr"), .to = S("src_ip")},
    {.from = S("dstaddr"), .to = S("dst_ip")},
    {.from = S("srcport"), .to = S("src_port")},
    {.from = S("dstport"), .to = S("dst_port")},
    {.from = S("")},
};

const struct shape shape_aws_vpc_flow = {
    .kind = &kind_vpc_flow,
    .markers = {{S("srcaddr"), S("")}, {S("dstaddr"), S("")}, {S("action"), S("")}},
    .aliases = {vpc_flow_names},
    .sources = {{S("aws"), S("firewall"), S("vpcflow")}},
    .times = {S("start"), S("end")},
};

static const struct column_rule s3_access_columns[] = {
    TO("operation", event_action, TEXT),
    TO("error_code", event_reason, TEXT),
    TO("request_id", event_id, TEXT),
    TO("requester", user_id, TEXT),
    TO("remote_ip", source_ip, ADDRESS),
    TO("request_uri", url_original, TEXT),
    TO("host_header", url_domain, TEXT),
    TO("http_status", http_status, TEXT),
    TO("http_status_code", http_status, TEXT),
    TO("bytes_sent", http_bytes, TEXT),
    TO("referer", http_referrer, TEXT),
    TO("user_agent", user_agent, TEXT),
    TO("bucket", resource_name, TEXT),
    TO("key", file_path, TEXT),
    END,
};

static void refine_s3_access(const struct event *ev, struct columns *c, struct arena *a)
{
    (void)ev, (void)a;
    c->outcome = verdict_of_http(c->values[COLUMN_http_status]);
}

static const struct kind kind_s3_access = {
    .format = "aws_s3_access_json",
    .own_names = true,
    .activity = ACTIVITY_web_resource,
    .columns = s3_access_columns,
    .constants = aws_constants,
    .refine = refine_s3_access,
};

const struct shape shape_aws_s3_access = {
    .kind = &kind_s3_access,
    .markers = {{S("bucket_owner"), S("")}, {S("operation"), S("")}, {S("remote_ip"), S("")}},
    .sources = {{S("aws"), S(""), S("s3")}},
    .times = {S("time"), S("timestamp")},
};
