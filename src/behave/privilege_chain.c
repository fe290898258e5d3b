/*
 * privilege_chain.c - on one host within a window: a logon from outside, that account's use of
 * higher rights, and then a change that keeps them: an account, a member of a group, a scheduled
 * job or a service.
 *
 * Of each host the last sessions from outside are kept, one an account. A change counts for the
 * session that used higher rights last.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/kept_name.h"
#include "correlate/key_table.h"

#include <stdlib.h>
#include <string.h>

enum { HOSTS_MAX = 1 << 14, SESSIONS = 4, REFS = 3 };

struct session { /* of one account from outside; time_ns of what has not happened: not set */
    uint64_t user;
    int64_t logon_ns, rights_ns;
    uint64_t logon_ref, rights_ref;
    bool used, risen, told;
    uint8_t unused[5];
    struct kept_name user_name, source;
};

struct host {
    int64_t last_ns;
    struct session sessions[SESSIONS];
};

struct privilege_chain {
    struct key_table *hosts;
    int64_t window_ns;
    uint64_t seed;
    bool inside;
};

static const struct setting settings_table[] = {
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "1h",
     .help = "from the logon to the change"},
    {.name = "inside",
     .kind = SETTING_FLAG,
     .fallback = "false",
     .help = "logons from one's own networks count too"},
};

static int64_t host_last(const void *state)
{
    return ((const struct host *)state)->last_ns;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct host), host_last, NULL};
    struct privilege_chain *p = mem_alloc(sizeof *p);

    (void)e;
    p->window_ns = (int64_t)setting_number(s, "window");
    p->inside = setting_flag(s, "inside");
    p->hosts = key_table_new(&kind, HOSTS_MAX);
    p->seed = hash_seed();
    return p;
}

static void close(void *self)
{
    struct privilege_chain *p = self;

    key_table_free(p->hosts);
    free(p);
}

extern const struct behavior_type behavior_privilege_chain;

static bool in_window(const struct privilege_chain *p, int64_t then_ns, int64_t now_ns)
{
    return (uint64_t)now_ns - (uint64_t)then_ns <= (uint64_t)p->window_ns;
}

/* The account's own place, else a free or the oldest one. */
static struct session *place_for(struct host *h, uint64_t user)
{
    struct session *oldest = &h->sessions[0];

    for (uint32_t i = 0; i < SESSIONS; i++) {
        struct session *s = &h->sessions[i];
        if (s->used && s->user == user)
            return s;
        if (oldest->used && (!s->used || s->logon_ns < oldest->logon_ns))
            oldest = s;
    }
    return oldest;
}

static bool is_outside(const struct privilege_chain *p, const struct observation *o)
{
    const uint32_t roles = o->source_asset.roles;

    return o->source.n && !(roles & (ROLE_VPN | ROLE_JUMP_HOST)) &&
           (p->inside || !(roles & ROLE_INTERNAL));
}

static void see_logon(struct privilege_chain *p, const struct observation *o, uint64_t host)
{
    const uint64_t user = hash64(o->user, p->seed);

    if (!is_outside(p, o) || o->user.n == 0)
        return;
    struct host *h = key_table_touch(p->hosts, host);
    h->last_ns = o->time_ns;
    struct session *s = place_for(h, user);
    if (s->used && s->user == user && s->risen && in_window(p, s->logon_ns, o->time_ns))
        return; /* the same session, as far as is known */
    *s = (struct session){.user = user, .logon_ns = o->time_ns, .logon_ref = o->ref, .used = true};
    kept_name_set(&s->user_name, o->user);
    kept_name_set(&s->source, o->source);
}

static void see_rights(struct privilege_chain *p, const struct observation *o, uint64_t host)
{
    struct host *h = key_table_find(p->hosts, host);
    const uint64_t user = hash64(o->user, p->seed);

    for (uint32_t i = 0; h && i < SESSIONS; i++) {
        struct session *s = &h->sessions[i];
        if (!s->used || s->user != user || !in_window(p, s->logon_ns, o->time_ns))
            continue;
        (void)key_table_touch(p->hosts, host); /* several events: it gives way last */
        s->risen = true;
        s->rights_ns = o->time_ns;
        s->rights_ref = o->ref;
    }
}

