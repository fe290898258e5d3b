#include "collect/http_ack.h"

#include "base/mem.h"

#include <stdlib.h>

struct channel {
    char name[HTTP_CHANNEL_BYTES_MAX];
    uint32_t name_n;
    uint64_t used; /* the clock below, when it was last used; 0: free */
    uint64_t next_id;
    uint64_t *targets; /* of ids next_id - HTTP_ACKS_MAX and above, by id modulo HTTP_ACKS_MAX */
};

struct http_ack {
    struct channel channels[HTTP_ACK_CHANNELS_MAX];
    uint64_t clock;
};

struct http_ack *http_ack_new(void)
{
    return mem_alloc(sizeof(struct http_ack));
}

void http_ack_free(struct http_ack *a)
{
    for (uint32_t i = 0; a && i < HTTP_ACK_CHANNELS_MAX; i++)
        free(a->channels[i].targets);
    free(a);
}

static struct channel *find(struct http_ack *a, str name)
{
    for (uint32_t i = 0; i < HTTP_ACK_CHANNELS_MAX; i++) {
        struct channel *c = &a->channels[i];
        if (c->used && str_eq((str){c->name, c->name_n}, name)) {
            c->used = ++a->clock;
            return c;
        }
    }
    return NULL;
}

static struct channel *take(struct http_ack *a, str name)
{
    struct channel *c = &a->channels[0];

    for (uint32_t i = 1; i < HTTP_ACK_CHANNELS_MAX && c->used; i++)
        if (a->channels[i].used < c->used)
            c = &a->channels[i];
    if (!c->targets)
        c->targets = mem_array(HTTP_ACKS_MAX, sizeof *c->targets);
    memcpy(c->name, name.p, name.n);
    c->name_n = (uint32_t)name.n;
    c->next_id = 0;
    c->used = ++a->clock;
    return c;
}

bool http_ack_add(struct http_ack *a, str channel, uint64_t target, uint64_t durable,
                  uint64_t *ret_id)
{
    assert(channel.n > 0 && channel.n <= HTTP_CHANNEL_BYTES_MAX);
    struct channel *c = find(a, channel);

    if (!c)
        c = take(a, channel);
    uint64_t *slot = &c->targets[c->next_id % HTTP_ACKS_MAX];
    if (c->next_id >= HTTP_ACKS_MAX && *slot > durable)
        return false;
    *slot = target;
    *ret_id = c->next_id++;
    return true;
}

bool http_ack_is_durable(struct http_ack *a, str channel, uint64_t id, uint64_t durable)
{
    struct channel *c = find(a, channel);

    if (!c || id >= c->next_id)
        return false;
    return c->next_id - id > HTTP_ACKS_MAX || c->targets[id % HTTP_ACKS_MAX] <= durable;
}
