#include "api/alert_list.h"

#include "base/buf.h"
#include "base/intern.h"
#include "base/mem.h"

#include <stdlib.h>

struct alert_list {
    struct tocsin_alert **alerts;
    uint32_t count, capacity, max;
    struct intern *keys;          /* a threshold's number and an address */
    struct tocsin_alert **latest; /* by key: the last that was raised */
    uint32_t latest_capacity;
};

/* A key on the stack: nothing is allocated for an event. */
struct key {
    char bytes[sizeof(uint32_t) + TOCSIN_ADDRESS_BYTES_MAX];
};

static str key_of(struct key *k, uint32_t threshold, str address)
{
    assert(address.n <= TOCSIN_ADDRESS_BYTES_MAX);
    memcpy(k->bytes, &threshold, sizeof threshold);
    memcpy(k->bytes + sizeof threshold, address.p, address.n);
    return (str){k->bytes, sizeof threshold + address.n};
}

struct alert_list *alert_list_new(uint32_t alerts_max)
{
    struct alert_list *l = mem_alloc(sizeof *l);

    l->max = alerts_max;
    l->keys = intern_new();
    return l;
}

static void alert_free(struct tocsin_alert *a)
{
    free(a->message);
    free(a->title);
    free(a->address);
    free(a->kind);
    free(a);
}

void alert_list_free(struct alert_list *l)
{
    if (!l)
        return;
    for (uint32_t i = 0; i < l->count; i++)
        alert_free(l->alerts[i]);
    free(l->alerts);
    free(l->latest);
    intern_free(l->keys);
    free(l);
}

uint32_t alert_list_count(const struct alert_list *l)
{
    return l->count;
}

const struct tocsin_alert *alert_list_at(const struct alert_list *l, uint32_t at)
{
    return l->alerts[at];
}

static bool is_over(const struct tocsin_alert *a, int64_t now_ns)
{
    int64_t until;

    return !__builtin_add_overflow(a->last_ns, a->span_ns, &until) && until < now_ns;
}

struct tocsin_alert *alert_list_find(const struct alert_list *l, uint32_t threshold, str address,
                                     int64_t now_ns)
{
    struct key room;
    const uint32_t id = intern_find(l->keys, key_of(&room, threshold, address));

    return id == INTERN_NONE || is_over(l->latest[id], now_ns) ? NULL : l->latest[id];
}

/* Makes the alert the one that is found by its key. */
static void index_alert(struct alert_list *l, struct tocsin_alert *a)
{
    struct key room;
    const uint32_t id = intern_add(l->keys, key_of(&room, a->threshold, str_from(a->address)));

    if (id >= l->latest_capacity) {
        l->latest_capacity = l->latest_capacity ? l->latest_capacity * 2 : 16;
        l->latest = mem_resize(l->latest, l->latest_capacity, sizeof(struct tocsin_alert *));
    }
    l->latest[id] = a;
}

struct tocsin_alert *alert_list_add(struct alert_list *l, const struct alert_about *about)
{
    struct buf message = buf_make(BUF_MAX_OUTPUT);

    if (l->count == l->max)
        return NULL;
    if (l->count == l->capacity) {
        l->capacity = l->capacity ? l->capacity * 2 : 16;
        l->alerts = mem_resize(l->alerts, l->capacity, sizeof(struct tocsin_alert *));
    }
    struct tocsin_alert *a = mem_alloc(sizeof *a);
    buf_printf(&message, STR_FMT ": " STR_FMT, STR_ARG(about->address), STR_ARG(about->title));
    *a = (struct tocsin_alert){
        .message = str_dup(buf_str(&message)),
        .title = str_dup(about->title),
        .address = str_dup(about->address),
        .kind = about->kind ? str_dup(str_from(about->kind)) : NULL,
        .threshold = about->threshold,
        .span_ns = about->span_ns,
    };
    buf_done(&message);
    l->alerts[l->count++] = a;
    index_alert(l, a);
    return a;
}

void alert_list_forget(struct alert_list *l, int64_t now_ns)
{
    const uint32_t count = l->count;

    l->count = 0;
    intern_clear(l->keys);
    for (uint32_t i = 0; i < count; i++) {
        struct tocsin_alert *a = l->alerts[i];
        if (is_over(a, now_ns)) {
            alert_free(a);
            continue;
        }
        l->alerts[l->count++] = a;
        index_alert(l, a);
    }
}

/* ------------------------------------------------------------ what an alert tells */

const char *tocsin_alert_message(const struct tocsin_alert *a)
{
    return a ? a->message : "";
}

const char *tocsin_alert_title(const struct tocsin_alert *a)
{
    return a ? a->title : "";
}

const char *tocsin_alert_ip(const struct tocsin_alert *a)
{
    return a ? a->address : "";
}

const char *tocsin_alert_kind(const struct tocsin_alert *a)
{
    return a ? a->kind : NULL;
}

uint64_t tocsin_alert_count(const struct tocsin_alert *a)
{
    return a ? a->count : 0;
}

const char *tocsin_alert_severity(const struct tocsin_alert *a)
{
    return severity_name(a ? a->severity : SEVERITY_NONE);
}

int64_t tocsin_alert_first_ns(const struct tocsin_alert *a)
{
    return a ? a->first_ns : 0;
}

int64_t tocsin_alert_last_ns(const struct tocsin_alert *a)
{
    return a ? a->last_ns : 0;
}
