/* scan_filter.h - the options of scan that choose among rules and events. */
#pragma once

#include "cli/command.h"
#include "engine/scan.h"

/* --formats, --format: o's formats and format; o->io is set. */
bool scan_filter_formats(const struct command *c, const struct arguments *a, struct scan_options *o,
                         struct err *e) MUST_USE;
/* The same, and --zone. */
bool scan_filter_format(const struct command *c, const struct arguments *a, struct scan_options *o,
                        struct err *e) MUST_USE;
/* Frees what scan_filter_format() made. */
void scan_filter_done(struct scan_options *o);
/* --from, --to, --format, --logsource. *force is filled when --logsource is given. */
bool scan_filter_input(const struct command *c, const struct arguments *a, struct scan_options *o,
                       struct logsource *force, struct err *e) MUST_USE;

/* --min-level, --status, --tag: leaves in rs only the rules that are wanted. */
bool scan_filter_rules(const struct command *c, const struct arguments *a, struct ruleset *rs,
                       struct err *e) MUST_USE;
