/*
 * kerberoasting.c - one account that asks for Kerberos tickets of many services: of any with RC4 or
 * DES, whose tickets are cheap to guess the service's password from, or of very many with any
 * cipher.
 *
 * Tickets for computers' accounts and for Kerberos itself do not count: their passwords are random.
 * Windows tells such requests in event 4769, Zeek in kerberos.log.
 */
#include "base/hash.h"
#include "base/mem.h"
#include "behave/member_signal.h"

#include <stdlib.h>

enum { ACCOUNTS_MAX = 1 << 16, EVENTS_MAX = 256, TOLD = 1 };

struct kerberoasting {
    struct member_window *weak, *any; /* of each account: services */
    uint64_t weak_services, services, seed;
};

static const struct setting settings_table[] = {
    {.name = "weak_services",
     .kind = SETTING_NUMBER,
     .fallback = "3",
     .min = 2,
     .max = 200,
     .help = "services that one account asks for within `window`, with RC4 or DES"},
    {.name = "services",
     .kind = SETTING_NUMBER,
     .fallback = "15",
     .min = 2,
     .max = 200,
     .help = "services with any cipher"},
    {.name = "window",
     .kind = SETTING_DURATION,
     .fallback = "15m",
     .help = "over which they count"},
};

static void *open(const struct settings *s, struct err *e)
{
    struct kerberoasting *k = mem_alloc(sizeof *k);
    const struct member_spec spec = {(int64_t)setting_number(s, "window"), ACCOUNTS_MAX,
                                     EVENTS_MAX};

    (void)e;
    k->weak_services = setting_number(s, "weak_services");
    k->services = setting_number(s, "services");
    k->weak = member_window_new(&spec);
    k->any = member_window_new(&spec);
    k->seed = hash_seed();
    return k;
}

static void close(void *self)
{
    struct kerberoasting *k = self;

    member_window_free(k->weak);
    member_window_free(k->any);
    free(k);
}

extern const struct behavior_type behavior_kerberoasting;

/* Encryption types of RFC 3961 and RFC 4757, as Windows and Zeek write them. */
static bool is_weak(str cipher)
{
    static const str weak[] = {S("0x17"),        S("0x18"),        S("0x1"),      S("0x3"),
                               S("23"),          S("24"),          S("rc4-hmac"), S("rc4-hmac-exp"),
                               S("des-cbc-crc"), S("des-cbc-md5"), S("rc4_hmac")};

    for (size_t i = 0; i < countof(weak); i++)
        if (str_ieq(cipher, weak[i]))
            return true;
    return false;
}

/* A name that a person chose a password for, as far as names tell. */
static bool is_service(str service)
{
    return service.n && service.p[service.n - 1] != '$' &&
           !(service.n >= 6 && str_ieq((str){service.p, 6}, S("krbtgt")));
}

static void tell(const struct observation *o, const struct member_view *v, uint64_t threshold,
                 const char *with, struct behavior_port *port)
{
    const struct signal_pair key = {S("user"), o->user};
    const struct signal_pair details[] = {{S("service"), observed(o, COLUMN_service_name)},
                                          {S("cipher"), observed(o, COLUMN_kerberos_cipher)}};
    struct signal s = {
        .key = &key,
        .key_count = 1,
        .explanation = arena_printf(
            port->arena, STR_FMT " asked for tickets of %s%u services%s within %llu s",
            STR_ARG(o->user), member_at_least(v), v->members, with, member_seconds(v, o->time_ns)),
        .measure = {.what = "services that an account asked for",
                    .value = v->members,
                    .high = (double)threshold - 1},
        .details = details,
        .detail_count = countof(details),
    };

    member_signal(o, v, TOLD, port->arena, &s);
    behavior_tell(&behavior_kerberoasting, port, &s);
}

static void observe(void *self, const struct observation *o, struct behavior_port *port)
{
    struct kerberoasting *k = self;
    const str service = observed(o, COLUMN_service_name);

    if (o->columns->outcome == OUTCOME_FAILURE || o->user.n == 0 || !is_service(service) ||
        str_eq(observed(o, COLUMN_event_code), S("4768")) || o->source_asset.roles & ROLE_SCANNER ||
        o->user_asset.roles & ROLE_SERVICE_ACCOUNT)
        return;
    const uint64_t user = hash64(o->user, k->seed);
    const struct member_event e = {o->time_ns, hash64(service, k->seed), o->ref};
    if (is_weak(observed(o, COLUMN_kerberos_cipher))) {
        const struct member_view v = member_window_add(k->weak, user, &e);
        if (v.members >= k->weak_services)
            tell(o, &v, k->weak_services, " with a weak cipher", port);
        else
            *v.mark = 0;
        return;
    }
    const struct member_view v = member_window_add(k->any, user, &e);
    if (v.members >= k->services)
        tell(o, &v, k->services, "", port);
    else
        *v.mark = 0;
}

static void stats(const void *self, struct behavior_stats *ret)
{
    const struct kerberoasting *k = self;

    ret->keys = member_window_keys(k->weak) + member_window_keys(k->any);
    ret->displaced = member_window_displaced(k->weak) + member_window_displaced(k->any);
    ret->bytes = member_window_bytes(k->weak) + member_window_bytes(k->any);
}

static const uint8_t activities[] = {ACTIVITY_ticket, ACTIVITY_none};
static const uint8_t columns[] = {COLUMN_event_code, COLUMN_service_name, COLUMN_kerberos_cipher,
                                  COLUMN_COUNT};

const struct behavior_type behavior_kerberoasting = {
    .name = "kerberoasting",
    .title = "Kerberoasting",
    .what = "one account that asks for Kerberos tickets of many services",
    .severity = SEVERITY_HIGH,
    .tags = "attack.credential-access attack.t1558 attack.t1558.003",
    .settings = settings_table,
    .setting_count = countof(settings_table),
    .activities = activities,
    .columns = columns,
    .open = open,
    .close = close,
    .observe = observe,
    .stats = stats,
};
