/*
 * scan.h - a rule set over evidence: files, folders, collections, standard
 * input. Findings and problems are handed over in input order, the same for any
 * number of workers.
 */
#pragma once

#include "base/clock.h"
#include "base/io.h"
#include "engine/finding.h"
#include "engine/summary.h"
#include "engine/stateful.h"
#include "formats/format.h"

enum { SCAN_WORKERS_MAX = 64 };

struct evidence { /* one file that was read */
    str path;
    uint64_t bytes;     /* of the file as it lies there */
    char sha256[65];    /* of the same, hex; empty when it could not be read to its end */
    const char *format; /* name; NULL when it was not recognised, "archive" for a collection */
    uint64_t events;
};

/* Called by one thread at a time, in the order of the input; it is not always the same thread. */
struct scan_handlers {
    void *ctx;
    void (*finding)(void *ctx, const struct finding *f);
    void (*problem)(void *ctx, str file, const struct problem *p);
    void (*progress)(void *ctx, uint64_t bytes, uint64_t events, str file); /* may be NULL */
    /* With options.behaviors: what alerts are made of, in the order of event time, when all is
     * read. */
    void (*signal)(void *ctx, const struct signal *s);
};

struct scan_options {
    const struct ruleset *rules;
    const struct profile *profile;   /* of the fields' values; may be NULL */
    struct compiled_rules *compiled; /* of the rules; NULL: made now */
    struct detector *detector;       /* of the rules, shared with others; NULL: made of the above */
    struct io *io;
    uint32_t workers;                 /* 1..SCAN_WORKERS_MAX */
    const struct format_set *formats; /* that there are; NULL: those that are built in */
    const struct format *format;      /* NULL: by content */
    const struct logsource *force;    /* NULL: by the tables; otherwise for events that have none */
    struct time_rule time;  /* of records; a file's own modification goes before its reference */
    int64_t from_ns, to_ns; /* events outside are not matched; INT64_MIN, INT64_MAX: all */
    bool with_hash;         /* compute the evidence's SHA-256 */
    struct behavior_set *behaviors;  /* NULL: no signals are asked for */
    const struct asset_list *assets; /* for them; may be NULL */
    int record_fd; /* an unlinked scratch file for what is put in the order of time; 0, -1: none */
    bool without_health; /* nobody will ask for scan_fields_unseen() */
    bool naive;          /* match with the oracle: slow, for tests */
};

struct scan;
struct scan *scan_new(const struct scan_options *o, const struct scan_handlers *h) MUST_USE;
void scan_free(struct scan *s); /* NULL is a no-op */
/* Reads one path ("-": standard input). False only when `path` itself cannot be opened. */
bool scan_path(struct scan *s, const char *path, struct err *e) MUST_USE;
/* The same of bytes in memory, which `name` stands for. */
void scan_bytes(struct scan *s, str name, str bytes);
void scan_stop(struct scan *s);                    /* from a handler: no more input is read */
const struct summary *scan_finish(struct scan *s); /* waits for all; once, after the last path */
/* After scan_finish: ready for other input, of which nothing before is known, but with memory that
 * is warm already. reference_ns is for the times of its records. Without a record_fd; the figures
 * of scan_fields_unseen() and scan_regex_limits() go on. */
void scan_again(struct scan *s, int64_t reference_ns);
uint32_t scan_evidence(const struct scan *s, const struct evidence **ret);

uint64_t
scan_regex_limits(const struct scan *s); /* searches cut off by a limit, after scan_finish */

/* What the stateful stage had to do with, after scan_finish; the reason when some records were
 * lost, else NULL. */
struct scan_correlated {
    uint64_t untimed;  /* matches without a time, so in no order */
    uint64_t left_out; /* records, for want of room */
    struct stateful_stats stateful;
};
const struct err *scan_correlated(const struct scan *s, struct scan_correlated *ret);
/* The path of a stream, by the number in an event_ref(); "" when there is none. */
str scan_source_name(const struct scan *s, uint32_t source);
/* The correlations that are not evaluated, and why; NULL behind the last. */
const char *scan_not_correlated(const struct scan *s, uint32_t i, const struct sigma_rule **ret);

/* Rule health, after scan_finish: names that rules use and that no event had. */
uint32_t scan_fields_unseen(const struct scan *s, const str **ret);
