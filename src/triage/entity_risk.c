#include "triage/entity_risk.h"

#include "base/mem.h"
#include "sigma/attack.h"
#include "triage/alert_score.h"

#include <stdlib.h>

/* An alert that names an entity. */
struct mention {
    uint32_t entity;
    const struct alert *alert;
};

/* What is rolled up is not counted again. */
static bool counts(const struct alert *a, const struct risk_options *o)
{
    return !alert_is_roll_up(a) && !a->suppressed_by.p && a->state != ALERT_CLOSED &&
           (o->from_ns == 0 || a->last_ns == SIGNAL_NO_TIME || a->last_ns >= o->from_ns);
}

/* By entity; then the highest first, then in the order of alerts. */
static int by_weight(const void *left, const void *right)
{
    const struct mention *l = left, *r = right;

    if (l->entity != r->entity)
        return l->entity < r->entity ? -1 : 1;
    if (l->alert->severity != r->alert->severity)
        return l->alert->severity > r->alert->severity ? -1 : 1;
    return alert_order(l->alert, r->alert);
}

static int by_text(const void *left, const void *right)
{
    return str_cmp(*(const str *)left, *(const str *)right);
}

static uint32_t count_distinct(str *texts, uint32_t count)
{
    uint32_t distinct = 0;

    if (count)
        qsort(texts, count, sizeof *texts, by_text);
    for (uint32_t i = 0; i < count; i++)
        distinct += i == 0 || !str_eq(texts[i], texts[i - 1]);
    return distinct;
}

/* A group that is severe by itself tells its story: its alerts need no adding up. */
static bool is_told(const struct alert *a)
{
    return a->group_severity >= SEVERITY_HIGH;
}

/* The detections and techniques of an entity's alerts, those of severe groups apart. */
static void count_kinds(struct entity_risk *r, const struct mention *m, uint32_t count,
                        struct arena *a)
{
    str *rules = mem_array(count + 1, sizeof *rules);
    str *techniques = mem_array((size_t)count * SIGNAL_TAGS_MAX + 1, sizeof *techniques);
    uint32_t technique_count = 0, rule_count = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct alert *alert = m[i].alert;
        if (is_told(alert))
            continue;
        rules[rule_count++] = alert->rule_id;
        for (uint32_t k = 0; k < alert->tag_count; k++) {
            char room[ATTACK_ID_MAX];
            const str id = attack_technique_of_tag(alert->tags[k], room);
            if (id.n)
                techniques[technique_count++] = arena_str(a, id);
        }
    }
    r->detections = count_distinct(rules, rule_count);
    r->techniques = count_distinct(techniques, technique_count);
    free(rules);
    free(techniques);
}

static void weigh(struct entity_risk *r, const struct mention *m, uint32_t count,
                  const struct risk_options *o, struct arena *a)
{
    const uint32_t weighed = count < RISK_ALERTS_MAX ? count : RISK_ALERTS_MAX;
    double *scores = mem_array(weighed + 1, sizeof *scores);

    for (uint32_t i = 0; i < weighed; i++)
        scores[i] = severity_score(m[i].alert->severity);
    r->alerts = count;
    r->top_count = count < RISK_CONTRIBUTORS ? count : RISK_CONTRIBUTORS;
    for (uint32_t i = 0; i < r->top_count; i++)
        r->top[i] = m[i].alert;
    r->criticality = asset_of(o->assets, r->entity.value).criticality;
    r->score = score_by_criticality(alert_score(scores, weighed), r->criticality);
    count_kinds(r, m, weighed, a);
    r->rolled_up = r->techniques >= (o->techniques_min ? o->techniques_min : ROLL_UP_TECHNIQUES) &&
                   r->detections >= (o->sources_min ? o->sources_min : ROLL_UP_SOURCES);
    free(scores);
}

static int by_risk(const void *left, const void *right)
{
    const struct entity_risk *l = left, *r = right;

    if (l->score < r->score || l->score > r->score)
        return l->score > r->score ? -1 : 1;
    if (l->entity.type != r->entity.type)
        return l->entity.type < r->entity.type ? -1 : 1;
    return str_cmp(l->entity.value, r->entity.value);
}

