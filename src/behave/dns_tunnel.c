/*
 * dns_tunnel.c - a host that asks for so many different long names below one domain that they are
 * data and no names.
 *
 * For each (host, registered domain) and for a short and a long window: the different names, the
 * bytes and the entropy of what stands before the domain, how many of the questions were of types
 * that carry what one likes (TXT, NULL) and how many names did not exist. A window moves by halves:
 * it holds the current half and the one before. Names are counted exactly up to NAMES_EXACT, then
 * by a sketch for each half.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/day.h"
#include "behave/dns_question.h"
#include "behave/flow.h"
#include "behave/growth.h"
#include "behave/pressure.h"
#include "behave/ref_ring.h"
#include "behave/sketch.h"

#include <math.h>
#include <stdlib.h>

enum {
    PAIRS_MAX = 1 << 17,
    OWNED_BYTES_MAX = 64 << 20,
    NAMES_FIRST = 4,
    NAMES_EXACT = 256,
    SKETCH_BITS = 10,
    SHORT_S = 600,
    MANY_CLIENTS = 10, /* times as much it takes of who asks for many */
    BYTE_VALUES = 256,
};

enum { SPAN_SHORT, SPAN_LONG, SPANS };

static const double entropy_least = 3.2, share_least = 0.5;

/* Their names carry data by purpose: look-ups of addresses, files and links that are known. */
static const str services[] = {
    S("abuseat.org"),
    S("avast.com"),
    S("barracudacentral.org"),
    S("cymru.com"),
    S("dnswl.org"),
    S("e5.sk"),
    S("habeas.com"),
    S("invaluement.com"),
    S("mailspike.net"),
    S("mcafee.com"),
    S("njabl.org"),
    S("senderscore.com"),
    S("sophosxl.com"),
    S("sophosxl.net"),
    S("sorbs.net"),
    S("spamcop.net"),
    S("spamhaus.net"),
    S("spamhaus.org"),
    S("surbl.org"),
    S("support-intelligence.net"),
    S("trendmicro.com"),
    S("uceprotect.net"),
    S("uribl.com"),
};

struct seen {
    uint32_t hash, half; /* of which half of the window it was asked for last */
};

struct half {
    uint32_t questions, missing, blobs;
    uint32_t names, bytes; /* that were new in the window, as far as is known; their bytes */
    float entropy;         /* their sum */
};

struct span {
    struct seen *names; /* NULL and sketches: there were too many */
    uint8_t *sketches;  /* of two halves */
    uint16_t count, capacity;
    uint32_t half; /* since 1970 */
    double about;  /* what the sketches count */
    struct half halves[2];
};

struct pair {
    struct span spans[SPANS];
    uint64_t *owned;
    uint32_t last_s, first_s;
    struct growth growth;
    struct ref_ring refs;
};

struct dns_tunnel {
    struct key_table *pairs;
    uint64_t seed, owned;
    uint32_t names_least[SPANS], bytes_least;
    const str *ignored;
    uint32_t ignored_count;
};

static const uint32_t span_s[SPANS] = {SHORT_S, DAY_S};
static const char *const span_names[SPANS] = {"10 minutes", "24 hours"};

static const struct setting settings_table[] = {
    {.name = "names",
     .kind = SETTING_NUMBER,
     .fallback = "50",
     .min = 5,
     .max = 1000000,
     .help = "different names below one domain within 10 minutes"},
    {.name = "names_a_day",
     .kind = SETTING_NUMBER,
     .fallback = "200",
     .min = 5,
     .max = 1000000,
     .help = "the same within 24 hours"},
    {.name = "bytes",
     .kind = SETTING_NUMBER,
     .fallback = "20",
     .min = 1,
     .max = 255,
     .help = "bytes that stand before the domain, in the mean of the names"},
    {.name = "ignore",
     .kind = SETTING_LIST,
     .help = "domains that are none, beside those of reputation services"},
};

/* ------------------------------------------------------------ state */

static int64_t pair_last(const void *state)
{
    return (int64_t)((const struct pair *)state)->last_s * NS_PER_S;
}

