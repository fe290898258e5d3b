#include "triage/alert_group.h"

#include "base/hash.h"
#include "base/mem.h"
#include "text/time.h"
#include "triage/alert_score.h"

#include <stdlib.h>

enum { NO_ALERT = UINT32_MAX };

/* A link by the places of its alerts. */
struct joined {
    uint32_t earlier, later;
    const struct entity *entity;
};

struct joiner {
    const struct alert *const *alerts;
    uint32_t count;
    struct group_options options;
    struct alert_groups *ret;
    struct arena *arena;
    uint32_t *parent;  /* union by the lower number: a set's root is its first alert */
    uint32_t *last_of; /* of a root: its last alert */
    struct joined *links;
    uint32_t link_count;
};

/* ------------------------------------------------------------ sets of alerts */

static uint32_t root_of(struct joiner *j, uint32_t i)
{
    while (j->parent[i] != i) {
        j->parent[i] = j->parent[j->parent[i]];
        i = j->parent[i];
    }
    return i;
}

static int64_t between(const struct alert *earlier, const struct alert *later)
{
    return later->first_ns - earlier->first_ns;
}

static void join(struct joiner *j, uint32_t earlier, uint32_t later, const struct entity *why)
{
    const uint32_t l = root_of(j, earlier), r = root_of(j, later);
    const uint32_t first = l < r ? l : r, other = l < r ? r : l;
    const uint32_t last =
        j->last_of[first] > j->last_of[other] ? j->last_of[first] : j->last_of[other];

    if (l == r || between(j->alerts[first], j->alerts[last]) > j->options.group_span_ns)
        return;
    j->parent[other] = first;
    j->last_of[first] = last;
    j->links[j->link_count++] = (struct joined){earlier, later, why};
}

/* ------------------------------------------------------------ links */

static bool is_severe(const struct alert *a)
{
    return a->severity >= SEVERITY_HIGH;
}

/* Is the alert before near enough? Those without a time are near to each other alone. */
static bool is_near(const struct alert *const *alerts, uint32_t before, uint32_t i, int64_t gap_ns)
{
    if (before == NO_ALERT)
        return false;
    if (alerts[before]->first_ns == SIGNAL_NO_TIME || alerts[i]->first_ns == SIGNAL_NO_TIME)
        return alerts[before]->first_ns == alerts[i]->first_ns;
    return between(alerts[before], alerts[i]) <= gap_ns;
}

/* Links each alert with the one before it of each of its entities, and with the severe one. */
static void link_alerts(struct joiner *j)
{
    const struct link_entities *l = &j->ret->entities;
    uint32_t *newest = mem_array(l->count + 1, sizeof *newest);
    uint32_t *newest_severe = mem_array(l->count + 1, sizeof *newest_severe);

    memset(newest, 0xFF, l->count * sizeof *newest);
    memset(newest_severe, 0xFF, l->count * sizeof *newest_severe);
    for (uint32_t i = 0; i < j->count; i++)
        for (uint32_t k = l->starts[i]; k < l->starts[i + 1]; k++) {
            const uint32_t e = l->of_alert[k];
            if (l->items[e].refusal != LINK_GOOD)
                continue;
            if (is_near(j->alerts, newest[e], i, j->options.group_gap_ns))
                join(j, newest[e], i, &l->items[e].entity);
            newest[e] = i;
            if (!is_severe(j->alerts[i]))
                continue;
            if (is_near(j->alerts, newest_severe[e], i, j->options.severe_gap_ns))
                join(j, newest_severe[e], i, &l->items[e].entity);
            newest_severe[e] = i;
        }
    free(newest);
    free(newest_severe);
}

/* ------------------------------------------------------------ groups */

static void name_group(struct alert_group *g, struct sha256 *h)
{
    uint8_t digest[SHA256_BYTES];

    sha256_update(h, S("group"));
    sha256_update(h, str_from(g->alerts[0]->id));
    sha256_final(h, digest);
    hex_of(digest, ALERT_ID_BYTES, g->id);
}

