#include "serve/live_alerts.h"

#include "base/intern.h"
#include "base/mem.h"
#include "serve/alert_store.h"

#include <stdlib.h>

enum {
    ALERTS_ARENA_BYTES = 64 * 1024,
    ALERTS_RESTORED_MAX = TRIAGE_ALERTS_MAX / 2,
};

struct live_alerts {
    struct live_alerts_options options;
    struct stateful *stateful;
    struct triage *triage;
    struct intern *changed; /* ids */
    struct buf text;
    bool provisional; /* of what is being told */
};

static void on_signal(void *ctx, const struct signal *signal)
{
    struct live_alerts *a = ctx;
    struct signal told = *signal;

    if (told.last_ns != SIGNAL_NO_TIME && told.last_ns < a->options.passed_ns)
        return; /* told before the last end */
    told.provisional = a->provisional;
    const struct alert *alert = triage_take(a->triage, &told, NULL);
    (void)intern_add(a->changed, str_from(alert->id));
}

static str name_of(void *ctx, uint32_t source)
{
    const struct live_alerts *a = ctx;

    return a->options.source_name(a->options.ctx, source);
}

struct live_alerts *live_alerts_new(const struct live_alerts_options *o)
{
    struct live_alerts *a = mem_alloc(sizeof *a);
    const struct stateful_options stateful = {
        .rules = o->rules,
        .behaviors = o->behaviors,
        .assets = o->assets,
        .entities = o->entities,
        .no_correlations = true,
    };
    const struct stateful_sink sink = {
        .ctx = a,
        .source_name = name_of,
        .signal = on_signal,
    };
    const struct triage_options triage = {
        .groups = {.assets = o->assets, .suppressions = o->suppressions}};

    a->options = *o;
    a->stateful = stateful_new(&stateful, &sink);
    a->triage = triage_new(&triage);
    a->changed = intern_new();
    a->text = buf_make(BUF_MAX_OUTPUT);
    return a;
}

void live_alerts_free(struct live_alerts *a)
{
    if (!a)
        return;
    stateful_free(a->stateful);
    triage_free(a->triage);
    intern_free(a->changed);
    buf_done(&a->text);
    free(a);
}

/* ------------------------------------------------------------ what there was before */

struct restoring {
    struct live_alerts *alerts;
    struct arena *arena;
};

/* The signal that makes the alert anew, under its id. */
static void restore(struct live_alerts *to, const struct alert *a, const struct alert_event *events,
                    struct arena *arena)
{
    uint64_t *refs = arena_array(arena, a->event_count + 1, sizeof *refs);

    for (uint32_t i = 0; i < a->event_count; i++)
        refs[i] = event_ref(to->options.source_number(to->options.ctx, events[i].source),
                            events[i].record);
    const struct signal signal = {
        .origin = a->origin,
        .severity = a->severity,
        .id = a->rule_id,
        .title = a->title,
        .first_ns = a->first_ns,
        .last_ns = a->last_ns,
        .count = a->count,
        .key = a->key,
        .key_count = a->key_count < SIGNAL_KEY_MAX ? a->key_count : SIGNAL_KEY_MAX,
        .entities = a->entities,
        .entity_count = a->entity_count,
        .tags = a->tags,
        .tag_count = a->tag_count < SIGNAL_TAGS_MAX ? a->tag_count : SIGNAL_TAGS_MAX,
        .explanation = a->explanation,
        .measure = a->measure,
        .details = a->details,
        .detail_count = a->detail_count < SIGNAL_DETAILS_MAX ? a->detail_count : SIGNAL_DETAILS_MAX,
        .events = refs,
        .event_count = a->event_count < SIGNAL_EVENTS_MAX ? a->event_count : SIGNAL_EVENTS_MAX,
    };
    (void)triage_take(to->triage, &signal, NULL);
}

