/*
 * shape_aws.c - AWS CloudTrail (CloudTrail record contents, version 1.x).
 */
#include "formats/shape_row.h"

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
    .markers = {{S("eventVersion"), S("")},
                {S("eventSource"), S("")},
                {S("recipientAccountId"), S("")}},
    .aliases = {cloudtrail_names},
    .texts = cloudtrail_texts,
    .sources = {{S("aws"), S(""), S("cloudtrail")}},
    .times = {S("eventTime")},
};
