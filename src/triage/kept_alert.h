/*
 * kept_alert.h - an alert with what it owns: texts are copied from signals, each once.
 *
 * What was told provisionally counts until it is told for good. The first signal for good takes the
 * place of all provisional ones before it, so that an alert is in the end the same as if there had
 * been none.
 */
#pragma once

#include "base/hash.h"
#include "triage/alert.h"

struct kept_alert {
    struct alert alert; /* a view of the rest */
    uint64_t hash;      /* of origin, id and key; triage.c's */
    uint64_t pending;   /* of alert.count: told provisionally since the last signal for good */
    int64_t pending_last_ns;
    struct signal_pair *key, *details;
    struct entity *entities;
    str *tags;
    uint32_t entity_room, tag_room, ref_room, ref_count;
    uint64_t *refs; /* the newest, up to twice as many as are shown */
    struct buf detail_text, explanation;
    struct kept_alert *next_of_slot;  /* in the table of open keys */
    struct kept_alert *older, *newer; /* in the order in which they were last told */
    bool listed;                      /* it is in the table: the newest of its key */
};

struct kept_alert *kept_alert_new(const struct signal *s, struct sha256 *h) MUST_USE;
void kept_alert_free(struct kept_alert *k); /* NULL is a no-op */

/* The signal is of the same origin, id and key. */
void kept_alert_add(struct kept_alert *k, const struct signal *s, struct sha256 *h);
bool kept_alert_is_of(const struct kept_alert *k, const struct signal *s);

/* The first 16 bytes of SHA-256 over origin, id, the key's pairs and first_ns, in hexadecimal; each
 * text has its length before it. */
void alert_id(const struct signal *s, struct sha256 *h, char ret[ALERT_ID_HEX + 1]);
