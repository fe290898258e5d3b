#include "behave/habit.h"

#include "base/hash.h"
#include "behave/day_bits.h"
#include "behave/known_pair.h"

struct account {
    int64_t last_ns;
    struct day_bits days;
    uint32_t held, unused;
};

static int64_t account_last(const void *state)
{
    return ((const struct account *)state)->last_ns;
}

void habits_init(struct habits *h)
{
    static const struct key_table_kind accounts = {sizeof(struct account), account_last, NULL};

    h->accounts = key_table_new(&accounts, HABIT_ACCOUNTS_MAX);
    h->things = known_new(HABIT_THINGS_MAX);
}

void habits_done(struct habits *h)
{
    key_table_free(h->accounts);
    key_table_free(h->things);
}

struct habit habits_add(struct habits *h, uint64_t account, uint64_t thing, uint32_t days_min,
                        int64_t time_ns)
{
    const int64_t keep_ns = HABIT_KEEP_DAYS * INT64_C(86400) * 1000000000;
    const uint64_t pair = hash_mix(account, thing);
    const int64_t today = day_of(time_ns);

    key_table_expire(h->things, time_ns < INT64_MIN + keep_ns ? INT64_MIN : time_ns - keep_ns);
    struct account *a = key_table_touch(h->accounts, account);
    const bool known = key_table_find(h->things, pair) != NULL;
    struct habit ret = {.days = day_bits_before(&a->days, today), .held = a->held};

    ret.is_new = !known && a->held && ret.days >= days_min;
    known_add(h->things, pair, time_ns);
    day_bits_set(&a->days, today);
    a->last_ns = time_ns;
    a->held += !known;
    return ret;
}

uint64_t habits_keys(const struct habits *h)
{
    return (uint64_t)key_table_count(h->accounts) + key_table_count(h->things);
}

uint64_t habits_displaced(const struct habits *h)
{
    return key_table_displaced(h->accounts) + key_table_displaced(h->things);
}

uint64_t habits_bytes(const struct habits *h)
{
    return key_table_bytes(h->accounts) + key_table_bytes(h->things);
}
