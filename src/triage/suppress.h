/*
 * suppress.h - what hides alerts: Sigma filters over alerts, with who wants it, why, and until
 * when.
 *
 *     title: the backup server reads everything at night
 *     id: 7d0d5f0c-3c38-4b6b-8f51-0f4f6d2b7a10
 *     logsource: {product: tocsin, category: alert}
 *     filter:
 *       rules: [mass_access]            # ids of rules, names of behaviours; or any
 *       backup: {host: backup01}
 *       condition: not backup           # as Sigma has it: what remains of the rule
 *     owner: alice
 *     reason: it is its purpose
 *     expires: 2027-01-01               # or never
 *     mode: hide                        # or monitor: counted, not hidden
 *     up_to: high                       # the highest severity that is hidden; so by default
 *     during:                           # a maintenance window; without it always
 *       - {from: 2026-11-01T20:00:00Z, to: 2026-11-02T02:00:00Z}
 *       - {days: [sat, sun], from: '02:00', to: '06:00'}    # UTC, every week
 *
 * Times are compared with the alert's own (last_ns), so that a replay hides the same. An alert
 * without a time is hidden only by what never expires and has no window.
 *
 * Nothing is discarded: a hidden alert says by what (suppressed_by). An alert breaks through when
 * its severity is above `up_to`, and when it brings a tactic into its group that no alert had which
 * the same suppression hid in that group before.
 */
#pragma once

#include "base/err.h"
#include "triage/alert.h"

enum { SUPPRESSIONS_MAX = 10000, SUPPRESS_WINDOWS_MAX = 64 };

enum suppress_mode { SUPPRESS_HIDE, SUPPRESS_MONITOR };

struct suppress_window {
    bool weekly;
    uint8_t days;           /* weekly: bit 0 is Monday */
    int64_t from_ns, to_ns; /* weekly: since midnight; to_ns may be the smaller one */
};

struct suppression {
    str id, title, owner, reason; /* id: the document's, or its title */
    str file;
    enum suppress_mode mode;
    enum severity up_to;
    int64_t expires_ns; /* INT64_MAX: never */
    struct suppress_window *windows;
    uint32_t window_count;
    /* Of the alerts that suppress_begin() was last followed by: */
    uint64_t matched, hidden, broke_through;
};

struct suppress_set;

/* All documents of a text; `file` is for messages and is copied. One that is wrong refuses all: err
 * has the place, not yet the file. */
struct suppress_set *suppress_set_read(str text, str file, struct err *e) MUST_USE;
void suppress_set_free(struct suppress_set *s); /* NULL is a no-op */
uint32_t suppress_set_count(const struct suppress_set *s);
const struct suppression *suppress_set_at(const struct suppress_set *s, uint32_t i);

/* Counts from 0. */
void suppress_begin(struct suppress_set *s);
/* A group's alerts follow one another. */
void suppress_begin_group(struct suppress_set *s);
/* Sets suppressed_by, or makes it empty. `tactics` are the alert's (alert_tactics()). */
void suppress_alert(struct suppress_set *s, struct alert *a, uint32_t tactics);

/* The first suppression that matches the alert at its time, whatever its severity; NULL: none. */
const struct suppression *suppress_match(struct suppress_set *s, const struct alert *a);
