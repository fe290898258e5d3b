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
/* Fills ev->logsources from its fields, unless the format has filled them. */
void logsource_classify(struct event *ev);
