/*
 * plain_detector.c - thresholds over plain events. A sliding window (correlate/window.h) for each
 * threshold says when an address reaches it; from then on events are counted in the alert, until
 * there was none for the window's span: what goes on is one thing, however long.
 */
#include "api/alert_list.h"
#include "api/census.h"
#include "api/failure.h"
#include "base/hash.h"
#include "base/mem.h"
#include "correlate/window.h"
#include "text/ip.h"

#include <stdlib.h>

_Static_assert((int)TOCSIN_THRESHOLD_MAX == (int)WINDOW_NEED_MAX,
               "the header tells the windows' limit");

struct threshold {
    char *kind, *title; /* owned; kind NULL: any */
    int64_t span_ns;
    struct windows *windows;
};

struct tocsin_detector {
    struct threshold thresholds[TOCSIN_THRESHOLDS_MAX];
    uint32_t threshold_count;
    struct alert_list *alerts;
    struct census *census;
    uint64_t seed;     /* of addresses' hashes */
    int64_t newest_ns; /* of all events; valid when started */
    bool started;
};

/* An event that was found right. */
struct plain_event {
    str address, kind;
    enum severity severity;
    int64_t time_ns;
};

struct tocsin_detector *tocsin_detector_new(void)
{
    struct tocsin_detector *d = mem_alloc(sizeof *d);

    d->alerts = alert_list_new(TOCSIN_ALERTS_MAX);
    d->census = census_new(TOCSIN_ADDRESSES_MAX);
    d->seed = hash_seed();
    return d;
}

void tocsin_detector_free(struct tocsin_detector *d)
{
    if (!d)
        return;
    for (uint32_t i = 0; i < d->threshold_count; i++) {
        free(d->thresholds[i].kind);
        free(d->thresholds[i].title);
        windows_free(d->thresholds[i].windows);
    }
    alert_list_free(d->alerts);
    census_free(d->census);
    free(d);
}

/* ------------------------------------------------------------ thresholds */

/* Can the text stand in one line of a report? */
static bool is_plain(const char *text, size_t max)
{
    size_t n = 0;

    for (; text[n]; n++)
        if (n == max || (unsigned char)text[n] < ' ' || text[n] == 0x7f)
            return false;
    return n > 0;
}

bool tocsin_detector_watch(struct tocsin_detector *d, const char *kind, const char *title,
                           uint32_t threshold, int64_t window_ns, struct tocsin_error *why)
{
    const struct window_spec spec = {
        .kind = WINDOW_COUNT,
        .span_ns = window_ns,
        .bounds = {{BOUND_GTE, threshold}},
        .bound_count = 1,
        .keys_max = TOCSIN_ADDRESSES_MAX,
    };
    const char *wrong;

    if (!d || !title)
        return failure_say(why, TOCSIN_MISUSE, "the %s is NULL", d ? "title" : "detector");
    if (kind && !is_plain(kind, TOCSIN_KIND_BYTES_MAX))
        return failure_say(why, TOCSIN_INPUT, "the kind is not 1 to %d bytes of plain text",
                           TOCSIN_KIND_BYTES_MAX);
    if (threshold == 0)
        return failure_say(why, TOCSIN_INPUT, "the threshold is 0");
    if (!window_spec_check(&spec, &wrong))
        return failure_say(why, TOCSIN_INPUT, "%s", wrong);
    if (d->threshold_count == TOCSIN_THRESHOLDS_MAX)
        return failure_say(why, TOCSIN_LIMIT, "there are %d thresholds already",
                           TOCSIN_THRESHOLDS_MAX);
    d->thresholds[d->threshold_count++] = (struct threshold){
        .kind = kind ? str_dup(str_from(kind)) : NULL,
        .title = str_dup(str_from(title)),
        .span_ns = window_ns,
        .windows = windows_new(&spec),
    };
    return true;
}

/* ------------------------------------------------------------ events */

static bool is_late(const struct tocsin_detector *d, const struct threshold *t, int64_t time_ns)
{
    int64_t from;

    return !__builtin_sub_overflow(d->newest_ns, t->span_ns, &from) && time_ns < from;
}

static void count_event(struct tocsin_alert *a, const struct plain_event *ev)
{
    a->count++;
    a->severity = ev->severity > a->severity ? ev->severity : a->severity;
    a->first_ns = ev->time_ns < a->first_ns ? ev->time_ns : a->first_ns;
    a->last_ns = ev->time_ns > a->last_ns ? ev->time_ns : a->last_ns;
}

