/* new_asn.c - an account that logs on from a network whose owner it never came from. See
 * geo_habit.h. */
#include "behave/day_bits.h"
#include "behave/geo_habit.h"

static const struct setting settings_table[] = {
    {.name = "database",
     .kind = SETTING_TEXT,
     .help = "a file in MaxMind's format, such as GeoLite2-ASN.mmdb; without it this is off"},
    {.name = "days",
     .kind = SETTING_NUMBER,
     .fallback = "5",
     .min = 1,
     .max = DAY_BITS - 1,
     .help = "earlier days on which the account must have logged on"},
};

static struct geo_thing thing(const struct geo_place *p, struct arena *a)
{
    if (p->autonomous_system == 0)
        return (struct geo_thing){0};
    const str number = arena_printf(a, "AS%u", p->autonomous_system);
    return (struct geo_thing){number, p->network_owner.n
                                          ? arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(number),
                                                         STR_ARG(p->network_owner))
                                          : number};
}

extern const struct behavior_type behavior_new_asn;

static const struct geo_sort sort = {
    .type = &behavior_new_asn,
    .key = "network",
    .many = "networks",
    .measure = "the account's own networks",
    .thing = thing,
};

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    geo_habit_observe(self, &sort, o, port);
}

static const uint8_t activities[] = {GEO_ACTIVITIES, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_COUNT};

const struct behavior_type behavior_new_asn = {
    .name = "new_asn",
    .title = "New network",
    .what = "an account that logs on from a network whose owner it never came from",
    .severity = SEVERITY_LOW,
    .tags = "attack.initial-access attack.t1078",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = geo_habit_open,
    .close = geo_habit_close,
    .observe = observe,
    .stats = geo_habit_stats,
    .off = geo_habit_off,
};