static void drop_names(struct span *s, uint64_t *owned)
{
    *owned -= s->capacity * sizeof *s->names;
    free(s->names);
    s->names = NULL;
    s->count = s->capacity = 0;
}

static void drop_sketches(struct span *s, uint64_t *owned)
{
    if (s->sketches)
        *owned -= 2 * SKETCH_BYTES(SKETCH_BITS);
    free(s->sketches);
    s->sketches = NULL;
}

static void pair_drop(void *state)
{
    struct pair *p = state;

    for (int i = 0; i < SPANS && p->owned; i++) {
        drop_names(&p->spans[i], p->owned);
        drop_sketches(&p->spans[i], p->owned);
    }
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct pair), pair_last, pair_drop};
    struct dns_tunnel *t = mem_alloc(sizeof *t);

    (void)e;
    t->names_least[SPAN_SHORT] = (uint32_t)setting_number(s, "names");
    t->names_least[SPAN_LONG] = (uint32_t)setting_number(s, "names_a_day");
    t->bytes_least = (uint32_t)setting_number(s, "bytes");
    t->ignored = setting(s, "ignore")->list;
    t->ignored_count = setting(s, "ignore")->list_count;
    t->seed = hash_seed();
    t->pairs = key_table_new(&kind, PAIRS_MAX);
    return t;
}

static void close(void *self)
{
    struct dns_tunnel *t = self;

    key_table_free(t->pairs);
    free(t);
}

/* ------------------------------------------------------------ windows */

static uint8_t *sketch_of(const struct span *s, uint32_t half)
{
    return s->sketches + (half % 2) * SKETCH_BYTES(SKETCH_BITS);
}

/* After a change. */
static void span_estimate(struct span *s)
{
    uint8_t both[SKETCH_BYTES(SKETCH_BITS)];

    memcpy(both, sketch_of(s, 0), sizeof both);
    sketch_merge(both, sketch_of(s, 1), SKETCH_BITS);
    s->about = sketch_count(both, SKETCH_BITS);
}

/* Goes on to `half`; what is older than the one before it is forgotten. */
static void span_turn(struct span *s, uint32_t half, uint64_t *owned)
{
    uint32_t kept = 0;

    if (half <= s->half)
        return;
    for (uint32_t h = s->half + 1; h <= half && h <= s->half + 2; h++) {
        s->halves[h % 2] = (struct half){0};
        if (s->sketches)
            memset(sketch_of(s, h), 0, SKETCH_BYTES(SKETCH_BITS));
    }
    if (half > s->half + 1)
        drop_sketches(s, owned);
    if (s->sketches)
        span_estimate(s);
    s->half = half;
    for (uint32_t i = 0; i < s->count; i++)
        if (s->names[i].half + 1 >= half)
            s->names[kept++] = s->names[i];
    s->count = (uint16_t)kept;
}

/* From now on a sketch counts. */
static void span_sketch(struct span *s, uint64_t *owned)
{
    s->sketches = mem_alloc(2 * SKETCH_BYTES(SKETCH_BITS));
    *owned += 2 * SKETCH_BYTES(SKETCH_BITS);
    for (uint32_t i = 0; i < s->count; i++)
        sketch_add(sketch_of(s, s->names[i].half), SKETCH_BITS, hash_mix(s->names[i].hash, 0));
    drop_names(s, owned);
}

static double span_names_about(const struct span *s)
{
    return s->sketches ? s->about : s->count;
}

/* Counts a name; true: it was not in the window, as far as that is known. */
static bool span_add(struct span *s, uint32_t hash, uint64_t *owned)
{
    if (!s->sketches && s->count == NAMES_EXACT)
        span_sketch(s, owned);
    if (s->sketches) {
        if (!sketch_add(sketch_of(s, s->half), SKETCH_BITS, hash_mix(hash, 0)))
            return false;
        span_estimate(s);
        return true;
    }
    for (uint32_t i = 0; i < s->count; i++)
        if (s->names[i].hash == hash) {
            s->names[i].half = s->half;
            return false;
        }
    if (s->count == s->capacity) {
        const uint16_t wider = s->capacity ? (uint16_t)(s->capacity * 2) : NAMES_FIRST;
        *owned += (wider - s->capacity) * sizeof *s->names;
        s->names = mem_resize(s->names, wider, sizeof *s->names);
        s->capacity = wider;
    }
    s->names[s->count++] = (struct seen){hash, s->half};
    return true;
}

