/*
 * link_entity.h - which entities put alerts into one group, and which do not.
 *
 * Users, hosts and addresses link. What does not: values that name no one (localhost, SYSTEM, root,
 * 127.0.0.1), what is set as a NAT gateway, scanner, service account, VPN or DNS server, and hubs.
 *
 * A hub is an entity that turns up with too many others in alerts of too many detections. What is
 * too many is learned from the alerts at hand, as Tukey's outer fence: the third quartile and three
 * times the distance between the quartiles, of at least HUB_PARTNERS_MIN and HUB_DETECTIONS_MIN. So
 * an address that attacks many hosts by a few means is none; a proxy or a domain controller is one.
 * Nor is what is in half of all alerts: then it is the machine that the evidence is of.
 */
#pragma once

#include "entity/asset_role.h"
#include "triage/alert.h"

enum {
    LINK_ENTITIES_MAX = 12, /* of an alert, the first; others of it link nothing */
    LINK_PAIRS_MAX = 1 << 22,
    HUB_PARTNERS_MIN = 16,
    HUB_DETECTIONS_MIN = 8,
};

enum BYTE_ENUM link_refusal {
    LINK_GOOD,
    LINK_NAMES_NO_ONE, /* its value */
    LINK_ROLE,         /* its role */
    LINK_HUB,
};

struct link_entity {
    struct entity entity;
    enum link_refusal refusal;
    uint32_t alerts;               /* that it is in */
    uint32_t partners, detections; /* others that it turns up with; of how many rules and so on */
};

struct link_entities {
    struct link_entity *items; /* in the order in which alerts name them */
    uint32_t count;
    uint32_t *of_alert; /* places in items: those of alert i from starts[i] to starts[i + 1] */
    uint32_t *starts;
    uint32_t partners_bound, detections_bound; /* a hub has more than both */
    bool pairs_left_out;                       /* LINK_PAIRS_MAX was reached: partners are less */
};

/* All lives in a. The alerts are in their order (alert_order()). */
void link_entities_find(struct link_entities *ret, const struct alert *const *alerts,
                        uint32_t count, const struct asset_list *assets, struct arena *a);

/* Whether a value of that type can link alerts at all: for LINK_NAMES_NO_ONE. */
bool link_names_someone(const struct entity *e);
/* "proxy1 links nothing: it is in alerts with 40 others of 12 detections, more than 16 and 8" */
str link_refusal_text(const struct link_entities *l, const struct link_entity *e, struct arena *a);
