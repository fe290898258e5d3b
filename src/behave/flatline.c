/*
 * flatline.c - a machine that told something all the time, and falls silent: its agent was stopped,
 * its logs are suppressed, its link is cut.
 *
 * Of each machine the hours of the last two days are kept in which it told anything, and the
 * longest pause within them. It is regular when it told something in `hours` hours in a row, and
 * silent when its pause is longer than `silence` and twice its longest. Time is event time: where
 * all sources stop, nothing advances, and the evidence's end is no silence. Machines that fall
 * silent together, more than MANY of one look, are one signal: then it is the way to here that
 * broke.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/kept_name.h"
#include "behave/rate_profile.h"
#include "correlate/key_table.h"

#include <stdlib.h>

enum { HOSTS_MAX = 1 << 14, MANY = 10, LISTED = 100, LONGEST = 2 };

#define MINUTE_NS (INT64_C(60) * 1000000000)
#define DAY_NS (1440 * MINUTE_NS)

struct host {
    int64_t last_ns, hour, day;
    uint64_t hours;              /* bit 0: `hour` */
    int64_t longest_ns[LONGEST]; /* pause that ended today, and the day before */
    uint64_t ref, events;        /* the newest event; how many */
    bool told;
    uint8_t unused[3];
    struct kept_name name;
};

struct flatline {
    struct key_table *hosts;
    int64_t silence_ns, looked_ns, newest_ns;
    uint64_t seed, regular; /* regular: a mask of hours */
    uint32_t hours;
};

static const struct setting settings_table[] = {
    {.name = "silence",
     .kind = SETTING_DURATION,
     .fallback = "1h",
     .min = UINT64_C(60000000000),
     .max = UINT64_C(86400000000000),
     .help = "the least pause that is told"},
    {.name = "hours",
     .kind = SETTING_NUMBER,
     .fallback = "24",
     .min = 2,
     .max = 48,
     .help = "hours in a row in each of which it must have told something"},
};

static int64_t host_last(const void *state)
{
    return ((const struct host *)state)->last_ns;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind hosts = {sizeof(struct host), host_last, NULL};
    struct flatline *f = mem_alloc(sizeof *f);

    (void)e;
    f->silence_ns = (int64_t)setting_number(s, "silence");
    f->hours = (uint32_t)setting_number(s, "hours");
    f->regular = (UINT64_C(1) << f->hours) - 1;
    f->seed = hash_seed();
    f->looked_ns = f->newest_ns = INT64_MIN;
    f->hosts = key_table_new(&hosts, HOSTS_MAX);
    return f;
}

static void close(void *self)
{
    struct flatline *f = self;

    key_table_free(f->hosts);
    free(f);
}

static int64_t longest_pause(const struct host *h)
{
    return h->longest_ns[0] > h->longest_ns[1] ? h->longest_ns[0] : h->longest_ns[1];
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct flatline *f = self;
    const int64_t hour = hour_of(o->time_ns), day = o->time_ns / DAY_NS;

    (void)port;
    f->newest_ns = o->time_ns;
    if (o->host.n == 0)
        return;
    struct host *h = key_table_touch(f->hosts, hash64(o->host, f->seed));
    if (h->events == 0) {
        kept_name_set(&h->name, o->host);
        h->last_ns = o->time_ns;
        h->hour = hour;
        h->day = day;
    }
    if (day != h->day) {
        h->longest_ns[1] = day == h->day + 1 ? h->longest_ns[0] : 0;
        h->longest_ns[0] = 0;
        h->day = day;
    }
    const uint64_t pause = (uint64_t)o->time_ns - (uint64_t)h->last_ns;
    if (pause > (uint64_t)h->longest_ns[0] && pause < DAY_NS && !h->told)
        h->longest_ns[0] = (int64_t)pause;
    const uint64_t gone = (uint64_t)hour - (uint64_t)h->hour;
    h->hours = (gone >= 64 ? 0 : h->hours << gone) | 1;
    h->hour = hour;
    h->last_ns = o->time_ns;
    h->ref = o->ref;
    h->told = false;
    h->events++;
}

/* ------------------------------------------------------------ silence */

struct silence { /* what one look finds */
    struct flatline *f;
    int64_t now_ns;
    struct host *hosts[LISTED];
    uint32_t count, regular; /* regular: that are not silent */
};

static void look_at(void *ctx, uint64_t key, bool several, void *state)
{
    struct silence *l = ctx;
    struct host *h = state;
    const uint64_t pause = (uint64_t)l->now_ns - (uint64_t)h->last_ns;
    const uint64_t twice = 2 * (uint64_t)longest_pause(h);

    (void)key;
    (void)several;
    if ((h->hours & l->f->regular) != l->f->regular || h->told)
        return;
    if (pause <= (uint64_t)l->f->silence_ns || pause <= twice) {
        l->regular++;
        return;
    }
    h->told = true;
    if (l->count < LISTED)
        l->hosts[l->count] = h;
    l->count++;
}

extern const struct behavior_type behavior_flatline;

