/*
 * new_account.c - an account that is made, and soon given higher rights: it becomes a member of a
 * group that has them, or uses them.
 *
 * Accounts are known by their name and by their key (SID or uid): membership is told by either.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/behavior.h"
#include "behave/kept_name.h"
#include "correlate/key_table.h"

#include <stdlib.h>
#include <string.h>

enum { ACCOUNTS_MAX = 1 << 15, REFS = 2 };

struct account {
    int64_t made_ns;
    uint64_t ref;
    bool made, told;
    uint8_t unused[2];
    struct kept_name name;
};

struct new_account {
    struct key_table *accounts;
    int64_t window_ns;
    uint64_t seed;
};

static const struct setting settings_table[] = {
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "24h",
     .help = "from the account's making to its rights"},
};

static int64_t account_last(const void *state)
{
    return ((const struct account *)state)->made_ns;
}

static void *open(const struct settings *s, struct err *e)
{
    static const struct key_table_kind kind = {sizeof(struct account), account_last, NULL};
    struct new_account *n = mem_alloc(sizeof *n);

    (void)e;
    n->window_ns = (int64_t)setting_number(s, "window");
    n->accounts = key_table_new(&kind, ACCOUNTS_MAX);
    n->seed = hash_seed();
    return n;
}

static void close(void *self)
{
    struct new_account *n = self;

    key_table_free(n->accounts);
    free(n);
}

extern const struct behavior_type behavior_new_account;

/* Local accounts of two hosts may have one name; of Windows' domains the key tells them apart. */
static uint64_t key_of(const struct new_account *n, const struct observation *o, str name)
{
    char lower[KEPT_NAME_MAX];
    const size_t length = name.n < sizeof lower ? name.n : sizeof lower;

    for (size_t i = 0; i < length; i++)
        lower[i] = ascii_lower(name.p[i]);
    return hash_mix(hash64((str){lower, length}, n->seed), hash64(o->host, n->seed));
}

static void remember(struct new_account *n, const struct observation *o, uint64_t key)
{
    struct account *a = key_table_touch(n->accounts, key);

    *a = (struct account){.made_ns = o->time_ns, .ref = o->ref, .made = true};
    kept_name_set(&a->name, observed(o, COLUMN_user_target_name));
}

/* Does the group's name say that its members have higher rights? */
static bool is_high(str group)
{
    static const str words[] = {S("admin"),  S("sudo"),      S("wheel"),        S("root"),
                                S("docker"), S("operator"),  S("lxd"),          S("remote desktop"),
                                S("schema"), S("shadow"),    S("remote manag"), S("policy creator"),
                                S("disk"),   S("verwalter"), S("hyper-v")};

    for (size_t w = 0; w < countof(words); w++)
        for (size_t i = 0; i + words[w].n <= group.n; i++)
            if (str_ieq((str){group.p + i, words[w].n}, words[w]))
                return true;
    return false;
}

static void tell(struct account *a, const struct observation *o, str how,
                 struct behavior_port *port)
{
    const str name = kept_name_of(&a->name);
    const struct signal_pair key[] = {{S("account"), name}, {S("host"), o->host}};
    const struct signal_pair details[] = {{S("rights"), how}};
    const uint64_t refs[REFS] = {a->ref, o->ref};
    const struct entity *seen;
    const uint32_t count = behavior_entities(o, port->arena, &seen);
    struct entity *entities = arena_array(port->arena, count + 1, sizeof *entities);
    const unsigned long long took =
        (unsigned long long)((uint64_t)o->time_ns - (uint64_t)a->made_ns) / 1000000000;
    struct signal s = {
        .first_ns = a->told ? o->time_ns : a->made_ns,
        .last_ns = o->time_ns,
        .count = a->told ? 1 : REFS,
        .key = key,
        .key_count = countof(key),
        .explanation = arena_printf(port->arena,
                                    STR_FMT " was made on " STR_FMT
                                            " and had higher rights %llu s later: " STR_FMT,
                                    STR_ARG(name), STR_ARG(o->host), took, STR_ARG(how)),
        .measure = {"seconds from the account to its rights", (double)took, 0, 0, 0, "sequence", 0},
        .details = details,
        .detail_count = countof(details),
        .events = a->told ? refs + 1 : refs,
        .event_count = a->told ? 1 : REFS,
        .entities = entities,
        .entity_count = count + 1,
    };

    if (count)
        memcpy(entities, seen, count * sizeof *entities);
    entities[count] = (struct entity){ENTITY_USER, name};
    behavior_tell(&behavior_new_account, port, &s);
    a->told = true;
}

static struct account *find(const struct new_account *n, const struct observation *o, str name)
{
    struct account *a = name.n ? key_table_find(n->accounts, key_of(n, o, name)) : NULL;

    return a && a->made && (uint64_t)o->time_ns - (uint64_t)a->made_ns <= (uint64_t)n->window_ns
               ? a
               : NULL;
}

/* "CN=Eve Example,OU=..": what stands first. */
static str first_name(str member)
{
    if (!str_starts(member, S("CN=")) && !str_starts(member, S("cn=")))
        return member;
    str rest = str_from_at(member, 3);
    return str_cut(&rest, ',');
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct new_account *n = self;
    const str name = observed(o, COLUMN_user_target_name), id = observed(o, COLUMN_user_target_id);
    struct account *a;

    if (o->columns->outcome == OUTCOME_FAILURE)
        return;
    const int64_t from =
        o->time_ns < INT64_MIN + n->window_ns ? INT64_MIN : o->time_ns - n->window_ns;
    key_table_expire(n->accounts, from);
    switch ((enum activity)o->columns->activity) {
    case ACTIVITY_account_create:
        if (name.n == 0 || name.p[name.n - 1] == '$') /* a computer's */
            return;
        remember(n, o, key_of(n, o, name));
        if (id.n)
            remember(n, o, key_of(n, o, id));
        return;
    case ACTIVITY_group_add:
        a = find(n, o, first_name(name));
        a = a ? a : find(n, o, id);
        if (a && is_high(observed(o, COLUMN_group_name)))
            tell(a, o, observed(o, COLUMN_group_name), port);
        return;
    case ACTIVITY_privilege:
        a = find(n, o, observed(o, COLUMN_user_name));
        if (a)
            tell(a, o, S("it used them"), port);
        return;
    default:
        a = find(n, o, observed(o, COLUMN_user_name));
        if (a && str_starts(observed(o, COLUMN_event_action), S("sudo_command")))
            tell(a, o, S("it ran a command with sudo"), port);
    }
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct new_account *n = self;

    ret->keys = key_table_count(n->accounts);
    ret->displaced = key_table_displaced(n->accounts);
    ret->bytes = key_table_bytes(n->accounts);
}

static const uint8_t activities[] = {ACTIVITY_account_create, ACTIVITY_group_add,
                                     ACTIVITY_privilege, ACTIVITY_process_start, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_event_action, COLUMN_user_target_name,
                                  COLUMN_user_target_id, COLUMN_group_name, COLUMN_COUNT};

const struct behavior_type behavior_new_account = {
    .name = "new_account",
    .title = "New account, then privilege",
    .what = "an account that is made and soon has higher rights",
    .severity = SEVERITY_HIGH,
    .tags = "attack.persistence attack.privilege-escalation attack.t1136 attack.t1098",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