static void tell(struct session *session, const struct observation *o, struct behavior_port *port)
{
    const str user = kept_name_of(&session->user_name), source = kept_name_of(&session->source);
    const struct signal_pair key[] = {{S("host"), o->host}, {S("user"), user}};
    const struct activity_row *what = activity_row(o->columns->activity);
    const struct signal_pair details[] = {{S("source"), source},
                                          {S("change"), str_from(what->what)},
                                          {S("account"), observed(o, COLUMN_user_target_name)},
                                          {S("service"), observed(o, COLUMN_service_name)}};
    const uint64_t refs[REFS] = {session->logon_ref, session->rights_ref, o->ref};
    const struct entity *seen;
    const uint32_t count = behavior_entities(o, port->arena, &seen);
    struct entity *entities = arena_array(port->arena, count + 2, sizeof *entities);
    const unsigned long long took =
        (unsigned long long)((uint64_t)o->time_ns - (uint64_t)session->logon_ns) / 1000000000;
    struct signal s = {
        .first_ns = session->told ? o->time_ns : session->logon_ns,
        .last_ns = o->time_ns,
        .count = session->told ? 1 : REFS,
        .key = key,
        .key_count = countof(key),
        .explanation =
            arena_printf(port->arena,
                         STR_FMT " logged on to " STR_FMT " from " STR_FMT
                                 ", used higher rights, and %llu s after the logon %s",
                         STR_ARG(user), STR_ARG(o->host), STR_ARG(source), took, what->what),
        .measure = {"seconds from the logon to the change", (double)took, 0, 0, 0, "sequence", 0},
        .details = details,
        .detail_count = countof(details),
        .events = session->told ? refs + 2 : refs,
        .event_count = session->told ? 1 : REFS,
        .entities = entities,
        .entity_count = count + 2,
    };

    if (count)
        memcpy(entities, seen, count * sizeof *entities);
    entities[count] = (struct entity){ENTITY_USER, user};
    entities[count + 1] = (struct entity){behavior_place_type(source), source};
    behavior_tell(&behavior_privilege_chain, port, &s);
    session->told = true;
}

/* The session that used its rights last, of those that did within the window. */
static void see_change(struct privilege_chain *p, const struct observation *o, uint64_t host,
                       struct behavior_port *port)
{
    struct host *h = key_table_find(p->hosts, host);
    struct session *last = NULL;

    for (uint32_t i = 0; h && i < SESSIONS; i++) {
        struct session *s = &h->sessions[i];
        if (s->used && s->risen && in_window(p, s->logon_ns, o->time_ns) &&
            (!last || s->rights_ns > last->rights_ns))
            last = s;
    }
    if (last)
        tell(last, o, port);
}

static bool is_rights(const struct observation *o)
{
    static const str actions[] = {S("sudo_command"), S("su"), S("doas"), S("pkexec")};
    const str action = observed(o, COLUMN_event_action);

    if (o->columns->activity == ACTIVITY_privilege)
        return true;
    for (size_t i = 0; i < countof(actions); i++)
        if (str_starts(action, actions[i]))
            return true;
    return false;
}

static bool is_change(const struct observation *o)
{
    switch ((enum activity)o->columns->activity) {
    case ACTIVITY_account_create:
    case ACTIVITY_group_add:
    case ACTIVITY_job_change:
    case ACTIVITY_service_change:
        return true;
    default:
        return false;
    }
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct privilege_chain *p = self;

    if (o->host.n == 0 || o->columns->outcome == OUTCOME_FAILURE)
        return;
    const int64_t from =
        o->time_ns < INT64_MIN + p->window_ns ? INT64_MIN : o->time_ns - p->window_ns;
    const uint64_t host = hash64(o->host, p->seed);
    key_table_expire(p->hosts, from);
    if (is_change(o))
        see_change(p, o, host, port);
    else if (is_rights(o))
        see_rights(p, o, host);
    else if (o->columns->activity == ACTIVITY_logon && o->columns->outcome == OUTCOME_SUCCESS)
        see_logon(p, o, host);
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct privilege_chain *p = self;

    ret->keys = key_table_count(p->hosts);
    ret->displaced = key_table_displaced(p->hosts);
    ret->bytes = key_table_bytes(p->hosts);
}

static const uint8_t activities[] = {
    ACTIVITY_logon,     ACTIVITY_privilege,  ACTIVITY_process_start,  ACTIVITY_account_create,
    ACTIVITY_group_add, ACTIVITY_job_change, ACTIVITY_service_change, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_event_action, COLUMN_user_target_name, COLUMN_service_name,
                                  COLUMN_COUNT};

const struct behavior_type behavior_privilege_chain = {
    .name = "privilege_chain",
    .title = "Privilege escalation after logon",
    .what = "a logon from outside, higher rights, and a change that keeps them, on one host",
    .severity = SEVERITY_HIGH,
    .tags = "attack.privilege-escalation attack.persistence attack.t1078 attack.t1098",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
