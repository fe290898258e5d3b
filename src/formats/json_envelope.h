/*
 * json_envelope.h - objects that only wrap an array of records: CloudTrail's
 * {"Records":[...]}, Microsoft Graph's {"value":[...]}, a Kubernetes EventList,
 * Elasticsearch's {"hits":{"hits":[...]}}.
 *
 * An object is an envelope when its records' array has a known name and holds
 * objects (or nothing), and everything else in it has a name that says "about
 * the answer", such as "nextToken". One other member makes it a record.
 */
#pragma once

#include "base/str.h"

enum { JSON_ENVELOPE_DEPTH_MAX = 2 };

struct json_envelope {
    size_t elements; /* where the first element may begin: behind the [ */
    uint8_t base;    /* levels open there */
};

/* `object` begins with {. With `prefix` its end need not be there, and what follows the array is
 * not asked for. */
bool json_envelope_find(str object, bool prefix, struct json_envelope *ret);
