/*
 * report.h - how an output plugs in. To add one: write cli/report_NAME.c, which
 * ends in `const struct report report_NAME`, and a row in reports.def.
 */
#pragma once

#include "base/clock.h"
#include "engine/scan.h"
#include "triage/triage.h"

/* What is the same for a whole run. */
struct report_context {
    struct io *io;
    int fd;             /* where the output goes */
    bool terminal;      /* fd is a terminal: colours and width may be used */
    uint32_t columns;   /* of the terminal */
    struct clock clock; /* when the report was made; fixed in tests */
    const struct ruleset *rules;
    const char *version; /* of tocsin */
    const str *paths;    /* what was asked to be scanned */
    uint32_t path_count;
    const str *fields; /* --field: further fields to show */
    uint32_t field_count;
    bool stats;            /* --stats */
    struct triage *triage; /* of --alerts; NULL without */
    int spool_fd;          /* an unlinked scratch file, opened before confinement; -1: none */
};

struct report {
    const char *name;    /* what -o takes */
    const char *summary; /* one line for --help */
    bool shows_problems; /* false: scan tells them on standard error */

    /* State for one run; never NULL. The context outlives it. */
    void *(*open)(const struct report_context *c);
    /* False stops the scan: the output cannot be written; err says why. */
    bool (*finding)(void *state, const struct finding *f, struct err *e);
    bool (*problem)(void *state, str file, const struct problem *p, struct err *e);
    bool (*finish)(void *state, const struct scan *scan, const struct summary *s, struct err *e);
    void (*close)(void *state);
};

extern const struct report *const reports[];
extern const size_t report_count;
const struct report *report_find(str name); /* NULL when there is none */