static void tell_one(const struct silence *l, const struct host *h, struct behavior_port *port)
{
    const str name = kept_name_of(&h->name);
    const struct signal_pair key = {S("host"), name};
    const struct entity entity = {ENTITY_HOST, name};
    const double usual = (double)longest_pause(h) / (double)MINUTE_NS;
    const double pause = (double)(l->now_ns - h->last_ns) / (double)MINUTE_NS;
    const double limit = (double)l->f->silence_ns / (double)MINUTE_NS;
    struct signal s = {
        .first_ns = h->last_ns,
        .last_ns = l->now_ns,
        .count = 1,
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(port->arena,
                                    STR_FMT " has told nothing for %.0f minutes; in each of the %u "
                                            "hours before it did, and no pause was longer than "
                                            "%.1f minutes",
                                    STR_ARG(name), pause, l->f->hours, usual),
        .measure = {"minutes of silence", pause, usual, 0, 2 * usual > limit ? 2 * usual : limit,
                    "its own pauses of two days", h->events},
        .events = &h->ref,
        .event_count = 1,
        .entities = &entity,
        .entity_count = 1,
    };

    behavior_tell(&behavior_flatline, port, &s);
}

static void tell_many(const struct silence *l, struct behavior_port *port)
{
    const uint32_t listed = l->count < LISTED ? l->count : LISTED;
    const uint32_t named = listed < ENTITIES_MAX ? listed : ENTITIES_MAX;
    const struct signal_pair key = {S("hosts"), S("many")};
    struct entity *entities = arena_array(port->arena, named, sizeof *entities);
    uint64_t *refs = arena_array(port->arena, listed, sizeof *refs);
    int64_t first_ns = l->now_ns;

    for (uint32_t i = 0; i < listed; i++) {
        refs[i] = l->hosts[i]->ref;
        first_ns = l->hosts[i]->last_ns < first_ns ? l->hosts[i]->last_ns : first_ns;
        if (i < named)
            entities[i] = (struct entity){ENTITY_HOST, kept_name_of(&l->hosts[i]->name)};
    }
    struct signal s = {
        .severity = SEVERITY_HIGH,
        .first_ns = first_ns,
        .last_ns = l->now_ns,
        .count = l->count,
        .key = &key,
        .key_count = 1,
        .explanation =
            arena_printf(port->arena,
                         "%u machines fell silent together, %u others did not: look at the way "
                         "their logs take",
                         l->count, l->regular),
        .measure = {"machines that fell silent", (double)l->count, 0, 0, MANY,
                    "machines that told something all the time", (uint64_t)l->count + l->regular},
        .events = refs,
        .event_count = listed,
        .entities = entities,
        .entity_count = named,
    };

    behavior_tell(&behavior_flatline, port, &s);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct flatline *f = self;
    struct silence look = {.f = f, .now_ns = now_ns};

    if (f->newest_ns == INT64_MIN || (uint64_t)now_ns - (uint64_t)f->newest_ns > (uint64_t)DAY_NS ||
        now_ns < f->newest_ns || (f->looked_ns != INT64_MIN && now_ns - f->looked_ns < MINUTE_NS))
        return;
    f->looked_ns = now_ns;
    key_table_each(f->hosts, &look, look_at);
    if (look.count > MANY) {
        tell_many(&look, port);
        return;
    }
    for (uint32_t i = 0; i < look.count; i++)
        tell_one(&look, look.hosts[i], port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct flatline *f = self;

    ret->keys = key_table_count(f->hosts);
    ret->displaced = key_table_displaced(f->hosts);
    ret->bytes = key_table_bytes(f->hosts);
}

/* What machines tell all the time. Files, registry and libraries are left out: they are most of
 * what an agent tells, and no machine tells of them alone. */
static const uint8_t activities[] = {
    ACTIVITY_logon,
    ACTIVITY_logoff,
    ACTIVITY_authenticate,
    ACTIVITY_ticket,
    ACTIVITY_privilege,
    ACTIVITY_session_open,
    ACTIVITY_session_close,
    ACTIVITY_process_start,
    ACTIVITY_job_start,
    ACTIVITY_script,
    ACTIVITY_service_change,
    ACTIVITY_kernel,
    ACTIVITY_flow,
    ACTIVITY_flow_open,
    ACTIVITY_flow_close,
    ACTIVITY_flow_fail,
    ACTIVITY_flow_refuse,
    ACTIVITY_http,
    ACTIVITY_dns_query,
    ACTIVITY_dns_answer,
    ACTIVITY_dns,
    ACTIVITY_dhcp,
    ACTIVITY_tls,
    ACTIVITY_mail,
    ACTIVITY_mail_send,
    ACTIVITY_mail_receive,
    ACTIVITY_database,
    ACTIVITY_device_state,
    ACTIVITY_none,
};
static const uint8_t columns[] = {COLUMN_COUNT};

const struct behavior_type behavior_flatline = {
    .name = "flatline",
    .title = "Silent machine",
    .what = "a machine that told something all the time, and falls silent",
    .severity = SEVERITY_MEDIUM,
    .tags = "attack.defense-evasion attack.t1562",
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
