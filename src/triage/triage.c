/*
 * triage.c - a table of the newest alert of each key, and a queue of all that are held in the order
 * in which they were last told.
 */
#include "triage/triage.h"

#include "base/mem.h"
#include "text/time.h"
#include "triage/entity_risk.h"
#include "triage/kept_alert.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 1024, GROUP_ARENA_BYTES = 64 * 1024 };

struct triage {
    struct triage_options options;
    struct kept_alert **slots;
    uint64_t slot_mask, seed;
    struct kept_alert *oldest, *newest;
    struct sha256 *sha256;
    struct alert **list;
    struct arena *group_arena;
    struct alert_groups groups;
    struct triage_stats stats;
};

struct triage *triage_new(const struct triage_options *options)
{
    struct triage *t = mem_alloc(sizeof *t);

    if (options)
        t->options = *options;
    if (!t->options.alert_gap_ns)
        t->options.alert_gap_ns = TRIAGE_ALERT_GAP_S * NS_PER_S;
    if (!t->options.alert_span_ns)
        t->options.alert_span_ns = TRIAGE_ALERT_SPAN_S * NS_PER_S;
    if (!t->options.alerts_max)
        t->options.alerts_max = TRIAGE_ALERTS_MAX;
    t->slots = mem_array(SLOTS_FIRST, sizeof *t->slots);
    t->slot_mask = SLOTS_FIRST - 1;
    t->seed = hash_seed();
    if (!t->options.groups.severe_gap_ns)
        t->options.groups.severe_gap_ns = GROUP_SEVERE_GAP_S * NS_PER_S;
    t->sha256 = sha256_new();
    t->group_arena = arena_new(GROUP_ARENA_BYTES);
    return t;
}

void triage_free(struct triage *t)
{
    if (!t)
        return;
    for (struct kept_alert *k = t->oldest, *newer; k; k = newer) {
        newer = k->newer;
        kept_alert_free(k);
    }
    sha256_free(t->sha256);
    arena_free(t->group_arena);
    free(t->slots);
    free(t->list);
    free(t);
}

/* ------------------------------------------------------------ the queue */

static void queue_remove(struct triage *t, struct kept_alert *k)
{
    *(k->older ? &k->older->newer : &t->oldest) = k->newer;
    *(k->newer ? &k->newer->older : &t->newest) = k->older;
}

static void queue_add(struct triage *t, struct kept_alert *k)
{
    k->older = t->newest;
    k->newer = NULL;
    *(t->newest ? &t->newest->newer : &t->oldest) = k;
    t->newest = k;
}

/* ------------------------------------------------------------ the table */

static uint64_t hash_of(const struct triage *t, const struct signal *s)
{
    uint64_t h = hash_mix(hash64(s->id, t->seed), s->origin);

    for (uint32_t i = 0; i < s->key_count; i++) {
        h = hash_mix(h, hash64(s->key[i].name, t->seed));
        h = hash_mix(h, hash64(s->key[i].value, t->seed));
    }
    return h;
}

static struct kept_alert *find(struct triage *t, const struct signal *s, uint64_t hash)
{
    for (struct kept_alert *k = t->slots[hash & t->slot_mask]; k; k = k->next_of_slot) {
        t->stats.steps++;
        if (k->hash == hash && kept_alert_is_of(k, s))
            return k;
    }
    return NULL;
}

static void unlist(struct triage *t, struct kept_alert *k)
{
    struct kept_alert **link = &t->slots[k->hash & t->slot_mask];

    while (*link != k)
        link = &(*link)->next_of_slot;
    *link = k->next_of_slot;
    k->listed = false;
}

static void enlist(struct triage *t, struct kept_alert *k)
{
    struct kept_alert **slot = &t->slots[k->hash & t->slot_mask];

    k->next_of_slot = *slot;
    *slot = k;
    k->listed = true;
}

static void grow(struct triage *t)
{
    if (t->stats.held <= t->slot_mask)
        return;
    t->slot_mask = 2 * t->slot_mask + 1;
    free(t->slots);
    t->slots = mem_array(t->slot_mask + 1, sizeof *t->slots);
    for (struct kept_alert *k = t->oldest; k; k = k->newer)
        if (k->listed)
            enlist(t, k);
}

/* ------------------------------------------------------------ signals */

static void give_up(struct triage *t, struct kept_alert *k)
{
    if (t->options.closed)
        t->options.closed(t->options.ctx, &k->alert);
    if (k->listed)
        unlist(t, k);
    queue_remove(t, k);
    kept_alert_free(k);
    t->stats.held--;
}

