/*
 * bench_behave - what each behaviour costs: CPU of an observation and memory of a key.
 *
 *   bench_behave ROUNDS
 *
 * Each behaviour of the table is fed alone with the streams that it listens to (traffic, look-ups,
 * logons, requests of the web): EVENTS observations of an hour, of HOSTS hosts and many more
 * targets, a fifth of which failed. Prints a line a behaviour between tabs: name, observations,
 * nanoseconds of one (thread CPU, the least of the rounds, a fresh state each, without what it
 * takes to lay the observation out), keys, bytes of its state, signals.
 */
#include "behave/behavior.h"

#include "base/hash.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EVENTS = 400000, HOSTS = 5000, TARGETS = 40000, ROUNDS_MAX = 99, TEXTS = 16 << 20 };

#define STEP_NS (INT64_C(3600) * 1000000000 / EVENTS)
#define START_NS (INT64_C(1700000000) * 1000000000)

enum { VALUES = 10 }; /* columns of a stream, at most */

/* An event, from which an observation is laid out. */
struct packed {
    str values[VALUES];
    bool failed;
};

struct stream {
    struct packed *events;
    struct columns columns; /* of the event that is laid out */
    struct observation observation;
    uint8_t kind;
};

/* Which columns the events of each kind of stream have. */
enum { STREAM_FLOW, STREAM_DNS, STREAM_LOGON, STREAM_WEB, STREAMS };
static const uint8_t stream_columns[STREAMS][VALUES] = {
    [STREAM_FLOW] = {COLUMN_source_ip, COLUMN_destination_ip, COLUMN_source_port,
                     COLUMN_destination_port, COLUMN_source_bytes, COLUMN_destination_bytes,
                     COLUMN_event_duration, COLUMN_COUNT},
    [STREAM_DNS] = {COLUMN_source_ip, COLUMN_dns_question, COLUMN_dns_type, COLUMN_dns_code,
                    COLUMN_COUNT},
    [STREAM_LOGON] = {COLUMN_source_ip, COLUMN_user_name, COLUMN_host_name, COLUMN_source_port,
                      COLUMN_COUNT},
    [STREAM_WEB] = {COLUMN_source_ip, COLUMN_destination_ip, COLUMN_destination_port,
                    COLUMN_url_path, COLUMN_url_original, COLUMN_url_domain, COLUMN_http_method,
                    COLUMN_http_status, COLUMN_user_agent, COLUMN_COUNT},
};
static const uint8_t stream_activities[STREAMS] = {ACTIVITY_flow, ACTIVITY_dns, ACTIVITY_logon,
                                                   ACTIVITY_http};

struct maker {
    struct arena *texts;
    uint64_t random;
};

static uint32_t pick(struct maker *m, uint32_t of)
{
    m->random = hash_mix(m->random, 3);
    return (uint32_t)((m->random >> 16) % of);
}

static str number(struct maker *m, uint32_t of)
{
    return arena_printf(m->texts, "%u", pick(m, of));
}

static str inside(struct maker *m)
{
    const uint32_t host = pick(m, HOSTS);

    return arena_printf(m->texts, "10.0.%u.%u", host >> 8, host & 255);
}

static str outside(struct maker *m)
{
    const uint32_t target = pick(m, TARGETS);

    return arena_printf(m->texts, "198.%u.%u.7", target >> 8, target & 255);
}

/* ------------------------------------------------------------ streams */

static void make_flow(struct maker *m, str *v)
{
    static const str ports[] = {S("443"), S("80"), S("22"), S("445"), S("8443")};

    v[0] = inside(m);
    v[1] = pick(m, 4) ? outside(m) : inside(m);
    v[2] = arena_printf(m->texts, "%u", 32768 + pick(m, 30000));
    v[3] = ports[pick(m, countof(ports))];
    v[4] = number(m, 5000);
    v[5] = number(m, 50000);
    v[6] = arena_printf(m->texts, "%u000000000", 600 + pick(m, 900));
}

static void make_question(struct maker *m, str *v)
{
    v[0] = inside(m);
    v[1] = arena_printf(m->texts, "host%u.site%u.example%u.com", pick(m, 100), pick(m, 10),
                        pick(m, TARGETS));
    v[2] = S("A");
    v[3] = pick(m, 5) ? S("NOERROR") : S("NXDOMAIN");
}

static void make_logon(struct maker *m, str *v)
{
    v[0] = inside(m);
    v[1] = arena_printf(m->texts, "user%u", pick(m, HOSTS));
    v[2] = arena_printf(m->texts, "server%u", pick(m, 200));
    v[3] = number(m, 60000);
}

static void make_request(struct maker *m, str *v)
{
    static const str codes[] = {S("200"), S("304"), S("404"), S("403")};

    v[0] = inside(m);
    v[1] = outside(m);
    v[2] = S("443");
    v[3] = v[4] = arena_printf(m->texts, "/page/%u.html", pick(m, TARGETS));
    v[5] = arena_printf(m->texts, "www%u.example", pick(m, 200));
    v[6] = pick(m, 10) ? S("GET") : S("POST");
    v[7] = codes[pick(m, countof(codes))];
    v[8] = S("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0");
}

static void (*const makers[STREAMS])(struct maker *, str *) = {make_flow, make_question, make_logon,
                                                               make_request};

