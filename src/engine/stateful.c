#include "engine/stateful.h"

#include "base/mem.h"
#include "engine/firing.h"
#include "triage/tool_signal.h"

#include <stdlib.h>

enum {
    STATEFUL_ARENA_BYTES = 64 * 1024,
    ADVANCE_NS = 60 * 1000000000ll, /* what is due is asked for so often, in event time */
};

struct stateful {
    struct stateful_options options;
    struct stateful_sink sink;
    struct correlator *correlator;
    struct identity *identity;
    struct connection_memory *connections;
    struct arena *arena;
    struct behavior_port port;
    uint64_t ref; /* of the record at hand */
    int64_t advanced_ns;
    struct stateful_stats stats;
};

/* ------------------------------------------------------------ signals */

static enum severity severity_of(const struct sigma_rule *rule)
{
    return (enum severity)rule->level;
}
static_assert((int)LEVEL_CRITICAL == (int)SEVERITY_CRITICAL && (int)LEVEL_LOW == (int)SEVERITY_LOW,
              "the levels of Sigma are ours");

static void hand_on(void *ctx, const struct signal *signal)
{
    struct stateful *s = ctx;

    s->stats.signals++;
    if (s->sink.signal)
        s->sink.signal(s->sink.ctx, signal);
}

static str host_of_address(struct stateful *s, str ip, int64_t time_ns)
{
    const struct asset asset = asset_of(s->options.assets, ip);

    return asset.host.p ? asset.host : identity_host(s->identity, (str){0}, ip, time_ns, s->arena);
}

/* The entities of a finding under the keys that behaviours use too, so that both meet. */
static void add_entities(struct stateful *s, const struct finding *f, int64_t time_ns,
                         struct signal *signal)
{
    struct entity *list = arena_array(s->arena, f->entity_count * 2 + 2, sizeof *list);
    const int64_t at_ns = time_ns == SIGNAL_NO_TIME ? 0 : time_ns;
    uint32_t count = 0;

    if (f->host.n)
        list[count++] = (struct entity){
            ENTITY_HOST, identity_host(s->identity, f->host, (str){0}, at_ns, s->arena)};
    const str host = count ? list[0].value : (str){0};
    if (f->user.n)
        list[count++] = (struct entity){
            ENTITY_USER, identity_user(s->identity, f->user, (str){0}, (str){0}, host, s->arena)};
    for (uint32_t i = 0; i < f->entity_count; i++) {
        const struct entity *e = &f->entities[i];
        list[count] = *e;
        if (e->type == ENTITY_HOST)
            list[count].value = identity_host(s->identity, e->value, (str){0}, at_ns, s->arena);
        else if (e->type == ENTITY_USER)
            list[count].value =
                identity_user(s->identity, e->value, (str){0}, (str){0}, host, s->arena);
        count++;
        if (e->type != ENTITY_IP)
            continue;
        const str owner = host_of_address(s, e->value, at_ns);
        if (owner.n && !str_eq(owner, e->value))
            list[count++] = (struct entity){ENTITY_HOST, owner};
    }
    signal->entities = list;
    signal->entity_count = count;
}

static const struct entity *first_of(const struct signal *signal, enum entity_type type)
{
    for (uint32_t i = 0; i < signal->entity_count; i++)
        if (signal->entities[i].type == type)
            return &signal->entities[i];
    return NULL;
}

/* One alert for each host and user that a rule matches of; where there is neither, each address. */
static uint32_t key_of(const struct signal *signal, struct signal_pair *ret)
{
    const struct entity *host = first_of(signal, ENTITY_HOST);
    const struct entity *user = first_of(signal, ENTITY_USER);
    const struct entity *ip = first_of(signal, ENTITY_IP);
    uint32_t count = 0;

    if (host)
        ret[count++] = (struct signal_pair){S("host"), host->value};
    if (user)
        ret[count++] = (struct signal_pair){S("user"), user->value};
    if (count == 0 && ip)
        ret[count++] = (struct signal_pair){S("address"), ip->value};
    return count;
}

