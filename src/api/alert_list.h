/*
 * alert_list.h - the alerts of a detector of plain events, in the order in which they were raised:
 * one for each threshold and address for as long as it lasts.
 */
#pragma once

#include "event/signal.h"
#include "tocsin.h"

struct tocsin_alert {
    char *message, *title, *address, *kind; /* owned; kind NULL: any */
    uint32_t threshold;                     /* its number */
    int64_t span_ns;                        /* without an event for longer it is over */
    uint64_t count;
    enum severity severity;
    int64_t first_ns, last_ns;
};

struct alert_list;

/* What a new alert says; copied. */
struct alert_about {
    uint32_t threshold;
    str address, title;
    const char *kind; /* NULL: any */
    int64_t span_ns;
};

struct alert_list *alert_list_new(uint32_t alerts_max) MUST_USE;
void alert_list_free(struct alert_list *l); /* NULL is a no-op */
uint32_t alert_list_count(const struct alert_list *l);
const struct tocsin_alert *alert_list_at(const struct alert_list *l, uint32_t at);

/* The alert of a threshold and an address that is not over at now_ns; NULL when there is none. */
struct tocsin_alert *alert_list_find(const struct alert_list *l, uint32_t threshold, str address,
                                     int64_t now_ns);
/* NULL: alerts_max are kept. */
struct tocsin_alert *alert_list_add(struct alert_list *l, const struct alert_about *about);
/* Drops those that are over at now_ns. */
void alert_list_forget(struct alert_list *l, int64_t now_ns);
