/*
 * web_brute_force.c - many refused logons in a web server's access log, which knows no accounts: a
 * page that keeps answering 401, or names and passwords that are sent to a login page and do not
 * lead on from it.
 *
 * Counted by (source, page). A request of the same page that is let in ends it: browsers ask once
 * without credentials, and programs whose token has expired get another. A login page that sends
 * the visitor on (3xx) has let him in.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/member_signal.h"
#include "behave/web_request.h"

#include <stdlib.h>

enum { PAGES_MAX = 1 << 16, EVENTS_MAX = 128, TOLD = 1, HTTP_UNAUTHORIZED = 401 };

enum try { TRY_NONE, TRY_REFUSED, TRY_LET_IN };

struct web_brute_force {
    struct member_window *pages; /* of each (source, page): accounts, where they are told */
    uint64_t threshold, seed;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "6",
     .min = 2,
     .max = 100,
     .help = "refused requests of one source and page within `window`"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "30s",
     .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct web_brute_force *w = mem_alloc(sizeof *w);
    const struct member_spec spec = {(int64_t)setting_number(s, "window"), PAGES_MAX, EVENTS_MAX};

    (void)e;
    w->threshold = setting_number(s, "threshold");
    w->pages = member_window_new(&spec);
    w->seed = hash_seed();
    return w;
}

static void close(void *self)
{
    struct web_brute_force *w = self;

    member_window_free(w->pages);
    free(w);
}

extern const struct behavior_type behavior_web_brute_force;

static enum try try_of(const struct observation *o, int64_t status)
{
    const bool login = web_is_login(observed(o, COLUMN_url_path));

    if (status == HTTP_UNAUTHORIZED)
        return TRY_REFUSED;
    if (!login) /* of a login page its form is let in, which is no logon */
        return status >= 200 && status < 400 ? TRY_LET_IN : TRY_NONE;
    if (!str_ieq(observed(o, COLUMN_http_method), S("post")))
        return TRY_NONE;
    return status >= 300 && status < 400 ? TRY_LET_IN : TRY_REFUSED;
}

static void tell(const struct web_brute_force *w, const struct observation *o,
                 const struct member_view *v, struct behavior_port *port)
{
    const str path = observed(o, COLUMN_url_path);
    const struct signal_pair key = {S("source"), o->source};
    const struct signal_pair details[] = {{S("page"), path}};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(port->arena,
                                    "%s%u requests of " STR_FMT " for " STR_FMT
                                    " were refused within %llu s, and none let in",
                                    member_at_least(v), v->total, STR_ARG(o->source), STR_ARG(path),
                                    member_seconds(v, o->time_ns)),
        .measure = {.what = "refused requests of a page",
                    .value = v->total,
                    .high = (double)w->threshold - 1},
        .details = details,
        .detail_count = 1,
    };

    member_signal(o, v, TOLD, port->arena, &s);
    behavior_tell(&behavior_web_brute_force, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct web_brute_force *w = self;
    int64_t status;

    if (o->source.n == 0 || !observed_number(o, COLUMN_http_status, &status) ||
        o->source_asset.roles & (ROLE_SCANNER | ROLE_NAT_GATEWAY))
        return;
    const enum try try = try_of(o, status);
    const uint64_t page =
        hash_mix(hash64(o->source, w->seed), hash64(observed(o, COLUMN_url_path), w->seed));
    if (try == TRY_LET_IN)
        member_window_clear(w->pages, page);
    if (try != TRY_REFUSED)
        return;
    const struct member_event e = {o->time_ns, hash64(o->user, w->seed), o->ref};
    const struct member_view v = member_window_add(w->pages, page, &e);
    if (v.total >= w->threshold)
        tell(w, o, &v, port);
    else
        *v.mark = 0;
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct web_brute_force *w = self;

    ret->keys = member_window_keys(w->pages);
    ret->displaced = member_window_displaced(w->pages);
    ret->bytes = member_window_bytes(w->pages);
}

static const uint8_t activities[] = {ACTIVITY_http, ACTIVITY_web_resource, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_http_status, COLUMN_http_method, COLUMN_url_path,
                                  COLUMN_COUNT};

const struct behavior_type behavior_web_brute_force = {
    .name = "web_brute_force",
    .title = "Web brute force",
    .what = "a web page that keeps refusing one source, or a login page that never lets it on",
    .severity = SEVERITY_LOW,
    .tags = "attack.credential-access attack.t1110",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