/* Whether the alert goes on with a signal of that time. */
static bool goes_on(const struct triage *t, const struct alert *a, int64_t time_ns)
{
    return a->first_ns == SIGNAL_NO_TIME || (time_ns - a->last_ns <= t->options.alert_gap_ns &&
                                             time_ns - a->first_ns <= t->options.alert_span_ns);
}

static struct kept_alert *start(struct triage *t, const struct signal *s, uint64_t hash)
{
    if (t->stats.held == t->options.alerts_max) {
        give_up(t, t->oldest);
        t->stats.displaced++;
    }
    struct kept_alert *k = kept_alert_new(s, t->sha256);

    k->hash = hash;
    t->stats.held++;
    t->stats.alerts++;
    queue_add(t, k);
    grow(t);
    enlist(t, k);
    return k;
}

const struct alert *triage_take(struct triage *t, const struct signal *s, bool *ret_new)
{
    const uint64_t hash = hash_of(t, s);
    struct kept_alert *k = find(t, s, hash);
    const bool known = k && goes_on(t, &k->alert, s->last_ns);

    t->stats.signals++;
    t->stats.events += s->count;
    if (known) {
        kept_alert_add(k, s, t->sha256);
        queue_remove(t, k);
        queue_add(t, k);
    } else {
        if (k)
            unlist(t, k);
        k = start(t, s, hash);
    }
    if (ret_new)
        *ret_new = !known;
    return &k->alert;
}

void triage_advance(struct triage *t, int64_t now_ns)
{
    const int64_t alive_ns = t->options.alert_gap_ns > t->options.groups.severe_gap_ns
                                 ? t->options.alert_gap_ns
                                 : t->options.groups.severe_gap_ns;
    struct kept_alert *k = t->oldest;

    while (k) {
        struct kept_alert *newer = k->newer;
        if (k->alert.first_ns != SIGNAL_NO_TIME) {
            if (now_ns - k->alert.last_ns <= alive_ns)
                break;
            give_up(t, k);
        }
        k = newer;
    }
}

static int by_alert_order(const void *left, const void *right)
{
    return alert_order(*(const struct alert *const *)left, *(const struct alert *const *)right);
}

static uint32_t list_alerts(struct triage *t)
{
    uint32_t count = 0;

    t->list = mem_resize(t->list, t->stats.held + 1, sizeof *t->list);
    for (struct kept_alert *k = t->oldest; k; k = k->newer)
        t->list[count++] = &k->alert;
    qsort(t->list, count, sizeof *t->list, by_alert_order);
    return count;
}

const struct alert *const *triage_alerts(struct triage *t, uint32_t *ret_count)
{
    *ret_count = list_alerts(t);
    return (const struct alert *const *)t->list;
}

const struct alert_groups *triage_groups(struct triage *t)
{
    const uint32_t count = list_alerts(t);

    arena_reset(t->group_arena);
    alert_groups_make(&t->groups, t->list, count, &t->options.groups, t->group_arena);
    return &t->groups;
}

/* The signal, without what its alert has counted already; false when that is all. */
static bool is_more(struct triage *t, struct signal *s)
{
    const struct kept_alert *k = find(t, s, hash_of(t, s));

    if (!k || !goes_on(t, &k->alert, s->last_ns))
        return true;
    if (k->alert.count >= s->count)
        return false;
    s->count -= k->alert.count;
    return true;
}

uint32_t triage_roll_up(struct triage *t)
{
    const struct risk_options o = {.assets = t->options.groups.assets};
    struct arena *a = arena_new(GROUP_ARENA_BYTES);
    struct entity_risk *risks;
    (void)triage_groups(t);
    const uint32_t alerts = list_alerts(t);
    const uint32_t count =
        entity_risks((const struct alert *const *)t->list, alerts, &o, a, &risks);
    struct signal *signals = arena_array(a, (size_t)count + 1, sizeof *signals);
    uint32_t rolled = 0;

    for (uint32_t i = 0; i < count; i++)
        if (risks[i].rolled_up)
            risk_signal(&risks[i], a, &signals[rolled++]);
    /* Texts of the signals are the alerts', of which taking one may give up another. */
    for (uint32_t i = 0; i < rolled && t->stats.held < t->options.alerts_max; i++)
        if (is_more(t, &signals[i]))
            (void)triage_take(t, &signals[i], NULL);
    arena_free(a);
    return rolled;
}

struct triage_stats triage_stats(const struct triage *t)
{
    return t->stats;
}
