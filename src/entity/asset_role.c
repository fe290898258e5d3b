#include "entity/asset_role.h"

#include "base/intern.h"
#include "base/mem.h"
#include "text/ip.h"
#include "text/setting.h"

#include <stdlib.h>

enum { ASSET_ARENA_BYTES = 16 * 1024 };

struct asset_network {
    struct ip_network network;
    const struct asset *asset;
};
struct asset_pattern {
    str pattern;
    const struct asset *asset;
};

struct asset_list {
    struct arena *arena;
    struct intern *names;
    struct asset *by_name; /* what is known of each name, by its number in `names` */
    uint32_t by_name_room;
    struct asset_network *networks;
    uint32_t network_count, network_room;
    struct asset_pattern *patterns;
    uint32_t pattern_count, pattern_room;
    uint32_t count;
    bool says_internal; /* a row has ROLE_INTERNAL */
};

static const struct {
    const char *name;
    enum asset_role role;
} roles[] = {
    {"scanner", ROLE_SCANNER},
    {"nat_gateway", ROLE_NAT_GATEWAY},
    {"jump_host", ROLE_JUMP_HOST},
    {"service_account", ROLE_SERVICE_ACCOUNT},
    {"internal", ROLE_INTERNAL},
    {"admin", ROLE_ADMIN},
    {"dns_server", ROLE_DNS_SERVER},
    {"domain_controller", ROLE_DOMAIN_CONTROLLER},
    {"vpn", ROLE_VPN},
};

static const struct setting row_settings[] = {
    {.name = "match",
     .kind = SETTING_LIST,
     .help = "addresses, networks, keys of hosts and users; * and ? are wildcards in names",
     .required = true},
    {.name = "host", .kind = SETTING_TEXT, .help = "the machine whose addresses they are"},
    {.name = "name", .kind = SETTING_TEXT, .help = "what it is, for people"},
    {.name = "roles", .kind = SETTING_LIST, .help = "what it is for"},
    {.name = "criticality",
     .kind = SETTING_WORD,
     .words = "low medium high extreme",
     .help = "how much depends on it"},
};
static const struct setting file_settings[] = {
    {.name = "assets", .kind = SETTING_MAPS, .help = "a row for each"},
};

static const char *const criticalities[] = {"", "low", "medium", "high", "extreme"};

/* ------------------------------------------------------------ reading */

static bool read_roles(const struct setting_value *v, struct asset *asset, struct err *e)
{
    for (uint32_t i = 0; i < v->list_count; i++) {
        const uint32_t before = asset->roles;
        for (size_t k = 0; k < countof(roles); k++)
            if (str_eq(v->list[i], str_from(roles[k].name)))
                asset->roles |= roles[k].role;
        if (asset->roles == before)
            return err_set_at(e, v->node->line, v->node->column, "there is no role '" STR_FMT "'",
                              STR_ARG(v->list[i]));
    }
    return true;
}

static void join(struct asset *into, const struct asset *other)
{
    into->roles |= other->roles;
    if (other->criticality > into->criticality)
        into->criticality = other->criticality;
    if (!into->host.p)
        into->host = other->host;
}

static void add_name(struct asset_list *l, str name, const struct asset *asset)
{
    const uint32_t id = intern_add(l->names, name);

    if (id >= l->by_name_room) {
        const uint32_t room = id * 2 + 16;
        l->by_name = mem_resize(l->by_name, room, sizeof *l->by_name);
        memset(l->by_name + l->by_name_room, 0, (room - l->by_name_room) * sizeof *l->by_name);
        l->by_name_room = room;
    }
    join(&l->by_name[id], asset);
}

static str lower(str s, struct arena *a)
{
    char *p = arena_bytes(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++)
        p[i] = ascii_lower(s.p[i]);
    p[s.n] = '\0';
    return (str){p, s.n};
}

