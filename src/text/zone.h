/*
 * zone.h - time zones by name, from the system's files in the format of RFC 8536
 * (TZif), with the rule in their footer for the years beyond their tables.
 *
 * A zone is immutable once it is there, so that threads may share it.
 */
#pragma once

#include "base/err.h"
#include "base/io.h"
#include "base/str.h"

enum {
    ZONE_NAME_MAX = 64,
    ZONE_FILE_BYTES_MAX = 256 * 1024,
    ZONE_TRANSITIONS_MAX = 8192,
    ZONE_TYPES_MAX = 256,
};

#define ZONE_FOLDER "/usr/share/zoneinfo"

struct zone;

/* "Europe/Berlin" from ZONE_FOLDER; "UTC", "Z", and fixed distances such as "+01:00" or "-0330"
 * need no file. */
struct zone *zone_new(struct io *io, str name, struct err *e) MUST_USE;
/* The same from the bytes of a TZif file. */
struct zone *zone_parse(str bytes, struct err *e) MUST_USE;
void zone_free(struct zone *z); /* NULL is a no-op */

/* Seconds east of Greenwich at a time. */
int32_t zone_offset_s(const struct zone *z, int64_t utc_s);

/*
 * The time at which clocks showed `local_s`, the seconds since 1970 as if they showed UTC. False
 * when they showed it twice, the first of which is told, or never, as when they are put forward:
 * then it is read by what held before.
 */
bool zone_to_utc(const struct zone *z, int64_t local_s, int64_t *ret_utc_s);
