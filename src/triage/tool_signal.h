/*
 * tool_signal.h - another tool's alert, as its log has it, as a signal: alerts of Suricata, Wazuh,
 * CrowdSec, Falco, GuardDuty, a firewall or a virus scanner group with ours.
 *
 * The rule is told by rule.id, event.code or the name; its id is "FORMAT:RULE". One alert is of one
 * rule, source and target. The tool's severity is taken by its own scale where that is known
 * (Suricata counts down, Wazuh goes to 15, GuardDuty to 10), by its words otherwise, and is else
 * medium.
 */
#pragma once

#include "event/column.h"
#include "event/signal.h"

/* What the signal points at. */
struct tool_signal_room {
    struct signal_pair key[3];
    struct entity entities[10];
    str tags[SIGNAL_TAGS_MAX];
    struct signal_pair details[8];
    uint64_t ref;
};

/* Is it what a tool alerts of, detection or malware? */
bool tool_alerts_of(uint8_t activity);

/* The techniques that the record names, "T1110.001 T1021", in a; .p is NULL when it names none. Its
 * values are text (event_settle()). */
str tool_techniques(const struct event *ev, struct arena *a);

/* False: the columns are of no alert of a tool. `format` is that of the record's kind, techniques
 * as above. time_ns may be SIGNAL_NO_TIME. Texts are the columns' or live in a. */
bool tool_signal(const struct columns *c, str format, str techniques, int64_t time_ns, uint64_t ref,
                 struct arena *a, struct tool_signal_room *room, struct signal *ret) MUST_USE;

/* "high" or "3", in the words or numbers of the format. */
enum severity tool_severity(str format, str level);
