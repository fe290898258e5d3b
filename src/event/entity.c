/*
 * entity.c - reads the rows of entities.def against an event.
 *
 * About 190 names stand in the rows. Each field of an event is looked up among
 * them once, by its own name and by what is left of it behind the prefix of a
 * nested rendering; the rows are then walked by the places that were found.
 */
#include "event/entity.h"

#include "base/mem.h"
#include "text/ip.h"

#include <stdlib.h>

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

str event_host(const struct event *ev)
{
    for (size_t r = 0; r < countof(rows); r++) {
        if (rows[r].type != ENTITY_HOST || rows[r].role != SELF)
            continue;
        uint32_t at = find_named(ev, rows[r].field);
        str value = at < ev->field_count ? ev->fields[at].value : (str){0};
        assert(!rows[r].when_name.n); /* no row of a host has a condition */
        if (take_name(&value))
            return value;
    }
    return (str){0};
}

str event_value(const struct event *ev, str name)
{
    uint32_t at = find_named(ev, name);
    str value = at < ev->field_count ? ev->fields[at].value : (str){0};

    return take_name(&value) ? value : (str){0};
}

/* ------------------------------------------------------------ the finder */

enum {
    NAMES_MAX = 2 * countof(rows),
    NAME_SLOTS = 1024, /* a power of two */
};
_Static_assert(EVENT_FIELDS_MAX <= UINT16_MAX, "a field's place fits");

struct entity_finder {
    str names[NAMES_MAX]; /* those of the rows, each once */
    uint16_t name_count;
    uint16_t first[NAME_SLOTS];                             /* a name, from 1; 0: none */
    uint16_t next[NAMES_MAX];                               /* of the same slot */
    uint16_t fields[countof(rows)], whens[countof(rows)];   /* names of the rows; whens: from 1 */
    uint16_t first_row[NAMES_MAX], next_row[countof(rows)]; /* of the field, from 1; 0: none */
};

/* Where the event holds each name: the last field that begins a value of it. */
struct places {
    uint64_t known[(NAMES_MAX + 63) / 64]; /* a bit for each name that has a place in: */
    uint16_t at[NAMES_MAX];
    uint64_t rows[(countof(rows) + 63) / 64]; /* a bit for each row whose field is there */
};

static uint32_t slot_of(str name)
{
    uint32_t first = (uint8_t)name.p[0], middle = (uint8_t)name.p[name.n / 2];
    uint32_t last = (uint8_t)name.p[name.n - 1];

    return ((uint32_t)name.n * 131 + first * 29 + middle * 7 + last * 61) % NAME_SLOTS;
}

/* The number of a name, from 1; 0 when no row has it. */
static uint16_t name_of(const struct entity_finder *f, str name)
{
    uint16_t number = name.n ? f->first[slot_of(name)] : 0;

    while (number && !str_eq(f->names[number - 1], name))
        number = f->next[number - 1];
    return number;
}

static uint16_t name_add(struct entity_finder *f, str name)
{
    uint16_t number = name_of(f, name);

    if (number)
        return number;
    f->names[f->name_count] = name;
    f->next[f->name_count] = f->first[slot_of(name)];
    return f->first[slot_of(name)] = ++f->name_count;
}

struct entity_finder *entity_finder_new(void)
{
    struct entity_finder *f = mem_alloc(sizeof *f);

    for (size_t r = 0; r < countof(rows); r++) {
        f->fields[r] = name_add(f, rows[r].field) - 1;
        f->next_row[r] = f->first_row[f->fields[r]];
        f->first_row[f->fields[r]] = (uint16_t)(r + 1);
        if (rows[r].when_name.n)
            f->whens[r] = name_add(f, rows[r].when_name);
    }
    return f;
}

void entity_finder_free(struct entity_finder *f)
{
    free(f);
}

static void set_bit(uint64_t *bits, size_t at)
{
    bits[at / 64] |= (uint64_t)1 << at % 64;
}

static void note_place(const struct entity_finder *f, struct places *p, uint16_t number,
                       uint32_t at)
{
    const uint16_t name = number - 1;

    if (!number || p->known[name / 64] >> name % 64 & 1)
        return;
    set_bit(p->known, name);
    p->at[name] = (uint16_t)at;
    for (uint16_t row = f->first_row[name]; row; row = f->next_row[row - 1])
        set_bit(p->rows, row - 1u);
}

static void find_places(const struct entity_finder *f, const struct event *ev, struct places *ret)
{
    memset(ret->known, 0, sizeof ret->known);
    memset(ret->rows, 0, sizeof ret->rows);
    for (uint32_t i = ev->field_count; i-- > 0;) {
        str name = ev->fields[i].name;
        if (ev->fields[i].flags & FIELD_CONTINUES || name.n == 0)
            continue;
        note_place(f, ret, name_of(f, name), i);
        for (size_t k = 0; k < countof(prefixes); k++)
            if (name.p[0] == prefixes[k].p[0] && str_starts(name, prefixes[k]))
                note_place(f, ret, name_of(f, str_from_at(name, prefixes[k].n)), i);
    }
}

/* ------------------------------------------------------------ gathering */

struct gathering {
    struct arena *arena;
    struct entity items[ENTITIES_MAX];
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

/* Is the row's condition true of the event? */
static bool applies(const struct entity_finder *f, size_t row, const struct event *ev,
                    const struct places *p)
{
    if (!f->whens[row])
        return true;
    const uint16_t name = f->whens[row] - 1;
    return (p->known[name / 64] >> name % 64 & 1) &&
           str_eq(ev->fields[p->at[name]].value, rows[row].when_value);
}

/* The first that says something is who it was. */
static void note_self(struct entities *e, enum entity_type type, str value)
{
    str *self = type == ENTITY_HOST ? &e->host : &e->user;

    if (!self->p && take(type, &value))
        *self = value;
}

static void read_row(struct gathering *g, struct entities *found, size_t row,
                     const struct event *ev, uint32_t at)
{
    if (rows[row].role == SELF)
        note_self(found, rows[row].type, ev->fields[at].value);
    for (; at < ev->field_count && g->count < ENTITIES_MAX; at = event_next(ev, at)) {
        if (rows[row].type == ENTITY_HASH)
            gather_hashes(g, ev->fields[at].value);
        else
            gather(g, rows[row].type, ev->fields[at].value);
    }
}

struct entities entity_find(const struct entity_finder *f, const struct event *ev, struct arena *a)
{
    struct entities found = {0};
    struct gathering g;
    struct places p;

    g.arena = a;
    g.count = 0;
    find_places(f, ev, &p);
    for (size_t word = 0; word < countof(p.rows); word++)
        for (uint64_t left = p.rows[word]; left; left &= left - 1) {
            size_t row = word * 64 + (size_t)__builtin_ctzll(left);
            if (applies(f, row, ev, &p))
                read_row(&g, &found, row, ev, p.at[f->fields[row]]);
        }
    struct entity *items = arena_array(a, g.count, sizeof *items);
    if (g.count)
        memcpy(items, g.items, g.count * sizeof *items);
    found.items = items;
    found.count = g.count;
    return found;
}
