#include "entity/identity.h"

#include "base/hash.h"
#include "base/mem.h"
#include "entity/name_cache.h"
#include "event/kind.h"
#include "text/ip.h"
#include "text/time.h"
#include "text/utf8.h"

#include <stdlib.h>

struct identity {
    struct name_cache *leases;   /* address: host's key */
    struct name_cache *accounts; /* SID: user's key */
    struct name_cache *domains;  /* user without a domain: the one domain, or "" when several */
    struct arena *scratch;
};

enum { SCRATCH_BYTES = 4096, HASH_BYTES = 8 };

struct identity *identity_new(void)
{
    struct identity *d = mem_alloc(sizeof *d);

    d->leases = name_cache_new(IDENTITY_LEASES_MAX);
    d->accounts = name_cache_new(IDENTITY_ACCOUNTS_MAX);
    d->domains = name_cache_new(IDENTITY_ACCOUNTS_MAX);
    d->scratch = arena_new(SCRATCH_BYTES);
    return d;
}

void identity_free(struct identity *d)
{
    if (!d)
        return;
    name_cache_free(d->leases);
    name_cache_free(d->accounts);
    name_cache_free(d->domains);
    arena_free(d->scratch);
    free(d);
}

/* ------------------------------------------------------------ texts */

/* What is too long: its beginning and its hash, so that two such names are two keys. */
static str long_key(str s, struct arena *a)
{
    uint8_t digest[SHA256_BYTES];
    char hex[2 * HASH_BYTES + 1];
    size_t n = IDENTITY_KEY_MAX - 2 * HASH_BYTES - 1;

    sha256_of(s, digest);
    hex_of(digest, HASH_BYTES, hex);
    while (n > 0 && ((uint8_t)s.p[n] & 0xC0) == 0x80) /* not within a sign of UTF-8 */
        n--;
    return arena_printf(a, "%.*s~%s", (int)n, s.p, hex);
}

/* Folded, and cut to what a key may be; in a. */
static str key_text(str s, struct arena *a)
{
    char *p = arena_bytes(a, UTF8_FOLD_GROWTH * s.n + 1);
    const str folded = {p, utf8_fold_str(s, p)};

    p[folded.n] = '\0';
    return folded.n > IDENTITY_KEY_MAX ? long_key(folded, a) : folded;
}

/* What stands before the first `sep`. */
static str before(str s, char sep)
{
    return str_cut(&s, sep);
}

static bool is_address(str s)
{
    struct ip ip;

    return ip_parse(s, &ip);
}

static str short_host(str name, struct arena *a)
{
    name = str_trim(name);
    if (is_address(name))
        return key_text(name, a);
    return key_text(before(name, '.'), a);
}

static bool is_any_of(str s, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(s, list[i]))
            return true;
    return false;
}

/* Accounts that every machine has one of: without its machine such a name is nobody. */
static bool is_of_every_machine(str user)
{
    static const str names[] = {S("root"),          S("system"),          S("administrator"),
                                S("local service"), S("network service"), S("localsystem"),
                                S("daemon"),        S("nobody"),          S("www-data"),
                                S("guest"),         S("anonymous logon"), S("defaultaccount")};

    return is_any_of(user, names, countof(names));
}

/* Domains that name no directory. */
static bool says_no_domain(str domain)
{
    static const str names[] = {S(""),  S("nt authority"), S("workgroup"),
                                S("."), S("localhost"),    S("builtin")};

    return is_any_of(domain, names, countof(names));
}

/* ------------------------------------------------------------ users */

struct account {
    str name, domain; /* keys' text */
};

/* "DOMAIN\user", "user@domain", and the two apart. */
static struct account account_of(str name, str domain, struct arena *a)
{
    name = str_trim(name);
    const char *slash = name.n ? memchr(name.p, '\\', name.n) : NULL;
    if (slash) {
        domain = (str){name.p, (size_t)(slash - name.p)};
        name = str_from_at(name, domain.n + 1);
    } else if (name.n && memchr(name.p, '@', name.n)) {
        str rest = name;
        const str user = str_cut(&rest, '@');
        if (user.n) {
            domain = rest.n ? rest : domain;
            name = user;
        }
    }
    return (struct account){key_text(name, a), key_text(before(str_trim(domain), '.'), a)};
}

static str join(str name, str domain, struct arena *a)
{
    return domain.n ? arena_printf(a, STR_FMT "@" STR_FMT, STR_ARG(name), STR_ARG(domain)) : name;
}

/* A SID of a domain or machine, or another key of one account. Those that Windows has everywhere
 * (S-1-5-18) and numbers (a uid) are of each machine. */
