#include "triage/link_entity.h"

#include "base/hash.h"
#include "base/mem.h"

#include <stdlib.h>

enum {
    TABLE_FIRST = 1024,
    ROLES_THAT_LINK_NOTHING =
        ROLE_NAT_GATEWAY | ROLE_SCANNER | ROLE_SERVICE_ACCOUNT | ROLE_VPN | ROLE_DNS_SERVER
};

/* ------------------------------------------------------------ values */

/* Of users: accounts that every machine has. Of hosts and addresses: what means oneself or none. */
static const char *const no_one[] = {
    "-",
    "?",
    "n/a",
    "none",
    "null",
    "unknown",
    "localhost",
    "0.0.0.0",
    "::",
    "::1",
    "127.0.0.1",
    "255.255.255.255",
    "root",
    "system",
    "nobody",
    "anonymous",
    "anonymous logon",
    "local service",
    "s-1-5-18",
    "s-1-5-19",
    "s-1-5-20",
    "s-1-5-7",
    "s-1-0-0",
    "network service",
    "local",
    "local system",
    "localsystem",
    "localhost.localdomain",
    "ip6-localhost",
};

static bool is_loopback(str value)
{
    return str_starts(value, S("127.")) || str_starts(value, S("fe80:"));
}

bool link_names_someone(const struct entity *e)
{
    str value = e->value;

    if (e->type != ENTITY_USER && e->type != ENTITY_HOST && e->type != ENTITY_IP)
        return false;
    if (value.n == 0 || (e->type == ENTITY_IP && is_loopback(value)))
        return false;
    if (e->type == ENTITY_USER) { /* without its domain: "NT AUTHORITY\SYSTEM", "root@host" */
        for (size_t i = 0; i < e->value.n; i++)
            if (e->value.p[i] == '\\')
                value = str_from_at(e->value, i + 1);
        value = str_cut(&value, '@');
    }
    for (uint32_t i = 0; i < countof(no_one); i++)
        if (str_ieq(value, str_from(no_one[i])))
            return false;
    return true;
}

/* ------------------------------------------------------------ a set of numbers and of entities */

/* A set of 64-bit numbers that are not 0. */
struct pair_set {
    uint64_t *slots, mask;
    uint32_t count;
};

static bool pair_add(struct pair_set *s, uint64_t pair)
{
    if (2 * (uint64_t)s->count >= s->mask) {
        const struct pair_set old = *s;
        s->mask = old.slots ? 2 * old.mask + 1 : TABLE_FIRST - 1;
        s->slots = mem_array(s->mask + 1, sizeof *s->slots);
        s->count = 0;
        for (uint64_t i = 0; old.slots && i <= old.mask; i++)
            if (old.slots[i])
                pair_add(s, old.slots[i]);
        free(old.slots);
    }
    uint64_t at = hash_mix(pair, 1) & s->mask;
    while (s->slots[at] && s->slots[at] != pair)
        at = (at + 1) & s->mask;
    const bool fresh = s->slots[at] == 0;
    s->slots[at] = pair;
    s->count += fresh;
    return fresh;
}

struct finder {
    struct link_entities *ret;
    struct arena *arena;
    uint32_t *slots; /* places in ret->items, and 1 */
    uint64_t mask, seed;
    uint32_t capacity, of_count, of_capacity;
    struct pair_set partners, detections;
};

static uint64_t hash_entity(const struct finder *f, const struct entity *e)
{
    return hash_mix(hash64(e->value, f->seed), e->type);
}

static void grow_table(struct finder *f)
{
    free(f->slots);
    f->mask = f->mask ? 2 * f->mask + 1 : TABLE_FIRST - 1;
    f->slots = mem_array(f->mask + 1, sizeof *f->slots);
    for (uint32_t i = 0; i < f->ret->count; i++) {
        uint64_t at = hash_entity(f, &f->ret->items[i].entity) & f->mask;
        while (f->slots[at])
            at = (at + 1) & f->mask;
        f->slots[at] = i + 1;
    }
}

static uint32_t intern_entity(struct finder *f, const struct entity *e)
{
    if (2 * (uint64_t)f->ret->count >= f->mask)
        grow_table(f);
    uint64_t at = hash_entity(f, e) & f->mask;
    for (; f->slots[at]; at = (at + 1) & f->mask) {
        const struct entity *known = &f->ret->items[f->slots[at] - 1].entity;
        if (known->type == e->type && str_eq(known->value, e->value))
            return f->slots[at] - 1;
    }
    struct link_entity *room =
        arena_push(f->arena, (void **)&f->ret->items, &f->ret->count, &f->capacity, sizeof *room);
    *room = (struct link_entity){.entity = *e};
    f->slots[at] = f->ret->count;
    return f->ret->count - 1;
}

/* ------------------------------------------------------------ counting */

