/*
 * dga.c - a host that asks for names that do not exist and that nobody would give.
 *
 * Malware that generates its servers' names asks for many until one is registered. No single name
 * says that: of the newest ten different registered names that a host was told not to exist, within
 * `window`, the median of the scores (dga_model.h) is held against the threshold. Only the label
 * that somebody would have registered is scored, so that a search list's endings do not matter;
 * names of other scripts (xn--) are left out.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/dga_model.h"
#include "behave/dns_question.h"
#include "behave/flow.h"
#include "behave/growth.h"
#include "correlate/key_table.h"

#include <stdlib.h>

enum { HOSTS_MAX = 1 << 16, NAMES = 10 };

struct name {
    uint64_t ref;
    uint32_t hash, time_s;
    float score;
};

struct host {
    struct name names[NAMES]; /* the newest; `next` is the place of the next one */
    uint32_t count, next;
    uint32_t last_s;
    uint32_t first_s, told; /* while it lasts: since when, and how many names were told; 0: none */
    struct growth growth;   /* of the names */
};

struct dga {
    struct key_table *hosts;
    uint64_t seed;
    double threshold;
    uint32_t window_s;
};

static const struct setting settings_table[] = {
    {.name = "threshold",
     .kind = SETTING_NUMBER,
     .fallback = "460",
     .min = 100,
     .max = 1500,
     .help = "the median of ten names' scores, in hundredths of a bit for each character"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "1h",
     .min = NS_PER_S,
     .max = UINT64_C(7) * 86400 * NS_PER_S,
     .help = "within which the ten names are asked for"},
};

static int64_t host_last(const void *state)
{
    return (int64_t)((const struct host *)state)->last_s * NS_PER_S;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct host), host_last, NULL};
    struct dga *d = mem_alloc(sizeof *d);

    (void)e;
    d->threshold = (double)setting_number(s, "threshold") / 100;
    d->window_s = (uint32_t)(setting_number(s, "window") / NS_PER_S);
    d->seed = hash_seed();
    d->hosts = key_table_new(&kind, HOSTS_MAX);
    return d;
}

static void close(void *self)
{
    struct dga *d = self;

    key_table_free(d->hosts);
    free(d);
}

/* ------------------------------------------------------------ names */

/* The names of the window, the oldest first; older ones are forgotten. */
static uint32_t names_of(struct host *h, uint32_t from_s, const struct name *ret[NAMES])
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < h->count; i++) {
        const struct name *name = &h->names[(h->next + NAMES - h->count + i) % NAMES];
        if (name->time_s >= from_s)
            ret[n++] = name;
    }
    h->count = n; /* times ascend: those that went were the oldest */
    return n;
}

static bool has_name(const struct name *const *names, uint32_t n, uint32_t hash)
{
    for (uint32_t i = 0; i < n; i++)
        if (names[i]->hash == hash)
            return true;
    return false;
}

static int by_score(const void *left, const void *right)
{
    const float l = *(const float *)left, r = *(const float *)right;

    return (l > r) - (l < r);
}

static double median_of(const struct host *h)
{
    float scores[NAMES];

    for (int i = 0; i < NAMES; i++)
        scores[i] = h->names[i].score;
    qsort(scores, NAMES, sizeof *scores, by_score);
    return ((double)scores[NAMES / 2 - 1] + (double)scores[NAMES / 2]) / 2;
}

/* ------------------------------------------------------------ signals */

extern const struct behavior_type behavior_dga;

static void tell(const struct dga *d, struct host *h, const struct dns_question *q,
                 const struct observation *o, double median, struct behavior_port *port)
{
    const struct signal_pair key = {S("host"), q->client};
    uint64_t refs[NAMES];

    for (uint32_t i = 0; i < NAMES; i++)
        refs[i] = h->names[(h->next + i) % NAMES].ref;
    h->told += h->growth.untold;
    struct signal out = {
        .first_ns = (int64_t)growth_since(&h->growth, h->first_s) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = h->growth.untold,
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            port->arena,
            STR_FMT " asked for %u names that do not exist, as " STR_FMT
                    ": they take %.2f bits a character, the names of things %d",
            STR_ARG(q->client), h->told, STR_ARG(q->of.domain), median, DGA_PRIOR_BITS),
        .measure = {"median score of ten names", median, DGA_PRIOR_BITS, 0, d->threshold,
                    "names of hosts and packages in Debian's archive", NAMES},
        .events = refs,
        .event_count = NAMES,
    };

    out.entity_count = behavior_entities(o, port->arena, &out.entities);
    behavior_tell(&behavior_dga, port, &out);
    growth_told(&h->growth, h->told, h->last_s);
}

static void judge(const struct dga *d, struct host *h, const struct dns_question *q,
                  const struct observation *o, struct behavior_port *port)
{
    const double median = h->count == NAMES ? median_of(h) : 0;

    if (median < d->threshold) {
        h->told = 0;
        h->growth = (struct growth){0};
        return;
    }
    if (h->told == 0 && h->growth.untold == 0) {
        h->first_s = h->names[h->next].time_s;
        h->growth.untold = NAMES;
    } else {
        h->growth.untold++;
    }
    if (growth_is_due(&h->growth, h->told + h->growth.untold, h->last_s))
        tell(d, h, q, o, median, port);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    enum { SILENT = ROLE_DNS_SERVER | ROLE_NAT_GATEWAY | ROLE_SCANNER };
    struct dga *d = self;
    const struct name *names[NAMES];
    struct dns_question q;

    if (!dns_question_read(o, &q) || !q.told_missing || q.client_roles & SILENT ||
        str_starts(q.of.label, S("xn--")))
        return;
    struct host *h = key_table_touch(d->hosts, hash64(q.client, d->seed));
    const uint32_t hash = (uint32_t)hash64(q.of.domain, d->seed);
    const uint32_t from_s = q.time_s > d->window_s ? q.time_s - d->window_s : 0;
    const uint32_t n = names_of(h, from_s, names);
    h->last_s = q.time_s;
    if (has_name(names, n, hash))
        return;
    h->names[h->next] = (struct name){o->ref, hash, q.time_s, (float)dga_score(q.of.label)};
    h->next = (h->next + 1) % NAMES;
    h->count = n < NAMES ? n + 1 : NAMES;
    judge(d, h, &q, o, port);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct dga *d = self;

    (void)port;
    if (now_ns > 0)
        key_table_expire(d->hosts, now_ns - (int64_t)d->window_s * NS_PER_S);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct dga *d = self;

    ret->keys = key_table_count(d->hosts);
    ret->displaced = key_table_displaced(d->hosts);
    ret->bytes = key_table_bytes(d->hosts);
}

static const uint8_t activities[] = {ACTIVITY_dns, ACTIVITY_dns_answer, ACTIVITY_dns_query,
                                     ACTIVITY_none};
static const uint8_t columns[] = {DNS_QUESTION_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_dga = {
    .name = "dga",
    .title = "Generated domain names (DGA)",
    .what = "a host that asks for names that do not exist and that nobody would give",
    .severity = SEVERITY_HIGH,
    .tags = "attack.command-and-control attack.t1568.002",
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
