/*
 * web_probe.c - one source that asks a web server for what visitors do not ask for: many different
 * things that are not there, files that hold secrets, web shells, consoles, or very many pages.
 *
 * Each class of behave/web_request.h has a number of its own; what counts are different targets of
 * a source within a window that slides. The classes are those that CrowdSec's HTTP scenarios look
 * at; the words are in web_names.def.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/member_signal.h"
#include "behave/web_request.h"

#include <stdlib.h>

enum { KEYS_MAX = 1 << 17, EVENTS_MAX = 256, TOLD = 1 };

struct probe_row {
    const char *setting, *title, *what, *tags;
    enum severity severity; /* NONE: the behaviour's */
};

static const struct probe_row rows[WEB_PROBE_CLASSES] = {
    [WEB_MISSING] = {"missing", "Web probing", "targets that are not there",
                     "attack.reconnaissance attack.t1595 attack.t1595.003", SEVERITY_NONE},
    [WEB_SENSITIVE] = {"sensitive", "Web probing for sensitive files",
                       "files that hold secrets or copies",
                       "attack.reconnaissance attack.t1595 attack.t1595.003", SEVERITY_NONE},
    [WEB_BACKDOOR] = {"backdoors", "Web probing for backdoors", "files named as web shells are",
                      "attack.persistence attack.t1505.003", SEVERITY_NONE},
    [WEB_ADMIN] = {"consoles", "Web probing for consoles", "consoles that are not there",
                   "attack.reconnaissance attack.t1595", SEVERITY_NONE},
    [WEB_PLUGIN] = {"plugins", "WordPress scan", "parts of WordPress that are not there",
                    "attack.reconnaissance attack.t1595.002", SEVERITY_NONE},
    [WEB_AUTHOR] = {"authors", "Web user enumeration", "authors of WordPress by number",
                    "attack.reconnaissance attack.t1589", SEVERITY_NONE},
    [WEB_TRAVERSAL] = {"traversals", "Path traversal attempts",
                       "targets that leave the site's folder", "attack.initial-access attack.t1190",
                       SEVERITY_MEDIUM},
    [WEB_PAGE] = {"pages", "Web crawl", "pages", "attack.reconnaissance attack.t1594",
                  SEVERITY_NONE},
};

struct web_probe {
    struct member_window *targets, *pages; /* by source and class; by source */
    uint64_t thresholds[WEB_PROBE_CLASSES];
    uint64_t seed;
};

