/*
 * summary.h - what a whole scan saw: counts for the report's summaries, logons,
 * and gaps in each log. A summary is built per batch by a worker and merged in
 * input order by the collector, so that it is the same for any number of
 * workers. Each table is bounded; what does not fit is counted in its `other`.
 */
#pragma once

#include "engine/finding.h"
#include "formats/problem.h"

enum { SUMMARY_KEYS_MAX = 20000, SUMMARY_GAPS_MAX = 2000 };

/* A counted key: a technique, a host, a rule, an hour. */
struct tally {
    str key;                       /* "T1059.001", "WS01", rule identity, "2026-05-04T10" */
    const struct sigma_rule *rule; /* set in the table of rules */
    uint64_t count;
    enum sigma_level level;    /* the highest among its findings */
    int64_t first_ns, last_ns; /* of its findings that have a time */
    bool has_time;
};
struct tally_table {
    struct tally *rows; /* in order: count descending, then key */
    uint32_t count;
    uint64_t other; /* findings that no row has, because the table was full */
};

/* Who logged on: one row for each user, source, host, type and outcome. */
struct logon_row {
    str user, source, host; /* empty when the log does not say */
    str type;               /* "network (3)", "interactive (2)", "console", "ssh" ... */
    bool success;
    uint64_t count;
    int64_t first_ns, last_ns;
};

/* A hole in a log: record ids or times that should follow each other and do not. */
struct gap_row {
    str file, log;  /* log: the channel; empty when the format has none */
    bool by_record; /* record ids are missing; otherwise only time is */
    uint64_t record_before, record_after;
    int64_t time_before_ns, time_after_ns;
};

struct summary {
    uint64_t events, findings, events_without_time, events_without_logsource;
    uint64_t problems[PROBLEM_KIND_COUNT];
    int64_t first_ns, last_ns; /* of events that have a time */
    bool has_time;
    struct tally_table techniques, hosts, rules, hours, levels;
    struct logon_row *logons; /* count descending, then user, source, host, type */
    uint32_t logon_count;
    uint64_t logons_other;
    struct gap_row *gaps; /* by file, then position */
    uint32_t gap_count;
    uint64_t gaps_other;
};