static struct half span_sum(const struct span *s)
{
    struct half sum = s->halves[0];
    const struct half *other = &s->halves[1];

    sum.questions += other->questions;
    sum.missing += other->missing;
    sum.blobs += other->blobs;
    sum.names += other->names;
    sum.bytes += other->bytes;
    sum.entropy += other->entropy;
    return sum;
}

/* Shannon's, in bits a character; dots and case do not count. */
static float entropy_of(str text)
{
    uint8_t counts[BYTE_VALUES] = {0};
    float sum = 0;
    uint32_t n = 0;
    size_t used = 0;

    for (; used < text.n && n < UINT8_MAX; used++)
        if (text.p[used] != '.') {
            counts[(unsigned char)ascii_lower(text.p[used])]++;
            n++;
        }
    for (size_t i = 0; i < used; i++) { /* each character once; of one alone it is 0 */
        uint8_t *count = &counts[(unsigned char)ascii_lower(text.p[i])];
        sum += *count > 1 ? (float)*count * log2f(*count) : 0;
        *count = 0;
    }
    return n ? log2f((float)n) - sum / (float)n : 0;
}

static void count(struct pair *p, const struct dns_question *q, uint32_t hash)
{
    float entropy = -1; /* not yet known */

    for (int i = 0; i < SPANS; i++) {
        struct span *s = &p->spans[i];
        span_turn(s, q->time_s / (span_s[i] / 2), p->owned);
        struct half *now = &s->halves[s->half % 2];
        now->questions++;
        now->missing += q->told_missing;
        now->blobs += q->is_blob;
        if (!span_add(s, hash, p->owned))
            continue;
        entropy = entropy < 0 ? entropy_of(q->of.subdomain) : entropy;
        now->names++;
        now->bytes += (uint32_t)q->of.subdomain.n;
        now->entropy += entropy;
    }
}

/* ------------------------------------------------------------ signals */

extern const struct behavior_type behavior_dns_tunnel;

struct found {
    int span;
    double names, bytes, entropy, blobs, missing, least;
};

static bool is_tunnel(const struct dns_tunnel *t, const struct pair *p, int span, uint32_t times,
                      struct found *ret)
{
    const struct half sum = span_sum(&p->spans[span]);
    const double least = (double)t->names_least[span] * times;
    const double names = span_names_about(&p->spans[span]);
    /* A half of the window goes at once: it ends when half of the threshold is not there. */
    const double needed = p->growth.next > 0 ? least / 2 : least;

    if (names < needed || sum.names == 0 || sum.bytes < (uint64_t)t->bytes_least * sum.names)
        return false;
    *ret = (struct found){
        .span = span,
        .names = names,
        .bytes = (double)sum.bytes / sum.names,
        .entropy = (double)sum.entropy / sum.names,
        .blobs = (double)sum.blobs / sum.questions,
        .missing = (double)sum.missing / sum.questions,
        .least = least,
    };
    return ret->entropy >= entropy_least || ret->blobs >= share_least ||
           ret->missing >= share_least;
}

