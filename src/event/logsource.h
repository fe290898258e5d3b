/*
 * logsource.h - what kind of log an event is, in Sigma's terms.
 *
 * An event has up to EVENT_LOGSOURCES_MAX log sources: a Sysmon event 1 is
 * (windows, process_creation, sysmon). A rule applies when each of product,
 * category and service that it names equals the event's. Which event has which
 * is told by logsources.def for Windows, by Channel and EventID, and by the
 * format that read the record for all else.
 *
 * A log source may rename: rules for Windows process creation say Image where
 * Security 4688 says NewProcessName.
 */
#pragma once

#include "base/str.h"

struct field_rename {
    str rule_name, native_name;
};
/* A row of a table of them. */
#define RENAMED(rule_field, native_field)                                                          \
    {                                                                                              \
        .rule_name = S(rule_field), .native_name = S(native_field)                                 \
    }

struct logsource {
    str product, category, service;     /* lower case; empty when there is none */
    const struct field_rename *renames; /* const table; NULL when nothing is renamed */
    uint32_t rename_count;
};

/* Does a rule with log source `rule` apply to an event with `event`? Compares case-insensitively.
 */
bool logsource_applies(const struct logsource *rule, const struct logsource *event);

/* What a rule's field is called in this log source. */
str logsource_native_name(const struct logsource *source, str rule_name);

struct event;
/* Fills ev->logsources from its fields, unless the format has filled them. Its values are text
 * (event_settle()). Scans, which do it for each event, have classifier.h. */
void logsource_classify(struct event *ev);

/* The services of linux//SERVICE that a program's lines are of: rows of programs.def. Of a path the
 * last part counts, of "su(pam_unix)" what stands before the parenthesis. Returns how many. */
enum { LOGSOURCE_PROGRAM_SERVICES_MAX = 2 };
uint32_t logsource_program_services(str program, str ret[LOGSOURCE_PROGRAM_SERVICES_MAX]);

/* The parts of it, for classifier.h. What the tables ask of a record, as text; empty: absent. */
#define LOGSOURCE_CHANNEL S("Channel")
#define LOGSOURCE_EVENT_ID S("EventID")
#define LOGSOURCE_PROVIDER S("Provider_Name")
enum { LOGSOURCE_CONDITIONS_MAX = 4 };
struct logsource_facts {
    str channel, event_id, provider; /* the provider counts only when the channel is empty */
    str condition_names[LOGSOURCE_CONDITIONS_MAX], conditions[LOGSOURCE_CONDITIONS_MAX];
    uint32_t condition_count;
};
uint32_t logsource_condition_names(str ret[LOGSOURCE_CONDITIONS_MAX]); /* how many */
/* Did the format say no more than product windows? Then the tables refine it. */
bool logsource_is_plain_windows(const struct event *ev);
/* Adds the log sources of a record with a channel and an EventID to ev, which has none. False when
 * it is no such record. */
bool logsource_of_windows(struct event *ev, const struct logsource_facts *f);
