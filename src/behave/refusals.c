/*
 * refusals.c - one source that a service refuses again and again, in what is no logon: names that
 * a server may not answer, zones, mail that is rejected, calls, tunnels, requests beyond a limit.
 *
 * Counted by (source, activity), over a window that slides. Firewalls refuse by port, and are
 * network_scan.c's: a record with a target port that was refused does not count here.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { KEYS_MAX = 1 << 16, EVENTS_MAX = 128, TOLD = 1 };

struct refusals {
    struct member_window *keys; /* of each (source, activity): hosts */
    uint64_t threshold, seed;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "10",
     .min = 2,
     .max = 60,
     .help = "refusals of one source and kind within `window`"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "10m",
     .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct refusals *r = mem_alloc(sizeof *r);
    const struct member_spec spec = {(int64_t)setting_number(s, "window"), KEYS_MAX, EVENTS_MAX};

    (void)e;
    r->threshold = setting_number(s, "threshold");
    r->keys = member_window_new(&spec);
    r->seed = hash_seed();
    return r;
}

static void close(void *self)
{
    struct refusals *r = self;

    member_window_free(r->keys);
    free(r);
}

extern const struct behavior_type behavior_refusals;

static bool is_refusal(const struct observation *o)
{
    if (o->columns->outcome != OUTCOME_FAILURE || o->source.n == 0)
        return false;
    switch ((enum activity)o->columns->activity) {
    case ACTIVITY_http: /* others are web_probe.c's */
        return str_eq(observed(o, COLUMN_event_action), S("http_limit"));
    case ACTIVITY_flow_refuse:
    case ACTIVITY_flow_open:
        return observed(o, COLUMN_destination_port).n == 0 ||
               observed(o, COLUMN_process_name).n > 0;
    default:
        return true;
    }
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct refusals *r = self;
    const str action = observed(o, COLUMN_event_action);

    if (!is_refusal(o) || o->source_asset.roles & (ROLE_SCANNER | ROLE_NAT_GATEWAY))
        return;
    const struct member_event e = {o->time_ns, hash64(o->host, r->seed), o->ref};
    const struct member_view v =
        member_window_add(r->keys, hash_mix(hash64(o->source, r->seed), o->columns->activity), &e);
    if (v.total < r->threshold) {
        *v.mark = 0;
        return;
    }
    const struct activity_row *what = activity_row(o->columns->activity);
    const struct signal_pair key[] = {{S("source"), o->source}, {S("of"), str_from(what->name)}};
    struct signal s = {
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(
            port->arena, STR_FMT " was refused %s%u times within %llu s: " STR_FMT " (%s)",
            STR_ARG(o->source), member_at_least(&v), v.total, member_seconds(&v, o->time_ns),
            STR_ARG(action), what->what),
        .measure = {.what = "refusals of a source",
                    .value = v.total,
                    .high = (double)r->threshold - 1},
    };
    member_signal(o, &v, TOLD, port->arena, &s);
    behavior_tell(&behavior_refusals, port, &s);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct refusals *r = self;

    ret->keys = member_window_keys(r->keys);
    ret->displaced = member_window_displaced(r->keys);
    ret->bytes = member_window_bytes(r->keys);
}

static const uint8_t activities[] = {
    ACTIVITY_dns_query, ACTIVITY_dns_answer,   ACTIVITY_dns,         ACTIVITY_mail,
    ACTIVITY_mail_send, ACTIVITY_mail_receive, ACTIVITY_ssh,         ACTIVITY_tunnel_open,
    ACTIVITY_tunnel,    ACTIVITY_api,          ACTIVITY_flow_refuse, ACTIVITY_flow_open,
    ACTIVITY_http,      ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_event_action, COLUMN_destination_port, COLUMN_process_name,
                                  COLUMN_COUNT};

const struct behavior_type behavior_refusals = {
    .name = "refusals",
    .title = "Repeated refusals",
    .what = "one source that a service refuses again and again, in what is no logon",
    .severity = SEVERITY_LOW,
    .tags = "attack.reconnaissance attack.t1595",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
