/*
 * alert_group.h - alerts that share a user, a host or an address within a time: one story.
 *
 * Two alerts are linked when they have an entity in common that links (link_entity.h) and the later
 * one began within group_gap_ns of when the earlier one began; of two that are severe, within
 * severe_gap_ns. Linked alerts are one group, also when one alert joins two, as long as no more
 * than group_span_ns lies between the beginnings of its first and its last alert. When an alert
 * began counts, not how long it went on: what tells all day does not hold a day together.
 *
 * Groups follow from the alerts alone, whatever order they came in.
 */
#pragma once

#include "sigma/attack.h"
#include "triage/link_entity.h"
#include "triage/suppress.h"

enum {
    GROUP_GAP_S = 3600,
    GROUP_SEVERE_GAP_S = 12 * 3600,
    GROUP_SPAN_S = 24 * 3600,
};

/* Why an alert is in its group. */
struct alert_link {
    const struct alert *later, *earlier;
    struct entity entity; /* that they share */
};

struct alert_group {
    char id[ALERT_ID_HEX + 1];         /* from its first alert's, so that it stays when more join */
    const struct alert *const *alerts; /* the story: in their order */
    uint32_t count;
    const struct alert_link *links; /* count - 1, by the later alert */
    uint32_t link_count;
    enum severity severity;     /* the highest of alerts that are not suppressed */
    enum severity own_severity; /* the same without what was added up (entity_risk.h) */
    uint32_t suppressed;        /* alerts of it that are hidden */
    double score;               /* alert_score() of those that are not */
    uint64_t events;            /* behind them */
    int64_t first_ns, last_ns;
    const struct entity *entities; /* that link, and are in it */
    uint32_t entity_count;
    uint8_t tactics[TACTIC_COUNT]; /* enum attack_tactic, in the order of their first alert */
    uint32_t tactic_count;
    const struct alert *top; /* the first of the highest severity: it names the group */
};

struct group_options {
    int64_t group_gap_ns, severe_gap_ns, group_span_ns; /* 0: as the numbers above */
    const struct asset_list *assets;                    /* NULL: nothing is known of one's own */
    struct suppress_set *suppressions;                  /* NULL: nothing is hidden */
};

struct alert_groups {
    struct alert_group *items; /* in the order of their first alerts */
    uint32_t count;
    uint32_t *of_alert; /* the group of each alert that was given */
    struct link_entities entities;
};

/* All lives in a; alerts are in their order. Each gets the id of its group, and what hides it. */
void alert_groups_make(struct alert_groups *ret, struct alert *const *alerts, uint32_t count,
                       const struct group_options *o, struct arena *a);

/* "same host web1 as 4f2c... (Brute force), 12 min before" */
str alert_link_text(const struct alert_link *l, struct arena *a);
/* The tactics that an alert's tags name, themselves or by a technique; a bit each. */
uint32_t alert_tactics(const struct alert *a);
