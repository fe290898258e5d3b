/*
 * entity.c - reads the rows of entities.def against an event.
 *
 * A row is looked up once for each event with findings, so the table is walked:
 * about 190 rows. Most of them end in letters that no field of the event ends
 * in, which a set of 256 bits tells; the others are compared with its 40 fields.
 */
#include "event/entity.h"

#include "text/ip.h"

enum role { SELF, OTHER };

struct entity_row {
    enum entity_type type;
    enum role role;
    str field;
    str when_name, when_value; /* when_name is empty: always */
};

static const struct entity_row rows[] = {
#define ENTITY(type, role, field) {ENTITY_##type, role, S(field), S(""), S("")},
#define ENTITY_WHEN(type, role, field, name, value)                                                \
    {ENTITY_##type, role, S(field), S(name), S(value)},
#include "event/entities.def"
#undef ENTITY
#undef ENTITY_WHEN
};

static const char *const type_names[ENTITY_TYPE_COUNT] = {
    [ENTITY_HOST] = "host",       [ENTITY_USER] = "user",         [ENTITY_IP] = "ip",
    [ENTITY_DOMAIN] = "domain",   [ENTITY_URL] = "url",           [ENTITY_HASH] = "hash",
    [ENTITY_FILE] = "file",       [ENTITY_PROCESS] = "process",   [ENTITY_REGISTRY] = "registry",
    [ENTITY_SERVICE] = "service", [ENTITY_RESOURCE] = "resource",
};

/* What logs write where there is nothing to say: "unset" and 4294967295 are auditd's. */
static const str nothings[] = {
    S("-"),    S("--"),     S("?"),       S("N/A"),   S("n/a"),        S("null"),  S("(null)"),
    S("NULL"), S("(none)"), S("unknown"), S("unset"), S("4294967295"), S("LOCAL"),
};

/* What nested renderings of Windows events put before a field's own name. */
static const str prefixes[] = {
    S("winlog."),          S("winlog.event_data."),
    S("Event.EventData."), S("Event.System."),
    S("EventData."),       S("System."),
    S("event_data."),      S("Event.EventData.Data."),
    S("EventData.Data."),
};

const char *entity_type_name(enum entity_type type)
{
    assert(type < ENTITY_TYPE_COUNT);
    return type_names[type];
}

static bool is_nothing(str value)
{
    for (size_t i = 0; i < countof(nothings); i++)
        if (str_eq(value, nothings[i]))
            return true;
    return value.n == 0;
}

static bool named(str field, str name)
{
    if (field.n <= name.n || field.p[field.n - name.n - 1] != '.')
        return str_eq(field, name);
    if (!str_ends(field, name))
        return false;
    str head = {field.p, field.n - name.n};
    for (size_t i = 0; i < countof(prefixes); i++)
        if (str_eq(head, prefixes[i]))
            return true;
    return false;
}

/* The last field of that name that begins a value, as event_find() does, nested names too. */
static uint32_t find_named(const struct event *ev, str name)
{
    for (uint32_t i = ev->field_count; i-- > 0;)
        if (!(ev->fields[i].flags & FIELD_CONTINUES) && named(ev->fields[i].name, name))
            return i;
    return ev->field_count;
}

/* How the names of an event end: a bit for each of their last ENDING_BYTES, hashed. A field of a
 * nested rendering ends as the name does that it is found by. */
struct endings {
    uint64_t bits[4];
};
enum { ENDING_BYTES = 3 };

static uint8_t ending_of(str name)
{
    const char *end = name.p + name.n;

    assert(name.n >= ENDING_BYTES);
    return (uint8_t)((uint8_t)end[-1] + (uint8_t)end[-2] * 7u + (uint8_t)end[-3] * 31u);
}

static struct endings endings_of(const struct event *ev)
{
    struct endings e = {{0}};

    for (uint32_t i = 0; i < ev->field_count; i++) {
        str name = ev->fields[i].name;
        uint8_t bit = name.n >= ENDING_BYTES ? ending_of(name) : 0;
        e.bits[bit / 64] |= (uint64_t)1 << bit % 64;
    }
    return e;
}

static bool may_hold(const struct endings *e, str name)
{
    if (name.n < ENDING_BYTES)
        return true;
    uint8_t bit = ending_of(name);
    return e->bits[bit / 64] >> bit % 64 & 1;
}

static bool applies(const struct entity_row *row, const struct event *ev)
{
    if (!row->when_name.n)
        return true;
    uint32_t at = find_named(ev, row->when_name);
    return at < ev->field_count && str_eq(ev->fields[at].value, row->when_value);
}

static bool take_name(str *value)
{
    *value = str_trim(*value);
    return !is_nothing(*value);
}

/* An address without its port, brackets, or the "::ffff:" of a mapped IPv4 address. The addresses
 * of the machine itself say nothing. */
static bool take_ip(str *value)
{
    static const str own[] = {S("::1"), S("0:0:0:0:0:0:0:1"), S("::"), S("0.0.0.0")};
    struct ip address;
    str s = str_trim(*value);

    if (s.n && s.p[0] == '[') {
        s = str_from_at(s, 1);
        s = str_cut(&s, ']');
    }
    if (!ip_parse(s, &address)) { /* "10.0.0.1:445" */
        str rest = s;
        s = str_cut(&rest, ':');
        if (!ip_parse(s, &address))
            return false;
    }
    if (str_starts(s, S("::ffff:")) && ip_is_v4(&address))
        s = str_from_at(s, 7);
    for (size_t i = 0; i < countof(own); i++)
        if (str_eq(s, own[i]))
            return false;
    *value = s;
    return !str_starts(s, S("127."));
}

/* A name with a dot inside; what ends in one is the same name. */
static bool take_domain(str *value)
{
    struct ip address;
    str s = str_trim(*value);

    while (s.n && s.p[s.n - 1] == '.')
        s.n--;
    if (s.n > 253 || !memchr(s.n ? s.p : "", '.', s.n) || ip_parse(s, &address))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '/' || s.p[i] == '\\')
            return false;
    *value = s;
    return true;
}

