/*
 * exfil.c - more bytes out of one's own network than is usual.
 *
 * Of each host: what it sends outside in an hour, against its own hours of the last week. The band
 * ends at the larger of the largest hour and median + 5.19 MAD, which is a modified z-score of 3.5
 * (Iglewicz and Hoaglin); an hour enters the history at no more than HISTORY_CLIP times the band,
 * so that one theft does not make the next usual. Of each (host, destination): what was sent within
 * a day, where much more goes out than comes in; less is enough for a destination that nobody in
 * the network spoke to before.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/day.h"
#include "behave/flow.h"
#include "behave/ref_ring.h"
#include "correlate/key_table.h"

#include <stdlib.h>

enum {
    HOSTS_MAX = 1 << 16,
    PAIRS_MAX = 1 << 17,
    DESTINATIONS_MAX = 1 << 17,
    WEEK_HOURS = 7 * DAY_HOURS,
    HISTORY_MIN = DAY_HOURS, /* hours before a host's own are held against it */
    HISTORY_CLIP = 4,
    WATCHED_S = 7 * DAY_S, /* before a destination can be new */
    FORGET_S = 30 * DAY_S,
    HALF_S = DAY_S / 2,
};

static const double mads = 3.5 / 0.6745;

struct host {
    float hours[WEEK_HOURS]; /* bytes of each; of hour h at h % WEEK_HOURS */
    uint32_t hour, known;    /* the current one; hours before it since the host was first seen */
    uint32_t first_s, last_s;
    double now;            /* bytes of the current hour */
    double expected, high; /* the band of it */
    double told_next;      /* 0: nothing is told of this hour */
    uint32_t untold;
    struct ref_ring refs;
};

struct pair {
    double sent[2], received[2]; /* of the half days, even and odd */
    double told_next;            /* stays: a nightly upload is told once */
    uint32_t half, first_s, last_s;
    uint32_t untold;
    struct ref_ring refs;
};

struct destination {
    uint32_t first_s, last_s;
};

struct exfil {
    struct key_table *hosts, *pairs, *destinations;
    uint64_t seed;
    double floor, upload, upload_new, ratio;
    const str *ignored;
    uint32_t ignored_count;
    uint32_t first_s; /* of all that was seen */
};

static const struct setting settings_table[] = {
    {.name = "floor",
     .kind = SETTING_SIZE,
     .fallback = "256M",
     .min = 1024,
     .max = UINT64_C(1) << 60,
     .help = "bytes that a host sends outside in an hour; what is less is never told"},
    {.name = "upload",
     .kind = SETTING_SIZE,
     .fallback = "1G",
     .min = 1024,
     .max = UINT64_C(1) << 60,
     .help = "bytes to one destination within a day, if `ratio` holds"},
    {.name = "upload_new",
     .kind = SETTING_SIZE,
     .fallback = "100M",
     .min = 1024,
     .max = UINT64_C(1) << 60,
     .help = "the same to a destination that nobody spoke to before that day"},
    {.name = "ratio",
     .kind = SETTING_NUMBER,
     .fallback = "10",
     .min = 1,
     .max = 1000000,
     .help = "times as many bytes as come back"},
    {.name = "ignore",
     .kind = SETTING_LIST,
     .help = "destinations that do not count: addresses, and domains with what is below them"},
};

static int64_t host_last(const void *state)
{
    return (int64_t)((const struct host *)state)->last_s * NS_PER_S;
}

static int64_t pair_last(const void *state)
{
    return (int64_t)((const struct pair *)state)->last_s * NS_PER_S;
}

static int64_t destination_last(const void *state)
{
    return (int64_t)((const struct destination *)state)->last_s * NS_PER_S;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind hosts = {sizeof(struct host), host_last, NULL};
    static const struct key_table_kind pairs = {sizeof(struct pair), pair_last, NULL};
    static const struct key_table_kind destinations = {sizeof(struct destination), destination_last,
                                                       NULL};
    struct exfil *x = mem_alloc(sizeof *x);

    (void)e;
    x->floor = (double)setting_number(s, "floor");
    x->upload = (double)setting_number(s, "upload");
    x->upload_new = (double)setting_number(s, "upload_new");
    x->ratio = (double)setting_number(s, "ratio");
    x->ignored = setting(s, "ignore")->list;
    x->ignored_count = setting(s, "ignore")->list_count;
    x->seed = hash_seed();
    x->hosts = key_table_new(&hosts, HOSTS_MAX);
    x->pairs = key_table_new(&pairs, PAIRS_MAX);
    x->destinations = key_table_new(&destinations, DESTINATIONS_MAX);
    return x;
}

static void close(void *self)
{
    struct exfil *x = self;

    key_table_free(x->hosts);
    key_table_free(x->pairs);
    key_table_free(x->destinations);
    free(x);
}