static void make_stream(struct maker *m, uint8_t kind, struct stream *ret)
{
    *ret = (struct stream){.events = mem_array(EVENTS, sizeof *ret->events), .kind = kind};
    for (uint32_t i = 0; i < EVENTS; i++) {
        makers[kind](m, ret->events[i].values);
        ret->events[i].failed = pick(m, 5) == 0;
    }
    ret->columns.activity = stream_activities[kind];
    ret->observation.columns = &ret->columns;
    ret->observation.source_asset.roles = ROLE_INTERNAL;
}

static const struct observation *lay_out(struct stream *s, uint32_t i)
{
    const struct packed *p = &s->events[i];
    const uint8_t *columns = stream_columns[s->kind];
    struct observation *o = &s->observation;

    for (uint32_t c = 0; columns[c] != COLUMN_COUNT; c++)
        s->columns.values[columns[c]] = p->values[c];
    s->columns.outcome = p->failed ? OUTCOME_FAILURE : OUTCOME_SUCCESS;
    o->time_ns = START_NS + i * STEP_NS;
    o->ref = event_ref(1, i);
    o->source = s->columns.values[COLUMN_source_ip];
    o->user = s->columns.values[COLUMN_user_name];
    o->host = s->columns.values[COLUMN_host_name];
    o->target = s->columns.values[COLUMN_destination_ip];
    o->target = o->target.n ? o->target : o->host;
    o->target_asset.roles = str_starts(o->target, S("10.")) ? ROLE_INTERNAL : 0;
    return o;
}

/* ------------------------------------------------------------ measuring */

static double cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void count_signal(void *ctx, const struct signal *s)
{
    (void)s;
    ++*(uint64_t *)ctx;
}

static bool listens(const struct behavior_type *type, uint8_t activity)
{
    for (const uint8_t *a = type->activities; *a != ACTIVITY_none; a++)
        if (*a == activity)
            return true;
    return false;
}

struct figures {
    double ns;
    uint64_t observations, signals;
    struct behavior_stats stats;
};

/* The first stream that it listens to; NULL: there is none here. */
static struct stream *stream_of(const struct behavior_type *type, struct stream *streams)
{
    for (int k = 0; k < STREAMS; k++)
        if (listens(type, stream_activities[k]))
            return &streams[k];
    return NULL;
}

static void observe_nothing(void *self, const struct observation *o, struct behavior_port *port)
{
    (void)self;
    (void)port;
    __asm__ volatile("" : : "r"(o) : "memory"); /* it is laid out all the same */
}

static double feed_all(struct stream *s, void *self, struct behavior_port *port,
                       void (*observe)(void *, const struct observation *, struct behavior_port *))
{
    const double start = cpu_ns();

    for (uint32_t i = 0; i < EVENTS; i++) {
        observe(self, lay_out(s, i), port);
        if (i % 1024 == 0)
            arena_reset(port->arena);
    }
    return cpu_ns() - start;
}

static struct figures feed(const struct behavior_type *type, const struct settings *settings,
                           struct stream *s, struct arena *arena)
{
    struct figures f = {.observations = EVENTS};
    struct err e = {0};
    void *self = type->open(settings, &e);
    struct behavior_port port = {
        .ctx = &f.signals, .signal = count_signal, .arena = arena, .severity = type->severity};

    if (!self)
        abort();
    const double nothing = feed_all(s, NULL, &port, observe_nothing);
    f.ns = feed_all(s, self, &port, type->observe) - nothing;
    type->stats(self, &f.stats);
    type->close(self);
    return f;
}

static void measure(const struct behavior_type *type, struct stream *streams, uint32_t rounds)
{
    static const struct yaml_node none = {.kind = YAML_MAP};
    struct arena *arena = arena_new(64 * 1024), *settings_arena = arena_new(16 * 1024);
    struct figures least = {0};
    struct settings settings;
    struct err e = {0};

    if (!settings_read(&none, type->settings, type->setting_count, settings_arena, &settings, &e))
        abort();
    struct stream *s = stream_of(type, streams);
    for (uint32_t r = 0; r < rounds && s; r++) {
        const struct figures f = feed(type, &settings, s, arena);
        if (r == 0 || f.ns < least.ns)
            least = f;
    }
    printf("%s\t%" PRIu64 "\t%.0f\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\n", type->name,
           least.observations, least.observations ? least.ns / (double)least.observations : 0.0,
           least.stats.keys, least.stats.bytes, least.signals);
    arena_free(arena);
    arena_free(settings_arena);
}

int main(int argc, char **argv)
{
    struct stream streams[STREAMS];
    struct maker m = {arena_new(TEXTS), 1};
    uint64_t rounds;

    if (argc != 2 || !str_u64(str_from(argv[1]), &rounds) || rounds == 0 || rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_behave ROUNDS\n");
        return 2;
    }
    for (uint8_t k = 0; k < STREAMS; k++)
        make_stream(&m, k, &streams[k]);
    for (uint32_t i = 0; i < behavior_type_count; i++)
        measure(behavior_types[i], streams, (uint32_t)rounds);
    for (uint8_t k = 0; k < STREAMS; k++)
        free(streams[k].events);
    arena_free(m.texts);
    return 0;
}