static void fill_details(struct stateful *s, const struct finding *f, struct signal *signal)
{
    const uint32_t count =
        f->matched_count < SIGNAL_DETAILS_MAX ? f->matched_count : SIGNAL_DETAILS_MAX;
    struct signal_pair *details = arena_array(s->arena, count + 1, sizeof *details);

    for (uint32_t i = 0; i < count; i++)
        details[i] = (struct signal_pair){f->matched[i].field, f->matched[i].value};
    signal->details = details;
    signal->detail_count = count;
}

static struct signal signal_of(struct stateful *s, const struct finding *f, int64_t time_ns)
{
    struct signal signal = {
        .severity = severity_of(f->rule),
        .id = sigma_rule_identity(f->rule),
        .title = f->rule->title,
        .first_ns = time_ns,
        .last_ns = time_ns,
        .count = 1,
        .tags = f->rule->tags,
        .tag_count = f->rule->tag_count < SIGNAL_TAGS_MAX ? f->rule->tag_count : SIGNAL_TAGS_MAX,
        .events = &s->ref,
        .event_count = 1,
    };

    add_entities(s, f, time_ns, &signal);
    fill_details(s, f, &signal);
    return signal;
}

/* ------------------------------------------------------------ correlations */

static void on_firing(void *ctx, const struct correlation_firing *f)
{
    struct stateful *s = ctx;
    const struct sigma_correlation *c = f->correlation;
    const struct firing_names names = {s->sink.ctx, s->sink.source_name};
    const struct finding finding = firing_finding(f, &names, s->options.entities, s->arena);

    if (s->sink.firing)
        s->sink.firing(s->sink.ctx, &finding);
    if (!s->sink.signal)
        return;
    struct signal_pair key[CORRELATION_GROUP_MAX];
    struct signal signal = signal_of(s, &finding, f->last_ns);
    for (uint32_t i = 0; i < c->group_count; i++)
        key[i] = (struct signal_pair){f->group[i].field, f->group[i].value};
    signal.origin = SIGNAL_CORRELATION;
    signal.events = f->match_count ? f->matches : &f->match;
    signal.event_count = f->match_count ? f->match_count : 1;
    signal.first_ns = f->first_ns;
    signal.count = f->value >= 1 && c->type <= CORRELATION_VALUE_COUNT ? (uint64_t)f->value : 1;
    signal.key = key;
    signal.key_count = c->group_count < SIGNAL_KEY_MAX ? c->group_count : SIGNAL_KEY_MAX;
    signal.measure = (struct signal_measure){
        .what = correlation_type_name(c->type), .value = f->value, .baseline = "threshold"};
    signal.explanation =
        arena_printf(s->arena, "%s " STR_FMT " within the rule's span",
                     correlation_type_name(c->type), STR_ARG(firing_value_text(f, s->arena)));
    hand_on(s, &signal);
}

/* ------------------------------------------------------------ records */

