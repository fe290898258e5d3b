/*
 * logon.c - recognises logons by the rows of logons.def and counts them.
 *
 * Names of the Windows logon types: Microsoft, "Audit logon events", table of
 * logon types; 0 is the system at its start. sshd writes "Accepted METHOD for
 * USER from ADDRESS port N ssh2" (auth_log() in OpenSSH's auth.c); the user name
 * is what the remote side sent and may itself hold " from 10.0.0.1 port 22", so
 * the last " from " is the one that sshd wrote.
 */
#include "engine/logon.h"

#include "base/mem.h"
#include "engine/tally.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOGON_TEXT_MAX = 256, LOGON_TYPE_MAX = 48 }; /* bytes of a user, source or host; of a type */

struct logon_kind {
    enum watched_field marker;
    str value;
    enum watched_field guard;
    str guard_value;
    str type;
    str outcome_field;
    str outcome;
    str users, sources; /* field names, one space between */
};

static const struct logon_kind kinds[] = {
#define LOGON(marker, value, guard, guard_value, type, field, outcome, users, sources)             \
    {WATCHED_##marker, S(value),   WATCHED_##guard, S(guard_value), S(type),                       \
     S(field),         S(outcome), S(users),        S(sources)},
#define LOGON_TEXT(words, outcome, type)
#include "engine/logons.def"
#undef LOGON
#undef LOGON_TEXT
};

static const struct {
    str words, outcome, type;
} texts[] = {
#define LOGON(marker, value, guard, guard_value, type, field, outcome, users, sources)
#define LOGON_TEXT(words, outcome, type) {S(words), S(outcome), S(type)},
#include "engine/logons.def"
#undef LOGON
#undef LOGON_TEXT
};

static const char *const windows_types[] = {
    [0] = "system",
    [2] = "interactive",
    [3] = "network",
    [4] = "batch",
    [5] = "service",
    [7] = "unlock",
    [8] = "network cleartext",
    [9] = "new credentials",
    [10] = "remote interactive",
    [11] = "cached interactive",
    [12] = "cached remote interactive",
    [13] = "cached unlock",
};

void logon_init(struct logon_index *t, uint32_t keys_max)
{
    *t = (struct logon_index){.keys = intern_new(), .keys_max = keys_max};
    t->key = buf_make(8 * LOGON_TEXT_MAX);
}

void logon_done(struct logon_index *t)
{
    intern_free(t->keys);
    free(t->rows);
    buf_done(&t->key);
    *t = (struct logon_index){0};
}

void logon_clear(struct logon_index *t)
{
    intern_clear(t->keys);
    t->other = 0;
}

static void key_part(struct buf *key, str *part)
{
    uint32_t n;

    *part = str_clip(*part, LOGON_TEXT_MAX);
    n = (uint32_t)part->n;
    buf_add(key, (str){(const char *)&n, sizeof n});
    buf_add(key, *part);
}

static str part_of(str key, size_t *at)
{
    uint32_t n;

    memcpy(&n, key.p + *at, sizeof n);
    str part = {key.p + *at + sizeof n, n};
    *at += sizeof n + n;
    return part;
}

static void row_add(struct logon_index *t, struct logon_row add)
{
    uint32_t known = intern_count(t->keys);

    buf_clear(&t->key);
    buf_char(&t->key, add.success ? '1' : '0');
    key_part(&t->key, &add.user);
    key_part(&t->key, &add.source);
    key_part(&t->key, &add.host);
    key_part(&t->key, &add.type);
    uint32_t id = intern_within(t->keys, buf_str(&t->key), t->keys_max);
    if (id == INTERN_NONE) {
        t->other += add.count;
        return;
    }
    if (id == t->capacity) {
        t->capacity = t->capacity ? t->capacity * 2 : 16;
        t->rows = mem_resize(t->rows, t->capacity, sizeof *t->rows);
    }
    struct logon_row *row = &t->rows[id];
    if (id == known) { /* its strings are slices of the key */
        str key = intern_str(t->keys, id);
        size_t at = 1;
        *row = (struct logon_row){.success = add.success};
        row->user = part_of(key, &at);
        row->source = part_of(key, &at);
        row->host = part_of(key, &at);
        row->type = part_of(key, &at);
    }
    row->count += add.count;
    if (add.has_time)
        time_range_add(&row->first_ns, &row->last_ns, &row->has_time, add.first_ns, add.last_ns);
}

/* The value of the first of the named fields that says something; empty when none does. */
static str first_value(const struct event *ev, str names)
{
    while (names.n) {
        str value = event_value(ev, str_cut(&names, ' '));
        if (value.p)
            return value;
    }
    return S("");
}

static bool succeeded(const struct logon_kind *kind, const struct event *ev)
{
    if (!kind->outcome_field.n)
        return str_eq(kind->outcome, S("success"));
    return str_eq(event_value(ev, kind->outcome_field), kind->outcome);
}