static bool has_wildcard(str s)
{
    return s.n && (memchr(s.p, '*', s.n) || memchr(s.p, '?', s.n));
}

/* A name as keys have it (identity.h): "CORP\\bob" and "bob@corp.example" are bob@corp, and
 * "dc1.corp.example" is dc1. A part that is nothing but wildcards is no short name. */
static str key_of(str match, struct arena *a)
{
    str s = lower(match, a), rest = s;
    const char *slash = s.n ? memchr(s.p, '\\', s.n) : NULL;

    if (slash) {
        const str name = str_from_at(s, (size_t)(slash - s.p) + 1);
        str domain = {s.p, (size_t)(slash - s.p)};
        domain = str_cut(&domain, '.');
        return arena_printf(a, STR_FMT "@" STR_FMT, STR_ARG(name), STR_ARG(domain));
    }
    const bool is_user = s.n && memchr(s.p, '@', s.n);
    const str first = str_cut(&rest, is_user ? '@' : '.');
    if (is_user) {
        const str domain = str_cut(&rest, '.');
        return arena_printf(a, STR_FMT "@" STR_FMT, STR_ARG(first), STR_ARG(domain));
    }
    for (size_t i = 0; i < first.n; i++)
        if (first.p[i] != '*' && first.p[i] != '?')
            return first;
    return s;
}

static bool add_match(struct asset_list *l, str match, const struct asset *asset, struct err *e)
{
    struct ip_network network;
    struct err why = {0}; /* a name is no network, and that is no error */

    if (ip_network_parse(match, &network, &why)) {
        if (l->network_count == ASSET_NETWORKS_MAX)
            return err_set(e, ERR_LIMIT, "more than %d networks", ASSET_NETWORKS_MAX);
        struct asset_network *n = arena_push(l->arena, (void **)&l->networks, &l->network_count,
                                             &l->network_room, sizeof *n);
        *n = (struct asset_network){network, asset};
        return true;
    }
    if (match.n && memchr(match.p, '/', match.n)) {
        *e = why; /* it means a network, and the error says what is wrong with it */
        return false;
    }
    const str key = key_of(match, l->arena);
    if (has_wildcard(key)) {
        if (l->pattern_count == ASSET_PATTERNS_MAX)
            return err_set(e, ERR_LIMIT, "more than %d names with wildcards", ASSET_PATTERNS_MAX);
        struct asset_pattern *p = arena_push(l->arena, (void **)&l->patterns, &l->pattern_count,
                                             &l->pattern_room, sizeof *p);
        *p = (struct asset_pattern){key, asset};
        return true;
    }
    if (intern_count(l->names) == ASSET_NAMES_MAX)
        return err_set(e, ERR_LIMIT, "more than %d names", ASSET_NAMES_MAX);
    add_name(l, key, asset);
    return true;
}

static bool read_row(struct asset_list *l, const struct yaml_node *node, struct err *e)
{
    struct asset *asset = arena_alloc(l->arena, sizeof *asset);
    struct settings row;

    if (!settings_read(node, row_settings, countof(row_settings), l->arena, &row, e) ||
        !read_roles(setting(&row, "roles"), asset, e))
        return false;
    const str criticality = setting_text(&row, "criticality"), host = setting_text(&row, "host");
    for (size_t i = 0; i < countof(criticalities) && criticality.p; i++)
        if (str_eq(criticality, str_from(criticalities[i])))
            asset->criticality = (enum criticality)i;
    if (host.p) {
        asset->host = key_of(host, l->arena);
        add_name(l, asset->host, asset);
    }
    const struct setting_value *match = setting(&row, "match");
    for (uint32_t i = 0; i < match->list_count; i++)
        if (!add_match(l, match->list[i], asset, e)) {
            e->line = match->node->line;
            e->column = match->node->column;
            return false;
        }
    l->says_internal |= (asset->roles & ROLE_INTERNAL) != 0;
    l->count++;
    return true;
}