uint32_t entity_risks(const struct alert *const *alerts, uint32_t count,
                      const struct risk_options *o, struct arena *a, struct entity_risk **ret)
{
    struct link_entities l;
    uint32_t mention_count = 0, risks = 0;

    link_entities_find(&l, alerts, count, o->assets, a);
    struct mention *mentions = mem_array(l.starts[count] + 1, sizeof *mentions);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = l.starts[i]; k < l.starts[i + 1]; k++)
            if (counts(alerts[i], o) && l.items[l.of_alert[k]].refusal != LINK_NAMES_NO_ONE)
                mentions[mention_count++] = (struct mention){l.of_alert[k], alerts[i]};
    if (mention_count)
        qsort(mentions, mention_count, sizeof *mentions, by_weight);
    *ret = arena_array(a, (size_t)l.count + 1, sizeof **ret);
    for (uint32_t from = 0, to; from < mention_count; from = to) {
        struct entity_risk *r = &(*ret)[risks++];
        for (to = from; to < mention_count && mentions[to].entity == mentions[from].entity; to++)
            ;
        r->entity = l.items[mentions[from].entity].entity;
        weigh(r, mentions + from, to - from, o, a);
    }
    if (risks)
        qsort(*ret, risks, sizeof **ret, by_risk);
    free(mentions);
    return risks;
}

const char *risk_level(double score)
{
    static const struct {
        double from;
        const char *name;
    } levels[] = {{90, "critical"}, {70, "high"}, {40, "moderate"}, {20, "low"}};

    for (uint32_t i = 0; i < countof(levels); i++)
        if (score >= levels[i].from)
            return levels[i].name;
    return "unknown";
}

/* The tags of the alerts that count most. */
static void gather_tags(const struct entity_risk *r, struct arena *a, struct signal *s)
{
    str *tags = arena_array(a, SIGNAL_TAGS_MAX, sizeof *tags);

    for (uint32_t i = 0; i < r->top_count; i++)
        for (uint32_t k = 0; k < r->top[i]->tag_count && s->tag_count < SIGNAL_TAGS_MAX; k++)
            tags[s->tag_count++] = r->top[i]->tags[k];
    s->tags = tags;
}

void risk_signal(const struct entity_risk *r, struct arena *a, struct signal *ret)
{
    struct signal_pair *key = arena_alloc(a, sizeof *key);
    const char *type = entity_type_name(r->entity.type);

    *key = (struct signal_pair){str_from(type), r->entity.value};
    *ret = (struct signal){
        .origin = SIGNAL_CORRELATION,
        .severity = r->score >= 70 ? SEVERITY_CRITICAL : SEVERITY_HIGH,
        .id = S(ALERT_ROLL_UP_ID),
        .title = arena_printf(a, "Several detections tell of one %s", type),
        .first_ns = INT64_MAX,
        .last_ns = SIGNAL_NO_TIME,
        .count = r->alerts,
        .key = key,
        .key_count = 1,
        .entities = &r->entity,
        .entity_count = 1,
        .explanation =
            arena_printf(a, "%u alerts of %u detections by %u techniques name " STR_FMT, r->alerts,
                         r->detections, r->techniques, STR_ARG(r->entity.value)),
        .measure = {"risk", r->score, 0, 0, 70, "threshold", r->alerts},
    };
    for (uint32_t i = 0; i < r->top_count; i++) {
        if (is_told(r->top[i]))
            continue;
        if (r->top[i]->first_ns != SIGNAL_NO_TIME && r->top[i]->first_ns < ret->first_ns)
            ret->first_ns = r->top[i]->first_ns;
        if (r->top[i]->last_ns > ret->last_ns)
            ret->last_ns = r->top[i]->last_ns;
    }
    if (ret->first_ns == INT64_MAX)
        ret->first_ns = SIGNAL_NO_TIME;
    gather_tags(r, a, ret);
}
