/*
 * summary.h - what a whole scan saw: counts for the report's summaries, logons,
 * and gaps in each log. A summary is built per batch by a worker and merged in
 * input order by the collector, so that it is the same for any number of
 * workers. Each table is bounded; what does not fit is counted in its `other`.
 */
#pragma once

#include "engine/finding.h"
#include "formats/problem.h"

enum {
    SUMMARY_KEYS_MAX = 20000,
    SUMMARY_LOGS_MAX = 8192,   /* logs (file, host, channel) in which gaps are looked for */
    SUMMARY_LOG_GAPS_MAX = 64, /* gaps kept of one log, the first ones */
    SUMMARY_GAPS_MAX = 2000,   /* rows of `gaps` */
};

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
    int64_t first_ns, last_ns; /* valid when has_time */
    bool has_time;
};

/* A hole in a log: record ids or times that should follow each other and do not, or the event that
 * tells of a cleared log. When it holds in which log: see "Gaps" in summary.c. */
struct gap_row {
    str file, log;  /* log: the channel; empty when the format has none */
    str host;       /* whose log; empty when the log does not say */
    bool by_record; /* record ids are missing; otherwise only time is */
    bool cleared;   /* Windows 1102 or 104 at record_after: `log` was cleared */
    uint64_t record_before, record_after;  /* 0 when the log has none */
    int64_t time_before_ns, time_after_ns; /* valid when has_time */
    bool has_time;
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
    struct gap_row *gaps; /* by file in input order, then log, then position */
    uint32_t gap_count;
    uint64_t gaps_other;
    uint64_t logs_selected; /* logs that miss so many record ids that they are a selection */
    uint64_t logs_other;    /* events of logs beyond SUMMARY_LOGS_MAX */
};

/*
 * Builds a summary. A worker fills one builder a batch, in the order of the
 * batch's events, and clears it for the next; the collector merges them into
 * its own in input order. The result is the same for any split into batches:
 * a table keeps the first SUMMARY_KEYS_MAX keys of the input. Strings are
 * copied; rules are kept by pointer.
 */
struct summary_builder;

/* `keys_max` limits each table: SUMMARY_KEYS_MAX for the collector's; UINT32_MAX for a batch's,
 * which is bounded by the batch. */
struct summary_builder *summary_builder_new(uint32_t keys_max) MUST_USE;
void summary_builder_free(struct summary_builder *b); /* NULL is a no-op */
void summary_builder_clear(struct summary_builder *b);

/* Every event; it lives until the builder is cleared. `w` is the caller's own. */
struct watch;
void summary_add_event(struct summary_builder *b, struct watch *w, const struct event *ev);
void summary_add_finding(struct summary_builder *b, const struct finding *f);
void summary_add_problem(struct summary_builder *b, enum problem_kind kind);
void summary_merge(struct summary_builder *into, const struct summary_builder *from);

/* The summary so far; its arrays live in the builder, valid until the next change of it. */
struct summary summary_of(struct summary_builder *b);
/* The time of the last event so far that has one; INT64_MIN: there is none. */
int64_t summary_last_ns(const struct summary_builder *b);