static bool is_of_one_account(str id)
{
    uint64_t number;

    if (str_starts(id, S("S-1-5-")) || str_starts(id, S("s-1-5-")))
        return str_starts(str_from_at(id, 6), S("21-"));
    return id.n && !str_ieq(id, S("S-1-0-0")) && !str_u64(id, &number);
}

/* The one domain that a user was seen with. */
static str known_domain(struct identity *d, str name)
{
    const struct name_entry *e = name_cache_find(d->domains, name);

    return e ? (str){e->name, e->length} : (str){0};
}

str identity_user(struct identity *d, str name, str domain, str id, str host, struct arena *a)
{
    if (name.n == 0) {
        const str key = key_text(id, a);
        const struct name_entry *e = key.n ? name_cache_find(d->accounts, key) : NULL;
        if (e)
            return arena_str(a, (str){e->name, e->length});
        if (str_eq(key, S("s-1-0-0"))) /* "nobody": of logons that were refused */
            return (str){0};
        return is_of_one_account(id) ? key : join(key, key.n ? host : key, a);
    }
    struct account account = account_of(name, domain, a);
    if (account.name.n == 0)
        return (str){0};
    if (says_no_domain(account.domain))
        account.domain = (str){0};
    if (is_of_every_machine(account.name) &&
        (account.domain.n == 0 || str_eq(account.domain, host)))
        return join(account.name, host, a);
    if (account.domain.n == 0)
        account.domain = known_domain(d, account.name);
    return join(account.name, account.domain, a);
}

static void learn_account(struct identity *d, str name, str domain, str id, int64_t time_ns)
{
    if (name.n == 0)
        return;
    const struct account account = account_of(name, domain, d->scratch);
    if (account.name.n == 0 || says_no_domain(account.domain) || is_of_every_machine(account.name))
        return;
    const struct name_entry *e = name_cache_find(d->domains, account.name);
    const bool other = e && !str_eq((str){e->name, e->length}, account.domain);
    name_cache_put(d->domains, account.name, other ? S("") : account.domain, time_ns);
    if (is_of_one_account(id))
        name_cache_put(d->accounts, key_text(id, d->scratch),
                       join(account.name, account.domain, d->scratch), time_ns);
}

/* ------------------------------------------------------------ hosts */

/* Addresses that are every machine's own. */
static bool is_loopback(str ip)
{
    return str_starts(ip, S("127.")) || str_eq(ip, S("::1")) || str_eq(ip, S("0.0.0.0")) ||
           str_eq(ip, S("::"));
}

str identity_host(struct identity *d, str name, str ip, int64_t time_ns, struct arena *a)
{
    const str address = name.n ? name : ip;

    if (name.n && !is_address(name))
        return short_host(name, a);
    if (address.n == 0)
        return (str){0};
    const struct name_entry *e = name_cache_find(d->leases, address);
    if (e && time_ns - e->time_ns <= IDENTITY_LEASE_HOURS * 3600 * NS_PER_S)
        return arena_str(a, (str){e->name, e->length});
    return key_text(address, a);
}

static void learn_lease(struct identity *d, str name, str ip, int64_t time_ns)
{
    if (name.n == 0 || ip.n == 0 || is_address(name) || is_loopback(ip))
        return;
    const str host = short_host(name, d->scratch);
    if (host.n && !str_eq(host, S("localhost")))
        name_cache_put(d->leases, ip, host, time_ns);
}

/* What a client asks for is no lease; what the server acknowledges is. */
static bool is_lease(const struct columns *c)
{
    const str action = c->values[COLUMN_event_action];

    return c->activity == ACTIVITY_dhcp && c->outcome == OUTCOME_SUCCESS &&
           (str_eq(action, S("ack")) || str_eq(action, S("dhcp_lease")) ||
            str_eq(action, S("address-leased")));
}

void identity_learn(struct identity *d, const struct columns *c, int64_t time_ns)
{
    const str *v = c->values;

    learn_lease(d, v[COLUMN_host_name], v[COLUMN_host_ip], time_ns);
    if (is_lease(c))
        learn_lease(d, v[COLUMN_source_domain], v[COLUMN_source_ip], time_ns);
    if (c->outcome != OUTCOME_FAILURE)
        learn_account(d, v[COLUMN_user_name], v[COLUMN_user_domain], v[COLUMN_user_id], time_ns);
    arena_reset(d->scratch);
}

struct identity_stats identity_stats(const struct identity *d)
{
    return (struct identity_stats){
        .leases = name_cache_count(d->leases),
        .accounts = name_cache_count(d->accounts),
        .forgotten = name_cache_forgotten(d->leases) + name_cache_forgotten(d->accounts) +
                     name_cache_forgotten(d->domains),
    };
}