/* Alerts and links of each group, in their order: counted first, then put. */
static void deal_out(struct joiner *j)
{
    struct alert_groups *ret = j->ret;
    const struct alert **alerts = arena_array(j->arena, j->count + 1, sizeof(struct alert *));
    struct alert_link *links = arena_array(j->arena, j->count + 1, sizeof *links);
    uint32_t *start = mem_array(ret->count + 1, sizeof *start), from = 0;

    for (uint32_t i = 0; i < j->count; i++)
        start[ret->of_alert[i]]++;
    for (uint32_t g = 0; g < ret->count; g++) {
        const uint32_t size = start[g];
        start[g] = from;
        ret->items[g].alerts = alerts + from;
        ret->items[g].links = links + from;
        from += size;
    }
    for (uint32_t i = 0; i < j->count; i++) {
        const uint32_t g = ret->of_alert[i];
        alerts[start[g] + ret->items[g].count++] = j->alerts[i];
    }
    for (uint32_t i = 0; i < j->link_count; i++) {
        const struct joined *l = &j->links[i];
        const uint32_t g = ret->of_alert[l->later];
        links[start[g] + ret->items[g].link_count++] =
            (struct alert_link){j->alerts[l->later], j->alerts[l->earlier], *l->entity};
    }
    free(start);
}

static void add_tactics(struct alert_group *g, const struct alert *a, uint32_t *seen)
{
    const uint32_t fresh = alert_tactics(a) & ~*seen;

    for (int t = 0; t < TACTIC_COUNT; t++)
        if (fresh >> t & 1)
            g->tactics[g->tactic_count++] = (uint8_t)t;
    *seen |= fresh;
}

/* Each alert is told its group and, group by group, what hides it. */
static void mark_alerts(struct joiner *j, struct alert *const *alerts)
{
    struct alert_groups *ret = j->ret;
    struct suppress_set *hide = j->options.suppressions;
    uint32_t *next = mem_array((size_t)ret->count + 1, sizeof *next);
    uint32_t *in_order = mem_array((size_t)j->count + 1, sizeof *in_order), from = 0;

    for (uint32_t g = 0; g < ret->count; g++) {
        next[g] = from;
        from += ret->items[g].count;
    }
    for (uint32_t i = 0; i < j->count; i++)
        in_order[next[ret->of_alert[i]]++] = i;
    if (hide)
        suppress_begin(hide);
    for (uint32_t k = 0, before = UINT32_MAX; k < j->count; k++) {
        struct alert *a = alerts[in_order[k]];
        const uint32_t g = ret->of_alert[in_order[k]];
        memcpy(a->group, ret->items[g].id, sizeof a->group);
        if (hide && g != before)
            suppress_begin_group(hide);
        if (hide)
            suppress_alert(hide, a, alert_tactics(a));
        before = g;
    }
    free(next);
    free(in_order);
}

/* Whether the alert tells more of the group than the one before: what was only added up does not.
 */
static bool tells_more(const struct alert *a, const struct alert *than)
{
    if (alert_is_roll_up(a) != alert_is_roll_up(than))
        return alert_is_roll_up(than);
    return a->severity > than->severity;
}

static void sum_up(struct alert_group *g, double *scores)
{
    uint32_t shown = 0, tactics = 0;

    g->top = g->alerts[0];
    g->first_ns = g->alerts[0]->first_ns;
    g->last_ns = SIGNAL_NO_TIME;
    for (uint32_t i = 0; i < g->count; i++) {
        const struct alert *a = g->alerts[i];
        g->events += a->count;
        if (a->last_ns > g->last_ns)
            g->last_ns = a->last_ns;
        add_tactics(g, a, &tactics);
        if (a->suppressed_by.p)
            continue;
        if (shown == 0 || tells_more(a, g->top))
            g->top = a;
        if (a->severity > g->severity)
            g->severity = a->severity;
        if (a->severity > g->own_severity && !alert_is_roll_up(a))
            g->own_severity = a->severity;
        scores[shown++] = severity_score(a->severity);
    }
    g->suppressed = g->count - shown;
    g->score = alert_score(scores, shown);
}

/* What links and is in an alert of the group; each once, by where it stands in the list of all. */
static void list_entities(struct joiner *j)
{
    const struct link_entities *l = &j->ret->entities;
    uint32_t *seen_in = mem_array(l->count + 1, sizeof *seen_in); /* a group's number, and 1 */
    struct alert_groups *ret = j->ret;
    uint32_t *first = mem_array(ret->count + 1, sizeof *first);
    uint32_t *next = mem_array(j->count + 1, sizeof *next);

    for (uint32_t i = j->count; i-- > 0;) { /* a list of each group's alerts, and 1 */
        next[i] = first[ret->of_alert[i]];
        first[ret->of_alert[i]] = i + 1;
    }
    for (uint32_t g = 0; g < ret->count; g++) {
        struct entity *list = NULL;
        uint32_t count = 0, capacity = 0;
        for (uint32_t i = first[g]; i; i = next[i - 1])
            for (uint32_t k = l->starts[i - 1]; k < l->starts[i]; k++) {
                const uint32_t e = l->of_alert[k];
                if (l->items[e].refusal != LINK_GOOD || seen_in[e] == g + 1)
                    continue;
                seen_in[e] = g + 1;
                *(struct entity *)arena_push(j->arena, (void **)&list, &count, &capacity,
                                             sizeof *list) = l->items[e].entity;
            }
        ret->items[g].entities = list;
        ret->items[g].entity_count = count;
    }
    free(seen_in);
    free(first);
    free(next);
}