/* One that is only provisional, or began after all that is final, is told again. */
static bool restore_row(void *ctx, const struct ledger_alert *row)
{
    struct restoring *r = ctx;
    struct alert alert;
    struct alert_event *events;

    if (alert_store_read(row, 0, r->arena, &alert, &events) && !alert.provisional &&
        alert.first_ns != SIGNAL_NO_TIME && alert.first_ns < r->alerts->options.passed_ns)
        restore(r->alerts, &alert, events, r->arena);
    arena_reset(r->arena);
    return true;
}

bool live_alerts_restore(struct live_alerts *a, struct ledger *l, struct err *e)
{
    const int64_t gap_ns = (int64_t)TRIAGE_ALERT_GAP_S * 1000000000;
    struct arena *arena CLEANUP(arena_freep) = arena_new(ALERTS_ARENA_BYTES);
    struct restoring r = {a, arena};
    const struct ledger_alert_query q = {
        .from_ns =
            a->options.passed_ns < INT64_MIN + gap_ns ? INT64_MIN : a->options.passed_ns - gap_ns,
        .to_ns = INT64_MAX,
        .state_max = ALERT_STATE_COUNT,
        .limit = ALERTS_RESTORED_MAX,
    };

    return a->options.passed_ns == INT64_MIN || ledger_alerts(l, &q, &r, restore_row, e);
}

/* ------------------------------------------------------------ what is told */

void live_alerts_use_rules(struct live_alerts *a, const struct ruleset *rules,
                           const struct entity_finder *entities)
{
    stateful_use_rules(a->stateful, rules, entities);
}

void live_alerts_tell(struct live_alerts *a, int64_t time_ns, uint64_t ref, str record,
                      bool provisional)
{
    a->provisional = provisional;
    stateful_tell(a->stateful, time_ns, ref, record);
    a->provisional = false;
}

void live_alerts_take(struct live_alerts *a, int64_t time_ns, uint64_t ref, str record)
{
    stateful_take(a->stateful, time_ns, ref, record);
}

void live_alerts_fire(struct live_alerts *a, const struct correlation_firing *f, bool provisional)
{
    a->provisional = provisional;
    stateful_fire(a->stateful, f);
    a->provisional = false;
}

void live_alerts_advance(struct live_alerts *a, int64_t passed_ns)
{
    stateful_advance(a->stateful, passed_ns);
    if (!live_alerts_changed(a)) /* none is given up before the ledger has it */
        triage_advance(a->triage, passed_ns);
}

/* ------------------------------------------------------------ rows */

bool live_alerts_changed(const struct live_alerts *a)
{
    return intern_count(a->changed) > 0;
}

uint32_t live_alerts_held(const struct live_alerts *a)
{
    return triage_stats(a->triage).held;
}

static bool name_event(void *ctx, uint64_t ref, struct alert_event *ret)
{
    const struct live_alerts *a = ctx;

    *ret = (struct alert_event){
        .source = a->options.source_name(a->options.ctx, event_ref_stream(ref)),
        .record = event_ref_record(ref),
        .time_ns = SIGNAL_NO_TIME,
    };
    return true;
}

uint32_t live_alerts_rows(struct live_alerts *a, struct arena *keep, struct ledger_alert **ret)
{
    const struct alert_namer namer = {a, name_event};
    uint32_t held, count = 0;

    (void)triage_groups(a->triage);
    const struct alert *const *all = triage_alerts(a->triage, &held);
    *ret = arena_array(keep, intern_count(a->changed) + 1, sizeof **ret);
    for (uint32_t i = 0; i < held && count < intern_count(a->changed); i++)
        if (intern_find(a->changed, str_from(all[i]->id)) != INTERN_NONE)
            (*ret)[count++] = alert_store_row(all[i], &namer, &a->text, keep);
    intern_clear(a->changed);
    return count;
}

str live_alerts_observation(const struct live_alerts *a, const struct event *ev, struct arena *to)
{
    return stateful_observation(a->options.behaviors, stateful_connections(a->stateful), ev, to);
}
