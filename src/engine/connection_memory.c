#include "engine/connection_memory.h"

#include "base/hash.h"
#include "base/mem.h"
#include "correlate/key_table.h"
#include "event/kind.h"
#include "text/time.h"

#include <stdlib.h>
#include <string.h>

enum { IP_MAX = 46, PORT_MAX = 5 }; /* bytes of canonical text; INET6_ADDRSTRLEN */

struct connection {
    int64_t last_ns; /* CONNECTION_NO_TIME: no record of it had a time */
    bool failed, passed, ended;
    uint8_t ip_length, port_length; /* 0: not known */
    char ip[IP_MAX], port[PORT_MAX];
};

struct connection_memory {
    struct key_table *table;
    uint64_t seed;
};

static int64_t last_ns(const void *state)
{
    return ((const struct connection *)state)->last_ns;
}

struct connection_memory *connection_memory_new(void)
{
    static const struct key_table_kind kind = {(sizeof(struct connection) + 7) / 8 * 8, last_ns,
                                               NULL};
    struct connection_memory *m = mem_alloc(sizeof *m);

    m->table = key_table_new(&kind, CONNECTIONS_MAX);
    m->seed = hash_seed();
    return m;
}

void connection_memory_free(struct connection_memory *m)
{
    if (!m)
        return;
    key_table_free(m->table);
    free(m);
}

uint32_t connection_memory_count(const struct connection_memory *m)
{
    return key_table_count(m->table);
}

uint64_t connection_memory_displaced(const struct connection_memory *m)
{
    return key_table_displaced(m->table);
}

/* ------------------------------------------------------------ notes */

static const struct connection_rule *rule_of(const struct event *ev)
{
    const struct kind *k = ev->kind;

    if (k && k->choose)
        k = kind_chosen(k, ev);
    while (k && !k->connection)
        k = k->base;
    return k ? k->connection : NULL;
}

bool connection_memory_concerns(const struct event *ev)
{
    return rule_of(ev) != NULL;
}

struct connection_note connection_note_make(const struct connection_memory *m,
                                            const struct event *ev, const struct columns *columns)
{
    enum { TELLS_SOURCE = CONNECTION_OPENS | CONNECTION_TEACHES };
    const struct connection_rule *rule = rule_of(ev);

    if (!rule)
        return (struct connection_note){0};
    const str number =
        rule->field.n ? event_get(ev, rule->field) : columns->values[COLUMN_process_pid];
    if (!number.n)
        return (struct connection_note){0};
    uint64_t key = hash_mix(m->seed, ev->from.source);
    key = hash_mix(key, hash64(columns->values[COLUMN_host_name], m->seed));
    key = hash_mix(key, hash64(columns->values[COLUMN_process_name], m->seed));
    key = hash_mix(key, hash64(number, m->seed));
    uint8_t steps = rule->steps;
    if ((steps & TELLS_SOURCE) && rule->sure && !rule->sure(ev))
        steps &= (uint8_t)~TELLS_SOURCE;
    return (struct connection_note){key, steps};
}

/* ------------------------------------------------------------ the memory */

static bool is_stale(const struct connection *c, int64_t now_ns)
{
    if (now_ns == CONNECTION_NO_TIME || c->last_ns == CONNECTION_NO_TIME)
        return c->ended;
    const int64_t limit_s = c->ended    ? CONNECTION_LINGER_S
                            : c->passed ? CONNECTION_SESSION_IDLE_S
                                        : CONNECTION_IDLE_S;
    const uint64_t age_ns = now_ns > c->last_ns ? (uint64_t)now_ns - (uint64_t)c->last_ns
                                                : (uint64_t)c->last_ns - (uint64_t)now_ns;
    return age_ns > (uint64_t)(limit_s * NS_PER_S);
}

static str ip_of(const struct connection *c)
{
    return (str){c->ip, c->ip_length};
}

static str port_of(const struct connection *c)
{
    return (str){c->port, c->port_length};
}

/* A source that differs from the known one is another connection's, which has got the number. */
static bool is_another(const struct connection *c, const struct columns *columns)
{
    const str port = columns->values[COLUMN_source_port];

    return c->ip_length && (!str_eq(ip_of(c), columns->values[COLUMN_source_ip]) ||
                            (port.n && c->port_length && !str_eq(port_of(c), port)));
}

static void learn(struct connection *c, const struct columns *columns)
{
    const str ip = columns->values[COLUMN_source_ip], port = columns->values[COLUMN_source_port];

    if (ip.n == 0 || ip.n > IP_MAX || port.n > PORT_MAX)
        return;
    memcpy(c->ip, ip.p, ip.n);
    c->ip_length = (uint8_t)ip.n;
    if (port.n) {
        memcpy(c->port, port.p, port.n);
        c->port_length = (uint8_t)port.n;
    }
}

static void complete(const struct connection *c, uint8_t steps, struct columns *columns,
                     struct arena *a)
{
    str *ip = &columns->values[COLUMN_source_ip], *port = &columns->values[COLUMN_source_port];

    if (c->ip_length && !ip->n) {
        *ip = arena_str(a, ip_of(c));
        columns->derived |= DERIVED_SOURCE_IP;
    }
    if (c->port_length && !port->n && str_eq(*ip, ip_of(c))) {
        *port = arena_str(a, port_of(c));
        columns->derived |= DERIVED_SOURCE_PORT;
    }
    if ((steps & CONNECTION_ENDS) && columns->outcome == OUTCOME_UNTOLD &&
        (c->failed || c->passed)) {
        columns->outcome = c->passed ? OUTCOME_SUCCESS : OUTCOME_FAILURE;
        columns->derived |= DERIVED_OUTCOME;
    }
}

void connection_note_apply(struct connection_memory *m, const struct connection_note *note,
                           int64_t time_ns, struct columns *columns, struct arena *a)
{
    const uint8_t steps = note->steps;

    if (!steps)
        return;
    const bool tells =
        (steps & (CONNECTION_OPENS | CONNECTION_TEACHES)) && columns->values[COLUMN_source_ip].n;
    const bool adds = tells || (steps & (CONNECTION_FAILS | CONNECTION_PASSES));
    struct connection *c = key_table_find(m->table, note->key);
    if (!c && !adds)
        return;
    if (adds)
        c = key_table_touch(m->table, note->key);
    if ((steps & CONNECTION_OPENS) || is_stale(c, time_ns) || (tells && is_another(c, columns)))
        *c = (struct connection){0};
    if (tells)
        learn(c, columns);
    c->failed |= (steps & CONNECTION_FAILS) != 0;
    c->passed |= (steps & CONNECTION_PASSES) != 0;
    complete(c, steps, columns, a);
    c->ended |= (steps & CONNECTION_ENDS) != 0;
    c->last_ns = time_ns != CONNECTION_NO_TIME ? time_ns : c->last_ns;
}

void connection_memory_apply(struct connection_memory *m, const struct event *ev,
                             struct columns *columns, struct arena *a)
{
    const struct connection_note note = connection_note_make(m, ev, columns);

    connection_note_apply(m, &note, ev->has_time ? ev->time_ns : CONNECTION_NO_TIME, columns, a);
}
