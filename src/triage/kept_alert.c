#include "triage/kept_alert.h"

#include "base/mem.h"

#include <stdlib.h>

enum {
    REFS_KEPT = 2 * SIGNAL_EVENTS_MAX, /* so that moving them costs one word an event */
    TEXT_MAX = 1 << 20,                /* bytes of an explanation, or of all details */
};

/* ------------------------------------------------------------ its id */

static void hash_u64(struct sha256 *h, uint64_t n)
{
    char bytes[8];

    for (uint32_t i = 0; i < 8; i++)
        bytes[i] = (char)(n >> 8 * i);
    sha256_update(h, (str){bytes, sizeof bytes});
}

static void hash_str(struct sha256 *h, str s)
{
    hash_u64(h, s.n);
    sha256_update(h, s);
}

void alert_id(const struct signal *s, struct sha256 *h, char ret[ALERT_ID_HEX + 1])
{
    uint8_t digest[SHA256_BYTES];

    hash_str(h, str_from(signal_origin_name(s->origin)));
    hash_str(h, s->id);
    hash_u64(h, s->key_count);
    for (uint32_t i = 0; i < s->key_count; i++) {
        hash_str(h, s->key[i].name);
        hash_str(h, s->key[i].value);
    }
    hash_u64(h, (uint64_t)s->first_ns);
    sha256_final(h, digest);
    hex_of(digest, ALERT_ID_BYTES, ret);
}

/* ------------------------------------------------------------ what it is made of */

static str own(str s)
{
    return (str){str_dup(s), s.n};
}

static void disown(str s)
{
    free((void *)(uintptr_t)s.p);
}

/* Room for one more in a list that doubles. */
static void *more(void *items, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return items;
    *room = *room ? 2 * *room : 4;
    return mem_resize(items, *room, size);
}

static bool has_entity(const struct alert *a, const struct entity *e)
{
    for (uint32_t i = 0; i < a->entity_count; i++)
        if (a->entities[i].type == e->type && str_eq(a->entities[i].value, e->value))
            return true;
    return false;
}

static void add_entities(struct kept_alert *k, const struct signal *s)
{
    struct alert *a = &k->alert;

    for (uint32_t i = 0; i < s->entity_count; i++) {
        const struct entity *e = &s->entities[i];
        if (e->value.n == 0 || has_entity(a, e))
            continue;
        if (a->entity_count == ALERT_ENTITIES_MAX) {
            a->entities_left_out++;
            continue;
        }
        k->entities = more(k->entities, a->entity_count, &k->entity_room, sizeof *k->entities);
        k->entities[a->entity_count++] = (struct entity){e->type, own(e->value)};
        a->entities = k->entities;
    }
}

static bool has_tag(const struct alert *a, str tag)
{
    for (uint32_t i = 0; i < a->tag_count; i++)
        if (str_eq(a->tags[i], tag))
            return true;
    return false;
}

static void add_tags(struct kept_alert *k, const struct signal *s)
{
    struct alert *a = &k->alert;

    for (uint32_t i = 0; i < s->tag_count && a->tag_count < SIGNAL_TAGS_MAX; i++) {
        if (has_tag(a, s->tags[i]))
            continue;
        k->tags = more(k->tags, a->tag_count, &k->tag_room, sizeof *k->tags);
        k->tags[a->tag_count++] = own(s->tags[i]);
        a->tags = k->tags;
    }
}

static void add_ref(struct kept_alert *k, uint64_t ref)
{
    const size_t shown = SIGNAL_EVENTS_MAX - 1;

    if (k->ref_count == REFS_KEPT) {
        memmove(k->refs, k->refs + REFS_KEPT - shown, shown * sizeof *k->refs);
        k->ref_count = (uint32_t)shown;
    }
    k->refs = more(k->refs, k->ref_count, &k->ref_room, sizeof *k->refs);
    k->refs[k->ref_count++] = ref;
}

static void add_refs(struct kept_alert *k, const struct signal *s)
{
    struct alert *a = &k->alert;

    for (uint32_t i = 0; i < s->event_count; i++)
        add_ref(k, s->events[i]);
    a->event_count = k->ref_count < SIGNAL_EVENTS_MAX ? k->ref_count : SIGNAL_EVENTS_MAX;
    a->events = k->refs ? k->refs + (k->ref_count - a->event_count) : NULL;
}

/* Names and values one after another in one text: it moves while it grows, so that the slices are
 * made when all is there. */
static void put_details(struct kept_alert *k, const struct signal *s)
{
    struct alert *a = &k->alert;
    const uint32_t count =
        s->detail_count < SIGNAL_DETAILS_MAX ? s->detail_count : SIGNAL_DETAILS_MAX;
    uint32_t kept = 0;
    size_t at = 0;

    if (count > 0 && !k->details)
        k->details = mem_array(SIGNAL_DETAILS_MAX, sizeof *k->details);
    buf_clear(&k->detail_text);
    for (uint32_t i = 0; i < count; i++) {
        buf_add(&k->detail_text, s->details[i].name);
        buf_add(&k->detail_text, s->details[i].value);
    }
    for (; kept < count && !k->detail_text.overflow; kept++) {
        const struct signal_pair *d = &s->details[kept];
        k->details[kept] = (struct signal_pair){{k->detail_text.p + at, d->name.n},
                                                {k->detail_text.p + at + d->name.n, d->value.n}};
        at += d->name.n + d->value.n;
    }
    a->details = k->details;
    a->detail_count = kept;
}