struct asset_list *asset_list_empty(void)
{
    struct asset_list *l = mem_alloc(sizeof *l);

    l->arena = arena_new(ASSET_ARENA_BYTES);
    l->names = intern_new();
    return l;
}

struct asset_list *asset_list_read(str text, struct err *e)
{
    struct asset_list *l = asset_list_empty();
    struct yaml_document *documents;
    struct settings file;
    uint32_t count;
    bool ok = yaml_parse(text, l->arena, &documents, &count, e);

    if (ok && count && documents[0].root) {
        ok = settings_read(documents[0].root, file_settings, countof(file_settings), l->arena,
                           &file, e);
        const struct yaml_node *list = ok ? file.values[0].node : NULL;
        for (uint32_t i = 0; list && ok && i < list->count; i++)
            ok = read_row(l, list->items[i], e);
    }
    if (ok)
        return l;
    asset_list_free(l);
    return NULL;
}

void asset_list_free(struct asset_list *l)
{
    if (!l)
        return;
    intern_free(l->names);
    free(l->by_name);
    arena_free(l->arena);
    free(l);
}

uint32_t asset_list_count(const struct asset_list *l)
{
    return l->count;
}

/* ------------------------------------------------------------ asking */

/* * stands for any text, ? for one sign: greedy with one way back, so O(n * m) at most. */
static bool matches_pattern(str s, str pattern)
{
    size_t i = 0, k = 0, star = SIZE_MAX, from = 0;

    while (i < s.n) {
        if (k < pattern.n && (pattern.p[k] == '?' || pattern.p[k] == s.p[i]) &&
            pattern.p[k] != '*') {
            i++;
            k++;
        } else if (k < pattern.n && pattern.p[k] == '*') {
            star = k++;
            from = i;
        } else if (star != SIZE_MAX) {
            k = star + 1;
            i = ++from;
        } else {
            return false;
        }
    }
    while (k < pattern.n && pattern.p[k] == '*')
        k++;
    return k == pattern.n;
}

/* RFC 1918, 6598, 3927, 4193, 4291, and loopback. */
static bool is_private(const struct ip *ip)
{
    const uint8_t *b = ip->bytes;

    if (ip_is_v4(ip)) {
        const uint8_t *v4 = b + 12;
        return v4[0] == 10 || v4[0] == 127 || (v4[0] == 172 && (v4[1] & 0xF0) == 16) ||
               (v4[0] == 192 && v4[1] == 168) || (v4[0] == 100 && (v4[1] & 0xC0) == 64) ||
               (v4[0] == 169 && v4[1] == 254);
    }
    return (b[0] & 0xFE) == 0xFC || (b[0] == 0xFE && (b[1] & 0xC0) == 0x80) ||
           (b[0] == 0 && b[15] == 1 && memcmp(b, (uint8_t[15]){0}, 15) == 0);
}

static void join_address(const struct asset_list *l, const struct ip *ip, struct asset *ret)
{
    for (uint32_t i = 0; l && i < l->network_count; i++)
        if (ip_in(ip, &l->networks[i].network))
            join(ret, l->networks[i].asset);
    if (!(l && l->says_internal) && is_private(ip))
        ret->roles |= ROLE_INTERNAL;
}

struct asset asset_of(const struct asset_list *l, str key)
{
    struct asset ret = {0};
    struct ip ip;

    if (key.n == 0)
        return ret;
    if (ip_parse(key, &ip)) {
        join_address(l, &ip, &ret);
        return ret;
    }
    if (!l)
        return ret;
    const uint32_t id = intern_count(l->names) ? intern_find(l->names, key) : INTERN_NONE;
    if (id != INTERN_NONE)
        join(&ret, &l->by_name[id]);
    for (uint32_t i = 0; i < l->pattern_count; i++)
        if (matches_pattern(key, l->patterns[i].pattern))
            join(&ret, l->patterns[i].asset);
    return ret;
}
