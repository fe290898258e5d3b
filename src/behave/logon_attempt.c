#include "behave/logon_attempt.h"

#include "base/hash.h"
#include "base/mem.h"
#include "correlate/key_table.h"
#include "event/kind.h"

#include <stdlib.h>

enum { PROCESSES_MAX = 1 << 15, WAYS = 6 };

/* A process that was quiet for so long is forgotten: its number may be another's by then. */
#define QUIET_NS ((int64_t)120 * 1000000000)

/* One way of telling: a hash of event.action. */
struct way {
    uint32_t name, count; /* count 0: free */
};

struct process {
    int64_t last_ns;
    uint64_t attempts;
    struct way ways[WAYS];
};

struct logon_attempts {
    struct key_table *processes;
    uint64_t seed;
};

static int64_t process_last(const void *state)
{
    return ((const struct process *)state)->last_ns;
}

struct logon_attempts *logon_attempts_new(void)
{
    static const struct key_table_kind kind = {sizeof(struct process), process_last, NULL};
    struct logon_attempts *a = mem_alloc(sizeof *a);

    a->processes = key_table_new(&kind, PROCESSES_MAX);
    a->seed = hash_seed();
    return a;
}

void logon_attempts_free(struct logon_attempts *a)
{
    if (!a)
        return;
    key_table_free(a->processes);
    free(a);
}

uint64_t logon_attempts_bytes(const struct logon_attempts *a)
{
    return sizeof *a + key_table_bytes(a->processes);
}

/* More ways than there is room for share the last. */
static struct way *way_of(struct process *p, uint32_t name)
{
    uint32_t i = 0;

    while (i < WAYS - 1 && p->ways[i].count && p->ways[i].name != name)
        i++;
    p->ways[i].name = name;
    return &p->ways[i];
}

static bool is_new(struct logon_attempts *a, const struct observation *o)
{
    const str pid = observed(o, COLUMN_process_pid);

    if (pid.n == 0)
        return true;
    const int64_t from = o->time_ns < INT64_MIN + QUIET_NS ? INT64_MIN : o->time_ns - QUIET_NS;
    key_table_expire(a->processes, from);
    const uint64_t key = hash_mix(hash_mix(hash64(o->source, a->seed), hash64(o->host, a->seed)),
                                  hash64(pid, a->seed));
    struct process *p = key_table_touch(a->processes, key);
    struct way *way = way_of(p, (uint32_t)hash64(observed(o, COLUMN_event_action), a->seed));
    p->last_ns = o->time_ns;
    if (++way->count <= p->attempts)
        return false;
    p->attempts = way->count;
    return true;
}

/* A connection that ends while an account is being authenticated: its password was not right, or
 * it was asked only whether the account is there. */
static bool ended_early(const struct observation *o)
{
    return o->user.n &&
           str_eq(observed(o, COLUMN_event_action), S("connection_closed_before_authentication"));
}

/* Of Kerberos only the first ticket is a logon (4768): others are asked for with that one. */
static bool is_logon_ticket(const struct observation *o)
{
    const str code = observed(o, COLUMN_event_code);

    return str_eq(code, S("4768")) || str_eq(code, S("4772"));
}

enum logon_attempt logon_attempt_of(struct logon_attempts *a, const struct observation *o)
{
    const uint8_t activity = o->columns->activity, outcome = o->columns->outcome;
    const bool logon =
        activity == ACTIVITY_logon || (activity == ACTIVITY_ticket && is_logon_ticket(o));

    if (outcome == OUTCOME_SUCCESS)
        return logon ? LOGON_SUCCEEDED : LOGON_NONE;
    if (outcome == OUTCOME_UNTOLD)
        return activity == ACTIVITY_authenticate &&
                       str_eq(observed(o, COLUMN_event_action), S("login_attempt"))
                   ? LOGON_TRIED
                   : LOGON_NONE;
    if (!logon && activity != ACTIVITY_authenticate &&
        !(activity == ACTIVITY_flow_close && ended_early(o)))
        return LOGON_NONE;
    return is_new(a, o) ? LOGON_FAILED : LOGON_NONE;
}