/* False: an alert is due for which there is no room. */
static bool feed(struct tocsin_detector *d, uint32_t number, const struct plain_event *ev)
{
    const struct threshold *t = &d->thresholds[number];
    const struct window_event in = {.time_ns = d->newest_ns};
    const struct window_answer now = windows_feed(t->windows, hash64(ev->address, d->seed), &in);
    struct tocsin_alert *a = alert_list_find(d->alerts, number, ev->address, d->newest_ns);

    if (a) {
        count_event(a, ev);
        return true;
    }
    if (!now.holds)
        return true;
    a = alert_list_add(d->alerts, &(struct alert_about){number, ev->address, str_from(t->title),
                                                        t->kind, t->span_ns});
    if (!a)
        return false;
    a->count = (uint64_t)now.value;
    a->severity = ev->severity;
    a->first_ns = now.first_ns < ev->time_ns ? now.first_ns : ev->time_ns;
    a->last_ns = ev->time_ns;
    return true;
}

static bool take(struct tocsin_detector *d, const struct plain_event *ev, struct tocsin_error *why)
{
    bool has_room = true, in_time = true;

    d->newest_ns = d->started && d->newest_ns > ev->time_ns ? d->newest_ns : ev->time_ns;
    d->started = true;
    census_add(d->census, ev->address);
    for (uint32_t i = 0; i < d->threshold_count; i++) {
        const struct threshold *t = &d->thresholds[i];
        if (t->kind && !str_eq(str_from(t->kind), ev->kind))
            continue;
        const bool late = is_late(d, t, ev->time_ns);
        in_time = in_time && !late;
        has_room = (late || feed(d, i, ev)) && has_room;
    }
    if (!has_room)
        return failure_say(why, TOCSIN_LIMIT,
                           "%d alerts are kept already: drop those that are over with "
                           "tocsin_detector_forget()",
                           TOCSIN_ALERTS_MAX);
    if (!in_time)
        return failure_say(why, TOCSIN_LATE, "the event is older than a window that asks for it");
    return true;
}

bool tocsin_detector_add(struct tocsin_detector *d, int64_t time_ns, const char *address,
                         const char *kind, const char *severity, struct tocsin_error *why)
{
    struct plain_event ev = {.time_ns = time_ns};
    char text[IP_TEXT_MAX];
    struct ip ip;

    if (!d || !address || !kind || !severity)
        return failure_say(why, TOCSIN_MISUSE, "the %s is NULL",
                           !d         ? "detector"
                           : !address ? "address"
                           : !kind    ? "kind"
                                      : "severity");
    if (!is_plain(address, TOCSIN_ADDRESS_BYTES_MAX))
        return failure_say(why, TOCSIN_INPUT, "the address is not 1 to %d bytes of plain text",
                           TOCSIN_ADDRESS_BYTES_MAX);
    if (!is_plain(kind, TOCSIN_KIND_BYTES_MAX))
        return failure_say(why, TOCSIN_INPUT, "the kind is not 1 to %d bytes of plain text",
                           TOCSIN_KIND_BYTES_MAX);
    if (severity[0] && !severity_parse(str_from(severity), &ev.severity))
        return failure_say(why, TOCSIN_INPUT, "unknown severity '%.32s'", severity);
    ev.address = str_from(address);
    ev.kind = str_from(kind);
    if (ip_parse(ev.address, &ip))
        ev.address = ip_text(&ip, text);
    return take(d, &ev, why);
}

/* ------------------------------------------------------------ what was found */

size_t tocsin_detector_alert_count(const struct tocsin_detector *d)
{
    return d ? alert_list_count(d->alerts) : 0;
}

const struct tocsin_alert *tocsin_detector_alert(const struct tocsin_detector *d, size_t at)
{
    return at < tocsin_detector_alert_count(d) ? alert_list_at(d->alerts, (uint32_t)at) : NULL;
}

void tocsin_detector_forget(struct tocsin_detector *d)
{
    if (d && d->started)
        alert_list_forget(d->alerts, d->newest_ns);
}

size_t tocsin_detector_anomalous(const struct tocsin_detector *d, double factor,
                                 tocsin_address_fn *on_address, void *context)
{
    return d ? census_outliers(d->census, factor, on_address, context) : 0;
}

uint64_t tocsin_detector_uncounted(const struct tocsin_detector *d)
{
    return d ? census_other(d->census) : 0;
}

void tocsin_detector_reset_counts(struct tocsin_detector *d)
{
    if (d)
        census_clear(d->census);
}
