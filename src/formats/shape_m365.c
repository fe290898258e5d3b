/*
 * shape_m365.c - Microsoft 365's unified audit log (Office 365 Management
 * Activity API schema). Rules call the workload eventSource and the operation, or
 * an alert's name, eventName.
 */
#include "formats/shape_row.h"

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
    .markers = {{S("Workload"), S("")}, {S("Operation"), S("")}, {S("RecordType"), S("")}},
    .extra = m365_extra,
    .names = m365_asked,
    .aliases = {m365_names},
    .texts = m365_texts,
    .sources = {{S("m365"), S(""), S("audit")}},
    .times = {S("CreationTime")},
};

/* Alerts that were given the rules' names on the way. */
const struct shape shape_m365_alert = {
    .markers = {{S("eventSource"), S("SecurityComplianceCenter")}, {S("eventName"), S("")}},
    .sources = {{S("m365"), S(""), S("threat_management")},
                {S("m365"), S(""), S("threat_detection")}},
    .times = {S("CreationTime"), S("eventTime")},
};

const struct shape shape_m365_exchange = {
    .markers = {{S("eventSource"), S("Exchange")}, {S("eventName"), S("")}},
    .sources = {{S("m365"), S(""), S("exchange")}},
    .times = {S("CreationTime"), S("eventTime")},
};
