/*
 * flow.h - traffic as behaviours see it: who spoke to whom, how it ended, how much went each way.
 *
 * Times are whole seconds of 32 bits, 1970 to 2106: states hold many of them.
 */
#pragma once

#include "behave/observation.h"
#include "event/entity.h"
#include "event/kind.h"

#define NS_PER_S 1000000000

/* A connection may be told once, or when it begins and again when it ends. */
enum flow_part { FLOW_WHOLE, FLOW_BEGIN, FLOW_END };

struct flow {
    str source, target; /* keys of the observation; none is empty */
    str name;           /* of the target, where the record has it: a domain; may be empty */
    uint32_t time_s;
    uint16_t source_port, port; /* port: of the target; 0 where untold */
    uint8_t part;               /* enum flow_part */
    bool failed;                /* denied, refused, or not answered */
    bool from_inside, to_inside;
    int64_t sent, received; /* bytes from the source and to it; -1 where untold */
};

/* The columns that flow_read() asks for, as a behaviour's table lists them. */
#define FLOW_COLUMNS                                                                               \
    COLUMN_source_ip, COLUMN_source_port, COLUMN_destination_ip, COLUMN_destination_port,          \
        COLUMN_destination_domain, COLUMN_url_domain, COLUMN_source_bytes,                         \
        COLUMN_destination_bytes

/* False: it is no traffic between two machines (an end is not told, is the machine itself, or is a
 * group's address), or its time is out of range. */
bool flow_read(const struct observation *o, struct flow *ret) MUST_USE;

/* Between one's own network and outside. */
static inline bool flow_is_outward(const struct flow *f)
{
    return f->from_inside && !f->to_inside;
}

/* What the target is called: its domain where the record has it, else its key. */
static inline str flow_destination(const struct flow *f)
{
    return f->name.n ? f->name : f->target;
}

/* The entities of the observation and the target's domain. */
uint32_t flow_entities(const struct observation *o, const struct flow *f, struct arena *a,
                       const struct entity **ret);

/* A name that only one's own network knows: of one label, or with an ending that is nobody's. */
bool name_is_own(str name);

/* Is the place one of a list of addresses and domains, or below one of those domains? */
bool place_is_listed(str place, const str *list, uint32_t count);

/* An observation's time in whole seconds; false: out of range. */
bool seconds_of(int64_t time_ns, uint32_t *ret) MUST_USE;