static const struct setting settings_table[] = {
    {.name = "missing",
     .kind = SETTING_NUMBER,
     .fallback = "10",
     .min = 2,
     .max = 200,
     .help = "different targets of one source that are not there, not allowed, or no requests"},
    {.name = "sensitive",
     .kind = SETTING_NUMBER,
     .fallback = "4",
     .min = 2,
     .max = 200,
     .help = "different dot files, copies, keys or dumps"},
    {.name = "backdoors",
     .kind = SETTING_NUMBER,
     .fallback = "2",
     .min = 2,
     .max = 200,
     .help = "different files named as web shells are, refused"},
    {.name = "consoles",
     .kind = SETTING_NUMBER,
     .fallback = "3",
     .min = 2,
     .max = 200,
     .help = "different consoles of administration, refused"},
    {.name = "plugins",
     .kind = SETTING_NUMBER,
     .fallback = "4",
     .min = 2,
     .max = 200,
     .help = "different parts of WordPress, refused"},
    {.name = "authors",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 2,
     .max = 200,
     .help = "different authors of WordPress, asked for by number"},
    {.name = "traversals",
     .kind = SETTING_NUMBER,
     .fallback = "3",
     .min = 2,
     .max = 200,
     .help = "different targets that leave the site's folder"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "2m",
     .help = "over which these count"},
    {.name = "pages",
     .kind = SETTING_NUMBER,
     .fallback = "40",
     .min = 2,
     .max = 200,
     .help = "different pages within `page_window`, pictures, styles and scripts apart"},
    {.name = "page_window",
     .kind = SETTING_DURATION,
     .fallback = "20s",
     .help = "over which pages count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct web_probe *w = mem_alloc(sizeof *w);
    const struct member_spec targets = {(int64_t)setting_number(s, "window"), KEYS_MAX, EVENTS_MAX};
    const struct member_spec pages = {(int64_t)setting_number(s, "page_window"), KEYS_MAX,
                                      EVENTS_MAX};

    (void)e;
    for (uint32_t i = 0; i < WEB_PROBE_CLASSES; i++)
        w->thresholds[i] = setting_number(s, rows[i].setting);
    w->targets = member_window_new(&targets);
    w->pages = member_window_new(&pages);
    w->seed = hash_seed();
    return w;
}

static void close(void *self)
{
    struct web_probe *w = self;

    member_window_free(w->targets);
    member_window_free(w->pages);
    free(w);
}

extern const struct behavior_type behavior_web_probe;

static uint32_t split_tags(const char *text, struct arena *a, const str **ret)
{
    str *tags = arena_array(a, SIGNAL_TAGS_MAX, sizeof *tags);
    str rest = str_from(text);
    uint32_t count = 0;

    while (rest.n && count < SIGNAL_TAGS_MAX)
        tags[count++] = str_cut(&rest, ' ');
    *ret = tags;
    return count;
}

static void tell(const struct web_probe *w, const struct observation *o, enum web_probe_class class,
                 const struct member_view *v, struct behavior_port *port)
{
    const struct probe_row *row = &rows[class];
    const str target = web_target(o);
    const struct signal_pair key[] = {{S("source"), o->source},
                                      {S("probe"), str_from(row->setting)}};
    const struct signal_pair details[] = {{S("target"), target}};
    struct signal s = {
        .severity = row->severity,
        .title = str_from(row->title),
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(port->arena, STR_FMT " asked for %s%u %s within %llu s",
                                    STR_ARG(o->source), member_at_least(v), v->members, row->what,
                                    member_seconds(v, o->time_ns)),
        .measure = {.what = row->what,
                    .value = v->members,
                    .high = (double)w->thresholds[class] - 1},
        .details = details,
        .detail_count = target.n ? 1 : 0,
    };

    s.tag_count = split_tags(row->tags, port->arena, &s.tags);
    member_signal(o, v, TOLD, port->arena, &s);
    behavior_tell(&behavior_web_probe, port, &s);
}

static void count(struct web_probe *w, const struct observation *o, enum web_probe_class class,
                  uint64_t target, struct behavior_port *port)
{
    const uint64_t source = hash64(o->source, w->seed);
    const struct member_event e = {o->time_ns, target, o->ref};
    const struct member_view v = class == WEB_PAGE
                                     ? member_window_add(w->pages, source, &e)
                                     : member_window_add(w->targets, hash_mix(source, class), &e);

    if (v.members >= w->thresholds[class])
        tell(w, o, class, &v, port);
    else
        *v.mark = 0;
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct web_probe *w = self;
    int64_t status = 0;

    if (o->source.n == 0 || o->source_asset.roles & (ROLE_SCANNER | ROLE_NAT_GATEWAY))
        return;
    (void)observed_number(o, COLUMN_http_status, &status);
    const uint32_t classes = web_request_classes(o, status);
    const str target = web_target(o);
    /* What has no target is no request: each is another. */
    const uint64_t what = target.n ? hash64(target, w->seed) : hash_mix(o->ref, w->seed);
    for (uint32_t i = 0; i < WEB_PROBE_CLASSES; i++)
        if (classes & 1u << i)
            count(w, o, (enum web_probe_class)i,
                  i == WEB_PAGE ? hash64(observed(o, COLUMN_url_path), w->seed) : what, port);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct web_probe *w = self;

    ret->keys = member_window_keys(w->targets) + member_window_keys(w->pages);
    ret->displaced = member_window_displaced(w->targets) + member_window_displaced(w->pages);
    ret->bytes = member_window_bytes(w->targets) + member_window_bytes(w->pages);
}

static const uint8_t activities[] = {ACTIVITY_http, ACTIVITY_web_resource, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_http_status, COLUMN_url_original, COLUMN_url_path,
                                  COLUMN_url_query, COLUMN_COUNT};

const struct behavior_type behavior_web_probe = {
    .name = "web_probe",
    .title = "Web probing",
    .what = "one source that asks a web server for what visitors do not ask for",
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