static bool take_url(str *value)
{
    *value = str_trim(*value);
    return str_find(*value, S("://")) != NULL;
}

/* MD5, SHA-1, SHA-256 or SHA-512 in hex. All zeros is what Sysmon writes for no import hash. */
static bool take_hash(str *value)
{
    str s = str_trim(*value);
    bool zeros = true;

    if (s.n != 32 && s.n != 40 && s.n != 64 && s.n != 128)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = ascii_lower(s.p[i]);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        zeros = zeros && c == '0';
    }
    *value = s;
    return !zeros;
}

/* Takes what the value means out of it; false when it means nothing. */
static bool take(enum entity_type type, str *value)
{
    static bool (*const takers[ENTITY_TYPE_COUNT])(str * value) = {
        [ENTITY_IP] = take_ip,
        [ENTITY_DOMAIN] = take_domain,
        [ENTITY_URL] = take_url,
        [ENTITY_HASH] = take_hash,
    };
    return takers[type] ? takers[type](value) : take_name(value);
}

static str first_of(const struct event *ev, enum entity_type type)
{
    const struct endings endings = endings_of(ev);

    for (size_t r = 0; r < countof(rows); r++) {
        if (rows[r].type != type || rows[r].role != SELF || !may_hold(&endings, rows[r].field))
            continue;
        uint32_t at = find_named(ev, rows[r].field);
        if (at == ev->field_count || !applies(&rows[r], ev))
            continue;
        str value = ev->fields[at].value;
        if (take(type, &value))
            return value;
    }
    return (str){0};
}

str event_host(const struct event *ev)
{
    return first_of(ev, ENTITY_HOST);
}

str event_user(const struct event *ev)
{
    return first_of(ev, ENTITY_USER);
}

str event_value(const struct event *ev, str name)
{
    uint32_t at = find_named(ev, name);
    str value = at < ev->field_count ? ev->fields[at].value : (str){0};

    return take_name(&value) ? value : (str){0};
}

struct gathering {
    struct arena *arena;
    struct entity *items;
    uint32_t count;
};

/* Hashes and domains are the same in any case, so they are kept in lower case. */
static str lower(str s, struct arena *a)
{
    char *out = arena_bytes(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++)
        out[i] = ascii_lower(s.p[i]);
    return (str){out, s.n};
}

static void gather(struct gathering *g, enum entity_type type, str value)
{
    if (g->count == ENTITIES_MAX || !take(type, &value))
        return;
    if (type == ENTITY_HASH || type == ENTITY_DOMAIN)
        value = lower(value, g->arena);
    for (uint32_t i = 0; i < g->count; i++)
        if (g->items[i].type == type && str_eq(g->items[i].value, value))
            return;
    g->items[g->count++] = (struct entity){type, value};
}

/* Sysmon writes "SHA1=...,MD5=...,IMPHASH=...". */
static void gather_hashes(struct gathering *g, str value)
{
    while (value.n && g->count < ENTITIES_MAX) {
        str hash = str_cut(&value, ',');
        str after = hash;
        str_cut(&after, '=');
        gather(g, ENTITY_HASH, after.n ? after : hash);
    }
}

uint32_t event_entities(const struct event *ev, struct arena *a, struct entity *ret)
{
    struct gathering g = {.arena = a, .items = ret};
    const struct endings endings = endings_of(ev);

    for (size_t r = 0; r < countof(rows) && g.count < ENTITIES_MAX; r++) {
        if (!may_hold(&endings, rows[r].field))
            continue;
        uint32_t at = find_named(ev, rows[r].field);
        if (at == ev->field_count || !applies(&rows[r], ev))
            continue;
        for (; at < ev->field_count && g.count < ENTITIES_MAX; at = event_next(ev, at)) {
            if (rows[r].type == ENTITY_HASH)
                gather_hashes(&g, ev->fields[at].value);
            else
                gather(&g, rows[r].type, ev->fields[at].value);
        }
    }
    return g.count;
}
