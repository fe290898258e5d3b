/*
 * anomaly_rate.c - more events in an hour than is usual.
 *
 * Each of some measures, such as the logons of an account, is counted for each key and hour, and
 * held against two things. While the hour lasts: the band of the key's own hours (rate_profile.h),
 * or while these are too few, that of its peers, the keys of the same roles. When the hour has
 * ended: the mean of all keys, times `factor`, unless the key's own band says that so much is
 * usual. Hours outside the band are not learned from, so that an attack does not become usual.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/kept_name.h"
#include "behave/pressure.h"
#include "behave/rate_profile.h"
#include "behave/ref_ring.h"
#include "correlate/key_table.h"

#include <stdlib.h>

enum {
    SERIES_MAX = 1 << 16,
    PROFILE_BYTES_MAX = 64 << 20,
    PEERS_MAX = 256, /* groups */
    PEER_VALUES = 256,
    PEER_VALUES_MIN = 50,
    LOUD_MAX = 1024, /* keys of an hour that are held against the mean */
    KEYS_MIN = 10,   /* of which there is a mean */
    ROUND = 16,      /* how the events of a measure are listed */
};

enum key_of { OF_SOURCE, OF_USER, OF_HOST };

static const struct measure {
    const char *what;
    enum key_of key;
    double floors; /* times `floor`: where many are nothing */
    uint8_t activities[ROUND];
} measures[] = {
    {"logons", OF_USER, 1, {ACTIVITY_logon, ACTIVITY_session_open}},
    {"logons", OF_SOURCE, 1, {ACTIVITY_logon, ACTIVITY_session_open}},
    {"API calls",
     OF_USER,
     5,
     {ACTIVITY_api, ACTIVITY_api_create, ACTIVITY_api_read, ACTIVITY_api_update,
      ACTIVITY_api_delete, ACTIVITY_web_resource}},
    {"web requests", OF_SOURCE, 10, {ACTIVITY_http}},
    {"process starts", OF_HOST, 5, {ACTIVITY_process_start}},
    {"connections",
     OF_SOURCE,
     20,
     {ACTIVITY_flow, ACTIVITY_flow_open, ACTIVITY_flow_fail, ACTIVITY_flow_refuse}},
    {"names asked for", OF_SOURCE, 10, {ACTIVITY_dns_query, ACTIVITY_dns}},
    {"mails", OF_USER, 1, {ACTIVITY_mail_send}},
    {"files deleted", OF_USER, 1, {ACTIVITY_file_delete}},
};
enum { MEASURES = countof(measures) };

static const char *const key_names[] = {
    [OF_SOURCE] = "source", [OF_USER] = "user", [OF_HOST] = "host"};

struct series {                      /* of one key and measure */
    int64_t last_ns, hour, first_ns; /* first_ns: of the hour */
    double now, told_next;           /* told_next: 0 when nothing is told of the hour */
    struct rate_band band;           /* of the hour; samples 0: none */
    struct rate_profile *profile;    /* of the hours before; NULL in the first */
    uint64_t peers;
    uint32_t untold;
    bool own; /* the band is its own */
    struct ref_ring refs;
};

struct peers {
    int64_t last_ns, hour; /* hour: that the band was made in */
    struct rate_band band;
    uint32_t count; /* of values ever added */
    float values[PEER_VALUES];
};

struct loud { /* what reached the floor in this hour */
    uint64_t key;
    uint8_t measure;
    struct kept_name name;
};

struct anomaly_rate {
    struct key_table *series, *peers;
    uint64_t seed, owned; /* bytes of profiles */
    double factor, floor;
    uint32_t accept_hours;
    int64_t hour, last_ns;
    double totals[MEASURES]; /* of this hour */
    uint32_t keys[MEASURES], loud_count;
    struct loud loud[LOUD_MAX];
};

static const struct setting settings_table[] = {
    {.name = "factor",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 2,
     .max = 10000,
     .help = "times the mean of all keys, which an hour may have"},
    {.name = "floor",
     .kind = SETTING_NUMBER,
     .fallback = "100",
     .min = 10,
     .max = 1000000000,
     .help = "events in an hour; what is less is never told"},
    {.name = "accept",
     .kind = SETTING_DURATION,
     .fallback = "14d",
     .min = UINT64_C(86400000000000),
     .max = UINT64_C(4838400000000000),
     .help = "what stays outside the band for so long becomes usual"},
};

static int64_t series_last(const void *state)
{
    return ((const struct series *)state)->last_ns;
}

static int64_t peers_last(const void *state)
{
    return ((const struct peers *)state)->last_ns;
}