static void number_groups(struct joiner *j)
{
    struct alert_groups *ret = j->ret;

    ret->of_alert = arena_array(j->arena, j->count + 1, sizeof *ret->of_alert);
    for (uint32_t i = 0; i < j->count; i++) {
        const uint32_t root = root_of(j, i);
        ret->of_alert[i] = root == i ? ret->count++ : ret->of_alert[root];
    }
    ret->items = arena_array(j->arena, ret->count + 1, sizeof *ret->items);
}

void alert_groups_make(struct alert_groups *ret, struct alert *const *alerts, uint32_t count,
                       const struct group_options *o, struct arena *a)
{
    const struct alert *const *told = (const struct alert *const *)alerts;
    struct joiner j = {.alerts = told, .count = count, .options = *o, .ret = ret, .arena = a};
    double *scores = mem_array(count + 1, sizeof *scores);
    struct sha256 *h = sha256_new();

    if (!j.options.group_gap_ns)
        j.options.group_gap_ns = GROUP_GAP_S * NS_PER_S;
    if (!j.options.severe_gap_ns)
        j.options.severe_gap_ns = GROUP_SEVERE_GAP_S * NS_PER_S;
    if (!j.options.group_span_ns)
        j.options.group_span_ns = GROUP_SPAN_S * NS_PER_S;
    *ret = (struct alert_groups){0};
    link_entities_find(&ret->entities, told, count, o->assets, a);
    j.parent = mem_array(count + 1, sizeof *j.parent);
    j.last_of = mem_array(count + 1, sizeof *j.last_of);
    j.links = mem_array(count + 1, sizeof *j.links);
    for (uint32_t i = 0; i < count; i++)
        j.parent[i] = j.last_of[i] = i;
    link_alerts(&j);
    number_groups(&j);
    deal_out(&j);
    list_entities(&j);
    for (uint32_t g = 0; g < ret->count; g++)
        name_group(&ret->items[g], h);
    mark_alerts(&j, alerts);
    for (uint32_t g = 0; g < ret->count; g++)
        sum_up(&ret->items[g], scores);
    for (uint32_t i = 0; i < count; i++)
        alerts[i]->group_severity = ret->items[ret->of_alert[i]].own_severity;
    free(j.parent);
    free(j.last_of);
    free(j.links);
    free(scores);
    sha256_free(h);
}

uint32_t alert_tactics(const struct alert *a)
{
    uint32_t named = 0, implied = 0;

    for (uint32_t i = 0; i < a->tag_count; i++) {
        char room[ATTACK_ID_MAX];
        const enum attack_tactic t = attack_tactic_of_tag(a->tags[i]);
        const str id = attack_technique_of_tag(a->tags[i], room);
        if (t != TACTIC_COUNT)
            named |= UINT32_C(1) << t;
        else if (id.n)
            implied |= attack_tactics_of(id);
    }
    return named ? named : implied; /* a technique may serve several: what the rule says decides */
}

str alert_link_text(const struct alert_link *l, struct arena *a)
{
    const str what =
        arena_printf(a, "same %s " STR_FMT " as %s (" STR_FMT ")", entity_type_name(l->entity.type),
                     STR_ARG(l->entity.value), l->earlier->id, STR_ARG(l->earlier->title));

    if (l->later->first_ns == SIGNAL_NO_TIME)
        return what;
    const long long s = (long long)(between(l->earlier, l->later) / NS_PER_S);
    if (s < 120)
        return arena_printf(a, STR_FMT ", %lld s before", STR_ARG(what), s);
    if (s < 7200)
        return arena_printf(a, STR_FMT ", %lld min before", STR_ARG(what), s / 60);
    return arena_printf(a, STR_FMT ", %lld h before", STR_ARG(what), s / 3600);
}