static void tell(struct pair *p, const struct dns_question *q, const struct observation *o,
                 const struct found *f, struct behavior_port *port)
{
    struct arena *a = port->arena;
    const struct signal_pair key[] = {{S("host"), q->client}, {S("domain"), q->of.domain}};
    const struct signal_pair details[] = {
        {S("bytes before the domain"), arena_printf(a, "%.1f", f->bytes)},
        {S("entropy of them"), arena_printf(a, "%.2f bits a character", f->entropy)},
        {S("questions of type TXT or NULL"), arena_printf(a, "%.0f %%", 100 * f->blobs)},
        {S("names that do not exist"), arena_printf(a, "%.0f %%", 100 * f->missing)},
        {S("last name"), q->name},
    };
    uint64_t refs[REF_RING];
    struct signal out = {
        .first_ns = (int64_t)growth_since(&p->growth, p->first_s) * NS_PER_S,
        .last_ns = o->time_ns,
        .count = p->growth.untold,
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(
            a,
            STR_FMT " asked for %s%.0f different names below " STR_FMT
                    " within %s, with %.0f bytes before it in the mean, of %.1f bits a character",
            STR_ARG(q->client), p->spans[f->span].sketches ? "about " : "", f->names,
            STR_ARG(q->of.domain), span_names[f->span], f->bytes, f->entropy),
        .measure = {"different names", f->names, 0, 0, f->least - 1, "threshold",
                    span_sum(&p->spans[f->span]).questions},
        .details = details,
        .detail_count = countof(details),
        .events = refs,
        .event_count = ref_ring_list(&p->refs, refs),
    };
    const struct entity *of_event;

    const uint32_t n = behavior_entities(o, a, &of_event);
    struct entity *all = arena_array(a, n + 1, sizeof *all);
    memcpy(all, of_event, n * sizeof *all);
    all[n] = (struct entity){ENTITY_DOMAIN, q->of.domain};
    out.entities = all;
    out.entity_count = n + 1;
    behavior_tell(&behavior_dns_tunnel, port, &out);
    growth_told(&p->growth, f->names, p->last_s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct dns_tunnel *t = self;
    struct dns_question q;
    struct found f;

    if (!dns_question_read(o, &q) || q.of.subdomain.n == 0 || q.client_roles & ROLE_SCANNER)
        return;
    pressure_relieve(t->pairs, &t->owned, OWNED_BYTES_MAX);
    struct pair *p = key_table_touch(
        t->pairs, hash_mix(hash64(q.client, t->seed), hash64(q.of.domain, t->seed)));
    p->owned = &t->owned;
    if (p->growth.next == 0 && p->last_s / (DAY_S / 2) + 1 < q.time_s / (DAY_S / 2)) {
        p->first_s = q.time_s;
        p->growth.untold = 0;
    }
    p->last_s = q.time_s;
    p->growth.untold++;
    ref_ring_add(&p->refs, o->ref);
    count(p, &q, (uint32_t)hash64(q.of.subdomain, t->seed));
    const uint32_t times = q.client_roles & (ROLE_DNS_SERVER | ROLE_NAT_GATEWAY) ? MANY_CLIENTS : 1;
    if (!is_tunnel(t, p, SPAN_SHORT, times, &f) && !is_tunnel(t, p, SPAN_LONG, times, &f)) {
        p->growth.next = 0;
        return;
    }
    if (growth_is_due(&p->growth, f.names, p->last_s) &&
        !place_is_listed(q.of.domain, services, countof(services)) &&
        !place_is_listed(q.name, t->ignored, t->ignored_count))
        tell(p, &q, o, &f, port);
}

static void advance(void *self, int64_t now_ns, struct behavior_port *port)
{
    struct dns_tunnel *t = self;

    (void)port;
    if (now_ns > 0)
        key_table_expire(t->pairs, now_ns - (int64_t)DAY_S * NS_PER_S);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct dns_tunnel *t = self;

    ret->keys = key_table_count(t->pairs);
    ret->displaced = key_table_displaced(t->pairs);
    ret->bytes = key_table_bytes(t->pairs) + t->owned;
}

static const uint8_t activities[] = {ACTIVITY_dns, ACTIVITY_dns_answer, ACTIVITY_dns_query,
                                     ACTIVITY_none};
static const uint8_t columns[] = {DNS_QUESTION_COLUMNS, COLUMN_COUNT};

const struct behavior_type behavior_dns_tunnel = {
    .name = "dns_tunnel",
    .title = "DNS tunnel",
    .what = "a host that asks for many different long names below one domain",
    .severity = SEVERITY_HIGH,
    .tags = "attack.command-and-control attack.t1071.004 attack.t1572 attack.exfiltration "
            "attack.t1048",
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