static void drop_series(void *ctx, void *state)
{
    struct anomaly_rate *r = ctx;
    struct series *s = state;

    if (s->profile)
        r->owned -= sizeof *s->profile;
    free(s->profile);
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind series = {sizeof(struct series), series_last, NULL};
    static const struct key_table_kind peers = {sizeof(struct peers), peers_last, NULL};
    struct anomaly_rate *r = mem_alloc(sizeof *r);

    (void)e;
    r->factor = (double)setting_number(s, "factor");
    r->floor = (double)setting_number(s, "floor");
    r->accept_hours = (uint32_t)(setting_number(s, "accept") / UINT64_C(3600000000000));
    r->seed = hash_seed();
    r->hour = INT64_MIN;
    r->last_ns = INT64_MIN;
    r->series = key_table_new(&series, SERIES_MAX);
    r->peers = key_table_new(&peers, PEERS_MAX);
    key_table_drop_with(r->series, drop_series, r);
    return r;
}

static void close(void *self)
{
    struct anomaly_rate *r = self;

    key_table_free(r->series);
    key_table_free(r->peers);
    free(r);
}

/* ------------------------------------------------------------ peers */

static void peers_add(struct anomaly_rate *r, const struct series *s, double count)
{
    struct peers *p = key_table_touch(r->peers, s->peers);

    p->values[p->count++ % PEER_VALUES] = (float)count;
    p->last_ns = r->last_ns;
}

static bool peers_band(const struct anomaly_rate *r, uint64_t key, struct rate_band *ret)
{
    struct peers *p = key_table_find(r->peers, key);
    float numbers[PEER_VALUES];

    if (!p || p->count < PEER_VALUES_MIN)
        return false;
    if (p->hour != r->hour || p->band.samples == 0) {
        const uint32_t n = p->count < PEER_VALUES ? p->count : PEER_VALUES;
        for (uint32_t i = 0; i < n; i++)
            numbers[i] = p->values[i];
        p->band = rate_band_of(numbers, n);
        p->band.baseline = "its peers' hours";
        p->hour = r->hour;
    }
    *ret = p->band;
    return true;
}

/* ------------------------------------------------------------ signals */

extern const struct behavior_type behavior_anomaly_rate;

static void tell(struct series *s, const struct measure *m, str name, struct signal *out,
                 struct behavior_port *port)
{
    const struct signal_pair key[] = {{str_from(key_names[m->key]), name},
                                      {S("measure"), str_from(m->what)}};
    uint64_t refs[REF_RING];

    out->first_ns = s->first_ns;
    out->last_ns = s->last_ns;
    out->count = s->untold;
    out->key = key;
    out->key_count = countof(key);
    out->events = refs;
    out->event_count = ref_ring_list(&s->refs, refs);
    out->measure.what = m->what;
    out->measure.value = s->now;
    behavior_tell(&behavior_anomaly_rate, port, out);
    s->untold = 0;
    s->told_next = s->now * 2;
}

static void tell_band(struct series *s, const struct measure *m, str name,
                      const struct observation *o, struct behavior_port *port)
{
    const struct rate_band *b = &s->band;
    struct signal out = {
        .explanation = arena_printf(port->arena,
                                    "%.0f %s of " STR_FMT " within an hour: %.1f are expected and "
                                    "up to %.1f usual, by %s (%u of them)",
                                    s->now, m->what, STR_ARG(name), b->expected, b->high,
                                    b->baseline, b->samples),
        .measure = {NULL, 0, b->expected, 0, b->high, b->baseline, b->samples},
    };

    out.entity_count = behavior_entities(o, port->arena, &out.entities);
    tell(s, m, name, &out, port);
}

static void tell_factor(const struct anomaly_rate *r, struct series *s, const struct loud *l,
                        double mean, struct behavior_port *port)
{
    const struct measure *m = &measures[l->measure];
    const str name = kept_name_of(&l->name);
    const struct entity entity = {m->key == OF_USER ? ENTITY_USER : behavior_place_type(name),
                                  name};
    struct signal out = {
        .explanation = arena_printf(port->arena,
                                    "%.0f %s of " STR_FMT " within an hour: %.1f times the mean of "
                                    "%u %ss, which is %.1f",
                                    s->now, m->what, STR_ARG(name), s->now / mean,
                                    r->keys[l->measure], key_names[m->key], mean),
        .measure = {NULL, 0, mean, 0, r->factor * mean, "the mean of all in that hour",
                    r->keys[l->measure]},
        .entities = &entity,
        .entity_count = 1,
    };

    tell(s, m, name, &out, port);
}

/* ------------------------------------------------------------ hours */

/* The hour has ended: what was loud in it is held against all. */
static void end_hour(struct anomaly_rate *r, int64_t hour, struct behavior_port *port)
{
    for (uint32_t i = 0; i < r->loud_count; i++) {
        const struct loud *l = &r->loud[i];
        struct series *s = key_table_find(r->series, l->key);
        const double mean = r->totals[l->measure] / r->keys[l->measure];
        if (s && s->hour == r->hour && s->told_next == 0 && r->keys[l->measure] >= KEYS_MIN &&
            s->now > r->factor * mean && !(s->own && s->now <= s->band.high))
            tell_factor(r, s, l, mean, port);
    }
    for (uint32_t i = 0; i < MEASURES; i++) {
        r->totals[i] = 0;
        r->keys[i] = 0;
    }
    r->loud_count = 0;
    r->hour = hour;
}