static void list_alert(struct finder *f, const struct alert *alert)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < alert->entity_count && kept < LINK_ENTITIES_MAX; i++) {
        const struct entity *e = &alert->entities[i];
        if (e->type != ENTITY_USER && e->type != ENTITY_HOST && e->type != ENTITY_IP)
            continue;
        const uint32_t at = intern_entity(f, e);
        *(uint32_t *)arena_push(f->arena, (void **)&f->ret->of_alert, &f->of_count, &f->of_capacity,
                                sizeof(uint32_t)) = at;
        f->ret->items[at].alerts++;
        kept++;
    }
}

static void refuse_known(struct link_entities *l, const struct asset_list *assets)
{
    for (uint32_t i = 0; i < l->count; i++) {
        struct link_entity *e = &l->items[i];
        if (!link_names_someone(&e->entity))
            e->refusal = LINK_NAMES_NO_ONE;
        else if (asset_of(assets, e->entity.value).roles & ROLES_THAT_LINK_NOTHING)
            e->refusal = LINK_ROLE;
    }
}

/* Whom each entity of the alert turns up with, and in alerts of which detections. */
static void count_alert(struct finder *f, const struct alert *alert, uint32_t from, uint32_t to)
{
    const uint64_t rule =
        hash_mix(hash64(alert->rule_id, f->seed), alert->origin) & ~(uint64_t)UINT32_MAX;

    for (uint32_t i = from; i < to; i++) {
        struct link_entity *e = &f->ret->items[f->ret->of_alert[i]];
        if (e->refusal != LINK_GOOD)
            continue;
        e->detections += pair_add(&f->detections, rule | (f->ret->of_alert[i] + 1));
        for (uint32_t k = from; k < to; k++) {
            const uint64_t one = f->ret->of_alert[i] + 1, other = f->ret->of_alert[k] + 1;
            if (k == i || f->ret->items[other - 1].refusal != LINK_GOOD)
                continue;
            if (f->partners.count < LINK_PAIRS_MAX)
                e->partners += pair_add(&f->partners, one << 32 | other);
            else
                f->ret->pairs_left_out = true;
        }
    }
}

/* ------------------------------------------------------------ hubs */

static int by_number(const void *left, const void *right)
{
    const uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;

    return (l > r) - (l < r);
}

static uint32_t outer_fence(uint32_t *numbers, uint32_t count, uint32_t least)
{
    if (count == 0)
        return least;
    qsort(numbers, count, sizeof *numbers, by_number);
    const uint32_t low = numbers[count / 4], high = numbers[(uint64_t)count * 3 / 4];
    const uint32_t fence = high + 3 * (high - low);
    return fence > least ? fence : least;
}

static void refuse_hubs(struct link_entities *l, uint32_t alert_count)
{
    uint32_t *partners = mem_array(l->count + 1, sizeof *partners), count = 0;
    uint32_t *detections = mem_array(l->count + 1, sizeof *detections);

    for (uint32_t i = 0; i < l->count; i++)
        if (l->items[i].refusal == LINK_GOOD) {
            partners[count] = l->items[i].partners;
            detections[count++] = l->items[i].detections;
        }
    l->partners_bound = outer_fence(partners, count, HUB_PARTNERS_MIN);
    l->detections_bound = outer_fence(detections, count, HUB_DETECTIONS_MIN);
    for (uint32_t i = 0; i < l->count; i++) {
        struct link_entity *e = &l->items[i];
        if (e->refusal == LINK_GOOD && e->partners > l->partners_bound &&
            e->detections > l->detections_bound && 2 * (uint64_t)e->alerts < alert_count)
            e->refusal = LINK_HUB;
    }
    free(partners);
    free(detections);
}

void link_entities_find(struct link_entities *ret, const struct alert *const *alerts,
                        uint32_t count, const struct asset_list *assets, struct arena *a)
{
    struct finder f = {.ret = ret, .arena = a, .seed = hash_seed()};

    *ret = (struct link_entities){.starts = arena_array(a, (size_t)count + 1, sizeof(uint32_t))};
    for (uint32_t i = 0; i < count; i++) {
        list_alert(&f, alerts[i]);
        ret->starts[i + 1] = f.of_count;
    }
    refuse_known(ret, assets);
    for (uint32_t i = 0; i < count; i++)
        count_alert(&f, alerts[i], ret->starts[i], ret->starts[i + 1]);
    refuse_hubs(ret, count);
    free(f.slots);
    free(f.partners.slots);
    free(f.detections.slots);
}

str link_refusal_text(const struct link_entities *l, const struct link_entity *e, struct arena *a)
{
    const str value = e->entity.value;

    switch (e->refusal) {
    case LINK_NAMES_NO_ONE:
        return arena_printf(a, STR_FMT " links nothing: it names no one", STR_ARG(value));
    case LINK_ROLE:
        return arena_printf(a, STR_FMT " links nothing: its role says that many are behind it",
                            STR_ARG(value));
    case LINK_HUB:
        return arena_printf(a,
                            STR_FMT " links nothing: it is in alerts with %u others of %u "
                                    "detections, more than %u and %u",
                            STR_ARG(value), e->partners, e->detections, l->partners_bound,
                            l->detections_bound);
    case LINK_GOOD:
        break;
    }
    return (str){0};
}