static bool take_matches(struct stateful *s, int64_t time_ns, str record)
{
    struct correlator_match *matches;
    uint32_t count;

    if (!s->correlator || time_ns == SIGNAL_NO_TIME ||
        !stateful_read_matches(record, s->arena, &matches, &count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        matches[i].match = s->ref;
        if (matches[i].rule >= s->options.rules->count)
            return false;
    }
    correlator_feed_event(s->correlator, time_ns, matches, count);
    return true;
}

static bool take_finding(struct stateful *s, int64_t time_ns, str record)
{
    struct signal_pair key[SIGNAL_KEY_MAX];
    struct finding f;

    if (!stateful_read_finding(record, s->options.rules, s->arena, &f))
        return false;
    struct signal signal = signal_of(s, &f, time_ns);
    signal.origin = SIGNAL_RULE;
    signal.key_count = key_of(&signal, key);
    signal.key = key;
    hand_on(s, &signal);
    return true;
}

/* Under the keys of the observation, so that its alert meets those of rules and behaviours. */
static void tell_tool(struct stateful *s, const struct observation *o, const struct tool_note *tool)
{
    struct columns columns = *o->columns;
    struct tool_signal_room room;
    struct signal signal;

    if (o->host.n)
        columns.values[COLUMN_host_name] = o->host;
    if (o->user.n)
        columns.values[COLUMN_user_name] = o->user;
    if (tool_signal(&columns, tool->format, tool->techniques, o->time_ns, s->ref, s->arena, &room,
                    &signal))
        hand_on(s, &signal);
}

static bool take_observation(struct stateful *s, int64_t time_ns, str record)
{
    struct connection_note note;
    struct tool_note tool;
    struct columns columns;
    struct observation o = {.time_ns = time_ns, .ref = s->ref, .columns = &columns};

    if (!s->options.behaviors || time_ns == SIGNAL_NO_TIME ||
        !stateful_read_observation(record, &columns, &note, &tool))
        return false;
    if (note.steps)
        connection_note_apply(s->connections, &note, time_ns, &columns, s->arena);
    identity_learn(s->identity, &columns, time_ns);
    observation_fill(&o, s->identity, s->options.assets, s->arena);
    behavior_set_observe(s->options.behaviors, &o, &s->port);
    tell_tool(s, &o, &tool);
    return true;
}

struct stateful *stateful_new(const struct stateful_options *o, const struct stateful_sink *sink)
{
    struct stateful *s = mem_alloc(sizeof *s);

    s->options = *o;
    s->sink = *sink;
    if (!o->no_correlations)
        s->correlator = correlator_new(o->rules, &(struct correlator_sink){s, on_firing});
    s->identity = identity_new();
    s->connections = connection_memory_new();
    s->arena = arena_new(STATEFUL_ARENA_BYTES);
    s->port = (struct behavior_port){.ctx = s, .signal = hand_on, .arena = s->arena};
    s->advanced_ns = INT64_MIN;
    return s;
}

void stateful_free(struct stateful *s)
{
    if (!s)
        return;
    correlator_free(s->correlator);
    identity_free(s->identity);
    connection_memory_free(s->connections);
    arena_free(s->arena);
    free(s);
}

const struct correlator *stateful_correlator(const struct stateful *s)
{
    return s->correlator;
}

const struct connection_memory *stateful_connections(const struct stateful *s)
{
    return s->connections;
}

static void advance_behaviors(struct stateful *s, int64_t now_ns)
{
    s->advanced_ns = now_ns;
    if (s->options.behaviors)
        behavior_set_advance(s->options.behaviors, now_ns, &s->port);
    arena_reset(s->arena);
}

void stateful_take(struct stateful *s, int64_t time_ns, uint64_t ref, str record)
{
    static bool (*const takes[STATEFUL_KIND_COUNT])(struct stateful *, int64_t, str) = {
        [STATEFUL_MATCHES] = take_matches,
        [STATEFUL_FINDING] = take_finding,
        [STATEFUL_OBSERVATION] = take_observation,
    };
    const enum stateful_kind kind = stateful_kind(record);

    if (time_ns != SIGNAL_NO_TIME &&
        (uint64_t)time_ns - (uint64_t)s->advanced_ns >= (uint64_t)ADVANCE_NS)
        advance_behaviors(s, time_ns);
    s->ref = ref;
    if (kind < STATEFUL_KIND_COUNT && takes[kind](s, time_ns, record))
        s->stats.records[kind]++;
    else
        s->stats.broken++;
    arena_reset(s->arena);
}

void stateful_tell(struct stateful *s, int64_t time_ns, uint64_t ref, str record)
{
    s->ref = ref;
    if (stateful_kind(record) == STATEFUL_FINDING && take_finding(s, time_ns, record))
        s->stats.records[STATEFUL_FINDING]++;
    else
        s->stats.broken++;
    arena_reset(s->arena);
}

void stateful_fire(struct stateful *s, const struct correlation_firing *f)
{
    on_firing(s, f);
    arena_reset(s->arena);
}

void stateful_use_rules(struct stateful *s, const struct ruleset *rules,
                        const struct entity_finder *entities)
{
    assert(!s->correlator);
    s->options.rules = rules;
    s->options.entities = entities;
}

void stateful_advance(struct stateful *s, int64_t now_ns)
{
    if (s->correlator)
        correlator_advance(s->correlator, now_ns - 1);
    advance_behaviors(s, now_ns);
}

struct stateful_stats stateful_stats(const struct stateful *s)
{
    struct stateful_stats stats = s->stats;

    if (s->correlator)
        stats.correlator = correlator_stats(s->correlator);
    stats.identity = identity_stats(s->identity);
    return stats;
}
