/*
 * json_envelope.c - recognises envelopes by the names in them.
 *
 * Sources of the names: AWS CloudTrail log file format and the answers of
 * CloudWatch Logs and LookupEvents, Microsoft Graph and Azure Monitor (OData),
 * Kubernetes lists, Elasticsearch's search API, Splunk's export, Google's
 * Reports and Logging APIs, OneLogin's and Bitbucket's paging.
 */
#include "formats/json_envelope.h"

#include "text/json.h"

static const str array_names[] = {
    S("Records"), S("records"), S("value"),   S("events"), S("Events"), S("logEvents"),
    S("results"), S("items"),   S("entries"), S("values"), S("data"),   S("logs"),
};

/* What an answer says of itself. */
static const str about_names[] = {
    S("@odata.context"),
    S("@odata.nextLink"),
    S("@odata.count"),
    S("odata.metadata"),
    S("nextLink"),
    S("next_link"),
    S("nextToken"),
    S("NextToken"),
    S("nextPageToken"),
    S("next"),
    S("previous"),
    S("count"),
    S("total"),
    S("kind"),
    S("apiVersion"),
    S("metadata"),
    S("etag"),
    S("searchedLogStreams"),
    S("messageType"),
    S("owner"),
    S("logGroup"),
    S("logStream"),
    S("subscriptionFilters"),
    S("took"),
    S("timed_out"),
    S("_shards"),
    S("_scroll_id"),
    S("max_score"),
    S("aggregations"),
    S("preview"),
    S("init_offset"),
    S("post_process_count"),
    S("messages"),
    S("fields"),
    S("highlighted"),
    S("status"),
    S("pagination"),
    S("paging"),
    S("pagingInfo"),
    S("isLastPage"),
    S("size"),
    S("limit"),
    S("start"),
};

static bool among(const str *names, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], name))
            return true;
    return false;
}

/* Is the array that was just opened one of objects, or empty? Leaves *j where it is. */
static bool holds_records(const struct json *j)
{
    struct json ahead = *j;
    enum json_token_kind kind = json_next(&ahead).kind;

    return kind == JSON_OBJECT || kind == JSON_ARRAY_END;
}

bool json_envelope_find(str object, bool prefix, struct json_envelope *ret)
{
    struct json j;
    bool found = false;

    json_init(&j, object);
    if (json_next(&j).kind != JSON_OBJECT)
        return false;
    for (;;) {
        struct json_token key = json_next(&j);
        if (key.kind == JSON_OBJECT_END && j.depth > 0)
            continue;
        if (key.kind != JSON_KEY) /* the end, or broken: then what was found still holds */
            return found;

        struct json_token value = json_next(&j);
        bool hits = str_eq(key.text, S("hits"));
        if (hits && value.kind == JSON_OBJECT && j.depth == JSON_ENVELOPE_DEPTH_MAX)
            continue; /* its members are looked at like those outside */
        if (value.kind == JSON_ARRAY && !found && holds_records(&j) &&
            (hits ? j.depth == JSON_ENVELOPE_DEPTH_MAX + 1
                  : j.depth == 2 && among(array_names, countof(array_names), key.text))) {
            *ret = (struct json_envelope){.elements = j.at, .base = (uint8_t)j.depth};
            found = true;
            if (prefix)
                return true;
        } else if (!among(about_names, countof(about_names), key.text)) {
            return false;
        }
        if (!json_skip(&j, value))
            return found;
    }
}