static void put_newest(struct kept_alert *k, const struct signal *s)
{
    buf_clear(&k->explanation);
    buf_add(&k->explanation, s->explanation);
    k->alert.explanation = buf_str(&k->explanation);
    k->alert.measure = s->measure;
    put_details(k, s);
}

static void forget_refs(struct kept_alert *k)
{
    k->ref_count = 0;
    k->alert.event_count = 0;
}

/* ------------------------------------------------------------ the alert */

struct kept_alert *kept_alert_new(const struct signal *s, struct sha256 *h)
{
    struct kept_alert *k = mem_alloc(sizeof *k);
    struct alert *a = &k->alert;

    assert(s->id.n > 0 && s->key_count <= SIGNAL_KEY_MAX);
    alert_id(s, h, a->id);
    a->origin = s->origin;
    a->severity = s->severity;
    a->provisional = s->provisional;
    a->rule_id = own(s->id);
    a->title = own(s->title);
    a->first_ns = s->first_ns;
    a->last_ns = s->last_ns;
    a->count = s->count;
    if (s->provisional) {
        k->pending = s->count;
        k->pending_last_ns = s->last_ns;
    }
    k->key = s->key_count ? mem_array(s->key_count, sizeof *k->key) : NULL;
    for (uint32_t i = 0; i < s->key_count; i++)
        k->key[i] = (struct signal_pair){own(s->key[i].name), own(s->key[i].value)};
    a->key = k->key;
    a->key_count = s->key_count;
    k->detail_text = buf_make(TEXT_MAX);
    k->explanation = buf_make(TEXT_MAX);
    add_entities(k, s);
    add_tags(k, s);
    add_refs(k, s);
    put_newest(k, s);
    return k;
}

void kept_alert_free(struct kept_alert *k)
{
    if (!k)
        return;
    disown(k->alert.rule_id);
    disown(k->alert.title);
    for (uint32_t i = 0; i < k->alert.key_count; i++) {
        disown(k->key[i].name);
        disown(k->key[i].value);
    }
    for (uint32_t i = 0; i < k->alert.entity_count; i++)
        disown(k->entities[i].value);
    for (uint32_t i = 0; i < k->alert.tag_count; i++)
        disown(k->tags[i]);
    free(k->key);
    free(k->entities);
    free(k->tags);
    free(k->refs);
    free(k->details);
    buf_done(&k->detail_text);
    buf_done(&k->explanation);
    free(k);
}

/* What was provisional is told for good, or is superseded by it. */
static void settle(struct kept_alert *k, const struct signal *s, struct sha256 *h)
{
    struct alert *a = &k->alert;

    if (a->provisional) {
        char id[ALERT_ID_HEX + 1];
        alert_id(s, h, id);
        if (memcmp(id, a->id, sizeof id) != 0) {
            memcpy(a->alias, a->id, sizeof a->alias);
            memcpy(a->id, id, sizeof a->id);
        }
        a->provisional = false;
        a->first_ns = s->first_ns;
        forget_refs(k);
    }
    const uint64_t superseded =
        k->pending_last_ns <= s->last_ns || s->count > k->pending ? k->pending : s->count;
    k->pending -= superseded;
    a->count -= superseded;
}

void kept_alert_add(struct kept_alert *k, const struct signal *s, struct sha256 *h)
{
    struct alert *a = &k->alert;

    if (!s->provisional) {
        settle(k, s, h);
    } else {
        k->pending += s->count;
        if (s->last_ns > k->pending_last_ns)
            k->pending_last_ns = s->last_ns;
    }
    a->count += s->count;
    if (s->severity > a->severity)
        a->severity = s->severity;
    if (s->first_ns < a->first_ns)
        a->first_ns = s->first_ns;
    if (s->last_ns > a->last_ns)
        a->last_ns = s->last_ns;
    add_entities(k, s);
    add_tags(k, s);
    if (!s->provisional || a->provisional) { /* what is told again is not listed twice */
        add_refs(k, s);
        put_newest(k, s);
    }
}

bool kept_alert_is_of(const struct kept_alert *k, const struct signal *s)
{
    const struct alert *a = &k->alert;

    if (a->origin != s->origin || a->key_count != s->key_count || !str_eq(a->rule_id, s->id) ||
        (a->first_ns == SIGNAL_NO_TIME) != (s->first_ns == SIGNAL_NO_TIME))
        return false;
    for (uint32_t i = 0; i < s->key_count; i++)
        if (!str_eq(k->key[i].name, s->key[i].name) || !str_eq(k->key[i].value, s->key[i].value))
            return false;
    return true;
}