/* The key's hour before goes into its profile, and this hour has a band. */
static void turn_series(struct anomaly_rate *r, struct series *s)
{
    if (!s->profile) {
        s->profile = mem_alloc(sizeof *s->profile);
        r->owned += sizeof *s->profile;
    }
    const bool outside = s->told_next > 0;
    if (!outside && s->profile->known)
        peers_add(r, s, s->now);
    rate_profile_add(s->profile, s->hour, s->now, outside, r->accept_hours);
    s->own = rate_profile_band(s->profile, r->hour, &s->band);
}

static void begin_series(struct anomaly_rate *r, struct series *s, const struct observation *o)
{
    if (s->refs.count) {
        turn_series(r, s);
    } else {
        s->own = false;
    }
    if (!s->own && !peers_band(r, s->peers, &s->band))
        s->band = (struct rate_band){0};
    s->hour = r->hour;
    s->first_ns = o->time_ns;
    s->now = s->told_next = 0;
    s->untold = 0;
}

static void feed(struct anomaly_rate *r, uint32_t place, str name, uint32_t roles,
                 const struct observation *o, struct behavior_port *port)
{
    const struct measure *m = &measures[place];
    const uint64_t key = hash64(name, r->seed + place);

    pressure_relieve(r->series, &r->owned, PROFILE_BYTES_MAX);
    struct series *s = key_table_touch(r->series, key);
    s->peers = hash_mix(roles, r->seed + place);
    s->last_ns = o->time_ns;
    if (s->refs.count == 0 || s->hour != r->hour) {
        begin_series(r, s, o);
        r->keys[place]++;
    }
    s->now++;
    s->untold++;
    r->totals[place]++;
    ref_ring_add(&s->refs, o->ref);
    const double floor = r->floor * m->floors;
    if (s->now == floor && r->loud_count < LOUD_MAX) {
        struct loud *l = &r->loud[r->loud_count++];
        l->key = key;
        l->measure = (uint8_t)place;
        kept_name_set(&l->name, name);
    }
    if (s->now >= floor && s->band.samples && s->now > s->band.high && s->now >= s->told_next)
        tell_band(s, m, name, o, port);
}

static bool counts(const struct measure *m, uint8_t activity)
{
    for (const uint8_t *a = m->activities; *a != ACTIVITY_none; a++)
        if (*a == activity)
            return true;
    return false;
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct anomaly_rate *r = self;
    const int64_t hour = hour_of(o->time_ns);

    r->last_ns = o->time_ns;
    if (hour > r->hour)
        end_hour(r, hour, port);
    for (uint32_t i = 0; i < MEASURES; i++) {
        const struct measure *m = &measures[i];
        const str names[] = {[OF_SOURCE] = o->source, [OF_USER] = o->user, [OF_HOST] = o->host};
        const struct asset *assets[] = {
            [OF_SOURCE] = &o->source_asset, [OF_USER] = &o->user_asset, [OF_HOST] = &o->host_asset};
        if (counts(m, o->columns->activity) && names[m->key].n &&
            !(assets[m->key]->roles & ROLE_SCANNER))
            feed(r, i, names[m->key], assets[m->key]->roles, o, port);
    }
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct anomaly_rate *r = self;
    const int64_t weeks_ns = INT64_C(3600) * 1000000000 * PROFILE_HOURS;

    if (hour_of(now_ns) > r->hour)
        end_hour(r, hour_of(now_ns), port);
    if (now_ns > INT64_MIN + weeks_ns)
        key_table_expire(r->series, now_ns - weeks_ns);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct anomaly_rate *r = self;

    ret->keys = key_table_count(r->series);
    ret->displaced = key_table_displaced(r->series);
    ret->bytes = key_table_bytes(r->series) + key_table_bytes(r->peers) + r->owned + sizeof *r;
}

static const uint8_t activities[] = {
    ACTIVITY_logon,         ACTIVITY_session_open, ACTIVITY_api,        ACTIVITY_api_create,
    ACTIVITY_api_read,      ACTIVITY_api_update,   ACTIVITY_api_delete, ACTIVITY_web_resource,
    ACTIVITY_http,          ACTIVITY_flow,         ACTIVITY_flow_open,  ACTIVITY_flow_fail,
    ACTIVITY_process_start, ACTIVITY_flow_refuse,  ACTIVITY_dns_query,  ACTIVITY_dns,
    ACTIVITY_mail_send,     ACTIVITY_file_delete,  ACTIVITY_none,
};
static const uint8_t columns[] = {COLUMN_COUNT};

const struct behavior_type behavior_anomaly_rate = {
    .name = "anomaly_rate",
    .title = "Unusual rate",
    .what = "more logons, requests, connections or processes in an hour than is usual",
    .severity = SEVERITY_LOW,
    .tags = "attack.discovery attack.impact",
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