/* ------------------------------------------------------------ a host's hours */

static int by_number(const void *left, const void *right)
{
    const float l = *(const float *)left, r = *(const float *)right;

    return (l > r) - (l < r);
}

static float median(float *numbers, uint32_t n)
{
    qsort(numbers, n, sizeof *numbers, by_number);
    return n % 2 ? numbers[n / 2] : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

/* The band of the hour that begins. */
static void make_band(struct host *h)
{
    const uint32_t n = h->known < WEEK_HOURS ? h->known : WEEK_HOURS;
    float hours[WEEK_HOURS], largest = 0;

    for (uint32_t i = 0; i < n; i++)
        hours[i] = h->hours[(h->hour - 1 - i) % WEEK_HOURS];
    if (n == 0)
        return;
    const float middle = median(hours, n);
    largest = hours[n - 1];
    for (uint32_t i = 0; i < n; i++)
        hours[i] = hours[i] > middle ? hours[i] - middle : middle - hours[i];
    const double high = (double)middle + mads * (double)median(hours, n);
    h->expected = (double)middle;
    h->high = high > (double)largest ? high : (double)largest;
}

static void host_turn(const struct exfil *x, struct host *h, uint32_t hour)
{
    if (hour <= h->hour)
        return;
    const uint32_t gone = hour - h->hour;
    const double usual = h->high > x->floor ? h->high : x->floor;
    const double most = HISTORY_CLIP * usual;

    h->hours[h->hour % WEEK_HOURS] = (float)(h->now < most ? h->now : most);
    for (uint32_t i = 1; i < gone && i <= WEEK_HOURS; i++)
        h->hours[(h->hour + i) % WEEK_HOURS] = 0;
    h->known = gone > WEEK_HOURS || h->known + gone > WEEK_HOURS ? WEEK_HOURS : h->known + gone;
    h->hour = hour;
    h->now = h->told_next = 0;
    h->untold = 0;
    make_band(h);
}

/* ------------------------------------------------------------ signals */

extern const struct behavior_type behavior_exfil;

static str size_text(double bytes, struct arena *a)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;

    for (; bytes >= 1000 && unit + 1 < countof(units); unit++)
        bytes /= 1000;
    return arena_printf(a, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

static void tell_host(struct host *h, const struct flow *f, const struct observation *o,
                      struct behavior_port *port)
{
    struct arena *a = port->arena;
    const struct signal_pair key = {S("host"), f->source};
    const uint32_t hour_start = h->hour * HOUR_S;
    uint64_t refs[REF_RING];
    struct signal out = {
        .first_ns = (int64_t)(hour_start > h->first_s ? hour_start : h->first_s) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = h->untold,
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            a,
            STR_FMT " sent " STR_FMT " outside in an hour: of its last %u hours half had less "
                    "than " STR_FMT ", and " STR_FMT " would have been usual",
            STR_ARG(f->source), STR_ARG(size_text(h->now, a)), h->known,
            STR_ARG(size_text(h->expected, a)), STR_ARG(size_text(h->high, a))),
        .measure = {"bytes sent in an hour", h->now, h->expected, 0, h->high,
                    "the host's own hours of the last week", h->known},
        .events = refs,
        .event_count = ref_ring_list(&h->refs, refs),
    };

    out.entity_count = flow_entities(o, f, a, &out.entities);
    behavior_tell(&behavior_exfil, port, &out);
    h->untold = 0;
    h->told_next = h->now * 2;
}

struct upload {
    double sent, received, least;
    bool is_new;
};

static void tell_pair(const struct exfil *x, struct pair *p, const struct flow *f,
                      const struct observation *o, const struct upload *u,
                      struct behavior_port *port)
{
    struct arena *a = port->arena;
    const str destination = flow_destination(f);
    const uint32_t day_start = p->half ? (p->half - 1) * HALF_S : 0;
    const struct signal_pair key[] = {{S("host"), f->source}, {S("destination"), destination}};
    uint64_t refs[REF_RING];
    struct signal out = {
        .severity = u->is_new ? SEVERITY_HIGH : SEVERITY_NONE,
        .first_ns = (int64_t)(p->first_s > day_start ? p->first_s : day_start) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = p->untold,
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(
            a, STR_FMT " sent " STR_FMT " to " STR_FMT " within a day and got " STR_FMT " back%s",
            STR_ARG(f->source), STR_ARG(size_text(u->sent, a)), STR_ARG(destination),
            STR_ARG(size_text(u->received, a)),
            u->is_new ? "; nobody spoke to it before that day" : ""),
        .measure = {"bytes sent to it within a day", u->sent, u->received, 0,
                    u->least > u->received * x->ratio ? u->least : u->received * x->ratio,
                    "threshold", p->refs.count},
        .events = refs,
        .event_count = ref_ring_list(&p->refs, refs),
    };

    out.entity_count = flow_entities(o, f, a, &out.entities);
    behavior_tell(&behavior_exfil, port, &out);
    p->untold = 0;
    p->told_next = u->sent * 2;
}

/* ------------------------------------------------------------ what comes */

static void feed_host(struct exfil *x, const struct flow *f, const struct observation *o,
                      uint64_t source, struct behavior_port *port)
{
    struct host *h = key_table_touch(x->hosts, source);

    if (h->last_s == 0) {
        h->first_s = f->time_s;
        h->hour = f->time_s / HOUR_S;
    }
    host_turn(x, h, f->time_s / HOUR_S);
    h->last_s = f->time_s;
    h->now += (double)f->sent;
    h->untold++;
    ref_ring_add(&h->refs, o->ref);
    if (h->known >= HISTORY_MIN && h->now >= x->floor && h->now > h->high && h->now >= h->told_next)
        tell_host(h, f, o, port);
}

static bool is_new(struct exfil *x, const struct flow *f, uint64_t destination)
{
    struct destination *d = key_table_touch(x->destinations, destination);

    if (d->last_s == 0)
        d->first_s = f->time_s;
    d->last_s = f->time_s;
    return d->first_s - x->first_s >= WATCHED_S && f->time_s - d->first_s <= DAY_S;
}

/* Goes on to the half day of `time_s`. */
static void pair_turn(struct pair *p, uint32_t time_s)
{
    const uint32_t half = time_s / HALF_S;

    for (uint32_t h = p->half + 1; h <= half && h <= p->half + 2; h++)
        p->sent[h % 2] = p->received[h % 2] = 0;
    if (half > p->half + 1 || p->last_s == 0) {
        p->first_s = time_s;
        p->untold = 0;
    }
    p->half = half;
    p->last_s = time_s;
}

static void feed_pair(struct exfil *x, const struct flow *f, const struct observation *o,
                      uint64_t source, struct behavior_port *port)
{
    const uint64_t destination = hash64(flow_destination(f), x->seed);
    struct upload u = {.is_new = is_new(x, f, destination)};

    if (f->received < 0)
        return; /* no ratio */
    struct pair *p = key_table_touch(x->pairs, hash_mix(source, destination));
    pair_turn(p, f->time_s);
    p->sent[p->half % 2] += (double)f->sent;
    p->received[p->half % 2] += (double)f->received;
    p->untold++;
    ref_ring_add(&p->refs, o->ref);
    u.sent = p->sent[0] + p->sent[1];
    u.received = p->received[0] + p->received[1];
    u.least = u.is_new ? x->upload_new : x->upload;
    if (u.sent >= u.least && u.sent >= p->told_next && u.sent >= u.received * x->ratio)
        tell_pair(x, p, f, o, &u, port);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct exfil *x = self;
    struct flow f;

    if (!flow_read(o, &f) || !flow_is_outward(&f) || f.part == FLOW_BEGIN || f.sent < 0 ||
        o->source_asset.roles & (ROLE_NAT_GATEWAY | ROLE_SCANNER) ||
        place_is_listed(flow_destination(&f), x->ignored, x->ignored_count))
        return;
    const uint64_t source = hash64(f.source, x->seed);
    x->first_s = x->first_s ? x->first_s : f.time_s;
    feed_host(x, &f, o, source, port);
    feed_pair(x, &f, o, source, port);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct exfil *x = self;

    (void)port;
    if (now_ns < 0)
        return;
    key_table_expire(x->hosts, now_ns - (int64_t)WEEK_HOURS * HOUR_S * NS_PER_S);
    key_table_expire(x->pairs, now_ns - (int64_t)FORGET_S * NS_PER_S);
    key_table_expire(x->destinations, now_ns - (int64_t)FORGET_S * NS_PER_S);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct exfil *x = self;

    ret->keys = key_table_count(x->hosts) + key_table_count(x->pairs);
    ret->displaced = key_table_displaced(x->hosts) + key_table_displaced(x->pairs);
    ret->bytes =
        key_table_bytes(x->hosts) + key_table_bytes(x->pairs) + key_table_bytes(x->destinations);
}

static const uint8_t activities[] = {ACTIVITY_flow, ACTIVITY_flow_close, ACTIVITY_http,
                                     ACTIVITY_none};
static const uint8_t columns[] = {FLOW_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_exfil = {
    .name = "exfil",
    .title = "Data exfiltration",
    .what = "more bytes from a host to outside than is usual, or an upload to one destination",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.exfiltration attack.t1048 attack.t1567",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .advance = advance,
    .stats = stats,
};
