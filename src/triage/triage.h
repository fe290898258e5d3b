/*
 * triage.h - signals to alerts: one for each detection and key, as long as it keeps telling.
 *
 * Signals come in the order of event time. One thread at a time. Nothing is read from a clock.
 */
#pragma once

#include "triage/alert_group.h"

enum {
    TRIAGE_ALERTS_MAX = 1 << 17,
    TRIAGE_ALERT_GAP_S = 3600,
    TRIAGE_ALERT_SPAN_S = 24 * 3600,
};

struct triage_options {
    /* A signal that comes later than this after the last one of its key makes a new alert; as does
     * one that comes later than alert_span_ns after the alert's first. 0: as the numbers above. */
    int64_t alert_gap_ns, alert_span_ns;
    /* As many are held; the one that was told least recently gives way. 0: TRIAGE_ALERTS_MAX. */
    uint32_t alerts_max;
    struct group_options groups;
    /* Called before an alert is given up: for room, or by triage_advance(). May be NULL. */
    void (*closed)(void *ctx, const struct alert *a);
    void *ctx;
};

struct triage;

/* `options` may be NULL: all as it is by default. */
struct triage *triage_new(const struct triage_options *options) MUST_USE;
void triage_free(struct triage *t); /* NULL is a no-op */

/* The alert that the signal made or raised, good until the next call. *ret_new may be NULL. */
const struct alert *triage_take(struct triage *t, const struct signal *s, bool *ret_new);

/* Live: gives up alerts that no signal of now_ns or later can raise, and no group can take in. */
void triage_advance(struct triage *t, int64_t now_ns);

/* All that are held, by first_ns and id, those without a time first. Good until the next call of a
 * function that takes or gives up alerts. */
const struct alert *const *triage_alerts(struct triage *t, uint32_t *ret_count);

/* Makes or raises an alert of each entity that several detections tell of by several techniques
 * (entity_risk.h), of what triage_groups() left visible. May be called again and again. Returns how
 * many such entities there are. */
uint32_t triage_roll_up(struct triage *t);

/* The groups of all that are held; alerts get the id of theirs. As long good as triage_alerts(),
 * and until it is called again. */
const struct alert_groups *triage_groups(struct triage *t);

struct triage_stats {
    uint64_t signals, events; /* taken, and the events behind them */
    uint64_t alerts;          /* made */
    uint64_t displaced;       /* given up for want of room */
    uint64_t steps;           /* alerts that were looked at to find the one of a signal */
    uint32_t held;
};
struct triage_stats triage_stats(const struct triage *t);