/* "network (3)"; a type that Microsoft does not list is "type (99)". */
static str windows_type(const struct event *ev, char room[LOGON_TYPE_MAX])
{
    str text = event_value(ev, S("LogonType"));
    uint64_t number;

    if (!str_u64(text, &number) || number > 99)
        return S("");
    const char *name = number < countof(windows_types) ? windows_types[number] : NULL;
    int n = snprintf(room, LOGON_TYPE_MAX, "%s (%u)", name ? name : "type", (unsigned)number);
    return (str){room, (size_t)n};
}

static struct logon_row row_make(const struct event *ev)
{
    str host = event_host(ev);

    return (struct logon_row){
        .host = host.p ? host : S(""),
        .count = 1,
        .first_ns = ev->time_ns,
        .last_ns = ev->time_ns,
        .has_time = ev->has_time,
    };
}

static void kind_add(struct logon_index *t, const struct logon_kind *kind, const struct event *ev)
{
    struct logon_row row = row_make(ev);
    char room[LOGON_TYPE_MAX];

    row.user = first_value(ev, kind->users);
    row.source = first_value(ev, kind->sources);
    row.success = succeeded(kind, ev);
    row.type = str_eq(kind->type, S("LogonType")) ? windows_type(ev, room) : kind->type;
    row_add(t, row);
}

/* The place of the last " from " in s; s.n when there is none. */
static size_t last_from(str s)
{
    const str word = S(" from ");

    for (size_t i = s.n; i-- > 0;)
        if (str_starts((str){s.p + i, s.n - i}, word))
            return i;
    return s.n;
}

static void text_add(struct logon_index *t, const struct event *ev, str text)
{
    for (size_t i = 0; i < countof(texts); i++) {
        if (!str_starts(text, texts[i].words))
            continue;
        str rest = str_from_at(text, texts[i].words.n);
        size_t from = last_from(rest);
        if (from == rest.n)
            return;
        struct logon_row row = row_make(ev);
        row.user = (str){rest.p, from};
        if (str_starts(row.user, S("invalid user ")))
            row.user = str_from_at(row.user, 13);
        rest = str_from_at(rest, from + 6);
        row.source = str_cut(&rest, ' ');
        if (!str_starts(rest, S("port ")))
            return;
        row.type = texts[i].type;
        row.success = str_eq(texts[i].outcome, S("success"));
        row_add(t, row);
        return;
    }
}

bool logon_is_marked(struct watched *w)
{
    for (size_t i = 0; i < countof(kinds); i++)
        if (watched_field(w, kinds[i].marker) && watched_is(w, kinds[i].marker, kinds[i].value))
            return true;
    return false;
}

/* Can the text begin with one of these letters? Raw text may hide them behind a backslash. */
static bool may_begin(const struct field *f, const char *letters)
{
    if (!f || f->value.n == 0)
        return false;
    return strchr(letters, f->value.p[0]) || ((f->flags & FIELD_RAW) && f->value.p[0] == '\\');
}

static void text_event(struct logon_index *t, struct watched *w)
{
    if (!may_begin(watched_field(w, WATCHED_TEXT), "AFs"))
        return;
    str text = watched_text(w, WATCHED_TEXT);
    if (str_starts(text, S("sshd: "))) /* how sshd names itself in the log of Windows */
        text = str_from_at(text, 6);
    if (str_starts(text, S("Accepted ")) || str_starts(text, S("Failed ")))
        text_add(t, watched_settled(w), text);
}

void logon_event(struct logon_index *t, struct watched *w)
{
    for (size_t i = 0; !w->dull && i < countof(kinds); i++) {
        const struct logon_kind *kind = &kinds[i];
        if (watched_field(w, kind->marker) && watched_is(w, kind->marker, kind->value) &&
            (kind->guard == WATCHED_NONE || watched_is(w, kind->guard, kind->guard_value))) {
            kind_add(t, kind, watched_settled(w));
            return;
        }
    }
    text_event(t, w);
}

void logon_merge(struct logon_index *into, const struct logon_index *from)
{
    for (uint32_t i = 0; i < intern_count(from->keys); i++)
        row_add(into, from->rows[i]);
    into->other += from->other;
}

static int by_count(const void *left, const void *right)
{
    const struct logon_row *a = left, *b = right;
    int order;

    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    if ((order = str_cmp(a->user, b->user)) || (order = str_cmp(a->source, b->source)) ||
        (order = str_cmp(a->host, b->host)) || (order = str_cmp(a->type, b->type)))
        return order;
    return (int)b->success - (int)a->success;
}

void logon_table_of(const struct logon_index *t, struct arena *a, struct summary *ret)
{
    uint32_t count = intern_count(t->keys);

    ret->logons = arena_array(a, count ? count : 1, sizeof *ret->logons);
    ret->logon_count = count;
    ret->logons_other = t->other;
    if (count) {
        memcpy(ret->logons, t->rows, count * sizeof *ret->logons);
        qsort(ret->logons, count, sizeof *ret->logons, by_count);
    }
}
